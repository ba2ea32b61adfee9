"""How much one upload may bring in altogether: so many files, so many bytes.

Files come one by one, each with the name of the upload that it belongs to, which script.js makes up. Whoever makes up a
new one for each file is stopped by what is left free on the disk (upload_route.py).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from index.errors import DocumentError

# Of an upload that has rested so long, and of the oldest of more than so many, nothing is known any more.
RESTS = 3_600.0
MOST_KNOWN = 1_000
MEGABYTE = 1024 * 1024


class TooMuch(DocumentError):
    """More than one upload may bring in."""


@dataclass(slots=True)
class _Taken:
    files: int = 0
    bytes: int = 0
    at: float = field(default_factory=time.monotonic)


class Allowance:
    """Counts what each upload has brought in; safe for threads."""

    def __init__(self, files: int, bytes: int) -> None:
        self.files, self.bytes = files, bytes
        self._taken: dict[str, _Taken] = {}
        self._lock = threading.Lock()

    def begin(self, upload: str) -> bool:
        """Count one more file, and return whether it is the upload's first. Raises `TooMuch`."""
        with self._lock:
            taken = self._known(upload)
            if taken.files >= self.files:
                raise TooMuch(f"more than {self.files:,} files in one upload. Upload what is left by itself")
            taken.files += 1
            return taken.files == 1

    def take(self, upload: str, size: int) -> None:
        """Count so many bytes. Raises `TooMuch`."""
        with self._lock:
            taken = self._known(upload)
            if taken.bytes + size > self.bytes:
                raise TooMuch(f"more than {self.bytes // MEGABYTE:,} MB in one upload. Upload what is left by itself")
            taken.bytes += size

    def _known(self, upload: str) -> _Taken:
        """Return what is known of an upload, as the one that was used last."""
        now = time.monotonic()
        taken = self._taken.pop(upload, None)
        if taken is None or now - taken.at > RESTS:
            taken = _Taken()
        taken.at = now
        self._taken[upload] = taken
        while len(self._taken) > MOST_KNOWN:
            del self._taken[next(iter(self._taken))]
        return taken
