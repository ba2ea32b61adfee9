"""Uploaded files into the documents folder: a safe name, all of the file or nothing, and nothing overwritten."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import tempfile
import threading
import unicodedata
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from index.errors import DocumentError
from index.loaders import LOADERS, is_supported

LONGEST_NAME = 150
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)")
# Compatibility forms are folded (．．／ is ../), but what every Chinese keyboard types in names stays.
CHINESE_SIGNS = "（），：；！？"
PARTS = re.compile(f"[{CHINESE_SIGNS}]|[^{CHINESE_SIGNS}]+").findall
# Signs that Windows forbids in names become their full-width twins, which read the same and are allowed everywhere.
FULL_WIDTH = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in ':?"<>|*'})
_placing = threading.Lock()


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """Where an upload went in the documents folder, or which file there has the same content already."""

    name: str
    was_there: bool


def safe_name(original: str) -> str:
    """Return a file name for the documents folder, made of what a browser sent.

    No directories, controls, direction marks or names that a system keeps for itself; at most 150 bytes of UTF-8 with
    the suffix kept. Raises `DocumentError` for a kind of file that is not read.
    """
    normal = "".join(part if part in CHINESE_SIGNS else unicodedata.normalize("NFKC", part) for part in PARTS(original))
    visible = "".join(sign for sign in normal if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})
    last = re.split(r"[/\\]", visible)[-1].translate(FULL_WIDTH)
    stem, dot, suffix = last.strip().rpartition(".")
    if not dot or not is_supported("a." + suffix):
        accepted = ", ".join(LOADERS)
        raise DocumentError(f"files of this kind are not read; accepted are {accepted}")
    # A leading dot or ~$ hides a file from the index, trailing dots and spaces vanish on Windows.
    stem = " ".join(stem.split()).lstrip(".~$ ").rstrip(". ")
    if RESERVED.match(stem):
        stem = f"_{stem}"
    room = LONGEST_NAME - len(suffix) - 1
    return f"{_first_bytes(stem, room) or 'document'}.{suffix}"


def store_upload(folder: Path, original_name: str, source: Path) -> StoredUpload:
    """Copy an uploaded file into the documents folder under a safe name.

    Where the name is taken by the same content nothing is copied; by another content, a number is added. Raises
    `DocumentError` for a kind of file that is not read, or where the folder cannot be written.
    """
    name = safe_name(original_name)
    try:
        return _store(folder, name, source)
    except OSError as error:
        raise DocumentError(
            f"cannot be written to {folder} ({error.strerror or error}). Check space and rights"
        ) from None


def _store(folder: Path, name: str, source: Path) -> StoredUpload:
    # A leading dot keeps the half-copied file out of any sync that runs meanwhile.
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".upload-", delete=False) as temporary:
        copied = Path(temporary.name)
    try:
        shutil.copyfile(source, copied)
        copied.chmod(0o644)
        with _placing:
            place, was_there = _free_place(folder, name, copied)
            if not was_there:
                os.replace(copied, place)
        return StoredUpload(place.name, was_there)
    finally:
        copied.unlink(missing_ok=True)


def _free_place(folder: Path, name: str, content: Path) -> tuple[Path, bool]:
    """Return the first of `name`, `name (2)`, … that is free, or that holds the same content (then True)."""
    stem, suffix = name.rsplit(".", 1)
    for number in count(1):
        place = folder / (name if number == 1 else f"{stem} ({number}).{suffix}")
        if not os.path.lexists(place):
            break
        if place.is_file() and filecmp.cmp(place, content, shallow=False):
            return place, True
    return place, False


def _first_bytes(text: str, room: int) -> str:
    return text.encode()[:room].decode(errors="ignore").rstrip(". ")
