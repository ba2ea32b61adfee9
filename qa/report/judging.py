"""One question and its reply: is the reply right, and if not, what is the fault?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from qa.datatypes import Answer
from qa.measures import BUDGETS, Evidence, Question, evidence_recall, holds_answer, is_precise, is_rejected

Fault = Literal["answered", "refused", "rejected", "missed", "evidence", "citation"]
FAULTS: dict[Fault, str] = {
    "answered": "answered, though the documents hold no answer",
    "refused": "refused, though the documents hold the answer",
    "rejected": "somebody rejected this quote or this answer before",
    "missed": "none of the right answers stands in the reply",
    "evidence": f"evidence is not within the first {BUDGETS[0]:,} characters of the passages",
    "citation": "no citation rests on the evidence",
}
WORST = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A question of a set with its reply, judged.

    `answer` is the reply as shipped, `unrefused` the one that would have been given without a threshold. `right` says
    whether the latter is right; None where the set does not tell. `fault` is None where the reply as shipped has none.
    """

    set_name: str
    question: Question
    answer: Answer
    unrefused: Answer
    right: bool | None
    fault: Fault | None


def judge(set_name: str, question: Question, answer: Answer, unrefused: Answer) -> Judged:
    return Judged(set_name, question, answer, unrefused, is_right(question, unrefused), _fault(question, answer))


def is_right(question: Question, answer: Answer) -> bool | None:
    """Whether an answer is right: to an answerable question, it holds one of the answers.

    Where the set names none, one citation rests on evidence. None where the set has neither.
    """
    if not question.answerable:
        return False
    if question.answers:
        return answer.answered and holds_answer(question, answer.text)
    if question.evidence:
        return any(is_precise(citation.quote, question) for citation in answer.citations)
    return None


def _fault(question: Question, answer: Answer) -> Fault | None:
    if not question.answerable:
        return "answered" if answer.answered else None
    if is_rejected(question, answer):
        return "rejected"
    right = is_right(question, answer)
    if question.answers and right:
        return None
    if not answer.answered:
        return "refused"
    if question.answers:
        return "missed"
    if question.evidence and missing_quotes(question, answer):
        return "evidence"
    return "citation" if right is False else None


def missing_quotes(question: Question, answer: Answer) -> list[Evidence]:
    """Return the evidence that the first passages do not hold within the larger budget of the measures."""
    budget = max(BUDGETS)
    alone = [replace(question, evidence=(evidence,)) for evidence in question.evidence]
    return [one.evidence[0] for one in alone if evidence_recall(one, answer.hits, budget) == 0.0]


def worst(judged: Iterable[Judged], limit: int = WORST) -> list[Judged]:
    """Return the questions with a fault that the program was surest of, the surest first."""
    faulty = [one for one in judged if one.fault is not None]
    return sorted(faulty, key=lambda one: -one.answer.confidence)[:limit]
