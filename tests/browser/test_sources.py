"""The source panel in a real browser: read, searched, stepped through, copied from, downloaded, on both widths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.actions import ask, cited, look_for, open_document, open_documents, reload
from tests.browser.conftest import Server, Watch, open_page, put, put_all, wait_until_followed
from tests.browser.paper import print_paper

HALL = "# {name}简介\n\n## 历史\n\n{name}建于{year}年，原来是一座粮仓。\n\n## 参观\n\n{name}每周一闭馆。\n"
HALLS = {"海棠馆": 1931, "木槿馆": 1952}
HALLS_QUESTION = "海棠馆和木槿馆分别建于哪一年？"
TOWER_QUESTION = "白鹭塔楼的检修周期是多久？"
TOWER = ["塔楼一共九层，高三十六米。", "白鹭塔楼的检修周期是十八个月，由东岸管理处负责。", "塔楼每年冬天闭馆两周。"]


@pytest.fixture
def halls(server: Server) -> None:
    put_all(server, {f"{name}.md": HALL.format(name=name, year=year) for name, year in HALLS.items()})


@pytest.fixture
def tower(server: Server, chromium: Browser) -> None:
    put(server, "塔楼规程.pdf", print_paper(chromium, TOWER))


def open_first(page: Page) -> Locator:
    """Open the first source of the last answer, and return its mark in the answer."""
    mark = page.locator("#messages .message-text.answer").last.locator("a.citation-mark").first
    mark.click()
    cited(page)
    return mark


def test_cards_tell_where_and_why(page: Page, halls: None) -> None:
    ask(page, HALLS_QUESTION)
    cards = page.locator("#sources ol.cards > li > .card")
    for at, name in enumerate(HALLS):
        for shown in (f"[{at + 1}]", f"{name}简介", "历史", f"{name}建于", "命中词", "语义第"):
            expect(cards.nth(at)).to_contain_text(shown)


def test_citations_are_stepped_through_by_button_and_by_key(page: Page, halls: None) -> None:
    ask(page, HALLS_QUESTION)
    open_first(page)
    count, mark = page.locator("#sources .step-count"), page.locator("#sources mark.cited")
    expect(count).to_have_text("1 / 2")
    page.locator("#sources .step.source_after").click()
    expect(mark).to_contain_text("木槿馆建于1952年")
    expect(count).to_have_text("2 / 2")
    expect(mark).to_be_focused()
    expect(page.locator("#messages a[aria-current]")).to_have_attribute("href", "#wendang/citation/0/2")
    page.keyboard.press("ArrowLeft")
    expect(mark).to_contain_text("海棠馆建于1931年")
    expect(mark).to_be_focused()
    # Before the first there is none.
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(mark).to_contain_text("木槿馆建于1952年")
    expect(mark).to_be_focused()
    # Back to the mark of what is open, which is not the one that was clicked.
    page.keyboard.press("Escape")
    expect(page.locator("#messages a.citation-mark").nth(1)).to_be_focused()


def test_all_sources_come_back(page: Page, halls: None) -> None:
    ask(page, HALLS_QUESTION)
    open_first(page)
    page.locator("#sources .tray .card").nth(2).click()
    expect(page.locator("#sources mark.cited")).to_contain_text("木槿馆")
    page.locator("#sources .tray .all").click()
    expect(page.locator("#sources ol.cards > li")).not_to_have_count(0)
    expect(page.locator("#sources .reader")).to_have_count(0)


def test_the_same_mark_leads_back_to_its_sentence(page: Page, halls: None) -> None:
    ask(page, HALLS_QUESTION)
    mark = open_first(page)
    sign = page.locator("#sources .reader").get_attribute("data-opened")
    page.fill("#sources .find input", "闭馆")
    expect(page.locator("#sources .found-count")).to_have_text("1 / 1")
    mark.click()
    expect(page.locator("#sources .reader")).not_to_have_attribute("data-opened", str(sign))
    expect(page.locator("#sources mark.cited")).to_be_focused()
    expect(page.locator("#sources .find input")).to_have_value("")
    expect(page.locator("#sources mark.found")).to_have_count(0)
    expect(page.locator("#sources .found-count")).to_have_text("")


def test_a_source_opens_from_behind_the_other_tab(page: Page, halls: None) -> None:
    ask(page, HALLS_QUESTION)
    open_documents(page)
    open_first(page)
    expect(page.locator("#sources mark.cited")).to_be_focused()


def test_words_are_found_in_the_open_document(page: Page) -> None:
    open_document(page, "青岚区生态公报")
    current = look_for(page, "ｐｍ2.5", "1 / 1")
    expect(current).to_have_text("PM2.5")
    current = look_for(page, "柳树", "没有找到")
    expect(current).to_have_count(0)
    expect(page.locator("#sources .find-step").first).to_be_hidden()
    current = look_for(page, "比", "1 / 3")
    expect(page.locator("#sources mark.found")).to_have_count(3)
    page.keyboard.press("Enter")
    expect(page.locator("#sources .found-count")).to_have_text("2 / 3")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#sources .found-count")).to_have_text("3 / 3")
    expect(current).to_be_in_viewport()
    page.locator("#sources .find-step").last.click()
    expect(page.locator("#sources .found-count")).to_have_text("1 / 3")
    page.locator("#sources .find input").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#sources mark.found")).to_have_count(0)
    expect(page.locator("#sources .find input")).to_have_value("")
    expect(page.locator("#sources .reader-text")).to_be_focused()
    # From the text to the box by the keys that a browser looks for words with.
    page.keyboard.press("Control+f")
    expect(page.locator("#sources .find input")).to_be_focused()


def test_a_document_that_was_opened_from_the_list_leads_back_there(page: Page) -> None:
    open_document(page, "青岚区生态公报")
    expect(page.locator("#sources .reader h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#document-list a", has_text="青岚区生态公报").first).to_be_focused()


def test_hostile_words_are_looked_for_as_words(page: Page) -> None:
    open_documents(page)
    page.locator("#document-list a", has_text="白鲸灯塔").first.click()
    expect(page.locator("#sources .reader")).to_contain_text("白鲸灯塔高47米")
    look_for(page, "<img src=", "1 / 1")
    look_for(page, "{{7*7}}", "1 / 1")
    expect(page.locator("#sources .reader img, #sources .reader script")).to_have_count(0)


def test_a_sheet_is_searched_as_it_is_shown(page: Page, server: Server) -> None:
    rows = "".join(f"{number}路,05:{number},22:{number}\n" for number in range(10, 60))
    put(server, "首末班车.csv", "线路,首班时间,末班时间\n" + rows)
    open_document(page, "首末班车")
    look_for(page, "37", "1 / 3")
    expect(page.locator("#sources tr", has=page.locator("mark.current"))).to_contain_text("22:37")
    # The column's name stands there once, though each row has it.
    expect(look_for(page, "末班", "1 / 1")).to_have_text("末班")
    expect(page.locator("#sources th", has=page.locator("mark.current"))).to_have_text("末班时间")


def test_pages_are_turned_beside_the_source_and_found(page: Page, tower: None) -> None:
    ask(page, TOWER_QUESTION)
    open_first(page)
    picture, number = page.locator("#sources .page-picture"), page.locator("#sources .page-number")
    expect(number).to_have_text("第 2 页")
    expect(picture).to_have_attribute("aria-label", "《白鹭塔楼规程》第 2 页的图像，文字见下方；引用的地方已标出")
    expect(picture.locator(".marked")).to_be_in_viewport()
    page.locator("#sources .turn.page_after").focus()
    page.keyboard.press("Enter")
    expect(number).to_have_text("第 3 页")
    expect(page.locator("#sources .page-frame")).to_be_focused()
    expect(picture.locator(".marked")).to_have_count(0)
    # The source stays open: its card, and its way on and back.
    expect(page.locator("#sources .tray .card[aria-current]")).to_have_count(1)
    expect(page.locator("#sources .page-label", has_text="第 3 页")).to_be_in_viewport()
    current = look_for(page, "九层", "1 / 1")
    expect(number).to_have_text("第 1 页")
    expect(picture.locator(".marked")).to_be_in_viewport()
    expect(current).to_be_in_viewport()
    page.locator("#sources .page-label a", has_text="第 2 页").click()
    expect(number).to_have_text("第 2 页")
    expect(picture.locator(".marked")).to_have_count(1)


def test_the_original_is_downloaded(page: Page, tower: None, server: Server) -> None:
    ask(page, TOWER_QUESTION)
    open_first(page)
    with page.expect_download() as download:
        page.locator("#sources .original").click()
    assert download.value.suggested_filename == "塔楼规程.pdf"
    assert Path(download.value.path()).read_bytes() == (server.documents / "塔楼规程.pdf").read_bytes()
    expect(page.locator("#sources .reader")).to_be_visible()


def test_a_file_that_changed_or_is_gone_is_said(page: Page, server: Server, watch: Watch) -> None:
    path = server.documents / "郊野公园.md"
    data, state = path.read_bytes(), path.stat()
    open_document(page, "青岚区郊野公园")
    expect(page.locator("#sources .file-changed")).to_have_count(0)
    aside = server.documents.parent / "郊野公园.md"
    path.rename(aside)
    try:
        page.locator("#sources .original").click()
        expect(page.locator("#sources .deed-said")).to_have_text("文档文件夹里已没有 郊野公园.md")
    finally:
        aside.rename(path)
        path.write_bytes(data)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    # A failed look at a file is a line of the console, and nothing else is.
    watch.console[:] = [line for line in watch.console if "404" not in line]


def test_a_passage_is_copied_with_its_reference(page: Page, halls: None) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, HALLS_QUESTION)
    open_first(page)
    page.get_by_role("button", name="复制引文").click()
    expect(page.locator("#sources .deed-said")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "“海棠馆建于1931年，原来是一座粮仓。”\n——《海棠馆简介》历史（海棠馆.md）"


def test_copying_works_where_the_clipboard_is_closed(page: Page, halls: None) -> None:
    ask(page, HALLS_QUESTION)
    open_first(page)
    page.evaluate(
        """() => {
            navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
            document.addEventListener("copy", () => { window.copied = document.activeElement.value; });
        }"""
    )
    page.get_by_role("button", name="复制引文").click()
    expect(page.locator("#sources .deed-said")).to_have_text("已复制")
    assert page.evaluate("window.copied").startswith("“海棠馆建于1931年")
    expect(page.get_by_role("button", name="复制引文")).to_be_focused()


def test_an_old_answer_shows_the_passage_as_it_was(page: Page, halls: None, server: Server) -> None:
    ask(page, HALLS_QUESTION)
    reload(page)
    expect(page.locator("#messages a.citation-mark")).to_have_count(2)
    put_again(page, server, "海棠馆.md", HALL.format(name="海棠馆", year=1932))
    page.locator("#messages a.citation-mark").first.click()
    changed = page.locator("#sources .changed")
    expect(changed).to_contain_text("原文已更新")
    expect(changed.locator("mark.was")).to_contain_text("海棠馆建于1931年")
    expect(changed.locator("del")).to_have_text("1931")
    expect(changed.locator("ins")).to_have_text("1932")
    expect(page.locator("#sources mark.cited")).to_contain_text("1932年")
    (server.documents / "海棠馆.md").unlink()
    wait_until_followed(server)
    page.locator("#messages a.citation-mark").first.click()
    lost = page.locator("#sources .lost")
    expect(lost).to_contain_text("原文已删除")
    expect(lost.locator("mark.was")).to_contain_text("海棠馆建于1931年")
    expect(page.locator("#sources .original")).to_have_count(0)


def put_again(page: Page, server: Server, name: str, text: str) -> None:
    """Change a document, and wait until the page has been told."""
    open_documents(page)
    (server.documents / name).write_text(text, encoding="utf-8")
    expect(page.locator("#sync-status")).to_contain_text(f"更新 1 篇：{name}")
    wait_until_followed(server)


def test_a_document_that_changes_while_it_is_read_is_said(page: Page, server: Server, watch: Watch) -> None:
    put(server, "短讯.txt", "短讯\n\n今天有雾。")
    open_document(page, "短讯")
    (server.documents / "短讯.txt").write_text("短讯\n\n今天放晴，有风。", encoding="utf-8")
    page.wait_for_timeout(1_000)
    wait_until_followed(server)
    page.fill("#sources .find input", "今天")
    expect(page.locator("#sources .deed-said")).to_have_text("这篇文档刚刚更新过，请重新打开。")
    watch.console[:] = [line for line in watch.console if "409" not in line]


NAMELESS = """() => [...document.querySelectorAll("#sources :is(a, button, input, [tabindex='0'])")]
    .filter((one) => one.offsetParent || one.closest("svg"))
    .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim()))
    .map((one) => one.outerHTML.slice(0, 80))"""


def test_everything_has_a_name_and_its_place_in_the_order(page: Page, tower: None) -> None:
    ask(page, TOWER_QUESTION)
    open_first(page)
    assert page.evaluate(NAMELESS) == []
    page.locator("#sources .tray .all").focus()
    order = []
    for _ in range(12):
        order.append(page.evaluate("document.activeElement.className || document.activeElement.type"))
        page.keyboard.press("Tab")
    wanted = ["card all", "card", "copy-quote", "original", "search", "turn page_before", "turn page_after"]
    assert order[:9] == [*wanted, "page-frame", "reader-text"]


def test_a_phone_opens_at_the_sentence_and_is_back_in_one_tap(phone: Page, halls: None) -> None:
    ask(phone, HALLS_QUESTION)
    mark = open_first(phone)
    expect(phone.locator("#sources .step-count")).to_have_text("1 / 2")
    phone.locator("#sources .step.source_after").click()
    expect(phone.locator("#sources mark.cited")).to_contain_text("木槿馆")
    assert "木槿馆" in cited(phone)
    look_for(phone, "闭馆", "1 / 1")
    assert phone.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert phone.evaluate("document.querySelector('#sources .sources').scrollWidth <= window.innerWidth")
    phone.locator("#sources .back").click()
    expect(phone.locator("#side-column")).to_be_hidden()
    expect(mark).to_be_in_viewport()
    expect(phone.locator("#messages a.citation-mark").nth(1)).to_be_focused()


@pytest.fixture
def narrow(chromium: Browser, server: Server, watch: Watch) -> Iterator[Page]:
    yield from open_page(chromium, server, watch, "en-US", 360, 740)


def test_the_smallest_phone_has_room_for_it_in_english(narrow: Page, halls: None) -> None:
    ask(narrow, HALLS_QUESTION)
    open_first(narrow)
    expect(narrow.get_by_role("link", name="Back to the answer")).to_be_visible()
    expect(narrow.get_by_role("button", name="Copy quote")).to_be_visible()
    expect(narrow.get_by_placeholder("Find in this document")).to_be_visible()
    wide = """() => [document.documentElement, ...document.querySelectorAll("#sources .sources, .reader-text")]
        .every((one) => one.scrollWidth <= one.clientWidth)"""
    assert narrow.evaluate(wide)


def test_a_title_of_one_endless_word_is_broken_on_a_phone(phone: Page, server: Server) -> None:
    put(server, "缆道.md", f"# 缆道{'Seilbahnbetriebsordnung' * 4}\n\n缆道每年三月检修。\n")
    ask(phone, "缆道每年几月检修？")
    open_first(phone)
    assert phone.evaluate("document.querySelector('#sources .sources').scrollWidth <= window.innerWidth")
