"""The tools under an answer, and what they carry."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qa.datatypes import Answer, Citation
from qa.history.datatypes import Exchange
from qa.history.feedback import FeedbackStore, Given, Verdict
from qa.history.references import with_references
from qa.settings import Settings
from qa.ui.actions import Action, parse_action, token_of
from qa.ui.links import AgainLink
from qa.ui.toolbar import Toolbox, open_toolbox, show_tools

QUOTE = '全区有"耕地"3.2万亩。\n<b>完</b>'
CITATION = Citation(1, "农业.md", "农业", (), None, 0, len(QUOTE), QUOTE, True, ((6, 11),))
ANSWER = Answer("有多少？", "", True, "extractive", (CITATION,), (), (), "耕地有多少？", 0.9)
TOKEN = "s3cret"


def box(given: Given | None = None, token: str = TOKEN) -> Toolbox:
    return Toolbox(token, lambda _: given)


def tools(answer: Answer = ANSWER, given: Given | None = None, token: str = TOKEN) -> dict[str, str]:
    """Return the value of each button by its classes."""
    shown = show_tools(Exchange(answer.question, answer), 3, "zh", box(given, token))
    assert "\n" not in shown and "<b>" not in shown
    found = re.findall(r"<button( value=\"[^\"]*\")?[^>]*? class=\"([^\"]*)\">", shown)
    return {unescape(name): unescape(value[len(' value="') : -1]) for value, name in found}


def test_each_tool_carries_what_it_needs() -> None:
    found = tools()
    assert list(found) == [
        *("tool copy", "tool cite", "tool anew", "tool rescope", "tool share", "tool good", "tool bad"),
        *("reason wrong_passage", "reason wrong_answer", "reason should_refuse", "save"),
    ]
    assert found["tool copy"] == f"{QUOTE}[1]"
    assert found["tool cite"] == with_references(Exchange(ANSWER.question, ANSWER), "zh")
    assert found["tool anew"] == str(AgainLink("anew", 3))
    assert found["tool rescope"] == "耕地有多少？"
    assert parse_action(found["tool share"], TOKEN) == Action("share", "3")
    assert parse_action(found["tool good"], TOKEN) == Action("good", "3")
    typed = f"{found['reason wrong_answer']}/3.5%E4%B8%87%2F%E4%BA%A9?4"
    assert parse_action(typed, TOKEN) == Action("wrong_answer", "3", "3.5万/亩")


def test_every_tool_has_a_name_in_both_languages() -> None:
    for language, names in (
        ("zh", ("复制", "连同出处复制", "重新回答", "换个范围再问")),
        ("en", ("Copy", "Answer again")),
    ):
        shown = unescape(show_tools(Exchange("问", ANSWER), 0, language, box()))  # type: ignore[arg-type]
        for name in names:
            assert f'title="{name}"' in shown and f'<span class="unseen">{name}</span>' in shown


def test_a_refusal_has_its_own_reason_and_no_references() -> None:
    found = tools(replace(ANSWER, answered=False, citations=(), text="没有找到。"))
    assert "tool cite" not in found
    assert [name for name in found if name.startswith("reason")] == ["reason should_answer"]


def test_a_reply_about_the_program_can_be_copied_only() -> None:
    assert tools(replace(ANSWER, mode="conversation", text="我是问档。", citations=())) == {"tool copy": "我是问档。"}


def test_a_page_without_a_secret_has_no_buttons_that_need_one() -> None:
    assert list(tools(token="")) == ["tool copy", "tool cite", "tool anew", "tool rescope"]
    assert show_tools(Exchange("问", note="出错了"), 0, "zh", box()) == ""


@pytest.mark.parametrize(
    ("verdict", "pressed"),
    [
        (None, []),
        ("good", ["tool good pressed"]),
        ("wrong_answer", ["tool bad pressed", "reason wrong_answer pressed"]),
    ],
)
def test_what_was_said_before_is_pressed(verdict: Verdict | None, pressed: list[str]) -> None:
    found = tools(given=Given(verdict, "3.5<b>") if verdict else None)
    assert [name for name in found if "pressed" in name] == pressed
    shown = show_tools(Exchange("问", ANSWER), 0, "zh", box(Given("wrong_answer", "3.5<b>")))
    assert ">3&#46;5&#60;b&#62;</span>" in shown and 'class="right-answer">' in unescape(shown)


def service_of(tmp_path: Path) -> Any:
    settings = Settings(data=tmp_path)
    syncing = SimpleNamespace(assistant=SimpleNamespace(settings=settings))
    return SimpleNamespace(syncing=syncing, feedback=FeedbackStore(tmp_path))


def test_the_toolbox_knows_the_page_and_what_its_owner_said(tmp_path: Path) -> None:
    service, request = service_of(tmp_path), SimpleNamespace(session_hash="abc", headers={}, cookies={})
    exchange = Exchange("问", ANSWER, asked_at="1")
    service.feedback.give("local", exchange, [], Given("good"))
    opened = open_toolbox(service, request)  # type: ignore[arg-type]
    assert opened.token == token_of(request) != ""  # type: ignore[arg-type]
    assert opened.given(exchange) == Given("good")


def test_feedback_that_cannot_be_read_hides_no_answer(tmp_path: Path) -> None:
    (tmp_path / "feedback").write_text("im Weg", "utf-8")
    opened = open_toolbox(service_of(tmp_path), SimpleNamespace(session_hash="abc", headers={}, cookies={}))  # type: ignore[arg-type]
    assert opened.given(Exchange("问", ANSWER)) is None
