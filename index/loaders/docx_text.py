"""The text of one paragraph of a DOCX: as accepted, as shown, and what hangs on it (notes, text boxes, charts)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from index.loaders.docx_styles import Styles, run_look
from index.loaders.docx_symbols import symbol
from index.loaders.equations import EQUATIONS, equation_text
from index.loaders.looks import Look
from index.loaders.ooxml import DGM, MC, C, W, chosen, is_on

RUN, TEXT, RUN_PROPERTIES = f"{W}r", f"{W}t", f"{W}rPr"
CONTROL, ALTERNATIVES, BOX = f"{W}sdt", f"{MC}AlternateContent", f"{W}txbxContent"
# Deleted and moved-away text (w:del, w:moveFrom) is in none of them.
WRAPPERS = frozenset(
    W + name
    for name in ("hyperlink", "ins", "moveTo", "smartTag", "customXml", "fldSimple", "dir", "bdo", "sdtContent")
)
DRAWINGS = frozenset(W + name for name in ("drawing", "pict", "object"))
BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-"}
NOTES = {f"{W}footnoteReference": "footnotes", f"{W}endnoteReference": "endnotes"}
HANGING = frozenset((BOX, f"{C}chart", f"{DGM}relIds"))
# EQ \o\ac(○,1) and EQ \o\ad(\s\up 9(zhōng),中): the old way to circle a number or set pinyin above a word.
OVERSTRIKE = re.compile(r"^\s*EQ\b.*?\\o(?:\\a[a-z])?\s*\((.*)\)\s*$", re.IGNORECASE | re.DOTALL)
LAST_OPERAND = re.compile(r"[^,;，；()（）\\]*$")
LONGEST_CODE = 2000


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on a paragraph: a note (`identifier` in the part `notes`), or a box, chart or diagram (`element`)."""

    element: etree._Element
    notes: str = ""
    identifier: str = ""


class ParagraphText:
    """Reads one paragraph. `text` holds line ends where lines are broken, `hanging` what hangs on it, in order."""

    def __init__(self, paragraph: etree._Element, styles: Styles, hidden: bool) -> None:
        self._styles = styles
        self._hidden = hidden
        self._pieces: list[str] = []
        self._held: list[str] = []
        self._fields: list[list[str] | None] = []  # of each open field its code, None once its result has begun
        self.hanging: list[Hanging] = []
        self._walk(paragraph)
        # A field that is never closed must not swallow the text behind it.
        self.text = "".join([*self._pieces, *self._held])

    def _walk(self, element: etree._Element) -> None:
        for child in element:
            tag = child.tag
            if tag == RUN:
                self._read_run(child)
            elif tag in WRAPPERS:
                self._walk(child)
            elif tag == CONTROL:
                if not is_placeholder(child):
                    self._walk(child)
            elif tag == ALTERNATIVES:
                shown = chosen(child)
                if shown is not None:
                    self._walk(shown)
            elif tag in EQUATIONS:
                self._say(equation_text(child))

    def _read_run(self, run: etree._Element) -> None:
        hidden = self._hidden
        for child in run:
            tag = child.tag
            if tag == TEXT:
                if not hidden:
                    self._say(child.text or "")
            elif tag == RUN_PROPERTIES:
                hidden = self._is_hidden(child)
            elif tag == f"{W}fldChar":
                self._read_field_mark(child)
            elif tag == f"{W}instrText":
                if self._fields and (code := self._fields[-1]) is not None:
                    code.append(child.text or "")
            elif not hidden:
                self._read_other(child)

    def _read_other(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in BREAKS:
            self._say(BREAKS[str(tag)])
        elif tag == f"{W}sym":
            self._say(symbol(element.get(f"{W}font", ""), element.get(f"{W}char", "")))
        elif tag in NOTES:
            self.hanging.append(Hanging(element, NOTES[str(tag)], element.get(f"{W}id", "")))
        elif tag in DRAWINGS or tag == ALTERNATIVES:
            self.hanging.extend(Hanging(found) for found in _hanging_in([element]))
        elif tag == f"{W}ruby":
            for base in element.iterfind(f"{W}rubyBase"):
                self._walk(base)
        elif tag in EQUATIONS:
            self._say(equation_text(element))

    def _say(self, text: str) -> None:
        (self._pieces if all(code is None for code in self._fields) else self._held).append(text)

    def _is_hidden(self, properties: etree._Element) -> bool:
        own = is_on(properties.find(f"{W}vanish"))
        if own is None and (style := properties.find(f"{W}rStyle")) is not None:
            own = self._styles.character(style.get(f"{W}val")).hidden
        return self._hidden if own is None else own

    def _read_field_mark(self, mark: etree._Element) -> None:
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            box = mark.find(f"{W}ffData/{W}checkBox")
            if box is not None:
                checked = is_on(box.find(f"{W}checked"))
                self._say("☑" if (is_on(box.find(f"{W}default")) if checked is None else checked) else "☐")
            self._fields.append([])
        elif kind == "separate" and self._fields:
            self._fields[-1] = None
        elif kind == "end" and self._fields:
            code = self._fields.pop()
            if all(one is None for one in self._fields):
                self._held.clear()
            if code is not None:
                self._say(_overstruck("".join(code)))


def _overstruck(code: str) -> str:
    """Return the base character of a field that sets two characters over each other and has no result, else ""."""
    found = OVERSTRIKE.match(code[:LONGEST_CODE])
    last = LAST_OPERAND.search(found.group(1).rstrip(")） ")) if found else None
    return last.group().strip() if last else ""


def is_placeholder(control: etree._Element) -> bool:
    """Whether a content control shows but the prompt to fill it in."""
    return control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _hanging_in(elements: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """Yield text boxes, charts and diagrams; of alternatives only those in the one that is shown."""
    for child in elements:
        if child.tag in HANGING:
            yield child
        elif child.tag == ALTERNATIVES:
            shown = chosen(child)
            if shown is not None:
                yield from _hanging_in(shown)
        else:
            yield from _hanging_in(child)


def type_of(paragraph: etree._Element, style: Look, styles: Styles) -> tuple[bool, float]:
    """Return whether a paragraph is wholly bold, and the size of its largest letters in points (0: not known)."""
    bold, size, said = True, 0.0, False
    for run in paragraph.iter(RUN):
        if not any((text.text or "").strip() for text in run.iterfind(TEXT)):
            continue
        said = True
        properties = run.find(RUN_PROPERTIES)
        look = run_look(properties)
        if properties is not None and (named := properties.find(f"{W}rStyle")) is not None:
            look = look.over(styles.character(named.get(f"{W}val")))
        look = look.over(style)
        bold = bold and bool(look.bold)
        size = max(size, look.size or 0.0)
    return said and bold, size
