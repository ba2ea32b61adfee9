"""Segments: runs of documents with their vectors and words, written once, checked, merged, never changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Entry, SegmentRow
from index.datatypes import Passage
from index.errors import StoreError
from index.postings import Postings
from index.records import Record
from index.store import Store
from index.vectors import VectorIndex, Vectors

PASSAGE_FILE, SENTENCE_FILE, LEXICAL_FOLDER = "passages.faiss", "sentences.faiss", "bm25"
# A segment with fewer passages is as good as none; from there on, four of about one size become one of the next.
SMALLEST, SEGMENTS_A_SIZE = 256, 4


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Documents in the order of their paths; their passages and sentences are rows in that order."""

    entries: tuple[Entry, ...]
    passage_vectors: VectorIndex
    sentence_vectors: VectorIndex
    postings: Postings


def segments_folder(data: Path) -> Path:
    return data / "generations"


def lexical_text(passage: Passage) -> str:
    """Return what a passage is found by in words: its file's name, title and headings stand in front of its text.

    The name is left to the words, so that renaming a file embeds nothing.
    """
    stem = PurePosixPath(passage.document).stem
    context = (passage.title, *passage.headings) if stem == passage.title else (stem, passage.title, *passage.headings)
    return "\n".join((*context, passage.text))


def build_segment(store: Store, records: Sequence[Record], dimension: int) -> Segment:
    """Make a segment of documents from their rows in the store; raises `MissingVectors` where one lacks a vector."""
    records = sorted(records, key=lambda record: record.document.path)
    keys = [store.vector_keys(record.document.path) for record in records]
    texts = [
        lexical_text(record.passage(number, number)) for record in records for number in range(len(record.passages))
    ]
    return Segment(
        entries=tuple(Entry(record.document.path, len(record.passages), len(record.sentences)) for record in records),
        passage_vectors=VectorIndex.join((store.vectors(passages, dimension) for passages, _ in keys), dimension),
        sentence_vectors=VectorIndex.join((store.vectors(sentences, dimension) for _, sentences in keys), dimension),
        postings=Postings.build(texts),
    )


def merge_segments(parts: Sequence[tuple[Segment, frozenset[int]]], dimension: int) -> Segment:
    """Return several segments as one, without the documents at the places that are gone from each."""
    entries = [
        (entry, part, place)
        for part, (segment, gone) in enumerate(parts)
        for place, entry in enumerate(segment.entries)
        if place not in gone
    ]
    entries.sort(key=lambda one: one[0].path)
    layouts = [layout_of(segment.entries) for segment, _ in parts]
    joined = Postings.merge((segment.postings, kept_rows(segment, gone)) for segment, gone in parts)
    return Segment(
        entries=tuple(entry for entry, _, _ in entries),
        passage_vectors=VectorIndex.join(
            (_run(parts[part][0].passage_vectors, layouts[part].passages, place) for _, part, place in entries),
            dimension,
        ),
        sentence_vectors=VectorIndex.join(
            (_run(parts[part][0].sentence_vectors, layouts[part].sentences, place) for _, part, place in entries),
            dimension,
        ),
        postings=joined.reorder(_new_order(parts, [entry for entry, _, _ in entries])),
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each document's passages and sentences begin in a segment, then the totals; shape (documents + 1,)."""

    passages: NDArray[np.int64]
    sentences: NDArray[np.int64]


def layout_of(entries: Sequence[Entry]) -> Layout:
    """Return where each document begins."""
    passages = np.cumsum([0, *(entry.passages for entry in entries)], dtype=np.int64)
    return Layout(passages, np.cumsum([0, *(entry.sentences for entry in entries)], dtype=np.int64))


def kept_rows(segment: Segment, gone: frozenset[int]) -> NDArray[np.bool_]:
    """Return for each passage of a segment whether its document is still there."""
    kept = [place not in gone for place in range(len(segment.entries))]
    return np.repeat(np.array(kept, dtype=bool), [entry.passages for entry in segment.entries])


def _run(vectors: VectorIndex, starts: NDArray[np.int64], place: int) -> Vectors:
    return vectors.take(np.arange(starts[place], starts[place + 1], dtype=np.int64))


def _new_order(parts: Sequence[tuple[Segment, frozenset[int]]], entries: Sequence[Entry]) -> NDArray[np.int64]:
    """Return for each passage, one part behind the other, its row once the documents are in the order of `entries`."""
    starts = dict(zip((entry.path for entry in entries), layout_of(entries).passages.tolist(), strict=False))
    runs = [
        np.arange(starts[entry.path], starts[entry.path] + entry.passages, dtype=np.int64)
        for segment, gone in parts
        for place, entry in enumerate(segment.entries)
        if place not in gone
    ]
    return np.concatenate([np.zeros(0, dtype=np.int64), *runs])


def choose_merges(sizes: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return which segments, by their place in `sizes`, are to become one; the others stay.

    `sizes` are passages in service and passages altogether. Segments of about one size are merged four at a time, as
    in a log-structured merge tree (O'Neil et al. 1996), so that a passage is written anew a few times in its life
    however many come; one that has lost more than half of its passages is written without them.
    """
    groups = [([place], kept) for place, (kept, _) in enumerate(sizes)]
    merged = True
    while merged:
        merged = False
        by_size: dict[int, list[tuple[list[int], int]]] = {}
        for group in groups:
            by_size.setdefault(_size_class(group[1]), []).append(group)
        for like in by_size.values():
            if len(like) >= SEGMENTS_A_SIZE:
                groups = [group for group in groups if group not in like]
                groups.append((sorted(place for places, _ in like for place in places), sum(kept for _, kept in like)))
                merged = True
                break
    worn = [place for place, (kept, total) in enumerate(sizes) if 2 * kept < total]
    return [places for places, _ in groups if len(places) > 1 or places[0] in worn]


def _size_class(passages: int) -> int:
    size, limit = 0, SMALLEST
    while passages > limit:
        size, limit = size + 1, limit * SEGMENTS_A_SIZE
    return size


def write_segment(data: Path, segment: Segment) -> tuple[str, dict[str, str]]:
    """Write a segment's files and return their folder's name and the SHA-256 of each.

    The name is new each time: a write that was killed leaves a folder behind that nothing points to. Raises
    `StoreError` where the files cannot be written.
    """
    name = uuid.uuid4().hex
    folder = segments_folder(data) / name
    try:
        folder.mkdir(parents=True)
        segment.passage_vectors.save(folder / PASSAGE_FILE)
        segment.sentence_vectors.save(folder / SENTENCE_FILE)
        segment.postings.save(folder / LEXICAL_FOLDER)
        manifest = {path.relative_to(folder).as_posix(): sha256_of(path) for path in _files(folder)}
        for path in (*_files(folder), folder / LEXICAL_FOLDER, folder, segments_folder(data)):
            _flush(path)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            f"the index cannot be written to {folder} ({error}). Free some disk space or check the folder's "
            "permissions, then sync again; the index as it was is still in service"
        ) from error
    return name, manifest


def load_segment(data: Path, row: SegmentRow, dimension: int) -> Segment:
    """Read a segment's files, which are to be checked before. Raises `StoreError` where they do not fit its rows."""
    folder = segments_folder(data) / row.folder
    layout = layout_of(row.entries)
    try:
        return Segment(
            entries=row.entries,
            passage_vectors=VectorIndex.load(folder / PASSAGE_FILE, dimension, int(layout.passages[-1])),
            sentence_vectors=VectorIndex.load(folder / SENTENCE_FILE, dimension, int(layout.sentences[-1])),
            postings=Postings.load(folder / LEXICAL_FOLDER, int(layout.passages[-1])),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise StoreError(f"{folder} cannot be read ({error})") from error


def damaged_file(data: Path, row: SegmentRow) -> str | None:
    """Return the name of a file of a segment that is not as it was written, or None."""
    folder = segments_folder(data) / row.folder
    if not row.manifest:
        return "."
    for name, digest in row.manifest.items():
        try:
            if sha256_of(folder / name) != digest:
                return name
        except (OSError, ValueError):
            return name
    return None


def is_current(data: Path, row: SegmentRow) -> bool:
    """Whether a segment has the tokens that this program makes; another's words have to be indexed anew."""
    return Postings.is_current(segments_folder(data) / row.folder / LEXICAL_FOLDER)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def _flush(path: Path) -> None:
    """Have the disk hold a file or a folder's list of files before the database says that it is there."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
