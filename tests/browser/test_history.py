"""Conversations on the page: kept over reloads and restarts, found, renamed, deleted, taken along, linked to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.history.store import ConversationStore
from tests.browser.actions import ask, reload
from tests.browser.conftest import PARKS, Server, Watch, open_page, serve

PARKS_QUESTION = "青岚区有哪四大郊野公园？"
OPENING_QUESTION = "四座公园几点开门？"
NASTY = "<img src=x onerror=window.__pwned=9>${7*7}{{7*7}}"


@pytest.fixture
def kept(server: Server) -> Iterator[ConversationStore]:
    """The conversations of the test server, none of other tests among them."""
    store = ConversationStore(server.data)
    forget(store)
    yield store
    forget(store)


@pytest.fixture
def opened(kept: ConversationStore, page: Page) -> Page:
    return page


def forget(store: ConversationStore) -> None:
    for one in store.list("local"):
        store.delete("local", one.id)


def rows(page: Page) -> list[str]:
    return page.locator("#history li > a").all_inner_texts()


def menu(page: Page, title: str) -> None:
    row = page.locator("#history li", has_text=title)
    row.hover()
    row.locator("summary").click()


def test_a_conversation_is_there_after_a_reload(opened: Page) -> None:
    ask(opened, PARKS_QUESTION)
    expect(opened.locator("#history h3")).to_have_text("今天")
    expect(opened.locator("#history li > a[aria-current=page]")).to_have_text(PARKS_QUESTION)
    assert "chat=" in opened.url
    reload(opened)
    expect(opened.locator("#messages .message-text.question")).to_have_text(PARKS_QUESTION)
    expect(opened.locator("#sources .card").first).to_contain_text("青岚区郊野公园")
    ask(opened, "松鹤公园占地多少公顷？")
    opened.locator("#messages .message-text.answer a.citation-mark").first.click()
    expect(opened.locator("#sources mark.cited").first).to_contain_text("松鹤公园")
    reload(opened)
    expect(opened.locator("#messages .message-text.question")).to_have_count(2)
    expect(opened.locator("#history li")).to_have_count(1)
    # However many there are by then, each can be reached.
    expect(opened.locator("#history")).to_have_css("overflow-y", "auto")


def test_conversations_are_gone_on_with_and_back_leads_back(opened: Page) -> None:
    ask(opened, PARKS_QUESTION)
    first = opened.url
    opened.click("#new-chat")
    expect(opened.locator(".welcome")).to_be_visible()
    ask(opened, OPENING_QUESTION)
    expect(opened.locator("#history li")).to_have_count(2)
    assert rows(opened) == [OPENING_QUESTION, PARKS_QUESTION]
    opened.locator("#history li > a", has_text=PARKS_QUESTION).click()
    expect(opened.locator("#messages .message-text.question")).to_have_text(PARKS_QUESTION)
    expect(opened.locator("#history li > a[aria-current=page]")).to_have_text(PARKS_QUESTION)
    assert opened.url == first
    opened.go_back()
    expect(opened.locator("#messages .message-text.question")).to_have_text(OPENING_QUESTION)
    opened.go_forward()
    expect(opened.locator("#messages .message-text.question")).to_have_text(PARKS_QUESTION)
    assert opened.url == first
    # Back, and then to where one came from by the list.
    opened.go_back()
    expect(opened.locator("#messages .message-text.question")).to_have_text(OPENING_QUESTION)
    second = opened.url
    opened.locator("#history li > a", has_text=PARKS_QUESTION).click()
    expect(opened.locator("#messages .message-text.question")).to_have_text(PARKS_QUESTION)
    expect(opened).to_have_url(first)
    assert first != second


def test_a_conversation_is_found_by_its_words(opened: Page) -> None:
    ask(opened, PARKS_QUESTION)
    opened.click("#new-chat")
    expect(opened.locator(".welcome")).to_be_visible()
    ask(opened, OPENING_QUESTION)
    expect(opened.locator("#history li")).to_have_count(2)
    find = opened.locator("#find-conversation textarea")
    find.press_sequentially("白鹭")
    expect(opened.locator("#history li > a")).to_have_text([PARKS_QUESTION])
    find.press_sequentially("的火星人")
    expect(opened.locator("#history .note")).to_contain_text("火星人")


def test_it_is_renamed_in_its_place(opened: Page) -> None:
    ask(opened, PARKS_QUESTION)
    menu(opened, PARKS_QUESTION)
    opened.click("#history .rename")
    expect(opened.locator("#history li input")).to_be_focused()
    opened.keyboard.type(NASTY)
    opened.keyboard.press("Enter")
    expect(opened.locator("#history li > a")).to_have_text([NASTY])
    menu(opened, NASTY)
    opened.click("#history .rename")
    opened.keyboard.type("别的")
    opened.keyboard.press("Escape")
    expect(opened.locator("#history li > a")).to_have_text([NASTY])
    reload(opened)
    expect(opened.locator("#history li > a")).to_have_text([NASTY])


def test_it_is_deleted_and_brought_back(opened: Page) -> None:
    ask(opened, PARKS_QUESTION)
    menu(opened, PARKS_QUESTION)
    opened.get_by_role("button", name="删除", exact=True).click()
    expect(opened.locator("#history li")).to_have_count(0)
    expect(opened.locator("#history-said")).to_contain_text(PARKS_QUESTION)
    opened.get_by_role("button", name="撤销").click()
    expect(opened.locator("#history li > a")).to_have_text([PARKS_QUESTION])
    expect(opened.locator("#history-said .note")).to_have_count(0)


@pytest.mark.parametrize(("label", "suffix"), [("导出 Markdown", ".md"), ("导出 Word", ".docx"), ("导出网页", ".html")])
def test_it_is_taken_along(opened: Page, label: str, suffix: str) -> None:
    ask(opened, PARKS_QUESTION)
    menu(opened, PARKS_QUESTION)
    with opened.expect_download() as waiting:
        opened.get_by_role("link", name=label).click()
    download = waiting.value
    assert download.suggested_filename == f"{PARKS_QUESTION}{suffix}"
    content = Path(download.path()).read_bytes()
    if suffix == ".docx":
        content = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml")
    text = content.decode()
    assert "松鹤公园、白鹭公园" in text.replace("**", "").replace("</strong>", "").replace("<strong>", "")
    assert "参考出处" in text and "郊野公园.md" in text.replace("\\", "")


def test_a_link_opens_an_answer_with_its_sources(
    kept: ConversationStore, chromium: Browser, server: Server, watch: Watch, opened: Page
) -> None:
    ask(opened, PARKS_QUESTION)
    key = kept.link("local", kept.list("local")[0].id, 0)
    for other in open_page(chromium, server, watch, "zh-CN", 1440, 900, f"?answer={key}"):
        expect(other.locator("#messages .message-text.question")).to_have_text(PARKS_QUESTION)
        expect(other.locator("#about-chat")).to_contain_text("分享的一条回答")
        other.locator("a.citation-mark").first.click()
        expect(other.locator("#sources mark.cited").first).to_contain_text("松鹤公园")
        ask(other, OPENING_QUESTION)
        expect(other.locator("#messages .message-text.question")).to_have_count(2)
        assert "answer=" not in other.url and "chat=" in other.url
    assert len(kept.list("local")) == 2
    assert [one.questions for one in kept.list("local")] == [2, 1]


@pytest.mark.parametrize("address", ["?answer=nothing-here", "?chat=nothing-here"])
def test_what_is_no_longer_there_is_said(chromium: Browser, server: Server, watch: Watch, address: str) -> None:
    for page in open_page(chromium, server, watch, "zh-CN", 1440, 900, address):
        expect(page.locator("#about-chat [role=alert]")).to_contain_text("不在了")
        expect(page.locator(".welcome")).to_be_visible()


def test_on_a_phone_conversations_are_a_tab(kept: ConversationStore, phone: Page) -> None:
    ask(phone, PARKS_QUESTION)
    expect(phone.locator("#history-column")).to_be_hidden()
    phone.locator("#brand .views a", has_text="对话").click()
    expect(phone.locator("#chat-column")).to_be_hidden()
    phone.locator("#history li > a", has_text=PARKS_QUESTION).click()
    expect(phone.locator("#messages .message-text.question")).to_be_visible()
    expect(phone.locator("#history-column")).to_be_hidden()


def test_the_panel_can_be_put_away_for_good(opened: Page) -> None:
    opened.click("#brand .toggle-history")
    expect(opened.locator("#history-column")).to_be_hidden()
    reload(opened)
    expect(opened.locator(".welcome")).to_be_visible()
    expect(opened.locator("#history-column")).to_be_hidden()
    opened.click("#brand .toggle-history")
    expect(opened.locator("#history-column")).to_be_visible()


def test_a_restart_keeps_them_and_another_browser_of_a_server_sees_none(
    chromium: Browser, watch: Watch, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "郊野公园.md").write_text(PARKS, encoding="utf-8")
    context = chromium.new_context(locale="zh-CN")
    for server in serve(documents, tmp_path / "data", WENDANG_HOST="0.0.0.0"):
        page = context.new_page()
        page.goto(server.address)
        page.wait_for_selector(".welcome")
        ask(page, PARKS_QUESTION)
        address = page.url
        for other in open_page(chromium, server, watch, "zh-CN", 1440, 900, "?" + address.partition("?")[2]):
            expect(other.locator("#about-chat [role=alert]")).to_contain_text("不在了")
            expect(other.locator("#history .note")).to_be_visible()
        page.close()
    port = address.split(":")[2].split("/")[0]
    for _ in serve(documents, tmp_path / "data", WENDANG_HOST="0.0.0.0", WENDANG_PORT=port):
        page = context.new_page()
        page.goto(address)
        expect(page.locator("#messages .message-text.question")).to_have_text(PARKS_QUESTION)
        expect(page.locator("#history li > a")).to_have_text([PARKS_QUESTION])
        page.close()
    context.close()
    owners = ConversationStore(tmp_path / "data")
    assert owners.list("local") == ()
