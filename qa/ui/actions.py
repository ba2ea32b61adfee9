"""Buttons in our own markup: what a press asks for, how that reaches the server, and what is done about it.

A button's value is `verb/token/path`. script.js hands it over from buttons of the side panel and of the bar on top,
never from a link or an address. The token is a secret of the one page that it was rendered for, so that nobody else
can have a page do anything, whatever they send.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal, cast, get_args
from urllib.parse import quote, unquote

from index.errors import WenDangError
from qa.library import remove_document
from qa.sync_state import Wish
from qa.syncing import Syncing
from qa.ui.markup import Html, element, join
from qa.ui.reasons import explain
from qa.ui.texts import Language, say

Verb = Literal["stop", "retry", "rebuild", "reindex", "remove"]
WITH_PATH: tuple[Verb, ...] = ("reindex", "remove")
LONGEST_ACTION = 14_000  # a path of 4,096 bytes, each as %xx, and the rest


@dataclass(frozen=True, slots=True)
class Action:
    """What a button asks for; `path` names the document for those verbs that are about one."""

    verb: Verb
    path: str = ""


def new_token() -> str:
    """Return a secret for one page."""
    return secrets.token_urlsafe(16)


def button(label: str, action: Action, token: str, class_: str = "") -> Html:
    """Return a button that asks for an action on the page that the token belongs to."""
    value = f"{action.verb}/{token}/{quote(action.path, safe='', errors='surrogateescape')}"
    return element("button", label, value=value, class_=f"act {class_}".strip())


def parse_action(text: str, token: str) -> Action | None:
    """Read a button's value as the browser sent it, with a count behind `?`; None where it is none of this page's."""
    if not token or len(text) > LONGEST_ACTION:
        return None
    match text.split("?")[0].split("/"):
        case [verb, sent, path] if verb in get_args(Verb) and compare_digest(sent.encode(), token.encode()):
            if (verb in WITH_PATH) == bool(path):
                return Action(cast(Verb, verb), unquote(path, errors="surrogateescape"))
    return None


def carry_out(syncing: Syncing, action: Action | None, language: Language) -> Html:
    """Do what a button asks for, and return what there is to be said about it."""
    match action:
        case Action("stop"):
            syncing.stop()
        case Action("retry"):
            syncing.retry()
        case Action("rebuild"):
            syncing.request(Wish(rebuild=True))
        case Action("reindex", path):
            syncing.request(Wish(again=frozenset({path})))
        case Action("remove", path):
            return _remove(syncing, path, language)
        case _:
            return element("p", say(language, "expired"), class_="note")
    return join()


def _remove(syncing: Syncing, path: str, language: Language) -> Html:
    try:
        place = remove_document(syncing.assistant, path)
    except WenDangError as error:
        reason = explain(str(error), language)
        return element("p", say(language, "remove_failed", name=path, error=reason), class_="note error")
    # Named, so that its row says that it is waited for until it is out of the index.
    syncing.request(Wish(again=frozenset({path})))
    if place is None:
        return element("p", say(language, "remove_gone", name=path))
    shown = place.relative_to(syncing.assistant.settings.data.parent).as_posix()
    return element("p", say(language, "remove_done", name=path, place=shown))
