"""What is ticked in the list is where questions are asked: ticks as patterns of the scope, and the bar that says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from index.errors import WenDangError
from qa.scope import Scope
from qa.syncing import Syncing
from qa.ui.actions import Action, button
from qa.ui.deeds import files_of
from qa.ui.links import VIEW_CHAT
from qa.ui.markup import Html, element
from qa.ui.rows import confirmed, tick_value
from qa.ui.texts import Language, say

# A folder without one of its documents is all the others, one by one; more than so many are no scope to look through.
MOST_PICKED = 100
LONGEST_TICK = 14_000


@dataclass(frozen=True, slots=True)
class Tick:
    """A box that was ticked or unticked; without a pattern, all ticks were cleared."""

    pattern: str
    is_on: bool


def parse_tick(text: str) -> tuple[Tick | None, str]:
    """Read what the browser sent, `on/<pattern>`, `off/<pattern>` or `clear/`, and the count behind `?`."""
    said, _, count = text.rpartition("?")
    verb, _, quoted = said.partition("/")
    if len(text) > LONGEST_TICK or not (count.isascii() and count.isdigit()):
        return None, ""
    pattern = unquote(quoted, errors="surrogateescape")
    if verb == "clear" and not pattern:
        return Tick("", False), count
    return (Tick(pattern, verb == "on"), count) if verb in ("on", "off") and pattern else (None, count)


def picked_after(picked: Sequence[str], tick: Tick, paths: Collection[str]) -> tuple[str, ...]:
    """Return the patterns after a box was ticked or unticked; `paths` are those of all documents.

    To untick what lies in a folder that is ticked leaves the rest of that folder ticked.
    """
    if not tick.pattern:
        return ()
    around = [pattern for pattern in picked if _is_inside(tick.pattern, pattern)]
    if tick.is_on and around:
        return tuple(picked)
    kept = [pattern for pattern in picked if pattern not in around and not _is_inside(pattern, tick.pattern)]
    if tick.is_on:
        return (*kept, _as_offered(tick.pattern, paths))
    cut = [_bare(pattern) for pattern in around if not _is_inside(pattern, tick.pattern)]
    left = [_as_offered(one, paths) for folder in cut for one in _without(folder, tick.pattern, paths)]
    return (*kept, *dict.fromkeys(left))


def show_picked(syncing: Syncing, picked: Sequence[str], count: str, language: Language, token: str) -> Html:
    """Return the bar that says what is ticked and what can be done with it; without any, what script.js reads alone.

    `count` is that of the tick which this answers.
    """
    marks = [element("data", value=count, class_="count")]
    marks += [element("data", value=tick_value(pattern), class_="pattern") for pattern in picked]
    try:
        selected = Scope(tuple(picked)).select(syncing.assistant.generation.records) if picked else frozenset()
    except WenDangError:
        selected = frozenset()
    if not selected:
        return element("div", *marks, class_="none-picked")
    said = element("strong", say(language, "picked", count=f"{len(selected):,}"), role="status")
    ask = element("a", say(language, "picked_ask"), href=VIEW_CHAT, class_="ask-picked")
    clear = element("button", say(language, "picked_clear"), class_="clear")
    again = button(say(language, "again"), Action("reindex_picked"), token)
    remove = button(say(language, "remove"), Action("remove_picked"), token)
    if (files := len(files_of(syncing, selected))) > 1:
        yes = button(say(language, "remove_yes"), Action("remove_picked"), token, "yes")
        remove = confirmed(
            say(language, "remove"), say(language, "remove_question", count=files), yes, say(language, "remove_no")
        )
    return element("div", *marks, said, ask, clear, element("span", again, remove, class_="deeds"), class_="picked")


def _bare(pattern: str) -> str:
    return pattern.strip("/")


def _as_offered(pattern: str, paths: Collection[str]) -> str:
    """Return a pattern as the control of the scope offers it: a folder ends in a slash, a mail with attachments not."""
    bare = _bare(pattern)
    return bare if bare in paths else f"{bare}/"


def _is_inside(pattern: str, folder: str) -> bool:
    return f"{_bare(pattern)}/".startswith(f"{_bare(folder)}/")


def _without(folder: str, left_out: str, paths: Collection[str]) -> Iterator[str]:
    """Yield what of a folder is not in the part that is left out, in as few patterns as can be."""
    below = sorted({f"{folder}/{rest.partition('/')[0]}" for path in paths if (rest := _rest(path, folder))})
    # A mail is a document besides what is attached to it, but cannot be asked without that.
    for inner in below:
        if not _is_inside(left_out, inner):
            yield inner
        elif _bare(left_out) != inner:
            yield from _without(inner, left_out, paths)


def _rest(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else ""
