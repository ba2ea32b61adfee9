"""What has changed since a page was last told: a look at the library that costs next to nothing.

Each page asks once in a while (script.js, shell.py). It holds a mark for each part of what it shows, and only parts
whose mark differs are made and sent anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from index.errors import StoreError
from qa.history.store import ConversationStore
from qa.library import failures_of
from qa.suggesting.suggester import Suggester
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
    history: str = ""
    questions: str = ""


def look(syncing: Syncing, language: Language) -> Marks:
    """Return the marks of what the page should show now."""
    state, assistant = syncing.state, syncing.assistant
    generation = assistant.generation
    # Numbers begin anew where a damaged index had to be built again.
    library = (generation.number, id(generation) if generation.number else 0)
    status = (show_status(state, language, ""), show_bar(assistant, state, language, ""))
    return Marks(
        status=_mark(status),
        # What a sync takes in stays the same until it is done.
        listing=_mark(library, failures_of(assistant), sorted(state.awaited), len(state.coming), state.coming[:1]),
        library=_mark(library, is_first(assistant, state)),
        pace=WHILE_RUNNING if state.running or state.awaited else WHILE_IDLE,
    )


def history_mark(store: ConversationStore, owner: str) -> str:
    """Return the mark of an owner's list of conversations."""
    try:
        # With the day, because the list says which are of today.
        return _mark(store.mark(owner), f"{datetime.now():%Y-%m-%d}")
    except StoreError as error:
        return _mark(str(error))


def questions_mark(suggester: Suggester) -> str:
    """Return the mark of the questions that are offered to begin with."""
    return _mark(suggester.mark)


def _mark(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
