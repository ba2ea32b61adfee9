"""Whether the numbers and dates of a statement are those that its sources give for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.gate.shelf import Source
from qa.gate.traits import Figure, Token, Traits, traits_of

RESPECTIVELY, AND = "分别", re.compile("、|以及|和|与|及")
LEAST_SURROUNDINGS = 5.0  # weight of the words beside a figure that tell what it is of
# By how much another figure must fit better to be what the source has in this place, if it stands in the same document
# or in another one.
CLEARLY, MORE_CLEARLY = 0.3, 0.5
HANZI_DIGITS = {str(number): digit for number, digit in enumerate("零一二三四五六七八九十")}
NEAR_BEFORE, NEAR_BEHIND = 8, 4  # characters beside a statement's figure that are compared


def find_wrong_figure(statement: Traits, sources: Sequence[Source], around: str) -> tuple[str | None, list[Source]]:
    """Return a number or date that the sources do not have, or have of something else; and where they have the others.

    `around` is what was given of the same documents, where the year of a date may stand.
    """
    there = [(source, figure) for source in sources for figure in source.traits.figures]
    known = {key for figure in traits_of(around).figures for key in figure.number.keys}
    held: list[Source] = []
    if swapped := _swapped(statement, sources):
        return swapped, held
    for own in statement.figures:
        written = statement.folded[own.number.start : own.number.end]
        found = [one for one in there if _same(own, one[1])]
        if not found:
            if written == "两" and len({source.passage.document for source in sources}) > 1:
                continue  # the documents that are compared, counted
            if _written_in_hanzi(statement, own, sources):
                continue
            if own.number.kind == "date" and _dated(own, there, known):
                continue
            return written, held
        best, (at, _) = max(((_attached(statement, own, *one), one) for one in found), key=lambda pair: pair[0])
        held.append(at)
        for source, rival in there:
            if rival.number.kind != own.number.kind or rival.unit != own.unit or _same(own, rival):
                continue
            margin = CLEARLY if source.passage.document == at.passage.document else MORE_CLEARLY
            if _attached(statement, own, source, rival) > best + margin:
                return written, held
    return None, held


def _swapped(statement: Traits, sources: Sequence[Source]) -> str | None:
    """Return a figure that a source with 分别 gives for another of the things that it lists side by side."""
    for source in sources:
        for listed, figures in _respectively(source.traits):
            for own in statement.figures:
                places = [at for at, figure in enumerate(figures) if _same(own, figure)]
                start, end = statement.span(own.clause, own.clause)
                clause = statement.folded[start:end]
                named = [at for at, name in enumerate(listed) if name in clause]
                # A clause that names one of them and gives one figure of the list.
                alone = sum(figure.clause == own.clause for figure in statement.figures) == 1
                if alone and len(named) == 1 and places and named[0] not in places:
                    return statement.folded[own.number.start : own.number.end]
    return None


def _respectively(source: Traits) -> list[tuple[list[str], list[Figure]]]:
    """Return what a sentence lists before each 分别 with the figures behind it, where there are as many."""
    found = []
    for word in re.finditer(RESPECTIVELY, source.folded):
        start = max((end for end in source.ends if end <= word.start()), default=0)
        listed = [part.strip() for part in AND.split(source.folded[start : word.start()])]
        figures = [figure for figure in source.figures if figure.number.start >= word.end()][: len(listed)]
        if len(listed) < 2 or len(figures) < len(listed):
            continue
        # Of the last one only what is like the others in length: 苏州市的住宿费标准.
        longest = max(map(len, listed[:-1]))
        listed[-1] = listed[-1][: max(2, longest)].removesuffix("的")
        found.append((listed, figures))
    return found


def _written_in_hanzi(statement: Traits, own: Figure, sources: Sequence[Source]) -> bool:
    """Whether a source has a small number in hanzi where that is read as part of a word: 7点 and 七点."""
    if own.number.key not in HANZI_DIGITS:
        return False
    behind = statement.folded[own.number.end : own.number.end + 1]
    return any(HANZI_DIGITS[own.number.key] + behind in source.traits.folded for source in sources)


def _same(own: Figure, other: Figure) -> bool:
    """Whether a source's figure is that of a statement; a date may say more than the statement does."""
    if own.number.key not in other.number.keys and not (
        own.number.kind == "number" and other.number.key in own.number.keys
    ):
        return False
    return not own.unit or not other.unit or own.unit == other.unit


def _dated(own: Figure, there: Sequence[tuple[Source, Figure]], known: set[str]) -> bool:
    """Whether a date is put together: the month of the sentence, the year of a title or of the text before."""
    keys = own.number.keys
    year = next((key for key in keys if len(key) == 4 and key.isdecimal()), None)
    rest = next((key for key in keys if key.startswith("--")), None)
    if year is None:
        return False
    if rest is None:
        return year in known
    return year in known and any(rest in figure.number.keys for _, figure in there)


def _attached(statement: Traits, own: Figure, source: Source, other: Figure) -> float:
    """Return how much of what stands around a statement's figure stands around a source's, 0 to 1."""
    around = _surroundings(statement, own)
    beside = _surroundings(source.traits, other)
    clauses = [token.clause for token in beside] or [other.clause]
    start, end = source.traits.span(min(clauses), max(clauses))
    there = source.traits.folded[start:end] + source.heading
    total = sum(token.weight for token in around)
    share = sum(token.weight for token in around if token.key in there) / total if total else 0.0
    return 0.6 * share + 0.4 * _near(statement.folded, own, source.traits.folded, other)


def _surroundings(statement: Traits, own: Figure) -> list[Token]:
    """Return the words of a figure's clause; of a date that is a clause by itself, also those of the next one."""
    words = [token for token in statement.tokens if token.kind in ("word", "name", "code")]
    clause = [token for token in words if token.clause == own.clause]
    if sum(token.weight for token in clause) < LEAST_SURROUNDINGS:
        clause += [token for token in words if token.clause == own.clause + 1]
    return clause


def _near(text: str, own: Figure, source: str, other: Figure) -> float:
    """Return how alike the characters close to two figures are."""
    before, after = (
        text[max(0, own.number.start - NEAR_BEFORE) : own.number.start],
        text[own.number.end : own.number.end + NEAR_BEHIND],
    )
    there = (
        source[max(0, other.number.start - 12) : other.number.start],
        source[other.number.end : other.number.end + 6],
    )
    pairs = [(before[at : at + 2], 0) for at in range(len(before) - 1)] + [
        (after[at : at + 2], 1) for at in range(len(after) - 1)
    ]
    pairs = [(pair, side) for pair, side in pairs if pair.isalnum() and not any(map(str.isdigit, pair))]
    return sum(pair in there[side] for pair, side in pairs) / len(pairs) if pairs else 0.0
