from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.catalogue import Entry, LiveRow, SegmentRow
from index.errors import DamagedStore
from index.store import Store
from tests.fakes import FakeEncoder
from tests.test_generations import (
    FILES,
    FIRST,
    SECOND,
    THIRD,
    Library,
    answers,
    assert_is_what_its_documents_make,
    texts_of,
)
from tests.test_store import sql

LEAVE, OVERTIME, LUNCH = Entry("人事/假期.md", 2, 3), Entry("加班.txt", 1, 2), Entry("午餐.txt", 0, 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "数据 data")
    yield opened
    opened.close()


# What stands in it


def test_a_new_catalogue_is_empty(store: Store) -> None:
    assert (store.current_generation(), store.segment_folders()) == (0, set())


def test_segments_and_generations_come_back(store: Store) -> None:
    with store.transaction():
        first = store.add_segment("abc", {"passages.faiss": "1" * 64, "bm25/rows.npy": "2" * 64}, [LEAVE, OVERTIME])
        second = store.add_segment("def", {"passages.faiss": "3" * 64}, [LUNCH])
        store.set_generation(7, [(second, ()), (first, {1, 0})])
    assert (first, second, store.current_generation()) == (1, 2, 7)
    assert store.segment_folders() == {"abc", "def"}
    manifest = {"passages.faiss": "1" * 64, "bm25/rows.npy": "2" * 64}
    assert store.live_segments(7) == [
        LiveRow(SegmentRow(2, "def", {"passages.faiss": "3" * 64}, (LUNCH,)), frozenset()),
        LiveRow(SegmentRow(1, "abc", manifest, (LEAVE, OVERTIME)), frozenset({0, 1})),
    ]


def test_a_generation_of_nothing(store: Store) -> None:
    with store.transaction():
        store.set_generation(1, [])
    assert (store.current_generation(), store.live_segments(1)) == (1, [])


def test_a_generation_is_replaced_in_place(store: Store) -> None:
    with store.transaction():
        numbers = [store.add_segment(name, {}, []) for name in ("a", "b")]
        store.set_generation(3, [(numbers[0], ())])
        store.set_generation(3, [(numbers[1], ())])
    assert [row.segment.folder for row in store.live_segments(3)] == ["b"]


def test_a_generation_that_is_not_there_is_damage(store: Store) -> None:
    with pytest.raises(DamagedStore) as caught:
        store.live_segments(4)
    assert str(caught.value) == f"generation 4 is not in {store.folder}"


def test_a_segment_that_is_not_there_is_damage(store: Store) -> None:
    with store.transaction():
        store.set_generation(1, [(store.add_segment("a", {}, []), ()), (5, ()), (4, ())])
    with pytest.raises(DamagedStore) as caught:
        store.live_segments(1)
    assert str(caught.value) == f"segment 4 of generation 1 is not in {store.folder}"


def test_only_segments_of_kept_generations_are_kept(store: Store) -> None:
    with store.transaction():
        numbers = [store.add_segment(name, {}, [LEAVE]) for name in ("a", "b", "c", "d")]
        store.set_generation(1, [(numbers[0], ())])
        store.set_generation(2, [(numbers[0], {0}), (numbers[1], ())])
        store.set_generation(3, [(numbers[1], ()), (numbers[2], ())])
        store.keep_generations([2, 3])
    # The fourth belongs to none.
    assert store.segment_folders() == {"a", "b", "c"}
    with pytest.raises(DamagedStore):
        store.live_segments(1)
    with store.transaction():
        store.keep_generations([3])
    assert store.segment_folders() == {"b", "c"}
    with store.transaction():
        store.keep_generations([])
    assert store.segment_folders() == set()


def test_a_number_is_never_given_twice(store: Store) -> None:
    with store.transaction():
        store.set_generation(1, [(store.add_segment("a", {}, []), ())])
        store.keep_generations([])
        assert store.add_segment("b", {}, []) == 2


def test_what_is_not_committed_is_not_there(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), store.transaction():
        store.set_generation(1, [(store.add_segment("a", {}, []), ())])
        raise KeyboardInterrupt
    assert (store.current_generation(), store.segment_folders()) == (0, set())


def test_many_segments_at_once(store: Store) -> None:
    with store.transaction():
        numbers = [store.add_segment(f"{number:032x}", {}, [LEAVE]) for number in range(1_500)]
        store.set_generation(1, [(number, {0}) for number in numbers])
        store.keep_generations([1])
    assert [row.segment.number for row in store.live_segments(1)] == numbers


# Rows that are not what was written. The library's third generation is made of segments 1, 2 and 3; the second
# document of the first segment is gone.

GONE = "无题.txt"
LISTS = {
    "no JSON": "[[1, [1]], [2, [",
    "nothing": "",
    "another kind": '"abc"',
    "no list": "7",
    "null": "null",
    "numbers": "[1, 2, 3]",
    "a word for a number": '[["x", []], [2, []], [3, []]]',
    "a word for a place": '[[1, ["x"]], [2, []], [3, []]]',
    "no places": "[[1, null], [2, []], [3, []]]",
    "no segments": "[]",
    "a segment less": "[[1, [1]], [2, []]]",
    "a segment that is not there": "[[1, [1]], [2, []], [3, []], [99, []]]",
    "a segment twice": "[[1, [1]], [2, []], [3, []], [3, [0]]]",
    "a document taken out": "[[1, [0, 1]], [2, []], [3, []]]",
    "a document taken out that was gone": "[[1, []], [2, []], [3, []]]",
    "a place that is not there": "[[1, [1, 99]], [2, []], [3, []]]",
}
DOCUMENTS = {
    "no JSON": "[[",
    "no list": "5",
    "null": "null",
    "an object": "{}",
    "no documents": "[]",
    "two values": '[["出差.txt", 1]]',
    "a word for a number": '[["出差.txt", "x", 2]]',
    "another path": '[["出差.txx", 1, 2]]',
    "a passage more": '[["出差.txt", 2, 2]]',
    "a sentence less": '[["出差.txt", 1, 1]]',
    "a passage below none": '[["出差.txt", -1, 2]]',
    "a document of another segment": '[["食堂.txt", 1, 2]]',
    "a document more": '[["出差.txt", 1, 2], ["食堂.txt", 1, 2]]',
    "a document twice": '[["出差.txt", 1, 2], ["出差.txt", 1, 2]]',
    "a document that is nowhere": '[["出差.txt", 1, 2], ["没有.txt", 0, 0]]',
}
MANIFESTS = {
    "no JSON": "{",
    "nothing in it": "{}",
    "a list": "[]",
    "null": "null",
    "a number": "3",
    "another name": '{"passages.fbiss": "00"}',
    "another digest": '{"passages.faiss": "00"}',
    "no digest": '{"passages.faiss": null}',
    "a name out of the folder": '{"../../wendang.sqlite": "00"}',
    "a name that is none": '{"a\\u0000b": "00"}',
}
FOLDERS = {
    "another folder": "00000000000000000000000000000000",
    "no folder": "",
    "a folder above": "../..",
    "a name that is none": "a\0b",
    "half a name": "\ud7ff",
}


def damages() -> dict[str, tuple[str, str]]:
    tables = {
        "segments": ("UPDATE generations SET segments = ? WHERE number = 4", LISTS),
        "documents": ("UPDATE segments SET documents = ? WHERE number = 3", DOCUMENTS),
        "manifest": ("UPDATE segments SET manifest = ? WHERE number = 3", MANIFESTS),
        "folder": ("UPDATE segments SET folder = ? WHERE number = 3", FOLDERS),
    }
    found = {
        f"{name}: {kind}": (query, value) for name, (query, kinds) in tables.items() for kind, value in kinds.items()
    }
    found["the generation is gone"] = ("DELETE FROM generations WHERE number = ?", "4")
    found["all generations are gone"] = ("DELETE FROM generations WHERE number > ?", "0")
    found["a segment is gone"] = ("DELETE FROM segments WHERE number = ?", "2")
    found["all segments are gone"] = ("DELETE FROM segments WHERE number > ?", "0")
    found["two segments have changed places"] = (
        "UPDATE segments SET folder = (SELECT folder FROM segments AS other WHERE other.number = 5 - segments.number)"
        " WHERE number IN (2, ?)",
        "3",
    )
    found["a document that is gone has other counts"] = (
        "UPDATE segments SET documents = replace(documents, ?, '\"无题.txt\", 2')",
        '"无题.txt", 1',
    )
    return found


DAMAGES = damages()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("model")
    made = Library(root)
    for files in (FIRST, SECOND, THIRD):
        made.write(files)
        made.sync()
    (made.documents / GONE).unlink()
    made.sync()
    return root


@pytest.fixture
def library(tmp_path: Path, model: Path) -> Library:
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    return Library(tmp_path)


def test_the_library_is_what_the_damages_take_it_for(library: Library) -> None:
    assert library.sql("SELECT number, segments FROM generations ORDER BY number")[-1] == (
        4,
        "[[1, [1]], [2, []], [3, []]]",
    )
    assert library.sql("SELECT documents FROM segments WHERE number = 3") == [('[["出差.txt", 1, 2]]',)]
    ((first,),) = library.sql("SELECT documents FROM segments WHERE number = 1")
    assert json.loads(str(first))[1] == [GONE, 1, 1]


@pytest.mark.parametrize(("query", "value"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_catalogue_is_built_anew_by_a_reader(
    library: Library, caplog: pytest.LogCaptureFixture, query: str, value: str
) -> None:
    expected = answers(library.load())
    library.sql(query, value)
    generation = library.load()
    assert answers(generation) == expected
    assert generation.number == 4
    assert_is_what_its_documents_make(generation)
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="index"):
        assert answers(library.load()) == expected
    assert caplog.messages == []
    report = library.sync()
    assert (report.unchanged, report.embedded_texts, report.generation) == (5, 0, 4)


@pytest.mark.parametrize(("query", "value"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_sync_over_a_damaged_catalogue_brings_the_new_state_into_service(
    library: Library, query: str, value: str
) -> None:
    library.sql(query, value)
    library.write({"新.txt": "事假没有工资。", "食堂.txt": "食堂十一点开门。\n午餐三十元。\n"})
    (library.documents / "设备.txt").unlink()
    library.sync()
    generation = library.load()
    assert set(texts_of(generation)) == {*FILES, "新.txt"} - {GONE, "设备.txt"}
    assert texts_of(generation)["食堂.txt"] == "食堂十一点开门。\n午餐三十元。"
    assert_is_what_its_documents_make(generation)
    report = library.sync()
    assert (report.added, report.changed, report.removed, report.embedded_texts) == (0, 0, 0, 0)


@pytest.mark.parametrize("value", ["x", "", "99", None])
def test_a_damaged_number_of_the_generation_is_mended_by_a_sync(library: Library, value: str | None) -> None:
    expected = answers(library.load())
    if value is None:
        library.sql("DELETE FROM meta WHERE key = 'generation'")
    else:
        library.sql("UPDATE meta SET value = ? WHERE key = 'generation'", value)
    library.sync()
    assert answers(library.load()) == expected
    library.write({"新.txt": "事假没有工资。"})
    library.sync()
    assert set(texts_of(library.load())) == {*FILES, "新.txt"} - {GONE}


def test_damage_is_named_in_the_log(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    cases = {
        "DELETE FROM segments WHERE number = 2": f"segment 2 of generation 4 is not in {library.data}",
        "DELETE FROM generations WHERE number = 4": f"generation 4 is not in {library.data}",
        "UPDATE generations SET segments = '[]'": "no segment holds 人事/假期.md",
    }
    for query, message in cases.items():
        library.sql(query)
        caplog.clear()
        library.load()
        assert set(caplog.messages) == {f"{message}; building it anew"}
    number = library.rows()[0].number
    library.sql("UPDATE segments SET documents = replace(documents, '\"出差.txt\", 1', '\"出差.txt\", 3')")
    caplog.clear()
    library.load()
    assert caplog.messages == [f"segment {number} does not fit the documents; building it anew"]


def test_one_damaged_row_leaves_the_other_segments_as_they_are(library: Library) -> None:
    first, second, third = library.rows()
    library.sql("UPDATE segments SET manifest = replace(manifest, '.faiss', '.fbiss') WHERE number = 2")
    library.load()
    after = library.rows()
    assert [row for row in after if row.number in (1, 3)] == [first, third]
    assert [row.entries for row in after if row.number > 3] == [second.entries]


def test_a_document_in_two_segments_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = Library(tmp_path)
    for files in (FIRST, SECOND, {"食堂.txt": "食堂十一点开门。\n午餐三十元。\n"}):
        library.write(files)
        library.sync()
    expected = answers(library.load())
    # The old text of 食堂.txt has as many passages and sentences as the new one.
    assert library.sql("SELECT segments FROM generations WHERE number = 3") == [("[[1, []], [2, [1]], [3, []]]",)]
    library.sql("UPDATE generations SET segments = '[[1, []], [2, []], [3, []]]' WHERE number = 3")
    generation = library.load()
    assert caplog.messages == ["segment 3 does not fit the documents; building it anew"]
    assert answers(generation) == expected
    assert_is_what_its_documents_make(generation)
    rows, _ = generation.index.passage_vectors.search(FakeEncoder().encode_queries(["食堂"])[0], 100)
    assert sorted(rows.tolist()) == list(range(len(generation.index.passages)))


def test_a_reader_gets_damaged_store_for_rows_that_cannot_be_read(store: Store) -> None:
    with store.transaction():
        store.set_generation(1, [(store.add_segment("a", {}, [LEAVE]), ())])
    for query in (
        "UPDATE segments SET manifest = '{'",
        "UPDATE segments SET manifest = '[]'",
        "UPDATE segments SET manifest = '{}', documents = '[[1]]'",
        "UPDATE generations SET segments = '[1]'",
    ):
        sql(store.folder, query)
        with pytest.raises(DamagedStore, match=r"is damaged \(.*python -m qa sync$"):
            store.live_segments(1)
