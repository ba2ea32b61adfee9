"""Running heads, running feet and page numbers of a PDF, found by what comes again page after page; footnotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.loaders.lines import display_width
from index.loaders.pdf_layout import PageItem, PageLine
from index.loaders.pdf_paragraphs import FOOTNOTE_START

# Where heads and feet stand, as shares of the page's height, and how many lines of one they have at most.
HEAD_BAND, FOOT_BAND, MOST_LINES = 0.13, 0.87, 3
# Of one line: how many parts it has (a name on the left, a number on the right) and how many columns it takes.
MOST_PARTS, WIDEST = 3, 76
NUMERALS = "[0-9０-９一二三四五六七八九十百零〇]+"
PAGE_NUMBER = re.compile(
    rf"[-—–－―·•.\s|/]*(?:第\s*)?({NUMERALS}|[ivxlIVXL]+)\s*[页頁]?(?:\s*[/／,，]?\s*[共of]*\s*{NUMERALS}\s*[页頁]?)?"
    r"[-—–－―·•.\s|/]*"
)
ROMAN = re.compile(r"[-—–\s]*[ivxlIVXL]+[-—–\s]*")
NAMED_PAGE_NUMBER = re.compile(
    rf"(?:第\s*{NUMERALS}\s*[页頁].*|.*[共]\s*{NUMERALS}\s*[页頁]|page\s*[0-9]+.*|[-—–－―]\s*[0-9]+\s*[-—–－―])",
    re.IGNORECASE,
)
SMALLER = 0.92


def take_out_furniture(pages: Sequence[list[PageItem]], heights: Sequence[float]) -> list[list[PageItem]]:
    """Return the pages without running heads, running feet and page numbers.

    `heights` are those of the pages, in points.
    """
    edges = [_edge_lines(items, height) for items, height in zip(pages, heights, strict=True)]
    counts = Counter(key for page in edges for key in {_key(line, where) for line, where in page})
    offsets = Counter(
        (where, number - at)
        for at, page in enumerate(edges)
        for line, where in page
        if (number := _page_number(line)) is not None
    )
    kept: list[list[PageItem]] = []
    for at, (items, page) in enumerate(zip(pages, edges, strict=True)):
        gone: set[int] = set()
        closed: set[str] = set()
        for line, where in page:
            side = where[0]
            if side in closed:
                continue
            if _is_furniture(line, where, at, counts, offsets, len(pages)):
                gone.add(id(line))
            else:
                # What stands between the text and something that stays is text.
                closed.add(side)
        kept.append([item for item in items if id(item) not in gone])
    return kept if any(kept) else [*pages]  # where every page says the same and nothing else, that is its text


def set_footnotes_aside(items: Sequence[PageItem]) -> list[PageItem]:
    """Return the items of a page with the notes at its foot told from its text: smaller lines behind a mark."""
    lines = [item for item in items if isinstance(item, PageLine) and not item.is_aside]
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    notes: set[int] = set()
    for column in {line.column for line in lines}:
        notes |= _notes_of([line for line in lines if line.column == column], body)
    return [
        replace(item, is_aside=True) if isinstance(item, PageLine) and id(item) in notes else item for item in items
    ]


def _notes_of(lines: Sequence[PageLine], body: float) -> set[int]:
    """Return the lines at the end of a column that are smaller than the body, from the first that bears a mark."""
    at = len(lines)
    while at > 0 and max(piece.size for piece in lines[at - 1].pieces) < SMALLER * body:
        at -= 1
    if at == 0:  # a column of nothing else is a caption or a table
        return set()
    while at < len(lines) and not FOOTNOTE_START.match(lines[at].text):
        at += 1
    return {id(line) for line in lines[at:]}


def _edge_lines(items: Sequence[PageItem], height: float) -> list[tuple[PageLine, str]]:
    """Return the outermost lines of a page, the first one outermost, with where they stand: head or foot, and how."""
    lines = [item for item in items if isinstance(item, PageLine) and not item.is_aside]
    head = sorted((line for line in lines if line.box[3] < HEAD_BAND * height), key=lambda line: line.box[1])
    foot = sorted((line for line in lines if line.box[1] > FOOT_BAND * height), key=lambda line: -line.box[3])
    return [*_placed(head[:MOST_LINES], "head", height), *_placed(foot[:MOST_LINES], "foot", height)]


def _placed(lines: Sequence[PageLine], side: str, height: float) -> Iterator[tuple[PageLine, str]]:
    # Counted from the side of the page, to the nearest hundredth, so that pages of other heights agree.
    for line in lines:
        yield line, f"{side}{round(100 * line.box[1] / height)}"


def _key(line: PageLine, where: str) -> tuple[str, str]:
    """Return what a head or foot has in common with those of other pages, whatever the numbers in it."""
    if ROMAN.fullmatch(line.text):
        return where, "roman"
    return where, re.sub(r"[0-9０-９]+", "#", "".join(line.text.split())).strip("#")


def _page_number(line: PageLine) -> int | None:
    """Return the number of a line that is nothing else, in figures; None for any other line."""
    found = PAGE_NUMBER.fullmatch(line.text)
    return int(found[1]) if found and found[1].isdecimal() and len(found[1]) < 6 else None


def _is_furniture(
    line: PageLine,
    where: str,
    at: int,
    counts: Counter[tuple[str, str]],
    offsets: Counter[tuple[str, int]],
    pages: int,
) -> bool:
    number = _page_number(line)
    if NAMED_PAGE_NUMBER.fullmatch(line.text) and PAGE_NUMBER.fullmatch(line.text):
        return True
    if number is not None:
        return offsets[where, number - at] > 1 or (pages == 1 and number == 1 and where.startswith("foot"))
    if len(line.pieces) > MOST_PARTS or display_width(line.text) > WIDEST:
        return False
    if not any(map(str.isalpha, line.text)) and len(line.pieces) > 1:
        return False  # a row of figures
    text = _key(line, where)[1]
    side, place = where[:4], int(where[4:])
    again = sum(counts[f"{side}{near}", text] for near in (place - 1, place, place + 1))
    return again >= (2 if pages <= 4 else 3)
