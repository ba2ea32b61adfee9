"""Folder → plan → new generation: only what is new is read and embedded."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from index.chunking import context_of, split_passages
from index.datatypes import Document, Failure, Passage, Progress, Report, ignore_progress
from index.embedding import Encoder
from index.errors import DocumentError, StoreError, StoreLocked
from index.generations import Generation, load_generation, remove_other_folders, write_generation
from index.loaders import is_supported, parse_document, read_bytes
from index.store import IndexedDocument, Store, StoredFile, vector_key

TEXTS_A_COMMIT = 512
LOCK_FILE = "sync.lock"


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as the folder shows it, before it is opened."""

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds: files with a loader, names left alone with the reason, sub-folders that cannot be opened."""

    files: tuple[SeenFile, ...]
    skipped: tuple[Failure, ...] = ()
    closed: tuple[Failure, ...] = ()

    def hides(self, path: str) -> bool:
        """Whether a path lies where nobody could look."""
        return any(one.document == "." or path.startswith(one.document + "/") for one in self.closed)


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


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did: counts of documents, texts sent through the model, totals afterwards, seconds."""

    added: int
    changed: int
    renamed: int
    removed: int
    unchanged: int
    failed: tuple[Failure, ...]
    skipped: tuple[Failure, ...]
    embedded_texts: int
    documents: int
    passages: int
    sentences: int
    generation: int
    seconds: float


def scan_folder(folder: Path) -> Scan:
    """List the files of a folder and its sub-folders. Raises `StoreError` where there is no such folder.

    Hidden files are left alone; those without a loader, links to folders and links that lead out of the folder are
    skipped and named.
    """
    _check_folder(folder)
    root = folder.resolve()
    files: list[SeenFile] = []
    skipped: list[Failure] = []
    closed: list[Failure] = []

    def note_closed(error: OSError) -> None:
        reason = (
            f"a folder that cannot be opened ({error.strerror}). Check its permissions; what was indexed of it stays"
        )
        closed.append(Failure(_printable(Path(error.filename).relative_to(folder).as_posix()), reason))

    for place, folders, names in os.walk(folder, onerror=note_closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted(names) + links:
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            if name.startswith((".", "~$")):
                continue
            if reason := _reason_to_skip(path, relative, root):
                skipped.append(Failure(_printable(relative), reason))
            elif seen := _look_at(path, relative):
                files.append(seen)
    return Scan(tuple(files), tuple(skipped), tuple(closed))


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise StoreError(f"no documents folder at {folder}. Create it, or name another with --documents")


def _reason_to_skip(path: Path, relative: str, root: Path) -> str | None:
    """Return why a file or a link to a folder is left alone, or None where it is to be read."""
    if _printable(relative) != relative:
        return "its name is not in UTF-8. Rename it"
    if path.is_dir() and path.is_symlink():
        return "a link to a folder is not followed"
    if not is_supported(path.name):
        return f"files of kind {path.suffix or 'without suffix'} are not read"
    try:
        leads_out = not path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    return "a link that leads out of the documents folder" if leads_out else None


def _printable(path: str) -> str:
    """Replace what stands for bytes of a name that are no UTF-8; neither SQLite nor a terminal takes it."""
    return path.encode("utf-8", "replace").decode("utf-8")


def _look_at(path: Path, relative: str) -> SeenFile | None:
    try:
        found = path.stat()
    except OSError:
        # It went away between the listing and the look; the next sync sees it as removed.
        return None
    return SeenFile(relative, found.st_size, found.st_mtime_ns) if path.is_file() else None


def folder_differs(folder: Path, store: Store) -> bool:
    """Whether the folder seems changed since the last sync, by names, sizes and times alone."""
    failed = {failure.document for failure in store.failures()}
    scan = scan_folder(folder)
    seen = {(file.path, file.size, file.modified_ns) for file in scan.files if file.path not in failed}
    return seen != {
        (file.path, file.size, file.modified_ns)
        for file in store.files().values()
        if file.path not in failed and not scan.hides(file.path)
    }


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


def sync(
    folder: Path, data: Path, encoder: Encoder, report: Report = ignore_progress, rebuild: bool = False
) -> SyncReport:
    """Bring the index in `data` up to the documents in `folder` and return what was done.

    With `rebuild` everything is read and embedded anew; the old index stays in service until that is done. Raises
    `StoreError` where the folder or the index cannot be used, `ModelMismatch` where the index belongs to another
    model, `StoreLocked` where another process is at it.
    """
    began = time.monotonic()
    _check_folder(folder)
    store = Store.open(data)
    try:
        with _only_writer(data):
            if not rebuild:
                store.check_model(encoder.name)
            # Not before the lock is held: what came in meanwhile would look as if it had been removed.
            scan = scan_folder(folder)
            plan = plan_sync(folder, scan, {} if rebuild else store.files(), report)
            indexed = _read_documents(plan, encoder.name, report)
            embedded = _embed(store, indexed, encoder, report, rebuild)
            generation = _publish(store, plan, indexed, encoder, report, rebuild)
        return _report(plan, scan, generation, embedded, time.monotonic() - began)
    finally:
        store.close()


@contextmanager
def _only_writer(data: Path) -> Iterator[None]:
    """Hold the lock of a data folder. The system lets go of it when its owner dies."""
    lock = FileLock(data / LOCK_FILE)
    try:
        lock.acquire(timeout=60)
    except Timeout:
        raise StoreLocked(
            f"another process has been indexing into {data} for over a minute. Wait until it is done, or stop it"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _read_documents(plan: Plan, model: str, report: Report) -> list[IndexedDocument]:
    """Parse and split what is new; a file that cannot be read becomes a failure and leaves the plan."""
    indexed: list[IndexedDocument] = []
    for number, (path, (file, data)) in enumerate(sorted(plan.contents.items())):
        report(Progress("splitting", number, len(plan.contents)))
        try:
            indexed.append(_index_document(parse_document(path, data), file, model))
        except DocumentError as error:
            plan.failed.append(Failure(path, str(error)))
            # What it was before is no longer what the folder holds, so it must not be quoted either.
            plan.removed.extend([path] if path in plan.changed else [])
    failed = {failure.document for failure in plan.failed}
    plan.added = [path for path in plan.added if path not in failed]
    plan.changed = [path for path in plan.changed if path not in failed]
    plan.contents.clear()
    return indexed


def _index_document(document: Document, file: SeenFile, model: str) -> IndexedDocument:
    passages = tuple(split_passages(document))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    stored = StoredFile(file.path, file.size, file.modified_ns, document.content_hash, now)
    return IndexedDocument(
        file=stored,
        document=document,
        passages=passages,
        passage_keys=tuple(vector_key(model, text) for text in passage_texts(document, passages)),
        sentence_keys=tuple(vector_key(model, text) for text in sentence_texts(document, passages)),
    )


def passage_texts(document: Document, passages: Sequence[Passage]) -> list[str]:
    """Return what is embedded for each passage: its context in front of its text."""
    return [_in_context(context_of(document, passage), passage.text) for passage in passages]


def sentence_texts(document: Document, passages: Sequence[Passage]) -> list[str]:
    """Return what is embedded for each sentence of the passages, in order."""
    return [
        _in_context(context_of(document, passage), passage.sentence_text(sentence))
        for passage in passages
        for sentence in passage.sentences
    ]


def _in_context(context: str, text: str) -> str:
    return f"{context}\n{text}" if context else text


def _embed(store: Store, indexed: Sequence[IndexedDocument], encoder: Encoder, report: Report, rebuild: bool) -> int:
    """Embed the texts that have no vector yet, committing as it goes, so that what is done is never done again."""
    texts = {
        key: text
        for one in indexed
        for keys, those in (
            (one.passage_keys, passage_texts(one.document, one.passages)),
            (one.sentence_keys, sentence_texts(one.document, one.passages)),
        )
        for key, text in zip(keys, those, strict=True)
    }
    # Texts of like length in one batch waste no padding.
    wanted = texts if rebuild else store.missing_vectors(texts)
    missing = sorted(wanted, key=lambda key: (len(texts[key]), key))
    for at in range(0, len(missing), TEXTS_A_COMMIT):
        report(Progress("embedding", at, len(missing)))
        keys = missing[at : at + TEXTS_A_COMMIT]
        vectors = encoder.encode_passages([texts[key] for key in keys])
        with store.transaction():
            store.add_vectors(keys, vectors)
    report(Progress("embedding", len(missing), len(missing)))
    return len(missing)


def _publish(
    store: Store, plan: Plan, indexed: Sequence[IndexedDocument], encoder: Encoder, report: Report, rebuild: bool
) -> Generation:
    """Write the documents and the generation derived from them in one transaction."""
    current = store.current_generation()
    with store.transaction():
        if rebuild:
            store.clear()
        store.replace_failures(plan.failed)
        _apply(store, plan, indexed)
        if current and plan.is_empty and not rebuild:
            generation = None
        else:
            report(Progress("writing", 0, 1))
            store.set_meta("model", encoder.name)
            store.set_meta("dimension", str(encoder.dimension))
            folder, manifest, generation = write_generation(store, current + 1, encoder.dimension)
            store.add_generation(current + 1, folder, manifest)
            kept = store.keep_generations([current, current + 1])
            store.forget_unused_vectors()
    if generation is None:
        return load_generation(store)
    remove_other_folders(store, kept)
    report(Progress("writing", 1, 1))
    return generation


def _apply(store: Store, plan: Plan, indexed: Sequence[IndexedDocument]) -> None:
    store.remove(plan.removed)
    old_names = {new: old for old, new in plan.renamed.items()}
    for file in plan.touched:
        if file.path in old_names:
            store.rename(old_names[file.path], file)
        else:
            store.touch(file)
    for one in indexed:
        store.add(one)


def _report(plan: Plan, scan: Scan, generation: Generation, embedded: int, seconds: float) -> SyncReport:
    return SyncReport(
        added=len(plan.added),
        changed=len(plan.changed),
        renamed=len(plan.renamed),
        removed=len(plan.removed),
        unchanged=len(plan.unchanged),
        failed=tuple(sorted(plan.failed, key=lambda failure: failure.document)),
        skipped=scan.skipped,
        embedded_texts=embedded,
        documents=len(generation.documents),
        passages=len(generation.index.passages),
        sentences=generation.index.sentence_vectors.size,
        generation=generation.number,
        seconds=round(seconds, 3),
    )
