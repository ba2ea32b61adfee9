"""Uploads land inside the documents folder, whole, under a safe name, and overwrite nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import DocumentError
from qa.ui.uploads import safe_name, store_upload


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
    return stored.name, stored.was_there


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
