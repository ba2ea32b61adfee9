"""The list of documents: what each row offers, and that names in it are text only."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.datatypes import Failure
from index.loaders import LOADERS
from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import SyncState
from qa.syncing import Syncing
from qa.ui import documents as documents_module
from qa.ui.actions import Action, parse_action
from qa.ui.documents import list_documents, store_files
from tests.fakes import FakeEncoder

TOKEN = "token"
HOSTILE = "<img src=x onerror=window.pwned=1>{{7*7}}.md"


class Still(Syncing):
    """Stands still in the state that it is given."""

    given = SyncState()

    @property
    def state(self) -> SyncState:
        return self.given


def open_library(folder: Path, files: dict[str, str]) -> Assistant:
    settings = Settings(documents=folder / "documents", data=folder / "data")
    for name, text in files.items():
        (settings.documents / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.documents / name).write_text(text, encoding="utf-8")
    settings.documents.mkdir(exist_ok=True)
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


@pytest.fixture
def syncing(tmp_path: Path) -> Iterator[Still]:
    files = {"人事/休假.txt": "休假规定\n\n年假十天。", HOSTILE: "食堂的早餐是五元。", "空.txt": ""}
    with Still(open_library(tmp_path, files)) as opened:
        yield opened


def rows_of(markup: str) -> list[str]:
    return re.findall(r"<tr>.*?</tr>", markup)[1:]


def actions_of(markup: str) -> list[Action | None]:
    values = re.findall(r'<button value="([^"]*)"', markup)
    return [parse_action(html.unescape(value), TOKEN) for value in values]


def text_of(markup: str) -> str:
    return re.sub(r"\|+", "|", html.unescape(re.sub(r"<[^>]*>", "|", markup))).strip("|")


def test_every_row_can_be_indexed_again_and_removed(syncing: Still) -> None:
    shown = list_documents(syncing, "", "zh", TOKEN)
    rows = rows_of(shown)
    assert [actions_of(row) for row in rows] == [
        [Action("reindex", path), Action("remove", path)] for path in (HOSTILE, "人事/休假.txt")
    ]
    assert "把“人事/休假.txt”移出文档文件夹？" in text_of(rows[1])
    # What removes is inside of what has to be opened first.
    assert re.search(r'<details class="confirmed"><summary>移除</summary>.*remove', rows[1])
    assert Action("rebuild") in actions_of(shown)


def test_documents_that_are_nearly_the_same_are_named(tmp_path: Path) -> None:
    text = "员工休假管理办法\n员工入职满一年的，每年享有{}带薪年假，未休完的年假可以结转到次年三月底，逾期作废。\n"
    documents = tmp_path / "documents"
    documents.mkdir()
    for name, days in (("旧<b>", "十天"), ("新", "十五天"), ("一", "八天"), ("二", "九天"), ("三", "五天")):
        (documents / f"{name}.txt").write_text(text.format(days), "utf-8")
    (documents / "食堂.txt").write_text("食堂管理规定\n食堂早上七点开门，晚上八点关门。\n", "utf-8")
    assistant = Assistant(Settings(documents=documents, data=tmp_path / "data"), FakeEncoder())
    assistant.sync()
    with Still(assistant) as syncing:
        rows = {row: text_of(row) for row in rows_of(list_documents(syncing, "", "zh", TOKEN))}
    shown = {said.split("|")[1]: said for said in rows.values()}
    assert "内容几乎相同" not in shown["食堂.txt"]
    assert "|内容几乎相同：|" in shown["新.txt"] and shown["新.txt"].count("、") == 2
    assert "等另外 1 篇" in shown["新.txt"]
    assert not any("<b>.txt" in row for row in rows)


def test_a_file_that_could_not_be_read_comes_first_with_its_reason(syncing: Still) -> None:
    shown = list_documents(syncing, "", "zh", TOKEN)
    failed, _, rest = shown.partition("</ul>")
    assert text_of(failed).startswith("未能读取（1）|空.txt|文件是空的。请写入文字，或移除这个文件|重试|移除|")
    assert actions_of(failed) == [Action("reindex", "空.txt"), Action("remove", "空.txt")]
    assert "空.txt" not in html.unescape(rest)


def test_a_folder_that_cannot_be_opened_is_not_offered_for_removal(
    syncing: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [Failure("人事", "a folder that cannot be opened (x). Check")]
    monkeypatch.setattr(syncing.assistant, "failures", lambda: failures)
    failed, _, _ = list_documents(syncing, "", "zh", TOKEN).partition("</ul>")
    assert actions_of(failed) == [Action("reindex", "人事")]


def test_a_document_that_is_waited_for_says_so_and_offers_nothing(syncing: Still) -> None:
    syncing.given = SyncState(awaited=frozenset({"人事/休假.txt", "空.txt"}))
    shown = list_documents(syncing, "", "zh", TOKEN)
    first, second = rows_of(shown)
    assert len(actions_of(first)) == 2
    assert actions_of(second) == []
    assert "等待处理…" in second
    assert "等待处理…" in shown.partition("</ul>")[0]


def test_names_are_text_only(syncing: Still) -> None:
    shown = list_documents(syncing, "", "zh", TOKEN)
    assert "<img" not in shown and "{{" not in shown
    assert HOSTILE in html.unescape(shown)


def test_an_empty_library_says_so(tmp_path: Path) -> None:
    with Still(open_library(tmp_path, {})) as syncing:
        assert text_of(list_documents(syncing, "", "zh", TOKEN)) == "还没有文档。"


def test_documents_are_found_by_name(syncing: Still) -> None:
    assert [actions_of(row)[0] for row in rows_of(list_documents(syncing, " 休假 ", "zh", TOKEN))] == [
        Action("reindex", "人事/休假.txt")
    ]
    assert len(rows_of(list_documents(syncing, "规定", "zh", TOKEN))) == 1
    # The box to look in stays as long as there is something in it.
    assert 'class="documents long"' in list_documents(syncing, "休假", "zh", TOKEN)
    # By title or path, whatever the case.
    assert len(rows_of(list_documents(syncing, "IMG", "zh", TOKEN))) == 1
    assert "空.txt" not in html.unescape(list_documents(syncing, "休假", "zh", TOKEN))
    assert "没有名称里含“<b>”的文档。" in html.unescape(list_documents(syncing, "<b>", "zh", TOKEN))


def test_of_a_large_library_the_first_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents_module, "MOST_LISTED", 3)
    files = {f"{number}.txt": f"第{number}条规定。" for number in range(5)}
    with Still(open_library(tmp_path, files)) as syncing:
        shown = list_documents(syncing, "", "zh", TOKEN)
        assert len(rows_of(shown)) == 3
        assert "另有 2 篇没有列出" in shown
        assert 'class="documents long"' in shown
        found = list_documents(syncing, "4", "zh", TOKEN)
        assert [actions_of(row)[0] for row in rows_of(found)] == [Action("reindex", "4.txt")]


def test_a_small_library_needs_no_box_to_look_in(syncing: Still) -> None:
    assert 'class="documents"' in list_documents(syncing, "", "zh", TOKEN)


def test_uploads_are_told_of_one_by_one(tmp_path: Path) -> None:
    folder, uploads = tmp_path / "documents", tmp_path / "uploads"
    folder.mkdir()
    uploads.mkdir()
    (folder / "休假.txt").write_text("年假十天。", encoding="utf-8")
    for name, text in {"休假.txt": "年假十天。", "食堂.txt": "早餐五元。", "报告.xyz": "?"}.items():
        (uploads / name).write_text(text, encoding="utf-8")
    said = store_files(folder, [str(path) for path in sorted(uploads.iterdir())], "zh")
    assert text_of(said).split("|") == [
        f"没有保存 报告.xyz：这种文件还读不了，目前可读 {' '.join(LOADERS)}。",
        "已保存：食堂.txt。",
        "已经有了，内容相同：休假.txt。",
    ]
    assert list(uploads.iterdir()) == []
