from __future__ import annotations

from math import inf

import pytest

from index.lexical import fold_in_place
from qa.gate.traits import numbers_in
from qa.magnitudes import Magnitude, agree, is_unit, magnitudes


def read(text: str) -> list[Magnitude]:
    folded = fold_in_place(text)
    return magnitudes(folded, numbers_in(folded))


@pytest.mark.parametrize(
    ("text", "kind", "value", "low", "high"),
    [
        ("82.05万人", "people", 820_500, 820_450, 820_550),
        ("12座", "things", 12, 11.5, 12.5),
        ("1234户", "户", 1234, 1233.5, 1234.5),
        # Rounded figures may be meant less exactly than they look.
        ("1,200家", "things", 1200, 1150, 1250),
        ("120家", "things", 120, 119.5, 120.5),
        ("5000元", "yuan", 5000, 4750, 5250),
        ("1.5小时", "hours", 1.5, 1.45, 1.55),
        ("百分之五十", "percent", 50, 49.5, 50.5),
        ("约100米", "length", 100, 90, 110),
        ("近100米", "length", 100, 90, 100.5),
        ("超过100米", "length", 100, 99.5, inf),
        ("100米以上", "length", 100, 99.5, inf),
        ("不超过100米", "length", 100, -inf, 100.5),
        ("不少于100米", "length", 100, 99.5, inf),
        ("50多座", "things", 50, 49.5, 60),
        ("10至15公里", "length", 10_000, 9_500, 15_500),
        ("44.6 billion yuan", "yuan", 44.6e9, 44.55e9, 44.65e9),
        ("38 parks", "park", 38, 37.5, 38.5),
        ("第3位", "rank people", 3, 2.5, 3.5),
    ],
)
def test_what_a_figure_amounts_to(text: str, kind: str, value: float, low: float, high: float) -> None:
    (one,) = read(text)
    assert one.kind == kind
    assert [one.value, one.low, one.high] == pytest.approx([value, low, high])


def test_where_a_figure_stands_with_its_unit() -> None:
    (one,) = read("全长约3.6公里的桥")
    assert (one.start, one.end) == (3, 8)


def test_dates_and_periods() -> None:
    assert [one.day for one in read("2019年5月1日，6月，founded in 2011")] == [
        ("2019", "05", "01"),
        ("", "06", ""),
        ("2011", "", ""),
    ]
    assert [one.kind for one in read("2010-2015年，1-9月，2022年5月")] == ["period", "period", "date"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("82.05万人", "82万人", True),
        ("82.05万人", "81.6万人", False),
        ("1.2亿元", "12000万元", True),
        ("1,200人", "一千二百人", True),
        ("1200户", "1234户", True),
        ("300元", "310元", False),
        ("50%", "百分之五十", True),
        ("2/3", "66.7%", True),
        ("90分钟", "1.5小时", True),
        ("70分钟", "2小时", False),
        ("40公顷", "600亩", True),
        ("45公顷", "600亩", False),
        ("3.6公里", "3600米", True),
        ("6个月", "半年零6个月", True),
        ("超过80万人", "82.05万人", True),
        ("超过50万册", "35万册", False),
        ("5至10天", "7天", True),
        ("5至10天", "12天", False),
        ("2019年5月", "2019年5月1日", True),
        ("2019年5月", "2019年6月", False),
        ("5月1日", "2019年5月1日", True),
        ("2009年", "2011年", False),
    ],
)
def test_figures_that_may_be_the_same_agree(one: str, other: str, same: bool) -> None:
    first, second = read(one)[-1], read(other)[-1]
    assert first.kind == second.kind
    assert agree(first, second) is same
    assert agree(second, first) is same


def test_units() -> None:
    assert [word for word in ("公里", "个工作日", "百分之", "公园", "员工") if is_unit(word)] == [
        "公里",
        "个工作日",
        "百分之",
    ]
