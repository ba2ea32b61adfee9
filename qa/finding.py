"""Words looked for in one document, as a person types them: of whatever width and case, and over line ends."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Document
from qa.rows import Cell, cells_of, holds_rows, is_sheet

MOST_PLACES = 10_000
LONGEST_WORDS = 200
# Full-width forms and spaces, which nearly every line of Chinese has: one sign each, so that offsets stay.
NARROW = {0xFF01 + code: 0x21 + code for code in range(0x5E)} | {0x3000: 0x20, 0xA0: 0x20}
# Marks of half-width katakana, which make one sign with the one before without being combining marks.
VOICED = "\uff9e\uff9f"


@dataclass(frozen=True, slots=True)
class Found:
    """Where words stand in a text: pairs of offsets in order, at most `MOST_PLACES` of the `count` there are."""

    places: tuple[tuple[int, int], ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text after NFKC and case folding. `origins[i]` is where in the text sign i came from; the last is its end."""

    text: str
    origins: NDArray[np.int32]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the text that a stretch of the folded one came from, in whole signs."""
        first, until = int(self.origins[start]), end
        while self.origins[until] == self.origins[end - 1]:
            until += 1
        return first, int(self.origins[until])


def find_in(document: Document, words: str) -> Found:
    """Return where words stand in a document, as it is shown: the name of a sheet's column counts once a sheet."""
    pattern = _pattern(words)
    if pattern is None:
        return Found()
    folded = _fold(document.text)
    places: Iterator[tuple[int, int]] = (found.span() for found in pattern.finditer(folded.text))
    if is_sheet(document):
        places = _seen(document, (folded.place(*place) for place in places))
        listed = tuple(islice(places, MOST_PLACES))
    else:
        listed = tuple(folded.place(*place) for place in islice(places, MOST_PLACES))
    return Found(listed, len(listed) + sum(1 for _ in places))


def _pattern(words: str) -> re.Pattern[str] | None:
    parts = unicodedata.normalize("NFKC", words[:LONGEST_WORDS]).casefold().split()
    if not parts:
        return None
    # Between hanzi a space is a matter of taste.
    gaps = [r"\s+" if before[-1] < "\u2e80" and after[0] < "\u2e80" else r"\s*" for before, after in pairwise(parts)]
    return re.compile("".join(re.escape(part) + gap for part, gap in zip(parts, [*gaps, ""], strict=True)))


@lru_cache(maxsize=4)
def _fold(text: str) -> _Folded:
    pieces: list[str] = []
    origins: list[NDArray[np.int32]] = []
    position = 0
    for line in text.splitlines(keepends=True):
        piece, places = _fold_line(line)
        pieces.append(piece)
        origins.append(places + np.int32(position))
        position += len(line)
    origins.append(np.array([len(text)], np.int32))
    return _Folded("".join(pieces), np.concatenate(origins))


def _fold_line(line: str) -> tuple[str, NDArray[np.int32]]:
    narrow = line.translate(NARROW)
    folded = narrow.casefold()
    if len(folded) == len(line) and unicodedata.is_normalized("NFKC", narrow):
        return folded, np.arange(len(line), dtype=np.int32)
    signs = [(unicodedata.normalize("NFKC", sign).casefold(), at) for sign, at in _signs(line)]
    return "".join(sign for sign, _ in signs), np.repeat(
        np.array([at for _, at in signs], np.int32), [len(sign) for sign, _ in signs]
    )


def _signs(line: str) -> Iterator[tuple[str, int]]:
    """Yield the signs of a line, each with the marks over and under it, and where they begin."""
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or not (unicodedata.combining(line[at]) or line[at] in VOICED):
            yield line[start:at], start
            start = at


def _seen(document: Document, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the places that can be seen where rows are shown under the names of their columns."""
    text = document.text
    named: set[tuple[int, str]] = set()
    line_end, sheet = -1, 0
    cells: tuple[Cell, ...] = ()
    for start, end in places:
        if start >= line_end:
            line_start = text.rfind("\n", 0, start) + 1
            line_end = text.find("\n", start) + 1 or len(text) + 1
            page = document.page_at(line_start)
            sheet = page.start if page is not None else 0
            cells = cells_of(text[line_start : line_end - 1], line_start) if holds_rows(page, line_start) else ()
        name = next((cell.name for cell in cells if cell.at <= start and end <= cell.value_at), None)
        if name is None:
            yield start, end
        elif (sheet, name) not in named:
            named.add((sheet, name))
            yield start, end
