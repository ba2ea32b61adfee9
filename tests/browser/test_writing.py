"""Answers of a language model on the page: streamed, checked, stopped; searches changed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.actions import ask, cited, moved, note_places, wait_until_still
from tests.browser.conftest import AIR, PARKS, Server, Watch, open_page, serve
from tests.scripted_model import Scripted, Step, scripted_model

PARKS_QUESTION = "青岚区有哪四大郊野公园？"
RIGHT = "青岚区有四大郊野公园，分别是松鹤公园、白鹭公园、云溪公园和石桥公园[1]。"
WRONG = "松鹤公园占地900公顷[1]。"
SLOWLY: list[Step] = [("say", RIGHT), ("say", "四座公园"), *[("wait", 0.05), ("say", "很")] * 4_000]


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    with scripted_model([]) as scripted:
        yield scripted


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory, model: Scripted) -> Iterator[Server]:
    """Run app.py over two documents, with a language model that follows scripts."""
    folder = tmp_path_factory.mktemp("writing")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "郊野公园.md").write_text(PARKS, encoding="utf-8")
    (documents / "生态公报.md").write_text(AIR, encoding="utf-8")
    named = {"WENDANG_LLM_BASE_URL": model.url, "WENDANG_LLM_MODEL": "scripted", "WENDANG_LLM_API_KEY": "sk-SECRET-KEY"}
    yield from serve(documents, folder / "data", **named)


@pytest.fixture(autouse=True)
def tidy() -> None:
    """Nothing here writes into the folder; the server of the other tests is not needed."""


@pytest.fixture
def page(chromium: Browser, writing: Server, watch: Watch) -> Iterator[Page]:
    yield from open_page(chromium, writing, watch, "zh-CN", 1440, 900)


@pytest.fixture
def phone(chromium: Browser, writing: Server, watch: Watch) -> Iterator[Page]:
    yield from open_page(chromium, writing, watch, "zh-CN", 390, 844)


def script(model: Scripted, *steps: list[Step]) -> None:
    """Say what the model does for the next questions."""
    model.scripts[:] = list(steps)
    model.asked.clear()
    model.left.clear()


def send(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")


def test_sources_come_first_then_sentence_by_sentence_each_checked(page: Page, model: Scripted) -> None:
    script(model, [("wait", 1.5), ("say", RIGHT), ("say", WRONG), ("wait", 1.0), ("say", "四座公园全年免费[1]。")])
    send(page, PARKS_QUESTION)
    answer = page.locator("#messages .message-text.answer").last
    expect(answer).to_contain_text("正在根据找到的原文写回答")
    expect(page.locator("#sources .card").first).to_contain_text("青岚区郊野公园")
    assert "松鹤公园" not in answer.inner_text()
    expect(answer).to_contain_text("石桥公园。")
    expect(answer.locator(".unfounded")).to_have_text("未找到依据")
    expect(answer).to_contain_text("四座公园全年免费。")
    expect(answer).to_contain_text("2 句有依据，1 句没有找到依据")
    expect(answer.locator(".writing")).to_have_count(0)
    assert answer.locator("a.citation-mark").count() >= 2
    answer.locator("a.citation-mark").first.click()
    assert cited(page).startswith("青岚区有四大郊野公园")
    expect(page.locator("#sources .card, #sources .html-container").first).to_be_visible()


@pytest.mark.parametrize("view", ["page", "phone"])
def test_nothing_moves_while_the_model_writes(view: str, model: Scripted, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(view)
    script(model, [("say", RIGHT), ("wait", 0.5), ("say", WRONG), ("wait", 0.5), ("say", "四座公园全年免费[1]。")])
    note_places(page)
    send(page, PARKS_QUESTION)
    answer = page.locator("#messages .message-text.answer").last
    expect(answer.locator(".grounds")).to_have_text("核对中")
    expect(answer).to_contain_text("2 句有依据，1 句没有找到依据")
    # One sentence of it is in no passage.
    expect(answer.locator(".grounds")).to_have_text("依据较弱")
    expect(answer.locator(".tools")).to_be_visible()
    page.wait_for_timeout(500)
    assert moved(page) == []


@pytest.mark.parametrize("view", ["page", "phone"])
def test_the_stop_button_stops_the_model_itself(view: str, model: Scripted, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(view)
    script(model, SLOWLY)
    send(page, PARKS_QUESTION)
    stop = page.locator("#question .stop-button")
    expect(stop).to_be_visible()
    answer = page.locator("#messages .message-text.answer").last
    if view == "page":
        expect(answer).to_contain_text("石桥公园")
    else:
        page.locator("#brand .views a[href$=chat]").click()
        expect(answer).to_contain_text("石桥公园")
    stop.click()
    assert model.left.wait(20)  # the limit only ends a test that would hang
    expect(answer).to_contain_text("已停止，只写到这里")
    expect(page.locator("#question .submit-button")).to_be_visible()
    expect(stop).to_have_count(0)
    # The next question is answered as ever.
    script(model, [("say", "松鹤公园占地320公顷[1]。")])
    ask(page, "松鹤公园占地多少公顷？")
    expect(page.locator("#messages .message-text.answer").last).to_contain_text("320公顷")


def test_what_is_typed_meanwhile_stays(page: Page, model: Scripted) -> None:
    script(model, [("say", RIGHT), ("wait", 1.5), ("say", "四座公园全年免费[1]。")])
    send(page, PARKS_QUESTION)
    answer = page.locator("#messages .message-text.answer").last
    expect(answer).to_contain_text("石桥公园")
    page.locator("#question textarea").press_sequentially("松鹤公园多大？")
    expect(answer).to_contain_text("全年免费")
    wait_until_still(page)
    expect(page.locator("#question textarea")).to_have_value("松鹤公园多大？")


def test_a_new_chat_leaves_the_answer_behind(page: Page, model: Scripted) -> None:
    script(model, SLOWLY)
    send(page, PARKS_QUESTION)
    expect(page.locator("#messages .message-text.answer").last).to_contain_text("石桥公园")
    page.click("#new-chat")
    assert model.left.wait(20)  # the limit only ends a test that would hang
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#question .submit-button")).to_be_visible()
    page.wait_for_timeout(1_000)
    expect(page.locator("#messages .message-text")).to_have_count(0)
    script(model, [("say", "松鹤公园占地320公顷[1]。")])
    ask(page, "松鹤公园占地多少公顷？")
    expect(page.locator("#messages .message-text.answer")).to_have_count(1)


def test_closing_the_page_ends_the_request(chromium: Browser, writing: Server, watch: Watch, model: Scripted) -> None:
    script(model, SLOWLY)
    opened = open_page(chromium, writing, watch, "zh-CN", 1440, 900)
    page = next(opened)
    send(page, PARKS_QUESTION)
    expect(page.locator("#messages .message-text.answer").last).to_contain_text("石桥公园")
    next(opened, None)
    assert model.left.wait(60)  # the limit only ends a test that would hang


def test_where_the_model_fails_the_documents_answer_and_one_line_says_why(page: Page, model: Scripted) -> None:
    script(model, [("say", RIGHT), ("break", None)])
    ask(page, PARKS_QUESTION)
    answer = page.locator("#messages .message-text.answer").last
    expect(answer.locator(".notice")).to_have_text("语言模型的回答中途断了。以下直接引用原文。")
    answer.locator("a.citation-mark").first.click()
    assert "松鹤公园、白鹭公园、云溪公园和石桥公园" in cited(page)


def test_what_was_searched_is_shown_and_can_be_changed(page: Page, model: Scripted) -> None:
    script(
        model,
        [("say", RIGHT)],
        [("say", "青岚区四大郊野公园几点开门？")],
        [("say", "四座公园每天早上六点开门[1]。")],
        [("say", "松鹤公园占地320公顷[1]。")],
    )
    ask(page, PARKS_QUESTION)
    ask(page, "那它们几点开门？")
    answer = page.locator("#messages .message-text.answer").last
    expect(answer.locator(".aside", has_text="实际检索")).to_contain_text("青岚区四大郊野公园几点开门？")
    answer.locator("button.edit").click()
    box = page.locator("#question textarea")
    expect(box).to_be_focused()
    expect(box).to_have_value("青岚区四大郊野公园几点开门？")
    box.fill("它占地多少公顷，松鹤公园？")
    page.keyboard.press("Enter")
    expect(page.locator("#messages .message-text.answer")).to_have_count(3)
    wait_until_still(page)
    # Asked as it stands: nothing was carried over, and nobody was asked to make it whole.
    assert len(model.asked) == 4
    expect(page.locator("#messages .message-text.answer").last).not_to_contain_text("实际检索")
    expect(page.locator("#messages .message-text.answer").last).to_contain_text("320公顷")


def test_a_hostile_model_is_shown_literally(page: Page, model: Scripted) -> None:
    hostile = (
        f"{RIGHT}\n# <img src=x onerror=window.__pwned=1>\n- [点我](javascript:window.__pwned=2)公园免费。\n"
        "![图](http://127.0.0.1:9/x.png)<script>window.__pwned=3</script> {{7*7}} $$x^2$$ 公园收费。\n"
        "| a | b |\n|---|---|\n| <svg onload=window.__pwned=4> | 1 |\n"
    )
    script(model, [("say", hostile)])
    ask(page, PARKS_QUESTION)
    answer = page.locator("#messages .message-text.answer").last
    expect(answer).to_contain_text("石桥公园")
    assert answer.locator("img, script, svg, table, .katex, a:not(.citation-mark)").count() == 0
    assert "sk-SECRET-KEY" not in page.content()


def test_no_page_and_no_log_holds_the_key(page: Page, writing: Server, model: Scripted) -> None:
    script(model, [("say", "密钥是"), ("echo", "key")])
    ask(page, PARKS_QUESTION)
    expect(page.locator("#messages .message-text.answer").last).to_contain_text("不要再用它")
    assert "sk-SECRET-KEY" not in page.content()
    log: Path = writing.data.with_suffix(".log")
    assert "sk-SECRET-KEY" not in log.read_text("utf-8", errors="replace")
