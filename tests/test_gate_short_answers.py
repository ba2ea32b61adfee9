"""Answers that are no sentences: yes and no are judged with what follows, figures and names with what was asked."""

from __future__ import annotations

import pytest

from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from qa.gate.bare import answer_in_full, is_bare
from qa.gate.check import check_answer
from qa.gate.stream import StreamedCheck
from qa.gate.yes_no import affirmed, asks_yes_or_no, read_lead
from tests.fakes import FakeEncoder

PIER = (
    "渔港码头长320米，宽18米，由海力公司管理。码头全天免费开放，禁止垂钓。码头办公室每周一休息，电话由赵海燕接听。"
    "旧灯塔计划明年修缮。停车场每小时收费5元，游船每小时收费80元。"
)
encode = FakeEncoder().encode_passages


def passages() -> list[Passage]:
    sentences = tuple(Sentence(0, start, end) for start, end in split_sentences(PIER))
    return [Passage(0, "码头.txt", "渔港须知", 0, len(PIER), PIER, (), None, sentences)]


def kinds(question: str, answer: str) -> list[str]:
    return [one.kind for one in check_answer(answer, passages(), encode, question).statements]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("码头上可以钓鱼吗？", "不可以。码头禁止垂钓。"),
        ("码头禁止垂钓吗？", "是的。码头全天免费开放，禁止垂钓。"),
        ("码头要收费吗？", "不要。码头全天免费开放。"),
        ("码头办公室周一休息吗？", "对。码头办公室每周一休息。"),
        ("旧灯塔修好了吗？", "还没有。旧灯塔计划明年修缮。"),
    ],
)
def test_yes_and_no_stand_where_what_follows_says_so(question: str, answer: str) -> None:
    assert kinds(question, answer) == ["supported", "supported"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("码头上可以垂钓吗？", "可以。码头全天免费开放，禁止垂钓。"),
        ("码头办公室周一休息吗？", "不。码头办公室每周一休息。"),
        ("旧灯塔修好了吗？", "修好了。旧灯塔计划明年修缮。"),
        ("码头长500米吗？", "是的。渔港码头长320米。"),
    ],
)
def test_yes_and_no_are_flagged_where_what_follows_says_the_contrary(question: str, answer: str) -> None:
    assert kinds(question, answer) == ["unsupported", "supported"]


def test_yes_before_a_comma_is_judged_with_the_rest() -> None:
    assert kinds("码头上可以垂钓吗？", "不可以，码头禁止垂钓。") == ["supported"]
    assert kinds("码头上可以垂钓吗？", "可以，码头禁止垂钓。") == ["unsupported"]


def test_a_lone_yes_is_what_it_says_of_the_question() -> None:
    assert kinds("码头禁止垂钓吗？", "是的。") == ["supported"]
    assert kinds("码头有超市吗？", "是的。") == ["unsupported"]


def test_yes_before_what_nothing_supports_is_not_carried_by_it() -> None:
    assert kinds("码头有超市吗？", "有。超市每天早上七点开门。") == ["unsupported", "unsupported"]


def test_a_yes_cites_what_the_sentence_behind_it_cites() -> None:
    checked = check_answer("不可以。码头禁止垂钓。", passages(), encode, "码头上可以垂钓吗？")
    assert checked.text == "不可以。[1]码头禁止垂钓。[1]"
    assert len(checked.citations) == 1


@pytest.mark.parametrize("answer", ["不可以。码头禁止垂钓[1]。", "是的。", "可以。\n\n不。"])
def test_a_yes_reads_the_same_while_it_is_written(answer: str) -> None:
    whole = check_answer(answer, passages(), encode, "码头上可以垂钓吗？")
    stream = StreamedCheck(passages(), encode, "码头上可以垂钓吗？")
    shown = [one for character in answer for one in stream.feed(character)]
    assert stream.finish() == whole
    assert list(whole.statements[: len(shown)]) == shown


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("码头有多长？", "320米。"),
        ("码头由谁管理？", "海力公司。"),
        ("停车场每小时收费多少？", "5元。"),
        ("电话由谁接听？", "赵海燕。"),
    ],
)
def test_a_bare_answer_to_what_was_asked_passes(question: str, answer: str) -> None:
    assert kinds(question, answer) == ["supported"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("码头有多长？", "18米。"),
        ("停车场每小时收费多少？", "80元。"),
        ("码头由谁管理？", "赵海燕。"),
        ("码头由谁管理？", "远洋公司。"),
        ("码头有多长？", "码头收费开放。"),
        ("码头有多长？", "码头也允许垂钓。"),
    ],
)
def test_a_bare_answer_to_something_else_is_flagged(question: str, answer: str) -> None:
    assert kinds(question, answer) == ["unsupported"]


def test_a_question_and_its_answer_are_put_together() -> None:
    assert (
        answer_in_full("码头有多长？", "约320米。") == "码头有长约320米"
        or answer_in_full("码头有多长？", "约320米。") == "码头长约320米"
    )
    assert answer_in_full("由谁管理？", "海力公司") == "由海力公司管理"
    assert answer_in_full("How long is the pier?", "320 metres") == "the pier 320 metres"
    assert answer_in_full("码头开放吗？", "是") is None


def test_a_sentence_is_no_bare_answer() -> None:
    assert is_bare("320公顷。") and is_bare("秦岚")
    assert not is_bare("码头全天免费开放，禁止垂钓。")
    assert not is_bare("。")


def test_what_asks_for_yes_or_no() -> None:
    assert asks_yes_or_no("可以垂钓吗？") and asks_yes_or_no("是否收费") and asks_yes_or_no("May I fish here?")
    assert not asks_yes_or_no("码头有多长？")
    assert affirmed("是否可以垂钓？") == "可以垂钓"
    assert affirmed("能不能垂钓") == "能垂钓"
    assert read_lead("不可以，禁止垂钓。", "可以垂钓吗？") == (False, "禁止垂钓。")
    assert read_lead("没修好。", "灯塔修好了吗？") == (False, "")
    assert read_lead("码头禁止垂钓。", "可以垂钓吗？") is None


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("五元。", True),
        ("是五元", True),
        ("部门经理", True),
        ("早餐的价格是五元。", False),
        ("The fee is 5 yuan", False),
    ],
)
def test_a_short_sentence_is_no_bare_answer(text: str, is_so: bool) -> None:
    assert is_bare(text) is is_so
