"""Buttons: only those of our own page are obeyed."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.ui.actions import Action, button, parse_action, token_of
from qa.ui.links import DocumentLink, parse_link

TOKEN = "s3cret_-token"


def value_of(markup: str) -> str:
    """Return a button's value as a browser reads it."""
    found = re.search(r'value="([^"]*)"', markup)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize(
    "action",
    [
        Action("stop"),
        Action("retry"),
        Action("rebuild"),
        Action("reindex", "产业/报告（2023）.md"),
        Action("remove", 'a/b?c#d%2F"<>& .txt'),
        Action("remove", "\udcff坏名.txt"),
        Action("remove_picked"),
        Action("reindex_picked"),
        Action("retry_failed"),
        Action("put_back", "20261128-101112-2"),
    ],
)
def test_an_action_is_read_as_it_was_written(action: Action) -> None:
    value = value_of(button("做", action, TOKEN))
    assert parse_action(value, TOKEN) == action
    assert parse_action(f"{value}?17", TOKEN) == action


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stop",
        "stop/s3cret_-token",
        "stop//",
        "stop/other/",
        "stop/s3cret_-tokeN/",
        "stop/s3cret_-token/a.md",
        "remove/s3cret_-token/",
        "remove/s3cret_-token/a/b.md",
        "remove/s3cret_-token",
        "REMOVE/s3cret_-token/a.md",
        "erase/s3cret_-token/a.md",
        "delete/s3cret_-token/",
        "#wendang/remove/s3cret_-token/a.md",
        "remove/令牌/a.md",
        "remove/s3cret_-token/" + "x" * 20_000,
    ],
)
def test_what_is_no_action_of_this_page_is_none(text: str) -> None:
    assert parse_action(text, TOKEN) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert parse_action(text, TOKEN) is None
    action = parse_action(f"remove/{TOKEN}/{text}", TOKEN)
    assert action is None or action.verb == "remove"


@pytest.mark.parametrize("text", ["stop//", "remove//a.md", "retry//?1"])
def test_a_page_without_a_secret_does_nothing(text: str) -> None:
    assert parse_action(text, "") is None


def test_links_and_actions_are_never_taken_for_one_another() -> None:
    assert parse_link(value_of(button("做", Action("remove", "a.md"), TOKEN))) is None
    assert parse_action(str(DocumentLink("a.md")), TOKEN) is None


def request_of(page: str | None) -> Any:
    return SimpleNamespace(session_hash=page)


def test_every_page_has_a_secret_of_its_own_and_keeps_it() -> None:
    tokens = {token_of(request_of(f"page{number}")) for number in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 20 and "/" not in token and "?" not in token for token in tokens)
    assert tokens == {token_of(request_of(f"page{number}")) for number in range(100)}
    # It follows from what nobody else knows, not from the page's name alone.
    assert not any("page" in token for token in tokens)


@pytest.mark.parametrize("request_", [None, request_of(None), request_of("")])
def test_who_has_no_page_has_no_secret(request_: Any) -> None:
    assert token_of(request_) == ""
