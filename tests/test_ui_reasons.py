"""Errors are told in Chinese to those who read Chinese: the real ones, as the code raises them."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import WenDangError
from index.loaders import LARGEST_FILE, load_document
from index.scan import scan_folder
from index.sync import sync
from index.writing import only_writer
from qa.asking import LONGEST_QUESTION, check_question
from qa.assistant import Assistant
from qa.history.store import ConversationStore
from qa.settings import Settings
from qa.ui.reasons import CHINESE, explain
from qa.ui.uploads import store_upload
from tests.fakes import FakeEncoder
from tests.test_history_store import damage_page, talk
from tests.test_removed import remove_document

INDEX = Path(__file__).resolve().parents[1] / "index"


def write(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder


class OtherEncoder(FakeEncoder):
    name = "other"


def empty(folder: Path) -> None:
    load_document(write(folder, "空.txt", b""), "空.txt")


def wordless(folder: Path) -> None:
    load_document(write(folder, "线.txt", "——……".encode()), "线.txt")


def binary(folder: Path) -> None:
    load_document(write(folder, "图.txt", bytes(range(256)) * 40), "图.txt")


def large(folder: Path) -> None:
    (folder / "大.txt").touch()
    os.truncate(folder / "大.txt", LARGEST_FILE + 1)
    load_document(folder, "大.txt")


def gone(folder: Path) -> None:
    load_document(folder, "没有.txt")


def no_folder(folder: Path) -> None:
    scan_folder(folder / "没有")


def unknown(folder: Path) -> None:
    library = Assistant(Settings(documents=folder, data=folder / ".data"), FakeEncoder())
    library.sync()
    remove_document(library, "没有.txt")


def other_model(folder: Path) -> None:
    sync(folder, folder / ".data", FakeEncoder())
    sync(folder, folder / ".data", OtherEncoder())


def locked(folder: Path) -> None:
    with only_writer(folder), only_writer(folder, patience=0.1):
        pass


def long_question(_: Path) -> None:
    check_question("问" * (LONGEST_QUESTION + 1))


def empty_question(_: Path) -> None:
    check_question("？")


def wrong_kind(folder: Path) -> None:
    store_upload(folder, "报告.xyz", folder)


def no_place(folder: Path) -> None:
    store_upload(folder / "没有", "报告.md", folder)


def closed_talks(folder: Path) -> None:
    (folder / "conversations.sqlite").mkdir()
    ConversationStore(folder).list("甲")


def damaged_talks(folder: Path) -> None:
    store = ConversationStore(folder)
    kept = store.save("甲", talk("一？" * 9000), 0)
    damage_page(store.file, "exchanges")
    store.load("甲", kept.id)


@pytest.mark.parametrize(
    ("cause", "chinese"),
    [
        (empty, "文件是空的"),
        (wordless, "文件里没有文字"),
        (binary, "不是文本文件：10240 个字节"),
        (large, f"文件有 {LARGEST_FILE + 1:,} 字节，最多读 {LARGEST_FILE:,} 字节"),
        (gone, "打不开（No such file or directory）"),
        (no_folder, "找不到文档文件夹 "),
        (unknown, "索引里没有这篇文档"),
        (other_model, "索引用的是模型 fake，现在设的是 other"),
        (locked, "另一个程序正在写索引（process "),
        (long_question, "问题有 2,001 个字，最多读 2,000 个"),
        (empty_question, "问题是空的"),
        (wrong_kind, "这种文件还读不了，目前可读 .txt, .md"),
        (no_place, "无法写入 "),
        (closed_talks, "对话记录读写出错（unable to open database file）。请检查 "),
        (damaged_talks, "对话记录已损坏。请运行 python -m qa doctor --mend"),
    ],
)
def test_real_errors_are_told_in_chinese(tmp_path: Path, cause: Callable[[Path], None], chinese: str) -> None:
    with pytest.raises(WenDangError) as raised:
        cause(tmp_path)
    error = str(raised.value)
    assert chinese in explain(error, "zh")
    assert explain(error, "en") == error


def test_files_that_are_left_alone_are_told_in_chinese(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "外.txt").write_text("外面。")
    write(folder, "图.psd", b"x")
    write(folder, "无", b"x")
    (folder / "外.txt").symlink_to(tmp_path / "外.txt")
    (folder / "断.txt").symlink_to(folder / "没有.txt")
    (folder / "夹").symlink_to(tmp_path)
    reasons = {failure.document: explain(failure.error, "zh") for failure in scan_folder(folder).skipped}
    assert reasons == {
        "图.psd": ".psd 文件还读不了",
        "无": "没有扩展名的文件不读取",
        "外.txt": "链接指向文件夹之外，没有读取",
        "断.txt": "链接指向的文件不存在",
        "夹": "指向文件夹的链接不读取",
    }


def test_every_reason_why_a_file_is_not_read_is_there_in_chinese() -> None:
    """The texts of all document errors, with 7 for what is filled in."""
    for path in [
        *(INDEX / "loaders").glob("*.py"),
        *(INDEX / f"{name}.py" for name in ("plan", "parsing", "parse_worker")),
    ]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "DocumentError":
                continue
            if isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                text = re.sub(r"\{[^}]*\}", "7", ast.unparse(node.args[0]).strip("f'\""))
                if not text.startswith("no loader for"):  # such files are never indexed
                    assert re.search(r"[\u4e00-\u9fff]", explain(text, "zh")), text


def test_an_error_without_translation_stays_as_it_is() -> None:
    assert explain("the moon is made of cheese", "zh") == "the moon is made of cheese"
    assert (
        explain("unexpected KeyError: '键'. Please report it", "zh")
        == "意外的错误 KeyError（'键'）。请查看终端里的日志"
    )


def test_signs_of_a_text_are_no_places_to_fill_in() -> None:
    assert explain("cannot be read ({0} %s {x}). Check", "zh").startswith("打不开（{0} %s {x}）")


@pytest.mark.parametrize(("pattern", "chinese"), CHINESE)
def test_each_text_fills_in_what_its_pattern_finds(pattern: str, chinese: str) -> None:
    groups = re.compile(pattern).groups
    assert chinese.format(*["x"] * groups)
