"""The vectors of embedded texts, kept in the database under a hash of model and text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from index.database import REBUILD_COMMAND, Database, add_checksum, read_damaged, without_checksum
from index.errors import MissingVectors
from index.vectors import Vectors

KEYS_A_QUERY = 500


def vector_key(model: str, text: str) -> bytes:
    """Return the key under which a text's vector is kept: 16 bytes of SHA-256 over model and text."""
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).digest()[:16]


class VectorRows(Database):
    """The part of the store that holds vectors."""

    def missing_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Return those keys that have no vector yet, or one that is not what was written."""
        wanted = list(dict.fromkeys(keys))
        found = {key for key, blob in self._blobs(wanted) if without_checksum(blob) is not None}
        return {key for key in wanted if key not in found}

    def add_vectors(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep the vectors of texts, shape (len(keys), dimension), as little-endian 32-bit floats.

        They are loose until `forget_loose_vectors` finds that a document has them.
        """
        blobs = [add_checksum(vector.astype("<f4").tobytes()) for vector in vectors]
        self.write_all("INSERT OR REPLACE INTO vectors VALUES (?, ?)", zip(keys, blobs, strict=True))
        self.write_all("INSERT OR IGNORE INTO loose_vectors VALUES (?)", ((key,) for key in keys))

    def vectors(self, keys: Sequence[bytes], dimension: int) -> Vectors:
        """Return the vectors of some texts, shape (len(keys), dimension).

        Raises `MissingVectors` where one is not there or not what was written.
        """
        found = dict(self._blobs(list(dict.fromkeys(keys))))
        vectors = np.empty((len(keys), dimension), dtype=np.float32)
        for row, key in enumerate(keys):
            vector = without_checksum(found.get(key, b""))
            if vector is None or len(vector) != 4 * dimension:
                raise MissingVectors(
                    f"vectors are missing from {self.folder} or damaged. Build them anew: {REBUILD_COMMAND}"
                )
            vectors[row] = np.frombuffer(vector, dtype="<f4")
        return vectors

    def _blobs(self, keys: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        remaining = iter(keys)
        while some := list(islice(remaining, KEYS_A_QUERY)):
            marks = ",".join("?" * len(some))
            yield from self.rows(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some)

    def forget_loose_vectors(self) -> None:
        """Drop the vectors of texts that no document holds any more, so that removed text leaves no trace."""
        self.write(
            "DELETE FROM vectors WHERE key IN (SELECT key FROM loose_vectors AS loose"
            " WHERE NOT EXISTS (SELECT 1 FROM passages WHERE vector_key = loose.key)"
            " AND NOT EXISTS (SELECT 1 FROM sentences WHERE vector_key = loose.key))"
        )
        self.write("DELETE FROM loose_vectors")

    def salvage_vectors(self, damaged: Path) -> int:
        """Take over the vectors that can still be read from a damaged database, and return how many."""
        salvaged = 0
        rows = read_damaged(damaged, "SELECT key, vector FROM vectors")
        while some := list(islice(rows, KEYS_A_QUERY)):
            good = [row for row in some if all(isinstance(one, bytes) for one in row) and without_checksum(row[1])]
            with self.transaction():
                self.write_all("INSERT OR IGNORE INTO vectors VALUES (?, ?)", good)
                self.write_all("INSERT OR IGNORE INTO loose_vectors VALUES (?)", ((key,) for key, _ in good))
            salvaged += len(good)
        return salvaged
