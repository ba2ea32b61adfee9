"""Rows of a table as one unit: what a statement says of one row must stand in that row, under its column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.gate.traits import Traits, traits_of

PAIR = re.compile(r"(?P<label>[^：:；;，,。\n]{1,20})[：:]\s*(?P<value>[^；;\n]{1,60}?)\s*(?:[；;\n。]|\Z)")
LEAST_PAIRS = 2
SIDE_BY_SIDE = re.compile("分别|各|合计|总共|共计|、|和|与|及|比|高于|低于|多于|少于|超过|respectively|total")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its values by the names of their columns, and the traits of each value."""

    values: dict[str, str]
    figures: dict[str, frozenset[str]]


def read_row(text: Traits) -> Row | None:
    """Return the row that a sentence is, None where it is none: 部门：车队；预算：30万元。"""
    pairs = [(found["label"].strip(), found["value"].strip()) for found in PAIR.finditer(text.folded)]
    if len(pairs) < LEAST_PAIRS or text.folded.count(":") < LEAST_PAIRS:
        return None
    figures = {
        label: frozenset(figure.number.key for figure in traits_of(f"{label}{value}").figures) for label, value in pairs
    }
    return Row(dict(pairs), figures)


def find_of_another_row(statement: Traits, texts: Sequence[Traits]) -> str | None:
    """Return what a statement says of one row that stands in another, or in another column of the same row."""
    rows = [row for row in map(read_row, texts) if row is not None]
    if not rows:
        return None
    meant: list[Row] = []
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        written = statement.folded[start:end]
        figures = {figure.number.key for figure in statement.figures if figure.clause == clause}
        named = {value for row in rows for value in row.values.values() if _is_name(value) and value in written}
        if named and not SIDE_BY_SIDE.search(written):
            meant = [row for row in rows if named <= set(row.values.values())]
            if not meant:
                return max(named, key=len)
        elif named:
            meant = [row for row in rows if named & set(row.values.values())]
        if not meant or not figures or SIDE_BY_SIDE.search(written):
            continue
        known = {key for row in rows for keys in row.figures.values() for key in keys}
        if wrong := [key for key in figures & known if not any(_fits(row, key, written) for row in meant)]:
            return wrong[0]
    return None


def _is_name(value: str) -> bool:
    """Whether a value names something: it is no figure and no longer text."""
    return 2 <= len(value) <= 16 and not any(map(str.isdigit, value)) and not traits_of(value).figures


def _fits(row: Row, key: str, written: str) -> bool:
    """Whether a row has a figure in a column that a clause names, or in any where it names none."""
    named = [label for label in row.values if label in written and row.figures[label]]
    return any(key in row.figures[label] for label in (named or row.values))
