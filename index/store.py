"""SQLite: documents, passages, sentences and vectors. What stands here is the truth."""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from index.catalogue import Catalogue
from index.database import DATABASE, REBUILD_COMMAND, SCHEMA_VERSION, add_checksum, as_json, without_checksum
from index.datatypes import Document, Failure, Page, Passage, Section, Unit
from index.errors import DamagedStore
from index.lexical import fold_in_place
from index.loaders.extract import Line
from index.records import PassageSpan, Record, StoredFile
from index.vector_rows import VectorRows, vector_key

__all__ = [
    "DATABASE", "REBUILD_COMMAND", "SCHEMA_VERSION", "FailedFile", "IndexedDocument", "Store", "StoredFile", "Totals",
    "vector_key",
]  # fmt: skip
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with its passages and the vector keys of all its texts, ready to be stored.

    `passage_keys[i]` belongs to `passages[i]`; `sentence_keys[i]` to the i-th sentence over all passages, in order.
    `lines` tell where its text stands on its pages, where the format does.
    """

    file: StoredFile
    document: Document
    passages: tuple[Passage, ...]
    passage_keys: tuple[bytes, ...]
    sentence_keys: tuple[bytes, ...]
    lines: tuple[Line, ...] = ()


class FailedFile(NamedTuple):
    """A file that could not be read, as it looked then; without size and time it is tried at every sync.

    `file` is the mail or archive that it is a part of, empty where it is a file of its own.
    """

    failure: Failure
    size: int | None = None
    modified_ns: int | None = None
    file: str = ""


class Totals(NamedTuple):
    """How much is indexed."""

    documents: int
    passages: int
    sentences: int


class Store(VectorRows, Catalogue):
    """Everything that is kept of a folder of documents. Open it with `Store.open`; use it in one thread."""

    def clear(self) -> None:
        """Forget every document and the model, for a build with another one. Use it inside a transaction.

        Vectors stay until `forget_loose_vectors`: those of the new model may be among them.
        """
        self.write("INSERT OR IGNORE INTO loose_vectors SELECT key FROM vectors")
        for table in ("documents", "failures", "lexicon"):
            self.write(f"DELETE FROM {table}")
        self.write("DELETE FROM meta WHERE key = 'model'")

    def user_words(self) -> tuple[str, ...]:
        """Return the user's own words as they stood in their file at the last sync."""
        with self.reading():
            return tuple(json.loads(self.meta("user_words") or "[]"))

    def set_user_words(self, words: Sequence[str]) -> None:
        self.set_meta("user_words", as_json(list(words)))

    # Documents

    def files(self) -> dict[str, StoredFile]:
        """Return what is known of the file of every document, by the document's path."""
        rows = self.rows("SELECT path, size, modified_ns, content_hash, indexed_at FROM documents")
        kinds = (str, int, int, str, str)
        if not all(isinstance(value, kind) for row in rows for value, kind in zip(row, kinds, strict=True)):
            raise DamagedStore(f"the index in {self.folder} is damaged (what it holds of a document is no such thing)")
        return {row[0]: StoredFile(*row) for row in rows}

    def owners(self) -> dict[str, StoredFile]:
        """Return what is known of every file that documents are of, by its own path: a mail, an archive is one file."""
        inside = self.owners_of_parts()
        owners: dict[str, StoredFile] = {}
        # Those that are distrusted last: one of them is enough for the whole file to be read again.
        for path, file in sorted(self.files().items(), key=lambda one: -one[1].size):
            owners[inside.get(path, path)] = replace(file, path=inside.get(path, path))
        return owners

    def owners_of_parts(self) -> dict[str, str]:
        """Return for each document that is a part of a mail or archive the path of that file."""
        return {str(path): str(file) for path, file in self.rows("SELECT path, file FROM documents WHERE file != ''")}

    def noted(self) -> list[str]:
        """Return the documents of which something could not be read."""
        return [str(row[0]) for row in self.rows("SELECT path FROM documents WHERE notes != '[]' ORDER BY path")]

    def documents_of(self, files: Iterable[str]) -> list[str]:
        """Return the paths of the documents that came in some files, sorted."""
        wanted = set(files)
        inside = self.owners_of_parts()
        return sorted({path for path in self.files() if inside.get(path, path) in wanted})

    def totals(self) -> Totals:
        """Return how many documents, passages and sentences there are."""
        rows = self.rows("SELECT COUNT(*), COALESCE(SUM(passages), 0), COALESCE(SUM(sentences), 0) FROM documents")
        return Totals(*(int(number) for number in rows[0]))

    def add(self, indexed: IndexedDocument) -> None:
        """Store a document, replacing what stood under its path."""
        document, file = indexed.document, indexed.file
        self.remove([document.path])
        passages = [
            (passage.start, passage.end, passage.page, as_json(passage.headings), key)
            for passage, key in zip(indexed.passages, indexed.passage_keys, strict=True)
        ]
        owners = [(passage, sentence) for passage in indexed.passages for sentence in passage.sentences]
        sentences = [
            (sentence.start, sentence.end, passage.start, key)
            for (passage, sentence), key in zip(owners, indexed.sentence_keys, strict=True)
        ]
        sections = as_json([(section.start, section.end, section.headings) for section in document.sections])
        pages = as_json([_told_page(page) for page in document.pages])
        body = (document.title if document.has_own_title else None, sections, pages, document.text)
        more = (document.unit or "", document.file, as_json(document.notes))
        self.write(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(document.path, document.content_hash, file.size, file.modified_ns, file.indexed_at),
                *(
                    len(document.text),
                    len(passages),
                    len(sentences),
                    _digest(_told(body, more), passages, sentences),
                    *body,
                    *more,
                ),
            ),
        )
        if indexed.lines:
            self.write("INSERT INTO layouts VALUES (?, ?)", (document.path, _pack_lines(indexed.lines)))
        self.write_all("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", ((document.path, *row) for row in passages))
        self.write_all("INSERT INTO sentences VALUES (?, ?, ?, ?, ?)", ((document.path, *row) for row in sentences))

    def remove(self, paths: Iterable[str]) -> None:
        """Forget documents; their vectors are loose until another document turns out to have them."""
        for path in paths:
            for table in ("passages", "sentences"):
                self.write(
                    f"INSERT OR IGNORE INTO loose_vectors SELECT vector_key FROM {table} WHERE document = ?", (path,)
                )
                # By hand as well: rows that no document has any more would be in the way of the next ones.
                self.write(f"DELETE FROM {table} WHERE document = ?", (path,))
            self.write("DELETE FROM documents WHERE path = ?", (path,))

    def rename(self, renamed: Mapping[str, StoredFile]) -> dict[str, str]:
        """Give files, named by their old paths, other ones, and return every document's old path with its new one.

        Their passages and sentences follow, and so do the documents inside of them.
        """
        inside = self.owners_of_parts()
        moved = {
            path: renamed[inside.get(path, path)].path + path.removeprefix(inside.get(path, path))
            for path in self.documents_of(renamed)
        }
        # Through names that no file has: a.txt and b.txt may have changed places.
        for number, old in enumerate(moved):
            self.write("UPDATE documents SET path = ? WHERE path = ?", (f"\0{number}", old))
        for number, (old, new) in enumerate(moved.items()):
            file = renamed[inside.get(old, old)]
            self.write(
                "UPDATE documents SET path = ?, file = ?, size = ?, modified_ns = ? WHERE path = ?",
                (new, file.path if old in inside else "", file.size, file.modified_ns, f"\0{number}"),
            )
        return moved

    def touch(self, file: StoredFile) -> None:
        """Note a file's new size and time where its content is the same."""
        self.write(
            "UPDATE documents SET size = ?, modified_ns = ? WHERE path = ? OR file = ?",
            (file.size, file.modified_ns, file.path, file.path),
        )

    def distrust(self, paths: Iterable[str]) -> None:
        """Take documents out of service until the next sync, which reads them again whatever their files look like."""
        self.write_all("UPDATE documents SET size = -1, content_hash = '' WHERE path = ?", ((path,) for path in paths))

    def digests(self) -> dict[str, bytes]:
        """Return what tells one state of a document from another, by path; none for documents that are distrusted."""
        rows = self.rows("SELECT path, digest FROM documents WHERE content_hash != ''")
        with self.reading():
            return {row[0]: bytes(row[1]) for row in rows}

    def lengths(self) -> dict[str, int]:
        """Return every document's number of characters, by path."""
        rows = self.rows("SELECT path, characters FROM documents")
        return {path: length if isinstance(length, int) else 0 for path, length in rows}

    def records(self, paths: Sequence[str] | None = None) -> dict[str, Record]:
        """Return documents with their passages and sentences, by path and in that order: all, or those named.

        One that is not what was written is left out and named in the log.
        """
        found: dict[str, Record] = {}
        for path in sorted(self.digests() if paths is None else paths):
            try:
                record = self._record(path)
            except DamagedStore:
                record = None
            if record is None:
                logger.warning("what the index holds of %s is damaged; the next sync reads the file again", path)
            else:
                found[path] = record
        return found

    def _record(self, path: str) -> Record | None:
        rows = self.rows(
            "SELECT size, modified_ns, content_hash, indexed_at, digest, unit, file, notes, title, sections, pages,"
            " text FROM documents WHERE path = ?", (path,)
        )  # fmt: skip
        passages = self.rows(
            "SELECT start, end, page, headings, vector_key FROM passages WHERE document = ? ORDER BY start", (path,)
        )
        sentences = self.rows(
            "SELECT start, end, passage_start, vector_key FROM sentences WHERE document = ? ORDER BY start", (path,)
        )
        if not rows:
            return None
        size, modified_ns, content_hash, indexed_at, digest, unit, owner, notes, *body = rows[0]
        try:
            if _digest(_told(body, (unit, owner, notes)), passages, sentences) != digest:
                return None
            file = StoredFile(path, size, modified_ns, content_hash, indexed_at)
            about = (unit or None, str(owner), tuple(map(str, json.loads(notes))))
            return _read_record(file, digest, about, body, passages, sentences)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def lines(self, path: str) -> list[Line]:
        """Return where a document's lines stand on its pages, none where that is not known or not what was written."""
        rows = self.rows("SELECT lines FROM layouts WHERE document = ?", (path,))
        packed = without_checksum(rows[0][0]) if rows else None
        return _unpack_lines(packed) if packed is not None else []

    def vector_keys(self, path: str) -> tuple[list[bytes], list[bytes]]:
        """Return the vector keys of a document's passages and of its sentences, in order."""
        passages = self.rows("SELECT vector_key FROM passages WHERE document = ? ORDER BY start", (path,))
        sentences = self.rows("SELECT vector_key FROM sentences WHERE document = ? ORDER BY start", (path,))
        return [row[0] for row in passages], [row[0] for row in sentences]

    # Failures

    def replace_failures(self, failures: Iterable[FailedFile]) -> None:
        self.write("DELETE FROM failures")
        self.write_all(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)",
            ((one.failure.document, one.failure.error, one.size, one.modified_ns, one.file) for one in failures),
        )

    def failed_files(self) -> dict[str, FailedFile]:
        """Return the files that could not be read at the last sync, by path and in that order."""
        rows = self.rows("SELECT path, error, size, modified_ns, file FROM failures ORDER BY path")
        return {path: FailedFile(Failure(path, error), *looked) for path, error, *looked in rows}

    def failures(self) -> list[Failure]:
        return [one.failure for one in self.failed_files().values()]


def _told(body: Sequence[Any], more: tuple[str, str, str]) -> list[Any]:
    """Return what a digest is over: the unit and the notes only where there are some, as before there were any."""
    unit, _, notes = more
    return [*body, *([unit, notes] if unit or notes != "[]" else [])]


def _digest(body: Sequence[Any], passages: Sequence[Any], sentences: Sequence[Any]) -> bytes:
    """Return the SHA-256 of everything that is kept of a document but its file's name."""
    hashed = hashlib.sha256()
    for part in body:
        data = b"-" if part is None else str(part).encode("utf-8", "surrogatepass")
        hashed.update(len(data).to_bytes(8, "little") + data)
    for rows in (passages, sentences):
        hashed.update(repr([tuple(row) for row in rows]).encode("utf-8", "surrogatepass"))
    return hashed.digest()


def _pack_lines(lines: Sequence[Line]) -> bytes:
    rows = [(one.start, one.end, one.page, [round(side, 5) for side in one.box], one.confidence) for one in lines]
    return add_checksum(zlib.compress(as_json(rows).encode()))


def _unpack_lines(packed: bytes) -> list[Line]:
    rows = json.loads(zlib.decompress(packed))
    return [Line(start, end, page, tuple(box), confidence) for start, end, page, box, confidence in rows]


def _read_record(
    file: StoredFile,
    digest: bytes,
    about: tuple[Unit | None, str, tuple[str, ...]],
    body: Sequence[Any],
    passages: Sequence[Any],
    sentences: Sequence[Any],
) -> Record:
    title, sections, pages, text = body
    document = Document(
        path=file.path,
        title=title or PurePosixPath(file.path).stem,
        text=text,
        sections=tuple(Section(start, end, tuple(above)) for start, end, above in json.loads(sections)),
        pages=tuple(_read_page(*page) for page in json.loads(pages)),
        content_hash=file.content_hash,
        has_own_title=title is not None,
        unit=about[0],
        file=about[1],
        notes=about[2],
    )
    spans = tuple(
        PassageSpan(start, end, page, tuple(json.loads(headings))) for start, end, page, headings, _ in passages
    )
    offsets = np.array([(start, end) for start, end, _, _ in sentences], dtype=np.int32).reshape(-1, 2)
    owners = np.searchsorted([owner for _, _, owner, _ in sentences], [span.start for span in spans])
    starts = np.append(owners, len(sentences)).astype(np.int32)
    return Record(file, digest, document, fold_in_place(document.title), spans, offsets, starts)


def _told_page(page: Page) -> tuple[Any, ...]:
    told = (page.number, page.start, page.end, page.name, page.rows)
    return (*told, page.unsure) if page.unsure else told


def _read_page(
    number: int,
    start: int,
    end: int,
    name: str = "",
    rows: Sequence[Sequence[int]] = (),
    unsure: Sequence[tuple[int, int, float]] = (),
) -> Page:
    pairs = tuple((offset, row) for offset, row in rows)
    return Page(number, start, end, name, pairs, tuple((first, last, sure) for first, last, sure in unsure))
