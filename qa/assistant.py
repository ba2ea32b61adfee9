"""One library of documents that can be asked: the index in service, the encoder, the way from question to answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.datatypes import Document, Failure, Hit, Progress, Report, ignore_progress
from index.embedding import Encoder, load_encoder
from index.generations import Generation, assemble, load_generation
from index.new_words import WordFinder
from index.openvino_reader import Reader, is_built, load_reader
from index.plan import folder_differs
from index.scan import Scan
from index.search import SearchIndex
from index.store import Store
from index.sync import SyncReport, sync
from qa.answering import unanswered
from qa.asking import Asked, Means, answer_questions, check_question, why_not
from qa.author import Author
from qa.datatypes import Answer, Turn
from qa.evidence import Reading, read
from qa.language_model import LanguageModel, load_language_model
from qa.pages import PageView, PageViewer
from qa.reranking import Reranker, load_reranker
from qa.retrieval import LISTED_HITS, prepare_query, retrieve, shorten
from qa.scope import EVERYWHERE, NarrowedGenerations, Scope
from qa.second_look import SecondLook
from qa.settings import Settings
from qa.wishes import AS_EVER, Wishes

# A second look takes some 50 ms, whatever the size. In large libraries, where a question is to take no more than twice
# the time of its bare parts, it is taken only where it is asked for.
MOST_PASSAGES_LOOKED_AT = 50_000
READER_CHANGE = Path(__file__).parent / "reader_weights.safetensors"
BATCH = 64
# While somebody waits for an answer, a sync pauses after each piece of work for so many times as long as that took, and
# for so many seconds at least and at most: questions that come without an end must not stop it for good.
SHARE, PAUSE, LONGEST_PAUSE = 3.0, 0.01, 2.0


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """One line of the list of documents. `alike` are the paths of those that are nearly the same, the likest first.

    `file` is the path of its file: its own, or that of the mail or archive that it is a part of. `notes` tell what
    of it could not be read.
    """

    path: str
    title: str
    characters: int
    passages: int
    size: int
    indexed_at: str
    alike: tuple[str, ...] = ()
    file: str = ""
    notes: tuple[str, ...] = ()


class Assistant:
    """Answers questions from the generation in service; safe to use from several threads.

    A sync swaps the generation when it is done; questions under way finish on the one they began with.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder,
        reranker: Reranker | None = None,
        reader: Reader | None = None,
        model: LanguageModel | None = None,
    ) -> None:
        self.settings = settings
        self.author = Author(model, encoder.encode_passages) if model else None
        self._pages = PageViewer(settings.documents, settings.data)
        self.encoder = encoder
        self.reranker = reranker
        self._second_look = SecondLook(reader) if reader else None
        self._generation: Generation | None = None
        self._scopes = NarrowedGenerations()
        self._syncing = threading.Lock()
        self._asked = 0
        self._quiet = threading.Condition()

    @classmethod
    def open(cls, settings: Settings, report: Report = ignore_progress, build: bool = True) -> Assistant:
        """Load the encoder and the index; a folder that has no index yet is synced first, if it is to be built."""
        encoder, reader = load_models(settings, report)
        model = load_language_model(settings)
        assistant = cls(settings, encoder, load_reranker(settings.reranker_model), reader, model)
        store = Store.open(settings.data)
        try:
            store.check_model(encoder.name)
            built = store.current_generation() > 0
            if built:
                assistant._generation = load_generation(store)
        finally:
            store.close()
        if not built and build:
            assistant.sync(report)
        return assistant

    @property
    def generation(self) -> Generation:
        """The index in service; as long as none was built, one of no documents."""
        if self._generation is None:
            return assemble(0, (), {}, WordFinder(()), self.encoder.dimension)
        return self._generation

    def second_look(self, index: SearchIndex) -> SecondLook | None:
        """Return what looks again at doubtful questions to an index, None where nothing does."""
        wanted = self.settings.reader == "on" or len(index.passages) <= MOST_PASSAGES_LOOKED_AT
        return self._second_look if wanted else None

    def sync(
        self,
        report: Report = ignore_progress,
        rebuild: bool = False,
        *,
        again: Collection[str] = (),
        left_alone: Collection[str] = (),
        stopped: Callable[[], bool] = lambda: False,
        scanned: Callable[[Scan], None] = lambda _: None,
    ) -> SyncReport:
        """Bring the index up to the folder and answer from the new generation afterwards; see `index.sync.sync`."""
        settings = self.settings
        with self._syncing:
            done = sync(
                settings.documents,
                settings.data,
                self.encoder,
                self._giving_way(report),
                rebuild,
                again=again,
                left_alone=left_alone,
                before=self._generation,
                stopped=stopped,
                scanned=scanned,
            )
            self._take_over()
        return done

    def _giving_way(self, report: Report) -> Report:
        """Return a report that lets questions under way go first: people wait for them, and nobody for a sync."""

        ended = time.monotonic()

        def report_and_wait(progress: Progress) -> None:
            nonlocal ended
            report(progress)
            pause = min(max(PAUSE, SHARE * (time.monotonic() - ended)), LONGEST_PAUSE)
            with self._quiet:
                self._quiet.wait_for(lambda: self._asked == 0, pause)
            ended = time.monotonic()

        return report_and_wait

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._quiet:
            self._asked += 1
        try:
            yield
        finally:
            with self._quiet:
                self._asked -= 1
                self._quiet.notify_all()

    def refresh(self) -> bool:
        """Answer from the generation that another process has made meanwhile; return whether there was one."""
        # A sync of our own takes over its generation itself.
        if not self._syncing.acquire(blocking=False):
            return False
        try:
            return self._take_over()
        finally:
            self._syncing.release()

    def _take_over(self) -> bool:
        """Load the generation in service, unless it is loaded already."""
        store = Store.open(self.settings.data)
        try:
            before = self._generation
            number = store.current_generation()
            is_known = before is not None and (before.number, before.database) == (number, store.identity())
            if number == 0 or is_known:
                return False
            store.check_model(self.encoder.name)
            self._generation = load_generation(store, before)
            self._scopes.forget()
            return True
        finally:
            store.close()

    def is_stale(self) -> bool:
        """Whether the documents folder seems changed since the last sync, by names, sizes and times."""
        store = Store.open(self.settings.data)
        try:
            return folder_differs(self.settings.documents, store)
        finally:
            store.close()

    def within(self, scope: Scope) -> Generation:
        """Return the index in service with the documents of a scope alone. Raises `ScopeError` where it has none."""
        return self._scopes.narrow(self.generation, scope)

    def ask(self, question: str, history: Sequence[Turn] = (), scope: Scope = EVERYWHERE) -> Answer:
        """Answer one question, from the documents of a scope.

        Raises `QuestionError` where it is empty, `ScopeError` where no document is in the scope.
        """
        *_, answer = self.follow(question, history, scope)
        return answer

    def follow(
        self,
        question: str,
        history: Sequence[Turn] = (),
        scope: Scope = EVERYWHERE,
        stopped: Callable[[], bool] = lambda: False,
        wishes: Wishes = AS_EVER,
    ) -> Iterator[Answer]:
        """Yield the answer to one question; where a language model writes it, as drafts first and at last the whole.

        `stopped` is asked again and again while the model writes. Raises what `ask` does.
        """
        generation, asked = self.generation, Asked(question, history, scope, wishes=wishes)
        if self.author is None or not wishes.with_model:
            yield from self._answer_all([asked], generation)
        else:
            place = self._scopes.narrow(generation, scope)
            yield from self.author.answer(
                asked, generation, place, lambda one: self._answer_all([one], generation)[0], stopped
            )

    def ask_all(
        self, questions: Sequence[tuple[str, Sequence[Turn]]], scopes: Sequence[Scope] | None = None
    ) -> list[Answer]:
        """Answer questions without a language model; their vectors are computed together, which is quicker.

        Each is asked in its scope; without `scopes` all documents are asked.
        """
        return self._answer_all(_asked(questions, scopes), self.generation)

    def _answer_all(self, questions: Sequence[Asked], generation: Generation) -> list[Answer]:
        means = Means(self.encoder, self.reranker, self.second_look, self.settings.min_confidence, self._scopes)
        with self._asking():
            return answer_questions(questions, generation, means)

    def try_out(self, question: str, generation: Generation, scope: Scope = EVERYWHERE) -> Answer:
        """Answer a question that nobody waits for, without a language model; a sync does not make way for it."""
        means = Means(self.encoder, self.reranker, self.second_look, self.settings.min_confidence, self._scopes)
        return answer_questions([Asked(question, (), scope)], generation, means)[0]

    def wait_until_quiet(self, timeout: float) -> bool:
        """Wait until nobody waits for an answer, for so many seconds at most; return whether that is so."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self._asked == 0, timeout)

    def ask_each(
        self, questions: Sequence[tuple[str, Sequence[Turn]]], scopes: Sequence[Scope] | None = None
    ) -> list[Answer]:
        """Answer questions in order; one that cannot be asked gets the reason for an answer, and the others go on."""
        asked, generation = _asked(questions, scopes), self.generation
        reasons = [why_not(one, generation, self._scopes) for one in asked]
        good = [one for one, reason in zip(asked, reasons, strict=True) if not reason]
        if self.author is None:
            answers = iter(self._answer_all(good, generation))
        else:
            answers = (self.ask(one.question, one.history, one.scope) for one in good)
        return [
            replace(unanswered(one.question, reason), scope=one.scope.patterns) if reason else next(answers)
            for one, reason in zip(asked, reasons, strict=True)
        ]

    def search(self, question: str, limit: int, scope: Scope = EVERYWHERE) -> tuple[Hit, ...]:
        """Return the best passages for a question, of the documents of a scope."""
        return self.read(question, limit, scope).retrieval.hits

    def read(self, question: str, limit: int, scope: Scope = EVERYWHERE) -> Reading:
        """Return the best passages for a question, with what was looked for and the sentences read."""
        index = self.within(scope).index
        query = prepare_query(check_question(question), index)
        vectors = self.encoder.encode_queries(query.texts)
        found = retrieve(index, query, vectors, max(limit, LISTED_HITS), self.reranker)
        reading = read(found, index, self.second_look(index))
        return replace(reading, retrieval=shorten(reading.retrieval, limit))

    def documents(self) -> list[DocumentEntry]:
        """List the indexed documents, by path."""
        return list_documents(self.generation)

    def failures(self) -> list[Failure]:
        """List the files that could not be read at the last sync."""
        store = Store.open(self.settings.data)
        try:
            return store.failures()
        finally:
            store.close()

    def page_view(self, document: Document, at: int, marked: tuple[int, int] | None) -> PageView | None:
        """Return the page that holds a character of an indexed document, with a stretch of its text marked.

        None where there are no pages, where the file cannot be drawn or has changed since.
        """
        record = self.generation.records.get(document.path)
        if record is None or record.document is not document:
            return None
        return self._pages.view(document, record.digest, at, marked)

    def document(self, path: str) -> Document | None:
        """Return an indexed document, or None where there is none of that path."""
        return self.generation.documents.get(path)


def load_models(settings: Settings, report: Report = ignore_progress) -> tuple[Encoder, Reader | None]:
    """Load the embedding model and, if it is on, the reader, side by side."""
    with ThreadPoolExecutor(1) as executor:
        # The encoder goes first where the models are yet to be built: both need the embedded one.
        embedded = is_built(settings.models)
        early = executor.submit(_load_reader, settings, ignore_progress) if embedded else None
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend, report)
        return encoder, early.result() if early else _load_reader(settings, report)


def _load_reader(settings: Settings, report: Report) -> Reader | None:
    return load_reader(settings.models, READER_CHANGE, report) if settings.reader != "off" else None


def list_documents(generation: Generation) -> list[DocumentEntry]:
    """List what a generation holds, by path."""
    return [
        DocumentEntry(
            path=path,
            title=record.document.title,
            characters=len(record.document.text),
            passages=len(record.passages),
            size=record.file.size,
            indexed_at=record.file.indexed_at,
            alike=tuple(sorted(alike, key=lambda other: (-alike[other], other))),
            file=record.document.owner,
            notes=record.document.notes,
        )
        for path, record in generation.records.items()
        for alike in (generation.alike.get(path, {}),)
    ]


def _asked(questions: Sequence[tuple[str, Sequence[Turn]]], scopes: Sequence[Scope] | None) -> list[Asked]:
    return [
        Asked(question, history, scope)
        for (question, history), scope in zip(questions, scopes or [EVERYWHERE] * len(questions), strict=True)
    ]
