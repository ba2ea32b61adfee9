"""Of the rows of a table, the cells that a question asks for: by the names of their columns, or by their units."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
CELL = re.compile(r"(?P<column>[^:：;；。\n]{1,20})[:：](?P<value>[^;；\n]*)(?:[;；]|(?=\n)|$)")
IN_BRACKETS = re.compile(r"[（(](.*?)[）)]?$")
# A shorter value is in a question by chance.
LEAST_VALUE = 2
# Of a longer one, not all of it answers.
LONGEST_VALUE = 20


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell's column, without its unit, that unit, and where its value stands in the text."""

    name: str
    unit: str
    start: int
    end: int

    def holds(self, span: Span) -> bool:
        return self.start <= span[0] and span[1] <= self.end


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
    cells = [cell for row in _about(rows, folded, asked) for cell in row if cell.name in named]
    found = [span for cell in cells for span in _of_cell(cell, spans, folded)]
    found = [span for span in found if not _says(asked, folded[slice(*span)])]
    return found or [span for span in spans if any(cell.holds(span) for row in rows for cell in row)]


def _rows(folded: str) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = []
    position = 0
    for line in folded.split("\n"):
        cells = list(CELL.finditer(folded, position, position + len(line)))
        if len(cells) < 2 or sum(len(cell.group()) for cell in cells) < len(line):
            return []
        rows.append([_cell(found) for found in cells])
        position += len(line) + 1
    return rows


def _cell(found: re.Match[str]) -> _Cell:
    column, value = found["column"], found["value"]
    unit = IN_BRACKETS.search(column)
    start = found.start("value") + len(value) - len(value.lstrip())
    name = column[: unit.start()] if unit is not None else column
    return _Cell(name.strip(), unit[1] if unit is not None else "", start, start + len(value.strip()))


def _asked_for(rows: Sequence[Sequence[_Cell]], asked: str, measure: re.Pattern[str] | None) -> Collection[str]:
    """Return the names of the columns asked for."""
    cells = [cell for row in rows for cell in row]
    names = {cell.name for cell in cells if cell.name and cell.name in asked}
    # 收入 is not named where only 人均收入 is.
    names = {one for one in names if not any(one != other and one in other for other in names)}
    if not names and measure is not None:
        names = {cell.name for cell in cells if cell.unit and _is_of(measure, cell.unit)}
    return names


def _about(rows: Sequence[Sequence[_Cell]], folded: str, asked: str) -> Sequence[Sequence[_Cell]]:
    """Return the rows with the most values that the question says."""
    values = ([folded[cell.start : cell.end] for cell in row] for row in rows)
    said = [sum(len(value) >= LEAST_VALUE and _says(asked, value) for value in row) for row in values]
    most = max(said)
    return [row for row, count in zip(rows, said, strict=True) if count == most]


def _of_cell(cell: _Cell, spans: Sequence[Span], folded: str) -> list[Span]:
    if 0 < cell.end - cell.start <= LONGEST_VALUE:
        return [(cell.start, cell.end)]
    return [span for span in spans if cell.holds(span)]


def _is_of(measure: re.Pattern[str], unit: str) -> bool:
    return any(measure.fullmatch(f"1{between}{unit}") for between in ("", "个"))


def _says(asked: str, value: str) -> bool:
    """Whether a question says a value, and not only another one that holds it: 12 is none of C-0123."""
    return re.search(rf"(?<![a-z0-9]){re.escape(value)}(?![a-z0-9])", asked) is not None
