"""Syncs that are killed, or whose writes fail, at a chosen point; and a look at what they leave behind.

Every trial runs in a forked child, so that a thousand of them need not import anything anew. Run this file as a program
(`python -m tests.faults FOLDER`, trials as JSON on standard input, one a line): a process with no threads may fork.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import numpy as np

from index.database import Database
from index.errors import StoreError
from index.generations import Generation, load_generation
from index.search import search
from index.store import Store
from index.sync import sync
from index.vectors import VectorIndex
from tests.fakes import FakeEncoder

Fault = Literal["none", "kill", "torn", "full", "broken"]
QUESTIONS = ("年假有几天", "设备的功率", "食堂几点开门")
OLD = {
    "假期.txt": "员工假期规定\n员工每年享有十天带薪年假。\n未休完的年假可以结转。\n",
    "人事/加班.txt": "加班工资规定\n加班工资按照一点五倍发放。\n节假日按照三倍发放。\n",
    "设备.md": "# 设备说明\n\n## 功率\n\n**PPR-9087**型设备的额定功率为1.5千瓦。\n",
    "食堂.txt": "食堂管理规定\n食堂早上七点开门。\n",
    "旧.txt": "旧的通知\n此通知已经过期。\n",
}
NEW = {
    "假期.txt": "员工假期规定\n员工每年享有十五天带薪年假。\n未休完的年假可以结转。\n",
    "人事/加班工资.txt": OLD["人事/加班.txt"],
    "设备.md": OLD["设备.md"],
    "食堂.txt": OLD["食堂.txt"],
    "新.txt": "新的通知\n宿舍晚上十一点关门。\n",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A sync with a fault at its n-th write point, counted from 0, or killed after so many seconds."""

    fault: Fault = "none"
    point: int = -1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a trial: how the child ended, how many points it passed, the state found, seconds to open it.

    `wrong` says what should not be, nothing where all is well.
    """

    ended: str
    points: int
    state: str
    seconds: float
    wrong: str = ""
    names: tuple[str, ...] = ()


# In the child


class Points:
    """Counts the write points that are passed, and does at the chosen one what is to be done there."""

    def __init__(self, trial: Trial, log: Path) -> None:
        self.trial, self.log = trial, log
        self.names: list[str] = []

    def file(self, name: str, write: Callable[[], Any], path: Path | None = None) -> Any:
        """Pass a point at which a file is written."""
        if self._is_here(name):
            if self.trial.fault == "torn":
                self._tear(write, path)
            self._fail(OSError(self._number(), os.strerror(self._number()), str(path or "")))
        return write()

    def statement(self, name: str, write: Callable[[], Any]) -> Any:
        """Pass a point at which the database is written."""
        if self._is_here(name):
            if self.trial.fault == "torn":
                write()
            self._fail(sqlite3.OperationalError("database or disk is full" if self._is_full() else "disk I/O error"))
        return write()

    def _is_here(self, name: str) -> bool:
        self.names.append(name)
        self.log.write_text(json.dumps(self.names, ensure_ascii=False), "utf-8")
        return len(self.names) - 1 == self.trial.point

    def _is_full(self) -> bool:
        return self.trial.fault == "full"

    def _number(self) -> int:
        return errno.ENOSPC if self._is_full() else errno.EIO

    def _tear(self, write: Callable[[], Any], path: Path | None) -> None:
        """Write half of it."""
        write()
        if path is not None and path.is_file():
            os.truncate(path, path.stat().st_size // 2)

    def _fail(self, error: Exception) -> None:
        if self.trial.fault in ("kill", "torn"):
            os.kill(os.getpid(), signal.SIGKILL)
        raise error


class WatchedConnection:
    """A connection whose every writing statement is a point."""

    def __init__(self, connection: sqlite3.Connection, points: Points) -> None:
        self._connection, self._points = connection, points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: str, parameters: Any = ()) -> Any:
        if query.lstrip().upper().startswith(("SELECT", "PRAGMA", "ROLLBACK")):
            return self._connection.execute(query, parameters)
        return self._points.statement(" ".join(query.split())[:60], lambda: self._connection.execute(query, parameters))

    def executemany(self, query: str, rows: Any) -> Any:
        return self._points.statement(" ".join(query.split())[:60], lambda: self._connection.executemany(query, rows))


@contextmanager
def watched(points: Points) -> Iterator[None]:
    """Make every write of the index a point: files, their flushing, folders, the database."""
    write_text, save, flush, mkdir, rmtree = Path.write_text, VectorIndex.save, os.fsync, Path.mkdir, shutil.rmtree
    rename, init, write_array = Path.rename, Database.__init__, np.save

    def is_ours(path: Any) -> bool:
        return Path(path) != points.log

    def text(path: Path, *rest: Any, **options: Any) -> Any:
        if not is_ours(path):
            return write_text(path, *rest, **options)
        return points.file(f"write {path.name}", lambda: write_text(path, *rest, **options), path)

    def vectors(index: VectorIndex, path: Path) -> Any:
        return points.file(f"write {path.name}", lambda: save(index, path), path)

    def array(path: Path, *rest: Any, **options: Any) -> Any:
        return points.file(f"write {path.name}", lambda: write_array(path, *rest, **options), path)

    def connect(database: Database, folder: Path, connection: Any) -> None:
        init(database, folder, WatchedConnection(connection, points))  # type: ignore[arg-type]

    def remove(path: Any, *rest: Any, **options: Any) -> Any:
        return points.file("rmtree", lambda: rmtree(path, *rest, **options))

    with (
        patch.object(Path, "write_text", text),
        patch.object(VectorIndex, "save", vectors),
        patch.object(np, "save", array),
        patch.object(os, "fsync", lambda number: points.file("flush", lambda: flush(number))),
        patch.object(Path, "mkdir", lambda path, *a, **k: points.file("mkdir", lambda: mkdir(path, *a, **k))),
        patch.object(Path, "rename", lambda path, to: points.file("rename", lambda: rename(path, to))),
        patch.object(shutil, "rmtree", remove),
        patch.object(Database, "__init__", connect),
    ):
        yield


def run_child(place: Place, trial: Trial, log: Path) -> None:
    """Sync with the fault of a trial. Never returns."""
    code = 3
    try:
        points = Points(trial, log)
        with watched(points):
            sync(place.documents, place.data, FakeEncoder())
        code = 0
    except StoreError:
        code = 1
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(code)


def sync_once(root: str) -> None:
    """Sync a place in this very process; a clear error ends it with code 1."""
    place = Place(Path(root))
    try:
        sync(place.documents, place.data, FakeEncoder())
    except StoreError as error:
        sys.exit(f"error: {error}")


# In the parent


class Place:
    """A folder of documents with its index."""

    def __init__(self, root: Path) -> None:
        self.root, self.documents, self.data = root, root / "documents", root / "data"

    def write(self, texts: dict[str, str]) -> None:
        """Make the folder hold these texts and nothing else."""
        shutil.rmtree(self.documents, ignore_errors=True)
        for name, text in texts.items():
            path = self.documents / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def load(self) -> Generation:
        store = Store.open(self.data)
        try:
            return load_generation(store)
        finally:
            store.close()


Answers = list[list[tuple[str, int, str, float]]]


def answers(generation: Generation) -> Answers:
    """Return what is found for some questions, with scores."""
    encoder = FakeEncoder()
    return [
        [
            (hit.passage.document, hit.passage.start, hit.passage.text, hit.score)
            for hit in search(generation.index, question, encoder.encode_queries([question])[0], 10)
        ]
        for question in QUESTIONS
    ]


class Laboratory:
    """Runs trials from one state of a folder to another, each beginning with the old index."""

    def __init__(self, root: Path) -> None:
        self.place, self.fresh = Place(root / "place"), Place(root / "fresh")
        self.pristine = root / "pristine"
        self.old, self.new = self._answers(OLD), self._answers(NEW)
        self.place.write(OLD)
        sync(self.place.documents, self.place.data, FakeEncoder())
        shutil.copytree(self.place.data, self.pristine)

    def _answers(self, texts: dict[str, str]) -> Answers:
        shutil.rmtree(self.fresh.data, ignore_errors=True)
        self.fresh.write(texts)
        sync(self.fresh.documents, self.fresh.data, FakeEncoder())
        return answers(self.fresh.load())

    def begin(self) -> None:
        """Put the old index and the new documents in place."""
        shutil.rmtree(self.place.data, ignore_errors=True)
        shutil.copytree(self.pristine, self.place.data)
        self.place.write(NEW)

    def run(self, trial: Trial) -> Outcome:
        """Carry out one trial and look at what it has left."""
        self.begin()
        log = self.place.root / "points.json"
        log.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            run_child(self.place, trial, log)
        if trial.seconds:
            time.sleep(trial.seconds)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        ended = "killed" if os.WIFSIGNALED(status) else f"code {os.WEXITSTATUS(status)}"
        names = tuple(json.loads(log.read_text("utf-8"))) if log.exists() and log.stat().st_size else ()
        return self.judge(ended, names)

    def judge(self, ended: str, names: tuple[str, ...]) -> Outcome:
        """Look at what a sync has left."""
        began = time.monotonic()
        try:
            found = answers(self.place.load())
        except Exception as error:
            return Outcome(ended, len(names), "none", 0.0, f"cannot be opened: {type(error).__name__}: {error}", names)
        seconds = time.monotonic() - began
        state = "old" if found == self.old else "new" if found == self.new else "mixed"
        wrong = "neither the old nor the new state" if state == "mixed" else ""
        try:
            report = sync(self.place.documents, self.place.data, FakeEncoder())
            if (report.documents, report.failed) != (len(NEW), ()) or answers(self.place.load()) != self.new:
                wrong = wrong or "the next sync does not end with every document"
        except Exception as error:
            wrong = wrong or f"the next sync fails: {type(error).__name__}: {error}"
        return Outcome(ended, len(names), state, seconds, wrong, names)


def random_kills(count: int, longest: float, seed: int = 5) -> Iterator[Trial]:
    """Yield syncs that are killed at moments spread over the time that one takes."""
    chance = random.Random(seed)
    for _ in range(count):
        yield Trial("none", seconds=chance.uniform(0.0005, longest))


def main() -> None:
    """Carry out the trials that are read, and print what became of each."""
    laboratory = Laboratory(Path(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(asdict(laboratory.run(Trial(**json.loads(line)))), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
