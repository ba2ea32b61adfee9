"""The form of a backup: a zip file of database, segments' files, documents, conversations, and what tells of them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from index.database import DATABASE
from index.datatypes import Progress, Report, ignore_progress
from index.errors import StoreError
from qa.history import joining, opening

PROGRAM = "WenDang"
# The second form is the first with conversations or feedback. A program that knows only the first refuses these names:
# told of another form, it says which program to use; without them, it reads what this one writes.
FIRST_FORM, SECOND_FORM = FORMS = (1, 2)
ABOUT = "backup.json"
CONVERSATIONS, FEEDBACK = opening.FILE, joining.FILE
DOCUMENTS, SEGMENTS = "documents/", "generations/"
# Some 300,000 files. What tells of the others' sizes is the one file whose size nothing tells.
LARGEST_ABOUT = 64 * 1024 * 1024
CHUNK = 1024 * 1024
# What reading bytes that are no whole zip file leads to.
BROKEN = (OSError, BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup: bytes, SHA-256 in hexadecimal, and when it was last modified, in nanoseconds."""

    name: str
    size: int
    sha256: str
    modified_ns: int = 0


@dataclass(frozen=True, slots=True)
class About:
    """What `backup.json` tells: when the backup was made, of which generation, how much it holds, and its files."""

    created: str
    generation: int
    model: str
    documents: int
    passages: int
    sentences: int
    members: tuple[Member, ...]

    def as_json(self) -> str:
        form = SECOND_FORM if any(one.name in (CONVERSATIONS, FEEDBACK) for one in self.members) else FIRST_FORM
        return json.dumps({"program": PROGRAM, "form": form, **asdict(self)}, ensure_ascii=False, indent=1)


class Meter:
    """Reports how many of so many bytes are done, in MiB."""

    def __init__(self, stage: str, total: int, report: Report = ignore_progress) -> None:
        self._stage, self._total, self._report = stage, total, report
        self._done = 0

    def add(self, size: int, name: str) -> None:
        self._done += size
        self._report(Progress(self._stage, self._done // CHUNK, self._total // CHUNK + 1, name))


def copy(source: IO[bytes], target: IO[bytes] | None, meter: Meter | None = None, name: str = "") -> tuple[int, str]:
    """Copy a stream, or only read it, and return its size and SHA-256."""
    hashed, size = hashlib.sha256(), 0
    while data := source.read(CHUNK):
        hashed.update(data)
        size += len(data)
        if target is not None:
            target.write(data)
        if meter is not None:
            meter.add(len(data), name)
    return size, hashed.hexdigest()


def fault_of(name: str) -> str | None:
    """Return why a file of that name may land outside of the folder it is put into, None where it stays inside."""
    if "\\" in name or "\0" in name:
        return "its name holds a backslash or a zero byte"
    parts = name.split("/")
    # Also within a name: what stands behind `documents/` is put into another folder.
    if name.startswith("/") or any(re.match("[A-Za-z]:", part) for part in parts):
        return "its name begins at the root or with a drive's letter"
    if {"", ".", ".."} & set(parts):
        return "its name leads out of its folder, or nowhere"
    return None


class Backup:
    """A backup file whose names and sizes are checked. Open it with `open_backup`."""

    def __init__(self, file: Path, archive: ZipFile, about: About) -> None:
        self.file, self.about = file, about
        self._archive = archive

    def members(self, folder: str) -> list[Member]:
        """Return the files in one of its folders, such as `documents/`."""
        return [member for member in self.about.members if member.name.startswith(folder)]

    def member(self, name: str) -> Member:
        return next(member for member in self.about.members if member.name == name)

    def find(self, name: str) -> Member | None:
        """Return a file that not every backup holds."""
        return next((member for member in self.about.members if member.name == name), None)

    def verify(self, report: Report = ignore_progress) -> None:
        """Read everything and raise `StoreError` where a file is not the one that was written."""
        meter = Meter("verifying", sum(member.size for member in self.about.members), report)
        for member in self.about.members:
            self._copy(member, None, meter)

    def extract(self, member: Member, target: Path, meter: Meter) -> None:
        """Write one file, checked once more, and have the disk hold it. Lets `OSError` of the target through."""
        with target.open("wb") as written:
            self._copy(member, written, meter)
            written.flush()
            os.fsync(written.fileno())

    def _copy(self, member: Member, target: IO[bytes] | None, meter: Meter) -> None:
        try:
            source = self._archive.open(member.name)
        except BROKEN as error:
            raise _damaged(self.file, f"{member.name} cannot be read: {error}") from error
        with source:
            found = copy(_Readable(source, self.file), target, meter, member.name)  # type: ignore[arg-type]
        if found != (member.size, member.sha256):
            raise _damaged(self.file, f"{member.name} is not the file that was written")


class _Readable:
    """A file in a zip file whose faults are `StoreError`, so that they are none of the file written from it."""

    def __init__(self, source: IO[bytes], file: Path) -> None:
        self._source, self._file = source, file

    def read(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except BROKEN as error:
            raise _damaged(self._file, str(error)) from error


@contextmanager
def open_backup(file: Path) -> Iterator[Backup]:
    """Open a backup. Raises `StoreError` where it is none, or none that can be trusted to be read."""
    try:
        archive = ZipFile(file)
    except BROKEN as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"{file} is no backup of {PROGRAM} ({reason}). Name a file that `backup` wrote") from error
    with archive:
        about = _read_about(file, archive)
        _check_names(file, archive.infolist(), about)
        yield Backup(file, archive, about)


def _read_about(file: Path, archive: ZipFile) -> About:
    """Read what the backup tells of itself."""
    try:
        if archive.getinfo(ABOUT).file_size > LARGEST_ABOUT:
            raise StoreError(f"{file} is no backup of {PROGRAM}: its {ABOUT} is over {LARGEST_ABOUT:,} bytes")
        record = json.loads(archive.read(ABOUT))
        if record["program"] != PROGRAM:
            raise ValueError(f"it was made by {record['program']!r}")
        if record["form"] not in FORMS:
            raise StoreError(
                f"{file} has form {record['form']}, this program reads forms 1 and 2. Restore it with the version of "
                f"{PROGRAM} that made it, or a newer one"
            )
        return _parse_about(record)
    except (*BROKEN, KeyError, TypeError, RecursionError) as error:
        raise StoreError(f"{file} is no backup of {PROGRAM} ({error}). Name a file that `backup` wrote") from error


def _parse_about(record: dict[str, Any]) -> About:
    members = record["members"]
    if not isinstance(members, list):
        raise ValueError("it has no list of its files")
    return About(
        created=str(record["created"]),
        generation=int(record["generation"]),
        model=str(record["model"]),
        documents=int(record["documents"]),
        passages=int(record["passages"]),
        sentences=int(record["sentences"]),
        members=tuple(
            Member(str(one["name"]), int(one["size"]), str(one["sha256"]), int(one["modified_ns"])) for one in members
        ),
    )


def _check_names(file: Path, infos: list[ZipInfo], about: About) -> None:
    """Raise `StoreError` where a name leads out of its folder, or a file is not what `backup.json` says."""
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if reason := fault_of(info.filename):
            raise _refused(file, info.filename, reason)
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
            raise _refused(file, info.filename, "it is a link or something else than a plain file")
    counts = Counter(info.filename for info in infos)
    sizes = {info.filename: info.file_size for info in infos}
    declared = {member.name: member.size for member in about.members} | {ABOUT: sizes[ABOUT]}
    for name in sorted({*sizes, *declared}):
        if counts[name] != 1 or name not in declared or not _is_expected(name):
            raise _refused(file, name, "it does not belong there, or is not there just once")
        if sizes[name] != declared[name]:
            raise _refused(file, name, f"it unpacks to {sizes[name]:,} bytes, {declared[name]:,} were written")
    if DATABASE not in sizes or len(declared) != len(about.members) + 1:
        raise _refused(file, DATABASE, "it is not there, or a file is named twice")


def _is_expected(name: str) -> bool:
    """Whether a file of that name can be in a backup: hidden files cannot."""
    if name.startswith(DOCUMENTS):
        return not any(part.startswith(".") for part in name.split("/"))
    return name in (ABOUT, DATABASE, CONVERSATIONS, FEEDBACK) or name.startswith(SEGMENTS)


def _refused(file: Path, name: str, reason: str) -> StoreError:
    return StoreError(f"{file} is not restored because of {name!r}: {reason}. Name a file as `backup` wrote it")


def _damaged(file: Path, reason: str) -> StoreError:
    return StoreError(f"{file} is damaged ({reason}). Nothing was restored; take another backup")
