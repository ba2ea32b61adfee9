"""Tables of a DOCX → rows of cells, merged ones as the reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from index.loaders.counting import whole_number
from index.loaders.docx_text import CONTROL, WRAPPERS
from index.loaders.ooxml import W, is_on
from index.loaders.outline import Paragraph

ROW, CELL = f"{W}tr", f"{W}tc"
MOST_COLUMNS = 500
# The text of a cell over several rows belongs to each of them, where it is a name and no essay.
LONGEST_REPEATED = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text as one line, and all that it holds."""

    text: str
    content: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are as `tables.rows_of_table` wants them, `cells` what each row holds. `header_rows` None: not told."""

    rows: list[list[str | None]]
    cells: list[list[Cell]]
    header_rows: int | None

    @property
    def columns(self) -> int:
        return max(map(len, self.rows), default=0)


def read_rows(table: etree._Element, read_cell: Callable[[etree._Element], Cell]) -> Table:
    """Read a table. Rows that a tracked change took out are left out."""
    rows: list[list[str | None]] = []
    cells: list[list[Cell]] = []
    headers = 0
    above: dict[int, str] = {}
    for element in _members(table, ROW):
        properties = element.find(f"{W}trPr")
        if properties is not None and properties.find(f"{W}del") is not None:
            continue
        if headers == len(rows) and properties is not None and is_on(properties.find(f"{W}tblHeader")):
            headers += 1
        row: list[str | None] = [""] * _count(properties, "gridBefore", 0)
        held: list[Cell] = []
        for cell in _members(element, CELL):
            if len(row) < MOST_COLUMNS:
                held.append(_lay_cell(row, cell, above, read_cell))
        rows.append(row)
        cells.append(held)
    return Table(rows, cells, headers if 0 < headers < len(rows) else _bold_first_row(rows, cells))


def _lay_cell(
    row: list[str | None], element: etree._Element, above: dict[int, str], read_cell: Callable[[etree._Element], Cell]
) -> Cell:
    """Append a cell to its row. `above` holds the texts of cells that run on downwards, by their column."""
    properties = element.find(f"{W}tcPr")
    column, span = len(row), max(1, _count(properties, "gridSpan", 1))
    merged = None if properties is None else properties.find(f"{W}vMerge")
    beside = None if properties is None else properties.find(f"{W}hMerge")
    cell = read_cell(element)
    text: str | None = cell.text
    if merged is not None and merged.get(f"{W}val", "continue") != "restart":
        text = cell.text or above.get(column, "")
    else:
        above.pop(column, None)
        if merged is not None and len(cell.text) <= LONGEST_REPEATED:
            above[column] = cell.text
    if beside is not None and beside.get(f"{W}val", "continue") != "restart" and row:
        text = None
    row.append(text)
    row.extend([None] * min(span - 1, MOST_COLUMNS - len(row)))
    return cell


def _members(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield the rows of a table or the cells of a row, also those inside of content controls and tracked changes."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag == CONTROL or child.tag in WRAPPERS:
            yield from _members(child, tag)


def _count(properties: etree._Element | None, name: str, default: int) -> int:
    found = None if properties is None else properties.find(f"{W}{name}")
    return default if found is None else max(0, min(whole_number(found.get(f"{W}val"), default), MOST_COLUMNS))


def _bold_first_row(rows: list[list[str | None]], cells: list[list[Cell]]) -> int | None:
    """Two columns may be names above values or beside them; bold type in the first row alone tells which."""
    if len(rows) < 2 or len(cells[0]) != 2:
        return None
    bold = [[all(one.bold for one in cell.content if one.text.strip()) for cell in row if cell.text] for row in cells]
    return 1 if all(bold[0]) and len(bold[0]) == 2 and not any(map(all, filter(None, bold[1:]))) else None
