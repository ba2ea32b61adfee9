"""ODT, read from its XML: headings, lists with their numbers, tables as rows, notes behind their paragraph."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

from lxml import etree

from index.errors import DocumentError
from index.loaders.counting import whole_number
from index.loaders.extract import Extract, Source
from index.loaders.looks import Look
from index.loaders.odt_styles import DRAW, OFFICE, TABLE, TEXT, ListCounter, OdtStyles
from index.loaders.odt_tables import read_rows
from index.loaders.outline import Paragraph, extract_outline
from index.loaders.packages import open_package, parse_xml, read_member
from index.loaders.tables import numbered_rows

PARAGRAPHS = frozenset((f"{TEXT}p", f"{TEXT}h"))
# What holds paragraphs and lists but says nothing itself.
WRAPPERS = frozenset(
    [
        TEXT + name
        for name in ("section", "list-header", "numbered-paragraph", "bibliography", "index-body", "note-body")
    ]
    + [DRAW + name for name in ("g", "text-box", "a", "frame")]
)
SHAPES = frozenset(DRAW + name for name in ("frame", "g", "custom-shape", "rect", "ellipse", "line", "polygon", "path"))
# Inside of a paragraph. Comments, notes' numbers and the pinyin above a word are no part of the sentence.
UNSAID = frozenset(
    [f"{OFFICE}annotation", f"{TEXT}ruby-text", f"{TEXT}hidden-text", f"{TEXT}tracked-changes", f"{TEXT}number"]
)
XLINK = "{http://www.w3.org/1999/xlink}href"
MATH = "{http://www.w3.org/1998/Math/MathML}"
NOTE_PREFIX = "注："
SPACES, SPACED = re.compile(r"[ \t\r\n]+"), re.compile(r"[\t\r\n]|  ")
MOST_SPACES = 100
REPORT_EVERY = 500


def read_odt(source: Source) -> Extract:
    """Read a text document of LibreOffice. Raises `DocumentError` where it is locked, broken or something else."""
    archive = open_package(source.data)
    names = set(archive.namelist())
    if "META-INF/manifest.xml" in names and b"encryption-data" in read_member(archive, "META-INF/manifest.xml"):
        raise DocumentError("it is locked with a password. Save a copy without one")
    roots = {
        name: parse_xml(read_member(archive, name), name) for name in ("styles.xml", "content.xml") if name in names
    }
    content = roots.get("content.xml")
    body = None if content is None else content.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise DocumentError("it holds no text document (content.xml). Give it the name of what it is, or save it again")

    def formula(name: str) -> str:
        part = posixpath.join(posixpath.normpath(name), "content.xml")
        return _formula_text(parse_xml(read_member(archive, part), part)) if part in names else ""

    return extract_outline(_Reader(OdtStyles(roots.values()), source, formula).story(body))


def _formula_text(root: etree._Element) -> str:
    """Return the letters of an embedded formula; anything else that is embedded says nothing here."""
    if root.tag != f"{MATH}math":
        return ""
    return "".join(
        (leaf.text or "").strip() for leaf in root.iter(f"{MATH}mi", f"{MATH}mn", f"{MATH}mo", f"{MATH}mtext")
    )


class _Reader:
    """Reads the stories of one document: its body, and within it cells, frames and notes."""

    def __init__(self, styles: OdtStyles, source: Source, formula: Callable[[str], str]) -> None:
        self._styles, self._source, self._formula = styles, source, formula
        self._counter = ListCounter(styles)
        self._read = 0

    def story(self, element: Iterable[etree._Element]) -> Iterator[Paragraph]:
        """Yield the paragraphs below an element in order, table rows and hanging texts among them."""
        for child in element:
            tag = child.tag
            if tag in PARAGRAPHS:
                yield from self._paragraph(child, "", False)
            elif tag == f"{TEXT}list":
                yield from self._list(child, "", 1)
            elif tag == f"{TABLE}table":
                yield from self._table(child)
            elif (tag in WRAPPERS or tag in SHAPES) and child.get(f"{TEXT}display") != "none":
                yield from self.story(child)

    def _list(self, element: etree._Element, outer: str, depth: int) -> Iterator[Paragraph]:
        style = element.get(f"{TEXT}style-name") or outer
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list") is not None
        if depth == 1 and not goes_on:
            self._counter.begin(style)
        for item in element:
            if item.tag not in (f"{TEXT}list-item", f"{TEXT}list-header"):
                continue
            numbered = item.tag == f"{TEXT}list-item"
            for child in item:
                if child.tag == f"{TEXT}list":
                    yield from self._list(child, style, depth + 1)
                elif child.tag in PARAGRAPHS:
                    start = item.get(f"{TEXT}start-value")
                    at = None if start is None else whole_number(start, 1)
                    label, bullet = self._counter.label(style, depth, at) if numbered else ("", False)
                    numbered = False  # further paragraphs of an item have no number
                    yield from self._paragraph(child, label, bullet)

    def _paragraph(self, element: etree._Element, label: str, bullet: bool) -> Iterator[Paragraph]:
        self._read += 1
        if self._read % REPORT_EVERY == 0:
            self._source.report(self._read, self._read)
        look = self._styles.look("paragraph", element.get(f"{TEXT}style-name"))
        if look.contents:
            return
        text = _ParagraphText(element, look, self._styles, self._formula)
        heading = look.heading
        if element.tag == f"{TEXT}h":
            heading = max(1, whole_number(element.get(f"{TEXT}outline-level"), 1)) if heading != 0 else 0
            if not label and element.get(f"{TEXT}is-list-header") != "true":
                label, bullet = self._counter.label("", heading) if heading else ("", False)
        kind: Literal["text", "bullet"] = "bullet" if bullet else "text"
        if text.text.strip():
            bold, size = text.said_bold, text.size
            yield Paragraph(label + text.text, heading, bold, bool(look.centred), size, kind)
        for hanging in text.hanging:
            yield from self._hanging(hanging)

    def _hanging(self, element: etree._Element) -> Iterator[Paragraph]:
        if element.tag != f"{TEXT}note":
            yield from self.story([element])
            return
        said = [one for part in element.iterfind(f"{TEXT}note-body") for one in self.story(part)]
        for number, one in enumerate(said):
            yield replace(one, text=("" if number else NOTE_PREFIX) + one.text.strip(), heading=None, kind="note")

    def _table(self, element: etree._Element) -> Iterator[Paragraph]:
        """Yield row after row, each followed by what hangs on it: notes, and tables within its cells."""
        table = read_rows(element, lambda cell: tuple(self.story(cell)))
        if table.columns <= 1:
            yield from (one for row in table.contents for one in row)
            return
        lines = dict(numbered_rows(table.rows, table.header_rows))
        for number, content in enumerate(table.contents):
            if number in lines:
                yield Paragraph(lines[number], kind="row")
            yield from (one for one in content if one.kind in ("row", "note"))


class _ParagraphText:
    """Reads one paragraph: its text, whether all of it is bold, its largest size, and the shapes and notes in it."""

    def __init__(self, element: etree._Element, look: Look, styles: OdtStyles, formula: Callable[[str], str]) -> None:
        self._styles, self._formula = styles, formula
        self._pieces: list[str] = []
        self._bold: list[bool] = []
        self.size = 0.0
        self.hanging: list[etree._Element] = []
        self._walk(element, look)
        self.text = "".join(self._pieces)
        self.said_bold = bool(self._bold) and all(self._bold)

    def _walk(self, element: etree._Element, look: Look) -> None:
        self._say(element.text, look)
        for child in element:
            self._read(child, look)
            self._say(child.tail, look)

    def _read(self, child: etree._Element, look: Look) -> None:
        tag = child.tag
        if tag == f"{TEXT}span":
            self._walk(child, self._styles.look("text", child.get(f"{TEXT}style-name")).over(look))
        elif tag == f"{TEXT}s":
            self._pieces.append(" " * max(1, min(whole_number(child.get(f"{TEXT}c"), 1), MOST_SPACES)))
        elif tag in (f"{TEXT}tab", f"{TEXT}line-break"):
            self._pieces.append("\t" if tag == f"{TEXT}tab" else "\n")
        elif tag == f"{TEXT}note" or tag in SHAPES:
            embedded = child.find(f"{DRAW}object")
            if embedded is not None:
                self._say(self._formula(embedded.get(XLINK, "")), look)
            else:
                self.hanging.append(child)
        elif isinstance(tag, str) and tag not in UNSAID:
            self._walk(child, look)

    def _say(self, text: str | None, look: Look) -> None:
        if not text or look.hidden:
            return
        # White space in the file is layout of the XML; the text's own spaces beyond one are elements.
        self._pieces.append(SPACES.sub(" ", text) if SPACED.search(text) else text)
        if text.strip():
            self._bold.append(bool(look.bold))
            self.size = max(self.size, look.size or 0.0)
