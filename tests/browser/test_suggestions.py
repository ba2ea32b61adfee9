"""Questions that are offered: on the first screen, and after an answer, on a wide screen and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.actions import ask, reload, wait_until_still
from tests.browser.conftest import HOSTILE, HOSTILE_NAME, PARKS, Server, Watch, open_page, serve

TOWN = """# 霜桥镇概况

霜桥镇位于栗山县东部，面积68.5平方公里。

## 农业

全镇现有茶园1268亩。霜桥镇有三大茶场，分别是松岭茶场、白鹭茶场和云溪茶场。

## 交通

2021年，霜桥镇建成了第一座跨河大桥。

## 教育

霜桥镇共有小学六所。2019年，霜桥镇新建了一座图书馆。
"""
TEA_QUESTION = "霜桥镇有哪三大茶场？"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run app.py over documents that say several things each, and a hostile one."""
    folder = tmp_path_factory.mktemp("suggestions")
    documents = folder / "documents"
    documents.mkdir()
    for name, text in (("郊野公园.md", PARKS), ("霜桥镇.md", TOWN), (HOSTILE_NAME, HOSTILE)):
        (documents / name).write_text(text, encoding="utf-8")
    yield from serve(documents, folder / "data")


@pytest.fixture(params=["page", "phone"])
def opened(request: pytest.FixtureRequest) -> Page:
    """The page in one of two widths."""
    page: Page = request.getfixturevalue(request.param)
    return page


def examples(page: Page) -> Locator:
    return page.locator("#messages .examples button")


def chips(page: Page) -> Locator:
    return page.locator("#next-questions button.ask")


def test_questions_are_offered_asked_and_lead_on(opened: Page) -> None:
    expect(examples(opened).first).to_be_visible()
    assert 2 <= examples(opened).count() <= 4
    first = examples(opened).first.inner_text().strip()
    examples(opened).first.click()
    expect(opened.locator("#messages .message-text.question")).to_have_text(first)
    wait_until_still(opened)
    expect(opened.locator("#messages a.citation-mark").first).to_be_visible()
    ask(opened, TEA_QUESTION)
    expect(chips(opened).first).to_be_visible()
    assert 1 <= chips(opened).count() <= 3
    offered = chips(opened).first.inner_text()
    assert offered not in (first, TEA_QUESTION)
    chips(opened).first.click()
    questions = opened.locator("#messages .message-text.question")
    expect(questions).to_have_count(3)
    expect(questions.last).to_have_text(offered)
    expect(opened.locator("#messages .message-text.answer")).to_have_count(3)
    wait_until_still(opened)
    answer = opened.locator("#messages .message-text.answer").last
    expect(answer.locator("a.citation-mark").first).to_be_visible()
    # As it stands: it was checked so, and nothing is carried into it from before.
    expect(answer.locator(".aside .edit")).to_have_count(0)


def test_the_room_is_kept_so_that_nothing_moves(opened: Page) -> None:
    opened.evaluate(
        """() => {
            window.heights = new Set();
            const note = () => {
                if (document.querySelector("#messages .message-row"))
                    window.heights.add(document.querySelector("#messages").clientHeight);
                requestAnimationFrame(note);
            };
            note();
        }"""
    )
    ask(opened, TEA_QUESTION)
    expect(chips(opened).first).to_be_visible()
    opened.wait_for_timeout(300)
    assert opened.evaluate("window.heights.size") == 1


def test_a_question_is_asked_from_the_keyboard_and_what_was_typed_stays(page: Page) -> None:
    ask(page, TEA_QUESTION)
    expect(chips(page).first).to_be_visible()
    page.fill("#question textarea", "还没写完")
    offered = chips(page).first.inner_text()
    chips(page).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.question").last).to_have_text(offered)
    expect(page.locator("#question textarea")).to_be_focused()
    wait_until_still(page)
    assert page.input_value("#question textarea") == "还没写完"


def test_what_does_not_fit_is_scrolled_to(phone: Page) -> None:
    ask(phone, TEA_QUESTION)
    expect(chips(phone).nth(1)).to_be_visible()
    last = chips(phone).last
    row = phone.locator("#next-questions .next")
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
    row.hover()
    phone.mouse.wheel(0, 2_000)
    expect(last).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page itself does not"


def test_a_new_chat_and_a_refusal_offer_nothing_to_go_on_with(page: Page) -> None:
    ask(page, TEA_QUESTION)
    expect(chips(page).first).to_be_visible()
    page.click("#new-chat")
    expect(page.locator(".welcome")).to_be_visible()
    expect(chips(page)).to_have_count(0)
    ask(page, "火星殖民地的氧气罐由谁供应？")
    page.wait_for_timeout(2_000)
    expect(chips(page)).to_have_count(0)


def test_a_conversation_that_is_opened_again_leads_on(page: Page) -> None:
    ask(page, TEA_QUESTION)
    expect(chips(page).first).to_be_visible()
    offered = [chip.inner_text() for chip in chips(page).all()]
    reload(page)
    expect(page.locator("#messages .message-text.answer")).to_have_count(1)
    expect(chips(page).first).to_be_visible()
    assert [chip.inner_text() for chip in chips(page).all()] == offered


def test_the_row_is_named_in_the_readers_language(chromium: Browser, server: Server, watch: Watch) -> None:
    for page in open_page(chromium, server, watch, "en-US", 1440, 900):
        ask(page, TEA_QUESTION)
        expect(page.get_by_role("group", name="Ask next")).to_be_visible()
