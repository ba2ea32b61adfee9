"""Follow-up questions are made whole from the turns before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.datatypes import Turn
from qa.terms import question_terms

# 那…呢, 它…, 其中…: words that point back.
POINTS_BACK = re.compile(
    r"^(?:那|那么|这|它|其|该|此|他|她|上述|还有|另外|同样|再|and\b|what about\b|how about\b)"
    r"|呢\s*[？?]?\s*$|它|其中|上述|这个|那个|\b(?:it|its|they|their)\b",
    re.IGNORECASE,
)
FEWEST_TERMS = 2
# A subject is looked for so many questions back, in so many of their characters, and is so many terms long at most.
QUESTIONS_BACK, CHARACTERS_READ, MOST_CARRIED = 8, 500, 20


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return what to search for: the question itself, or with the last question's content words in front.

    They are added where the question points back (那…呢？, 它…) or says too little by itself.
    """
    asked_before = [_readable(turn.content) for turn in history if turn.role == "user"][-QUESTIONS_BACK:]
    if not asked_before:
        return question
    terms = question_terms(question)
    if not POINTS_BACK.search(question) and len(terms) >= FEWEST_TERMS:
        return question
    # The turn before may itself be a follow-up, so the subject is looked for further back.
    subject = standalone_question(asked_before[-1], [Turn("user", text) for text in asked_before[:-1]])
    carried = [term for term in question_terms(subject) if term not in terms]
    return " ".join([*carried[:MOST_CARRIED], question])


def _readable(content: str) -> str:
    """Return the beginning of a turn, without half characters (lone surrogates), which no tokenizer takes."""
    return content[:CHARACTERS_READ].encode("utf-8", "replace").decode()
