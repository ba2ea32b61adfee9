"""Take pictures of the page's ten main states, and a short film of a question: `make screenshots`.

`python -m tests.browser.screenshots FOLDER` writes them into a folder, each in eight looks; with `--docs` only those
that the README shows, in one.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.actions import ask, cited, wait_until_still
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PROJECT, serve

Scheme = Literal["light", "dark"]
WIDE, PHONE, FILM = (1440, 900), (390, 844), (960, 600)
LOOKS: tuple[tuple[str, Scheme], ...] = (
    ("zh-CN", "light"),
    ("zh-CN", "dark"),
    ("en-US", "light"),
    ("en-US", "dark"),
)
QUESTION = "金山区累计淘汰调整了多少家落后化工企业？"
PARKS, AIR = "金山有哪四大郊野公园？", "2022年PM2.5平均浓度降到了多少？"
ENGLISH_QUESTION = "How long is Jinshan's coastline?"
REFUSED = "金山区有几座核电站？"


def first_screen(page: Page) -> None:
    """The page as it opens, with questions made from the documents."""
    page.wait_for_selector("#messages .examples button", timeout=60_000)


def answer(page: Page) -> None:
    """A question with its cards, and what may be asked next."""
    ask(page, PARKS)


def opened_source(page: Page) -> None:
    """Three questions answered, one citation open in its document."""
    for question in (PARKS, AIR, QUESTION):
        ask(page, question)
    page.locator("a.citation-mark").last.click()
    cited(page)


def preview(page: Page) -> None:
    """What a mark is of, before it is clicked."""
    ask(page, QUESTION)
    page.locator("a.citation-mark").last.hover()


def english_answer(page: Page) -> None:
    """A question in English."""
    ask(page, ENGLISH_QUESTION)


def refusal(page: Page) -> None:
    """A question that the documents do not answer, and what to try."""
    ask(page, REFUSED)


def complaint(page: Page) -> None:
    """An answer judged, with a reason."""
    ask(page, AIR)
    page.locator("#messages .tools .bad").last.click()


def documents(page: Page) -> None:
    """The list of documents."""
    view(page, 2)
    page.get_by_role("tab").nth(1).click()
    page.wait_for_selector("#document-list .documents")


def conversations(page: Page) -> None:
    """What was asked before, with the menu of one."""
    for question in (PARKS, AIR, QUESTION):
        ask(page, question)
        view(page, 0)
        page.click("#new-chat")
        view(page, 1)
        page.wait_for_selector(".welcome")
    view(page, 0)
    page.locator("#history li").first.hover()
    page.locator("#history summary").first.click()


def preferences(page: Page) -> None:
    """What a reader may set."""
    page.click(".open-preferences")


def view(page: Page, number: int) -> None:
    """On a phone, show one of the panels."""
    place = page.locator("#brand .views a").nth(number)
    if place.is_visible():
        place.click()


STATES = (
    *(first_screen, answer, opened_source, preview, english_answer),
    *(refusal, complaint, documents, conversations, preferences),
)
SHOWN = (first_screen, opened_source, documents)


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
                take(
                    browser,
                    address,
                    state,
                    size,
                    locale,
                    scheme,
                    folder / f"{state.__name__}-{size_name}-{locale}-{scheme}.png",
                )


def take(
    browser: Browser,
    address: str,
    state: Callable[[Page], None],
    size: tuple[int, int],
    locale: str,
    scheme: Scheme,
    path: Path,
) -> None:
    """Take one state in one look."""
    with opened(browser, address, size, locale, scheme) as page:
        state(page)
        page.wait_for_timeout(600)
        page.screenshot(path=path)
        # A page has few colours; a palette makes the file a third as large.
        Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=200).save(path, optimize=True)


def film(browser: Browser, address: str, path: Path) -> None:
    """Film a question, its answer, a click on its mark and the sentence in its document, as an animated picture."""
    frames: list[tuple[Image.Image, int]] = []

    def look(page: Page, milliseconds: int) -> None:
        taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(FILM, Image.Resampling.LANCZOS)
        if frames and frames[-1][0].tobytes() == taken.tobytes():
            frames[-1] = (taken, frames[-1][1] + milliseconds)
        else:
            frames.append((taken, milliseconds))

    with opened(browser, address, (1280, 800), "zh-CN", "light") as page:
        page.wait_for_selector("#messages .examples button", timeout=60_000)
        look(page, 900)
        for at in range(0, len(QUESTION), 4):
            page.locator("#question textarea").press_sequentially(QUESTION[at : at + 4])
            look(page, 160)
        page.keyboard.press("Enter")
        for _ in range(14):
            look(page, 120)
        wait_until_still(page)
        look(page, 1_200)
        page.locator("a.citation-mark").last.hover()
        look(page, 1_400)
        page.locator("a.citation-mark").last.click()
        cited(page)
        page.mouse.move(10, 400)
        page.wait_for_timeout(300)
        look(page, 3_500)
    first, *others = [picture.quantize(96, dither=Image.Dither.NONE) for picture, _ in frames]
    durations = [milliseconds for _, milliseconds in frames]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)


def main() -> int:
    """Serve the sample documents and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--docs", action="store_true", help="take those that the README shows")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for server in serve(PROJECT / "documents", Path(data) / "data"):
            if options.docs:
                for state in SHOWN:
                    name = state.__name__.replace("_", "-")
                    take(browser, server.address, state, WIDE, "zh-CN", "light", options.folder / f"{name}.png")
            else:
                take_all(browser, server.address, options.folder)
            film(browser, server.address, options.folder / "tour.gif")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
