"""The page: put together, and served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from qa.listening import cannot_listen
from qa.placing import clear_away
from qa.suggesting.suggester import Suggester
from qa.syncing import Syncing
from qa.ui.answer_events import wire_answers
from qa.ui.chat_events import wire_chat
from qa.ui.desk import lay_out
from qa.ui.document_events import wire_documents
from qa.ui.events import wire_marks, wire_page
from qa.ui.history_events import wire_history
from qa.ui.routes import build_routes
from qa.ui.service import Service, open_service
from qa.ui.shell import PageShell
from qa.ui.source_events import wire_sources
from qa.ui.stopping import Stops
from qa.ui.texts import translations
from qa.ui.theme import build_theme
from qa.ui.waiting import share_queue

STYLE = Path(__file__).with_name("style.css")
HOUR = 3_600


def build(service: Service) -> gr.Blocks:
    """Return the page, laid out and wired to a library that is synced in the background."""
    stops = Stops()
    page: gr.Blocks
    with gr.Blocks(title="问档 WenDang", analytics_enabled=False, fill_width=True, delete_cache=(HOUR, HOUR)) as page:
        desk = lay_out(_translations(service), service.syncing.assistant.author is not None)
        wire_chat(page, desk, service, stops)
        wire_answers(desk, service)
        wire_history(page, desk, service, stops)
        wire_sources(desk, service)
        wire_documents(desk, service)
        wire_marks(desk, service)
        wire_page(page, desk, service)
    return page


def launch(syncing: Syncing, announce: Callable[[str], None], inbrowser: bool = False) -> None:
    """Serve the page at the settings' host and port until interrupted; `announce` is told the address.

    Raises `SettingsError` where that port cannot be had.
    """
    with Suggester(syncing) as suggester:
        page, address = serve(syncing, inbrowser, suggester)
        announce(f"wendang: open {address} in a browser; Ctrl+C stops it")
        page.block_thread()


def serve(syncing: Syncing, inbrowser: bool = False, suggester: Suggester | None = None) -> tuple[gr.Blocks, str]:
    """Return the page, served on threads of its own until it is closed, and its address; see `launch`.

    Without a suggester at work, it offers the questions that are kept, and those that lead on from an answer.
    """
    settings = syncing.assistant.settings
    clear_away(settings.documents)
    service = open_service(syncing, suggester)
    page = build(service)
    share_queue(page)
    try:
        _, address, _ = page.launch(prevent_thread_lock=True, inbrowser=inbrowser, **_serving(service))
    except OSError as error:
        raise cannot_listen(settings, error) from None
    return page, str(address)


def _translations(service: Service) -> gr.I18n:
    return translations(megabytes=service.syncing.assistant.settings.max_upload_mb)


def _serving(service: Service) -> dict[str, Any]:
    settings = service.syncing.assistant.settings
    return dict(
        server_name=settings.host,
        server_port=settings.port,
        quiet=True,
        theme=build_theme(),
        css_paths=[STYLE],
        i18n=_translations(service),
        footer_links=[],
        max_file_size=f"{settings.max_upload_mb}mb",
        app_kwargs={"middleware": [Middleware(PageShell, routes=build_routes(service))]},
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
    )
