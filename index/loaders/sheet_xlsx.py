"""XLSX and XLSM: what calamine does not tell of them, and a copy of the package that is safe to give to it.

calamine returns values without their formats, nothing for error values and no comments. It makes room for the whole
rectangle between the outermost cells: two cells in opposite corners of a sheet end the process. So the parts are read
here first, with the limits of `packages`, and only what passes goes on.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.errors import DocumentError
from index.loaders.packages import parse_xml, read_member
from index.loaders.sheet_formats import BUILTIN, DateFormat, Format, flatten, parse_format

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINKED = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# A cell takes 24 bytes in calamine, empty ones within the rectangle too.
LARGEST_AREA = 20_000_000
LARGEST_STRINGS = 500_000_000
# Digits and letters of a number: what is longer is beyond every limit, and takes Python long to reckon.
LONGEST_NUMBER = 12
# Letters of the columns that are counted as 26; most sheets have no others.
NARROW = 26
WIDE_COLUMNS = re.compile(rb' r="([A-Z]{2,})[0-9]')
LONG_ROWS = {digits: re.compile(rb' r="[A-Z]*([0-9]{%d,})"' % digits) for digits in (4, 6)}
# XML may be written in other ways, though no program does; they take three times as long to look for.
ODD_MARKS = (b"\nr=", b"\tr=", b"\rr=", b"r='", b"r =", b"r= ", b"r\n", b"r\t", b"r\r", b"r=\n", b"r=\t", b"r=\r")
ODD_CHARACTERS, FIRST_LINE = (b"'", b"\t", b"\n", b"\r", b" =", b"= "), 64
ANY_PLACES = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)([0-9]*)""")
FILLED_CELLS = re.compile(rb'<(?:[a-z]+:)?c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
ERROR_CELLS = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*\bt="e")[^>]*?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<",
    re.DOTALL,
)
# Formulas that a program wrote which does not reckon; those whose value is an empty text say so.
UNCOUNTED = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?><f>[^<]*</f>(?:<v ?/>|<v></v>)?</c>')
WANTED_PARTS = re.compile(r"(?:\[Content_Types\]\.xml|_rels/\.rels|xl/[^/]*\.xml|xl/_rels/[^/]*|xl/worksheets/.*)")
MOST_FORMATS = 255

Place = tuple[int, int]  # row and column from 0


@dataclass(frozen=True, slots=True)
class CellFormats:
    """The number formats of a sheet's cells: a byte a cell, row by row: its place in `known`, 0 for none."""

    width: int = 0
    cells: bytearray = field(default_factory=bytearray)
    known: tuple[Format | None, ...] = (None,)

    def of_row(self, row: int) -> bytearray:
        """Return the formats of a row's cells, empty where it has none."""
        found = self.cells[row * self.width : (row + 1) * self.width]
        return found if any(found) else bytearray()


@dataclass(frozen=True, slots=True)
class Extras:
    """What calamine leaves out of a sheet, by row and column from 0."""

    formats: CellFormats = field(default_factory=CellFormats)
    errors: Mapping[Place, str] = field(default_factory=dict)
    comments: Mapping[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook's copy for calamine, what calamine leaves out of each sheet, and the sheets that are not to be read.

    Sheets are counted from 0, hidden ones and charts included. `uncounted` formulas have no value that could be read.
    """

    data: bytes
    extras: Mapping[int, Extras]
    refused: frozenset[int] = frozenset()
    is_1904: bool = False
    uncounted: int = 0


def open_workbook(package: zipfile.ZipFile) -> Workbook:
    """Read the parts of an XLSX or XLSM package. Raises `DocumentError` where it is broken or no workbook."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names:
        raise DocumentError("its archive holds no workbook. Open it in a spreadsheet program and save it as .xlsx")
    workbook = parse_xml(read_member(package, "xl/workbook.xml"), "xl/workbook.xml")
    formats = _read_formats(package, names)
    targets = _read_targets(package, names, "xl/workbook.xml")
    sheets: dict[str, list[int]] = {}
    for place, sheet in enumerate(workbook.iterfind("{*}sheets/{*}sheet")):
        sheets.setdefault(targets.get(_relation(sheet), ""), []).append(place)
    extras: dict[int, Extras] = {}
    refused: set[int] = set()
    shared, cells, uncounted = b"", list[bytes](), 0
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as safe:
        for name in dict.fromkeys(package.namelist()):
            places = sheets.get(name, [])
            if name.endswith("/") or (not places and not WANTED_PARTS.fullmatch(name)):
                continue
            content = read_member(package, name)
            if places:
                height, width = _extent(content)
                uncounted += len(UNCOUNTED.findall(content)) if b"</f>" in content else 0
                if height * width > LARGEST_AREA:
                    refused.update(places)
                    content = b'<worksheet xmlns="' + MAIN[1:-1].encode() + b'"><sheetData/></worksheet>'
                found = _find_formats(content, formats, height, width)
                extras |= dict.fromkeys(
                    places, Extras(found, _find_errors(content), _read_comments(package, names, name))
                )
            if name.endswith("haredStrings.xml"):
                shared = content
            cells.append(content if places else b"")
            safe.writestr(name, content)
    _check_strings(shared, cells)
    properties = workbook.find("{*}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return Workbook(copy.getvalue(), extras, frozenset(refused), is_1904, uncounted)


def _check_strings(shared: bytes, sheets: Sequence[bytes]) -> None:
    """Raise `DocumentError` where cells refer to shared texts so that calamine would make gigabytes of them."""
    longest = max(map(len, shared.split(b"si>")))
    if longest * sum(sheet.count(b't="s"') + sheet.count(b"t='s'") for sheet in sheets) <= LARGEST_STRINGS:
        return
    lengths = [len(one) for one in re.split(rb"<(?:\w+:)?si>", shared)[1:]]
    total = 0
    for sheet in sheets:
        for place in re.findall(rb"v>\s*([0-9]{1,9})\s*<", sheet):
            total += lengths[int(place)] if int(place) < len(lengths) else 0
    if total > LARGEST_STRINGS:
        raise DocumentError(f"its cells hold {total:,} bytes of text; at most {LARGEST_STRINGS:,} are read. Split it")


def _relation(element: object) -> str:
    attributes = getattr(element, "attrib", {})
    return next((str(value) for key, value in attributes.items() if str(key).endswith("}id")), "")


def _read_targets(package: zipfile.ZipFile, names: set[str], part: str, kind: str = "") -> dict[str, str]:
    """Return the parts that a part refers to, by the reference's id."""
    folder, name = posixpath.split(part)
    path = f"{folder}/_rels/{name}.rels"
    if path not in names:
        return {}
    found: dict[str, str] = {}
    for relation in parse_xml(read_member(package, path), path).iter(f"{LINKED}Relationship"):
        if str(relation.get("Type", "")).endswith(kind) and relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join(f"/{folder}", str(relation.get("Target", ""))))
            found[str(relation.get("Id", ""))] = target.lstrip("/")
    return found


def _read_formats(package: zipfile.ZipFile, names: set[str]) -> dict[int, Format]:
    """Return the number formats that matter, by the number of a cell's style."""
    if "xl/styles.xml" not in names:
        return {}
    styles = parse_xml(read_member(package, "xl/styles.xml"), "xl/styles.xml")
    codes = dict(BUILTIN)
    for one in styles.iterfind("{*}numFmts/{*}numFmt"):
        if one.get("numFmtId", "").isdecimal():
            codes[int(one.get("numFmtId", ""))] = one.get("formatCode", "")
    found: dict[int, Format] = {}
    for style, xf in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
        wanted = xf.get("numFmtId", "")
        parsed = parse_format(codes.get(int(wanted), "")) if wanted.isdecimal() else None
        # Whole dates come as such from calamine, except those in the formats that Chinese programs number below 164.
        is_known = isinstance(parsed, DateFormat) and parsed.day and parsed.year and int(wanted) not in BUILTIN
        if parsed is not None and not is_known:
            found[style] = parsed
    return found


def _find_formats(content: bytes, formats: Mapping[int, Format], height: int, width: int) -> CellFormats:
    """Find the cells of a sheet whose style has a format that matters."""
    known = (None, *dict.fromkeys(formats.values()))[: MOST_FORMATS + 1]
    places = {wanted: place for place, wanted in enumerate(known)}
    by_style = {str(style).encode(): places[one] for style, one in formats.items() if one in places}
    if not by_style or b' s="' not in content or height * width > LARGEST_AREA:
        return CellFormats()
    styles = b"|".join(by_style)
    in_order = content.count(b'<c r="') == content.count(b"<c ") and b":c " not in content
    pattern = (
        rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="(' + styles + rb')"'
        if in_order
        # Some programs write attributes in another order or name elements with a prefix; that takes twice the time.
        else rb'<(?:\w+:)?c (?=[^>]*\bs="(?P<style>' + styles + rb')")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"'
    )
    order = (1, 2, 3) if in_order else (2, 3, 1)
    cells = bytearray(height * width)
    columns: dict[bytes, int] = {}
    for found in re.finditer(pattern, content):
        letters, row, style = found.group(*order)
        column = columns.get(letters)
        if column is None:
            column = columns[letters] = column_number(letters)
        if column < width and 0 < int(row) <= height:
            cells[(int(row) - 1) * width + column] = by_style[style]
    return CellFormats(width, cells, known)


def _find_errors(content: bytes) -> dict[Place, str]:
    if b't="e"' not in content:
        return {}
    return {
        (int(row) - 1, column_number(letters)): flatten(text.decode(errors="replace"))
        for letters, row, text in ERROR_CELLS.findall(content)
    }


def column_number(letters: bytes) -> int:
    """Return the number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters[:LONGEST_NUMBER].upper():
        number = number * 26 + letter - 64
    return number - 1


def _extent(content: bytes) -> tuple[int, int]:
    """Return how many rows and columns the rectangle around the cells of a sheet has, at most."""
    # Single characters are found ten times as fast, and Excel writes none of them beyond the first line.
    has_odd = any(content.find(mark, FIRST_LINE) >= 0 for mark in ODD_CHARACTERS)
    if has_odd and any(mark in content for mark in ODD_MARKS):
        found = set(ANY_PLACES.findall(content))
        width = max((column_number(letters) + 1 for letters, _ in found), default=1)
        height = max((int(row[:LONGEST_NUMBER] or b"0") for _, row in found), default=1)
        # Cells need not say where they are: then they stand side by side.
        return height + content.count(b"<row"), max(NARROW, width)
    width = max(map(column_number, set(WIDE_COLUMNS.findall(content))), default=NARROW - 1) + 1
    digits = 6 if width <= NARROW else 4
    rows = set(LONG_ROWS[digits].findall(content))
    height = max((int(row[:LONGEST_NUMBER]) for row in rows), default=10 ** (digits - 1) - 1)
    if width * height <= LARGEST_AREA:
        return height, width
    # Cells that are only coloured reach to the last row of some sheets; calamine does not count them.
    filled = set(FILLED_CELLS.findall(content))
    width = max((column_number(letters) + 1 for letters, _ in filled), default=0)
    return max((int(row) for _, row in filled), default=0), width


def _read_comments(package: zipfile.ZipFile, names: set[str], sheet: str) -> dict[Place, str]:
    """Return a sheet's comments by cell; of conversations, which newer programs write, all that was said."""
    found: dict[Place, str] = {}
    for kind, tag in (("/comments", "{*}comment"), ("/threadedComment", "{*}threadedComment")):
        said: dict[Place, list[str]] = {}
        for target in _read_targets(package, names, sheet, kind).values():
            if target not in names:
                continue
            for comment in parse_xml(read_member(package, target), target).iter(tag):
                cell = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", comment.get("ref", ""))
                text = flatten(
                    "".join(str(part) for one in comment.iter("{*}t", "{*}text") for part in [one.text or ""])
                )
                if cell and text:
                    said.setdefault((int(cell[2]) - 1, column_number(cell[1].encode())), []).append(text)
        found.update({place: " ".join(texts) for place, texts in said.items()})
    return found
