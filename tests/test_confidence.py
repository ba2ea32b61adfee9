from __future__ import annotations

import json
from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest

from qa import evidence
from qa.assistant import Assistant
from qa.confidence import SIGNS, _is_named, confidence, signs_of_answer
from qa.evidence import Reading
from qa.retrieval import Wanted
from tests.test_assistant import CANTEEN, HANDBOOK, open_library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, {"手册.md": HANDBOOK, "食堂.txt": CANTEEN})


def signs(reading: Reading) -> dict[str, float]:
    values = signs_of_answer(reading.retrieval, reading.candidates)
    assert values.shape == (len(SIGNS),)
    return dict(zip(SIGNS, values.tolist(), strict=True))


def test_without_a_sentence_there_is_no_confidence(library: Assistant) -> None:
    assert confidence(library.read("食堂早餐的价格是多少？", 10).retrieval, ()) == 0.0


def test_confidence_is_a_probability(library: Assistant) -> None:
    for question in ("食堂早餐的价格是多少？", "红烧肉怎么烧才入味？", "How much is the breakfast?", "7"):
        reading = library.read(question, 10)
        assert 0 < confidence(reading.retrieval, reading.candidates) < 1
        assert library.ask(question).confidence == round(confidence(reading.retrieval, reading.candidates), 4)


def test_signs_of_a_question_that_is_answered(library: Assistant) -> None:
    reading = library.read("食堂早餐的价格是多少？", 10)
    values = signs(reading)
    assert values["cosine"] == pytest.approx(reading.candidates[0].sign("cosine"))
    assert values["passage_cosine"] == pytest.approx(max(hit.dense for hit in reading.retrieval.hits))
    assert values["terms_missing"] == values["weight_missing"] == 0.0
    assert values["terms_lacking"] == values["rarest_lacking"] == 0.0
    assert values["across_languages"] == values["across_cosine"] == 0.0


def test_signs_of_a_question_about_what_no_document_mentions(library: Assistant) -> None:
    reading = library.read("食堂的豆浆多少钱？", 10)
    weights = {term.alternatives[0]: term.weight for term in reading.retrieval.query.wanted_terms}
    assert list(weights) == ["食堂", "豆浆"]
    values = signs(reading)
    missing_share = weights["豆浆"] / sum(weights.values())
    assert values["terms_missing"] == pytest.approx(missing_share)
    assert values["weight_missing"] == pytest.approx(weights["豆浆"])
    assert values["terms_lacking"] == pytest.approx(missing_share)
    assert values["rarest_lacking"] == 1.0


def test_an_english_question_is_answered_across_languages(library: Assistant) -> None:
    reading = library.read("How much is the breakfast?", 10)
    values = signs(reading)
    assert values["across_languages"] == 1.0
    assert values["across_cosine"] == values["cosine"] == pytest.approx(reading.candidates[0].sign("cosine"))


def test_the_lead_is_compared_with_the_best_sentence_of_another_passage(library: Assistant) -> None:
    reading = library.read("食堂早餐的价格是多少？", 10)
    lead, *others = reading.candidates
    elsewhere = max(one.score for one in others if one.hit.passage.id != lead.hit.passage.id)
    assert lead.score - elsewhere > 3
    assert signs(reading)["lead_over_next_passage"] == 3.0
    near = [lead, *(replace(one, score=lead.score - 1.25) for one in others)]
    assert dict(zip(SIGNS, signs_of_answer(reading.retrieval, near), strict=True))["lead_over_next_passage"] == 1.25
    alone = signs_of_answer(reading.retrieval, [lead])
    assert dict(zip(SIGNS, alone, strict=True))["lead_over_next_passage"] == 3.0


def test_a_question_without_terms_lacks_none(library: Assistant) -> None:
    values = signs(library.read("是什么？", 10))
    assert values["terms_missing"] == values["terms_lacking"] == values["rarest_lacking"] == 0.0


def test_confidence_is_a_logistic_regression_over_the_signs(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = np.linspace(-1, 1, len(SIGNS))
    monkeypatch.setattr("qa.confidence._model", lambda: (weights, 0.5))
    reading = library.read("食堂早餐的价格是多少？", 10)
    expected = 1 / (1 + exp(-(float(signs_of_answer(reading.retrieval, reading.candidates) @ weights) + 0.5)))
    assert confidence(reading.retrieval, reading.candidates) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("file", "signs"), [("sentence_weights.json", evidence.SIGNS), ("confidence_weights.json", SIGNS)]
)
def test_every_sign_has_its_weight_and_no_other_is_stored(file: str, signs: tuple[str, ...]) -> None:
    stored = json.loads((Path(evidence.__file__).parent / file).read_text("utf-8"))
    assert list(stored["weights"]) == list(signs)
    assert stored["made_by"]["script"] == "scripts/train_weights.py"


@pytest.mark.parametrize(
    ("term", "text", "named"),
    [
        ("松江区", "金山区的PM2.5年平均浓度降到27微克。", False),
        ("松江区", "松江的空气质量优良率上升。", True),
        ("浦东新区", "浦东在建机场。", True),
        ("远大公司", "公司拥有三个工厂。", False),
        ("园区", "工厂有三个。", True),
        ("耕地", "工厂有三个。", True),
    ],
)
def test_a_place_or_body_is_named_with_or_without_its_suffix(term: str, text: str, named: bool) -> None:
    assert _is_named(Wanted((term,), 5.0), text) is named
