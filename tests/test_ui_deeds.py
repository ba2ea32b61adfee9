"""What the buttons of the documents panel do, and how each deed can be undone."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import Wish
from qa.syncing import Syncing
from qa.ui.actions import Action, parse_action
from qa.ui.deeds import carry_out, files_of
from tests.fakes import FakeEncoder

TOKEN = "s3cret_-token"


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
    (settings.documents / "空.txt").write_text("", encoding="utf-8")
    (settings.documents / "人事").mkdir()
    for name in ("休假", "考勤"):
        (settings.documents / f"人事/{name}.txt").write_text(f"{name}规定\n\n按{name}办法办理。", encoding="utf-8")
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


def test_what_is_picked_is_indexed_again_and_what_failed_is_retried(syncing: Wishes) -> None:
    assert carry_out(syncing, Action("reindex_picked"), "zh", TOKEN, ["人事/"]) == ""
    assert carry_out(syncing, Action("retry_failed"), "zh", TOKEN) == ""
    assert syncing.wishes == [
        Wish(again=frozenset({"人事/休假.txt", "人事/考勤.txt"})),
        Wish(again=frozenset({"空.txt"})),
    ]
    # Nothing is picked any more.
    for action in (Action("reindex_picked"), Action("remove_picked")):
        assert "请刷新" in carry_out(syncing, action, "zh", TOKEN)
    assert "没有文档符合范围" in carry_out(syncing, Action("remove_picked"), "zh", TOKEN, ["没有/"])
    assert len(syncing.wishes) == 2


def undo_of(said: str) -> Action:
    """Return what the button in a line does."""
    found = re.search(r'<button value="([^"]*)"', said)
    assert found
    action = parse_action(html.unescape(found[1]), TOKEN)
    assert action is not None and action.verb == "put_back"
    return action


def test_a_document_is_removed_and_comes_back(syncing: Wishes) -> None:
    folder, removed = syncing.assistant.settings.documents, syncing.assistant.settings.data / "removed"
    said = carry_out(syncing, Action("remove", "食堂.txt"), "zh", TOKEN)
    assert re.search(r"已移除 食堂\.txt。.*撤销.*保存在数据文件夹的 removed/[0-9-]+<", html.unescape(said))
    assert list(removed.glob("*/食堂.txt"))
    # Named, so that its row says that it is waited for.
    assert syncing.wishes == [Wish(again=frozenset({"食堂.txt"}))]
    assert html.unescape(carry_out(syncing, undo_of(said), "zh", TOKEN)) == '<p role="status">已放回 食堂.txt。</p>'
    assert (folder / "食堂.txt").read_text("utf-8") == "食堂的早餐是五元。"
    assert syncing.wishes[1:] == [None]
    again = carry_out(syncing, undo_of(said), "zh", TOKEN)
    assert "移除的文件已不在了" in again


def test_what_is_picked_is_removed_together_and_comes_back_together(syncing: Wishes) -> None:
    folder = syncing.assistant.settings.documents
    said = carry_out(syncing, Action("remove_picked"), "zh", TOKEN, ["人事/", "食堂.txt"])
    assert "已移除 3 个文件。" in html.unescape(said)
    assert not (folder / "人事/休假.txt").exists() and not (folder / "食堂.txt").exists()
    # Somebody else has put another file there meanwhile.
    (folder / "食堂.txt").write_text("新的规定。", encoding="utf-8")
    back = html.unescape(carry_out(syncing, undo_of(said), "zh", TOKEN))
    assert "已放回 人事/休假.txt、人事/考勤.txt。" in back
    assert "食堂.txt 的位置已有别的文件，放回后叫 食堂 (2).txt。" in back
    assert (folder / "食堂.txt").read_text("utf-8") == "新的规定。"


def test_of_an_archive_only_the_whole_is_removed(syncing: Wishes) -> None:
    folder = syncing.assistant.settings.documents
    with zipfile.ZipFile(folder / "资料.zip", "w") as archive:
        archive.writestr("甲.txt", "甲组有三人。")
        archive.writestr("乙.txt", "乙组有五人。")
    syncing.assistant.sync()
    records = syncing.assistant.generation.records
    assert files_of(syncing, ["资料.zip/甲.txt", "食堂.txt"]) == ["资料.zip/甲.txt", "食堂.txt"]
    assert files_of(syncing, [path for path in records if path.startswith("资料.zip/")]) == ["资料.zip"]
    said = carry_out(syncing, Action("remove_picked"), "zh", TOKEN, ["资料.zip/甲.txt"])
    assert "没能移除" in said and (folder / "资料.zip").is_file()
    assert "已移除 资料.zip。" in html.unescape(carry_out(syncing, Action("remove_picked"), "zh", TOKEN, ["资料.zip/"]))
    assert not (folder / "资料.zip").exists()


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
