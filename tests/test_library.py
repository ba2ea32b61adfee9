from __future__ import annotations

from pathlib import Path

import pytest

from index.datatypes import Failure
from index.errors import StoreError
from index.scan import scan_folder
from qa.assistant import Assistant
from qa.library import Changes, changes_between, coming_in, failures_of
from qa.settings import Settings
from tests.fakes import FakeEncoder

LEAVE = "休假规定\n\n员工每年享有十天带薪年假。"
CANTEEN = "食堂规定\n\n食堂的早餐是五元。"


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(documents=tmp_path / "文 档", data=tmp_path / "数据", min_confidence=0.0)
    write(settings.documents, "人事/休假.txt", LEAVE)
    write(settings.documents, "食堂.txt", CANTEEN)
    write(settings.documents, "空.txt", "")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


# What has changed


def test_changes_are_told_by_name(library: Assistant) -> None:
    before, folder = library.generation, library.settings.documents
    write(folder, "通知.txt", "明天放假。")
    write(folder, "食堂.txt", CANTEEN.replace("五", "六"))
    (folder / "人事/休假.txt").rename(folder / "年假.txt")
    library.sync()
    middle = library.generation
    assert changes_between(before, middle) == Changes(
        added=("通知.txt",), changed=("食堂.txt",), renamed=(("人事/休假.txt", "年假.txt"),)
    )
    (folder / "食堂.txt").unlink()
    library.sync()
    assert changes_between(middle, library.generation) == Changes(removed=("食堂.txt",))
    assert not changes_between(middle, middle)


def test_one_of_two_copies_that_is_gone_was_removed(library: Assistant) -> None:
    folder = library.settings.documents
    write(folder, "甲.txt", "一样的话。")
    write(folder, "乙.txt", "一样的话。")
    library.sync()
    before = library.generation
    (folder / "甲.txt").rename(folder / "丙.txt")
    (folder / "乙.txt").unlink()
    library.sync()
    assert changes_between(before, library.generation) == Changes(
        renamed=(("乙.txt", "丙.txt"),), removed=("甲.txt",)
    ) or changes_between(before, library.generation) == Changes(renamed=(("甲.txt", "丙.txt"),), removed=("乙.txt",))


def test_what_was_indexed_again_without_a_change_is_told(library: Assistant) -> None:
    before = library.generation
    library.sync(again=["食堂.txt", "没有.txt"])
    assert changes_between(before, library.generation, ["食堂.txt", "没有.txt"]) == Changes(redone=("食堂.txt",))


def test_what_was_to_be_done_again_and_has_changed_has_changed(library: Assistant) -> None:
    before = library.generation
    write(library.settings.documents, "食堂.txt", CANTEEN.replace("五", "六"))
    library.sync(again=["食堂.txt"])
    assert changes_between(before, library.generation, ["食堂.txt"]) == Changes(changed=("食堂.txt",))


def test_files_that_could_not_be_read_are_listed_as_far_as_they_can_be(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [failure.document for failure in failures_of(library)] == ["空.txt"]

    def fail() -> list[Failure]:
        raise StoreError("the index cannot be opened")

    monkeypatch.setattr(library, "failures", fail)
    assert failures_of(library) == []


def test_what_is_new_or_has_changed_comes_in(library: Assistant) -> None:
    folder = library.settings.documents

    def coming() -> list[str]:
        failed = [failure.document for failure in library.failures()]
        return [file.path for file in coming_in(scan_folder(folder), library.generation, failed)]

    assert coming() == []
    write(folder, "通知.txt", "明天放假。")
    write(folder, "食堂.txt", CANTEEN.replace("五元", "十五元"))
    (folder / "人事/休假.txt").rename(folder / "年假.txt")
    assert coming() == ["年假.txt", "通知.txt", "食堂.txt"]
    library.sync()
    assert coming() == []
