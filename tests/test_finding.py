"""Words in one document: whatever their width and case, over line ends, and as sheets show them."""

from __future__ import annotations

import random
import unicodedata

import pytest

from index.datatypes import Document, Page
from qa import finding
from qa.finding import find_in


def text_document(text: str) -> Document:
    return Document("a.md", "甲", text, (), (), "0")


def found(text: str, words: str) -> list[str]:
    """Return what of a text is found."""
    return [text[start:end] for start, end in find_in(text_document(text), words).places]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("耕地三万亩，林地三万亩。", "三万亩", ["三万亩", "三万亩"]),
        ("全年ＰＭ2.5降到26微克", "pm2.5", ["ＰＭ2.5"]),
        ("全年PM2.5降到26微克", "ＰＭ２．５", ["PM2.5"]),
        ("重3㎏，不是3kg", "3kg", ["3㎏", "3kg"]),
        ("面积12㎡（约）", "（约）", ["（约）"]),
        ("Die Straße und die STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("cafe\u0301 et café", "café", ["cafe\u0301", "café"]),
        ("ｶﾞｲﾄﾞ", "ガイド", ["ｶﾞｲﾄﾞ"]),
        ("松鹤公园\n白鹭公园", "松鹤公园 白鹭公园", ["松鹤公园\n白鹭公园"]),
        ("the long\nroad, alongroad", "long road", ["long\nroad"]),
        ("PM2.5平均", "PM2.5 平均", ["PM2.5平均"]),
        ("甲乙甲乙甲", "甲乙甲", ["甲乙甲"]),
        ("a.b a+b", "a.b", ["a.b"]),
        ("没有", "别的", []),
        ("有字", "  ", []),
        ("", "字", []),
        ("\U0001f600开会\U0001f600", "开会", ["开会"]),
    ],
)
def test_words_are_found_as_they_are_meant(text: str, words: str, expected: list[str]) -> None:
    assert found(text, words) == expected


def test_half_of_a_sign_that_unfolds_is_the_whole_sign() -> None:
    # ㎏ is k and g, neither of which is there alone.
    assert found("3㎏粮", "g") == ["㎏"]
    assert found("3㎏粮", "k") == ["㎏"]
    assert found("3㎏粮", "g粮") == ["㎏粮"]


def test_what_is_found_is_what_was_looked_for_in_texts_by_chance() -> None:
    chance = random.Random(7)
    signs = "甲乙Ａaß㎏é\n　 ，ｶﾞＺz\u0301"
    for _ in range(300):
        text = "".join(chance.choices(signs, k=40))
        words = "".join(chance.choices("甲乙ａAz", k=chance.randint(1, 2)))
        places = find_in(text_document(text), words).places
        folded = unicodedata.normalize("NFKC", words).casefold()
        for start, end in places:
            assert folded in unicodedata.normalize("NFKC", text[start:end]).casefold()
        # Marks over a sign are of it, so that z with an accent is no z; these texts tell both.
        plain = unicodedata.normalize("NFKC", text).casefold()
        assert len(places) == plain.count(folded)


def test_what_is_found_too_often_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_PLACES", 3)
    words = find_in(text_document("的" * 10), "的")
    assert (words.count, words.places) == (10, ((0, 1), (1, 2), (2, 3)))


def sheet(text: str, *pages: Page) -> Document:
    return Document("人员.xlsx", "人员", text, (), pages, "0", unit="sheet")


def test_the_name_of_a_column_counts_once_a_sheet() -> None:
    first = "在职\n姓名：张三；部门：人事\n姓名：李四；部门：财务部门\n"
    second = "离职\n姓名：王五；部门：人事"
    text = first + second
    at = len(first) + 3
    document = sheet(
        text, Page(1, 0, len(first), "在职", ((3, 2),)), Page(2, len(first), len(text), "离职", ((at, 2),))
    )
    places = find_in(document, "部门").places
    assert [text[start - 3 : end] for start, end in places] == ["张三；部门", "：财务部门", "王五；部门"]
    assert find_in(document, "人事").count == 2
    # As it is quoted, too.
    assert find_in(document, "姓名：李四").count == 1


def test_a_long_document_is_folded_once() -> None:
    document = text_document("　　全区有耕地三万亩，Ａ类占四成。\n" * 150_000)
    assert find_in(document, "Ａ类占").count == 150_000
    before = finding._fold.cache_info().hits
    assert find_in(document, "三万亩").count == 150_000
    assert finding._fold.cache_info().hits == before + 1
