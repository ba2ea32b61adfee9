"""Who does what: whether a statement gives something to do, a title or words to another than its sources do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.gate.lead_ins import LEAD_IN
from qa.gate.traits import Token, Traits

BY = re.compile(r"(?<![自理缘事经])由(?![于此来衷])")
ROLES = "负责|承担|担任|出任|接任|主持|受理|审批|审核|答复|策划|承建|承办|主办|承包|养护|牵头"
DOES = re.compile(
    rf"(?P<who>[^，,。；;、:]{{2,20}}?)(?:将|应当?|须|要|会|也|还|已|共同|统一)?(?:{ROLES})(?=(?P<what>[^，,。；;]{{2,}}))"
)
LEAST_OF_THING = 0.6  # of the words of what is done, by a clause that tells who does it
OF_THING, OF_DOING = 1.5, 1.0  # what the words before 由 and those behind who does it weigh
TIE = 0.15
_SAYS = "说|表示|认为|称|介绍|指出|透露|强调|坦言|回应|回忆|解释|补充道"
SAYS = re.compile(
    rf"(?P<who>[^，,。；;:“”]{{2,24}}?)(?:在[^，,。；;:]{{1,12}})?(?:还|也|则)?(?:{_SAYS})道?(?=[，,:“]|[^，,。；;的]{{4,}})"
    r"|(?P<english>[a-z][a-z .'-]*?)(?:, [^,.;]+,)? (?:said|says|stated|explained|believes?|added)\b"
    r"|\baccording to (?P<according>[a-z][a-z .'-]*)"
)
NAME = r"[\u4e00-\u9fff]{2,3}"
TITLED = re.compile(
    rf"(?P<title>[\u4e00-\u9fff]{{2,12}}?)(?:现?由|[是为:])(?P<name>{NAME})(?:担任)?(?=[，,。；;]|$)"
    rf"|(?P<holder>{NAME})(?:现任|担任|出任|被任命为|被聘为|任|[是为])(?P<held>[\u4e00-\u9fff]{{2,16}})(?=[，,。；;]|$)"
)
LONGEST_TITLE = 6


@dataclass(frozen=True, slots=True)
class Deed:
    """A clause that tells who does something: the words of who, of what it is done to, and of the doing."""

    who: str
    thing: tuple[Token, ...]
    doing: tuple[Token, ...]


def find_other_role(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return who a statement names for what its sources give to another: to do, to be, or to have said."""
    for clause in range(len(statement.ends)):
        deed = _deed(statement, clause)
        if deed and not _is_done_so(deed, sources):
            return deed.who
    return _of_another_title(statement, sources) or _of_another_speaker(statement, sources)


def _deed(statement: Traits, clause: int) -> Deed | None:
    """Return what 维修由甲承担 and 甲负责维修 tell in a clause."""
    start, end = statement.span(clause, clause)
    tokens = [one for one in statement.tokens if one.clause == clause and one.kind in ("word", "name", "code")]
    by = BY.search(statement.folded, start, end)
    if by:
        behind = [one for one in tokens if one.start >= by.end()]
        if len(behind) < 2 or behind[0].start > by.end() + 1:
            return None
        before = [one for one in tokens if one.end <= by.start()]
        if not before:
            before = [one for one in statement.tokens if one.clause == clause - 1 and one.kind in ("word", "name")]
        return Deed(behind[0].key, tuple(before), tuple(behind[1:])) if before else None
    does = DOES.match(statement.folded, start, end)
    if does is None:
        return None
    who = [one for one in tokens if one.end <= does.end("who")]
    what = [one for one in tokens if one.start >= does.end()]
    return Deed(who[-1].key, (), tuple(what)) if who and what else None


def _is_done_so(deed: Deed, sources: Sequence[Traits]) -> bool:
    """Whether, of the clauses that tell who does it, one that fits best names the same, or none fits."""
    found = [
        (score, names)
        for source in sources
        for number in range(len(source.ends))
        for score, names in _fit(deed, source, number)
    ]
    best = max((score for score, _ in found), default=0.0)
    whole = OF_THING * bool(deed.thing) + OF_DOING * bool(deed.doing)
    return best < LEAST_OF_THING * whole or any(names for score, names in found if score >= best - TIE)


def _fit(deed: Deed, source: Traits, number: int) -> Iterator[tuple[float, bool]]:
    """Yield how well a clause of a source tells of a deed, and whether it names who does it."""
    start, end = source.span(number, number)
    by = BY.search(source.folded, start, end)
    does = None if by else DOES.match(source.folded, start, end)
    written = source.folded[start:end]
    if by is None and does is None and deed.who not in written:
        return
    if by:
        before, behind = source.folded[start : by.start()], source.folded[by.end() : end]
        before = before if any(map(str.isalnum, before)) else source.folded[:start]
        names = deed.who in behind
    else:
        before, behind, names = source.folded[:end], written, deed.who in written
    if not deed.thing:
        before, behind = "", written
    yield OF_THING * _share(deed.thing, before) + OF_DOING * _share(deed.doing, behind), names


def _share(tokens: Sequence[Token], text: str) -> float:
    total = sum(token.weight for token in tokens)
    return sum(token.weight for token in tokens if token.key in text) / total if total else 0.0


def _of_another_title(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return a name that a statement gives a title which the sources only give to others."""
    named = {token.key for token in statement.tokens if token.kind == "name"}
    for found in TITLED.finditer(statement.folded):
        name, title = found["name"] or found["holder"], (found["title"] or found["held"])[-LONGEST_TITLE:]
        if name not in named:
            continue
        held = (_holders(sources, title[-length:]) for length in range(len(title), 1, -1))
        holders = next(filter(None, held), frozenset())  # of the longest part of the title that anybody has
        if holders and name not in holders:
            return name
    return None


def _holders(sources: Sequence[Traits], title: str) -> frozenset[str]:
    """Return the names that a title stands before, or which are said to hold it."""
    found = set()
    for source, token in ((one, token) for one in sources for token in one.tokens if token.kind == "name"):
        before, behind = source.folded[: token.start], source.folded[token.end :]
        is_before = re.search(rf"{title}(?:现?由|[是为:])?\Z", before)
        if is_before or re.match(rf"(?:现任|担任|出任|任|[是为])[\u4e00-\u9fff]{{0,10}}{title}", behind):
            found.add(token.key)
    return frozenset(found)


def _of_another_speaker(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return who is said to have said what another said."""
    leads = LEAD_IN.match(statement.folded)  # 据文中介绍 names nobody
    said = SAYS.match(statement.folded, leads.end() if leads else 0)
    if said is None:
        return None
    who = (said["who"] or said["english"] or said["according"]).strip()
    told = [one for one in statement.tokens if one.start >= said.end() and one.kind != "negation"]
    scores = [sum(one.weight for one in told if one.key in source.folded) for source in sources]
    if not told or max(scores, default=0.0) < LEAST_OF_THING * sum(one.weight for one in told):
        return None
    near = [source for source, score in zip(sources, scores, strict=True) if score >= 0.9 * max(scores)]
    named = who.split()[-1] if who.isascii() else who[-2:]
    speakers = [SAYS.search(source.folded) for source in near]
    if all(found is not None and named not in source.folded for found, source in zip(speakers, near, strict=True)):
        return who
    return None
