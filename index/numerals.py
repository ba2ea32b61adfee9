"""Numbers and dates in running text, each with one canonical key however it is written: 1,200 and 一千二百 are 1200."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Kind = Literal["number", "percent", "date"]

ZERO = "零〇○"
DIGITS = dict(zip("零〇○一二三四五六七八九两", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
# What cheques are written in; read as everyday numerals.
FINANCIAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
FINANCIAL_CHARACTERS = frozenset("壹贰叁肆伍陆柒捌玖拾佰仟")
POWERS = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
LONGEST = 18  # digits; what is longer is an account or an identity card

_D = "一二三四五六七八九"
_RUN = rf"[{ZERO}{_D}两十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟]+"
_ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
# 千克 and 千瓦 are units, 百货 and 百分点 are words.
_POWER = r"(?: ?[百千]?万亿?| ?[百千]?亿|百(?![帕分货姓度])|千(?![克米瓦卡赫帕伏焦兆字安]))"
# 500g is a weight, 5g is not.
_LETTER_UNIT = r"(?:[kmcd]?m[23]?|[km]g|(?<=[0-9]{2})g|[mgt]b|[kmgt]?w(?:h|p)?|m?l|t|ha|[mg]?hz|rmb|usd|yuan|per ?cent)"
_MONTH, _DAY = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12][0-9]|0?[1-9])"
_HAN_MONTH = rf"(?:十[一二]?|[{_D}])"
_HAN_DAY = rf"(?:三十一?|[一二]?十[{_D}]?|廿[{_D}]?|卅一?|[{_D}])"
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Where a number may begin; looking for one character first keeps plain prose fast.
_START = re.compile(r"[0-9a-z零〇○一二三四五六七八九两十百千万廿卅壹贰叁肆伍陆柒捌玖]")
# Tried in this order. The kinds without a method below are consumed, so that nothing inside them is read as a number.
_FORM = re.compile(
    "|".join(
        (
            rf"(?P<han_date>(?P<hy>[0-9]{{4}}|[一二][{ZERO}{_D}]{{3}}) ?年"
            rf"(?: ?(?P<hm>{_MONTH}|{_HAN_MONTH}) ?月(?: ?(?P<hd>{_DAY}|{_HAN_DAY}) ?[日号])?)?)",
            rf"(?P<month_day>(?P<m>{_MONTH}|{_HAN_MONTH}) ?月(?: ?(?P<d>{_DAY}|{_HAN_DAY}) ?[日号])?)",
            rf"(?P<iso_date>(?P<iy>[12][0-9]{{3}})(?P<sep>[-/.])(?P<im>{_MONTH})(?P=sep)(?P<id>{_DAY})(?![0-9]))",
            rf"(?P<iso_month>(?P<jy>[12][0-9]{{3}})[-/](?P<jm>{_MONTH})(?![-/.]?[0-9]|[a-z]))",
            r"(?P<point_month>(?P<py>(?:19|20)[0-9]{2})\.(?P<pm>0[1-9]|1[0-2])(?![0-9a-z%]|\.[0-9]| ?[万亿]))",
            rf"(?P<english>(?P<em>{_MONTHS})\b\.?(?: (?P<ed>{_DAY})(?:st|nd|rd|th)?(?![0-9a-z]))?"
            r"(?:,? (?P<ey>[12][0-9]{3})(?![0-9a-z]))?)",
            rf"(?P<english_day>(?P<gd>{_DAY})(?:st|nd|rd|th)? (?:of )?(?P<gm>{_MONTHS})\b\.?"
            r"(?:,? (?P<gy>[12][0-9]{3})(?![0-9a-z]))?)",
            r"(?P<version>[0-9]+(?:\.[0-9]+){2,}|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9]))",
            r"(?P<currency>(?:rmb|cny|usd|hkd|eur)(?=[0-9]))",
            rf"(?P<arabic>{_ARABIC}(?![0-9])(?:(?![a-z])|(?={_LETTER_UNIT}(?![a-z0-9])))"
            rf"(?:{_POWER}(?:{_ARABIC}{_POWER})*)?(?P<per>成(?!员|立|为|功|果|绩|本|品|长|交|熟)| ?[%‰]| per ?cent)?)",
            r"(?P<word>[a-z0-9]+(?:[-_./:][a-z0-9]+)*)",
            rf"(?P<share>(?:{_RUN})分之(?:{_RUN}(?:点[{ZERO}{_D}]+)?|{_ARABIC}))",
            rf"(?P<point>{_RUN}点[{ZERO}{_D}]++(?![十分刻])(?:[百千]?万亿?|[百千]?亿)?)",
            rf"(?P<han>{_RUN})",
        )
    )
)
# A lone digit is a number before one of these; 一 is nearly always an article (一个, 一家), so it needs a real unit.
_UNIT = re.compile(
    "元|美元|吨|公里|千米|米|厘米|毫米|公斤|千克|克(?!里|服|拉)|升(?!级|至|到)|平方|立方|公顷|亩|小时|季度|分钟|岁|%"
)
_MEASURE = re.compile(
    "[个名位人户条项种类届座处间栋辆所套张份部篇首层级倍岁周天日月年秒次批轮场只章节款册卷集期版本支艘架颗枚株棵号组步星]"
    "|家(?!渠)|台(?!山)|度(?!假|过)|大(?!学|家|约|量|多|会)|市|县|镇|村|街道|区|产业|阶段|方面"
)
# Words that end in 一: in 统一百货 there is no hundred.
_ENDS_IN_ONE = frozenset("统唯惟单专划逐均归之同")
_THOUSAND_UNITS = frozenset("克米瓦卡赫帕伏焦")
_TENTHS = re.compile("成(?!员|立|为|功|果|绩|本|品|长|交|熟|不变|分)")
_WEEK = frozenset("周期拜")
_VAGUE = frozenset("数几好上成")
_ENUMERATION = "零一二三四五六七八九"
_CONNECTOR = re.compile(r" ?(?:--?|[–—]{1,2}|~|至|到) ?")
_SECTION = re.compile(rf"(?:([{_D}两])千)?(零?)(?:([{_D}两])百)?(零?)(?:([{_D}]?)十)?(零?)([{_D}])?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number or date at `start` to `end` of a folded text.

    `key` is the canonical form: "1200", "3.5", "15%", "2/3", and for dates those of ISO 8601, "2023-10-17", "2023-10",
    "2023", without a year "--10-17" and "--10". `keys` has the key first and then what it includes: a day its month
    and its year. Percentages are a kind of their own, 15% is not 0.15: texts keep the two apart as well.
    """

    start: int
    end: int
    key: str
    kind: Kind
    keys: tuple[str, ...]


def find_numbers(folded: str) -> list[Number]:
    """Return the numbers and dates of a folded text, by offset, none overlapping.

    Arabic and Chinese numerals count, everyday and financial ones; 万 and 亿 are multiplied out, and where only the end
    of a range has them or a per cent sign, the start gets them as well: 10-15% is 10% and 15%. A lone Chinese digit
    counts before a measure word only, and vague ones (数十, 十几, 千万) do not count.
    """
    numbers: list[Number] = []
    position = 0
    while start := _START.search(folded, position):
        form = _FORM.match(folded, start.start())
        if form is None:
            position = start.end()
            continue
        position = form.end()
        read = _READERS.get(form.lastgroup or "")
        number = read(form, folded) if read is not None else None
        if number is None:
            continue
        if numbers and (joined := _range_start(numbers[-1], number, folded)):
            numbers[-1] = joined
        numbers.append(number)
        position = max(number.end, start.end())
    return numbers


@lru_cache(maxsize=16_384)
def number_keys(folded: str) -> frozenset[str]:
    """Return the keys of all numbers and dates that a folded text holds, with what they include."""
    return frozenset(key for number in find_numbers(folded) for key in number.keys)


def canonical(value: Decimal) -> str:
    """Write a value without exponent, separators and needless zeros: 1200.0 → 1200."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(start: int, end: int, value: Decimal) -> Number:
    key = canonical(value)
    return Number(start, end, key, "number", (key,))


def _percent(start: int, end: int, value: Decimal) -> Number:
    key = canonical(value) + "%"
    return Number(start, end, key, "percent", (key,))


def _date(start: int, end: int, year: str | None, month: str | None, day: str | None) -> Number:
    """Make a date of its parts, in Arabic or Chinese numerals; the keys go from the whole to its parts."""
    years = None if year is None else _digits(year)
    months = None if month is None else f"{_small(month):02d}"
    days = None if day is None else f"{_small(day):02d}"
    keys = []
    if years and months:
        keys += [f"{years}-{months}-{days}"] if days else []
        keys += [f"{years}-{months}"]
    keys += [years] if years else []
    if months:
        keys += [f"--{months}-{days}"] if days else []
        keys += [f"--{months}"]
    return Number(start, end, keys[0], "date", tuple(keys))


def _digits(text: str) -> str:
    return text if text.isascii() else "".join(str(DIGITS[character]) for character in text)


def _small(text: str) -> int:
    """Read a month or day: 07, 十, 二十一, 廿五."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    return (DIGITS.get(tens, 1) * 10 if ten else 0) + DIGITS.get(ones, 0)


def _read_han_date(form: re.Match[str], _: str) -> Number:
    return _date(form.start(), form.end(), form["hy"], form["hm"], form["hd"])


def _read_month_day(form: re.Match[str], folded: str) -> Number | None:
    """Read 10月 and 10月17日; after 第, or a digit that the form could not take in, it is something else."""
    before = folded[form.start() - 1 : form.start()] if form.start() else ""
    if before == "第" or before.isdecimal() or before in DIGITS:
        return None
    return _date(form.start(), form.end(), None, form["m"], form["d"])


def _read_iso_date(form: re.Match[str], _: str) -> Number:
    return _date(form.start(), form.end(), form["iy"], form["im"], form["id"])


def _read_iso_month(form: re.Match[str], _: str) -> Number:
    return _date(form.start(), form.end(), form["jy"], form["jm"], None)


def _read_point_month(form: re.Match[str], _: str) -> Number:
    """Read 2023.10 as a month that may also be a decimal number."""
    date = _date(form.start(), form.end(), form["py"], form["pm"], None)
    return Number(date.start, date.end, date.key, "date", (*date.keys, canonical(Decimal(form.group()))))


def _read_english(form: re.Match[str], folded: str) -> Number | None:
    """Read Oct 17, 2023 and October 2023; a month's name alone may be a word (may) or a person's (april)."""
    if form["ey"] is None and form["ed"] is None:
        return None
    month = str(1 + MONTH_NAMES.index(form["em"][:3]))
    return _date(form.start(), form.end(), form["ey"], month, form["ed"])


def _read_english_day(form: re.Match[str], _: str) -> Number:
    month = str(1 + MONTH_NAMES.index(form["gm"][:3]))
    return _date(form.start(), form.end(), form["gy"], month, form["gd"])


def _read_arabic(form: re.Match[str], _: str) -> Number | None:
    """Read digits with what multiplies them; 007 and long runs of digits are codes."""
    text = form.group()
    start, end = form.span()
    if (text[0] == "0" and text[1:2].isdigit()) or sum(map(str.isdigit, text)) > LONGEST:
        return None
    sign = form["per"]
    value = _arabic_value(text[: len(text) - len(sign)] if sign else text)
    if sign is None:
        return _number(start, end, value)
    return _percent(start, end, value * 10 if sign == "成" else value / 10 if "‰" in sign else value)


def _arabic_value(text: str) -> Decimal:
    """Return the value of 1,200, 3.5万, 1亿2000万."""
    total = Decimal(0)
    for digits, powers in re.findall(r"([0-9][0-9,.]*) ?([百千万亿]*)", text):
        total += _times(Decimal(digits.replace(",", "")), powers)
    return total


def _times(value: Decimal, powers: str) -> Decimal:
    for power in powers:
        value *= POWERS[power]
    return value


def _read_share(form: re.Match[str], _: str) -> Number | None:
    """Read 百分之十五 as 15%, 千分之五 as 0.5%, 三分之二 as 2/3."""
    whole, _, part = form.group().partition("分之")
    top = Decimal(100) if part == "百" else _value(part)
    bottom = {"百": Decimal(100), "千": Decimal(1000), "万": Decimal(10_000)}.get(whole) or _value(whole)
    if top is None or not bottom:
        return None
    if bottom in (100, 1000, 10_000):
        return _percent(form.start(), form.end(), top * 100 / bottom)
    key = f"{canonical(top)}/{canonical(bottom)}"
    return Number(form.start(), form.end(), key, "number", (key,))


def _value(text: str) -> Decimal | None:
    """Return what a numeral says, Arabic or Chinese, a lone digit included; None where it is malformed."""
    if text[0].isascii():
        return Decimal(text.replace(",", ""))
    run, _, decimals = text.partition("点")
    whole = Decimal(DIGITS[run]) if run in DIGITS else Decimal(10) if run == "十" else _han_value(run)
    if whole is None or not decimals:
        return whole
    digits = decimals.rstrip("百千万亿")
    return _times(whole + Decimal(f"0.{_digits(digits)}"), decimals[len(digits) :])


def _read_point(form: re.Match[str], _: str) -> Number | None:
    value = _value(form.group())
    return None if value is None else _number(form.start(), form.end(), value)


def _read_han(form: re.Match[str], folded: str) -> Number | None:
    """Read a run of Chinese numerals; where it is none by its form or its neighbours, return None."""
    start, end = form.span()
    before, after = folded[start - 1 : start] if start else "", folded[end : end + 1]
    run = form.group()
    if (before in _VAGUE and run[0] in "十百千万亿") or after == "几":
        return None
    if (run[-1] == "百" and after in ("货", "姓")) or (run[0] == "一" and before in _ENDS_IN_ONE):
        return None
    if len(run) == 1:
        return _read_lone_digit(run, start, end, before, folded)
    financial = not FINANCIAL_CHARACTERS.isdisjoint(run)
    # 大陆百年 holds no number; a cheque's is long or ends in 元.
    if financial and len(run) < 3 and after not in ("元", "圆", "整"):
        return None
    value = _han_value(run)
    if value is None:
        return None
    number = _number(start, end, value)
    if len(run) == 2 and run[1] == "千" and after in _THOUSAND_UNITS:
        # 五千瓦 is 5000 瓦 and 5 千瓦 alike.
        return replace(number, keys=(number.key, canonical(value / 1000)))
    return number


def _read_lone_digit(digit: str, start: int, end: int, before: str, folded: str) -> Number | None:
    # 周三, 星期三 and 礼拜三 are days.
    if (digit not in DIGITS and digit != "十") or digit in ZERO or before in _WEEK:
        return None
    value = Decimal(10) if digit == "十" else Decimal(DIGITS[digit])
    tenths = _TENTHS.match(folded, end)
    if tenths and before != "第":
        return _percent(start, tenths.end(), value * 10)
    unit = _UNIT.match(folded, end) or (None if digit == "一" and before != "第" else _MEASURE.match(folded, end))
    return _number(start, end, value) if unit else None


@lru_cache(maxsize=16_384)
def _han_value(run: str) -> Decimal | None:
    """Return the value of a run of two or more Chinese numerals, None where it is none: 三四十, 千万, 一二三."""
    if not FINANCIAL_CHARACTERS.isdisjoint(run):
        if not set("百千十").isdisjoint(run):
            return None
        run = run.translate(FINANCIAL)
    run = run.replace("〇", "零").replace("○", "零").replace("廿", "二十").replace("卅", "三十")
    if set("十百千万亿").isdisjoint(run):
        return _digit_string(run)
    if len(run) > 30 or run[0] in "百千万亿零":
        return None
    high, one, low = run.rpartition("亿")
    if one:
        tens_of_thousands = high[:-1] if high.endswith("万") else None
        above = _below_hundred_million(tens_of_thousands or high)
        above = above * 10_000 if above is not None and tens_of_thousands else above
        below = _tail(low, 100_000_000)
        return None if above is None or below is None else above * 100_000_000 + below
    return _below_hundred_million(run)


def _below_hundred_million(run: str) -> Decimal | None:
    high, one, low = run.rpartition("万")
    if not one:
        return _section(run)
    above, below = _section(high), _tail(low, 10_000)
    return None if above is None or below is None else above * 10_000 + below


def _tail(run: str, power: int) -> Decimal | None:
    """Return what follows 万 or 亿; a lone digit counts the next power below: 三万五 is 35000."""
    if not run:
        return Decimal(0)
    if len(run) == 1 and run in DIGITS and run != "零":
        return Decimal(DIGITS[run] * power // 10)
    return _below_hundred_million(run.removeprefix("零"))


def _section(run: str) -> Decimal | None:
    """Return the value of at most four places, 九千九百九十九; 一百五 is 150."""
    found = _SECTION.fullmatch(run.replace("两", "二") if run == "两" else run)
    if not run or found is None:
        return None
    thousands, zero, hundreds, other_zero, tens, last_zero, ones = found.groups()
    value = DIGITS.get(thousands, 0) * 1000 + DIGITS.get(hundreds, 0) * 100
    value += 0 if tens is None else (DIGITS[tens] if tens else 1) * 10
    if ones:
        colloquial = tens is None and not (zero or other_zero or last_zero)
        value += DIGITS[ones] * (10 if hundreds and colloquial else 100 if thousands and colloquial else 1)
    return Decimal(value)


def _digit_string(run: str) -> Decimal | None:
    """Read 一九四九 digit by digit; two digits may be anything (一二, 五四), and 一二三 counts up to nothing."""
    if "两" in run or run[0] == "零" or len(run) > LONGEST or run in _ENUMERATION:
        return None
    return Decimal(_digits(run)) if len(run) > 2 else None


def _range_start(first: Number, second: Number, folded: str) -> Number | None:
    """Return the start of a range with the per cent sign or the power of its end, or None where there is no such."""
    between, written = folded[first.end : second.start], folded[second.start : second.end]
    if first.kind != "number" or folded[first.end - 1] in POWERS or not _CONNECTOR.fullmatch(between):
        return None
    power = re.search("[百千]?[万亿]+$" if written[0].isascii() else "[万亿]+$", written)
    if second.kind == "percent":
        key = f"{first.key}%"
    elif second.kind == "number" and power:
        key = canonical(_times(Decimal(first.key), power.group()))
    else:
        return None
    return Number(first.start, first.end, key, second.kind, (key, first.key))


_READERS: dict[str, Callable[[re.Match[str], str], Number | None]] = {
    "han_date": _read_han_date,
    "month_day": _read_month_day,
    "iso_date": _read_iso_date,
    "iso_month": _read_iso_month,
    "point_month": _read_point_month,
    "english": _read_english,
    "english_day": _read_english_day,
    "arabic": _read_arabic,
    "share": _read_share,
    "point": _read_point,
    "han": _read_han,
}
