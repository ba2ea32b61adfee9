from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import pytest

from index import writing
from index.errors import StoreError, StoreLocked, SyncStopped
from index.writing import LOCK_FILE, OWNER_FILE, only_writer

PROJECT = Path(__file__).resolve().parent.parent
LONG = 60.0  # seconds; a slow machine may need as many, and nothing rests on its needing fewer

HOLDER = """
import sys
from pathlib import Path
from index.writing import only_writer

with only_writer(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "数据 data"
    folder.mkdir()
    return folder


def say(process: subprocess.Popen[str], line: str) -> None:
    stream: IO[str] | None = process.stdin
    assert stream is not None
    stream.write(line)
    stream.flush()


@contextmanager
def holder(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process hold the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, "sync", str(data)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def acquire(data: Path, patience: float = LONG) -> bool:
    with only_writer(data, patience):
        return True


# Alone


def test_the_lock_is_held_inside_and_free_afterwards(data: Path) -> None:
    with only_writer(data):
        with pytest.raises(StoreLocked):
            acquire(data, 0)
        assert (data / OWNER_FILE).is_file()
    assert not (data / OWNER_FILE).exists()
    assert acquire(data, 0)


def test_the_lock_is_free_after_an_error(data: Path) -> None:
    for error in (KeyboardInterrupt, ValueError):
        with pytest.raises(error), only_writer(data):
            raise error
        assert not (data / OWNER_FILE).exists()
        assert acquire(data, 0)


def test_the_owner_is_written_down(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/local/bin/问答", "sync", "--data", "secret"])
    with only_writer(data):
        owner = json.loads((data / OWNER_FILE).read_text("utf-8"))
    since = datetime.fromisoformat(owner.pop("since"))
    assert since.tzinfo is not None and abs(time.time() - since.timestamp()) < 3_600
    assert owner == {"process": os.getpid(), "host": socket.gethostname(), "program": "问答 sync"}


def test_an_owner_that_cannot_be_written_down_is_no_reason_to_stop(data: Path) -> None:
    (data / OWNER_FILE).mkdir()
    with only_writer(data), pytest.raises(StoreLocked) as caught:
        acquire(data, 0)
    assert str(caught.value).startswith("another process is indexing into ")
    assert (data / OWNER_FILE).is_dir()
    assert acquire(data, 0)


# In company


def test_a_second_writer_waits_and_then_goes_on(data: Path) -> None:
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        with only_writer(data, LONG, waiting.set):
            order.append("second")

    thread = threading.Thread(target=second)
    with only_writer(data):
        thread.start()
        assert waiting.wait(LONG)
        order.append("first")
        assert thread.is_alive()
    thread.join()
    assert order == ["first", "second"]


def test_a_writer_in_another_process_is_waited_for(data: Path) -> None:
    with holder(data) as process:
        looks: list[float] = []

        def stopped() -> None:
            looks.append(time.monotonic())
            if len(looks) == 2:
                say(process, "\n")

        with only_writer(data, LONG, stopped):
            assert process.wait() == 0
            assert json.loads((data / OWNER_FILE).read_text("utf-8"))["process"] == os.getpid()
    assert len(looks) >= 2
    assert looks[1] - looks[0] >= 0.9 * writing.A_LOOK


@pytest.mark.parametrize(("patience", "looks"), [(0.0, 1), (0.2, 1), (1.0, 2), (1.1, 3)])
def test_who_waits_too_long_is_told_who_holds_the_lock(data: Path, patience: float, looks: int) -> None:
    seen: list[None] = []
    with holder(data) as process:
        owner = json.loads((data / OWNER_FILE).read_text("utf-8"))
        since = datetime.fromisoformat(owner["since"])
        began = time.monotonic()
        with pytest.raises(StoreLocked) as caught, only_writer(data, patience, lambda: seen.append(None)):
            pytest.fail("two hold the lock")
        assert time.monotonic() - began >= 0.9 * patience
        assert str(caught.value) == (
            f"process {process.pid} on {socket.gethostname()} (-c sync, since {since:%H:%M:%S}) is indexing into "
            f"{data} and has been for over {patience:g} s. Wait until it is done, or stop it"
        )
        assert isinstance(caught.value, StoreError)
        assert len(seen) == looks
        # Whoever gives up takes nothing away.
        assert json.loads((data / OWNER_FILE).read_text("utf-8")) == owner
        with pytest.raises(StoreLocked):
            acquire(data, 0)


def test_a_killed_owner_leaves_the_lock_free(data: Path) -> None:
    with holder(data) as process:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert (data / LOCK_FILE).exists()
        left = json.loads((data / OWNER_FILE).read_text("utf-8"))
        assert left["process"] == process.pid
        with only_writer(data, 0):
            assert json.loads((data / OWNER_FILE).read_text("utf-8"))["process"] == os.getpid()
    assert not (data / OWNER_FILE).exists()


def test_an_owner_that_is_killed_while_another_waits_lets_it_in(data: Path) -> None:
    with holder(data) as process, only_writer(data, LONG, lambda: os.kill(process.pid, signal.SIGKILL)):
        assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{}",
        b'{"process": 1, "host": "h", "program": "p"}',
        b'{"process": 1, "host": "h", "program": "p", "since": "gestern"}',
        b'{"process": 1, "host": "h", "program": "p", "since": 5}',
        None,
    ],
)
def test_without_a_readable_owner_there_is_still_a_message(data: Path, content: bytes | None) -> None:
    with only_writer(data):
        (data / OWNER_FILE).unlink()
        if content is not None:
            (data / OWNER_FILE).write_bytes(content)
        with pytest.raises(StoreLocked) as caught:
            acquire(data, 0)
    assert str(caught.value) == (
        f"another process is indexing into {data} and has been for over 0 s. Wait until it is done, or stop it"
    )
    assert not (data / OWNER_FILE).exists()


def test_who_waits_can_be_stopped(data: Path) -> None:
    asked: list[None] = []

    def stop() -> None:
        asked.append(None)
        if len(asked) == 2:
            raise SyncStopped("the sync was stopped")

    with only_writer(data):
        with pytest.raises(SyncStopped, match=r"^the sync was stopped$"), only_writer(data, LONG, stop):
            pytest.fail("two hold the lock")
        # What was noted of the owner is still there, and so is the lock.
        assert json.loads((data / OWNER_FILE).read_text("utf-8"))["process"] == os.getpid()
        with pytest.raises(StoreLocked):
            acquire(data, 0)
    assert len(asked) == 2
    assert acquire(data, 0)


def test_who_need_not_wait_is_not_asked_whether_to_stop(data: Path) -> None:
    def stop() -> None:
        raise SyncStopped

    with only_writer(data, LONG, stop):
        pass


def test_every_folder_has_a_lock_of_its_own(data: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with only_writer(data):
        assert acquire(tmp_path / "other", 0)


def test_many_writers_never_meet(data: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write(number: int) -> None:
        with only_writer(data, LONG):
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.02)
            inside.remove(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
