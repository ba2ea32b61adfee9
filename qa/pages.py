"""Pages to look at: the picture of a page of a document, with the place of a quote on it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.datatypes import Document
from index.errors import DocumentError, StoreError
from index.loaders.extract import DRAWN, Box, Line
from index.parsing import Picture, Renderer
from index.store import Store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageView:
    """A page's number and picture, the boxes of the marked lines, and where the pages beside it begin in the text.

    `picture` is None where the page cannot be drawn: its file has changed, or is damaged there. `unsure` are the boxes
    of lines that character recognition is not sure of.
    """

    number: int
    picture: Picture | None
    boxes: tuple[Box, ...]
    before: int | None
    after: int | None
    unsure: tuple[Box, ...] = ()


class PageViewer:
    """Shows pages of documents whose files can be drawn."""

    def __init__(self, documents: Path, data: Path) -> None:
        self._documents, self._data = documents, data
        self._renderer = Renderer()

    def close(self) -> None:
        self._renderer.close()

    def view(self, document: Document, digest: bytes, at: int, marked: tuple[int, int] | None) -> PageView | None:
        """Return the page of the character `at`, None where the document has none that could be drawn.

        `digest` is that of the document's record: lines of another state of it mark nothing.
        """
        page = document.page_at(at)
        if page is None or not document.path.lower().endswith(DRAWN):
            return None
        picture = self._draw(document, page.number)
        doubtful = [one for other in document.pages if other.number == page.number for one in other.unsure]
        lines = self._lines(document.path, digest) if marked is not None or doubtful else []
        boxes = boxes_of(lines, page.number, marked) if marked is not None else ()
        others = [one for one in document.pages if one.number != page.number]
        before = max((one for one in others if one.number < page.number), key=lambda one: one.number, default=None)
        after = min((one for one in others if one.number > page.number), key=lambda one: one.number, default=None)
        return PageView(
            page.number,
            picture,
            boxes,
            before.start if before is not None else None,
            after.start if after is not None else None,
            tuple(box for start, end, _ in doubtful for box in boxes_of(lines, page.number, (start, end))),
        )

    def _draw(self, document: Document, number: int) -> Picture | None:
        part = document.path if document.file else None
        file = self._documents / document.owner
        try:
            return self._renderer.draw(document.owner, file, document.content_hash, number, part)
        except DocumentError as error:
            logger.warning("page %d of %s is not shown: %s", number, document.path, error)
            return None

    def _lines(self, path: str, digest: bytes) -> list[Line]:
        try:
            store = Store.open(self._data)
        except StoreError:
            return []
        try:
            with store.snapshot():
                return store.lines(path) if store.digests().get(path) == digest else []
        except StoreError:
            return []
        finally:
            store.close()


def boxes_of(lines: Sequence[Line], page: int, marked: tuple[int, int]) -> tuple[Box, ...]:
    """Return what to mark on a page: of each line that a stretch of text touches, about the part that it covers.

    Characters of a line count as equally wide, which hanzi are.
    """
    start, end = marked
    boxes: list[Box] = []
    for line in lines:
        if line.page != page or line.end <= start or line.start >= end:
            continue
        left, top, right, bottom = line.box
        width, length = right - left, max(1, line.end - line.start)
        first, last = max(start, line.start) - line.start, min(end, line.end) - line.start
        boxes.append((left + width * first / length, top, left + width * last / length, bottom))
    return tuple(boxes)
