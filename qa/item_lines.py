"""Lists whose items stand in lines of their own: behind bullets, one in another, or each as a name and what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.surroundings import Span, Surroundings

# As loaders write them, and as authors of plain texts do.
MARK = re.compile(r"(?P<mark>[-–•◦▪·●○■□◆*+])\s+(?=\S)")
# 抢修电话：0796-3320115, with nothing behind it that makes a sentence of it.
RECORD = re.compile(r"(?!第)[^：:，,。；;！？!?\n]{1,20}[：:][^：:。！？!?\n]{1,60}")
FEWEST_RECORDS = 3


def lists_in_lines(around: Surroundings) -> Iterator[list[Span]]:
    """Yield the lists in a text whose items are lines with bullets or records, each as the spans of its items.

    An item holds what lies below it in the list; that is a list of its own besides.
    """
    lines = _lines(around)
    for is_item, run in _runs([(line, MARK.match(around.words(line)) is not None) for line in lines]):
        if is_item:
            yield from (spans for spans in _nested(run, around) if len(spans) > 1)
    for is_record, run in _runs([(line, RECORD.fullmatch(around.words(line)) is not None) for line in lines]):
        if is_record and len(run) >= FEWEST_RECORDS:
            yield run


def is_bulleted(words: str) -> bool:
    """Whether a text begins with the bullet of an item."""
    return MARK.match(words) is not None


def without_bullet(words: str) -> str:
    """Return a text without the bullet that it begins with."""
    return MARK.sub("", words, count=1) if is_bulleted(words) else words


def leaves(quote: str, lines: Sequence[Span]) -> list[Span]:
    """Return those of some lines of a quote that are items with nothing below them."""
    marks = [MARK.match(quote, *line) for line in lines]
    depths: list[str] = []
    deep: list[int] = []
    for mark in marks:
        if mark is None:
            deep.append(0)
            continue
        depths = depths[: depths.index(mark["mark"]) + 1] if mark["mark"] in depths else [*depths, mark["mark"]]
        deep.append(len(depths))
    return [
        line for line, depth, below in zip(lines, deep, [*deep[1:], 0], strict=True) if depth > 0 and below <= depth
    ]


def _lines(around: Surroundings) -> list[Span]:
    starts = [at for at in range(len(around.sentences)) if around.begins_line(at)]
    return [(around.sentences[at][0], around.line_end(at)) for at in starts]


def _runs(lines: Sequence[tuple[Span, bool]]) -> Iterator[tuple[bool, list[Span]]]:
    """Yield stretches of lines that are alike, with what they are."""
    run: list[Span] = []
    for at, (line, kind) in enumerate(lines):
        if run and kind != lines[at - 1][1]:
            yield lines[at - 1][1], run
            run = []
        run.append(line)
    if run:
        yield lines[-1][1], run


def _nested(lines: Sequence[Span], around: Surroundings) -> Iterator[list[Span]]:
    """Yield the list that some lines are, then those below its items. Its items bear the mark of the first."""
    marks = [around.words(line)[0] for line in lines]
    starts = [at for at, mark in enumerate(marks) if mark == marks[0]]
    yield [(lines[at][0], lines[after - 1][1]) for at, after in pairwise([*starts, len(lines)])]
    for at, after in pairwise([*starts, len(lines)]):
        if after > at + 1:
            yield from _nested(lines[at + 1 : after], around)
