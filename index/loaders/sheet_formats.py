"""Values of spreadsheet cells → text as the spreadsheet program shows it: 12.5%, 1,234.50, 2023年10月17日."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from index.loaders.encoding import clean

Value = int | float | str | bool | time | date | datetime | timedelta

# ECMA-376 part 1, 18.8.30: what the numbers below 164 mean, those of Chinese dates included.
BUILTIN: Mapping[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: "¥#,##0",
    6: "¥#,##0",
    7: "¥#,##0.00",
    8: "¥#,##0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    **dict.fromkeys((30, 31), 'yyyy"年"m"月"d"日"'),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
    **dict.fromkeys((37, 38, 41, 42), "#,##0"),
    **dict.fromkeys((39, 40, 43, 44), "#,##0.00"),
}
EPOCH, EPOCH_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
# What stands in brackets: a currency ([$¥-804]), a colour or a condition. Then literals, then blanks as wide as a sign.
BRACKETS = re.compile(r"\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]")
LITERALS = re.compile(r'"([^"]*)"|\\(.)|[_*].')
DIGITS = re.compile(r"[0#?][0#?,]*(?:\.[0#?]*)?,*")
# Beyond these a number says less as it is shown than as it is: the format is wrong, or somebody's prank.
MOST_DECIMALS, MOST_DIGITS = 15, 20
LONGEST_NUMBER = 1e15
# 1.005 is less than that in binary and would be shown as 1.00; a spreadsheet shows the decimal that was typed, 1.01.
NUDGE = 1e-15
LONGEST_CODE = 200


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a number is shown: 0.125 as 12.5%, 1234.5 as ¥1,234.50, 123 as 000123."""

    least_digits: int
    least_decimals: int
    most_decimals: int
    pattern: str
    factor: float
    prefix: str
    suffix: str

    def show(self, number: float) -> str:
        """Return a number as a person sees it in its cell."""
        scaled = number * self.factor
        size = abs(scaled)
        if not size < LONGEST_NUMBER:
            return show_number(number)
        shown = format(size + size * NUDGE, self.pattern)
        if self.least_decimals < self.most_decimals:
            kept = shown.rstrip("0")
            least = len(shown) - self.most_decimals + self.least_decimals
            shown = shown[: max(least, len(kept))].rstrip(".")
        if self.least_digits > 1:
            whole, point, decimals = shown.partition(".")
            shown = whole.zfill(self.least_digits) + point + decimals
        sign = "-" if scaled < 0 and any(digit in "123456789" for digit in shown) else ""
        return f"{sign}{self.prefix}{shown}{self.suffix}"


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How a date is shown where not all of it is: 2023年10月, 10月17日."""

    year: bool
    month: bool
    day: bool
    clock: bool

    def show(self, moment: datetime) -> str:
        """Return the parts of a moment that its cell shows."""
        parts = [f"{moment.year}年" if self.year else ""]
        parts.append(f"{moment.month}月" if self.month else "")
        parts.append(f"{moment.day}日" if self.day else "")
        clock = show_value(moment.time()) if self.clock else ""
        return " ".join(part for part in ("".join(parts), clock) if part)


Format = NumberFormat | DateFormat


def parse_format(code: str) -> Format | None:
    """Return what a number format asks for, None where it asks for nothing or for what is not shown here."""
    section = code[:LONGEST_CODE].split(";")[0]
    if re.search(r"\[[hms]+\]", section, re.IGNORECASE):
        return None  # hours beyond a day: calamine returns a duration
    section = BRACKETS.sub(lambda found: f'"{found.group(1)}"' if found.group(1) else "", section)
    bare = LITERALS.sub("", section)
    letters = set(bare.lower()) & set("ymdhs")
    if letters and "general" not in bare.lower():
        # An m beside h or s is a minute.
        clock = bool(letters & {"h", "s"})
        return DateFormat("y" in letters, "m" in letters and (not clock or "d" in letters), "d" in letters, clock)
    return _parse_number(section, bare)


def _parse_number(section: str, bare: str) -> NumberFormat | None:
    # A slash is a fraction, an E an exponent: both say less than the plain number.
    if not re.search("[0#?]", bare) or re.search("[/eE@]", bare):
        return None
    masked = LITERALS.sub(lambda found: " " * len(found.group()), section)
    found = DIGITS.search(masked)
    if found is None:
        return None
    digits = found.group()
    whole, _, decimals = digits.rstrip(",").partition(".")
    factor = 100.0 ** bare.count("%") / 1000.0 ** (len(digits) - len(digits.rstrip(",")))
    if len(decimals) > MOST_DECIMALS or whole.count("0") > MOST_DIGITS or bare.count("%") > 1:
        return None
    prefix, suffix = _literal(section[: found.start()]), _literal(section[found.end() :])
    pattern = f"{',' if ',' in whole else ''}.{len(decimals)}f"
    return NumberFormat(
        *(whole.count("0"), decimals.count("0"), len(decimals)), pattern, factor, prefix.strip(), suffix.strip()
    )


def _literal(section: str) -> str:
    """Return what is shown before or after the digits, without the placeholders of further numbers."""
    return re.sub("[0#?,.]", "", LITERALS.sub(lambda found: found.group(1) or found.group(2) or "", section))


def show_value(value: Value, wanted: Format | None = None, epoch: datetime = EPOCH) -> str:
    """Return a cell's value as text of one line; `epoch` is the day 0 of dates that come as numbers."""
    if isinstance(value, str):
        return flatten(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _show_formatted(value, wanted, epoch) if wanted is not None else show_number(value)
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{'-' if seconds < 0 else ''}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02}" + _seconds(seconds)
    if isinstance(value, time):
        return f"{value.hour}:{value.minute:02}" + _seconds(value.second)
    return _show_date(value, wanted)


def _show_formatted(value: float, wanted: Format, epoch: datetime) -> str:
    if isinstance(wanted, NumberFormat):
        return wanted.show(value)
    try:
        moment = epoch + timedelta(seconds=round(value * 86_400))
    except (OverflowError, ValueError):
        return show_number(value)
    return wanted.show(moment) if value >= 1 or not wanted.clock else show_value(moment.time())


@lru_cache(maxsize=16_384)
def _show_date(value: date | datetime, wanted: Format | None) -> str:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    elif value.microsecond:
        value = datetime.min + timedelta(seconds=round((value - datetime.min).total_seconds()))
    if isinstance(wanted, DateFormat) and not wanted.day and (wanted.year or wanted.month):
        return wanted.show(value)
    shown = f"{value.year}年{value.month}月{value.day}日"
    return f"{shown} {show_value(value.time())}" if value.time() != time() else shown


def _seconds(seconds: int) -> str:
    return f":{abs(seconds) % 60:02}" if seconds % 60 else ""


def show_number(number: float) -> str:
    """Return a number without a .0, without an exponent and with no more digits than a spreadsheet keeps."""
    if isinstance(number, int):
        return str(number)
    if number.is_integer() and abs(number) < LONGEST_NUMBER:
        return str(int(number))
    shown = f"{number:.15g}"
    return f"{Decimal(shown):f}" if "e" in shown and abs(number) < 1e30 else shown


def flatten(text: str) -> str:
    """Return a text in one line, without what no reader sees."""
    return text.strip() if text.isprintable() else " ".join(clean(text).split())
