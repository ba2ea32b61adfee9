"""A document to read, open at one sentence: paragraphs kept, the sentence marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.datatypes import Document
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join
from qa.ui.texts import Language, say

LONGEST_WHOLE = 200_000
WINDOW = 100_000


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` to `end` of a document's text."""

    start: int
    end: int


def show_text(document: Document, at: int, cited: Span | None, language: Language) -> Html:
    """Return a document's text around the offset `at`: all of it, or a window where it is very long."""
    window = window_around(document.text, at)
    before = _more(document, window.start, max(0, window.start - WINDOW // 2), "earlier_text", language)
    after = _more(document, len(document.text) - window.end, window.end + WINDOW // 2, "later_text", language)
    paragraphs = (
        _rows(document, window, cited) if document.unit == "sheet" else _paragraphs(document, window, cited, language)
    )
    return element(
        "div", before, *paragraphs, after, class_="reader-text", tabindex=0, role="region",
        aria_label=say(language, "reader"),
    )  # fmt: skip


def window_around(text: str, at: int) -> Span:
    """Return the part of a text to show: whole lines around `at`, or everything where that is little enough."""
    if len(text) <= LONGEST_WHOLE:
        return Span(0, len(text))
    start = text.rfind("\n", 0, max(0, at - WINDOW // 2)) + 1
    end = text.find("\n", min(len(text), at + WINDOW // 2))
    # A text without line ends must not defeat the window.
    start = max(start, at - WINDOW, 0)
    return Span(start, min(len(text), at + WINDOW if end < 0 else end, at + WINDOW))


def find_again(text: str, quote: str, near: int) -> Span | None:
    """Return where a quote stands in a text: where it was, else at its nearest other place, else None."""
    if not quote:
        return None
    if text.startswith(quote, near):
        return Span(near, near + len(quote))
    places = [place for place in (text.rfind(quote, 0, near + len(quote)), text.find(quote, near)) if place >= 0]
    place = min(places, key=lambda place: abs(place - near), default=None)
    return None if place is None else Span(place, place + len(quote))


def _paragraphs(document: Document, window: Span, cited: Span | None, language: Language) -> Iterator[Html]:
    """Yield one element a line; lines that belong to no section are headings. A page's number stands over it."""
    starts = [section.start for section in document.sections]
    position = window.start
    shown = None
    for line in document.text[window.start : window.end].split("\n"):
        page = document.page_at(position)
        if page is not None and page.number != shown and line.strip():
            shown = page.number
            words = (
                say(language, "slide", slide=shown) if document.unit == "slide" else say(language, "page", page=shown)
            )
            yield element("p", words, class_="page-label")
        at = bisect_right(starts, position) - 1
        is_body = not starts or (at >= 0 and position < document.sections[at].end)
        if line.strip():
            yield element("p" if is_body else "h4", _marked(line, position, cited))
        position += len(line) + 1


@dataclass(slots=True)
class _Table:
    """Rows that share columns, one after the other; a row leaves out the cells that are empty."""

    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, dict[str, str], bool]] = field(default_factory=list)

    def takes(self, names: Sequence[str]) -> bool:
        return not self.rows or not set(names).isdisjoint(self.columns)

    def add(self, number: int, cells: dict[str, str], is_cited: bool) -> None:
        place = 0
        for name in cells:
            if name not in self.columns:
                self.columns.insert(place, name)
            place = self.columns.index(name) + 1
        self.rows.append((number, cells, is_cited))

    def show(self) -> Html:
        if not self.rows:
            return join()
        head = element("tr", *(element("th", name, scope="col") for name in ("#", *self.columns)))
        return element("table", element("thead", head), element("tbody", *map(self._row, self.rows)))

    def _row(self, row: tuple[int, dict[str, str], bool]) -> Html:
        """Return a row; the number of a cited one is what is scrolled to."""
        number, cells, is_cited = row
        first = element("mark", str(number), class_="cited", tabindex=-1) if is_cited else str(number)
        texts = (element("td", cells.get(name, "")) for name in self.columns)
        return element("tr", element("td", first), *texts, class_="cited" if is_cited else None)


def _rows(document: Document, window: Span, cited: Span | None) -> Iterator[Html]:
    """Yield the sheets as tables again; what is no row of one is a line of its own."""
    position, table = window.start, _Table()
    for line in document.text[window.start : window.end].split("\n"):
        row = document.spot(position).row
        parts = [cell.partition("：") for cell in line.split("；")] if row is not None else []
        cells = {name: value for name, colon, value in parts if colon}
        if row is not None and line.strip() and len(cells) == len(parts):
            if not table.takes(list(cells)):
                yield table.show()
                table = _Table()
            table.add(row, cells, cited is not None and cited.start < position + len(line) and position < cited.end)
        elif line.strip():
            yield table.show()
            table = _Table()
            yield element("h4" if row is None else "p", _marked(line, position, cited))
        position += len(line) + 1
    yield table.show()


def _marked(line: str, position: int, cited: Span | None) -> Html:
    """Return a line with the cited part of it, if any, in a mark."""
    if cited is None:
        return join(line)
    start = min(max(cited.start - position, 0), len(line))
    end = min(max(cited.end - position, start), len(line))
    marked = element("mark", line[start:end], class_="cited", tabindex=-1) if end > start else ""
    return join(line[:start], marked, line[end:])


def _more(document: Document, count: int, at: int, key: str, language: Language) -> Html:
    if count <= 0:
        return join()
    text = say(language, key, count=f"{count:,}")
    return element("p", element("a", text, href=str(DocumentLink(document.path, at))), class_="aside")
