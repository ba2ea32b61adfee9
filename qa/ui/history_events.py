"""Conversations: opened, gone on with after a reload, found, renamed, deleted, and brought back."""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.errors import StoreError
from qa.history.datatypes import Conversation
from qa.ui.actions import parse_action
from qa.ui.chat import greet, show_messages, when_answered
from qa.ui.desk import Desk
from qa.ui.handling import AT_ONCE, QUIET, Updates
from qa.ui.history import list_conversations, say_deleted
from qa.ui.links import ID, parse_conversation
from qa.ui.markup import Html, element, join
from qa.ui.reasons import explain
from qa.ui.service import Service
from qa.ui.sources import list_sources, no_sources
from qa.ui.steps import Step
from qa.ui.stopping import Stops
from qa.ui.texts import language_of, say
from qa.ui.toolbar import open_toolbox
from qa.ui.visitor import owner_of

# No question is: all of a conversation is shown as it was kept.
NONE_UNDER_WAY = -1


def wire_history(page: gr.Blocks, desk: Desk, service: Service, stops: Stops) -> None:
    """Show the list, and the conversation that the address names or that is chosen."""
    store, settings = service.conversations, service.syncing.assistant.settings

    def listing(token: str, find: str | None, opened: str, request: gr.Request) -> Html:
        language = language_of(request)
        try:
            found = store.list(owner_of(request, settings), find or "")
        except StoreError as error:
            return element("p", explain(str(error), language), class_="note error")
        return list_conversations(found, find or "", opened, language, token)

    def open_kept(text: str, request: gr.Request) -> Updates:
        link = parse_conversation(text)
        stops.stop(str(request.session_hash), leave=True)
        return show_kept(link.id if link else "", request)

    def open_address(request: gr.Request) -> Updates:
        asked = {name: str(request.query_params.get(name, "")) for name in ("chat", "answer")}
        if ID.fullmatch(asked["answer"]):
            return show_linked(asked["answer"], request)
        return show_kept(asked["chat"] if ID.fullmatch(asked["chat"]) else "", request)

    def show_kept(id: str, request: gr.Request) -> Updates:
        language = language_of(request)
        try:
            conversation = store.load(owner_of(request, settings), id) if id else Conversation()
        except StoreError as error:
            return show(Conversation(), _warn(explain(str(error), language)), request)
        if conversation is None:
            return show(Conversation(), _warn(say(language, "history_gone")), request)
        return show(conversation, join(), request)

    def show_linked(key: str, request: gr.Request) -> Updates:
        language = language_of(request)
        try:
            found = store.linked(key)
        except StoreError as error:
            return show(Conversation(), _warn(explain(str(error), language)), request)
        if found is None:
            return show(Conversation(), _warn(say(language, "link_gone")), request)
        title, exchange = found
        about = element("p", say(language, "linked", day=exchange.asked_at[:10]), class_="note", role="status")
        return show(Conversation((exchange,), title=title), about, request)

    def show(conversation: Conversation, about: Html, request: gr.Request) -> Updates:
        language = language_of(request)
        index = len(conversation.exchanges) - 1
        greeting = greet(service, request)
        shown: Any = show_messages(Step(conversation, NONE_UNDER_WAY), language, open_toolbox(service, request))
        messages = gr.Chatbot(value=shown, **greeting)
        sources: Any = no_sources(language)
        last = conversation.answered(index)
        if last is not None and last.answer is not None and last.answer.mode != "conversation":
            sources = list_sources(service.syncing.assistant, last, index, language)
        return messages, conversation, sources, when_answered(language), conversation.id, about

    def act(
        text: str, token: str, find: str | None, opened: str, conversation: Conversation, request: gr.Request
    ) -> Updates:
        language, owner = language_of(request), owner_of(request, settings)
        action = parse_action(text, token)
        said: Html = join()
        try:
            if action is None:
                said = _warn(say(language, "expired"))
            elif action.verb == "rename":
                store.rename(owner, action.path, action.text)
            elif action.verb == "delete":
                title = next((one.title for one in store.list(owner) if one.id == action.path), "")
                if store.delete(owner, action.path):
                    said = say_deleted(title, action.path, language, token)
            elif action.verb == "restore":
                store.restore(owner, action.path)
        except StoreError as error:
            said = _warn(explain(str(error), language))
        return said, listing(token, find, opened, request)

    chat, hidden, panel = desk.chat, desk.hidden, desk.history
    shown = [chat.messages, chat.conversation, desk.sources, chat.question, hidden.conversation, chat.about]
    hidden.opening.change(open_kept, [hidden.opening], shown, trigger_mode="always_last", **AT_ONCE)
    page.load(open_address, None, shown, **QUIET)
    latest: dict[str, Any] = {**AT_ONCE, "trigger_mode": "always_last"}
    inputs = [hidden.token, panel.find, hidden.conversation]
    gr.on(
        [hidden.history.change, panel.find.change, hidden.conversation.change],
        listing,
        inputs,
        [panel.listing],
        **latest,
    )
    acting = [hidden.history_action, *inputs, chat.conversation]
    hidden.history_action.change(act, acting, [panel.said, panel.listing], trigger_mode="multiple", **AT_ONCE)


def _warn(text: str) -> Html:
    return element("p", text, class_="note error", role="alert")
