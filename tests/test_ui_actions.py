"""Buttons: only those of our own page are obeyed, and they do what they say."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import Wish
from qa.syncing import Syncing
from qa.ui.actions import Action, button, carry_out, new_token, parse_action
from qa.ui.links import DocumentLink, parse_link
from tests.fakes import FakeEncoder

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
        "delete/s3cret_-token/a.md",
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


def test_every_page_has_a_secret_of_its_own() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 20 and "/" not in token and "?" not in token for token in tokens)


# What they do


class Wishes(Syncing):
    """Notes what is wished and carries nothing out."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant)
        self.wishes: list[Wish | str | None] = []

    def request(self, wish: Wish | None = None) -> int:
        self.wishes.append(wish)
        return 1

    def retry(self) -> int:
        self.wishes.append("retry")
        return 1

    def stop(self) -> None:
        self.wishes.append("stop")


@pytest.fixture
def syncing(tmp_path: Path) -> Iterator[Wishes]:
    settings = Settings(documents=tmp_path / "documents", data=tmp_path / "data")
    settings.documents.mkdir()
    (settings.documents / "食堂.txt").write_text("食堂的早餐是五元。", encoding="utf-8")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    with Wishes(assistant) as opened:
        yield opened


@pytest.mark.parametrize(
    ("action", "wished"),
    [
        (Action("stop"), "stop"),
        (Action("retry"), "retry"),
        (Action("rebuild"), Wish(rebuild=True)),
        (Action("reindex", "食堂.txt"), Wish(again=frozenset({"食堂.txt"}))),
    ],
)
def test_an_action_asks_for_what_it_says(syncing: Wishes, action: Action, wished: Wish | str) -> None:
    assert carry_out(syncing, action, "zh") == ""
    assert syncing.wishes == [wished]


def test_a_document_is_removed_and_its_place_told(syncing: Wishes) -> None:
    said = html.unescape(carry_out(syncing, Action("remove", "食堂.txt"), "zh"))
    assert re.search(r"已移出 食堂\.txt，文件保存在 data/removed/[0-9-]+/食堂\.txt。", said)
    assert list((syncing.assistant.settings.data / "removed").glob("*/食堂.txt"))
    # Named, so that its row says that it is waited for.
    assert syncing.wishes == [Wish(again=frozenset({"食堂.txt"}))]


def test_a_document_whose_file_has_gone_is_out_with_the_next_sync(syncing: Wishes) -> None:
    (syncing.assistant.settings.documents / "食堂.txt").unlink()
    assert "已不在文件夹里" in carry_out(syncing, Action("remove", "食堂.txt"), "zh")
    assert syncing.wishes == [Wish(again=frozenset({"食堂.txt"}))]


@pytest.mark.parametrize("path", ["../documents/食堂.txt", "没有.txt", "/etc/passwd", "<script>.txt"])
def test_what_cannot_be_removed_is_said_and_nothing_is_asked_for(syncing: Wishes, path: str) -> None:
    said = carry_out(syncing, Action("remove", path), "zh")
    assert "没能移除" in said and "索引里没有这篇文档" in said
    assert "<script" not in said
    assert syncing.wishes == []
    assert (syncing.assistant.settings.documents / "食堂.txt").is_file()


def test_an_action_of_no_page_is_only_said_to_have_expired(syncing: Wishes) -> None:
    assert "请刷新" in carry_out(syncing, None, "zh")
    assert syncing.wishes == []
