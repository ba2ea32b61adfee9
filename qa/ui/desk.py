"""The desk: where the panels stand, and what is not seen of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.ui.chat import ChatPanel, build_chat
from qa.ui.documents import DocumentsPanel, build_documents
from qa.ui.header import Header, build_header


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not seen: the page's secret, and boxes that script.js writes into.

    `status`, `listing` and `library` hold the marks of what the page shows (`live.Marks`); Gradio tells of a box that
    has changed, and touches nothing on the page while none has.
    """

    link: gr.Textbox
    action: gr.Textbox
    token: gr.State
    status: gr.Textbox
    listing: gr.Textbox
    library: gr.Textbox

    @property
    def marks(self) -> list[Any]:
        """The components that `tell` gives values for, in its order."""
        return [self.status, self.listing, self.library]


@dataclass(frozen=True, slots=True)
class Desk:
    """All components that events read or change."""

    header: Header
    chat: ChatPanel
    documents: DocumentsPanel
    tabs: gr.Tabs
    sources: gr.HTML
    hidden: Hidden


def lay_out(i18n: gr.I18n) -> Desk:
    """Lay the page out."""
    header = build_header(i18n)
    with gr.Row(elem_id="desk", equal_height=True):
        with gr.Column(scale=11, min_width=0, elem_id="chat-column"):
            chat = build_chat(i18n)
        with gr.Column(scale=9, min_width=0, elem_id="side-column"), gr.Tabs(elem_id="side-tabs") as tabs:
            with gr.Tab(i18n("tab_sources"), id="sources"):
                sources = gr.HTML(elem_id="sources", js_on_load=None)
            with gr.Tab(i18n("tab_documents"), id="documents"):
                documents = build_documents(i18n)
    return Desk(header, chat, documents, tabs, sources, _lay_out_hidden())


def _lay_out_hidden() -> Hidden:
    def box(name: str) -> gr.Textbox:
        return gr.Textbox(elem_id=name, visible="hidden", show_label=False, container=False)

    return Hidden(
        # script.js writes the link, or the value of the button, that was clicked: so a click reaches the server.
        link=box("link"),
        action=box("action"),
        token=gr.State(""),
        status=box("status-mark"),
        listing=box("listing-mark"),
        library=box("library-mark"),
    )
