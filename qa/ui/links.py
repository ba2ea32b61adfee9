"""Links inside the page: what a click on a citation, a card or a document asks for.

They are plain fragments (`#wendang/citation/2/1`), because fragments survive Gradio's sanitising, work from the
keyboard, and never leave the page. `script.js` hands the fragment to the server as it is; only this file reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

PREFIX = "#wendang/"
# These two never reach the server: script.js shows the panel that they name.
VIEW_CHAT = "#wendang/view/chat"
VIEW_SIDE = "#wendang/view/side"
LONGEST_LINK = 4_000


@dataclass(frozen=True, slots=True)
class CitationLink:
    """Citation `number` of answer `answer` of this conversation, counted from 0."""

    answer: int
    number: int

    def __str__(self) -> str:
        return f"{PREFIX}citation/{self.answer}/{self.number}"


@dataclass(frozen=True, slots=True)
class PassageLink:
    """Hit `rank` (counted from 0) of answer `answer`."""

    answer: int
    rank: int

    def __str__(self) -> str:
        return f"{PREFIX}passage/{self.answer}/{self.rank}"


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document to read, from the character `offset` on."""

    path: str
    offset: int = 0

    def __str__(self) -> str:
        return f"{PREFIX}document/{quote(self.path, safe='', errors='surrogateescape')}/{self.offset}"


Link = CitationLink | PassageLink | DocumentLink


def parse_link(text: str) -> Link | None:
    """Read a link as the browser sent it, with a count behind `?`; None where it is none of ours."""
    if len(text) > LONGEST_LINK or not text.startswith(PREFIX):
        return None
    match text.removeprefix(PREFIX).split("?")[0].split("/"):
        case ["citation", answer, number] if _is_count(answer) and _is_count(number):
            return CitationLink(int(answer), int(number))
        case ["passage", answer, rank] if _is_count(answer) and _is_count(rank):
            return PassageLink(int(answer), int(rank))
        case ["document", path, offset] if _is_count(offset):
            return DocumentLink(unquote(path, errors="surrogateescape"), int(offset))
    return None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
