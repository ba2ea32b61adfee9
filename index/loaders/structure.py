"""Blocks of text with heading levels → one text with sections, the common end of every loader."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.datatypes import Page, Section
from index.loaders.extract import Block, Line

LONGEST_HEADING = 60
# Below this, lines that character recognition read are told as uncertain; of clean print, nearly all lie above 0.9.
SURE = 0.85
FEWEST_LETTERS_UNDER_HEADING = 8
TERMINATORS = "。！？；：，、…!?;:,"
NUMERAL = "[一二三四五六七八九十百零〇两0-9０-９]+"
# Levels follow the customary order of Chinese official documents: 第一章, 一、, （一）, 1., （1）.
NUMBERED_HEADINGS = (
    (re.compile(rf"第\s*{NUMERAL}\s*[编篇部]分?(?=\s|$|[：:])"), 1),
    (re.compile(rf"第\s*{NUMERAL}\s*章"), 2),
    (re.compile(rf"第\s*{NUMERAL}\s*节"), 3),
    (re.compile(r"[一二三四五六七八九十]+\s*[、．.]"), 4),
    (re.compile(r"[（(][一二三四五六七八九十]+[）)]"), 5),
    (re.compile(r"[一二三四五六七八九十]是"), 5),
    (re.compile(r"[0-9０-９]{1,2}\s*[、．](?![0-9])|[0-9]{1,2}\.\s*(?![0-9])"), 6),
    (re.compile(r"[0-9]{1,2}\.[0-9]{1,2}(?!\S*[%％元万亿年])(?!\.[0-9])\s*(?=\D)"), 7),
    (re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2}){2,3}\s*(?=\D)"), 8),
    (re.compile(r"[（(][0-9０-９]{1,2}[）)]"), 9),
)
NUMBERED_FIRST = frozenset("第（(一二三四五六七八九十0123456789０１２３４５６７８９")  # what all of them begin with


def numbered_heading_level(line: str) -> int | None:
    """Return the level of a heading that only its numbering shows (第一章, 一、, （一）, 1.), or None."""
    if not line or len(line) > LONGEST_HEADING or line[0] not in NUMBERED_FIRST or line[-1] in TERMINATORS:
        return None
    return next((level for pattern, level in NUMBERED_HEADINGS if pattern.match(line)), None)


def demote_empty_headings(blocks: Sequence[Block], surest_level: int = 0) -> list[Block]:
    """Turn headings with nothing under them into body text: 1. 身份证 2. 户口本 is a list, not two chapters.

    Headings up to `surest_level` were marked as such by the author and stay.
    """
    kept: list[Block] = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=False):  # no blocks, no pairs
        demote = block.level is not None and block.level > surest_level and not _holds(block.level, following)
        kept.append(replace(block, level=None) if demote else block)
    return kept


def _holds(level: int, following: Block | None) -> bool:
    """Whether the block after a heading is something that a heading stands over; a lone date or number is not."""
    if following is None:
        return False
    if following.level is not None:
        return following.level > level
    return sum(map(str.isalpha, following.text)) >= FEWEST_LETTERS_UNDER_HEADING


def assemble(blocks: Sequence[Block], title: str | None) -> tuple[str, tuple[Section, ...]]:
    """Join blocks with line ends and return the text and its sections, in order and without gaps in the body.

    The title is left out of the heading paths: a document carries it once for all its passages.

    A heading's own line stands in the text but in no section, except where nothing follows it: then it is the body,
    so that no word of the document is beyond the reach of a question.
    """
    text = "\n".join(block.text for block in blocks)
    sections: list[Section] = []
    path: list[tuple[int, str]] = []

    def headings() -> tuple[str, ...]:
        return tuple(heading for level, heading in path if level > 1 or heading != title)

    position, body_start = 0, 0
    pending: Section | None = None
    for block in [*blocks, Block("", 0)]:
        if block.level is not None:
            body = Section(body_start, max(body_start, position - 1), headings())
            if body.end > body.start:
                sections.append(body)
            elif pending is not None and _is_leaf(path, block.level):
                sections.append(pending)
            path = [entry for entry in path if entry[0] < block.level]
            pending = Section(position, position + len(block.text), headings())
            path.append((block.level, block.text))
            body_start = position + len(block.text) + 1
        position += len(block.text) + 1
    return text, tuple(sections)


def _is_leaf(path: Sequence[tuple[int, str]], next_level: int) -> bool:
    """Whether the heading that is now open has no heading below it."""
    return not path or next_level <= path[-1][0]


def lay_pages(blocks: Sequence[Block], names: Mapping[int, str]) -> tuple[Page, ...]:
    """Return the stretches of pages of the text that `assemble` makes of some blocks, in order and without gaps.

    A block that says nothing of its page stands on that of the block before.
    """
    stretches: list[tuple[int, int]] = []  # offset, page
    rows: dict[int, list[tuple[int, int]]] = {}  # by the stretch's offset
    unsure: dict[int, list[tuple[int, int, float]]] = {}
    position, next_row = 0, 0
    for block in blocks:
        starts = [(line.start, line.page) for line in block.lines] or ([(0, block.page)] if block.page else [])
        for start, page in starts:
            if not stretches or stretches[-1][1] != page:
                stretches.append((position + start if stretches else 0, page))
                next_row = 0
        for line in block.lines:
            if line.confidence is not None and line.confidence < SURE:
                at = bisect_right(stretches, position + line.start, key=lambda stretch: stretch[0]) - 1
                place = position + line.start, position + line.end, line.confidence
                unsure.setdefault(stretches[max(at, 0)][0], []).append(place)
        if stretches and block.row is not None:
            if block.row != next_row:
                rows.setdefault(stretches[-1][0], []).append((position, block.row))
            next_row = block.row + 1
        else:
            next_row = 0
        position += len(block.text) + 1
    ends = [*(start for start, _ in stretches[1:]), position - 1]
    return tuple(
        Page(page, start, end, names.get(page, ""), tuple(rows.get(start, ())), tuple(unsure.get(start, ())))
        for (start, page), end in zip(stretches, ends, strict=False)  # no pages, no ends
    )


def lay_lines(blocks: Sequence[Block]) -> tuple[Line, ...]:
    """Return the lines of some blocks with offsets into the text that `assemble` makes of them."""
    lines: list[Line] = []
    position = 0
    for block in blocks:
        lines.extend(replace(line, start=position + line.start, end=position + line.end) for line in block.lines)
        position += len(block.text) + 1
    return tuple(lines)
