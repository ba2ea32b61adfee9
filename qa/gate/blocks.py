"""Tables and blocks of code in a model's answer → statements that keep their layout."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.gate.marks import Line
from qa.gate.statements import Statement, citing

FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
INDEX = re.compile(r"\[([0-9０-９]{1,3})\]")
RULE = re.compile(r"[\s|:+\-—]+")  # below the head of a table


@dataclass(slots=True)
class Table:
    """A table while it is written: its first row, until the second tells whether that is its head, and its columns."""

    first: str | None
    columns: tuple[str, ...] = ()


def begins_table(line: str) -> bool:
    """Whether a line, as far as it is written, is a row of a table."""
    return line.lstrip().startswith("|")


def fence_of(line: str) -> str:
    """Return the fence that a line begins a block of code with, or nothing."""
    found = FENCE.match(line)
    return found[1] if found and "`" not in line[found.end() :] else ""


def ends_code(line: str, fence: str) -> bool:
    """Whether a line closes the block of code that a fence opened."""
    return fence_of(line).startswith(fence) and line.strip() == fence_of(line)


def read_code(lines: Sequence[str], lead: str) -> Statement:
    """Return a block of code as one statement; its marks stand on a line of their own."""
    fence = fence_of(lines[0])
    closed = len(lines) > 1 and ends_code(lines[-1], fence)
    inside = lines[1:-1] if closed else lines[1:]
    # A list's index in code, a[0], must not read as a mark.
    text = INDEX.sub(r"[ \1 ]", "\n".join(lines if closed else (*lines, fence))) + "\n"
    return Statement(lead, text, (), said="\n".join(inside) or " ")


def columns_of(row: str) -> tuple[str, ...]:
    """Return the names in the head of a table."""
    return tuple(_cells(_read(row).bare))


def read_row(row: str, columns: Sequence[str], lead: str, passages: int) -> Statement:
    """Return a row of a table as a statement, which says 姓名：张三；部门：人事 where the columns have names."""
    line = _read(row)
    cells = _cells(line.bare)
    names = (*columns, *[""] * len(cells))
    said = "；".join(
        f"{name}：{cell}" if name and number else cell
        for number, (name, cell) in enumerate(zip(names, cells, strict=False))
        if cell
    )
    text = line.bare.rstrip()
    inside = text.removesuffix("|").rstrip()
    statement = Statement(lead, inside, (), behind=text[len(inside) :], said=said or " ")
    for mark in line.marks:
        statement = citing(statement, mark.numbers, passages)
    return statement


def _read(row: str) -> Line:
    line = Line()
    line.add(row)
    line.end()
    return line


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]
