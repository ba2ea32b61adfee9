"""The folder against the index: what is new, changed, renamed, gone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from index.datatypes import Failure, Progress, Report
from index.errors import DocumentError
from index.loaders import read_bytes
from index.scan import Scan, SeenFile, look_again, scan_folder
from index.store import FailedFile, Store, StoredFile

USER_WORDS_STAMP = "user_words_stamp"  # in the index's settings
# Contents read to be compared are kept for parsing as long as they are few; larger ones are read once more.
KEPT_BYTES = 64 * 1024 * 1024
MOST_LOOKS = 3


@dataclass(slots=True)
class Plan:
    """What differs between the folder and the index. Paths; `renamed` from old to new.

    `contents` are the files to be read, with their bytes where these are still at hand, `digests` their SHA-256.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    touched: list[StoredFile] = field(default_factory=list)
    failed: list[FailedFile] = field(default_factory=list)
    contents: dict[str, tuple[SeenFile, bytes | None]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.renamed or self.removed)


@dataclass(frozen=True, slots=True)
class Known:
    """What the index knows of the files: what documents are of, and failures, by path.

    `inside` are the failures inside of mails and archives, by the path of that file. `again` are paths to be read
    whatever they look like; `left_alone` those that are still being written.
    """

    files: Mapping[str, StoredFile] = field(default_factory=dict)
    failed: Mapping[str, FailedFile] = field(default_factory=dict)
    inside: Mapping[str, Sequence[FailedFile]] = field(default_factory=dict)
    again: Collection[str] = ()
    left_alone: Collection[str] = ()


def folder_differs(folder: Path, store: Store) -> bool:
    """Whether the folder seems changed since the last sync, by names, sizes and times alone."""
    failed = {path: (one.size, one.modified_ns) for path, one in store.failed_files().items() if not one.file}
    # What could not be opened then, though it was there, is nothing that a look from outside tells more about.
    closed = {path for path, (size, _) in failed.items() if size is None}
    scan = scan_folder(folder)
    if file_stamp(scan.user_words) != (store.meta(USER_WORDS_STAMP) or ""):
        return True
    seen = {file.path: (file.size, file.modified_ns) for file in scan.files if file.path not in closed}
    known = {
        file.path: (file.size, file.modified_ns)
        for file in store.owners().values()
        if file.path not in closed and not scan.hides(file.path)
    }
    return seen != {**known, **{path: stamp for path, stamp in failed.items() if path not in closed}}


def file_stamp(file: SeenFile | None) -> str:
    """Return what a file looks like from outside, nothing where there is none."""
    return "" if file is None else f"{file.size} {file.modified_ns}"


def plan_sync(folder: Path, scan: Scan, known: Known, report: Report) -> Plan:
    """Compare the folder with the index: size and time first, the content decides in the end."""
    hidden = sorted(path for path in known.files if scan.hides(path))
    plan = Plan(unchanged=hidden, failed=[FailedFile(failure) for failure in scan.closed])
    plan.failed.extend(one for path in hidden for one in known.inside.get(path, ()))
    present = set(hidden)
    read: list[tuple[SeenFile, str, bytes]] = []
    kept = 0
    for number, file in enumerate(scan.files):
        report(Progress("reading", number, len(scan.files)))
        present.add(file.path)
        if _stays(plan, file, known):
            continue
        try:
            found = read_settled(folder, file)
        except DocumentError as error:
            _note_unreadable(plan, folder, file, error, known, present)
            continue
        data = found[1]
        kept += len(data)
        read.append((found[0], hashlib.sha256(data).hexdigest(), data if kept <= KEPT_BYTES else b""))
    _place(plan, read, known, present)
    report(Progress("reading", len(scan.files), len(scan.files)))
    return plan


def _stays(plan: Plan, file: SeenFile, known: Known) -> bool:
    """Whether a file needs no look inside: it looks as before, or is left alone."""
    before, failed = known.files.get(file.path), known.failed.get(file.path)
    if file.path in known.left_alone:
        plan.unchanged.extend([file.path] if before is not None else [])
        plan.failed.extend([failed] if failed is not None else [])
        plan.failed.extend(known.inside.get(file.path, ()))
        return True
    if file.path in known.again:
        return False
    stamp = (file.size, file.modified_ns)
    if before is not None and (before.size, before.modified_ns) == stamp:
        plan.unchanged.append(file.path)
        plan.failed.extend(known.inside.get(file.path, ()))
        return True
    if before is None and failed is not None and (failed.size, failed.modified_ns) == stamp:
        plan.failed.append(failed)
        return True
    return False


def read_settled(folder: Path, file: SeenFile) -> tuple[SeenFile, bytes]:
    """Return a file's bytes and what it looked like before and after they were read, which is the same.

    Raises `DocumentError` where it cannot be read or is being written.
    """
    for _ in range(MOST_LOOKS):
        data = read_bytes(folder, file.path)
        after = look_again(folder, file.path)
        if after == file:
            return file, data
        if after is None:
            break
        file = after
    raise DocumentError("it changes while it is read. It is taken in by the next sync, once it is written")


def _note_unreadable(
    plan: Plan, folder: Path, file: SeenFile, error: DocumentError, known: Known, present: set[str]
) -> None:
    if look_again(folder, file.path) is None:
        # It went away while the others were read.
        present.discard(file.path)
        return
    plan.failed.append(FailedFile(Failure(file.path, str(error))))
    # It is there but cannot be opened now: what is known of it stays in service.
    plan.unchanged.extend([file.path] if file.path in known.files else [])
    plan.failed.extend(known.inside.get(file.path, ()))


def _content_key(path: str, digest: str) -> tuple[str, str]:
    """Tell contents apart: what `.txt` and `.md` make of the same bytes is not the same."""
    return PurePosixPath(path).suffix.lower(), digest


def _moved(failed: FailedFile, old: str, new: str) -> FailedFile:
    """Return what could not be read inside of a file under the file's new path."""
    inside = failed.failure.document.removeprefix(old)
    return failed._replace(failure=Failure(new + inside, failed.failure.error), file=new)


def _place(plan: Plan, read: list[tuple[SeenFile, str, bytes]], known: Known, present: set[str]) -> None:
    """Tell what became of each file that was read, and which documents are gone."""
    digests = {file.path: digest for file, digest, _ in read}
    homeless: dict[tuple[str, str], list[str]] = {}
    for path, one in sorted(known.files.items()):
        # Its file is gone, or holds something else now: b.txt moved to c.txt before a.txt became b.txt.
        if path not in present or digests.get(path, one.content_hash) != one.content_hash:
            homeless.setdefault(_content_key(path, one.content_hash), []).append(path)
    for file, digest, data in read:
        before = known.files.get(file.path)
        stored = StoredFile(file.path, file.size, file.modified_ns, digest, before.indexed_at if before else "")
        same = before is not None and before.content_hash == digest
        if same and file.path not in known.again:
            plan.unchanged.append(file.path)
            plan.touched.append(stored)
            plan.failed.extend(known.inside.get(file.path, ()))
        elif not same and (names := homeless.get(_content_key(file.path, digest))):
            old = names.pop(0)
            plan.renamed[old] = file.path
            plan.touched.append(stored)
            plan.failed.extend(_moved(one, old, file.path) for one in known.inside.get(old, ()))
        else:
            plan.contents[file.path] = (file, data or None)
            plan.digests[file.path] = digest
    moved = set(plan.renamed)
    plan.added = sorted(path for path in plan.contents if path not in known.files or path in moved)
    plan.changed = sorted(path for path in plan.contents if path in known.files and path not in moved)
    taken = set(plan.renamed.values())
    plan.removed = sorted(path for path in known.files if path not in moved and (path not in present or path in taken))
