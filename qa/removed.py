"""Documents taken out of the folder, kept in the data folder, and put back where they were."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path, PurePosixPath

from index.errors import DocumentError, WenDangError
from qa.assistant import Assistant
from qa.placing import HALF_COPIED, Placed, place

REMOVED = "removed"  # in the data folder
BATCH = re.compile(r"\d{8}-\d{6}(-\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out at one time: `batch` is the name of the folder that holds it.

    `kept` are the paths of the files that lie there, `gone` those of files that were no longer in the folder.
    `refused` are pairs of a path and the reason why it was left where it was.
    """

    batch: str
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was put back: the path that a file had, and the one that it has now.

    `there` are the paths that hold the same content already, `refused` are pairs of a path and the reason.
    """

    back: tuple[tuple[str, str], ...] = ()
    there: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def remove_documents(assistant: Assistant, paths: Sequence[str]) -> Removal:
    """Move the files of documents, or of those that could not be read, out of the documents folder.

    They go to `removed/<time>/<path>` in the data folder, a folder of their own. The next sync takes them out of the
    index. Of an unknown path, one that is part of another file, and a file that cannot be moved the reason is told.
    Raises `DocumentError` where the data folder takes nothing.
    """
    records = assistant.generation.records
    known = {*records, *(failure.document for failure in assistant.failures())}
    # An archive is no document by itself.
    known.update(record.document.owner for record in records.values())
    removed = assistant.settings.data / REMOVED
    batch = _new_batch(removed)
    kept: list[str] = []
    gone: list[str] = []
    refused: list[tuple[str, str]] = []
    for path in dict.fromkeys(paths):
        try:
            is_kept = _take_out(assistant, path, removed / batch, known)
        except WenDangError as error:
            refused.append((path, str(error)))
        else:
            (kept if is_kept else gone).append(path)
    if not kept:
        shutil.rmtree(removed / batch, ignore_errors=True)
        with suppress(OSError):
            removed.rmdir()  # only where nothing else is kept in it
    return Removal(batch, tuple(kept), tuple(gone), tuple(refused))


def put_back(assistant: Assistant, batch: str) -> PutBack:
    """Move what was taken out at one time back to where it was, or beside it where something else is there by now.

    Raises `DocumentError` where there is no such batch, or nothing left of it.
    """
    folder = assistant.settings.data / REMOVED / batch
    if not BATCH.fullmatch(batch) or not folder.is_dir() or folder.is_symlink():
        raise DocumentError("what was removed is no longer kept. It may have been put back already")
    back, there, refused = [], [], []
    for source in sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file()):
        path = source.relative_to(folder).as_posix()
        try:
            placed = _return(source, assistant.settings.documents, PurePosixPath(path))
        except OSError as error:
            reason = f"cannot be written to {assistant.settings.documents} ({error.strerror or error})"
            refused.append((path, f"{reason}. Check space and rights"))
        else:
            (there.append(path) if placed.was_there else back.append((path, placed.path)))
    if not refused:
        shutil.rmtree(folder, ignore_errors=True)
    return PutBack(tuple(back), tuple(there), tuple(refused))


def _take_out(assistant: Assistant, path: str, target: Path, known: set[str]) -> bool:
    """Move one file below `target`, and return whether it was still there."""
    if path not in known:
        raise DocumentError(f"no document {path!r} in the index. It may have been removed already")
    folder = assistant.settings.documents
    if file := _file_around(assistant, path):
        raise DocumentError(f"{path} is a part of {file}. Remove that file, or take the part out of it")
    source = folder / path
    _check_places(folder, path, target.parent)
    if not os.path.lexists(source):
        return False
    if source.is_dir() and not source.is_symlink():
        raise DocumentError(f"{path} is a folder. Move it out of the documents folder by hand")
    try:
        return _move(source, target / PurePosixPath(path))
    except OSError as error:
        reason = error.strerror or error
        raise DocumentError(f"{path} cannot be moved to {target.parent} ({reason}). Check space and rights") from None


def _file_around(assistant: Assistant, path: str) -> str:
    """Return the mail or archive that a document, or what could not be read, is a part of; "" where it is a file."""
    record = assistant.generation.records.get(path)
    if record is not None:
        return record.document.file
    parents = [str(parent) for parent in PurePosixPath(path).parents]
    return next((parent for parent in parents if (assistant.settings.documents / parent).is_file()), "")


def _check_places(folder: Path, path: str, removed: Path) -> None:
    """Make sure that the file lies in the documents folder, and that what is moved does not stay among them."""
    root = folder.resolve()
    if ".." in PurePosixPath(path).parts or not (folder / path).parent.resolve().is_relative_to(root):
        raise DocumentError(f"{path} does not lie in the documents folder. Remove it by hand")
    place = removed.resolve()
    if place.is_relative_to(root) and not any(part.startswith(".") for part in place.relative_to(root).parts):
        raise DocumentError(f"{removed} lies among the documents. Set WENDANG_DATA to a folder elsewhere")


def _move(source: Path, target: Path) -> bool:
    """Move a file, and return whether it was there; it may have gone away meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.move(source, target)
    except OSError:
        # To another disk it is copied first; what could not be moved must not be there twice.
        if os.path.lexists(source):
            target.unlink(missing_ok=True)
            raise
        return os.path.lexists(target)
    return True


def _return(source: Path, root: Path, path: PurePosixPath) -> Placed:
    """Move a file back into the documents folder, over a copy beside its place where it lies on another disk."""
    holder = Path(tempfile.mkdtemp(dir=root, prefix=HALF_COPIED))
    # Under its own path, so that `clear_away` knows where it belongs if this program is killed meanwhile.
    moved = holder / path
    try:
        moved.parent.mkdir(parents=True, exist_ok=True)
        _bring(source, moved, root)
        return place(moved, root, path)
    except BaseException:
        # It is the only copy, whatever has broken in here.
        if os.path.lexists(moved) and not os.path.lexists(source):
            shutil.move(moved, source)
        raise
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _bring(source: Path, moved: Path, root: Path) -> None:
    """Move a file to a place on the disk of `root`, where there is all of it or nothing at any moment.

    What a killed program leaves of a copy is named as half of an upload is, and deleted as that is.
    """
    try:
        os.rename(source, moved)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        descriptor, name = tempfile.mkstemp(dir=root, prefix=HALF_COPIED)
        os.close(descriptor)
        copy = Path(name)
        try:
            copy.unlink()  # a link cannot be made over it
            shutil.copy2(source, copy, follow_symlinks=False)
            os.rename(copy, moved)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        source.unlink()


def _new_batch(removed: Path) -> str:
    """Make a folder that nobody else puts anything into, and return its name."""
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    try:
        removed.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            name = stamp if number == 1 else f"{stamp}-{number}"
            with suppress(FileExistsError):
                (removed / name).mkdir()
                break
    except OSError as error:
        raise DocumentError(
            f"cannot be written to {removed} ({error.strerror or error}). Check space and rights"
        ) from None
    return name
