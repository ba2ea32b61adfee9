"""Sheets to read, as tables again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.datatypes import Document
from qa.rows import Cell, cells_of, holds_rows
from qa.ui.highlights import Highlights, Span
from qa.ui.markup import Html, element, join


@dataclass(slots=True)
class _Table:
    """Rows that share columns, one after the other; a row leaves out the cells that are empty.

    `columns` are names, each with the offset of its first cell.
    """

    highlights: Highlights
    columns: list[tuple[str, int]] = field(default_factory=list)
    rows: list[tuple[int, dict[str, Cell], bool]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    def takes(self, cells: Sequence[Cell]) -> bool:
        return not self.rows or not {cell.name for cell in cells}.isdisjoint(self.names)

    def add(self, number: int, cells: Sequence[Cell], is_cited: bool) -> None:
        place = 0
        for cell in cells:
            names = self.names
            if cell.name not in names:
                self.columns.insert(place, (cell.name, cell.at))
            place = self.names.index(cell.name) + 1
        self.rows.append((number, {cell.name: cell for cell in cells}, is_cited))

    def show(self) -> Html:
        if not self.rows:
            return join()
        names = (element("th", self.highlights.mark_found(name, at), scope="col") for name, at in self.columns)
        head = element("tr", element("th", "#", scope="col"), *names)
        return element("table", element("thead", head), element("tbody", *map(self._row, self.rows)))

    def _row(self, row: tuple[int, dict[str, Cell], bool]) -> Html:
        """Return a row; the number of a cited one is what is scrolled to."""
        number, cells, is_cited = row
        first = element("mark", str(number), class_="cited", tabindex=-1) if is_cited else str(number)
        texts = (element("td", self._value(cells.get(name))) for name in self.names)
        return element("tr", element("td", first), *texts, class_="cited" if is_cited else None)

    def _value(self, cell: Cell | None) -> Html:
        return self.highlights.mark_found(cell.value, cell.value_at) if cell is not None else join()


def show_rows(document: Document, window: Span, highlights: Highlights) -> Iterator[Html]:
    """Yield the sheets as tables; what is no row of one is a line of its own."""
    position, table = window.start, _Table(highlights)
    for line in document.text[window.start : window.end].split("\n"):
        page, end = document.page_at(position), position + len(line)
        is_row = holds_rows(page, position)
        cells = cells_of(line, position) if is_row and line.strip() else ()
        if cells:
            if not table.takes(cells):
                yield table.show()
                table = _Table(highlights)
            table.add(document.spot(position).row or 0, cells, highlights.touches(position, end))
        elif line.strip():
            yield table.show()
            table = _Table(highlights)
            yield element("p" if is_row else "h4", highlights.mark(line, position))
        position = end + 1
    yield table.show()
