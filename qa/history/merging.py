"""Conversations of another file brought into this one, without losing any that are here."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index.errors import StoreError
from qa.history.datatypes import now
from qa.history.opening import existing, writing
from qa.history.recording import from_json, words_of

Outcome = Literal["added", "extended", "beside", "unchanged"]
COLUMNS = "id, owner, title, began, changed, deleted"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as its rows: its exchanges as JSON, its links as key, number, title, exchange and moment."""

    id: str
    owner: str
    title: str
    began: str
    changed: str
    deleted: str | None
    exchanges: tuple[str, ...] = ()
    links: tuple[tuple[str, int, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of conversations: `added` are new here or were deleted, `extended` have gone on there.

    `beside` have gone on differently here and there; both are kept, the longer one under its id.
    """

    added: int = 0
    extended: int = 0
    beside: int = 0
    unchanged: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.extended or self.beside or self.unchanged)

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            self.added + other.added,
            self.extended + other.extended,
            self.beside + other.beside,
            self.unchanged + other.unchanged,
        )


def read_talks(file: Path) -> Iterator[Talk]:
    """Yield the conversations of a file that are not deleted. Raises `StoreError` where it cannot be read."""
    with existing(file) as connection:
        for row in connection.execute(f"SELECT {COLUMNS} FROM conversations WHERE deleted IS NULL ORDER BY id"):
            yield _whole(connection, row)


def merge(file: Path, talks: Iterable[Talk], revives: bool = True) -> Merged:
    """Bring conversations into a file, all or none of them; return what became of them.

    To bring the same ones again changes nothing. One that was deleted meanwhile comes back if `revives`.
    """
    with writing(file) as connection:
        counts = Counter(_merge_one(connection, talk, revives) for talk in talks)
    return Merged(counts["added"], counts["extended"], counts["beside"], counts["unchanged"])


def _whole(connection: sqlite3.Connection, row: tuple[str, str, str, str, str, str | None]) -> Talk:
    """Return a conversation with its exchanges and links."""
    exchanges = connection.execute(
        "SELECT exchange FROM exchanges WHERE conversation = ? ORDER BY number", (row[0],)
    ).fetchall()
    links = connection.execute(
        "SELECT key, number, title, exchange, made FROM links WHERE conversation = ? ORDER BY key", (row[0],)
    ).fetchall()
    return Talk(*row, exchanges=tuple(str(one[0]) for one in exchanges), links=tuple(links))


def _merge_one(connection: sqlite3.Connection, talk: Talk, revives: bool) -> Outcome:
    row = connection.execute(f"SELECT {COLUMNS} FROM conversations WHERE id = ?", (talk.id,)).fetchone()
    if row is None:
        _put(connection, talk)
        return "added"
    present = _whole(connection, row)
    if present.owner != talk.owner:
        # Nobody's conversation becomes another's.
        return _merge_beside(connection, talk, revives)
    if present.deleted is not None and not revives:
        return "unchanged"
    if _holds(present, talk):
        if present.deleted is None and {link[0] for link in talk.links} <= {link[0] for link in present.links}:
            return "unchanged"
        _put(connection, replace(present, deleted=None, links=(*present.links, *talk.links)))
        return "added" if present.deleted is not None else "unchanged"
    if _holds(talk, present):
        _put(connection, replace(talk, title=present.title, links=(*present.links, *talk.links)))
        return "extended"
    if (len(talk.exchanges), talk.changed) > (len(present.exchanges), present.changed):
        _merge_beside(connection, present, revives)
        _put(connection, talk)
        return "beside"
    return _merge_beside(connection, talk, revives)


def _merge_beside(connection: sqlite3.Connection, talk: Talk, revives: bool) -> Outcome:
    """Keep a conversation under an id that follows from what it holds, so that it is kept once, however often."""
    known = json.dumps((talk.id, talk.owner, *talk.exchanges)).encode("utf-8", "replace")
    outcome = _merge_one(connection, replace(talk, id=hashlib.sha256(known).hexdigest()[:16]), revives)
    return "beside" if outcome == "added" else outcome


def _holds(one: Talk, other: Talk) -> bool:
    """Whether a conversation has all that another has."""
    return len(one.exchanges) >= len(other.exchanges) and all(
        here == there or _completes(here, there) for here, there in zip(one.exchanges, other.exchanges, strict=False)
    )


def _completes(here: str, there: str) -> bool:
    """Whether an exchange is another that was still being answered, as a copy that is made meanwhile has it."""
    try:
        whole, begun = from_json(here), from_json(there)
    except StoreError:
        return False
    if (whole.asked_at, whole.question) != (begun.asked_at, begun.question) or begun.note:
        return False
    said, says = begun.answer.text if begun.answer else "", whole.answer.text if whole.answer else ""
    return begun.answer is None or (says != said and says.startswith(said))


def _put(connection: sqlite3.Connection, talk: Talk) -> None:
    """Write a conversation with its exchanges and links, in the place of what has its id."""
    connection.execute(
        "INSERT INTO conversations (id, owner, title, began, changed, touched, deleted) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET changed = excluded.changed, touched = excluded.touched, "
        "title = excluded.title, deleted = excluded.deleted",
        (talk.id, talk.owner, talk.title, talk.began, talk.changed, now(), talk.deleted),
    )
    connection.execute("DELETE FROM exchanges WHERE conversation = ?", (talk.id,))
    connection.executemany(
        "INSERT INTO exchanges VALUES (?, ?, ?, ?)",
        [(talk.id, number, exchange, _words(exchange)) for number, exchange in enumerate(talk.exchanges)],
    )
    connection.executemany(
        "INSERT INTO links VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (key) DO UPDATE SET conversation = ?2",
        [(key, talk.id, number, title, exchange, made) for key, number, title, exchange, made in talk.links],
    )


def _words(exchange: str) -> str:
    """Return what an exchange is found by, nothing where it cannot be read."""
    with suppress(StoreError):
        return words_of(from_json(exchange))
    return ""
