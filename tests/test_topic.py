from __future__ import annotations

import pytest

from index.lexical_index import LexicalIndex
from qa.topic import is_time, topic_words


def kinds(question: str) -> list[tuple[str, str]]:
    return [(word.text, word.kind) for word in topic_words(question)]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "青峦机械2023年的营业收入是多少？",
            [("青峦", "name"), ("机械", "name"), ("2023年", "time"), ("营业", "word"), ("收入", "measure")],
        ),
        # A body's name is whole even where all of its words are everyday ones, and without what only leads up to it.
        (
            "结合创新制造有限公司的报告",
            [("结合", "word"), ("创新", "name"), ("制造", "name"), ("有限公司", "name"), ("报告", "word")],
        ),
        ("公司设立了什么部门？", [("公司", "word"), ("设立", "word"), ("部门", "word")]),
        ("“企业码”怎么申请？", [("企业", "name"), ("申请", "word")]),
        ("上半年的产量呢？", [("上半年", "time"), ("产量", "measure")]),
        ("S7的电池多大？", [("s7", "name"), ("电池", "word")]),
        ("When did the Heron leave Mossbank?", [("heron", "name"), ("leave", "word"), ("mossbank", "name")]),
        ("How many cars does it take?", [("cars", "word"), ("take", "word")]),
    ],
)
def test_what_names_something_tells_a_time_or_is_measured(question: str, words: list[tuple[str, str]]) -> None:
    assert kinds(question) == words


def test_what_is_measured_is_no_part_of_a_name() -> None:
    assert {word.name for word in topic_words("青峦机械产值多少？")} == {"青峦机械", ""}


def test_a_name_that_something_is_measured_by_does_not_lead() -> None:
    assert [word.leads for word in topic_words("奉贤区有多少学校？") if word.kind == "name"] == [True]
    assert [word.leads for word in topic_words("在奉贤区排第几？") if word.kind == "name"] == [False]


def test_the_documents_own_words_are_names() -> None:
    index = LexicalIndex.build(["云溪收割有限公司的报告"], ["云溪收割有限公司"])
    words = topic_words("云溪收割有限公司有多少员工？", index.cut)
    assert [(word.text, word.kind) for word in words] == [("云溪收割有限公司", "name"), ("员工", "word")]


@pytest.mark.parametrize("term", ["2023年", "2023", "2023年5月", "上半年", "第三季度", "q3"])
def test_times(term: str) -> None:
    assert is_time(term)


@pytest.mark.parametrize("term", ["12000", "季度报告", "年假"])
def test_what_is_no_time(term: str) -> None:
    assert not is_time(term)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("1号线有多少座车站？", ["1号线", "车站"]),
        ("那3号线呢？", ["3号线"]),
        ("二期工程哪年完工？", ["二期", "工程", "完工"]),
        ("第42届运动会在哪里举行？", ["第42届", "运动会", "举行"]),
        ("五年级有几个班？", ["五年级"]),
        # A day is no number of something.
        ("3号开门吗？", ["开门"]),
    ],
)
def test_what_is_told_apart_by_its_number_keeps_it(question: str, texts: list[str]) -> None:
    assert [word.text for word in topic_words(question)] == texts


def test_capitalised_words_side_by_side_are_one_name() -> None:
    assert {word.name for word in topic_words("How large is the Boat Hall?")} == {"boat hall"}
