"""What a click, an upload, a question or a change of the library does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from qa.syncing import Syncing
from qa.ui.actions import carry_out, new_token, parse_action
from qa.ui.chat import answer_steps, greet
from qa.ui.conversations import Conversation
from qa.ui.desk import Desk
from qa.ui.documents import list_documents, store_files
from qa.ui.header import show_header
from qa.ui.links import parse_link
from qa.ui.live import look
from qa.ui.sources import list_sources, no_sources, open_link
from qa.ui.status import show_bar, show_status
from qa.ui.texts import Language, language_of

# What a handler gives to Gradio: one update a component, in the order of the event's outputs.
Updates = tuple[Any, ...]
# Nothing of what the page asks for is for other programs to call, and nothing of it dims while it is awaited.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# For what must not wait behind questions.
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


def wire_chat(desk: Desk, syncing: Syncing) -> None:
    """Answer what is typed and sent, and what is chosen among the examples."""

    def ask(question: str, conversation: Conversation, request: gr.Request) -> Iterator[Updates]:
        language = language_of(request)
        for messages, step in answer_steps(syncing, question, conversation, language):
            sources: Any = gr.skip()
            tabs: Any = gr.skip()
            last = step.conversation.exchanges[-1]
            if step.found and last.answer is not None:
                sources = list_sources(syncing.assistant, last, len(step.conversation.exchanges) - 1, language)
                tabs = gr.Tabs(selected="sources")
            yield "", messages, step.conversation, sources, tabs

    def ask_example(conversation: Conversation, chosen: gr.SelectData, request: gr.Request) -> Iterator[Updates]:
        yield from ask(str(chosen.value["text"]), conversation, request)

    def start_anew(request: gr.Request) -> Updates:
        language = language_of(request)
        return gr.Chatbot(value=[], **greet(syncing, language)), Conversation(), no_sources(language)

    chat = desk.chat
    outputs = [chat.question, chat.messages, chat.conversation, desk.sources, desk.tabs]
    chat.question.submit(ask, [chat.question, chat.conversation], outputs, **QUIET)
    chat.messages.example_select(ask_example, [chat.conversation], outputs, **QUIET)
    desk.header.new_chat.click(start_anew, None, [chat.messages, chat.conversation, desk.sources], **QUIET)


def wire_sources(desk: Desk, syncing: Syncing) -> None:
    """Open what a link asks for."""

    def follow(text: str, conversation: Conversation, request: gr.Request) -> Updates:
        shown = open_link(syncing.assistant, conversation, parse_link(text), language_of(request))
        return shown, gr.Tabs(selected="sources")

    inputs, outputs = [desk.hidden.link, desk.chat.conversation], [desk.sources, desk.tabs]
    desk.hidden.link.change(follow, inputs, outputs, trigger_mode="always_last", **QUIET)


def wire_documents(desk: Desk, syncing: Syncing) -> None:
    """Ask for syncs: after uploads, and as buttons say. What comes of them shows by itself."""

    def begin(request: gr.Request) -> Updates:
        syncing.request()
        return "", gr.Tabs(selected="documents"), *tell(syncing, language_of(request))

    def take_in(paths: list[str], request: gr.Request) -> Updates:
        language = language_of(request)
        said = store_files(syncing.assistant.settings.documents, paths, language)
        syncing.request()
        return None, said, *tell(syncing, language)

    def act(text: str, token: str, request: gr.Request) -> Updates:
        language = language_of(request)
        said = carry_out(syncing, parse_action(text, token), language)
        return said, gr.Tabs(selected="documents"), *tell(syncing, language)

    panel, hidden = desk.documents, desk.hidden
    panel.upload.upload(take_in, [panel.upload], [panel.upload, panel.said, *hidden.marks], **QUIET)
    panel.follow.click(begin, None, [panel.said, desk.tabs, *hidden.marks], **AT_ONCE)
    inputs, outputs = [hidden.action, hidden.token], [panel.said, desk.tabs, *hidden.marks]
    hidden.action.change(act, inputs, outputs, trigger_mode="multiple", **AT_ONCE)


def tell(syncing: Syncing, language: Language) -> Updates:
    """Return the marks of what a page should show now, so that it need not wait until it looks again."""
    marks = look(syncing, language)
    return marks.status, marks.listing, marks.library


def wire_marks(desk: Desk, syncing: Syncing) -> None:
    """Show anew each part of the page whose mark script.js has found to be another one."""

    def status(token: str, request: gr.Request) -> Updates:
        state, language = syncing.state, language_of(request)
        return show_status(state, language, token), show_bar(syncing.assistant, state, language, token)

    def listing(token: str, find: str | None, request: gr.Request) -> str:
        return list_documents(syncing, find or "", language_of(request), token)

    def library(request: gr.Request) -> Any:
        return gr.Chatbot(**greet(syncing, language_of(request)))

    hidden, panel = desk.hidden, desk.documents
    latest: dict[str, Any] = {**AT_ONCE, "trigger_mode": "always_last"}
    hidden.status.change(status, [hidden.token], [panel.status, desk.header.bar], **latest)
    gr.on([hidden.listing.change, panel.find.input], listing, [hidden.token, panel.find], [panel.listing], **latest)
    hidden.library.change(library, None, [desk.chat.messages], **latest)


def wire_page(page: gr.Blocks, desk: Desk, syncing: Syncing) -> None:
    """Fill the page when it is opened; the marks have the rest of it shown."""

    def fill(request: gr.Request) -> Updates:
        language = language_of(request)
        return new_token(), show_header(language), no_sources(language), *tell(syncing, language)

    hidden = desk.hidden
    page.load(fill, None, [hidden.token, desk.header.brand, desk.sources, *hidden.marks], **QUIET)
