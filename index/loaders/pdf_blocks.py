"""The paragraphs and tables of a PDF → blocks, each with where its lines stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.loaders.extract import Block, Box, Line
from index.loaders.lines import joint
from index.loaders.pdf_frame import Piece
from index.loaders.pdf_paragraphs import Paragraph
from index.loaders.pdf_tables import PageTable, cell_text
from index.loaders.tables import MOST_HEADER_ROWS, rows_of_table

Share = Callable[[int, Box], Box]  # a page and a box in points to shares of the page
Cells = tuple[tuple[Piece, ...] | None, ...]


def paragraph_block(paragraph: Paragraph, level: int | None, share: Share) -> Block:
    """Return a paragraph as a block; every piece of its lines has a line of its own."""
    start = 0
    lines: list[Line] = []
    for before, line in zip([None, *paragraph.lines], paragraph.lines, strict=False):  # the last one is before none
        if before is not None:
            hyphen, between = joint(before.text, line.text)
            start += len(between) - hyphen - 1
            if hyphen:
                lines[-1] = replace(lines[-1], end=start)
        for piece in line.pieces:
            box = share(line.page, (piece.left, piece.top, piece.right, piece.bottom))
            lines.append(Line(start, start + len(piece.text), line.page, box, piece.confidence))
            start += len(piece.text) + 1
    return Block(paragraph.text, level, paragraph.lines[0].page, lines=tuple(lines))


def table_blocks(tables: Sequence[PageTable], share: Share) -> Iterator[Block]:
    """Yield the rows of a table, which may run over several pages, each cell under its column's name."""
    rows = [(table.page, row) for table in tables for row in table.rows]
    texts = [[None if cell is None else cell_text(cell) for cell in row] for _, row in rows]
    lines = rows_of_table(texts)
    for line, found in zip(lines, _rows_of_lines(lines, texts), strict=True):
        page, cells = rows[found or 0]
        own = () if found is None else tuple(_cell_lines(line, page, cells, texts[found], share))
        yield Block(line, page=page, lines=own)


def _rows_of_lines(lines: Sequence[str], texts: Sequence[Sequence[str | None]]) -> list[int | None]:
    """Return the number of the row that each line says, None where that cannot be told.

    They are sought from the end, since the names that the first rows give are in all lines; and rows that give the
    same names anew on another page say nothing.
    """
    found: list[int | None] = []
    names = [list(row) for row in texts[:MOST_HEADER_ROWS]]
    at = len(texts) - 1
    for line in reversed(lines):
        fitting = (
            number
            for number in range(at, -1, -1)
            if _is_row(line, texts[number]) and (number < MOST_HEADER_ROWS or list(texts[number]) not in names)
        )
        row = next(fitting, None)
        at = at if row is None else row - 1
        found.append(row)
    return found[::-1]


def join_tables(items: Sequence[Paragraph | PageTable]) -> Iterator[Paragraph | list[PageTable]]:
    """Yield the paragraphs, and the tables with what the next page goes on with: rows of as many columns."""
    tables: list[PageTable] = []
    for item in items:
        if tables and not (isinstance(item, PageTable) and _goes_on(tables[-1], item)):
            yield tables
            tables = []
        if isinstance(item, PageTable):
            tables.append(item)
        else:
            yield item
    if tables:
        yield tables


def _goes_on(table: PageTable, following: PageTable) -> bool:
    return (
        following.page == table.page + 1
        and len(table.rows[0]) == len(following.rows[0])
        and abs(table.box[0] - following.box[0]) < 10
        and abs(table.box[2] - following.box[2]) < 10
    )


def _is_row(line: str, texts: Sequence[str | None]) -> bool:
    return all(" ".join(text.split()) in line for text in texts if text)


def _cell_lines(line: str, page: int, cells: Cells, texts: Sequence[str | None], share: Share) -> Iterator[Line]:
    """Yield where each cell of a row stands, in the order of the row's text."""
    at = 0
    for pieces, text in zip(cells, texts, strict=True):
        if not pieces or not text:
            continue
        flat = " ".join(text.split())
        start = line.find(flat, at)
        if start < 0:
            return
        at = start + len(flat)
        box = (
            min(piece.left for piece in pieces),
            min(piece.top for piece in pieces),
            max(piece.right for piece in pieces),
            max(piece.bottom for piece in pieces),
        )
        yield Line(start, at, page, share(page, box))
