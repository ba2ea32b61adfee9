"""How a paragraph looks by its style, in whatever program, and what the names of styles say."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
TITLE_NAMES = frozenset(("title", "标题", "文档标题", "文章标题"))
CONTENTS_NAME = re.compile(r"(?:toc|contents|目录)\s*(?:[1-9]|heading|标题)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """What a style or a paragraph says of itself; None where it leaves that to what it is based on.

    `heading` is 0 for the title, from 1 for headings, -1 for body text. `list_id` and `list_level` are as numbering
    knows them; `size` is in points.
    """

    heading: int | None = None
    bold: bool | None = None
    centred: bool | None = None
    size: float | None = None
    hidden: bool | None = None
    list_id: str | None = None
    list_level: int | None = None
    contents: bool = False

    def over(self, base: Look) -> Look:
        """Return this look with its gaps filled from the one that it is based on."""
        return Look(
            base.heading if self.heading is None else self.heading,
            base.bold if self.bold is None else self.bold,
            base.centred if self.centred is None else self.centred,
            base.size if self.size is None else self.size,
            base.hidden if self.hidden is None else self.hidden,
            base.list_id if self.list_id is None else self.list_id,
            base.list_level if self.list_level is None else self.list_level,
            self.contents or base.contents,
        )


PLAIN = Look()


def named_look(name: str) -> Look:
    """Return what the name of a paragraph's style says: a heading, the title, a line of the table of contents."""
    if CONTENTS_NAME.match(name):
        return Look(contents=True)
    numbered = HEADING_NAME.fullmatch(name)
    if numbered:
        return Look(heading=int(numbered.group(1)))
    return Look(heading=0) if name.lower() in TITLE_NAMES else PLAIN
