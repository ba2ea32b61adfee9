"""What a figure amounts to: its value in the unit of its kind, as exactly as it is given, to be compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf

from index.numerals import Number

# Forms of units with their kind and how much of that kind's own unit they are; a longer one before one that begins it.
# What is counted is one kind: 12个公园 and 12座公园. A unit without a kind compares with itself only.
UNITS: tuple[tuple[str, str, float], ...] = (
    ("平方公里|平方千米|km2|sq\\.? ?km|square kilomet(?:re|er)s?", "area", 1e6),
    ("平方米|平米|m2|square met(?:re|er)s?", "area", 1),
    ("公顷|hectares?|ha\\b", "area", 1e4),
    ("亩|mu\\b", "area", 2000 / 3),
    ("立方米|m3", "volume", 1000),
    ("毫升|ml\\b", "volume", 0.001),
    ("升(?![级至到])|lit(?:re|er)s?", "volume", 1),
    ("千瓦时|kwh", "energy", 1),
    ("兆瓦时|mwh", "energy", 1000),
    ("千瓦|kw\\b", "power", 1),
    ("兆瓦|mw\\b", "power", 1000),
    ("公里|千米|km\\b|kilomet(?:re|er)s?", "length", 1000),
    ("海里", "length", 1852),
    ("英里|miles?", "length", 1609.344),
    ("厘米|cm\\b", "length", 0.01),
    ("毫米|mm\\b", "length", 0.001),
    ("米|m\\b|met(?:re|er)s?", "length", 1),
    ("公斤|千克|kg\\b", "weight", 1),
    ("毫克|mg\\b", "weight", 1e-6),
    ("吨|tonnes?|tons?", "weight", 1000),
    ("克|g\\b", "weight", 0.001),
    ("斤", "weight", 0.5),
    ("美元|us dollars?|usd", "dollars", 1),
    ("元(?: ?人民币)?|块钱|人民币|rmb|yuan", "yuan", 1),
    ("个?工作日|working days?", "working days", 1),
    ("个?百分点|percentage points?", "points", 1),
    ("个?小时|hours?", "hours", 1),
    ("分钟|minutes?", "hours", 1 / 60),
    ("秒钟?|seconds?", "hours", 1 / 3600),
    ("周(?!年)|个?星期|weeks?", "hours", 168),
    ("天|日|days?", "hours", 24),
    ("个月|months?", "months", 1),
    ("个?季度|quarters?", "months", 3),
    ("年|years?", "months", 12),
    ("人次|visits?", "visits", 1),
    ("人(?!均|工)|名|位|口(?!岸)|people|persons?|employees|workers|staff|inhabitants|residents", "people", 1),
    ("[个家座处所间栋幢台辆艘架套部项条只头株棵张份款篇件枚颗](?!别|人|体|月)", "things", 1),
    (
        "欧元|港元|日元|英镑|摄氏度|课时|学时|学分|车道|床位|架次|车次|班次|艘次|人份|[例剂宗起桶瓶包箱盒页字席票桌户次批届期倍级层岁分种类度℃轮场班对册卷节点床]",
        "",
        1,
    ),
)
NOUN = re.compile(r"[a-z]{3,}(?=s\b)|[a-z]{4,}\b")  # what English counts without a unit: 38 parks
YEAR = re.compile("(?:19|20)[0-9]{2}")
_UNIT = re.compile("|".join(f"(?P<u{at}>{form})" for at, (form, *_) in enumerate(UNITS)))
MORE = re.compile(r" ?(?P<more>[多余])? ?")
RANGE = re.compile(r" ?(?:--?|[–—]{1,2}|~|至|到|to) ?")
# How a figure is meant that is no exact one, and how far above and below it the exact one may be, as shares of it.
ABOUT = re.compile(r"(?:大?约|大概|大致|估计|接?近似|about|around|approximately|roughly|some) ?为?$")
NEARLY = re.compile(r"(?:[将接]?近|几乎|nearly|almost) ?$")
ABOVE = re.compile(
    r"(?:超过?|逾|突破|高于|大于|多于|至少|最少|不少于|不低于|不小于|不止|"
    r"over|above|exceed(?:s|ed|ing)?|more than|at least) ?(?:了)?$"
)
BELOW = re.compile(
    r"(?:不足|不到|不满|未满|(?<!不)低于|(?<!不)小于|(?<!不)少于|不超过?|不高于|不多于|不大于|至多|最多|"
    r"below|under|less than|up to|at most) ?$"
)
ABOUT_BEHIND = re.compile(r"左右|上下|许")
ABOVE_BEHIND = re.compile(r"以上|及以上|or more|\+")
BELOW_BEHIND = re.compile(r"以下|以内|之内|内(?=[，。；、）)完办]|$)|or less")
ABOUT_SHARE = 0.1
LARGEST_ROUNDING = Decimal("0.1")  # of a value, from one rounded figure to the next


Day = tuple[str, str, str]  # year, month and day, "" for what is not given


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A figure of a folded text, from `start` to `end` with its unit.

    `kind` is what it measures ("length", "percent", "date", or a unit of its own). What is meant lies between `low` and
    `high`, in the unit of its kind; `value` is what is written. A date has a `day` instead.
    """

    start: int
    end: int
    kind: str
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    day: Day = ("", "", "")


def agree(one: Magnitude, other: Magnitude) -> bool:
    """Whether two figures of one kind may be the same: as exactly as both are given, in whatever unit or rounding."""
    if one.kind == "date":
        return all(not first or not second or first == second for first, second in zip(one.day, other.day, strict=True))
    if abs(one.value - other.value) <= 1e-9 * abs(one.value):
        return True
    return max(one.low, other.low) < min(one.high, other.high)


def is_unit(folded: str) -> bool:
    """Whether a word is a unit and nothing else."""
    return folded == "百分之" or _UNIT.fullmatch(folded) is not None


def kind_of_unit(folded: str) -> str:
    """Return what a unit measures: length for 公里, a unit of its own for 户, "" for what is none."""
    found = _UNIT.fullmatch(folded)
    return (UNITS[int((found.lastgroup or "u0")[1:])][1] or folded) if found else ""


def magnitudes(folded: str, numbers: Sequence[Number]) -> list[Magnitude]:
    """Return what the numbers and dates of a folded text amount to; the two ends of a range are one."""
    found: list[Magnitude] = []
    left = list(numbers)
    while left:
        first, *left = left
        last = first
        is_range = left and RANGE.fullmatch(folded[first.end : left[0].start])
        if is_range and not (first.kind == "date" and left[0].kind != "date"):
            last, *left = left
        found.append(_dated(first, last) if last.kind == "date" else _measured(folded, first, last))
    return found


def _dated(first: Number, last: Number) -> Magnitude:
    """Return a date; two that are a range are a period, which is no date."""
    if first is not last:
        return Magnitude(first.start, last.end, "period")
    year = next((key for key in first.keys if len(key) == 4 and key.isdecimal()), "")
    rest = next((key for key in first.keys if key.startswith("--")), "--")[2:]
    month, _, day = rest.partition("-")
    return Magnitude(first.start, first.end, "date", day=(year, month, day))


def _measured(folded: str, first: Number, last: Number) -> Magnitude:
    """Return what a number, or a range of two, lies between: by its digits, and by the words before and behind it."""
    kind, size, end, is_more = _unit(folded, last)
    if first is last and not kind and YEAR.fullmatch(folded[first.start : first.end]):
        return Magnitude(first.start, first.end, "date", day=(first.key, "", ""))
    (value, step), (other, other_step) = _value(folded, first), _value(folded, last)
    low, high = value - step / 2, other + other_step / 2
    before, behind = folded[max(0, first.start - 12) : first.start], folded[end : end + 6]
    if ABOUT.search(before) or ABOUT_BEHIND.match(behind):
        low, high = value * (1 - ABOUT_SHARE), other * (1 + ABOUT_SHARE)
    elif NEARLY.search(before):
        low = value * (1 - ABOUT_SHARE)
    elif BELOW.search(before) or BELOW_BEHIND.match(behind):
        low = -inf
    elif ABOVE.search(before) or ABOVE_BEHIND.match(behind):
        high = inf
    elif is_more:
        high = other * (1 + 2 * ABOUT_SHARE)
    start = first.start - (folded[first.start - 1 : first.start] == "第")
    if start < first.start:
        kind = f"rank {kind}"
    return Magnitude(start, end, kind, value * size, low * size, high * size)


def _unit(folded: str, number: Number) -> tuple[str, float, int, bool]:
    """Return the kind and size of what a number counts, where its unit ends, and whether more than that is meant."""
    more = MORE.match(folded, number.end)
    at = more.end() if more else number.end
    if number.kind == "percent":
        return "percent", 1.0, at if more and more["more"] else number.end, bool(more and more["more"])
    found = _UNIT.match(folded, at)
    if found is None and "/" in number.key:
        return "percent", 100.0, number.end, False
    if found is None:
        noun = NOUN.match(folded, at)
        return noun.group() if noun else "", 1.0, number.end, bool(more and more["more"])
    _, kind, size = UNITS[int((found.lastgroup or "u0")[1:])]
    return kind or found.group(), size, found.end(), bool(more and more["more"])


def _value(folded: str, number: Number) -> tuple[float, float]:
    """Return a number's value and how much its last digit counts: 82.05万 is 820500, by 100."""
    if "/" in number.key:
        top, bottom = map(float, number.key.split("/"))
        return top / bottom, 0.01
    value = Decimal(number.key.rstrip("%"))
    written = folded[number.start : number.end]
    digits = re.match(r"[0-9][0-9,]*(?:\.(?P<decimals>[0-9]+))?", written)
    step = Decimal(1)
    if digits is not None:
        mantissa = Decimal(digits.group().replace(",", ""))
        # 1亿2000万 is as exact as its last digits.
        if mantissa and number.kind == "number" and len(re.findall("[0-9.,]+", written)) == 1:
            step = value / mantissa
        step = step.scaleb(-len(digits["decimals"] or ""))
    # 1200 may be rounded, 120 and 1234 are not.
    units = format((value / step if step else value).to_integral_value(), "f")
    zeros = len(units) - len(units.rstrip("0"))
    if len(units) > 3 and zeros > 1:
        step = min(step * 10**zeros, value * LARGEST_ROUNDING)
    return float(value), float(step)
