"""A server that is gone: said in the reader's words, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import cast

from playwright.sync_api import Browser, expect

from tests.browser.conftest import AIR, Server, free_port, serve

DRAFT = "全区优良天数比例是多少"


def test_a_lost_server_is_said_and_what_was_typed_is_kept(chromium: Browser, tmp_path: Path) -> None:
    documents, port = tmp_path / "documents", str(free_port())
    documents.mkdir()
    (documents / "生态公报.md").write_text(AIR, encoding="utf-8")
    running = cast(Generator[Server, None, None], serve(documents, tmp_path / "data", WENDANG_PORT=port))
    page = chromium.new_context(locale="zh-CN").new_page()
    page.set_default_timeout(60_000)
    page.goto(next(running).address)
    page.wait_for_selector(".welcome")
    # What is said then came with the page, once the server has filled it.
    page.wait_for_selector("#brand data.lost", state="attached")
    page.fill("#question textarea", DRAFT)
    running.close()
    # Gradio notices at the next thing that it asks for, and not by itself.
    page.keyboard.press("Enter")
    toast = page.locator(".toast-body")
    expect(toast).to_contain_text("连接断了")
    expect(toast).to_contain_text("请看看它是否还在运行")
    expect(toast).not_to_contain_text("Connection")
    page.evaluate("window.isOld = true")
    for _ in serve(documents, tmp_path / "data", WENDANG_PORT=port):
        page.wait_for_function("!window.isOld", timeout=120_000)
        expect(page.locator("#question textarea")).to_have_value(DRAFT)
    page.context.close()
