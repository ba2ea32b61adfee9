"""What can still be read of a damaged conversations' file, kept in another one."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from index.database import BESIDE
from index.errors import StoreError
from qa.history.looking import is_readable, look
from qa.history.merging import Merged, Talk, merge
from qa.history.opening import DAMAGED, DamagedConversations, existing, set_aside, translated

logger = logging.getLogger(__name__)
# Beside a file that was set aside: all that can be read of it has been kept.
BROUGHT_IN = "-brought-in"

EXCHANGES = "SELECT exchange FROM exchanges WHERE conversation = ? ORDER BY number"
LINKS = "SELECT key, number, title, exchange, made FROM links WHERE conversation = ?"


def mend(file: Path) -> Merged | None:
    """Set a damaged file aside and keep what can be read of it; return how much that is, None where it is whole.

    Killed at any moment, it goes on when it is repeated: of a file that lies aside, what can be read is brought in
    until all of it is.
    """
    if file.exists() and _is_damaged(file):
        set_aside(file)
    return bring_in(file)


def bring_in(file: Path) -> Merged | None:
    """Keep what can be read of the files that were set aside; return how much that is, None where all of it is kept."""
    saved: list[Merged] = []
    for aside in set_aside_of(file):
        if not (sign := _sign(aside)).exists():
            # It may have been brought in before, by a version that left no sign, and some of it deleted since.
            saved.append(merge(file, salvage(aside), revives=False))
            with translated(file):
                sign.touch()
            logger.warning("%s is damaged. Of its conversations %d are kept in %s", aside, saved[-1].added, file.name)
    return sum(saved[1:], saved[0]) if saved else None


def set_aside_of(file: Path) -> list[Path]:
    """Return the files that were set aside, the oldest first."""
    found = file.parent.glob(f"{DAMAGED}*")
    return sorted(path for path in found if not path.name.endswith((*BESIDE[1:], BROUGHT_IN)))


def delete_set_aside(file: Path) -> None:
    """Delete the files that were set aside, once what can be read of them is kept. Raises `StoreError`."""
    bring_in(file)
    with translated(file):
        for aside in set_aside_of(file):
            # The sign last: without it, what is left of a file would be brought in again.
            for suffix in (*BESIDE, BROUGHT_IN):
                aside.with_name(aside.name + suffix).unlink(missing_ok=True)


def _sign(aside: Path) -> Path:
    return aside.with_name(aside.name + BROUGHT_IN)


def _is_damaged(file: Path) -> bool:
    try:
        seen = look(file)
    except DamagedConversations:
        return True
    return bool(seen.faults or seen.unreadable)


def salvage(file: Path) -> Iterator[Talk]:
    """Yield the conversations that can be read, each as far as it can: those up to the damage, and those behind it."""
    met: set[str] = set()
    for order in ("ASC", "DESC"):
        try:
            with existing(file) as connection:
                # A flipped byte in a title must not cost the conversation.
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
                rows = connection.execute(
                    "SELECT id, owner, title, began, changed FROM conversations "
                    f"WHERE deleted IS NULL ORDER BY id {order}"
                )
                for row in rows:
                    if row[0] in met:
                        continue
                    met.add(row[0])
                    if (talk := _readable(connection, tuple(map(str, row)))).exchanges:
                        yield talk
        except StoreError as error:
            logger.warning("%s", error)


def _readable(connection: sqlite3.Connection, row: tuple[str, ...]) -> Talk:
    id, owner, title, began, changed = row
    exchanges = tuple(str(one[0]) for one in _as_far(connection, EXCHANGES, id) if is_readable(one[0]))
    links = tuple(one for one in _as_far(connection, LINKS, id) if is_readable(one[3]))
    return Talk(id, owner, title, began, changed, None, exchanges, links)


def _as_far(connection: sqlite3.Connection, query: str, id: str) -> Iterator[tuple[str, int, str, str, str]]:
    """Yield rows up to where they can no longer be read."""
    try:
        yield from connection.execute(query, (id,))
    except sqlite3.DatabaseError:
        return
