"""A document of many pages in the source panel, which shows a part of it at a time: it reads and is searched as one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import look_for, open_document
from tests.browser.conftest import Server, put, wait_until_followed

NAME = "巡查长卷.txt"
LINES = 1_300
FILLER = "沿岸的灯塔与堤坝都照旧例养护，" * 11


@pytest.fixture(scope="module")
def long(server: Server) -> Iterator[None]:
    """A document that is shown in windows; two of its lines are of their own."""
    lines = [f"第{number}条记录。{FILLER}" for number in range(LINES)]
    lines[20] += "前湾的浮标是橙色的。"
    lines[1250] += "后湾的浮标是橙色的。"
    put(server, NAME, "沿岸巡查长卷\n\n" + "\n".join(lines))
    yield
    (server.documents / NAME).unlink()
    wait_until_followed(server)


def test_a_long_document_reads_as_one(page: Page, long: None) -> None:
    open_document(page, "沿岸巡查长卷")
    text = page.locator("#sources .reader-text")
    expect(text).to_contain_text("第0条")
    expect(text).not_to_contain_text(f"第{LINES - 1}条")
    for _ in range(LINES):
        if f"第{LINES - 1}条" in text.inner_text():
            break
        parts = text.locator(".part").count()
        text.evaluate("text => text.scrollTo(0, text.scrollHeight)")
        expect(text.locator(".part")).not_to_have_count(parts)
    numbers = text.evaluate("text => [...text.textContent.matchAll(/第(\\d+)条/g)].map((found) => Number(found[1]))")
    assert numbers == list(range(LINES))
    expect(text.locator(".more")).to_have_count(0)


def test_reading_upwards_keeps_its_place(page: Page, long: None) -> None:
    open_document(page, "沿岸巡查长卷")
    look_for(page, "后湾的浮标", "1 / 1")
    text = page.locator("#sources .reader-text")
    mark = page.locator("#sources mark.found.current")
    expect(mark).to_be_in_viewport()
    expect(text.locator(".part").first).to_contain_text("第1000条")
    # As far up as goes: what comes above does not move what is read. The line is taken down in the same turn, because
    # what stands before it may come at once.
    first = text.evaluate(
        "text => { text.scrollTo(0, 0); return text.querySelector('.part p').textContent.slice(0, 9); }"
    )
    expect(text.locator(".part").first).not_to_contain_text("第1000条")
    moved = text.evaluate(
        """(text, first) => [...text.querySelectorAll("p")].find((one) => one.textContent.startsWith(first))
            .getBoundingClientRect().top - text.getBoundingClientRect().top""",
        first,
    )
    assert -5 < moved < 120, "the line that was first is still where it was, under the line on what is before"


def test_words_are_found_in_all_of_a_long_document(page: Page, long: None) -> None:
    open_document(page, "沿岸巡查长卷")
    current = look_for(page, "浮标是橙色", "1 / 2")
    expect(current).to_be_in_viewport()
    expect(page.locator("#sources .reader-text")).to_contain_text("前湾")
    page.keyboard.press("Enter")
    expect(page.locator("#sources .found-count")).to_have_text("2 / 2")
    expect(page.locator("#sources .reader-text")).to_contain_text("后湾")
    expect(current).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#sources .reader-text")).to_contain_text("前湾")
    expect(current).to_be_in_viewport()
