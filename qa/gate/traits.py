"""What a sentence says that can be compared: its words in order, numbers with their units, names, negations."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from index.lexical import find_names, fold_in_place, information, words
from index.numerals import Number, canonical, find_numbers
from qa.gate.quantities import find_figures_in_words
from qa.gate.word_lists import read_groups
from qa.terms import (
    ENDS_OF_NAMES,
    FUNCTION_CHARACTERS,
    LONE_HANZI,
    LONGEST_JOINED,
    is_function_word,
    is_written_in_hanzi,
)

TokenKind = Literal["word", "number", "name", "negation", "code"]
CODE = re.compile(r"[a-z][a-z0-9]*(?:[-_./][a-z0-9]+)*|[0-9]+(?:[-_./:][a-z0-9]+)+|[0-9]+[a-z][a-z0-9]*")
# 第三条, 第12章: the number of a clause is none of a quantity.
CLAUSE = re.compile(r"第[0-9一二三四五六七八九十百千零〇两]{1,7}[章节条编款项期批届次部]")
FRACTION = re.compile(r"(?<![0-9./])[1-9][0-9]?/[1-9][0-9]?(?![0-9/])")  # 1/4 is 四分之一, not 1 and 4
QUOTED = re.compile(r"[“「『《〈\"](?P<name>[^”」』》〉\"，。；！？]{2,40})[”」』》〉\"]")


NAME_AHEAD = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]")  # at the start of an English sentence, where all are capital


def _words_of(name: str) -> str:
    """Return the words of a list as alternatives of a pattern."""
    return "|".join(word for line in read_groups(name) for word in line.split())


NEGATIONS, NO_NEGATIONS = _words_of("negations.txt"), _words_of("no_negations.txt")
STRONG = ("并不", "并非", "并未", "绝不", "决不", "毫不", "从不")  # jieba makes one word of these and what follows
NEGATION = re.compile(rf"(?P<none>{NO_NEGATIONS})|(?P<negation>{NEGATIONS})")
BODY = re.compile(rf"(?:{ENDS_OF_NAMES}|[部局处科室厅院委署])$")  # what the names of bodies end in
CLAUSE_END = re.compile(r"，|(?<![0-9]),|,(?![0-9]{3}(?![0-9]))|[；;：。！？!?、\n]|:(?![0-9])|(?<![0-9])\.(?![0-9])")
# What stands behind a number and cannot be put in another's place: 5亿元 is not 5亿吨. Measure words (家, 个) can.
HARD_UNITS = (
    r"平方公里|平方千米|平方米|立方米|公里|千米|厘米|毫米|海里|英里|公斤|千克|毫克|公顷|千瓦时|兆瓦|千瓦|美元|欧元|港元|日元|英镑|人民币|"
    r"人次|小时|分钟|秒钟|个百分点|摄氏度|亩|吨|克|斤|升|米|个月|个小时|元|块(?=钱)|毛(?=钱)|角(?=钱)|分钱|天|日|周|月|年|岁|秒|度|倍|%|"
    r"(?:(?:year|month|week|day|hour|minute|second)s?|km2|km|cm|mm|kg|mg|kwh|mwh|gwh|kw|mw|gw|ha|rmb|usd|yuan|m2|ml|mu|tonnes?|tons?|hectares?|kilometres?|dollars?)\b"
)
UNIT = re.compile(rf"\s*(?:多|余|来)?\s*(?P<unit>{HARD_UNITS})")
MEASURE = re.compile(r"\s*(?:多|余|来)?(?P<measure>[次层级届期名位人户家所间座项条种类辆台件张本册份栋套])")
SCALES = {"thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALE = re.compile(rf"\s(?P<scale>{'|'.join(SCALES)})\b")
SAME_UNITS = (
    {
        "千米": "公里",
        "km": "公里",
        "平方千米": "平方公里",
        "千克": "公斤",
        "kg": "公斤",
        "日": "天",
        "dollar": "",  # whose, the text around tells
        "dollars": "",
    }
    | dict.fromkeys(("year", "years"), "年")
    | dict.fromkeys(("month", "months"), "个月")
    | dict.fromkeys(("hour", "hours"), "小时")
    | dict.fromkeys(("minute", "minutes"), "分钟")
    | dict.fromkeys(("day", "days"), "天")
    | dict.fromkeys(("week", "weeks"), "周")
    | dict.fromkeys(("second", "seconds"), "秒")
    | dict.fromkeys(("rmb", "yuan", "人民币"), "元")
)
CURRENCIES = {"£": "英镑", "€": "欧元", "¥": "元"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word at `start` to `end` of a folded text; `key` is what it is compared by, `weight` how much it says."""

    start: int
    end: int
    key: str
    kind: TokenKind
    weight: float
    clause: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or date with its hard unit ("" for none), the clause that it stands in and its measure word (次)."""

    number: Number
    unit: str
    clause: int
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """A text's traits. `tokens` are its content words, numbers, names and negations, in order."""

    folded: str
    tokens: tuple[Token, ...]
    figures: tuple[Figure, ...]
    ends: tuple[int, ...]  # of its clauses; the last one is the text's

    def clause_at(self, place: int) -> int:
        """Return the number of the clause that holds a character."""
        return bisect_right(self.ends[:-1], place)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the place of some clauses that follow one another."""
        first, last = max(0, first), min(max(0, last), len(self.ends) - 1)
        return (self.ends[first - 1] if first else 0), self.ends[last]


@lru_cache(maxsize=4_096)
def traits_of(text: str) -> Traits:
    """Return the traits of a sentence or passage; offsets into its folded form are those into itself."""
    folded = fold_in_place(text)
    ends = [found.end() for found in CLAUSE_END.finditer(folded)]
    ends += [] if ends and ends[-1] == len(folded) else [len(folded)]

    def clause(at: int) -> int:
        return bisect_right(ends[:-1], at)

    measured = _measured(folded)
    figures = tuple(Figure(one, unit, clause(one.start), unit or _measure(folded, one)) for one, unit in measured)
    numbers = [one for one, _ in measured]
    taken = [(one.start, one.end) for one in numbers]
    tokens = [Token(one.start, one.end, one.key, "number", 4.0, clause(one.start)) for one in numbers]
    for start, end, kind, weight in _words(text, folded, taken):
        tokens.append(Token(start, end, folded[start:end], kind, weight, clause(start)))
    return Traits(folded, tuple(sorted(tokens, key=lambda token: token.start)), figures, tuple(ends))


def _measured(folded: str) -> list[tuple[Number, str]]:
    """Return the numbers and dates of a folded text with their units, those in words (half, 一半) too."""
    numbers = _plain_numbers(folded)
    in_words = list(find_figures_in_words(folded, numbers))
    within = [one for one, _ in in_words]
    numbers = [one for one in numbers if not any(two.start <= one.start < two.end for two in within)]
    measured = [(one, _unit(folded, one)) for one in numbers]
    measured += [(one, unit or _unit(folded, one)) for one, unit in in_words]
    measured += [(one, "") for one in _fractions(folded)]
    return sorted(measured, key=lambda pair: pair[0].start)


def numbers_in(folded: str) -> list[Number]:
    """Return the numbers and dates of a folded text, none that only counts a clause; 1/4 and 44.6 billion are one."""
    return sorted([*_plain_numbers(folded), *_fractions(folded)], key=lambda one: one.start)


def _plain_numbers(folded: str) -> list[Number]:
    spans = [(one.start, one.end) for one in _fractions(folded)]
    return [
        _scaled(one, folded)
        for one in find_numbers(folded)
        if not CLAUSE.match(folded, max(0, one.start - 1)) and not any(start <= one.start < end for start, end in spans)
    ]


def _fractions(folded: str) -> list[Number]:
    found = ((one.start(), one.end(), one.group()) for one in FRACTION.finditer(folded))
    return [Number(start, end, text, "number", (text,)) for start, end, text in found]


def _scaled(number: Number, folded: str) -> Number:
    """Return a number with the English word that multiplies it: 44.6 billion."""
    scale = SCALE.match(folded, number.end) if number.kind == "number" else None
    if scale is None or "/" in number.key:
        return number
    key = canonical(Decimal(number.key) * SCALES[scale["scale"]])
    return Number(number.start, scale.end(), key, "number", (key,))


def holds(token: Token, source: Traits) -> float:
    """Return how much of a token a source holds, 0 to 1."""
    if token.kind == "number":
        return float(any(token.key in figure.number.keys for figure in source.figures))
    if token.key in source.folded:
        return 1.0
    pairs = [token.key[at : at + 2] for at in range(len(token.key) - 1)]
    if token.key.isascii() or not pairs:
        return 0.0
    if len(pairs) == 1 and re.search(f"{token.key[0]}[\u4e00-\u9fff]{token.key[1]}", source.folded):
        return 0.8  # 营收 is short for 营业收入
    return 0.8 * sum(pair in source.folded for pair in pairs) / len(pairs)


def is_negation(folded: str) -> bool:
    """Whether a stretch of text is a negation and nothing else."""
    return re.fullmatch(NEGATIONS, folded.strip()) is not None


def _unit(folded: str, number: Number) -> str:
    if number.kind != "number":
        return number.kind
    found = UNIT.match(folded, number.end)
    unit = found["unit"] if found else CURRENCIES.get(folded[max(0, number.start - 1) : number.start], "")
    return SAME_UNITS.get(unit, unit)


def _measure(folded: str, number: Number) -> str:
    found = MEASURE.match(folded, number.end) if number.kind == "number" else None
    return found["measure"] if found else ""


def _words(text: str, folded: str, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int, TokenKind, float]]:
    """Yield what is no number: codes, clause numbers, negations, names and content words."""
    free = bytearray(b"\1" * len(folded))
    for start, end in taken:
        free[start:end] = bytes(end - start)

    def take(start: int, end: int) -> bool:
        if not all(free[start:end]):
            return False
        free[start:end] = bytes(end - start)
        return True

    for found in CLAUSE.finditer(folded):
        if take(*found.span()):
            yield (*found.span(), "code", 6.0)
    in_hanzi = is_written_in_hanzi(folded)
    for found in CODE.finditer(folded):
        if is_negation(found.group()):
            continue
        if not is_function_word(found.group()) and take(*found.span()):
            # English words are words in an English text; what has digits or capitals inside of a sentence is a name.
            at = found.start()
            leads = at == 0 and not NAME_AHEAD.match(text)
            is_word = not in_hanzi and found.group().isalpha() and (leads or text[at].islower())
            yield (*found.span(), "word" if is_word else "code", 4.0)
    names = {(start, end) for start, end, _ in find_names(folded)}
    cut = _cut(folded)
    for found in NEGATION.finditer(folded):
        if found["none"] or not all(free[found.start() : found.end()]):
            continue
        # 不 inside of a name or an idiom is no negation of the sentence: 梅州客家, 不二法门.
        inside = next((span for span in cut if span[0] < found.start() < span[1]), None)
        if inside is None or inside[1] - inside[0] <= 3 or folded.startswith(STRONG, inside[0]):
            take(*found.span())
            yield (*found.span(), "negation", 3.0)
    for start, end in _joined(cut, folded):
        if not all(free[start:end]):
            while start < end and not free[start]:
                start += 1
            while end > start and not free[end - 1]:
                end -= 1
        word = folded[start:end]
        if len(word) < 2 or not any(map(str.isalnum, word)) or is_function_word(word) or not all(free[start:end]):
            continue
        if (start, end) in names or (len(word) > 2 and BODY.search(word)):
            yield start, end, "name", max(4.0, information(word) - 6.0)
        else:
            yield start, end, "word", max(0.3, min(information(word), 15.0) - 7.0)


def _cut(folded: str) -> list[tuple[int, int]]:
    spans, position = [], 0
    for word in words(folded):
        spans.append((position, position + len(word)))
        position += len(word)
    return spans


def _joined(cut: list[tuple[int, int]], folded: str) -> Iterator[tuple[int, int]]:
    """Put together lone hanzi that stand side by side, as jieba leaves of names that it does not know: 枫, 泾."""
    run: tuple[int, int] | None = None
    for start, end in cut:
        lone = end - start == 1 and LONE_HANZI.fullmatch(folded[start]) and folded[start] not in FUNCTION_CHARACTERS
        if lone and (run is None or start - run[0] < LONGEST_JOINED):
            run = (run[0] if run else start), end
            continue
        if run:
            yield run
        run = (start, end) if lone else None
        if not lone:
            yield start, end
    if run:
        yield run
