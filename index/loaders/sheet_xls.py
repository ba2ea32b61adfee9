"""XLS: what calamine does not tell of it (number formats, errors), and whether it is safe to give to calamine.

The records are those of [MS-XLS]: two bytes of type, two of length, then the content.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile  # type: ignore[import-untyped]

from index.errors import DocumentError
from index.loaders.sheet_formats import BUILTIN, Format, parse_format
from index.loaders.sheet_xlsx import LARGEST_AREA, MOST_FORMATS, CellFormats, Extras, Workbook

BOF, EOF, FILEPASS, BOUNDSHEET, FORMAT, XF, DATEMODE = 0x0809, 0x000A, 0x002F, 0x0085, 0x041E, 0x00E0, 0x0022
NUMBER, RK, MULRK, FORMULA, BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
LABEL, LABELSST, RSTRING, BLANK, MULBLANK = 0x0204, 0x00FD, 0x00D6, 0x0201, 0x00BE
CELLS = frozenset((NUMBER, RK, MULRK, FORMULA, BOOLERR, LABEL, LABELSST, RSTRING, BLANK, MULBLANK))
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
BIFF8 = 0x0600
HEAD, CELL = struct.Struct("<HH"), struct.Struct("<HHH")
LOCKED = "it is locked with a password. Save a copy without one"
BROKEN = "its records are broken ({}). Open it in a spreadsheet program and save it again"

Cell = tuple[int, int, int]  # row and column from 0, number of the style


@dataclass(slots=True)
class _Globals:
    """What the first records say for all sheets."""

    codes: dict[int, str] = field(default_factory=lambda: dict(BUILTIN))
    styles: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    is_1904: bool = False

    def formats(self) -> dict[int, Format]:
        """Return the number formats that matter, by the number of a cell's style."""
        parsed = {style: parse_format(self.codes.get(code, "")) for style, code in enumerate(self.styles)}
        return {style: one for style, one in parsed.items() if one is not None}


def open_xls(data: bytes) -> Workbook:
    """Read the records of an XLS file. Raises `DocumentError` where it is locked, broken or no workbook."""
    stream = _read_stream(data)
    try:
        common = _read_globals(stream)
        formats = common.formats()
        extras = {place: _read_sheet(stream, start, formats) for place, start in enumerate(common.starts)}
    except (struct.error, IndexError) as error:
        raise DocumentError(BROKEN.format(error)) from None
    return Workbook(data, extras, is_1904=common.is_1904)


def _read_stream(data: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            if file.exists("EncryptedPackage"):
                raise DocumentError(LOCKED)
            name = next((name for name in ("Workbook", "Book") if file.exists(name)), None)
            if name is None:
                raise DocumentError("it holds no workbook. Give the file the suffix of the program that it is from")
            with file.openstream(name) as stream:
                return bytes(stream.read())
    except DocumentError:
        raise
    except Exception as error:  # of broken files olefile raises whatever its slices and lookups raise
        raise DocumentError(BROKEN.format(error)) from None


def _records(stream: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Yield type, position and length of the records of one substream, without those of charts inside of it."""
    depth = 0
    while position + 4 <= len(stream):
        kind, length = HEAD.unpack_from(stream, position)
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 1:
            yield kind, position + 4, length
        if depth <= 0:
            return
        position += 4 + length


def _read_globals(stream: bytes) -> _Globals:
    common = _Globals()
    version = BIFF8
    for kind, position, length in _records(stream, 0):
        if kind == BOF:
            version = HEAD.unpack_from(stream, position)[0]
        elif kind == FILEPASS:
            raise DocumentError(LOCKED)
        elif kind == BOUNDSHEET:
            common.starts.append(struct.unpack_from("<I", stream, position)[0])
        elif kind == XF:
            common.styles.append(HEAD.unpack_from(stream, position)[1])
        elif kind == DATEMODE:
            common.is_1904 = stream[position] == 1
        elif kind == FORMAT:
            number = HEAD.unpack_from(stream, position)[0]
            common.codes[number] = _format_code(stream[position + 2 : position + length], version)
    return common


def _format_code(content: bytes, version: int) -> str:
    if version < BIFF8:
        return content[1:].decode("gb18030", errors="replace")
    return content[3:].decode("utf-16-le" if content[2] & 1 else "latin-1", errors="replace")


def _read_sheet(stream: bytes, start: int, formats: dict[int, Format]) -> Extras:
    """Read the cells of a sheet. Raises `DocumentError` where they lie too far apart for calamine."""
    known = (None, *dict.fromkeys(formats.values()))[: MOST_FORMATS + 1]
    places = {style: known.index(one) for style, one in formats.items() if one in known}
    found: list[Cell] = []
    errors: dict[tuple[int, int], str] = {}
    height = width = 0
    for kind, position, length in _records(stream, start):
        if kind not in CELLS:
            continue
        row, column, style = CELL.unpack_from(stream, position)
        last = column
        if kind in (MULRK, MULBLANK):
            last = column + max(0, (length - 6) // (6 if kind == MULRK else 2) - 1)
        height, width = max(height, row + 1), max(width, last + 1)
        if kind == MULRK:
            styles = (struct.unpack_from("<H", stream, position + 4 + 6 * n)[0] for n in range(last - column + 1))
            found.extend((row, column + n, places[style]) for n, style in enumerate(styles) if style in places)
        elif kind in (NUMBER, RK, FORMULA) and style in places:
            found.append((row, column, places[style]))
        if (error := _error(stream, kind, position)) is not None:
            errors[row, column] = ERRORS.get(error, "#N/A")
    if height * width > LARGEST_AREA:
        raise DocumentError(f"the cells of a sheet lie {height:,} rows and {width:,} columns apart. Move them together")
    cells = bytearray(height * width)
    for row, column, place in found:
        cells[row * width + column] = place
    return Extras(CellFormats(width, cells, known), errors)


def _error(stream: bytes, kind: int, position: int) -> int | None:
    """Return the number of the error that a cell shows, None where it shows none."""
    if kind == BOOLERR and stream[position + 7]:
        return stream[position + 6]
    if kind == FORMULA and stream[position + 12 : position + 14] == b"\xff\xff" and stream[position + 6] == 2:
        return stream[position + 8]
    return None
