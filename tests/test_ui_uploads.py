"""Uploads land inside the documents folder, whole, under a safe name, and overwrite nothing."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import DocumentError
from qa.ui.uploads import DEEPEST, safe_name, safe_path, store_upload


@pytest.mark.parametrize(
    ("original", "stored"),
    [
        ("金山区 概况（2023）.md", "金山区 概况（2023）.md"),
        ("../../etc/笔记.txt", "笔记.txt"),
        ("..\\..\\笔记.txt", "笔记.txt"),
        ("/etc/笔记.txt", "笔记.txt"),
        ("C:\\文件\\笔记.txt", "笔记.txt"),
        ("．．／．．／笔记．txt", "笔记.txt"),
        ("ＡＢＣ１２.md", "ABC12.md"),
        ("年\x00报\x1f.txt", "年报.txt"),
        ("年报\u202etxt.md", "年报txt.md"),
        ("CON.txt", "_CON.txt"),
        ("com1.备份.md", "_com1.备份.md"),
        (".隐藏.md", "隐藏.md"),
        ("~$锁.md", "锁.md"),
        (".md", "document.md"),
        ("...md", "document.md"),
        ("问：答？.MD", "问：答？.MD"),
        ('a:b"c*.txt', "a：b＂c＊.txt"),
        ("\udcff坏.txt", "坏.txt"),
    ],
)
def test_safe_name(original: str, stored: str) -> None:
    assert safe_name(original) == stored


def test_a_long_name_keeps_its_suffix_and_whole_characters() -> None:
    name = safe_name("长" * 200 + ".markdown")
    assert len(name.encode()) <= 150
    assert name == "长" * 47 + ".markdown"


@pytest.mark.parametrize("original", ["", "笔记", "笔记.exe", "笔记.md.exe", "md", "笔记.md/", "笔记.txt\\"])
def test_other_kinds_are_refused_with_what_is_accepted(original: str) -> None:
    with pytest.raises(DocumentError, match=r"accepted are \.txt, \.md"):
        safe_name(original)


@given(st.text())
def test_any_name_is_refused_or_stays_in_the_folder(original: str) -> None:
    try:
        name = safe_name(original + ".txt")
    except DocumentError:
        return
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) <= 150


def upload(folder: Path, name: str, content: bytes) -> tuple[str, bool]:
    """Store some bytes as if they had been uploaded."""
    source = folder.parent / "uploaded"
    source.write_bytes(content)
    stored = store_upload(folder, name, source)
    return stored.path, stored.was_there


def test_same_name_is_numbered_and_same_content_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    assert upload(folder, "年报.md", "一".encode()) == ("年报.md", False)
    assert upload(folder, "年报.md", "一".encode()) == ("年报.md", True)
    assert upload(folder, "年报.md", "二".encode()) == ("年报 (2).md", False)
    assert upload(folder, "年报.md", "三".encode()) == ("年报 (3).md", False)
    assert upload(folder, "年报.md", "二".encode()) == ("年报 (2).md", True)
    assert sorted(path.name for path in folder.iterdir()) == ["年报 (2).md", "年报 (3).md", "年报.md"]
    assert (folder / "年报.md").read_text(encoding="utf-8") == "一"


def test_a_link_in_the_folder_is_not_written_through(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "年报.md").symlink_to(tmp_path / "outside.md")
    assert upload(folder, "年报.md", "一".encode()) == ("年报 (2).md", False)
    assert not (tmp_path / "outside.md").exists()


def test_a_folder_that_is_gone_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be written"):
        upload(tmp_path / "nowhere", "年报.md", b"x")


# Folders


@pytest.mark.parametrize(
    ("original", "stored"),
    [
        ("年报/2023/金山.md", "年报/2023/金山.md"),
        ("../../etc/笔记.txt", "etc/笔记.txt"),
        ("年报/../../笔记.txt", "年报/笔记.txt"),
        ("/年报//./笔记.txt", "年报/笔记.txt"),
        ("C:\\文件\\笔记.txt", "C：/文件/笔记.txt"),
        ("．．／．．／笔记．txt", "笔记.txt"),
        (".git/hooks/笔记.txt", "git/hooks/笔记.txt"),
        ("CON/nul.d/aux.txt", "_CON/_nul.d/_aux.txt"),
        ("年\x00报\u202e/ 甲 . /a:b.txt", "年报/甲/a：b.txt"),
        ("<svg onload=x>/笔记.txt", "＜svg onload=x＞/笔记.txt"),
        ("长" * 100 + "/笔记.txt", "长" * 50 + "/笔记.txt"),
    ],
)
def test_the_folders_of_a_path_are_kept_under_safe_names(original: str, stored: str) -> None:
    assert str(safe_path(original)) == stored


def test_a_path_is_no_deeper_and_no_longer_than_it_may_be() -> None:
    assert len(safe_path("层/" * DEEPEST + "笔记.txt").parts) == DEEPEST + 1
    with pytest.raises(DocumentError, match="it lies 9 folders deep; at most 8 are kept"):
        safe_path("层/" * (DEEPEST + 1) + "笔记.txt")
    with pytest.raises(DocumentError, match=r"its path has 1,\d\d\d bytes; at most 1,000 are kept"):
        safe_path(("长" * 50 + "/") * 7 + "笔记.txt")


@given(st.lists(st.text(max_size=20), max_size=6))
def test_any_path_is_refused_or_stays_in_the_folder(parts: list[str]) -> None:
    try:
        path = safe_path("/".join([*parts, "a.txt"]))
    except DocumentError:
        return
    assert not path.is_absolute() and path.suffix == ".txt"
    assert all(part not in ("", ".", "..") and not part.startswith((".", "~$")) for part in path.parts)
    assert PurePosixPath(str(path)) == path


def upload_below(folder: Path, name: str, content: bytes) -> str:
    source = folder.parent / "uploaded"
    source.write_bytes(content)
    return store_upload(folder, name, source, keep_folders=True).path


def test_a_folder_is_stored_with_what_is_below_it(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    assert upload_below(folder, "年报/2023/金山.md", b"1") == "年报/2023/金山.md"
    assert upload_below(folder, "年报/2023/金山.md", b"1") == "年报/2023/金山.md"
    assert upload_below(folder, "年报/2023/金山.md", b"2") == "年报/2023/金山 (2).md"
    assert (folder / "年报/2023/金山.md").read_bytes() == b"1"
    assert [path.name for path in folder.iterdir()] == ["年报"]


def test_a_file_or_a_link_in_the_way_of_a_folder_is_left_alone(tmp_path: Path) -> None:
    folder, outside = tmp_path / "documents", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "年报").symlink_to(outside)
    (folder / "规章").write_text("文件", encoding="utf-8")
    assert upload_below(folder, "年报/金山.md", b"1") == "年报 (2)/金山.md"
    assert upload_below(folder, "规章/停车.md", b"1") == "规章 (2)/停车.md"
    assert list(outside.iterdir()) == []
    assert (folder / "规章").read_text("utf-8") == "文件"
