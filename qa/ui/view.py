"""How the list of documents is looked at: sorted by what, which of them, which folders are open, how many rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast, get_args
from urllib.parse import quote, unquote

from qa.ui.items import Item, State
from qa.ui.kinds import SUFFIXES

Column = Literal["name", "kind", "passages", "size", "date"]
# Of these the largest or latest are wanted first.
FIGURES: tuple[Column, ...] = ("passages", "size", "date")
PAGE = 200  # rows that are shown at first, and once more each time that more are asked for
LONGEST_STEP = 14_000
LONGEST_FIND = 100


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at, and how. `kind` and `state` are "" for all; `find` is what names or titles shall hold.

    `opened` and `closed` are the folders that were opened or closed by hand.
    """

    find: str = ""
    kind: str = ""
    state: State | Literal[""] = ""
    sort: Column = "name"
    is_descending: bool = False
    is_flat: bool = False
    opened: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    rows: int = PAGE

    @property
    def is_chosen(self) -> bool:
        """Whether only some of the documents are looked at."""
        return bool(self.find or self.kind or self.state)

    def finding(self, words: str) -> View:
        """Return the view with only what is called so."""
        return replace(self, find=" ".join(words.split())[:LONGEST_FIND].casefold())

    def shows(self, item: Item) -> bool:
        """Whether it looks at a document."""
        if (self.kind and item.kind != self.kind) or (self.state and item.state != self.state):
            return False
        return not self.find or self.find in item.path.casefold() or self.find in item.title.casefold()


def step(verb: Literal["sort", "kind", "state", "open", "close", "flat", "more"], what: str = "") -> str:
    """Return the value of a button that changes the view."""
    return f"{verb}/{quote(what, safe='', errors='surrogateescape')}"


def take_step(view: View, text: str) -> View:
    """Return the view after a button was pressed, whose value the browser sent with a count behind `?`.

    What is no such value changes nothing.
    """
    verb, _, quoted = text.split("?")[0].partition("/")
    what = unquote(quoted, errors="surrogateescape") if len(text) <= LONGEST_STEP else ""
    match verb:
        case "sort" if what in get_args(Column):
            return _sorted_by(view, cast(Column, what))
        case "kind" if what in SUFFIXES or not what:
            return replace(view, kind="" if what == view.kind else what, rows=PAGE)
        case "state" if what in get_args(State) or not what:
            return replace(view, state="" if what == view.state else cast(State, what), rows=PAGE)
        case "open" if what:
            return replace(view, opened=view.opened | {what}, closed=view.closed - {what})
        case "close" if what:
            return replace(view, opened=view.opened - {what}, closed=view.closed | {what})
        case "flat":
            return replace(view, is_flat=not view.is_flat, rows=PAGE)
        case "more":
            return replace(view, rows=view.rows + PAGE)
    return view


def _sorted_by(view: View, column: Column) -> View:
    is_same = view.sort == column
    return replace(view, sort=column, is_descending=not view.is_descending if is_same else column in FIGURES, rows=PAGE)
