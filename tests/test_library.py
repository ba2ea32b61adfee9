from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index.datatypes import Failure
from index.errors import DocumentError, StoreError
from qa.assistant import Assistant
from qa.library import Changes, changes_between, failures_of, remove_document
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


def kept(library: Assistant) -> dict[str, str]:
    """Return what was taken out, by its path below the folder that is named after the time."""
    removed = library.settings.data / "removed"
    files = [path for path in removed.rglob("*") if path.is_file()]
    return {path.relative_to(removed).as_posix().split("/", 1)[1]: path.read_text("utf-8") for path in files}


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


# Taking a document out


def test_a_document_is_taken_out_and_its_file_kept(library: Assistant) -> None:
    place = remove_document(library, "人事/休假.txt")
    assert place is not None
    assert place.is_relative_to(library.settings.data / "removed")
    assert kept(library) == {"人事/休假.txt": LEAVE}
    assert not (library.settings.documents / "人事/休假.txt").exists()
    library.sync()
    assert list(library.generation.documents) == ["食堂.txt"]
    assert "十天" not in library.ask("年假有几天？").text


def test_a_file_that_could_not_be_read_is_taken_out(library: Assistant) -> None:
    assert remove_document(library, "空.txt") is not None
    library.sync()
    assert library.failures() == []
    assert kept(library) == {"空.txt": ""}


def test_nothing_that_was_kept_is_overwritten(library: Assistant) -> None:
    places = set()
    for number in range(3):
        write(library.settings.documents, "食堂.txt", f"第{number}版。")
        places.add(remove_document(library, "食堂.txt"))
    assert len(places) == 3
    texts = {path.read_text("utf-8") for path in places if path is not None}
    assert texts == {"第0版。", "第1版。", "第2版。"}


def test_a_file_that_is_gone_already_is_no_error(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    (library.settings.documents / "食堂.txt").unlink()
    assert remove_document(library, "食堂.txt") is None
    assert not (library.settings.data / "removed").exists()

    def move(source: Path, target: Path) -> None:
        source.unlink()
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(shutil, "move", move)
    assert remove_document(library, "人事/休假.txt") is None


@pytest.mark.parametrize(
    "path", ["", ".", "没有.txt", "../数据/wendang.sqlite", "/etc/passwd", "人事", "人事/../食堂.txt"]
)
def test_only_what_the_index_knows_is_taken_out(library: Assistant, path: str) -> None:
    (library.settings.documents / "没有.txt").write_text("还没有索引。", encoding="utf-8")
    with pytest.raises(DocumentError, match="no document .* in the index"):
        remove_document(library, path)
    assert (library.settings.documents / "食堂.txt").is_file()
    assert not (library.settings.data / "removed").exists()


@pytest.mark.parametrize("path", ["../外面.txt", "人事/../../外面.txt", "../文 档/食堂.txt", "{outside}/外面.txt"])
def test_an_index_that_was_tampered_with_leads_nowhere(library: Assistant, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "外面.txt"
    outside.write_text("外面的文件。", encoding="utf-8")
    path = path.format(outside=tmp_path)
    records = library.generation.records
    library._generation = replace(library.generation, records={path: records["食堂.txt"]})
    with pytest.raises(DocumentError, match="does not lie in the documents folder"):
        remove_document(library, path)
    assert outside.is_file()


def test_a_folder_that_became_a_link_to_another_is_left_alone(library: Assistant, tmp_path: Path) -> None:
    outside = tmp_path / "外面"
    write(outside, "休假.txt", LEAVE)
    shutil.rmtree(library.settings.documents / "人事")
    (library.settings.documents / "人事").symlink_to(outside)
    with pytest.raises(DocumentError, match="does not lie in the documents folder"):
        remove_document(library, "人事/休假.txt")
    assert (outside / "休假.txt").is_file()


def test_of_a_link_only_the_link_is_taken_out(library: Assistant) -> None:
    (library.settings.documents / "别名.txt").symlink_to(library.settings.documents / "食堂.txt")
    library.sync()
    remove_document(library, "别名.txt")
    assert (library.settings.documents / "食堂.txt").read_text("utf-8") == CANTEEN
    assert not os.path.lexists(library.settings.documents / "别名.txt")


def test_a_folder_in_the_place_of_a_file_is_left_alone(library: Assistant) -> None:
    place = library.settings.documents / "食堂.txt"
    place.unlink()
    write(place, "菜单.txt", "面条。")
    with pytest.raises(DocumentError, match="食堂.txt is a folder"):
        remove_document(library, "食堂.txt")
    assert (place / "菜单.txt").is_file()


@pytest.mark.parametrize(("name", "is_refused"), [("数据", True), (".数据", False), ("深/.数据", False)])
def test_what_is_taken_out_must_not_stay_among_the_documents(tmp_path: Path, name: str, is_refused: bool) -> None:
    settings = Settings(documents=tmp_path, data=tmp_path / name)
    write(tmp_path, "食堂.txt", CANTEEN)
    library = Assistant(settings, FakeEncoder())
    library.sync()
    if is_refused:
        with pytest.raises(DocumentError, match="lies among the documents. Set WENDANG_DATA"):
            remove_document(library, "食堂.txt")
    else:
        remove_document(library, "食堂.txt")
    assert (tmp_path / "食堂.txt").exists() is is_refused


def test_what_cannot_be_moved_is_not_there_twice(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def move(source: Path, target: Path) -> None:
        shutil.copy(source, target)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "move", move)
    with pytest.raises(DocumentError, match="食堂.txt cannot be moved to .*Permission denied.*Check space and rights"):
        remove_document(library, "食堂.txt")
    assert kept(library) == {}
    assert (library.settings.documents / "食堂.txt").is_file()
