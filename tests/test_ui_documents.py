"""The list of documents: what each row offers, and that names in it are text only."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.datatypes import Failure
from index.loaders import LOADERS
from index.scan import SeenFile
from qa.assistant import Assistant
from qa.settings import Settings
from qa.sync_state import SyncState
from qa.syncing import Syncing
from qa.ui.actions import Action, parse_action
from qa.ui.documents import list_documents
from qa.ui.items import Item, ItemList
from qa.ui.kinds import KINDS
from qa.ui.links import DocumentLink
from qa.ui.markup import escape
from qa.ui.texts import Language
from qa.ui.view import PAGE, View, step, take_step
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


def shown_in(syncing: Still, view: View = View(), language: Language = "zh") -> str:  # noqa: B008
    return list_documents(ItemList(syncing), view, language, TOKEN)


def rows_of(markup: str) -> list[str]:
    """Return the rows of documents, without those of folders."""
    return re.findall(r'<tr class="(?:indexed|waiting|failed) .*?</tr>', markup)


def actions_of(markup: str) -> list[Action | None]:
    values = re.findall(r'<button value="([^"]*)"', markup)
    return [parse_action(html.unescape(value), TOKEN) for value in values]


def text_of(markup: str) -> str:
    return re.sub(r"\|+", "|", html.unescape(re.sub(r"<[^>]*>", "|", markup))).strip("|")


def paths_of(markup: str) -> list[str]:
    """Return the paths of the rows' documents, in their order."""
    return [action.path for row in rows_of(markup) for action in actions_of(row)[:1] if action is not None]


def folders_of(markup: str) -> list[str]:
    return [text_of(row) for row in re.findall(r'<tr class="folder .*?</tr>', markup)]


def chips_of(markup: str) -> list[str]:
    return [text_of(chip) for chip in re.findall(r'<button[^>]*class="view chip.*?</button>', markup)]


def test_every_row_can_be_indexed_again_and_removed_at_once(syncing: Still) -> None:
    shown = shown_in(syncing)
    assert [actions_of(row) for row in rows_of(shown)] == [
        [Action("reindex", path), Action("remove", path)] for path in ("人事/休假.txt", "空.txt", HOSTILE)
    ]
    # Only to do all of it anew is asked about first; a removal can be undone.
    assert re.findall(r'<details class="confirmed"><summary>(.*?)</summary>', shown) == ["全部重建"]
    assert Action("rebuild") in actions_of(shown)


def test_a_row_tells_what_is_known_of_a_document(syncing: Still) -> None:
    row, *_ = rows_of(shown_in(syncing))
    told = text_of(row).split("|")
    assert told[:4] == ["休假规定", "休假.txt", "重新索引", "移除"]
    assert told[4:8] == ["文本", "1", " 段", "29 B"]
    assert re.fullmatch(r"\d\d-\d\d \d\d:\d\d", told[8])
    assert 'aria-label="选择 休假规定"' in html.unescape(row)
    assert "1| passages|29 B" in text_of(rows_of(shown_in(syncing, language="en"))[0])


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
        rows = {row: text_of(row) for row in rows_of(shown_in(syncing))}
    shown = {said.split("|")[1]: said for said in rows.values()}
    assert "内容几乎相同" not in shown["食堂.txt"]
    assert "|内容几乎相同：|" in shown["新.txt"] and shown["新.txt"].count("、") == 2
    assert "等另外 1 篇" in shown["新.txt"]
    assert not any("<b>.txt" in row for row in rows)


def test_a_file_that_could_not_be_read_comes_first_in_its_folder_with_its_reason(syncing: Still) -> None:
    _, failed, last = rows_of(shown_in(syncing))
    assert text_of(failed) == "空.txt|未能读取|重试|移除|文件是空的。请写入文字，或移除这个文件|文本|0 B"
    # It can be no part of a scope.
    assert "checkbox" not in failed and "checkbox" in last
    # It opens all the same, and says why.
    assert escape(str(DocumentLink("空.txt"))) in failed


def test_a_folder_that_cannot_be_opened_is_not_offered_for_removal(
    syncing: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [Failure("人事", "a folder that cannot be opened (x). Check")]
    monkeypatch.setattr(syncing.assistant, "failures", lambda: failures)
    failed = next(row for row in rows_of(shown_in(syncing)) if "failed" in row)
    assert actions_of(failed) == [Action("reindex", "人事")]


def test_what_is_inside_of_an_archive_is_not_removed_by_itself(tmp_path: Path) -> None:
    library = open_library(tmp_path, {"食堂.txt": "早餐五元。"})
    with zipfile.ZipFile(library.settings.documents / "资料.zip", "w") as archive:
        archive.writestr("甲.txt", "甲组有三人。")
        archive.writestr("空.txt", "")
    library.sync()
    with Still(library) as syncing:
        shown = shown_in(syncing)
    assert folders_of(shown)[0].split("|")[:2] == ["资料.zip", "2 篇"]
    inside = [row for row in rows_of(shown) if "depth&#45;1" in row]
    assert [actions_of(row) for row in inside] == [
        [Action("reindex", "资料.zip/空.txt")],
        [Action("reindex", "资料.zip/甲.txt")],
    ]


def test_a_document_that_is_waited_for_says_so_and_offers_nothing(syncing: Still) -> None:
    syncing.given = SyncState(awaited=frozenset({"人事/休假.txt", "空.txt"}))
    first, second, third = sorted(rows_of(shown_in(syncing)), key=lambda row: "waiting" not in row)
    assert actions_of(first) == actions_of(second) == []
    assert len(actions_of(third)) == 2
    assert "正在索引" in first and "正在索引" in second and "<progress" in first


def test_a_file_that_is_being_taken_in_is_listed_already(syncing: Still) -> None:
    coming = (SeenFile("人事/新.pdf", 2_000_000, 1), SeenFile("人事/休假.txt", 30, 1))
    syncing.given = SyncState(running=True, coming=coming)
    shown = shown_in(syncing, View(state="waiting"))
    assert [text_of(row).split("|")[0] for row in rows_of(shown)] == ["休假规定", "新.pdf"]
    assert "新.pdf|正在索引|人事/新.pdf|PDF|1.9 MB" in text_of(shown)
    assert chips_of(shown) == ["已索引|1", "未能读取|1", "PDF|1", "Markdown|1", "文本|2", "正在索引|2"]


def test_names_are_text_only(syncing: Still) -> None:
    shown = shown_in(syncing)
    assert "<img" not in shown and "{{" not in shown
    assert HOSTILE in html.unescape(shown)


def test_an_empty_library_says_what_to_do_first(tmp_path: Path) -> None:
    with Still(open_library(tmp_path, {})) as syncing:
        shown = shown_in(syncing)
        folder = str(syncing.assistant.settings.documents)
    assert text_of(shown).startswith("放进第一批文档|上传文件或整个文件夹")
    assert re.findall(r'<button value="(\w+)" class="choose', shown) == ["files", "folder"]
    assert folder in html.unescape(shown)
    assert "<table" not in shown


def test_documents_are_found_by_name_or_title(syncing: Still) -> None:
    assert paths_of(shown_in(syncing, View().finding(" 休假 "))) == ["人事/休假.txt"]
    assert paths_of(shown_in(syncing, View().finding("规定"))) == ["人事/休假.txt"]
    # The box to look in stays as long as there is something in it.
    assert 'class="documents long"' in shown_in(syncing, View().finding("休假"))
    # By title or path, whatever the case.
    assert paths_of(shown_in(syncing, View().finding("IMG"))) == [HOSTILE]
    assert "没有名称或标题里含“<b>”的文档。" in html.unescape(shown_in(syncing, View().finding("<b>")))
    # Where it lies is told besides.
    assert "人事/休假.txt" in shown_in(syncing, View().finding("休假")).replace("&#46;", ".").replace("&#47;", "/")


def test_only_a_state_or_a_kind_is_looked_at(syncing: Still) -> None:
    assert paths_of(shown_in(syncing, View(state="failed"))) == ["空.txt"]
    assert paths_of(shown_in(syncing, View(kind="text"))) == ["人事/休假.txt", "空.txt"]
    assert paths_of(shown_in(syncing, View(kind="text", state="indexed"))) == ["人事/休假.txt"]
    shown = shown_in(syncing, View(kind="markdown", state="failed"))
    assert "现在没有这样的文档。" in shown and paths_of(shown) == []
    # The chosen buttons stay, so that they can be left again.
    assert re.findall(r'aria-pressed="true">([^<]*)<', shown) == ["未能读取", "Markdown"]


def test_several_that_could_not_be_read_are_retried_at_once(tmp_path: Path) -> None:
    with Still(open_library(tmp_path, {"甲.txt": "", "乙.txt": "", "丙.txt": "有三人。"})) as syncing:
        assert Action("retry_failed") in actions_of(shown_in(syncing, View(state="failed")))
        assert Action("retry_failed") not in actions_of(shown_in(syncing))


def test_heads_say_what_the_list_is_sorted_by(syncing: Still) -> None:
    def sorts(view: View) -> list[tuple[str, str]]:
        return re.findall(r'<th scope="col" aria-sort="(\w+)"[^>]*>.*?>([^<]*)</button>', shown_in(syncing, view))

    assert sorts(View()) == [
        ("ascending", "文档"),
        *(("none", name) for name in ("类型", "段落", "大小", "时间")),
    ]
    assert ("descending", "大小") in sorts(take_step(View(), step("sort", "size")))
    assert ("ascending", "文档") not in sorts(take_step(View(), step("sort", "size")))


def test_folders_are_told_with_what_is_in_them(tmp_path: Path) -> None:
    files = {
        "规章/人事/休假.txt": "年假十天。",
        "规章/停车.txt": "停车七元。",
        "规章/空.txt": "",
        "食堂.txt": "早餐五元。",
    }
    with Still(open_library(tmp_path, files)) as syncing:
        shown = shown_in(syncing)
        outer, inner = folders_of(shown)
        assert outer.split("|")[:5] == ["规章", "3 篇", "1 篇未能读取", "2", " 段"]
        assert inner.split("|")[:2] == ["人事", "1 篇"]
        assert paths_of(shown) == ["规章/人事/休假.txt", "规章/空.txt", "规章/停车.txt", "食堂.txt"]
        closed = shown_in(syncing, take_step(View(), step("close", "规章")))
        assert paths_of(closed) == ["食堂.txt"] and len(folders_of(closed)) == 1
        flat = shown_in(syncing, take_step(View(), step("flat")))
        assert folders_of(flat) == [] and len(paths_of(flat)) == 4
        # What was looked for is in no closed folder.
        assert paths_of(shown_in(syncing, View(closed=frozenset({"规章"})).finding("停车"))) == ["规章/停车.txt"]


def test_a_large_library_is_shown_page_by_page_with_its_folders_closed(tmp_path: Path) -> None:
    with Still(open_library(tmp_path, {"食堂.txt": "早餐五元。"})) as syncing:
        listed = ItemList(syncing)
        places = [f"甲/{number:03d}.txt" for number in range(2 * PAGE + 49)] + ["乙/449.txt"]
        many = tuple(Item(path, f"{path[2:5]}号", "text", "indexed", 1, 1, file=path) for path in places)
        listed.items = lambda: many  # type: ignore[method-assign]
        shown = list_documents(listed, View(), "zh", TOKEN)
        assert paths_of(shown) == [] and "甲|449 篇" in text_of(shown)
        view = View(is_flat=True)
        shown = list_documents(listed, view, "zh", TOKEN)
        assert len(paths_of(shown)) == PAGE and "再显示 200 行|还有 250 行" in text_of(shown)
        for rows, told in ((2 * PAGE, "再显示 50 行|还有 50 行"), (2 * PAGE + 50, "")):
            view = take_step(view, step("more"))
            shown = list_documents(listed, view, "zh", TOKEN)
            assert len(paths_of(shown)) == rows and told in text_of(shown)
        assert "再显示" not in shown


def test_a_small_library_needs_no_box_to_look_in(syncing: Still) -> None:
    assert 'class="documents"' in shown_in(syncing)


def test_what_has_not_changed_is_not_put_together_anew(syncing: Still) -> None:
    listed = ItemList(syncing)
    first = listed.items()
    assert listed.items() is first
    syncing.given = SyncState(awaited=frozenset({"人事/休假.txt"}))
    second = listed.items()
    assert [item.state for item in second] == ["indexed", "waiting", "failed"]
    (syncing.assistant.settings.documents / "新.txt").write_text("新的规定。", encoding="utf-8")
    syncing.assistant.sync()
    assert len(listed.items()) == len(second) + 1


def test_every_kind_that_is_read_has_a_name() -> None:
    assert set(LOADERS) == set(KINDS)
