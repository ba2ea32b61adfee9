"""Links inside the page: what a click on a citation, a card or a document asks for.

They are plain fragments (`#wendang/citation/2/1`), because fragments survive Gradio's sanitising, work from the
keyboard, and never leave the page; the one exception is the address of a document's file. `script.js` hands the
fragment to the server as it is; only this file reads it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import quote, unquote

from qa.history.export import Kind

PREFIX = "#wendang/"
# What is fetched rather than shown, relative to the page's address (routes.py).
DOWNLOADS = "wendang/"
# These never reach the server: script.js shows the panel that they name.
VIEW_HISTORY = "#wendang/view/history"
VIEW_CHAT = "#wendang/view/chat"
VIEW_SIDE = "#wendang/view/side"
AGAIN = "#wendang/again/"
CONVERSATION = "#wendang/conversation/"
LONGEST_LINK = 4_000
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
AgainVerb = Literal["everywhere", "anew"]


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


@dataclass(frozen=True, slots=True)
class SourcesLink:
    """All sources of answer `answer`, none of them open."""

    answer: int

    def __str__(self) -> str:
        return f"{PREFIX}sources/{self.answer}"


@dataclass(frozen=True, slots=True)
class OriginalLink:
    """The file that a document came in, to be kept."""

    path: str

    def __str__(self) -> str:
        return f"{DOWNLOADS}original/{quote(self.path)}"


@dataclass(frozen=True, slots=True)
class AgainLink:
    """The question of answer `answer`, to be asked again: in all documents, or as before in the same place.

    script.js hands it to a box of its own.
    """

    verb: AgainVerb
    answer: int

    def __str__(self) -> str:
        return f"{AGAIN}{self.verb}/{self.answer}"


@dataclass(frozen=True, slots=True)
class ConversationLink:
    """A conversation that was kept, to be gone on with; script.js hands it to a box of its own."""

    id: str

    def __str__(self) -> str:
        return f"{CONVERSATION}{self.id}"


@dataclass(frozen=True, slots=True)
class ExportLink:
    """A conversation as a file of one kind, to be downloaded."""

    id: str
    kind: Kind

    def __str__(self) -> str:
        return f"{DOWNLOADS}conversations/{self.id}.{self.kind}"


Link = CitationLink | PassageLink | DocumentLink | SourcesLink


def parse_link(text: str) -> Link | None:
    """Read a link as the browser sent it, with a count behind `?`; None where it is none of ours."""
    if len(text) > LONGEST_LINK or not text.startswith(PREFIX):
        return None
    match text.removeprefix(PREFIX).split("?")[0].split("/"):
        case ["citation", answer, number] if _is_count(answer) and _is_count(number):
            return CitationLink(int(answer), int(number))
        case ["passage", answer, rank] if _is_count(answer) and _is_count(rank):
            return PassageLink(int(answer), int(rank))
        case ["sources", answer] if _is_count(answer):
            return SourcesLink(int(answer))
        case ["document", path, offset] if _is_count(offset):
            return DocumentLink(unquote(path, errors="surrogateescape"), int(offset))
    return None


def parse_again(text: str) -> AgainLink | None:
    """Read such a link as the browser sent it; None where it is none."""
    verb, _, answer = text.removeprefix(AGAIN).split("?")[0].partition("/")
    if not text.startswith(AGAIN) or verb not in get_args(AgainVerb) or not _is_count(answer):
        return None
    return AgainLink(cast(AgainVerb, verb), int(answer))


def parse_conversation(text: str) -> ConversationLink | None:
    """Read such a link as the browser sent it; None where it is none."""
    id = text.removeprefix(CONVERSATION).split("?")[0]
    return ConversationLink(id) if text.startswith(CONVERSATION) and ID.fullmatch(id) else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
