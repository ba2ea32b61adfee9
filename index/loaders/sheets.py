"""Spreadsheets: each row a line with its column names, each sheet a page.

XLSX, XLSM and XLS come through calamine, with number formats, errors and comments read beside it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index.errors import DocumentError
from index.loaders.extract import Block, Extract, Source
from index.loaders.packages import open_package
from index.loaders.sheet_formats import EPOCH, EPOCH_OF_1904, LONGEST_NUMBER, Value, flatten, show_value
from index.loaders.sheet_tables import TITLE_LEVEL, Numbered, blocks_of_rows
from index.loaders.sheet_xlsx import Extras, Workbook
from index.loaders.signatures import HTML, OLE, ZIP, kind_of

# Of all sheets together. A long text that stands in each of many cells takes little room in the file and much here.
MOST_ROWS, LARGEST_TEXT = 200_000, 200_000_000
SHEET_LEVEL = 2
ROWS_A_REPORT = 10_000
# A cell merged over more rows than these is a frame, not a value of each row.
MOST_MERGED, LONGEST_MERGED = 100_000, 10_000
# What WPS writes in place of a picture.
PICTURE = "=DISPIMG("

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name and its rows with their numbers, to be read once."""

    name: str
    rows: Iterable[Numbered]


def read_sheets(source: Source) -> Extract:
    """Read a spreadsheet: XLSX, XLSM, ODS, XLS, and what else is found in files named .xls (web pages, text)."""
    kind = kind_of(source.data)
    if kind == ZIP:
        package = open_package(source.data)
        if "content.xml" in package.namelist():
            from index.loaders.sheet_ods import read_ods

            return collect(source, read_ods(package), [])
        from index.loaders.sheet_xlsx import open_workbook

        return _read_workbook(source, open_workbook(package))
    if kind == OLE:
        from index.loaders.sheet_xls import open_xls

        return _read_workbook(source, open_xls(source.data))
    return _read_text(source, kind)


def _read_text(source: Source, kind: str) -> Extract:
    """Read what web systems and older programs write under the name of a spreadsheet."""
    start = source.data[:1024].lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        from index.loaders.sheet_ods import read_spreadsheet_xml

        return collect(source, read_spreadsheet_xml(source.data), [])
    if b"mime-version:" in start:
        from index.loaders.mhtml import read_mhtml

        return read_mhtml(source)
    if kind == HTML or b"<table" in start:
        from index.loaders.web import read_whole_page

        return read_whole_page(source)
    from index.loaders.delimited import read_delimited

    return read_delimited(source)


def collect(source: Source, sheets: Sequence[Sheet], notes: Sequence[str]) -> Extract:
    """Return the blocks of sheets, at most `MOST_ROWS` rows in all; empty sheets keep their number and say nothing."""
    blocks: list[Block] = []
    names: dict[int, str] = {}
    notes = list(notes)
    left, room = MOST_ROWS, LARGEST_TEXT
    for page, sheet in enumerate(sheets, 1):
        source.report(page - 1, len(sheets))
        before = len(blocks)
        name = flatten(sheet.name)
        if len(sheets) > 1:
            blocks.append(Block(name or f"Sheet{page}", SHEET_LEVEL, page))
        lines = blocks_of_rows(sheet.rows, page)
        for line in lines:
            if not left or room < 0:
                notes.append(f"only the first {MOST_ROWS - left:,} rows are read. Split the file into smaller ones")
                break
            blocks.append(line)
            left, room = left - 1, room - len(line.text)
            if not left % ROWS_A_REPORT:
                source.report(page - 1, len(sheets))
        if blocks[before:] and blocks[-1].row is not None and blocks[-1].page == page:
            names[page] = name
        else:
            del blocks[before:]
        if not left or room < 0:
            break
    source.report(len(sheets), len(sheets))
    if not blocks:
        raise DocumentError("; ".join(notes) or "no cell has a value. Put one into it, or remove it from the folder")
    title = _title(blocks, names)
    if title is not None:
        blocks[0] = replace(blocks[0], level=1)
    return Extract(title, blocks, "sheet", names, tuple(notes))


def _title(blocks: Sequence[Block], names: dict[int, str]) -> str | None:
    """The title of the only table is that of the file."""
    first = blocks[0]
    return first.text if len(names) == 1 and first.level == TITLE_LEVEL else None


def _read_workbook(source: Source, workbook: Workbook) -> Extract:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(workbook.data))
        shown = [one.typ not in (SheetTypeEnum.ChartSheet, SheetTypeEnum.Vba) for one in book.sheets_metadata]
        sheets = [
            Sheet(name, _rows(book, place, workbook) if shown[place] and place not in workbook.refused else ())
            for place, name in enumerate(book.sheet_names)
        ]
        notes = [
            f"sheet {name} is not read: its cells lie too far apart. Move them together"
            for place, name in enumerate(book.sheet_names)
            if place in workbook.refused
        ]
        if workbook.uncounted:
            told = f"{workbook.uncounted:,} formulas have no value. Open the file in a spreadsheet program and save it"
            notes.append(told)
        return collect(source, sheets, notes)
    except DocumentError:
        raise
    except (CalamineError, OSError, ValueError, TypeError, OverflowError) as error:
        raise DocumentError(
            f"it cannot be read ({error}). Open it in a spreadsheet program and save it again"
        ) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a failed check in Rust becomes; it is no Exception
            raise
        raise DocumentError("its records contradict each other. Save it again in a spreadsheet program") from None


def _rows(book: object, place: int, workbook: Workbook) -> Iterator[Numbered]:
    """Yield the rows of a sheet as text; a cell over several rows stands in each of them."""
    from python_calamine import CalamineWorkbook

    assert isinstance(book, CalamineWorkbook)
    sheet = book.get_sheet_by_index(place)
    extras = workbook.extras.get(place, Extras())
    epoch = EPOCH_OF_1904 if workbook.is_1904 else EPOCH
    rows = ((number, _show_row(row, number - 1, extras, epoch)) for number, row in enumerate(sheet.iter_rows(), 1))
    noted: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in extras.errors.items():
        noted.setdefault(row + 1, []).append((column, text))
    for (row, column), text in extras.comments.items():
        noted.setdefault(row + 1, []).append((column, f"（批注：{text}）"))
    rows = ((number, _show_row(row, number - 1, extras, epoch)) for number, row in enumerate(sheet.iter_rows(), 1))
    if noted:
        rows = ((number, _add_notes(row, noted.get(number, ()))) for number, row in rows)
    ranges = sheet.merged_cell_ranges or []
    yield from fill_merged(rows, ranges) if ranges else rows


def _show_row(row: Sequence[Value], number: int, extras: Extras, epoch: datetime) -> list[str]:
    wanted = extras.formats.of_row(number)
    if wanted:
        known = extras.formats.known
        formats = [known[one] for one in wanted[: len(row)].ljust(len(row), b"\x00")]
        return [_show(value) if one is None else show_value(value, one, epoch) if value != "" else ""
                for value, one in zip(row, formats, strict=True)]  # fmt: skip
    return [
        value.strip() if type(value) is str and value.isprintable() and value[:1] != "=" else _show(value)
        for value in row
    ]


def _show(value: Value) -> str:
    """Return what most cells hold without asking what kind of value it is more often than need be."""
    if type(value) is float and value.is_integer() and -LONGEST_NUMBER < value < LONGEST_NUMBER:
        return str(int(value))
    if type(value) is str and value.startswith(PICTURE):
        return ""
    return show_value(value)


def _add_notes(row: list[str], noted: Sequence[tuple[int, str]]) -> list[str]:
    """Append errors, whose cells come empty, and comments to the cells of a row."""
    for column, text in noted:
        row += [""] * (column + 1 - len(row))
        row[column] += text
    return row


def fill_merged(rows: Iterable[tuple[int, list[str]]], ranges: Sequence[Range]) -> Iterator[Numbered]:
    """Repeat the text of merged cells in the rows below, and mark the columns that they run over with `None`.

    A row that has nothing but such repetitions is left out: it says nothing that the one above does not.
    """
    starting: dict[int, list[Range]] = {}
    for one in ranges[:MOST_MERGED]:
        starting.setdefault(one[0][0], []).append(one)
    running: list[tuple[Range, str]] = []
    for number, row in rows:
        index = number - 1
        running = [(one, text) for one, text in running if one[1][0] >= index]
        if not running and index not in starting:
            yield number, row
            continue
        filled: list[str | None] = [*row]
        for (_, left), (_, right) in (one for one, _ in running):
            right = min(right, len(filled) - 1)
            filled[left : right + 1] = [None] * max(0, right + 1 - left)
        has_own = any(filled)
        for ((_, left), _), text in running:
            if left < len(filled):
                filled[left] = text
        for one in starting.get(index, ()):
            (top, left), (bottom, right) = one
            right = min(right, len(filled) - 1)
            filled[left + 1 : right + 1] = [None] * max(0, right - left)
            if left < len(row) and row[left] and bottom > top and bottom - top <= LONGEST_MERGED:
                running.append((one, row[left]))
        yield number, filled if has_own or not any(filled) else []
