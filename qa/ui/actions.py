"""Buttons in our own markup: what a press asks for, and how that reaches the server.

A button's value is `verb/token/path`, and for some a text that was typed stands behind it as `/text`. script.js hands
it over from buttons of the panels and of the bar on top, never from a link or an address. The token is a secret of the
one page that it was rendered for, so that nobody else can have a page do anything, whatever they send.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal, cast, get_args
from urllib.parse import quote, unquote

import gradio as gr

from qa.history.feedback import Verdict
from qa.ui.markup import Html, element

OnAnswer = Literal["share", "withdraw", Verdict]
OnDocuments = Literal[
    "stop", "retry", "rebuild", "reindex", "reindex_picked", "retry_failed", "remove", "remove_picked", "put_back"
]
OnConversation = Literal["rename", "delete", "restore"]
Verb = Literal[OnDocuments, OnConversation, OnAnswer]
WITH_PATH = ("reindex", "remove", "put_back", *get_args(OnConversation), *get_args(OnAnswer))
WITH_TEXT = ("rename", *get_args(Verdict))
PROCESS_SECRET = secrets.token_bytes(32)
LONGEST_ACTION = 14_000  # a path of 4,096 bytes, each as %xx, and the rest


@dataclass(frozen=True, slots=True)
class Action:
    """What a button asks for; `path` names the document, the conversation or the number of the answer it is about.

    `text` is what was typed for it.
    """

    verb: Verb
    path: str = ""
    text: str = ""


def token_of(request: gr.Request | None) -> str:
    """Return the secret of the page that a request is from, the same for all of its requests; "" where there is none.

    Gradio gives each page that is opened a name of its own, which is no secret; what is made of it here cannot be
    guessed.
    """
    page = str(getattr(request, "session_hash", None) or "")
    return urlsafe_b64encode(hmac.digest(PROCESS_SECRET, page.encode(), "sha256")[:18]).decode() if page else ""


def button(label: str, action: Action, token: str, class_: str = "") -> Html:
    """Return a button that asks for an action on the page that the token belongs to."""
    return element("button", label, value=action_value(action, token), class_=f"act {class_}".strip())


def action_value(action: Action, token: str) -> str:
    """Return what a button's value says of an action."""
    return f"{action.verb}/{token}/{quote(action.path, safe='', errors='surrogateescape')}"


def parse_action(text: str, token: str) -> Action | None:
    """Read a button's value as the browser sent it, with a count behind `?`; None where it is none of this page's."""
    if not token or len(text) > LONGEST_ACTION:
        return None
    match text.split("?")[0].split("/"):
        case [verb, sent, path, *typed] if verb in get_args(Verb) and compare_digest(sent.encode(), token.encode()):
            if (verb in WITH_PATH) == bool(path) and len(typed) <= (verb in WITH_TEXT):
                return Action(cast(Verb, verb), unquote(path, errors="surrogateescape"), unquote("".join(typed)))
    return None
