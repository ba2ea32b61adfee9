"""The rows of a table as they stand in a document's text: each cell behind its column's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.datatypes import Document, Page

BETWEEN, BEHIND_NAME = "；", "："
FOLDED_BETWEEN, FOLDED_BEHIND_NAME = ";", ":"
UNIT = re.compile(r"[（(](?P<unit>[^（()）]{1,12})[）)]$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its column's name and its value, each with the offset in the document's text where it begins."""

    name: str
    at: int
    value: str
    value_at: int

    @property
    def bare(self) -> str:
        """The column's name without its unit."""
        return UNIT.sub("", self.name)

    @property
    def unit(self) -> str:
        """The unit in brackets behind the column's name, "" where there is none."""
        found = UNIT.search(self.name)
        return found["unit"] if found is not None else ""


def cells_of(line: str, at: int = 0, between: str = BETWEEN, behind_name: str = BEHIND_NAME) -> tuple[Cell, ...]:
    """Return the cells of a row's line that begins at an offset; none where it cannot be told apart again."""
    cells: list[Cell] = []
    for part in line.split(between):
        name, colon, value = part.partition(behind_name)
        if not colon or any(name == cell.name for cell in cells):
            return ()
        cells.append(Cell(name, at, value, at + len(name) + 1))
        at += len(part) + 1
    return tuple(cells)


def holds_rows(page: Page | None, at: int) -> bool:
    """Whether what begins at an offset of a sheet is one of its rows."""
    return page is not None and bool(page.rows) and page.rows[0][0] <= at


def is_sheet(document: Document) -> bool:
    """Whether a document is made of sheets."""
    return document.unit == "sheet"
