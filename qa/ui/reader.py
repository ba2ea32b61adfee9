"""A document to read, open at one sentence: paragraphs kept, the sentence marked; a very long one in windows.

The script asks for the windows before and behind when they are needed (`reading.py`), so that it reads as one text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal

from index.datatypes import Document, Page, Spot
from index.loaders.extract import DRAWN
from qa.history.words import place_words
from qa.rows import is_sheet
from qa.ui.highlights import Highlights, Span
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join
from qa.ui.tables import show_rows
from qa.ui.texts import Language, say

Side = Literal["before", "behind"]
LONGEST_WHOLE = 200_000
WINDOW = 100_000


def show_text(document: Document, at: int, highlights: Highlights, language: Language) -> Html:
    """Return a document's text around the offset `at`: all of it, or a window where it is very long."""
    window = show_window(document, window_around(document.text, at), highlights, language)
    return element(
        "div", window, class_="reader-text", tabindex=0, role="region", aria_label=say(language, "reader")
    )  # fmt: skip


def show_window(
    document: Document, window: Span, highlights: Highlights, language: Language, joins: Side | None = None
) -> Html:
    """Return a part of a document's text between the links to what is before and behind it.

    One that `joins` another part on one side has no link there.
    """
    goes_on = joins == "before"
    before = _more(document, 0 if goes_on else window.start, window.start, "earlier_text", language)
    behind = 0 if joins == "behind" else len(document.text) - window.end
    after = _more(document, behind, window.end, "later_text", language)
    lines = (
        show_rows(document, window, highlights)
        if is_sheet(document)
        else _paragraphs(document, window, highlights, language, goes_on)
    )
    return join(before, element("div", *lines, class_="part", data_start=window.start, data_end=window.end), after)


def window_around(text: str, at: int) -> Span:
    """Return the part of a text to show: whole lines around `at`, or everything where that is little enough."""
    if len(text) <= LONGEST_WHOLE:
        return Span(0, len(text))
    return Span(_line_start(text, at - WINDOW // 2, at - WINDOW), _line_end(text, at + WINDOW // 2, at + WINDOW))


def window_before(text: str, end: int) -> Span:
    """Return the part of a text to show over one that begins at `end`."""
    end = min(max(0, end), len(text))
    return Span(_line_start(text, end - WINDOW // 2, end - WINDOW), end)


def window_behind(text: str, start: int) -> Span:
    """Return the part of a text to show under one that ends at `start`."""
    start = min(max(0, start), len(text))
    return Span(start, _line_end(text, start + WINDOW // 2, start + WINDOW))


def _line_start(text: str, wanted: int, least: int) -> int:
    # A text without line ends must not defeat the window.
    return max(text.rfind("\n", 0, max(0, wanted)) + 1, least, 0)


def _line_end(text: str, wanted: int, most: int) -> int:
    end = text.find("\n", min(len(text), wanted))
    return min(len(text), most if end < 0 else end, most)


def find_again(text: str, quote: str, near: int) -> Span | None:
    """Return where a quote stands in a text: where it was, else at its nearest other place, else None."""
    if not quote:
        return None
    if text.startswith(quote, near):
        return Span(near, near + len(quote))
    places = [place for place in (text.rfind(quote, 0, near + len(quote)), text.find(quote, near)) if place >= 0]
    place = min(places, key=lambda place: abs(place - near), default=None)
    return None if place is None else Span(place, place + len(quote))


def is_drawn(document: Document) -> bool:
    """Whether there are pictures of a document's pages."""
    return bool(document.pages) and document.path.lower().endswith(DRAWN)


def _paragraphs(
    document: Document, window: Span, highlights: Highlights, language: Language, goes_on: bool
) -> Iterator[Html]:
    """Yield one element a line; lines that belong to no section are headings. A page's number stands over it."""
    starts = [section.start for section in document.sections]
    position = window.start
    before = document.page_at(window.start) if goes_on else None
    shown = before.number if before is not None else None
    for line in document.text[window.start : window.end].split("\n"):
        page = document.page_at(position)
        if page is not None and page.number != shown and line.strip():
            shown = page.number
            yield _page_label(document, page, language)
        at = bisect_right(starts, position) - 1
        is_body = not starts or (at >= 0 and position < document.sections[at].end)
        end = position + len(line)
        if line.strip():
            is_here = highlights.holds_here(position, end)
            yield element(
                "p" if is_body else "h4",
                highlights.mark(line, position),
                class_="here" if is_here else None,
                tabindex=-1 if is_here else None,
            )
        position = end + 1


def _page_label(document: Document, page: Page, language: Language) -> Html:
    spot = Spot(slide=page.number) if document.unit == "slide" else Spot(page=page.number)
    words = place_words(spot, language)[0]
    if is_drawn(document):
        hint = say(language, "show_page", page=page.number)
        link = str(DocumentLink(document.path, page.start))
        words = element("a", words, href=link, class_="turn", data_at=page.start, title=hint)
    return element("p", words, class_="page-label", data_at=page.start)


def _more(document: Document, count: int, at: int, key: str, language: Language) -> Html:
    if count <= 0:
        return join()
    link = element(
        "a", say(language, key, count=f"{count:,}"), href=str(DocumentLink(document.path, at)), data_at=at, class_=key
    )
    return element("p", link, class_="aside more")
