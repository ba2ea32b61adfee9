"""Generations: segments put together to one searchable state, loaded, checked, mended and published."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.alike import alike_documents
from index.catalogue import LiveRow, SegmentRow
from index.damage import note_damage
from index.datatypes import Document
from index.errors import DamagedStore, MissingVectors, StoreError
from index.lexical import fold
from index.lexical_index import LexicalIndex, LexicalPart
from index.lexicon import learned_words
from index.new_words import WordFinder
from index.records import PassageTable, Record, StoredFile
from index.search import SearchIndex, starts_of
from index.segments import (
    Segment,
    build_segment,
    damaged_file,
    is_current,
    layout_of,
    load_segment,
    segments_folder,
    write_segment,
)
from index.store import Store
from index.vector_parts import VectorPart, VectorParts

logger = logging.getLogger(__name__)
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A segment in service under its number, with the places in it of documents that no longer are.

    `folder`, the name of its folder, is its own in whatever database.
    """

    number: int
    segment: Segment
    gone: frozenset[int]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of the whole index; it never changes, so questions under way finish on it.

    `database` tells which it is of. `alike` tells for each document that has some the documents nearly the same as it,
    with how alike they are.
    """

    number: int
    documents: Mapping[str, Document]
    index: SearchIndex
    records: Mapping[str, Record] = field(default_factory=dict)
    segments: tuple[LiveSegment, ...] = ()
    alike: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    database: str = ""


def load_generation(store: Store, before: Generation | None = None) -> Generation:
    """Return the generation in service, its files checked by SHA-256; damaged ones are built anew from the store.

    What `before` has in memory is not loaded again. Raises `StoreError` where nothing was indexed yet. Damage to the
    store itself is noted for the next sync.
    """
    try:
        return _load_generation(store, before)
    except DamagedStore:
        note_damage(store.folder, is_certain=True)
        raise


def _load_generation(store: Store, before: Generation | None) -> Generation:
    for _ in range(ATTEMPTS):
        with store.snapshot():
            number = store.current_generation()
            if number == 0:
                raise StoreError(f"no index in {store.folder} yet. Build it: python -m qa sync")
            live = _live_rows(store, number)
            digests = store.digests()
            records = _records(store, digests, before)
            own_words = find_words(store, before)
            alike = alike_documents(store)
            dimension, database = store.dimension(), store.identity()
        if damaged := digests.keys() - records.keys():
            note_damage(store.folder, is_certain=False)
            with store.transaction():
                store.distrust(damaged)
        loaded = _load(store, live, dimension, before) if live is not None and _fits(live, records) else None
        if loaded is not None:
            return replace(assemble(number, loaded, records, own_words, dimension), alike=alike, database=database)
        if _mend(store, number):
            before = None
    raise StoreError(f"the index in {store.folder} is damaged again as soon as it is mended. Check the disk")


def _live_rows(store: Store, number: int) -> list[LiveRow] | None:
    try:
        return store.live_segments(number)
    except DamagedStore as error:
        logger.warning("%s; building it anew", error)
        return None


def _records(store: Store, digests: Mapping[str, bytes], before: Generation | None) -> dict[str, Record]:
    """Return every readable document's record, those that are as before from memory."""
    known = before.records if before is not None else {}
    same = {path for path, digest in digests.items() if path in known and known[path].digest == digest}
    read = store.records([path for path in digests if path not in same])
    files = store.files()
    found = {
        path: known[path] if path in same else read[path] for path in sorted(digests) if path in same or path in read
    }
    return {path: one if one.file == files[path] else _of_file(one, files[path]) for path, one in found.items()}


def _of_file(record: Record, file: StoredFile) -> Record:
    """Return a record with its file as it is now: one that was only touched has another time.

    One that was saved again with the same text has other bytes, which its pages are drawn from.
    """
    return replace(record, file=file, document=replace(record.document, content_hash=file.content_hash))


def find_words(store: Store, before: Generation | None = None) -> WordFinder:
    """Return what finds the words that the documents teach and the user named."""
    words = {*learned_words(store), *map(fold, store.user_words())} - {""}
    finder = before.index.lexical.finder if before is not None else None
    return finder if finder is not None and set(finder.words) == words else WordFinder(words)


def _fits(live: Sequence[LiveRow], records: Mapping[str, Record]) -> bool:
    """Whether the segments hold each readable document once, with as many passages and sentences as it has."""
    held: set[str] = set()
    for row in live:
        for place, entry in enumerate(row.segment.entries):
            if place in row.gone:
                continue
            record = records.get(entry.path)
            counts = (entry.passages, entry.sentences)
            if entry.path in held or (record and counts != (len(record.passages), len(record.sentences))):
                logger.warning("segment %d does not fit the documents; building it anew", row.segment.number)
                return False
            held.add(entry.path)
    if missing := records.keys() - held:
        logger.warning("no segment holds %s; building it anew", min(missing))
        return False
    return True


def _load(
    store: Store, live: Sequence[LiveRow], dimension: int, before: Generation | None
) -> tuple[LiveSegment, ...] | None:
    """Return the segments of a generation, None where one of them cannot be used."""
    known = {one.folder: one.segment for one in before.segments} if before is not None else {}
    loaded: list[LiveSegment] = []
    for row, gone in live:
        segment = known.get(row.folder) or read_segment(store, row)
        if segment is None:
            return None
        loaded.append(LiveSegment(row.number, segment, gone, row.folder))
    return tuple(loaded)


def _mend(store: Store, number: int) -> bool:
    """Build anew what of the generation cannot be used; return whether it was still the one in service."""
    with store.transaction():
        if store.current_generation() != number:
            return False
        live = _live_rows(store, number) or []
        good = [one for one in live if _is_readable(store, one)]
        records = store.records()
        if not _fits_in_part(good, records):
            good = []
        held = {entry.path for one in good for place, entry in enumerate(one.segment.entries) if place not in one.gone}
        lost = [record for path, record in records.items() if path not in held]
        kept = [(one.segment.number, one.gone) for one in good]
        if lost:
            kept.append((add_segment(store, buildable(store, lost)), frozenset()))
        store.set_generation(number, kept)
        store.keep_generations([number])
    return True


def read_segment(store: Store, row: SegmentRow) -> Segment | None:
    """Return a segment from its files, None where they are not as they were written or of another version.

    The log says what is wrong, and that it will be built anew.
    """
    folder = segments_folder(store.folder) / row.folder
    if (damaged := damaged_file(store.folder, row)) is not None:
        logger.warning("index file %s in %s is damaged or gone; building it anew", damaged, folder)
        return None
    if not is_current(store.folder, row):
        logger.info("the words in %s were indexed by another version; indexing them anew", folder)
        return None
    try:
        return load_segment(store.folder, row, store.dimension())
    except StoreError as error:
        logger.warning("%s; building it anew", error)
        return None


def _is_readable(store: Store, row: LiveRow) -> bool:
    """Whether a segment's files are as they were written and fit its row; the log has said before where not."""
    if damaged_file(store.folder, row.segment) is not None or not is_current(store.folder, row.segment):
        return False
    try:
        load_segment(store.folder, row.segment, store.dimension())
    except StoreError:
        return False
    return True


def _fits_in_part(live: Sequence[LiveRow], records: Mapping[str, Record]) -> bool:
    entries = [entry for one in live for place, entry in enumerate(one.segment.entries) if place not in one.gone]
    counts = {path: (len(record.passages), len(record.sentences)) for path, record in records.items()}
    named = {entry.path for entry in entries}
    return len(named) == len(entries) and all(
        counts.get(entry.path, (entry.passages, entry.sentences)) == (entry.passages, entry.sentences)
        for entry in entries
    )


def buildable(store: Store, records: Iterable[Record]) -> Segment:
    """Make a segment of those documents whose vectors are there; the others wait for the next sync."""
    dimension = store.dimension()
    usable: list[Record] = []
    for record in records:
        path = record.document.path
        passages, sentences = store.vector_keys(path)
        try:
            store.vectors([*passages, *sentences], dimension)
        except MissingVectors:
            logger.warning("vectors of %s are missing or damaged; the next sync embeds it again", path)
            store.distrust([path])
        else:
            usable.append(record)
    return build_segment(store, usable, dimension)


def add_segment(store: Store, segment: Segment) -> int:
    """Write a segment and note it; its number is of use once the transaction around this is through."""
    name, manifest = write_segment(store.folder, segment)
    return store.add_segment(name, manifest, segment.entries)


def assemble(
    number: int,
    segments: Sequence[LiveSegment],
    records: Mapping[str, Record],
    own_words: WordFinder,
    dimension: int,
    whole: LexicalIndex | None = None,
) -> Generation:
    """Put segments together; `records` are the documents' by path. Documents that have no record are left out.

    Where these are some documents of a `whole`, how rare words are is reckoned from both.
    """
    live = _without_unknown(segments, records)
    held = {entry.path for one in live for place, entry in enumerate(one.segment.entries) if place not in one.gone}
    ordered = [records[path] for path in sorted(held)]
    places = {record.document.path: place for place, record in enumerate(ordered)}
    passage_starts = np.cumsum([0, *(len(record.passages) for record in ordered)], dtype=np.int64)
    sentence_starts = np.cumsum([0, *(len(record.sentences) for record in ordered)], dtype=np.int64)
    passage_parts, sentence_parts, word_parts = [], [], []
    for one in live:
        layout = layout_of(one.segment.entries)
        owners = np.array(
            [
                -1 if place in one.gone else places[entry.path]
                for place, entry in enumerate(one.segment.entries)
            ],
            dtype=np.int64,
        )  # fmt: skip
        passages = _rows_of(owners, layout.passages, passage_starts)
        passage_parts.append(VectorPart(one.segment.passage_vectors, passages))
        sentence_parts.append(
            VectorPart(one.segment.sentence_vectors, _rows_of(owners, layout.sentences, sentence_starts))
        )
        word_parts.append(LexicalPart(one.segment.postings, passages))
    table = PassageTable(ordered)
    index = SearchIndex(
        passages=table,
        passage_vectors=VectorParts(passage_parts, len(table), dimension),
        sentence_vectors=VectorParts(sentence_parts, int(sentence_starts[-1]), dimension),
        sentence_starts=starts_of(ordered),
        lexical=LexicalIndex(word_parts, len(table), own_words, whole),
        texts={record.document.path: record.document.text for record in ordered},
        titles=tuple(dict.fromkeys(record.folded_title for record in ordered)),
    )
    documents = {record.document.path: record.document for record in ordered}
    return Generation(number, documents, index, {path: records[path] for path in documents}, tuple(segments))


def narrow(generation: Generation, paths: Collection[str]) -> Generation:
    """Return the generation of some of its documents: what is searched, counted and compared is theirs alone.

    Its rows are those of an index that was built of these documents only, and so are candidates, cosines and z-scores.
    How rare a word is depends on the whole as well (`LexicalIndex`), and the documents' own words stay those of the
    whole.
    """
    index = generation.index
    records = {path: record for path, record in generation.records.items() if path in paths}
    segments = [one for one in generation.segments if any(entry.path in records for entry in one.segment.entries)]
    narrowed = assemble(
        generation.number, segments, records, index.lexical.finder, index.passage_vectors.dimension, index.lexical
    )
    alike = {path: others for path, others in generation.alike.items() if path in records}
    return replace(narrowed, alike=alike, database=generation.database)


def _without_unknown(segments: Sequence[LiveSegment], records: Mapping[str, Record]) -> list[LiveSegment]:
    return [
        LiveSegment(
            one.number,
            one.segment,
            one.gone | {place for place, entry in enumerate(one.segment.entries) if entry.path not in records},
        )
        for one in segments
        if one.segment.entries
    ]


def _rows_of(
    owners: NDArray[np.int64], starts_here: NDArray[np.int64], starts_there: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the row in the whole of each row of a segment, -1 for those whose document is gone.

    `owners` are the documents' places in the whole, -1 for those gone; `starts_here` and `starts_there` are where the
    documents begin in the segment and in the whole.
    """
    counts = np.diff(starts_here)
    moved = np.repeat(starts_there[owners] - starts_here[:-1], counts) + np.arange(starts_here[-1])
    return np.where(np.repeat(owners < 0, counts), -1, moved)


def check_generation(store: Store) -> tuple[int, str | None]:
    """Return the number of the generation in service and the name of a file of it that is damaged or gone, if any."""
    with store.snapshot():
        number = store.current_generation()
        live = store.live_segments(number)
    damaged = (
        f"{one.segment.folder}/{name}" for one in live if (name := damaged_file(store.folder, one.segment)) is not None
    )
    return number, next(damaged, None)


def remove_other_folders(store: Store) -> None:
    """Delete the folders that no segment lies in: what was merged away, what a killed write left behind."""
    root = segments_folder(store.folder)
    # Within a transaction, so that nobody is just about to note a folder that is written already.
    with store.transaction():
        keep = store.segment_folders()
        for folder in root.iterdir() if root.is_dir() else ():
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)


def generations_folder(data: Path) -> Path:
    return segments_folder(data)
