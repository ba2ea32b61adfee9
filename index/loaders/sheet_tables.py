"""Rows of a sheet → lines with column names. Rows come one by one: a sheet may have 200,000 of them.

A sheet is no table: titles stand above the names, names in two rows, further tables below empty rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, dropwhile, islice

from index.loaders.extract import Block
from index.loaders.structure import LONGEST_HEADING, TERMINATORS
from index.loaders.tables import LABEL, LONGEST_LABEL, QUANTITY, SENTENCE_END, YEAR, Row

TITLE_LEVEL = 3
# So many rows of a table are looked at to tell whether its first ones are names.
LOOK_AHEAD = 24
MOST_HEADER_ROWS = 3
LONGEST_NAMES = 12
LEAST_LABELS, LEAST_FORM_LABELS = 0.3, 0.6
DIGIT = re.compile(r"[0-9]")
ENGLISH_LABEL = re.compile(
    r"(?:.*[\s_])?(?:id|no\.?|name|date|time|type|amount|price|dept|department|title|email|phone|address|age|gender|"
    r"status|notes?|number|total|city|country|code|value)",
    re.IGNORECASE,
)
Numbered = tuple[int, Row]


@dataclass(slots=True)
class _Table:
    """How the rows of the table that is being read are said."""

    names: list[str] = field(default_factory=list)
    header: tuple[Row, ...] = ()
    is_form: bool = False


def blocks_of_rows(rows: Iterable[Numbered], page: int) -> Iterator[Block]:
    """Yield the lines of a sheet, given its rows with their numbers; empty rows may be left out or not.

    `None` in a row stands where the cell to its left runs over; a cell over several rows stands in each of them. A row
    without any cell is passed over, and what is below it belongs to what is above.
    """
    table = _Table()
    for first, more in _stretches((number, row) for number, row in rows if not row or any(row)):
        head = [first, *islice(more, LOOK_AHEAD - 1)]
        titles = _count_titles(head)
        for place, (number, row) in enumerate(head[:titles]):
            text = next(cell for cell in row if cell)
            is_heading = not place and titles < len(head) and _fits_heading(text)
            yield Block(text, TITLE_LEVEL if is_heading else None, page, number)
        body = head[titles:]
        table, skipped = _open_table([row for _, row in body], table)
        yield from _lines(chain(body[skipped:], more), table, page)


def _stretches(rows: Iterator[Numbered]) -> Iterator[tuple[Numbered, Iterator[Numbered]]]:
    """Part rows where numbers are missing: yield each stretch's first row and an iterator over the others."""
    upcoming = next(rows, None)

    def rest(last: int) -> Iterator[Numbered]:
        nonlocal upcoming
        for one in rows:
            if one[0] != last + 1:
                upcoming = one
                return
            last = one[0]
            if one[1]:
                yield one
        upcoming = None

    while upcoming is not None:
        first = upcoming
        others = rest(first[0])
        if first[1]:
            yield first, others
        for _ in others:  # whoever reads must not be able to skip rows by stopping early
            pass


def _count_titles(head: Sequence[Numbered]) -> int:
    """How many rows of a single cell stand above a table."""
    widths = [sum(map(bool, row)) for _, row in head]
    if not any(width > 1 for width in widths):
        return len(head)
    return next(place for place, width in enumerate(widths) if width > 1)


def _fits_heading(text: str) -> bool:
    fits = len(text) <= LONGEST_HEADING and text[-1] not in TERMINATORS and "：" not in text and ":" not in text
    return fits and any(map(str.isalpha, text))


def _open_table(body: Sequence[Row], before: _Table) -> tuple[_Table, int]:
    """Return how the rows of a stretch are said and how many of them are names and not said themselves."""
    if not body:
        return before, 0
    if _is_form(body):
        return _Table(is_form=True), 0
    count = _count_header_rows(body, bool(before.names))
    if not count:
        # Beyond an empty row a table may go on; a wider or a narrower one is another.
        goes_on = before.names and max(map(_width, body)) <= _width(before.names)
        return (before if goes_on else _Table()), 0
    header = tuple(body[:count])
    return _Table(_join_names(header), header), count


def _lines(rows: Iterable[Numbered], table: _Table, page: int) -> Iterator[Block]:
    prefixes = [f"{name.rstrip('：:')}：" if name else "" for name in table.names]
    for number, row in rows:
        if row in table.header:
            continue  # names come again on each printed page
        if len(row) > len(prefixes):
            prefixes += [""] * (len(row) - len(prefixes))
        if table.is_form:
            text = _form_line(row)
        else:
            cells = [prefix + cell for prefix, cell in zip(prefixes, row, strict=False) if cell]
            is_note = len(cells) == 1 and (None in row or (bool(row[0]) and len(table.names) > 2))
            text = next(cell for cell in row if cell) if is_note else "；".join(cells)
        yield Block(text, None, page, number)


def _width(row: Row) -> int:
    return max((place + 1 for place, cell in enumerate(row) if cell), default=0)


def _count_header_rows(body: Sequence[Row], continuing: bool) -> int:
    """How many of the first rows name the columns; one more is needed below them."""
    first, below = body[0], body[1:]
    if not below or not _are_names(first, distinct=True) or not _names_those_below(first, below, continuing):
        return 0
    count = 1
    while count < min(len(body) - 1, MOST_HEADER_ROWS) and _goes_on_naming(body[count - 1], body[count]):
        count += 1
    return count


def _are_names(row: Row, distinct: bool) -> bool:
    cells = [cell for cell in row if cell]
    if len(cells) < 2 or (distinct and len(set(cells)) < len(cells)) or all(map(QUANTITY.fullmatch, cells)):
        return False
    return all(
        len(cell) <= LONGEST_LABEL
        and not SENTENCE_END.search(cell)
        and (not QUANTITY.fullmatch(cell) or YEAR.fullmatch(cell) is not None)
        for cell in cells
    )


def _names_those_below(first: Row, below: Sequence[Row], continuing: bool) -> bool:
    """Whether a row that could be names is told apart from those below, or is what names usually are.

    Below an empty row more is asked: 李四, 财务部 are no names of columns, though nothing but their place says so.
    """
    cells = [cell for cell in first if cell]
    named = sum(_is_label(cell) for cell in cells) / len(cells)
    others = [row for row in below if row != first]
    columns = [[row[place] for row in others if place < len(row) and row[place]] for place in range(len(first))]
    pairs = [(cell, column) for cell, column in zip(first, columns, strict=True) if cell]
    if not all(first):
        # Beside names over several columns there are names over several rows, which come again below themselves.
        pairs = [(cell, [*dropwhile(cell.__eq__, column)]) for cell, column in pairs]
    alike = any(cell in column or _is_of_one_shape(cell, column) for cell, column in pairs)
    if alike and named < LEAST_FORM_LABELS:
        return False
    differing = any(sum(_differs(cell, one or "") for one in column) > len(column) / 2 for cell, column in pairs)
    if named >= LEAST_LABELS or differing:
        return True
    widest = max(sum(map(bool, row)) for row in below)
    return not continuing and len(cells) >= widest - 1 and sum(map(len, cells)) <= LONGEST_NAMES * len(cells)


def _is_label(cell: str) -> bool:
    return LABEL.search(cell.rstrip("：:")) is not None or ENGLISH_LABEL.fullmatch(cell) is not None


def _differs(name: str, cell: str) -> bool:
    """Whether a cell has digits and its column's name has none, or is a year and the cell is not (2023 | 1,250)."""
    if not DIGIT.search(cell):
        return False
    if QUANTITY.fullmatch(cell) and not QUANTITY.fullmatch(name):
        return not YEAR.fullmatch(name) or not YEAR.fullmatch(cell)
    return not DIGIT.search(name) or (YEAR.fullmatch(name) is not None and not YEAR.fullmatch(cell))


def _is_of_one_shape(cell: str, below: Sequence[str | None]) -> bool:
    """Whether a cell is written like those below it: 021-5792 and 021-888, 2023年1月7日 and 2023年10月17日."""
    return DIGIT.search(cell) is not None and _shape(cell) in {_shape(one or "") for one in below[:3]}


def _shape(cell: str) -> str:
    return re.sub("[A-Za-z]+", "a", re.sub("[0-9]+", "0", cell)) if not YEAR.fullmatch(cell) else cell


def _goes_on_naming(above: Row, row: Row) -> bool:
    """Whether a row has the finer names (收入, 支出) of names that run over several columns (2023年)."""
    if not _are_names(row, distinct=False):
        return False
    spread = _spread(above, row)
    for place, cell in enumerate(row):
        upper = above[place] if place < len(above) else ""
        # Under a name of a single column stands nothing, or that name again where its cell runs over both rows.
        if cell and cell != upper and not spread[place]:
            return False
    return any(cell and spread[place] for place, cell in enumerate(row))


def _spread(above: Row, row: Row) -> list[bool]:
    """Tell which columns stand under a name that runs over several: merged, or followed by cells left empty."""
    width = max(len(above), len(row))
    upper = [*above, *[""] * (width - len(above))]
    lower = [*row, *[""] * (width - len(row))]
    runs_on = [place > 0 and (upper[place] is None or (not upper[place] and bool(lower[place])))
               for place in range(width)]  # fmt: skip
    return [runs or (bool(upper[place]) and place + 1 < width and runs_on[place + 1])
            for place, runs in enumerate(runs_on)]  # fmt: skip


def _join_names(header: Sequence[Row]) -> list[str]:
    """Return one name a column, 2023年/收入 where it is named twice."""
    width = max(map(len, header))
    parts: list[list[str]] = [[] for _ in range(width)]
    for level, row in enumerate(header):
        below = header[level + 1] if level + 1 < len(header) else ()
        spread = _spread(row, below)
        running = ""
        for place in range(width):
            cell = row[place] if place < len(row) else ""
            running = cell or (running if cell is None or (place < len(spread) and spread[place]) else "")
            if running and running not in parts[place][-1:]:
                parts[place].append(running)
    return ["/".join(part) for part in parts]


def _is_form(body: Sequence[Row]) -> bool:
    """Whether labels stand to the left of their values (姓名 | 张三 | 部门 | 人事) and not above them."""
    rows = [_pairs(row) for row in body]
    if len(rows) < 2 or len(body) > LOOK_AHEAD // 2:
        return False
    labels = [label for row in rows for label, _ in row]
    values = [value for row in rows for _, value in row if value]
    first = [value for _, value in rows[0]]
    return _share(labels) >= LEAST_FORM_LABELS and _share(values) < LEAST_LABELS and not _share(first)


def _share(cells: Sequence[str]) -> float:
    return sum(_is_label(cell) or cell.endswith(("：", ":")) for cell in cells) / max(1, len(cells))


def _pairs(row: Row) -> list[tuple[str, str]]:
    cells = [cell for cell in row if cell is not None]
    cells += [""] * (len(cells) % 2)
    return [(label, value) for label, value in zip(cells[::2], cells[1::2], strict=True) if label or value]


def _form_line(row: Row) -> str:
    pairs = ((label.rstrip("：:"), value) for label, value in _pairs(row))
    return "；".join(f"{label}：{value}" if label and value else label or value for label, value in pairs)
