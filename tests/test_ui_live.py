"""Marks differ when, and only when, what they stand for is to be shown anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.datatypes import Progress
from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import SyncState
from qa.ui.live import WHILE_IDLE, WHILE_RUNNING, Marks, look
from tests.fakes import FakeEncoder
from tests.test_ui_documents import Still


@pytest.fixture
def syncing(tmp_path: Path) -> Iterator[Still]:
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data")
    settings.documents.mkdir()
    (settings.documents / "食堂.txt").write_text("食堂的早餐是五元。", encoding="utf-8")
    with Still(Assistant(settings, FakeEncoder())) as opened:
        yield opened


def differing(before: Marks, after: Marks) -> set[str]:
    return {name for name in ("status", "listing", "library") if getattr(before, name) != getattr(after, name)}


def test_where_nothing_changes_no_mark_does(syncing: Still) -> None:
    assert look(syncing, "zh") == look(syncing, "zh")
    syncing.assistant.sync()
    assert look(syncing, "zh") == look(syncing, "zh")


def test_progress_changes_the_status_alone(syncing: Still) -> None:
    syncing.assistant.sync()
    idle = look(syncing, "zh")
    syncing.given = SyncState(running=True, progress=Progress("embedding", 1, 9))
    first = look(syncing, "zh")
    syncing.given = SyncState(running=True, progress=Progress("embedding", 2, 9))
    assert differing(idle, first) == {"status"}
    assert differing(first, look(syncing, "zh")) == {"status"}


def test_a_new_generation_changes_list_and_greeting(syncing: Still) -> None:
    syncing.assistant.sync()
    before = look(syncing, "zh")
    (syncing.assistant.settings.documents / "休假.txt").write_text("年假十天。", encoding="utf-8")
    syncing.assistant.sync()
    assert differing(before, look(syncing, "zh")) == {"listing", "library"}


def test_a_new_failure_and_what_is_waited_for_change_the_list(syncing: Still) -> None:
    syncing.assistant.sync()
    before = look(syncing, "zh")
    (syncing.assistant.settings.documents / "空.txt").write_text("", encoding="utf-8")
    syncing.assistant.sync()
    failed = look(syncing, "zh")
    assert differing(before, failed) == {"listing"}
    syncing.given = SyncState(awaited=frozenset({"食堂.txt"}))
    assert differing(failed, look(syncing, "zh")) == {"listing"}


def test_an_index_that_was_built_anew_has_the_same_number_and_another_mark(syncing: Still) -> None:
    syncing.assistant.sync()
    before, kept = look(syncing, "zh"), syncing.assistant.generation
    syncing.assistant._generation = replace(kept)
    assert differing(before, look(syncing, "zh")) == {"listing", "library"}


def test_the_first_sync_changes_the_greeting(syncing: Still) -> None:
    before = look(syncing, "zh")
    syncing.given = SyncState(running=True)
    assert differing(before, look(syncing, "zh")) == {"status", "library"}


def test_pages_look_more_often_while_something_happens(syncing: Still) -> None:
    assert look(syncing, "zh").pace == WHILE_IDLE
    syncing.given = SyncState(running=True)
    assert look(syncing, "zh").pace == WHILE_RUNNING
    syncing.given = SyncState(awaited=frozenset({"食堂.txt"}))
    assert look(syncing, "zh").pace == WHILE_RUNNING


def test_odd_names_have_marks(syncing: Still) -> None:
    syncing.given = SyncState(awaited=frozenset({"\udcff坏.txt"}))
    assert look(syncing, "zh").listing
