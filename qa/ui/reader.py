"""A document to read, open at one sentence: paragraphs kept, the sentence marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

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
    paragraphs = _paragraphs(document, window, cited)
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


def _paragraphs(document: Document, window: Span, cited: Span | None) -> Iterator[Html]:
    """Yield one element a line; lines that belong to no section are headings."""
    starts = [section.start for section in document.sections]
    position = window.start
    for line in document.text[window.start : window.end].split("\n"):
        at = bisect_right(starts, position) - 1
        is_body = not starts or (at >= 0 and position < document.sections[at].end)
        if line.strip():
            yield element("p" if is_body else "h4", _marked(line, position, cited))
        position += len(line) + 1


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
