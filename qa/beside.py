"""Whether what a language model copied from the passages is beside the question, though the passages do say it."""

from __future__ import annotations

from collections.abc import Sequence

from index.datatypes import Passage
from index.lexical import fold_in_place
from qa.expectation import Kind, expected_kind, holds_kind
from qa.measures import normalise

# What can be seen for sure in a sentence. Names of people and places are too often missed.
SEEN: tuple[Kind, ...] = ("number", "date")


def is_beside(question: str, written: Sequence[str], passages: Sequence[Passage], lead: str) -> bool:
    """Whether sentences that a model wrote hold no figure or date where one is asked for and the `lead` holds one.

    Only of sentences that are whole ones of the passages: what a model says in words of its own may answer in a way
    that is not seen here, and a few words that answer are no sentence.
    """
    kind, folded = expected_kind(question), fold_in_place(question)
    if kind not in SEEN or not written or not holds_kind(kind, fold_in_place(lead), folded):
        return False
    whole = {_bare(one.sentence_text(sentence)) for one in passages for sentence in one.sentences}
    return all(_bare(text) in whole and not holds_kind(kind, fold_in_place(text), folded) for text in written)


def _bare(text: str) -> str:
    return normalise(fold_in_place(text)).rstrip("。.！!？?；;，,")
