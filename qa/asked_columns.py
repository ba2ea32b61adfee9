"""Of the rows of a table, the cells that a question asks for: by the names of their columns, or by their units."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from qa.rows import FOLDED_BEHIND_NAME, FOLDED_BETWEEN, Cell, cells_of

Span = tuple[int, int]
LONGEST_NAME = 20
# A shorter value is in a question by chance.
LEAST_VALUE = 2
# Of a longer one, not all of it answers.
LONGEST_VALUE = 20


def in_rows(spans: list[Span], folded: str, asked: str, measure: re.Pattern[str] | None) -> list[Span] | None:
    """Return what answers in the rows of a table, None where a folded quote is no such rows.

    That is, of the columns that the question names, or else those with a unit of its `measure`, each value that it does
    not say itself; of a long value the `spans` in it. Of the rows only those with most of the values that the question
    says. Where no column is asked for, it is the spans in any value.
    """
    rows = _rows(folded)
    if not rows:
        return None
    named = _asked_for(rows, asked, measure)
    cells = [cell for row in _about(rows, asked) for cell in row if _name(cell) in named]
    found = [span for cell in cells for span in _of_cell(cell, spans)]
    found = [span for span in found if not _says(asked, folded[slice(*span)])]
    return found or [span for span in spans if any(_holds(cell, span) for row in rows for cell in row)]


def _rows(folded: str) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    position = 0
    for line in folded.split("\n"):
        cells = cells_of(line.removesuffix(FOLDED_BETWEEN), position, FOLDED_BETWEEN, FOLDED_BEHIND_NAME)
        if len(cells) < 2 or not all(_is_column(cell.name) for cell in cells):
            return []
        rows.append(cells)
        position += len(line) + 1
    return rows


def _is_column(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and "。" not in name


def _asked_for(rows: Sequence[Sequence[Cell]], asked: str, measure: re.Pattern[str] | None) -> Collection[str]:
    """Return the names of the columns asked for."""
    cells = [cell for row in rows for cell in row]
    names = {name for cell in cells if (name := _name(cell)) and name in asked}
    # 收入 is not named where only 人均收入 is.
    names = {one for one in names if not any(one != other and one in other for other in names)}
    if not names and measure is not None:
        names = {_name(cell) for cell in cells if cell.unit and _is_of(measure, cell.unit)}
    return names


def _about(rows: Sequence[Sequence[Cell]], asked: str) -> Sequence[Sequence[Cell]]:
    """Return the rows with the most values that the question says."""
    values = ([cell.value.strip() for cell in row] for row in rows)
    said = [sum(len(value) >= LEAST_VALUE and _says(asked, value) for value in row) for row in values]
    most = max(said)
    return [row for row, count in zip(rows, said, strict=True) if count == most]


def _of_cell(cell: Cell, spans: Sequence[Span]) -> list[Span]:
    start = cell.value_at + len(cell.value) - len(cell.value.lstrip())
    end = start + len(cell.value.strip())
    if 0 < end - start <= LONGEST_VALUE:
        return [(start, end)]
    return [span for span in spans if _holds(cell, span)]


def _holds(cell: Cell, span: Span) -> bool:
    return cell.value_at <= span[0] and span[1] <= cell.value_at + len(cell.value)


def _name(cell: Cell) -> str:
    return cell.bare.strip()


def _is_of(measure: re.Pattern[str], unit: str) -> bool:
    return any(measure.fullmatch(f"1{between}{unit}") for between in ("", "个"))


def _says(asked: str, value: str) -> bool:
    """Whether a question says a value, and not only another one that holds it: 12 is none of C-0123."""
    return re.search(rf"(?<![a-z0-9]){re.escape(value)}(?![a-z0-9])", asked) is not None
