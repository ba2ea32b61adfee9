"""The values that flow through the index: frozen, plain, and importing nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading.

    `start` and `end` are character offsets into the document's text and enclose the body, not the heading line.
    `headings` is the path from the outermost heading to this one; empty before the first heading. The title is no
    part of it.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A numbered page (slide, sheet) of a document, as character offsets into its text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file as extracted text.

    `path` is relative to the documents folder, with forward slashes, and names the document everywhere.
    `content_hash` is the SHA-256 of the file's bytes in hexadecimal. `title` is the text's own or, where it has none,
    the file's name without suffix.
    """

    path: str
    title: str
    text: str
    sections: tuple[Section, ...]
    pages: tuple[Page, ...]
    content_hash: str
    has_own_title: bool = True


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage, as character offsets into the document's text."""

    passage_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences under one heading; `document.text[start:end] == text`, always."""

    id: int
    document: str
    title: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
    sentences: tuple[Sentence, ...] = field(default=(), repr=False)

    def sentence_text(self, sentence: Sentence) -> str:
        """Return the words of one of this passage's sentences."""
        return self.text[sentence.start - self.start : sentence.end - self.start]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where a passage stood in each leg of the search, counted from 1; None where that leg did not find it."""

    dense: int | None = None
    sentence: int | None = None
    lexical: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    `score` is the fused score, higher is better, comparable within one question only. `dense` and `sentence` are
    cosines of the passage and of its best sentence; `lexical` is the BM25 score. `terms` are the question's terms that
    the passage holds.
    """

    passage: Passage
    score: float
    ranks: Ranks
    dense: float
    sentence: float
    lexical: float
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, with the reason in words for its owner."""

    document: str
    error: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work is: `done` of `total` units of `stage` (such as "reading" or "embedding").

    `document` is the one being worked on, where there is one.
    """

    stage: str
    done: int
    total: int
    document: str = ""


Report = Callable[[Progress], None]
"""Called now and then by long work; must return quickly."""


def ignore_progress(_: Progress) -> None:
    """Take progress and show it to nobody."""
