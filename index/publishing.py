"""Documents and the generation made of them, written in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index.alike import renew_pairs
from index.catalogue import LiveRow
from index.datatypes import Progress, Report
from index.embedding import Encoder
from index.errors import DamagedStore
from index.generations import Generation, add_segment, buildable, read_segment, remove_other_folders
from index.lexicon import is_lexicon_whole, renew_lexicon
from index.plan import USER_WORDS_STAMP, Plan
from index.segments import Segment, choose_merges, merge_segments
from index.store import IndexedDocument, Store
from index.user_words import UserWords


def publish(
    store: Store,
    plan: Plan,
    indexed: Sequence[IndexedDocument],
    user_words: UserWords,
    encoder: Encoder,
    report: Report,
    rebuild: bool = False,
    before: Generation | None = None,
) -> int:
    """Write what a sync has found and return the number of the generation in service afterwards.

    Other words of the user's own make a new generation as well. What `before` has in memory is not loaded again.
    """
    current = store.current_generation()
    with store.transaction():
        is_same = plan.is_empty and current > 0 and store.user_words() == user_words.words and not rebuild
        is_same = is_same and is_lexicon_whole(store)
        if rebuild:
            store.clear()
        store.replace_failures(plan.failed)
        changed = apply_plan(store, plan, indexed)
        store.set_user_words(user_words.words)
        store.set_meta(USER_WORDS_STAMP, user_words.stamp)
        store.set_meta("dimension", str(encoder.dimension))
        if is_same:
            store.forget_loose_vectors()
        else:
            _write_generation(store, changed, indexed, encoder, report, current, rebuild, before)
    remove_other_folders(store)
    return current if is_same else current + 1


def _write_generation(
    store: Store,
    changed: Collection[str],
    indexed: Sequence[IndexedDocument],
    encoder: Encoder,
    report: Report,
    current: int,
    rebuild: bool,
    before: Generation | None,
) -> None:
    """Write the generation after `current`, of the documents as they stand in the store now."""
    report(Progress("writing", 0, 1))
    renew_pairs(store, [one.document.path for one in indexed])
    store.set_meta("model", encoder.name)
    renew_lexicon(store, report)
    _renew_segments(store, current, [] if rebuild else _live_rows(store, current), changed, before)
    store.keep_generations([current, current + 1])
    store.forget_loose_vectors()
    report(Progress("writing", 1, 1))


def apply_plan(store: Store, plan: Plan, indexed: Sequence[IndexedDocument]) -> set[str]:
    """Bring the documents in the store up to a plan; return the paths that are now another document's, or nobody's."""
    touched = {file.path: file for file in plan.touched}
    gone = store.documents_of([*plan.removed, *plan.changed])
    store.remove(gone)
    moved = store.rename({old: touched.pop(new) for old, new in plan.renamed.items()})
    for file in touched.values():
        store.touch(file)
    for one in indexed:
        store.add(one)
    return {*gone, *moved, *moved.values(), *(one.document.path for one in indexed)}


def _renew_segments(
    store: Store, current: int, live: Sequence[LiveRow], changed: Collection[str], before: Generation | None
) -> None:
    """Make the next generation: the segments of the last, a new one for what is new, merged where there are many."""
    live = [_without(row, changed) for row in live]
    digests = store.digests()
    live = [_without(row, {entry.path for entry in row.segment.entries} - digests.keys()) for row in live]
    held = {entry.path for row in live for place, entry in enumerate(row.segment.entries) if place not in row.gone}
    fresh = sorted(digests.keys() - held)
    new = [buildable(store, store.records(fresh).values())] if fresh else []
    sizes = [_sizes(row) for row in live] + [(segment.passage_vectors.size,) * 2 for segment in new]
    groups = choose_merges(sizes)
    merged = {place for group in groups for place in group}
    kept = [(row.segment.number, row.gone) for place, row in enumerate(live) if place not in merged]
    for group in groups:
        if not any(sizes[place][0] for place in group):
            continue  # all of its documents are gone
        parts = [_usable(store, live[place], before) for place in group if place < len(live)]
        parts += [(new[place - len(live)], frozenset[int]()) for place in group if place >= len(live)]
        kept.append((add_segment(store, merge_segments(parts, store.dimension())), frozenset()))
    kept += [
        (add_segment(store, segment), frozenset())
        for place, segment in enumerate(new, start=len(live))
        if place not in merged
    ]
    store.set_generation(current + 1, kept)


def _live_rows(store: Store, current: int) -> list[LiveRow]:
    try:
        return store.live_segments(current) if current else []
    except DamagedStore:
        # Then every document goes into a new segment.
        return []


def _without(row: LiveRow, paths: Collection[str]) -> LiveRow:
    gone = {place for place, entry in enumerate(row.segment.entries) if entry.path in paths}
    return LiveRow(row.segment, row.gone | gone)


def _sizes(row: LiveRow) -> tuple[int, int]:
    """Return how many of a segment's passages are in service, and how many there are."""
    passages = [entry.passages for entry in row.segment.entries]
    return sum(count for place, count in enumerate(passages) if place not in row.gone), sum(passages)


def _usable(store: Store, row: LiveRow, before: Generation | None) -> tuple[Segment, frozenset[int]]:
    """Return a segment from memory, from its files or, where these are damaged, built anew from the store."""
    known = {one.folder: one.segment for one in before.segments} if before is not None else {}
    if row.segment.folder in known:
        return known[row.segment.folder], row.gone
    segment = read_segment(store, row.segment)
    if segment is not None:
        return segment, row.gone
    paths = [entry.path for place, entry in enumerate(row.segment.entries) if place not in row.gone]
    return buildable(store, store.records(paths).values()), frozenset()
