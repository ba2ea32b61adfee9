"""A conversation as a plain value: what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from qa.datatypes import Answer, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with the note (a hint, an error) that came instead; neither while it waits.

    `versions` are the documents that the answer rests on, each with the hash of its content then. `asked_at` is a
    moment in ISO 8601, UTC. `as_it_stands` tells that it was asked without what was said before.
    """

    question: str
    answer: Answer | None = None
    note: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    asked_at: str = ""
    as_it_stands: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked and answered, in order. `id` and `title` are "" as long as nothing of it is kept."""

    exchanges: tuple[Exchange, ...] = ()
    id: str = ""
    title: str = ""

    def answered(self, index: int) -> Exchange | None:
        """Return an exchange that has an answer, or None where there is none."""
        exchange = self.exchanges[index] if 0 <= index < len(self.exchanges) else None
        return exchange if exchange is not None and exchange.answer is not None else None

    def turns(self, before: int | None = None) -> list[Turn]:
        """Return the turns that a follow-up question may refer to: all, or those before an exchange."""
        turns: list[Turn] = []
        for exchange in self.exchanges[:before]:
            if exchange.answer is not None:
                turns.append(Turn("user", exchange.question))
                turns.append(Turn("assistant", exchange.answer.text))
        return turns

    def with_question(self, question: str, as_it_stands: bool = False) -> Conversation:
        """Return the conversation with one more question, not answered yet."""
        asked = Exchange(question, asked_at=now(), as_it_stands=as_it_stands)
        return replace(self, exchanges=(*self.exchanges, asked))

    def with_answer(self, index: int, answer: Answer, versions: Mapping[str, str]) -> Conversation:
        """Return the conversation with one of its questions answered."""
        return self._with(index, answer=answer, versions=versions, note="")

    def with_note(self, index: int, note: str) -> Conversation:
        """Return the conversation with a note in the place of the answer to one of its questions."""
        return self._with(index, answer=None, versions={}, note=note)

    def _with(self, index: int, **values: object) -> Conversation:
        exchanges = list(self.exchanges)
        exchanges[index] = replace(exchanges[index], **values)  # type: ignore[arg-type]
        return replace(self, exchanges=tuple(exchanges))


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list of conversations. `began` and `changed` are moments in ISO 8601, UTC."""

    id: str
    title: str
    began: str
    changed: str
    questions: int


def now() -> str:
    """Return this moment in ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
