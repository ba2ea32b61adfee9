"""A model's answer while it is written → its sentences, each checked before it is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from index.datatypes import Passage
from qa.gate.check import Checked, CheckedStatement, Checker
from qa.gate.reading import StatementReader
from qa.gate.shelf import Encode, Shelf
from qa.gate.statements import Statement


class StreamedCheck:
    """Takes up an answer piece by piece. However it is cut, what comes out in the end is what `check_answer` returns.

    A sentence comes out once a word stands behind it, for its marks may follow its full stop. Joined, the `shown` of
    all statements are the answer's text, save for white space at its ends.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        encode: Encode,
        question: str,
        is_withheld: Callable[[str], bool] = lambda sentence: False,
    ) -> None:
        self.passages, self.encode, self.question = tuple(passages), encode, question
        self._is_withheld = is_withheld
        self._reader = StatementReader(len(self.passages))
        self._checker: Checker | None = None
        self._shelf: Shelf | None = None
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Embed the passages, once; while the model is still silent is a good time. The first sentence does so, too."""
        self._filled_shelf()

    def prepare_aside(self) -> None:
        """Do so on a thread of its own, while this one waits for the model."""

        def fill() -> None:
            with suppress(Exception):  # which the first sentence will meet as well, where somebody can be told
                self.prepare()

        threading.Thread(target=fill, name="gate-shelf", daemon=True).start()

    def begin_anew(self) -> None:
        """Forget what was written; the passages stay embedded."""
        self._reader, self._checker = StatementReader(len(self.passages)), None

    def feed(self, piece: str) -> list[CheckedStatement]:
        """Take up what was written next; return the sentences that are complete now, in order, checked."""
        return self._check(self._reader.feed(piece))

    def finish(self) -> Checked:
        """Check what was still open and return the whole answer. Nothing may be fed afterwards."""
        self._check(self._reader.finish())
        if self._checker:
            self._checker.finish()
        return self.result()

    def result(self) -> Checked:
        """Return the answer as far as `feed` has returned it."""
        return self._checker.result() if self._checker else Checked("", (), (), 0)

    def _check(self, statements: Sequence[Statement]) -> list[CheckedStatement]:
        return self._prepared().check(statements) if statements else []

    def _prepared(self) -> Checker:
        if self._checker is None:
            self._checker = Checker(self._filled_shelf(), self.question, self._is_withheld)
        return self._checker

    def _filled_shelf(self) -> Shelf:
        with self._lock:
            if self._shelf is None:
                self._shelf = Shelf(self.passages, self.encode)
            return self._shelf
