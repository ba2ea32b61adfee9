"""Finished answers as messages, kept for a while: each step of the answer that is written next shows them again."""

from __future__ import annotations

from qa.datatypes import Answer
from qa.history.datatypes import Exchange
from qa.ui.markup import Html, join
from qa.ui.replies import answer_message
from qa.ui.texts import Language
from qa.ui.toolbar import Toolbox, show_tools

MOST_KEPT = 500

_kept: dict[object, tuple[Answer, Html]] = {}


def finished_message(exchange: Exchange, answer: Answer, index: int, language: Language, box: Toolbox | None) -> Html:
    """Return an exchange's answer as a whole message; with a `box`, with its tools."""
    given = box.given(exchange) if box else None
    key = (id(answer), exchange.asked_at, index, language, box.token if box else "", given)
    known = _kept.get(key)
    # Kept with the answer, so that no other can have taken its id meanwhile.
    if known is not None:
        return known[1]
    tools = show_tools(exchange, index, language, box) if box else join()
    message = answer_message(answer, index, language, None, tools)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (answer, message)
    return message
