"""The library as people handle it: what a sync changed in it, and taking a document out of the folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path, PurePosixPath

from index.datatypes import Failure
from index.errors import DocumentError, WenDangError
from index.generations import Generation
from qa.assistant import Assistant

REMOVED = "removed"  # in the data folder


@dataclass(frozen=True, slots=True)
class Changes:
    """Which documents differ between two generations, by path; `renamed` are pairs of the old path and the new.

    `redone` were read and embedded anew without having changed.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    redone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.changed, self.renamed, self.removed, self.redone))


def changes_between(before: Generation, after: Generation, asked: Collection[str] = ()) -> Changes:
    """Return what has become of the documents; `asked` are those that were to be indexed again."""
    if before is after and not asked:
        return Changes()
    old = {path: record.file for path, record in before.records.items()}
    new = {path: record.file for path, record in after.records.items()}
    gone: dict[str, list[str]] = {}
    for path in sorted(old.keys() - new.keys(), reverse=True):
        gone.setdefault(old[path].content_hash, []).append(path)
    renamed: list[tuple[str, str]] = []
    added: list[str] = []
    for path in sorted(new.keys() - old.keys()):
        if names := gone.get(new[path].content_hash):
            renamed.append((names.pop(), path))
        else:
            added.append(path)
    both = sorted(old.keys() & new.keys())
    changed = tuple(path for path in both if old[path].content_hash != new[path].content_hash)
    redone = [path for path in both if path in asked or old[path].indexed_at != new[path].indexed_at]
    return Changes(
        added=tuple(added),
        changed=changed,
        renamed=tuple(renamed),
        removed=tuple(sorted(path for paths in gone.values() for path in paths)),
        redone=tuple(path for path in redone if old[path].content_hash == new[path].content_hash),
    )


def failures_of(assistant: Assistant) -> list[Failure]:
    """List the files that could not be read at the last sync; none while the index cannot be opened."""
    try:
        return assistant.failures()
    except WenDangError:
        return []


def remove_document(assistant: Assistant, path: str) -> Path | None:
    """Move the file of a document, or of one that could not be read, out of the documents folder.

    It goes to `removed/<time>/<path>` in the data folder. Returns its new place, None where the file is gone already.
    The next sync takes it out of the index. Raises `DocumentError` for a path that the index does not know, and where
    the file cannot be moved.
    """
    failed = [failure.document for failure in assistant.failures()]
    if path not in assistant.generation.records and path not in failed:
        raise DocumentError(f"no document {path!r} in the index. It may have been removed already")
    folder, removed = assistant.settings.documents, assistant.settings.data / REMOVED
    if file := _file_around(assistant, path):
        raise DocumentError(f"{path} is a part of {file}. Remove that file, or take the part out of it")
    source = folder / path
    _check_places(folder, path, removed)
    if not os.path.lexists(source):
        return None
    if source.is_dir() and not source.is_symlink():
        raise DocumentError(f"{path} is a folder. Move it out of the documents folder by hand")
    try:
        return _move(source, removed, path)
    except OSError as error:
        reason = error.strerror or error
        raise DocumentError(f"{path} cannot be moved to {removed} ({reason}). Check space and rights") from None


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


def _move(source: Path, removed: Path, path: str) -> Path | None:
    """Move a file to where nothing is overwritten; return its new place, None where it went away meanwhile."""
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    folders = (removed / (stamp if number == 1 else f"{stamp}-{number}") for number in count(1))
    target = next(place for folder in folders if not os.path.lexists(place := folder / PurePosixPath(path)))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.move(source, target)
    except OSError:
        # To another disk it is copied first; what could not be moved must not be there twice.
        if os.path.lexists(source):
            target.unlink(missing_ok=True)
            raise
        return target if os.path.lexists(target) else None
    return target
