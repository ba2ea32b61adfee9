"""The numbers of lists as they are written: 1, 01, 一, 壹, ①, 甲, a, iv."""

from __future__ import annotations

LARGEST = 1_000_000
HAN, FINANCIAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
HAN_UNITS, FINANCIAL_UNITS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
COUNTED_IN_HAN = frozenset(
    f"{language}Counting{form}"
    for language in ("chinese", "japanese", "taiwanese", "korean")
    for form in ("", "Thousand")
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def whole_number(text: str | None, default: int) -> int:
    """Read a number that a file gives, within ±1,000,000; `default` where it is none."""
    try:
        return max(-LARGEST, min(LARGEST, int(text or "")))
    except ValueError:
        return default


def write_number(number: int, form: str) -> str:
    """Write a number in one of the forms of Office Open XML (`w:numFmt`); one that is not known here as 1, 2, 3."""
    if form == "none":
        return ""
    if form in COUNTED_IN_HAN:
        written = _han(number, HAN, HAN_UNITS)
        return written[1:] if 10 <= number < 20 else written
    if form in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return _han(number, FINANCIAL, FINANCIAL_UNITS)
    if form in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"):
        return str(number).translate(str.maketrans("0123456789", "〇" + HAN[1:]))
    if form.startswith("decimalEnclosed"):
        return _enclosed(number, form)
    if form == "decimalZero":
        return f"{number:02d}"
    if form.startswith("decimalFullWidth"):
        return str(number).translate(FULL_WIDTH)
    if number < 1:
        return str(number)
    if form in ("lowerRoman", "upperRoman"):
        return _cased(_roman(number), form)
    if form in ("lowerLetter", "upperLetter"):
        return _cased(_turns(number, LETTERS), form)
    if form in ("ideographTraditional", "ideographZodiac"):
        return _turns(number, STEMS if form == "ideographTraditional" else BRANCHES)
    return str(number)


def _han(number: int, digits: str, units: tuple[str, ...]) -> str:
    """Write up to 9,999 with units; what is larger numbers no list."""
    if not 0 <= number <= 9999:
        return str(number)
    written, zero = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            written += (digits[0] if zero and written else "") + digits[digit] + units[power]
        zero = not digit
    return written or digits[0]


def _enclosed(number: int, form: str) -> str:
    first = {"decimalEnclosedParen": 0x2474, "decimalEnclosedFullstop": 0x2488}.get(form, 0x2460)
    return chr(first + number - 1) if 1 <= number <= 20 else str(number)


def _roman(number: int) -> str:
    if number > 3999:
        return str(number)
    written = ""
    for value, letters in ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _turns(number: int, marks: str) -> str:
    """Word goes on after z with aa, bb, cc."""
    times, place = divmod(number - 1, len(marks))
    return marks[place] * (times + 1) if times < 10 else str(number)


def _cased(text: str, form: str) -> str:
    return text.upper() if form.startswith("upper") else text
