"""Figures that are written in many ways: times of day, weekdays, ends of ranges, discounts, units that convert."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from index.numerals import DIGITS, Number, canonical, find_numbers
from qa.gate.english_numbers import find_spelled_numbers

_HOUR = r"(?:[01]?[0-9]|2[0-4]|二十[一二三四]?|十[一二三四五六七八九]?|[一二三四五六七八九两])"
_MINUTE = r"(?:[0-5][0-9]|[一二三四五]?十[一二三四五六七八九]?)"
CLOCK = re.compile(
    r"(?<![0-9.:])(?P<english>1?[0-9])(?:[:.](?P<past>[0-5][0-9]))?\s?(?P<half_of_day>[ap])\.?m\b\.?"
    rf"|(?P<part>凌晨|清晨|早上|早晨|早|上午|中午|午间|下午|午后|傍晚|晚上|晚间|夜间|晚|午夜|深夜)?(?P<hour>{_HOUR})"
    rf"(?:[:：](?P<colon>[0-5][0-9])|(?:点钟?(?![零〇一二三四五六七八九]+(?:[倍万亿千百元吨米公%个]|成))|时(?!间|代|期|段|刻|候|速|长|尚|常))(?:(?P<half>半)|(?P<minute>{_MINUTE})分?)?)(?![0-9])"
)
AFTERNOON = ("下午", "午后", "傍晚", "晚上", "晚间", "夜间", "晚", "深夜")
_DAY = r"[一二三四五六日天1-7]"
WEEKDAY = re.compile(
    rf"(?:周|星期|礼拜)(?P<day>{_DAY})(?:\s?(?:至|到|[-–—~])\s?(?:周|星期|礼拜)?(?P<last>{_DAY}))?(?![年期内0-9])"
)
DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
DISCOUNT = re.compile(r"(?P<tenths>[1-9](?:\.[0-9])?|[一二三四五六七八九]{1,2})折(?![叠旧线])|(?P<half>半价|半票)")
DOUBLED = re.compile(
    r"翻了?(?P<times>[一两二三四])?番|(?:增长|增加|提高|扩大|上升)了?[一1]倍|\b(?:double[ds]?|doubling)\b"
)
HALF = re.compile(r"一半|半数|\bhalf of\b|\bone half\b")
HALF_YEAR = re.compile(r"(?<![上下前后])半年(?!度|报)|\bhalf a year\b")
TO = re.compile(r"\s?(?:至|到|[-–—~]{1,2})\s?\Z")
DAY_OF_MONTH = re.compile(r"\s?[日号]")
# What a unit is of, and how many of the smallest.
UNITS: dict[str, tuple[str, Decimal]] = {
    unit: (of, Decimal(size))
    for of, sizes in (
        ("length", {"公里": "1000", "米": "1", "m": "1", "厘米": "0.01", "cm": "0.01", "毫米": "0.001", "mm": "0.001"}),
        ("mass", {"吨": "1000", "公斤": "1", "斤": "0.5", "克": "0.001", "毫克": "0.000001", "mg": "0.000001"}),
        ("area", {"平方公里": "1000000", "km2": "1000000", "公顷": "10000", "ha": "10000", "平方米": "1", "m2": "1"}),
        ("months", {"年": "12", "个月": "1"}),
        ("minutes", {"小时": "60", "个小时": "60", "分钟": "1"}),
        ("power", {"千瓦": "1", "kw": "1", "兆瓦": "1000", "mw": "1000"}),
        ("energy", {"千瓦时": "1", "kwh": "1", "mwh": "1000", "gwh": "1000000"}),
        ("money", {"元": "1", "块": "1", "毛": "0.1", "角": "0.1", "分钱": "0.01"}),
        ("volume", {"升": "1", "毫升": "0.001", "ml": "0.001"}),
    )
    for unit, size in sizes.items()
}


def find_figures_in_words(folded: str, numbers: Sequence[Number]) -> Iterator[tuple[Number, str]]:
    """Yield times of day, weekdays, discounts and 半年, each with its unit, and days that end a range of dates."""
    part, ended = None, -1
    for found in CLOCK.finditer(folded):
        follows = ended >= 0 and TO.fullmatch(folded, ended, found.start())
        part, ended = found["part"] or (part if follows else None), found.end()
        keys = _clock_keys(found, part)
        yield Number(*found.span(), keys[0], "number", keys), "clock"
    for found in WEEKDAY.finditer(folded):
        day, last = _weekday(found["day"]), _weekday(found["last"] or found["day"])
        keys = tuple(f"weekday {one}" for one in range(day, last + 1))
        keys = keys if day == last else (f"weekdays {day} to {last}", *keys)
        if keys:
            yield Number(*found.span(), keys[0], "number", keys), "weekday"
    for found in DISCOUNT.finditer(folded):
        written = "5" if found["half"] else "".join(str(DIGITS.get(one, one)) for one in found["tenths"])
        key = canonical(Decimal(written) / 10 if Decimal(written) > 10 else Decimal(written))  # 八五折 is 8.5
        yield Number(*found.span(), key, "number", (key,)), "discount"
    for found in HALF_YEAR.finditer(folded):
        yield Number(*found.span(), "0.5", "number", ("0.5",)), "年"
    for found in DOUBLED.finditer(folded):
        times = 2 ** max(1, DIGITS.get(found["times"] or "一", 1))
        keys = (str(times), f"{100 * (times - 1)}%")
        yield Number(*found.span(), keys[0], "number", keys), ""
    for found in HALF.finditer(folded):
        yield Number(*found.span(), "50%", "percent", ("50%", "1/2")), "percent"
    yield from ((number, "") for number in find_spelled_numbers(folded))
    for first, second in pairwise(numbers):
        is_day = second.kind == "number" and DAY_OF_MONTH.match(folded, second.end)
        if first.kind == "date" and is_day and TO.search(folded, first.end, second.start):
            again = find_numbers(_month_of(first) + folded[second.start : second.end] + "日")
            if len(again) == 1 and again[0].kind == "date":
                yield Number(second.start, second.end + 1, again[0].key, "date", again[0].keys), "date"


def in_smallest(key: str, unit: str) -> tuple[str, Decimal] | None:
    """Return what a number with a unit measures, and how much in the smallest unit: 3.6 公里 is ("length", 3600)."""
    if unit not in UNITS or not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", key):
        return None
    of, size = UNITS[unit]
    return of, (Decimal(key) * size).normalize()


def _month_of(date: Number) -> str:
    parts = date.key.strip("-").split("-")
    return f"{int(parts[0])}月" if date.key.startswith("--") else f"{parts[0]}年{int(parts[1])}月" if parts[1:] else ""


def _weekday(written: str) -> int:
    return DAYS.get(written) or int(written)


def _clock_keys(found: re.Match[str], part: str | None) -> tuple[str, ...]:
    """Return the time as 17:00; where the part of the day is open, also that of the afternoon."""
    if found["english"]:
        hour, minute = int(found["english"]) % 12 + (12 if found["half_of_day"] == "p" else 0), int(found["past"] or 0)
        return (f"{hour}:{minute:02d}",)
    hour = _small(found["hour"])
    minute = 30 if found["half"] else int(found["colon"] or 0) or _small(found["minute"] or "0")
    if part == "午夜" and hour == 12:
        hour = 24
    if part in AFTERNOON and hour < 12:
        hour += 12
    open_half = part is None and not found["colon"] and 0 < hour < 12
    return tuple(f"{one}:{minute:02d}" for one in ((hour, hour + 12) if open_half else (hour,)))


def _small(written: str) -> int:
    if written.isascii():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (DIGITS[tens] * 10 if tens else 10 if ten else 0) + (DIGITS[ones] if ones else 0)
