from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from filelock import FileLock

from index.datatypes import Failure, Progress
from index.errors import DamagedStore, StoreError
from index.generations import load_generation
from index.scan import Scan, SeenFile, look_again, scan_folder
from index.segments import segments_folder
from index.store import Store
from qa import backup, packing
from qa.assistant import Assistant
from qa.backup import BackupReport, back_up
from qa.restore import restore
from tests.test_assistant import CANTEEN, HANDBOOK, open_library, write_documents

PROJECT = Path(__file__).resolve().parent.parent
NAMES = ["人事/员工 手册（试行）.md", "食堂.txt"]
NOBODY = 65534


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, dict(zip(NAMES, (HANDBOOK, CANTEEN), strict=True)))


def make(library: Assistant, file: Path) -> BackupReport:
    return back_up(file, library.settings.data, library.settings.documents)


def contents(file: Path) -> dict[str, bytes]:
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Have every write beyond that size of a file fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def break_page(database: Path) -> None:
    """Overwrite a page of the index from vectors to passages, which hardly anything reads."""
    connection = sqlite3.connect(database)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages_by_vector'").fetchone()
    connection.close()
    data = bytearray(database.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\x0a" + bytes(4095)
    database.write_bytes(data)


@contextmanager
def as_nobody(*owned: Path) -> Iterator[None]:
    """Act as a user whom permissions bind, and who owns some folders; for root they bind nothing."""
    if os.geteuid() != 0:
        yield
        return
    for folder in owned:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


# What it holds


def test_a_backup_holds_database_segments_and_documents_each_with_its_checksum(
    library: Assistant, tmp_path: Path
) -> None:
    report = make(library, tmp_path / "备份.zip")
    held = contents(tmp_path / "备份.zip")
    about = json.loads(held.pop("backup.json"))
    assert list(about) == [
        *("program", "form", "created", "generation", "model", "documents", "passages", "sentences", "members"),
    ]
    assert (about["program"], about["form"], about["generation"], about["model"]) == ("WenDang", 1, 1, "fake")
    assert (about["documents"], about["passages"], about["sentences"]) == (2, 3, 8)
    assert {one["name"]: one["sha256"] for one in about["members"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in held.items()
    }
    assert {one["name"]: one["size"] for one in about["members"]} == {name: len(data) for name, data in held.items()}
    folder = next(segments_folder(library.settings.data).iterdir())
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sorted(held) == sorted(
        [
            "wendang.sqlite",
            *(f"documents/{name}" for name in NAMES),
            *(f"generations/{path.relative_to(folder.parent).as_posix()}" for path in files),
        ]
    )
    for name in NAMES:
        assert held[f"documents/{name}"] == (library.settings.documents / name).read_bytes()
    for path in files:
        assert held[f"generations/{path.relative_to(folder.parent).as_posix()}"] == path.read_bytes()
    size = (tmp_path / "备份.zip").stat().st_size
    assert report == BackupReport(tmp_path / "备份.zip", size, about["created"], 1, 2, 2, (), report.seconds)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "documents", "备份.zip"]


def test_the_database_in_it_is_one_that_loads(library: Assistant, tmp_path: Path) -> None:
    make(library, tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    store = Store.open(tmp_path / "unpacked")
    try:
        assert sorted(load_generation(store).documents) == NAMES
    finally:
        store.close()


def test_any_program_for_zip_files_reads_it(library: Assistant, tmp_path: Path) -> None:
    os.utime(library.settings.documents / NAMES[1], (1_700_000_000, 1_700_000_000))
    make(library, tmp_path / "b.zip")
    with ZipFile(tmp_path / "b.zip") as archive:
        assert archive.testzip() is None
        infos = {info.filename: info for info in archive.infolist()}
    assert {stat.S_IFMT(info.external_attr >> 16) for info in infos.values()} == {stat.S_IFREG}
    assert infos[f"documents/{NAMES[1]}"].flag_bits & 0x800
    assert infos[f"documents/{NAMES[1]}"].date_time[0] == 2023


@pytest.mark.parametrize("seconds", [-(10**10), 0, 2**33, 2**40])
def test_a_time_that_zip_files_cannot_tell_stops_nothing(library: Assistant, tmp_path: Path, seconds: int) -> None:
    assert packing._zip_time(seconds * 10**9) == (1980, 1, 1, 0, 0, 0)


def test_what_is_no_document_is_named_and_hidden_files_are_left_out(library: Assistant, tmp_path: Path) -> None:
    outside = tmp_path / "外面.txt"
    outside.write_text("保密")
    documents = library.settings.documents
    write_documents(
        documents, {".隐藏.txt": "x", "~$手册.md": "x", ".git/甲.txt": "x", "图.psd": "x", "userdict.txt": "绿核\n"}
    )
    (documents / "链接.txt").symlink_to(outside)
    (documents / "c:表.txt").write_text("盘符")
    (documents / "甲\\乙.txt").write_text("反斜杠")
    report = make(library, tmp_path / "b.zip")
    assert report.documents == 3
    held = [name for name in contents(tmp_path / "b.zip") if name.startswith("documents/")]
    assert sorted(held) == [f"documents/{name}" for name in ("userdict.txt", *NAMES)]
    assert report.left_out == (
        Failure("图.psd", "files of kind .psd are not read"),
        Failure("链接.txt", "a link that leads out of the documents folder"),
        Failure("c:表.txt", "its name begins at the root or with a drive's letter. Rename it"),
        Failure("甲\\乙.txt", "its name holds a backslash or a zero byte. Rename it"),
    )


def test_without_documents_it_holds_the_index_only(library: Assistant, tmp_path: Path) -> None:
    report = back_up(tmp_path / "b.zip", library.settings.data, None)
    assert (report.documents, report.indexed, report.left_out) == (0, 2, ())
    assert [name for name in contents(tmp_path / "b.zip") if name.startswith("documents/")] == []


def test_progress_is_told_in_mebibytes(library: Assistant, tmp_path: Path) -> None:
    told: list[Progress] = []
    write_documents(library.settings.documents, {"长.txt": "员工每年享有十天带薪年假。\n" * 80_000})
    back_up(tmp_path / "b.zip", library.settings.data, library.settings.documents, told.append)
    assert {one.stage for one in told} == {"backing up"}
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1].done in (told[-1].total - 1, told[-1].total) and told[-1].total >= 4
    assert {one.document for one in told} == set(contents(tmp_path / "b.zip")) - {"backup.json"}


# What goes away or changes meanwhile


def test_a_document_that_goes_away_or_changes_meanwhile_is_named(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = library.settings.documents
    write_documents(documents, {"日志.txt": "一", "新.txt": "新"})
    read = packing._chunks

    def scan_then_remove(folder: Path) -> Scan:
        scan = scan_folder(folder)
        (documents / "新.txt").unlink()
        return scan

    def read_and_write_on(path: Path) -> Iterator[bytes]:
        yield from read(path)
        if path.name == "日志.txt":
            path.write_bytes(path.read_bytes() + b"x")

    monkeypatch.setattr(backup, "scan_folder", scan_then_remove)
    monkeypatch.setattr(packing, "_chunks", read_and_write_on)
    report = make(library, tmp_path / "b.zip")
    assert report.documents == 2
    assert report.left_out == (
        Failure("新.txt", "it went away while the others were copied"),
        Failure("日志.txt", "it changes while it is read. It is in the next backup, once it is written"),
    )


def test_a_document_that_changes_once_is_copied_as_it_is_then(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [b"short", "更长的新内容，比以前的要长得多。".encode()]
    path = library.settings.documents / NAMES[1]

    def look_and_change(folder: Path, name: str) -> SeenFile | None:
        if name == NAMES[1] and changes:
            path.write_bytes(changes.pop())
        return look_again(folder, name)

    monkeypatch.setattr(packing, "look_again", look_and_change)
    assert make(library, tmp_path / "b.zip").left_out == ()
    assert contents(tmp_path / "b.zip")[f"documents/{NAMES[1]}"] == b"short"


def test_a_document_that_may_not_be_read_is_named(place: Path) -> None:
    library = open_library(place, {"甲.txt": HANDBOOK, "乙.txt": CANTEEN})
    (library.settings.documents / "甲.txt").chmod(0)
    with as_nobody(place):
        report = make(library, place / "b.zip")
    assert report.left_out == (
        Failure("甲.txt", "cannot be read (Permission denied). Check that it is there and readable"),
    )
    assert report.documents == 1


def test_a_document_indexed_while_the_backup_began_is_in_it(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backup._look

    def sync_then_look(store: Store, copied: Path) -> backup._State:
        write_documents(library.settings.documents, {"新.txt": "新的通知。"})
        library.sync()
        return real(store, copied)

    monkeypatch.setattr(backup, "_look", sync_then_look)
    report = make(library, tmp_path / "b.zip")
    assert (report.indexed, report.documents) == (3, 3)


@pytest.mark.parametrize("happen", ["gone", "damaged"])
def test_a_segment_that_is_gone_or_damaged_is_left_out_and_built_again(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happen: str
) -> None:
    real = backup._copy_database

    def copy_and_lose(store: Store, copied: Path, file: Path) -> None:
        real(store, copied, file)
        folder = next(segments_folder(library.settings.data).iterdir())
        shutil.rmtree(folder) if happen == "gone" else (folder / "passages.faiss").write_bytes(b"x")

    monkeypatch.setattr(backup, "_copy_database", copy_and_lose)
    make(library, tmp_path / "b.zip")
    assert [name for name in contents(tmp_path / "b.zip") if name.startswith("generations/")] == []
    assert restore(tmp_path / "b.zip", tmp_path / "new", None).indexed == 2
    store = Store.open(tmp_path / "new")
    try:
        assert sorted(load_generation(store).documents) == NAMES
    finally:
        store.close()


SYNCING = """
import sys
from pathlib import Path
from index.sync import sync
from tests.fakes import FakeEncoder

documents, data = Path(sys.argv[1]), Path(sys.argv[2])
for number in range(1_000_000):
    (documents / f"通知{number % 7}.txt").write_text(f"第{number}号通知：食堂第{number}天放假。" * 20, "utf-8")
    (documents / f"通知{(number + 3) % 7}.txt").unlink(missing_ok=True)
    sync(documents, data, FakeEncoder())
    print(number, flush=True)
"""


def test_backups_are_whole_while_another_process_syncs(library: Assistant, tmp_path: Path) -> None:
    settings = library.settings
    command = [sys.executable, "-c", SYNCING, str(settings.documents), str(settings.data)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as syncing:
        assert syncing.stdout is not None
        try:
            generations = []
            for number in range(6):
                for _ in range(3):
                    assert syncing.stdout.readline()
                report = make(library, tmp_path / "b.zip")
                generations.append(report.generation)
                done = restore(tmp_path / "b.zip", tmp_path / str(number), tmp_path / f"documents{number}")
                assert (done.indexed, done.kept) == (report.indexed, None)
                assert done.written == report.documents
        finally:
            syncing.kill()
    assert generations == sorted(set(generations))


# Where it goes


@pytest.mark.parametrize("present", ["notes", "folder", "empty", "other zip"])
def test_what_is_no_backup_is_not_replaced(library: Assistant, tmp_path: Path, present: str) -> None:
    file = tmp_path / "论文.zip"
    if present == "folder":
        file.mkdir()
    elif present == "other zip":
        with ZipFile(file, "w") as archive:
            archive.writestr("backup.json", "{}")
    else:
        file.write_text("" if present == "empty" else "写了三年的论文")
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(StoreError, match="is a folder. Name a file" if present == "folder" else "so it stays"):
        make(library, file)
    assert (file.read_bytes() if file.is_file() else None) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "documents", "论文.zip"]


def test_a_backup_is_replaced_by_a_whole_one(library: Assistant, tmp_path: Path) -> None:
    make(library, tmp_path / "b.zip")
    write_documents(library.settings.documents, {"新.txt": "新的通知。"})
    (tmp_path / "b.zip.part").write_bytes(b"left by a backup that was killed")
    (tmp_path / "b.zip.part.sqlite").write_bytes(b"left by a backup that was killed")
    assert make(library, tmp_path / "b.zip").documents == 3
    assert "documents/新.txt" in contents(tmp_path / "b.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "data", "documents"]


def test_a_folder_that_is_not_there_is_named(library: Assistant, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no folder .*未插的盘\. Create it, or name a file elsewhere"):
        make(library, tmp_path / "未插的盘" / "b.zip")
    assert not (tmp_path / "未插的盘").exists()


# The database's copy is larger than the first limit; the file itself grows over the second.
@pytest.mark.parametrize("limit", [40_000, 900_000])
@pytest.mark.parametrize("present", [True, False])
def test_a_full_disk_leaves_nothing_half(library: Assistant, tmp_path: Path, limit: int, present: bool) -> None:
    before = b""
    if present:
        make(library, tmp_path / "b.zip")
        before = (tmp_path / "b.zip").read_bytes()
    random = "".join(chr(0x4E00 + byte * 37 % 20_000) for byte in os.urandom(900_000))
    write_documents(library.settings.documents, {"长.txt": random})
    with largest_file(limit), pytest.raises(StoreError) as caught:
        make(library, tmp_path / "b.zip")
    assert str(caught.value).startswith(f"the backup cannot be written to {tmp_path / 'b.zip'} (")
    assert "Free some disk space" in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == [*(["b.zip"] if present else []), "data", "documents"]
    if present:
        assert (tmp_path / "b.zip").read_bytes() == before


def test_a_folder_that_may_not_be_written_is_named(place: Path) -> None:
    library = open_library(place, {"甲.txt": HANDBOOK})
    (place / "盘").mkdir()
    with as_nobody(place):
        (place / "盘").chmod(0o555)
        with pytest.raises(StoreError, match=r"cannot be written to .*盘/b.zip \(Permission denied\)"):
            make(library, place / "盘" / "b.zip")
    assert list((place / "盘").iterdir()) == []


def test_another_backup_to_the_same_file_is_refused(library: Assistant, tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / "b.zip.part.lock"),
        pytest.raises(StoreError, match="another backup is being written to .*b.zip. Wait until it is done"),
    ):
        make(library, tmp_path / "b.zip")
    make(library, tmp_path / "b.zip")


def test_an_interrupted_backup_leaves_nothing(library: Assistant, tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.document.startswith("documents/"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(tmp_path / "b.zip", library.settings.data, library.settings.documents, interrupt)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "documents"]


# Nothing to back up


def test_without_an_index_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    with pytest.raises(StoreError, match=r"no index in .*data yet.*Build it: python -m qa sync"):
        back_up(tmp_path / "b.zip", tmp_path / "data", tmp_path / "documents")
    assert not (tmp_path / "data").exists()
    Store.open(tmp_path / "data").close()
    with pytest.raises(StoreError, match="nothing to back up"):
        back_up(tmp_path / "b.zip", tmp_path / "data", tmp_path / "documents")
    assert not (tmp_path / "b.zip").exists()


def test_a_missing_documents_folder_is_named(library: Assistant, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no documents folder at"):
        back_up(tmp_path / "b.zip", library.settings.data, tmp_path / "没有")
    assert not (tmp_path / "b.zip").exists()


def test_a_damaged_database_is_not_backed_up(library: Assistant, tmp_path: Path) -> None:
    path = library.settings.data / "wendang.sqlite"
    break_page(path)
    with pytest.raises(DamagedStore, match="a backup would be so too. Mend it first: python -m qa doctor --mend"):
        make(library, tmp_path / "b.zip")
    path.write_bytes(b"rubbish" * 1000)
    with pytest.raises(DamagedStore, match="file is not a database"):
        make(library, tmp_path / "b.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "documents"]
