"""Where syncing stands, what is wished of it, and how long it will still take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from index.datatypes import Progress
from index.scan import SeenFile
from index.sync import SyncReport
from qa.library import Changes

# An estimate from less than this is worth nothing; after a while, any is better than none.
LEAST_SECONDS, LEAST_SHARE, A_WHILE = 1.0, 0.01, 20.0
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class SyncState:
    """Where syncing stands. `runs` counts the syncs that have ended; `report` or `error` is what the last one said.

    `remaining` are the seconds that the present stage will take, None where that cannot be told yet. `stopping` says
    that a running sync was told to stop. `taken_in` are the first few of the `taken_in_count` documents that it reads
    because they are new or have changed. `awaited` are the documents that people wait for: to be indexed again, or to
    be gone; `coming` are the files that a running sync takes in. `changes` is what last became of the documents,
    through whichever process, `changed_at` that time.
    """

    running: bool = False
    progress: Progress | None = None
    remaining: float | None = None
    runs: int = 0
    report: SyncReport | None = None
    error: str | None = None
    stopped: bool = False
    ended_at: datetime | None = None
    stopping: bool = False
    taken_in: tuple[str, ...] = ()
    taken_in_count: int = 0
    awaited: frozenset[str] = frozenset()
    coming: tuple[SeenFile, ...] = ()
    changes: Changes = field(default_factory=Changes)
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the next sync is to do besides following the folder."""

    again: frozenset[str] = frozenset()
    rebuild: bool = False

    def joined(self, other: Wish) -> Wish:
        """Return both wishes in one."""
        return Wish(self.again | other.again, self.rebuild or other.rebuild)


def estimate(progress: Progress, seconds: float) -> float | None:
    """Return the seconds that a stage will still take, given that it began so many seconds ago."""
    is_little = seconds < A_WHILE and progress.done < LEAST_SHARE * progress.total
    if progress.done <= 0 or seconds < LEAST_SECONDS or is_little:
        return None
    return seconds * (progress.total - progress.done) / progress.done
