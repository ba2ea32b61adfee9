"""Statements in another language than their passages: denial, contraries, plans, names in pinyin, numbers in words."""

from __future__ import annotations

import pytest

from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from index.embedding import Encoder
from qa.gate.across import find_contrary_across
from qa.gate.english_numbers import find_spelled_numbers
from qa.gate.shelf import Shelf
from qa.gate.traits import traits_of
from tests.fakes import FakeEncoder

FARM = (
    "承租人不得转租农舍。股东大会否决了合并议案，净利润下降8%。奶牛场拟在岳城新建工厂，计划2025年投产。"
    "主要研究者为韩咏梅教授。采购预算480万元，最高限价465万元。园内禁止烧烤，允许放风筝。"
)
OFFICE = (
    "The help desk is closed on public holidays. Backups are kept for six months. The server will be replaced in March."
)


def contrary(source: str, statement: str) -> str | None:
    sentences = tuple(Sentence(0, start, end) for start, end in split_sentences(source))
    passage = Passage(0, "a.txt", "手册", 0, len(source), source, (), None, sentences)
    shelf = Shelf([passage], FakeEncoder().encode_passages)
    return find_contrary_across(statement, traits_of(statement), shelf.sources)


@pytest.mark.parametrize(
    ("source", "statement", "wrong"),
    [
        (FARM, "Tenants may sublet the farmhouse.", "not denied"),
        (FARM, "Tenants may not sublet the farmhouse.", None),
        (FARM, "The shareholders approved the merger.", "not denied"),
        (FARM, "The shareholders rejected the merger.", None),
        (FARM, "Net profit rose by 8%.", "rose"),
        (FARM, "Net profit fell by 8%.", None),
        (FARM, "The factory in Yuecheng went into operation in 2025.", "planned"),
        (FARM, "The factory in Yuecheng is to go into operation in 2025.", None),
        (FARM, "The principal investigator is Professor Li Ming.", "Li Ming"),
        (FARM, "The principal investigator is Professor Han Yongmei.", None),
        (FARM, "The principal investigator is Professor Yongmei Han.", None),
        (FARM, "The procurement budget is 4.65 million yuan.", "4.65 million"),
        (FARM, "The procurement budget is 4.8 million yuan.", None),
        (FARM, "Barbecues are allowed.", "not denied"),
        (OFFICE, "服务器已于三月更换。", "planned"),
        (OFFICE, "服务器将于三月更换。", None),
    ],
)
def test_what_is_contrary_in_another_language(source: str, statement: str, wrong: str | None) -> None:
    assert contrary(source, statement) == wrong


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("hold it for ten seconds", ["10"]),
        ("twenty-five people paid eight hundred and four yuan", ["25", "804"]),
        ("two hundred thousand", ["200000"]),
        ("five and six", ["5", "6"]),
        ("one of them, a six-lane road, someone", []),
        ("one one one one one one one one one one one one one one one one one one one one onex", ["20"]),
    ],
)
def test_numbers_that_english_spells_out(text: str, keys: list[str]) -> None:
    assert [one.key for one in find_spelled_numbers(text)] == keys


def test_real_vectors_let_a_true_translation_pass(default_encoder: Encoder) -> None:
    from benchmarks.gate import Remembering
    from qa.gate.verdicts import judge

    sentences = tuple(Sentence(0, start, end) for start, end in split_sentences(FARM))
    passage = Passage(0, "a.txt", "奶牛场", 0, len(FARM), FARM, (), None, sentences)
    shelf = Shelf([passage], Remembering(default_encoder))
    assert judge("Tenants may not sublet the farmhouse.", shelf, [1]).supported
    assert not judge("Tenants may sublet the farmhouse.", shelf, [1]).supported
