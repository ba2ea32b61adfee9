from __future__ import annotations

import pytest

from index.lexical import fold_in_place
from qa.comparing import split_years, without_verdict


@pytest.mark.parametrize(
    ("behind", "asked"),
    [
        ("的研发投入哪个高？", "的研发投入？"),
        ("的利潤哪家更高", "的利潤"),
        ("的利润是谁的高？", "的利润？"),
        ("的利润有什么不同？", "的利润？"),
        ("谁的成立时间更早？", "的成立时间？"),
        ("哪個佔地面積大？", "佔地面積？"),
    ],
)
def test_what_compares_is_left_out_where_something_else_is_asked(behind: str, asked: str) -> None:
    assert without_verdict(behind) == asked


@pytest.mark.parametrize(
    "behind",
    [
        "",
        "？",
        "哪家更早成立？",
        "哪个更大？",
        "哪个更为高大？",
        "谁大？",
        "哪所大学更大？",
        "有什么不同？",
        "的利润是多少？",
        "的人数谁知道？",
    ],
)
def test_a_comparison_of_nothing_else_is_left_as_it_is(behind: str) -> None:
    assert without_verdict(behind) == behind


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("云岭县2022年茶叶产量比2021年增加了多少？", ("云岭县2022年茶叶产量增加了多少？", "云岭县2021年茶叶产量")),
        ("2022年比2021年利润增加了多少？", ("2022年利润增加了多少？", "2021年利润增加了多少？")),
        ("2022年的利潤較2021年如何？", ("2022年的利潤如何？", "2021年的利潤")),
        ("2022年利润与2021年相比变化如何？", ("2022年利润变化如何？", "2021年利润")),
        ("2022年比2022年多？", ()),
        ("2022年利润占比是多少？", ()),
        ("2022年利润和2021年收入是多少？", ()),
        ("2022年的利润率比同行高吗？", ()),
    ],
)
def test_a_year_compared_with_another_is_asked_about_beside_it(question: str, parts: tuple[str, ...]) -> None:
    assert split_years(question, fold_in_place(question)) == parts
