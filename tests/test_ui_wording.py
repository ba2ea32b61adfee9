"""How a quote reads now: the most similar words, and what differs in them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import split_passages
from index.datatypes import Document, Section
from index.records import Offsets
from qa.ui.highlights import Span
from qa.ui.wording import compare, most_similar

TEXT = """青岚区现有五大郊野公园，分别是松鹤公园、白鹭公园、云溪公园、石桥公园和望江公园。松鹤公园占地320公顷。

四座公园每天早上六点开门，晚上九点关门，全年免费。

全区细颗粒物平均浓度降到24微克每立方米。优良天数比例达到89.6%。"""


def sentences_of(text: str) -> Offsets:
    passages = split_passages(Document("a.txt", "", text, (Section(0, len(text)),), (), "0"))
    rows = [(sentence.start, sentence.end) for passage in passages for sentence in passage.sentences]
    return np.array(rows, np.int32).reshape(-1, 2)


def similar(text: str, quote: str) -> str | None:
    span = most_similar(text, sentences_of(text), quote)
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("quote", "now"),
    [
        (
            "青岚区有四大郊野公园，分别是松鹤公园、白鹭公园、云溪公园和石桥公园。",
            "青岚区现有五大郊野公园，分别是松鹤公园、白鹭公园、云溪公园、石桥公园和望江公园。",
        ),
        (
            "青岚区有四大郊野公园，分别是松鹤公园、白鹭公园、云溪公园和石桥公园。松鹤公园占地300公顷。",
            "青岚区现有五大郊野公园，分别是松鹤公园、白鹭公园、云溪公园、石桥公园和望江公园。松鹤公园占地320公顷。",
        ),
        ("全区细颗粒物平均浓度降到26微克每立方米。", "全区细颗粒物平均浓度降到24微克每立方米。"),
        ("优良天数的比例达到了85%。", "优良天数比例达到89.6%。"),
        ("员工每年享有十天带薪年假，路费由公司承担。", None),
        ("？", None),
        ("", None),
        (" \n", None),
    ],
)
def test_the_most_similar_sentences_are_found(quote: str, now: str | None) -> None:
    assert similar(TEXT, quote) == now


def test_a_sentence_that_was_cut_in_two_is_found_whole() -> None:
    text = "食堂每天供应早餐和午餐。早餐的价格是五元，午餐的价格是十二元。周日不开放。"
    assert similar(text, "食堂每天供应早餐和午餐，早餐的价格是五元，午餐的价格是十二元。") == text[:31]


def test_it_is_found_by_words_rather_than_by_place_in_a_long_text() -> None:
    words = random.Random(7)
    signs = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"
    lines = ["".join(words.choices(signs, k=40)) + "。" for _ in range(5_000)]
    lines[3_211] = "第三十七条规定，锅炉每季度检修一次，由后勤处负责记录。"
    text = "\n".join(lines)
    assert similar(text, "第三十七条规定，锅炉每月检修一次，由后勤处负责记录。") == lines[3_211]


def test_odd_signs_are_no_obstacle() -> None:
    assert similar("雪𠮷人😀。好\udcff的。", "雪𠮷人😀啊。") == "雪𠮷人😀。"


def test_a_text_without_sentences_has_nothing_similar() -> None:
    assert most_similar("", np.zeros((0, 2), np.int32), "年假") is None


@given(st.text(max_size=200), st.text(max_size=60))
def test_whatever_is_found_lies_in_the_text(text: str, quote: str) -> None:
    sentences = np.array([(at, min(at + 7, len(text))) for at in range(0, len(text), 7)], np.int32).reshape(-1, 2)
    span = most_similar(text, sentences, quote)
    assert span is None or (0 <= span.start < span.end <= len(text) and isinstance(span, Span))


def shown(before: str, now: str) -> tuple[str, str]:
    """Return both wordings with what differs in brackets."""
    pieces = compare(before, now)
    marked = ["".join(f"[{one.text}]" if one.differs else one.text for one in side) for side in pieces]
    return marked[0], marked[1]


@pytest.mark.parametrize(
    ("before", "now", "marked"),
    [
        ("年假十天。", "年假十天。", ("年假十天。", "年假十天。")),
        ("年假十天。", "年假十五天。", ("年假十天。", "年假十[五]天。")),
        ("降到26微克。", "降到24.5微克。", ("降到[26]微克。", "降到[24.5]微克。")),
        ("版本 v1.2 可用", "版本 v1.3 可用", ("版本 v[1.2] 可用", "版本 v[1.3] 可用")),
        ("the contract ends", "the contact ends", ("the [contract] ends", "the [contact] ends")),
        # One sign in common between two changes is chance.
        ("由人事处批准。", "由财务处长审核。", ("由[人事处批准]。", "由[财务处长审核]。")),
        ("", "新的", ("", "[新的]")),
        ("旧的", "", ("[旧的]", "")),
    ],
)
def test_what_differs_is_marked(before: str, now: str, marked: tuple[str, str]) -> None:
    assert shown(before, now) == marked


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_make_up_both_wordings(before: str, now: str) -> None:
    old, new = compare(before, now)
    assert "".join(piece.text for piece in old) == before
    assert "".join(piece.text for piece in new) == now
    assert [piece.text for piece in old if not piece.differs] == [piece.text for piece in new if not piece.differs]
