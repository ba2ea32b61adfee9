"""The page follows the folder by itself, and has documents indexed again, removed, and retried."""

from __future__ import annotations

import json
import re
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from tests.browser.actions import ask, cited, open_documents
from tests.browser.conftest import PARKS, Server, Watch, open_page
from tests.browser.test_chat import is_as_wide_as_its_window

BELL = "# 雁城钟楼\n\n雁城钟楼建于1887年，高三十九米。\n"
BELL_QUESTION = "雁城钟楼建于哪一年？"
HOSTILE_NAMES = ('<svg onload=window.__pwned=9>".md', "'-alert(1)-'&quot;${window.__pwned=10}{{7*7}}`.md")
# A whole sync with thousands of vectors may be waited for.
LONG = 300_000


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def row(page: Page, name: str) -> Locator:
    """Return the row of a document, or of a file that could not be read, by its path."""
    return page.locator("#document-list tbody tr:not(.folder)").filter(has_text=name)


def last_answer(page: Page) -> Locator:
    return page.locator("#messages .message-text.answer").last


def kept(server: Server, name: str) -> list[Path]:
    """Return the files of that name that were taken out of the folder."""
    return list((server.data / "removed").glob(f"*/{name}"))


# The folder


def test_a_new_file_appears_by_itself_and_is_answered_from(
    page: Page, chromium: Browser, server: Server, watch: Watch
) -> None:
    known = page.locator(".welcome p").last
    before = known.text_content() or ""
    for other in open_page(chromium, server, watch, "en-US", 1440, 900):
        open_documents(other)
        write(server.documents, "子目录/钟楼.md", BELL)
        expect(row(other, "钟楼.md")).to_be_visible()
        expect(other.locator("#document-list tr.folder")).to_contain_text("子目录")
        expect(other.locator("#sync-status")).to_contain_text("1 added: 钟楼.md")
    expect(known).not_to_have_text(before)
    ask(page, BELL_QUESTION)
    expect(last_answer(page)).to_contain_text("1887年")


def test_what_happens_to_a_file_is_followed(page: Page, server: Server) -> None:
    open_documents(page)
    place = write(server.documents, "钟楼.md", BELL)
    expect(row(page, "钟楼.md")).to_be_visible()
    place.write_text(BELL.replace("1887", "1902"), encoding="utf-8")
    expect(page.locator("#sync-status")).to_contain_text("更新 1 篇：钟楼.md")
    ask(page, BELL_QUESTION)
    expect(last_answer(page)).to_contain_text("1902年")
    open_documents(page)
    place.rename(server.documents / "塔楼.md")
    expect(page.locator("#sync-status")).to_contain_text("改名 1 篇：塔楼.md")
    expect(row(page, "塔楼.md")).to_be_visible()
    expect(row(page, "钟楼.md")).to_have_count(0)
    (server.documents / "塔楼.md").unlink()
    expect(row(page, "塔楼.md")).to_have_count(0)
    ask(page, BELL_QUESTION)
    expect(last_answer(page)).not_to_contain_text("1902年")


def test_nothing_on_the_page_moves_while_nothing_happens(page: Page, server: Server) -> None:
    ask(page, "青岚区有哪四大郊野公园？")
    open_documents(page)
    expect(page.locator("#document-list tbody tr")).not_to_have_count(0)
    page.wait_for_function("!document.querySelector('#bar .syncing')")
    page.fill("#question textarea", "还没有写完的问题")
    page.focus("#question textarea")
    # What the watch may still have to tell of the last test.
    page.wait_for_timeout(5_000)
    page.evaluate(
        """() => {
            window.moved = [];
            const note = (changes) => changes.forEach((one) => window.moved.push(one.target.nodeName));
            for (const name of ["#document-list .prose", "#sync-status .prose", "#bar .prose", "#messages .bubble-wrap",
                                "#sources .prose"]) {
                document.querySelectorAll(name).forEach((place) => new MutationObserver(note).observe(
                    place, { childList: true, subtree: true, characterData: true, attributes: true }));
            }
        }"""
    )
    with page.expect_response("**/wendang/marks"):
        page.wait_for_timeout(6_000)
    assert page.evaluate("window.moved") == []
    expect(page.locator("#question textarea")).to_be_focused()
    assert page.input_value("#question textarea") == "还没有写完的问题"


def test_a_network_that_is_away_for_a_while_costs_nothing(page: Page, server: Server, watch: Watch) -> None:
    ask(page, "青岚区有哪四大郊野公园？")
    open_documents(page)
    page.context.set_offline(True)
    page.wait_for_timeout(4_000)
    write(server.documents, "钟楼.md", BELL)
    page.context.set_offline(False)
    expect(row(page, "钟楼.md")).to_be_visible()
    ask(page, BELL_QUESTION)
    expect(page.locator("#messages .message-text.answer")).to_have_count(2)
    # All that a browser says of its own accord.
    assert {line for line in watch.console if "ERR_INTERNET_DISCONNECTED" not in line} == set()
    watch.console.clear()


# Documents, one by one


def test_a_document_is_removed_from_the_page_and_put_back(page: Page, server: Server) -> None:
    place = write(server.documents, "馆藏/钟楼.md", BELL)
    open_documents(page)
    expect(row(page, "钟楼.md")).to_be_visible()
    ask(page, BELL_QUESTION)
    expect(last_answer(page)).to_contain_text("1887年")
    open_documents(page)
    # By keyboard alone.
    row(page, "钟楼.md").get_by_role("button", name="移除").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("已移除 馆藏/钟楼.md")
    expect(row(page, "钟楼.md")).to_have_count(0)
    expect(page.locator("#sync-status")).to_contain_text("移除 1 篇：钟楼.md")
    assert not place.exists()
    assert [path.read_text("utf-8") for path in kept(server, "馆藏/钟楼.md")] == [BELL]
    ask(page, BELL_QUESTION)
    expect(last_answer(page)).not_to_contain_text("1887年")
    open_documents(page)
    write(server.documents, "馆藏/钟楼.md", "# 新的钟楼\n\n还没有写完。\n")
    page.locator("#said .undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("馆藏/钟楼.md 的位置已有别的文件，放回后叫 馆藏/钟楼 (2).md。")
    expect(row(page, "钟楼 (2).md")).to_be_visible()
    assert (server.documents / "馆藏/钟楼 (2).md").read_text("utf-8") == BELL
    ask(page, BELL_QUESTION)
    expect(last_answer(page)).to_contain_text("1887年")


def test_who_removes_by_keyboard_can_undo_it_next(page: Page, server: Server) -> None:
    write(server.documents, "钟楼.md", BELL)
    open_documents(page)
    row(page, "钟楼.md").get_by_role("button", name="移除").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said .undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("已放回 钟楼.md。")
    expect(row(page, "钟楼.md").get_by_role("button", name="移除")).to_have_count(1)


def test_a_question_before_a_deed_can_be_left(page: Page) -> None:
    open_documents(page)
    asking = page.locator("#document-list .known details")
    asking.locator("summary").click()
    expect(asking.get_by_role("alertdialog")).to_contain_text("重新读取全部")
    page.keyboard.press("Escape")
    expect(asking.get_by_role("alertdialog")).to_be_hidden()
    expect(asking.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    asking.locator("button.no").click()
    expect(asking.get_by_role("alertdialog")).to_be_hidden()
    asking.locator("summary").click()
    page.locator("#question textarea").click()
    expect(asking.get_by_role("alertdialog")).to_be_hidden()
    page.set_viewport_size({"width": 1440, "height": 500})
    asking.locator("summary").click()
    expect(asking.locator("button.yes")).to_be_in_viewport(ratio=1)


def test_one_document_is_indexed_again(page: Page) -> None:
    open_documents(page)
    row(page, "郊野公园.md").get_by_role("button", name="重新索引").click()
    expect(page.locator("#sync-status")).to_contain_text("重新索引 1 篇：郊野公园.md")
    expect(row(page, "郊野公园.md").get_by_role("button", name="重新索引")).to_be_visible()


def test_everything_is_indexed_again_once_that_is_confirmed(page: Page) -> None:
    open_documents(page)
    asking = page.locator("#document-list .known details")
    asking.locator("summary").click()
    expect(asking.get_by_role("alertdialog")).to_contain_text("重新读取全部")
    asking.get_by_role("button", name="开始重建").click()
    expect(page.locator("#sync-status")).to_contain_text(re.compile(r"重新索引 \d 篇"), timeout=LONG)
    ask(page, "青岚区有哪四大郊野公园？")
    expect(last_answer(page)).to_contain_text("松鹤公园")


def test_a_file_that_could_not_be_read_is_retried_and_taken_in_once_it_is_mended(page: Page, server: Server) -> None:
    place = write(server.documents, "空白.md", "")
    open_documents(page)
    expect(row(page, "空白.md")).to_contain_text("文件是空的")
    retry = row(page, "空白.md").get_by_role("button", name="重试")
    with page.expect_request(lambda request: "reindex/" in (request.post_data or "")):
        retry.click()
    expect(retry).to_be_visible()
    place.write_text("# 渡口\n\n柳林渡口每天开行四十八班渡船。", encoding="utf-8")
    # The watch may have been faster: then there is nothing to press any more.
    with suppress(TimeoutError):
        retry.click(timeout=5_000, no_wait_after=True)
    expect(row(page, "空白.md").locator("a")).to_have_text("渡口")
    ask(page, "柳林渡口每天开行多少班渡船？")
    expect(last_answer(page)).to_contain_text("四十八班")


def test_a_file_that_could_not_be_read_is_removed(page: Page, server: Server) -> None:
    write(server.documents, "空白.md", "")
    open_documents(page)
    row(page, "空白.md").get_by_role("button", name="移除").click()
    expect(page.locator("#document-list tr.failed")).to_have_count(0)
    assert kept(server, "空白.md")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_does_nothing_in_any_button(page: Page, server: Server, name: str) -> None:
    write(server.documents, name, "# 灯塔\n\n灯塔高47米。")
    open_documents(page)
    expect(row(page, name)).to_be_visible()
    row(page, name).get_by_role("button", name="重新索引").click()
    expect(page.locator("#sync-status")).to_contain_text("重新索引 1 篇")
    row(page, name).get_by_role("button", name="移除").click()
    expect(page.locator("#said")).to_contain_text(name)
    expect(row(page, name)).to_have_count(0)
    assert page.locator("#side-column svg[onload], #side-column img").count() == 0
    assert len(kept(server, name.replace("[", "[[]"))) == 1


# A sync under way


def test_a_running_sync_shows_how_far_it_is_and_can_be_stopped(page: Page, server: Server) -> None:
    open_documents(page)
    before = page.locator("#document-list tbody tr").count()
    text = "\n\n".join(f"第{number}条，仓库{number * 37}号货架存放零件{number * 91}箱。" for number in range(1_500))
    write(server.documents, "仓库.md", f"# 仓库\n\n{text}\n")
    progress = page.locator("#sync-status .progress")
    # It stands in the list at once, with how far its indexing is.
    expect(row(page, "仓库.md")).to_contain_text("正在索引")
    expect(progress).to_contain_text("计算向量")
    expect(progress).to_contain_text(re.compile(r"[1-9]\d* / [\d,]+"), timeout=LONG)
    expect(progress).to_contain_text("读取了 1 篇：仓库.md")
    expect(progress).to_contain_text("还要", timeout=LONG)
    bar = row(page, "仓库.md").locator("progress")
    assert bar.evaluate("bar => bar.max > 1 && bar.value > 0")
    # Questions are answered meanwhile.
    ask(page, "青岚区有哪四大郊野公园？")
    expect(last_answer(page)).to_contain_text("松鹤公园")
    open_documents(page)
    progress.get_by_role("button", name="停止").click()
    expect(page.locator("#sync-status .error")).to_contain_text("已停止", timeout=LONG)
    expect(page.locator("#bar .stale")).to_contain_text("更新被停止了")
    expect(row(page, "仓库.md")).to_have_count(0)
    assert page.locator("#document-list tbody tr").count() == before
    page.locator("#bar").get_by_role("button", name="继续").click()
    expect(row(page, "仓库.md").locator("a")).to_be_visible(timeout=LONG)
    expect(page.locator("#bar .stale")).to_have_count(0)


def test_a_folder_that_is_gone_is_told_and_retried(page: Page, server: Server) -> None:
    open_documents(page)
    elsewhere = server.documents.with_name("elsewhere")
    server.documents.rename(elsewhere)
    try:
        page.click("#reindex")
        expect(page.locator("#sync-status .error")).to_contain_text("找不到文档文件夹")
        expect(page.locator("#bar .stale")).to_contain_text("找不到文档文件夹")
        expect(row(page, "郊野公园.md")).to_be_visible()
    finally:
        elsewhere.rename(server.documents)
    page.locator("#sync-status").get_by_role("button", name="重试").click()
    expect(page.locator("#sync-status")).to_contain_text("检查")
    expect(page.locator("#bar .stale")).to_have_count(0)


# Old conversations


def test_old_answers_say_what_has_become_of_their_sources(page: Page, server: Server) -> None:
    place = write(server.documents, "钟楼.md", BELL)
    open_documents(page)
    expect(row(page, "钟楼.md")).to_be_visible()
    ask(page, BELL_QUESTION)
    expect(page.locator("#sources .standing")).to_have_count(0)
    mark = page.locator("a.citation-mark").first

    place.write_text(BELL.replace("1887年", "1902年春天"), encoding="utf-8")
    open_documents(page)
    expect(page.locator("#sync-status")).to_contain_text("更新 1 篇：钟楼.md")
    mark.click()
    panel = page.locator("#sources")
    expect(panel.locator(".card .standing")).to_have_text("原文已更新")
    expect(panel.locator(".changed del")).to_have_text("1887年")
    expect(panel.locator(".changed ins")).to_have_text("1902年春天")
    assert "1902年春天" in cited(page)

    place.rename(server.documents / "塔楼.md")
    open_documents(page)
    expect(row(page, "塔楼.md")).to_be_visible()
    (server.documents / "塔楼.md").unlink()
    expect(row(page, "塔楼.md")).to_have_count(0)
    mark.click()
    expect(panel.locator(".card .standing")).to_have_text("原文已删除")
    expect(panel.locator(".lost")).to_contain_text("雁城钟楼建于1887年")


def test_the_source_of_an_old_answer_is_found_under_its_new_name(page: Page, server: Server) -> None:
    place = write(server.documents, "钟楼.md", BELL)
    open_documents(page)
    expect(row(page, "钟楼.md")).to_be_visible()
    ask(page, BELL_QUESTION)
    place.rename(server.documents / "塔楼.md")
    open_documents(page)
    expect(row(page, "塔楼.md")).to_be_visible()
    page.locator("a.citation-mark").first.click()
    assert "1887年" in cited(page)
    expect(page.locator("#sources .renamed")).to_contain_text("回答时叫 钟楼.md")
    expect(page.locator("#sources .file-name")).to_have_text("塔楼.md")


# Nobody else


@pytest.mark.parametrize("value", ["remove//郊野公园.md", "remove/guess/郊野公园.md", "#wendang/remove/郊野公园.md"])
def test_what_no_button_of_this_page_says_is_not_done(page: Page, server: Server, value: str) -> None:
    open_documents(page)
    page.evaluate(
        """(value) => {
            const box = document.querySelector("#action textarea, #action input");
            box.value = value;
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        value,
    )
    expect(page.locator("#said")).to_contain_text("请刷新")
    assert (server.documents / "郊野公园.md").is_file()


def test_a_button_outside_of_the_lists_and_an_address_do_nothing(page: Page, server: Server) -> None:
    open_documents(page)
    value = row(page, "郊野公园.md").get_by_role("button", name="移除").get_attribute("value")
    assert value is not None and value.startswith("remove/")
    page.evaluate(
        """(value) => {
            const link = Object.assign(document.createElement("a"), { href: `#${value}`, textContent: "点我" });
            const button = Object.assign(document.createElement("button"), { value, textContent: "按我" });
            button.className = "act";
            document.querySelector("#messages").append(link, button);
        }""",
        value,
    )
    page.get_by_text("点我").click()
    page.get_by_text("按我").click()
    page.goto(f"{server.address}#{value}")
    page.goto(f"{server.address}#wendang/{value}")
    page.reload()
    page.wait_for_selector(".welcome")
    page.wait_for_timeout(1_000)
    assert (server.documents / "郊野公园.md").read_text("utf-8") == PARKS


def test_another_program_without_the_pages_secret_removes_nothing(server: Server) -> None:
    with urllib.request.urlopen(f"{server.address}config", timeout=30) as answer:
        config = json.load(answer)
    boxes = {part["id"] for part in config["components"] if part["props"].get("elem_id") == "action"}
    acts = [one for one in config["dependencies"] if {target[0] for target in one["targets"]} & boxes]
    assert len(acts) == 1
    for token in ("", "guess", None):
        data: list[object] = [f"remove/{token or ''}/郊野公园.md?1", token, []]
        body = json.dumps({"data": data, "fn_index": acts[0]["id"], "session_hash": "somebody"}).encode()
        request = urllib.request.Request(
            f"{server.address}gradio_api/run/predict", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert "expired" in answer.read().decode()
    assert (server.documents / "郊野公园.md").is_file()


def test_the_marks_of_a_page_tell_nothing_else(server: Server) -> None:
    with urllib.request.urlopen(f"{server.address}wendang/marks", timeout=30) as answer:
        assert "object-src 'none'" in answer.headers["Content-Security-Policy"]
        marks = json.load(answer)
    assert marks.keys() == {"status", "listing", "library", "history", "questions", "pace"}
    assert all(re.fullmatch("[0-9a-f]{16}", marks[name]) for name in ("status", "listing", "library"))


# Narrow windows


def test_the_documents_fit_a_phone(phone: Page, server: Server) -> None:
    write(server.documents, "一个名字非常非常长的文件夹/一个名字也非常非常长而且没有空格的文件.md", BELL)
    write(server.documents, "另一个名字非常非常长而且没有空格的空白文件.md", "")
    phone.get_by_role("link", name="来源与文档").click()
    open_documents(phone)
    for name in ("一个名字也非常非常长而且没有空格的文件.md", "另一个名字非常非常长而且没有空格的空白文件.md"):
        expect(row(phone, name)).to_be_visible()
        # There is no mouse to come near: what can be done is in sight.
        expect(row(phone, name).get_by_role("button", name="移除")).to_be_visible()
        assert is_as_wide_as_its_window(phone)
    phone.locator("#document-list .known summary").click()
    expect(phone.get_by_role("alertdialog")).to_be_visible()
    assert is_as_wide_as_its_window(phone)
