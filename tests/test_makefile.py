"""What `make clean` removes, and what it must not: what people have asked, judged and taken out."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent

if shutil.which("make") is None:
    pytest.skip("make is not installed", allow_module_level=True)

KEPT = [
    *("conversations.sqlite", "conversations.sqlite-wal", "conversations.sqlite.damaged-20260101-000000"),
    *("feedback/questions.jsonl", "removed/20260101-000000/人事/手册.md"),
]
BUILT = ["wendang.sqlite", "wendang.sqlite-wal", "generations/0123/passages.faiss", "models/x/wendang.json", ".隐"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the Makefile in a folder whose name has a blank, beside what a setup makes."""
    place = tmp_path / "一 处"
    place.mkdir()
    shutil.copy(PROJECT / "Makefile", place)
    write(place / ".venv", "bin/python")
    return place


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def clean(place: Path) -> str:
    done = subprocess.run(["make", "clean"], cwd=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def files(place: Path) -> list[str]:
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())


def test_clean_keeps_what_cannot_be_built_again_and_says_so(place: Path) -> None:
    write(place / ".wendang", *KEPT, *BUILT)
    for _ in range(2):
        told = clean(place)
        assert files(place) == sorted(["Makefile", *(f".wendang/{name}" for name in KEPT)])
        assert not (place / ".venv").exists()
        assert "Kept in .wendang: conversations, feedback and removed documents" in told


@pytest.mark.parametrize("built", [BUILT, []])
def test_clean_leaves_nothing_where_there_is_nothing_to_keep(place: Path, built: list[str]) -> None:
    write(place / ".wendang", *built) if built else None
    assert "Kept" not in clean(place)
    assert files(place) == ["Makefile"] and not (place / ".wendang").exists()


def test_clean_follows_no_link(place: Path, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", "wendang.sqlite")
    (place / ".wendang").symlink_to(tmp_path / "elsewhere")
    clean(place)
    assert (tmp_path / "elsewhere" / "wendang.sqlite").exists()
