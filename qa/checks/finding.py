"""What was found in one place, and the command that mends it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from qa.settings import Settings

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` is what to do where it is not `good`."""

    subject: str
    good: bool
    seen: str
    mend: str = ""


def command(settings: Settings, verb: str) -> str:
    """Return a command line for these very folders."""
    usual = Settings()
    parts = [f"python -m qa {verb}"]
    parts += [f"--documents {shlex.quote(str(settings.documents))}"] if settings.documents != usual.documents else []
    parts += [f"--data {shlex.quote(str(settings.data))}"] if settings.data != usual.data else []
    return " ".join(parts)


def named(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def mebibytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MiB"
