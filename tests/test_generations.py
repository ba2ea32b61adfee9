from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import generations, segments
from index.catalogue import SegmentRow
from index.datatypes import Hit
from index.errors import DamagedStore, MissingVectors, StoreError
from index.generations import (
    Generation,
    assemble,
    buildable,
    check_generation,
    find_words,
    load_generation,
    remove_other_folders,
)
from index.lexical_index import LexicalIndex
from index.search import search
from index.segments import Segment, lexical_text, load_segment, segments_folder
from index.store import DATABASE, Store
from index.sync import SyncReport, passage_texts, sentence_texts, sync
from tests.fakes import FakeEncoder
from tests.test_store import DAMAGES, sql

# Three segments: each of these is a sync of its own.
FIRST = {
    "人事/假期.md": "# 员工假期规定\n\n## 年假\n\n员工每年享有十天带薪年假。可以结转。\n\n## 病假\n\n病假五天。\n",
    "设备.txt": "设备说明\nPPR-9087型设备的额定功率为1.5千瓦。\n设备需要每年检修一次。\n",
    "无题.txt": "加班工资按照一点五倍发放。",
}
SECOND = {"人事/婚假.txt": "婚假规定\n婚假为十天，含周末。\n", "食堂.txt": "食堂十二点开门。\n午餐二十元。\n"}
THIRD = {"出差.txt": "出差规定\n出差补贴每天一百元。\n出差年假照常计算。\n"}
FILES = FIRST | SECOND | THIRD
QUESTIONS = ["年假有几天", "PPR-9087的功率", "加班工资", "出差补贴", "食堂开门", "三体"]
NAMES = ["bm25/about.json", "bm25/counts.npy", "bm25/lengths.npy", "bm25/rows.npy", "bm25/starts.npy"]
NAMES += ["bm25/vocabulary.json", "passages.faiss", "sentences.faiss"]


class Library:
    """A documents folder with its index."""

    def __init__(self, root: Path) -> None:
        self.documents, self.data = root / "documents", root / "数据 data"
        self.documents.mkdir(parents=True, exist_ok=True)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.documents / name).parent.mkdir(parents=True, exist_ok=True)
            (self.documents / name).write_text(text, encoding="utf-8")

    def sync(
        self,
        encoder: FakeEncoder | None = None,
        rebuild: bool = False,
        again: Collection[str] = (),
        before: Generation | None = None,
    ) -> SyncReport:
        return sync(self.documents, self.data, encoder or FakeEncoder(), rebuild=rebuild, again=again, before=before)

    @contextmanager
    def open(self) -> Iterator[Store]:
        store = Store.open(self.data)
        try:
            yield store
        finally:
            store.close()

    def load(self, before: Generation | None = None) -> Generation:
        with self.open() as store:
            return load_generation(store, before)

    def sql(self, query: str, *parameters: object) -> list[tuple[object, ...]]:
        return sql(self.data, query, *parameters)

    def rows(self) -> list[SegmentRow]:
        """Return the segments in service."""
        with self.open() as store:
            return [row.segment for row in store.live_segments(store.current_generation())]

    def row_of(self, path: str) -> SegmentRow:
        return next(row for row in self.rows() if path in {entry.path for entry in row.entries})

    def folder(self, row: SegmentRow) -> Path:
        return segments_folder(self.data) / row.folder

    def folders(self) -> set[str]:
        return {path.name for path in segments_folder(self.data).iterdir()}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two libraries to be copied, which takes a tenth of the time that making them does."""
    roots = {name: tmp_path_factory.mktemp("model") / name for name in ("library", "small")}
    for name, parts in (("library", (FIRST, SECOND, THIRD)), ("small", (FIRST,))):
        made = Library(roots[name])
        for files in parts:
            made.write(files)
            made.sync()
    return roots


@pytest.fixture
def library(tmp_path: Path, models: dict[str, Path]) -> Library:
    """Six documents in three segments."""
    shutil.copytree(models["library"], tmp_path, dirs_exist_ok=True)
    return Library(tmp_path)


@pytest.fixture
def small(tmp_path: Path, models: dict[str, Path]) -> Library:
    """Three documents in one segment."""
    shutil.copytree(models["small"], tmp_path, dirs_exist_ok=True)
    return Library(tmp_path)


def answers(generation: Generation) -> list[list[Hit]]:
    encoder = FakeEncoder()
    return [search(generation.index, text, encoder.encode_queries([text])[0], 10, ("年假",)) for text in QUESTIONS]


def texts_of(generation: Generation) -> dict[str, str]:
    assert generation.documents.keys() == generation.records.keys() == generation.index.texts.keys()
    assert {passage.document for passage in generation.index.passages} == generation.documents.keys()
    return {path: document.text for path, document in generation.documents.items()}


def assert_is_what_its_documents_make(generation: Generation) -> None:
    """Compare every vector and every word with those made of the documents anew."""
    passages = list(generation.index.passages)
    assert [passage.id for passage in passages] == list(range(len(passages)))
    assert [(one.document, one.start) for one in passages] == sorted((one.document, one.start) for one in passages)
    whole, parts, encoder = generation.index.passage_vectors, generation.index.sentence_vectors, FakeEncoder()
    for document in generation.documents.values():
        own = [passage for passage in passages if passage.document == document.path]
        rows = np.array([passage.id for passage in own])
        assert (whole.take(rows) == encoder.encode_queries(passage_texts(document, own))).all()
        rows = np.concatenate([generation.index.sentence_rows(passage) for passage in own])
        assert (parts.take(rows) == encoder.encode_queries(sentence_texts(document, own))).all()
    assert (whole.size, parts.size) == (len(passages), sum(len(passage.sentences) for passage in passages))
    lexical = generation.index.lexical
    alone = LexicalIndex.build([lexical_text(passage) for passage in passages], lexical.own_words)
    for question in QUESTIONS:
        assert np.allclose(lexical.scores(question), alone.scores(question), rtol=1e-6)


# A generation


def test_a_generation_holds_the_documents_and_their_passages(small: Library) -> None:
    generation = small.load()
    assert generation.number == 1
    assert list(generation.documents) == ["人事/假期.md", "无题.txt", "设备.txt"]
    for passage in generation.index.passages:
        document = generation.documents[passage.document]
        assert document.text[passage.start : passage.end] == passage.text
    best = [hits[0].passage.text for hits in answers(generation)[:3]]
    assert best == [
        "员工每年享有十天带薪年假。可以结转。",
        "PPR-9087型设备的额定功率为1.5千瓦。\n设备需要每年检修一次。",
        "加班工资按照一点五倍发放。",
    ]
    assert_is_what_its_documents_make(generation)


def test_several_segments_answer_as_one(library: Library, tmp_path: Path) -> None:
    generation = library.load()
    assert [[entry.path for entry in one.segment.entries] for one in generation.segments] == [
        ["人事/假期.md", "无题.txt", "设备.txt"],
        ["人事/婚假.txt", "食堂.txt"],
        ["出差.txt"],
    ]
    assert list(generation.documents) == sorted(FILES)
    assert_is_what_its_documents_make(generation)
    whole = Library(tmp_path / "whole")
    whole.write(FILES)
    whole.sync()
    assert len(whole.rows()) == 1
    assert answers(generation) == answers(whole.load())


def test_documents_that_are_gone_from_a_segment_are_in_no_result(library: Library, tmp_path: Path) -> None:
    (library.documents / "无题.txt").unlink()
    library.write({"食堂.txt": "食堂十一点半开门。\n午餐二十五元。\n"})
    (library.documents / "设备.txt").rename(library.documents / "器材.txt")
    library.sync()
    generation = library.load()
    left = {"人事/假期.md", "人事/婚假.txt", "出差.txt", "器材.txt", "食堂.txt"}
    assert set(texts_of(generation)) == left
    assert texts_of(generation)["食堂.txt"] == "食堂十一点半开门。\n午餐二十五元。"
    assert_is_what_its_documents_make(generation)
    fresh = Library(tmp_path / "fresh")
    fresh.write({path: (library.documents / path).read_text("utf-8") for path in left})
    fresh.sync()
    assert answers(generation) == answers(fresh.load())


@pytest.mark.parametrize("memory", [False, True])
def test_a_merge_leaves_out_what_is_gone(library: Library, caplog: pytest.LogCaptureFixture, memory: bool) -> None:
    before = library.load() if memory else None
    (library.documents / "无题.txt").unlink()
    library.write({"食堂.txt": "食堂十一点开门。\n午餐三十元。\n"})
    library.sync(before=before)
    (row,) = library.rows()
    assert [entry.path for entry in row.entries] == [
        "人事/假期.md",
        "人事/婚假.txt",
        "出差.txt",
        "设备.txt",
        "食堂.txt",
    ]
    generation = library.load(before)
    assert caplog.messages == []
    assert texts_of(generation)["食堂.txt"] == "食堂十一点开门。\n午餐三十元。"
    assert_is_what_its_documents_make(generation)
    # 加班 stood in the document that is gone, and in no other.
    assert "~加班" not in generation.segments[0].segment.postings.vocabulary


def test_a_document_that_moves_between_segments_is_there_once(library: Library) -> None:
    for number in range(9):
        library.write({"食堂.txt": f"食堂{number}点开门。\n午餐二十元。\n"})
        library.sync()
        generation = library.load()
        assert len(generation.segments) <= 3
        assert texts_of(generation)["食堂.txt"] == f"食堂{number}点开门。\n午餐二十元。"
        assert set(texts_of(generation)) == set(FILES)
        assert_is_what_its_documents_make(generation)


def test_an_empty_index_is_searched_and_mended(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.sync()
    generation = library.load()
    assert (generation.documents, tuple(generation.index.passages), answers(generation)) == ({}, (), [[]] * 6)
    for row in library.rows():
        for name in row.manifest:
            flip_first(library.folder(row) / name)
            assert answers(library.load()) == [[]] * 6
    library.write(THIRD)
    library.sync()
    assert set(texts_of(library.load())) == set(THIRD)


def test_no_index_yet_names_the_command(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(StoreError, match=r"^no index in .* yet\. Build it: python -m qa sync$"):
        load_generation(store)
    store.close()


class NegatedEncoder(FakeEncoder):
    """Another model, with vectors of the same length."""

    name = "negated"

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return -super().encode_queries(texts)


def test_a_rebuild_with_another_model_leaves_nothing_of_the_old_vectors(library: Library) -> None:
    before, rows = library.load(), library.rows()
    report = library.sync(NegatedEncoder(), rebuild=True, before=before)
    assert (report.added, report.documents, report.generation) == (6, 6, 4)
    assert {row.number for row in rows}.isdisjoint(row.number for row in library.rows())
    for after in (library.load(), library.load(before)):
        every = np.arange(len(after.index.passages))
        assert (after.index.passage_vectors.take(every) == -before.index.passage_vectors.take(every)).all()
        every = np.arange(after.index.sentence_vectors.size)
        assert (after.index.sentence_vectors.take(every) == -before.index.sentence_vectors.take(every)).all()
    assert len(library.sql("SELECT key FROM vectors")) == report.embedded_texts


# Files of segments


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_manifests_name_every_file(library: Library) -> None:
    for row in library.rows():
        assert sorted(row.manifest) == files_of(library.folder(row)) == NAMES
    assert library.folders() == {row.folder for row in library.rows()}


def flip_first(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def flip_middle(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 0x80]) + data[len(data) // 2 + 1 :])


def flip_last(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE = [flip_first, flip_middle, flip_last, cut, lengthen, empty, Path.unlink, replace_by_folder]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("path", ["人事/假期.md", "食堂.txt", "出差.txt"])
def test_damage_to_any_file_is_noticed_and_its_segment_alone_is_built_anew(
    library: Library,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
    path: str,
) -> None:
    # To wait for the disk takes most of the time, and nothing here rests on it.
    monkeypatch.setattr(segments, "_flush", lambda path: None)
    expected = answers(library.load())
    for name in NAMES:
        before, rows = library.row_of(path), library.rows()
        damage(library.folder(before) / name)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="index"):
            assert answers(library.load()) == expected
        assert caplog.messages == [
            f"index file {name} in {library.folder(before)} is damaged or gone; building it anew"
        ]
        after = library.row_of(path)
        assert (after.number, after.folder) != (before.number, before.folder)
        assert (after.entries, sorted(after.manifest)) == (before.entries, NAMES)
        assert [row for row in library.rows() if row != after] == [row for row in rows if row != before]
    # Nothing is left to be mended.
    caplog.clear()
    assert answers(library.load()) == expected
    assert caplog.messages == []
    with library.open() as store:
        assert check_generation(store) == (3, None)


def test_damage_to_several_segments_at_once_is_mended(library: Library) -> None:
    expected = answers(library.load())
    first, second, third = library.rows()
    flip_middle(library.folder(first) / "passages.faiss")
    (library.folder(third) / "bm25" / "rows.npy").unlink()
    assert answers(library.load()) == expected
    assert [row for row in library.rows() if row.number == second.number] == [second]
    assert {first.number, third.number}.isdisjoint(row.number for row in library.rows())


def test_a_segment_built_anew_has_no_document_that_is_gone(library: Library) -> None:
    (library.documents / "无题.txt").unlink()
    library.sync()
    expected = answers(library.load())
    row = library.row_of("设备.txt")
    assert "无题.txt" in {entry.path for entry in row.entries}
    flip_last(library.folder(row) / "sentences.faiss")
    assert answers(library.load()) == expected
    assert [entry.path for entry in library.row_of("设备.txt").entries] == ["人事/假期.md", "设备.txt"]


@pytest.mark.parametrize("gone", ["a segment", "everything"])
def test_a_folder_that_is_gone_is_built_anew(library: Library, gone: str) -> None:
    expected = answers(library.load())
    shutil.rmtree(library.folder(library.rows()[1]) if gone == "a segment" else segments_folder(library.data))
    assert answers(library.load()) == expected
    assert len(library.rows()) == (3 if gone == "a segment" else 1)


def test_damage_that_comes_back_ends(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "damaged_file", lambda data, row: "passages.faiss")
    with pytest.raises(StoreError) as caught:
        library.load()
    assert str(caught.value) == f"the index in {library.data} is damaged again as soon as it is mended. Check the disk"


def test_words_of_another_version_are_indexed_anew_and_embed_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected, rows = answers(library.load()), library.rows()
    monkeypatch.setattr("index.postings.FORM", 1_000)
    with caplog.at_level(logging.INFO, logger="index"):
        assert answers(library.load()) == expected
    assert caplog.messages == [
        f"the words in {library.folder(rows[0])} were indexed by another version; indexing them anew"
    ]
    assert {row.number for row in rows}.isdisjoint(row.number for row in library.rows())
    encoder = FakeEncoder()
    library.write({"新.txt": "事假没有工资。"})
    assert (library.sync(encoder).embedded_texts, len(library.rows())) == (1, 2)
    assert encoder.embedded == ["事假没有工资。"]


def test_the_next_sync_removes_what_mending_left(small: Library) -> None:
    (small.folder(small.rows()[0]) / "passages.faiss").unlink()
    small.load()
    leftover = segments_folder(small.data) / "killed"
    leftover.mkdir()
    (leftover / "passages.faiss").write_bytes(b"half")
    assert len(small.folders()) == 3
    small.write({"新.txt": "事假没有工资。"})
    assert small.sync().generation == 2
    assert small.folders() == {row.folder for row in small.rows()}


def test_a_sync_with_nothing_to_do_removes_what_a_killed_write_left(small: Library) -> None:
    leftover = segments_folder(small.data) / "killed"
    leftover.mkdir()
    assert (small.sync().unchanged, small.sync().generation) == (3, 1)
    assert small.folders() == {small.rows()[0].folder}


def test_a_segment_whose_documents_are_all_gone_is_not_written_again(small: Library) -> None:
    for name in FIRST:
        (small.documents / name).unlink()
    assert (small.sync().documents, small.rows()) == (0, [])
    assert texts_of(small.load()) == {}
    small.write(SECOND)
    small.sync()
    assert (set(texts_of(small.load())), len(small.rows())) == (set(SECOND), 1)


def test_the_generation_before_stays_for_questions_under_way(library: Library) -> None:
    old, folders = library.load(), library.folders()
    expected = answers(old)
    library.write({"新.txt": "事假没有工资。"})
    library.sync()
    # Four segments have become one, and the three are still there.
    assert len(library.rows()) == 1
    assert library.folders() == folders | {library.rows()[0].folder}
    (library.documents / "设备.txt").unlink()
    library.sync()
    assert library.folders().isdisjoint(folders)
    assert answers(old) == expected
    assert "设备.txt" not in library.load().documents


def test_remove_other_folders(small: Library) -> None:
    root = segments_folder(small.data)
    (root / "00000009-x" / "bm25").mkdir(parents=True)
    with small.open() as store:
        remove_other_folders(store)
        assert small.folders() == {small.rows()[0].folder}
        shutil.rmtree(root)
        remove_other_folders(store)


def test_a_write_that_fails_leaves_nothing_and_the_old_index_serves(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, folders = answers(library.load()), library.folders()

    def refuse(path: Path) -> None:
        raise OSError(28, "No space left on device")

    library.write({"新.txt": "事假没有工资。"})
    with monkeypatch.context() as patch:
        patch.setattr(segments, "_flush", refuse)
        with pytest.raises(StoreError, match="No space left on device.*is still in service"):
            library.sync()
    assert library.folders() == folders
    assert answers(library.load()) == expected
    assert library.sync().added == 1


def test_a_pickle_in_the_data_folder_is_never_opened(small: Library, tmp_path: Path) -> None:
    expected = answers(small.load())
    # protocol 0: os.mkdir(<path>)
    pickle = f"cposix\nmkdir\n(V{tmp_path / 'sprung'}\ntR.".encode()
    for name in NAMES:
        (small.folder(small.rows()[0]) / name).write_bytes(pickle)
        assert answers(small.load()) == expected
    for name in ("passages.pkl", "bm25/vocab.index.pkl", "bm25/corpus.pkl"):
        (small.folder(small.rows()[0]) / name).write_bytes(pickle)
    assert answers(small.load()) == expected
    assert not (tmp_path / "sprung").exists()


def test_files_of_segments_hold_no_document_text(small: Library) -> None:
    folder = small.folder(small.rows()[0])
    vocabulary = json.loads((folder / "bm25" / "vocabulary.json").read_text("utf-8"))
    assert {"ppr-9087", "~年假", "加班"} <= set(vocabulary)
    for name in NAMES:
        assert "加班工资按照".encode() not in (folder / name).read_bytes()


def test_checking_names_the_first_damaged_file(library: Library) -> None:
    with library.open() as store:
        assert check_generation(store) == (3, None)
        row = library.rows()[1]
        flip_first(library.folder(row) / "bm25" / "starts.npy")
        assert check_generation(store) == (3, f"{row.folder}/bm25/starts.npy")
        library.sql("DELETE FROM segments")
        with pytest.raises(DamagedStore, match=r"^segment 1 of generation 3 is not in "):
            check_generation(store)


# Documents that are not what was written


HOLIDAYS = "# 员工假期规定\n\n前言。\n\n## 年假\n\n每年享有十天年假。可以结转。\n\n## 病假\n\n病假五天。\n"


@pytest.mark.parametrize("query", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_document_is_out_of_service_until_the_next_sync(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    library = Library(tmp_path)
    for files in ({"假期.md": HOLIDAYS}, SECOND):
        library.write(files)
        library.sync()
    whole, words = answers(library.load()), library.load().index.lexical.own_words
    library.sql(query, "假期.md")
    without = library.load()
    assert caplog.messages == ["what the index holds of 假期.md is damaged; the next sync reads the file again"]
    assert set(texts_of(without)) == set(SECOND)
    assert_is_what_its_documents_make(without)
    assert library.sql("SELECT size, content_hash FROM documents WHERE path = '假期.md'") == [(-1, "")]
    caplog.clear()
    assert answers(library.load()) == answers(without)
    report = library.sync()
    assert (report.added, report.changed, report.unchanged, report.documents) == (0, 1, 2, 3)
    assert caplog.messages == []
    assert_is_what_its_documents_make(library.load())
    assert (answers(library.load()), library.load().index.lexical.own_words) == (whole, words)


def test_a_sync_that_first_meets_a_damaged_document_unlearns_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write({"霁澜药业.txt": "见《澜赋手册》。"})
    library.sync()
    library.sql("UPDATE documents SET text = '见《澜赋手册》！'")
    library.write(SECOND)
    library.sync()
    assert set(texts_of(library.load())) == set(SECOND)
    library.sync()
    assert set(texts_of(library.load())) == {*SECOND, "霁澜药业.txt"}
    assert {"霁澜药业", "澜赋手册"} <= set(library.load().index.lexical.own_words)


@pytest.mark.parametrize("column", ["text", "title", "sections", "indexed_at", "content_hash"])
def test_a_document_that_is_no_utf_8_is_brought_back(library: Library, column: str) -> None:
    expected = answers(library.load())
    library.sql(f"UPDATE documents SET {column} = CAST(x'e5b9ff' AS TEXT) WHERE path = '出差.txt'")
    with suppress(DamagedStore):
        library.load()
    library.sync()
    assert answers(library.load()) == expected


@pytest.mark.parametrize("column", ["size", "modified_ns", "characters", "passages", "sentences", "digest"])
def test_a_document_with_a_value_of_another_kind_is_brought_back(library: Library, column: str) -> None:
    expected = answers(library.load())
    library.sql(f"UPDATE documents SET {column} = 'x' WHERE path = '出差.txt'")
    with suppress(DamagedStore):
        library.load()
    library.write({"新.txt": "事假没有工资。"})
    library.sync()
    (library.documents / "新.txt").unlink()
    library.sync()
    assert answers(library.load()) == expected


def test_rows_that_are_in_the_way_of_a_document_do_not_stop_it_from_coming_back(library: Library) -> None:
    expected = answers(library.load())
    # A flipped bit in a document's name: its passages and sentences are nobody's now.
    library.sql("UPDATE documents SET path = '出差.txx' WHERE path = '出差.txt'")
    assert set(texts_of(library.load())) == set(FILES) - {"出差.txt"}
    library.sync()
    assert answers(library.load()) == expected


@pytest.mark.parametrize("value", ["65", "0", "x", None])
def test_a_damaged_dimension_is_mended_by_a_sync(library: Library, value: str | None) -> None:
    expected = answers(library.load())
    if value is None:
        library.sql("DELETE FROM meta WHERE key = 'dimension'")
    else:
        library.sql("UPDATE meta SET value = ? WHERE key = 'dimension'", value)
    with suppress(StoreError):
        library.load()
    library.sync()
    assert answers(library.load()) == expected


def test_a_reader_that_has_a_document_in_memory_goes_on_with_it(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    before = library.load()
    library.sql("UPDATE documents SET text = replace(text, '十天', '九天') WHERE path = '人事/假期.md'")
    assert answers(library.load(before)) == answers(before)
    assert caplog.messages == []


def test_a_damaged_document_does_not_stop_a_sync_that_merges(library: Library) -> None:
    library.sql("UPDATE documents SET text = replace(text, '十天', '九天') WHERE path = '人事/婚假.txt'")
    (library.folder(library.row_of("食堂.txt")) / "passages.faiss").unlink()
    library.write({"新.txt": "事假没有工资。"})
    assert library.sync().added == 1
    assert len(library.rows()) == 1
    assert set(texts_of(library.load())) == {*FILES, "新.txt"} - {"人事/婚假.txt"}
    assert library.sync().changed == 1
    assert set(texts_of(library.load())) == {*FILES, "新.txt"}
    assert texts_of(library.load())["人事/婚假.txt"] == "婚假规定\n婚假为十天，含周末。"


def test_a_segment_that_lacks_a_vector_is_built_without_the_document(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    expected = answers(library.load())
    ((key, vector),) = library.sql(
        "SELECT key, vector FROM vectors WHERE key = (SELECT vector_key FROM sentences WHERE document = '食堂.txt'"
        " ORDER BY start DESC LIMIT 1)"
    )
    assert isinstance(vector, bytes)
    library.sql("UPDATE vectors SET vector = ? WHERE key = ?", vector[:100] + b"\xff" + vector[101:], key)
    # As long as the segment's files are whole, nobody needs it.
    assert answers(library.load()) == expected
    cut(library.folder(library.row_of("食堂.txt")) / "passages.faiss")
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="index"):
        without = library.load()
    assert caplog.messages[1:] == ["vectors of 食堂.txt are missing or damaged; the next sync embeds it again"]
    assert set(texts_of(without)) == set(FILES) - {"食堂.txt"}
    encoder = FakeEncoder()
    assert (library.sync(encoder).embedded_texts, encoder.embedded) == (1, ["午餐二十元。"])
    assert answers(library.load()) == expected


def test_buildable_leaves_out_and_distrusts_what_lacks_a_vector(library: Library) -> None:
    library.sql("DELETE FROM vectors WHERE key IN (SELECT vector_key FROM passages WHERE document = '设备.txt')")
    with library.open() as store, store.transaction():
        records = store.records()
        segment = buildable(store, records.values())
        assert [entry.path for entry in segment.entries] == sorted(set(FILES) - {"设备.txt"})
        assert set(store.digests()) == set(FILES) - {"设备.txt"}
        with pytest.raises(MissingVectors):
            segments.build_segment(store, list(records.values()), store.dimension())


# What is in memory already


def test_what_has_not_changed_is_not_loaded_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = library.load()
    library.write({"无题.txt": "加班工资按照两倍发放。"})
    library.write({"新.txt": "事假没有工资。"})
    (library.documents / "食堂.txt").unlink()
    # Two of the three segments are worn or grown into new ones; the third stays.
    library.sync(before=before)
    loaded: list[int] = []
    asked: list[list[str]] = []
    real_records = Store.records

    def noted_load(data: Path, row: SegmentRow, dimension: int) -> Segment:
        loaded.append(row.number)
        return load_segment(data, row, dimension)

    def noted_records(store: Store, paths: Sequence[str] | None = None) -> object:
        asked.append(sorted(paths or ()))
        return real_records(store, paths)

    with monkeypatch.context() as patch:
        patch.setattr(generations, "load_segment", noted_load)
        patch.setattr(Store, "records", noted_records)
        after = library.load(before)
    old = {one.number: one.segment for one in before.segments}
    assert asked == [["新.txt", "无题.txt"]]
    assert loaded == [one.number for one in after.segments if one.number not in old]
    assert all(one.segment is old[one.number] for one in after.segments if one.number in old)
    for path in set(FILES) - {"无题.txt", "食堂.txt"}:
        assert after.records[path] is before.records[path]
        assert after.documents[path] is before.documents[path]
    assert after.documents["无题.txt"].text == "加班工资按照两倍发放。"
    assert answers(after) == answers(library.load())
    assert_is_what_its_documents_make(after)


def test_a_load_after_one_more_document_takes_over_all_segments(small: Library) -> None:
    before = small.load()
    small.write(SECOND)
    small.sync(before=before)
    after = small.load(before)
    assert [one.segment is before.segments[0].segment for one in after.segments] == [True, False]
    assert [one.number for one in before.segments] == [one.number for one in after.segments[:1]]
    assert all(after.records[path] is before.records[path] for path in FIRST)
    assert (before.number, set(texts_of(before)), after.number, set(texts_of(after))) == (
        *(1, set(FIRST)),
        *(2, set(FIRST | SECOND)),
    )
    assert answers(after) == answers(small.load())


def test_the_finder_of_words_is_made_anew_only_for_other_words(small: Library) -> None:
    before = small.load()
    small.write({"午.txt": "午餐二十元。"})
    small.sync()
    after = small.load(before)
    assert after.index.lexical.own_words == before.index.lexical.own_words
    assert after.index.lexical.finder is before.index.lexical.finder
    small.write({"userdict.txt": "碳谷绿湾\n"})
    small.sync()
    other = small.load(after)
    assert other.index.lexical.finder is not before.index.lexical.finder
    assert set(other.index.lexical.own_words) - set(after.index.lexical.own_words) == {"碳谷绿湾"}
    with small.open() as store:
        assert find_words(store).words == other.index.lexical.own_words


def test_a_file_that_was_only_touched_is_known_by_its_new_time(small: Library) -> None:
    before = small.load()
    (small.documents / "无题.txt").write_bytes("加班工资按照一点五倍发放。\r\n".encode())
    small.sync()
    assert small.load(before).records["无题.txt"].file == small.load().records["无题.txt"].file


def test_a_file_that_was_saved_again_with_the_same_text_is_known_by_its_new_content(small: Library) -> None:
    before = small.load()
    (small.documents / "无题.txt").write_bytes("加班工资按照一点五倍发放。\r\n".encode())
    small.sync()
    was, now = before.documents["无题.txt"], small.load(before).documents["无题.txt"]
    assert (now.text, now.content_hash) == (was.text, small.load().documents["无题.txt"].content_hash)
    assert now.content_hash != was.content_hash


def test_what_is_in_memory_of_another_database_is_not_taken_for_the_new_one(small: Library) -> None:
    before = small.load()
    (small.data / DATABASE).write_bytes(b"no database" * 1000)
    small.write({"无题.txt": "事假没有工资。", "新.txt": "婚假为十天。"})
    small.sync(before=before)
    after = small.load(before)
    assert texts_of(after)["无题.txt"] == "事假没有工资。"
    assert answers(after) == answers(small.load())
    assert_is_what_its_documents_make(after)


def test_a_merge_takes_nothing_from_memory_that_is_of_another_database(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    before = library.load()
    shutil.rmtree(library.data)
    shutil.rmtree(library.documents)
    # Under the same numbers there are other segments now, of the same documents with as many passages and sentences.
    for files in (FIRST, SECOND, THIRD, {"新.txt": "事假没有工资。"}):
        library.write({path: text.replace("年", "月").replace("天", "周") for path, text in files.items()})
        library.sync(before=before)
    assert len(library.rows()) == 1
    generation = library.load()
    assert caplog.messages == []
    assert_is_what_its_documents_make(generation)


# Others at work meanwhile


class Overtaken:
    """Lets two syncs go by before something is done for the first time."""

    def __init__(self, library: Library) -> None:
        self.library, self.times = library, 0

    def __call__(self) -> None:
        self.times += 1
        if self.times == 1:
            # All documents change, so that the first segment's folder is gone after the second.
            for round in ("甲", "乙"):
                self.library.write({path: f"{path}第{round}版，年假有几天见此。" for path in FIRST})
                self.library.sync()


@pytest.mark.parametrize("name", ["damaged_file", "is_current", "load_segment"])
def test_a_reader_that_is_overtaken_by_two_syncs_gets_the_new_state(
    small: Library, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    overtaken, real, first = Overtaken(small), getattr(generations, name), small.rows()[0]

    def late(*arguments: object) -> object:
        overtaken()
        return real(*arguments)

    with small.open() as store, monkeypatch.context() as patch:
        patch.setattr(generations, name, late)
        generation = load_generation(store)
    assert not small.folder(first).exists()
    assert generation.number == 3
    assert texts_of(generation) == {path: f"{path}第乙版，年假有几天见此。" for path in FIRST}
    assert answers(generation) == answers(small.load())


def test_a_reader_sees_segments_and_documents_of_one_state(small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = answers(small.load())
    overtaken, real = Overtaken(small), Store.digests

    def late(store: Store) -> dict[str, bytes]:
        # The reader knows its segments by now. Syncs of a thread have a connection of their own.
        if overtaken.times == 0 and threading.current_thread() is threading.main_thread():
            syncs = threading.Thread(target=overtaken)
            syncs.start()
            syncs.join()
            seen.update(real(store))
        return real(store)

    seen: dict[str, bytes] = {}
    with small.open() as store:
        first = store.digests()
        monkeypatch.setattr(Store, "digests", late)
        generation = load_generation(store)
    assert seen == first != real_digests(small)
    assert generation.number == 3
    assert answers(generation) == answers(small.load()) != expected


def real_digests(library: Library) -> dict[str, bytes]:
    with library.open() as store:
        return store.digests()


def test_a_mend_that_meets_a_newer_generation_does_nothing(small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    flip_first(small.folder(small.rows()[0]) / "passages.faiss")
    real = generations._mend
    done: list[tuple[int, bool]] = []

    def late(store: Store, number: int) -> bool:
        if not done:
            small.write(SECOND)
            small.sync()
        before = store.rows("SELECT number, folder FROM segments"), store.rows("SELECT * FROM generations")
        done.append((number, real(store, number)))
        assert before == (store.rows("SELECT number, folder FROM segments"), store.rows("SELECT * FROM generations"))
        monkeypatch.undo()
        return done[-1][1]

    monkeypatch.setattr(generations, "_mend", late)
    generation = small.load()
    assert done == [(1, False)]
    assert (generation.number, set(texts_of(generation))) == (2, set(FIRST | SECOND))
    assert_is_what_its_documents_make(generation)


def test_two_readers_mend_the_same_damage(library: Library) -> None:
    expected = answers(library.load())
    flip_first(library.folder(library.rows()[1]) / "passages.faiss")
    found: list[list[list[Hit]]] = []
    together = threading.Barrier(3)

    def read() -> None:
        together.wait()
        found.append(answers(library.load()))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3
    assert len(library.rows()) == 3
    with library.open() as store:
        assert check_generation(store) == (3, None)


def test_mending_needs_no_documents_folder(library: Library) -> None:
    expected = answers(library.load())
    shutil.rmtree(library.documents)
    for row in library.rows():
        flip_middle(library.folder(row) / "sentences.faiss")
    assert answers(library.load()) == expected


def test_assemble_leaves_out_documents_without_a_record(library: Library) -> None:
    whole = library.load()
    records = {path: record for path, record in whole.records.items() if path not in ("设备.txt", "出差.txt")}
    part = assemble(3, whole.segments, records, whole.index.lexical.finder, FakeEncoder.dimension)
    assert set(texts_of(part)) == set(FILES) - {"设备.txt", "出差.txt"}
    assert_is_what_its_documents_make(part)
    nothing = assemble(3, whole.segments, {}, whole.index.lexical.finder, FakeEncoder.dimension)
    assert (len(nothing.index.passages), answers(nothing)) == (0, [[]] * 6)


def test_a_database_error_while_loading_is_ours(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(store: Store, number: int) -> list[object]:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Store, "live_segments", refuse)
    with pytest.raises(StoreError, match="disk I/O error"):
        library.load()
