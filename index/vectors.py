"""Nearest vectors by inner product. The only home of faiss."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError

Vectors = NDArray[np.float32]
# A question is answered in one thread, so that several questions share the cores instead of fighting for them.
faiss.omp_set_num_threads(1)


class VectorIndex:
    """An exact index over L2-normalised vectors, so that an inner product is a cosine. Row i is the i-th vector."""

    def __init__(self, index: faiss.IndexFlat) -> None:
        self._index = index
        # The index's own memory seen as an array: rows are read without a call into FAISS and without a copy.
        self._rows = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        """Index vectors of shape (n, dimension)."""
        return cls.join([vectors], vectors.shape[1])

    @classmethod
    def join(cls, runs: Iterable[Vectors], dimension: int) -> VectorIndex:
        """Index runs of vectors, each of shape (n, dimension), one behind the other."""
        index = faiss.IndexFlatIP(dimension)
        for vectors in runs:
            index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @property
    def size(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path, dimension: int, size: int) -> VectorIndex:
        """Read an index back. Raises `StoreError` where it is not one of that dimension and size.

        FAISS reads a damaged file without a word, so its checksum is to be compared before this.
        """
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise StoreError(f"{path.name} is no FAISS index ({error})") from None
        if not isinstance(index, faiss.IndexFlat) or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise StoreError(f"{path.name} holds a FAISS index of another kind, {type(index).__name__}")
        if index.d != dimension or index.ntotal != size:
            raise StoreError(
                f"{path.name} holds {index.ntotal} vectors of {index.d} numbers, expected {size} of {dimension}"
            )
        return cls(index)

    def search(
        self, query: Vectors, limit: int, present: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Return rows and cosines of the nearest vectors to one query of shape (dimension,), best first.

        Where `present` is given, shape (size,), only among the rows that it marks.
        """
        limit = min(limit, self.size if present is None else int(present.sum()))
        if limit == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        if present is None:
            cosines, rows = self._index.search(query.reshape(1, -1), limit)
        else:
            # The stubs know neither form, which FAISS's own Python layer adds.
            chosen = faiss.IDSelectorBitmap(np.packbits(present, bitorder="little"))  # type: ignore[call-arg, arg-type]
            only = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
            cosines, rows = self._index.search(query.reshape(1, -1), limit, params=only)
        return rows[0], cosines[0]

    def cosines(self, query: Vectors, rows: NDArray[np.int64]) -> Vectors:
        """Return the cosines of some rows with one query of shape (dimension,), shape (len(rows),).

        Raises `IndexError` for a row that there is not.
        """
        rows, query = np.ascontiguousarray(rows, dtype=np.int64), np.ascontiguousarray(query, dtype=np.float32)
        if query.shape != (self.dimension,):
            raise ValueError(f"the query has shape {query.shape}, expected ({self.dimension},)")
        cosines = np.zeros(len(rows), dtype=np.float32)
        if len(rows) == 0:
            return cosines
        if rows.min() < 0 or rows.max() >= self.size:
            raise IndexError(f"rows {rows.min()} to {rows.max()} asked for, there are {self.size}")
        # Reads the vectors where they are. Copying thousands of them together first takes several times as long.
        faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]  # the stubs lack it
            faiss.swig_ptr(cosines),
            faiss.swig_ptr(query),
            self._index.get_xb(),
            faiss.swig_ptr(rows),
            self.dimension,
            1,
            len(rows),
        )
        return cosines

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Return the vectors of some rows, shape (len(rows), dimension)."""
        return np.array(self._rows[rows], dtype=np.float32)
