"""What a loader is given and what it returns, whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from index.datatypes import Unit

Box = tuple[float, float, float, float]
# Suffixes of files whose pages can be drawn as they are.
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
DRAWN = (".pdf", *PICTURES)


def _ignore(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: its path in the documents folder and its bytes.

    `report(done, total)` tells how many pages, slides or sheets of a long file are read; it must be called at least
    every few seconds of work.
    """

    path: str
    data: bytes
    report: Callable[[int, int], None] = _ignore

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix.lower()


@dataclass(frozen=True, slots=True)
class Line:
    """Where a stretch of a block's text stands on a page.

    `start` and `end` are offsets into the block's text. `box` is left, top, right, bottom as shares of the page's
    width and height, from its upper left corner. `confidence` is that of character recognition, 0 to 1, None where the
    characters are the file's own.
    """

    start: int
    end: int
    page: int
    box: Box
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item, table row or heading, without line ends. `level` is None for body text, 1 outermost.

    `page` is the number of the page, slide or sheet that it stands on, from 1; `row` the number of its row in a sheet,
    as the spreadsheet program shows it. A block with `lines` may run over several pages; it needs no `page`.
    """

    text: str
    level: int | None = None
    page: int | None = None
    row: int | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A document inside of another one: an attachment, a member of an archive. `name` may hold forward slashes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Extract:
    """What a file says: its own title, or None where it has none, and its blocks as a person would read them.

    `unit` is what page numbers count; `names` are those of numbered pages that have one (sheets, slide titles).
    `notes` are for the owner of the file: pages without text, sheets that were cut. `parts` are documents inside of it.
    """

    title: str | None
    blocks: Sequence[Block]
    unit: Unit | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
