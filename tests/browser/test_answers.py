"""What an answer offers: how well it is founded, previews, tools, feedback, and what to try after a refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from qa.history.feedback import feedback_folder
from qa.questions import read_questions
from tests.browser.actions import ask, cited, moved, note_places, reload, wait_until_still
from tests.browser.conftest import Server, Watch, open_page

PARKS_QUESTION = "青岚区有哪四大郊野公园？"
AIR_QUESTION = "2022年青岚区PM2.5平均浓度降到了多少？"
UNKNOWN = "火星殖民地的氧气罐由谁供应？"
HOSTILE_QUESTION = "白鲸灯塔有多高？"


def last_answer(page: Page) -> Locator:
    return page.locator("#messages .message-text.answer").last


def tool(page: Page, name: str) -> Locator:
    return last_answer(page).locator(f".tool.{name}")


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def allow_clipboard(page: Page, server: Server) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.address.rstrip("/"))


@pytest.fixture(autouse=True)
def forget_feedback(server: Server) -> Iterator[None]:
    """Leave no verdict behind."""
    yield
    (feedback_folder(server.data) / "questions.jsonl").unlink(missing_ok=True)


# How well it is founded


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-CN", ("有依据", "未找到")), ("en-US", ("Well founded", "Not found"))]
)
def test_how_well_an_answer_is_founded_is_said_in_words(
    chromium: Browser, server: Server, watch: Watch, locale: str, words: tuple[str, str]
) -> None:
    for page in open_page(chromium, server, watch, locale, 1440, 900):
        ask(page, PARKS_QUESTION)
        expect(last_answer(page).locator(".grounds")).to_have_text(words[0])
        ask(page, UNKNOWN)
        expect(last_answer(page).locator(".grounds")).to_have_text(words[1])
        expect(page.locator("#messages .grounds")).to_have_count(2)


def test_an_answer_grows_in_its_place(page: Page) -> None:
    note_places(page)
    ask(page, PARKS_QUESTION)
    page.wait_for_timeout(1_000)
    assert moved(page) == []


# Marks


def test_a_mark_shows_its_source_on_hover_and_moves_nothing(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    mark = page.locator("a.citation-mark").first
    before = [mark.bounding_box(), page.locator("#question").bounding_box()]
    mark.hover()
    preview = page.locator("#preview")
    expect(preview).to_be_visible()
    for shown in ("青岚区郊野公园", "四大公园", "松鹤公园、白鹭公园、云溪公园和石桥公园"):
        expect(preview).to_contain_text(shown)
    assert [mark.bounding_box(), page.locator("#question").bounding_box()] == before
    box = preview.bounding_box()
    assert box and box["y"] >= 0 and box["x"] >= 0 and box["x"] + box["width"] <= 1440
    page.locator("#question textarea").hover()
    expect(preview).to_be_hidden()


def test_a_mark_shows_its_source_on_keyboard_focus(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    page.locator("#question textarea").focus()
    mark = page.locator("a.citation-mark").first
    while not mark.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    expect(page.locator("#preview")).to_be_visible()
    expect(mark).to_have_attribute("aria-describedby", "preview")
    expect(page.get_by_role("tooltip")).to_contain_text("青岚区郊野公园")
    page.keyboard.press("Escape")
    expect(page.locator("#preview")).to_be_hidden()
    page.keyboard.press("Enter")
    cited(page)
    expect(page.locator("#preview")).to_be_hidden()


def test_a_preview_shows_hostile_text_as_text(page: Page) -> None:
    ask(page, HOSTILE_QUESTION)
    last_answer(page).locator("a.citation-mark").first.hover()
    expect(page.locator("#preview")).to_contain_text("47米")
    expect(page.locator("#preview")).to_contain_text("<img src=http://127.0.0.1:9/a.png")
    assert page.locator("#preview :is(img, script, svg, a)").count() == 0


def test_a_phone_has_no_preview_and_a_tap_opens(phone: Page) -> None:
    ask(phone, PARKS_QUESTION)
    mark = phone.locator("a.citation-mark").first
    mark.hover()
    expect(phone.locator("#preview")).to_be_hidden()
    mark.click()
    assert "松鹤公园" in cited(phone)
    expect(phone.locator("#preview")).to_be_hidden()


def test_selected_text_is_copied_with_marks_and_without_hidden_words(page: Page, server: Server) -> None:
    allow_clipboard(page, server)
    ask(page, PARKS_QUESTION)
    page.evaluate(
        """() => {
            const range = document.createRange();
            range.selectNodeContents(document.querySelector("#messages .message-text.answer"));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )
    page.keyboard.press("Control+C")
    text = clipboard(page).strip()
    assert text.startswith("青岚区有四大郊野公园") and "[1]" in text
    for hidden in ("来源", "有依据", "复制", "出处不对", "保存"):
        assert hidden not in text


def test_what_is_copied_by_hand_holds_no_words_of_buttons(page: Page, server: Server) -> None:
    allow_clipboard(page, server)
    ask(page, UNKNOWN)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#messages .message-text.answer'))")
    page.keyboard.press("Control+C")
    assert "火星" in clipboard(page)
    assert "修改问题" not in clipboard(page) and "去文档栏" not in clipboard(page)


# From the keyboard


def test_a_slash_leads_to_the_question_unless_one_is_typing(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    box = page.locator("#question textarea")
    page.locator("a.citation-mark").first.focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.type("a/b")
    expect(box).to_have_value("a/b")
    find = page.locator("#find-conversation :is(input, textarea)")
    find.focus()
    page.keyboard.type("1/2")
    expect(find).to_have_value("1/2")


def test_arrows_go_from_citation_to_citation(page: Page) -> None:
    ask(page, "青岚区水质和空气的情况")
    marks = last_answer(page).locator("a.citation-mark")
    count = marks.count()
    assert count >= 2
    marks.first.focus()
    page.keyboard.press("ArrowLeft")
    expect(marks.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(marks.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    second = cited(page)
    expect(page.locator("#sources mark.cited").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#sources mark.cited").first).not_to_have_text(second)
    expect(page.locator("#sources mark.cited").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#sources mark.cited").first).to_have_text(second)
    expect(page.locator("#sources mark.cited").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(marks.nth(1)).to_be_focused()


# Tools


def test_tools_show_on_hover_and_focus_on_a_desk_and_always_on_a_phone(page: Page, phone: Page) -> None:
    ask(page, PARKS_QUESTION)
    ask(page, AIR_QUESTION)
    first = page.locator("#messages .tools").first
    page.locator("#brand").hover()
    expect(first).to_have_css("opacity", "0")
    page.locator("#messages .message-text.answer").first.hover()
    expect(first).to_have_css("opacity", "1")
    page.locator("#brand").hover()
    expect(first).to_have_css("opacity", "0")
    first.locator(".copy").focus()
    expect(first).to_have_css("opacity", "1")
    for name in ("复制", "连同出处复制", "重新回答", "换个范围再问", "复制这条回答的链接", "回答得好", "回答有问题"):
        expect(first.get_by_role("button", name=name, exact=True)).to_have_count(1)
    ask(phone, PARKS_QUESTION)
    ask(phone, AIR_QUESTION)
    expect(phone.locator("#messages .tools").first).to_have_css("opacity", "1")
    box = phone.locator("#messages .tool.bad").first.bounding_box()
    assert box and box["x"] + box["width"] <= 390 and box["height"] >= 40


def test_an_answer_is_copied_as_it_reads_and_with_its_references(page: Page, server: Server) -> None:
    allow_clipboard(page, server)
    ask(page, PARKS_QUESTION)
    tool(page, "copy").click()
    expect(page.locator(".toast")).to_have_text("已复制")
    assert clipboard(page).startswith("青岚区有四大郊野公园，分别是松鹤公园、白鹭公园、云溪公园和石桥公园。")
    assert clipboard(page).endswith("[1]")
    assert "来源" not in clipboard(page) and "**" not in clipboard(page)
    tool(page, "cite").click()
    expect(tool(page, "cite").locator(".done-word")).to_be_visible()
    copied = clipboard(page)
    assert "\n\n**参考出处**\n\n1. **青岚区郊野公园** — 四大公园\n   “青岚区有四大" in copied
    assert copied.endswith("（郊野公园.md）")


def test_copying_works_where_the_clipboard_is_kept_from_the_page(page: Page, server: Server) -> None:
    allow_clipboard(page, server)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }")
    ask(page, PARKS_QUESTION)
    tool(page, "copy").click()
    expect(page.locator(".toast")).to_have_text("已复制")
    assert clipboard(page).startswith("青岚区有四大郊野公园")
    expect(tool(page, "copy")).to_be_focused()


def test_an_answer_is_given_again_in_its_place(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    ask(page, AIR_QUESTION)
    page.locator("#messages .tools .anew").first.click()
    page.wait_for_timeout(500)
    wait_until_still(page)
    answers = page.locator("#messages .message-text.answer")
    expect(answers).to_have_count(2)
    expect(answers.nth(0)).to_contain_text("松鹤公园")
    expect(answers.nth(1)).to_contain_text("26微克")


def test_a_question_is_asked_again_in_another_scope(page: Page) -> None:
    ask(page, PARKS_QUESTION)
    tool(page, "rescope").click()
    expect(page.locator("#question textarea")).to_have_value(PARKS_QUESTION)
    expect(page.locator("#scope input")).to_be_focused()
    option = page.get_by_role("option", name="生态公报.md")
    expect(option).to_be_visible()
    option.click()
    page.locator("#question textarea").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.answer")).to_have_count(2)
    wait_until_still(page)
    expect(last_answer(page).locator(".aside.scope")).to_contain_text("生态公报.md")


def test_a_link_to_an_answer_is_copied_and_opens_it(
    page: Page, chromium: Browser, server: Server, watch: Watch
) -> None:
    allow_clipboard(page, server)
    ask(page, PARKS_QUESTION)
    tool(page, "share").click()
    expect(page.locator("#answer-said .when-copied")).to_be_visible()
    address = clipboard(page)
    assert address.startswith(f"{server.address}?answer=") and "chat=" not in address
    ask(page, AIR_QUESTION)
    asked = address.removeprefix(server.address)
    for other in open_page(chromium, server, watch, "zh-CN", 1440, 900, asked):
        expect(other.locator("#about-chat")).to_contain_text("分享的一条回答")
        expect(other.locator("#messages .message-text.answer")).to_have_count(1)
        other.locator("a.citation-mark").first.click()
        assert "松鹤公园" in cited(other)


def test_a_link_that_cannot_be_copied_stands_there_to_be_copied_by_hand(page: Page, server: Server) -> None:
    page.evaluate(
        """() => {
            navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
            document.execCommand = () => false;
        }"""
    )
    ask(page, PARKS_QUESTION)
    tool(page, "share").click()
    box = page.locator("#answer-said input")
    expect(box).to_be_visible()
    expect(box).to_be_focused()
    assert box.input_value().startswith(f"{server.address}?answer=")


# What people say of answers


def kept(server: Server) -> list[dict[str, Any]]:
    path = feedback_folder(server.data) / "questions.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_a_thumb_up_is_kept_shown_and_taken_back(page: Page, server: Server) -> None:
    ask(page, PARKS_QUESTION)
    good = tool(page, "good")
    good.click()
    expect(page.locator("#answer-said")).to_contain_text("谢谢，已记下")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(good).to_be_focused()
    (row,) = kept(server)
    assert (row["kind"], row["question"]) == ("good", PARKS_QUESTION)
    assert "松鹤公园" in row["evidence"][0]["quote"]
    # It is still there after a reload.
    reload(page)
    expect(tool(page, "good")).to_have_attribute("aria-pressed", "true")
    tool(page, "good").click()
    expect(page.locator("#answer-said")).to_contain_text("已撤回")
    expect(tool(page, "good")).to_have_attribute("aria-pressed", "false")
    assert kept(server) == []


def test_what_is_said_of_an_answer_lies_over_the_button_that_leads_down(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 500})
    for question in (PARKS_QUESTION, "四座公园每天几点关门？"):
        ask(page, question)
    page.locator("#messages .message-text.question").first.scroll_into_view_if_needed()
    page.mouse.move(700, 200)
    page.mouse.wheel(0, -3_000)
    expect(page.locator("#messages .scroll-down-button-container")).to_be_visible()
    page.locator("#messages .tools .good").first.click()
    expect(page.locator("#answer-said .toast")).not_to_be_empty()
    on_top = """() => {
        const toast = document.querySelector("#answer-said .toast");
        toast.style.pointerEvents = "auto";
        const {x, y, width, height} = toast.getBoundingClientRect();
        return toast.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }"""
    assert page.evaluate(on_top)
    page.locator("#messages .tools .good").first.click()


@pytest.mark.parametrize("view", ["page", "phone"])
def test_a_complaint_has_a_reason_and_may_have_the_right_answer(
    view: str, server: Server, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(view)
    ask(page, PARKS_QUESTION)
    tool(page, "good").click()
    expect(page.locator("#answer-said")).to_contain_text("谢谢")
    tool(page, "bad").click()
    form = last_answer(page).locator(".complaint")
    expect(form).to_be_visible()
    expect(form.get_by_role("button")).to_have_text(["出处不对", "回答不对", "应该拒答"])
    form.get_by_role("button", name="回答不对").click()
    expect(page.locator("#answer-said")).to_contain_text("会用来检验以后的回答")
    expect(tool(page, "good")).to_have_attribute("aria-pressed", "false")
    expect(tool(page, "bad")).to_have_attribute("aria-pressed", "true")
    # One mind at a time.
    assert [row["kind"] for row in kept(server)] == ["wrong_answer"]
    box = form.get_by_role("textbox", name="正确答案里应有的字词（可不填）")
    box.fill("五大/公园 <b>")
    box.press("Enter")
    expect(form).to_be_hidden()
    expect(tool(page, "bad")).to_be_focused()
    page.wait_for_timeout(500)
    path = feedback_folder(server.data) / "questions.jsonl"
    (question,) = read_questions(path)
    assert (question.answers, question.kind) == (("五大/公园 <b>",), "wrong_answer")
    assert question.rejected_answers[0].startswith("青岚区有")
    # Another reason takes its place.
    tool(page, "bad").click()
    form.get_by_role("button", name="应该拒答").click()
    expect(box).to_be_hidden()
    page.wait_for_timeout(500)
    (question,) = read_questions(path)
    assert (question.answerable, question.answers) == (False, ())


def test_a_complaint_from_the_keyboard_closes_with_escape(page: Page, server: Server) -> None:
    ask(page, UNKNOWN)
    tool(page, "bad").focus()
    page.keyboard.press("Enter")
    expect(tool(page, "bad")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    reason = last_answer(page).get_by_role("button", name="应该能答")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer-said")).to_contain_text("谢谢")
    page.keyboard.press("Escape")
    expect(last_answer(page).locator(".complaint")).to_be_hidden()
    expect(tool(page, "bad")).to_be_focused()
    assert [(row["kind"], row["answerable"]) for row in kept(server)] == [("should_answer", True)]


def test_feedback_that_cannot_be_kept_says_so(page: Page, server: Server) -> None:
    folder = feedback_folder(server.data)
    ask(page, PARKS_QUESTION)
    broken = folder / "questions.jsonl"
    folder.mkdir(exist_ok=True)
    broken.write_bytes(b"\xff\xfe\x00")
    tool(page, "good").click()
    expect(page.locator("#answer-said .error")).to_be_visible()
    expect(tool(page, "good")).to_have_attribute("aria-pressed", "false")
    assert broken.read_bytes() == b"\xff\xfe\x00"


def test_a_button_of_no_page_of_ours_does_nothing(page: Page, server: Server) -> None:
    ask(page, PARKS_QUESTION)
    page.evaluate(
        """() => {
            const box = document.querySelector("#answer-action textarea");
            box.value = "good/forged/0?1";
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    expect(page.locator("#answer-said .error")).to_contain_text("请刷新")
    assert kept(server) == []


# Refusals


@pytest.mark.parametrize("view", ["page", "phone"])
def test_a_refusal_says_what_to_try(view: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(view)
    ask(page, UNKNOWN)
    refusal = last_answer(page)
    expect(refusal).to_contain_text("火星")
    expect(refusal.locator(".hints li")).to_have_count(2)
    if view == "phone":
        expect(refusal.locator(".near a").first).to_be_visible()
    refusal.get_by_role("button", name="修改问题").click()
    expect(page.locator("#question textarea")).to_be_focused()
    expect(page.locator("#question textarea")).to_have_value(UNKNOWN)
    refusal.get_by_role("button", name="去文档栏").click()
    expect(page.locator("#upload")).to_be_visible()
