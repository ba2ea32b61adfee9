"""ODS and the XML spreadsheets of Excel 2003: read here, since both say how their cells are shown.

calamine knows of an ODS neither merged cells nor comments nor how its numbers are shown.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from index.errors import DocumentError
from index.loaders.packages import read_member
from index.loaders.sheet_formats import flatten, show_number, show_value
from index.loaders.sheet_xlsx import LARGEST_AREA
from index.loaders.sheets import MOST_ROWS, Range, Sheet, fill_merged

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
EXCEL = "{urn:schemas-microsoft-com:office:spreadsheet}"
REPEATED = f"{TABLE}number-columns-repeated"
COLUMNS_SPANNED, ROWS_SPANNED = f"{TABLE}number-columns-spanned", f"{TABLE}number-rows-spanned"
PARAGRAPH, ANNOTATION = f"{TEXT}p", f"{OFFICE}annotation"
VALUE, DATE_VALUE, VALUE_TYPE = f"{OFFICE}value", f"{OFFICE}date-value", f"{OFFICE}value-type"
# LibreOffice repeats the last, empty cells of a row to the edge of the sheet.
MOST_COLUMNS = 16_384


def read_ods(package: zipfile.ZipFile) -> list[Sheet]:
    """Read the sheets of an ODS package. Raises `DocumentError` where it is locked or broken."""
    if "META-INF/manifest.xml" in package.namelist() and b"encryption-data" in read_member(
        package, "META-INF/manifest.xml"
    ):
        raise DocumentError("it is locked with a password. Save a copy without one")
    sheets: list[Sheet] = []
    grid = _Grid()
    for element in _elements(read_member(package, "content.xml"), (f"{TABLE}table-row", f"{TABLE}table")):
        if element.tag == f"{TABLE}table-row":
            _read_row(element, grid)
        else:
            sheets.append(grid.close(element.get(f"{TABLE}name", "")))
            grid = _Grid(grid.cells)
        _drop(element)
    if not sheets:
        raise DocumentError("there is no sheet in it. Open it in a spreadsheet program and save it again")
    return sheets


def read_spreadsheet_xml(data: bytes) -> list[Sheet]:
    """Read the sheets of an XML spreadsheet of Excel 2003. Raises `DocumentError` where it is broken."""
    sheets: list[Sheet] = []
    grid = _Grid()
    for element in _elements(data, (f"{EXCEL}Row", f"{EXCEL}Worksheet")):
        if element.tag == f"{EXCEL}Row":
            _read_excel_row(element, grid)
        else:
            sheets.append(grid.close(element.get(f"{EXCEL}Name", "")))
            grid = _Grid(grid.cells)
        _drop(element)
    return sheets


class _Grid:
    """The rows of a sheet as they come, and its merged cells."""

    def __init__(self, cells: int = 0) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self.ranges: list[Range] = []
        self.number = 1
        self.cells = cells

    def add(self, row: list[str], times: int) -> None:
        """Add a row that is repeated; of the empty ones only the number counts."""
        if any(row):
            self.cells += len(row) * max(1, min(times, MOST_ROWS))
            if self.cells > LARGEST_AREA:
                raise DocumentError(f"more than {LARGEST_AREA:,} cells. Split the file into smaller ones")
            shown = range(self.number, self.number + max(0, min(times, MOST_ROWS + 1 - len(self.rows))))
            self.rows.extend((number, [*row]) for number in shown)
        self.number += times

    def merge(self, column: int, columns: int, rows: int) -> None:
        """Note that the cell that comes next runs over several columns or rows."""
        if columns > 1 or rows > 1:
            top = self.number - 1
            self.ranges.append(((top, column), (top + rows - 1, column + columns - 1)))

    def close(self, name: str) -> Sheet:
        """Return the sheet that is now complete. Rows are numbered anew where some were empty."""
        return Sheet(name, fill_merged(self._all_rows(), self.ranges) if self.ranges else iter(self.rows))

    def _all_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows with those of merged cells that have nothing of their own."""
        covered = {row + 1 for (top, _), (bottom, _) in self.ranges for row in range(top, min(bottom, top + MOST_ROWS))}
        filled = {number for number, _ in self.rows}
        empty = (
            ((number, [""]) for number in covered - filled if number < self.number) if len(covered) < MOST_ROWS else ()
        )
        yield from sorted([*self.rows, *empty], key=lambda one: one[0])


def _elements(data: bytes, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """Yield elements as they end. Nothing is fetched, no entity is expanded."""
    events = etree.iterparse(io.BytesIO(data), tag=tags, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for _, element in events:
            yield element
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"its content is no readable XML ({error}). Save the file again") from None


def _drop(element: etree._Element) -> None:
    """Forget what has been read: a sheet of 100,000 rows would take a gigabyte."""
    element.clear()
    while element.getprevious() is not None and (parent := element.getparent()) is not None:
        del parent[0]


def _count(element: etree._Element, name: str) -> int:
    value = element.get(name)
    if value is None:
        return 1
    return min(int(value), 1 << 20) if value.isdecimal() and len(value) < 12 else 1


def _read_row(element: etree._Element, grid: _Grid) -> None:
    row: list[str] = []
    column = 0  # empty cells are put in once one with text comes: a row often ends in 16,000 of them
    for cell in element.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
        text = _cell_text(cell)
        times = min(_count(cell, REPEATED), MOST_COLUMNS - column)
        if (columns := _count(cell, COLUMNS_SPANNED)) > 1 or cell.get(ROWS_SPANNED) is not None:
            grid.merge(column, columns, _count(cell, ROWS_SPANNED))
        if text:
            row += [""] * (column - len(row)) + [text] * times
        column += times
    grid.add(row, _count(element, f"{TABLE}number-rows-repeated"))


def _cell_text(cell: etree._Element) -> str:
    children = list(cell)
    if not children and cell.get(VALUE_TYPE) is None:
        return ""
    shown = flatten(" ".join([_paragraph(one) for one in children if one.tag == PARAGRAPH]))
    moment = cell.get(DATE_VALUE)
    if moment and "年" not in shown:
        shown = _date(moment) or shown
    if not shown and (value := cell.get(VALUE)) is not None:
        shown = _number(value)
    for note in (one for one in children if one.tag == ANNOTATION):
        said = flatten(" ".join(_paragraph(one) for one in note.iter(PARAGRAPH)))
        shown += f"（批注：{said}）" if said else ""
    return shown


def _paragraph(element: etree._Element) -> str:
    if not len(element):
        return element.text or ""
    parts: list[str] = []
    for one in element.iter():
        if one.tag in (f"{TEXT}s", f"{TEXT}tab", f"{TEXT}line-break"):
            parts.append(" ")
        parts.append(one.text or "")
        if one is not element:
            parts.append(one.tail or "")
    return "".join(parts)


def _date(value: str) -> str:
    try:
        return show_value(datetime.fromisoformat(value[:26]).replace(tzinfo=None))
    except ValueError:
        return ""


def _number(value: str) -> str:
    try:
        return show_number(float(value))
    except ValueError:
        return flatten(value)


def _read_excel_row(element: etree._Element, grid: _Grid) -> None:
    index = element.get(f"{EXCEL}Index", "")
    if index.isdecimal() and len(index) < 8:
        grid.number = max(grid.number, int(index))
    row: list[str] = []
    for cell in element.iterchildren(f"{EXCEL}Cell"):
        place = cell.get(f"{EXCEL}Index", "")
        if place.isdecimal() and len(place) < 6 and len(row) < int(place) <= MOST_COLUMNS:
            row += [""] * (int(place) - 1 - len(row))
        columns, rows = _count(cell, f"{EXCEL}MergeAcross"), _count(cell, f"{EXCEL}MergeDown")
        columns = columns + 1 if cell.get(f"{EXCEL}MergeAcross") else 1
        grid.merge(len(row), columns, rows + 1 if cell.get(f"{EXCEL}MergeDown") else 1)
        row += [_excel_text(cell)] + [""] * min(columns - 1, max(0, MOST_COLUMNS - len(row)))
    grid.add(row, 1)


def _excel_text(cell: etree._Element) -> str:
    data = cell.find(f"{EXCEL}Data")
    text = flatten("".join(map(str, data.itertext()))) if data is not None else ""
    kind = data.get(f"{EXCEL}Type", "") if data is not None else ""
    text = (_date(text) or text) if kind == "DateTime" else _number(text) if kind == "Number" else text
    comment = cell.find(f"{EXCEL}Comment")
    said = flatten("".join(map(str, comment.itertext()))) if comment is not None else ""
    return f"{text}（批注：{said}）" if said else text
