"""Times that a follow-up gives relative to those of the turns before: 前一年, 三年后, 去年同期, the year before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from index.lexical import fold_in_place
from index.numerals import DIGITS, find_numbers

LEAST_YEAR, LATEST_YEAR = 1000, 2999
PERIOD = re.compile(r"[上下]半年|前三季度|第?[一二三四1-4]季度|\bq[1-4]\b")
# What is told beside the figure of a year is no question for that year: 比上年增长了多少.
COMPARED = re.compile(r"(?:比|较|占|为)\s*$")
_COUNT = (
    r"(?P<count>[0-9]{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]|"
    r"one|two|three|four|five|ten)"
)
_ENGLISH_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}


@dataclass(frozen=True, slots=True)
class _Time:
    """A year, perhaps with a month or a day."""

    year: int
    month: int | None = None
    day: int | None = None


def _years(count: int) -> Callable[[_Time], _Time | None]:
    return lambda time: _Time(time.year + count)


def _months(count: int) -> Callable[[_Time], _Time | None]:
    def shifted(time: _Time) -> _Time | None:
        if time.month is None:
            return None
        years, month = divmod(time.month - 1 + count, 12)
        return _Time(time.year + years, month + 1)

    return shifted


def _days(count: int) -> Callable[[_Time], _Time | None]:
    def shifted(time: _Time) -> _Time | None:
        if time.month is None or time.day is None:
            return None
        try:
            day = date(time.year, time.month, time.day) + timedelta(days=count)
        except ValueError:
            return None
        return _Time(day.year, day.month, day.day)

    return shifted


# A year that is one of a row: 一年级, 前一年代; what comes behind the figure must not go on.
_YEAR = r"(?:个)?年度?(?!级|代|龄|轻|纪|前|后|来|以|之|间)"
_RELATIVE: tuple[tuple[re.Pattern[str], Callable[[_Time], _Time | None]], ...] = tuple(
    (re.compile(pattern), shift)
    for pattern, shift in (
        (rf"再?往?之?[前上头]一{_YEAR}|上年度?", _years(-1)),
        (r"the (?:year before|previous year|prior year)|(?:a|one) year (?:earlier|before)", _years(-1)),
        (rf"再?往?之?[后下]一{_YEAR}|第二年|次年|翌年|转年", _years(1)),
        (r"the (?:next|following) year|(?:a|one) year later|the year after", _years(1)),
        (r"同一?年|当年|[那该]一?年(?!代|级|轻)|(?:that|the same) year", _years(0)),
        (r"(?:再往?)?[上前]一?个月|the (?:previous month|month before)", _months(-1)),
        (r"(?:再往?)?[下后]一?个月|次月|the (?:next|following) month", _months(1)),
        (r"[前头]一天|the (?:day before|previous day)", _days(-1)),
        (r"第二天|次日|翌日|后一天|the (?:next|following) day", _days(1)),
    )
)
# Said of today, but in a mere 去年呢？ of the year that was talked about.
_OF_TODAY: tuple[tuple[re.Pattern[str], Callable[[_Time], _Time | None]], ...] = (
    (re.compile("大前年"), _years(-3)),
    (re.compile("(?<![之以从])前年"), _years(-2)),
    (re.compile(r"(?<![早往])去年|\blast year"), _years(-1)),
    (re.compile(r"[明来]年|\bnext year"), _years(1)),
)
MERE = re.compile(
    r"^(?:那么?|and|what about|how about|[\s，,])*(?P<time>.{2,6}?)"
    r"(?:的?(?:时候|情况|数据)?呢?|是多少|怎么样)[\s？?。.]*$"
)
_YEARS_APART = re.compile(
    rf"(?:再?过了?)?{_COUNT}年(?:(?P<back>[以之]?前)|[以之]?[后後])|{_COUNT.replace('count', 'english')} years? "
    r"(?:(?P<earlier>earlier|before)|later|after)"
)


def resolve_time(question: str, before: Sequence[str]) -> str:
    """Return a question with the time that it names by another one written out: 前一年呢 after 2021年 → 2020年呢.

    `before` are the texts of the turns before, the newest first; the first that names a year is the one meant. A
    question that names a year itself, or one after turns without any, is returned as it is.
    """
    folded = fold_in_place(question)
    if any(_time(number.key) for number in find_numbers(folded) if number.kind == "date"):
        return question
    found = _find(folded)
    if found is None:
        return question
    start, end, shift = found
    period = ""
    if folded.startswith("同期", end):
        end += len("同期")
        period = next((match.group() for text in before if (match := PERIOD.search(text))), "")
    known = next((time for text in before if (time := _last_time(text))), None)
    meant = shift(known) if known else None
    if meant is None or not LEAST_YEAR <= meant.year <= LATEST_YEAR or COMPARED.search(folded, 0, start):
        return question
    return question[:start] + _written(meant, is_english=folded[start:end].isascii()) + period + question[end:]


def _find(folded: str) -> tuple[int, int, Callable[[_Time], _Time | None]] | None:
    """Return where a relative time stands, and what it makes of the time before it."""
    if apart := _YEARS_APART.search(folded):
        written = apart["count"] or apart["english"]
        count = _ENGLISH_COUNTS.get(written) or _small(written)
        return *apart.span(), _years(-count if apart["back"] or apart["earlier"] else count)
    mere = MERE.fullmatch(folded)
    for pattern, shift in (*_RELATIVE, *(_OF_TODAY if mere else ())):
        if found := pattern.search(folded):
            return *found.span(), shift
    return None


def _small(written: str) -> int:
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (DIGITS.get(tens, 1) * 10 if ten else 0) + DIGITS.get(ones, 0)


def _last_time(text: str) -> _Time | None:
    """Return the last time in a text that has a year."""
    numbers = find_numbers(fold_in_place(text))
    return next((time for number in reversed(numbers) if (time := _time(number.key, number.kind == "date"))), None)


def _time(key: str, is_date: bool = True) -> _Time | None:
    """Read the key of a date, or of a bare number that may be a year."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", key)
    if found is None or (not is_date and not 1900 <= int(found[1]) <= 2099):
        return None
    return _Time(int(found[1]), int(found[2]) if found[2] else None, int(found[3]) if found[3] else None)


def _written(time: _Time, is_english: bool) -> str:
    parts = (time.year, time.month, time.day)
    if is_english:
        return "-".join(str(part) for part in parts if part is not None)
    return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=True) if part is not None)
