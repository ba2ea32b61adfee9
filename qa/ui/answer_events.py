"""What is done with answers: links to them are made, and what is said of them is kept."""

from __future__ import annotations

from typing import cast, get_args

import gradio as gr

from index.errors import StoreError
from qa.history.datatypes import Conversation
from qa.history.feedback import Given, Verdict
from qa.ui.actions import Action, parse_action, token_of
from qa.ui.desk import Desk
from qa.ui.handling import AT_ONCE
from qa.ui.markup import Html, element
from qa.ui.reasons import explain
from qa.ui.service import Service
from qa.ui.texts import Language, language_of, say
from qa.ui.visitor import owner_of


def wire_answers(desk: Desk, service: Service) -> None:
    """Carry out what is asked for with the tools under an answer, and say what came of it."""
    settings = service.syncing.assistant.settings

    def act(text: str, conversation: Conversation, request: gr.Request) -> Html:
        language, action = language_of(request), parse_action(text, token_of(request))
        # Gradio shows nothing where it is told the same twice, so that each is another than the one before.
        turn = "odd" if text[-1:] in "13579" else "even"
        if action is None:
            return _said(say(language, "expired"), f"error {turn}")
        try:
            return act_on(action, owner_of(request, settings), conversation, language, turn)
        except StoreError as error:
            return _said(explain(str(error), language), f"error {turn}")

    def act_on(action: Action, owner: str, conversation: Conversation, language: Language, turn: str) -> Html:
        index = int(action.path) if action.path.isascii() and action.path.isdigit() else len(conversation.exchanges)
        exchange = conversation.answered(index)
        if exchange is None:
            return _said(say(language, "forgotten"), f"error {turn}")
        if action.verb == "share":
            key = service.conversations.link(owner, conversation.id, index) if owner and conversation.id else None
            return _linked(key, language, turn) if key else _said(say(language, "link_not_kept"), f"error {turn}")
        if action.verb == "withdraw":
            service.feedback.withdraw(owner, exchange)
            return _said(say(language, "feedback_withdrawn"), turn)
        if action.verb not in get_args(Verdict):
            return _said(say(language, "expired"), f"error {turn}")
        given = Given(cast(Verdict, action.verb), action.text)
        service.feedback.give(owner, exchange, conversation.turns(index), given)
        return _said(say(language, "feedback_kept" if given.verdict == "good" else "complaint_kept"), turn)

    chat, box = desk.chat, desk.hidden.answer_action
    box.change(act, [box, chat.conversation], [chat.said], trigger_mode="multiple", **AT_ONCE)


def _said(text: str, kind: str) -> Html:
    role = "alert" if kind.startswith("error") else "status"
    return element("p", text, class_=f"toast {kind}", role=role)


def _linked(key: str, language: Language, turn: str) -> Html:
    """Return what is said of a link; script.js copies its address, and shows it where a browser does not allow that."""
    return element(
        "p",
        element("span", say(language, "link_copied"), class_="when-copied"),
        element("span", say(language, "link_to_copy"), class_="when-not"),
        element("button", value=f"?answer={key}", class_="made-link", aria_label=say(language, "tool_share")),
        class_=f"toast linked {turn}",
        role="status",
    )
