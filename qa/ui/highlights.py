"""What is marked in a text that is read: the cited words, and those that were looked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from qa.ui.markup import Html, element, join


@dataclass(frozen=True, slots=True)
class Span:
    """The characters from `start` to `end` of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Highlights:
    """What to mark: the `cited` words, and the places `found` of words that were looked for, in order.

    `here` is the place that was asked for where nothing is cited: the line that holds it is what is scrolled to.
    """

    cited: Span | None = None
    found: Sequence[tuple[int, int]] = ()
    here: int | None = None

    def touches(self, start: int, end: int) -> bool:
        """Whether a stretch holds some of the cited words."""
        return self.cited is not None and self.cited.start < end and start < self.cited.end

    def holds_here(self, start: int, end: int) -> bool:
        """Whether a line holds the place that was asked for."""
        return self.here is not None and self.cited is None and start <= self.here <= end

    def mark(self, text: str, at: int) -> Html:
        """Return a stretch of the document's text that begins at an offset, with what is to be marked in it."""
        if self.cited is None:
            return self.mark_found(text, at)
        start = min(max(self.cited.start - at, 0), len(text))
        end = min(max(self.cited.end - at, start), len(text))
        if end == start:
            return self.mark_found(text, at)
        marked = element("mark", self.mark_found(text[start:end], at + start), class_="cited", tabindex=-1)
        return join(self.mark_found(text[:start], at), marked, self.mark_found(text[end:], at + end))

    def mark_found(self, text: str, at: int) -> Html:
        """Return such a stretch with the words that were looked for; each mark knows where they begin."""
        first = bisect_right(self.found, at, key=lambda place: place[1])
        pieces: list[str] = []
        position = 0
        for start, end in self.found[first:]:
            if start >= at + len(text):
                break
            left, right = max(start - at, position), min(end - at, len(text))
            pieces += [text[position:left], element("mark", text[left:right], class_="found", data_at=start)]
            position = right
        return join(*pieces, text[position:])


NOTHING_MARKED = Highlights()
