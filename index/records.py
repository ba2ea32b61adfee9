"""What is kept in memory of every indexed document: its text, and where its passages and sentences stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Document, Passage, Sentence

Offsets = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was seen of a document's file when it was indexed."""

    path: str
    size: int
    modified_ns: int
    content_hash: str
    indexed_at: str


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """Where a passage stands in its document's text, and under which page and headings."""

    start: int
    end: int
    page: int | None
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A document as it is indexed. `digest` tells one state of it from another; `folded_title` is its title, folded.

    `sentences` are all sentences as pairs of offsets, shape (sentences, 2); those of passage i are rows
    `sentence_starts[i]` to `sentence_starts[i + 1]`, shape (passages + 1,).
    """

    file: StoredFile
    digest: bytes
    document: Document
    folded_title: str
    passages: tuple[PassageSpan, ...]
    sentences: Offsets
    sentence_starts: Offsets

    def passage(self, number: int, identifier: int) -> Passage:
        """Return one of the document's passages under an id."""
        span, document = self.passages[number], self.document
        rows = self.sentences[self.sentence_starts[number] : self.sentence_starts[number + 1]].tolist()
        return Passage(
            id=identifier,
            document=document.path,
            title=document.title,
            start=span.start,
            end=span.end,
            text=document.text[span.start : span.end],
            headings=span.headings,
            page=span.page,
            sentences=tuple(Sentence(identifier, start, end) for start, end in rows),
        )


class PassageTable(Sequence[Passage]):
    """All passages in the order of their documents' paths and their offsets, each made when it is first asked for.

    A passage's id is its place in that order.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        """Lay out the passages of records that are in the order of their paths."""
        self._records = tuple(records)
        self._starts = [0, *accumulate(len(record.passages) for record in records)]
        self._made: dict[int, Passage] = {}

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, row: int) -> Passage: ...

    @overload
    def __getitem__(self, row: slice) -> tuple[Passage, ...]: ...

    def __getitem__(self, row: int | slice) -> Passage | tuple[Passage, ...]:
        if isinstance(row, slice):
            return tuple(self[one] for one in range(*row.indices(len(self))))
        made = self._made.get(row + len(self) if row < 0 else row)
        return made if made is not None else self._make(int(row))

    def __iter__(self) -> Iterator[Passage]:
        return (self[row] for row in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def _make(self, row: int) -> Passage:
        if not -len(self) <= row < len(self):
            raise IndexError(f"passage {row} asked for, there are {len(self)}")
        row %= len(self)
        owner = bisect_right(self._starts, row) - 1
        passage = self._records[owner].passage(row - self._starts[owner], row)
        # Two threads may both make it; one of them stays, so that a passage is always the same object.
        return self._made.setdefault(row, passage)

    def rows_of(self, passage: Passage) -> range:
        """Return the rows of the passages of the same document, which stand side by side."""
        owner = bisect_right(self._starts, passage.id) - 1
        return range(self._starts[owner], self._starts[owner + 1])
