from __future__ import annotations

import logging
import os
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import database
from index.damage import NOTE_FILE, note_damage
from index.database import DATABASE, read_damaged, set_aside
from index.errors import DamagedStore, ModelMismatch, StoreError
from index.generations import load_generation
from index.store import Store, vector_key
from index.sync import SyncReport
from index.writing import only_writer
from tests.fakes import DIMENSION, FakeEncoder
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
from tests.test_store import OVERTIME, add, indexed

PAGE = 4096


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "数据 data")
    yield opened
    opened.close()


# Opening


def test_a_folder_is_made_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "深 处" / "数据"
    first = Store.open(folder)
    assert (first.current_generation(), first.files(), first.records(), first.dimension()) == (0, {}, {}, 0)
    add(first, indexed("加班.txt", OVERTIME))
    first.close()
    second = Store.open(folder)
    assert list(second.files()) == ["加班.txt"]
    assert second.meta("schema") == "3"
    second.close()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    before = (tmp_path / DATABASE).read_bytes()
    Store.open(tmp_path).close()
    assert (tmp_path / DATABASE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE]


@pytest.mark.parametrize("form", ["9", "99", "1.5", "二"])
def test_another_form_is_refused_with_what_to_do(tmp_path: Path, form: str) -> None:
    store = Store.open(tmp_path)
    store.set_meta("schema", form)
    store.close()
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path)
    assert not isinstance(caught.value, DamagedStore)
    assert str(caught.value) == (
        f"the index in {tmp_path} has form {form}, this program reads form 3. "
        "Delete wendang.sqlite and generations/ there; they are built anew from the documents"
    )
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_sync_leaves_another_form_alone(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write(FIRST)
    library.sync()
    library.sql("UPDATE meta SET value = '9' WHERE key = 'schema'")
    with pytest.raises(StoreError, match="has form 9, this program reads form 3. Delete wendang.sqlite and"):
        library.sync()
    assert [path.name for path in library.data.glob("*damaged*")] == []


def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match="cannot be opened .*Check that the folder can be written") as caught:
        Store.open(tmp_path / "data")
    assert not isinstance(caught.value, DamagedStore)


@pytest.mark.parametrize(
    "data", [b"not a database" * 100, b"\x80\x04\x95" * 500, b"SQLite format 3\x00" + b"\xff" * 5000, b"\0" * 9000]
)
def test_garbage_is_damage_and_names_the_command(tmp_path: Path, data: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(data)
    with pytest.raises(DamagedStore) as caught:
        Store.open(tmp_path)
    assert str(caught.value).startswith(f"the index in {tmp_path} is damaged (")
    assert str(caught.value).endswith(
        "). The next sync sets it aside and builds it anew from the documents: python -m qa sync"
    )
    assert (tmp_path / DATABASE).read_bytes() == data


def test_a_schema_that_is_no_text_is_damage(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    whole = (tmp_path / DATABASE).read_bytes()
    # SQLite quotes the broken name in its message, which then is no text.
    broken = whole.replace(b"CREATE TABLE vectors", b"CREATE \xff\xfe\xfd\xfc\xff vectors")
    assert broken != whole
    (tmp_path / DATABASE).write_bytes(broken)
    with pytest.raises(DamagedStore):
        Store.open(tmp_path)


@pytest.mark.parametrize(("at", "value"), [(19, 3), (47, 5), (47, 0xFF), (59, 2)])
def test_a_head_that_speaks_of_another_sqlite_is_damage(tmp_path: Path, at: int, value: int) -> None:
    """Offset 19 is the version for reading, 47 that of the schema, 59 the encoding."""
    library = Library(tmp_path)
    library.write(FIRST)
    library.sync()
    overwrite(library.data / DATABASE, at, bytes([value]))
    library.write({"新.txt": "事假没有工资。"})
    library.sync()
    assert set(texts_of(library.load())) == {*FIRST, "新.txt"}


# Transactions


def test_a_transaction_is_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), store.transaction():
        store.add(indexed("加班.txt", OVERTIME))
        raise KeyboardInterrupt
    assert store.files() == {}
    add(store, indexed("加班.txt", OVERTIME))
    assert list(store.files()) == ["加班.txt"]


def test_a_full_disk_inside_is_told(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.transaction():
        raise sqlite3.OperationalError("database or disk is full")
    assert not isinstance(caught.value, DamagedStore)
    assert str(caught.value) == (
        f"the index in {store.folder} cannot be read or written (database or disk is full). Free some disk space, "
        "then run the same command again; what was indexed before is still there"
    )


def test_a_disk_that_is_full_while_writing(store: Store) -> None:
    (pages,) = store.rows("PRAGMA page_count")[0]
    store.write(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreError, match=r"\(database or disk is full\)\. Free some disk space"), store.transaction():
        store.add_vectors([b"k" * 16], np.ones((1, 20_000), dtype=np.float32))
    store.write("PRAGMA max_page_count = 1000000")
    assert store.missing_vectors([b"k" * 16]) == {b"k" * 16}
    add(store, indexed("加班.txt", OVERTIME))
    assert list(store.files()) == ["加班.txt"]


def test_a_snapshot_sees_one_state(store: Store) -> None:
    other = Store.open(store.folder)
    with store.snapshot():
        assert store.files() == {}
        add(other, indexed("加班.txt", OVERTIME))
        assert store.files() == {}
    assert list(store.files()) == ["加班.txt"]
    other.close()


def test_a_reader_need_not_wait_for_a_writer(store: Store) -> None:
    with store.transaction():
        store.add(indexed("加班.txt", OVERTIME))
        other = Store.open(store.folder)
        assert (other.files(), other.records(), other.defects()) == ({}, {}, [])
        other.close()


def test_a_snapshot_ends_with_an_error(store: Store) -> None:
    with pytest.raises(KeyError), store.snapshot():
        raise KeyError
    add(store, indexed("加班.txt", OVERTIME))
    with store.snapshot():
        assert list(store.files()) == ["加班.txt"]


def test_the_number_of_the_last_row(store: Store) -> None:
    for number in (1, 2):
        store.write("INSERT INTO segments (folder, manifest, documents) VALUES ('', '{}', '[]')")
        assert store.inserted() == number


# Settings


def test_meta(store: Store) -> None:
    assert (store.meta("model"), store.dimension()) == (None, 0)
    store.set_meta("model", "多语言@1")
    store.set_meta("model", "多语言@2")
    store.set_meta("dimension", "384")
    assert (store.meta("model"), store.dimension()) == ("多语言@2", 384)


def test_another_model_is_refused_with_the_command(store: Store) -> None:
    store.check_model("any")
    store.set_meta("model", "multilingual-e5-small@1")
    store.check_model("multilingual-e5-small@1")
    with pytest.raises(ModelMismatch) as caught:
        store.check_model("bge@2")
    assert str(caught.value) == (
        f"the index in {store.folder} was built with the embedding model multilingual-e5-small@1, now bge@2 is set. "
        "Set WENDANG_EMBEDDING_MODEL back, or, with the same --documents and --data as here, "
        "build the index anew: python -m qa sync --rebuild"
    )


# Looking after the file


def test_defects(store: Store) -> None:
    add(store, indexed("加班.txt", OVERTIME))
    assert store.defects() == []
    connection = sqlite3.connect(store.folder / DATABASE, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("DELETE FROM sqlite_master WHERE name = 'passages_by_vector'")
    connection.close()
    other = Store.open(store.folder)
    assert len(other.defects()) == 1
    assert other.defects()[0].endswith(" is never used")
    other.close()


def test_a_copy_is_whole_whatever_is_written_meanwhile(store: Store, tmp_path: Path) -> None:
    add(store, indexed("加班.txt", OVERTIME))
    (tmp_path / "copy").mkdir()
    with store.snapshot():
        store.files()
        other = Store.open(store.folder)
        add(other, indexed("婚假.txt", OVERTIME))
        other.close()
    store.copy_to(tmp_path / "copy" / DATABASE)
    copy = Store.open(tmp_path / "copy")
    assert list(copy.records()) == ["加班.txt", "婚假.txt"]
    assert copy.defects() == []
    copy.close()


def test_setting_aside_takes_all_files_along_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "strftime", lambda *_: "20240301-120000")
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / (DATABASE + suffix)).write_bytes(b"1" + suffix.encode())
    first = set_aside(tmp_path)
    assert first == tmp_path / "wendang.sqlite.damaged-20240301-120000"
    (tmp_path / DATABASE).write_bytes(b"2")
    second = set_aside(tmp_path)
    assert second == tmp_path / "wendang.sqlite.damaged-20240301-120000-1"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "wendang.sqlite.damaged-20240301-120000": b"1",
        "wendang.sqlite.damaged-20240301-120000-wal": b"1-wal",
        "wendang.sqlite.damaged-20240301-120000-shm": b"1-shm",
        "wendang.sqlite.damaged-20240301-120000-1": b"2",
    }


def test_reading_what_is_damaged_ends_with_a_warning(
    store: Store, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    store.set_meta("model", "fake")
    store.copy_to(tmp_path / "c?py %20.sqlite")
    query = "SELECT key, value FROM meta WHERE key != 'identity' ORDER BY key"
    assert list(read_damaged(tmp_path / "c?py %20.sqlite", query)) == [("model", "fake"), ("schema", "3")]
    assert caplog.messages == []
    assert list(read_damaged(tmp_path / "c?py %20.sqlite", "SELECT * FROM nowhere")) == []
    assert caplog.messages == ["c?py %20.sqlite cannot be read to its end (no such table: nowhere)"]


def test_many_open_a_new_database_at_once(tmp_path: Path) -> None:
    together, opened = threading.Barrier(6), []

    def run() -> None:
        together.wait()
        store = Store.open(tmp_path)
        opened.append(store.meta("schema"))
        store.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == ["3"] * 6


# A damaged file: a reader is told, a sync builds anew


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six documents in three segments, and 200 sentences more to fill some pages with vectors."""
    root = tmp_path_factory.mktemp("model")
    made = Library(root)
    for files in (FIRST, SECOND, {**THIRD, **LONG}):
        made.write(files)
        made.sync()
    return root


LONG = {"条例.txt": "条例\n" + "\n".join(f"第{number}条规定罚款{number * 7}元。" for number in range(200))}
ALL = {*FILES, *LONG}


@pytest.fixture
def library(tmp_path: Path, model: Path) -> Library:
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    return Library(tmp_path)


def overwrite(path: Path, at: int, data: bytes) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + data + whole[at + len(data) :])


def pages_of(path: Path, table: str) -> list[int]:
    """Return the numbers of the pages that a table stands on, its root first."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT pageno FROM dbstat WHERE name = ? ORDER BY path", (table,)).fetchall()
        return [int(row[0]) for row in rows]
    except sqlite3.OperationalError:
        # Without dbstat in this SQLite, the root is all that is known.
        return [int(connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])]
    finally:
        connection.close()


def damage_pages(table: str, fill: Callable[[int], bytes], first: bool = True) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        pages = pages_of(path, table)
        for page in pages[:1] if first else pages:
            overwrite(path, (page - 1) * PAGE, fill(page))

    return damage


def zeros(page: int) -> bytes:
    return bytes(PAGE)


def noise(page: int) -> bytes:
    return random.Random(page).randbytes(PAGE)


def cut(share: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[: round(len(data) * share)])

    return damage


HEADER: dict[str, Callable[[Path], object]] = {
    "the head overwritten": lambda path: overwrite(path, 0, b"\xff" * 100),
    "the head zeroed": lambda path: overwrite(path, 0, bytes(100)),
    "the first word overwritten": lambda path: overwrite(path, 0, b"sqlite"),
    "cut in half": cut(0.5),
    "cut to a tenth": cut(0.1),
    "cut within the head": cut(0.0005),
    "a page less": lambda path: path.write_bytes(path.read_bytes()[:-PAGE]),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "noise": lambda path: path.write_bytes(random.Random(7).randbytes(path.stat().st_size)),
}
TABLES = ("meta", "documents", "passages", "sentences", "segments", "generations", "lexicon", "vectors")
PAGES: dict[str, Callable[[Path], object]] = {
    f"{table}: {name}": damage_pages(table, fill)
    for table in TABLES
    for name, fill in (("zeros", zeros), ("noise", noise))
}


@pytest.mark.parametrize("damage", HEADER.values(), ids=HEADER.keys())
def test_a_damaged_file_is_set_aside_and_built_anew(
    library: Library, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], object]
) -> None:
    expected = answers(library.load())
    damage(library.data / DATABASE)
    before = (library.data / DATABASE).read_bytes()
    with pytest.raises(DamagedStore, match=r" builds it anew from the documents: python -m qa sync$"):
        library.load()
    encoder = FakeEncoder()
    with caplog.at_level(logging.WARNING, logger="index"):
        report = library.sync(encoder)
    assert (report.documents, report.failed) == (len(ALL), ())
    (aside,) = (path for path in library.data.glob("*damaged*") if not path.name.endswith(("-wal", "-shm")))
    assert aside.name.startswith("wendang.sqlite.damaged-20")
    assert aside.read_bytes() == before
    generation = library.load()
    assert set(texts_of(generation)) == ALL
    assert answers(generation) == expected
    assert_is_what_its_documents_make(generation)
    assert caplog.messages[-1].startswith(f"the index in {library.data} is damaged (")
    texts = len(encoder.embedded)
    assert caplog.messages[-1].endswith(f" It is now {aside.name}; {kept_of(library) - texts} of its vectors are kept")
    report = library.sync()
    assert (report.unchanged, report.embedded_texts) == (len(ALL), 0)


def kept_of(library: Library) -> int:
    """Return how many vectors there are."""
    ((count,),) = library.sql("SELECT COUNT(*) FROM vectors")
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize("damage", PAGES.values(), ids=PAGES.keys())
def test_a_damaged_page_is_noticed_and_a_sync_brings_everything_back(
    library: Library, damage: Callable[[Path], object]
) -> None:
    """Who asks first is told, and the next sync does what the message says, though no document has changed."""
    expected = answers(library.load())
    damage(library.data / DATABASE)
    try:
        answered = answers(library.load())
    except DamagedStore as error:
        assert str(error).endswith("python -m qa sync")
    else:
        assert answered == expected
    library.sync()
    generation = library.load()
    assert set(texts_of(generation)) == ALL
    assert answers(generation) == expected


@pytest.mark.parametrize("damage", PAGES.values(), ids=PAGES.keys())
def test_a_sync_with_something_to_do_gets_over_a_damaged_page(
    library: Library, damage: Callable[[Path], object]
) -> None:
    damage(library.data / DATABASE)
    library.write({"新.txt": "事假没有工资。"})
    library.sync()
    try:
        generation = library.load()
    except DamagedStore:
        library.sync()
        generation = library.load()
    assert set(texts_of(generation)) == {*ALL, "新.txt"}
    assert_is_what_its_documents_make(generation)


@pytest.mark.parametrize("seed", range(12))
def test_random_pages_overwritten(library: Library, seed: int) -> None:
    chance = random.Random(seed)
    path = library.data / DATABASE
    pages = path.stat().st_size // PAGE
    for page in chance.sample(range(pages), chance.randint(1, 6)):
        overwrite(path, page * PAGE, chance.choice([zeros, noise])(page + seed))
    if chance.random() < 0.5:
        library.write({"新.txt": "事假没有工资。"})
    for _ in range(2):
        try:
            library.sync()
            generation = library.load()
        except DamagedStore:
            continue
    library.sync()
    generation = library.load()
    assert set(texts_of(generation)) == ALL | {path.name for path in library.documents.glob("新.txt")}
    assert_is_what_its_documents_make(generation)


@pytest.mark.parametrize("seed", range(20))
def test_random_bits_turned_around(library: Library, seed: int) -> None:
    """Whatever happens to rows and pages: no wrong answer, no error but ours, and two syncs later all is well."""
    chance = random.Random(1_000 + seed)
    path = library.data / DATABASE
    whole = bytearray(path.read_bytes())
    wanted = [page for table in TABLES[:-1] for page in pages_of(path, table)]
    for _ in range(3):
        whole[(chance.choice(wanted) - 1) * PAGE + chance.randrange(PAGE)] ^= 1 << chance.randrange(8)
    path.write_bytes(whole)
    for attempt in range(3):
        try:
            assert_is_what_its_documents_make(library.load())
        except DamagedStore:
            assert attempt < 2
        library.sync()
    generation = library.load()
    assert set(texts_of(generation)) == ALL
    assert_is_what_its_documents_make(generation)


def test_readable_vectors_are_not_embedded_again(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    expected, count = answers(library.load()), kept_of(library)
    # Nothing but the list of passages is damaged.
    damage_pages("passages", noise, first=False)(library.data / DATABASE)
    library.write({"新.txt": "事假没有工资。"})
    encoder = FakeEncoder()
    report = library.sync(encoder)
    assert (report.added, report.documents) == (len(ALL) + 1, len(ALL) + 1)
    assert encoder.embedded == ["事假没有工资。"]
    # With that of the new document, which was embedded before the damage was met.
    assert caplog.messages[-1].endswith(f"; {count + 1} of its vectors are kept")
    (library.documents / "新.txt").unlink()
    library.sync()
    assert answers(library.load()) == expected


def test_vectors_behind_the_damage_are_embedded_again(library: Library) -> None:
    path, count = library.data / DATABASE, kept_of(library)
    pages = pages_of(path, "vectors")
    assert len(pages) > 10
    overwrite(path, (pages[len(pages) // 2] - 1) * PAGE, noise(3))
    damage_pages("passages", noise, first=False)(path)
    library.write({"新.txt": "事假没有工资。"})
    encoder = FakeEncoder()
    library.sync(encoder)
    assert 10 < len(set(encoder.embedded)) < count - 10
    assert kept_of(library) == count + 1
    assert_is_what_its_documents_make(library.load())


def test_vectors_of_what_is_no_longer_there_are_not_kept(library: Library) -> None:
    damage_pages("passages", noise, first=False)(library.data / DATABASE)
    (library.documents / "条例.txt").unlink()
    library.write({"新.txt": "事假没有工资。"})
    library.sync()
    ((left,),) = library.sql(
        "SELECT COUNT(*) FROM vectors WHERE key NOT IN (SELECT vector_key FROM passages)"
        " AND key NOT IN (SELECT vector_key FROM sentences)"
    )
    assert left == 0
    assert library.sql("SELECT * FROM loose_vectors") == []


@pytest.mark.parametrize("others", ["gone", "there"])
def test_an_emptied_file_is_an_index_of_nothing_and_is_built_anew(library: Library, others: str) -> None:
    expected, count = answers(library.load()), kept_of(library)
    (library.data / DATABASE).write_bytes(b"")
    if others == "gone":
        shutil.rmtree(library.data / "generations")
    with pytest.raises(StoreError, match=r"^no index in .* yet\. Build it: python -m qa sync$"):
        library.load()
    encoder = FakeEncoder()
    assert library.sync(encoder).added == len(ALL)
    assert len(encoder.embedded) == count
    assert answers(library.load()) == expected


def test_damage_while_a_log_is_waiting_takes_the_log_along(library: Library) -> None:
    expected = answers(library.load())
    held = Store.open(library.data)
    add(held, indexed("晚.txt", OVERTIME))
    assert (library.data / f"{DATABASE}-wal").stat().st_size > 0
    copied = library.data / "kept-wal"
    shutil.copy(library.data / f"{DATABASE}-wal", copied)
    held.close()
    overwrite(library.data / DATABASE, 0, b"\xff" * 100)
    copied.rename(library.data / f"{DATABASE}-wal")
    with pytest.raises(DamagedStore):
        library.load()
    library.sync()
    assert answers(library.load()) == expected
    assert len([path for path in library.data.glob("*damaged*") if "-wal" not in path.name and "-shm" not in path.name])


def test_a_reader_changes_nothing_on_a_damaged_file(library: Library) -> None:
    overwrite(library.data / DATABASE, 0, b"\xff" * 100)
    before, folders = (library.data / DATABASE).read_bytes(), library.folders()
    with pytest.raises(DamagedStore):
        library.load()
    assert ((library.data / DATABASE).read_bytes(), library.folders()) == (before, folders)


def test_a_sync_that_comes_second_leaves_the_new_database_alone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two syncs meet the same damage; by the time the second has the lock, the first has built anew."""
    overwrite(library.data / DATABASE, 0, b"\xff" * 100)
    reports: list[SyncReport] = []

    def late(data: Path, *arguments: Any, **options: Any) -> AbstractContextManager[None]:
        monkeypatch.undo()
        reports.append(library.sync())
        return only_writer(data, *arguments, **options)

    monkeypatch.setattr("index.sync.only_writer", late)
    reports.append(library.sync())
    assert [(report.added, report.unchanged) for report in reports] == [(len(ALL), 0), (0, len(ALL))]
    asides = [path for path in library.data.glob("*damaged*") if not path.name.endswith(("-wal", "-shm"))]
    assert len(asides) == 1
    assert set(texts_of(library.load())) == set(ALL)


def test_two_syncs_at_once_over_a_damaged_file(library: Library) -> None:
    expected = answers(library.load())
    overwrite(library.data / DATABASE, 0, b"\xff" * 100)
    together, reports, errors = threading.Barrier(2), [], []

    def run() -> None:
        together.wait()
        try:
            reports.append(library.sync())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [report.documents for report in reports] == [len(ALL)] * 2
    assert answers(library.load()) == expected


# What a reader notes for the next sync


def aside(library: Library) -> list[Path]:
    return [path for path in library.data.glob("*damaged*") if not path.name.endswith(("-wal", "-shm"))]


def test_a_reader_that_cannot_read_has_the_next_sync_build_anew(library: Library) -> None:
    expected = answers(library.load())
    library.sql("UPDATE meta SET value = 'three' WHERE key = 'generation'")
    with pytest.raises(DamagedStore):
        library.load()
    assert (library.data / NOTE_FILE).exists()
    encoder = FakeEncoder()
    report = library.sync(encoder)
    assert (report.added, report.embedded_texts, len(aside(library))) == (len(ALL), 0, 1)
    assert answers(library.load()) == expected
    assert not (library.data / NOTE_FILE).exists()
    assert library.sync().unchanged == len(ALL)


def test_a_damaged_document_has_the_next_sync_look_at_the_rest(library: Library) -> None:
    expected = answers(library.load())
    library.sql("UPDATE documents SET text = text || '！' WHERE path = '出差.txt'")
    library.load()
    assert (library.data / NOTE_FILE).exists()
    # SQLite finds nothing wrong: this one document is read again and everything else stays.
    report = library.sync()
    assert (report.changed, report.unchanged, aside(library)) == (1, len(ALL) - 1, [])
    assert not (library.data / NOTE_FILE).exists()
    assert answers(library.load()) == expected


@pytest.mark.parametrize("note", ["", "{", "[]", '{"file": 1}', "\0"])
def test_a_note_that_was_cut_has_the_next_sync_look(library: Library, note: str) -> None:
    (library.data / NOTE_FILE).write_text(note)
    assert (library.sync().unchanged, aside(library)) == (len(ALL), [])
    assert not (library.data / NOTE_FILE).exists()
    damage_pages("passages", noise, first=False)(library.data / DATABASE)
    (library.data / NOTE_FILE).write_text(note)
    assert (library.sync().added, len(aside(library))) == (len(ALL), 1)


def test_a_note_of_another_file_is_dropped(library: Library) -> None:
    note_damage(library.data, is_certain=True)
    copied = library.data / "copy"
    shutil.copy(library.data / DATABASE, copied)
    copied.replace(library.data / DATABASE)
    assert (library.sync().unchanged, aside(library)) == (len(ALL), [])
    assert not (library.data / NOTE_FILE).exists()


def test_a_note_that_cannot_be_written_hides_nothing(library: Library) -> None:
    (library.data / NOTE_FILE).mkdir()
    library.sql("UPDATE meta SET value = 'three' WHERE key = 'generation'")
    with pytest.raises(DamagedStore):
        library.load()


def test_who_waits_for_a_writer_is_told_so(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT", 0.1)
    told = r"is being written by another process, which has not ended for 0\.1 s"
    with (
        library.open() as first,
        library.open() as second,
        first.transaction(),
        pytest.raises(StoreError, match=told),
        second.transaction(),
    ):
        pass


# From older forms to this one

FORM_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    path TEXT PRIMARY KEY, content_hash TEXT NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    indexed_at TEXT NOT NULL, title TEXT, text TEXT NOT NULL, sections TEXT NOT NULL, pages TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    document TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER, headings TEXT NOT NULL, vector_key BLOB NOT NULL,
    PRIMARY KEY (document, start)
) WITHOUT ROWID;
CREATE TABLE sentences (
    document TEXT NOT NULL REFERENCES documents (path) ON DELETE CASCADE ON UPDATE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, passage_start INTEGER NOT NULL, vector_key BLOB NOT NULL,
    PRIMARY KEY (document, start)
) WITHOUT ROWID;
CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE failures (path TEXT PRIMARY KEY, error TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE generations (number INTEGER PRIMARY KEY, folder TEXT NOT NULL, manifest TEXT NOT NULL);
"""


def make_form_1(folder: Path, texts: Sequence[str], documents: dict[str, str]) -> None:
    """Write a database as the version before this one did: vectors without checksums, documents without digests."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "generations" / "00000003-0123abcd" / "bm25").mkdir(parents=True)
    (folder / "generations" / "00000003-0123abcd" / "passages.faiss").write_bytes(b"old")
    connection = sqlite3.connect(folder / DATABASE, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(FORM_1)
    meta = {"schema": "1", "model": "fake", "dimension": str(DIMENSION), "generation": "3", "user_words": '["绿核"]'}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    for path, text in documents.items():
        row = (path, "0" * 64, len(text.encode()), 5, "2024-03-01T00:00:00+00:00", None, text, "[]", "[]")
        connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        key = vector_key("fake", text)
        connection.execute("INSERT INTO passages VALUES (?, 0, ?, NULL, '[]', ?)", (path, len(text), key))
        connection.execute("INSERT INTO sentences VALUES (?, 0, ?, 0, ?)", (path, len(text), key))
    vectors = FakeEncoder().encode_queries(texts)
    connection.executemany(
        "INSERT INTO vectors VALUES (?, ?)",
        [
            (vector_key("fake", text), vector.astype("<f4").tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ],
    )
    connection.execute("INSERT INTO failures VALUES ('坏.txt', 'the file is empty')")
    connection.execute("INSERT INTO generations VALUES (3, '00000003-0123abcd', '{\"passages.faiss\": \"00\"}')")
    connection.close()


OLD = {"加班.txt": "加班工资按照一点五倍发放。", "婚假.txt": "婚假十天。", "旧.txt": "旧规定已经废止。"}


@pytest.fixture
def old(tmp_path: Path) -> Library:
    """Three documents, indexed by the version before this one."""
    made = Library(tmp_path)
    made.write(OLD)
    make_form_1(made.data, list(OLD.values()), OLD)
    return made


def dump(folder: Path) -> list[str]:
    connection = sqlite3.connect(folder / DATABASE)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_form_1_is_brought_to_form_3_with_its_vectors(old: Library, caplog: pytest.LogCaptureFixture) -> None:
    with old.open() as store:
        assert caplog.messages == [
            f"the index in {old.data} has the form of an older version; the next sync reads the documents again"
        ]
        assert (store.meta("schema"), store.meta("model"), store.dimension()) == ("3", "fake", DIMENSION)
        assert (store.user_words(), store.current_generation()) == (("绿核",), 0)
        assert (store.files(), store.records(), store.failures()) == ({}, {}, [])
        keys = [vector_key("fake", text) for text in OLD.values()]
        assert store.missing_vectors(keys) == set()
        assert (store.vectors(keys, DIMENSION) == FakeEncoder().encode_queries(list(OLD.values()))).all()
        with pytest.raises(StoreError, match=r"^no index in .* yet\. Build it: python -m qa sync$"):
            load_generation(store)
    # Once is enough.
    caplog.clear()
    with old.open() as store:
        assert store.missing_vectors(keys) == set()
    assert caplog.messages == []


def test_a_sync_over_form_1_reads_everything_and_embeds_nothing(old: Library) -> None:
    encoder = FakeEncoder()
    report = old.sync(encoder)
    assert (report.added, report.embedded_texts, encoder.embedded, report.generation) == (3, 0, [], 1)
    generation = old.load()
    assert texts_of(generation) == OLD
    assert_is_what_its_documents_make(generation)
    assert old.folders() == {row.folder for row in old.rows()}
    assert old.sync(encoder).unchanged == 3


def test_a_sync_over_form_1_forgets_what_the_folder_no_longer_holds(old: Library) -> None:
    (old.documents / "旧.txt").unlink()
    old.sync()
    with old.open() as store:
        assert store.missing_vectors([vector_key("fake", OLD["旧.txt"])]) == {vector_key("fake", OLD["旧.txt"])}
        assert store.missing_vectors([vector_key("fake", OLD["婚假.txt"])]) == set()


def test_an_empty_form_1_is_brought_to_form_3(tmp_path: Path) -> None:
    make_form_1(tmp_path, [], {})
    store = Store.open(tmp_path)
    assert (store.meta("schema"), store.files()) == ("3", {})
    store.close()


@pytest.mark.parametrize("stage", ["UPDATE vectors", "DROP TABLE IF EXISTS sentences", "DELETE FROM meta", "COMMIT"])
def test_an_upgrade_that_is_interrupted_leaves_form_1(
    old: Library, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    before = dump(old.data)
    real = sqlite3.connect

    class Interrupted(sqlite3.Connection):
        def execute(self, query: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:  # type: ignore[override]
            if query.startswith(stage):
                raise KeyboardInterrupt
            return super().execute(query, parameters)

    connections: list[sqlite3.Connection] = []

    def connect(path: Path, **options: object) -> sqlite3.Connection:
        connections.append(real(path, factory=Interrupted, **options))  # type: ignore[call-overload]
        return connections[-1]

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        with pytest.raises(KeyboardInterrupt):
            Store.open(old.data)
    for connection in connections:
        connection.close()
    assert dump(old.data) == before
    encoder = FakeEncoder()
    assert old.sync(encoder).added == 3
    assert encoder.embedded == []


def test_two_that_upgrade_at_once_put_one_checksum_on(old: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[Store] = []

    def late(*_: object) -> None:
        # The first has seen form 1 by now and writes nothing yet.
        monkeypatch.undo()
        others.append(Store.open(old.data))

    monkeypatch.setattr(database.logger, "warning", late)
    first = Store.open(old.data)
    keys = [vector_key("fake", text) for text in OLD.values()]
    for store in (first, *others):
        assert (store.vectors(keys, DIMENSION) == FakeEncoder().encode_queries(list(OLD.values()))).all()
        store.close()
    encoder = FakeEncoder()
    assert (old.sync(encoder).added, encoder.embedded) == (3, [])


def test_a_vector_that_was_cut_in_form_1_is_embedded_again(old: Library) -> None:
    key = vector_key("fake", OLD["婚假.txt"])
    old.sql("UPDATE vectors SET vector = ? WHERE key = ?", b"\0" * 17, key)
    encoder = FakeEncoder()
    old.sync(encoder)
    old.sync(encoder)
    assert encoder.embedded == [OLD["婚假.txt"]]
    assert texts_of(old.load()) == OLD


def test_a_damaged_form_1_is_set_aside_and_its_vectors_are_embedded_anew(old: Library) -> None:
    overwrite(old.data / DATABASE, 0, b"\xff" * 100)
    encoder = FakeEncoder()
    assert old.sync(encoder).added == 3
    assert sorted(encoder.embedded) == sorted(OLD.values())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Check that the folder can be written"):
        Store.open(tmp_path)
    tmp_path.chmod(0o700)


def to_form_2(data: Path) -> None:
    """Turn a database of this form into one as the version before wrote it."""
    connection = sqlite3.connect(data / DATABASE, isolation_level=None)
    for column in ("unit", "file", "notes"):
        connection.execute(f"ALTER TABLE documents DROP COLUMN {column}")
    connection.execute("ALTER TABLE failures DROP COLUMN file")
    connection.execute("DROP TABLE layouts")
    connection.execute("UPDATE meta SET value = '2' WHERE key = 'schema'")
    connection.close()


def test_form_2_stays_in_service_as_it_is(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    library.write({"空.txt": ""})
    library.sync()
    expected = answers(library.load())
    to_form_2(library.data)
    assert answers(library.load()) == expected
    assert caplog.messages == []
    encoder = FakeEncoder()
    report = library.sync(encoder)
    assert (report.unchanged, report.embedded_texts, len(report.failed)) == (len(ALL), 0, 1)
    with library.open() as store:
        assert (store.meta("schema"), store.owners_of_parts(), store.lines("加班.txt")) == ("3", {}, [])


def test_two_that_upgrade_form_2_at_once(library: Library) -> None:
    to_form_2(library.data)
    together, opened = threading.Barrier(4), []

    def run() -> None:
        together.wait()
        store = Store.open(library.data)
        opened.append(store.meta("schema"))
        store.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == ["3"] * 4
