"""The pieces of a PDF page → rows, and those between rules → tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.loaders.extract import Box
from index.loaders.lines import join_all
from index.loaders.pdf_frame import Piece
from index.loaders.pdf_rules import Cell, Grid

LONGEST_REPEATED = 30


@dataclass(frozen=True, slots=True)
class PageTable:
    """A ruled table of a page: its rows of cells, each the pieces in it; None where the cell to the left runs over."""

    page: int
    box: Box
    rows: tuple[tuple[tuple[Piece, ...] | None, ...], ...]


def rows_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces that stand side by side, from the top and, in a row, from the left."""
    rows: list[list[Piece]] = []
    tops: list[tuple[float, float]] = []  # of the row's tallest piece
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        for at in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            top, bottom = tops[at]
            overlap = min(bottom, piece.bottom) - max(top, piece.top)
            if overlap > 0.5 * min(bottom - top, piece.bottom - piece.top):
                rows[at].append(piece)
                if piece.bottom - piece.top > bottom - top:
                    tops[at] = piece.top, piece.bottom
                break
        else:
            rows.append([piece])
            tops.append((piece.top, piece.bottom))
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


def is_inside(piece: Piece, box: Box) -> bool:
    middle = (piece.left + piece.right) / 2
    return box[0] <= middle <= box[2] and box[1] <= piece.middle <= box[3]


def fill_grid(page: int, grid: Grid, pieces: Sequence[Piece]) -> PageTable | None:
    """Put pieces into the cells of a grid; None where fewer than two columns of it have any."""
    rows: list[list[tuple[Piece, ...] | None]] = [[() for _ in range(grid.columns)] for _ in range(grid.rows)]
    placed = 0
    filled_columns = set()
    for cell in grid.cells:
        inside = tuple(piece for piece in pieces if is_inside(piece, cell.box))
        placed += len(inside)
        # What a label over several rows says belongs to each of them; a long text is said once.
        repeats = sum(len(piece.text) for piece in inside) <= LONGEST_REPEATED
        for row in range(cell.top_row, cell.bottom_row):
            rows[row][cell.left_column] = inside if repeats or row == cell.top_row else ()
            for column in range(cell.left_column + 1, cell.right_column):
                rows[row][column] = None
        if inside:
            filled_columns.add(cell.left_column)
    if len(filled_columns) < 2 or placed != len(pieces) or _frames_other_text(grid.cells, pieces):
        return None
    kept = [column for column in range(grid.columns) if any(row[column] for row in rows)]
    return PageTable(page, grid.box, tuple(tuple(row[column] for column in kept) for row in rows if any(row)))


def _frames_other_text(cells: Sequence[Cell], pieces: Sequence[Piece]) -> bool:
    """Whether the rules are frames around parts of a page and not around the cells of a table.

    Then one of them holds nearly all of the text, or most of it stands in frames with rows of their own.
    """
    letters, listed, fullest = 0, 0, 0
    for cell in cells:
        inside = [piece for piece in pieces if is_inside(piece, cell.box)]
        short = [piece for piece in inside if piece.width < 0.6 * (cell.box[2] - cell.box[0])]
        length = sum(len(piece.text) for piece in inside)
        letters += length
        listed += length if len(short) >= 4 and len(short) > 0.5 * len(inside) else 0
        fullest = max(fullest, len(inside))
    return listed > 0.3 * letters or (fullest > 20 and fullest > 0.8 * len(pieces))


def cell_text(pieces: Sequence[Piece]) -> str:
    """Return the text of a cell, whose lines go on one another."""
    return join_all(" ".join(piece.text for piece in row) for row in rows_of(pieces))
