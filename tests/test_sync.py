from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from numpy.typing import NDArray

import index.plan as plan_module
import index.sync as sync_module
from index.datatypes import Failure, Progress, Report, ignore_progress
from index.errors import DocumentError, ModelMismatch, StoreError, StoreLocked
from index.generations import Generation, load_generation
from index.loaders import read_bytes
from index.plan import folder_differs
from index.scan import scan_folder
from index.search import search
from index.store import Store
from index.sync import SyncReport, sync
from index.writing import LOCK_FILE
from tests.fakes import FakeEncoder

PROJECT = Path(__file__).resolve().parent.parent
LEAVE = "员工假期规定\n员工每年享有十天带薪年假。\n未休完的年假可以结转。\n"
OVERTIME = "加班工资规定\n加班工资按照一点五倍发放。\n"
DEVICE = "# 设备说明\n\n## 功率\n\n**PPR-9087**型设备的额定功率为1.5千瓦。\n"
FILES = {"假期.txt": LEAVE, "人事 部/加班 工资.txt": OVERTIME, "设备/说明书/PPR 9087.md": DEVICE}


class OtherEncoder(FakeEncoder):
    """Another model, with vectors of another length."""

    name = "other"
    dimension = 32

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        halves = super().encode_queries(texts)[:, :32] + np.float32(1e-3)
        return np.asarray(halves / np.linalg.norm(halves, axis=1, keepdims=True), dtype=np.float32)


class FailingEncoder(FakeEncoder):
    """Gives up after so many batches."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.batches = batches

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
        if self.batches == 0:
            raise KeyboardInterrupt
        self.batches -= 1
        return super().encode_passages(texts, report)


class Workplace:
    """A documents folder with its index."""

    def __init__(self, root: Path) -> None:
        self.documents, self.data = root / "documents", root / "data"
        self.documents.mkdir()

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def sync(self, encoder: FakeEncoder | None = None, rebuild: bool = False) -> SyncReport:
        return sync(self.documents, self.data, encoder or FakeEncoder(), rebuild=rebuild)

    def generation(self) -> Generation:
        store = Store.open(self.data)
        try:
            return load_generation(store)
        finally:
            store.close()

    def texts(self) -> dict[str, str]:
        """Return what is in service: every document's text by path."""
        generation = self.generation()
        assert {passage.document for passage in generation.index.passages} == set(generation.documents)
        return {path: document.text for path, document in generation.documents.items()}

    def differs(self) -> bool:
        store = Store.open(self.data)
        try:
            return folder_differs(self.documents, store)
        finally:
            store.close()

    def failures(self) -> list[Failure]:
        store = Store.open(self.data)
        try:
            return store.failures()
        finally:
            store.close()


@pytest.fixture
def empty(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


@pytest.fixture
def place(empty: Workplace) -> Workplace:
    """Three documents, indexed."""
    for name, text in FILES.items():
        empty.write(name, text)
    empty.sync()
    return empty


def counts(report: SyncReport) -> tuple[int, int, int, int, int, int]:
    """Added, changed, renamed, removed, unchanged, failed."""
    return report.added, report.changed, report.renamed, report.removed, report.unchanged, len(report.failed)


# The first time


def test_the_first_sync_adds_everything(empty: Workplace) -> None:
    for name, text in FILES.items():
        empty.write(name, text)
    encoder = FakeEncoder()
    report = empty.sync(encoder)
    assert counts(report) == (3, 0, 0, 0, 0, 0)
    assert (report.documents, report.passages, report.sentences, report.generation) == (3, 3, 4, 1)
    # Two documents have one sentence only, whose text with its context is that of its passage.
    assert report.embedded_texts == len(encoder.embedded) == len(set(encoder.embedded)) == 5
    assert sorted(encoder.embedded) == [
        "加班工资规定\n加班工资按照一点五倍发放。",
        "员工假期规定\n员工每年享有十天带薪年假。",
        "员工假期规定\n员工每年享有十天带薪年假。\n未休完的年假可以结转。",
        "员工假期规定\n未休完的年假可以结转。",
        "设备说明 > 功率\nPPR-9087型设备的额定功率为1.5千瓦。",
    ]
    assert set(empty.texts()) == set(FILES)


def test_an_empty_folder_gives_an_index_of_nothing(empty: Workplace) -> None:
    report = empty.sync()
    assert counts(report) == (0, 0, 0, 0, 0, 0)
    assert (report.documents, report.passages, report.sentences, report.generation) == (0, 0, 0, 1)
    generation = empty.generation()
    assert search(generation.index, "年假", FakeEncoder().encode_queries(["年假"])[0], 10) == []
    empty.write("假期.txt", LEAVE)
    assert counts(empty.sync()) == (1, 0, 0, 0, 0, 0)


def test_no_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        sync(tmp_path / "没有", tmp_path / "data", FakeEncoder())
    assert (
        str(caught.value) == f"no documents folder at {tmp_path / '没有'}. Create it, or name another with --documents"
    )
    assert not (tmp_path / "data").exists()


def test_progress_is_reported(empty: Workplace) -> None:
    empty.write("假期.txt", LEAVE)
    seen: list[Progress] = []
    sync(empty.documents, empty.data, FakeEncoder(), seen.append)
    assert list(dict.fromkeys(progress.stage for progress in seen)) == [
        "reading",
        "splitting",
        "embedding",
        "writing",
        "words",
    ]
    assert all(0 <= progress.done <= progress.total for progress in seen)
    assert seen[-1] == Progress("writing", 1, 1)


# What changes


def test_a_second_sync_embeds_nothing_and_makes_no_generation(place: Workplace) -> None:
    encoder = FakeEncoder()
    report = place.sync(encoder)
    assert counts(report) == (0, 0, 0, 0, 3, 0)
    assert (encoder.embedded, report.embedded_texts, report.generation, report.documents) == ([], 0, 1, 3)


def test_every_kind_of_change_is_counted(place: Workplace) -> None:
    place.write("新.txt", "事假没有工资。")
    place.write("假期.txt", LEAVE.replace("十天", "十五天"))
    (place.documents / "人事 部/加班 工资.txt").rename(place.documents / "加班.txt")
    (place.documents / "设备/说明书/PPR 9087.md").unlink()
    place.write("坏.txt", b"")
    assert place.differs()
    report = place.sync()
    assert counts(report) == (1, 1, 1, 1, 0, 1)
    assert (report.documents, report.generation) == (3, 2)
    assert set(place.texts()) == {"新.txt", "假期.txt", "加班.txt"}
    assert not place.differs()


def test_an_edit_embeds_only_the_new_texts(place: Workplace) -> None:
    place.write("假期.txt", LEAVE.replace("可以结转", "不可结转"))
    encoder = FakeEncoder()
    report = place.sync(encoder)
    assert counts(report) == (0, 1, 0, 0, 2, 0)
    assert sorted(encoder.embedded) == [
        "员工假期规定\n员工每年享有十天带薪年假。\n未休完的年假不可结转。",
        "员工假期规定\n未休完的年假不可结转。",
    ]
    assert report.embedded_texts == 2


def test_an_edit_leaves_the_old_text_in_no_result(place: Workplace) -> None:
    place.write("假期.txt", LEAVE.replace("十天", "十五天"))
    place.sync()
    assert all("十天" not in passage.text for passage in place.generation().index.passages)
    assert "十五天" in place.texts()["假期.txt"]


def test_a_removed_document_is_in_no_result(place: Workplace) -> None:
    (place.documents / "假期.txt").unlink()
    assert counts(place.sync()) == (0, 0, 0, 1, 2, 0)
    generation = place.generation()
    hits = search(generation.index, "员工年假", FakeEncoder().encode_queries(["员工年假"])[0], 100)
    assert {hit.passage.document for hit in hits} == {"人事 部/加班 工资.txt", "设备/说明书/PPR 9087.md"}


def test_a_removed_text_leaves_no_vector_and_no_trace_on_disk(place: Workplace) -> None:
    (place.documents / "假期.txt").unlink()
    place.sync()
    encoder = FakeEncoder()
    place.write("假期.txt", LEAVE)
    assert place.sync(encoder).embedded_texts == len(encoder.embedded) == 3


@pytest.mark.parametrize("target", ["年假.txt", "存档/二〇二四 年/假期.txt"])
def test_a_rename_embeds_nothing(place: Workplace, target: str) -> None:
    (place.documents / target).parent.mkdir(parents=True, exist_ok=True)
    (place.documents / "假期.txt").rename(place.documents / target)
    encoder = FakeEncoder()
    report = place.sync(encoder)
    assert counts(report) == (0, 0, 1, 0, 2, 0)
    assert (encoder.embedded, report.embedded_texts, report.generation) == ([], 0, 2)
    assert set(place.texts()) == {target, *FILES} - {"假期.txt"}
    assert counts(place.sync()) == (0, 0, 0, 0, 3, 0)


def test_a_document_without_a_title_is_renamed_with_its_title_and_embeds_nothing(empty: Workplace) -> None:
    empty.write("旧名.txt", "加班工资按照一点五倍发放。")
    empty.sync()
    (empty.documents / "旧名.txt").rename(empty.documents / "新名.txt")
    encoder = FakeEncoder()
    assert counts(empty.sync(encoder)) == (0, 0, 1, 0, 0, 0)
    assert encoder.embedded == []
    generation = empty.generation()
    assert generation.documents["新名.txt"].title == generation.index.passages[0].title == "新名"
    assert generation.index.lexical.contains("新名")
    assert not generation.index.lexical.contains("旧名")


def test_a_rename_to_another_kind_of_file_is_read_by_that_kind_s_loader(empty: Workplace) -> None:
    empty.write("设备.txt", DEVICE)
    empty.sync()
    assert empty.texts() == {"设备.txt": DEVICE.replace("\n\n", "\n").strip()}
    (empty.documents / "设备.txt").rename(empty.documents / "设备.md")
    assert counts(empty.sync()) == (1, 0, 0, 1, 0, 0)
    assert empty.texts() == {"设备.md": "设备说明\n功率\nPPR-9087型设备的额定功率为1.5千瓦。"}


def test_two_names_that_change_places_are_two_renames(place: Workplace) -> None:
    place.write("假期.txt", OVERTIME)
    place.write("人事 部/加班 工资.txt", LEAVE)
    encoder = FakeEncoder()
    assert counts(place.sync(encoder)) == (0, 0, 2, 0, 1, 0)
    assert encoder.embedded == []
    assert place.texts()["假期.txt"] == OVERTIME.strip()
    assert place.texts()["人事 部/加班 工资.txt"] == LEAVE.strip()


def test_a_copy_is_added_and_embeds_nothing(place: Workplace) -> None:
    place.write("副本.txt", LEAVE)
    encoder = FakeEncoder()
    assert counts(place.sync(encoder)) == (1, 0, 0, 0, 3, 0)
    assert encoder.embedded == []


def test_one_of_two_copies_moves(place: Workplace) -> None:
    place.write("副本.txt", LEAVE)
    place.sync()
    (place.documents / "副本.txt").rename(place.documents / "副本二.txt")
    (place.documents / "假期.txt").unlink()
    assert counts(place.sync()) == (0, 0, 1, 1, 2, 0)
    assert set(place.texts()) == {"副本二.txt", *FILES} - {"假期.txt"}


def test_a_touched_file_is_unchanged(place: Workplace) -> None:
    os.utime(place.documents / "假期.txt", ns=(1, 1))
    assert place.differs()
    encoder = FakeEncoder()
    report = place.sync(encoder)
    assert counts(report) == (0, 0, 0, 0, 3, 0)
    assert (encoder.embedded, report.generation) == ([], 1)
    assert not place.differs()


# Bad files


def test_bad_files_never_stop_the_rest(empty: Workplace) -> None:
    empty.write("假期.txt", LEAVE)
    empty.write("a/空.txt", b"")
    empty.write("零.txt", b"\x00" * 1000)
    empty.write("乱.md", bytes(range(256)) * 20)
    empty.write("图.md", "![结构图](图.png)\n")
    empty.write("标点.txt", "。。。")
    report = empty.sync()
    assert counts(report) == (1, 0, 0, 0, 0, 5)
    reason = "Put text into it, or remove it from the folder"
    assert report.failed == (
        Failure("a/空.txt", f"the file is empty. {reason}"),
        Failure(
            "乱.md",
            "not a text file: its 5120 bytes make no readable text in UTF-8, UTF-16, GB18030 or Big5. "
            "Save it as UTF-8 text, or remove it from the folder",
        ),
        Failure("图.md", f"no text in it. {reason}"),
        Failure("标点.txt", f"no text in it. {reason}"),
        Failure("零.txt", f"the file is empty. {reason}"),
    )
    assert empty.failures() == list(report.failed)
    assert set(empty.texts()) == {"假期.txt"}
    again = empty.sync()
    assert (counts(again), again.generation) == ((0, 0, 0, 0, 1, 5), 1)
    assert not empty.differs()


def test_a_bad_file_that_is_mended_is_added(empty: Workplace) -> None:
    empty.write("假期.txt", b"")
    empty.sync()
    empty.write("假期.txt", LEAVE)
    assert counts(empty.sync()) == (1, 0, 0, 0, 0, 0)
    assert empty.failures() == []


def test_a_document_that_becomes_rubbish_is_no_longer_quoted(place: Workplace) -> None:
    place.write("假期.txt", bytes(range(256)) * 4)
    report = place.sync()
    assert counts(report) == (0, 0, 0, 1, 2, 1)
    assert set(place.texts()) == set(FILES) - {"假期.txt"}


def test_an_unreadable_file_keeps_its_old_text_in_service(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = place.texts()
    place.write("假期.txt", LEAVE * 2)
    place.write("新.txt", "事假没有工资。")
    real = read_bytes

    def refuse(folder: Path, path: str) -> bytes:
        if path == "假期.txt":
            raise DocumentError("cannot be read (Permission denied)")
        return real(folder, path)

    monkeypatch.setattr(plan_module, "read_bytes", refuse)
    report = place.sync()
    assert counts(report) == (1, 0, 0, 0, 3, 1)
    assert report.failed == (Failure("假期.txt", "cannot be read (Permission denied)"),)
    assert place.texts() == before | {"新.txt": "事假没有工资。"}
    monkeypatch.undo()
    assert counts(place.sync()) == (0, 1, 0, 0, 3, 0)
    assert place.texts()["假期.txt"] == (LEAVE * 2).strip()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_without_permission_is_a_failure(place: Workplace) -> None:
    path = place.write("新.txt", "事假没有工资。")
    path.chmod(0)
    assert counts(place.sync()) == (0, 0, 0, 0, 3, 1)


@pytest.mark.parametrize("closed", ["设备", "."])
def test_a_folder_that_cannot_be_opened_keeps_its_documents_in_service(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    before = place.texts()
    place.write("新.txt", "事假没有工资。")
    real = os.scandir

    def refuse(path: str | os.PathLike[str]) -> object:
        if Path(path) == place.documents / closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        report = place.sync()
    assert counts(report) == ((1 if closed == "设备" else 0), 0, 0, 0, 3, 1)
    assert report.failed[0].document == closed
    assert report.failed[0].error == (
        "a folder that cannot be opened (Permission denied). Check its permissions; what was indexed of it stays"
    )
    assert place.texts() == before | ({"新.txt": "事假没有工资。"} if closed == "设备" else {})


# What is read and what is left alone


def test_sub_folders_spaces_and_any_script_in_names(empty: Workplace) -> None:
    names = [
        "a b/ c .txt",
        "目录/深/更深/年假（二）.md",
        "Ünï/ファイル.txt",
        "😀.txt",
        "%2e%2e.txt",
        "a'b\"c;--.txt",
        "大写.TXT",
    ]
    for number, name in enumerate(names):
        empty.write(name, f"第{number}号文件的内容如此。")
    assert counts(empty.sync()) == (7, 0, 0, 0, 0, 0)
    assert empty.texts() == {name: f"第{number}号文件的内容如此。" for number, name in enumerate(names)}


def test_hidden_files_and_folders_are_left_alone(empty: Workplace) -> None:
    for name in (".隐藏.txt", ".git/说明.txt", "a/.b/c.txt", "~$假期.md", "a/.txt"):
        empty.write(name, LEAVE)
    report = empty.sync()
    assert (counts(report), report.skipped) == ((0, 0, 0, 0, 0, 0), ())


def test_other_kinds_of_file_are_skipped_and_named(empty: Workplace) -> None:
    for name in ("图.psd", "说明", "a/表.xlsx.bak"):
        empty.write(name, LEAVE)
    assert empty.sync().skipped == (
        Failure("a/表.xlsx.bak", "files of kind .bak are not read"),
        Failure("图.psd", "files of kind .psd are not read"),
        Failure("说明", "files of kind without suffix are not read"),
    )


def test_links_that_lead_out_are_skipped_and_named(empty: Workplace, tmp_path: Path) -> None:
    (tmp_path / "秘密").mkdir()
    (tmp_path / "秘密" / "密码.txt").write_text("密码是一二三四五六。", encoding="utf-8")
    empty.write("假期.txt", LEAVE)
    (empty.documents / "外.txt").symlink_to(tmp_path / "秘密" / "密码.txt")
    (empty.documents / "相对.txt").symlink_to("../秘密/密码.txt")
    (empty.documents / "目录").symlink_to(tmp_path / "秘密")
    report = empty.sync()
    assert counts(report) == (1, 0, 0, 0, 0, 0)
    assert set(report.skipped) == {
        Failure("外.txt", "a link that leads out of the documents folder"),
        Failure("相对.txt", "a link that leads out of the documents folder"),
        Failure("目录", "a link to a folder is not followed"),
    }
    assert set(empty.texts()) == {"假期.txt"}


def test_a_link_inside_the_folder_is_read(empty: Workplace) -> None:
    empty.write("假期.txt", LEAVE)
    (empty.documents / "别名.txt").symlink_to("假期.txt")
    assert counts(empty.sync()) == (2, 0, 0, 0, 0, 0)


def test_links_to_nowhere_and_in_circles_stop_nothing(empty: Workplace) -> None:
    empty.write("假期.txt", LEAVE)
    (empty.documents / "无.txt").symlink_to("没有.txt")
    (empty.documents / "圈.txt").symlink_to("圈.txt")
    (empty.documents / "圈中圈").symlink_to(empty.documents)
    assert counts(empty.sync()) == (1, 0, 0, 0, 0, 0)
    assert set(empty.texts()) == {"假期.txt"}


def test_a_documents_folder_that_is_a_link_itself_is_read(empty: Workplace, tmp_path: Path) -> None:
    empty.write("a/假期.txt", LEAVE)
    (tmp_path / "link").symlink_to(empty.documents)
    assert [file.path for file in scan_folder(tmp_path / "link").files] == ["a/假期.txt"]


def test_things_that_are_no_files_are_left_alone(empty: Workplace) -> None:
    empty.write("假期.txt", LEAVE)
    (empty.documents / "目录.txt").mkdir()
    os.mkfifo(empty.documents / "管道.txt")
    assert counts(empty.sync()) == (1, 0, 0, 0, 0, 0)


def test_a_name_that_is_no_text_is_skipped_and_named(empty: Workplace) -> None:
    empty.write("假期.txt", LEAVE)
    try:
        (Path(os.fsdecode(os.fsencode(empty.documents) + b"/\xc4\xea\xbc\xd9.txt"))).write_text(LEAVE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    report = empty.sync()
    assert counts(report) == (1, 0, 0, 0, 0, 0)
    assert report.skipped == (Failure("????.txt", "its name is not in UTF-8. Rename it"),)


def test_a_file_that_goes_away_while_it_is_looked_at_is_not_there(
    empty: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.write("假期.txt", LEAVE)
    gone = empty.write("走.txt", LEAVE)
    listed = os.scandir(empty.documents)

    def vanish(_: str | Path) -> Iterator[os.DirEntry[str]]:
        entries = list(listed)
        gone.unlink()
        return nullcontext(iter(entries))  # type: ignore[return-value]

    monkeypatch.setattr(os, "scandir", vanish)
    assert [file.path for file in scan_folder(empty.documents).files] == ["假期.txt"]
    listed.close()


# Models


def test_another_model_is_refused_with_the_command(place: Workplace) -> None:
    with pytest.raises(ModelMismatch) as caught:
        place.sync(OtherEncoder())
    assert str(caught.value) == (
        f"the index in {place.data} was built with the embedding model fake, now other is set. "
        "Set WENDANG_EMBEDDING_MODEL back, or, with the same --documents and --data as here, "
        "build the index anew: python -m qa sync --rebuild"
    )
    assert counts(place.sync()) == (0, 0, 0, 0, 3, 0)


def test_a_rebuild_takes_another_model(place: Workplace) -> None:
    encoder = OtherEncoder()
    report = place.sync(encoder, rebuild=True)
    assert counts(report) == (3, 0, 0, 0, 0, 0)
    assert (report.embedded_texts, len(encoder.embedded), report.generation) == (5, 5, 2)
    generation = place.generation()
    assert (generation.index.passage_vectors.dimension, generation.index.sentence_vectors.size) == (32, 4)
    assert counts(place.sync(OtherEncoder())) == (0, 0, 0, 0, 3, 0)
    with pytest.raises(ModelMismatch):
        place.sync(FakeEncoder())


def test_a_rebuild_with_the_same_model_embeds_everything_anew(place: Workplace) -> None:
    before = place.texts()
    encoder = FakeEncoder()
    assert counts(place.sync(encoder, rebuild=True)) == (3, 0, 0, 0, 0, 0)
    assert len(encoder.embedded) == 5
    assert place.texts() == before


def test_a_rebuild_of_an_emptied_folder_gives_an_index_of_nothing(place: Workplace) -> None:
    for name in FILES:
        (place.documents / name).unlink()
    report = place.sync(OtherEncoder(), rebuild=True)
    assert (counts(report), report.documents, report.generation) == ((0, 0, 0, 0, 0, 0), 0, 2)
    assert place.texts() == {}


def test_a_rebuild_that_is_interrupted_leaves_the_old_index_in_service(place: Workplace) -> None:
    before = place.texts()
    for encoder in (FailingEncoder(0), FailingOtherEncoder(0)):
        with pytest.raises(KeyboardInterrupt):
            place.sync(encoder, rebuild=True)
        assert place.texts() == before
        assert counts(place.sync()) == (0, 0, 0, 0, 3, 0)


class FailingOtherEncoder(FailingEncoder):
    name = "other"


# Interruption and company


def test_an_interrupted_sync_keeps_its_vectors(empty: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_module, "TEXTS_A_COMMIT", 2)
    for name, text in FILES.items():
        empty.write(name, text)
    failing = FailingEncoder(2)
    with pytest.raises(KeyboardInterrupt):
        empty.sync(failing)
    assert (len(failing.embedded), failing.releases) == (4, 1)
    store = Store.open(empty.data)
    assert (store.current_generation(), store.files()) == (0, {})
    store.close()
    encoder = FakeEncoder()
    report = empty.sync(encoder)
    assert (counts(report), report.embedded_texts, len(encoder.embedded)) == ((3, 0, 0, 0, 0, 0), 1, 1)
    assert encoder.releases == 1  # of the memory that embedding takes
    assert not set(encoder.embedded) & set(failing.embedded)


def test_an_interrupted_sync_leaves_the_old_index_in_service(place: Workplace) -> None:
    before = place.texts()
    place.write("新.txt", "事假没有工资。")
    (place.documents / "假期.txt").unlink()
    with pytest.raises(KeyboardInterrupt):
        place.sync(FailingEncoder(0))
    assert place.texts() == before
    assert counts(place.sync()) == (1, 0, 0, 1, 2, 0)


def test_a_second_sync_waits_and_sees_what_the_first_did(place: Workplace) -> None:
    reports: list[SyncReport] = []
    second = threading.Thread(target=lambda: reports.append(place.sync()))

    class SlowEncoder(FakeEncoder):
        def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
            second.start()
            second.join(timeout=0.3)
            assert second.is_alive()
            # It has come in since the second began.
            place.write("晚.txt", "婚假为十天。")
            return super().encode_passages(texts, report)

    place.write("新.txt", "事假没有工资。")
    first = place.sync(SlowEncoder())
    second.join()
    assert counts(first) == (1, 0, 0, 0, 3, 0)
    assert [counts(report) for report in reports] == [(1, 0, 0, 0, 4, 0)]
    assert set(place.texts()) == {*FILES, "新.txt", "晚.txt"}


def test_many_syncs_at_once_all_succeed(empty: Workplace) -> None:
    for name, text in FILES.items():
        empty.write(name, text)
    reports: list[SyncReport] = []
    together = threading.Barrier(4)

    def run() -> None:
        together.wait()
        reports.append(empty.sync())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts(report) for report in reports) == [(0, 0, 0, 0, 3, 0)] * 3 + [(3, 0, 0, 0, 0, 0)]
    assert {report.generation for report in reports} == {1}


def test_a_lock_that_is_not_let_go_is_an_error(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    real = FileLock.acquire
    with FileLock(place.data / LOCK_FILE), monkeypatch.context() as patch:
        patch.setattr(FileLock, "acquire", lambda lock, timeout: real(lock, timeout=timeout / 1000))
        with pytest.raises(StoreLocked) as caught:
            place.sync()
    assert str(caught.value) == (
        f"another process is indexing into {place.data} and has been for over 60 s. Wait until it is done, or stop it"
    )
    assert counts(place.sync()) == (0, 0, 0, 0, 3, 0)


# The user's own words

USER_WORDS = "# 园区\n碳谷绿湾 100 ns\n绿核\n"


def test_the_users_own_words_are_no_document_and_are_kept_whole(place: Workplace) -> None:
    place.write("userdict.txt", USER_WORDS)
    place.write("子/userdict.txt", LEAVE)
    report = place.sync()
    generation = place.generation()
    assert (report.documents, report.failed, report.skipped) == (1 + len(FILES), (), ())
    assert "userdict.txt" not in generation.documents and "子/userdict.txt" in generation.documents
    assert {"碳谷绿湾", "绿核"} <= set(generation.index.lexical.own_words)
    assert generation.index.lexical.cut("碳谷绿湾有绿核") == ["碳谷绿湾", "有", "绿核"]


def test_other_own_words_index_the_words_anew_and_embed_nothing(place: Workplace) -> None:
    first = place.sync()
    place.write("userdict.txt", USER_WORDS)
    encoder = FakeEncoder()
    added = place.sync(encoder)
    assert (added.generation, added.embedded_texts, encoder.embedded) == (first.generation + 1, 0, [])
    assert "绿核" in place.generation().index.lexical.own_words
    assert place.sync(encoder).generation == added.generation
    (place.documents / "userdict.txt").unlink()
    removed = place.sync(encoder)
    assert (removed.generation, encoder.embedded) == (added.generation + 1, [])
    assert "绿核" not in place.generation().index.lexical.own_words


def test_a_changed_user_dictionary_makes_the_folder_differ(place: Workplace) -> None:
    place.sync()
    assert not place.differs()
    place.write("userdict.txt", USER_WORDS)
    assert place.differs()
    place.sync()
    assert not place.differs()


def test_broken_lines_of_the_user_dictionary_are_named(place: Workplace) -> None:
    place.write("userdict.txt", "绿核\n".encode() + "碳谷".encode("gbk"))
    report = place.sync()
    assert report.skipped == (Failure("userdict.txt", "line 2 is not in UTF-8. Save the file as UTF-8"),)
    assert "绿核" in place.generation().index.lexical.own_words


def test_own_words_outlive_damage_and_other_versions(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("userdict.txt", USER_WORDS)
    place.sync()
    monkeypatch.setattr("index.lexical.FORM", 1_000)
    assert "绿核" in place.generation().index.lexical.own_words
    monkeypatch.setattr("index.plan.read_bytes", None)
    assert "绿核" in place.generation().index.lexical.own_words


def test_the_documents_teach_words(place: Workplace) -> None:
    place.write("霁澜药业.txt", "见《澜赋手册》。")
    place.sync()
    assert {"霁澜药业", "澜赋手册"} <= set(place.generation().index.lexical.own_words)
