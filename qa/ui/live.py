"""What has changed since a page was last told: a look at the library that costs next to nothing.

Each page asks once in a while (script.js, shell.py). It holds a mark for each part of what it shows, and only parts
whose mark differs are made and sent anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from qa.library import failures_of
from qa.syncing import Syncing
from qa.ui.status import is_first, show_bar, show_status
from qa.ui.texts import Language

# Seconds between two looks, while a sync runs and while none does.
WHILE_RUNNING, WHILE_IDLE = 1.0, 2.0


@dataclass(frozen=True, slots=True)
class Marks:
    """One mark a part of the page, another one when the part is to be shown anew; `pace` is when to look again."""

    status: str
    listing: str
    library: str
    pace: float


def look(syncing: Syncing, language: Language) -> Marks:
    """Return the marks of what the page should show now."""
    state, assistant = syncing.state, syncing.assistant
    generation = assistant.generation
    # Numbers begin anew where a damaged index had to be built again.
    library = (generation.number, id(generation) if generation.number else 0)
    status = (show_status(state, language, ""), show_bar(assistant, state, language, ""))
    return Marks(
        status=_mark(status),
        listing=_mark(library, failures_of(assistant), sorted(state.awaited)),
        library=_mark(library, is_first(assistant, state)),
        pace=WHILE_RUNNING if state.running or state.awaited else WHILE_IDLE,
    )


def _mark(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
