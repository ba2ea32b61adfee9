"""SQLite: documents, passages, sentences and vectors. What stands here is the truth."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from index.datatypes import Document, Failure, Page, Passage, Section, Sentence
from index.errors import ModelMismatch, StoreError
from index.vectors import Vectors

DATABASE = "wendang.sqlite"
SCHEMA_VERSION = "1"
REBUILD_COMMAND = "python -m qa sync --rebuild"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What was seen of a document's file when it was indexed."""

    path: str
    size: int
    modified_ns: int
    content_hash: str
    indexed_at: str


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with its passages and the vector keys of all its texts, ready to be stored.

    `passage_keys[i]` belongs to `passages[i]`; `sentence_keys[i]` to the i-th sentence over all passages, in order.
    """

    file: StoredFile
    document: Document
    passages: tuple[Passage, ...]
    passage_keys: tuple[bytes, ...]
    sentence_keys: tuple[bytes, ...]


def vector_key(model: str, text: str) -> bytes:
    """Return the key under which a text's vector is kept: 16 bytes of SHA-256 over model and text."""
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).digest()[:16]


class Store:
    """One data folder's database. Open it with `Store.open`; use it in one thread."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open or create the database of a data folder. Raises `StoreError` where that cannot be done."""
        connection = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=30)
            _keep_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.executescript((Path(__file__).parent / "schema.sql").read_text("utf-8"))
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            if connection is not None:
                connection.close()
            raise StoreError(
                f"the index in {folder} cannot be opened ({error}). Check that the folder can be written and the disk "
                "is not full; the folder holds built data only and may be deleted"
            ) from None
        store = cls(folder, connection)
        try:
            store._check_form()
        except StoreError:
            connection.close()
            raise
        return store

    def _check_form(self) -> None:
        """Note the form of a new database; raise `StoreError` where another program's form is met."""
        form = self.meta("schema") or SCHEMA_VERSION
        if form != SCHEMA_VERSION:
            raise StoreError(
                f"the index in {self.folder} has form {form}, this program reads form {SCHEMA_VERSION}. "
                f"Delete {DATABASE} and generations/ there; they are built anew from the documents"
            )
        with self._translated():
            self.set_meta("schema", SCHEMA_VERSION)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside, or nothing."""
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the database inside, whatever is written meanwhile."""
        with self._translated():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise StoreError(
                f"the index in {self.folder} cannot be read or written ({error}). Free some disk space, then run the "
                "same command again; what was indexed before is still there"
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn what damage to the database leads to into a `StoreError`."""
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"the index in {self.folder} cannot be read ({error}). If that stays so, delete the folder: it holds "
                "built data only and is made anew by: python -m qa sync"
            ) from error

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        with self._reading():
            return self._connection.execute(query, parameters).fetchall()

    # Settings of the index itself

    def meta(self, key: str) -> str | None:
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        if self.meta(key) != value:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def check_model(self, model: str) -> None:
        """Raise `ModelMismatch` where the index was built with another embedding model."""
        built_with = self.meta("model")
        if built_with is not None and built_with != model:
            raise ModelMismatch(
                f"the index in {self.folder} was built with the embedding model {built_with}, now {model} is set. "
                f"Set WENDANG_EMBEDDING_MODEL back, or, with the same --documents and --data as "
                f"here, build the index anew: {REBUILD_COMMAND}"
            )

    def dimension(self) -> int:
        """Return how many numbers a vector has."""
        with self._reading():
            return int(self.meta("dimension") or 0)

    def clear(self) -> None:
        """Forget every document and the model, for a build with another one. Use it inside a transaction.

        Vectors stay: those of the new model may be among them. `forget_unused_vectors` drops the others.
        """
        for table in ("documents", "failures"):
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("DELETE FROM meta WHERE key = 'model'")

    def user_words(self) -> tuple[str, ...]:
        """Return the user's own words as they stood in their file at the last sync."""
        with self._reading():
            return tuple(json.loads(self.meta("user_words") or "[]"))

    def set_user_words(self, words: Sequence[str]) -> None:
        self.set_meta("user_words", _json(list(words)))

    # Documents

    def files(self) -> dict[str, StoredFile]:
        """Return what is known of every indexed file, by path."""
        rows = self._rows("SELECT path, size, modified_ns, content_hash, indexed_at FROM documents")
        return {row[0]: StoredFile(*row) for row in rows}

    def add(self, indexed: IndexedDocument) -> None:
        """Store a document, replacing what stood under its path."""
        document, file = indexed.document, indexed.file
        self.remove([document.path])
        sections = [(section.start, section.end, section.headings) for section in document.sections]
        pages = [(page.number, page.start, page.end) for page in document.pages]
        self._connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(document.path, document.content_hash, file.size, file.modified_ns, file.indexed_at),
                *(document.title if document.has_own_title else None, document.text, _json(sections), _json(pages)),
            ),
        )
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            (
                (document.path, passage.start, passage.end, passage.page, _json(passage.headings), key)
                for passage, key in zip(indexed.passages, indexed.passage_keys, strict=True)
            ),
        )
        sentences = [(passage, sentence) for passage in indexed.passages for sentence in passage.sentences]
        self._connection.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?)",
            (
                (document.path, sentence.start, sentence.end, passage.start, key)
                for (passage, sentence), key in zip(sentences, indexed.sentence_keys, strict=True)
            ),
        )

    def remove(self, paths: Iterable[str]) -> None:
        self._connection.executemany("DELETE FROM documents WHERE path = ?", ((path,) for path in paths))

    def rename(self, old: str, file: StoredFile) -> None:
        """Give a document another path; its passages and sentences follow."""
        self._connection.execute(
            "UPDATE documents SET path = ?, size = ?, modified_ns = ? WHERE path = ?",
            (file.path, file.size, file.modified_ns, old),
        )

    def touch(self, file: StoredFile) -> None:
        """Note a file's new size and time where its content is the same."""
        self._connection.execute(
            "UPDATE documents SET size = ?, modified_ns = ? WHERE path = ?", (file.size, file.modified_ns, file.path)
        )

    def documents(self) -> list[Document]:
        """Return every document, by path."""
        rows = self._rows("SELECT path, title, text, sections, pages, content_hash FROM documents ORDER BY path")
        with self._reading():
            return [
                Document(
                    path=path,
                    title=title or PurePosixPath(path).stem,
                    text=text,
                    sections=tuple(Section(start, end, tuple(above)) for start, end, above in json.loads(sections)),
                    pages=tuple(Page(*page) for page in json.loads(pages)),
                    content_hash=content_hash,
                    has_own_title=title is not None,
                )
                for path, title, text, sections, pages, content_hash in rows
            ]

    def passages(self, documents: Sequence[Document]) -> list[Passage]:
        """Return every passage in the order of documents and offsets; its id is its place in that order."""
        by_path = {document.path: document for document in documents}
        spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
        sentences = self._rows("SELECT document, start, end, passage_start FROM sentences ORDER BY document, start")
        for path, start, end, owner in sentences:
            spans.setdefault((path, owner), []).append((start, end))
        rows = self._rows("SELECT document, start, end, page, headings FROM passages ORDER BY document, start")
        with self._reading():
            return [
                Passage(
                    id=number,
                    document=path,
                    title=by_path[path].title,
                    start=start,
                    end=end,
                    text=by_path[path].text[start:end],
                    headings=tuple(json.loads(headings)),
                    page=page,
                    sentences=tuple(Sentence(number, *span) for span in spans[path, start]),
                )
                for number, (path, start, end, page, headings) in enumerate(rows)
            ]

    def replace_failures(self, failures: Iterable[Failure]) -> None:
        self._connection.execute("DELETE FROM failures")
        self._connection.executemany("INSERT INTO failures VALUES (?, ?)", ((f.document, f.error) for f in failures))

    def failures(self) -> list[Failure]:
        return [Failure(*row) for row in self._rows("SELECT path, error FROM failures ORDER BY path")]

    # Vectors

    def missing_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Return those keys that have no vector yet."""
        wanted = set(keys)
        return {key for key in wanted if not self._rows("SELECT 1 FROM vectors WHERE key = ?", (key,))}

    def add_vectors(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep the vectors of texts, shape (len(keys), dimension), as little-endian 32-bit floats."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            ((key, vector.astype("<f4").tobytes()) for key, vector in zip(keys, vectors, strict=True)),
        )

    def vectors(self, keys: Sequence[bytes], dimension: int) -> Vectors:
        """Return the vectors of some texts, shape (len(keys), dimension). Raises `StoreError` where one is missing."""
        rows = [self._rows("SELECT vector FROM vectors WHERE key = ?", (key,)) for key in keys]
        return self._stack([found[0][0] if found else None for found in rows], dimension, "texts")

    def passage_vectors(self, dimension: int) -> Vectors:
        """Return the vectors of all passages, shape (passages, dimension), in the order of `passages`."""
        return self._vectors("passages", dimension)

    def sentence_vectors(self, dimension: int) -> Vectors:
        """Return the vectors of all sentences, shape (sentences, dimension), by document and offset."""
        return self._vectors("sentences", dimension)

    def _vectors(self, table: str, dimension: int) -> Vectors:
        rows = self._rows(
            f"SELECT vector FROM {table} LEFT JOIN vectors ON vectors.key = vector_key ORDER BY document, start"
        )
        return self._stack([row[0] for row in rows], dimension, table)

    def _stack(self, blobs: Sequence[bytes | None], dimension: int, table: str) -> Vectors:
        found = [blob for blob in blobs if blob is not None and len(blob) == 4 * dimension]
        if len(found) < len(blobs):
            raise StoreError(f"vectors of {table} are missing from {self.folder}. Build them anew: {REBUILD_COMMAND}")
        return np.frombuffer(b"".join(found), dtype="<f4").reshape(len(found), dimension).astype(np.float32)

    def forget_unused_vectors(self) -> None:
        """Drop the vectors of texts that no document holds any more, so that removed text leaves no trace."""
        self._connection.execute(
            "DELETE FROM vectors WHERE key NOT IN "
            "(SELECT vector_key FROM passages UNION SELECT vector_key FROM sentences)"
        )

    # Generations

    def add_generation(self, number: int, folder: str, manifest: dict[str, str]) -> None:
        self._connection.execute("INSERT INTO generations VALUES (?, ?, ?)", (number, folder, _json(manifest)))
        self.set_meta("generation", str(number))

    def replace_generation_files(self, number: int, folder: str, manifest: dict[str, str]) -> None:
        self._connection.execute(
            "UPDATE generations SET folder = ?, manifest = ? WHERE number = ?", (folder, _json(manifest), number)
        )

    def current_generation(self) -> int:
        """Return the number of the generation in service, 0 where nothing was indexed yet."""
        with self._reading():
            return int(self.meta("generation") or 0)

    def generation(self, number: int) -> tuple[str, dict[str, str]]:
        """Return a generation's folder name and the SHA-256 of each of its files."""
        rows = self._rows("SELECT folder, manifest FROM generations WHERE number = ?", (number,))
        if not rows:
            raise StoreError(f"generation {number} is not in {self.folder}. Build it anew: {REBUILD_COMMAND}")
        with self._reading():
            return rows[0][0], dict(json.loads(rows[0][1]))

    def keep_generations(self, numbers: Sequence[int]) -> list[str]:
        """Forget all generations but some; return the folder names of those kept."""
        marks = ",".join("?" * len(numbers))
        self._connection.execute(f"DELETE FROM generations WHERE number NOT IN ({marks})", tuple(numbers))
        return [row[0] for row in self._rows("SELECT folder FROM generations")]


def _keep_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait for others that do so with a new database, so this does."""
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    connection.execute("PRAGMA journal_mode = WAL")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
