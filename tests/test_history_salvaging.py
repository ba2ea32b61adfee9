"""Conversations that are damaged are set aside, and what can be read of them is kept, however often that is stopped."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.history import salvaging
from qa.history.looking import Look, look
from qa.history.opening import set_aside
from qa.history.salvaging import mend
from qa.history.store import ConversationStore
from qa.ui.service import open_service
from tests.test_history_keeping import library, said, store
from tests.test_history_store import talk
from tests.test_ui_documents import Still

__all__ = ["library", "store"]


class Killed(BaseException):
    """A program that ends in this moment."""


def kill(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, when: str) -> None:
    """Have a program killed before or after it calls something."""
    whole = getattr(module, name)

    def call(*given: Any, **named: Any) -> None:
        if when == "after":
            whole(*given, **named)
        raise Killed

    monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["set_aside", "merge", "bring_in"])
def test_mending_that_is_killed_goes_on_when_it_is_repeated(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    kept = store.save("甲", talk("一？", "二？"), 0)
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("INSERT INTO exchanges VALUES ('weg', 0, '{', '')")
    with monkeypatch.context() as patched:
        kill(patched, salvaging, name, when)
        with pytest.raises(Killed):
            mend(store.file)
    # Meanwhile, people go on.
    store.save("甲", talk("三？"), 0)
    mend(store.file)
    assert store.load("甲", kept.id) == kept
    assert sorted(said(store)) == [("一？", "二？"), ("三？",)]
    assert look(store.file) == Look(conversations=2, questions=3)
    # What is deleted after that does not come again.
    store.delete("甲", kept.id)
    assert mend(store.file) is None and said(store) == [("三？",)]


def test_what_was_set_aside_in_use_is_read_when_the_page_is_served_next(
    library: Assistant, store: ConversationStore, caplog: pytest.LogCaptureFixture
) -> None:
    kept = store.save("甲", talk("一？"), 0)
    set_aside(store.file)
    assert said(store) == []
    with Still(library) as syncing:
        assert open_service(syncing).conversations.load("甲", kept.id) == kept
    assert "Of its conversations 1 are kept in conversations.sqlite" in caplog.text


def test_what_was_deleted_since_an_earlier_mending_stays_deleted(store: ConversationStore) -> None:
    """Files that were brought in by a version that left no sign of it are brought in once more."""
    kept = store.save("甲", talk("一？", "二？"), 0)
    with closing(sqlite3.connect(store.file)) as connection, connection:
        connection.execute("INSERT INTO exchanges VALUES ('weg', 0, '{', '')")
    mend(store.file)
    assert said(store) == [("一？", "二？")]
    for sign in store.file.parent.glob("*-brought-in"):
        sign.unlink()
    store.delete("甲", kept.id)
    mend(store.file)
    assert said(store) == []
