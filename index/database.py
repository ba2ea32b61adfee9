"""SQLite: opened, checked, written whole or not at all. The only home of sqlite3."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from index.errors import DamagedStore, ModelMismatch, StoreError

logger = logging.getLogger(__name__)

DATABASE = "wendang.sqlite"
SCHEMA_VERSION = "3"
FIRST_FORM, SECOND_FORM = ("1",), ("2",)
WAIT = 30  # seconds that one process waits for another that writes
REBUILD_COMMAND = "python -m qa sync --rebuild"
SCHEMA = Path(__file__).parent / "schema.sql"
# What other files belong to a database in write-ahead mode.
BESIDE = ("", "-wal", "-shm")


class Database:
    """One data folder's database. Open it with `open`; use it in one thread."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open or create the database of a data folder.

        Raises `DamagedStore` where what is there is no database, `StoreError` where it cannot be opened otherwise.
        """
        connection = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(folder / DATABASE, isolation_level=None, timeout=WAIT)
            _keep_write_ahead_log(connection)
            # A flipped byte in a text is for its checksum to find: it must not keep all other rows from being read.
            connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _upgrade(folder, connection)
            connection.executescript(SCHEMA.read_text("utf-8"))
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            if connection is not None:
                connection.close()
            raise _not_opened(folder, error) from None
        database = cls(folder, connection)
        try:
            database._check_form()
        except StoreError:
            connection.close()
            raise
        return database

    def _check_form(self) -> None:
        """Note the form of a new database; raise `StoreError` where another program's form is met."""
        form = self.meta("schema") or SCHEMA_VERSION
        if form != SCHEMA_VERSION:
            raise StoreError(
                f"the index in {self.folder} has form {form}, this program reads form {SCHEMA_VERSION}. "
                f"Delete {DATABASE} and generations/ there; they are built anew from the documents"
            )
        with self._translated():
            self.set_meta("schema", SCHEMA_VERSION)
            if self.meta("identity") is None:
                self.write("INSERT OR IGNORE INTO meta VALUES ('identity', ?)", (uuid.uuid4().hex,))

    def identity(self) -> str:
        """Return what tells this database from one that stood here before."""
        return self.meta("identity") or ""

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside, or nothing."""
        with self._translated(), _whole(self._connection):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read one state of the database inside, whatever is written meanwhile."""
        with self._translated():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise _not_used(self.folder, error) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what damage to the database leads to into a `StoreError`."""
        try:
            yield
        except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            if _is_damage(error) or not isinstance(error, sqlite3.Error):
                raise DamagedStore(
                    f"the index in {self.folder} is damaged ({error}). The next sync sets it aside and builds it "
                    "anew from the documents: python -m qa sync"
                ) from error
            raise _not_used(self.folder, error) from error

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Return what a query finds."""
        with self.reading():
            return self._connection.execute(query, parameters).fetchall()

    def write(self, query: str, parameters: Sequence[object] = ()) -> None:
        """Carry out one statement."""
        self._connection.execute(query, parameters)

    def write_all(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        """Carry out one statement for each row."""
        self._connection.executemany(query, rows)

    def inserted(self) -> int:
        """Return the number that the last row inserted was given."""
        return int(self.rows("SELECT last_insert_rowid()")[0][0])

    def defects(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file, nothing where it is whole."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(10)")]
        return [] if found == ["ok"] else found

    def copy_to(self, target: Path) -> None:
        """Write one consistent state to another file, whatever is written meanwhile."""
        with self._translated():
            other = sqlite3.connect(target)
            try:
                self._connection.backup(other)
            finally:
                other.close()

    # Settings of the index itself

    def meta(self, key: str) -> str | None:
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        if self.meta(key) != value:
            self.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def check_model(self, model: str) -> None:
        """Raise `ModelMismatch` where the index was built with another embedding model."""
        built_with = self.meta("model")
        if built_with is not None and built_with != model:
            raise ModelMismatch(
                f"the index in {self.folder} was built with the embedding model {built_with}, now {model} is set. "
                f"Set WENDANG_EMBEDDING_MODEL back, or, with the same --documents and --data as "
                f"here, build the index anew: {REBUILD_COMMAND}"
            )

    def dimension(self) -> int:
        """Return how many numbers a vector has."""
        with self.reading():
            return int(self.meta("dimension") or 0)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def add_checksum(data: bytes) -> bytes:
    """Return bytes with their CRC-32 behind them."""
    return data + zlib.crc32(data).to_bytes(4, "little")


def without_checksum(data: object) -> bytes | None:
    """Return bytes without the CRC-32 behind them, None where it is not theirs."""
    if not isinstance(data, bytes):
        return None
    body = data[:-4]
    return body if len(data) >= 4 and zlib.crc32(body).to_bytes(4, "little") == data[-4:] else None


def set_aside(folder: Path) -> Path:
    """Move a damaged database out of the way, and return where it is now."""
    moment = time.strftime("%Y%m%d-%H%M%S")
    names = [f"{DATABASE}.damaged-{moment}{again}" for again in ("", *(f"-{number}" for number in range(1, 1000)))]
    name = next(name for name in names if not (folder / name).exists())
    for suffix in BESIDE:
        if (folder / (DATABASE + suffix)).exists():
            (folder / (DATABASE + suffix)).rename(folder / (name + suffix))
    return folder / name


def read_damaged(path: Path, query: str) -> Iterator[Any]:
    """Yield the rows of a damaged database up to where they can no longer be read."""
    connection = None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        yield from connection.execute(query)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        logger.warning("%s cannot be read to its end (%s)", path.name, error)
    finally:
        if connection is not None:
            connection.close()


@contextmanager
def _whole(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything inside, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _upgrade(folder: Path, connection: sqlite3.Connection) -> None:
    """Bring a database of an older form to this one."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    form = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() if "meta" in tables else None
    if form == FIRST_FORM:
        _upgrade_first(folder, connection)
    elif form == SECOND_FORM:
        _upgrade_second(connection)


def _upgrade_second(connection: sqlite3.Connection) -> None:
    """Add what form 2 did not have; everything in it stays in service."""
    columns = ("unit TEXT NOT NULL DEFAULT ''", "file TEXT NOT NULL DEFAULT ''", "notes TEXT NOT NULL DEFAULT '[]'")
    with _whole(connection):
        if connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() != SECOND_FORM:
            return  # another program was faster
        for column in columns:
            connection.execute(f"ALTER TABLE documents ADD COLUMN {column}")
        connection.execute("ALTER TABLE failures ADD COLUMN file TEXT NOT NULL DEFAULT ''")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (SCHEMA_VERSION,))


def _upgrade_first(folder: Path, connection: sqlite3.Connection) -> None:
    """Bring a database of form 1 to this form: its vectors stay, the rest is read again from the documents."""
    logger.warning("the index in %s has the form of an older version; the next sync reads the documents again", folder)
    connection.create_function("add_checksum", 1, add_checksum, deterministic=True)
    with _whole(connection):
        if connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() != FIRST_FORM:
            return  # another program was faster
        rows = connection.execute("SELECT value FROM meta WHERE key = 'dimension'").fetchall()
        # Cut ones, before what follows makes them look whole.
        dimension = rows[0] if rows else (0,)
        connection.execute("DELETE FROM vectors WHERE length(vector) != 4 * CAST(? AS INTEGER)", dimension)
        connection.execute("UPDATE vectors SET vector = add_checksum(vector)")
        # Until a document turns out to have them.
        connection.execute("CREATE TABLE loose_vectors (key BLOB PRIMARY KEY) WITHOUT ROWID")
        connection.execute("INSERT INTO loose_vectors SELECT key FROM vectors")
        for table in ("sentences", "passages", "documents", "failures", "generations"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("DELETE FROM meta WHERE key = 'generation'")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (SCHEMA_VERSION,))


def _is_damage(error: Exception) -> bool:
    """Whether an error says that the file is not what SQLite wrote."""
    code = getattr(error, "sqlite_errorcode", None)
    # Every statement is right in a database that is: one that a table or column is missing for is met in no other.
    damaged = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR)
    if "Could not decode to UTF-8" in str(error):
        return True
    return isinstance(error, UnicodeDecodeError) or (code is not None and code & 0xFF in damaged)


def _not_opened(folder: Path, error: Exception) -> StoreError:
    if _is_damage(error):
        return DamagedStore(
            f"the index in {folder} is damaged ({error}). The next sync sets it aside and builds it anew from the "
            "documents: python -m qa sync"
        )
    return StoreError(
        f"the index in {folder} cannot be opened ({error}). Check that the folder can be written and the disk "
        f"is not full; {DATABASE} and generations/ in it are built from the documents, and only they may be deleted"
    )


def _not_used(folder: Path, error: Exception) -> StoreError:
    if _is_damage(error):
        return _not_opened(folder, error)
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return StoreError(
            f"the index in {folder} is being written by another process, which has not ended for {WAIT} s. Run the "
            "same command again when it has"
        )
    return StoreError(
        f"the index in {folder} cannot be read or written ({error}). Free some disk space, then run the "
        "same command again; what was indexed before is still there"
    )


def _keep_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. SQLite does not wait for others that do so with a new database, so this does."""
    for _ in range(100):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
    connection.execute("PRAGMA journal_mode = WAL")
