"""The page: where the panels stand, what a click does, and how it is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from index.errors import SettingsError
from index.loaders import LOADERS
from qa.assistant import Assistant
from qa.settings import Settings
from qa.ui.chat import ChatPanel, answer_steps, build_chat, greet
from qa.ui.conversations import Conversation
from qa.ui.documents import DocumentsPanel, build_documents, is_stale, list_documents, store_files, sync_steps
from qa.ui.header import Header, build_header, show_header
from qa.ui.links import parse_link
from qa.ui.markup import Html
from qa.ui.shell import PageShell
from qa.ui.sources import list_sources, no_sources, open_link
from qa.ui.texts import language_of, translations
from qa.ui.theme import build_theme

STYLE = Path(__file__).with_name("style.css")
CONCURRENT_EVENTS = 8
HOUR = 3_600

# What a handler gives to Gradio: one update a component, in the order of the event's outputs.
Updates = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """All components that events read or change."""

    header: Header
    chat: ChatPanel
    documents: DocumentsPanel
    tabs: gr.Tabs
    sources: gr.HTML
    link: gr.Textbox


def build(assistant: Assistant) -> gr.Blocks:
    """Return the page, laid out and wired to an assistant."""
    i18n = translations(suffixes=" ".join(LOADERS))
    page: gr.Blocks
    with gr.Blocks(title="问档 WenDang", analytics_enabled=False, fill_width=True, delete_cache=(HOUR, HOUR)) as page:
        desk = _lay_out(i18n)
        _wire_chat(desk, assistant)
        _wire_sources(desk, assistant)
        _wire_documents(desk, assistant)
        _wire_page(page, desk, assistant)
    return page


def launch(assistant: Assistant, announce: Callable[[str], None], inbrowser: bool = False) -> None:
    """Serve the page at the settings' host and port until interrupted; `announce` is told the address.

    Raises `SettingsError` where that port cannot be had.
    """
    page = build(assistant)
    page.queue(default_concurrency_limit=CONCURRENT_EVENTS)
    try:
        _, address, _ = page.launch(prevent_thread_lock=True, inbrowser=inbrowser, **_serving(assistant.settings))
    except OSError as error:
        host, port = assistant.settings.host, assistant.settings.port
        raise SettingsError(f"cannot listen on {host}:{port} ({error}). Set WENDANG_PORT to a free port") from None
    announce(f"wendang: open {address} in a browser; Ctrl+C stops it")
    page.block_thread()


def _serving(settings: Settings) -> dict[str, Any]:
    return dict(
        server_name=settings.host,
        server_port=settings.port,
        quiet=True,
        theme=build_theme(),
        css_paths=[STYLE],
        i18n=translations(suffixes=" ".join(LOADERS)),
        footer_links=[],
        max_file_size=f"{settings.max_upload_mb}mb",
        app_kwargs={"middleware": [Middleware(PageShell)]},
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
    )


def _lay_out(i18n: gr.I18n) -> Desk:
    header = build_header(i18n)
    with gr.Row(elem_id="desk", equal_height=True):
        with gr.Column(scale=11, min_width=0, elem_id="chat-column"):
            chat = build_chat(i18n)
        with gr.Column(scale=9, min_width=0, elem_id="side-column"), gr.Tabs(elem_id="side-tabs") as tabs:
            with gr.Tab(i18n("tab_sources"), id="sources"):
                sources = gr.HTML(elem_id="sources", js_on_load=None)
            with gr.Tab(i18n("tab_documents"), id="documents"):
                documents = build_documents(i18n)
    # script.js writes the link that was clicked into this box, which is how a click reaches the server.
    link = gr.Textbox(elem_id="link", visible="hidden", show_label=False, container=False)
    return Desk(header, chat, documents, tabs, sources, link)


def _wire_chat(desk: Desk, assistant: Assistant) -> None:
    """Answer what is typed and sent, and what is chosen among the examples."""

    def ask(question: str, conversation: Conversation, request: gr.Request) -> Iterator[Updates]:
        language = language_of(request)
        for messages, step in answer_steps(assistant, question, conversation, language):
            sources: Any = gr.skip()
            tabs: Any = gr.skip()
            answer = step.conversation.exchanges[-1].answer
            if step.found and answer is not None:
                sources = list_sources(answer, len(step.conversation.exchanges) - 1, language)
                tabs = gr.Tabs(selected="sources")
            yield "", messages, step.conversation, sources, tabs

    def ask_example(conversation: Conversation, chosen: gr.SelectData, request: gr.Request) -> Iterator[Updates]:
        yield from ask(str(chosen.value["text"]), conversation, request)

    def start_anew(request: gr.Request) -> Updates:
        return [], Conversation(), no_sources(language_of(request))

    chat = desk.chat
    outputs = [chat.question, chat.messages, chat.conversation, desk.sources, desk.tabs]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    chat.question.submit(ask, [chat.question, chat.conversation], outputs, **quiet)
    chat.messages.example_select(ask_example, [chat.conversation], outputs, **quiet)
    desk.header.new_chat.click(start_anew, None, [chat.messages, chat.conversation, desk.sources], **quiet)


def _wire_sources(desk: Desk, assistant: Assistant) -> None:
    """Open what a link asks for."""

    def follow(text: str, conversation: Conversation, request: gr.Request) -> Updates:
        shown = open_link(assistant, conversation, parse_link(text), language_of(request))
        return shown, gr.Tabs(selected="sources")

    desk.link.change(
        follow,
        [desk.link, desk.chat.conversation],
        [desk.sources, desk.tabs],
        show_progress="hidden",
        api_visibility="private",
        trigger_mode="always_last",
    )


def _wire_documents(desk: Desk, assistant: Assistant) -> None:
    """Store what is uploaded and bring the index up to the folder, with every state of it shown."""

    def sync(request: gr.Request, said: Html | None = None) -> Iterator[Updates]:
        language = language_of(request)
        for status in sync_steps(assistant, language, said):
            yield None, status, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        listing = list_documents(assistant, language)
        stale = gr.Row(visible=is_stale(assistant))
        yield None, gr.skip(), listing, stale, greet(assistant, language), gr.skip()

    def reindex(request: gr.Request) -> Iterator[Updates]:
        yield None, "", gr.skip(), gr.skip(), gr.skip(), gr.Tabs(selected="documents")
        yield from sync(request)

    def take_in(paths: list[str], request: gr.Request) -> Iterator[Updates]:
        yield from sync(request, store_files(assistant.settings.documents, paths, language_of(request)))

    panel, header = desk.documents, desk.header
    outputs = [panel.upload, panel.status, panel.listing, header.stale, desk.chat.messages, desk.tabs]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    panel.upload.upload(take_in, [panel.upload], outputs, **quiet)
    gr.on([panel.reindex.click, header.reindex.click], reindex, None, outputs, **quiet)


def _wire_page(page: gr.Blocks, desk: Desk, assistant: Assistant) -> None:
    """Fill the page when it is opened."""

    def fill(request: gr.Request) -> Updates:
        language = language_of(request)
        return (
            show_header(language),
            gr.Row(visible=is_stale(assistant)),
            greet(assistant, language),
            no_sources(language),
            list_documents(assistant, language),
        )

    header = desk.header
    outputs = [header.brand, header.stale, desk.chat.messages, desk.sources, desk.documents.listing]
    page.load(fill, None, outputs, show_progress="hidden", api_visibility="private")
