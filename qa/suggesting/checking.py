"""Whether a question is answered well, and by the very sentence that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from index.lexical import fold
from qa.datatypes import Answer
from qa.suggesting.datatypes import Suggestion
from qa.suggesting.scripts import in_other_script

# Below it an answer is shown as one that rests on little.
LEAST_CONFIDENCE = 0.6
Ask = Callable[[str], Answer]


def keep_answered(
    suggestions: Iterable[Suggestion], enough: int, ask: Ask, rest: Callable[[], None]
) -> list[Suggestion]:
    """Return the first so many of the suggestions that are answered; `rest` is called before each is asked.

    Each is asked in the other characters too, in which it may be offered as well.
    """
    kept: list[Suggestion] = []
    for suggestion in suggestions:
        if len(kept) >= enough:
            break
        rest()
        if not is_answered(suggestion, ask):
            continue
        other = in_other_script(suggestion.question) if suggestion.is_chinese else ""
        if other:
            rest()
            other = other if is_answered(replace(suggestion, question=other), ask) else ""
        kept.append(replace(suggestion, other=other))
    return kept


def is_answered(suggestion: Suggestion, ask: Ask) -> bool:
    """Whether the first quote of the answer to a question is of its place, and holds what it asks for."""
    answer = ask(suggestion.question)
    if not answer.answered or answer.confidence < LEAST_CONFIDENCE or answer.disagreements:
        return False
    lead = answer.citations[0]
    if lead.document != suggestion.document or lead.start >= suggestion.end or suggestion.start >= lead.end:
        return False
    return fold(suggestion.answer) in fold(lead.quote)
