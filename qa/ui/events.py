"""What a page shows when it is opened, and how it is told of what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from qa.ui.actions import token_of
from qa.ui.chat import greet
from qa.ui.desk import Desk
from qa.ui.document_events import tell
from qa.ui.handling import AT_ONCE, QUIET, Updates
from qa.ui.header import show_header
from qa.ui.live import history_mark, questions_mark
from qa.ui.preferences import preferences_of
from qa.ui.preferences_panel import show_preferences
from qa.ui.scope import offer_scopes
from qa.ui.service import Service
from qa.ui.status import show_bar, show_status
from qa.ui.texts import language_of
from qa.ui.uploaded import show_tools
from qa.ui.visitor import owner_of


def wire_marks(desk: Desk, service: Service) -> None:
    """Show anew each part of the page whose mark script.js has found to be another one."""
    syncing = service.syncing

    def status(token: str, request: gr.Request) -> Updates:
        state, language = syncing.state, language_of(request)
        return show_status(state, language, token), show_bar(syncing.assistant, state, language, token)

    def library(request: gr.Request) -> Any:
        return gr.Chatbot(**greet(service, request))

    def scope(picked: Sequence[str] | None, request: gr.Request) -> Updates:
        return offer_scopes(syncing.assistant.generation, picked or (), language_of(request))

    hidden, panel = desk.hidden, desk.documents
    latest: dict[str, Any] = {**AT_ONCE, "trigger_mode": "always_last"}
    hidden.status.change(status, [hidden.token], [panel.status, desk.header.bar], **latest)
    gr.on([hidden.library.change, hidden.questions.change], library, None, [desk.chat.messages], **latest)
    control = desk.chat.scope
    hidden.library.change(scope, [control.picked], [control.picked, control.said], **latest)
    control.picked.input(lambda: "", None, [control.said], **latest)


def wire_page(page: gr.Blocks, desk: Desk, service: Service) -> None:
    """Fill the page when it is opened; the marks have the rest of it shown."""
    syncing = service.syncing

    def fill(request: gr.Request) -> Updates:
        language = language_of(request)
        history = history_mark(service.conversations, owner_of(request, syncing.assistant.settings))
        controls, tools = show_preferences(preferences_of(request), language), show_tools(language)
        marks = history, questions_mark(service.suggester), *tell(syncing, language)
        return token_of(request), show_header(language), *controls, tools, *marks

    hidden = desk.hidden
    marks = [hidden.history, hidden.questions, *hidden.marks]
    outputs = [hidden.token, desk.header.brand, *desk.preferences, desk.tools, *marks]
    page.load(fill, None, outputs, **QUIET)
