"""The text of shapes on slides: paragraphs with their automatic numbers, and tables."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from index.loaders.counting import whole_number, write_number
from index.loaders.encoding import clean
from index.loaders.equations import EQUATIONS, equation_text
from index.loaders.ooxml import MC, A, chosen
from index.loaders.tables import Row, rows_of_table

DRAWN_EQUATION = "{http://schemas.microsoft.com/office/drawing/2010/main}m"
# Slide numbers and dates change by themselves and say nothing of the subject.
MOVING_FIELDS = ("slidenum", "datetime")
NUMBER_FORMS = (
    *(("arabicDb", "decimalFullWidth"), ("arabic", "decimal"), ("romanLc", "lowerRoman"), ("romanUc", "upperRoman")),
    *(("alphaLc", "lowerLetter"), ("alphaUc", "upperLetter"), ("circleNum", "decimalEnclosedCircle")),
    *(("ea1Chs", "chineseCounting"), ("ea1Cht", "chineseCounting"), ("ea1Jpn", "chineseCounting")),
)
LONGEST_REPEATED = 200
MOST_COLUMNS = 500


def body_lines(body: etree._Element) -> list[str]:
    """Return the lines of a text body, those that are numbered with their numbers."""
    lines: list[str] = []
    counts: dict[int, tuple[str, int]] = {}  # by level: the form of the list that is open, and its last number
    for paragraph in body.iterfind(f"{A}p"):
        text = [line for line in (part.strip() for part in clean(_text(paragraph)).split("\n")) if line]
        if text:
            label = _label(paragraph.find(f"{A}pPr"), counts)
            lines.extend([label + text[0], *text[1:]])
    return lines


def _text(element: etree._Element) -> str:
    """Return the text of a paragraph, with line ends where lines are broken."""
    pieces: list[str] = []
    for child in element:
        if child.tag == f"{A}r" or (child.tag == f"{A}fld" and not child.get("type", "").startswith(MOVING_FIELDS)):
            pieces.extend(text.text or "" for text in child.iterfind(f"{A}t"))
        elif child.tag == f"{A}br":
            pieces.append("\n")
        elif child.tag == f"{MC}AlternateContent":
            shown = chosen(child)
            pieces.append("" if shown is None else _text(shown))
        elif child.tag == DRAWN_EQUATION:
            pieces.append(_text(child))
        elif child.tag in EQUATIONS:
            pieces.append(equation_text(child))
    # Line breaks in titles are kept as a vertical tab by some programs, and as its escape by others.
    return "".join(pieces).replace("_x000B_", "\n").replace("\t", " ").replace("\u00ad", "")


def _label(properties: etree._Element | None, counts: dict[int, tuple[str, int]]) -> str:
    """Count a paragraph and return its number. A paragraph without one ends the lists of its level and below."""
    level = 0 if properties is None else whole_number(properties.get("lvl"), 0)
    numbered = None if properties is None else properties.find(f"{A}buAutoNum")
    for below in [one for one in counts if one > level or (one == level and numbered is None)]:
        del counts[below]
    if numbered is None:
        return ""
    form, start = numbered.get("type", ""), whole_number(numbered.get("startAt"), 1)
    open_form, last = counts.get(level, ("", 0))
    number = last + 1 if open_form == f"{form} {start}" else start
    counts[level] = (f"{form} {start}", number)
    written = write_number(number, next((known for begin, known in NUMBER_FORMS if form.startswith(begin)), "decimal"))
    if form.endswith("ParenBoth"):
        return f"({written}) "
    if form.endswith("ParenR"):
        return f"{written}) "
    if form.startswith("ea1") and form.endswith("Period"):
        return f"{written}、"
    return f"{written}. " if form.endswith("Period") else f"{written} "


def table_lines(table: etree._Element) -> list[str]:
    """Return a table as lines, one a row."""
    rows: list[Row] = []
    above: dict[int, str] = {}
    for element in table.iterfind(f"{A}tr"):
        row: list[str | None] = []
        for column, cell in enumerate(element.findall(f"{A}tc")[:MOST_COLUMNS]):
            body = cell.find(f"{A}txBody")
            text = "" if body is None else " ".join(body_lines(body))
            if _is_set(cell, "vMerge"):
                text = above.get(column, "")
            elif whole_number(cell.get("rowSpan"), 1) > 1 and len(text) <= LONGEST_REPEATED:
                above[column] = text
            else:
                above.pop(column, None)
            row.append(None if _is_set(cell, "hMerge") and column else text)
        rows.append(row)
    if max(map(len, rows), default=0) == 1:
        return [cell for row in rows for cell in row if cell]
    return rows_of_table(rows)


def _is_set(element: etree._Element, name: str) -> bool:
    return element.get(name) in ("1", "true")


def largest_size(body: etree._Element) -> int:
    """Return the size of a body's largest letters in hundredths of a point, 0 where only its layout tells."""
    sizes: Iterator[int] = (whole_number(found.get("sz"), 0) for found in body.iter(f"{A}rPr", f"{A}defRPr"))
    return max(sizes, default=0)
