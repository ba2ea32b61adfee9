"""Statements in another language than their passages: what can be compared beside figures and vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.gate.aspect import DONE, PLANNED, TO_COME
from qa.gate.figures import are_same
from qa.gate.polarity import IMPLIED
from qa.gate.shelf import Source
from qa.gate.traits import Figure, Traits
from qa.gate.word_lists import read_groups
from qa.terms import is_written_in_hanzi
from qa.translation import is_gloss, reads_like, translate_terms

# What says that something is so or may be, and not what it is of.
_MODAL = (
    "allowed permitted forbidden prohibited banned may must can open opens closed free not no never are is was has have"
)
LEAST_MATCHED = 0.5  # terms and figures of a statement in a clause, each by how few clauses have it
TIE = 0.01
TOLD_DONE = re.compile(r"\b(?:was|were|has|have|had|went|became|began|took|\w+ed)\b")
NAME_IN_LATIN = re.compile(r"(?<![A-Za-z.])[A-Z][a-z]+(?: [A-Z][a-z]+)*(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Side:
    """English words and the Chinese ones that say as much, with their contraries."""

    english: re.Pattern[str]
    not_english: re.Pattern[str]
    chinese: re.Pattern[str]
    not_chinese: re.Pattern[str]


def _read(line: str) -> tuple[Side, Side]:
    one, other, hanzi, other_hanzi = (part.split() for part in line.split("|"))
    english, not_english = (re.compile(rf"\b(?:{'|'.join(words)})\b") for words in (one, other))
    chinese, not_chinese = (
        re.compile("|".join(words).replace("_", "[^，。；,;]{1,8}?")) for words in (hanzi, other_hanzi)
    )
    return Side(english, not_english, chinese, not_chinese), Side(not_english, english, not_chinese, chinese)


SIDES = tuple(side for line in read_groups("across.txt") for side in _read(line))


_CONTRARIES = (word for line in read_groups("across.txt") for part in line.split("|")[:2] for word in part.split())
MODAL = re.compile("|".join((*_MODAL.split(), *_CONTRARIES)))


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a source, how much it holds of a statement's words and figures, and what stands in it."""

    matched: float
    has_words: bool
    source: Traits
    text: str
    denies: bool
    figures: tuple[Figure, ...]


def find_contrary_across(text: str, statement: Traits, sources: Sequence[Source]) -> str | None:
    """Return what a statement says contrary to the clauses in another language that say most of what it says."""
    if unknown := _unknown_name(text, sources):
        return unknown
    clauses = _clauses(statement, sources)
    most = max((one.matched for one in clauses), default=0.0)
    if most < LEAST_MATCHED:
        return None
    near = [one for one in clauses if one.matched >= most - TIE]
    if moved := _of_another_clause(statement, clauses):
        return moved
    negated = any(one.kind == "negation" for one in statement.tokens)
    denies = negated or bool(IMPLIED.search(statement.folded))
    agrees = any(_on_one_side(statement.folded, one.text) for one in near) and not negated  # rejected: 否决
    if not agrees and all(one.denies != denies for one in near) and not _is_turned(statement, near):
        return "denied" if denies else "not denied"
    wrong = [] if negated else [_opposed(statement.folded, one.text) for one in near]
    if wrong and all(wrong):
        return wrong[0]
    return "planned" if all(_is_only_planned(statement.folded, one) for one in near) else None


def agrees_across(statement: Traits, sources: Sequence[Source]) -> bool:
    """Whether a clause with the same figures has the Chinese of an English word that has a contrary: fell, 下降."""
    return bool(statement.figures) and any(
        _on_one_side(statement.folded, one.text)
        for one in _clauses(statement, sources)
        if all(any(are_same(own, other) for other in one.figures) for own in statement.figures)
    )


def _clauses(statement: Traits, sources: Sequence[Source]) -> list[Clause]:
    in_hanzi = is_written_in_hanzi(statement.folded)
    everything = "\n".join(source.traits.folded for source in sources)
    terms = {} if in_hanzi else _terms(statement.folded, everything)
    places = [
        (source.traits, number)
        for source in sources
        if is_written_in_hanzi(source.traits.folded) != in_hanzi
        for number in range(len(source.traits.ends))
    ]
    held: list[frozenset[tuple[str, ...]]] = []
    for own, number in places:
        text = _text(own, number)
        words = _terms(text, statement.folded) if in_hanzi else terms
        held.append(frozenset(of for of in words.values() if in_hanzi or any(word in text for word in of)))
    return [
        _clause(statement, *place, [sum(of in other for other in held) for of in words])
        for place, words in zip(places, held, strict=True)
    ]


def _clause(statement: Traits, own: Traits, number: int, held_by: Sequence[int]) -> Clause:
    text, figures = _text(own, number), tuple(one for one in own.figures if one.clause == number)
    same = sum(any(are_same(one, other) for other in figures) for one in statement.figures)
    # What many clauses have tells none of them apart.
    matched = sum(1 / many for many in held_by) + same
    denies = any(one.kind == "negation" and one.clause == number for one in own.tokens)
    return Clause(matched, bool(held_by), own, text, denies or bool(IMPLIED.search(text)), figures)


def _text(own: Traits, number: int) -> str:
    start, end = own.span(number, number)
    return own.folded[start:end]


def _terms(english: str, chinese: str) -> dict[str, tuple[str, ...]]:
    terms = translate_terms(english, lambda word: word in chinese)
    return {
        term: words for term, words in terms.items() if words and not MODAL.fullmatch(term) and not term[0].isdigit()
    }


def _of_another_clause(statement: Traits, clauses: Sequence[Clause]) -> str | None:
    """Return a figure that stands in clauses with none of a statement's words, where another has both."""
    if len(statement.figures) != 1:
        return None
    own = statement.figures[0]
    has = [any(are_same(own, other) for other in clause.figures) for clause in clauses]
    theirs = [one.has_words for one, found in zip(clauses, has, strict=True) if found]
    rivals = [
        one.has_words
        for one, found in zip(clauses, has, strict=True)
        if not found and any(other.number.kind == own.number.kind and other.unit == own.unit for other in one.figures)
    ]
    if theirs and not any(theirs) and any(rivals):
        return statement.folded[own.number.start : own.number.end]
    return None


def _opposed(statement: str, clause: str) -> str | None:
    english, chinese = (clause, statement) if is_written_in_hanzi(statement) else (statement, clause)
    for side in SIDES:
        said = side.english.search(english)
        is_turned = side.not_chinese.search(chinese) and not side.chinese.search(chinese)
        if said and is_turned and not side.not_english.search(english):
            return said.group()
    return None


def _on_one_side(statement: str, clause: str) -> bool:
    english, chinese = (clause, statement) if is_written_in_hanzi(statement) else (statement, clause)
    return any(side.english.search(english) and side.chinese.search(chinese) for side in SIDES)


def _is_turned(statement: Traits, near: Sequence[Clause]) -> bool:
    """Whether a negation only turns a contrary round: 不开放 and closed."""
    return any(one.kind == "negation" for one in statement.tokens) and any(
        _opposed(statement.folded, one.text) for one in near
    )


def _is_only_planned(statement: str, clause: Clause) -> bool:
    in_hanzi = is_written_in_hanzi(statement)
    is_done = DONE.search(statement) if in_hanzi else TOLD_DONE.search(statement)
    plans = any(PLANNED.search(text) and not DONE.search(text) for text in (clause.text, clause.source.folded))
    return bool(is_done) and plans and not TO_COME.search(statement)


def _unknown_name(text: str, sources: Sequence[Source]) -> str | None:
    """Return a name in pinyin that nothing in the passages is read like."""
    around = "".join(source.heading + source.traits.folded for source in sources)
    if is_written_in_hanzi(text) or not is_written_in_hanzi(around):
        return None
    for found in NAME_IN_LATIN.finditer(text):
        words = found.group().split()
        while words and reads_like([words[0]] * 2, around) is None:  # Professor Li Ming
            words = words[1:]
        is_word = not words or is_gloss(" ".join(words).lower())
        if not is_word and reads_like(words, around) is False and "".join(words).lower() not in around:
            return " ".join(words)
    return None
