"""One writer at a time: the lock of a data folder, and who holds it."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import StoreError, StoreLocked

LOCK_FILE, OWNER_FILE = "sync.lock", "sync.owner.json"
PATIENCE = 60.0  # seconds
A_LOOK = 0.5


@contextmanager
def only_writer(data: Path, patience: float = PATIENCE, stopped: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a data folder. The system lets go of it when its owner dies, however that happens.

    `stopped` is called now and then while waiting and may raise. Raises `StoreLocked`, which says who holds the lock,
    where it is not free within `patience` seconds.
    """
    lock = FileLock(data / LOCK_FILE)
    _acquire(lock, data, patience, stopped)
    try:
        _note_owner(data)
        yield
    finally:
        with suppress(OSError):
            (data / OWNER_FILE).unlink()
        lock.release()


def _acquire(lock: FileLock, data: Path, patience: float, stopped: Callable[[], None]) -> None:
    waited = 0.0
    while True:
        try:
            lock.acquire(timeout=min(A_LOOK, patience))
            return
        except Timeout:
            stopped()
            waited += A_LOOK
            if waited >= patience:
                raise StoreLocked(
                    f"{_owner(data)} is indexing into {data} and has been for over {patience:g} s. Wait until it is "
                    "done, or stop it"
                ) from None
        except OSError as error:
            raise StoreError(
                f"{data} cannot be locked for writing ({error.strerror or error}). Check that it can be written and "
                "that the disk is not full"
            ) from None


def _note_owner(data: Path) -> None:
    """Write down who holds the lock, for others to read; that it cannot be written is no reason to stop."""
    owner = {
        "process": os.getpid(),
        "host": socket.gethostname(),
        "program": " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    with suppress(OSError):
        (data / OWNER_FILE).write_text(json.dumps(owner, ensure_ascii=False), "utf-8")


def _owner(data: Path) -> str:
    try:
        owner = json.loads((data / OWNER_FILE).read_text("utf-8"))
        since = datetime.fromisoformat(owner["since"])
        return f"process {owner['process']} on {owner['host']} ({owner['program']}, since {since:%H:%M:%S})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
