"""What a user does on the page, for the tests to say in one word."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect


def ask(page: Page, question: str) -> int:
    """Send a question, wait until its whole answer is there, and return how many answers there are."""
    before = page.locator("#messages .message-text.answer").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.answer")).to_have_count(before + 1)
    wait_until_still(page)
    return before + 1


def wait_until_still(page: Page) -> None:
    """Wait until the last answer has stopped growing."""
    text = ""
    while (now := page.locator("#messages .message-text.answer").last.inner_text()) != text:
        text = now
        page.wait_for_timeout(250)


def choose(page: Page, upload: Path) -> None:
    """Press the upload button and choose a file."""
    with page.expect_file_chooser() as chooser:
        page.click("#upload")
    chooser.value.set_files(upload)


def open_documents(page: Page) -> None:
    """Show the tab of the documents."""
    page.get_by_role("tab").last.click()
    expect(page.locator("#document-list .documents")).to_be_visible()


def cited(page: Page) -> str:
    """Return the highlighted words of the source panel, having made sure that they are in view."""
    mark = page.locator("#sources mark.cited").first
    expect(mark).to_be_visible()
    expect(mark).to_be_in_viewport()
    return mark.inner_text()
