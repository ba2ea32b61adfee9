"""HTML elements → blocks: paragraphs, headings, list items, rows of tables, as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from index.loaders.encoding import clean
from index.loaders.extract import Block
from index.loaders.lines import bullet, join_all
from index.loaders.sheet_tables import blocks_of_rows
from index.loaders.structure import LONGEST_HEADING

HEADINGS = {f"h{level}": level for level in range(1, 7)}
UNSEEN = frozenset(
    (
        *("head", "script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "audio"),
        *("video", "map", "select", "option", "datalist", "button", "textarea", "input", "rt", "rp", "rtc"),
        *("annotation", "annotation-xml", "frameset", "dialog"),
    )
)
PARAGRAPHS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html"),
        *("legend", "li", "listing", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp", *HEADINGS),
    )
)
HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# A cell longer than this is a column of a page's layout, not a value.
LONGEST_CELL = 400
MOST_SPAN, MOST_CELLS = 1000, 200_000
MOST_NUMBER = 1_000_000


def is_hidden(element: etree._Element) -> bool:
    """Whether a reader sees nothing of an element."""
    return (
        element.tag in UNSEEN
        or ("hidden" in element.attrib and element.get("hidden") != "until-found")
        or element.get("aria-hidden") == "true"
        or bool(HIDDEN_STYLE.search(element.get("style") or ""))
    )


def blocks_of_element(root: etree._Element) -> list[Block]:
    """Return what an element and those inside of it say. Headings have the level of their tag, 1 to 6."""
    walk = _Walk()
    walk.read(root)
    return walk.blocks


@dataclass(slots=True)
class _Walk:
    """Blocks so far, and the paragraph that is open. Elements nest deeper than Python's calls may: no recursion."""

    blocks: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    level: int | None = None
    marker: str = ""
    preformatted: int = 0
    lists: list[int | None] = field(default_factory=list)

    def read(self, root: etree._Element) -> None:
        """Walk over an element and what is inside of it."""
        events = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in events:
            if event == "start":
                if is_hidden(element):
                    events.skip_subtree()
                elif element.tag == "table" and (rows := _data_rows(element)) is not None:
                    self._close()
                    self._add_table(element, rows)
                    events.skip_subtree()
                else:
                    self._start(element)
                    self.text.append(element.text or "")
            elif event == "end" and not is_hidden(element):
                self._end(element)
            if event != "start" and element is not root:
                self.text.append(element.tail or "")
        self._close()

    def _start(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in PARAGRAPHS:
            self._close()
        if tag in HEADINGS:
            self.level = HEADINGS[tag]
        elif tag == "pre":
            self.preformatted += 1
        elif tag in ("ol", "ul", "menu", "dir"):
            self.lists.append(_number(element, "start", 1) if tag == "ol" else None)
        elif tag == "li" and self.lists:
            if self.marker.endswith("："):  # a term that a list explains
                self.blocks.append(Block(self.marker))
            if self.lists[-1] is None:
                self.marker = bullet(len(self.lists))
            else:
                number = _number(element, "value", self.lists[-1])
                self.marker, self.lists[-1] = f"{number}. ", number + 1
        elif tag == "br":
            # A heading goes on in its next line; a paragraph's next line is one of its own.
            self.text.append(" " if self.level is not None else "\x1e")
        elif tag == "q":
            self.text.append("“")

    def _end(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "dt":
            term = " ".join(self._take())
            follower = element.getnext()
            self.marker = ""
            if follower is None or follower.tag != "dd":
                self._emit(term)
            elif term:
                self.marker = f"{term.rstrip('：:')}："
        elif tag in PARAGRAPHS:
            self._close()
            if tag in ("dd", "li"):
                self.marker = ""
        elif tag == "q":
            self.text.append("”")
        if tag in HEADINGS:
            self.level = None
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        elif tag in ("ol", "ul", "menu", "dir") and self.lists:
            self.lists.pop()

    def _take(self) -> list[str]:
        """Return the lines of the open paragraph and begin another one."""
        text = "".join(self.text)
        self.text = []
        if self.preformatted:
            return [line.rstrip() for line in clean(text.replace("\x1e", "\n")).split("\n") if line.strip()]
        return [line for part in text.split("\x1e") if (line := flow(part))]

    def _close(self) -> None:
        for line in self._take():
            self._emit(line)

    def _emit(self, line: str) -> None:
        if line:
            is_heading = self.level is not None and len(line) <= 2 * LONGEST_HEADING
            self.blocks.append(Block(line if is_heading else self.marker + line, self.level if is_heading else None))
            self.marker = ""

    def _add_table(self, table: etree._Element, rows: Sequence[list[str | None]]) -> None:
        for caption in table.iterchildren("caption"):
            self._emit(flow("".join(_visible_text(caption))))
        if _is_list_of_values(table):
            for row in rows:
                label, *values = (cell for cell in row if cell is not None)
                self._emit("：".join(filter(None, (label.rstrip("：:"), " ".join(filter(None, values))))))
            return
        numbered = ((number, row) for number, row in enumerate((row for row in rows if any(row)), 1))
        self.blocks.extend(Block(block.text) for block in blocks_of_rows(numbered, 1))


def flow(text: str) -> str:
    """Return the text of a paragraph in one line. Lines of the source that part hanzi leave no space."""
    return join_all(" ".join(piece.split()) for piece in clean(text.replace("\r", "\n")).split("\n"))


def _number(element: etree._Element, name: str, default: int) -> int:
    value = (element.get(name) or "").strip()
    return int(value) if value.isdecimal() and int(value[:9]) < MOST_NUMBER else default


def _visible_text(element: etree._Element) -> Iterator[str]:
    """Yield the text of a cell or caption, its paragraphs and lines with spaces between."""
    events = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, one in events:
        if event == "start":
            if one is not element and is_hidden(one):
                events.skip_subtree()
                continue
            yield " " if one is not element and (one.tag in PARAGRAPHS or one.tag == "br") else ""
            yield one.text or ""
        elif one is not element:
            yield " " if one.tag in PARAGRAPHS else ""
            yield one.tail or ""


def _data_rows(table: etree._Element) -> list[list[str | None]] | None:
    """Return the rows of a table, `None` where it is but the frame of a page's layout.

    A cell over several columns is followed by `None`, one over several rows stands in each of them.
    """
    if table.get("role") in ("presentation", "none") or table.find(".//table") is not None:
        return None
    if any(table.find(f".//{heading}") is not None for heading in HEADINGS):
        return None
    rows: list[list[str | None]] = []
    running: dict[int, tuple[int, str, bool]] = {}  # column → rows left, text, whether it is the first of its cell
    count = 0
    for row in table.iter("tr"):
        if is_hidden(row):
            continue
        cells: list[str | None] = []
        for cell in row.iterchildren("td", "th"):
            _run_down(cells, running)
            text = flow("".join(_visible_text(cell))) if not is_hidden(cell) else ""
            if len(text) > LONGEST_CELL and cell.tag == "td":
                return None
            width, height = (max(1, min(_number(cell, f"{way}span", 1), MOST_SPAN)) for way in ("col", "row"))
            for offset in range(width):
                if height > 1:
                    running[len(cells)] = (height - 1, text, offset == 0)
                cells.append(text if offset == 0 else None)
        _run_down(cells, running)
        rows.append(cells)
        count += len(cells)
        if count > MOST_CELLS:
            return None
    filled = [row for row in rows if sum(map(bool, row)) > 1]
    return rows if len(filled) > 1 else None


def _is_list_of_values(table: etree._Element) -> bool:
    """Whether each row of a table is a name and its value, marked as such."""
    rows = [[cell.tag for cell in row.iterchildren("td", "th")] for row in table.iter("tr")]
    pairs = [row for row in rows if len(row) > 1]
    return bool(pairs) and all(row == ["th", "td"] for row in pairs) and all(rows)


def _run_down(cells: list[str | None], running: dict[int, tuple[int, str, bool]]) -> None:
    """Put in the cells of rows above that run down into this one."""
    while len(cells) in running:
        place = len(cells)
        left, text, first = running.pop(place)
        if left > 1:
            running[place] = (left - 1, text, first)
        cells.append(text if first else None)
