"""The page: put together, and served."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from index.errors import SettingsError
from index.loaders import LOADERS
from qa.syncing import Syncing
from qa.ui import events
from qa.ui.desk import lay_out
from qa.ui.live import look
from qa.ui.shell import PageShell
from qa.ui.texts import translations
from qa.ui.theme import build_theme

STYLE = Path(__file__).with_name("style.css")
CONCURRENT_EVENTS = 8
HOUR = 3_600


def build(syncing: Syncing) -> gr.Blocks:
    """Return the page, laid out and wired to a library that is synced in the background."""
    page: gr.Blocks
    with gr.Blocks(title="问档 WenDang", analytics_enabled=False, fill_width=True, delete_cache=(HOUR, HOUR)) as page:
        desk = lay_out(translations(suffixes=" ".join(LOADERS)))
        events.wire_chat(desk, syncing)
        events.wire_sources(desk, syncing)
        events.wire_documents(desk, syncing)
        events.wire_marks(desk, syncing)
        events.wire_page(page, desk, syncing)
    return page


def launch(syncing: Syncing, announce: Callable[[str], None], inbrowser: bool = False) -> None:
    """Serve the page at the settings' host and port until interrupted; `announce` is told the address.

    Raises `SettingsError` where that port cannot be had.
    """
    settings = syncing.assistant.settings
    page = build(syncing)
    page.queue(default_concurrency_limit=CONCURRENT_EVENTS)
    try:
        _, address, _ = page.launch(prevent_thread_lock=True, inbrowser=inbrowser, **_serving(syncing))
    except OSError as error:
        address = f"{settings.host}:{settings.port}"
        raise SettingsError(f"cannot listen on {address} ({error}). Set WENDANG_PORT to a free port") from None
    announce(f"wendang: open {address} in a browser; Ctrl+C stops it")
    page.block_thread()


def _serving(syncing: Syncing) -> dict[str, Any]:
    settings = syncing.assistant.settings
    return dict(
        server_name=settings.host,
        server_port=settings.port,
        quiet=True,
        theme=build_theme(),
        css_paths=[STYLE],
        i18n=translations(suffixes=" ".join(LOADERS)),
        footer_links=[],
        max_file_size=f"{settings.max_upload_mb}mb",
        app_kwargs={"middleware": [Middleware(PageShell, look=partial(look, syncing))]},
        share=False,
        ssr_mode=False,
        enable_monitoring=False,
    )
