"""Asking in a folder or in picked documents, on a wide screen and on a phone."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import ask, wait_until_still
from tests.browser.conftest import Server

PARKING = "# 青岚区停车规章\n\n路边停车每小时收费七元，夜间免费。\n"
PARKING_QUESTION = "路边停车每小时收费多少元？"
PARKS_QUESTION = "青岚区有哪四大郊野公园？"


@pytest.fixture(params=["page", "phone"])
def opened(request: pytest.FixtureRequest, server: Server) -> Page:
    """The page in one of two widths, with a folder 规章 among the documents."""
    (server.documents / "规章").mkdir()
    (server.documents / "规章" / "停车.md").write_text(PARKING, encoding="utf-8")
    page: Page = request.getfixturevalue(request.param)
    return page


def pick(page: Page, words: str, choice: str) -> None:
    """Pick a choice of the scope by the keyboard, as soon as it is offered."""
    options = page.locator("#scope").get_by_role("option")
    page.locator("#scope input").focus()
    expect(options.filter(has_text=choice)).to_be_visible()
    page.keyboard.type(words)
    expect(options.first).to_have_text(f"✓ {choice}")
    page.keyboard.press("Enter")
    expect(page.locator("#scope .token", has_text=choice)).to_be_visible()
    # Back to the question, which closes the choices.
    page.locator("#question textarea").focus()
    expect(options).to_have_count(0)


def test_a_folder_is_picked_asked_and_left_again(opened: Page) -> None:
    expect(opened.locator("#scope")).to_contain_text("范围：全部文档")
    pick(opened, "规章", "规章/（1 篇）")
    ask(opened, PARKS_QUESTION)
    answers = opened.locator("#messages .message-text.answer")
    expect(answers.last).to_contain_text("所选的 1 篇文档里没有找到这个问题的答案")
    expect(answers.last.locator(".scope")).to_contain_text("范围：规章/")
    opened.fill("#question textarea", "还没写完")
    answers.last.get_by_role("link", name="在全部文档中再问").click()
    expect(answers).to_have_count(2)
    wait_until_still(opened)
    expect(answers.last).to_contain_text("松鹤公园、白鹭公园、云溪公园和石桥公园")
    expect(answers.last.locator(".scope")).to_have_count(0)
    # What was being written stays, and is still asked in the folder.
    expect(opened.locator("#question textarea")).to_have_value("还没写完")
    expect(opened.locator("#scope .token")).to_have_count(1)
    ask(opened, PARKING_QUESTION)
    expect(answers.last).to_contain_text("七元")
    expect(answers.last.locator(".scope")).to_have_text("范围：规章/")
    # Gradio's own button, found by its place: its name is a number.
    opened.locator("#scope .token .token-remove").click()
    ask(opened, PARKS_QUESTION)
    expect(answers.last).to_contain_text("松鹤公园")


def test_nothing_of_the_control_is_cut_off(opened: Page) -> None:
    for words, choice in (("规章", "规章/（1 篇）"), ("公报", "生态公报.md"), ("公园", "郊野公园.md")):
        pick(opened, words, choice)
    width = opened.evaluate("window.innerWidth")
    for part in opened.locator("#scope .token, #scope, #question").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    scope, question = (opened.locator(name).bounding_box() for name in ("#scope", "#question"))
    assert scope is not None and question is not None
    assert scope["y"] + scope["height"] <= question["y"]
    assert scope["height"] <= 90


def test_what_is_gone_leaves_the_scope_with_a_note(opened: Page, server: Server) -> None:
    pick(opened, "规章", "规章/（1 篇）")
    pick(opened, "公报", "生态公报.md")
    shutil.rmtree(server.documents / "规章")
    expect(opened.locator("#scope-said")).to_contain_text("已不在文档里，从范围中去掉了：规章/。")
    expect(opened.locator("#scope .token")).to_have_count(1)
    ask(opened, "2022年青岚区PM2.5平均浓度降到了多少？")
    expect(opened.locator("#messages .scope").last).to_have_text("范围：生态公报.md")
    pick(opened, "公园", "郊野公园.md")
    expect(opened.locator("#scope-said")).to_be_hidden()
