"""The rules drawn on a PDF page → grids of cells, and how much of the page is a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref, c_float
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from index.loaders.extract import Box
from index.loaders.pdf_calls import unchecked
from index.loaders.pdf_frame import Frame, Piece

MOST_OBJECTS, MOST_CORNERS, MOST_RULES = 5_000, 400, 1_500
THINNEST, TOLERANCE = 3.0, 3.0
SHORTEST_RULE = 8.0
_object_of, _kind_of = unchecked(pdfium.FPDFPage_GetObject), unchecked(pdfium.FPDFPageObj_GetType)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid: its place on the page, its first row and column, and behind its last ones."""

    box: Box
    top_row: int
    left_column: int
    bottom_row: int
    right_column: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells; none lies over another."""

    box: Box
    rows: int
    columns: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Drawings:
    """What a page shows besides its text. Rules are lines: position, start and end in points as the page is read."""

    horizontal: tuple[tuple[float, float, float], ...]
    vertical: tuple[tuple[float, float, float], ...]
    picture_share: float
    is_blank: bool

    def parts(self, left: Piece, right: Piece) -> bool:
        """Whether a vertical rule stands between two pieces of one line."""
        middle = (left.middle + right.middle) / 2
        return any(left.right - 2 <= x <= right.left + 2 and start <= middle <= end for x, start, end in self.vertical)


def read_drawings(page: Any, frame: Frame) -> Drawings:
    """Return the rules and pictures of a page; where there are very many, the first of them."""
    horizontal: list[tuple[float, float, float]] = []
    vertical: list[tuple[float, float, float]] = []
    pictured = 0.0
    width, height = frame.size
    page = page.raw
    count = pdfium.FPDFPage_CountObjects(page)
    for number in range(min(count, MOST_OBJECTS)):
        drawn = _object_of(page, number)
        kind = _kind_of(drawn)
        if kind == pdfium.FPDF_PAGEOBJ_PATH and len(horizontal) + len(vertical) < MOST_RULES:
            for box in _path_boxes(drawn, frame):
                if box[3] - box[1] <= THINNEST < SHORTEST_RULE <= box[2] - box[0]:
                    horizontal.append(((box[1] + box[3]) / 2, box[0], box[2]))
                elif box[2] - box[0] <= THINNEST < SHORTEST_RULE <= box[3] - box[1]:
                    vertical.append(((box[0] + box[2]) / 2, box[1], box[3]))
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM) and (found := _bounds(drawn, frame)):
            inside = min(width, found[2]) - max(0.0, found[0]), min(height, found[3]) - max(0.0, found[1])
            pictured += max(0.0, inside[0]) * max(0.0, inside[1])
    return Drawings(
        tuple(_merge(horizontal)), tuple(_merge(vertical)), pictured / max(1.0, width * height), is_blank=count <= 0
    )


def find_grids(drawings: Drawings) -> list[Grid]:
    """Return the grids of at least two rows and two columns whose rules enclose them."""
    grids: list[Grid] = []
    for across, down in _connected(drawings.horizontal, drawings.vertical):
        rows = _positions([rule[0] for rule in across])
        columns = _positions([rule[0] for rule in down])
        if len(rows) > 2 and len(columns) > 2 and len(rows) * len(columns) < 20_000:
            cells = tuple(_cells(rows, columns, across, down))
            box = columns[0], rows[0], columns[-1], rows[-1]
            grids.append(Grid(box, len(rows) - 1, len(columns) - 1, cells))
    return grids


def _bounds(drawn: Any, frame: Frame) -> Box | None:
    sides = [c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(drawn, *map(byref, sides)):
        return None
    left, bottom, right, top = (side.value for side in sides)
    return frame.place(left, bottom, right, top)


def _path_boxes(drawn: Any, frame: Frame) -> Iterator[Box]:
    """Yield the boxes of a path's straight sides; of a thin one, which is a rule, its own box."""
    box = _bounds(drawn, frame)
    if box is None:
        return
    if box[3] - box[1] <= THINNEST or box[2] - box[0] <= THINNEST:
        yield box
        return
    width, height = frame.size
    count = pdfium.FPDFPath_CountSegments(drawn)
    if count <= MOST_CORNERS and (box[2] - box[0]) * (box[3] - box[1]) < 0.95 * width * height:
        yield from _sides(drawn, frame, count)


def _sides(drawn: Any, frame: Frame, count: int) -> Iterator[Box]:
    matrix, x, y = pdfium.FS_MATRIX(), c_float(), c_float()
    pdfium.FPDFPageObj_GetMatrix(drawn, byref(matrix))
    start = before = (0.0, 0.0)
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, number)
        pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
        east = matrix.a * x.value + matrix.c * y.value + matrix.e
        north = matrix.b * x.value + matrix.d * y.value + matrix.f
        here = frame.place(east, north, east, north)[:2]
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield _span(before, here)
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield _span(here, start)
        before = here


def _span(one: tuple[float, float], other: tuple[float, float]) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])


def _merge(rules: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Join rules that go on one another: many programs draw each cell's sides by themselves."""
    merged: list[tuple[float, float, float]] = []
    for position in _positions([rule[0] for rule in rules]):
        near = sorted((start, end) for at, start, end in rules if abs(at - position) <= TOLERANCE)
        start, end = near[0]
        for other_start, other_end in near[1:]:
            if other_start > end + TOLERANCE:
                merged.append((position, start, end))
                start = other_start
            end = max(end, other_end)
        merged.append((position, start, end))
    return merged


def _positions(values: Sequence[float]) -> list[float]:
    """Return the values without those that are nearly one that came before, ascending."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > TOLERANCE:
            kept.append(value)
    return kept


Rules = list[tuple[float, float, float]]


def _connected(
    horizontal: Sequence[tuple[float, float, float]], vertical: Rules | Any
) -> Iterator[tuple[Rules, Rules]]:
    """Yield the rules that touch one another, across and down."""
    left = list(vertical)
    across_left = list(horizontal)
    while left:
        down, across = [left.pop()], []
        grew = True
        while grew:
            new_across = [rule for rule in across_left if any(_touch(rule, other) for other in down)]
            across_left = [rule for rule in across_left if rule not in new_across]
            new_down = [rule for rule in left if any(_touch(other, rule) for other in new_across)]
            left = [rule for rule in left if rule not in new_down]
            across += new_across
            down += new_down
            grew = bool(new_down)
        yield across, down


def _touch(across: tuple[float, float, float], down: tuple[float, float, float]) -> bool:
    y, start, end = across
    x, top, bottom = down
    return start - TOLERANCE <= x <= end + TOLERANCE and top - TOLERANCE <= y <= bottom + TOLERANCE


def _cells(rows: Sequence[float], columns: Sequence[float], across: Rules, down: Rules) -> Iterator[Cell]:
    """Yield the cells between rules; where a rule is left out, the cells on its two sides are one."""
    taken: set[tuple[int, int]] = set()
    for row, (top, bottom) in enumerate(pairwise(rows)):
        for column, left in enumerate(columns[:-1]):
            if (row, column) in taken:
                continue
            last_column = column + 1
            middle = (top + bottom) / 2
            while last_column < len(columns) - 1 and not _ruled(down, columns[last_column], middle):
                last_column += 1
            last_row = row + 1
            middle = (left + columns[column + 1]) / 2
            while last_row < len(rows) - 1 and not _ruled(across, rows[last_row], middle):
                last_row += 1
            covered = {(r, c) for r in range(row, last_row) for c in range(column, last_column)}
            if covered & taken:
                last_row, last_column, covered = row + 1, column + 1, {(row, column)}
            taken |= covered
            yield Cell((left, top, columns[last_column], rows[last_row]), row, column, last_row, last_column)


def _ruled(rules: Rules, position: float, at: float) -> bool:
    return any(abs(rule[0] - position) <= TOLERANCE and rule[1] <= at <= rule[2] for rule in rules)
