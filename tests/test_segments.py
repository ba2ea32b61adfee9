from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import segments
from index.catalogue import Entry, SegmentRow
from index.datatypes import Passage
from index.errors import MissingVectors, StoreError
from index.lexical_index import LexicalIndex, LexicalPart
from index.records import Record
from index.segments import (
    SEGMENTS_A_SIZE,
    SMALLEST,
    Segment,
    build_segment,
    choose_merges,
    damaged_file,
    is_current,
    kept_rows,
    layout_of,
    lexical_text,
    load_segment,
    merge_segments,
    segments_folder,
    sha256_of,
    write_segment,
)
from index.store import Store
from tests.fakes import DIMENSION, FakeEncoder
from tests.test_store import LEAVE, OVERTIME, add, indexed, texts_of

TEXTS = {
    "人事/假期.md": LEAVE,
    "加班.txt": OVERTIME,
    "午餐.txt": "食堂十二点开门。\n午餐二十元，加班时三十元。\n".encode(),
    "设备/PPR 9087.md": "# 设备说明\n\n## 功率\n\nPPR-9087的额定功率为1.5千瓦。\n\n## 检修\n\n每年一次。\n".encode(),
    "婚假.txt": "婚假十天，连同年假二十天。".encode(),
    "出差.txt": "出差补贴每天一百元。".encode(),
    "病假.txt": "病假五天，年假另计。".encode(),
}
PATHS = tuple(TEXTS)
QUESTIONS = ["年假几天", "加班工资", "PPR-9087的功率", "一百元", "食堂", "三体"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Seven documents with their vectors."""
    opened = Store.open(tmp_path_factory.mktemp("数据 data"))
    add(opened, *(indexed(path, data) for path, data in TEXTS.items()))
    yield opened
    opened.close()


def records_of(store: Store, paths: Sequence[str] = PATHS) -> list[Record]:
    return list(store.records(list(paths)).values())


def build(store: Store, paths: Sequence[str] = PATHS) -> Segment:
    return build_segment(store, records_of(store, paths), DIMENSION)


class State(NamedTuple):
    """Everything that a segment holds, to be compared. Which number a token has is nobody's business."""

    entries: tuple[Entry, ...]
    passage_vectors: list[list[float]]
    sentence_vectors: list[list[float]]
    tokens: dict[str, list[tuple[int, int]]]
    lengths: list[int]
    scores: list[list[float]]


def state(segment: Segment) -> State:
    postings = segment.postings
    alone = LexicalIndex([LexicalPart(postings, np.arange(postings.size))], postings.size)
    spans = {token: postings.span(token) for token in postings.vocabulary}
    return State(
        entries=segment.entries,
        passage_vectors=segment.passage_vectors.take(np.arange(segment.passage_vectors.size)).tolist(),
        sentence_vectors=segment.sentence_vectors.take(np.arange(segment.sentence_vectors.size)).tolist(),
        tokens={
            token: list(zip(postings.rows[span].tolist(), postings.counts[span].tolist(), strict=True))
            for token, span in spans.items()
        },
        lengths=postings.lengths.tolist(),
        scores=[alone.scores(question).tolist() for question in QUESTIONS],
    )


# Building


@pytest.mark.parametrize(
    ("document", "title", "text"),
    [
        ("人事/假期.md", "员工假期规定", "假期\n员工假期规定\n年假\n十天。"),
        ("人事/假期.md", "假期", "假期\n年假\n十天。"),
        ("人事/假期.2024.md", "假期", "假期.2024\n假期\n年假\n十天。"),
    ],
)
def test_words_find_a_passage_by_file_name_title_and_headings(document: str, title: str, text: str) -> None:
    assert lexical_text(Passage(0, document, title, 0, 3, "十天。", headings=("年假",))) == text


def test_a_segment_holds_its_documents_by_path_with_their_rows_in_order(store: Store) -> None:
    segment = build(store, ["加班.txt", "人事/假期.md"])
    assert segment.entries == (Entry("人事/假期.md", 3, 4), Entry("加班.txt", 1, 2))
    leave, overtime = indexed("人事/假期.md", LEAVE), indexed("加班.txt", OVERTIME)
    vectors = [FakeEncoder().encode_passages(texts_of(one)) for one in (leave, overtime)]
    found = segment.passage_vectors.take(np.arange(4))
    assert (found == np.concatenate([vectors[0][:3], vectors[1][:1]])).all()
    found = segment.sentence_vectors.take(np.arange(6))
    assert (found == np.concatenate([vectors[0][3:], vectors[1][1:]])).all()
    assert (segment.passage_vectors.size, segment.sentence_vectors.size, segment.postings.size) == (4, 6, 4)
    postings = segment.postings
    # 年假 stands in the heading and the text of the second passage, 加班 in the name and the text of the last.
    assert [postings.rows[postings.span(token)].tolist() for token in ("~年假", "~加班", "~三倍", "~病假")] == [
        *([1], [3], [3], [2]),
    ]
    assert [postings.counts[postings.span(token)].tolist() for token in ("~年假", "~加班", "~员工")] == [
        *([2], [2], [1, 2, 1]),
    ]


def test_a_segment_is_the_same_whatever_the_order_of_its_records(store: Store) -> None:
    expected = state(build(store))
    for order in list(permutations(records_of(store)))[:: 7 * 6 * 5 * 4 * 3]:
        assert state(build_segment(store, order, DIMENSION)) == expected


def test_a_segment_of_nothing(store: Store) -> None:
    segment = build(store, [])
    assert state(segment) == State((), [], [], {}, [], [[]] * len(QUESTIONS))
    assert state(merge_segments([(segment, frozenset()), (segment, frozenset())], DIMENSION)) == state(segment)
    assert state(merge_segments([], DIMENSION)) == state(segment)


def test_a_document_without_a_vector_cannot_be_built(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    add(store, indexed("加班.txt", OVERTIME))
    with store.transaction():
        store.add(indexed("婚假.txt", TEXTS["婚假.txt"]))
    assert build(store, ["加班.txt"]).passage_vectors.size == 1
    with pytest.raises(MissingVectors):
        build(store, ["加班.txt", "婚假.txt"])
    store.close()


# Layout


def test_layout() -> None:
    layout = layout_of([Entry("a.txt", 2, 5), Entry("b.txt", 0, 0), Entry("c.txt", 1, 3)])
    assert (layout.passages.tolist(), layout.sentences.tolist()) == ([0, 2, 2, 3], [0, 5, 5, 8])
    assert (layout_of([]).passages.tolist(), layout_of([]).sentences.tolist()) == ([0], [0])


def test_kept_rows(store: Store) -> None:
    segment = build(store, ["人事/假期.md", "加班.txt", "婚假.txt"])
    assert [entry.passages for entry in segment.entries] == [3, 1, 1]
    assert kept_rows(segment, frozenset()).tolist() == [True] * 5
    assert kept_rows(segment, frozenset({0})).tolist() == [False, False, False, True, True]
    assert kept_rows(segment, frozenset({1, 2})).tolist() == [True, True, True, False, False]
    assert kept_rows(build(store, []), frozenset()).tolist() == []


# Merging


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_merging_is_building_of_what_is_left(store: Store, data: st.DataObject) -> None:
    order = data.draw(st.permutations(PATHS))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4)))
    runs = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    parts = []
    left: list[str] = []
    for run in runs:
        segment = build(store, run)
        gone = frozenset(data.draw(st.sets(st.integers(0, len(run) - 1)))) if run else frozenset[int]()
        parts.append((segment, gone))
        left += [entry.path for place, entry in enumerate(segment.entries) if place not in gone]
    merged = merge_segments(parts, DIMENSION)
    assert state(merged) == state(build(store, left))


def test_merging_twice_is_merging_at_once(store: Store) -> None:
    one, two, three = (build(store, PATHS[start::3]) for start in range(3))
    none = frozenset[int]()
    first = merge_segments([(three, none), (one, none)], DIMENSION)
    assert state(merge_segments([(first, none), (two, none)], DIMENSION)) == state(build(store))


def test_a_document_that_is_gone_from_one_part_and_new_in_another_is_there_once(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    add(store, indexed("加班.txt", OVERTIME), indexed("婚假.txt", TEXTS["婚假.txt"]))
    old = build(store, ["加班.txt", "婚假.txt"])
    add(store, indexed("加班.txt", "加班没有工资。\n也没有年假。\n加班禁止。\n".encode()))
    new = build(store, ["加班.txt"])
    merged = merge_segments([(old, frozenset({0})), (new, frozenset())], DIMENSION)
    assert state(merged) == state(build(store, ["加班.txt", "婚假.txt"]))
    assert merged.entries == (Entry("加班.txt", 1, 3), Entry("婚假.txt", 1, 1))
    store.close()


def test_a_token_that_only_a_document_left_out_had_is_forgotten(store: Store) -> None:
    segment = build(store, ["出差.txt", "婚假.txt"])
    assert {"~出差", "~婚假"} <= segment.postings.vocabulary.keys()
    merged = merge_segments([(segment, frozenset({0}))], DIMENSION)
    assert "~婚假" in merged.postings.vocabulary and "~出差" not in merged.postings.vocabulary


# Which ones are merged


def test_four_of_a_size_are_merged() -> None:
    assert (SMALLEST, SEGMENTS_A_SIZE) == (256, 4)
    assert choose_merges([]) == []
    assert choose_merges([(1, 1)] * 3) == []
    assert choose_merges([(1, 1)] * 4) == [[0, 1, 2, 3]]
    assert choose_merges([(1, 1)] * 6) == [[0, 1, 2, 3, 4, 5]]
    assert choose_merges([(256, 256), (1, 1), (0, 0), (100, 100)]) == [[0, 1, 2, 3]]
    # 257 passages are one size above.
    assert choose_merges([(257, 257), (1, 1), (2, 2), (3, 3)]) == []
    assert choose_merges([(257, 257), (1, 1), (1024, 1024), (2, 2), (500, 500), (3, 3), (600, 600)]) == [[0, 2, 4, 6]]
    assert choose_merges([(1025, 1025), (257, 257), (1024, 1024), (500, 500)]) == []


def test_a_merge_may_lead_to_the_next() -> None:
    sizes = [(1000, 1000), (900, 900), (800, 800), (100, 100), (200, 200), (150, 150), (250, 250)]
    # Four small ones make one of 700, which is the fourth of its size.
    assert choose_merges(sizes) == [[0, 1, 2, 3, 4, 5, 6]]


def test_two_sizes_are_merged_apart() -> None:
    sizes = [(5000, 5000), (1, 1), (6000, 6000), (1, 1), (7000, 7000), (1, 1), (8000, 8000), (1, 1)]
    assert sorted(choose_merges(sizes)) == [[0, 2, 4, 6], [1, 3, 5, 7]]


@pytest.mark.parametrize(
    ("size", "merged"),
    [((5, 10), []), ((4, 10), [[0]]), ((0, 10), [[0]]), ((10, 10), []), ((0, 0), []), ((1, 3), [[0]])],
)
def test_a_segment_that_has_lost_more_than_half_is_written_anew(size: tuple[int, int], merged: list[list[int]]) -> None:
    assert choose_merges([size]) == merged


def test_what_is_left_decides_on_the_size() -> None:
    assert choose_merges([(200, 300), (1, 1), (1, 1), (1, 1)]) == [[0, 1, 2, 3]]
    assert choose_merges([(90, 1000), (5000, 5000), (4000, 20_000)]) == [[0], [2]]


def size_class(passages: int) -> int:
    """Return the smallest n for which 256 · 4ⁿ is enough."""
    return next(number for number in range(40) if passages <= 256 * 4**number)


def merge_all(sizes: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], int]:
    """Return the sizes after merging, and how many passages were written."""
    groups = choose_merges(sizes)
    merged = {place for group in groups for place in group}
    new = [(sum(sizes[place][0] for place in group),) * 2 for group in groups]
    return [size for place, size in enumerate(sizes) if place not in merged] + new, sum(kept for kept, _ in new)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 300), st.integers(0, 50_000)), max_size=60), st.randoms(use_true_random=False))
def test_there_are_never_four_of_a_size(additions: list[int], chance: random.Random) -> None:
    sizes: list[tuple[int, int]] = []
    for added in additions:
        before = [*sizes, (added, added)]
        sizes, _ = merge_all(before)
        assert sum(kept for kept, _ in sizes) == sum(kept for kept, _ in before)
        assert max(Counter(size_class(kept) for kept, _ in sizes).values()) < SEGMENTS_A_SIZE
        assert all(2 * kept >= total for kept, total in sizes)
        # Between two additions, documents go.
        sizes = [(kept if chance.random() < 0.7 else chance.randint(0, kept), total) for kept, total in sizes]


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)), max_size=40))
def test_every_segment_is_in_one_group_at_most_and_no_good_one_is_alone(pairs: list[tuple[int, int]]) -> None:
    sizes = [(min(pair), max(pair)) for pair in pairs]
    groups = choose_merges(sizes)
    places = [place for group in groups for place in group]
    assert len(set(places)) == len(places) and set(places) <= set(range(len(sizes)))
    assert all(group == sorted(group) for group in groups)
    for group in groups:
        assert len(group) >= SEGMENTS_A_SIZE or 2 * sizes[group[0]][0] < sizes[group[0]][1]
    # Nothing is left to be done.
    assert choose_merges(merge_all(sizes)[0]) == []


@pytest.mark.parametrize("batch", [1, 40, 256, 1_000])
def test_a_passage_is_written_anew_a_few_times_however_many_come(batch: int) -> None:
    sizes: list[tuple[int, int]] = []
    written = total = 0
    for number in range(1, 4_001):
        sizes, cost = merge_all([*sizes, (batch, batch)])
        written, total = written + cost, total + batch
        # In the smallest size it does not count; from there on, a merge takes every passage to a greater size.
        steps = size_class(total)
        assert written <= number * SMALLEST + total * steps
        assert len(sizes) <= (SEGMENTS_A_SIZE - 1) * (steps + 1)
    assert (total, sum(kept for kept, _ in sizes)) == (4_000 * batch, 4_000 * batch)


# Files


def row_of(store: Store, segment: Segment, number: int = 1) -> SegmentRow:
    name, manifest = write_segment(store.folder, segment)
    return SegmentRow(number, name, manifest, segment.entries)


@pytest.mark.parametrize("paths", [PATHS, PATHS[:1], ()])
def test_a_segment_comes_back_as_it_was_written(store: Store, paths: Sequence[str]) -> None:
    segment = build(store, paths)
    row = row_of(store, segment)
    found = load_segment(store.folder, row, DIMENSION)
    assert state(found) == state(segment)
    assert list(found.postings.vocabulary.items()) == list(segment.postings.vocabulary.items())
    assert (damaged_file(store.folder, row), is_current(store.folder, row)) == (None, True)


def test_a_merged_segment_comes_back_as_it_was_written(store: Store) -> None:
    parts = [(build(store, PATHS[:3]), frozenset({1})), (build(store, PATHS[3:]), frozenset({0, 2}))]
    merged = merge_segments(parts, DIMENSION)
    assert state(load_segment(store.folder, row_of(store, merged), DIMENSION)) == state(merged)


def test_a_loaded_segment_is_merged_like_a_built_one(store: Store) -> None:
    rows = [row_of(store, build(store, PATHS[start::2])) for start in range(2)]
    parts = [(load_segment(store.folder, row, DIMENSION), frozenset[int]()) for row in rows]
    assert state(merge_segments(parts, DIMENSION)) == state(build(store))


def test_every_write_has_a_folder_of_its_own_and_every_file_in_the_manifest(store: Store) -> None:
    segment = build(store)
    first, second = write_segment(store.folder, segment), write_segment(store.folder, segment)
    assert first[0] != second[0]
    folder = segments_folder(store.folder) / first[0]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert list(first[1]) == [path.relative_to(folder).as_posix() for path in files]
    assert list(first[1].values()) == [sha256_of(path) for path in files]
    assert "passages.faiss" in first[1] and "bm25/vocabulary.json" in first[1]


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_every_file_and_folder_is_flushed_to_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(segments, "_flush", flushed.append)
    name, manifest = write_segment(store.folder, build(store))
    root = segments_folder(store.folder)
    assert sorted(flushed) == sorted(
        [root, root / name, root / name / "bm25", *(root / name / file for file in manifest)]
    )
    # The folders after what is in them.
    assert flushed[-3:] == [root / name / "bm25", root / name, root]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("could not open for writing")])
def test_a_write_that_fails_leaves_no_folder(store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    before = sorted(segments_folder(store.folder).iterdir())

    def refuse(path: Path) -> None:
        raise error

    monkeypatch.setattr(segments, "_flush", refuse)
    with pytest.raises(StoreError) as caught:
        write_segment(store.folder, build(store))
    assert str(caught.value).startswith(f"the index cannot be written to {segments_folder(store.folder)}/")
    assert str(caught.value).endswith(
        f" ({error}). Free some disk space or check the folder's permissions, then sync again; "
        "the index as it was is still in service"
    )
    assert sorted(segments_folder(store.folder).iterdir()) == before


@pytest.fixture
def row(store: Store) -> Iterator[SegmentRow]:
    written = row_of(store, build(store))
    yield written
    shutil.rmtree(segments_folder(store.folder) / written.folder, ignore_errors=True)


def flip(at: float) -> Callable[[Path], None]:
    """Return what turns one bit of a file around: of its first byte at 0, of its last at 1."""

    def damage(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[round(at * (len(data) - 1))] ^= 4
        path.write_bytes(data)

    return damage


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "first": flip(0),
    "middle": flip(0.5),
    "last": flip(1),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "lengthened": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "emptied": lambda path: path.write_bytes(b""),
    "removed": Path.unlink,
    "a folder": replace_by_folder,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_named(store: Store, row: SegmentRow, damage: Callable[[Path], object]) -> None:
    assert len(row.manifest) == 8
    for name in row.manifest:
        path = segments_folder(store.folder) / row.folder / name
        whole = path.read_bytes()
        damage(path)
        assert damaged_file(store.folder, row) == name
        if path.is_dir():
            path.rmdir()
        path.write_bytes(whole)
        assert damaged_file(store.folder, row) is None


def test_a_segment_without_a_manifest_or_a_folder_is_damaged(store: Store, row: SegmentRow) -> None:
    assert damaged_file(store.folder, row._replace(manifest={})) == "."
    assert damaged_file(store.folder, row._replace(folder="没有")) == "bm25/about.json"
    assert damaged_file(store.folder, row._replace(folder="a\0b")) == "bm25/about.json"
    assert damaged_file(store.folder, row._replace(manifest={"a\0b": ""})) == "a\0b"


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (Entry("加班.txt", 1, 2),),
        (Entry("加班.txt", 99, 99),),
        (Entry("加班.txt", -1, -1),),
    ],
)
def test_files_that_do_not_fit_the_documents_are_refused(
    store: Store, row: SegmentRow, entries: tuple[Entry, ...]
) -> None:
    with pytest.raises(StoreError):
        load_segment(store.folder, row._replace(entries=entries), DIMENSION)


def test_files_of_another_dimension_are_refused(store: Store, row: SegmentRow) -> None:
    with pytest.raises(StoreError, match=r"^passages\.faiss holds 10 vectors of 64 numbers, expected 10 of 32$"):
        load_segment(store.folder, row, 32)


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("read", ["load", "form"])
def test_files_that_change_once_they_are_checked_raise_no_other_error(
    store: Store, row: SegmentRow, damage: Callable[[Path], object], read: str
) -> None:
    for name in row.manifest:
        path = segments_folder(store.folder) / row.folder / name
        whole = path.read_bytes()
        damage(path)
        with suppress(StoreError):
            load_segment(store.folder, row, DIMENSION) if read == "load" else is_current(store.folder, row)
        if path.is_dir():
            path.rmdir()
        path.write_bytes(whole)


def test_only_the_words_of_this_form_are_current(store: Store, row: SegmentRow) -> None:
    about = segments_folder(store.folder) / row.folder / "bm25" / "about.json"
    written = json.loads(about.read_text("utf-8"))
    assert is_current(store.folder, row)
    for other in ({**written, "form": written["form"] + 1}, {"size": written["size"]}, {}):
        about.write_text(json.dumps(other), "utf-8")
        assert not is_current(store.folder, row)
    about.unlink()
    assert not is_current(store.folder, row)
