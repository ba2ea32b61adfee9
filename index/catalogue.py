"""Which segments make up which generation, as it stands in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from index.database import Database, as_json
from index.errors import DamagedStore


class Entry(NamedTuple):
    """A document of a segment, with the numbers of its passages and sentences there."""

    path: str
    passages: int
    sentences: int


class SegmentRow(NamedTuple):
    """A segment: the folder that its files lie in, the SHA-256 of each, and its documents by path."""

    number: int
    folder: str
    manifest: dict[str, str]
    entries: tuple[Entry, ...]


class LiveRow(NamedTuple):
    """A segment in service, with the places in it of those documents that no longer are."""

    segment: SegmentRow
    gone: frozenset[int]


class Catalogue(Database):
    """The part of the store that knows segments and generations."""

    def add_segment(self, folder: str, manifest: dict[str, str], entries: Sequence[Entry]) -> int:
        """Note a segment whose files are written, and return its number."""
        self.write(
            "INSERT INTO segments (folder, manifest, documents) VALUES (?, ?, ?)",
            (folder, as_json(manifest), as_json(entries)),
        )
        return self.inserted()

    def set_generation(self, number: int, live: Iterable[tuple[int, Iterable[int]]]) -> None:
        """Make segments, each with the places that are gone from it, the generation of that number and serve it."""
        segments = [[segment, sorted(gone)] for segment, gone in live]
        self.write("INSERT OR REPLACE INTO generations VALUES (?, ?)", (number, as_json(segments)))
        self.set_meta("generation", str(number))

    def current_generation(self) -> int:
        """Return the number of the generation in service, 0 where nothing was indexed yet."""
        with self.reading():
            return int(self.meta("generation") or 0)

    def live_segments(self, number: int) -> list[LiveRow]:
        """Return what a generation is made of. Raises `DamagedStore` where that is not known."""
        rows = self.rows("SELECT segments FROM generations WHERE number = ?", (number,))
        if not rows:
            raise DamagedStore(f"generation {number} is not in {self.folder}")
        with self.reading():
            wanted = {int(segment): frozenset(int(place) for place in gone) for segment, gone in json.loads(rows[0][0])}
            known = {row.number: row for row in self._segments(list(wanted))}
        if missing := wanted.keys() - known.keys():
            raise DamagedStore(f"segment {min(missing)} of generation {number} is not in {self.folder}")
        return [LiveRow(known[segment], gone) for segment, gone in wanted.items()]

    def _segments(self, numbers: Sequence[int]) -> list[SegmentRow]:
        marks = ",".join("?" * len(numbers))
        rows = self.rows(f"SELECT number, folder, manifest, documents FROM segments WHERE number IN ({marks})", numbers)
        return [
            SegmentRow(
                number=int(number),
                folder=str(folder),
                manifest={str(name): str(digest) for name, digest in json.loads(manifest).items()},
                entries=tuple(Entry(str(path), int(passages), int(sentences)) for path, passages, sentences in entries),
            )
            for number, folder, manifest, entries in (
                (number, folder, manifest, json.loads(documents)) for number, folder, manifest, documents in rows
            )
        ]

    def keep_generations(self, numbers: Sequence[int]) -> None:
        """Forget all generations but some, and all segments that only others had."""
        marks = ",".join("?" * len(numbers))
        self.write(f"DELETE FROM generations WHERE number NOT IN ({marks})", tuple(numbers))
        with self.reading():
            lists = [json.loads(row[0]) for row in self.rows("SELECT segments FROM generations")]
            kept = sorted({int(segment) for segments in lists for segment, _ in segments})
        marks = ",".join("?" * len(kept))
        self.write(f"DELETE FROM segments WHERE number NOT IN ({marks})", tuple(kept))

    def segment_folders(self) -> set[str]:
        """Return the names of the folders that segments lie in."""
        return {str(row[0]) for row in self.rows("SELECT folder FROM segments")}
