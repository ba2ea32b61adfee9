"""The measures of retrieval and answers, as the evaluation form defines them (see docs/architecture.md)."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from index.datatypes import Hit
from qa.calibration import auroc
from qa.datatypes import Answer, Turn
from qa.model_measures import measure_model

BUDGETS = (1500, 600)
FIRST_PASSAGES = 5
MARK = re.compile(r"\[[0-9]{1,3}\]")
Measures = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that an answer rests on, and the file it stands in."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of an evaluation set; `scope` are the patterns of the documents to ask, none for all.

    `rejected` are quotes that somebody has said are not to be cited, `rejected_answers` texts that are not to be said.
    """

    id: str
    text: str
    answerable: bool = True
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[Turn, ...] = ()
    kind: str = ""
    scope: tuple[str, ...] = ()
    rejected: tuple[Evidence, ...] = ()
    rejected_answers: tuple[str, ...] = ()


def normalise(text: str) -> str:
    """Return the form in which texts are compared: NFKC, without white space and `*`."""
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", text))


def evidence_recall(question: Question, hits: Sequence[Hit], budget: int) -> float:
    """Return the share of a question's quotes found in the passages' texts, joined and cut at `budget` characters."""
    read = normalise("".join(hit.passage.text for hit in hits)[:budget])
    return fmean(normalise(evidence.quote) in read for evidence in question.evidence)


def recall_curve(question: Question, hits: Sequence[Hit], budgets: Sequence[int]) -> list[float]:
    """Return the evidence recall at each of some budgets, which rise; all of them cost little more than one."""
    text = "".join(hit.passage.text for hit in hits)

    @cache
    def read(budget: int) -> str:
        return normalise(text[:budget])

    def first_place(quote: str) -> int:
        # What stands in a text stands in a longer one, so the first budget that will do is found by halving.
        return bisect_left(budgets, True, key=lambda budget: quote in read(budget))

    firsts = [first_place(normalise(evidence.quote)) for evidence in question.evidence]
    return [fmean(first <= place for first in firsts) for place in range(len(budgets))]


def is_document_first(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether the first passage comes from a document that holds evidence."""
    return bool(hits) and hits[0].passage.document in {evidence.document for evidence in question.evidence}


def holds_answer(question: Question, text: str) -> bool:
    """Whether one of the right answers stands in a text."""
    return any(normalise(answer) in normalise(text) for answer in question.answers)


def holds_answer_early(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether one of the right answers stands in the first five passages' texts, joined."""
    return holds_answer(question, "".join(hit.passage.text for hit in hits[:FIRST_PASSAGES]))


def is_precise(quote: str, question: Question) -> bool:
    """Whether a cited quote contains, is contained in, or shares half of the shorter one's run with some evidence."""
    cited = normalise(quote)
    return any(_overlaps(cited, normalise(evidence.quote)) for evidence in question.evidence)


def citation_recall(quotes: Sequence[str], question: Question) -> float:
    """Return the share of a question's evidence that some cited quote covers, compared as `is_precise` does."""
    cited = [normalise(quote) for quote in quotes]
    return fmean(any(_overlaps(one, normalise(evidence.quote)) for one in cited) for evidence in question.evidence)


def is_rejected(question: Question, answer: Answer) -> bool:
    """Whether an answer cites again what was rejected, compared as `is_precise` does, or says it again."""
    cited = [normalise(citation.quote) for citation in answer.citations]
    if any(_overlaps(quote, normalise(one.quote)) for one in question.rejected for quote in cited):
        return True
    said = normalise(MARK.sub("", answer.text))
    return answer.answered and any(normalise(MARK.sub("", one)) in said for one in question.rejected_answers)


def _overlaps(one: str, other: str) -> bool:
    if one in other or other in one:
        return True
    shorter, longer = sorted((one, other), key=len)
    run = (len(shorter) + 1) // 2
    return any(shorter[at : at + run] in longer for at in range(len(shorter) - run + 1))


def measure(pairs: Sequence[tuple[Question, Answer]]) -> Measures:
    """Return every measure over questions and their answers; None where the set has nothing to measure it on."""
    answerable = [(question, answer) for question, answer in pairs if question.answerable]
    unanswerable = [(question, answer) for question, answer in pairs if not question.answerable]
    evidenced = [(question, answer) for question, answer in answerable if question.evidence]
    keyed = [(question, answer) for question, answer in answerable if question.answers]
    rejecting = [(question, answer) for question, answer in pairs if question.rejected or question.rejected_answers]
    cited = [(question, citation) for question, answer in evidenced for citation in answer.citations]
    found = measure_retrieval([(question, answer.hits) for question, answer in pairs])
    return {
        "questions": len(pairs),
        **{key: found[key] for key in ("evidence_recall_1500", "evidence_recall_600", "document_at_1")},
        "answer_hit": mean([a.answered and holds_answer(q, a.text) for q, a in keyed]),
        "lead_hit": mean([bool(a.citations) and holds_answer(q, a.citations[0].quote) for q, a in keyed]),
        "answer_length": mean([len(a.text) for _, a in pairs if a.answered]),
        "citation_precision": mean([is_precise(citation.quote, q) for q, citation in cited]),
        "citation_recall": mean([citation_recall([one.quote for one in a.citations], q) for q, a in evidenced]),
        "citations_per_answer": mean([len(a.citations) for _, a in pairs if a.answered]),
        "answered": mean([a.answered for _, a in answerable]),
        "refused": mean([not a.answered for _, a in unanswerable]),
        "answerability_auroc": auroc([a.confidence for _, a in answerable], [a.confidence for _, a in unanswerable]),
        "answer_in_5": found["answer_in_5"],
        "rejected_again": mean([is_rejected(q, a) for q, a in rejecting]),
        **measure_model([answer for _, answer in pairs]),
    }


def measure_retrieval(pairs: Sequence[tuple[Question, Sequence[Hit]]]) -> Measures:
    """Return the measures of passages alone, over questions and their ranked passages."""
    evidenced = [(question, hits) for question, hits in pairs if question.answerable and question.evidence]
    keyed = [(question, hits) for question, hits in pairs if question.answerable and question.answers]
    recalls = {
        f"evidence_recall_{budget}": mean([evidence_recall(q, hits, budget) for q, hits in evidenced])
        for budget in BUDGETS
    }
    return {
        "questions": len(pairs),
        **recalls,
        "document_at_1": mean([is_document_first(q, hits) for q, hits in evidenced]),
        "answer_in_5": mean([holds_answer_early(q, hits) for q, hits in keyed]),
    }


def mean(values: Sequence[float]) -> float | None:
    """Return the mean to four digits; None of nothing."""
    return round(fmean(values), 4) if values else None
