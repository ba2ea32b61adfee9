"""The floors that the product's first corpus has to keep; it lies beside the checkout and is no part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedding import Encoder
from index.generations import Generation, load_generation
from index.store import Store
from qa.datatypes import Answer
from qa.evaluate import evaluate
from qa.measures import Question, measure
from qa.settings import PROJECT, Settings

JINSHAN = PROJECT.parent / "shared" / "eval" / "jinshan"
Pairs = list[tuple[Question, Answer]]

pytestmark = pytest.mark.skipif(not JINSHAN.is_dir(), reason=f"the evaluation set is not at {JINSHAN}")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> tuple[Pairs, Generation]:
    data: Path = tmp_path_factory.mktemp("jinshan")
    _, pairs = evaluate(JINSHAN, Settings(data=data), default_encoder)
    (folder,) = (data / "evaluations").iterdir()
    store = Store.open(folder)
    try:
        return pairs, load_generation(store)
    finally:
        store.close()


def single(pairs: Pairs) -> Pairs:
    """The answerable questions that stand by themselves, English and traditional ones included."""
    return [(question, answer) for question, answer in pairs if question.answerable and question.kind != "follow-up"]


def value(pairs: Pairs, name: str) -> float:
    measured = measure(pairs)[name]
    assert measured is not None
    return measured


def test_the_evidence_is_found(measured: tuple[Pairs, Generation]) -> None:
    assert value(measured[0], "evidence_recall_1500") >= 0.97


@pytest.mark.parametrize(("name", "floor"), [("answer_hit", 0.92), ("lead_hit", 0.85)])
def test_single_questions_are_answered_rightly(measured: tuple[Pairs, Generation], name: str, floor: float) -> None:
    assert value(single(measured[0]), name) >= floor


def test_answers_are_short(measured: tuple[Pairs, Generation]) -> None:
    assert value(single(measured[0]), "answer_length") <= 220


def test_answerable_questions_are_answered(measured: tuple[Pairs, Generation]) -> None:
    assert value(measured[0], "answered") >= 0.95


def test_five_of_the_seven_unanswerable_questions_are_refused(measured: tuple[Pairs, Generation]) -> None:
    unanswerable = [answer for question, answer in measured[0] if not question.answerable]
    assert len(unanswerable) == 7
    assert sum(not answer.answered for answer in unanswerable) >= 5


def test_citations_rest_on_the_evidence(measured: tuple[Pairs, Generation]) -> None:
    assert value(measured[0], "citation_precision") >= 0.7


def test_every_quote_is_verbatim_at_its_offsets(measured: tuple[Pairs, Generation]) -> None:
    pairs, generation = measured
    citations = [citation for _, answer in pairs for citation in answer.citations]
    assert len(citations) >= 25
    for citation in citations:
        assert generation.documents[citation.document].text[citation.start : citation.end] == citation.quote
