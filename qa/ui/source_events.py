"""What opens in the source panel."""

from __future__ import annotations

import gradio as gr

from qa.history.datatypes import Conversation
from qa.ui.desk import Desk
from qa.ui.handling import QUIET, Updates
from qa.ui.links import parse_link
from qa.ui.service import Service
from qa.ui.sources import open_link
from qa.ui.texts import language_of


def wire_sources(desk: Desk, service: Service) -> None:
    """Open what a link asks for."""

    def follow(text: str, conversation: Conversation, request: gr.Request) -> Updates:
        shown = open_link(service.syncing.assistant, conversation, parse_link(text), language_of(request))
        return shown, gr.Tabs(selected="sources")

    inputs, outputs = [desk.hidden.link, desk.chat.conversation], [desk.sources, desk.tabs]
    desk.hidden.link.change(follow, inputs, outputs, trigger_mode="always_last", **QUIET)
