"""The sample corpus that ships with WenDang, asked with the default model.

The floors are set a little below what is measured, so that a change that makes the answers worse is noticed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.embedding import Encoder
from index.generations import Generation, load_generation
from index.openvino_reader import load_reader
from index.store import Store
from qa.assistant import READER_CHANGE
from qa.datatypes import Answer
from qa.evaluate import Evaluation, evaluate
from qa.measures import Question
from qa.settings import PROJECT, Settings
from tests.conftest import MODELS

QUESTIONS = Path(__file__).parent / "data" / "sample_questions.jsonl"
Measured = tuple[Evaluation, list[tuple[Question, Answer]], Generation]


def copy_set(folder: Path) -> Path:
    shutil.copytree(PROJECT / "documents", folder / "documents")
    shutil.copy(QUESTIONS, folder / "questions.jsonl")
    return folder


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Measured:
    folder: Path = tmp_path_factory.mktemp("sample")
    reader = load_reader(MODELS, READER_CHANGE)
    evaluation, pairs = evaluate(copy_set(folder), Settings(data=folder / "data"), default_encoder, reader=reader)
    (data,) = (folder / "data" / "evaluations").iterdir()
    store = Store.open(data)
    try:
        return evaluation, pairs, load_generation(store)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("measure", "floor"),
    [
        ("evidence_recall_1500", 0.97),
        ("document_at_1", 0.85),
        ("answer_hit", 0.85),
        ("lead_hit", 0.75),
        ("citation_precision", 0.65),
        ("answered", 0.9),
        ("refused", 0.5),
    ],
)
def test_the_sample_questions_are_answered_well(measured: Measured, measure: str, floor: float) -> None:
    value = measured[0].measures[measure]
    assert value is not None
    assert value >= floor


def test_answers_are_short(measured: Measured) -> None:
    length = measured[0].measures["answer_length"]
    assert length is not None
    assert length <= 220
    assert all(1 <= len(answer.citations) <= 4 for _, answer in measured[1] if answer.answered)


def test_every_quote_is_verbatim_at_its_offsets(measured: Measured) -> None:
    _, pairs, generation = measured
    citations = [citation for _, answer in pairs for citation in answer.citations]
    assert len(citations) > 60
    for citation in citations:
        assert generation.documents[citation.document].text[citation.start : citation.end] == citation.quote
        assert citation.verified


def test_every_passage_listed_is_verbatim_and_ten_are(measured: Measured) -> None:
    _, pairs, generation = measured
    for _, answer in pairs:
        assert len(answer.hits) >= 10
        for hit in answer.hits:
            passage = hit.passage
            assert generation.documents[passage.document].text[passage.start : passage.end] == passage.text


def test_every_kind_of_question_is_there(measured: Measured) -> None:
    kinds = {kind: measures["questions"] for kind, measures in measured[0].kinds.items()}
    assert kinds == {
        "cross-lingual": 6,
        "fact": 45,
        "follow-up": 5,
        "list": 8,
        "traditional": 6,
        "unanswerable": 10,
    }


def test_at_least_eight_documents_with_one_in_english_and_one_in_traditional(measured: Measured) -> None:
    _, _, generation = measured
    assert len(generation.documents) >= 8
    assert "Jinshan at a Glance.md" in generation.documents
    assert "導覽" in generation.documents["金山文旅導覽.txt"].title
