"""What a reader sets on the page holds at once, and after a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import ask, reload
from tests.browser.conftest import Server, Watch, open_page


def choose(page: Page, name: str, label: str) -> None:
    page.locator(f"#set-{name} label", has_text=label).last.click()


def test_dark_and_light_are_chosen(page: Page) -> None:
    page.click(".open-preferences")
    choose(page, "theme", "深色")
    expect(page.locator("body.dark")).to_have_count(1)
    reload(page)
    expect(page.locator("body.dark")).to_have_count(1)
    page.click(".open-preferences")
    expect(page.locator("#set-theme label.selected")).to_have_text("深色")
    choose(page, "theme", "浅色")
    expect(page.locator("body.dark")).to_have_count(0)


def test_the_language_is_chosen_and_the_conversation_stays(page: Page) -> None:
    ask(page, "青岚区有哪四大郊野公园？")
    # A page that is left while it asks for something complains in the console.
    page.wait_for_timeout(2_000)
    page.click(".open-preferences")
    choose(page, "language", "English")
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", "Ask a question and press Enter")
    expect(page.locator("#new-chat")).to_have_text("New chat")
    expect(page.locator("#messages .message-text.question")).to_have_text("青岚区有哪四大郊野公园？")
    expect(page.locator("#sources .cards-title")).to_contain_text("1 citation")
    page.wait_for_timeout(2_000)
    page.click(".open-preferences")
    choose(page, "language", "中文")
    expect(page.locator("#new-chat")).to_have_text("新对话")


def test_text_grows(page: Page) -> None:
    ask(page, "青岚区有哪四大郊野公园？")
    answer = page.locator("#messages .message-text.answer")
    before = answer.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    page.click(".open-preferences")
    choose(page, "size", "特大")
    after = answer.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert after == pytest.approx(1.35 * before)


def test_strict_refuses_what_is_doubtful(page: Page) -> None:
    page.click(".open-preferences")
    choose(page, "confidence", "宽松")
    choose(page, "passages", "5 段")
    page.keyboard.press("Escape")
    expect(page.locator("#preferences")).to_be_hidden()
    ask(page, "青岚区有哪四大郊野公园？")
    passages = page.locator("#sources .cards > li")
    expect(passages.first).to_be_attached()
    assert passages.count() <= 6


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_panel_opens_and_closes_from_the_keyboard(
    chromium: Browser, server: Server, watch: Watch, width: int, height: int
) -> None:
    for page in open_page(chromium, server, watch, "en-US", width, height):
        button = page.get_by_role("button", name="Settings")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#set-language input:checked")).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "true")
        box = page.locator("#preferences").bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
        expect(page.locator("#preferences")).to_be_hidden()
        expect(page.locator("#set-model")).to_have_count(0)
