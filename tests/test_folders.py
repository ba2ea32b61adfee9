from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from index.folders import build_folder, is_complete


def write_two_files(folder: Path) -> None:
    (folder / "一.txt").write_text("甲", encoding="utf-8")
    (folder / "inner").mkdir()
    (folder / "inner" / "two.txt").write_text("乙乙", encoding="utf-8")


def test_a_built_folder_is_complete_at_its_version_only(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "target"
    assert not is_complete(target, 1)
    build_folder(target, 1, write_two_files)
    assert is_complete(target, 1)
    assert not is_complete(target, 2)
    assert (target / "inner" / "two.txt").read_text(encoding="utf-8") == "乙乙"
    assert [path.name for path in target.parent.iterdir()] == ["target"]


@pytest.mark.parametrize("damage", ["missing", "shorter", "marker"])
def test_a_damaged_folder_is_incomplete_and_built_anew(tmp_path: Path, damage: str) -> None:
    target = tmp_path / "target"
    build_folder(target, 1, write_two_files)
    if damage == "missing":
        (target / "一.txt").unlink()
    elif damage == "shorter":
        (target / "inner" / "two.txt").write_text("", encoding="utf-8")
    else:
        (target / "wendang.json").write_text('{"version": 1, "fi', encoding="utf-8")
    assert not is_complete(target, 1)
    build_folder(target, 1, write_two_files)
    assert is_complete(target, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def write_half(folder: Path) -> None:
        (folder / "half.bin").write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_folder(tmp_path / "target", 1, write_half)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_killed_builds_go_and_those_under_way_stay(tmp_path: Path) -> None:
    old, young = tmp_path / ".target.building-old", tmp_path / ".target.building-young"
    for folder in (old, young):
        (folder / "new").mkdir(parents=True)
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    build_folder(tmp_path / "target", 1, write_two_files)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".target.building-young", "target"]


@pytest.mark.parametrize("stale", [False, True])
def test_two_builders_at_once_both_succeed(tmp_path: Path, stale: bool) -> None:
    target = tmp_path / "target"
    if stale:
        build_folder(target, 1, write_two_files)
    together = threading.Barrier(2, timeout=30)
    errors: list[BaseException] = []

    def write(folder: Path) -> None:
        write_two_files(folder)
        together.wait()

    def build() -> None:
        try:
            build_folder(target, 2, write)
        except BaseException as error:  # handed to the assertion below
            errors.append(error)

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert is_complete(target, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
