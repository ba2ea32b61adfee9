"""A look at the conversations' file, and a copy of it: both leave it as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.errors import StoreError
from qa.history.opening import DamagedConversations, existing
from qa.history.recording import from_json

TABLES = ("conversations", "exchanges", "links")
LIVING = "conversations JOIN exchanges ON conversation = id WHERE deleted IS NULL"


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in the file, and what is wrong with it. `unreadable` are titles of conversations."""

    conversations: int = 0
    questions: int = 0
    faults: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def look(file: Path) -> Look:
    """Look at a file. Raises `DamagedConversations` where it is no database, `StoreError` where it cannot be opened."""
    with existing(file) as connection:
        if (faults := _faults_of(connection)) or _is_new(connection):
            return Look(faults=faults)
        rows = connection.execute(f"SELECT title, exchange FROM {LIVING} ORDER BY id, number")
        unreadable = dict.fromkeys(str(title) for title, exchange in rows if not is_readable(exchange))
        (conversations,) = connection.execute("SELECT count(*) FROM conversations WHERE deleted IS NULL").fetchone()
        (questions,) = connection.execute(f"SELECT count(*) FROM {LIVING}").fetchone()
    return Look(conversations, questions, unreadable=tuple(unreadable))


def check_foreign(file: Path) -> None:
    """Raise `StoreError` where a file from elsewhere is damaged, or holds something else than conversations."""
    with existing(file) as connection:
        kinds = {
            str(name): str(kind)
            for name, kind in connection.execute(
                "SELECT name, iif(sql LIKE 'CREATE VIRTUAL%', 'virtual table', type) FROM sqlite_master"
            )
        }
        if wrong := [f"{name} is no table in it" for name in TABLES if kinds.get(name) != "table"]:
            raise DamagedConversations(wrong[0])
        if faults := _faults_of(connection):
            raise DamagedConversations(faults[0])


def is_readable(exchange: object) -> bool:
    """Whether an exchange is what was kept."""
    try:
        from_json(str(exchange))
    except StoreError:
        return False
    return True


def copy_conversations(file: Path, target: Path) -> int:
    """Copy what is not deleted, in one state of it, and return how many conversations that are; none make no file.

    Raises `DamagedConversations` where a copy would be worth nothing, `StoreError` where the target cannot be written.
    """
    if not file.exists():
        return 0
    with existing(file) as connection:
        if faults := _faults_of(connection):
            raise DamagedConversations(
                f"the conversations in {file} are damaged ({faults[0]}), and a backup would be so too. Mend them "
                "first: python -m qa doctor --mend"
            )
        if _is_new(connection):
            return 0
        number = _copy_living(connection, target)
    if number == 0:
        target.unlink()
    return number


def _copy_living(connection: sqlite3.Connection, target: Path) -> int:
    with closing(sqlite3.connect(target, isolation_level=None)) as copied:
        connection.backup(copied)
        copied.execute("PRAGMA journal_mode = DELETE")
        copied.execute("PRAGMA foreign_keys = ON")
        copied.execute("DELETE FROM conversations WHERE deleted IS NOT NULL")
        # What was deleted is in no page of it any more.
        copied.execute("VACUUM")
        return int(copied.execute("SELECT count(*) FROM conversations").fetchone()[0])


def _faults_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    found = tuple(str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)"))
    if found != ("ok",):
        return found
    return tuple(f"a row in {row[0]} of no conversation" for row in connection.execute("PRAGMA foreign_key_check"))


def _is_new(connection: sqlite3.Connection) -> bool:
    """Whether nothing has been written to the file yet, as where its first writer was killed."""
    return connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone() is None
