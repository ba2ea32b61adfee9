"""Folder → plan → new generation: only what is new is read and embedded."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from index.chunking import context_of, split_passages
from index.damage import check_noted_damage, database_file, set_aside_damaged
from index.datatypes import Document, Failure, Passage, Progress, Report, ignore_progress
from index.embedding import Encoder
from index.errors import DamagedStore, DocumentError, SyncStopped
from index.generations import Generation
from index.loaders import parse_document, read_bytes
from index.plan import Known, Plan, file_stamp, plan_sync, read_settled
from index.publishing import publish
from index.scan import Scan, SeenFile, check_folder, scan_folder
from index.store import FailedFile, IndexedDocument, Store, StoredFile, Totals, vector_key
from index.user_words import USER_WORDS_FILE, UserWords, parse_user_words
from index.writing import only_writer

logger = logging.getLogger(__name__)
TEXTS_A_COMMIT = 256
# Raised whenever files are read or split in another way than before, so that all are read again. Texts that stay the
# same keep their vectors.
READING_FORM = "2"
READING_FORM_KEY = "reading_form"  # in the index's settings


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
    folder: Path,
    data: Path,
    encoder: Encoder,
    report: Report = ignore_progress,
    rebuild: bool = False,
    *,
    again: Collection[str] = (),
    left_alone: Collection[str] = (),
    before: Generation | None = None,
    stopped: Callable[[], bool] = lambda: False,
    scanned: Callable[[Scan], None] = lambda _: None,
) -> SyncReport:
    """Bring the index in `data` up to the documents in `folder` and return what was done.

    With `rebuild` everything is read and embedded anew; the old index stays in service until that is done. `again`
    names documents to be read and embedded anew, `left_alone` those still being written, of which nothing changes.
    What the generation `before` has in memory is not loaded again. Once `stopped` says so, the sync ends; what it
    embedded is kept. `scanned` is called with the folder as the index holds it at the end.

    Raises `StoreError` where the folder or the index cannot be used, `ModelMismatch` where the index belongs to
    another model, `StoreLocked` where another process is at it, `SyncStopped` where it was stopped.
    """
    check_folder(folder)
    work = _Work(folder, data, encoder, _stoppable(report, stopped), rebuild, again, left_alone, before, scanned)
    met = database_file(data)
    try:
        return work.run()
    except DamagedStore as error:
        set_aside_damaged(data, error, met)
        return work.run()


@dataclass(frozen=True, slots=True)
class _Work:
    """What one sync is to do."""

    folder: Path
    data: Path
    encoder: Encoder
    report: Report
    rebuild: bool
    again: Collection[str]
    left_alone: Collection[str]
    before: Generation | None
    scanned: Callable[[Scan], None]

    def run(self) -> SyncReport:
        store = Store.open(self.data)
        try:
            with only_writer(self.data, stopped=lambda: self.report(Progress("waiting", 0, 1))):
                return self._write(store, time.monotonic())
        finally:
            store.close()

    def _known(self, store: Store) -> Known:
        files = store.files()
        again = self.again if store.meta(READING_FORM_KEY) == READING_FORM else {*files, *store.failed_files()}
        return Known(files, store.failed_files(), again, self.left_alone)

    def _write(self, store: Store, began: float) -> SyncReport:
        check_noted_damage(store)
        if not self.rebuild:
            store.check_model(self.encoder.name)
        # Not before the lock is held: what came in meanwhile would look as if it had been removed.
        scan = scan_folder(self.folder)
        known = Known() if self.rebuild else self._known(store)
        plan = plan_sync(self.folder, scan, known, self.report)
        user_words = _read_user_words(self.folder, scan, store)
        indexed = _read_documents(self.folder, plan, self.encoder.name, self.report)
        anew = {one.document.path for one in indexed} if self.rebuild else self.again
        embedded = _embed(store, indexed, self.encoder, self.report, anew)
        generation = publish(store, plan, indexed, user_words, self.encoder, self.report, self.rebuild, self.before)
        if not self.left_alone:
            with store.transaction():
                store.set_meta(READING_FORM_KEY, READING_FORM)
        self.scanned(scan)
        skipped = (*scan.skipped, *user_words.broken)
        return _report(plan, skipped, generation, store.totals(), embedded, time.monotonic() - began)


def _stoppable(report: Report, stopped: Callable[[], bool]) -> Report:
    """Return a report that ends the sync once it has been stopped."""

    def report_or_stop(progress: Progress) -> None:
        if stopped():
            raise SyncStopped("the sync was stopped; the index as it was is in service, and what was embedded is kept")
        report(progress)

    return report_or_stop


def _read_user_words(folder: Path, scan: Scan, store: Store) -> UserWords:
    """Read the user's own words; where their file cannot be opened, those of the last sync stay in service."""
    if scan.user_words is None:
        return UserWords(())
    stamp = file_stamp(scan.user_words)
    try:
        return replace(parse_user_words(read_bytes(folder, scan.user_words.path)), stamp=stamp)
    except DocumentError as error:
        return UserWords(store.user_words(), (Failure(USER_WORDS_FILE, f"{error}; the words read before stay"),), stamp)


def _read_documents(folder: Path, plan: Plan, model: str, report: Report) -> list[IndexedDocument]:
    """Parse and split what is new; a file that cannot be read becomes a failure and leaves the plan."""
    indexed: list[IndexedDocument] = []
    for number, (path, (file, data)) in enumerate(sorted(plan.contents.items())):
        report(Progress("splitting", number, len(plan.contents), path))
        stamp: tuple[int, int] | tuple[()] = ()
        try:
            if data is None:
                file, data = read_settled(folder, file)
            stamp = (file.size, file.modified_ns)
            indexed.append(_index_document(parse_document(path, data), file, model))
        except DocumentError as error:
            plan.failed.append(FailedFile(Failure(path, str(error)), *stamp))
            # What it was before is no longer what the folder holds, so it must not be quoted either.
            plan.removed.extend([path] if path in plan.changed else [])
    failed = {one.failure.document for one in plan.failed}
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


def _embed(
    store: Store, indexed: Sequence[IndexedDocument], encoder: Encoder, report: Report, anew: Collection[str]
) -> int:
    """Embed the texts that have no vector yet, committing as it goes, so that what is done is never done again.

    Documents `anew` are embedded whether their texts have vectors or not.
    """
    texts: dict[bytes, str] = {}
    wanted: set[bytes] = set()
    for one in indexed:
        keys = (*one.passage_keys, *one.sentence_keys)
        those = (*passage_texts(one.document, one.passages), *sentence_texts(one.document, one.passages))
        texts.update(zip(keys, those, strict=True))
        wanted.update(keys if one.document.path in anew else ())
    wanted |= store.missing_vectors(key for key in texts if key not in wanted)
    embed_texts(store, {key: texts[key] for key in texts if key in wanted}, encoder, report)
    return len(wanted)


def embed_texts(
    store: Store, texts: Mapping[bytes, str], encoder: Encoder, report: Report, stage: str = "embedding"
) -> None:
    """Embed texts by their keys and keep the vectors, committing as it goes."""
    # Texts of like length in one batch waste no padding.
    keys = sorted(texts, key=lambda key: (len(texts[key]), key))
    for at in range(0, len(keys), TEXTS_A_COMMIT):
        some = keys[at : at + TEXTS_A_COMMIT]

        def report_part(part: Progress, at: int = at) -> None:
            report(Progress(stage, at + part.done, len(keys)))

        report_part(Progress(stage, 0, len(some)))
        vectors = encoder.encode_passages([texts[key] for key in some], report_part)
        with store.transaction():
            store.add_vectors(some, vectors)
    report(Progress(stage, len(keys), len(keys)))


def _report(
    plan: Plan, skipped: tuple[Failure, ...], generation: int, totals: Totals, embedded: int, seconds: float
) -> SyncReport:
    failed = (one.failure for one in plan.failed)
    return SyncReport(
        added=len(plan.added),
        changed=len(plan.changed),
        renamed=len(plan.renamed),
        removed=len(plan.removed),
        unchanged=len(plan.unchanged),
        failed=tuple(sorted(failed, key=lambda failure: failure.document)),
        skipped=skipped,
        embedded_texts=embedded,
        documents=totals.documents,
        passages=totals.passages,
        sentences=totals.sentences,
        generation=generation,
        seconds=round(seconds, 3),
    )
