"""Take pictures of the page's main states: `python -m tests.browser.screenshots FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.actions import ask, cited
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PROJECT, serve

Scheme = Literal["light", "dark"]
WIDE, PHONE = (1440, 900), (390, 844)
LOOKS: tuple[tuple[str, Scheme], ...] = (
    ("zh-CN", "light"),
    ("zh-CN", "dark"),
    ("en-US", "light"),
    ("en-US", "dark"),
)
QUESTION = "金山区累计淘汰调整了多少家落后化工企业？"
EARLIER_QUESTIONS = ("金山有哪四大郊野公园？", "2022年PM2.5平均浓度降到了多少？")
ENGLISH_QUESTION = "How long is Jinshan's coastline?"
REFUSED = "金山区有几座核电站？"


def first_screen(page: Page) -> None:
    """The page as it opens."""


def opened_source(page: Page) -> None:
    """Three questions answered, one citation open in its document."""
    for question in (*EARLIER_QUESTIONS, QUESTION):
        ask(page, question)
    page.locator("a.citation-mark").last.click()
    cited(page)


def english_answer(page: Page) -> None:
    """A question in English with its cards."""
    ask(page, ENGLISH_QUESTION)


def refusal(page: Page) -> None:
    """A question that the documents do not answer."""
    ask(page, REFUSED)


def documents(page: Page) -> None:
    """The list of documents."""
    if page.locator("#side-column").is_hidden():
        page.locator("#brand .views a").last.click()
    page.get_by_role("tab").last.click()


STATES = (first_screen, opened_source, english_answer, refusal, documents)


@contextmanager
def opened(browser: Browser, address: str, size: tuple[int, int], locale: str, scheme: Scheme) -> Iterator[Page]:
    """Open the page in one look."""
    width, height = size
    context = browser.new_context(
        locale=locale, color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".welcome")
    yield page
    context.close()


def take_all(browser: Browser, address: str, folder: Path) -> None:
    """Take every state in every look into a folder."""
    for size_name, size in (("wide", WIDE), ("phone", PHONE)):
        for locale, scheme in LOOKS:
            for state in STATES:
                with opened(browser, address, size, locale, scheme) as page:
                    state(page)
                    page.wait_for_timeout(400)
                    path = folder / f"{state.__name__}-{size_name}-{locale}-{scheme}.png"
                    page.screenshot(path=path)
                    # A page has few colours; a palette makes the file a third as large.
                    Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=200).save(path, optimize=True)


def main() -> int:
    """Serve the sample documents and take the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for server in serve(PROJECT / "documents", Path(data) / "data"):
            take_all(browser, server.address, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
