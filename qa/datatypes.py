"""The values that flow from a question to a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.datatypes import Hit

Mode = Literal["extractive", "llm", "conversation"]


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
    recognition where it is low, 0 to 1: the quote has to be compared with the picture. `label` names the side of a
    comparison that the quote speaks for, and `about` what its first words (该区, 此外) point back to; both are shown
    beside the quote, are no part of it, and empty where there is nothing to say.
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
    label: str = ""
    about: str = ""


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
class Written:
    """What became of what a language model wrote for one question.

    Of its `statements`, so many were `supported` where they point, so many where they were `moved` to. `dropped` counts
    the citations that nothing stands for. `failure` is the kind of failure for which the answer is quoted from the
    documents instead, "" where it is the model's. `first_word_ms` is how long nothing of it was there, None where
    nothing ever was.
    """

    statements: int = 0
    supported: int = 0
    moved: int = 0
    dropped: int = 0
    failure: str = ""
    first_word_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the figures that documents give for the same thing, as written, and those that give it, newest first.

    `citation` is the number of the citation that quotes the first of them.
    """

    figure: str
    citation: int
    documents: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where documents give different figures for the same thing, which are both quoted; newest first.

    `what` is a number or a date. `because` tells what shows that the first side is newer than the second, None where
    nothing does.
    """

    sides: tuple[Side, ...]
    what: Literal["number", "date"]
    because: Literal["title", "text", "file"] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    `text` carries `[n]` marks. `answered` is False for a refusal: then there are no citations, and `hits` are the
    nearest passages. `missing_terms` are terms of the question that no document contains. `searched` is what was
    really searched (a follow-up is made whole from the turns before). `confidence` is 0 to 1. `deviations` tell where
    older versions of what is quoted say something else, `disagreements` where other documents do. `unsupported` are
    sentences of a language model that no passage says; they stand in the text, marked as such. `notice` is one line on
    why the answer is not what was asked for: the model failed, was stopped, or ended at its limit. `written` tells what
    became of the model's answer, None where none was asked. `is_draft` while the model still writes. `timings_ms` are
    milliseconds by stage. `scope` are the patterns of the documents that were asked, as given; none for all documents.
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
    unsupported: tuple[str, ...] = ()
    notice: str = ""
    written: Written | None = None
    is_draft: bool = False
    disagreements: tuple[Disagreement, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
