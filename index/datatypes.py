"""The values that flow through the index: frozen, plain, and importing nothing of ours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal


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
    """A stretch of a document on one numbered page, slide or sheet, as character offsets into its text.

    A page that is gone back to, as by a footnote, has several stretches. `name` is a sheet's, or a slide's title.
    `rows` tells the lines of a sheet from its rows: pairs of an offset and the number of the row that begins there;
    every line after it is the next row, until the next pair. `unsure` are lines that character recognition is not sure
    of: start, end and its confidence, 0 to 1.
    """

    number: int
    start: int
    end: int
    name: str = ""
    rows: tuple[tuple[int, int], ...] = ()
    unsure: tuple[tuple[int, int, float], ...] = ()


Unit = Literal["page", "slide", "sheet"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place of a document is found in its file: page of a paged file, slide, sheet and row; None elsewhere."""

    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file as extracted text.

    `path` is relative to the documents folder, with forward slashes, and names the document everywhere.
    `content_hash` is the SHA-256 of the file's bytes in hexadecimal. `title` is the text's own or, where it has none,
    the file's name without suffix. `unit` is what `pages` are numbered by. `file` is the path of the mail or archive
    that the document is a part of, empty where it is a file of its own. `notes` tell its owner what could not be read.
    """

    path: str
    title: str
    text: str
    sections: tuple[Section, ...]
    pages: tuple[Page, ...]
    content_hash: str
    has_own_title: bool = True
    unit: Unit | None = None
    file: str = ""
    notes: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """Return the path of the file that the document came in: its own, or that of the mail or archive around it."""
        return self.file or self.path

    def page_at(self, offset: int) -> Page | None:
        """Return the page that holds a character, None where there are no pages."""
        at = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[max(at, 0)] if self.pages else None

    def spot(self, offset: int) -> Spot:
        """Return where a character is found in the file."""
        page = self.page_at(offset)
        if page is None or self.unit is None:
            return Spot()
        if self.unit == "sheet":
            return Spot(sheet=page.name or None, row=self._row(page, offset))
        return Spot(page=page.number, slide=page.number if self.unit == "slide" else None)

    def certainty(self, start: int, end: int) -> float | None:
        """Return the least confidence of the lines in a stretch that recognition is not sure of, None without any."""
        return min(
            (sure for page in self.pages for first, last, sure in page.unsure if first < end and start < last),
            default=None,
        )

    def _row(self, page: Page, offset: int) -> int | None:
        at = bisect_right(page.rows, offset, key=lambda run: run[0]) - 1
        if at < 0:
            return None
        start, row = page.rows[at]
        return row + self.text.count("\n", start, offset)


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
