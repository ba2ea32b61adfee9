"""Whether a statement tells as done what its source only plans, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.gate.polarity import nearest_places
from qa.gate.traits import Traits

DONE = re.compile(r"已(?!知)|业经|了(?=[，,；;。！!]|$)|\b(?:has|have) (?:been |already |now )*\w+|\balready\b")
# 新增了三处 is told as done of what the very clause plans.
DONE_TO = re.compile(r"(?P<what>(?!进行|开展|有)[\u4e00-\u9fff]{2})(?<![为除受极到罢算])了(?![解结不得然却望])")
_WILL = r"将(?!军|领|士|近|来|[^，。；]{0,12}(?:作为|纳入|视为))|即将"
WILL = re.compile(_WILL)
_PLANS = r"拟(?!人|音)|预计|预期|有望|力争|争取|打算|设想|提议|建议"
PLANNED = re.compile(
    rf"{_WILL}|{_PLANS}|计划|规划|准备|希望|目标是|如果|倘若|"
    r"一旦|正在(?:推进|推动|筹备|有序)|\b(?:will|would|shall|plans?|planned|expected|proposed|intends?|if)\b"
)
# What is only planned: verbs, with what follows. 安全计划 is none, and 建议 with nobody before it is advice.
HEDGE = re.compile(
    rf"(?<![的该此项本])(?:(?<=[\u4e00-\u9fff]{{2}})建议|(?!建议)(?:{_PLANS})"
    r"|(?:(?<=[，,。；;司团们市区县村镇府局厂院校会方部店馆所队组家者它他她园])|(?<![\u4e00-\u9fff]))计划|计划(?=[于在到0-9]))"
    r"(?![书表的中内]|[，,。；;、！!]|$)"
    r"|\b(?:plans?|expects?|intends?|hopes?|proposes?|(?:is|are) (?:expected|planned|due)) to\b"
)
# What tells that a statement speaks of something to come.
TO_COME = re.compile(
    rf"{PLANNED.pattern}|未来|展望|今后|目标|战略|策略|愿景|可能|\b(?:to be|is to|are to|due|may|might)\b"
)
# 老水厂曾供应三个村 is not 老水厂供应三个村.
FORMERLY = re.compile(r"曾经?(?!国|庆|子)|\bused to\b|\bformerly\b")
PAST = re.compile(r"[曾过了原前旧历昔]|当[时年]|[年月日]|\b(?:was|were|had|used|once|formerly|until)\b|\w+ed\b")
REACH = 10  # characters behind a word that plans in which stands what is planned
LEAST_SAID = 2  # words of a clause that tells something: a figure alone is no fact
TOLD_AHEAD = 2  # tokens behind a hedge of which the first that a statement may leave out


def is_out_of_time(statement: Traits, sources: Sequence[Traits], over: str = "") -> str | None:
    """Return what a statement tells as done or as planned where the sentences that say the same tell the contrary."""
    is_to_come = TO_COME.search(statement.folded) is not None
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        text = statement.folded[start:end]
        done, planned = DONE.search(text), PLANNED.search(text)
        if done and planned:
            continue
        near = nearest_places(statement, clause, sources, (), over)
        if not near:
            continue
        in_clauses, in_sentences = ([_state(*place, whole) for place in near] for whole in (False, True))
        states = [one if any(one) else two for one, two in zip(in_clauses, in_sentences, strict=True)]
        if done and all(are_planned and not are_done for are_done, are_planned in states):
            return done.group()
        if planned and all(are_done and not are_planned for are_done, are_planned in in_sentences):
            return planned.group()
        done_to = DONE_TO.search(text)
        if done_to and all(_plans_to(done_to["what"], *place) for place in near):
            return done_to.group()
        says = sum(token.clause == clause and token.kind in ("word", "name") for token in statement.tokens)
        hedges = [] if is_to_come or says < LEAST_SAID else [_told_after(HEDGE, *place, statement) for place in near]
        if hedges and all(hedges):
            return hedges[0]
        if not PAST.search(statement.folded) and all(_told_after(FORMERLY, *place, statement) for place in near):
            return text
    return None


def _plans_to(what: str, source: Traits, number: int) -> bool:
    """Whether a clause only plans to do something."""
    start, end = source.span(number, number)
    found = HEDGE.search(source.folded, start, end) or WILL.search(source.folded, start, end)
    return found is not None and what in source.folded[found.end() : min(end, found.end() + REACH)]


def _state(source: Traits, number: int, whole: bool) -> tuple[bool, bool]:
    """Return whether a clause or its whole sentence tells something done, and something planned."""
    start, end = (0, len(source.folded)) if whole else source.span(number, number)
    return tuple(pattern.search(source.folded, start, end) is not None for pattern in (DONE, PLANNED))  # type: ignore


def _told_after(word: re.Pattern[str], source: Traits, number: int, statement: Traits) -> str | None:
    """Return the word by which a clause only plans, or tells of once, what a statement tells without it."""
    found = word.search(source.folded, *source.span(number, number))
    if found is None:
        return None
    told = [token for token in source.tokens if found.end() <= token.start and token.clause == number]
    keys = {key for figure in statement.figures for key in figure.number.keys}
    is_told = any(token.key in (keys if token.kind == "number" else statement.folded) for token in told[:TOLD_AHEAD])
    return found.group() if is_told else None
