"""The documents panel: ticks and the scope, sorting and folders, uploads of every kind, removing and undoing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.actions import ask, choose, open_documents
from tests.browser.conftest import Server, Watch, open_page, serve
from tests.browser.test_chat import is_as_wide_as_its_window
from tests.browser.test_living import kept, row, write

PARKING = "# 青岚区停车规章\n\n路边停车每小时收费七元，夜间免费。\n"
LEAVE = "# 青岚区休假规章\n\n员工每年享有十二天带薪年假。\n"
PASTED = "# 会议纪要\n\n柳林镇的会议定在每月第三个星期五。\n"
HOSTILE_FOLDER = "<svg onload=window.__pwned=21>{{7*7}}"


@pytest.fixture(params=["page", "phone"])
def opened(request: pytest.FixtureRequest, server: Server) -> Page:
    """The documents panel in one of two widths, with a folder 规章 of two documents."""
    write(server.documents, "规章/停车.md", PARKING)
    write(server.documents, "规章/人事/休假.md", LEAVE)
    page: Page = request.getfixturevalue(request.param)
    show_panel(page)
    expect(row(page, "休假.md")).to_be_visible()
    return page


def show_panel(page: Page) -> None:
    """Show the documents, on a phone as well."""
    if page.locator("#side-column").is_hidden():
        page.locator("#brand .views a").last.click()
    open_documents(page)


def box(page: Page, name: str) -> Locator:
    """Return the check box of a document or a folder, by the title or name that a screen reader says."""
    return page.get_by_role("checkbox", name=f"选择 {name}", exact=True)


def titles(page: Page) -> list[str]:
    return page.locator("#document-list tbody :is(td.name a, td.name strong)").all_inner_texts()


def head(page: Page, name: str) -> Locator:
    return page.locator("#document-list th").filter(has_text=name)


# Ticks and the scope


def test_what_is_ticked_is_where_questions_are_asked(opened: Page) -> None:
    tokens, bar = opened.locator("#scope .token"), opened.locator("#picked")
    box(opened, "规章").check()
    expect(bar).to_contain_text("已选 2 篇，提问只查这些")
    expect(box(opened, "青岚区停车规章")).to_be_checked()
    expect(box(opened, "规章/人事")).to_be_checked()
    expect(tokens).to_have_text(["规章/（2 篇）"])
    # The rest of a folder stays.
    box(opened, "青岚区休假规章").uncheck()
    expect(tokens).to_have_text(["规章/停车.md"])
    expect(bar).to_contain_text("已选 1 篇")
    opened.wait_for_function("document.querySelector('#document-list input').indeterminate")
    expect(box(opened, "规章/人事")).not_to_be_checked()
    assert is_as_wide_as_its_window(opened)
    bar.get_by_role("link", name="去提问").click()
    expect(opened.locator("#question textarea")).to_be_focused()
    ask(opened, "路边停车每小时收费多少元？")
    expect(opened.locator("#messages .scope").last).to_have_text("范围：规章/停车.md")
    show_panel(opened)
    bar.get_by_role("button", name="清除").click()
    expect(tokens).to_have_count(0)
    expect(bar).to_be_hidden()
    assert not box(opened, "青岚区停车规章").is_checked()


def test_what_is_picked_at_the_question_is_ticked(opened: Page) -> None:
    if opened.locator("#chat-column").is_hidden():
        opened.locator("#brand .views a[href$=chat]").click()
    opened.locator("#scope input").focus()
    option = opened.locator("#scope").get_by_role("option").filter(has_text="规章/人事/（1 篇）")
    option.click()
    opened.locator("#question textarea").focus()
    show_panel(opened)
    expect(box(opened, "青岚区休假规章")).to_be_checked()
    expect(opened.locator("#picked")).to_contain_text("已选 1 篇")
    # Several quick ticks are all kept.
    for name in ("青岚区停车规章", "青岚区郊野公园", "青岚区生态公报"):
        box(opened, name).click()
    expect(opened.locator("#picked")).to_contain_text("已选 4 篇")
    expect(opened.locator("#scope .token")).to_have_count(4)
    if opened.locator("#chat-column").is_hidden():
        opened.locator("#brand .views a[href$=chat]").click()
    opened.locator("#scope .token .token-remove").first.click()
    expect(opened.locator("#scope .token")).to_have_count(3)
    show_panel(opened)
    expect(box(opened, "青岚区休假规章")).not_to_be_checked()


def test_several_are_removed_together_and_come_back_together(opened: Page, server: Server) -> None:
    box(opened, "规章").check()
    bar = opened.locator("#picked")
    bar.locator("summary").click()
    expect(bar.get_by_role("alertdialog")).to_contain_text("移除选中的 2 个文件？")
    expect(bar.locator("button.yes")).to_be_in_viewport(ratio=1)
    bar.locator("button.yes").click()
    expect(opened.locator("#said")).to_contain_text("已移除 2 个文件。")
    expect(row(opened, "停车.md")).to_have_count(0)
    # What is gone is picked no more.
    expect(bar).to_be_hidden()
    assert len(kept(server, "规章/**/*.md")) == 2
    opened.locator("#said .undo").click()
    expect(opened.locator("#said")).to_contain_text("已放回 规章/人事/休假.md、规章/停车.md。")
    expect(row(opened, "停车.md")).to_be_visible()
    assert (server.documents / "规章/人事/休假.md").read_text("utf-8") == LEAVE


def test_several_are_indexed_again_together(opened: Page) -> None:
    box(opened, "规章").check()
    opened.locator("#picked").get_by_role("button", name="重新索引").click()
    expect(opened.locator("#sync-status")).to_contain_text("重新索引 2 篇")


# The list


def test_the_list_is_sorted_by_each_head_and_by_keyboard(opened: Page, server: Server) -> None:
    expect(head(opened, "文档")).to_have_attribute("aria-sort", "ascending")
    for name in ("类型", "段落", "大小", "时间"):
        head(opened, name).get_by_role("button").focus()
        opened.keyboard.press("Enter")
        order = "ascending" if name == "类型" else "descending"
        expect(head(opened, name)).to_have_attribute("aria-sort", order)
        # The list was made anew, and the keyboard goes on where it was.
        expect(head(opened, name).get_by_role("button")).to_be_focused()
    opened.get_by_role("button", name="不分文件夹").click()
    head(opened, "大小").get_by_role("button").click()
    expect(head(opened, "大小")).to_have_attribute("aria-sort", "descending")
    expect(opened.locator("#document-list tr.folder")).to_have_count(0)
    sizes = sorted((path.stat().st_size for path in server.documents.rglob("*.md")), reverse=True)
    shown = opened.locator("#document-list tbody tr > td:nth-child(5)").all_inner_texts()
    assert shown == [f"{size} B" if size < 1024 else f"{size / 1024:.1f} KB" for size in sizes]
    assert is_as_wide_as_its_window(opened)


def test_folders_are_closed_and_opened(opened: Page) -> None:
    folder = opened.get_by_role("button", name="规章", exact=True)
    expect(folder).to_have_attribute("aria-expanded", "true")
    folder.focus()
    opened.keyboard.press("Enter")
    expect(row(opened, "停车.md")).to_have_count(0)
    expect(folder).to_have_attribute("aria-expanded", "false")
    expect(folder).to_be_focused()
    # A tick names what is in it, though it is closed.
    box(opened, "规章").check()
    expect(opened.locator("#picked")).to_contain_text("已选 2 篇")
    folder.click()
    expect(row(opened, "停车.md")).to_be_visible()
    expect(box(opened, "青岚区停车规章")).to_be_checked()
    opened.locator("#picked .clear").click()


def test_a_kind_or_a_state_is_looked_at_alone(opened: Page, server: Server) -> None:
    write(server.documents, "规章/空白.txt", "")
    write(server.documents, "规章/坏.txt", "")
    write(server.documents, "规章/奖惩.md", "# 奖惩规章\n\n奖惩每季度评定一次。\n")
    expect(row(opened, "空白.txt")).to_contain_text("文件是空的")
    chips = opened.locator("#document-list .filters")
    chips.get_by_role("button", name=re.compile("未能读取")).click()
    expect(opened.locator("#document-list tbody tr:not(.folder)")).to_have_count(2)
    with opened.expect_request(lambda request: "retry_failed/" in (request.post_data or "")):
        chips.get_by_role("button", name="全部重试").click()
    expect(row(opened, "空白.txt").get_by_role("button", name="重试")).to_be_visible()
    chips.get_by_role("button", name=re.compile("未能读取")).click()
    expect(opened.locator("#document-list tbody tr:not(.folder)")).to_have_count(9)
    chips.get_by_role("button", name=re.compile("文本")).click()
    expect(opened.locator("#document-list tbody tr:not(.folder)")).to_have_count(2)
    chips.get_by_role("button", name=re.compile("文本")).click()
    # There are enough of them now to be looked for by name.
    opened.fill("#find :is(input, textarea)", "休假")
    expect(opened.locator("#document-list tbody tr:not(.folder)")).to_have_count(1)
    assert is_as_wide_as_its_window(opened)
    opened.fill("#find :is(input, textarea)", "没有这样的")
    expect(opened.locator("#document-list .note")).to_contain_text("没有名称或标题里含“没有这样的”的文档。")


def test_a_hostile_folder_is_text_wherever_it_stands(page: Page, server: Server) -> None:
    write(server.documents, f"{HOSTILE_FOLDER}/钟楼.md", "# 钟楼\n\n钟楼高三十九米。\n")
    show_panel(page)
    expect(page.get_by_role("button", name=HOSTILE_FOLDER)).to_be_visible()
    box(page, HOSTILE_FOLDER).check()
    expect(page.locator("#picked")).to_contain_text("已选 1 篇")
    expect(page.locator("#scope .token")).to_contain_text(HOSTILE_FOLDER)
    page.locator("#picked").get_by_role("button", name="移除").click()
    expect(page.locator("#said")).to_contain_text(HOSTILE_FOLDER)
    page.locator("#said .undo").click()
    expect(page.locator("#said")).to_contain_text(f"已放回 {HOSTILE_FOLDER}/钟楼.md。")
    assert page.locator("#side-column svg[onload]").count() == 0


# Uploads


def make_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "年报 <b>"
    write(folder, "2023/渡口.md", "# 柳林渡\n\n柳林渡口每天开行四十八班渡船。\n")
    write(folder, "桥梁.txt", "石拱桥长八十二米。")
    for name in ("a.mp4", "b.mp4", "2023/c.exe", ".hidden.md"):
        write(folder, name, "x")
    return folder


@pytest.mark.parametrize("width", ["page", "phone"])
def test_a_whole_folder_is_uploaded_with_its_structure(
    request: pytest.FixtureRequest, server: Server, tmp_path: Path, width: str
) -> None:
    page: Page = request.getfixturevalue(width)
    show_panel(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="上传文件夹").click()
    chooser.value.set_files(make_folder(tmp_path))
    said = page.locator("#said")
    expect(said).to_contain_text("跳过 3 个还读不了的文件：.mp4 2、.exe 1。")
    expect(said).to_contain_text("年报 ＜b＞/2023/渡口.md")
    expect(row(page, "渡口.md").locator("a")).to_be_visible()
    below = {path.relative_to(server.documents).as_posix() for path in server.documents.rglob("年报*/**/*")}
    assert below == {f"年报 ＜b＞/{name}" for name in ("2023", "2023/渡口.md", "桥梁.txt")}


def test_a_folder_is_taken_by_dropping_it(page: Page, server: Server, tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    # On the chat: wherever it falls, and whatever is open.
    for kind in ("dragEnter", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 500, "y": 300, "data": data})
    expect(page.locator("html.wendang-dropping")).to_have_count(1)
    session.send("Input.dispatchDragEvent", {"type": "drop", "x": 500, "y": 300, "data": data})
    expect(page.locator("#said")).to_contain_text("跳过 3 个还读不了的文件")
    expect(row(page, "渡口.md").locator("a")).to_be_visible()
    expect(page.locator("html.wendang-dropping")).to_have_count(0)
    assert (server.documents / "年报 ＜b＞/2023/渡口.md").is_file()
    assert not list(server.documents.rglob("*hidden*"))


def paste(page: Page, target: str, text: str = "", files: dict[str, str] | None = None) -> None:
    """Paste text or files with something in focus."""
    page.evaluate(
        """([target, text, files]) => {
            const data = new DataTransfer();
            if (text) data.setData("text/plain", text);
            for (const [name, content] of Object.entries(files)) data.items.add(new File([content], name));
            const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
            document.querySelector(target).dispatchEvent(event);
        }""",
        [target, text, files or {}],
    )


@pytest.mark.parametrize("width", ["page", "phone"])
def test_files_are_taken_by_pasting_them(request: pytest.FixtureRequest, server: Server, width: str) -> None:
    page: Page = request.getfixturevalue(width)
    paste(page, "#question textarea", files={"渡口.md": "# 柳林渡\n\n柳林渡口每天开行四十八班渡船。"})
    expect(page.locator("#said")).to_contain_text("已保存：渡口.md。")
    expect(row(page, "渡口.md").locator("a")).to_be_visible()
    assert (server.documents / "渡口.md").is_file()


@pytest.mark.parametrize("width", ["page", "phone"])
def test_pasted_text_is_kept_as_a_document_where_that_is_wanted(
    request: pytest.FixtureRequest, server: Server, width: str
) -> None:
    page: Page = request.getfixturevalue(width)
    dialog = page.get_by_role("dialog", name="把粘贴的文字存为文档？")
    # Into a box for text it goes as ever, and a word is no document.
    paste(page, "#question textarea", PASTED)
    paste(page, "body", "柳林镇")
    expect(dialog).to_be_hidden()
    paste(page, "body", PASTED)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("名称")).to_have_value("会议纪要")
    expect(dialog.get_by_label("名称")).to_be_focused()
    assert is_as_wide_as_its_window(page)
    dialog.get_by_role("button", name="不用").click()
    expect(dialog).to_be_hidden()
    paste(page, "body", PASTED)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert not list(server.documents.glob("会议*"))
    paste(page, "body", PASTED)
    dialog.get_by_label("名称").fill("../第三次/会议")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("已保存：")
    (stored,) = server.documents.glob("*会议.md")
    assert stored.read_text("utf-8") == PASTED.strip()
    expect(row(page, stored.name).locator("a")).to_have_text("会议纪要")


def test_pasted_payloads_do_nothing(page: Page, server: Server) -> None:
    hostile = "<img src=x onerror=window.__pwned=31>\n<script>window.__pwned=32</script>{{7*7}}"
    paste(page, "body", hostile)
    dialog = page.locator("dialog.keep-text")
    expect(dialog.locator(".preview")).to_have_text(hostile)
    dialog.locator(".keep").click()
    expect(page.locator("#said")).to_contain_text("已保存")
    assert page.locator("#side-column img, #side-column script").count() == 0


def test_what_is_over_the_limit_is_refused_with_the_limit(page: Page, server: Server, tmp_path: Path) -> None:
    large = tmp_path / "很大.txt"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    show_panel(page)
    expect(page.locator("#upload-hint")).to_contain_text("每个不超过 50 MB")
    choose(page, large)
    expect(page.locator("#said .error")).to_contain_text("没有保存 很大.txt：超过 50 MB，这是单个文件的上限。")
    assert not (server.documents / "很大.txt").exists()


def test_a_slow_upload_shows_how_far_it_is_and_can_be_stopped(page: Page, server: Server, tmp_path: Path) -> None:
    slow = tmp_path / "很慢.txt"
    slow.write_text("柳林渡口每天开行四十八班渡船。" * 60_000, encoding="utf-8")
    show_panel(page)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
    session.send("Network.emulateNetworkConditions", limits)
    choose(page, slow)
    bar = page.locator("#document-tools .uploading")
    expect(bar).to_be_visible()
    expect(bar).to_contain_text(re.compile(r"正在上传\s*[1-9]\d?%"))
    bar.get_by_role("button", name="停止").click()
    expect(page.locator("#said")).to_contain_text("已停止，1 个文件没有上传。")
    expect(bar).to_be_hidden()
    session.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": -1})
    choose(page, slow)
    expect(page.locator("#said")).to_contain_text("已保存：很慢.txt。")
    assert [path.name for path in server.documents.iterdir() if path.name.startswith(".")] == []


# An empty library


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("empty")
    (folder / "documents").mkdir()
    yield from serve(folder / "documents", folder / "data")


@pytest.mark.parametrize(("locale", "width", "height"), [("zh-CN", 1440, 900), ("en-US", 390, 844)])
def test_an_empty_chat_leads_to_the_first_document(
    chromium: Browser, empty_server: Server, watch: Watch, tmp_path: Path, locale: str, width: int, height: int
) -> None:
    for page in open_page(chromium, empty_server, watch, locale, width, height):
        button = page.locator("#messages .welcome button.first")
        expect(button).to_have_text("上传文件" if locale == "zh-CN" else "Upload files")
        expect(button).to_be_in_viewport(ratio=1)
        assert is_as_wide_as_its_window(page)
        note = tmp_path / f"{width}.md"
        note.write_text("# 柳林渡\n\n柳林渡口每天开行四十八班渡船。", encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            button.click()
        chooser.value.set_files(note)
        # What becomes of it is told where documents are listed.
        expect(row(page, note.name).locator("a")).to_be_visible()
        if page.locator("#chat-column").is_hidden():
            page.locator("#brand .views a[href$=chat]").click()
        expect(page.locator("#messages .welcome")).to_contain_text("1")
        expect(button).to_have_count(0)
        show_panel(page)
        row(page, note.name).locator("button.act").last.click()
        expect(button).to_have_count(1)


@pytest.mark.parametrize(("locale", "width", "height"), [("zh-CN", 1440, 900), ("en-US", 390, 844)])
def test_an_empty_library_leads_to_the_first_document(
    chromium: Browser, empty_server: Server, watch: Watch, tmp_path: Path, locale: str, width: int, height: int
) -> None:
    for page in open_page(chromium, empty_server, watch, locale, width, height):
        show_panel(page)
        card = page.locator("#document-list .first-document")
        expect(card).to_contain_text("放进第一批文档" if locale == "zh-CN" else "Add your first documents")
        expect(card).to_contain_text(str(empty_server.documents))
        expect(page.locator("#upload")).to_be_hidden()
        assert is_as_wide_as_its_window(page)
        note = tmp_path / f"{width}.md"
        note.write_text("# 柳林渡\n\n柳林渡口每天开行四十八班渡船。", encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            card.locator("button.first").click()
        chooser.value.set_files(note)
        expect(row(page, note.name).locator("a")).to_be_visible()
        expect(card).to_have_count(0)
        row(page, note.name).locator("button.act").last.click()
        expect(card).to_be_visible()
