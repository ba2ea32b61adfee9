from __future__ import annotations

import itertools
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from index import watching
from index.datatypes import Failure
from index.scan import Scan, scan_folder
from index.watching import PATIENCE, RESTS_A_LOOK, Change, Synced, is_open_for_writing, watch_folder

LONG = 30.0  # seconds; a slow machine may need as many, and nothing rests on its needing fewer
SHORT = 0.8  # seconds in which nothing is to happen
NEVER = 1000.0
SETTLE = 0.15
LEAVE = "员工每年享有十天带薪年假。\n"
OVERTIME = "加班工资按照一点五倍发放。\n"
FILES = {"假期.txt": LEAVE, "人事 部/加班 工资.md": OVERTIME}
LOG = "日志.txt"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")

Contents = dict[str, str]
Alter = Callable[[Scan], Scan]


class Looks:
    """Counts the looks at a folder, and what `alter` makes of a scan is what is seen."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, float]] = []
        self.alter: Alter = lambda scan: scan

    def __len__(self) -> int:
        return len(self.spans)

    def __call__(self, folder: Path) -> Scan:
        began = time.monotonic()
        try:
            return self.alter(scan_folder(folder))
        finally:
            self.spans.append((began, time.monotonic()))

    def await_more(self, number: int) -> None:
        """Wait until so many more have been taken."""
        self.await_in_all(len(self) + number)

    def await_in_all(self, number: int) -> None:
        wait_until(lambda: len(self) >= number)


class Watch:
    """Watches a folder in a thread and keeps each change with what a sync would find just then."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.stop, self.wake = threading.Event(), threading.Event()
        self.changes: queue.Queue[tuple[Change, Contents]] = queue.Queue()
        self.times: list[float] = []
        self.errors: list[BaseException] = []
        self.settings = {"settle": SETTLE, "full_look": NEVER} | settings
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def next(self) -> tuple[Change, Contents]:
        """Wait for the next change and return it with the contents of what has settled."""
        return self.changes.get(timeout=LONG)

    def is_silent(self) -> bool:
        """Whether nothing is told for a while, though the folder is looked at again and again."""
        for _ in range(2):
            self.wake.set()
            time.sleep(SHORT / 2)
        return self.changes.empty() and self.thread.is_alive()

    def drain(self) -> None:
        """Forget what is told until there is nothing more."""
        deadline = time.monotonic() + LONG
        while not self.is_silent():
            assert time.monotonic() < deadline, "it tells on and on"
            while not self.changes.empty():
                self.changes.get()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(LONG)
        assert not self.thread.is_alive()
        assert self.errors == []

    def _watch(self) -> None:
        try:
            for change in watch_folder(self.folder, self.stop, wake=self.wake, **self.settings):
                self.times.append(time.monotonic())
                self.changes.put((change, contents(self.folder, change.unsettled)))
        except BaseException as error:
            self.errors.append(error)


Start = Callable[..., Watch]


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def contents(folder: Path, unsettled: frozenset[str] = frozenset()) -> Contents:
    paths = {file.path for file in scan_folder(folder).files} - unsettled
    return {path: (folder / path).read_text("utf-8") for path in paths}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def listeners() -> int:
    """Count the threads that listen for the system's notices."""
    count = 0
    for task in Path("/proc/self/task").iterdir():
        try:
            count += (task / "comm").read_text().startswith("notify-rs")
        except OSError:
            continue  # it has just ended
    return count


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path / "家" / "documents" / name, text)
    return tmp_path / "家" / "documents"


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    looks = Looks()
    monkeypatch.setattr(watching, "scan_folder", looks)
    return looks


@pytest.fixture
def start(documents: Path, looks: Looks) -> Iterator[Start]:
    """Start to watch the documents and return after the first look."""
    watches: list[Watch] = []

    def start_one(**settings: Any) -> Watch:
        watches.append(Watch(documents, **settings))
        before = len(looks)
        watches[-1].thread.start()
        looks.await_in_all(before + 1)
        return watches[-1]

    yield start_one
    for watch in watches:
        watch.end()


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network drive: the system watches, and never tells of anything."""

    def watch(*_: object, stop_event: threading.Event, **__: object) -> Iterator[set[watchfiles.main.FileChange]]:
        while not stop_event.wait(0.05):
            yield set()

    monkeypatch.setattr(watchfiles, "watch", watch)


# What is a change


def test_a_new_file_is_told_once(start: Start, documents: Path) -> None:
    watch = start()
    write(documents / "新 规定/病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"新 规定/病假.txt": "病假五天。"})
    assert watch.is_silent()


def test_a_changed_file_is_told_once(start: Start, documents: Path) -> None:
    watch = start()
    write(documents / "假期.txt", "年假十五天。")
    assert watch.next() == (Change(), FILES | {"假期.txt": "年假十五天。"})
    assert watch.is_silent()


def test_a_file_of_the_same_size_with_another_time_is_changed(start: Start, documents: Path) -> None:
    watch = start()
    os.utime(documents / "假期.txt", ns=(1, 1))
    assert watch.next() == (Change(), FILES)


def test_a_removed_file_is_told_once(start: Start, documents: Path) -> None:
    watch = start()
    (documents / "假期.txt").unlink()
    assert watch.next() == (Change(), {"人事 部/加班 工资.md": OVERTIME})
    assert watch.is_silent()
    write(documents / "假期.txt", LEAVE)
    assert watch.next() == (Change(), FILES)


def test_the_last_file_may_be_removed(start: Start, documents: Path) -> None:
    watch = start()
    shutil.rmtree(documents / "人事 部")
    (documents / "假期.txt").unlink()
    assert watch.next() == (Change(), {})


@pytest.mark.parametrize(("old", "new"), [("假期.txt", "休假.txt"), ("人事 部", "人力 资源部")])
def test_a_rename_is_one_change(start: Start, documents: Path, old: str, new: str) -> None:
    watch = start()
    (documents / old).rename(documents / new)
    assert watch.next() == (Change(), {path.replace(old, new): text for path, text in FILES.items()})
    assert watch.is_silent()


def test_a_rename_in_the_midst_of_a_look_is_one_change(start: Start, documents: Path, looks: Looks, deaf: None) -> None:
    watch = start()
    (documents / "假期.txt").rename(documents / "休假.txt")
    seen = itertools.count()

    def hide_at_first(scan: Scan) -> Scan:
        # Neither where it was nor where it went, as when it moves behind the look's back.
        return scan if next(seen) else replace(scan, files=tuple(f for f in scan.files if f.path != "休假.txt"))

    looks.alter = hide_at_first
    watch.wake.set()
    assert watch.next() == (Change(), {"休假.txt": LEAVE, "人事 部/加班 工资.md": OVERTIME})
    assert watch.is_silent()


def test_the_users_own_words_are_a_change(start: Start, documents: Path) -> None:
    watch = start()
    write(documents / "userdict.txt", "金山镇\n")
    assert watch.next() == (Change(), FILES)
    write(documents / "userdict.txt", "金山镇\n红旗厂\n")
    assert watch.next() == (Change(), FILES)
    assert watch.is_silent()


def test_what_changes_back_before_it_has_settled_is_no_change(start: Start, looks: Looks, deaf: None) -> None:
    watch = start()
    seen = itertools.count()

    def change_at_first(scan: Scan) -> Scan:
        files = tuple(replace(file, size=1) for file in scan.files)
        return scan if next(seen) else replace(scan, files=files)

    looks.alter = change_at_first
    watch.wake.set()
    looks.await_more(2)
    assert watch.is_silent()


def test_what_is_no_document_is_no_change(start: Start, documents: Path) -> None:
    watch = start()
    names = [".假期.txt", "~$假期.txt", ".git/假期.txt", "图片.psd", "假期.txt.swp", "假期.txt~", "假期"]
    for name in names:
        write(documents / name, LEAVE)
    assert watch.is_silent()
    for name in names:
        (documents / name).unlink()
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})


def test_a_folder_that_cannot_be_opened_is_no_change(start: Start, documents: Path, looks: Looks) -> None:
    def close(scan: Scan) -> Scan:
        files = tuple(file for file in scan.files if not file.path.startswith("人事 部/"))
        return replace(scan, files=files, closed=(Failure("人事 部", "a folder that cannot be opened"),))

    watch = start()
    looks.alter = close
    watch.wake.set()
    assert watch.is_silent()
    write(documents / "病假.txt", "病假五天。")
    assert watch.next()[0] == Change()
    looks.alter = lambda scan: scan
    watch.wake.set()
    assert watch.is_silent()


# From when on


def test_what_changed_since_the_last_sync_is_told(start: Start, documents: Path) -> None:
    known = scan_folder(documents)
    write(documents / "假期.txt", "年假十五天。")
    assert start(known=known).next() == (Change(), FILES | {"假期.txt": "年假十五天。"})


def test_nothing_is_told_where_nothing_changed(start: Start, documents: Path) -> None:
    write(documents / "userdict.txt", "金山镇\n")
    assert start(known=scan_folder(documents)).is_silent()
    assert start().is_silent()


# When it has settled


@on_linux
def test_a_file_that_is_copied_slowly_is_told_when_it_is_whole(start: Start, documents: Path, looks: Looks) -> None:
    watch = start()
    with open(documents / "病假.txt", "w", encoding="utf-8") as file:
        file.write("病假五天，")
        file.flush()
        looks.await_more(5)  # the pauses are longer than it takes to settle
        file.write("需要证明，")
        file.flush()
        looks.await_more(5)
        assert watch.changes.empty()
        file.write("工资照发。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天，需要证明，工资照发。"})
    assert watch.is_silent()


@on_linux
def test_a_file_that_another_process_writes_does_not_hold_up_others(start: Start, documents: Path) -> None:
    watch = start()
    code = (
        "import sys; file = open(sys.argv[1], 'a'); file.write('x'); file.flush(); print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(documents / LOG)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdin is not None and writer.stdout is not None
        assert writer.stdout.readline()
        write(documents / "病假.txt", "病假五天。")
        assert watch.next() == (Change(frozenset({LOG})), FILES | {"病假.txt": "病假五天。"})
        assert watch.is_silent()
        writer.stdin.close()
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。", LOG: "x"})
    assert watch.is_silent()


def grow(looks: Looks) -> None:
    """Let the log be another one at every look."""
    times = itertools.count()

    def alter(scan: Scan) -> Scan:
        files = (replace(file, modified_ns=next(times)) if file.path == LOG else file for file in scan.files)
        return replace(scan, files=tuple(files))

    looks.alter = alter


def test_a_file_that_grows_for_ever_does_not_hold_up_others(start: Start, documents: Path, looks: Looks) -> None:
    watch = start()
    grow(looks)
    write(documents / LOG, "一")
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(frozenset({LOG})), FILES | {"病假.txt": "病假五天。"})
    write(documents / "产假.txt", "产假九十八天。")
    settled = FILES | {"病假.txt": "病假五天。", "产假.txt": "产假九十八天。"}
    assert watch.next() == (Change(frozenset({LOG})), settled)
    assert watch.is_silent()
    looks.alter = lambda scan: scan
    assert watch.next() == (Change(), settled | {LOG: "一"})
    assert watch.is_silent()


def test_a_settled_file_waits_for_the_others_only_so_long(start: Start, documents: Path, looks: Looks) -> None:
    watch = start()
    times = itertools.count()

    def add_one(scan: Scan) -> Scan:
        # At every look there is a new file, which has not settled yet.
        return replace(scan, files=(*scan.files, replace(scan.files[0], path=f"{next(times)}.txt")))

    looks.alter = add_one
    began = time.monotonic()
    write(documents / "病假.txt", "病假五天。")
    change, found = watch.next()
    assert watch.times[0] - began >= PATIENCE * SETTLE
    assert change.unsettled
    assert found == FILES | {"病假.txt": "病假五天。"}


@pytest.mark.parametrize("is_growing", [False, True])
def test_many_changes_in_a_row_are_one(start: Start, documents: Path, looks: Looks, is_growing: bool) -> None:
    settle = 0.3
    watch = start(settle=settle)
    expected = dict(FILES)
    unsettled = frozenset({LOG}) if is_growing else frozenset()
    if is_growing:
        grow(looks)
        write(documents / LOG, "一")
        write(documents / "病假.txt", "病假五天。")
        assert watch.next()[0].unsettled == unsettled
        expected["病假.txt"] = "病假五天。"
    for attempt in range(20):
        times = [time.monotonic()]
        for number in range(200):
            path = f"{attempt}/{number % 7}/规定 {number}.txt"
            write(documents / path, f"第{number}条规定。")
            expected[path] = f"第{number}条规定。"
            time.sleep(0.005)  # it takes longer than to settle
            times.append(time.monotonic())
        assert times[-1] - times[0] > 3 * settle
        change, found = watch.next()
        pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
        if max(pauses) < settle / 2 and times[-1] - times[0] < PATIENCE * settle * 0.7:
            assert (change.unsettled, found) == (unsettled, expected)
            assert watch.is_silent()
            return
        watch.drain()  # the machine was busy with something else meanwhile, and it was told in parts
    pytest.skip("this machine is too busy to write 200 files in one go")


def test_nothing_settles_sooner_however_often_it_is_looked_at(start: Start, documents: Path) -> None:
    watch = start(settle=1.0)
    began = time.monotonic()
    write(documents / "病假.txt", "病假五天。")
    while watch.changes.empty():
        watch.wake.set()
        time.sleep(0.01)
        assert time.monotonic() < began + LONG
    assert watch.times[0] - began >= 1.0
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})


@on_linux
def test_whoever_opens_a_file_just_then_does_not_end_the_program(
    start: Start, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    real, refused, signals = fcntl.fcntl, [], []

    def call(file: Any, command: int, argument: int = 0) -> int:
        result: int = real(file, command, argument)
        if (command, argument) == (fcntl.F_SETLEASE, fcntl.F_RDLCK):
            try:
                os.close(os.open(file.name, os.O_WRONLY | os.O_NONBLOCK))
            except BlockingIOError:
                refused.append(file.name)
        return result

    old = {one: signal.signal(one, lambda number, _: signals.append(number)) for one in (signal.SIGIO, signal.SIGURG)}
    try:
        watch = start()
        monkeypatch.setattr(fcntl, "fcntl", call)
        write(documents / "病假.txt", "病假五天。")
        assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
        wait_until(lambda: bool(signals))
    finally:
        for one, handler in old.items():
            signal.signal(one, handler)
    assert refused
    assert set(signals) == {signal.SIGURG}


@on_linux
def test_who_has_a_file_open(documents: Path) -> None:
    path = documents / "假期.txt"
    assert not is_open_for_writing(path)
    with open(path, encoding="utf-8"):
        assert not is_open_for_writing(path)
    with open(path, "a", encoding="utf-8"):
        assert is_open_for_writing(path)
    assert not is_open_for_writing(path)
    assert not is_open_for_writing(documents / "没有.txt")
    os.mkfifo(documents / "管道.txt")
    assert not is_open_for_writing(documents / "管道.txt")
    # Nothing of it is left.
    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))


@on_linux
def test_where_the_system_does_not_say_who_writes_size_and_time_decide(
    start: Start, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    watch = start()
    monkeypatch.setattr(fcntl, "fcntl", refuse)
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})


# The folder itself


def test_a_folder_that_goes_and_comes_back(
    start: Start, documents: Path, looks: Looks, caplog: pytest.LogCaptureFixture
) -> None:
    watch = start()
    documents.rename(documents.with_name("elsewhere"))
    looks.await_more(5)
    assert watch.is_silent()
    assert len(warnings_of(caplog)) == 1
    assert f"no documents folder at {documents}" in warnings_of(caplog)[0]
    documents.with_name("elsewhere").rename(documents)
    assert watch.next() == (Change(), FILES)
    assert watch.is_silent()
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})


def test_what_changed_while_the_folder_was_gone_is_told(start: Start, documents: Path, looks: Looks) -> None:
    watch = start()
    documents.rename(documents.with_name("elsewhere"))
    looks.await_more(2)
    (documents.with_name("elsewhere") / "假期.txt").unlink()
    documents.with_name("elsewhere").rename(documents)
    assert watch.next() == (Change(), {"人事 部/加班 工资.md": OVERTIME})
    assert watch.is_silent()


def test_a_folder_made_anew_is_listened_to(start: Start, documents: Path) -> None:
    watch = start()
    for number in range(5):
        shutil.rmtree(documents)
        write(documents / "病假.txt", f"病假{number}天。")
        found = FILES
        while found != {"病假.txt": f"病假{number}天。"}:
            _, found = watch.next()
    watch.drain()
    write(documents / "假期.txt", LEAVE)
    assert watch.next() == (Change(), {"病假.txt": "病假4天。", "假期.txt": LEAVE})


def test_another_folder_in_the_same_place_is_listened_to(start: Start, documents: Path) -> None:
    watch = start()
    home = documents.parent
    shutil.copytree(documents, home.with_name("new") / "documents")
    (home.with_name("new") / "documents" / "假期.txt").unlink()
    # The system says nothing of what happens further up.
    home.rename(home.with_name("old"))
    home.with_name("new").rename(home)
    watch.wake.set()
    assert watch.next() == (Change(), {"人事 部/加班 工资.md": OVERTIME})
    write(documents / "假期.txt", LEAVE)
    assert watch.next() == (Change(), FILES)


def test_a_folder_that_is_not_there_at_first(start: Start, documents: Path, looks: Looks) -> None:
    grow(looks)
    write(documents / LOG, "一")
    documents.rename(documents.with_name("elsewhere"))
    watch = start()
    assert watch.is_silent()
    documents.with_name("elsewhere").rename(documents)
    assert watch.next() == (Change(frozenset({LOG})), FILES)
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(frozenset({LOG})), FILES | {"病假.txt": "病假五天。"})


def test_the_place_of_an_unplugged_drive_is_no_empty_folder(
    start: Start, documents: Path, looks: Looks, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watch = start()
    real = Path.stat

    def stat_elsewhere(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = real(path, follow_symlinks=follow_symlinks)
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:])) if path == documents else found

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", stat_elsewhere)
        looks.alter = lambda scan: Scan(())
        watch.wake.set()
        looks.await_more(5)
        assert watch.is_silent()
        assert len(warnings_of(caplog)) == 1
        assert f"{documents} is empty and lies on another disk than before" in warnings_of(caplog)[0]
        looks.alter = lambda scan: scan
    assert watch.next() == (Change(), FILES)


def test_a_fault_of_the_disk_is_logged_and_got_over(
    start: Start, documents: Path, looks: Looks, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(scan: Scan) -> Scan:
        raise OSError(5, "Input/output error")

    watch = start()
    looks.alter = fail
    write(documents / "病假.txt", "病假五天。")
    looks.await_more(5)
    assert watch.is_silent()
    assert len(warnings_of(caplog)) == 1
    assert "Input/output error" in warnings_of(caplog)[0]
    looks.alter = lambda scan: scan
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
    assert watch.is_silent()


# Notices and full looks


def test_without_notices_the_full_looks_find_changes(start: Start, documents: Path, deaf: None) -> None:
    watch = start(full_look=0.3)
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
    assert watch.is_silent()


def test_waking_asks_for_a_look(start: Start, documents: Path, looks: Looks, deaf: None) -> None:
    watch = start()
    write(documents / "病假.txt", "病假五天。")
    time.sleep(SHORT)
    assert len(looks) == 1
    watch.wake.set()
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
    assert not watch.wake.is_set()


@pytest.mark.parametrize(
    "error", [OSError("OS file watch limit reached."), RuntimeError("notify"), FileNotFoundError()]
)
def test_where_nothing_can_be_listened_to_the_full_looks_go_on(
    start: Start,
    documents: Path,
    looks: Looks,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> Iterator[set[watchfiles.main.FileChange]]:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(watchfiles, "watch", fail)
        watch = start(full_look=0.3)
        write(documents / "病假.txt", "病假五天。")
        assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
        looks.await_more(3)
        assert len(warnings_of(caplog)) == 1
        assert f"changes in {documents} may be noticed late, by a full look: {error}" == warnings_of(caplog)[0]


@pytest.mark.parametrize("rounds", [0, 3])
def test_listening_is_tried_again(
    start: Start, documents: Path, looks: Looks, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = threading.Event()

    def fail_soon(*_: object, **__: object) -> Iterator[set[watchfiles.main.FileChange]]:
        for _round in range(rounds):
            time.sleep(0.05)
            yield set()
        failed.set()
        raise RuntimeError("error in underlying watcher")

    with monkeypatch.context() as patch:
        patch.setattr(watchfiles, "watch", fail_soon)
        watch = start()
        assert failed.wait(LONG)
    watch.wake.set()
    wait_until(lambda: not watch.wake.is_set())
    looks.await_more(1)
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})


def test_what_is_open_is_listened_to_where_not_all_is(
    start: Start, documents: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = watchfiles.watch

    def listen(*paths: Path, ignore_permission_denied: bool, **settings: Any) -> Iterator[Any]:
        if not ignore_permission_denied:
            raise PermissionError("Permission denied (os error 13)")
        yield from real(*paths, **settings)

    monkeypatch.setattr(watchfiles, "watch", listen)
    watch = start()
    watch.wake.set()
    wait_until(lambda: not watch.wake.is_set())
    assert watch.is_silent()
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
    assert len(warnings_of(caplog)) == 1
    assert "Permission denied" in warnings_of(caplog)[0]


def test_links_to_folders_are_not_listened_to(
    start: Start, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[object] = []

    def watch_nothing(*call: object, **_: object) -> Iterator[set[watchfiles.main.FileChange]]:
        calls.append(call)
        yield from ()

    monkeypatch.setattr(watchfiles, "watch", watch_nothing)
    (tmp_path / "far").mkdir()
    (documents / ".隐藏").mkdir()
    (documents / ".隐藏" / "link").symlink_to(tmp_path / "far", target_is_directory=True)
    watch = start(full_look=0.3)
    write(documents / "病假.txt", "病假五天。")
    assert watch.next() == (Change(), FILES | {"病假.txt": "病假五天。"})
    assert calls == []
    assert "it holds links to folders" in warnings_of(caplog)[0]


def test_what_is_of_no_account_costs_no_look(start: Start, documents: Path, looks: Looks) -> None:
    write(documents / "系统.log", "一")
    write(documents / ".git/假期.txt", "一")
    start()
    for _ in range(20):
        write(documents / "系统.log", "二")
        write(documents / ".git/假期.txt", "二")
        write(documents / ".缓存", "二")
        (documents / ".缓存").unlink()
        contents(documents)
        time.sleep(SHORT / 20)
    assert len(looks) == 1


def test_busy_hidden_files_do_not_keep_looks_from_happening(start: Start, documents: Path, looks: Looks) -> None:
    watch = start(full_look=0.5)
    done = threading.Event()

    def be_busy() -> None:
        while not done.wait(0.005):
            write(documents / ".缓存", "一")

    busy = threading.Thread(target=be_busy)
    busy.start()
    try:
        looks.await_more(3)
        watch.wake.set()
        wait_until(lambda: not watch.wake.is_set())
    finally:
        done.set()
        busy.join()


def test_a_long_look_is_followed_by_a_longer_rest(start: Start, documents: Path, looks: Looks) -> None:
    def dawdle(scan: Scan) -> Scan:
        time.sleep(0.2)
        return scan

    watch = start()
    looks.alter = dawdle
    write(documents / "病假.txt", "病假五天。")
    watch.next()
    (_, ended), (began, _) = looks.spans[-2:]
    assert began - ended >= RESTS_A_LOOK * 0.2


# The end


@on_linux
def test_no_thread_is_left_behind(start: Start) -> None:
    wait_until(lambda: listeners() == 0)
    watch = start()
    assert listeners() == 1
    watch.end()
    wait_until(lambda: listeners() == 0)


@on_linux
def test_a_watch_that_is_given_up_leaves_no_thread_behind(documents: Path) -> None:
    wait_until(lambda: listeners() == 0)
    known = replace(scan_folder(documents), files=())
    stop = threading.Event()
    timer = threading.Timer(LONG, stop.set)
    timer.start()
    watch = watch_folder(documents, stop, settle=SETTLE, known=known)
    assert next(watch) == Change()
    timer.cancel()
    assert listeners() == 1
    watch.close()
    wait_until(lambda: listeners() == 0)


def test_stopping_ends_a_watch_that_waits_for_something_to_settle(start: Start, documents: Path, looks: Looks) -> None:
    watch = start()
    grow(looks)
    write(documents / LOG, "一")
    looks.await_more(3)
    watch.end()
    assert watch.changes.empty()


def test_stopping_ends_a_watch_that_rests_for_long(start: Start, documents: Path) -> None:
    watch = start(settle=NEVER)
    write(documents / "病假.txt", "病假五天。")
    watch.end()


def test_stopping_before_the_start(documents: Path) -> None:
    stop = threading.Event()
    stop.set()
    known = replace(scan_folder(documents), files=())
    assert next(watch_folder(documents, stop, settle=SETTLE, known=known), None) is None


# What a sync has worked from


def test_what_a_sync_met_and_is_gone_again_is_a_change(documents: Path) -> None:
    """Nobody has looked while it was there."""
    write(documents / "病假.txt", "病假五天。")
    met = [Synced(scan_folder(documents))]
    (documents / "病假.txt").unlink()
    watch = watch_folder(
        documents,
        threading.Event(),
        settle=SETTLE,
        known=scan_folder(documents),
        synced=lambda: met.pop() if met else None,
    )
    assert next(watch) == Change()
    watch.close()


def test_what_a_sync_has_taken_in_already_is_no_change(start: Start, documents: Path) -> None:
    known = scan_folder(documents)
    write(documents / "病假.txt", "病假五天。")
    met = [Synced(scan_folder(documents))]
    watch = start(known=known, synced=lambda: met.pop() if met else None)
    assert watch.is_silent()


def test_what_a_sync_has_left_alone_is_still_a_change(start: Start, documents: Path) -> None:
    known = scan_folder(documents)
    write(documents / "病假.txt", "病假五天。")
    met = [Synced(scan_folder(documents), frozenset({"病假.txt"}))]
    watch = start(known=known, synced=lambda: met.pop() if met else None)
    assert watch.changes.get(timeout=LONG)[0] == Change()


@pytest.mark.parametrize("is_hidden", [True, False])
def test_what_a_sync_could_not_look_at_counts_as_before(start: Start, documents: Path, is_hidden: bool) -> None:
    write(documents / "内部/病假.txt", "病假五天。")
    known = scan_folder(documents)
    seen = replace(known, files=tuple(file for file in known.files if not file.path.startswith("内部/")))
    met = [Synced(replace(seen, closed=(Failure("内部", "a folder that cannot be opened"),)) if is_hidden else seen)]
    watch = start(known=known, synced=lambda: met.pop() if met else None)
    if is_hidden:
        assert watch.is_silent()
    else:
        assert watch.changes.get(timeout=LONG)[0] == Change()
