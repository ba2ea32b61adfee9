"""One conversation as a plain value, and the steps in which a question becomes an answer on the page."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.errors import WenDangError
from qa.assistant import Assistant
from qa.datatypes import Answer, Turn
from qa.ui.replies import answer_length
from qa.ui.texts import Language, say

logger = logging.getLogger(__name__)

STREAM_STEPS = 24
STREAM_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the note (a hint, an error) that came instead; neither while it waits."""

    question: str
    answer: Answer | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered on one page, in order."""

    exchanges: tuple[Exchange, ...] = ()

    def answer(self, index: int) -> Answer | None:
        """Return the answer of one exchange, or None where there is none."""
        return self.exchanges[index].answer if 0 <= index < len(self.exchanges) else None

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

    def with_reply(self, answer: Answer | None, note: str = "") -> Conversation:
        """Return the conversation with the last question answered, or with a note in the answer's place."""
        return Conversation((*self.exchanges[:-1], replace(self.exchanges[-1], answer=answer, note=note)))


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the page while a question is answered; `shown` characters of the last answer, None for all."""

    conversation: Conversation
    shown: int | None = None
    found: bool = False


def converse(assistant: Assistant, before: Conversation, question: str, language: Language) -> Iterator[Step]:
    """Yield the steps: the question at once, then its sources, then the growing answer, then the whole of it."""
    if not question.strip():
        yield Step(before.with_question("").with_reply(None, say(language, "empty_question")))
        return
    asked = before.with_question(question)
    yield Step(asked)
    try:
        answer = assistant.ask(question, before.turns())
    except WenDangError as error:
        yield Step(asked.with_reply(None, str(error)))
        return
    except Exception:
        logger.exception("a question could not be answered")
        yield Step(asked.with_reply(None, say(language, "unexpected")))
        return
    answered = asked.with_reply(answer)
    yield Step(answered, shown=0, found=True)
    for shown in _growing(answer_length(answer)):
        yield Step(answered, shown)
        time.sleep(STREAM_SECONDS / STREAM_STEPS)
    yield Step(answered)


def _growing(length: int) -> Iterator[int]:
    """Yield lengths that grow in even steps and stop short of the whole."""
    size = max(2, math.ceil(length / STREAM_STEPS))
    yield from range(size, length, size)
