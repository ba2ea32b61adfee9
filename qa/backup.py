"""One consistent state of documents, index and conversations, copied into one file while the program runs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from filelock import FileLock, Timeout

from index.catalogue import SegmentRow
from index.database import DATABASE
from index.datatypes import Failure, Report, ignore_progress
from index.errors import DamagedStore, StoreError
from index.scan import Scan, check_folder, scan_folder
from index.store import Store, Totals
from qa.archive import CONVERSATIONS, DOCUMENTS, FEEDBACK, About, Meter, open_backup
from qa.history.joining import lines_of
from qa.history.looking import copy_conversations
from qa.history.opening import DamagedConversations
from qa.packing import Packing
from qa.unpacking import flush


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds: the generation and how many documents are indexed in it, how many files of documents.

    `conversations` are those that nobody has deleted, `feedback` the verdicts on answers.
    `left_out` are files of the documents folder that it does not hold, with the reason.
    """

    file: Path
    size: int
    created: str
    generation: int
    indexed: int
    documents: int
    left_out: tuple[Failure, ...]
    seconds: float
    conversations: int = 0
    feedback: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    """One state of the index, the database as it was then copied to a file; likewise what people have said.

    `said` are the copies by their names in the backup, with how much each holds.
    """

    copied: Path
    generation: int
    model: str
    totals: Totals
    segments: tuple[SegmentRow, ...]
    said: dict[str, tuple[Path, int]]


def back_up(
    file: Path,
    data: Path,
    documents: Path | None,
    report: Report = ignore_progress,
    with_conversations: bool = True,
) -> BackupReport:
    """Write the index in `data`, and the documents if there is a folder, to a file.

    Without conversations, nothing that anybody has asked or said of answers is in it. The file is there whole or not at
    all; one that stands there is replaced if it is a backup. Raises `StoreError` where there is no index, or the file
    cannot be written.
    """
    began = time.monotonic()
    if not (data / DATABASE).exists():
        raise _nothing_there(data)
    _check_target(file)
    if documents is not None:
        check_folder(documents)
    copying = _copied_state(file, data, with_conversations)
    with _as_store_errors(file), _only_one(file), _written_whole(file) as part, copying as state:
        about, left_out = _pack(part, state, data, documents, report)
        conversations, feedback = (
            state.said[name][1] if name in state.said else 0 for name in (CONVERSATIONS, FEEDBACK)
        )
    return BackupReport(
        file=file,
        size=file.stat().st_size,
        created=about.created,
        generation=about.generation,
        indexed=about.documents,
        documents=sum(member.name.startswith(DOCUMENTS) for member in about.members),
        left_out=tuple(left_out),
        seconds=round(time.monotonic() - began, 3),
        conversations=conversations,
        feedback=feedback,
    )


def _pack(
    part: IO[bytes], state: _State, data: Path, documents: Path | None, report: Report
) -> tuple[About, list[Failure]]:
    """Write the file, and return what it holds and which files of the documents folder it does not."""
    # After the database was copied: of two states of a folder, the later one lacks none of what is indexed.
    scan = scan_folder(documents) if documents is not None else Scan(())
    files = (*scan.files, scan.user_words) if scan.user_words else scan.files
    left_out = [*scan.skipped, *scan.closed]
    copies = [state.copied, *(path for path, _ in state.said.values())]
    size = sum(path.stat().st_size for path in copies) + sum(file.size for file in files)
    meter = Meter("backing up", size, report)
    with ZipFile(part, "w") as archive:
        packing = Packing(archive, meter, state.copied.parent)
        packing.add_file(DATABASE, state.copied)
        for name, (path, _) in state.said.items():
            packing.add_file(name, path)
        for row in state.segments:
            packing.add_segment(data, row)
        if documents is not None:
            for file in files:
                left_out.extend(packing.add_document(documents, file.path))
        created = datetime.now(UTC).isoformat(timespec="seconds")
        about = About(created, state.generation, state.model, *state.totals, tuple(packing.members))
        packing.finish(about)
    return about, left_out


def _nothing_there(data: Path) -> StoreError:
    return StoreError(f"no index in {data} yet, so there is nothing to back up. Build it: python -m qa sync")


def _check_target(file: Path) -> None:
    """Raise `StoreError` where something stands that must not be replaced, or where no file can be."""
    if not file.parent.is_dir():
        raise StoreError(f"there is no folder {file.parent}. Create it, or name a file elsewhere")
    if file.is_dir():
        raise StoreError(f"{file} is a folder. Name a file, such as {file / 'wendang.zip'}")
    if os.path.lexists(file):
        try:
            with open_backup(file):
                pass
        except StoreError as error:
            raise StoreError(f"{file} is there already and is no backup, so it stays. Name another file") from error


@contextmanager
def _as_store_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _not_written(file, error.strerror or error) from error


def _not_written(file: Path, reason: object) -> StoreError:
    return StoreError(
        f"the backup cannot be written to {file} ({reason}). Free some disk space or check the folder's permissions, "
        "or name a file elsewhere; what stood there before is as it was"
    )


@contextmanager
def _only_one(file: Path) -> Iterator[None]:
    """Hold off other backups to the same file."""
    lock = FileLock(f"{file}.part.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(f"another backup is being written to {file}. Wait until it is done") from None
    try:
        yield
    finally:
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()


@contextmanager
def _written_whole(file: Path) -> Iterator[IO[bytes]]:
    """Have a file written beside its place, and put it there once the disk holds all of it."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as written:
            yield written
            written.flush()
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    with suppress(OSError):
        # It is in its place by now; not every disk can be asked to hold a folder's list of files.
        flush(file.parent)


@contextmanager
def _copied_state(file: Path, data: Path, with_conversations: bool) -> Iterator[_State]:
    """Copy the database beside the backup, and look at what it says, all in one state of it; then the rest."""
    copied, talks, feedback = (file.with_name(f"{file.name}.part.{kind}") for kind in ("sqlite", "talks", "feedback"))
    try:
        for name in (copied, talks):
            name.unlink(missing_ok=True)
        store = Store.open(data)
        try:
            with store.snapshot():
                state = _look(store, copied)
                _copy_database(store, copied, file)
        finally:
            store.close()
        said = {}
        if with_conversations:
            said[CONVERSATIONS] = (talks, _copy_conversations(data, talks, file))
            said[FEEDBACK] = (feedback, _copy_feedback(data, feedback))
        yield replace(state, said={name: found for name, found in said.items() if found[1]})
    finally:
        for name in (copied, talks, feedback, Path(f"{copied}-journal"), Path(f"{talks}-journal")):
            name.unlink(missing_ok=True)


def _look(store: Store, copied: Path) -> _State:
    """Return what is in service. Raises `DamagedStore` where a copy would be worth nothing."""
    generation = store.current_generation()
    if generation == 0:
        raise _nothing_there(store.folder)
    if defects := store.defects():
        raise DamagedStore(
            f"the index in {store.folder} is damaged ({defects[0]}), and a backup would be so too. Mend it first: "
            "python -m qa doctor --mend"
        )
    segments = tuple(row.segment for row in store.live_segments(generation))
    return _State(copied, generation, store.meta("model") or "", store.totals(), segments, {})


def _copy_database(store: Store, copied: Path, file: Path) -> None:
    try:
        store.copy_to(copied)
    except DamagedStore:
        raise
    except StoreError as error:
        raise _not_written(file, error.__cause__ or error) from error


def _copy_conversations(data: Path, copied: Path, file: Path) -> int:
    try:
        return copy_conversations(data / CONVERSATIONS, copied)
    except DamagedConversations:
        raise
    except StoreError as error:
        raise _not_written(file, error.__cause__ or error) from error


def _copy_feedback(data: Path, copied: Path) -> int:
    """Copy the verdicts, a file that is only ever replaced as a whole, and return how many there are."""
    try:
        shutil.copy2(data / FEEDBACK, copied)
    except FileNotFoundError:
        return 0
    return len(lines_of(copied.read_text("utf-8", "replace")))
