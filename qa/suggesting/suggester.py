"""Questions offered to whoever uses the library: those to begin with are made in the background."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Collection
from typing import Self

from index.errors import WenDangError
from index.generations import Generation
from qa.assistant import Assistant
from qa.datatypes import Answer
from qa.scope import EVERYWHERE, Scope
from qa.suggesting.datatypes import Script, Suggestion
from qa.suggesting.first_questions import first_questions
from qa.suggesting.keeping import Kept, read_kept, still_standing, write_kept
from qa.suggesting.next_questions import next_questions
from qa.suggesting.picking import pick_in_language
from qa.suggesting.scripts import in_script, script_of
from qa.syncing import Syncing

logger = logging.getLogger(__name__)
A_LOOK = 1.0  # seconds between looks whether the documents have changed
# A change is seldom alone, and no more than a tenth of the time goes into making questions.
SETTLED, SHARE = 1.0, 10.0
# While somebody waits for an answer, making questions to go on with waits so long and is then given up.
PATIENCE = 10.0
OFFERED = 4


class Outdated(Exception):
    """What is being made is of a state that is over."""


class Suggester:
    """Offers questions over a library that is synced in the background. Use it as a context, or call `close`."""

    def __init__(self, syncing: Syncing) -> None:
        self._syncing = syncing
        self._kept = read_kept(syncing.assistant.settings.data)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="suggest", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the background's work, and wait until it has ended."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def assistant(self) -> Assistant:
        return self._syncing.assistant

    @property
    def questions(self) -> tuple[Suggestion, ...]:
        """All questions to begin with whose places still stand in the documents."""
        return still_standing(self._kept.questions, self.assistant.generation)

    @property
    def mark(self) -> object:
        """What is another one once other questions are there."""
        return self._kept.database, self._kept.generation, len(self._kept.questions)

    def first(self, is_chinese: bool, seed: str, script: Script | None = None) -> list[Suggestion]:
        """Return questions to begin with, those in one language first; the same ones for the same seed.

        They are in a reader's `script`, if they were answered in it.
        """
        picked = pick_in_language(self.questions, OFFERED, is_chinese, random.Random(seed))
        return [in_script(one, script) for one in picked]

    def after(
        self, answer: Answer, asked: Collection[str], scope: Scope = EVERYWHERE, script: Script | None = None
    ) -> list[Suggestion]:
        """Return questions to go on with after an answer, checked in the scope that they would be asked in.

        They are in the characters of the question, where these can be told, else in a reader's `script`.
        """
        assistant, generation = self.assistant, self.assistant.generation

        def rest() -> None:
            if self._closing.is_set() or not assistant.wait_until_quiet(PATIENCE):
                raise Outdated

        def ask(question: str) -> Answer:
            return assistant.try_out(question, generation, scope)

        try:
            found = next_questions(answer, asked, generation, ask, rest, self.questions)
            return [in_script(one, script_of(answer.question) or script) for one in found]
        except (Outdated, WenDangError):
            return []

    # The background

    def _work(self) -> None:
        earliest = 0.0
        while not self._closing.wait(A_LOOK):
            generation = self.assistant.generation
            if self._is_busy() or self._kept.is_of(generation) or time.monotonic() < earliest:
                continue
            began = time.monotonic()
            try:
                self._make(generation)
            except Outdated:
                continue
            except Exception:
                # It will be tried again when the documents change.
                logger.exception("no questions could be made from the documents")
                self._kept = Kept(generation.database, generation.number, ())
            earliest = time.monotonic() + SHARE * (time.monotonic() - began)

    def _is_busy(self) -> bool:
        """Whether documents are being taken in, or have been just now."""
        state = self._syncing.state
        if state.running or state.awaited or self.assistant.generation.number == 0:
            return True
        return state.ended_at is None or time.time() - state.ended_at.timestamp() < SETTLED

    def _make(self, generation: Generation) -> None:
        """Make and keep the questions of a generation, giving way to everybody who asks, and to syncs."""

        def rest() -> None:
            while not self.assistant.wait_until_quiet(A_LOOK):
                if self._closing.is_set():
                    raise Outdated
            if self._closing.is_set() or self._syncing.state.running or self.assistant.generation is not generation:
                raise Outdated

        questions = first_questions(generation, lambda question: self.assistant.try_out(question, generation), rest)
        self._kept = Kept(generation.database, generation.number, tuple(questions))
        write_kept(self.assistant.settings.data, self._kept)
