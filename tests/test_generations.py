from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import generations
from index.datatypes import Hit, Passage
from index.errors import StoreError
from index.generations import Generation, generations_folder, lexical_text, load_generation, remove_other_folders
from index.search import search
from index.store import DATABASE, SCHEMA_VERSION, Store
from index.sync import sync
from tests.fakes import FakeEncoder

FILES = {
    "人事/假期.md": "# 员工假期规定\n\n## 年假\n\n员工每年享有十天带薪年假。可以结转。\n\n## 病假\n\n病假五天。\n",
    "设备.txt": "设备说明\nPPR-9087型设备的额定功率为1.5千瓦。\n设备需要每年检修一次。\n",
    "无题.txt": "加班工资按照一点五倍发放。",
}
QUESTIONS = ["年假有几天", "PPR-9087的功率", "加班工资", "三体"]
NAMES = ["bm25/vocabulary.json", "bm25/about.json", "passages.faiss", "sentences.faiss"]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / "documents" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "documents" / name).write_text(text, encoding="utf-8")
    return tmp_path / "documents"


@pytest.fixture
def data(tmp_path: Path, documents: Path) -> Path:
    sync(documents, tmp_path / "数据 data", FakeEncoder())
    return tmp_path / "数据 data"


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    opened = Store.open(data)
    yield opened
    opened.close()


def folder_of(store: Store) -> Path:
    return generations_folder(store.folder) / store.generation(store.current_generation())[0]


def answers(generation: Generation) -> list[list[Hit]]:
    encoder = FakeEncoder()
    return [search(generation.index, text, encoder.encode_queries([text])[0], 10, ("年假",)) for text in QUESTIONS]


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_generation_holds_the_documents_and_their_passages(store: Store) -> None:
    generation = load_generation(store)
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


def test_the_manifest_names_every_file(store: Store) -> None:
    _, manifest = store.generation(1)
    assert sorted(manifest) == files_of(folder_of(store))
    assert set(NAMES) < set(manifest)


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


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [flip_first, flip_middle, flip_last, cut, empty, Path.unlink, replace_by_folder])
def test_damage_to_any_file_is_noticed_and_mended(
    store: Store, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    expected = answers(load_generation(store))
    for name in files_of(folder_of(store)):
        before = folder_of(store)
        damage(before / name)
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="index.generations"):
            assert answers(load_generation(store)) == expected
        assert caplog.messages == [f"index file {name} in {before} is damaged or gone; building it anew"]
        assert folder_of(store) != before
        caplog.clear()
        assert answers(load_generation(store)) == expected
        assert caplog.messages == []
    assert store.current_generation() == 1


def test_a_folder_that_is_gone_is_built_anew(store: Store) -> None:
    expected = answers(load_generation(store))
    shutil.rmtree(generations_folder(store.folder))
    assert answers(load_generation(store)) == expected


def test_damage_in_an_empty_index_is_mended(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    sync(tmp_path / "documents", tmp_path / "data", FakeEncoder())
    store = Store.open(tmp_path / "data")
    for name in files_of(folder_of(store)):
        flip_first(folder_of(store) / name)
        generation = load_generation(store)
        assert (generation.documents, generation.index.passages, answers(generation)) == ({}, (), [[], [], [], []])
    store.close()


def test_the_next_sync_removes_what_mending_left(store: Store, documents: Path) -> None:
    (folder_of(store) / "passages.faiss").unlink()
    load_generation(store)
    leftover = generations_folder(store.folder) / "00000002-killed"
    leftover.mkdir()
    (leftover / "passages.faiss").write_bytes(b"half")
    assert len(list(generations_folder(store.folder).iterdir())) == 3
    mended = folder_of(store)
    (documents / "新.txt").write_text("事假没有工资。", encoding="utf-8")
    assert sync(documents, store.folder, FakeEncoder()).generation == 2
    assert {path.name for path in generations_folder(store.folder).iterdir()} == {mended.name, folder_of(store).name}


def test_the_generation_before_stays_for_questions_under_way(store: Store, documents: Path) -> None:
    old = load_generation(store)
    expected = answers(old)
    first = folder_of(store)
    (documents / "设备.txt").unlink()
    sync(documents, store.folder, FakeEncoder())
    assert first.is_dir()
    assert answers(old) == expected
    assert "设备.txt" not in load_generation(store).documents


def test_no_index_yet_names_the_command(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with pytest.raises(StoreError, match=r"^no index in .* yet\. Build it: python -m qa sync$"):
        load_generation(store)
    store.close()


def test_another_form_is_refused(data: Path, documents: Path) -> None:
    store = Store.open(data)
    store.set_meta("schema", str(int(SCHEMA_VERSION) + 1))
    store.close()
    with pytest.raises(StoreError, match="has form 2, this program reads form 1. Delete wendang.sqlite and"):
        sync(documents, data, FakeEncoder())


def test_a_write_that_fails_leaves_nothing_and_the_old_index_serves(
    store: Store, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = answers(load_generation(store))
    folders = list(generations_folder(store.folder).iterdir())

    def refuse(path: Path) -> None:
        raise OSError(28, "No space left on device")

    (documents / "新.txt").write_text("事假没有工资。", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(generations, "_flush", refuse)
        with pytest.raises(StoreError, match="No space left on device.*is still in service"):
            sync(documents, store.folder, FakeEncoder())
    assert list(generations_folder(store.folder).iterdir()) == folders
    assert answers(load_generation(store)) == expected
    assert sync(documents, store.folder, FakeEncoder()).added == 1


def test_remove_other_folders(store: Store) -> None:
    root = generations_folder(store.folder)
    (root / "00000009-x" / "bm25").mkdir(parents=True)
    remove_other_folders(store, [folder_of(store).name])
    assert [path.name for path in root.iterdir()] == [folder_of(store).name]
    remove_other_folders(store, [])
    shutil.rmtree(root)
    remove_other_folders(store, [])


def test_a_pickle_in_the_data_folder_is_never_opened(store: Store, tmp_path: Path) -> None:
    expected = answers(load_generation(store))
    # protocol 0: os.mkdir(<path>)
    pickle = f"cposix\nmkdir\n(V{tmp_path / 'sprung'}\ntR.".encode()
    for name in files_of(folder_of(store)):
        (folder_of(store) / name).write_bytes(pickle)
        assert answers(load_generation(store)) == expected
    for name in ("passages.pkl", "bm25/vocab.index.pkl", "bm25/corpus.pkl"):
        (folder_of(store) / name).write_bytes(pickle)
    assert answers(load_generation(store)) == expected
    assert not (tmp_path / "sprung").exists()


def test_derived_files_hold_no_document_text_twice(store: Store) -> None:
    assert (store.folder / DATABASE).is_file()
    vocabulary = json.loads((folder_of(store) / "bm25" / "vocabulary.json").read_text("utf-8"))
    assert {"ppr-9087", "~年假", "加班"} <= set(vocabulary)


@pytest.mark.parametrize(
    ("document", "title", "text"),
    [
        ("人事/假期.md", "员工假期规定", "假期\n员工假期规定\n年假\n十天。"),
        ("人事/假期.md", "假期", "假期\n年假\n十天。"),
    ],
)
def test_words_find_a_passage_by_file_name_title_and_headings(document: str, title: str, text: str) -> None:
    assert lexical_text(Passage(0, document, title, 0, 3, "十天。", headings=("年假",))) == text
