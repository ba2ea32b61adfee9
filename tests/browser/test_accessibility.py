"""axe-core finds nothing serious in any state of the page, in either language and look, at either width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import ask
from tests.browser.conftest import Server

QUESTION = "青岚区有哪四大郊野公园？"


def first_screen(page: Page) -> None:
    """The page as it opens."""


def opened_source(page: Page) -> None:
    """An answer with one citation open in its document."""
    ask(page, QUESTION)
    page.locator("a.citation-mark").first.click()
    expect(page.locator("#sources mark.cited").first).to_be_visible()


def searched_source(page: Page) -> None:
    """Words found in the document that is open."""
    opened_source(page)
    page.fill("#sources .find input", "公园")
    expect(page.locator("#sources mark.found.current")).to_be_visible()


def refusal(page: Page) -> None:
    """A question that nothing answers."""
    ask(page, "火星殖民地的氧气罐由谁供应？")


def complaint(page: Page) -> None:
    """What is wrong with an answer, with a reason chosen."""
    ask(page, QUESTION)
    page.locator(".tool.bad").click()
    page.locator(".reason").first.click()
    expect(page.locator("#answer-said .toast")).to_be_visible()


def documents(page: Page) -> None:
    """The list of documents."""
    if page.locator("#side-column").is_hidden():
        page.locator("#brand .views a").last.click()
    page.get_by_role("tab").nth(1).click()
    expect(page.locator("#document-list .documents")).to_be_visible()


def conversations(page: Page) -> None:
    """What was asked before, with one's menu open."""
    ask(page, QUESTION)
    if page.locator("#history-column").is_hidden():
        page.locator("#brand .views a").first.click()
    page.locator("#history li").first.hover()
    page.locator("#history summary").first.click()


def preferences(page: Page) -> None:
    """What a reader may set."""
    page.click(".open-preferences")


STATES = (first_screen, opened_source, searched_source, refusal, complaint, documents, conversations, preferences)
LOOKS = (("zh-CN", "light", 1440), ("en-US", "dark", 1440), ("zh-CN", "dark", 390), ("en-US", "light", 390))


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
def test_nothing_serious_is_found(
    chromium: Browser, server: Server, state: Callable[[Page], None], locale: str, scheme: Any, width: int
) -> None:
    context = chromium.new_context(
        locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(server.address)
    page.wait_for_selector(".welcome")
    state(page)
    page.wait_for_timeout(500)  # until what fades in is there: half faded, every colour is too pale
    found = Axe().run(page).response["violations"]
    context.close()
    serious = [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:200] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
