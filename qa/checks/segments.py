"""The segments' files against what the database says: whole, of the right sizes, and with the same vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from index.catalogue import LiveRow
from index.errors import MissingVectors, StoreError
from index.postings import Postings
from index.segments import Segment, damaged_file, is_current, layout_of, load_segment
from index.store import Store
from qa.checks.finding import Finding, command, named
from qa.settings import Settings

# Of more vectors than this, documents are compared at even distances.
MOST_COMPARED = 200_000


def look_at_segments(store: Store, settings: Settings) -> list[Finding]:
    """Look at the files of the generation in service. Raises `DamagedStore` where it is not known which these are."""
    number = store.current_generation()
    if number == 0:
        return []
    live = store.live_segments(number)
    faults = [*faults_of_entries(store, live), *(fault for _, fault in faults_of_files(store, live))]
    if faults:
        return [Finding("segments", False, named(faults), command(settings, "doctor --mend"))]
    seen = f"{len(live)} in generation {number}, every file as it was written"
    return [Finding("segments", True, seen)]


def faults_of_entries(store: Store, live: Sequence[LiveRow]) -> Iterator[str]:
    """Yield where the segments do not hold each document once, with as many passages and sentences as it has."""
    rows = store.rows("SELECT path, passages, sentences FROM documents WHERE content_hash != ''")
    counts = {str(path): (int(passages), int(sentences)) for path, passages, sentences in rows}
    held: set[str] = set()
    for row in live:
        for place, entry in enumerate(row.segment.entries):
            if place in row.gone:
                continue
            if entry.path in held:
                yield f"{entry.path} stands in two segments"
            if counts.get(entry.path, entry[1:]) != entry[1:]:
                yield f"{row.segment.folder} holds another state of {entry.path}"
            held.add(entry.path)
    yield from (f"no segment holds {path}" for path in sorted(counts.keys() - held))


def faults_of_files(store: Store, live: Sequence[LiveRow]) -> Iterator[tuple[str, str]]:
    """Yield the folders of segments that cannot be used, each with why."""
    vectors = sum(entry.passages + entry.sentences for row in live for entry in row.segment.entries)
    step = max(1, -(-vectors // MOST_COMPARED))
    for row in live:
        if fault := _fault_of_file(store, row) or _fault_of_contents(store, row, step):
            yield row.segment.folder, f"{row.segment.folder}{fault}"


def _fault_of_file(store: Store, row: LiveRow) -> str | None:
    damaged = damaged_file(store.folder, row.segment)
    return f"/{damaged} is damaged or gone" if damaged is not None else None


def _fault_of_contents(store: Store, row: LiveRow, step: int) -> str | None:
    """Return why a segment whose files are whole cannot be used, None where it can."""
    try:
        if not is_current(store.folder, row.segment):
            return ": bm25 holds the words as another version made them"
        segment = load_segment(store.folder, row.segment, store.dimension())
    except (StoreError, ValueError, AttributeError) as error:
        return f" cannot be read: {error}"
    return _fault_of_postings(segment.postings) or _fault_of_vectors(store, row, segment, step)


def _fault_of_postings(postings: Postings) -> str | None:
    count = len(postings.rows)
    fits = len(postings.counts) == count == postings.starts[-1] and bool((np.diff(postings.starts) >= 0).all())
    inside = count == 0 or bool(postings.rows.min() >= 0 and postings.rows.max() < postings.size)
    return None if fits and inside else ": bm25 points to texts that are not there"


def _fault_of_vectors(store: Store, row: LiveRow, segment: Segment, step: int) -> str | None:
    """Return a document whose vectors are not those of the database; every so many are compared."""
    layout, dimension, digests = layout_of(segment.entries), store.dimension(), store.digests()
    for place in range(0, len(segment.entries), step):
        path = segment.entries[place].path
        if place in row.gone or path not in digests:
            continue
        for keys, starts, index in zip(
            store.vector_keys(path),
            (layout.passages, layout.sentences),
            (segment.passage_vectors, segment.sentence_vectors),
            strict=True,
        ):
            rows = np.arange(starts[place], starts[place + 1], dtype=np.int64)
            try:
                # Those that are missing are told by another look; a wrong number by the entries.
                wanted = store.vectors(keys, dimension)
            except MissingVectors:
                continue
            if len(keys) == len(rows) and not np.array_equal(wanted, index.take(rows)):
                return f": faiss holds other vectors of {path} than the database"
    return None
