"""Whether a statement has a word that excludes the one which stands in its source: 去年 for 今年, 废止 for 施行."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.gate.polarity import nearest_places
from qa.gate.traits import Traits
from qa.gate.word_lists import read_groups

NOT_BEFORE = "(?<!不再)(?<![不无没未免非别])(?<![不无没未毋][需用得必])"
BEFORE_OR_AFTER = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{2})(?:之|以)?(?P<side>[前后])(?![来期者提续台景果面方半])"
    r"|\b(?P<english>before|after) (?P<whose>(?:the )?\w+)"
)
OTHER_SIDE = {"前": "后", "后": "前"}
EARLIER = re.compile(r"(?:提前|早于?|至少提前)[^，,。；;0-9]{0,3}\Z")
AHEAD = re.compile(r"[^，,。；;0-9一二三四五六七八九十]{0,3}?(?:之|以)?(?P<side>[前后])(?![来期者提续台])")


@dataclass(frozen=True, slots=True)
class Group:
    """Words that exclude one another: what means the same is one side. `holds_on` for the clauses that follow."""

    sides: tuple[re.Pattern[str], ...]
    words: tuple[str, ...]
    holds_on: bool


def _read(line: str) -> Group:
    sides = [side.replace("_", " ").split("=") for side in line.removeprefix("~").split()]
    patterns = tuple(re.compile(f"{NOT_BEFORE}(?:{'|'.join(side)})") for side in sides)
    return Group(patterns, tuple(word for side in sides for word in side), line.startswith("~"))


# 一季度 is inside of no other; 须 is inside of 必须, which is of its side.
GROUPS = tuple(_read(line) for line in read_groups("exclusive.txt"))


def find_excluded(statement: Traits, sources: Sequence[Traits], over: str) -> str | None:
    """Return a word of a statement for which the clauses that say the same have one that excludes it."""
    for clause in range(len(statement.ends)):
        for group in GROUPS:
            if wrong := _excluded(statement, clause, group, sources, over):
                return wrong
    return _turned(statement, sources)


def _excluded(statement: Traits, clause: int, group: Group, sources: Sequence[Traits], over: str) -> str | None:
    said = _sides(group, _written(statement, clause))
    if not said:
        return None
    near = nearest_places(statement, clause, sources, group.words, over)
    if not near and group.holds_on and clause + 1 < len(statement.ends):
        near = nearest_places(statement, clause + 1, sources, group.words, over)
    theirs = [_sides_at(group, source, number) for source, number in near]
    if not theirs or any(not one or not one.keys().isdisjoint(said.keys()) for one in theirs):
        return None
    return next(iter(said.values()))


def _written(traits: Traits, clause: int) -> str:
    start, end = traits.span(clause, clause)
    return traits.folded[start:end]


def _sides(group: Group, written: str) -> dict[int, str]:
    """Return which sides of a group a clause has, each with its word."""
    found = ((at, pattern.search(written)) for at, pattern in enumerate(group.sides))
    return {at: one.group() for at, one in found if one}


def _sides_at(group: Group, source: Traits, number: int) -> dict[int, str]:
    """Return the sides that a clause of a source has or, where they hold on, those of the nearest one before it."""
    for clause in range(number, -1, -1) if group.holds_on else (number,):
        if found := _sides(group, _written(source, clause)):
            return found
    return {}


def _turned(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return 开标后 where the sources have 开标前, and three days after where they have three days before."""
    everything = "\n".join(source.folded for source in sources)
    for found in BEFORE_OR_AFTER.finditer(statement.folded):
        if found["english"]:
            other = "after" if found["english"] == "before" else "before"
            is_turned = f"{other} {found['whose']}" in everything and found.group() not in everything
        else:
            same, contrary = (
                re.search(f"{found['what']}(?:之|以)?{side}", everything)
                for side in (found["side"], OTHER_SIDE[found["side"]])
            )
            is_turned = contrary is not None and same is None
        if is_turned:
            return found.group()
    for figure in statement.figures:
        side = _direction(statement, figure.number.start, figure.number.end + len(figure.measure))
        there = {
            _direction(source, one.number.start, one.number.end + len(one.measure))
            for source in sources
            for one in source.figures
            if one.number.key == figure.number.key and one.measure == figure.measure
        }
        if side and there and "" not in there and side not in there:
            return statement.folded[figure.number.start : figure.number.end]
    return None


def _direction(text: Traits, start: int, end: int) -> str:
    """Return whether a time is told before (前) or after (后) something: 提前三天, 三天后."""
    if EARLIER.search(text.folded, max(0, start - 8), start):
        return "前"
    found = AHEAD.match(text.folded, end)
    return found["side"] if found else ""
