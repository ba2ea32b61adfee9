"""Follow-ups made whole by a language model, believed only where it adds nothing of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.lexical import find_names, fold
from index.numerals import find_numbers, number_keys
from qa.datatypes import Turn
from qa.language_model import LanguageModel
from qa.prompting import rewriting_prompt, visible
from qa.terms import is_written_in_hanzi, question_terms, term_weight

MOST_TOKENS = 200
LONGEST_REWRITTEN = 300
LABEL = re.compile(r"^(?:改写后的问题|完整的?问题|问题|rewritten question|question)\s*[:：]\s*", re.IGNORECASE)
NEGATION = re.compile(r"不|没|未|非|无(?!线|人)|\b(?:not|no|never)\b")
LEAST_KEPT = 3.0  # weight of a word of the question that its rewriting may not all leave out
MOST_KNOWN = 0.6  # share of its words that must have been said
QUOTES = " \t\"'“”‘’「」『』*`"
# In a Chinese question every Latin word names something; in an English one those with capitals or digits do.
LATIN, NAMED = re.compile(r"[A-Za-z][\w.-]+", re.ASCII), re.compile(r"(?<=\s)(?=\w*[A-Z0-9])[A-Za-z][\w.-]+", re.ASCII)


def rewrite(
    model: LanguageModel, question: str, turns: Sequence[Turn], stopped: Callable[[], bool] = lambda: False
) -> str | None:
    """Return a follow-up as a question that stands by itself; None where what the model wrote cannot be used.

    A number, name or code that neither the question nor the turns before hold makes it unusable. Raises
    `LanguageModelError` where the model does not answer.
    """
    written = model.complete(rewriting_prompt(question, turns).messages, MOST_TOKENS, stopped)
    lines = (line.strip() for line in visible(written).splitlines())
    line = next((line for line in lines if line and not line.endswith(("：", ":"))), "")
    rewritten = LABEL.sub("", line.strip(QUOTES)).strip(QUOTES)
    if not any(map(str.isalnum, rewritten)) or len(rewritten) > LONGEST_REWRITTEN:
        return None
    known = [question, *(turn.content for turn in turns)]
    return None if adds_something(rewritten, known) or loses_something(rewritten, question, known) else rewritten


def loses_something(rewritten: str, question: str, known: Sequence[str]) -> bool:
    """Whether a question is no longer about what was asked: other words, another script, or a negation more or less."""
    if is_written_in_hanzi(rewritten) != is_written_in_hanzi(question):
        return True
    folded, before = fold(rewritten), fold("\n".join(known))
    if bool(NEGATION.search(folded)) != bool(NEGATION.search(fold(question))):
        return True
    own = [term for term in question_terms(question) if term_weight(term) >= LEAST_KEPT]
    if own and not any(term in folded for term in own):
        return True
    terms = question_terms(rewritten)
    return sum(term in before for term in terms) < MOST_KNOWN * len(terms)


def adds_something(rewritten: str, known: Sequence[str]) -> bool:
    """Whether a question holds a number, name or code that none of the known texts does."""
    folded, before = fold(rewritten), fold("\n".join(known))
    numbers = number_keys(before)
    if any(number.key not in numbers and not set(number.keys) & numbers for number in find_numbers(folded)):
        return True
    named = [folded[start:end] for start, end, _ in find_names(folded)]
    named += map(fold, (LATIN if is_written_in_hanzi(rewritten) else NAMED).findall(rewritten))
    return any(name not in before for name in named)
