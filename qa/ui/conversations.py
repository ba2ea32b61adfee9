"""One conversation as a plain value, and the steps in which a question becomes an answer on the page."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from index.errors import WenDangError
from qa.assistant import Assistant
from qa.datatypes import Answer, Turn
from qa.syncing import Syncing
from qa.ui.reasons import explain
from qa.ui.replies import answer_length
from qa.ui.status import is_first
from qa.ui.texts import Language, say

logger = logging.getLogger(__name__)

STREAM_STEPS = 24
STREAM_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the note (a hint, an error) that came instead; neither while it waits.

    `versions` are the documents that the answer rests on, each with the hash of its content then.
    """

    question: str
    answer: Answer | None = None
    note: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered on one page, in order."""

    exchanges: tuple[Exchange, ...] = ()

    def answered(self, index: int) -> Exchange | None:
        """Return an exchange that has an answer, or None where there is none."""
        exchange = self.exchanges[index] if 0 <= index < len(self.exchanges) else None
        return exchange if exchange is not None and exchange.answer is not None else None

    def turns(self) -> list[Turn]:
        """Return the turns that a follow-up question may refer to."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.answer is not None:
                turns.append(Turn("user", exchange.question))
                turns.append(Turn("assistant", exchange.answer.text))
        return turns

    def with_question(self, question: str) -> Conversation:
        """Return the conversation with one more question, not answered yet."""
        return Conversation((*self.exchanges, Exchange(question)))

    def with_answer(self, answer: Answer, versions: Mapping[str, str]) -> Conversation:
        """Return the conversation with the last question answered."""
        return Conversation((*self.exchanges[:-1], replace(self.exchanges[-1], answer=answer, versions=versions)))

    def with_note(self, note: str) -> Conversation:
        """Return the conversation with a note in the place of the last question's answer."""
        return Conversation((*self.exchanges[:-1], replace(self.exchanges[-1], note=note)))


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the page while a question is answered; `shown` characters of the last answer, None for all."""

    conversation: Conversation
    shown: int | None = None
    found: bool = False


def converse(syncing: Syncing, before: Conversation, question: str, language: Language) -> Iterator[Step]:
    """Yield the steps: the question at once, then its sources, then the growing answer, then the whole of it."""
    if not question.strip():
        yield Step(before.with_question("").with_note(say(language, "empty_question")))
        return
    asked = before.with_question(question)
    yield Step(asked)
    assistant = syncing.assistant
    if is_first(assistant, syncing.state):
        yield Step(asked.with_note(say(language, "first_sync")))
        return
    try:
        answer = assistant.ask(question, before.turns())
    except WenDangError as error:
        yield Step(asked.with_note(explain(str(error), language)))
        return
    except Exception:
        logger.exception("a question could not be answered")
        yield Step(asked.with_note(say(language, "unexpected")))
        return
    answered = asked.with_answer(answer, versions_of(assistant, answer))
    yield Step(answered, shown=0, found=True)
    for shown in _growing(answer_length(answer)):
        yield Step(answered, shown)
        time.sleep(STREAM_SECONDS / STREAM_STEPS)
    yield Step(answered)


def versions_of(assistant: Assistant, answer: Answer) -> dict[str, str]:
    """Return the documents of an answer's passages, each with the hash of its content.

    One that a sync has replaced since the passages were found is left out: its content then is not known any more.
    """
    documents = assistant.generation.documents
    passages = (hit.passage for hit in answer.hits)
    return {
        passage.document: document.content_hash
        for passage in passages
        if (document := documents.get(passage.document)) is not None
        and document.text.startswith(passage.text, passage.start)
    }


def _growing(length: int) -> Iterator[int]:
    """Yield lengths that grow in even steps and stop short of the whole."""
    size = max(2, math.ceil(length / STREAM_STEPS))
    yield from range(size, length, size)
