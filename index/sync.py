"""Folder → plan → new generation: only what is new is read and embedded."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from index.chunking import context_of, split_passages
from index.damage import check_noted_damage, database_file, set_aside_damaged
from index.datatypes import Document, Failure, Passage, Progress, Report, ignore_progress
from index.embedding import Encoder
from index.errors import DamagedStore, DocumentError, SyncStopped
from index.generations import Generation
from index.loaders import Parsed, read_bytes
from index.loaders.recognition import is_installed
from index.parsing import Job, Outcome, Parsers
from index.plan import Known, Plan, file_stamp, plan_sync
from index.publishing import publish
from index.scan import Scan, SeenFile, check_folder, look_again, scan_folder
from index.store import FailedFile, IndexedDocument, Store, StoredFile, Totals, vector_key
from index.user_words import USER_WORDS_FILE, UserWords, parse_user_words
from index.writing import only_writer

logger = logging.getLogger(__name__)
TEXTS_A_COMMIT = 256
TEXTS_AT_ONCE = 8 * TEXTS_A_COMMIT  # so many are gathered, so that those of like length go together
# Raised whenever files are read or split in another way than before, so that all are read again. Texts that stay the
# same keep their vectors.
READING_FORM = "5"
READING_FORM_KEY = "reading_form"  # in the index's settings
RECOGNITION_KEY = "recognition"  # likewise: whether pictures could be read


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
        files, failures = store.owners(), store.failed_files()
        failed = {path: one for path, one in failures.items() if not one.file}
        inside: dict[str, list[FailedFile]] = {}
        for one in failures.values():
            inside.setdefault(one.file, []).append(one)
        around = {
            **store.owners_of_parts(),
            **{one.failure.document: one.file for one in failures.values() if one.file},
        }
        asked = {around.get(path, path) for path in self.again}
        if is_installed() and store.meta(RECOGNITION_KEY) is None:
            # What could not be read so far may be a picture, or have pages that are.
            asked |= {around.get(path, path) for path in (*failures, *store.noted())}
        again = asked if store.meta(READING_FORM_KEY) == READING_FORM else {*files, *failed}
        return Known(files, failed, inside, again, self.left_alone)

    def _write(self, store: Store, began: float) -> SyncReport:
        check_noted_damage(store)
        if not self.rebuild:
            store.check_model(self.encoder.name)
        # Not before the lock is held: what came in meanwhile would look as if it had been removed.
        scan = scan_folder(self.folder)
        known = Known() if self.rebuild else self._known(store)
        plan = plan_sync(self.folder, scan, known, self.report)
        user_words = _read_user_words(self.folder, scan, store)
        documents = _read_documents(self.folder, plan, self.encoder.name, self.report)
        anew = None if self.rebuild else known.again
        try:
            indexed, embedded = _read_and_embed(store, documents, self.encoder, self.report, anew)
        finally:
            self.encoder.release()  # learning the words and writing need room as well
        generation = publish(store, plan, indexed, user_words, self.encoder, self.report, self.rebuild, self.before)
        if not self.left_alone:
            with store.transaction():
                store.set_meta(READING_FORM_KEY, READING_FORM)
                if is_installed():
                    store.set_meta(RECOGNITION_KEY, "yes")
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


def _read_documents(folder: Path, plan: Plan, model: str, report: Report) -> Iterator[list[IndexedDocument]]:
    """Yield what each new file holds, parsed and split; one that cannot be read becomes a failure and leaves the plan.

    A file that changed while it was read is left to the next sync.
    """
    todo = sorted(plan.contents.items())
    jobs = (Job(path, folder / path, data) for path, (_, data) in todo)
    with Parsers() as parsers:
        number = 0
        for outcome in parsers.read(jobs):
            path, (file, _) = todo[number] if number < len(todo) else todo[-1]
            pages = parsers.pages(path)
            report(Progress("pages", *pages, path) if pages else Progress("splitting", number, len(todo), path))
            if outcome is None:
                continue
            number += 1
            yield _take_in(outcome, file, folder, plan, model)
    failed = {one.failure.document for one in plan.failed}
    plan.added = [path for path in plan.added if path not in failed]
    plan.changed = [path for path in plan.changed if path not in failed]
    plan.contents.clear()


def _take_in(outcome: Outcome, file: SeenFile, folder: Path, plan: Plan, model: str) -> list[IndexedDocument]:
    path = file.path
    after = look_again(folder, path) if outcome.is_of_disk else file
    if after != file:
        # What a look before and one after it agree on is what was read.
        outcome.error = "it changes while it is read. It is taken in by the next sync, once it is written"
    if outcome.error is not None:
        stamp = (file.size, file.modified_ns) if after == file else ()
        plan.failed.append(FailedFile(Failure(path, outcome.error), *stamp))
        # What it was before is no longer what the folder holds, so it must not be quoted either.
        plan.removed.extend([path] if path in plan.changed else [])
        return []
    plan.failed += [
        FailedFile(one, file.size, file.modified_ns, path) for one in outcome.found if isinstance(one, Failure)
    ]
    digest = plan.digests[path]
    return [_index_document(one, file, digest, model) for one in outcome.found if isinstance(one, Parsed)]


def _index_document(parsed: Parsed, file: SeenFile, digest: str, model: str) -> IndexedDocument:
    # A part of a mail or archive is known by the hash of that file.
    document = replace(parsed.document, content_hash=digest)
    passages = tuple(split_passages(document))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    stored = StoredFile(document.path, file.size, file.modified_ns, digest, now)
    return IndexedDocument(
        file=stored,
        document=document,
        passages=passages,
        passage_keys=tuple(vector_key(model, text) for text in passage_texts(document, passages)),
        sentence_keys=tuple(vector_key(model, text) for text in sentence_texts(document, passages)),
        lines=parsed.lines,
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


def _read_and_embed(
    store: Store,
    documents: Iterable[Sequence[IndexedDocument]],
    encoder: Encoder,
    report: Report,
    anew: Collection[str] | None,
) -> tuple[list[IndexedDocument], int]:
    """Embed the texts that have no vector yet, committing as it goes, so that what is done is never done again.

    Embeds while further documents are read, and returns them all with the number of texts embedded. Documents of files
    `anew`, of all where that is None, are embedded whether their texts have vectors or not.
    """
    indexed: list[IndexedDocument] = []
    waiting: dict[bytes, str] = {}
    done: set[bytes] = set()
    for some in documents:
        indexed.extend(some)
        for one in some:
            keys = (*one.passage_keys, *one.sentence_keys)
            texts = (*passage_texts(one.document, one.passages), *sentence_texts(one.document, one.passages))
            wanted = dict(zip(keys, texts, strict=True))
            if anew is not None and one.document.owner not in anew:
                wanted = {key: wanted[key] for key in store.missing_vectors(wanted)}
            waiting.update({key: text for key, text in wanted.items() if key not in done})
        if len(waiting) >= TEXTS_AT_ONCE:
            done.update(waiting)
            embed_texts(store, waiting, encoder, report)
            waiting.clear()
    done.update(waiting)
    embed_texts(store, waiting, encoder, report)
    return indexed, len(done)


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
