from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index.datatypes import Progress, Report, ignore_progress
from index.errors import StoreError, StoreLocked
from index.sync import SyncReport
from index.watching import Change, watch_folder
from qa import syncing as syncing_module
from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import SyncState, Wish, estimate
from qa.syncing import Syncing
from tests.fakes import FakeEncoder

LONG = 60.0  # seconds; a slow machine may need as many, and nothing rests on its needing fewer
SHORT = 0.5  # seconds in which nothing is to happen
LEAVE = "休假规定\n\n员工每年享有十天带薪年假。"
CANTEEN = "食堂规定\n\n食堂的早餐是五元。午餐是十二元。"


class GatedEncoder(FakeEncoder):
    """Waits at a gate before it embeds passages, and says when it has come there."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.arrived = threading.Event(), threading.Event()
        self.gate.set()

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
        self.arrived.set()
        assert self.gate.wait(LONG)
        return super().encode_passages(texts, report)


class Library(Assistant):
    """An assistant that notes how it was asked to sync, and fails as often as it is told to."""

    encoder: GatedEncoder

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, GatedEncoder())
        self.asked: list[Wish] = []
        self.left_alone: list[set[str]] = []
        self.times: list[float] = []
        self.failures_to_come: list[Exception] = []

    def sync(self, report: Report = ignore_progress, rebuild: bool = False, **rest: Any) -> SyncReport:
        self.asked.append(Wish(frozenset(rest["again"]), rebuild))
        self.left_alone.append(set(rest["left_alone"]))
        self.times.append(time.monotonic())
        if self.failures_to_come:
            raise self.failures_to_come.pop(0)
        return super().sync(report, rebuild, **rest)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    settings = Settings(documents=tmp_path / "文档", data=tmp_path / "数据", min_confidence=0.0)
    settings.documents.mkdir()
    write(settings.documents, "休假.txt", LEAVE)
    return Library(settings)


@pytest.fixture
def syncing(library: Library) -> Iterator[Syncing]:
    with Syncing(library) as opened:
        yield opened
        library.encoder.gate.set()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what failed tried again soon."""
    monkeypatch.setattr(syncing_module, "FIRST_RETRY", 0.1)
    monkeypatch.setattr(syncing_module, "LAST_RETRY", 0.4)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def again(*paths: str) -> Wish:
    return Wish(again=frozenset(paths))


def hold(library: Library, syncing: Syncing, wish: Wish | None = None) -> int:
    """Ask for a sync and return once it stands at the gate."""
    library.encoder.gate.clear()
    library.encoder.arrived.clear()
    runs = syncing.request(wish)
    assert library.encoder.arrived.wait(LONG)
    return runs


# Requests


def test_a_sync_is_carried_out_and_told_of(library: Library, syncing: Syncing) -> None:
    assert syncing.state == SyncState()
    state = syncing.wait(syncing.request(), LONG)
    assert (state.running, state.runs, state.error, state.stopped) == (False, 1, None, False)
    assert state.report is not None and state.report.added == 1
    assert state.changes.added == ("休假.txt",)
    assert state.ended_at is not None
    assert list(library.generation.documents) == ["休假.txt"]


def test_wishes_made_while_a_sync_runs_are_joined(library: Library, syncing: Syncing) -> None:
    assert hold(library, syncing) == 1
    write(library.settings.documents, "食堂.txt", CANTEEN)
    wishes = [again("休假.txt"), Wish(rebuild=True), None, again("食堂.txt")]
    assert [syncing.request(wish) for wish in wishes] == [2, 2, 2, 2]
    library.encoder.gate.set()
    assert syncing.wait(2, LONG).runs == 2
    assert library.asked == [Wish(), Wish(frozenset({"休假.txt", "食堂.txt"}), rebuild=True)]
    assert syncing.wait(3, SHORT).runs == 2


def test_nobody_waits_for_longer_than_asked(syncing: Syncing) -> None:
    assert syncing.wait(1, 0.05).runs == 0


def test_the_states_of_a_sync_end_with_its_last(library: Library, syncing: Syncing) -> None:
    states = syncing.states(hold(library, syncing), every=0.02)
    assert next(states).running
    assert next(states).runs == 0
    library.encoder.gate.set()
    *_, last = states
    assert (last.runs, last.running) == (1, False)


def test_documents_are_awaited_until_their_sync_has_ended(library: Library, syncing: Syncing) -> None:
    syncing.wait(syncing.request(), LONG)
    hold(library, syncing, again("休假.txt"))
    assert syncing.state.awaited == {"休假.txt"}
    syncing.request(again("食堂.txt"))
    assert syncing.state.awaited == {"休假.txt", "食堂.txt"}
    library.encoder.gate.set()
    assert syncing.wait(3, LONG).awaited == frozenset()


def test_what_is_awaited_next_stays_awaited(library: Library, syncing: Syncing) -> None:
    hold(library, syncing, again("休假.txt"))
    with syncing._changed:  # so that the second sync cannot begin before we have seen the state between the two
        syncing.request(again("食堂.txt"))
        library.encoder.gate.set()
        assert syncing._changed.wait_for(lambda: syncing.state.runs == 1, LONG)
        assert syncing.state.awaited == {"食堂.txt"}


def test_the_progress_names_stage_and_documents(library: Library, syncing: Syncing) -> None:
    for number in range(5):
        write(library.settings.documents, f"通知{number}.txt", f"第{number}号通知。")
    hold(library, syncing)
    state = syncing.state
    assert state.progress is not None
    assert (state.progress.stage, state.progress.done) == ("embedding", 0)
    assert state.progress.total > 5
    assert (state.taken_in, state.taken_in_count) == (("休假.txt", "通知0.txt", "通知1.txt"), 6)
    library.encoder.gate.set()
    assert syncing.wait(1, LONG).taken_in == ()


def test_what_was_indexed_again_is_told_of_though_nothing_changed(library: Library, syncing: Syncing) -> None:
    syncing.wait(syncing.request(), LONG)
    state = syncing.wait(syncing.request(again("休假.txt")), LONG)
    assert (state.changes.redone, state.changes.added) == (("休假.txt",), ())


@pytest.mark.parametrize(("told_for", "added"), [(timedelta(hours=1), ("休假.txt",)), (timedelta(0), ())])
def test_what_was_done_is_told_for_a_while(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch, told_for: timedelta, added: tuple[str, ...]
) -> None:
    monkeypatch.setattr(syncing_module, "TOLD_FOR", told_for)
    first = syncing.wait(syncing.request(), LONG)
    second = syncing.wait(syncing.request(), LONG)
    assert second.changes.added == added
    assert first.ended_at is not None and second.ended_at is not None
    assert second.ended_at > first.ended_at


# Stopping


def test_a_stopped_sync_leaves_the_index_and_keeps_what_it_embedded(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sync.TEXTS_A_COMMIT", 1)
    syncing.wait(syncing.request(), LONG)
    library.encoder.embedded.clear()
    write(library.settings.documents, "食堂.txt", CANTEEN)
    before = library.generation
    hold(library, syncing)
    syncing.stop()
    assert syncing.state.stopping
    library.encoder.gate.set()
    state = syncing.wait(2, LONG)
    assert (state.stopped, state.stopping, state.running) == (True, False, False)
    assert state.error is not None and "was stopped" in state.error
    assert library.generation is before
    embedded = list(library.encoder.embedded)
    assert len(embedded) == 1
    assert syncing.wait(syncing.retry(), LONG).changes.added == ("食堂.txt",)
    assert len(library.encoder.embedded) == len(set(library.encoder.embedded)) > 1


def test_a_stopped_sync_goes_on_with_its_wish_when_it_is_asked_to_and_not_before(
    library: Library, syncing: Syncing, soon: None
) -> None:
    syncing.wait(syncing.request(), LONG)
    hold(library, syncing, again("休假.txt"))
    syncing.stop()
    library.encoder.gate.set()
    assert syncing.wait(2, LONG).stopped
    assert syncing.wait(3, SHORT).runs == 2
    assert not syncing.wait(syncing.retry(), LONG).error
    assert library.asked[2] == again("休假.txt")


def test_what_was_stopped_is_no_part_of_the_next_sync(library: Library, syncing: Syncing) -> None:
    hold(library, syncing, Wish(rebuild=True))
    syncing.stop()
    library.encoder.gate.set()
    syncing.wait(1, LONG)
    syncing.wait(syncing.request(), LONG)
    assert library.asked[1] == Wish()


def test_what_is_wished_while_a_sync_is_stopped_is_carried_out(library: Library, syncing: Syncing) -> None:
    hold(library, syncing)
    syncing.stop()
    runs = syncing.request()
    library.encoder.gate.set()
    assert syncing.wait(runs, LONG).report is not None


def test_what_was_wished_before_is_stopped_too_and_not_forgotten(library: Library, syncing: Syncing) -> None:
    syncing.wait(syncing.request(), LONG)
    hold(library, syncing, again("休假.txt"))
    # As an upload wishes, whose file the watch has seen already.
    syncing.request(again("食堂.txt"))
    syncing.stop()
    library.encoder.gate.set()
    assert syncing.wait(2, LONG).stopped
    assert syncing.wait(3, SHORT).runs == 2
    assert not syncing.wait(syncing.retry(), LONG).error
    assert library.asked[2] == Wish(frozenset({"休假.txt", "食堂.txt"}))


def test_what_was_put_off_by_a_stop_that_came_too_late_is_done(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing._stop_sync, "is_set", lambda: False)
    hold(library, syncing)
    runs = syncing.request(again("休假.txt"))
    syncing.stop()
    library.encoder.gate.set()
    assert syncing.wait(runs, LONG).report is not None
    assert library.asked[1] == again("休假.txt")


def test_stopping_twice_forgets_nothing(library: Library, syncing: Syncing) -> None:
    syncing.wait(syncing.request(), LONG)
    hold(library, syncing, again("休假.txt"))
    syncing.request(again("食堂.txt"))
    syncing.stop()
    syncing.stop()
    library.encoder.gate.set()
    assert syncing.wait(2, LONG).stopped
    assert not syncing.wait(syncing.retry(), LONG).error
    assert library.asked[2] == Wish(frozenset({"休假.txt", "食堂.txt"}))


def test_a_long_document_is_named_once(library: Library, syncing: Syncing) -> None:
    for done in range(4):
        syncing._report(Progress("chunking", done, 9, "很长.txt"))
    syncing._report(Progress("chunking", 4, 9, "短.txt"))
    assert syncing.state.taken_in == ("很长.txt", "短.txt")


def test_stopping_nothing_stops_no_later_sync(syncing: Syncing) -> None:
    syncing.stop()
    assert not syncing.state.stopping
    assert syncing.wait(syncing.request(), LONG).report is not None


# Failing


def test_an_error_is_told_and_the_old_index_stays(library: Library, syncing: Syncing) -> None:
    syncing.wait(syncing.request(), LONG)
    library.failures_to_come = [StoreLocked("another process is indexing")]
    state = syncing.wait(syncing.request(), LONG)
    assert (state.error, state.stopped, state.report) == ("another process is indexing", False, None)
    assert list(library.generation.documents) == ["休假.txt"]


def test_an_unexpected_error_is_told_and_the_next_sync_comes(
    library: Library, syncing: Syncing, caplog: pytest.LogCaptureFixture
) -> None:
    library.failures_to_come = [ZeroDivisionError("division by zero")]
    assert syncing.wait(syncing.request(), LONG).error == (
        "unexpected ZeroDivisionError: division by zero. Please report it"
    )
    assert "ZeroDivisionError" in caplog.text
    assert syncing.wait(syncing.request(), LONG).report is not None


def test_what_failed_is_tried_again_ever_later(library: Library, syncing: Syncing, soon: None) -> None:
    syncing._retry_after = syncing_module.FIRST_RETRY
    library.failures_to_come = [StoreError(f"the disk is full ({number})") for number in range(5)]
    syncing.request(again("休假.txt"))
    state = syncing.wait(6, LONG)
    assert state.report is not None
    assert library.asked == [again("休假.txt")] * 6
    pauses = [later - earlier for earlier, later in zip(library.times, library.times[1:], strict=False)]
    assert [pause >= least for pause, least in zip(pauses, (0.1, 0.2, 0.4, 0.4, 0.4), strict=True)] == [True] * 5
    assert syncing.wait(7, 1.0).runs == 6
    assert syncing._retry_after == syncing_module.FIRST_RETRY


def test_what_failed_can_be_tried_again_at_once(library: Library, syncing: Syncing) -> None:
    library.failures_to_come = [StoreError("the disk is full")]
    syncing.wait(syncing.request(Wish(rebuild=True)), LONG)
    assert syncing.wait(syncing.retry(), LONG).report is not None
    assert library.asked == [Wish(rebuild=True)] * 2


def test_what_failed_is_done_with_the_next_sync(library: Library, syncing: Syncing) -> None:
    library.failures_to_come = [StoreError("the disk is full")]
    syncing.wait(syncing.request(again("休假.txt")), LONG)
    assert syncing.state.awaited == frozenset()
    assert syncing.wait(syncing.request(again("食堂.txt")), LONG).report is not None
    assert library.asked[1] == again("休假.txt", "食堂.txt")
    syncing.wait(syncing.request(), LONG)
    assert library.asked[2] == Wish()


# Following


def test_the_folder_is_followed(library: Library, syncing: Syncing) -> None:
    syncing.follow()
    syncing.wait(1, LONG)
    write(library.settings.documents, "食堂.txt", CANTEEN)
    wait_until(lambda: sorted(library.generation.documents) == ["休假.txt", "食堂.txt"])
    (library.settings.documents / "休假.txt").unlink()
    wait_until(lambda: sorted(library.generation.documents) == ["食堂.txt"])
    # The state tells of a sync a moment after it has come into service.
    wait_until(lambda: syncing.state.changes.removed == ("休假.txt",))


def test_no_sync_touches_what_is_still_being_written(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = threading.Event()

    def watch(folder: Path, stop: threading.Event, **_: object) -> Iterator[Change]:
        told.wait(LONG)
        yield Change(frozenset({"日志.txt"}))
        stop.wait()

    monkeypatch.setattr(syncing_module, "watch_folder", watch)
    syncing.follow()
    syncing.wait(1, LONG)
    told.set()
    syncing.wait(2, LONG)
    syncing.wait(syncing.request(), LONG)
    assert library.left_alone == [set(), {"日志.txt"}, {"日志.txt"}]


def test_what_a_sync_met_before_the_watch_did_is_followed(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is uploaded, indexed at once, and gone before the watch looks for the first time."""
    watching, real = threading.Event(), watch_folder

    def late(*arguments: Any, **options: Any) -> Iterator[Change]:
        watching.wait(LONG)
        yield from real(*arguments, settle=0.1, full_look=LONG, **options)

    monkeypatch.setattr(syncing_module, "watch_folder", late)
    syncing.follow()
    syncing.wait(1, LONG)
    write(library.settings.documents, "食堂.txt", CANTEEN)
    syncing.wait(syncing.request(), LONG)
    assert sorted(library.generation.documents) == ["休假.txt", "食堂.txt"]
    (library.settings.documents / "食堂.txt").unlink()
    watching.set()
    wait_until(lambda: sorted(library.generation.documents) == ["休假.txt"])


def test_a_watch_that_fails_is_begun_again(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch, soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[object] = []

    def watch(folder: Path, stop: threading.Event, known: object, **_: object) -> Iterator[Change]:
        begun.append(known)
        if len(begun) == 1:
            raise OSError("too many open files")
        yield Change()
        stop.wait()

    monkeypatch.setattr(syncing_module, "watch_folder", watch)
    syncing.follow()
    assert syncing.wait(2, LONG).runs == 2
    assert len(begun) == 2 and begun[0] is begun[1] is not None
    assert "too many open files" in caplog.text


def test_what_another_process_indexes_is_taken_over_and_told(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing_module, "A_LOOK", 0.05)
    # As on a drive that tells of nothing: only the looks find out.
    monkeypatch.setattr(syncing_module, "watch_folder", lambda *_, **__: iter(()))
    monkeypatch.setattr(Syncing, "_watch", lambda self: None)
    syncing.follow()
    syncing.wait(1, LONG)
    write(library.settings.documents, "食堂.txt", CANTEEN)
    Assistant(library.settings, FakeEncoder()).sync()
    wait_until(lambda: syncing.state.changes.added == ("食堂.txt",))
    assert sorted(library.generation.documents) == ["休假.txt", "食堂.txt"]
    # It may have met a file that was gone before anybody here saw it.
    state = syncing.wait(2, LONG)
    assert state.report is not None and state.report.unchanged == 2
    assert state.changes.added == ("食堂.txt",)


def test_looking_goes_on_after_an_error(
    library: Library, syncing: Syncing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(syncing_module, "A_LOOK", 0.02)
    monkeypatch.setattr(Syncing, "_watch", lambda self: None)
    looks: list[int] = []

    def refresh() -> bool:
        looks.append(len(looks))
        raise ZeroDivisionError if len(looks) % 2 else StoreError("the index cannot be opened")

    monkeypatch.setattr(library, "refresh", refresh)
    syncing.follow()
    wait_until(lambda: len(looks) > 6)
    assert caplog.text.count("is not taken over") == 1


# Beginning and ending


def test_the_first_sync_is_waited_for(library: Library, syncing: Syncing) -> None:
    progress = list(syncing.begin(patience=LONG))
    assert syncing.state.runs == 1
    assert all(isinstance(one, Progress) for one in progress)
    assert list(library.generation.documents) == ["休假.txt"]


def test_a_long_first_sync_goes_on_in_the_background(library: Library, syncing: Syncing) -> None:
    library.encoder.gate.clear()
    assert {progress.stage for progress in syncing.begin(patience=0.5)} <= {"reading", "splitting", "embedding"}
    assert syncing.state.running
    library.encoder.gate.set()
    assert syncing.wait(1, LONG).report is not None


def test_a_folder_that_is_not_there_is_an_error_where_nothing_was_indexed(library: Library) -> None:
    missing = replace(library.settings, documents=library.settings.documents / "没有")
    syncing = Syncing(Library(missing))
    with pytest.raises(StoreError, match="no documents folder at"):
        list(syncing.begin())
    assert not any(thread.is_alive() for thread in syncing._threads)


def test_a_folder_that_has_gone_is_told_where_there_is_an_index(library: Library) -> None:
    library.sync(again=(), left_alone=())
    missing = Library(replace(library.settings, documents=library.settings.documents / "没有"))
    assert missing.refresh()
    with Syncing(missing) as syncing:
        list(syncing.begin())
        assert "no documents folder at" in (syncing.state.error or "")
        assert missing.ask("年假有几天？").citations


def test_closing_stops_what_runs_and_ends_the_threads(library: Library) -> None:
    syncing = Syncing(library)
    syncing.follow()
    syncing.wait(1, LONG)
    write(library.settings.documents, "食堂.txt", CANTEEN)
    hold(library, syncing)
    threading.Timer(0.1, library.encoder.gate.set).start()
    syncing.close()
    assert [thread.name for thread in syncing._threads] == ["sync", "watch", "look"]
    assert not any(thread.is_alive() for thread in syncing._threads)
    assert list(library.generation.documents) == ["休假.txt"]
    syncing.close()


# How long it still takes


@pytest.mark.parametrize(
    ("done", "total", "seconds", "left"),
    [
        (50, 100, 10.0, 10.0),
        (100, 400, 60.0, 180.0),
        (100, 100, 5.0, 0.0),
        (0, 100, 9.0, None),
        (9, 1000, 9.0, None),
        (9, 1000, 27.0, 2973.0),
    ],
)
def test_what_is_left_is_estimated_from_what_is_done(done: int, total: int, seconds: float, left: float | None) -> None:
    assert estimate(Progress("embedding", done, total), seconds) == left
    assert estimate(Progress("embedding", done, total), 0.5) is None


def test_each_stage_is_estimated_by_itself(syncing: Syncing, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("qa.syncing.time.monotonic", lambda: now)
    syncing._report(Progress("reading", 0, 10))
    now += 5
    syncing._report(Progress("reading", 5, 10))
    assert syncing.state.remaining == 5.0
    syncing._report(Progress("embedding", 0, 100))
    assert syncing.state.remaining is None
    now += 2
    syncing._report(Progress("embedding", 20, 100))
    assert syncing.state.remaining == 8.0
