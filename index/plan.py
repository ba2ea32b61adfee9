"""The folder against the index: what is new, changed, renamed, gone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from index.datatypes import Failure, Progress, Report
from index.errors import DocumentError
from index.loaders import read_bytes
from index.scan import Scan, SeenFile, scan_folder
from index.store import Store, StoredFile

USER_WORDS_STAMP = "user_words_stamp"  # in the index's settings


@dataclass(slots=True)
class Plan:
    """What differs between the folder and the index. Paths; `renamed` from old to new."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    touched: list[StoredFile] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    contents: dict[str, tuple[SeenFile, bytes]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.renamed or self.removed)


def folder_differs(folder: Path, store: Store) -> bool:
    """Whether the folder seems changed since the last sync, by names, sizes and times alone."""
    failed = {failure.document for failure in store.failures()}
    scan = scan_folder(folder)
    if file_stamp(scan.user_words) != (store.meta(USER_WORDS_STAMP) or ""):
        return True
    seen = {(file.path, file.size, file.modified_ns) for file in scan.files if file.path not in failed}
    return seen != {
        (file.path, file.size, file.modified_ns)
        for file in store.files().values()
        if file.path not in failed and not scan.hides(file.path)
    }


def file_stamp(file: SeenFile | None) -> str:
    """Return what a file looks like from outside, nothing where there is none."""
    return "" if file is None else f"{file.size} {file.modified_ns}"


def plan_sync(folder: Path, scan: Scan, known: dict[str, StoredFile], report: Report) -> Plan:
    """Compare the folder with the index: size and time first, the content decides in the end."""
    hidden = sorted(path for path in known if scan.hides(path))
    plan = Plan(unchanged=hidden, failed=list(scan.closed))
    seen = {*hidden, *(file.path for file in scan.files)}
    gone = {_content_key(path, file.content_hash): path for path, file in known.items() if path not in seen}
    for number, file in enumerate(scan.files):
        report(Progress("reading", number, len(scan.files)))
        before = known.get(file.path)
        if before is not None and (before.size, before.modified_ns) == (file.size, file.modified_ns):
            plan.unchanged.append(file.path)
            continue
        try:
            data = read_bytes(folder, file.path)
        except DocumentError as error:
            plan.failed.append(Failure(file.path, str(error)))
            # It is there but cannot be opened now: what is known of it stays in service.
            plan.unchanged.extend([file.path] if before is not None else [])
            continue
        _place(plan, file, data, before, gone)
    plan.removed = sorted(set(known) - seen - set(plan.renamed))
    report(Progress("reading", len(scan.files), len(scan.files)))
    return plan


def _content_key(path: str, digest: str) -> tuple[str, str]:
    """Tell contents apart: what `.txt` and `.md` make of the same bytes is not the same."""
    return PurePosixPath(path).suffix.lower(), digest


def _place(
    plan: Plan, file: SeenFile, data: bytes, before: StoredFile | None, gone: dict[tuple[str, str], str]
) -> None:
    digest = hashlib.sha256(data).hexdigest()
    key = _content_key(file.path, digest)
    if before is not None and before.content_hash == digest:
        plan.unchanged.append(file.path)
        plan.touched.append(StoredFile(file.path, file.size, file.modified_ns, digest, before.indexed_at))
    elif before is None and key in gone:
        plan.renamed[gone.pop(key)] = file.path
        plan.touched.append(StoredFile(file.path, file.size, file.modified_ns, digest, ""))
    else:
        (plan.added if before is None else plan.changed).append(file.path)
        plan.contents[file.path] = (file, data)
