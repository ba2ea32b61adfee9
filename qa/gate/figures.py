"""Whether the numbers and dates of a statement are those that its sources give for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.gate.bounds import bound_of, is_stated
from qa.gate.quantities import in_smallest
from qa.gate.shelf import Source
from qa.gate.traits import Figure, Token, Traits, traits_of

RESPECTIVELY, AND = "分别", re.compile("、|以及|和|与|及")
LEAST_SURROUNDINGS = 5.0  # weight of the words beside a figure that tell what it is of
# By how much another figure must fit better to be what the source has in this place, if it stands in the same document
# or in another one.
# A little is enough for an amount in the same sentence, where dates are often told once for all.
CLEARLY, MORE_CLEARLY, IN_SENTENCE = 0.3, 0.5, 0.19
# Measure words that cannot stand for one another.
LEAST_TELLING = 2.4  # weight of a word that tells things apart
AS_WELL = 0.1  # by how much a place may fit worse and still be meant
STRICT = frozenset("次倍层级届折期天日周月年岁元吨亩度%")
HANZI_DIGITS = {str(number): digit for number, digit in enumerate("零一二三四五六七八九十")}
NEAR_BEFORE, NEAR_BEHIND = 8, 4  # characters beside a statement's figure that are compared


def find_wrong_figure(
    statement: Traits, sources: Sequence[Source], around: str, within: str = ""
) -> tuple[str | None, list[Source]]:
    """Return a number or date that the sources do not have, or have of something else; and where they have the others.

    `around` is what was given of the same documents, where the year of a date may stand. Where `within` is given, only
    the figures that stand in it are judged.
    """
    there = [(source, figure) for source in sources for figure in source.traits.figures]
    known = {key for figure in traits_of(around).figures for key in figure.number.keys}
    held: list[Source] = []
    if swapped := _swapped(statement, sources):
        return swapped, held
    for own in statement.figures:
        written = statement.folded[own.number.start : own.number.end]
        if within and written not in within:
            continue
        found = [one for one in there if are_same(own, one[1])]
        if not found:
            if (
                written == "两"
                and own.measure not in STRICT
                and len({source.passage.document for source in sources}) > 1
            ):
                continue  # the documents that are compared, counted
            if _written_in_hanzi(statement, own, sources):
                continue
            if own.number.kind == "date" and _dated(own, there, known):
                continue
            return written, held
        fits = [(_attached(statement, own, *one), one) for one in found]
        best, (at, _) = max(fits, key=lambda pair: pair[0])
        if _is_bound_otherwise(statement, own, [one for fit, one in fits if fit >= best - AS_WELL]):
            return written, held
        if _is_of_another_date(statement, own, found, there) or _is_of_another_part(statement, own, found):
            return written, held
        held.append(at)
        if any(_is_paired(statement, own, *one) for one in found):
            continue
        for source, rival in there:
            if not _are_alike(own, rival) or are_same(own, rival):
                continue
            if any(are_same(other, rival) for other in statement.figures if other.clause == own.clause):
                continue  # it is told as well: from 四张 to 十二张
            margin = CLEARLY if source.passage.document == at.passage.document else MORE_CLEARLY
            if source is at and own.number.kind != "date" and RESPECTIVELY not in source.traits.folded:
                margin = IN_SENTENCE
            if _attached(statement, own, source, rival) > best + margin:
                return written, held
    return None, held


def _is_bound_otherwise(statement: Traits, own: Figure, found: Sequence[tuple[Source, Figure]]) -> bool:
    """Whether a statement makes a least of what is a most in its sources, or a bound of what is none."""
    bound = bound_of(statement, own)
    theirs = {bound_of(source.traits, other) for source, other in found}
    if not bound or bound in theirs:
        return False
    return bool(theirs - {""}) or is_stated(statement, own)


def _is_of_another_date(
    statement: Traits, own: Figure, found: Sequence[tuple[Source, Figure]], there: Sequence[tuple[Source, Figure]]
) -> bool:
    """Whether the sources give a figure for another date than its clause, and for that another figure of the kind."""
    dates = _dates_of(statement, own)
    if own.number.kind == "date" or not dates:
        return False
    theirs = [_dates_of(source.traits, other) for source, other in found]
    if any(not one or dates & one for one in theirs):
        return False
    return any(
        _are_alike(own, rival) and dates & _dates_of(source.traits, rival)
        for source, rival in there
        if any(source is at for at, _ in found)
    )


def _is_paired(statement: Traits, own: Figure, source: Source, other: Figure) -> bool:
    """Whether a date and an amount stand beside one another in a statement and in a clause of the source."""
    beside = [one for one in statement.figures if one.clause == own.clause]
    theirs = [one for one in source.traits.figures if one.clause == other.clause]
    if len(beside) != 2 or len(theirs) != 2 or "date" not in {one.number.kind for one in beside}:
        return False
    return all(any(are_same(one, two) for two in theirs) for one in beside)


def _is_of_another_part(statement: Traits, own: Figure, found: Sequence[tuple[Source, Figure]]) -> bool:
    """Whether what a clause tells apart stands only in clauses beside its figure's, with figures of their own."""
    if own.number.kind == "date" or sum(one.clause == own.clause for one in statement.figures) > 1:
        return False
    for source, other in found:
        words = [
            one.key
            for one in statement.tokens
            if one.clause == own.clause and one.kind in ("word", "name") and one.weight >= LEAST_TELLING
            if one.key not in source.heading
            and one.start not in range(own.number.end, own.number.end + len(own.measure))
        ]
        text = source.traits
        start, end = text.span(other.clause, other.clause)
        if not words or any(word in text.folded[start:end] for word in words):
            return False
        rivals = [one for one in text.figures if one.clause != other.clause and _are_alike(own, one)]
        spans = [text.span(one.clause, one.clause) for one in rivals if not are_same(own, one)]
        if not any(word in text.folded[left:right] for word in words for left, right in spans if left > start):
            return False
    return bool(found)


def _dates_of(text: Traits, own: Figure) -> set[str]:
    """Return the dates that stand in a figure's clause."""
    return {
        key for one in text.figures if one.number.kind == "date" and one.clause == own.clause for key in one.number.keys
    }


def _swapped(statement: Traits, sources: Sequence[Source]) -> str | None:
    """Return a figure that a source with 分别 gives for another of the things that it lists side by side."""
    for source in sources:
        for listed, figures in _respectively(source.traits):
            for own in statement.figures:
                places = [at for at, figure in enumerate(figures) if are_same(own, figure)]
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
    """Whether a source has a small number in hanzi that is read as part of a word: 七点 for 7点, 六车道 for 6条车道."""
    if own.number.key not in HANZI_DIGITS:
        return False
    behind = statement.folded[own.number.end : own.number.end + 1]
    noun = statement.folded[own.number.end + len(own.measure) :][:2]
    digit = HANZI_DIGITS[own.number.key]
    spelled = statement.folded[own.number.start : own.number.end]
    if spelled.isascii() and spelled.isalpha() and not own.unit:  # six lanes: 六车道
        return any(digit in source.traits.folded for source in sources)
    written = [digit + behind, *([digit + noun] if len(noun) == 2 and noun.isalnum() else [])]
    return any(one in source.traits.folded for source in sources for one in written)


def are_same(own: Figure, other: Figure) -> bool:
    """Whether a source's figure is that of a statement; a date may say more than the statement does."""
    measures = in_smallest(own.number.key, own.unit), in_smallest(other.number.key, other.unit)
    if measures[0] and measures[0] == measures[1]:
        return True
    if own.number.key not in other.number.keys and not (
        own.number.kind == "number" and other.number.key in own.number.keys
    ):
        return False
    if own.unit and other.unit:
        return own.unit == other.unit
    # 三天 is not 三次, and 12人 not 12元; where nothing stands behind a number, anything may be meant.
    return not (
        own.measure and other.measure and own.measure != other.measure and {own.measure, other.measure} & STRICT
    )


def _are_alike(own: Figure, other: Figure) -> bool:
    """Whether two figures measure the same kind of thing, in the same unit or in one that converts."""
    if own.number.kind != other.number.kind:
        return False
    measures = in_smallest(own.number.key, own.unit), in_smallest(other.number.key, other.unit)
    return own.unit == other.unit or (None not in measures and measures[0][:1] == measures[1][:1])  # type: ignore


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
    # What the title says is true of all figures below it and tells none of them apart.
    if own.number.kind != "date":
        around = [token for token in around if token.key not in source.heading] or around
    total = sum(token.weight for token in around)
    share = sum(token.weight for token in around if token.key in there) / total if total else 0.0
    return 0.6 * share + 0.4 * _near(statement.folded, own, source.traits.folded, other)


def _surroundings(statement: Traits, own: Figure) -> list[Token]:
    """Return the words of a figure's clause; of a date that is a clause by itself, also those of the next one."""
    unit = range(own.number.end, own.number.end + len(own.measure))  # may be another one in the source
    words = [one for one in statement.tokens if one.kind in ("word", "name", "code") and one.start not in unit]
    clause = [token for token in words if token.clause == own.clause]
    if sum(token.weight for token in clause) < LEAST_SURROUNDINGS:
        clause += [token for token in words if token.clause == own.clause + 1]
    return clause


def _near(text: str, own: Figure, source: str, other: Figure) -> float:
    """Return how alike the characters close to two figures are."""
    before, after = (
        text[max(0, own.number.start - NEAR_BEFORE) : own.number.start],
        _behind(text, own, NEAR_BEHIND),
    )
    there = (
        source[max(0, other.number.start - 12) : other.number.start],
        _behind(source, other, NEAR_BEHIND + 2),
    )
    pairs = [(before[at : at + 2], 0) for at in range(len(before) - 1)] + [
        (after[at : at + 2], 1) for at in range(len(after) - 1)
    ]
    pairs = [(pair, side) for pair, side in pairs if pair.isalnum() and not any(map(str.isdigit, pair))]
    return sum(pair in there[side] for pair, side in pairs) / len(pairs) if pairs else 0.0


def _behind(text: str, figure: Figure, length: int) -> str:
    """Return what stands behind a figure and its unit, which may be another one in the source."""
    start = figure.number.end
    start += len(figure.measure) if text.startswith(figure.measure, start) else 0
    return text[start : start + length]
