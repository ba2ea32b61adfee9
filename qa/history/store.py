"""Conversations on disk: one SQLite file in the data folder, read and written by any thread or program.

Every call is one connection and one transaction. A file that is damaged is set aside, never overwritten, and a new one
is begun: no chat stops because an old one cannot be read.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import replace
from pathlib import Path

from qa.history.datatypes import Conversation, Exchange, Summary, now
from qa.history.opening import FILE, connected, writing
from qa.history.recording import fold, from_json, title_of, to_json, words_of

LISTED = 500
LONGEST_NAME = 200
OF_OWNER = "id = ? AND owner = ? AND deleted IS NULL"


class ConversationStore:
    """The conversations in a data folder. Each belongs to an owner, and is there for nobody else.

    Every method raises `StoreError` where the file cannot be read or written.
    """

    def __init__(self, data: Path) -> None:
        self.file = data / FILE

    def save(self, owner: str, conversation: Conversation, index: int) -> Conversation:
        """Keep one exchange, and the conversation that it is of; return that with the id and title it has now."""
        exchange, moment, id = conversation.exchanges[index], now(), conversation.id
        with writing(self.file) as connection:
            if not conversation.id:
                return self._save_all(connection, owner, conversation)
            title = _first_title(conversation)
            connection.execute(
                "INSERT INTO conversations (id, owner, title, began, changed, touched) VALUES (?1, ?2, ?3, ?4, ?4, ?4) "
                "ON CONFLICT (id) DO UPDATE SET changed = ?4, touched = ?4 WHERE owner = excluded.owner",
                (id, owner, title, moment),
            )
            found = connection.execute(f"SELECT title FROM conversations WHERE {OF_OWNER}", (id, owner)).fetchone()
            if found is None or self._is_another(connection, id, index, exchange):
                # Deleted or continued on another page meanwhile, or never this owner's: it goes on as one of its own.
                return self._save_all(connection, owner, Conversation(conversation.exchanges))
            connection.execute(
                "INSERT INTO exchanges VALUES (?, ?, ?, ?) "
                "ON CONFLICT (conversation, number) DO UPDATE SET exchange = excluded.exchange, words = excluded.words",
                (id, index, to_json(exchange), words_of(exchange)),
            )
        return replace(conversation, title=str(found[0]))

    def _is_another(self, connection: sqlite3.Connection, id: str, index: int, exchange: Exchange) -> bool:
        """Whether another question than that of an exchange is kept in its place."""
        found = connection.execute(
            "SELECT exchange FROM exchanges WHERE conversation = ? AND number = ?", (id, index)
        ).fetchone()
        return found is not None and from_json(str(found[0])).asked_at != exchange.asked_at

    def _save_all(self, connection: sqlite3.Connection, owner: str, conversation: Conversation) -> Conversation:
        id, title, moment = secrets.token_urlsafe(12), _first_title(conversation), now()
        connection.execute(
            "INSERT INTO conversations (id, owner, title, began, changed, touched) VALUES (?1, ?2, ?3, ?4, ?4, ?4)",
            (id, owner, title, moment),
        )
        connection.executemany(
            "INSERT INTO exchanges VALUES (?, ?, ?, ?)",
            [(id, number, to_json(one), words_of(one)) for number, one in enumerate(conversation.exchanges)],
        )
        return Conversation(conversation.exchanges, id, title)

    def load(self, owner: str, id: str) -> Conversation | None:
        """Return a conversation, None where this owner has none of that id."""
        with connected(self.file) as connection:
            found = connection.execute(f"SELECT title FROM conversations WHERE {OF_OWNER}", (id, owner)).fetchone()
            rows = connection.execute(
                "SELECT exchange FROM exchanges WHERE conversation = ? ORDER BY number", (id,)
            ).fetchall()
        if found is None:
            return None
        return Conversation(tuple(from_json(str(row[0])) for row in rows), id, str(found[0]))

    def list(self, owner: str, find: str = "") -> tuple[Summary, ...]:
        """Return the conversations, the latest first; with `find`, those that hold all of its words."""
        conditions, values = ["owner = ?", "deleted IS NULL"], [owner]
        for word in fold(find).encode("utf-8", "replace").decode("utf-8").split()[:10]:
            conditions.append(
                "(instr(folded(title), ?) OR EXISTS (SELECT 1 FROM exchanges "
                "WHERE conversation = id AND instr(words, ?)))"
            )
            values += [word, word]
        with connected(self.file) as connection:
            rows = connection.execute(
                "SELECT id, title, began, changed, (SELECT count(*) FROM exchanges WHERE conversation = id) "
                f"FROM conversations WHERE {' AND '.join(conditions)} ORDER BY changed DESC LIMIT {LISTED}",
                values,
            ).fetchall()
        return tuple(
            Summary(str(id), str(title), str(began), str(changed), int(n)) for id, title, began, changed, n in rows
        )

    def rename(self, owner: str, id: str, title: str) -> bool:
        """Give a conversation a title; return whether there was one. An empty title gives back that of the question."""
        name = " ".join(title.split())[:LONGEST_NAME].encode("utf-8", "replace").decode("utf-8")
        conversation = None if name else self.load(owner, id)
        if conversation is not None:
            name = _first_title(conversation)
        if not name:
            return False
        return self._change(
            f"UPDATE conversations SET title = ?, touched = ? WHERE {OF_OWNER}", (name, now(), id, owner)
        )

    def delete(self, owner: str, id: str) -> bool:
        """Take a conversation out of the list, with all links to its answers; return whether there was one.

        For a day it can be restored; then it is gone.
        """
        moment = now()
        values = (moment, moment, id, owner)
        return self._change(f"UPDATE conversations SET deleted = ?, touched = ? WHERE {OF_OWNER}", values)

    def restore(self, owner: str, id: str) -> bool:
        """Bring a deleted conversation back; return whether it was still there."""
        statement = "UPDATE conversations SET deleted = NULL, touched = ? WHERE id = ? AND owner = ?"
        return self._change(statement, (now(), id, owner))

    def mark(self, owner: str) -> str:
        """Return what changes whenever an owner's list does."""
        with connected(self.file) as connection:
            found = connection.execute(
                "SELECT count(*), max(touched) FROM conversations WHERE owner = ?", (owner,)
            ).fetchone()
        return f"{found[0]} {found[1]}"

    def link(self, owner: str, id: str, index: int) -> str | None:
        """Return the key of a link to an answer as it is now, None where there is no such answer.

        Whoever has the key can read the question, the answer and the passages it rests on; nobody can guess it.
        """
        with writing(self.file) as connection:
            found = connection.execute(
                f"SELECT title, exchange FROM conversations JOIN exchanges ON conversation = id "
                f"WHERE {OF_OWNER} AND number = ?",
                (id, owner, index),
            ).fetchone()
            if found is None or from_json(str(found[1])).answer is None:
                return None
            known = connection.execute(
                "SELECT key FROM links WHERE conversation = ? AND number = ? AND exchange = ?", (id, index, found[1])
            ).fetchone()
            if known is not None:
                return str(known[0])
            key = secrets.token_urlsafe(18)
            connection.execute("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)", (key, id, index, *found, now()))
        return key

    def linked(self, key: str) -> tuple[str, Exchange] | None:
        """Return the title and the exchange that a link is to, None where there is none, or its owner deleted it."""
        with connected(self.file) as connection:
            found = connection.execute(
                "SELECT links.title, exchange FROM links JOIN conversations ON conversation = id "
                "WHERE key = ? AND deleted IS NULL",
                (key,),
            ).fetchone()
        return None if found is None else (str(found[0]), from_json(str(found[1])))

    def _change(self, statement: str, values: tuple[str, ...]) -> bool:
        with writing(self.file) as connection:
            return connection.execute(statement, values).rowcount > 0


def _first_title(conversation: Conversation) -> str:
    """Return the title after the first question; what came before it was none."""
    return next((title_of(one.question) for one in conversation.exchanges if one.question.strip()), "")
