"""The status of syncing in words."""

from __future__ import annotations

import html
import re
from datetime import datetime
from pathlib import Path

import pytest

from index.datatypes import Failure, Progress
from index.sync import SyncReport
from qa.assistant import Assistant
from qa.library import Changes
from qa.settings import Settings
from qa.sync_state import SyncState
from qa.ui.status import is_first, show_bar, show_status, time_left
from qa.ui.texts import Language
from tests.fakes import FakeEncoder

NOON = datetime(2026, 11, 23, 12, 0, 5).astimezone()
REPORT = SyncReport(0, 0, 0, 0, 3, (), (), 0, 3, 9, 20, 4, 0.5)


def text_of(markup: str) -> str:
    """Return what a reader sees, with a bar between elements."""
    return re.sub(r"\|+", "|", html.unescape(re.sub(r"<[^>]*>", "|", markup))).strip("|")


def show(state: SyncState, language: Language = "zh") -> str:
    return text_of(show_status(state, language, "t"))


def actions_of(markup: str) -> list[str]:
    return [html.unescape(value) for value in re.findall(r'<button value="([^"]*)"', markup)]


def running(progress: Progress | None, **rest: object) -> SyncState:
    return SyncState(running=True, progress=progress, **rest)  # type: ignore[arg-type]


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return Assistant(Settings(documents=tmp_path, data=tmp_path / ".data"), FakeEncoder())


# While it runs


@pytest.mark.parametrize(
    ("progress", "chinese", "english"),
    [
        (None, "正在开始|停止", "Starting|Stop"),
        (Progress("reading", 3, 1200), "查看文件|3 / 1,200|停止", "Looking at files|3 / 1,200|Stop"),
        (
            Progress("waiting", 0, 1),
            "等待另一个程序写完索引|停止",
            "Waiting for another program to finish indexing|Stop",
        ),
        (Progress("moving", 1, 2), "正在索引|1 / 2|停止", "Indexing|1 / 2|Stop"),
        (
            Progress("splitting", 1, 5, "人事/休假.md"),
            "切分文档|1 / 5|停止|人事/休假.md",
            "Splitting documents|1 / 5|Stop|人事/休假.md",
        ),
    ],
)
def test_stage_count_and_document_are_told(progress: Progress | None, chinese: str, english: str) -> None:
    assert show(running(progress)) == chinese
    assert show(running(progress), "en") == english


def test_the_bar_says_how_far_it_is() -> None:
    shown = show_status(running(Progress("embedding", 30, 120)), "zh", "t")
    assert '<progress value="30" max="120" aria-label="计算向量 30&#47;120">' in shown
    assert actions_of(shown) == ["stop/t/"]


def test_the_time_left_and_the_documents_are_told() -> None:
    state = running(Progress("embedding", 1, 9), remaining=130.0, taken_in=("a.md", "b/c.md"), taken_in_count=2)
    assert show(state) == "计算向量|1 / 9|还要约 2 分钟|停止|读取了 2 篇：a.md、c.md"
    many = running(Progress("embedding", 1, 9), taken_in=("a.md", "b.md", "c.md"), taken_in_count=40)
    assert show(many, "en") == "Computing vectors|1 / 9|Stop|40 read: a.md, b.md, c.md and more"


def test_a_sync_that_stops_has_no_button_any_more() -> None:
    shown = show_status(running(Progress("embedding", 1, 9), stopping=True, remaining=50.0), "zh", "t")
    assert text_of(shown) == "计算向量|1 / 9|正在停止…"
    assert actions_of(shown) == []


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0.4, "还要几秒", "a few seconds left"),
        (9.9, "还要几秒", "a few seconds left"),
        (10, "还要不到 1 分钟", "less than a minute left"),
        (50, "还要约 1 分钟", "about 1 min left"),
        (120, "还要约 2 分钟", "about 2 min left"),
        (3560, "还要约 59 分钟", "about 59 min left"),
        (3600, "还要约 1 小时 0 分钟", "about 1 h 0 min left"),
        (9000, "还要约 2 小时 30 分钟", "about 2 h 30 min left"),
    ],
)
def test_time_is_told_as_people_say_it(seconds: float, chinese: str, english: str) -> None:
    assert time_left(seconds, "zh") == chinese
    assert time_left(seconds, "en") == english


# When it has ended


def ended(changes: Changes | None = None, failed: tuple[str, ...] = (), skipped: tuple[str, ...] = ()) -> SyncState:
    failures = tuple(Failure(path, "the file is empty") for path in failed)
    left = tuple(Failure(path, "files of kind .png are not read") for path in skipped)
    report = SyncReport(0, 0, 0, 0, 3, failures, left, 0, 3, 9, 20, 4, 0.5)
    return SyncState(runs=1, report=report, ended_at=NOON, changes=changes or Changes())


def test_what_was_done_is_told_with_a_few_names() -> None:
    changes = Changes(
        added=("a.md", "b/c.md", "d.md", "e.md"), changed=("f.md",), renamed=(("g.md", "h.md"),), removed=("i.md",)
    )
    assert show(ended(changes)) == (
        "新增 4 篇：a.md、c.md、d.md 等；更新 1 篇：f.md；改名 1 篇：h.md；移除 1 篇：i.md|12:00:05 检查"
    )
    assert show(ended(Changes(redone=("j.md",))), "en") == "1 indexed again: j.md|checked at 12:00:05"


def test_that_nothing_has_changed_is_told() -> None:
    assert show(ended()) == "索引与文件夹一致|12:00:05 检查"
    assert show(ended(), "en") == "The index is up to date with the folder|checked at 12:00:05"


def test_what_cannot_be_read_any_more_is_not_called_removed() -> None:
    assert show(ended(Changes(removed=("a.md", "b.md")), failed=("a.md", "c.md"))) == (
        "移除 1 篇：b.md；2 个文件未能读取|12:00:05 检查"
    )


def test_files_that_were_left_alone_are_told_with_the_reason() -> None:
    assert show(ended(skipped=("图.png",))).endswith("|已跳过（1）|图.png|.png 文件还读不了")


def test_before_the_first_sync_there_is_nothing_to_tell() -> None:
    assert show_status(SyncState(), "zh", "t") == ""


def test_an_error_is_told_with_its_reason_and_a_way_to_retry() -> None:
    shown = show_status(SyncState(runs=1, error="no documents folder at /x. Create it, or"), "zh", "t")
    assert text_of(shown) == (
        "没能更新索引，原来的索引照常使用；稍后会自动再试。|找不到文档文件夹 /x。请创建它，或把它所在的磁盘接好|重试"
    )
    assert actions_of(shown) == ["retry/t/"]


def test_a_stopped_sync_can_go_on() -> None:
    shown = show_status(SyncState(runs=1, error="the sync was stopped", stopped=True), "zh", "t")
    assert text_of(shown) == "已停止。原来的索引照常使用，已算好的部分保留着。|继续"
    assert actions_of(shown) == ["retry/t/"]


def test_names_are_text_only_and_kept_short() -> None:
    hostile = "<img src=x onerror=1>" + "长" * 60 + ".md"
    state = running(Progress("splitting", 1, 5, hostile))
    for shown in (show_status(state, "zh", "t"), show_status(ended(Changes(added=(hostile,))), "zh", "t")):
        assert "<img" not in shown
        assert "长" * 45 not in shown


# The bar over the page


def test_the_bar_is_empty_while_the_index_follows(assistant: Assistant) -> None:
    assert show_bar(assistant, SyncState(), "zh", "t") == ""
    assert show_bar(assistant, ended(), "zh", "t") == ""


def test_the_bar_shows_the_first_sync_only(assistant: Assistant) -> None:
    state = running(Progress("embedding", 1, 9))
    assert is_first(assistant, state)
    assert text_of(show_bar(assistant, state, "zh", "t")) == "计算向量|1 / 9|停止"
    (assistant.settings.documents / "食堂.txt").write_text("食堂的早餐是五元。", encoding="utf-8")
    assistant.sync()
    assert not is_first(assistant, state)
    assert text_of(show_bar(assistant, state, "zh", "t")) == ""
    assert 'class="syncing"' in show_bar(assistant, state, "zh", "t")


def test_the_bar_tells_everybody_that_the_index_does_not_follow(assistant: Assistant) -> None:
    failed = SyncState(runs=1, error="no documents folder at /x. Create it, or")
    assert text_of(show_bar(assistant, failed, "zh", "t")) == (
        "索引没有跟上文件夹：找不到文档文件夹 /x。请创建它，或把它所在的磁盘接好|重试"
    )
    stopped = SyncState(runs=1, error="the sync was stopped", stopped=True)
    assert text_of(show_bar(assistant, stopped, "en", "t")) == (
        "The index does not follow the folder: updating was stopped.|Go on"
    )
