"""Lies that turn a sentence round: another does it, another said it, at another time, or it was only planned."""

from __future__ import annotations

import pytest

from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from qa.gate.aspect import is_out_of_time
from qa.gate.clauses import find_unsaid
from qa.gate.exclusive import find_excluded
from qa.gate.roles import find_other_role
from qa.gate.shelf import Shelf
from qa.gate.traits import traits_of
from qa.gate.verdicts import judge
from tests.fakes import FakeEncoder

DYKE = (
    "海堤由镇水务站巡查，闸门由金卫公司维修。去年下半年，海堤曾因台风停工三周。站长李国平说，堤顶道路争取年底通车。"
    "巡查记录应当在交接班前填写。村里拟建一座泵站，闸门房已完工。"
)
CLUB = "社长陈静负责排练，服装由赵小兰管理。演出前三天领取门票，门票免费。东礼堂曾容纳八百人，现已拆除。"


def says(source: str, statement: str) -> bool:
    sentences = tuple(Sentence(0, start, end) for start, end in split_sentences(source))
    passage = Passage(0, "堤.txt", "手册", 0, len(source), source, (), None, sentences)
    return judge(statement, Shelf([passage], FakeEncoder().encode_passages), [1]).supported


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        (DYKE, "闸门由镇水务站维修。"),
        (DYKE, "海堤由金卫公司巡查。"),
        (DYKE, "陈大海说，堤顶道路争取年底通车。"),
        (DYKE, "去年上半年，海堤因台风停工三周。"),
        (DYKE, "今年下半年，海堤因台风停工三周。"),
        (DYKE, "堤顶道路争取年初通车。"),
        (DYKE, "堤顶道路年底通车。"),
        (DYKE, "巡查记录应当在交接班后填写。"),
        (DYKE, "村里已建一座泵站。"),
        (DYKE, "村里建了一座泵站。"),
        (DYKE, "闸门由金卫公司维修，李国平已退休。"),
        (CLUB, "赵小兰负责排练。"),
        (CLUB, "社长是赵小兰。"),
        (CLUB, "演出后三天领取门票。"),
        (CLUB, "领取门票须付费。"),
        (CLUB, "东礼堂容纳八百人。"),
    ],
)
def test_what_is_turned_round_is_flagged(source: str, statement: str) -> None:
    assert not says(source, statement)


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        (DYKE, "闸门由金卫公司维修。"),
        (DYKE, "镇水务站巡查海堤。"),
        (DYKE, "李国平表示，堤顶道路争取年底通车。"),
        (DYKE, "去年下半年，海堤因台风停工三周。"),
        (DYKE, "堤顶道路有望年底通车。"),
        (DYKE, "巡查记录应当在交接班之前填写。"),
        (DYKE, "村里计划建一座泵站。"),
        (DYKE, "闸门房已经完工。"),
        (CLUB, "陈静是社长。"),
        (CLUB, "排练由陈静负责。"),
        (CLUB, "东礼堂曾经容纳八百人。"),
    ],
)
def test_what_is_told_in_another_order_passes(source: str, statement: str) -> None:
    assert says(source, statement)


def test_who_is_named_in_the_place_of_another_is_told() -> None:
    source = [traits_of("质疑由采购人答复，投诉由财政局受理。")]
    assert find_other_role(traits_of("投诉由采购人答复。"), source) == "采购"
    assert find_other_role(traits_of("投诉由财政局受理。"), source) is None
    assert find_other_role(traits_of("由于下雨，投诉电话停机。"), source) is None


def test_a_title_is_of_the_name_that_stands_behind_it() -> None:
    source = [traits_of("采购人代表吴静，代理机构代表孙浩。")]
    assert find_other_role(traits_of("采购人代表是孙浩。"), source) == "孙浩"
    assert find_other_role(traits_of("代理机构代表是孙浩。"), source) is None


def test_what_excludes_one_another_is_compared_clause_by_clause() -> None:
    source = [traits_of("本规定自七月起施行，原办法同时废止；去年上半年，工程停工；今年下半年进度加快。")]
    for statement, wrong in (
        ("原办法同时施行。", "施行"),
        ("原办法同时废止。", None),
        ("今年上半年，工程停工。", "今年"),
        ("去年上半年，工程停工。", None),
        ("原办法同时不再施行。", None),  # denied, it is no contrary
    ):
        assert find_excluded(traits_of(statement), source, "") == wrong


def test_a_noun_is_no_plan() -> None:
    source = [traits_of("公司实施员工安全计划，改善了工作环境。")]
    assert is_out_of_time(traits_of("公司改善了工作环境。"), source) is None
    assert is_out_of_time(traits_of("公司改善工作环境。"), [traits_of("公司计划改善工作环境。")]) == "计划"


def test_a_known_subject_with_an_unknown_predicate_is_found() -> None:
    sources = [traits_of("图书室的管理员为周敏，社区食堂每天供应三餐。")]
    assert find_unsaid(traits_of("社区食堂每天供应三餐，周敏已辞职。"), sources, "") == "周敏已辞职"
    assert find_unsaid(traits_of("社区食堂每天供应三餐，管理员为周敏。"), sources, "") is None


@pytest.mark.parametrize(
    ("source", "statement", "is_said"),
    [
        ("松鹤公园位于城东，占地320公顷，其中水面85公顷，1987年建成开放。", "公园水面320公顷。", False),
        ("松鹤公园位于城东，占地320公顷，其中水面85公顷，1987年建成开放。", "公园水面85公顷。", True),
        ("村里有耕地2800亩，今年早稻1200亩，一半已收割。", "早稻2800亩。", False),
        ("公园占地320公顷，其中水面85公顷。", "水面85公顷。", True),
        ("2021年收入50万元，2022年达到86万元，2023年为120万元。", "2022年收入120万元。", False),
        ("2021年收入50万元，2022年达到86万元，2023年为120万元。", "2022年收入86万元。", True),
        ("主跨用钢量近1.8万吨。", "主跨用钢量超过1.8万吨。", False),
        ("主跨用钢量近1.8万吨。", "主跨用钢量接近1.8万吨。", True),
        ("食醋收入是上年的1.5倍。", "食醋收入是上年的一点五倍。", True),
        ("游客人数比上年翻了一番。", "游客人数比上年增长100%。", True),
        ("游客人数比上年翻了一番。", "游客人数比上年增长200%。", False),
        ("技术分占50%。", "技术分占一半。", True),
        ("连续六个月未居住的，应当退回住房。", "连续半年未居住的，应当退回住房。", True),
        ("上半年收入为30万元。", "半年收入为30万元。", False),
    ],
)
def test_figures_of_parts_dates_and_multiples(source: str, statement: str, is_said: bool) -> None:
    assert says(source, statement) is is_said
