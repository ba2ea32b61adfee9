"""Which paragraphs of a PDF are headings, by its outline, its sizes and weights, and the numbering; and its title."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.loaders.lines import display_width
from index.loaders.pdf_paragraphs import BIG, LEADERS, Measures, Paragraph
from index.loaders.pdf_tables import PageTable
from index.loaders.structure import LONGEST_HEADING, TERMINATORS, numbered_heading_level

LONGEST_BOLD_HEADING = 30
TITLE_REACH = 12  # among so many first paragraphs
OUTLINE_LEVEL, SIZE_LEVEL, BOLD_LEVEL = 2, 2, 9
Item = Paragraph | PageTable


def find_title(items: Sequence[Item], measures: Measures, stated: str) -> Paragraph | None:
    """Return the paragraph that is the title: the biggest of the first page, the one that the file states, or the
    first line where it is one by its form, as in a plain text."""
    first = [item for item in items[:TITLE_REACH] if isinstance(item, Paragraph) and item.lines[0].page == 1]
    fitting = [item for item in first if _may_be_heading(item) and numbered_heading_level(item.text) is None]
    big = [item for item in fitting if item.size > 1.15 * measures.size]
    if big:
        return max(big, key=lambda item: item.size)
    named = [item for item in fitting if plain(item.text) == plain(stated)]
    if named:
        return named[0]
    return fitting[0] if len(items) > 1 and fitting and fitting[0] is items[0] else None


def heading_levels(
    items: Sequence[Item], measures: Measures, title: Paragraph | None, outline: Mapping[tuple[int, str], int]
) -> list[int | None]:
    """Return the level of each item that is a heading, 1 for the title. `outline` has depths by page and plain text."""
    big = (item for item in items if isinstance(item, Paragraph) and item is not title and _is_big(item, measures))
    sizes = sorted({round(item.size) for item in big}, reverse=True)
    by_size = _levels_of_sizes(items, sizes, measures)
    levels: list[int | None] = []
    for item in items:
        if not isinstance(item, Paragraph) or item.lines[0].is_aside or not _may_be_heading(item):
            levels.append(None)
            continue
        depth = _depth(item, outline)
        numbered = numbered_heading_level(item.text)
        if item is title:
            levels.append(1)
        elif depth is not None:
            levels.append(OUTLINE_LEVEL + depth)
        elif numbered is not None:
            levels.append(numbered + 1)
        elif _is_big(item, measures):
            levels.append(by_size[round(item.size)])
        else:
            levels.append(BOLD_LEVEL if _is_bold_heading(item, measures) else None)
    return levels


def plain(text: str) -> str:
    """Return a text as headings and entries of an outline are compared: without spaces and marks, in small letters."""
    return re.sub(r"[\W_]+", "", text).lower()


def _may_be_heading(item: Paragraph) -> bool:
    text = item.text
    return (
        0 < display_width(text) <= 2 * LONGEST_HEADING
        and text[-1] not in TERMINATORS
        and any(map(str.isalpha, text))
        and len(item.lines[0].pieces) == 1
        and not LEADERS.search(text)
    )


def _is_big(item: Paragraph, measures: Measures) -> bool:
    return item.size > BIG * measures.size


def _is_bold_heading(item: Paragraph, measures: Measures) -> bool:
    """Whether a short line stands out by its weight, in a document that is not bold throughout."""
    return (
        item.is_bold
        and not measures.is_bold
        and len(item.lines) == 1
        and len(item.text) <= LONGEST_BOLD_HEADING
        and item.size > 0.95 * measures.size
    )


def _levels_of_sizes(items: Sequence[Item], sizes: Sequence[int], measures: Measures) -> dict[int, int]:
    """Return the level of each size of headings: that of the numbered ones of the size, else by its rank."""
    numbered: dict[int, int] = {}
    for item in items:
        if isinstance(item, Paragraph) and _is_big(item, measures) and _may_be_heading(item):
            level = numbered_heading_level(item.text)
            if level is not None:
                size = round(item.size)
                numbered[size] = min(level + 1, numbered.get(size, 99))
    levels: dict[int, int] = {}
    above = SIZE_LEVEL - 1
    for size in sizes:
        above = max(numbered.get(size, above + 1), above)
        levels[size] = above
    return levels


def _depth(item: Paragraph, outline: Mapping[tuple[int, str], int]) -> int | None:
    text = plain(item.text)
    for page in (item.lines[0].page, 0):  # 0 for entries that lead nowhere
        if (page, text) in outline:
            return outline[page, text]
    return None
