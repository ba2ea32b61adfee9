"""The runs of a PDF page → its lines and tables in reading order: columns one after the other, rows as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.loaders.extract import Box
from index.loaders.lines import display_width
from index.loaders.pdf_characters import CELL_GAP, WORD_GAP
from index.loaders.pdf_frame import Piece
from index.loaders.pdf_rules import Drawings, find_grids
from index.loaders.pdf_tables import PageTable, fill_grid, is_inside, rows_of

FOOTNOTE_MARK = re.compile(r"\s*(?:[0-9]{1,3}(?:[,，][0-9]{1,3})*|[①-⑳]|[\[［〔][0-9]{1,3}[\]］〕]|[*＊†‡]{1,3})\s*")
# What stands by itself in front of a line, with a wide gap behind it, and is no cell of a table.
ITEM_NUMBER = re.compile(
    r"[(（]?[0-9一二三四五六七八九十百a-zA-Z]{1,3}[)）.．、]|[0-9]{1,2}(?:\.[0-9]{1,2}){1,3}\.?|第.{1,5}[章节条编]|[-–•·●■◆○□▪➢√*]"
)
HANGING = "。，、；：！？）」』”’》"
ITEM_GAP = 4.0
MOST_COLUMN_DEPTH = 3
NARROWEST_PROSE = 18  # in columns, of which a hanzi takes two
MOST_PROSE_PIECES = 1_000  # a page with more of them is a table, and comparing all takes long


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page: one piece, or several where it is a row of cells. `column` is left and right of its column.

    `depth` is 0 where the column is the page's whole width, else how often the page was parted to find it.
    What stands aside (a footnote, text across the page) does not break the sentence that runs past it.
    """

    page: int
    pieces: tuple[Piece, ...]
    column: tuple[float, float]
    depth: int = 0
    is_aside: bool = False
    # Of all pieces; set once, since each line is asked for them ten times and more.
    text: str = field(init=False)
    box: Box = field(init=False)
    size: float = field(init=False)
    is_bold: bool = field(init=False)

    def __post_init__(self) -> None:
        pieces, first = self.pieces, self.pieces[0]
        text, size, is_bold = first.text, first.size, first.is_bold
        box = first.left, first.top, first.right, first.bottom
        if len(pieces) > 1:
            text = " ".join(piece.text for piece in pieces)
            box = first.left, min(piece.top for piece in pieces), pieces[-1].right, max(p.bottom for p in pieces)
            size = max(pieces, key=lambda piece: len(piece.text)).size
            is_bold = all(piece.is_bold for piece in pieces)
        for name, value in (("text", text), ("box", box), ("size", size), ("is_bold", is_bold)):
            object.__setattr__(self, name, value)


PageItem = PageLine | PageTable


def lay_out(page: int, runs: Sequence[Piece], drawings: Drawings) -> list[PageItem]:
    """Return the lines and tables of a page in the order in which they are read."""
    across = [run for run in runs if not run.is_upright]
    upright = [run for run in runs if run.is_upright]
    pieces = [piece for row in rows_of(across) for piece in _join_row(row, drawings)] + upright
    tables: list[PageTable] = []
    for grid in find_grids(drawings):
        inside = [piece for piece in pieces if is_inside(piece, grid.box)]
        # A frame around a page or a picture encloses text as well, but not cells of it.
        if inside and (table := fill_grid(page, grid, inside)):
            tables.append(table)
            pieces = [piece for piece in pieces if not is_inside(piece, grid.box)]
    upright = [piece for piece in pieces if piece.is_upright]
    pieces = [piece for piece in pieces if not piece.is_upright]
    return [*_order(page, pieces, tables, 0), *_from_the_right(page, upright)]


def _from_the_right(page: int, pieces: Sequence[Piece]) -> Iterator[PageLine]:
    """Yield columns that are read downwards as lines."""
    for piece in sorted(pieces, key=lambda piece: (-round(piece.left / piece.size), piece.top)):
        yield PageLine(page, (piece,), (piece.left, piece.right))


def read_order(page: int, pieces: Sequence[Piece]) -> list[PageItem]:
    """Return lines that were recognised in a picture in the order in which they are read."""
    return list(_order(page, pieces, [], 0))


def _join_row(row: Sequence[Piece], drawings: Drawings) -> Iterator[Piece]:
    """Join what stands closer than cells do, leaving out the marks of footnotes."""
    open_piece: Piece | None = None
    for piece in row:
        if open_piece is None:
            open_piece = piece
            continue
        gap = (piece.left - open_piece.right) / max(1.0, min(open_piece.size, piece.size))
        if _is_footnote_mark(open_piece, piece, gap):
            # The mark's room belongs to the line, so that what follows it is no cell.
            open_piece = replace(open_piece, right=max(open_piece.right, piece.right))
        elif gap <= _widest_gap(open_piece) and not drawings.parts(open_piece, piece):
            open_piece = _join_pieces(open_piece, piece, gap)
        else:
            yield from _stripped(open_piece)
            open_piece = piece
    if open_piece is not None:
        yield from _stripped(open_piece)


def _widest_gap(piece: Piece) -> float:
    return ITEM_GAP if ITEM_NUMBER.fullmatch(piece.text.strip()) else CELL_GAP


def _join_pieces(left: Piece, right: Piece, gap: float) -> Piece:
    longer = left if len(left.text) >= len(right.text) else right
    narrow = left.text[-1:].isascii() and right.text[:1].isascii()
    between = " " if gap > (0.15 if narrow else WORD_GAP) and left.text[-1] != " " and right.text[0] != " " else ""
    return Piece(
        left.text + between + right.text,
        left.left,
        min(left.top, right.top),
        max(left.right, right.right),
        max(left.bottom, right.bottom),
        longer.size,
        left.is_bold and right.is_bold,
    )


def _stripped(piece: Piece) -> Iterator[Piece]:
    """Yield a piece without the spaces at its ends; those in front are an indent, and two columns wide make one em."""
    text = piece.text.strip()
    if text == piece.text:
        yield piece
    elif text:
        indent = display_width(piece.text[: len(piece.text) - len(piece.text.lstrip())]) / 2 * piece.size
        behind = display_width(piece.text[len(piece.text.rstrip()) :]) / 2 * piece.size
        left = min(piece.left + indent, piece.right - 1)
        yield replace(piece, text=text, left=left, right=max(left + 1, piece.right - behind))


def _is_footnote_mark(before: Piece, piece: Piece, gap: float) -> bool:
    """Whether a piece is a raised small number that belongs to no quantity: 规定¹ has one, m² and 10⁶ have not."""
    is_raised = piece.size < 0.8 * before.size and piece.bottom < before.bottom - 0.1 * before.size
    if not is_raised or gap > 0.5 or not FOOTNOTE_MARK.fullmatch(piece.text):
        return False
    if not piece.text.strip()[0].isdigit():
        return True
    text = before.text.rstrip()
    return bool(text) and (not text[-1].isascii() or text[-1] in ".,;:!?)\"'" or bool(re.search(r"[a-z]{4}$", text)))


def _order(page: int, pieces: Sequence[Piece], tables: Sequence[PageTable], depth: int) -> Iterator[PageItem]:
    """Yield lines and tables from the top; between what stands across a gutter, the left column before the right."""
    gutter = _find_gutter(pieces) if depth < MOST_COLUMN_DEPTH else None
    if gutter is None:
        yield from _in_rows(page, pieces, tables, depth)
        return
    across = {id(piece) for row in rows_of(pieces) if _is_across(row, gutter) for piece in row}
    across |= {id(piece) for piece in pieces if piece.left < gutter < piece.right}
    bars: list[Piece | PageTable] = [piece for piece in pieces if id(piece) in across]
    bars += [table for table in tables if table.box[0] < gutter < table.box[2]]
    bars.sort(key=_top)
    beside = [piece for piece in pieces if id(piece) not in across]
    beside_tables = [table for table in tables if not table.box[0] < gutter < table.box[2]]
    while beside or beside_tables or bars:
        top = _top(bars[0]) if bars else float("inf")
        for is_left in (True, False):
            side = [p for p in beside if p.middle < top and (p.right <= gutter) == is_left]
            side_tables = [t for t in beside_tables if t.box[1] < top and (t.box[2] <= gutter) == is_left]
            if side or side_tables:
                yield from _order(page, side, side_tables, depth + 1)
        beside = [p for p in beside if p.middle >= top]
        beside_tables = [t for t in beside_tables if t.box[1] >= top]
        if bars:
            yield from _bar_items(page, bars, beside, depth)


def _bar_items(page: int, bars: list[Piece | PageTable], beside: list[Piece], depth: int) -> Iterator[PageItem]:
    """Yield the lines and tables across the gutter down to the next that stands beside it, and take them out."""
    nearest = min((piece.middle for piece in beside), default=float("inf"))
    group = [bar for number, bar in enumerate(bars) if number == 0 or _top(bar) < nearest]
    del bars[: len(group)]
    pieces = [bar for bar in group if isinstance(bar, Piece)]
    yield from _in_rows(page, pieces, [bar for bar in group if isinstance(bar, PageTable)], depth)


def _in_rows(page: int, pieces: Sequence[Piece], tables: Sequence[PageTable], depth: int) -> list[PageItem]:
    """Return lines and tables of one column from its top."""
    rights = sorted(map(_right_of_text, pieces))
    # A single line may stick out of its column, a formula say; it must not make all others look short.
    right = rights[-2 if len(rights) >= 5 else -1] if rights else 0.0
    column = min((piece.left for piece in pieces), default=0.0), right
    rows: list[PageItem] = [PageLine(page, tuple(row), column, depth) for row in rows_of(pieces)]
    return sorted([*rows, *tables], key=lambda item: item.box[1])


def _right_of_text(piece: Piece) -> float:
    """Return where a line ends without a full-width mark at its end, which may hang over the column's side."""
    return piece.right - (piece.size if piece.text[-1] in HANGING else 0.0)


def _is_across(row: Sequence[Piece], gutter: float) -> bool:
    """Whether a row is one of a table over both columns: cells on both sides and no line of prose among them."""
    if len(row) < 3 or row[0].left > gutter or row[-1].right < gutter:
        return False
    return all(not _is_long(piece.text) or piece.width < 0.3 * gutter for piece in row)


def _top(item: Piece | PageTable) -> float:
    return item.box[1] if isinstance(item, PageTable) else item.top


def _find_gutter(pieces: Sequence[Piece]) -> float | None:
    """Return where a gutter parts two columns of prose, or None. Columns of a table have short lines and stay rows."""
    best, best_score = None, 0
    if len(pieces) > MOST_PROSE_PIECES:
        return None
    for x in sorted({int(piece.left) - 1 for piece in pieces}):
        left = sum(piece.right <= x for piece in pieces)
        right = sum(piece.left >= x for piece in pieces)
        score = 2 * min(left, right) - (len(pieces) - left - right)
        if score > best_score and min(left, right) >= 3:
            best, best_score = x, score
    if best is None:
        return None
    sides = [p for p in pieces if p.right <= best], [p for p in pieces if p.left >= best]
    return best if all(map(_is_prose, sides)) else None


def _is_prose(side: Sequence[Piece]) -> bool:
    """Whether most of the text is in lines that fill their column and are too long for cells."""
    widths = sorted(piece.width for piece in side)
    width = widths[9 * len(widths) // 10]
    filling = [p for p in side if p.width > 0.7 * width and _is_long(p.text)]
    return len(filling) >= 2 and sum(len(p.text) for p in filling) > 0.5 * sum(len(p.text) for p in side)


def _is_long(text: str) -> bool:
    return len(text) >= NARROWEST_PROSE or display_width(text) >= NARROWEST_PROSE
