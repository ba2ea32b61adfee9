"""Whether a question is better answered without what was talked about before: the subject has changed."""

from __future__ import annotations

from collections.abc import Sequence

from index.lexical import fold_in_place, is_nominal
from qa.correcting import read_correction
from qa.datatypes import Answer
from qa.expectation import expected_measure
from qa.pointing import may_stand_alone, without_openers
from qa.topic import Cut, Word, topic_words

# A follow-up whose answer is less sure than the first is answered alone where that is as sure as the second.
DOUBTFUL, SURE = 0.5, 0.75


def may_have_changed(question: str) -> bool:
    """Whether a question may have left what was talked about: it neither points back nor corrects what was asked."""
    return may_stand_alone(question) and read_correction(question).question == question


def answers_better(question: str, alone: Answer, whole: Answer, cut: Cut) -> bool:
    """Whether the answer to a question `alone` is to be preferred to that with words of the turns before it.

    It is where it is sure and the other doubtful, and where it says more of what the question itself asks about, or as
    much and a figure of the kind asked for: words carried from before have then led to what was talked about before.
    """
    if not alone.answered or alone.confidence < DOUBTFUL:
        return False
    if alone.confidence >= SURE and whole.confidence < DOUBTFUL:
        return True
    own = [word for word in topic_words(without_openers(question), cut) if word.kind != "time"]
    # 什么时候启用？ says nothing of what: that was said before.
    names_something = any(word.kind == "name" or is_nominal(word.text) for word in own)
    if not names_something:
        return False
    says_more = _share_said(own, alone) - _share_said(own, whole)
    return says_more > 0 or (says_more == 0 and _gives_measure(question, alone) and not _gives_measure(question, whole))


def _share_said(own: Sequence[Word], answer: Answer) -> float:
    """Return how much of a question's own words, by weight, an answer's first quote, title and headings hold."""
    if not answer.answered or not answer.citations:
        return 0.0
    first = answer.citations[0]
    said = fold_in_place(" ".join((first.title, *first.headings, first.quote)))
    total = sum(word.weight for word in own)
    return sum(word.weight for word in own if word.text in said) / total if total else 0.0


def _gives_measure(question: str, answer: Answer) -> bool:
    """Whether an answer's first quote gives a figure of the measure that a question asks for: 多少钱, 15元."""
    measure = expected_measure(fold_in_place(question))
    return measure is not None and bool(answer.citations and measure.search(fold_in_place(answer.citations[0].quote)))
