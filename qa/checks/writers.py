"""Who writes the index, and what writers that were killed have left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from index.database import BESIDE, DATABASE
from index.errors import StoreError
from index.segments import segments_folder
from index.writing import LOCK_FILE, OWNER_FILE
from qa.checks.finding import Finding, command, mebibytes, named
from qa.checks.opening import opened
from qa.history.opening import FILE as CONVERSATIONS
from qa.history.salvaging import delete_set_aside, set_aside_of
from qa.placing import left_behind
from qa.restore import KEPT, SCRATCH
from qa.settings import Settings
from qa.unpacking import BEING_WRITTEN

DAMAGED = f"{DATABASE}.damaged-"
DELETE = "doctor --delete-kept"


def look_at_writer(settings: Settings) -> list[Finding]:
    """Tell who is indexing, or who was killed while doing so."""
    if is_locked(settings.data):
        return [Finding("writer", True, f"{_owner(settings.data)} is indexing")]
    if (settings.data / OWNER_FILE).exists():
        seen = f"{_owner(settings.data)} was killed while it was indexing"
        return [Finding("writer", False, seen, command(settings, "sync"))]
    return [Finding("writer", True, "nobody is indexing")]


def is_locked(data: Path) -> bool:
    """Whether a process is writing the index."""
    if not (data / LOCK_FILE).exists():
        return False
    lock = FileLock(data / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _owner(data: Path) -> str:
    try:
        owner = json.loads((data / OWNER_FILE).read_text("utf-8"))
        return f"process {owner['process']} on {owner['host']} ({owner['program']}, since {owner['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that cannot be told"


def look_at_leftovers(settings: Settings) -> list[Finding]:
    """Look for what a killed writer has left, and for databases that were kept under another name."""
    findings = []
    # Whether somebody is writing is asked after the folders were listed: what a writer that was done by then wrote is
    # known to the database.
    found = list(_candidates(settings))
    left = [] if is_locked(settings.data) else _without_known(settings.data, found)
    if left := [*left, *left_behind(settings.documents)]:
        seen = f"{_count(left)} left by writers that were killed: {named([path.name for path in left])}"
        findings.append(Finding("leftovers", False, seen, command(settings, "doctor --mend")))
    if kept := kept_databases(settings.data):
        seen = f"{_count(kept)} set aside, to be deleted once nothing is missed: {named([path.name for path in kept])}"
        if set_aside_of(settings.data / CONVERSATIONS):
            seen += "; in those of conversations stands what people have deleted"
        findings.append(Finding("kept", True, f"{seen}. Delete them for good: {command(settings, DELETE)}"))
    return findings if left else [Finding("leftovers", True, "none"), *findings]


def leftovers(settings: Settings) -> list[Path]:
    """Return the files and folders that nothing points to, for one who holds the lock."""
    return _without_known(settings.data, list(_candidates(settings)))


def _candidates(settings: Settings) -> Iterator[Path]:
    """Yield the folders of segments, and what only a writer at work has."""
    places = (settings.data / SCRATCH, settings.documents / BEING_WRITTEN)
    yield from (place for place in places if place.exists())
    root = segments_folder(settings.data)
    yield from sorted(root.iterdir()) if root.is_dir() else ()


def _without_known(data: Path, found: list[Path]) -> list[Path]:
    """Leave out the folders that segments lie in, or all where that is not known."""
    known: set[str] | None = set()
    if (data / DATABASE).exists():
        try:
            with opened(data) as store:
                known = store.segment_folders()
        except StoreError:
            known = None
    return [
        path for path in found if path.parent != segments_folder(data) or (known is not None and path.name not in known)
    ]


def _count(paths: list[Path]) -> str:
    return f"{len(paths)} ({mebibytes(sum(map(size_of, paths)))})"


def kept_databases(data: Path) -> list[Path]:
    """Return the databases that a sync, a restore or the chat has set aside."""
    if not data.is_dir():
        return []
    kept = [path for beginning in (DAMAGED, KEPT) for path in data.glob(f"{beginning}*")]
    whole = [path for path in kept if not path.name.endswith(BESIDE[1:])]
    return sorted([*whole, *set_aside_of(data / CONVERSATIONS)])


def delete_kept(settings: Settings) -> None:
    """Delete the databases that were set aside, with what belongs to them. Raises `StoreError`."""
    delete_set_aside(settings.data / CONVERSATIONS)
    for path in kept_databases(settings.data):
        for suffix in BESIDE:
            try:
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            except OSError as error:
                raise StoreError(f"{path} cannot be deleted ({error.strerror}). Check its rights") from error


def size_of(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
