"""Files put into a backup, one after the other, each with its SHA-256; documents only once they are whole."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from index.catalogue import SegmentRow
from index.datatypes import Failure
from index.errors import DocumentError
from index.scan import SeenFile, look_again
from index.segments import damaged_file, segments_folder
from qa.archive import ABOUT, CHUNK, DOCUMENTS, SEGMENTS, About, Member, Meter, copy, fault_of

MOST_LOOKS = 3
# Documents up to this size wait in memory until they are known to be whole, larger ones on the disk.
SPOOLED_BYTES = 8 * 1024 * 1024
# What zip files can tell.
FIRST_TIME, LAST_YEAR = (1980, 1, 1, 0, 0, 0), 2107
PLAIN_FILE = (stat.S_IFREG | 0o644) << 16


class Packing:
    """A backup while it is written. `scratch` is a folder for what does not fit into memory."""

    def __init__(self, archive: ZipFile, meter: Meter, scratch: Path) -> None:
        self._archive, self._meter, self._scratch = archive, meter, scratch
        self.members: list[Member] = []

    def add_file(self, name: str, path: Path) -> None:
        """Add a file as it stands. Raises `FileNotFoundError` where there is none."""
        with path.open("rb") as source:
            self._add(name, source, path.stat().st_mtime_ns)

    def add_segment(self, data: Path, row: SegmentRow) -> None:
        """Add a segment's files, as far as they are there and whole.

        One that a sync has merged away meanwhile, or that is damaged, is built again from the database.
        """
        if any(fault_of(f"{row.folder}/{name}") for name in row.manifest) or damaged_file(data, row) is not None:
            return
        for name in row.manifest:
            with suppress(FileNotFoundError):
                self.add_file(f"{SEGMENTS}{row.folder}/{name}", segments_folder(data) / row.folder / name)

    def add_document(self, folder: Path, path: str) -> list[Failure]:
        """Add a document, or return why it is left out."""
        if reason := fault_of(DOCUMENTS + path):
            return [Failure(path, f"{reason}. Rename it")]
        with SpooledTemporaryFile(SPOOLED_BYTES, dir=str(self._scratch)) as spool:
            try:
                seen = _read_settled(folder, path, spool)
            except DocumentError as error:
                return [Failure(path, str(error))]
            spool.seek(0)
            self._add(DOCUMENTS + path, spool, seen.modified_ns)
        return []

    def _add(self, name: str, source: IO[bytes], modified_ns: int) -> None:
        info = ZipInfo(name, _zip_time(modified_ns))
        # Vectors are hardly smaller when they are packed, and take their time.
        info.compress_type = ZIP_STORED if name.endswith(".faiss") else ZIP_DEFLATED
        info.external_attr = PLAIN_FILE
        with self._archive.open(info, "w", force_zip64=True) as target:
            size, digest = copy(source, target, self._meter, name)
        self.members.append(Member(name, size, digest, modified_ns))

    def finish(self, about: About) -> None:
        """Add what tells of the other files."""
        info = ZipInfo(ABOUT, _zip_time(time.time_ns()))
        info.external_attr, info.compress_type = PLAIN_FILE, ZIP_DEFLATED
        self._archive.writestr(info, about.as_json())


def _zip_time(modified_ns: int) -> tuple[int, int, int, int, int, int]:
    """Return a time as zip files tell it, which they do for the years from 1980 to 2107."""
    try:
        moment = time.localtime(modified_ns // 10**9)
    except (OverflowError, ValueError, OSError):
        return FIRST_TIME
    return moment[:6] if FIRST_TIME[0] <= moment.tm_year <= LAST_YEAR else FIRST_TIME


def _read_settled(folder: Path, path: str, spool: IO[bytes]) -> SeenFile:
    """Copy a document that does not change meanwhile. Raises `DocumentError` where it does, or cannot be read."""
    for _ in range(MOST_LOOKS):
        before = look_again(folder, path)
        if before is None:
            raise DocumentError("it went away while the others were copied")
        spool.seek(0)
        spool.truncate()
        for data in _chunks(folder / path):
            spool.write(data)
        if look_again(folder, path) == before:
            return before
    raise DocumentError("it changes while it is read. It is in the next backup, once it is written")


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes. Raises `DocumentError` where it cannot be read; what its taker raises is left alone."""
    try:
        with path.open("rb") as source:
            while data := source.read(CHUNK):
                yield data
    except OSError as error:
        reason = error.strerror or error
        raise DocumentError(f"cannot be read ({reason}). Check that it is there and readable") from None
