"""Files put into the documents folder: whole or not at all, in a place that is free, never through a link."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

# A leading dot keeps what is not whole yet out of any sync that runs meanwhile.
HALF_COPIED = ".upload-"
# As `tempfile` names them; nobody's own file is called so.
LEFT_BEHIND = re.compile(rf"{re.escape(HALF_COPIED)}[a-z0-9_]{{8}}")
# What is still being copied is written to all the time.
LONG_AGO = 3_600.0
_placing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a file went, as its path in the documents folder, or which file there has the same content already."""

    path: str
    was_there: bool


def place(content: Path, root: Path, path: PurePosixPath) -> Placed:
    """Move a file that lies on the same disk to `root/path`.

    Where that name is taken by the same content nothing is moved; by another, a number is added. Folders are made,
    and get a number where a file or a link is in their way. Raises `OSError` where that cannot be done.
    """
    with _placing:
        folder = _make_folders(root, path.parent.parts)
        target, was_there = _free_place(folder, path.name, content)
        if not was_there:
            os.replace(content, target)
    return Placed(target.relative_to(root).as_posix(), was_there)


def left_behind(root: Path) -> list[Path]:
    """Return what programs that were killed have left in a documents folder: half of an upload, or a file put back."""
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if LEFT_BEHIND.fullmatch(path.name) and _has_rested(path))


def clear_away(root: Path) -> None:
    """Delete the halves of uploads, and put files that were on their way back where they belong."""
    with suppress(OSError):  # a folder that cannot be looked at is told of by whoever needs it
        for path in left_behind(root):
            # One that cannot be seen to now is met again; another program may have been first.
            with suppress(OSError):
                _finish(path, root) if _is_folder(path) else path.unlink()


def _has_rested(path: Path) -> bool:
    """Whether nobody has written to a file for long; one that is gone by now was somebody's at work."""
    try:
        return time.time() - path.lstat().st_mtime > LONG_AGO
    except OSError:
        return False


def _finish(holder: Path, root: Path) -> None:
    for file in sorted(path for path in holder.rglob("*") if path.is_file() or path.is_symlink()):
        place(file, root, PurePosixPath(file.relative_to(holder)))
    shutil.rmtree(holder)


def _make_folders(root: Path, names: Sequence[str]) -> Path:
    folder = root
    for name in names:
        # What a link leads to may lie anywhere.
        folder = next(one for one in _numbered(folder, name) if _is_folder(one) or not os.path.lexists(one))
        folder.mkdir(exist_ok=True)
    return folder


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _free_place(folder: Path, name: str, content: Path) -> tuple[Path, bool]:
    """Return the first of `name`, `name (2)`, … that is free, or that holds the same content (then True)."""
    stem, dot, suffix = name.rpartition(".")
    for place in _numbered(folder, stem, dot + suffix) if dot else _numbered(folder, name):
        if not os.path.lexists(place):
            break
        if place.is_file() and filecmp.cmp(place, content, shallow=False):
            return place, True
    return place, False


def _numbered(folder: Path, stem: str, suffix: str = "") -> Iterator[Path]:
    yield folder / f"{stem}{suffix}"
    for number in count(2):
        yield folder / f"{stem} ({number}){suffix}"
