from __future__ import annotations

import json
from dataclasses import replace
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from index.search import SearchIndex
from qa import evidence
from qa.assistant import Assistant
from qa.confidence import BROAD_SIGNS, SIGNS, _is_named, _share_held_in, confidence, signs_of_answer
from qa.evidence import Reading
from qa.retrieval import Wanted
from tests.test_assistant import CANTEEN, HANDBOOK, open_library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, {"手册.md": HANDBOOK, "食堂.txt": CANTEEN})


@pytest.fixture(scope="module")
def index(library: Assistant) -> SearchIndex:
    return library.generation.index


def signs(reading: Reading, index: SearchIndex) -> dict[str, float]:
    values = signs_of_answer(reading, index)
    assert values.shape == (len(SIGNS),)
    return dict(zip(SIGNS, values.tolist(), strict=True))


def share_lacking(reading: Reading, lacking: tuple[str, ...], known: tuple[str, ...] = ()) -> float:
    """The share of the question's terms, those that the title says apart, that these are, by weight."""
    weights = {term.alternatives[0]: term.weight for term in reading.retrieval.query.wanted_terms}
    assert set(lacking) | set(known) <= set(weights)
    return sum(weights[term] for term in lacking) / sum(weight for term, weight in weights.items() if term not in known)


def test_without_a_sentence_there_is_no_confidence(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("食堂早餐的价格是多少？", 10)
    assert confidence(replace(reading, candidates=()), index) == 0.0


def test_confidence_is_a_probability(library: Assistant, index: SearchIndex) -> None:
    for question in ("食堂早餐的价格是多少？", "红烧肉怎么烧才入味？", "How much is the breakfast?", "7"):
        sure = confidence(library.read(question, 20), index)
        assert 0 < sure < 1
        assert library.ask(question).confidence == round(sure, 4)


def test_signs_of_a_question_that_is_answered(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("食堂早餐的价格是多少？", 10)
    lead = reading.candidates[0]
    values = signs(reading, index)
    assert lead.text == "早餐的价格是五元，午餐的价格是十二元。"
    assert values["score"] == lead.score
    for name in ("lacks_expected", "lacks_number", "passage_numbers_lacking", "document_numbers_lacking"):
        assert values[name] == lead.sign(name) == 0.0
    for name in ("passage_lacking", "together_lacking", "document_lacking", "terms_missing", "name_lacking"):
        assert values[name] == 0.0
    assert values["asks_for_value"] == 1.0
    assert values["length"] == pytest.approx(log(1 + len("食堂早餐的价格是多少？")))
    assert values["across_languages"] == values["across_cosine"] == values["broad"] == 0.0


def test_signs_of_a_question_about_what_no_document_mentions(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("食堂的豆浆多少钱？", 10)
    assert reading.candidates[0].hit.passage.document == "食堂.txt"
    values = signs(reading, index)
    assert values["terms_missing"] == pytest.approx(share_lacking(reading, ("豆浆",)))
    # The title says 食堂, so that it tells nothing of the sentence.
    missing = share_lacking(reading, ("豆浆",), known=("食堂",))
    assert values["passage_lacking"] == values["document_lacking"] == values["together_lacking"] == missing == 1.0


def test_what_another_passage_of_the_document_holds_is_not_lacking_in_it(
    library: Assistant, index: SearchIndex
) -> None:
    reading = library.read("加班工资与路费的批准", 10)
    sentence = next(one for one in reading.candidates if one.text == "加班须由部门经理批准。")
    others = [
        one for one in reading.candidates if one.hit.passage.id == sentence.hit.passage.id and one is not sentence
    ]
    values = signs(replace(reading, candidates=(sentence, *others)), index)
    assert values["passage_lacking"] == pytest.approx(share_lacking(reading, ("路费",), known=("加班",)))
    assert values["together_lacking"] == values["passage_lacking"]
    assert values["document_lacking"] == values["terms_missing"] == 0.0
    # 工资 stands in the sentence before, 路费 in another passage: both are read as well.
    alone = signs(replace(reading, candidates=(sentence,)), index)
    assert alone["together_lacking"] == pytest.approx(share_lacking(reading, ("工资", "路费"), known=("加班",)))
    everything = sorted(reading.candidates, key=lambda one: one is not sentence)
    assert signs(replace(reading, candidates=tuple(everything)), index)["together_lacking"] == 0.0


def test_what_another_document_holds_is_lacking_in_this_one_only(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("加班的早餐须批准", 10)
    sentence = next(one for one in reading.candidates if one.text == "加班须由部门经理批准。")
    values = signs(replace(reading, candidates=(sentence,)), index)
    assert values["terms_missing"] == 0.0
    assert values["document_lacking"] == pytest.approx(share_lacking(reading, ("早餐",), known=("加班",)))


def test_a_part_of_a_long_term_counts_by_half_in_a_document(library: Assistant, index: SearchIndex) -> None:
    handbook = index.document_rows(next(one for one in index.passages if one.document == "手册.md"))
    canteen = index.document_rows(next(one for one in index.passages if one.document == "食堂.txt"))
    term = Wanted(("探亲路线",), 8.0, parts=("探亲", "经理"))
    assert _share_held_in(term, index, handbook) == 0.5
    assert _share_held_in(replace(term, parts=("探亲", "早餐")), index, handbook) == 0.25
    assert _share_held_in(term, index, canteen) == 0.0
    assert _share_held_in(replace(term, alternatives=("豆浆", "探亲假")), index, handbook) == 1.0
    assert _share_held_in(Wanted(("豆浆",), 8.0), index, canteen) == 0.0


def test_an_english_question_is_answered_across_languages(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("How much is the breakfast?", 10)
    values = signs(reading, index)
    assert values["across_languages"] == 1.0
    assert values["across_cosine"] == pytest.approx(reading.candidates[0].sign("cosine"))


def test_a_question_for_a_summary_weighs_nearness_by_itself(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("总结加班的豆浆规定", 10)
    values = signs(reading, index)
    assert values["broad"] == 1.0
    assert values["broad_cosine"] == pytest.approx(reading.candidates[0].sign("cosine"))
    assert values["broad_passage_cosine"] == pytest.approx(max(hit.dense for hit in reading.found))
    assert values["broad_terms_missing"] == values["terms_missing"] > 0
    assert values["broad_document_lacking"] == values["document_lacking"] > 0
    plain = signs(library.read("加班的豆浆规定", 10), index)
    assert [plain["broad"], *(plain[f"broad_{name}"] for name in BROAD_SIGNS)] == [0.0] * (1 + len(BROAD_SIGNS))


@pytest.mark.parametrize(
    ("question", "broad"),
    [
        ("简要介绍食堂", True),
        ("食堂在早餐方面做了什么", True),
        ("食堂如何供应早餐", True),
        ("總結食堂的規定", True),
        ("Summarise the canteen rules", True),
        ("How does the canteen work?", True),
        ("食堂早餐多少钱", False),
        ("How much is the breakfast?", False),
    ],
)
def test_which_questions_are_broad(library: Assistant, index: SearchIndex, question: str, broad: bool) -> None:
    assert signs(library.read(question, 10), index)["broad"] == float(broad)


def test_a_question_without_terms_lacks_none(library: Assistant, index: SearchIndex) -> None:
    values = signs(library.read("是什么？", 10), index)
    assert [values[name] for name in ("terms_missing", "passage_lacking", "together_lacking", "document_lacking")] == [
        0.0
    ] * 4


def test_confidence_is_a_logistic_regression_over_the_signs(
    library: Assistant, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = np.linspace(-0.1, 0.1, len(SIGNS))
    monkeypatch.setattr("qa.confidence._model", lambda: (weights, 0.5))
    reading = library.read("食堂早餐的价格是多少？", 10)
    expected = 1 / (1 + exp(-(float(signs_of_answer(reading, index) @ weights) + 0.5)))
    assert confidence(reading, index) == pytest.approx(expected)
    assert 0.001 < expected < 0.999


def test_the_confidence_of_parts_is_their_mean(library: Assistant, index: SearchIndex) -> None:
    reading = library.read("食堂管理规定和员工手册各有哪些要求？", 10)
    sure = [confidence(part, index) for part in reading.parts]
    assert len(sure) == 2 and sure[0] != sure[1]
    assert confidence(reading, index) == pytest.approx(sum(sure) / 2)
    unread = replace(reading.parts[1], candidates=())
    assert confidence(replace(reading, parts=(reading.parts[0], unread)), index) == pytest.approx(sure[0] / 2)


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
