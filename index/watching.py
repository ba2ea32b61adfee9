"""Folder → "a sync is worth while": something in it differs, and what differs is no longer being written."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from index.errors import StoreError
from index.loaders import is_supported
from index.scan import Scan, SeenFile, scan_folder

PATIENCE = 10  # times `settle`: so long a file that is written holds up the others, and so long a settled one waits
LONGEST_PAUSE = 0.2  # seconds between two looks at `wake`
RESTS_A_LOOK = 4  # a look at 10,000 files takes half a second; so many times as long is rested, whatever goes on

logger = logging.getLogger(__name__)
# At INFO it tells of every change; a log kept in the documents folder would then tell of itself for ever.
logging.getLogger("watchfiles").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Change:
    """The folder is worth a sync. `unsettled` names what is still being written, to be left alone for now."""

    unsettled: frozenset[str] = frozenset()


def watch_folder(
    folder: Path,
    stop: threading.Event,
    *,
    settle: float = 1.0,
    full_look: float = 30.0,
    wake: threading.Event | None = None,
    known: Scan | None = None,
    synced: Callable[[], Synced | None] = lambda: None,
) -> Generator[Change, None, None]:
    """Yield a `Change` whenever the documents or the user's own words differ from how they were at the last one.

    They are compared by name, size and time. `known` is how they were at first: the scan that was taken just before
    the last sync, so that nothing is missed between sync and watch. Without it, it is what the first look finds.
    `synced` returns what the last sync has worked from, once: others than this watch may have asked for it, and it may
    have met what was gone again before any look.

    What differs has settled when it is the same in two looks `settle` seconds apart and, on Linux, nobody has it open
    for writing. Changes are gathered until all have settled; a file that goes on being written holds the others up
    for `PATIENCE * settle` seconds, is then named in `unsettled`, and gives a `Change` of its own once it settles.

    A look follows when the system tells of a change, every `full_look` seconds (network drives tell nothing), and when
    `wake` is set, which is then cleared. A folder that is gone yields nothing until it is back. Ends with `stop`.
    """
    differences = _Differences(folder, settle, known)
    with closing(_Notices(folder, stop, wake or threading.Event(), settle)) as notices:
        while not stop.is_set():
            # Before the look, so that nothing happens unseen between the two.
            notices.follow()
            if (last := synced()) is not None:
                differences.accept(last)
            began = time.monotonic()
            change = differences.look()
            ended = time.monotonic()
            if change is not None:
                yield change
            notices.rest(ended + max(settle, RESTS_A_LOOK * (ended - began)), ended + full_look, differences.are_open)


@dataclass(frozen=True, slots=True)
class Synced:
    """The folder as a sync has worked from it, but for the files `left_alone`, which are in the index as before."""

    scan: Scan
    left_alone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Difference:
    """How a file looks now, None where it is gone; since when it differs at all, and since when it looks like that."""

    file: SeenFile | None
    first: float
    since: float


class _Differences:
    """How a folder differs from what was last told of it."""

    def __init__(self, folder: Path, settle: float, known: Scan | None) -> None:
        self._folder, self._settle = folder, settle
        self._told = None if known is None else _by_path(known)
        self._waiting: dict[str, _Difference] = {}
        self._device: int | None = None
        self._is_gone = self._was_gone = False  # now; since the last `Change`

    @property
    def are_open(self) -> bool:
        """Whether another look is needed soon."""
        return self._is_gone or bool(self._waiting)

    def look(self) -> Change | None:
        """Look through the folder and return a `Change` where it is time for one."""
        began = time.monotonic()
        try:
            scan = self._scan()
        except (StoreError, OSError) as error:
            if not self._is_gone:
                logger.warning("%s. Changes are told again once the folder can be read", error)
            # What differed has to settle anew. Nothing counts as removed.
            self._is_gone, self._was_gone, self._told, self._waiting = True, True, self._told or {}, {}
            return None
        self._is_gone = False
        self._told = _by_path(scan) if self._told is None else self._told
        self._compare(self._told, scan, time.monotonic())
        return self._tell(self._told, began)

    def accept(self, synced: Synced) -> None:
        """Compare with what the index holds now."""
        told, new = self._told or {}, _by_path(synced.scan)
        self._told = {path: file for path, file in new.items() if path not in synced.left_alone}
        self._told |= {
            path: file for path, file in told.items() if path in synced.left_alone or synced.scan.hides(path)
        }

    def _scan(self) -> Scan:
        """Look through the folder. Raises `StoreError` where it is not there, or only the place for its drive is."""
        scan = scan_folder(self._folder)
        device = self._folder.stat().st_dev
        if self._told and not _by_path(scan) and self._device not in (None, device):
            raise StoreError(f"{self._folder} is empty and lies on another disk than before. Connect its drive again")
        self._device = device
        return scan

    def _compare(self, told: dict[str, SeenFile], scan: Scan, now: float) -> None:
        seen, before = _by_path(scan), self._waiting
        self._waiting = {}
        for path in told.keys() | seen.keys():
            file = seen.get(path)
            if file == told.get(path) or (file is None and scan.hides(path)):
                continue
            last = before.get(path, _Difference(file, now, now))
            self._waiting[path] = last if last.file == file else _Difference(file, last.first, now)

    def _tell(self, told: dict[str, SeenFile], now: float) -> Change | None:
        """Return a `Change` with all that has settled, unless it is better to wait for the rest."""
        still = {path: one for path, one in self._waiting.items() if now - one.since >= self._settle}
        written = {path for path, one in still.items() if one.file and is_open_for_writing(self._folder / path)}
        settled = {path: one for path, one in still.items() if path not in written}
        unsettled = self._waiting.keys() - settled.keys()
        long_ago = now - PATIENCE * self._settle
        is_late = any(one.first <= long_ago for one in settled.values())
        is_busy = any(self._waiting[path].first > long_ago for path in unsettled)
        if (is_busy and not is_late) or not (settled or self._was_gone):
            return None
        for path, one in settled.items():
            del self._waiting[path]
            told.pop(path, None)
            told |= {path: one.file} if one.file else {}
        self._was_gone = False
        return Change(frozenset(unsettled))


def _by_path(scan: Scan) -> dict[str, SeenFile]:
    return {file.path: file for file in (*scan.files, scan.user_words) if file is not None}


def is_open_for_writing(path: Path) -> bool:
    """Whether any process has a file open for writing; False where the system does not say.

    Linux grants a read lease only on a file that nobody has open for writing, fcntl(2).
    """
    if sys.platform != "linux":
        return False
    import fcntl  # not on Windows

    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            # A signal tells us of whoever opens the file just then: SIGIO would end the program, SIGURG does nothing.
            fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return False
    except OSError as error:
        return isinstance(error, BlockingIOError)  # others: the file is somebody else's, or its disk knows no leases


class _Notices:
    """Word from the system that something happens in a folder, as far as the system gives it."""

    def __init__(self, folder: Path, stop: threading.Event, wake: threading.Event, settle: float) -> None:
        self._folder, self._stop, self._wake = folder, stop, wake
        self._pause = min(settle, LONGEST_PAUSE)
        self._stream: Generator[set[watchfiles.main.FileChange], None, None] | None = None
        self._watched, self._has_warned = (folder, 0, 0), False

    def close(self) -> None:
        """Stop listening, and end the thread that does."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def follow(self) -> None:
        """Listen to the folder that stands there now. Where that cannot be done, only the full looks are left."""
        try:
            root, status = self._folder.resolve(), self._folder.stat()
        except (OSError, RuntimeError):
            self.close()  # it is gone; the look tells of that
            return
        watched = (root, status.st_dev, status.st_ino)
        if self._stream is None or watched != self._watched:
            self.close()
            self._watched, self._stream = watched, self._listen(root)
            self._pause_or_notice()  # it begins with this

    def _listen(self, root: Path) -> Generator[set[watchfiles.main.FileChange], None, None]:
        if any(Path(place, name).is_symlink() for place, folders, _ in os.walk(root) for name in folders):
            raise OSError("it holds links to folders, and the system would follow them")
        milliseconds = max(1, int(self._pause * 1000))  # none would mean for ever
        yield from watchfiles.watch(
            root,
            watch_filter=None,  # with a filter it would not come back to us while hidden files alone are busy
            debounce=milliseconds,
            stop_event=self._stop,
            rust_timeout=milliseconds,
            yield_on_timeout=True,
            force_polling=False,  # the full looks cost less
            ignore_permission_denied=self._has_warned,  # it swallows other errors too; first they are to be told
        )

    def rest(self, soon: float, late: float, is_urgent: bool) -> None:
        """Return when the next look is due: `soon` when it is urgent or something is noticed, else `late`."""
        due = min(soon, late) if is_urgent else late
        while not (self._stop.is_set() or self._wake.is_set()) and time.monotonic() < due:
            if self._pause_or_notice():
                due = min(soon, due)
        self._wake.clear()

    def _pause_or_notice(self) -> bool:
        """Rest for a moment, or until something happens. Returns whether that is worth a look."""
        if self._stream is None:
            self._stop.wait(self._pause)
            return False
        try:
            changes = next(self._stream, None)
        except (OSError, RuntimeError) as error:
            self.close()  # the full looks go on, and each tries again
            if not self._has_warned:
                logger.warning("changes in %s may be noticed late, by a full look: %s", self._folder, error)
            self._has_warned = True
            return True
        root = self._watched[0]
        if changes is None or (watchfiles.Change.deleted, str(root)) in changes:
            self.close()  # a folder made anew in the same place would not be listened to
            return True
        return any(_matters(change, Path(path), root) for change, path in changes)


def _matters(change: watchfiles.Change, path: Path, root: Path) -> bool:
    """Whether a look may find something. A name without a loader that comes or goes may be a folder's."""
    inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
    is_hidden = any(part.startswith(".") for part in inside)
    return not is_hidden and (change is not watchfiles.Change.modified or is_supported(path.name))
