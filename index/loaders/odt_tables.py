"""Tables of an ODT → rows of cells, merged ones as the reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from index.loaders.counting import whole_number
from index.loaders.odt_styles import TABLE
from index.loaders.outline import Paragraph

GROUPS = frozenset(TABLE + name for name in ("table-header-rows", "table-rows", "table-row-group"))
MOST_COLUMNS = 500
LONGEST_REPEATED = 200

Content = tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class OdtTable:
    """`rows` are as `tables.rows_of_table` wants them, `contents` what each row holds."""

    rows: list[list[str | None]]
    contents: list[Content]
    header_rows: int | None

    @property
    def columns(self) -> int:
        return max(map(len, self.rows), default=0)


def read_rows(table: etree._Element, read_cell: Callable[[etree._Element], Content]) -> OdtTable:
    """Read a table. A row that is repeated is read once: only sheets repeat rows that say something."""
    rows: list[list[str | None]] = []
    contents: list[Content] = []
    above: dict[int, tuple[int, str | None]] = {}  # by column: how many rows a cell still runs on, and its text
    headers = 0
    for element, in_header in _rows(table, False):
        row: list[str | None] = []
        held: list[Paragraph] = []
        for cell in element:
            if cell.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell") and len(row) < MOST_COLUMNS:
                content = read_cell(cell) if cell.tag == f"{TABLE}table-cell" else ()
                held.extend(content)
                _lay_cell(row, cell, content, above)
        headers += in_header and headers == len(rows)
        rows.append(row)
        contents.append(tuple(held))
    return OdtTable(rows, contents, headers if 0 < headers < len(rows) else None)


def _rows(element: etree._Element, in_header: bool) -> Iterator[tuple[etree._Element, bool]]:
    for child in element:
        if child.tag == f"{TABLE}table-row":
            yield child, in_header
        elif child.tag in GROUPS:
            yield from _rows(child, in_header or child.tag == f"{TABLE}table-header-rows")


def _lay_cell(
    row: list[str | None], cell: etree._Element, content: Content, above: dict[int, tuple[int, str | None]]
) -> None:
    repeated = max(1, min(whole_number(cell.get(f"{TABLE}number-columns-repeated"), 1), MOST_COLUMNS - len(row)))
    if cell.tag == f"{TABLE}covered-table-cell":
        for column in range(len(row), len(row) + repeated):
            left, text = above.get(column, (0, None))
            row.append(text if left else None)
            above[column] = (max(0, left - 1), text)
        return
    said = " ".join(one.text.strip() for one in content if one.kind in ("text", "bullet"))
    deep = whole_number(cell.get(f"{TABLE}number-rows-spanned"), 1) - 1
    wide = max(1, min(whole_number(cell.get(f"{TABLE}number-columns-spanned"), 1), MOST_COLUMNS - len(row)))
    for place in range(wide):
        name = said if len(said) <= LONGEST_REPEATED else ""
        above[len(row) + place] = (max(0, deep), None if place else name)
    # The cells that it covers to its right follow as elements of their own.
    if wide > 1:
        for place in range(1, wide):
            left, text = above[len(row) + place]
            above[len(row) + place] = (left + 1, text)
    row.extend([said] * repeated)
