"""The measures of retrieval and answers, as the evaluation form defines them (see docs/architecture.md)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from index.datatypes import Hit
from qa.datatypes import Answer, Turn

BUDGETS = (1500, 600)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that an answer rests on, and the file it stands in."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line of an evaluation set."""

    id: str
    text: str
    answerable: bool = True
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[Turn, ...] = ()
    kind: str = ""


def normalise(text: str) -> str:
    """Return the form in which texts are compared: NFKC, without white space and `*`."""
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", text))


def evidence_recall(question: Question, hits: Sequence[Hit], budget: int) -> float:
    """Return the share of a question's quotes found in the passages' texts, joined and cut at `budget` characters."""
    read = normalise("".join(hit.passage.text for hit in hits)[:budget])
    return fmean(normalise(evidence.quote) in read for evidence in question.evidence)


def is_document_first(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether the first passage comes from a document that holds evidence."""
    return bool(hits) and hits[0].passage.document in {evidence.document for evidence in question.evidence}


def holds_answer(question: Question, text: str) -> bool:
    """Whether one of the right answers stands in a text."""
    return any(normalise(answer) in normalise(text) for answer in question.answers)


def is_precise(quote: str, question: Question) -> bool:
    """Whether a cited quote contains, is contained in, or shares half of the shorter one's run with some evidence."""
    cited = normalise(quote)
    return any(_overlaps(cited, normalise(evidence.quote)) for evidence in question.evidence)


def _overlaps(one: str, other: str) -> bool:
    if one in other or other in one:
        return True
    shorter, longer = sorted((one, other), key=len)
    run = (len(shorter) + 1) // 2
    return any(shorter[at : at + run] in longer for at in range(len(shorter) - run + 1))


def measure(pairs: Sequence[tuple[Question, Answer]]) -> dict[str, float | int | None]:
    """Return every measure over questions and their answers; None where the set has nothing to measure it on."""
    answerable = [(question, answer) for question, answer in pairs if question.answerable]
    unanswerable = [(question, answer) for question, answer in pairs if not question.answerable]
    evidenced = [(question, answer) for question, answer in answerable if question.evidence]
    keyed = [(question, answer) for question, answer in answerable if question.answers]
    cited = [(question, citation) for question, answer in evidenced for citation in answer.citations]
    recalls = {
        f"evidence_recall_{budget}": _mean([evidence_recall(q, a.hits, budget) for q, a in evidenced])
        for budget in BUDGETS
    }
    return {
        "questions": len(pairs),
        **recalls,
        "document_at_1": _mean([is_document_first(q, a.hits) for q, a in evidenced]),
        "answer_hit": _mean([a.answered and holds_answer(q, a.text) for q, a in keyed]),
        "lead_hit": _mean([bool(a.citations) and holds_answer(q, a.citations[0].quote) for q, a in keyed]),
        "answer_length": _mean([len(a.text) for _, a in pairs if a.answered]),
        "citation_precision": _mean([is_precise(citation.quote, q) for q, citation in cited]),
        "citations_per_answer": _mean([len(a.citations) for _, a in pairs if a.answered]),
        "answered": _mean([a.answered for _, a in answerable]),
        "refused": _mean([not a.answered for _, a in unanswerable]),
        "answerability_auroc": _auroc([a.confidence for _, a in answerable], [a.confidence for _, a in unanswerable]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(fmean(values), 4) if values else None


def _auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the chance that an answerable question's confidence is above an unanswerable one's; ties count half."""
    if not positives or not negatives:
        return None
    wins = sum((one > other) + 0.5 * (one == other) for one in positives for other in negatives)
    return round(wins / (len(positives) * len(negatives)), 4)
