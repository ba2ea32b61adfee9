"""Uploaded files into the documents folder: safe names, all of a file or nothing, and nothing overwritten."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from pathlib import Path, PurePosixPath

from index.errors import DocumentError
from index.loaders import LOADERS, is_supported
from qa.placing import HALF_COPIED, Placed, place

LONGEST_NAME = 150
# Of a folder that is uploaded: how deep its files may lie, and how long their paths may be in bytes of UTF-8.
DEEPEST, LONGEST_PATH = 8, 1_000
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)")
# Compatibility forms are folded (．．／ is ../), but what every Chinese keyboard types in names stays.
CHINESE_SIGNS = "（），：；！？"
PARTS = re.compile(f"[{CHINESE_SIGNS}]|[^{CHINESE_SIGNS}]+").findall
# Signs that Windows forbids in names become their full-width twins, which read the same and are allowed everywhere.
FULL_WIDTH = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in ':?"<>|*'})


def safe_name(original: str) -> str:
    """Return a file name for the documents folder, made of what a browser sent.

    No directories, controls, direction marks or names that a system keeps for itself; at most 150 bytes of UTF-8 with
    the suffix kept. Raises `DocumentError` for a kind of file that is not read.
    """
    last = _parts(original)[-1]
    stem, dot, suffix = last.strip().rpartition(".")
    if not dot or not is_supported("a." + suffix):
        accepted = ", ".join(LOADERS)
        raise DocumentError(f"files of this kind are not read; accepted are {accepted}")
    return f"{_safe(stem, LONGEST_NAME - len(suffix) - 1) or 'document'}.{suffix}"


def safe_path(original: str) -> PurePosixPath:
    """Return a path below the documents folder for a file of a folder, each part of it a safe name.

    What leads upwards or nowhere is left out. Raises `DocumentError` for a kind of file that is not read, and for what
    lies too deep or has too long a path.
    """
    name = safe_name(original)
    folders = [safe for part in _parts(original)[:-1] if (safe := _safe(part, LONGEST_NAME))]
    if len(folders) > DEEPEST:
        raise DocumentError(f"it lies {len(folders)} folders deep; at most {DEEPEST} are kept. Upload a folder inside")
    path = PurePosixPath(*folders, name)
    length = len(str(path).encode())
    if length > LONGEST_PATH:
        raise DocumentError(f"its path has {length:,} bytes; at most {LONGEST_PATH:,} are kept. Shorten its folders")
    return path


def store_upload(folder: Path, original: str, source: Path, keep_folders: bool = False) -> Placed:
    """Copy an uploaded file into the documents folder under a safe name, or a safe path with `keep_folders`.

    Where the name is taken by the same content nothing is copied; by another content, a number is added. Raises
    `DocumentError` for a kind of file that is not read, or where the folder cannot be written.
    """
    path = safe_path(original) if keep_folders else PurePosixPath(safe_name(original))
    try:
        return _store(folder, path, source)
    except OSError as error:
        raise cannot_be_written(folder, error) from None


def cannot_be_written(folder: Path, error: OSError) -> DocumentError:
    """Return what to say of a folder that takes no file."""
    return DocumentError(f"cannot be written to {folder} ({error.strerror or error}). Check space and rights")


def _store(folder: Path, path: PurePosixPath, source: Path) -> Placed:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=HALF_COPIED, delete=False) as temporary:
        copied = Path(temporary.name)
    try:
        shutil.copyfile(source, copied)
        copied.chmod(0o644)
        return place(copied, folder, path)
    finally:
        copied.unlink(missing_ok=True)


def _parts(original: str) -> list[str]:
    """Return the names of a path as a browser sent it, without what cannot be seen or is allowed nowhere."""
    normal = "".join(part if part in CHINESE_SIGNS else unicodedata.normalize("NFKC", part) for part in PARTS(original))
    visible = "".join(sign for sign in normal if unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})
    return [part.translate(FULL_WIDTH) for part in re.split(r"[/\\]", visible)]


def _safe(name: str, room: int) -> str:
    """Return a name that is hidden nowhere and kept by no system, in at most so many bytes; "" where none is left."""
    # A leading dot or ~$ hides a file from the index, trailing dots and spaces vanish on Windows.
    name = " ".join(name.split()).lstrip(".~$ ").rstrip(". ")
    if RESERVED.match(name):
        name = f"_{name}"
    return name.encode()[:room].decode(errors="ignore").rstrip(". ")
