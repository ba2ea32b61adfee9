"""The parts of a backup unpacked: an index that is known to load, what was said, the documents that a folder lacks."""

from __future__ import annotations

import errno
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from index.catalogue import LiveRow
from index.database import DATABASE, read_damaged
from index.datatypes import Failure
from index.errors import StoreError
from index.generations import load_generation
from index.segments import segments_folder, sha256_of
from index.store import Store
from qa.archive import CONVERSATIONS, DOCUMENTS, FEEDBACK, SEGMENTS, Backup, Member, Meter
from qa.history.joining import lines_of
from qa.history.looking import check_foreign

BEING_WRITTEN = ".wendang.restored"  # in the documents folder
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_TABLES = "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'"


@dataclass(frozen=True, slots=True)
class State:
    """An unpacked index: its database, and the segments that make up its generation."""

    database: Path
    generation: int
    live: tuple[LiveRow, ...]


@dataclass(slots=True)
class Outcome:
    """What became of the documents."""

    written: int = 0
    unchanged: int = 0
    left_alone: list[Failure] = field(default_factory=list)


def unpack_state(backup: Backup, folder: Path, meter: Meter) -> State:
    """Unpack the index into an empty folder, check it and mend what of its segments is missing.

    Raises `StoreError` where it cannot be used. Lets `OSError` of the folder through.
    """
    for member in (backup.member(DATABASE), *backup.members(SEGMENTS)):
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        backup.extract(member, target, meter)
    # Before it is opened to be written: what stands in it is carried out then.
    if found := [str(row[0]) for row in read_damaged(folder / DATABASE, NO_TABLES)]:
        raise _unusable(backup, f"it holds {found[0]}, which is no table")
    try:
        store = Store.open(folder)
        try:
            return _load(store, backup)
        finally:
            store.close()
    except StoreError as error:
        raise _unusable(backup, error) from error


def _load(store: Store, backup: Backup) -> State:
    defects = store.defects() or [str(row[0]) for row in store.rows("PRAGMA foreign_key_check")]
    if defects:
        raise _unusable(backup, defects[0])
    if store.current_generation() == 0:
        # Of an older form: its vectors are kept, and the next sync reads the documents again.
        return State(store.folder / DATABASE, 0, ())
    number = load_generation(store).number
    return State(store.folder / DATABASE, number, tuple(store.live_segments(number)))


def unpack_said(backup: Backup, folder: Path, meter: Meter) -> tuple[Path | None, tuple[str, ...]]:
    """Unpack conversations and verdicts; return the file of the ones, None where there are none, and the others' rows.

    Raises `StoreError` where they cannot be used. Lets `OSError` of the folder through.
    """
    talks, verdicts = folder / CONVERSATIONS, folder / FEEDBACK
    for path, name in ((talks, CONVERSATIONS), (verdicts, FEEDBACK)):
        if member := backup.find(name):
            path.parent.mkdir(exist_ok=True)
            backup.extract(member, path, meter)
    try:
        if talks.exists():
            check_foreign(talks)
        rows = lines_of(verdicts.read_text("utf-8")) if verdicts.exists() else ()
    except (StoreError, UnicodeDecodeError) as error:
        raise StoreError(
            f"the conversations in {backup.file} cannot be used ({error}). Nothing was restored; take another backup"
        ) from error
    return (talks if talks.exists() else None), rows


def _unusable(backup: Backup, reason: object) -> StoreError:
    return StoreError(
        f"the index in {backup.file} cannot be used ({reason}). Nothing was restored; take another backup, or unpack "
        "its documents with any program for zip files and build the index: python -m qa sync"
    )


def move_segment(state: State, name: str, data: Path) -> str:
    """Move a segment's files among those of a data folder, and return the name that their folder has there."""
    source, target = segments_folder(state.database.parent) / name, segments_folder(data) / uuid.uuid4().hex
    target.parent.mkdir(exist_ok=True)
    source.rename(target)
    for folder in (target, target.parent):
        flush(folder)
    return target.name


def flush(path: Path) -> None:
    """Have the disk hold a file, or a folder's list of files."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_documents(backup: Backup, folder: Path, meter: Meter, outcome: Outcome) -> None:
    """Write back the documents that a folder lacks. Raises `OSError` where the disk is full."""
    folder.mkdir(parents=True, exist_ok=True)
    for member in backup.members(DOCUMENTS):
        path = member.name.removeprefix(DOCUMENTS)
        try:
            if reason := _write_document(backup, member, folder, folder / path, meter, outcome):
                outcome.left_alone.append(Failure(path, reason))
        except OSError as error:
            if error.errno in FULL:
                raise
            outcome.left_alone.append(Failure(path, f"cannot be written back ({error.strerror or error})"))


def _write_document(
    backup: Backup, member: Member, folder: Path, target: Path, meter: Meter, outcome: Outcome
) -> str | None:
    """Write back one document, or return why what stands there is left alone."""
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        return "a link leads out of the documents folder there"
    if os.path.lexists(target):
        if not target.is_file() or target.stat().st_size != member.size or sha256_of(target) != member.sha256:
            return "something else stands there now, and stays"
        meter.add(member.size, member.name)
        outcome.unchanged += 1
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    part = folder / BEING_WRITTEN
    try:
        backup.extract(member, part, meter)
        os.utime(part, ns=(member.modified_ns, member.modified_ns))
        # Looked at once more: a hard link would tell for sure, but is taken for one from outside where it is left.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "another file of that name has just come in")
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    outcome.written += 1
    return None
