"""The steps in which a question becomes an answer on the page."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from index.errors import WenDangError
from qa.assistant import Assistant
from qa.datatypes import Answer
from qa.history.datatypes import Conversation
from qa.pieces import answer_length
from qa.scope import EVERYWHERE, Scope
from qa.syncing import Syncing
from qa.ui.reasons import explain
from qa.ui.status import is_first
from qa.ui.texts import Language, say
from qa.wishes import AS_EVER, Wishes

logger = logging.getLogger(__name__)

STREAM_STEPS = 12
STREAM_SECONDS = 0.45


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the page while question `index` is answered; `shown` characters of its answer, None for all.

    `found` tells that the sources of the answer are to be shown now.
    """

    conversation: Conversation
    index: int
    shown: int | None = None
    found: bool = False


def converse(
    syncing: Syncing,
    before: Conversation,
    question: str,
    language: Language,
    scope: Scope = EVERYWHERE,
    stopped: Callable[[], bool] = lambda: False,
    as_it_stands: bool = False,
    wishes: Wishes = AS_EVER,
) -> Iterator[Step]:
    """Yield the steps: the question at once, then its sources, then the growing answer, then the whole of it.

    It is asked in a scope. `stopped` is asked while a language model writes. A question `as_it_stands` takes nothing
    from those before it.
    """
    index = len(before.exchanges)
    if not question.strip():
        yield Step(before.with_question("").with_note(index, say(language, "empty_question")), index)
        return
    yield from answer_again(
        syncing, before.with_question(question, as_it_stands), index, language, scope, stopped, wishes
    )


def answer_again(
    syncing: Syncing,
    conversation: Conversation,
    index: int,
    language: Language,
    scope: Scope = EVERYWHERE,
    stopped: Callable[[], bool] = lambda: False,
    wishes: Wishes = AS_EVER,
) -> Iterator[Step]:
    """Yield the same steps for a question of the conversation, in the place of what it was answered with."""
    asked = conversation.with_note(index, "")
    yield Step(asked, index)
    assistant = syncing.assistant
    if is_first(assistant, syncing.state):
        yield Step(asked.with_note(index, say(language, "first_sync")), index)
        return
    exchange = asked.exchanges[index]
    try:
        turns = [] if exchange.as_it_stands else asked.turns(index)
        answers = assistant.follow(exchange.question, turns, scope, stopped, wishes)
        yield from _grow(asked, index, answers, assistant)
    except WenDangError as error:
        yield Step(asked.with_note(index, explain(str(error), language)), index)
    except Exception:
        logger.exception("a question could not be answered")
        yield Step(asked.with_note(index, say(language, "unexpected")), index)


def _grow(asked: Conversation, index: int, answers: Iterator[Answer], assistant: Assistant) -> Iterator[Step]:
    """Yield the steps from the question to the whole answer; one that was not drafted grows by itself."""
    versions: Mapping[str, str] | None = None
    was_drafted = False
    for answer in answers:
        is_first = versions is None
        versions = versions_of(assistant, answer) if versions is None else versions
        answered = asked.with_answer(index, answer, versions)
        if answer.is_draft:
            was_drafted = True
            yield Step(answered, index, found=is_first)
            continue
        if not was_drafted:
            yield Step(answered, index, shown=0, found=True)
            for shown in _growing(answer_length(answer)):
                yield Step(answered, index, shown)
                time.sleep(STREAM_SECONDS / STREAM_STEPS)
        # What was cited is known now.
        yield Step(answered, index, found=was_drafted)


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
