"""Questions offered on the page: text only, the same ones all through a visit, gone with what they were made for."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

from qa.suggesting.keeping import Kept, write_kept
from qa.suggesting.suggester import Suggester
from qa.suggesting.writing import write_questions
from qa.ui.chat import greet
from qa.ui.live import questions_mark
from qa.ui.service import open_service
from qa.ui.suggestion_events import Turns
from qa.ui.suggestions import show_next
from qa.ui.texts import script_read
from tests.test_assistant import open_library
from tests.test_ui_documents import Still

HOSTILE = '<img src=x onerror=window.pwned=1>"{{7*7}}有多少亩？'
TOWN = "# 霜桥镇概况\n\n" + "\n\n".join(f"松岭{number}号茶场占地{100 + number}亩。" for number in range(12))


@pytest.fixture
def syncing(tmp_path: Path) -> Iterator[Still]:
    with Still(open_library(tmp_path, {"镇.md": TOWN})) as opened:
        yield opened


def keep(syncing: Still) -> Suggester:
    """Return a suggester that has found questions kept."""
    generation = syncing.assistant.generation
    record = generation.records["镇.md"]
    found = tuple(write_questions(record, range(len(record.passages))))
    assert len(found) == 12
    write_kept(syncing.assistant.settings.data, Kept(generation.database, generation.number, found))
    return Suggester(syncing)


def test_questions_are_text_in_buttons_of_their_own() -> None:
    shown = show_next([HOSTILE, "霜桥镇位于哪里？"], "zh")
    assert "<img" not in shown and "{{" not in shown
    assert [html.unescape(value) for value in re.findall(r'value="([^"]*)"', shown)] == [HOSTILE, "霜桥镇位于哪里？"]
    assert re.findall(r"<(\w+)", shown) == ["div", "button", "button"]
    assert 'role="group"' in shown and "接着问" in html.unescape(shown)
    assert "Ask next" in html.unescape(show_next(["Where?"], "en"))
    assert show_next([], "zh") == ""


def reader(language: str, visit: str = "a visit") -> gr.Request:
    """Return the request of a browser that asks for a language first."""
    return gr.Request(headers={"accept-language": language}, session_hash=visit)


def offered(suggester: Suggester, syncing: Still, language: str = "zh-CN", visit: str = "a visit") -> list[str]:
    greeting = greet(open_service(syncing, suggester), reader(language, visit))
    return [one["text"] for one in greeting["examples"]]


def test_a_visit_sees_the_same_questions_and_another_others(syncing: Still) -> None:
    suggester = keep(syncing)
    first = offered(suggester, syncing)
    assert len(first) == 4 and all(one.endswith("？") for one in first)
    assert offered(suggester, syncing) == first
    assert any(offered(suggester, syncing, visit=f"visit {number}") != first for number in range(5))


def test_who_reads_another_language_is_told_that_the_questions_are_in_that_of_the_documents(syncing: Still) -> None:
    service = open_service(syncing, keep(syncing))
    english, chinese = greet(service, reader("en-US")), greet(service, reader("zh-CN"))
    assert len(english["examples"]) == 4, "in Chinese where the documents have no other"
    assert "in their language" in html.unescape(english["placeholder"])
    assert "文档的语言" not in html.unescape(chinese["placeholder"])


@pytest.mark.parametrize(
    ("language", "script"),
    [("zh-CN,zh;q=0.9", "simplified"), ("zh-TW", "traditional"), ("zh-Hant-HK", "traditional"), ("en-US", None)],
)
def test_the_browsers_first_language_tells_the_characters(language: str, script: str | None) -> None:
    assert script_read(reader(language)) == script


def test_the_mark_is_another_one_once_there_are_questions(syncing: Still) -> None:
    before = questions_mark(Suggester(syncing))
    after = questions_mark(keep(syncing))
    assert before and after and before != after
    assert questions_mark(Suggester(syncing)) == after


def test_what_a_page_went_on_from_is_known() -> None:
    turns = Turns()
    before = turns.now("page")
    turns.begin("other")
    assert turns.now("page") == before
    turns.begin("page")
    assert turns.now("page") != before
    turns.forget("page")
    assert turns.now("page") == 0
