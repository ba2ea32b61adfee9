"""Folder → plan → new generation: only what is new is read and embedded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.chunking import context_of, split_passages
from index.datatypes import Document, Failure, Passage, Progress, Report, ignore_progress
from index.embedding import Encoder
from index.errors import DocumentError, StoreLocked
from index.generations import Generation, load_generation, remove_other_folders, write_generation
from index.loaders import parse_document, read_bytes
from index.plan import USER_WORDS_STAMP, Plan, file_stamp, plan_sync
from index.scan import Scan, SeenFile, check_folder, scan_folder
from index.store import IndexedDocument, Store, StoredFile, vector_key
from index.user_words import USER_WORDS_FILE, UserWords, parse_user_words

TEXTS_A_COMMIT = 512
LOCK_FILE = "sync.lock"


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


def sync(
    folder: Path, data: Path, encoder: Encoder, report: Report = ignore_progress, rebuild: bool = False
) -> SyncReport:
    """Bring the index in `data` up to the documents in `folder` and return what was done.

    With `rebuild` everything is read and embedded anew; the old index stays in service until that is done. Raises
    `StoreError` where the folder or the index cannot be used, `ModelMismatch` where the index belongs to another
    model, `StoreLocked` where another process is at it.
    """
    began = time.monotonic()
    check_folder(folder)
    store = Store.open(data)
    try:
        with _only_writer(data):
            if not rebuild:
                store.check_model(encoder.name)
            # Not before the lock is held: what came in meanwhile would look as if it had been removed.
            scan = scan_folder(folder)
            plan = plan_sync(folder, scan, {} if rebuild else store.files(), report)
            user_words = _read_user_words(folder, scan, store)
            indexed = _read_documents(plan, encoder.name, report)
            embedded = _embed(store, indexed, encoder, report, rebuild)
            generation = _publish(store, plan, indexed, user_words, encoder, report, rebuild)
        skipped = (*scan.skipped, *user_words.broken)
        return _report(plan, skipped, generation, embedded, time.monotonic() - began)
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


def _read_user_words(folder: Path, scan: Scan, store: Store) -> UserWords:
    """Read the user's own words; where their file cannot be opened, those of the last sync stay in service."""
    if scan.user_words is None:
        return UserWords(())
    stamp = file_stamp(scan.user_words)
    try:
        return replace(parse_user_words(read_bytes(folder, scan.user_words.path)), stamp=stamp)
    except DocumentError as error:
        return UserWords(store.user_words(), (Failure(USER_WORDS_FILE, f"{error}; the words read before stay"),), stamp)


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
    wanted = texts if rebuild else store.missing_vectors(texts)
    embed_texts(store, {key: texts[key] for key in wanted}, encoder, report)
    return len(wanted)


def embed_texts(
    store: Store, texts: Mapping[bytes, str], encoder: Encoder, report: Report, stage: str = "embedding"
) -> None:
    """Embed texts by their keys and keep the vectors, committing as it goes."""
    # Texts of like length in one batch waste no padding.
    keys = sorted(texts, key=lambda key: (len(texts[key]), key))
    for at in range(0, len(keys), TEXTS_A_COMMIT):
        report(Progress(stage, at, len(keys)))
        some = keys[at : at + TEXTS_A_COMMIT]
        vectors = encoder.encode_passages([texts[key] for key in some])
        with store.transaction():
            store.add_vectors(some, vectors)
    report(Progress(stage, len(keys), len(keys)))


def _publish(
    store: Store,
    plan: Plan,
    indexed: Sequence[IndexedDocument],
    user_words: UserWords,
    encoder: Encoder,
    report: Report,
    rebuild: bool,
) -> Generation:
    """Write the documents and the generation derived from them in one transaction.

    Other words of the user's own make a new generation as well, from the vectors that are there.
    """
    current = store.current_generation()
    is_same = plan.is_empty and store.user_words() == user_words.words
    with store.transaction():
        if rebuild:
            store.clear()
        store.replace_failures(plan.failed)
        _apply(store, plan, indexed)
        store.set_user_words(user_words.words)
        store.set_meta(USER_WORDS_STAMP, user_words.stamp)
        if current and is_same and not rebuild:
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


def _report(
    plan: Plan, skipped: tuple[Failure, ...], generation: Generation, embedded: int, seconds: float
) -> SyncReport:
    return SyncReport(
        added=len(plan.added),
        changed=len(plan.changed),
        renamed=len(plan.renamed),
        removed=len(plan.removed),
        unchanged=len(plan.unchanged),
        failed=tuple(sorted(plan.failed, key=lambda failure: failure.document)),
        skipped=skipped,
        embedded_texts=embedded,
        documents=len(generation.documents),
        passages=len(generation.index.passages),
        sentences=generation.index.sentence_vectors.size,
        generation=generation.number,
        seconds=round(seconds, 3),
    )
