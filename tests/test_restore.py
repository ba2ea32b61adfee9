from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from filelock import FileLock

from index.datatypes import Failure, Progress
from index.errors import StoreError, StoreLocked
from index.generations import load_generation
from index.segments import segments_folder
from index.store import Store
from index.sync import sync
from index.writing import LOCK_FILE, only_writer
from qa import archive
from qa import restore as restore_module
from qa.assistant import Assistant
from qa.backup import back_up
from qa.restore import restore
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_assistant import CANTEEN, HANDBOOK, open_library, write_documents
from tests.test_backup import NAMES, PROJECT, largest_file

DORMITORY = "宿舍管理规定\n\n宿舍每晚十一点关门。访客须在门卫处登记。\n"
LATER = "食堂管理规定\n\n食堂周日也开放。午餐的价格是十五元。\n"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    return open_library(tmp_path, dict(zip(NAMES, (HANDBOOK, CANTEEN), strict=True)))


@pytest.fixture
def backup(library: Assistant, tmp_path: Path) -> Path:
    """A backup of two documents as generation 1; one of them has been changed since, and another one added."""
    file = tmp_path / "备份.zip"
    back_up(file, library.settings.data, library.settings.documents)
    write_documents(library.settings.documents, {NAMES[1]: LATER, "宿舍.txt": DORMITORY})
    library.sync()
    return file


def tree(*folders: Path) -> dict[str, bytes]:
    """Return the files under some folders, but for the locks and the logs of databases, which come and go."""
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".lock", "-wal", "-shm"))
    }


def documents_in(data: Path) -> dict[str, str]:
    """Load the generation in service and return its documents' texts."""
    store = Store.open(data)
    try:
        return {path: document.text for path, document in load_generation(store).documents.items()}
    finally:
        store.close()


def numbers_in(data: Path) -> tuple[int, list[int]]:
    """Return the number of the generation in service and those of its segments."""
    store = Store.open(data)
    try:
        number = store.current_generation()
        return number, [row.segment.number for row in store.live_segments(number)]
    finally:
        store.close()


# What it does


def test_a_backup_is_restored_on_another_machine_and_a_sync_has_nothing_to_do(
    backup: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    documents, data = tmp_path / "新 机器" / "文档", tmp_path / "新 机器" / "数据"
    report = restore(backup, data, documents)
    assert (report.indexed, report.written, report.unchanged, report.left_alone, report.kept) == (2, 2, 0, (), None)
    assert {path: (documents / path).read_text("utf-8") for path in NAMES} == dict(
        zip(NAMES, (HANDBOOK, CANTEEN), strict=True)
    )
    encoder = FakeEncoder()
    done = sync(documents, data, encoder)
    assert (done.unchanged, done.embedded_texts, encoder.embedded) == (2, 0, [])
    assert done.generation == report.generation
    assert sorted(documents_in(data)) == NAMES
    assert [record.message for record in caplog.records] == []
    assert sorted(path.name for path in data.iterdir() if path.suffix != ".lock") == ["generations", "wendang.sqlite"]
    answer = Assistant(Settings(documents=documents, data=data, min_confidence=0), FakeEncoder())
    assert answer.refresh()
    assert answer.ask("加班须由谁批准？").citations[0].quote == "加班须由部门经理批准。"


def test_files_come_back_with_the_time_at_which_they_were_modified(
    library: Assistant,
    tmp_path: Path,
) -> None:
    os.utime(library.settings.documents / NAMES[0], ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    library.sync()
    back_up(tmp_path / "b.zip", library.settings.data, library.settings.documents)
    restore(tmp_path / "b.zip", tmp_path / "data2", tmp_path / "documents2")
    assert (tmp_path / "documents2" / NAMES[0]).stat().st_mtime_ns == 1_700_000_000_123_456_789


def test_the_index_before_is_kept_and_nothing_of_the_users_is_overwritten(
    backup: Path,
    library: Assistant,
) -> None:
    settings = library.settings
    (settings.documents / NAMES[0]).unlink()
    before = documents_in(settings.data)
    report = restore(backup, settings.data, settings.documents)
    assert (report.indexed, report.written, report.unchanged) == (2, 1, 0)
    assert report.left_alone == (Failure(NAMES[1], "something else stands there now, and stays"),)
    assert (settings.documents / NAMES[1]).read_text("utf-8") == LATER
    assert (settings.documents / "宿舍.txt").read_text("utf-8") == DORMITORY
    assert (settings.documents / NAMES[0]).read_text("utf-8") == HANDBOOK
    assert "食堂周日不开放" in documents_in(settings.data)[NAMES[1]]
    assert report.kept is not None
    assert report.kept.name.startswith("wendang.sqlite.before-restore-2")
    old = settings.data.parent / "old"
    old.mkdir()
    shutil.copy(report.kept, old / "wendang.sqlite")
    assert documents_in(old) == before


def test_a_second_restore_keeps_another_copy(backup: Path, library: Assistant) -> None:
    kept = [restore(backup, library.settings.data, None).kept for _ in range(3)]
    assert len({path for path in kept if path and path.is_file()}) == 3


def test_the_next_sync_embeds_only_what_the_backup_does_not_know(
    backup: Path,
    library: Assistant,
) -> None:
    restore(backup, library.settings.data, library.settings.documents)
    encoder = FakeEncoder()
    done = sync(library.settings.documents, library.settings.data, encoder)
    # What has been embedded since the backup was made is still known.
    assert (done.added, done.changed, done.unchanged, encoder.embedded) == (1, 1, 1, [])
    again = sync(library.settings.documents, library.settings.data, encoder)
    assert (again.unchanged, again.generation) == (3, done.generation)
    store = Store.open(library.settings.data)
    assert store.rows("SELECT COUNT(*) FROM loose_vectors") == [(0,)]
    store.close()


def test_vectors_of_what_is_gone_are_forgotten_by_the_next_sync(backup: Path, library: Assistant) -> None:
    restore(backup, library.settings.data, library.settings.documents)
    (library.settings.documents / "宿舍.txt").unlink()
    write_documents(library.settings.documents, {NAMES[1]: CANTEEN})
    sync(library.settings.documents, library.settings.data, FakeEncoder())
    store = Store.open(library.settings.data)
    assert store.rows("SELECT COUNT(*) FROM vectors") == [(11,)]
    store.close()


def test_a_running_program_notices_and_answers_from_what_was_restored(
    backup: Path,
    library: Assistant,
) -> None:
    assert library.ask("食堂周日开放吗？").citations[0].quote == "食堂周日也开放。"
    before = library.generation
    report = restore(backup, library.settings.data, library.settings.documents)
    assert report.generation > before.number
    assert library.refresh()
    assert library.generation.number == report.generation
    assert sorted(library.generation.documents) == NAMES
    assert library.ask("食堂周日开放吗？").citations[0].quote == "食堂周日不开放。"
    assert not library.refresh()


@pytest.mark.parametrize("lost", ["nothing", "database", "damaged"])
def test_a_program_that_holds_segments_of_the_same_numbers_takes_none_for_another(tmp_path: Path, lost: str) -> None:
    here = open_library(tmp_path / "here", {"甲.txt": HANDBOOK})
    write_documents(here.settings.documents, {"乙.txt": DORMITORY})
    here.sync()
    there = open_library(tmp_path / "there", {"甲.txt": CANTEEN})
    back_up(tmp_path / "b.zip", there.settings.data, None)
    assert (numbers_in(here.settings.data), numbers_in(there.settings.data)) == ((2, [1, 2]), (1, [1]))
    path = here.settings.data / "wendang.sqlite"
    if lost == "database":
        path.unlink()
    if lost == "damaged":
        path.write_bytes(b"rubbish" * 1000)
    report = restore(tmp_path / "b.zip", here.settings.data, None)
    # Where the database was lost, nothing tells which number comes next: it is the one that is known already.
    assert numbers_in(here.settings.data)[0] == report.generation == (3 if lost == "nothing" else 2)
    assert here.refresh()
    (segment,) = here.generation.segments
    assert segment.segment.entries == there.generation.segments[0].segment.entries
    rows = here.generation.index.passage_vectors
    assert rows.size == there.generation.index.passage_vectors.size
    for question in ("食堂周日开放吗？", "午餐多少钱？"):
        assert here.ask(question).citations == there.ask(question).citations != ()


def test_a_program_notices_an_older_state_of_its_own_index_under_its_number(backup: Path, library: Assistant) -> None:
    (library.settings.data / "wendang.sqlite").unlink()
    assert restore(backup, library.settings.data, None).generation == library.generation.number == 2
    assert library.refresh()
    assert sorted(library.generation.documents) == NAMES
    assert library.ask("食堂周日开放吗？").citations[0].quote == "食堂周日不开放。"


def test_generations_go_on_from_the_one_in_service(backup: Path, library: Assistant) -> None:
    assert numbers_in(library.settings.data) == (2, [1, 2])
    report = restore(backup, library.settings.data, None)
    assert numbers_in(library.settings.data) == (3, [3])
    assert report.generation == 3
    write_documents(library.settings.documents, {"新.txt": "明天放假一天。"})
    assert library.sync().generation == 4


def test_a_later_backup_makes_a_still_later_generation(library: Assistant, tmp_path: Path) -> None:
    for number in range(4):
        write_documents(library.settings.documents, {"新.txt": f"第{number}天放假。"})
        library.sync()
    back_up(tmp_path / "b.zip", library.settings.data, None)
    other = open_library(tmp_path / "other", {"甲.txt": CANTEEN})
    assert restore(tmp_path / "b.zip", other.settings.data, None).generation == 6


def test_the_users_words_and_failures_are_those_of_the_backup(
    library: Assistant,
    tmp_path: Path,
) -> None:
    documents, data = library.settings.documents, library.settings.data
    write_documents(documents, {"userdict.txt": "碳谷绿湾\n", "空.txt": ""})
    library.sync()
    back_up(tmp_path / "b.zip", data, documents)
    for name in ("userdict.txt", "空.txt"):
        (documents / name).unlink()
    library.sync()
    report = restore(tmp_path / "b.zip", data, documents)
    assert (report.written, report.unchanged) == (2, 2)
    store = Store.open(data)
    assert (store.user_words(), [one.document for one in store.failures()]) == (("碳谷绿湾",), ["空.txt"])
    store.close()
    done = sync(documents, data, FakeEncoder())
    assert (done.unchanged, done.generation) == (2, report.generation)


def test_without_documents_the_folder_is_left_alone(backup: Path, library: Assistant) -> None:
    shutil.rmtree(library.settings.documents)
    report = restore(backup, library.settings.data, None)
    assert (report.indexed, report.written, report.left_alone) == (2, 0, ())
    assert not library.settings.documents.exists()


def test_folders_of_segments_that_nothing_points_to_are_gone(backup: Path, library: Assistant) -> None:
    restore(backup, library.settings.data, None)
    assert len(list(segments_folder(library.settings.data).iterdir())) == 1


def test_progress_is_told_by_stage(backup: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    restore(backup, tmp_path / "neu", tmp_path / "documents2", told.append)
    stages = list(dict.fromkeys(one.stage for one in told))
    assert stages == ["verifying", "restoring"]
    assert all(one.done <= one.total for one in told)


# Links and other things in the way of documents


def test_documents_are_not_written_through_links_or_over_folders(backup: Path, tmp_path: Path) -> None:
    documents, outside = tmp_path / "documents3", tmp_path / "外面"
    outside.mkdir()
    documents.mkdir()
    (documents / "人事").symlink_to(outside)
    (documents / NAMES[1]).mkdir()
    report = restore(backup, tmp_path / "neu", documents)
    assert {one.document: one.error for one in report.left_alone} == {
        NAMES[0]: "a link leads out of the documents folder there",
        NAMES[1]: "something else stands there now, and stays",
    }
    assert list(outside.iterdir()) == []


def test_a_link_to_nowhere_and_a_file_for_a_folder_are_left_alone(backup: Path, tmp_path: Path) -> None:
    documents = tmp_path / "documents3"
    documents.mkdir()
    (documents / "人事").write_text("一个文件")
    (documents / NAMES[1]).symlink_to(tmp_path / "没有")
    report = restore(backup, tmp_path / "neu", documents)
    assert [one.document for one in report.left_alone] == NAMES
    assert "cannot be written back" in report.left_alone[0].error
    assert report.left_alone[1].error == "something else stands there now, and stays"
    assert sorted(path.name for path in documents.iterdir()) == ["人事", NAMES[1]]
    assert not (tmp_path / "没有").exists()


def test_a_file_that_comes_in_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = open_library(tmp_path, {"食堂.txt": CANTEEN})
    back_up(tmp_path / "b.zip", library.settings.data, library.settings.documents)
    real = os.utime

    def write_then_set(path: Path, ns: tuple[int, int]) -> None:
        write_documents(tmp_path / "documents3", {"食堂.txt": "刚刚保存的"})
        real(path, ns=ns)

    monkeypatch.setattr(os, "utime", write_then_set)
    report = restore(tmp_path / "b.zip", tmp_path / "neu", tmp_path / "documents3")
    assert report.left_alone == (
        Failure("食堂.txt", "cannot be written back (another file of that name has just come in)"),
    )
    assert (tmp_path / "documents3" / "食堂.txt").read_text("utf-8") == "刚刚保存的"


# What is no backup, or none that can be trusted


def rewritten(backup: Path, change: Callable[[dict[str, Any], list[tuple[ZipInfo, bytes]]], None]) -> Path:
    """Return a backup whose contents and `backup.json` were changed; sums are as they were unless changed."""
    with ZipFile(backup) as held:
        files = [(info, held.read(info)) for info in held.infolist() if info.filename != "backup.json"]
        about = json.loads(held.read("backup.json"))
    change(about, files)
    other = backup.with_name("changed.zip")
    with ZipFile(other, "w", ZIP_DEFLATED) as written:
        for info, data in files:
            info.file_size = 0
            written.writestr(info, data)
        written.writestr("backup.json", json.dumps(about))
    return other


def member(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "modified_ns": 0}


def with_file(name: str, declared: bool = True, mode: int = stat.S_IFREG) -> Callable[..., None]:
    def add(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
        info = ZipInfo("placeholder")
        info.filename = name
        info.external_attr = (mode | 0o644) << 16
        files.append((info, b"../../etc/passwd"))
        about["members"] += [member(name, b"../../etc/passwd")] if declared else []

    return add


def with_about(**changes: object) -> Callable[..., None]:
    return lambda about, _: about.update(changes)


def forget_a_file(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
    del files[-1]


def forget_the_database(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
    del files[0], about["members"][0]


def change_a_byte(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
    files[-1] = (files[-1][0], b"\xff" + files[-1][1][1:])


def put_in_twice(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
    about["members"].append(about["members"][-1])


def blow_up(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
    files[-1] = (files[-1][0], bytes(50_000_000))


def declare_a_petabyte(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
    about["members"][-1]["size"] = 10**15


BAD = [
    (with_file("documents/../../外面.txt"), "because of 'documents/../../外面.txt': its name leads out"),
    (with_file("../外面.txt"), "its name leads out of its folder"),
    (with_file("/etc/外面.txt"), "begins at the root"),
    (with_file("documents//外面.txt"), "its name leads out of its folder, or nowhere"),
    (with_file("documents/./外面.txt"), "its name leads out of its folder, or nowhere"),
    (with_file("C:/外面.txt"), "with a drive's letter"),
    (with_file("documents/c:外面.txt"), "with a drive's letter"),
    (with_file("documents\\..\\外面.txt"), "a backslash"),
    (with_file("documents/链接.txt", mode=stat.S_IFLNK), "it is a link or something else"),
    (with_file("documents/设备.txt", mode=stat.S_IFCHR), "it is a link or something else"),
    (with_file("documents/未登记.txt", declared=False), "it does not belong there"),
    (with_file("documents/.bashrc"), "it does not belong there"),
    (with_file("documents/.git/hooks/x"), "it does not belong there"),
    (with_file("别的.txt"), "it does not belong there"),
    (with_file("documents/"), "its name leads out of its folder, or nowhere"),
    (forget_a_file, "it does not belong there, or is not there just once"),
    (forget_the_database, "because of 'wendang.sqlite'"),
    (change_a_byte, "is not the file that was written"),
    (put_in_twice, "named twice"),
    (blow_up, "it unpacks to 50,000,000 bytes"),
    (declare_a_petabyte, "1,000,000,000,000,000 were written"),
    (with_about(program="别的程序"), "is no backup of WenDang (it was made by '别的程序')"),
    (with_about(form=3), "has form 3, this program reads forms 1 and 2"),
    (with_about(members=None), "is no backup of WenDang"),
    (with_about(members=[1]), "is no backup of WenDang"),
    (with_about(generation="x"), "is no backup of WenDang"),
]


@pytest.mark.parametrize(("change", "reason"), BAD)
def test_what_cannot_be_trusted_is_refused_and_nothing_changes(
    backup: Path,
    library: Assistant,
    change: Callable[..., None],
    reason: str,
) -> None:
    settings = library.settings
    bad = rewritten(backup, change)
    before = tree(settings.data, settings.documents)
    with pytest.raises(StoreError) as caught:
        restore(bad, settings.data, settings.documents)
    assert reason in str(caught.value)
    assert tree(settings.data, settings.documents) == before
    assert sorted(documents_in(settings.data)) == ["宿舍.txt", *NAMES][1:2] + sorted({"宿舍.txt", NAMES[1]})


def test_a_document_that_is_damaged_keeps_the_others_from_being_written(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not the file that was written"):
        restore(rewritten(backup, change_a_byte), tmp_path / "neu", tmp_path / "documents2")
    assert not (tmp_path / "neu").exists()
    assert not (tmp_path / "documents2").exists()


def test_a_backup_that_is_only_written_again_is_restored(backup: Path, library: Assistant) -> None:
    assert restore(rewritten(backup, lambda *_: None), library.settings.data, None).indexed == 2


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04 broken", "论文".encode() * 100])
def test_what_is_no_backup_is_refused(library: Assistant, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "论文.zip").write_bytes(data)
    with pytest.raises(StoreError, match="论文.zip is no backup of WenDang .*Name a file that `backup` wrote"):
        restore(tmp_path / "论文.zip", library.settings.data, None)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"没有.zip is no backup of WenDang \(No such file or directory\)"):
        restore(tmp_path / "没有.zip", tmp_path / "data", None)
    assert not (tmp_path / "data").exists()


def test_what_tells_of_the_files_is_limited_in_size(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_ABOUT", 1000)
    bomb = rewritten(backup, with_about(created="0" * 50_000_000))
    with pytest.raises(StoreError, match="its backup.json is over 1,000 bytes"):
        restore(bomb, tmp_path / "neu", None)


def test_a_zip_file_that_lies_about_sizes_is_noticed(backup: Path, tmp_path: Path) -> None:
    """The directory says what `backup.json` says, and the file unpacks to far more."""
    with ZipFile(backup) as held:
        told = held.getinfo(f"documents/{NAMES[1]}")
        size, sums = told.file_size, hashlib.sha256(held.read(told)).hexdigest()

    def lie(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
        place = next(at for at, (info, _) in enumerate(files) if info.filename == told.filename)
        files[place] = (files[place][0], bytes(30_000_000))

    bomb = rewritten(backup, lie)
    data = bytearray(bomb.read_bytes())
    data = bytearray(bytes(data).replace((30_000_000).to_bytes(4, "little"), size.to_bytes(4, "little")))
    bomb.write_bytes(data)
    with ZipFile(bomb) as held:
        assert held.getinfo(told.filename).file_size == size
    with pytest.raises(StoreError, match="is damaged"):
        restore(bomb, tmp_path / "neu", None)
    assert sums
    assert not (tmp_path / "neu").exists()


def test_a_backup_that_is_cut_or_changed_anywhere_is_refused_or_whole(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore_module._Work, "run", lambda *_: None)
    whole = backup.read_bytes()
    damaged = [whole[:length] for length in range(0, len(whole), len(whole) // 20)]
    for at in range(0, len(whole), len(whole) // 150):
        damaged.append(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
    refused = 0
    for data in damaged:
        (tmp_path / "x.zip").write_bytes(data)
        try:
            restore(tmp_path / "x.zip", tmp_path / "neu", None)
        except StoreError:
            refused += 1
    # A few bytes, such as those of the files' times, do not matter.
    assert refused >= 0.9 * len(damaged)


def with_database(change: Callable[[sqlite3.Connection], object], tmp_path: Path) -> Callable[..., None]:
    """Alter the database in a backup, and the sums with it."""

    def alter(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
        path = tmp_path / "altered.sqlite"
        path.write_bytes(files[0][1])
        connection = sqlite3.connect(path)
        change(connection)
        connection.commit()
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        data = path.read_bytes()
        files[0] = (files[0][0], data)
        about["members"][0] = member("wendang.sqlite", data)

    return alter


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "CREATE TRIGGER 暗算 AFTER INSERT ON meta BEGIN DELETE FROM documents; END",
            "it holds 暗算, which is no table",
        ),
        ("CREATE VIEW 偷看 AS SELECT * FROM documents", "it holds 偷看, which is no table"),
        ("CREATE VIRTUAL TABLE 虚表 USING fts5(x)", "which is no table"),
        ("UPDATE meta SET value = '99' WHERE key = 'schema'", "has form 99"),
        ("INSERT INTO passages VALUES ('没有.txt', 0, 1, NULL, '[]', x'00')", "passages"),
        ("UPDATE meta SET value = '三' WHERE key = 'generation'", "is damaged"),
        ("DROP TABLE documents", "cannot be used"),
    ],
)
def test_a_database_that_is_not_ours_is_refused_though_its_sum_is_right(
    backup: Path,
    library: Assistant,
    tmp_path: Path,
    statement: str,
    reason: str,
) -> None:
    bad = rewritten(backup, with_database(lambda connection: connection.execute(statement), tmp_path))
    before = tree(library.settings.data, library.settings.documents)
    with pytest.raises(StoreError, match="the index in .*changed.zip cannot be used .*take another backup") as caught:
        restore(bad, library.settings.data, library.settings.documents)
    assert reason in str(caught.value)
    assert tree(library.settings.data, library.settings.documents) == before


def test_a_damaged_database_is_refused_though_its_sum_is_right(
    backup: Path,
    library: Assistant,
    tmp_path: Path,
) -> None:
    def break_it(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
        data = files[0][1][:8192] + b"\x5a" * 4096 + files[0][1][12288:]
        files[0] = (files[0][0], data)
        about["members"][0] = member("wendang.sqlite", data)

    before = tree(library.settings.data, library.settings.documents)
    with pytest.raises(StoreError, match="cannot be used"):
        restore(rewritten(backup, break_it), library.settings.data, library.settings.documents)
    assert tree(library.settings.data, library.settings.documents) == before


def test_segments_that_do_not_fit_are_built_again(backup: Path, tmp_path: Path) -> None:
    def swap(about: dict[str, Any], files: list[tuple[ZipInfo, bytes]]) -> None:
        for place, (info, data) in enumerate(files):
            if info.filename.endswith("passages.faiss"):
                files[place] = (info, data[:-4] + b"\0\0\0\0")
                about["members"][place] = member(info.filename, files[place][1])

    restore(rewritten(backup, swap), tmp_path / "neu", tmp_path / "documents2")
    assert sorted(documents_in(tmp_path / "neu")) == NAMES


# Disk, locks, company and death


def test_a_disk_that_is_plainly_too_small_is_named(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(StoreError, match=r"unpacks to [0-9,]+ bytes for .*neu, and 1,000 are free there"):
        restore(backup, tmp_path / "neu", None)
    assert not (tmp_path / "neu").exists()


@pytest.mark.parametrize("limit", [0, 20_000, 80_000])
def test_a_full_disk_leaves_the_index_before_in_service(
    backup: Path,
    library: Assistant,
    limit: int,
) -> None:
    settings = library.settings
    (settings.documents / NAMES[0]).unlink()
    before = documents_in(settings.data)
    with largest_file(limit), pytest.raises(StoreError, match="[Dd]isk"):
        restore(backup, settings.data, settings.documents)
    assert documents_in(settings.data) == before
    assert not (settings.data / "restore.part").exists()
    assert list(settings.data.glob("wendang.sqlite.before*")) == []
    assert restore(backup, settings.data, settings.documents).indexed == 2


def test_a_disk_too_full_for_a_document_stops_before_the_index_is_put_in_service(
    library: Assistant, tmp_path: Path
) -> None:
    # Of comments, the index holds nothing.
    write_documents(library.settings.documents, {"userdict.txt": "# 园区的词\n" * 200_000})
    library.sync()
    back_up(tmp_path / "b.zip", library.settings.data, library.settings.documents)
    with largest_file(1_000_000), pytest.raises(StoreError, match="cannot be restored to .*documents2 .*[Ff]ree"):
        restore(tmp_path / "b.zip", tmp_path / "neu", tmp_path / "documents2")
    store = Store.open(tmp_path / "neu")
    assert store.current_generation() == 0
    store.close()
    assert sorted(path.name for path in (tmp_path / "documents2").rglob("*.*")) == sorted(
        Path(name).name for name in NAMES
    )


def test_what_fails_while_it_is_put_in_service_leaves_no_copy(
    backup: Path, library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: Store) -> None:
        store.write("DELETE FROM documents")
        raise StoreError("disk full")

    before = documents_in(library.settings.data)
    monkeypatch.setattr(restore_module, "_copy_rows", fail)
    with pytest.raises(StoreError, match="disk full"):
        restore(backup, library.settings.data, None)
    assert list(library.settings.data.glob("wendang.sqlite.before*")) == []
    assert documents_in(library.settings.data) == before


def test_it_waits_for_a_sync_and_says_so(backup: Path, library: Assistant) -> None:
    stages: list[str] = []
    with FileLock(library.settings.data / LOCK_FILE, thread_local=False) as lock:
        threading.Timer(0.7, lambda: lock.release(force=True)).start()
        restore(backup, library.settings.data, None, lambda progress: stages.append(progress.stage))
    assert "waiting" in stages


def test_a_lock_that_is_not_let_go_is_an_error(
    backup: Path,
    library: Assistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = tree(library.settings.data)
    monkeypatch.setattr(restore_module, "only_writer", lambda data, stopped: only_writer(data, 0.2, stopped))
    with FileLock(library.settings.data / LOCK_FILE), pytest.raises(StoreLocked):
        restore(backup, library.settings.data, None)
    assert tree(library.settings.data) == before


def test_whoever_reads_meanwhile_sees_the_one_or_the_other(
    backup: Path,
    library: Assistant,
) -> None:
    store = Store.open(library.settings.data)
    with store.snapshot():
        assert len(store.files()) == 3
        restore(backup, library.settings.data, None)
        assert len(store.files()) == 3
    assert len(store.files()) == 2
    store.close()


def test_a_database_that_cannot_be_read_is_set_aside(
    backup: Path,
    library: Assistant,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = library.settings.data / "wendang.sqlite"
    path.write_bytes(b"rubbish" * 1000)
    report = restore(backup, library.settings.data, library.settings.documents)
    assert (report.indexed, report.kept) == (2, None)
    assert sorted(documents_in(library.settings.data)) == NAMES
    (aside,) = library.settings.data.glob("wendang.sqlite.damaged-*")
    assert aside.read_bytes() == b"rubbish" * 1000
    assert aside.name in caplog.text


def test_a_restore_that_is_killed_leaves_the_old_or_the_new_index(
    backup: Path,
    library: Assistant,
    tmp_path: Path,
) -> None:
    settings, place = library.settings, tmp_path / "killed"
    (settings.documents / NAMES[0]).unlink()
    old = documents_in(settings.data)
    folders = [settings.data, settings.documents]
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tests.killed_restore",
        backup,
        place,
        "12",
        "qa.restore,qa.unpacking",
        *folders,
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    new = documents_in(place / "all" / "data")
    assert sorted(new) == NAMES and sorted(old) == sorted(["宿舍.txt", *NAMES])
    shutil.rmtree(place / "all")
    states = []
    for here in sorted(place.iterdir(), key=lambda path: int(path.name)):
        state = documents_in(here / "data")
        assert state in (old, new), here
        states.append(state == new)
        # The next sync makes the index hold what the folder holds, whatever was restored by then.
        sync(here / "documents", here / "data", FakeEncoder())
        held = {path.relative_to(here / "documents").as_posix() for path in (here / "documents").rglob("*.*")}
        assert set(documents_in(here / "data")) == {name for name in held if not name.startswith(".")}
        assert (here / "documents" / NAMES[1]).read_text("utf-8") == LATER
    assert len(states) > 40 and not states[0] and states[-1]
    assert states == sorted(states)
