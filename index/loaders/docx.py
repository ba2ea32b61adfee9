"""DOCX: headings, lists with their numbers, tables as rows, notes and text boxes behind the paragraph they hang on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from lxml import etree

from index.errors import DocumentError
from index.loaders.docx_numbering import Numbering
from index.loaders.docx_styles import Styles, paragraph_look
from index.loaders.docx_tables import Cell, read_rows
from index.loaders.docx_text import (
    ALTERNATIVES,
    BOX,
    CONTROL,
    RUN_PROPERTIES,
    WRAPPERS,
    Hanging,
    ParagraphText,
    is_placeholder,
    type_of,
)
from index.loaders.drawings import chart_lines, diagram_lines
from index.loaders.extract import Extract, Source
from index.loaders.looks import Look
from index.loaders.ooxml import DGM, OfficePackage, R, W, chosen, open_office
from index.loaders.outline import Paragraph, extract_outline
from index.loaders.structure import LONGEST_HEADING
from index.loaders.tables import numbered_rows

PARAGRAPH, TABLE, PROPERTIES = f"{W}p", f"{W}tbl", f"{W}pPr"
NOTE_PREFIX = "注："
REPORT_EVERY = 500


def read_docx(source: Source) -> Extract:
    """Read a document of Word or WPS. Raises `DocumentError` where it is locked, broken or something else."""
    package = open_office(source.data)
    name = package.main_part("word/document.xml")
    root = package.part(name)
    body = root.find(f"{W}body")
    if root.tag != f"{W}document" or body is None:
        raise DocumentError(f"it holds no text document: its main part is {name}. Give it the name of what it is")
    return extract_outline(_Reader(package, name, source).story(body))


class _Reader:
    """Reads the stories of one document: its body, and within it cells, text boxes and notes."""

    def __init__(self, package: OfficePackage, name: str, source: Source) -> None:
        self._package, self._source = package, source
        self._styles = Styles(package.related(name, "styles"))
        self._numbering = Numbering(package.related(name, "numbering"), self._styles)
        self._relations = package.relations(name)
        self._notes: dict[str, dict[str, etree._Element]] = {}
        for kind in ("footnotes", "endnotes"):
            root = package.related(name, kind)
            self._notes[kind] = {note.get(f"{W}id", ""): note for note in (() if root is None else root)}
        self._carried = ""
        self._read = self._in_cells = 0

    def story(self, element: etree._Element) -> Iterator[Paragraph]:
        """Yield the paragraphs below an element in order, table rows and hanging texts among them."""
        for child in element:
            tag = child.tag
            if tag == PARAGRAPH:
                yield from self._paragraph(child)
            elif tag == TABLE:
                yield from self._table(child)
            elif tag == CONTROL:
                if not is_placeholder(child) and not _is_contents(child):
                    yield from self.story(child)
            elif tag in WRAPPERS:
                yield from self.story(child)
            elif tag == ALTERNATIVES:
                shown = chosen(child)
                if shown is not None:
                    yield from self.story(shown)

    def _paragraph(self, element: etree._Element) -> Iterator[Paragraph]:
        self._read += 1
        if self._read % REPORT_EVERY == 0:
            self._source.report(self._read, self._read)
        properties = element.find(PROPERTIES)
        named = None if properties is None else properties.find(f"{W}pStyle")
        identifier = None if named is None else named.get(f"{W}val")
        style = self._styles.paragraph(identifier)
        if style.contents:
            return
        content = ParagraphText(element, self._styles, bool(style.hidden))
        text, self._carried = self._carried + content.text, ""
        if _ends_deleted(properties):
            self._carried = text
        else:
            yield self._shown(element, text, paragraph_look(properties), style, identifier)
        for hanging in content.hanging:
            yield from self._hanging(hanging)

    def _shown(self, element: etree._Element, text: str, own: Look, style: Look, identifier: str | None) -> Paragraph:
        look = own.over(style)
        label, is_bullet = "", False
        if look.list_id is not None and not (own.list_id is None and look.list_id == "0"):
            level = own.list_level if own.list_id is not None or own.list_level is not None else style.list_level
            label, is_bullet = self._numbering.label(look.list_id, level, identifier)
        heading = None if look.heading is None or look.heading < 0 else look.heading
        short = len(text) <= LONGEST_HEADING and text.strip() != ""
        bold, size = type_of(element, style, self._styles) if short and heading is None else (False, 0.0)
        if not text.strip() and not self._in_cells:
            label = ""  # counted, but not shown; in a cell the number may be all that there is
        kind: Literal["text", "bullet"] = "bullet" if is_bullet else "text"
        return Paragraph(label + text, heading, bold, bool(look.centred), size, kind)

    def _hanging(self, hanging: Hanging) -> Iterator[Paragraph]:
        element = hanging.element
        if hanging.notes:
            note = self._notes[hanging.notes].pop(hanging.identifier, None)  # a note is said where it is first cited
            said = [] if note is None else [one for one in self.story(note) if one.text.strip()]
            for number, one in enumerate(said):
                yield replace(
                    one, text=(NOTE_PREFIX if number == 0 else "") + one.text.strip(), heading=None, kind="note"
                )
        elif element.tag == BOX:
            yield from self.story(element)
        else:
            diagram = element.tag == f"{DGM}relIds"
            relation = self._relations.pop(element.get(f"{R}dm" if diagram else f"{R}id", ""), None)
            root = None if relation is None else self._package.optional(relation.target)
            if root is not None:
                lines = diagram_lines(root) if diagram else chart_lines(root)
                yield from (Paragraph(line, kind="row") for line in lines)

    def _table(self, element: etree._Element) -> Iterator[Paragraph]:
        """Yield a row after row, each followed by what hangs on it: notes, and tables within its cells."""
        table = read_rows(element, self._cell)
        if table.columns <= 1:
            for cells in table.cells:
                yield from (one for cell in cells for one in cell.content)
            return
        lines = dict(numbered_rows(table.rows, table.header_rows))
        for number, cells in enumerate(table.cells):
            if number in lines:
                yield Paragraph(lines[number], kind="row")
            yield from (one for cell in cells for one in cell.content if one.kind in ("row", "note"))

    def _cell(self, element: etree._Element) -> Cell:
        self._in_cells += 1
        content = tuple(self.story(element))
        self._in_cells -= 1
        said = [one.text.strip() for one in content if one.kind in ("text", "bullet")]
        return Cell(" ".join(filter(None, said)), content)


def _ends_deleted(properties: etree._Element | None) -> bool:
    """Whether the end of a paragraph is a tracked deletion: accepted, its text runs on in the next one."""
    mark = None if properties is None else properties.find(RUN_PROPERTIES)
    return mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None)


def _is_contents(control: etree._Element) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val", "").lower() == "table of contents"
