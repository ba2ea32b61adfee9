"""How much of the turns before a question needs: all that was asked, what it was about, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from index.lexical import fold, fold_in_place, is_nominal, words
from qa.pointing import (
    ASKS,
    CLAUSE_END,
    COMPARES,
    COMPARES_WITH,
    DEFINES,
    ELLIPTICAL,
    GOES_ON,
    HANZI,
    PRONOUN,
    QUOTED,
    SAYS_WHAT,
    WHY,
    is_bare,
    without_openers,
)
from qa.terms import COMPARING_WORDS
from qa.topic import NAMED, Cut, Word

Reach = Literal["all", "subject", "nothing"]
OF_OWN = re.compile(r"多少|是谁|有几|是几|多[大长高久远重]|什么时[候间]|哪[年天里]|何时")
# What is something only beside a measure, so that the measure of before is still asked for.
RELATES = re.compile("[占比率]|增|降|涨|跌|变|幅|速|排|名次|单位|原因|全[国省市县区球]|平均|人均|同期|其中|年")
LEAST_WHOLE = 9.0  # weight of the terms of a question that needs nothing from before
LEAST_CARRIED = 1.5  # weight of a word that is carried; what says less only stands in the way
LEAST_COMPARED, MOST_COMPARED = 2.5, 3  # weight and number of the words of a question whose neighbours are looked up


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the documents tell about words: whether one holds a term, how they cut a text, and whether two terms stand
    together in some passage, or in some document (None where nobody knows)."""

    is_known: Callable[[str], bool] = lambda term: True
    cut: Cut = words
    together: Callable[[str, str], bool] | None = None
    in_document: Callable[[str, str], bool] | None = None

    def in_one_document(self, term: str, other: str) -> bool:
        """Whether some document holds two terms; so it does where nobody knows."""
        return True if self.in_document is None else self.in_document(term, other)

    def stand_together(self, term: str, other: str, otherwise: bool = False) -> bool:
        """Whether some passage holds two terms, `otherwise` where nobody knows."""
        return otherwise if self.together is None else self.together(term, other)


def reach_of(question: str, own: Sequence[Word], context: Sequence[Word], corpus: Corpus) -> Reach:
    """Return how much a question needs from before: all, the subject alone, or nothing."""
    asked = without_openers(fold_in_place(question))
    if is_bare(asked) and (ELLIPTICAL.search(asked) or not HANZI.search(asked)):
        return "all"
    pointer = PRONOUN.search(asked) or GOES_ON.search(asked)
    if QUOTED.search(asked) and ASKS.search(asked) and not PRONOUN.search(asked):
        return "nothing"
    said = [word for word in own if word.kind != "time" and word.text not in COMPARING_WORDS]
    weight = sum(word.weight for word in said)
    names = [word for word in said if word.kind == "name"]
    named_before = pointer and any(word.leads and word.name in fold(asked[: pointer.start()]) for word in names)
    if named_before and weight >= LEAST_WHOLE and not COMPARES.search(asked):
        return "nothing"  # it stands for the question's own name
    if pointer and (not CLAUSE_END.search(asked[: pointer.start()]) or weight < 2 * LEAST_WHOLE):
        # In a later clause of a long question it stands for what the first one says.
        return "all" if weight < LEAST_WHOLE and not _says_in_english(asked, said) else "subject"
    is_whole = len(said) >= 2 and (weight >= LEAST_WHOLE or (bool(names) and len(said) >= 3))
    leads = any(word.leads for word in names)
    if COMPARES_WITH.search(asked) and not leads:
        return "all"
    if leads and (is_whole or SAYS_WHAT.search(asked)):
        return "nothing"
    if is_whole:
        return "subject" if _belongs(said, context, corpus) else "nothing"
    if _says_in_english(asked, said):
        return "subject"
    return "all" if _may_belong(asked, said, context, corpus) else "nothing"


def asks_of_its_own(question: str, own: Sequence[Word], corpus: Corpus) -> bool:
    """Whether a question names itself what it asks of: 员工有多少人, 小学有多少所; not 占多少, 比例多少 or 哪些乡镇."""
    asked = without_openers(question)
    if WHY.search(asked) or COMPARES.search(asked) or not OF_OWN.search(asked):
        return False
    first = next((word for word in own if word.kind != "time" and not PRONOUN.fullmatch(word.text)), None)
    if first is None or RELATES.search(first.text) or not asked.startswith(first.text, _leading(asked)):
        return False
    return corpus.is_known(first.text) and (first.kind == "measure" or is_nominal(first.text) or len(own) > 1)


def _leading(asked: str) -> int:
    """Return where a question begins behind the words that point back: 它的, 该公司的."""
    pointer = re.match(r"(?:[它其]的?|(?:他|她|它)们的?|[前后後]者的?|该..的|这[个家].{2,4}的)", asked)
    return pointer.end() if pointer else 0


def strongest_words(own: Sequence[Word], corpus: Corpus) -> list[Word]:
    """Return the words that say most in a question, of those that the documents hold; none in English."""
    known = [word for word in own if word.kind != "time" and not is_english(word.text) and corpus.is_known(word.text)]
    return sorted(known, key=lambda word: -word.weight)[:MOST_COMPARED]


def _belongs(own: Sequence[Word], context: Sequence[Word], corpus: Corpus) -> bool:
    """Whether a question that names nothing is about the name that was talked about, as far as the documents tell."""
    names = [word for word in context if word.kind == "name"]
    if not names or any(word.leads for word in own):
        return False
    strongest = max(names, key=lambda word: word.weight)
    name = strongest.name if corpus.is_known(strongest.name) else strongest.text
    return any(
        corpus.stand_together(name, word.text) for word in strongest_words(own, corpus) if word.weight >= LEAST_COMPARED
    )


def _may_belong(question: str, own: Sequence[Word], context: Sequence[Word], corpus: Corpus) -> bool:
    """Whether a question may go on with what was talked about: some passage holds its strongest word with one of it."""
    # What something is like may be said of anything; a name, or what is to be explained, is talked about itself.
    named = [word for word in own if word.kind == "name"]
    strongest = strongest_words(own if DEFINES.match(question) else named, corpus)[:1]
    if not strongest or strongest[0].weight < NAMED:
        return True
    others = [word for word in context if word.kind != "time" and word.weight >= LEAST_CARRIED]
    return not others or any(corpus.stand_together(word.text, strongest[0].text, True) for word in others)


def _says_in_english(asked: str, said: Sequence[Word]) -> bool:
    """Whether an English question says itself what it asks of a subject: Who raised it?"""
    return not HANZI.search(asked) and any(is_english(word.text) for word in said)


def is_english(term: str) -> bool:
    return term.isascii() and not any(map(str.isdecimal, term))
