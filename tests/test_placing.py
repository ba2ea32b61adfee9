"""What programs that were killed leave in the documents folder is cleared away, and nothing of anybody's is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qa.placing import LONG_AGO, clear_away, left_behind


def leave(path: Path, text: str, age: float = LONG_AGO + 60) -> Path:
    """Write a file that was written last so many seconds ago; likewise the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    for one in (path, path.parent):
        moment = one.stat().st_mtime - age
        os.utime(one, (moment, moment))
    return path


def tree(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*") if path.is_file()}


def test_half_an_upload_goes_and_one_under_way_stays(tmp_path: Path) -> None:
    half, under_way = leave(tmp_path / ".upload-a_b1c2d3", "半"), leave(tmp_path / ".upload-zzzzzzzz", "半", age=5)
    assert left_behind(tmp_path) == [half]
    clear_away(tmp_path)
    assert tree(tmp_path) == {under_way.name: "半"}


@pytest.mark.parametrize("name", [".upload-说明.txt", ".upload-notes.md", ".upload-", "x.upload-a_b1c2d3", "食堂.txt"])
def test_nobodys_own_file_goes(tmp_path: Path, name: str) -> None:
    leave(tmp_path / name, "自己的")
    clear_away(tmp_path)
    assert tree(tmp_path) == {name: "自己的"}


def test_a_file_on_its_way_back_is_put_where_it_belongs(tmp_path: Path) -> None:
    leave(tmp_path / "食堂.txt", "新的")
    for number, path in enumerate(("人事/休假.txt", "食堂.txt")):
        holder = tmp_path / f".upload-abcdefg{number}"
        leave(holder / path, path)
        os.utime(holder, (0, 0))
    clear_away(tmp_path)
    assert tree(tmp_path) == {"食堂.txt": "新的", "人事/休假.txt": "人事/休假.txt", "食堂 (2).txt": "食堂.txt"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    leave(tmp_path / "外面/a.md", "别人的")
    root = tmp_path / "documents"
    root.mkdir()
    link = root / ".upload-abcdefgh"
    link.symlink_to(tmp_path / "外面")
    os.utime(link, (0, 0), follow_symlinks=False)
    clear_away(root)
    assert not os.path.lexists(link)
    assert tree(tmp_path / "外面") == {"a.md": "别人的"}


def test_a_folder_that_is_gone_has_nothing_left_behind(tmp_path: Path) -> None:
    assert left_behind(tmp_path / "weg") == []
    clear_away(tmp_path / "weg")


def test_what_others_place_meanwhile_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upload beside this one may rename its file between the look at the folder and that at the file."""
    half, placed = leave(tmp_path / ".upload-a_b1c2d3", "半"), leave(tmp_path / ".upload-zzzzzzzz", "整")
    whole = Path.lstat

    def look(path: Path) -> os.stat_result:
        placed.unlink(missing_ok=True)
        return whole(path)

    monkeypatch.setattr(Path, "lstat", look)
    assert left_behind(tmp_path) == [half]


def test_a_folder_that_cannot_be_looked_at_is_left_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    clear_away(tmp_path)
