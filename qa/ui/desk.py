"""The desk: where the panels stand, and what is not seen of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.ui.chat import ChatPanel, build_chat
from qa.ui.documents import DocumentsPanel, build_documents
from qa.ui.header import Header, build_header
from qa.ui.history import HistoryPanel, build_history
from qa.ui.preferences_panel import build_preferences


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not seen: the page's secret, and boxes that script.js writes into.

    `conversation` is the id of the one that is open, which script.js keeps in the page's address. `as_searched` tells
    that the next question was taken from what was searched for, and is asked as it stands; `suggested` is a question
    that was offered and chosen; `answer_action` is what is to be done with an answer. `status`, `listing`, `library`,
    `history` and `questions` hold the marks of what the page shows (`live.Marks`); Gradio tells of a box that has
    changed, and touches nothing on the page while none has.
    """

    link: gr.Textbox
    suggested: gr.Textbox
    again: gr.Textbox
    action: gr.Textbox
    answer_action: gr.Textbox
    view: gr.Textbox
    viewed: gr.Textbox
    tick: gr.Textbox
    uploaded: gr.Textbox
    conversation: gr.Textbox
    opening: gr.Textbox
    history_action: gr.Textbox
    as_searched: gr.Textbox
    token: gr.State
    status: gr.Textbox
    listing: gr.Textbox
    library: gr.Textbox
    history: gr.Textbox
    questions: gr.Textbox

    @property
    def marks(self) -> list[Any]:
        """The components that `tell` gives values for, in its order."""
        return [self.status, self.listing, self.library]


@dataclass(frozen=True, slots=True)
class Desk:
    """All components that events read or change.

    `tools` are what script.js shows over the page while something is uploaded, or when text is pasted.
    """

    header: Header
    preferences: list[gr.Radio]
    history: HistoryPanel
    chat: ChatPanel
    documents: DocumentsPanel
    tabs: gr.Tabs
    sources: gr.HTML
    tools: gr.HTML
    hidden: Hidden


def lay_out(i18n: gr.I18n, has_model: bool) -> Desk:
    """Lay the page out."""
    header = build_header()
    preferences = build_preferences(i18n, has_model)
    with gr.Row(elem_id="desk", equal_height=True):
        with gr.Column(scale=4, min_width=0, elem_id="history-column"):
            history = build_history(i18n)
        with gr.Column(scale=11, min_width=0, elem_id="chat-column"):
            chat = build_chat(i18n)
        with gr.Column(scale=9, min_width=0, elem_id="side-column"), gr.Tabs(elem_id="side-tabs") as tabs:
            with gr.Tab(i18n("tab_sources"), id="sources"):
                sources = gr.HTML(elem_id="sources", js_on_load=None)
            with gr.Tab(i18n("tab_documents"), id="documents"):
                documents = build_documents(i18n)
    # Not in the panel, whose tab Gradio makes when it is first opened.
    tools = gr.HTML(elem_id="document-tools", js_on_load=None)
    return Desk(header, preferences, history, chat, documents, tabs, sources, tools, _lay_out_hidden())


def _lay_out_hidden() -> Hidden:
    def box(name: str) -> gr.Textbox:
        return gr.Textbox(elem_id=name, visible="hidden", show_label=False, container=False)

    return Hidden(
        # script.js writes the link, or the value of the button, that was clicked: so a click reaches the server.
        link=box("link"),
        suggested=box("suggested"),
        again=box("again"),
        action=box("action"),
        answer_action=box("answer-action"),
        view=box("view"),
        viewed=box("viewed"),
        tick=box("tick"),
        uploaded=box("uploaded"),
        conversation=box("conversation"),
        opening=box("opening"),
        history_action=box("history-action"),
        as_searched=box("as-searched"),
        token=gr.State(""),
        status=box("status-mark"),
        listing=box("listing-mark"),
        library=box("library-mark"),
        history=box("history-mark"),
        questions=box("questions-mark"),
    )
