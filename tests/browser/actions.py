"""What a user does on the page, for the tests to say in one word."""

from __future__ import annotations

import time
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import Locator, Page, Request, expect

PATIENCE_SECONDS = 30
_under_way: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def follow_requests(page: Page) -> None:
    """Note from now on what a page has asked for and not been given yet."""
    under_way = _under_way.setdefault(page, set())

    def begin(request: Request) -> None:
        # That the page is still there, Gradio tells the server for as long as it is.
        if "/heartbeat/" not in request.url:
            under_way.add(request)

    def end(request: Request) -> None:
        under_way.discard(request)

    page.on("request", begin)
    page.on("requestfinished", end)
    page.on("requestfailed", end)


def reload(page: Page) -> None:
    """Load a page anew once nothing is on its way to it: Gradio's script calls that an error, in the console."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    page.wait_for_timeout(300)
    while _under_way[page] and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    page.reload()


def ask(page: Page, question: str) -> int:
    """Send a question, wait until its whole answer is there, and return how many answers there are."""
    before = page.locator("#messages .message-text.answer").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.answer")).to_have_count(before + 1)
    wait_until_still(page)
    return before + 1


def wait_until_still(page: Page) -> None:
    """Wait until the last answer has stopped growing, and nobody writes any more."""
    expect(page.locator("#messages .writing")).to_have_count(0)
    expect(page.locator("#question .submit-button")).to_be_visible()
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


# From the top of the page down; the box for the question stands below the answer.
PARTS = (
    "#messages .message-text.question",
    "#messages .answer .grounds",
    "#messages .answer > p:not(.grounds-line, .writing)",
    "#question",
)


def note_places(page: Page) -> None:
    """Note from now on, with every frame that the browser draws, where the parts of an answer stand."""
    page.evaluate(
        """(parts) => {
            window.places = [];
            const note = () => {
                const found = parts.map((part) => document.querySelector(part));
                window.places.push(found.map((one) => one?.getBoundingClientRect().top ?? null));
                requestAnimationFrame(note);
            };
            note();
        }""",
        PARTS,
    )


def moved(page: Page) -> list[str]:
    """Return the parts that have stood in more than one place since the answer's first words."""
    frames: list[list[float | None]] = page.evaluate("window.places")
    written = [frame for frame in frames if None not in frame]
    assert len(written) > 20, "too few frames to tell"
    places = zip(*written, strict=True)
    return [part for part, tops in zip(PARTS, places, strict=True) if len({round(top or 0) for top in tops}) > 1]


def open_document(page: Page, title: str) -> None:
    open_documents(page)
    page.locator("#document-list a", has_text=title).first.click()
    expect(page.locator("#sources .reader h2")).to_have_text(title)


def look_for(page: Page, words: str, count: str) -> Locator:
    """Type into the box over the text, wait for the count, and return the match that is the current one."""
    page.fill("#sources .find input", words)
    expect(page.locator("#sources .found-count")).to_have_text(count)
    return page.locator("#sources mark.found.current")
