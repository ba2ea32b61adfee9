"""Documents leave the folder for a place of their own and come back; nothing is overwritten or touched besides."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import DocumentError
from qa.assistant import Assistant
from qa.placing import clear_away
from qa.removed import PutBack, put_back, remove_documents
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_library import CANTEEN, LEAVE, library, write

__all__ = ["library"]


def remove_document(library: Assistant, path: str) -> Path | None:
    """Take one document out, and return where its file went; None where it was gone. Raises what was the matter."""
    removal = remove_documents(library, [path])
    for _, reason in removal.refused:
        raise DocumentError(reason)
    return library.settings.data / "removed" / removal.batch / path if removal.kept else None


def kept(library: Assistant) -> dict[str, str]:
    """Return what was taken out, by its path below the folder that is named after the time."""
    removed = library.settings.data / "removed"
    files = [path for path in removed.rglob("*") if path.is_file()]
    return {path.relative_to(removed).as_posix().split("/", 1)[1]: path.read_text("utf-8") for path in files}


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


def test_several_are_taken_out_together_and_each_refusal_is_told(library: Assistant) -> None:
    removal = remove_documents(library, ["人事/休假.txt", "没有.txt", "空.txt", "人事/休假.txt"])
    assert removal.kept == ("人事/休假.txt", "空.txt")
    assert [path for path, _ in removal.refused] == ["没有.txt"]
    assert kept(library) == {"人事/休假.txt": LEAVE, "空.txt": ""}
    # A folder of its own, though it was the same second.
    assert remove_documents(library, ["食堂.txt"]).batch != removal.batch


# Putting them back


def test_what_was_taken_out_is_put_back_where_it_was(library: Assistant) -> None:
    removal = remove_documents(library, ["人事/休假.txt", "食堂.txt"])
    library.sync()
    (library.settings.documents / "人事").rmdir()
    done = put_back(library, removal.batch)
    assert done == PutBack(back=(("人事/休假.txt", "人事/休假.txt"), ("食堂.txt", "食堂.txt")))
    assert (library.settings.documents / "人事/休假.txt").read_text("utf-8") == LEAVE
    assert kept(library) == {}
    library.sync()
    assert list(library.generation.documents) == ["人事/休假.txt", "食堂.txt"]
    with pytest.raises(DocumentError, match="no longer kept"):
        put_back(library, removal.batch)


def test_what_has_taken_its_place_is_never_overwritten(library: Assistant) -> None:
    removal = remove_documents(library, ["人事/休假.txt", "食堂.txt"])
    write(library.settings.documents, "食堂.txt", "新的食堂规定。")
    write(library.settings.documents, "人事/休假.txt", LEAVE)
    done = put_back(library, removal.batch)
    assert done == PutBack(back=(("食堂.txt", "食堂 (2).txt"),), there=("人事/休假.txt",))
    assert (library.settings.documents / "食堂.txt").read_text("utf-8") == "新的食堂规定。"
    assert (library.settings.documents / "食堂 (2).txt").read_text("utf-8") == CANTEEN
    assert sorted(path.name for path in (library.settings.documents / "人事").iterdir()) == ["休假.txt"]


def test_nothing_is_put_back_through_a_link(library: Assistant, tmp_path: Path) -> None:
    removal = remove_documents(library, ["人事/休假.txt"])
    outside = tmp_path / "外面"
    outside.mkdir()
    (library.settings.documents / "人事").rmdir()
    (library.settings.documents / "人事").symlink_to(outside)
    assert put_back(library, removal.batch).back == (("人事/休假.txt", "人事 (2)/休假.txt"),)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("batch", ["", ".", "..", "20260101-000000", "../../文 档", "20260101-000000/..", "x"])
def test_only_what_was_taken_out_is_put_back(library: Assistant, batch: str) -> None:
    remove_documents(library, ["食堂.txt"])
    with pytest.raises(DocumentError, match="no longer kept"):
        put_back(library, batch)
    assert kept(library) == {"食堂.txt": CANTEEN}


def test_what_cannot_be_put_back_stays_where_it_is_kept(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    removal = remove_documents(library, ["食堂.txt"])

    def replace_file(source: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", replace_file)
    ((path, reason),) = put_back(library, removal.batch).refused
    assert path == "食堂.txt" and "Permission denied" in reason
    assert kept(library) == {"食堂.txt": CANTEEN}
    assert [one.name for one in library.settings.documents.iterdir() if one.name.startswith(".")] == []


def test_what_breaks_in_while_a_file_is_put_back_does_not_cost_it(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    removal = remove_documents(library, ["食堂.txt"])

    def replace_file(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replace_file)
    with pytest.raises(KeyboardInterrupt):
        put_back(library, removal.batch)
    assert kept(library) == {"食堂.txt": CANTEEN}


def test_a_program_that_is_killed_while_a_file_is_put_back_leaves_it_to_be_found(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = library.settings.documents
    removal = remove_documents(library, ["人事/休假.txt"])
    killed: list[Path] = []

    def replace_file(source: Path, target: Path) -> None:
        # What lies there if all ends in this moment.
        shutil.copytree(source.parents[1], folder / ".upload-killed_1", copy_function=shutil.copy2)
        killed.append(folder / ".upload-killed_1")
        os.rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace_file)
        put_back(library, removal.batch)
    (folder / "人事/休假.txt").unlink()
    os.utime(killed[0], (0, 0))
    clear_away(folder)
    assert (folder / "人事/休假.txt").read_text("utf-8") == LEAVE
    assert not killed[0].exists()


def on_another_disk(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have no file be renamed into a folder from outside of it."""
    rename = os.rename

    def rename_file(source: Path, target: Path) -> None:
        if folder in Path(target).parents and folder not in Path(source).parents:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(os, "rename", rename_file)


def test_a_file_is_put_back_from_another_disk(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = library.settings.documents
    removal = remove_documents(library, ["食堂.txt"])
    on_another_disk(monkeypatch, folder)
    assert put_back(library, removal.batch).back == (("食堂.txt", "食堂.txt"),)
    assert (folder / "食堂.txt").read_text("utf-8") == CANTEEN
    assert kept(library) == {} and not list(folder.glob(".upload-*"))


def test_half_a_copy_from_another_disk_replaces_nothing(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = library.settings.documents
    removal = remove_documents(library, ["食堂.txt"])
    on_another_disk(monkeypatch, folder)

    def copy_half(source: Path, target: Path, **_: object) -> None:
        Path(target).write_text(Path(source).read_text("utf-8")[:4], encoding="utf-8")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", copy_half)
    ((path, reason),) = put_back(library, removal.batch).refused
    assert path == "食堂.txt" and "No space left" in reason
    assert kept(library) == {"食堂.txt": CANTEEN} and not list(folder.glob(".upload-*"))


def test_half_a_copy_of_a_killed_program_is_no_document(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = library.settings.documents
    removal = remove_documents(library, ["食堂.txt"])
    on_another_disk(monkeypatch, folder)
    left: list[Path] = []

    def copy_half(source: Path, target: Path, **_: object) -> None:
        # What lies there if all ends in this moment.
        Path(target).write_text("半", encoding="utf-8")
        for one in folder.glob(".upload-*"):
            left.append(folder / f".upload-killed{len(left)}_")
            (shutil.copytree if one.is_dir() else shutil.copyfile)(one, left[-1])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(shutil, "copy2", copy_half)
        put_back(library, removal.batch)
    for one in left:
        os.utime(one, (0, 0))
    clear_away(folder)
    assert left and not (folder / "食堂.txt").exists() and kept(library) == {"食堂.txt": CANTEEN}
