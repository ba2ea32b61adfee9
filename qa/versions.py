"""Which of two versions of a document is the newer: by their names, by what they say of themselves, by their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from index.datatypes import Document
from index.lexical import fold
from index.numerals import find_numbers

Sign = Literal["title", "text", "file"]
Day = tuple[int, ...]  # year, month and day, as far as they are given; () where nothing is

YEAR, MONTH, DAY = "((?:19|20)[0-9]{2})", "(1[0-2]|0?[1-9])", "(3[01]|[12][0-9]|0?[1-9])"
# How names write dates, beside the forms that stand in prose.
NAME_DATES = (
    re.compile(rf"(?<![0-9]){YEAR}([-_./]){MONTH}(?:\2{DAY})?(?![0-9])"),
    re.compile(rf"(?<![0-9]){YEAR}(1[0-2]|0[1-9])(3[01]|[12][0-9]|0[1-9])?(?![0-9])"),
    re.compile(rf"(?<![0-9a-z]){YEAR}(?=[年学版修\W_]|$)"),
)
VERSION = re.compile(
    r"(第(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3}))[版稿]"
    r"|(?<![a-z])v(?:er(?:sion)?)?[ ._]?([0-9]+(?:\.[0-9]+)*)(?![0-9a-z])|([0-9]+(?:\.[0-9]+)+)版"
)
TRIAL = re.compile("草案|草稿|初稿|讨论稿|征求意见稿|送审稿|试行稿?|暂行|draft")
REVISED = re.compile("修订[版稿本]?|修正[版稿本]?|revised")
# What the names of two versions may differ in.
NO_NAME = re.compile(rf"{VERSION.pattern}|{TRIAL.pattern}|{REVISED.pattern}|[0-9]+[年月日号]?|[\W_]+")

# How many characters of a text's head and foot are read for its own date.
HEAD, FOOT = 600, 400
ISSUED = "发布|发文|印发|成文|签发|公布|颁布|公告|修订|修正|更新|制定|编制"
LABEL = re.compile(rf"(?:(?:{ISSUED})(?:日期|时间|于)?|^日期)\s*:?$")
LABEL_BEHIND = re.compile(rf"(?:第[一二三四五六七八九十]+次)?(?:{ISSUED}|通过)(?=\W|$)")
IN_FORCE = re.compile("(?:之日)?起?(?:正式)?(?:施行|实施|执行|生效|启用)")
# A line that ends in a date is no signature where it says more than who and where: 有效期至2024年12月31日.
NO_SIGNATURE = re.compile("[,;:。!?]|[至到于自从前在由截]$")
LONGEST_SIGNATURE = 24
CLOCK = re.compile("[0-9: ]*")
# What may stand behind a date that has a line of its own: 2021年9月编, 2021年9月第二次印刷.
MADE_BEHIND = re.compile(
    "(?:第[0-9一二三四五六七八九十]+次)?(?:汇编|编[印制写著撰]?|[印修]订?|印[制刷发]|制[作定表]?|撰写?|整理|定稿|更新)[。.]?$"
)
# Files whose times are less apart were written at once, as by a copy or when an archive was unpacked.
WRITTEN_AT_ONCE_NS = 60 * 10**9


@dataclass(frozen=True, slots=True)
class Dated:
    """A document with the time at which its file was last modified, in nanoseconds."""

    document: Document
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Order:
    """Which of two versions is the newer, and what says so: titles or file names, the texts, or the files' times."""

    older: Dated
    newer: Dated
    because: Sign


def newer_of(first: Dated, second: Dated, are_versions: bool = True) -> Order | None:
    """Return two versions of a document in their order, None where nothing tells which is the newer.

    A sign counts where both have it and it differs. A date given in less detail than another is compared as far as it
    goes: 2024年 tells nothing beside 2024年9月. The time of a file is the weakest sign, since copying may set it.
    Of two that are no versions of one another, days that they only tell of say nothing, and neither do the times of
    files that were written at once.
    """
    for because, order in _orders(first, second, are_versions):
        if order:
            return Order(second, first, because) if order > 0 else Order(first, second, because)
    return None


def _orders(first: Dated, second: Dated, are_versions: bool) -> Iterator[tuple[Sign, int]]:
    """Yield every sign with 1 where the first is the newer by it, -1 where the second is, else 0; the surest first."""
    one, other = first.document, second.document
    yield "title", _compare_names(one.title, other.title)
    yield "title", _compare_names(PurePosixPath(one.path).stem, PurePosixPath(other.path).stem)
    yield "text", _compare(text_date(one.text), text_date(other.text))
    if are_versions:
        yield "text", _compare(_latest_date(one.text), _latest_date(other.text))
    if are_versions or abs(first.modified_ns - second.modified_ns) >= WRITTEN_AT_ONCE_NS:
        yield "file", _compare((first.modified_ns,), (second.modified_ns,))


def _compare(first: Day, second: Day) -> int:
    """Return 1 where the first is later as far as both are given, -1 where it is earlier, else 0."""
    common = min(len(first), len(second))
    one, other = first[:common], second[:common]
    return (one > other) - (one < other)


def _compare_names(first: str, second: str) -> int:
    """Compare by date, by version, and by stage (draft, plain, revised) where the names are the same but for that."""
    one, other = fold(_whole(first)), fold(_whole(second))
    order = _compare(name_date(one), name_date(other)) or _compare(_version(one), _version(other))
    if order or bare_name(first) != bare_name(second):
        return order
    return _compare((_stage(one),), (_stage(other),))


def bare_name(text: str) -> str:
    """Return a title or file name, folded, without what versions differ in: dates, numbers, marks of a version."""
    return NO_NAME.sub("", fold(_whole(text)))


def _whole(text: str) -> str:
    """Return a text with question marks for half characters (lone surrogates), which cannot be folded."""
    return text.encode("utf-8", "replace").decode("utf-8")


def name_date(folded: str) -> Day:
    """Return the latest date in a folded title or file name, () without one."""
    days = [day for _, _, day in _dates(folded)]
    for pattern in NAME_DATES:
        for found in pattern.finditer(folded):
            days.append(tuple(int(part) for part in found.groups() if part and part.isdecimal()))
    return max(days, default=())


def _version(folded: str) -> Day:
    """Return the version that a folded name states, as four numbers: 第二版 and v2 are (2, 0, 0, 0)."""
    found = VERSION.search(folded)
    if not found:
        return ()
    edition, *numbered = found.groups()
    key = find_numbers(edition + "版")[0].key if edition else numbered[0] or numbered[1]
    parts = [int(part) for part in key.split(".")][:4]
    return (*parts, *[0] * (4 - len(parts)))


def _stage(folded: str) -> int:
    """Return how far along a version is by its name: below 0 a draft or trial, above 0 revised."""
    revised = REVISED.search(folded) or _version(folded) > (1, 0, 0, 0)
    return bool(revised) - bool(TRIAL.search(folded))


def _dates(folded: str) -> Iterator[tuple[int, int, Day]]:
    """Yield the start, end and date of what has at least a year in a folded text."""
    for number in find_numbers(folded):
        if number.kind == "date" and re.match(YEAR, number.key):
            yield number.start, number.end, tuple(map(int, number.key.split("-")))


def text_date(text: str) -> Day:
    """Return the date, of a month at least, that a text gives itself at its head or foot; () where it gives none.

    That is, the first of these that it has: the date with a label (发布日期), the signature's (at the end of one of its
    last lines), the one since which it is in force, one that has a line of its own. Of several, the latest.
    """
    head, foot = _head_and_foot(text)
    found = [rank for line in head for rank in _ranks(line, is_foot=False)]
    found += [rank for line in foot for rank in _ranks(line, is_foot=True)]
    best = min((rank for rank, _ in found), default=None)
    return max((day for rank, day in found if rank == best), default=())


def _latest_date(text: str) -> Day:
    """Return the latest day of all that a text's head and foot name, () where they name none."""
    head, foot = _head_and_foot(text)
    return max((day for line in (*head, *foot) for _, _, day in _dates(line) if len(day) == 3), default=())


def _head_and_foot(text: str) -> tuple[list[str], list[str]]:
    """Return the first and the last lines of a text, folded; those of a short one are both."""
    head, foot = fold(_whole(text[:HEAD])).splitlines(), fold(_whole(text[-FOOT:])).splitlines()
    # Where the text is longer, the foot begins with the rest of a line.
    return head, foot[1:] if len(text) > FOOT else foot


def _ranks(line: str, is_foot: bool) -> Iterator[tuple[int, Day]]:
    """Yield the dates in a line that may be the text's own, each with its rank, 0 the best."""
    for start, end, day in _dates(line):
        before, after = line[:start].strip(), line[end:].strip()
        if len(day) < 2:
            continue
        if (
            (before and LABEL.search(before))
            or LABEL_BEHIND.match(after)
            or (not before and MADE_BEHIND.fullmatch(after))
        ):
            yield 0, day
        elif is_foot and before and not after and len(before) <= LONGEST_SIGNATURE and not NO_SIGNATURE.search(before):
            yield 1, day
        elif IN_FORCE.match(after):
            yield 2, day
        elif not before and CLOCK.fullmatch(after):
            yield 3 - 2 * is_foot, day
