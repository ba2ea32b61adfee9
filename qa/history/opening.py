"""The file of the conversations: opened, written whole or not at all, and set aside where it is damaged."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock

from index.database import BESIDE
from index.errors import StoreError
from qa.history.recording import fold

logger = logging.getLogger(__name__)

FILE = "conversations.sqlite"
DAMAGED = f"{FILE}.damaged-"
SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")
WAIT = 30  # seconds that one writer waits for another
TRIED_EVERY = 0.005  # seconds between two tries to open the file, which takes about one thousandth of a second
TIDYING_WAIT = 2  # seconds that tidying up waits for readers
KEPT_DELETED = timedelta(days=1)
# Noted in the file itself, in the transaction that deletes: whoever writes next sees to what a killed program left.
TIDY, UNTIDY = 0, 1


class DamagedConversations(StoreError):
    """The conversations' file is not what SQLite wrote. None of the index is meant."""


@contextmanager
def writing(file: Path) -> Iterator[sqlite3.Connection]:
    """Write everything inside, or nothing; and forget what was deleted long ago."""
    with connected(file) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            _purge(connection)
            connection.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        _tidy_up(connection, file)


def _purge(connection: sqlite3.Connection) -> None:
    limit = (datetime.now(UTC) - KEPT_DELETED).isoformat(timespec="milliseconds")
    if connection.execute("DELETE FROM conversations WHERE deleted < ?", (limit,)).rowcount:
        connection.execute(f"PRAGMA user_version = {UNTIDY}")


def _tidy_up(connection: sqlite3.Connection, file: Path) -> None:
    """Write the file anew after a purge, so that no byte of what was deleted is left in it or in its log.

    `secure_delete` alone leaves some, where SQLite has moved rows from one page to another. What was written is safe
    by now: where this fails, the next to write does it.
    """
    if connection.execute("PRAGMA user_version").fetchone() != (UNTIDY,):
        return
    try:
        connection.execute(f"PRAGMA busy_timeout = {TIDYING_WAIT * 1000}")
        connection.execute("VACUUM")
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            connection.execute(f"PRAGMA user_version = {TIDY}")
    except sqlite3.Error as error:
        logger.warning("%s still holds what was deleted (%s); the next to write tries again", file, error)


@contextmanager
def connected(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the file, a new one where there is none, or a damaged one. Raises `StoreError` where it cannot be used."""
    with translated(file), closing(_open(file)) as connection:
        yield connection


@contextmanager
def existing(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a file as it is, to be looked at: none is made, set aside or brought to another form."""
    with translated(file):
        connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=WAIT
        )
        with closing(connection):
            # Nothing that a strange file calls for is carried out.
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Turn what using the file leads to into a `StoreError`."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if is_damage(error):
            raise DamagedConversations(
                f"the conversations in {file} are damaged ({error}). Have the file set aside, and what can be read of "
                "it kept: python -m qa doctor --mend"
            ) from error
        raise StoreError(
            f"the conversations in {file} cannot be read or written ({error}). Check space and rights there"
        ) from error


def is_damage(error: Exception) -> bool:
    """Whether an error says that the file is not what SQLite wrote."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "Could not decode to UTF-8" in str(error)


def _open(file: Path) -> sqlite3.Connection:
    """Open the file, or set it aside and begin another one where it is damaged.

    One at a time: who opened it while it is moved aside would put the log of one file beside the other.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone(file):
        try:
            return _open_whole(file)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            logger.warning("%s is damaged (%s); it is now %s, another one is begun", file, error, _move_aside(file))
        return _open_whole(file)


def set_aside(file: Path) -> Path:
    """Move the file out of the way, and return where it is now."""
    with translated(file), _alone(file):
        return _move_aside(file)


def _alone(file: Path) -> FileLock:
    return FileLock(f"{file}.lock", timeout=WAIT, poll_interval=TRIED_EVERY)


def _move_aside(file: Path) -> Path:
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    names = (f"{DAMAGED}{moment}{again}" for again in ("", *(f"-{number}" for number in range(1, 1000))))
    aside = next(file.with_name(name) for name in names if not file.with_name(name).exists())
    for suffix in BESIDE:
        with suppress(FileNotFoundError):
            file.with_name(file.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def _open_whole(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, timeout=WAIT)
    try:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.create_function("folded", 1, fold, deterministic=True)
        connection.executescript(SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection
