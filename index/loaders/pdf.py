"""PDF → blocks: text in reading order, sentences joined over lines and pages, headings, tables, places of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from index.errors import DocumentError, WenDangError
from index.loaders.extract import Block, Box, Extract, Source
from index.loaders.pdf_blocks import join_tables, paragraph_block, table_blocks
from index.loaders.pdf_furniture import set_footnotes_aside, take_out_furniture
from index.loaders.pdf_headings import find_title, heading_levels
from index.loaders.pdf_layout import PageLine
from index.loaders.pdf_pages import (
    PDFIUM,
    WITHOUT_PAGES,
    Image,
    PageRead,
    Recognised,
    Recogniser,
    opened,
    read_outline,
    read_page,
    read_stated_title,
)
from index.loaders.pdf_paragraphs import Paragraph, gather, join_hard_wrapped, measure
from index.loaders.recognition import find_recogniser, is_installed
from index.loaders.structure import SURE, demote_empty_headings

MOST_PAGES = 5_000
INSTALL_RECOGNITION = "Character recognition would read them: make ocr, or pip install -r requirements-ocr.txt"


def read_pdf(source: Source) -> Extract:
    """Read a PDF, its pages without text by character recognition where that is installed; see `extract_pdf`."""
    return extract_pdf(source, _recognise_late if is_installed() else None)


def _recognise_late(image: Image) -> Sequence[Recognised]:
    """Recognise the characters of a picture; loading what does so is left until there is one."""
    recognise = find_recogniser()
    assert recognise is not None
    return recognise(image)


def extract_pdf(source: Source, recognise: Recogniser | None = None) -> Extract:
    """Read a PDF. Pages that are pictures are given to `recognise`, where there is one, else counted in a note.

    Raises `DocumentError` where the file is locked or damaged, or where no page has text.
    """
    with _typed_errors(), opened(source.data) as document:
        with PDFIUM:
            count = len(document)
            outline, stated = read_outline(document), read_stated_title(document)
        if count < 1:
            raise DocumentError(WITHOUT_PAGES)
        pages: list[PageRead] = []
        for number in range(1, min(count, MOST_PAGES) + 1):
            pages.append(read_page(document, number, recognise))
            _report(source, number, min(count, MOST_PAGES))
    with _typed_errors():
        notes = _notes(pages, count)
        blocks, title = _blocks(pages, outline, stated)
        if not any(character.isalnum() for block in blocks for character in block.text):
            raise DocumentError(_without_text(pages, notes))
    return Extract(title, blocks, "page", notes=notes)


class _Stopped(Exception):
    """Carries what `report` raised past the errors of a broken file."""

    def __init__(self, reason: BaseException) -> None:
        self.reason = reason


def _report(source: Source, done: int, total: int) -> None:
    try:
        source.report(done, total)
    except Exception as error:
        raise _Stopped(error) from error


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Turn what a broken file breaks into a `DocumentError`; what `report` raises, to stop a reading, stays."""
    try:
        yield
    except _Stopped as stopped:
        raise stopped.reason from None
    except WenDangError:
        raise
    except Exception as error:
        raise DocumentError(
            f"a damaged PDF ({type(error).__name__}: {error}). Save it anew from the program that made it, or remove it"
        ) from error


def _blocks(
    pages: Sequence[PageRead], outline: dict[tuple[int, str], int], stated: str
) -> tuple[list[Block], str | None]:
    """Return the blocks of all pages and the title."""

    def share(page: int, box: Box) -> Box:
        return pages[page - 1].frame.share(*box)

    kept = take_out_furniture([page.items for page in pages], [page.height for page in pages])
    kept = [set_footnotes_aside(items) for items in kept]
    measures = measure(kept)
    items = join_hard_wrapped(gather(kept, measures))
    title = find_title(items, measures, stated)
    levels = dict(zip(map(id, items), heading_levels(items, measures, title, outline), strict=True))
    blocks: list[Block] = []
    for item in join_tables(items):
        if isinstance(item, Paragraph):
            blocks.append(paragraph_block(item, levels[id(item)], share))
        else:
            blocks.extend(table_blocks(item, share))
    blocks = demote_empty_headings([block for block in blocks if block.text], surest_level=1)
    return blocks, title.text if title else None


def _notes(pages: Sequence[PageRead], count: int) -> tuple[str, ...]:
    """Return what the owner of the file should know."""
    pictures = [number for number, page in enumerate(pages, start=1) if page.kind == "picture"]
    broken = [number for number, page in enumerate(pages, start=1) if page.kind == "broken"]
    notes = []
    if pictures:
        notes.append(
            f"{len(pictures)} of {len(pages)} pages are pictures without text ({_listed(pictures)}). "
            + ("No characters were recognised on them" if is_installed() else INSTALL_RECOGNITION)
        )
    sure = {number: _confidences(page) for number, page in enumerate(pages, start=1)}
    uncertain = [number for number, those in sure.items() if any(one < SURE for one in those)]
    if uncertain:
        doubtful = sum(one < SURE for those in sure.values() for one in those)
        told = f"{doubtful:,} of {sum(map(len, sure.values())):,} recognised lines are uncertain ({_listed(uncertain)})"
        notes.append(f"{told}. Compare them with the picture")
    if broken:
        notes.append(f"{len(broken)} of {len(pages)} pages are damaged and were not read ({_listed(broken)})")
    if count > len(pages):
        notes.append(f"{count:,} pages, of which the first {len(pages):,} were read. Split it into smaller files")
    return tuple(notes)


def _confidences(page: PageRead) -> list[float]:
    """Return how surely the lines of a page were recognised; none of a page with characters of its own."""
    pieces = (piece for item in page.items if isinstance(item, PageLine) for piece in item.pieces)
    return [piece.confidence for piece in pieces if piece.confidence is not None]


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return f"page{'s' if len(numbers) > 1 else ''} {shown}{', …' if len(numbers) > 5 else ''}"


def _without_text(pages: Sequence[PageRead], notes: Sequence[str]) -> str:
    if notes:
        return "; ".join(notes)
    return f"no text on its {len(pages)} pages. Put a copy with text in its place, or remove it"
