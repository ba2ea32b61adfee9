"""Verdicts on answers brought back into the file that they are kept in, each once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import StoreError
from qa.history import feedback

FILE = f"{feedback.FOLDER}/{feedback.FILE}"  # in the data folder


@dataclass(frozen=True, slots=True)
class Joined:
    """How many rows were `added`, and how many were there."""

    added: int = 0
    unchanged: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.unchanged)


def lines_of(text: str) -> tuple[str, ...]:
    """Return the rows of a file."""
    return tuple(line for line in text.removeprefix("\ufeff").split("\n") if line.strip())


def join(file: Path, lines: Iterable[str]) -> Joined:
    """Add rows to a file, whole or not at all, but for those whose id stands there. Raises `StoreError`.

    Rows that stand there stay as they are. One without an id is there where the very same line is.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(feedback.LOCK), timeout=feedback.WAIT):
            present = lines_of(file.read_text("utf-8")) if file.exists() else ()
            wanted = {_key(line): line for line in lines}
            known = {_key(line) for line in present}
            added = [line for key, line in wanted.items() if key not in known]
            if added:
                _replace(file, [*present, *added])
    except Timeout:
        raise StoreError(f"{file} is being written by another program. Try again in a moment") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(
            f"{file} cannot be read or written ({reason}). Check the folder's rights and the disk"
        ) from error
    return Joined(len(added), len(wanted) - len(added))


def _replace(file: Path, lines: Sequence[str]) -> None:
    written = file.with_suffix(".new")
    try:
        with written.open("w", encoding="utf-8", newline="\n") as target:
            target.writelines(f"{line}\n" for line in lines)
            target.flush()
            os.fsync(target.fileno())
        written.replace(file)
    finally:
        with suppress(FileNotFoundError):
            written.unlink()


def _key(line: str) -> str:
    try:
        return f"id {json.loads(line)['id']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return line.strip()
