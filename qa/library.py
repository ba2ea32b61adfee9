"""The library as people see it: what a sync changed in it, what it takes in, and what could not be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from index.datatypes import Failure
from index.errors import WenDangError
from index.generations import Generation
from index.scan import Scan, SeenFile
from qa.assistant import Assistant


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


def coming_in(scan: Scan, generation: Generation, failed: Collection[str]) -> tuple[SeenFile, ...]:
    """Return the files of the folder that are new, or other than they were when they were indexed."""
    known = {record.file.path: (record.file.size, record.file.modified_ns) for record in generation.records.values()}
    return tuple(
        file
        for file in scan.files
        if known.get(file.path) != (file.size, file.modified_ns) and (file.path in known or file.path not in failed)
    )
