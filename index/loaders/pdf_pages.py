"""A PDF's bytes → its pages, one at a time: text where there is some, else a picture to be recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from threading import RLock
from typing import Any, Literal

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from index.errors import DocumentError
from index.loaders.extract import Box
from index.loaders.pdf_characters import SLANTED, find_writing, read_runs, read_slanted, tidy
from index.loaders.pdf_frame import Frame, Piece
from index.loaders.pdf_headings import plain
from index.loaders.pdf_layout import PageItem, PageLine, lay_out, read_order
from index.loaders.pdf_rules import Drawings, read_drawings

# pdfium must never run in two threads at a time; whoever else calls it in this program has to hold this lock too.
PDFIUM = RLock()
# A page with fewer letters than this and a picture over most of it is a scan, perhaps with a scanner's stamp.
FEWEST_LETTERS, LEAST_PICTURE = 16, 0.6
LEAST_READABLE = 0.1  # of the characters: fewer letters among them come of a font that does not say what it shows
SCAN_RESOLUTION, LONGEST_SIDE = 200, 4_000  # dots an inch and pixels of a page that is to be recognised
MOST_OUTLINE_ENTRIES = 5_000
NO_PAGES = re.compile(rb"/Count\s+0\b|/Kids\s*\[\s*\]")
WITHOUT_PAGES = "a PDF without any page. Save it anew from the program that made it, or remove it"

PageKind = Literal["text", "picture", "blank", "broken"]
Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A line that character recognition read: its box is in shares of the image, from its upper left corner."""

    text: str
    box: Box
    confidence: float


# Takes an image of height × width × 3 (red, green, blue; 0 to 255) and returns the lines on it.
Recogniser = Callable[[Image], Sequence[Recognised]]


@dataclass(frozen=True, slots=True)
class PageRead:
    """What one page holds. A picture that was recognised has items and is "text"."""

    kind: PageKind
    frame: Frame
    items: list[PageItem]

    @property
    def height(self) -> float:
        return self.frame.size[1]


NO_FRAME = Frame(0, 0, 612, 792)
NOTHING_DRAWN = Drawings((), (), 0.0, is_blank=True)


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Open a PDF. Raises `DocumentError` where it is locked, broken or without pages; so does all that is done in it.

    The caller holds `PDFIUM` whenever it calls pdfium.
    """
    try:
        with PDFIUM:
            document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DocumentError(_refusal(error.err_code, data)) from None
    try:
        yield document
    finally:
        with PDFIUM:
            document.close()


def _refusal(code: int | None, data: bytes) -> str:
    # pdfium leaves the code of an earlier file where it finds no pages, so that the file itself is looked at.
    if code == pdfium.FPDF_ERR_PASSWORD and b"/Encrypt" in data:
        return "it is locked with a password. Save a copy without one (print it to PDF, say) and put that in its place"
    if code == pdfium.FPDF_ERR_SECURITY and b"/Encrypt" in data:
        return "it is encrypted in a way that cannot be read here. Save a copy without protection in its place"
    if NO_PAGES.search(data):
        return WITHOUT_PAGES
    return f"its {len(data):,} bytes are no PDF that can be read: it is cut off or damaged. Get it anew, or remove it"


def read_page(document: Any, number: int, recognise: Recogniser | None) -> PageRead:
    """Read the page of a number, from 1, and let go of it."""
    with PDFIUM:
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError:
            return PageRead("broken", NO_FRAME, [])
        try:
            read = _read(page, number)
            image = _picture_of(page) if read.kind == "picture" and recognise else None
        finally:
            page.close()
    if image is None or recognise is None:
        return read
    items = _place(number, read.frame, recognise(image))
    return replace(read, kind="text", items=items) if items else read


def read_outline(document: Any) -> dict[tuple[int, str], int]:
    """Return the depths of the outline's entries by page and plain text; page 0 where an entry leads nowhere."""
    depths: dict[tuple[int, str], int] = {}
    try:
        for entry in islice(document.get_toc(), MOST_OUTLINE_ENTRIES):
            target = entry.get_dest()
            index = target.get_index() if target else None
            depths.setdefault((0 if index is None else index + 1, plain(tidy(entry.get_title()))), entry.level)
    except (pypdfium2.PdfiumError, ValueError):  # a title in no known encoding; the headings show without it
        return depths
    return depths


def read_stated_title(document: Any) -> str:
    """Return the title in the file's metadata, "" where there is none that can be read."""
    try:
        return tidy(document.get_metadata_value("Title")).strip()
    except ValueError:
        return ""


def _read(page: Any, number: int) -> PageRead:
    frame = _frame_of(page)
    text_page = page.get_textpage()
    try:
        raw = text_page.raw  # the bare handle: what wraps it costs as much as a call
        frame = find_writing(raw, frame)
        runs, others = read_runs(raw, frame)
        slanted = others.pop(SLANTED, [])
        turned = [line for quarter in sorted(others) for line in _read_turned(raw, frame, quarter, others, number)]
        if len(slanted) > sum(len(run.text) for run in runs) + sum(map(len, others.values())):  # no watermark then
            lines = read_slanted(raw, frame, slanted)
            turned += [PageLine(number, (line,), (line.left, line.right), is_aside=True) for line in lines]
    finally:
        text_page.close()
    drawings = read_drawings(page, frame)
    kind = _kind([*runs, *(piece for line in turned for piece in line.pieces)], drawings)
    # A scan has no writing to turn it by.
    frame = frame if runs else replace(frame, written=frame.shown)
    return PageRead(kind, frame, [*lay_out(number, runs, drawings), *turned])


def _read_turned(
    text_page: Any, frame: Frame, quarter: int, others: Mapping[int, Sequence[int]], number: int
) -> list[PageLine]:
    """Return the lines of a page that stand across the others, as a wide table's or a spine's."""
    turned = replace(frame, written=quarter)
    runs, _ = read_runs(text_page, turned, others[quarter])
    lines = [item for item in lay_out(number, runs, NOTHING_DRAWN) if isinstance(item, PageLine)]
    return [
        replace(
            line,
            pieces=tuple(_moved(piece, turned, frame) for piece in line.pieces),
            is_aside=True,
        )
        for line in lines
        if sum(map(str.isalnum, line.text)) > 1
    ]


def _moved(piece: Piece, source: Frame, target: Frame) -> Piece:
    box = target.seen_from(source, (piece.left, piece.top, piece.right, piece.bottom))
    return replace(piece, left=box[0], top=box[1], right=box[2], bottom=box[3])


def _frame_of(page: Any) -> Frame:
    left, bottom, right, top = page.get_bbox()
    if not (1 <= right - left < 1e6 and 1 <= top - bottom < 1e6):
        return NO_FRAME
    return Frame(left, bottom, right, top, shown=page.get_rotation() // 90)


def _kind(pieces: Sequence[Piece], drawings: Drawings) -> PageKind:
    text = "".join(piece.text for piece in pieces)
    letters = sum(map(str.isalnum, text))
    if letters >= FEWEST_LETTERS and letters >= LEAST_READABLE * len(text):
        return "text"
    if letters and drawings.picture_share < LEAST_PICTURE:
        return "text"
    return "blank" if drawings.is_blank else "picture"


def _picture_of(page: Any) -> Image:
    width, height = page.get_size()
    scale = min(SCAN_RESOLUTION / 72, LONGEST_SIDE / max(1.0, width, height))
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    try:
        pixels: Image = np.array(bitmap.to_numpy(), dtype=np.uint8)
    finally:
        bitmap.close()
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2)
    return pixels[:, :, :3]


def _place(number: int, frame: Frame, recognised: Sequence[Recognised]) -> list[PageItem]:
    """Return recognised lines in the order in which they are read."""
    width, height = frame.size
    heights = sorted((line.box[3] - line.box[1]) * height for line in recognised)
    usual = heights[len(heights) // 2] if heights else 0.0
    pieces = []
    for line in recognised:
        left, top, right, bottom = line.box
        tall = (bottom - top) * height
        # Boxes of recognition differ by the line's characters; only what is clearly larger is a heading.
        size = round(tall if tall > 1.4 * usual else usual, 1)
        if text := tidy(line.text).strip():
            place = left * width, top * height, right * width, bottom * height
            pieces.append(Piece(text, *place, size, confidence=line.confidence))
    return read_order(number, pieces)
