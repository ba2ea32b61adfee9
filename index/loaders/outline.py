"""Paragraphs of a word processor, with how they look, → the title and the blocks of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from index.loaders.encoding import clean
from index.loaders.extract import Block, Extract
from index.loaders.lines import WIDEST_WRAP, join_all, join_wrapped_lines
from index.loaders.structure import LONGEST_HEADING, TERMINATORS, demote_empty_headings, numbered_heading_level

DEEPEST_STYLE = 10
# 三号, the least size that titles of Chinese documents are set in; body text is 小四 or 四号, 12 and 14 points.
LEAST_TITLE_SIZE = 16.0
# A title stands among the first paragraphs, after the name and the number of who issued the document.
MOST_BEFORE_TITLE, MOST_TITLE_LINES = 12, 3
# Some authors set whole paragraphs in a heading's style for its looks.
LONGEST_STYLED_HEADING = 120
# No line of a hard-wrapped text is longer.
FEWEST_WRAPPED, LONGEST_WRAPPED = 3, int(1.25 * WIDEST_WRAP)
WEB_ADDRESS = re.compile(r"^\S+://\S+$")
DATE = re.compile(r"[（(]?[\d〇○零一二三四五六七八九十\s]+[年月日/.\-\d〇○零一二三四五六七八九十\s]*[）)]?")
TABS = re.compile(r" *\t[ \t]*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as its program shows it. `text` holds line ends where the author broke lines.

    `heading` is what its style says: 0 the document's title, from 1 headings, None body text. `size` is in points, 0
    where it is not known. Rows of tables and notes are never headings.
    """

    text: str
    heading: int | None = None
    bold: bool = False
    centred: bool = False
    size: float = 0.0
    kind: Literal["text", "bullet", "row", "note"] = "text"


def extract_outline(paragraphs: Iterable[Paragraph]) -> Extract:
    """Return title and blocks: headings as styled, else as numbered or as set off by bold type."""
    shown = [*_shown(_unwrapped(paragraphs))]
    start, end = _find_title(shown)
    title = _joined(shown[start:end]) or None
    texts = [one for one in shown if one.kind == "text"]
    all_bold = sum(one.bold for one in texts) > len(texts) / 2
    blocks: list[Block] = []
    for number, paragraph in enumerate(shown):
        if number == start and title:
            blocks.append(Block(title, 1))
        elif not start <= number < end:
            blocks.extend(_blocks(paragraph, bold_tells=not all_bold))
    return Extract(title, demote_empty_headings(blocks, surest_level=DEEPEST_STYLE))


def _shown(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """Yield what a reader sees, without empty paragraphs."""
    for one in paragraphs:
        text = clean(one.text).replace("\u00ad", "")
        text = TABS.sub(" ", text) if "\t" in text else text
        lines = (line.strip() for line in text.split("\n")) if "\n" in text else (text.strip(),)
        if text := "\n".join(filter(None, lines)):
            yield Paragraph(text, one.heading, one.bold, one.centred, one.size, one.kind)


def _unwrapped(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """Join lines that stand in paragraphs of their own, as they do in a text that was pasted hard-wrapped."""
    for plain, group in groupby(paragraphs, key=_is_plain):
        stretch = [*group]
        texts = [one.text.strip() for one in stretch]
        if plain and len(texts) >= FEWEST_WRAPPED and max(map(len, texts)) <= LONGEST_WRAPPED:
            joined = join_wrapped_lines("\n".join(one.text for one in stretch))
            if len(joined) < sum(map(bool, texts)):
                yield from map(Paragraph, joined)
                continue
        yield from stretch


def _is_plain(paragraph: Paragraph) -> bool:
    one = paragraph
    return one.kind == "text" and one.heading is None and not (one.bold or one.centred or "\n" in one.text)


def _joined(paragraphs: Sequence[Paragraph]) -> str:
    return join_all(line for paragraph in paragraphs for line in paragraph.text.split("\n"))


def _blocks(paragraph: Paragraph, bold_tells: bool) -> Iterator[Block]:
    if paragraph.heading is not None:
        heading = _joined([paragraph])
        if len(heading) <= (LONGEST_HEADING if heading[-1] in TERMINATORS else LONGEST_STYLED_HEADING):
            yield Block(heading, min(paragraph.heading + 1, DEEPEST_STYLE))
            return
    if "\n" in paragraph.text:
        # Some programs that turn pages into documents break every line where the page did.
        yield from map(Block, join_wrapped_lines(paragraph.text))
    else:
        yield Block(paragraph.text, _unstyled_level(paragraph, bold_tells))


def _unstyled_level(paragraph: Paragraph, bold_tells: bool) -> int | None:
    """A paragraph that is numbered like a heading, or wholly bold, is one that the author gave no style."""
    text = paragraph.text
    if paragraph.kind != "text":
        return None
    numbered = numbered_heading_level(text)
    if numbered is not None:
        return DEEPEST_STYLE + 1 + numbered
    if not (bold_tells and paragraph.bold) or not _could_be_heading(text):
        return None
    return DEEPEST_STYLE + 1 if sum(map(str.isalpha, text)) >= (2 if paragraph.centred else 4) else None


def _could_be_heading(text: str) -> bool:
    return len(text) <= LONGEST_HEADING and text[-1] not in TERMINATORS and not WEB_ADDRESS.match(text)


def _find_title(shown: Sequence[Paragraph]) -> tuple[int, int]:
    """Return where the title's paragraphs start and end: as styled, the lone first heading, or the big centred line.

    Else it is the first line where it is short and does not end like a sentence, as in a plain text.
    """
    styled = next((n for n, one in enumerate(shown) if one.heading == 0), None)
    if styled is None:
        styled = _first_heading_as_title(shown)
    if styled is not None:
        return styled, _end_of_title(shown, styled)
    if len(shown) < 2:
        return 0, 0
    found = _biggest_of_first(shown)
    if found is not None:
        return found, _end_of_title(shown, found)
    first = shown[0]
    if first.kind != "text" or first.heading is not None or not _could_be_title(first.text):
        return 0, 0
    return (0, 1) if first.text[-1] not in TERMINATORS else (0, 0)


def _first_heading_as_title(shown: Sequence[Paragraph]) -> int | None:
    """Many authors set the title as 标题 1: the first heading, and the only one of its level or the first line."""
    first = next((n for n, one in enumerate(shown) if one.heading is not None), None)
    if first is None or shown[first].heading != 1 or first > MOST_BEFORE_TITLE:
        return None
    if numbered_heading_level(shown[first].text) is not None or len(shown[first].text) > LONGEST_STYLED_HEADING:
        return None
    return first if first == 0 or sum(one.heading == 1 for one in shown) == 1 else None


def _biggest_of_first(shown: Sequence[Paragraph]) -> int | None:
    best: int | None = None
    for number, one in enumerate(shown[:MOST_BEFORE_TITLE]):
        if one.heading is not None or one.kind == "row" or len(one.text) > LONGEST_HEADING:
            break
        looks_it = one.kind == "text" and (one.centred or one.size >= LEAST_TITLE_SIZE)
        if looks_it and _could_be_title(one.text):
            best = number if best is None or one.size > shown[best].size else best
        elif one.text[-1] in "。；！？" or numbered_heading_level(one.text) is not None:
            break  # the text has begun
    return best


def _could_be_title(text: str) -> bool:
    """Titles of articles may ask or exclaim; a date or a number is none."""
    if len(text) > LONGEST_HEADING or text[-1] in TERMINATORS.replace("？", "").replace("！", "").replace("…", ""):
        return False
    return numbered_heading_level(text) is None and sum(map(str.isalpha, text)) >= 2 and not DATE.fullmatch(text)


def _end_of_title(shown: Sequence[Paragraph], start: int) -> int:
    """A title may run over several paragraphs that look the same."""
    first, end = shown[start], start + 1
    if first.heading is None and not (first.centred and first.size >= LEAST_TITLE_SIZE):
        return end
    while end < min(len(shown), start + MOST_TITLE_LINES):
        following = shown[end]
        alike = (following.heading, following.centred, following.size, following.kind) == (
            *(first.heading, first.centred, first.size, first.kind),
        )
        fits = alike and (first.heading in (None, 0)) and len(_joined(shown[start : end + 1])) <= LONGEST_HEADING
        if not fits or not _could_be_title(following.text):
            break
        end += 1
    return end
