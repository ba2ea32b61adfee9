"""How many tokens a text is, roughly, and how many may be spent a day."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import LanguageModelError

_log = logging.getLogger(__name__)
# Tokens a character. Every model cuts in its own way; these are on the safe side for those in use (a hanzi is 0.5 to 1
# token, an English word about 1.3), so that what is taken to fit does fit.
OF_HANZI, OF_LETTER, OF_OTHER = 1.0, 0.3, 0.7
A_MESSAGE = 8  # tokens that a chat format puts around a message
LOCK_SECONDS = 5.0


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text is, rather too many than too few."""
    hanzi = sum(character >= "\u2e80" for character in text)
    letters = sum(character.isascii() and (character.isalpha() or character == " ") for character in text)
    return int(OF_HANZI * hanzi + OF_LETTER * letters + OF_OTHER * (len(text) - hanzi - letters)) + 1


@dataclass(frozen=True, slots=True)
class Reserved:
    """Tokens that are counted as spent before a request, and on which day."""

    day: str
    tokens: int


class Allowance:
    """Counts the tokens of a day, over restarts and over several programs with one data folder.

    `daily` is how many may be spent, 0 for any number. The count is kept in `file`. What a request may cost at most is
    counted before it is sent, so that requests at once cannot pass the limit together, and set right after it. Of a
    program that is killed in between, the most counts.
    """

    def __init__(self, file: Path, daily: int, today: Callable[[], date] = date.today) -> None:
        self.file, self.daily, self._today = file, daily, today
        self._lock = threading.Lock()

    def reserve(self, most: int) -> Reserved:
        """Count `most` tokens as spent; `LanguageModelError` where that would be over the day's number."""
        day = self._today().isoformat()
        if not self.daily:
            return Reserved(day, most)
        try:
            with self._alone():
                spent = self._room_for(most)
                self._write(day, spent + most)
        except (OSError, Timeout) as error:
            self._warn(error)
            self._room_for(most)  # by what can still be read
            return Reserved(day, 0)
        return Reserved(day, most)

    def settle(self, reserved: Reserved, used: int) -> None:
        """Count what was really used in place of what was reserved. A request belongs to the day that it began on."""
        if not self.daily or reserved.day != self._today().isoformat() or used == reserved.tokens:
            return
        try:
            with self._alone():
                self._write(reserved.day, max(0, self.spent() - reserved.tokens + used))
        except (OSError, Timeout) as error:
            self._warn(error)

    def spent(self) -> int:
        """Return how many tokens were spent today."""
        try:
            record = json.loads(self.file.read_text("utf-8"))
            return int(record["tokens"]) if record["day"] == self._today().isoformat() else 0
        except FileNotFoundError:
            return 0
        except (OSError, ValueError, KeyError, TypeError):
            # A count that cannot be read is begun anew: it limits cost, and must not stop the work.
            return 0

    def _room_for(self, most: int) -> int:
        """Return how many tokens were spent, where `most` more are still allowed."""
        spent = self.spent()
        if spent + most > self.daily:
            raise LanguageModelError(
                f"the language model's {self.daily:,} tokens of today do not suffice ({spent:,} spent, {most:,} "
                "wanted). Raise WENDANG_LLM_DAILY_TOKENS, or wait for tomorrow",
                "allowance",
            )
        return spent

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and programs from the count."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, FileLock(self.file.with_suffix(".lock"), timeout=LOCK_SECONDS):
            yield

    def _write(self, day: str, tokens: int) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps({"day": day, "tokens": tokens}), "utf-8")
        os.replace(fresh, self.file)

    def _warn(self, error: Exception) -> None:
        _log.warning("the tokens spent cannot be counted in %s (%s). Check the disk", self.file, error)
