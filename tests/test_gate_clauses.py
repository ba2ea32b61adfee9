"""Lies that keep a sentence's words: an invented clause, another row's figure, a bound turned round, a wrong order."""

from __future__ import annotations

import pytest

from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from qa.gate.bounds import bound_of
from qa.gate.comparisons import find_wrong_comparison
from qa.gate.lead_ins import leads_in
from qa.gate.rows import find_of_another_row, read_row
from qa.gate.shelf import Shelf
from qa.gate.traits import traits_of
from qa.gate.verdicts import judge
from tests.fakes import FakeEncoder

WATCH = (
    "金山嘴渔村设有巡护队，队员至少十二人，每队每天巡护不超过三次。渔具检查在下午两点至四点进行，周三休息。"
    "渔村码头长1.2公里，可停渔船四十艘；游艇码头长300米，可停游艇十五艘。"
)
ROWS = (
    "部门：后勤部；负责人：周敏；预算：45万元；支出：39万元；人数：16。"
    "部门：宣传部；负责人：吴刚；预算：28万元；支出：31万元；人数：9。"
)
RULES = "第五条 渔船应当每年检验一次。第六条 未经检验的渔船不得出海。违反本条规定的，处二千元罚款。"
SHOP = "渔村的海鲜市场凌晨四点开市，门票八折优惠只限学生。老人免门票。市场由顾海生承包，他的妻子林月珍负责账目。"


def says(source: str, statement: str) -> bool:
    sentences = tuple(Sentence(0, start, end) for start, end in split_sentences(source))
    passage = Passage(0, "渔村.txt", "渔村手册", 0, len(source), source, (), None, sentences)
    return judge(statement, Shelf([passage], FakeEncoder().encode_passages), [1]).supported


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        (WATCH, "巡护队队员至少十二人，每人每月领取补贴。"),  # a clause that is nowhere
        (WATCH, "为防止走私，渔村设有巡护队。"),  # a cause that is nowhere
        (WATCH, "由于周三休息，渔具检查在下午两点至四点进行。"),  # a cause of two facts
        (WATCH, "巡护队队员不超过十二人。"),
        (WATCH, "每队每天巡护至少三次。"),
        (WATCH, "渔具检查在上午两点至四点进行。"),
        (WATCH, "渔具检查在下午两点至五点进行。"),
        (WATCH, "渔具检查周四休息。"),
        (WATCH, "渔村码头长1.2米。"),
        (WATCH, "渔村码头长300米。"),
        (WATCH, "游艇码头可停游艇四十艘。"),
        (WATCH, "渔村码头是最大的码头。"),
        (WATCH, "游艇码头比渔村码头长。"),
        (ROWS, "后勤部的负责人是吴刚。"),
        (ROWS, "宣传部的预算为45万元。"),
        (ROWS, "后勤部的支出为45万元。"),
        (ROWS, "宣传部支出39万元，后勤部支出31万元。"),
        (ROWS, "后勤部的支出高于预算。"),
        (ROWS, "宣传部的人数比后勤部多。"),
        (RULES, "根据第五条，未经检验的渔船不得出海。"),
        (SHOP, "海鲜市场凌晨五点开市。"),
        (SHOP, "门票九折优惠只限学生。"),
        (SHOP, "老人要买门票。"),
    ],
)
def test_what_keeps_the_words_and_says_something_else_is_flagged(source: str, statement: str) -> None:
    assert not says(source, statement)


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        (WATCH, "总的来说，巡护队队员不少于12人。"),
        (WATCH, "每队一天最多巡护三次。"),
        (WATCH, "渔具检查的时间是14:00至16:00。"),
        (WATCH, "渔具检查星期三休息。"),
        (WATCH, "渔村码头长1200米，游艇码头长0.3公里。"),
        (WATCH, "渔村码头比游艇码头长。"),
        (ROWS, "后勤部由周敏负责，预算45万元。"),
        (ROWS, "宣传部支出31万元，后勤部支出39万元。"),
        (ROWS, "后勤部的支出低于预算。"),
        (ROWS, "周敏和吴刚分别负责后勤部和宣传部。"),
        (RULES, "根据第六条，未经检验的渔船不得出海。"),
        (RULES, "第五条规定，渔船应当每年检验一次。"),
        (SHOP, "海鲜市场4:00开市。"),
        (SHOP, "老人不用买门票。"),
        (SHOP, "顾海生承包市场，账目由妻子林月珍负责。"),
    ],
)
def test_what_says_the_same_in_other_words_passes(source: str, statement: str) -> None:
    assert says(source, statement)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("上午8:30至12:00，下午1:30至6:00", ["8:30", "12:00", "13:30", "18:00"]),
        ("晚上七点半", ["19:30"]),
        ("七点", ["7:00"]),
        ("9 a.m. and 5:30 pm", ["9:00", "17:30"]),
        ("周二至周四", ["weekdays 2 to 4"]),
        ("星期天", ["weekday 7"]),
        ("八五折", ["8.5"]),
        ("半年", ["0.5"]),
        ("10月1日至7日", ["--10-01", "--10-07"]),
        ("工作二十四小时，三个月", ["24", "3"]),
    ],
)
def test_figures_in_words_have_one_key_however_they_are_written(text: str, keys: list[str]) -> None:
    assert [figure.number.key for figure in traits_of(text).figures] == keys


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("至少三人", ["least"]),
        ("不少于三人", ["least"]),
        ("三人以上五人以下", ["least", "most"]),
        ("不超过三人", ["most"]),
        ("最多可借三本", ["most"]),
        ("低于三人", ["most"]),
        ("没有超过三人", ["most"]),
        ("自20元起", ["least"]),
        ("共三人", [""]),
        ("at least 3 days", ["least"]),
        ("no more than 3 days", ["most"]),
    ],
)
def test_the_bound_that_a_figure_is(text: str, bounds: list[str]) -> None:
    traits = traits_of(text)
    assert [bound_of(traits, figure) for figure in traits.figures] == bounds


def test_a_row_is_read_with_its_columns() -> None:
    row = read_row(traits_of("姓名：张三；部门：人事；工资：5000元"))
    assert row is not None
    assert row.values == {"姓名": "张三", "部门": "人事", "工资": "5000元"}
    assert row.figures["工资"] == {"5000"}
    assert read_row(traits_of("注意：上班时间是九点。")) is None


def test_what_is_wrong_with_a_row_is_told() -> None:
    rows = [traits_of(text) for text in ROWS.split("。") if text]
    assert find_of_another_row(traits_of("宣传部的预算为45万元。"), rows) == "450000"
    assert find_of_another_row(traits_of("后勤部的负责人是吴刚。"), rows) in ("后勤部", "吴刚")
    assert find_of_another_row(traits_of("宣传部的预算为28万元。"), rows) is None


def test_a_comparison_is_worked_out_from_the_figures() -> None:
    sources = [traits_of("游艇码头长800米。"), traits_of("渔村码头长1.5公里。")]
    assert find_wrong_comparison(traits_of("渔村码头比游艇码头长。"), sources) is None
    assert find_wrong_comparison(traits_of("游艇码头比渔村码头长。"), sources) == "游艇码头比渔村码头长"
    # Where a figure is missing, nothing can be worked out.
    assert find_wrong_comparison(traits_of("渔村码头比货运码头长。"), []) == "渔村码头比货运码头长"
    # What a source says itself needs no figure.
    said = traits_of("渔村码头高于游艇码头。")
    assert (find_wrong_comparison(said, [said]), find_wrong_comparison(said, [])) == (None, "渔村码头高于游艇码头")


@pytest.mark.parametrize(
    "clause", ["根据文档,", "总的来说,", "资料显示,", "具体来说,", "此外,", "according to the report,"]
)
def test_what_only_leads_in_claims_nothing(clause: str) -> None:
    assert leads_in(clause)


@pytest.mark.parametrize("clause", ["根据气象台预测,", "渔村码头长1.2公里,", "the report was late,"])
def test_what_claims_something_does_not_only_lead_in(clause: str) -> None:
    assert not leads_in(clause)
