"""What to try after a refusal, made from what is known about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.lexical import fold_in_place
from qa.datatypes import Answer
from qa.mismatch import years_in

NEAREST = 3  # passages whose years are told
MOST_YEARS = 4


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to try; `words` are the terms or years that it is about.

    `other_words`: no document holds the words. `other_year`: what comes nearest is of these years. `understood`: the
    question was made whole from the turns before. `reword`: say more exactly what is asked for. `everywhere`: only some
    documents were asked. `upload`: put in a document that says it.
    """

    kind: Literal["other_words", "other_year", "understood", "reword", "everywhere", "upload"]
    words: tuple[str, ...] = ()


def hints_of(answer: Answer) -> tuple[Hint, ...]:
    """Return what to try, the likeliest first; nothing where the documents were answered from or not asked at all."""
    if answer.answered or answer.mode == "conversation":
        return ()
    return tuple(_hints(answer))


def _hints(answer: Answer) -> Iterator[Hint]:
    if answer.scope:
        yield Hint("everywhere")
    if answer.hits:
        years = _other_years(answer)
        if answer.missing_terms:
            yield Hint("other_words", answer.missing_terms)
        if years:
            yield Hint("other_year", years)
        if " ".join(answer.question.split()) != answer.searched:
            yield Hint("understood")
        elif not answer.missing_terms and not years:
            yield Hint("reword")
    yield Hint("upload")


def _other_years(answer: Answer) -> tuple[str, ...]:
    """Return the years of the nearest passages, where the question is about another one."""
    asked = years_in(fold_in_place(answer.searched))
    passages = [hit.passage for hit in answer.hits[:NEAREST]]
    found = {
        year
        for passage in passages
        for year in years_in(fold_in_place(" ".join((passage.title, *passage.headings, passage.text))))
    }
    return tuple(sorted(found))[-MOST_YEARS:] if asked and not asked & found else ()
