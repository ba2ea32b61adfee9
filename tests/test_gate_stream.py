"""An answer checked while it is written: nothing is shown unchecked, and the end is that of the whole answer."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from index.vectors import Vectors
from qa.gate.check import UNSUPPORTED, check_answer
from qa.gate.reading import StatementReader, read_statements
from qa.gate.stream import StreamedCheck
from tests.fakes import FakeEncoder

LEAVE = "员工每年享有十天带薪年假，工龄满十年的员工享有15天。试用期员工不享有年假。"
MEALS = "食堂早上七点开门，周日不开放。The canteen opens at seven."
ANSWERS = [
    "试用期员工不享有年假[1]。食堂周日不开放。[2]公司有游泳池[1]。",
    "## 休假\r\n\r\n主要规定如下：\r\n- **试用期员工不享有年假**[1]\r\n- 食堂周日不开放【2】\n[1]\n\n"
    "参考资料：\n[1] 员工手册\n2. 食堂",
    "| 事项 | 规定 |\n|---|---|\n| 年假 | 十天[1] |\n| 食堂 | 周日不开放 |\n食堂周日不开放（来源：[2]）。来源：[2]",
    "The canteen opens at seven [2]. There is a pool[^1].\n```\nopen 7\n```\n[2]\n",
    "![图](http://a.b/c.png)食堂周日不开放[[2]](http://a.b)。<img src='x'>根据[1]、[2]，试用期员工不享有年假。",
    "来源：\n食堂周日不开放。\n[1]: 员工手册\n\n食堂周日不开放<sup>2</sup>。文档中没有提到游泳池。",
    "[1]: 试用期员工不享有年假。",
    "食堂周日不开放。(2)\n试用期员工不享有年假，参见[1]。食堂周日不开放(2)。公司有游泳池，见来源1。详见资料2。",
]
# What answers are made of, and what might be taken for a mark.
PARTS = st.sampled_from(
    [
        *"[](){}【】（）<>!^†|#*-`\\\n\r 、，。！？.：:123４²",
        *("(1)", "（2）", "[1a]", "，参见", "见来源1", "，详见资料2"),
        *("[1]", "【2】", "[^9]", "（来源：", "](http://a.b)", "<img ", "<sup>", "</sup>", "来源：", "参考资料：\n"),
        *(
            "\n```\n",
            "\n|",
            "|---|",
            "[1]: ",
            "。[",
            "**",
            "食堂周日不开放",
            "年假十天",
            "The canteen",
            "\n\n",
            ". It ",
        ),
        *("\u200b", "\u2028", "没有提到", "文档", "根据", "甲" * 90),
    ]
)


def passages(*texts: str) -> list[Passage]:
    made = []
    for number, text in enumerate(texts):
        sentences = tuple(Sentence(number, start, end) for start, end in split_sentences(text))
        made.append(Passage(number, f"手册{number}.txt", "员工手册", 0, len(text), text, (), None, sentences))
    return made


def cut(answer: str, places: Sequence[int]) -> list[str]:
    ends = sorted({place % (len(answer) + 1) for place in places})
    return [answer[start:end] for start, end in zip([0, *ends], [*ends, len(answer)], strict=True)]


class Counting:
    """An encoder that keeps what it was given."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        return np.asarray(FakeEncoder().encode_passages(texts))


def stream(pieces: Sequence[str], shown: Sequence[Passage], encode: Counting) -> StreamedCheck:
    streamed = StreamedCheck(shown, encode, "年假？")
    for piece in pieces:
        streamed.feed(piece)
    return streamed


@pytest.mark.parametrize("answer", ANSWERS)
@given(places=st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=25, deadline=None)
def test_the_end_is_that_of_the_whole_answer_however_it_was_cut(answer: str, places: list[int]) -> None:
    shown = passages(LEAVE, MEALS)
    whole = check_answer(answer, shown, Counting(), "年假？")
    streamed = stream(cut(answer, places), shown, Counting())
    assert streamed.finish() == whole


@pytest.mark.parametrize("answer", ANSWERS)
def test_one_character_at_a_time(answer: str) -> None:
    shown = passages(LEAVE, MEALS)
    assert stream(answer, shown, Counting()).finish() == check_answer(answer, shown, Counting(), "年假？")


@given(st.lists(PARTS, max_size=40), st.lists(st.integers(0, 10_000), max_size=12))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_reads_the_same_however_it_was_cut(parts: list[str], places: list[int]) -> None:
    answer = "".join(parts)
    reader = StatementReader(3)
    statements = [one for piece in cut(answer, places) for one in reader.feed(piece)]
    statements += reader.finish()
    assert statements == read_statements(answer, 3)
    # No mark is left over, nor put together of what is, so that each that is shown was earned.
    assert not any(re.search(r"\[[0-9]{1,3}\]", one.lead + one.text + one.behind) for one in statements)


@given(st.lists(PARTS, max_size=30))
@settings(max_examples=200, deadline=None)
def test_what_was_shown_is_the_beginning_of_the_answer(parts: list[str]) -> None:
    shown = passages(LEAVE, MEALS)
    streamed = StreamedCheck(shown, Counting(), "年假？")
    seen = [one for piece in parts for one in streamed.feed(piece)]
    before = streamed.result()
    whole = streamed.finish()
    assert list(whole.statements[: len(seen)]) == seen == list(before.statements)
    assert whole.text.startswith(before.text)
    assert "".join(one.shown for one in whole.statements).strip() == whole.text


def test_a_sentence_is_shown_when_the_next_one_has_begun() -> None:
    streamed = StreamedCheck(passages(LEAVE, MEALS), Counting(), "年假？")
    assert streamed.feed("食堂周日不开放。") == []
    assert streamed.feed("[") == streamed.feed("2") == streamed.feed("]") == []
    (one,) = streamed.feed("公")
    assert (one.shown, one.kind, one.numbers) == ("食堂周日不开放。[1]", "supported", (1,))
    assert streamed.result().text == "食堂周日不开放。[1]"
    assert streamed.feed("司每年组织两次体检") == []
    assert streamed.finish().text == f"食堂周日不开放。[1]公司每年组织两次体检{UNSUPPORTED[True]}"


def test_words_that_point_at_a_mark_do_not_hold_the_sentence_back() -> None:
    reader = StatementReader(2)
    assert [one.text for sign in "试用期员工不享有年假，详见[1]。食" for one in reader.feed(sign)] == [
        "试用期员工不享有年假。"
    ]


def test_an_invented_sentence_is_never_shown_without_its_mark() -> None:
    answer = "公司有游泳池[1]。" * 3 + "食堂周日不开放[2]。"
    streamed = StreamedCheck(passages(LEAVE, MEALS), Counting(), "年假？")
    shown = ""
    for character in answer:
        shown += "".join(one.shown for one in streamed.feed(character))
        assert shown.count("游泳池") == shown.count(UNSUPPORTED[True])
    # Said again, it is left out.
    assert streamed.finish().text.count(UNSUPPORTED[True]) == 1


def test_passages_are_embedded_once_and_each_sentence_when_it_is_complete() -> None:
    encode = Counting()
    streamed = StreamedCheck(passages(LEAVE, MEALS), encode, "年假？")
    streamed.prepare()
    assert [len(call) for call in encode.calls] == [4]
    for character in "食堂周日不开放[2]。试用期员工不享有年假[1]。":
        streamed.feed(character)
    streamed.finish()
    assert encode.calls[1:] == [["食堂周日不开放。"], ["试用期员工不享有年假。"]]


def wait_for_the_one_aside() -> None:
    for thread in threading.enumerate():
        if thread.name == "gate-shelf":
            thread.join(20)  # the limit only ends a test that would hang


def test_passages_that_are_being_embedded_are_waited_for_and_not_embedded_again() -> None:
    encode, may_go_on, began = Counting(), threading.Event(), threading.Event()

    def slowly(texts: Sequence[str]) -> Vectors:
        if len(texts) > 1:
            began.set()
            assert may_go_on.wait(20)  # the limit only ends a test that would hang
        return encode(texts)

    streamed = StreamedCheck(passages(LEAVE, MEALS), slowly, "年假？")
    streamed.prepare_aside()
    assert began.wait(20)
    threading.Timer(0.1, may_go_on.set).start()
    assert [one.kind for one in streamed.feed("食堂周日不开放[2]。试用期")] == ["supported"]
    wait_for_the_one_aside()
    assert [len(call) for call in encode.calls] == [4, 1]


def test_an_answer_that_begins_anew_keeps_the_passages_and_forgets_the_rest() -> None:
    encode = Counting()
    streamed = StreamedCheck(passages(LEAVE, MEALS), encode, "年假？")
    streamed.feed("食堂周日不开放[2]。试用期")
    streamed.begin_anew()
    assert streamed.result().text == ""
    streamed.feed("试用期员工不享有年假[1]。")
    assert streamed.finish().text == "试用期员工不享有年假。[1]"
    assert [len(call) for call in encode.calls] == [4, 1, 1]


def test_what_fails_aside_is_told_to_whoever_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    untold: list[object] = []
    monkeypatch.setattr(threading, "excepthook", untold.append)

    def fail(texts: Sequence[str]) -> Vectors:
        raise MemoryError("no room")

    streamed = StreamedCheck(passages(LEAVE), fail, "年假？")
    streamed.prepare_aside()
    streamed.feed("试用期员工不享有年假[1]。")
    with pytest.raises(MemoryError):
        streamed.finish()
    wait_for_the_one_aside()
    assert untold == []


def test_an_answer_without_words_embeds_nothing() -> None:
    encode = Counting()
    streamed = StreamedCheck(passages(LEAVE), encode, "年假？")
    assert (streamed.feed("[1]\n。"), streamed.finish().text, encode.calls) == ([], "", [])


def test_what_is_beyond_the_bound_is_not_read() -> None:
    streamed = StreamedCheck(passages(LEAVE), Counting(), "年假？")
    for _ in range(4_000):
        streamed.feed("年假十天[1]。")
    assert sum(len(one.text) for one in streamed.finish().statements) <= 20_000
