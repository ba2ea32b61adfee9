"""The vectors of several segments, searched as if they were one index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.vectors import VectorIndex, Vectors

Rows = NDArray[np.int64]


# FAISS chooses among equal vectors at its limit by how they lie; with some to spare, the choice is ours.
MORE = 32


class VectorSearch(Protocol):
    """Nearest vectors by inner product; rows are counted over everything that is searched."""

    @property
    def size(self) -> int: ...

    @property
    def dimension(self) -> int: ...

    def search(self, query: Vectors, limit: int) -> tuple[Rows, Vectors]: ...

    def cosines(self, query: Vectors, rows: Rows) -> Vectors: ...

    def take(self, rows: Rows) -> Vectors: ...


class VectorPart(NamedTuple):
    """One segment's vectors, and for each its row in the whole, -1 where it is no longer there."""

    vectors: VectorIndex
    rows: Rows


class VectorParts:
    """Exact search over parts; row i is the vector that a part names i. `size` rows of `dimension` numbers."""

    def __init__(self, parts: Sequence[VectorPart], size: int, dimension: int) -> None:
        self.size, self.dimension = size, dimension
        self._parts = tuple(parts)
        self._present = [None if bool((part.rows >= 0).all()) else part.rows >= 0 for part in self._parts]
        self._is_one = len(self._parts) == 1 and bool(np.array_equal(self._parts[0].rows, np.arange(size)))
        # For every row, the part that has it and its row there.
        self._part_of = np.zeros(size, dtype=np.int16)
        self._row_there = np.zeros(size, dtype=np.int64)
        for number, part in enumerate(self._parts):
            there = np.flatnonzero(part.rows >= 0)
            self._part_of[part.rows[there]] = number
            self._row_there[part.rows[there]] = there

    def search(self, query: Vectors, limit: int) -> tuple[Rows, Vectors]:
        """Return rows and cosines of the nearest vectors to one query of shape (dimension,), best first."""
        rows: list[Rows] = [np.zeros(0, dtype=np.int64)]
        cosines: list[Vectors] = [np.zeros(0, dtype=np.float32)]
        for part, present in zip(self._parts, self._present, strict=True):
            found, those = part.vectors.search(query, limit + MORE, present)
            rows.append(part.rows[found])
            cosines.append(those)
        all_rows, all_cosines = np.concatenate(rows), np.concatenate(cosines)
        best = np.lexsort((all_rows, -all_cosines))[:limit]
        return all_rows[best], all_cosines[best]

    def cosines(self, query: Vectors, rows: Rows) -> Vectors:
        """Return the cosines of some rows with one query of shape (dimension,), shape (len(rows),)."""
        found = np.zeros(len(rows), dtype=np.float32)
        for vectors, places, there in self._split(rows):
            found[places] = vectors.cosines(query, there)
        return found

    def take(self, rows: Rows) -> Vectors:
        """Return the vectors of some rows, shape (len(rows), dimension)."""
        taken = np.zeros((len(rows), self.dimension), dtype=np.float32)
        for vectors, places, there in self._split(rows):
            taken[places] = vectors.take(there)
        return taken

    def _split(self, rows: Rows) -> Iterator[tuple[VectorIndex, slice | NDArray[np.int64], Rows]]:
        """Yield the parts that have some of the rows: the places of these in `rows`, and their rows in the part."""
        rows = np.asarray(rows, dtype=np.int64)
        if len(rows) and (rows.min() < 0 or rows.max() >= self.size):
            raise IndexError(f"rows {rows.min()} to {rows.max()} asked for, there are {self.size}")
        if self._is_one:
            yield self._parts[0].vectors, slice(None), rows
            return
        owners, there = self._part_of[rows], self._row_there[rows]
        for number in np.unique(owners).tolist():
            places = np.flatnonzero(owners == number)
            yield self._parts[number].vectors, places, there[places]
