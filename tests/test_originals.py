"""The file of a document is handed out only where it is one of the index and lies among the documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import DocumentError
from qa.assistant import Assistant
from qa.originals import find_original, has_changed
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_parts import archive

LEAVE = "休假规定\n\n员工每年享有十天带薪年假。"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(documents=tmp_path / "文档", data=tmp_path / "数据", min_confidence=0.0)
    (settings.documents / "人事").mkdir(parents=True)
    (settings.documents / "人事" / "休假.txt").write_text(LEAVE, encoding="utf-8")
    (settings.documents / "资料.zip").write_bytes(archive({"食堂.txt": "食堂规定\n\n早餐五元。"}))
    (tmp_path / "秘密.txt").write_text("秘密", encoding="utf-8")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


def test_a_document_leads_to_its_file_and_a_part_to_the_file_around_it(library: Assistant) -> None:
    folder = library.settings.documents.resolve()
    assert find_original(library, "人事/休假.txt") == folder / "人事" / "休假.txt"
    assert find_original(library, "资料.zip/食堂.txt") == folder / "资料.zip"


@pytest.mark.parametrize(
    "path",
    [
        "秘密.txt",
        "../秘密.txt",
        "人事/../../秘密.txt",
        "/etc/passwd",
        "资料.zip",
        "人事",
        "",
        "人事/休假.txt\0",
        "x" * 5_000,
    ],
)
def test_what_the_index_does_not_know_is_not_handed_out(library: Assistant, path: str) -> None:
    with pytest.raises(DocumentError, match="no document"):
        find_original(library, path)


def test_a_file_that_is_gone_is_said(library: Assistant) -> None:
    (library.settings.documents / "人事" / "休假.txt").unlink()
    with pytest.raises(DocumentError, match="not in the documents folder any more"):
        find_original(library, "人事/休假.txt")


def test_a_folder_in_its_place_is_no_file(library: Assistant) -> None:
    place = library.settings.documents / "人事" / "休假.txt"
    place.unlink()
    place.mkdir()
    with pytest.raises(DocumentError, match="Put a copy"):
        find_original(library, "人事/休假.txt")


def test_a_link_that_leads_out_is_not_followed(library: Assistant, tmp_path: Path) -> None:
    place = library.settings.documents / "人事" / "休假.txt"
    place.unlink()
    place.symlink_to(tmp_path / "秘密.txt")
    with pytest.raises(DocumentError, match="leads out"):
        find_original(library, "人事/休假.txt")


def test_a_folder_that_leads_out_is_not_followed(library: Assistant, tmp_path: Path) -> None:
    folder = library.settings.documents / "人事"
    (folder / "休假.txt").unlink()
    folder.rmdir()
    (tmp_path / "外面").mkdir()
    (tmp_path / "外面" / "休假.txt").write_text("秘密", encoding="utf-8")
    folder.symlink_to(tmp_path / "外面")
    with pytest.raises(DocumentError, match="leads out"):
        find_original(library, "人事/休假.txt")


def test_a_link_inside_of_the_folder_is_one_of_its_files(library: Assistant) -> None:
    folder = library.settings.documents
    (folder / "年假.txt").symlink_to(folder / "人事" / "休假.txt")
    library.sync()
    assert find_original(library, "年假.txt") == folder.resolve() / "人事" / "休假.txt"


def test_a_second_name_outside_is_not_handed_out_and_one_inside_is(library: Assistant, tmp_path: Path) -> None:
    place = library.settings.documents / "人事" / "休假.txt"
    os.link(place, library.settings.documents / "又一份.txt")
    assert find_original(library, "人事/休假.txt") == place.resolve()
    place.unlink()
    os.link(tmp_path / "秘密.txt", place)
    with pytest.raises(DocumentError, match="another name outside"):
        find_original(library, "人事/休假.txt")


def test_a_change_of_the_file_is_noticed_and_a_touch_is_none(library: Assistant) -> None:
    place = library.settings.documents / "人事" / "休假.txt"
    assert not has_changed(library, "人事/休假.txt")
    os.utime(place, ns=(1, 1))
    assert not has_changed(library, "人事/休假.txt")
    place.write_text(LEAVE.replace("十", "五"), encoding="utf-8")
    assert has_changed(library, "人事/休假.txt")
    place.write_text(LEAVE + "。", encoding="utf-8")
    assert has_changed(library, "人事/休假.txt")
    place.unlink()
    assert has_changed(library, "人事/休假.txt")
    assert has_changed(library, "没有.txt")
    assert not has_changed(library, "资料.zip/食堂.txt")


def test_a_file_that_could_not_be_read_is_handed_out_and_a_part_leads_to_the_file_around_it(library: Assistant) -> None:
    folder = library.settings.documents
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "混装.zip").write_bytes(archive({"好.txt": "早餐五元。", "空.txt": ""}))
    library.sync()
    failed = {failure.document for failure in library.failures()}
    assert failed == {"坏.pdf", "混装.zip/空.txt"}
    assert find_original(library, "坏.pdf") == folder.resolve() / "坏.pdf"
    assert find_original(library, "混装.zip/空.txt") == folder.resolve() / "混装.zip"
    (folder / "坏.pdf").unlink()
    with pytest.raises(DocumentError, match="not in the documents folder any more"):
        find_original(library, "坏.pdf")
    (folder / "坏.pdf").symlink_to(folder.parent / "秘密.txt")
    with pytest.raises(DocumentError, match="leads out of"):
        find_original(library, "坏.pdf")
