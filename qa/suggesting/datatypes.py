"""The values that flow from a document's sentences to questions that are offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SuggestionKind = Literal["number", "date", "place", "person", "list", "definition", "matter", "reason", "asked"]
Script = Literal["simplified", "traditional"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as one rule makes it of a sentence. `answer` is what the sentence says in the place of what asks."""

    question: str
    kind: SuggestionKind
    answer: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that a document seems to answer at `start` to `end` of its text, with `answer`.

    `score` says how much it reads like a person's; higher is better. `is_chinese` tells its language. `place` is
    the text of the place, by which it is known again in another state of the document. `other` is the question in the
    other characters, simplified or traditional, "" where it is the same in both or was not answered so.
    """

    question: str
    kind: SuggestionKind
    answer: str
    document: str
    start: int
    end: int
    score: float
    is_chinese: bool
    place: str = ""
    other: str = ""
