"""The values that flow from a question to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.datatypes import Hit

Mode = Literal["extractive", "llm"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The place that a statement of an answer rests on.

    `number` is the `n` of `[n]` in the answer's text, counted from 1. `start` and `end` are offsets into the
    document's text, and `quote` is that text, word for word. `emphasis` holds offsets into `quote` of what answers the
    question (figures, names). `page` (of slides, too), `slide`, `sheet` and `row` say where the quote begins in the
    document's file. `verified` says that the quote was compared with the document. `certainty` is that of character
    recognition where it is low, 0 to 1: the quote has to be compared with the picture.
    """

    number: int
    document: str
    title: str
    headings: tuple[str, ...]
    page: int | None
    start: int
    end: int
    quote: str
    verified: bool
    emphasis: tuple[tuple[int, int], ...] = ()
    slide: int | None = None
    sheet: str | None = None
    row: int | None = None
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where two versions of a document, by path and title, say different things; the answer quotes the newer one.

    `because` tells what shows that it is the newer: a date or version in the names, a date in the texts, or the times
    of the files.
    """

    older: str
    newer: str
    older_title: str
    newer_title: str
    older_quote: str
    newer_quote: str
    because: Literal["title", "text", "file"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    `text` carries `[n]` marks. `answered` is False for a refusal: then there are no citations, and `hits` are the
    nearest passages. `missing_terms` are terms of the question that no document contains. `searched` is what was
    really searched (a follow-up is made whole from the turns before). `confidence` is 0 to 1. `deviations` tell where
    older versions of what is quoted say something else. `timings_ms` are milliseconds by stage.
    """

    question: str
    text: str
    answered: bool
    mode: Mode
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    missing_terms: tuple[str, ...]
    searched: str
    confidence: float
    deviations: tuple[Deviation, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
