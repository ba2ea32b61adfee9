"""Hard-wrapped lines → paragraphs.

Many Chinese text files are cut every 30 to 60 characters in mid-sentence, some with an empty line after every line.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

ENDS_PARAGRAPH = "。！？；：!?;:…"
CLOSERS = "”’」』）)》】\"'"
# 20 hanzi: shorter lines are lists and verse. 80 hanzi: longer lines are whole paragraphs.
NARROWEST_WRAP, WIDEST_WRAP = 40, 160
FULL_SHARE = 0.85
LABEL = re.compile(r"[^：:，。；]{1,10}[：:]")
CUT_WORD = re.compile("[a-z]-")
STARTS_PARAGRAPH = re.compile(
    r"\s*(?:[-*•◦▪·●■◆]\s|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十0-9]{1,3}[）)]"
    r"|第[一二三四五六七八九十百0-9]+[章节条编]|[0-9]{1,2}[、．]|[0-9]{1,2}\.\s|[一二三四五六七八九十]是)"
)
# 电话：…, VAT number: …, 晨会 —— …: what a line begins with that says one thing of a record. 9:00 is a time.
RECORD = re.compile(r"[^：:，,。；;！？!?、]{1,20}(?:：|(?<![0-9]):(?!//)|\s*——|\s[-–—]\s)\s*")
SET_IN = re.compile(r"(?P<space>[ \t\u3000]*)[-*+•◦▪·●○■□◆]\s+(?=\S)")
# What stands before the items of a list without numbers, by how deep it lies in others, as browsers show it.
BULLETS = "•◦▪"
FEWEST_RECORDS, FEWEST_ITEMS = 3, 3


def bullet(depth: int) -> str:
    """Return what stands before an item of a list without numbers that lies in `depth` lists, from 1."""
    return f"{BULLETS[max(0, min(depth, len(BULLETS)) - 1)]} "


def join_wrapped_lines(text: str) -> list[str]:
    """Return the paragraphs of a text, stripped, without empty ones.

    Where the text is not hard-wrapped, every line is a paragraph.
    """
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    width = _wrap_width(filled)
    if width is None:
        return [line.strip() for line in filled]
    blank_lines_separate = not _is_double_spaced(lines)
    paragraphs: list[list[str]] = []
    open_line, blank_before = False, False
    records = _records(lines)
    for number, line in enumerate(lines):
        if not line.strip():
            blank_before = True
            continue
        if (
            open_line
            and not (blank_before and blank_lines_separate)
            and not (number in records or _starts_paragraph(line))
        ):
            paragraphs[-1].append(line.strip())
        else:
            paragraphs.append([line.strip()])
        open_line, blank_before = _is_open(line, width), False
    return [join_all(lines) for lines in paragraphs]


def mark_nested(lines: Sequence[str]) -> list[str]:
    """Return lines where items of a list that are set in deeper than the one above bear another mark (◦).

    How far a line is set in is lost where it becomes a paragraph.
    """
    marked: list[str] = []
    depths: list[int] = []
    for line in lines:
        found = SET_IN.match(line)
        if found:
            while depths and depths[-1] > len(found["space"]):
                depths.pop()
            depths += [] if depths and depths[-1] == len(found["space"]) else [len(found["space"])]
        elif line.strip():
            depths = []
        marked.append(f"{bullet(len(depths))}{line[found.end() :]}" if found and len(depths) > 1 else line)
    return marked


def join_soft_lines(lines: Sequence[str]) -> list[str]:
    """Return what the lines of one paragraph say where line ends mean nothing: mostly one text.

    Records (电话：… over 地址：…), items with a mark and short lines without any are lines of their own all the same.
    """
    if len(lines) < 2:
        return list(lines)
    widest = max(map(display_width, lines))
    is_open = [line[-1] in "，,、" or (widest >= NARROWEST_WRAP and _is_open(line, widest)) for line in lines]
    records = _records(lines)
    parted = [
        at
        for at in range(1, len(lines))
        if at in records or STARTS_PARAGRAPH.match(lines[at]) or (RECORD.match(lines[at]) and not is_open[at - 1])
    ]
    if not parted and not _is_bare_list(lines, widest):
        return [join_all(lines)]
    starts = [0, *(at for at in range(1, len(lines)) if at in parted or not is_open[at - 1])]
    return [join_all(lines[start:end]) for start, end in pairwise([*starts, len(lines)])]


def _records(lines: Sequence[str]) -> frozenset[int]:
    """Return the numbers of the lines that stand with so many others that begin like records that all are some."""
    runs = groupby(range(len(lines)), key=lambda at: RECORD.match(lines[at]) is not None)
    long = ([*run] for is_record, run in runs if is_record)
    return frozenset(at for run in long if len(run) >= FEWEST_RECORDS for at in run)


def _is_bare_list(lines: Sequence[str], widest: int) -> bool:
    """Whether lines are short and none holds a mark, as in a list that is no sentence."""
    return (
        len(lines) >= FEWEST_ITEMS
        and widest < NARROWEST_WRAP
        and not any(mark in line for line in lines for mark in f"{ENDS_PARAGRAPH}，,、.")
    )


def join_lines(left: str, right: str) -> str:
    """Join two lines of one paragraph: nothing between hanzi, a space between words, no hyphen of a cut word."""
    return join_all((left, right))


def join_all(lines: Iterable[str]) -> str:
    """Join the lines of one paragraph, as `join_lines` does two, in time that grows with their length alone."""
    pieces: list[str] = []
    for line in lines:
        if line:
            if pieces:
                hyphen, between = joint(pieces[-1], line)
                pieces[-1] = pieces[-1][: len(pieces[-1]) - hyphen] + between
            pieces.append(line)
    return "".join(pieces)


def joint(left: str, right: str) -> tuple[int, str]:
    """Return how many characters go from the end of a line, 1 for a hyphen, and what comes before the next one."""
    if right[0].islower() and CUT_WORD.match(left[-2:]):
        return 1, ""
    return 0, "" if _is_wide(left[-1]) or _is_wide(right[0]) else " "


def display_width(text: str) -> int:
    """Return the columns a text takes where hanzi take two."""
    return len(text) if text.isascii() else sum(map(_WIDTHS.__getitem__, text))


class _Widths(dict[str, int]):
    """The columns of each character that was asked for; looking at all of a text takes a fifth of the time so."""

    def __missing__(self, character: str) -> int:
        self[character] = width = 2 if _is_wide(character) else 1
        return width


_WIDTHS = _Widths()


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’…—·"


def _wrap_width(lines: Sequence[str]) -> int | None:
    """Return the columns at which the text was wrapped, or None where it was not.

    A wrapped text has no line beyond that width, and most of its unfinished lines reach it.
    """
    widths = sorted(display_width(line.strip()) for line in lines)
    if len(widths) < 3:
        return None
    width = widths[min(len(widths) - 1, int(0.9 * len(widths)))]
    if not NARROWEST_WRAP <= width <= WIDEST_WRAP or widths[-1] > 1.25 * width:
        return None
    unfinished = [display_width(line.strip()) for line in lines[:-1] if _is_unfinished(line)]
    full = [one for one in unfinished if one >= FULL_SHARE * width]
    prose = sum(1 for line in lines if any(mark in line.strip()[:-1] for mark in "，。、,."))
    if len(full) < 2 or len(full) < 0.3 * len(lines) or prose < 0.5 * len(full):
        return None
    labels = Counter(found[0] for line in lines if (found := LABEL.match(line.strip())))
    if labels and max(labels.values()) > 0.5 * len(lines):  # 姓名：张三；… 姓名：李四；…
        return None
    return int(statistics.median(full))


def _is_double_spaced(lines: Sequence[str]) -> bool:
    filled = [number for number, line in enumerate(lines[:-1]) if line.strip()]
    return sum(1 for number in filled if not lines[number + 1].strip()) > 0.8 * len(filled)


def _is_unfinished(line: str) -> bool:
    return line.strip().rstrip(CLOSERS)[-1:] not in ENDS_PARAGRAPH


def _is_open(line: str, width: int) -> bool:
    """Whether the paragraph goes on in the next line."""
    return _is_unfinished(line) and display_width(line.strip()) >= FULL_SHARE * width


def _starts_paragraph(line: str) -> bool:
    return line.startswith("　　") or STARTS_PARAGRAPH.match(line) is not None
