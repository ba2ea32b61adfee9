"""Stopping an answer that is being written: each page may have one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LEAVING_SECONDS = 5.0


class Answering:
    """An answer under way: whether it is to stop, and whether it is of a conversation that is over."""

    def __init__(self) -> None:
        self._stopped, self._left, self._ended = threading.Event(), threading.Event(), threading.Event()

    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def is_left(self) -> bool:
        """Whether nothing of it is to be shown any more."""
        return self._left.is_set()

    def stop(self, leave: bool) -> None:
        """Have it stop; `leave` it behind altogether, or show what there is of it."""
        if leave:
            self._left.set()
        self._stopped.set()

    def end(self) -> None:
        """Say that nothing more comes of it."""
        self._ended.set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing more comes of it, and return whether that is so now."""
        return self._ended.wait(seconds)


class Stops:
    """Knows which pages have an answer under way, by their sessions, and which of these are to stop."""

    def __init__(self) -> None:
        self._answers: dict[str, Answering] = {}
        self._lock = threading.Lock()

    @contextmanager
    def answering(self, page: str) -> Iterator[Answering]:
        """Give the page's answer, for whoever writes it to look at."""
        own = Answering()
        with self._lock:
            self._answers[page] = own
        try:
            yield own
        finally:
            own.end()
            with self._lock:
                if self._answers.get(page) is own:
                    del self._answers[page]

    def stop(self, page: str, leave: bool = False) -> None:
        """Have the page's answer stop, where one is under way.

        What is left behind may be on its way to the page just now, and must not come after what takes its place: so
        that is waited for, though not for long, since whoever writes it looks here before every step.
        """
        with self._lock:
            own = self._answers.get(page)
        if own is not None:
            own.stop(leave)
            if leave:
                own.wait(LEAVING_SECONDS)
