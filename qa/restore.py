"""A backup put back in service: documents first, then what was said, then the database, each in one step."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.damage import database_file, set_aside_damaged
from index.database import DATABASE
from index.datatypes import Failure, Progress, Report, ignore_progress
from index.errors import DamagedStore, StoreError
from index.generations import remove_other_folders
from index.store import Store
from index.writing import only_writer
from qa.archive import CONVERSATIONS, DOCUMENTS, FEEDBACK, SEGMENTS, Backup, Meter, open_backup
from qa.history import salvaging
from qa.history.joining import Joined, join
from qa.history.merging import Merged, merge, read_talks
from qa.unpacking import Outcome, State, flush, move_segment, unpack_said, unpack_state, write_documents

SCRATCH = "restore.part"  # in the data folder
KEPT = f"{DATABASE}.before-restore-"
# What `_put_in_place` deals with itself, and what is SQLite's own.
OWN_TABLES = ("meta", "segments", "generations", "vectors", "loose_vectors", "sqlite_sequence")


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did: the generation now in service, how many documents are indexed in it.

    `written` documents were missing and are back, `unchanged` ones were there; `left_alone` are those whose file holds
    something else now or cannot be written, with the reason. `kept` is the database as it was before. `conversations`
    and `feedback` tell what became of those in the backup.
    """

    file: Path
    created: str
    generation: int
    indexed: int
    written: int
    unchanged: int
    left_alone: tuple[Failure, ...]
    kept: Path | None
    seconds: float
    conversations: Merged
    feedback: Joined


def restore(file: Path, data: Path, documents: Path | None, report: Report = ignore_progress) -> RestoreReport:
    """Put a backup in service in `data`, and write back those of its documents that a folder lacks, if there is one.

    All of it is verified before anything is written. Nothing of the user's is overwritten. Killed at any moment, the
    database in service is the one before or the one restored. Raises `StoreError` where the file is no whole backup,
    or something cannot be written, `StoreLocked` where another process is indexing.
    """
    began = time.monotonic()
    with open_backup(file) as backup:
        _check_space(backup, data, documents)
        backup.verify(report)
        work, met = _Work(backup, data, documents, report), database_file(data)
        try:
            restored = work.run(began)
        except DamagedStore as error:
            # What is in service cannot be read. It is kept under another name.
            set_aside_damaged(data, error, met)
            restored = work.run(began)
    return restored


def _check_space(backup: Backup, data: Path, documents: Path | None) -> None:
    """Raise `StoreError` where the disk plainly cannot hold what is in the backup."""
    present = (data / DATABASE).stat().st_size if (data / DATABASE).exists() else 0
    # The copy that is looked at, the one in service, and the log in between.
    database = 3 * backup.member(DATABASE).size + present
    said = backup.find(CONVERSATIONS)
    database += 3 * said.size if said else 0
    wanted = {data: database + sum(member.size for member in backup.members(SEGMENTS))}
    if documents is not None:
        wanted[documents] = sum(member.size for member in backup.members(DOCUMENTS))
    for folder, size in wanted.items():
        place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(place).free
        if size > free:
            raise StoreError(
                f"{backup.file} unpacks to {size:,} bytes for {folder}, and {free:,} are free there. Free some disk "
                "space first"
            )


@contextmanager
def _as_store_errors(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the backup cannot be restored to {place} ({error.strerror or error}). Free some disk space or check the "
            "folder's permissions, then restore again; the index as it was is still in service"
        ) from error


@dataclass(frozen=True, slots=True)
class _Work:
    """What one restore is to do."""

    backup: Backup
    data: Path
    documents: Path | None
    report: Report

    def run(self, began: float) -> RestoreReport:
        with _as_store_errors(self.data):
            self.data.mkdir(parents=True, exist_ok=True)
            with only_writer(self.data, stopped=lambda: self.report(Progress("waiting", 0, 1))), _scratch(self.data):
                store = Store.open(self.data)
                try:
                    return self._write(store, self.data / SCRATCH, began)
                finally:
                    store.close()

    def _write(self, store: Store, scratch: Path, began: float) -> RestoreReport:
        meter = Meter("restoring", sum(member.size for member in self.backup.about.members), self.report)
        if defects := store.defects():
            raise DamagedStore(f"the index in {self.data} is damaged ({defects[0]})")
        state = unpack_state(self.backup, scratch, meter)
        talks, verdicts = unpack_said(self.backup, scratch, meter)
        outcome = Outcome()
        # Before the index that names them is in service: a sync would take those that are missing for removed.
        if self.documents is not None:
            with _as_store_errors(self.documents):
                write_documents(self.backup, self.documents, meter, outcome)
        conversations = self._merge(talks) if talks is not None else Merged()
        feedback = join(self.data / FEEDBACK, verdicts) if verdicts else Joined()
        kept = _keep(store, scratch)
        try:
            number = _put_in_place(store, state)
        except BaseException:
            if kept is not None:
                kept.unlink()
            raise
        remove_other_folders(store)
        return RestoreReport(
            file=self.backup.file,
            created=self.backup.about.created,
            generation=number,
            indexed=store.totals().documents,
            written=outcome.written,
            unchanged=outcome.unchanged,
            left_alone=tuple(outcome.left_alone),
            kept=kept,
            seconds=round(time.monotonic() - began, 3),
            conversations=conversations,
            feedback=feedback,
        )

    def _merge(self, talks: Path) -> Merged:
        """Bring the conversations back. What is damaged of those here is seen to first: nothing else would find it."""
        salvaging.mend(self.data / CONVERSATIONS)
        return merge(self.data / CONVERSATIONS, read_talks(talks))


@contextmanager
def _scratch(data: Path) -> Iterator[None]:
    """Have an empty folder to work in; what a restore that was killed left there goes."""
    folder = data / SCRATCH
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(store: Store, scratch: Path) -> Path | None:
    """Copy the database in service to another name, and return that; one that holds nothing is not kept.

    It is not moved: other processes may have it open, and there is never a moment without one.
    """
    if store.current_generation() == 0 and store.totals().documents == 0:
        return None
    moment = time.strftime("%Y%m%d-%H%M%S")
    names = (f"{KEPT}{moment}{again}" for again in ("", *(f"-{number}" for number in range(1, 1000))))
    kept = next(store.folder / name for name in names if not (store.folder / name).exists())
    store.copy_to(scratch / "kept")
    flush(scratch / "kept")
    return (scratch / "kept").rename(kept)


def _put_in_place(store: Store, state: State) -> int:
    """Replace what the database in service holds, in one transaction, and return the generation's number.

    It is a later generation than both, of a database with a name of its own, and its segments lie in folders of new
    names: a running program takes nothing that it has in memory for what is restored.
    """
    with store.reading():
        store.write("ATTACH DATABASE ? AS restored", (str(state.database),))
    folders = [(move_segment(state, row.segment.folder, store.folder), row) for row in state.live]
    with store.transaction():
        number = max(store.current_generation(), state.generation) + 1
        _copy_rows(store)
        store.set_meta("identity", uuid.uuid4().hex)
        live = [
            (store.add_segment(folder, row.segment.manifest, row.segment.entries), row.gone) for folder, row in folders
        ]
        store.set_generation(number, live)
        store.keep_generations([number])
    return number


def _copy_rows(store: Store) -> None:
    """Take over what the attached database holds, but for generations and segments."""
    tables = [row[0] for row in store.rows("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    # Documents come first, since the others point to them.
    plain = sorted(set(tables) - set(OWN_TABLES), key=lambda table: table != "documents")
    for table in reversed(plain):
        store.write(f"DELETE FROM main.{table}")
    for table in plain:
        store.write(f"INSERT INTO main.{table} SELECT * FROM restored.{table}")
    # What was embedded since is kept until the next sync, which may find a use for it.
    since = "SELECT key FROM main.vectors WHERE key NOT IN (SELECT key FROM restored.vectors)"
    store.write(f"INSERT OR IGNORE INTO main.loose_vectors {since}")
    store.write("INSERT OR REPLACE INTO main.vectors SELECT * FROM restored.vectors")
    store.write("INSERT OR IGNORE INTO main.loose_vectors SELECT key FROM restored.loose_vectors")
    store.write("DELETE FROM main.meta WHERE key != 'generation'")
    store.write("INSERT INTO main.meta SELECT * FROM restored.meta WHERE key != 'generation'")
