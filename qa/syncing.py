"""Syncing in the background: one at a time, asked for by people or by the folder itself, with its state to be shown."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from index.datatypes import Progress
from index.errors import StoreError, SyncStopped, WenDangError
from index.generations import Generation
from index.scan import Scan, scan_folder
from index.watching import Synced, watch_folder
from qa.assistant import Assistant
from qa.library import changes_between, coming_in, failures_of
from qa.sync_state import MOST_NAMED, SyncState, Wish, estimate

logger = logging.getLogger(__name__)
A_LOOK = 2.0  # seconds between looks whether another process has synced
# After a sync that failed (a full disk, another writer) the next one comes by itself, each time after twice as long.
FIRST_RETRY, LAST_RETRY = 15.0, 600.0
# What was done is told so long, though the next sync finds nothing to do: an upload is followed by the folder's own.
TOLD_FOR = timedelta(seconds=30)


@dataclass(slots=True)
class _Stage:
    """When the stage of a running sync began."""

    name: str = ""
    began: float = field(default_factory=time.monotonic)


class Syncing:
    """Syncs an assistant's library in a thread of its own. Use it as a context, or call `close`."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._state = SyncState()
        self._changed = threading.Condition()
        self._wish: Wish | None = None
        self._failed: Wish | None = None
        self._put_off: Wish | None = None
        self._retry_after = FIRST_RETRY
        self._retry_at = float("inf")
        self._stop_sync = threading.Event()
        self._closing = threading.Event()
        self._stage = _Stage()
        self._known: Scan | None = None
        # What is still being written, as the watch has said last: no sync touches it, whoever asks for one.
        self._unsettled: frozenset[str] = frozenset()
        # What the last sync has worked from, until the watch has taken note of it; `_look_now` has it do so.
        self._synced: Synced | None = None
        self._look_now = threading.Event()
        self._threads = [threading.Thread(target=self._work, name="sync", daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def state(self) -> SyncState:
        return self._state

    def request(self, wish: Wish | None = None) -> int:
        """Have a sync begin as soon as none runs; wishes made meanwhile are joined. Returns `runs` once it is done."""
        wish = wish or Wish()
        with self._changed:
            self._wish = wish if self._wish is None else self._wish.joined(wish)
            self._state = replace(self._state, awaited=self._state.awaited | wish.again)
            self._changed.notify_all()
            return self._state.runs + (2 if self._state.running else 1)

    def retry(self) -> int:
        """Have what failed or was stopped tried again now. Returns `runs` once it is done."""
        with self._changed:
            return self.request(self._failed)

    def stop(self) -> None:
        """Stop the sync under way, if there is one; what it has embedded is kept.

        What has been wished meanwhile is stopped with it, or the next sync would begin at once.
        """
        with self._changed:
            if self._state.running:
                self._stop_sync.set()
                if self._wish is not None:
                    self._put_off = self._wish if self._put_off is None else self._put_off.joined(self._wish)
                    self._wish = None
                self._state = replace(self._state, stopping=True)

    def wait(self, runs: int, timeout: float | None = None) -> SyncState:
        """Return the state once that many syncs have ended, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._state.runs >= runs, timeout)
        return self._state

    def states(self, runs: int, every: float = 0.3) -> Iterator[SyncState]:
        """Yield the state every so often until that many syncs have ended, at last the one then."""
        while (state := self.wait(runs, every)).runs < runs and not self._closing.is_set():
            yield state
        yield self._state

    def follow(self) -> None:
        """Sync, then watch the documents folder and take over what other processes index, until closed."""
        with suppress(WenDangError):
            # Before the first sync, so that nothing that comes in meanwhile is missed.
            self._known = scan_folder(self.assistant.settings.documents)
        self.request()
        for name, work in (("watch", self._watch), ("look", self._look)):
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def begin(self, patience: float = 20.0) -> Iterator[Progress]:
        """Follow the folder, and yield how far the first sync is until it has ended or `patience` seconds are over.

        What it has not done by then goes on in the background. Raises `StoreError` where it failed and there is
        nothing that could be asked.
        """
        self.follow()
        until = time.monotonic() + patience
        for state in self.states(1):
            if state.progress is not None:
                yield state.progress
            if state.runs and state.error and self.assistant.generation.number == 0:
                self.close()
                raise StoreError(state.error)
            if time.monotonic() > until:
                return

    def close(self) -> None:
        """Stop what is under way and wait for the threads to end."""
        with self._changed:
            self._closing.set()
            self._stop_sync.set()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    # The threads

    def _work(self) -> None:
        while (wish := self._next_wish()) is not None:
            before = self.assistant.generation
            state = self._carry_out(wish)
            with self._changed:
                self._plan_retry(wish, state)
                self._state = self._told(replace(state, runs=self._state.runs + 1), before, wish)
                self._changed.notify_all()

    def _told(self, state: SyncState, before: Generation, wish: Wish) -> SyncState:
        """Return the state after a sync with what became of the documents since the generation `before`."""
        now = datetime.now().astimezone()
        last = self._state.changed_at
        changes, changed_at = changes_between(before, self.assistant.generation, () if state.error else wish.again), now
        if not changes and last is not None and now - last <= TOLD_FOR:
            changes, changed_at = self._state.changes, last
        awaited = self._wish.again if self._wish is not None else frozenset()
        return replace(state, ended_at=now, awaited=awaited, changes=changes, changed_at=changed_at)

    def _carry_out(self, wish: Wish) -> SyncState:
        """Sync, and return what came of it."""
        left_alone, scans = self._unsettled, list[Scan]()
        self._foresee(left_alone)
        try:
            report = self.assistant.sync(
                self._report,
                wish.rebuild,
                again=wish.again,
                left_alone=left_alone,
                stopped=self._stop_sync.is_set,
                scanned=scans.append,
            )
        except SyncStopped as error:
            return SyncState(error=str(error), stopped=True)
        except WenDangError as error:
            logger.warning("%s", error)
            return SyncState(error=str(error))
        except Exception as error:
            logger.exception("the folder could not be indexed")
            return SyncState(error=f"unexpected {type(error).__name__}: {error}. Please report it")
        with self._changed:
            self._synced = Synced(scans[-1], left_alone) if scans else None
        self._look_now.set()
        return SyncState(report=report)

    def _foresee(self, left_alone: frozenset[str]) -> None:
        """Have the state tell which files the sync is about to take in."""
        try:
            scan = scan_folder(self.assistant.settings.documents)
        except WenDangError:
            return  # the sync itself says so
        failed = {failure.document for failure in failures_of(self.assistant)}
        coming = coming_in(scan, self.assistant.generation, failed)
        with self._changed:
            self._state = replace(self._state, coming=tuple(file for file in coming if file.path not in left_alone))

    def _last_synced(self) -> Synced | None:
        with self._changed:
            synced, self._synced = self._synced, None
        return synced

    def _plan_retry(self, wish: Wish, state: SyncState) -> None:
        put_off, self._put_off = self._put_off, None
        if put_off is not None and state.stopped:
            wish = wish.joined(put_off)
        elif put_off is not None:
            # It was done before it could be stopped.
            self._wish = put_off if self._wish is None else self._wish.joined(put_off)
        self._failed = wish if state.error else None
        if state.error is None or state.stopped:
            self._retry_after, self._retry_at = FIRST_RETRY, float("inf")
        else:
            self._retry_at = time.monotonic() + self._retry_after
            self._retry_after = min(2 * self._retry_after, LAST_RETRY)

    def _next_wish(self) -> Wish | None:
        """Wait for a wish, or until a failed one is to be tried again, and return it; None once all is to end."""
        with self._changed:
            while self._wish is None and not self._closing.is_set():
                left = self._retry_at - time.monotonic()
                if left <= 0:
                    self._wish, self._retry_at = self._failed, float("inf")
                else:
                    self._changed.wait(None if left == float("inf") else left)
            if self._closing.is_set():
                return None
            wish, self._wish = self._wish, None
            if wish is not None and self._failed is not None and self._retry_at < float("inf"):
                # What failed is done with the next sync; what was stopped is not.
                wish, self._retry_at = self._failed.joined(wish), float("inf")
            self._stop_sync.clear()
            self._stage = _Stage()
            self._state = replace(
                self._state, running=True, stopping=False, progress=None, remaining=None, taken_in=(), taken_in_count=0
            )
            self._changed.notify_all()
            return wish

    def _report(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage != self._stage.name:
            self._stage = _Stage(progress.stage, now)
        remaining = estimate(progress, now - self._stage.began)
        with self._changed:
            state = replace(self._state, progress=progress, remaining=remaining)
            if progress.document:
                # A long one is told of again and again.
                names = tuple(dict.fromkeys((*state.taken_in, progress.document)))[:MOST_NAMED]
                state = replace(state, taken_in=names, taken_in_count=progress.total)
            self._state = state

    def _watch(self) -> None:
        settings = self.assistant.settings
        while not self._closing.is_set():
            try:
                for change in watch_folder(
                    settings.documents,
                    self._closing,
                    wake=self._look_now,
                    known=self._known,
                    synced=self._last_synced,
                ):
                    self._unsettled = change.unsettled
                    self.request()
            except Exception:
                # Beginning anew from what was known at first, nothing is missed.
                logger.exception("the folder is not watched for %g s", FIRST_RETRY)
                self._closing.wait(FIRST_RETRY)

    def _look(self) -> None:
        failed = False
        while not self._closing.wait(A_LOOK):
            before = self.assistant.generation
            try:
                if self.assistant.refresh():
                    self._note_others(before)
                failed = False
            except WenDangError:
                pass  # The next sync tells of it.
            except Exception:
                if not failed:
                    logger.exception("what other processes index is not taken over")
                failed = True

    def _note_others(self, before: Generation) -> None:
        """Have the state tell what another process has done."""
        changes = changes_between(before, self.assistant.generation)
        if changes:
            with self._changed:
                self._state = replace(self._state, changes=changes, changed_at=datetime.now().astimezone())
                self._changed.notify_all()
            # It may have met what was gone again before our watch saw it.
            self.request()
