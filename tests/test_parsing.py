from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import loaders, parsing
from index.datatypes import Failure
from index.errors import DocumentError
from index.loaders import Parsed, parse_file
from index.loaders.extract import Block, Extract, Line, Part, Source
from index.parse_worker import as_record
from index.parsing import Job, Outcome, Parsers, from_record

TEXT = "休假规定\n\n员工每年享有十天带薪年假。"
# Loaders that only the worker process sees: it imports this module by the name in the table.
EVIL = """
import os, sys, time
from index.loaders.extract import Block, Extract
def read(source):
    word = source.data.decode()
    if word == "dies":
        os._exit(3)
    if word == "loops":
        while True:
            pass
    if word == "eats":
        bytearray(64 * 1024**3)
    if word == "eats slowly":
        kept = []
        while True:
            kept.append(bytearray(b"x" * 64 * 1024**2))
    if word == "prints":
        print("noise that is no answer", flush=True)
        sys.stdout.write("more")
    if word == "deep":
        def down(n): return down(n + 1)
        down(0)
    if word == "fails":
        raise ZeroDivisionError("division by zero")
    if word == "pages":
        for page in range(3):
            source.report(page + 1, 3)
            time.sleep(0.4)
    if word == "talks":
        for page in range(1_000_000):
            source.report(page, 1_000_000)
            time.sleep(0.05)
    if word == "floods":
        return Extract(None, [Block("长" * 1000)] * 5000)
    return Extract(None, [Block("读到了：" + word)])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files whose loader does what they say."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "sitecustomize.py").write_text(
        "import sys, types, index.loaders as loaders\n"
        f"module = types.ModuleType('index.loaders.evil'); exec({EVIL!r}, module.__dict__)\n"
        "sys.modules['index.loaders.evil'] = module; loaders.LOADERS['.evil'] = ('evil', 'read')\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(tmp_path / "modules"), str(Path(parsing.__file__).parents[1])])
    )
    return tmp_path


def read(folder: Path, *words: str, workers: int = 1) -> list[Outcome]:
    for word in words:
        (folder / f"{word}.evil").write_text(word)
    with Parsers(workers) as parsers:
        outcomes = parsers.read(Job(f"{word}.evil", folder / f"{word}.evil") for word in words)
        return [outcome for outcome in outcomes if outcome is not None]


def texts(outcomes: list[Outcome]) -> list[str | None]:
    return [one.found[0].document.text if one.found and isinstance(one.found[0], Parsed) else None for one in outcomes]


def test_files_are_read_in_order_by_several_processes(folder: Path) -> None:
    words = [f"第{number}份" for number in range(12)]
    outcomes = read(folder, *words, workers=3)
    assert texts(outcomes) == [f"读到了：{word}" for word in words]
    assert [outcome.job.path for outcome in outcomes] == [f"{word}.evil" for word in words]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("dies", "the program that reads such files broke off over it"),
        ("eats", "it needs more memory than one file may have"),
        ("eats slowly", "it needs more memory than one file may have"),
        ("deep", "it is nested too deeply"),
        ("fails", r"it cannot be read (ZeroDivisionError: division by zero)"),
    ],
)
def test_a_file_that_breaks_its_reader_is_told_and_the_others_go_on(folder: Path, word: str, told: str) -> None:
    before, evil, after = read(folder, "前", word, "后")
    assert evil.error is not None and told in evil.error
    assert evil.found == []
    assert texts([before, after]) == ["读到了：前", "读到了：后"]


def test_a_file_that_is_never_read_to_its_end_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "SILENT_SECONDS", 3.0)
    evil, after = read(folder, "loops", "后")
    assert evil.error is not None and evil.error.startswith("reading it was stopped after 3 s without an end")
    assert texts([after]) == ["读到了：后"]


def test_a_file_that_tells_of_pages_for_ever_is_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LONGEST_SECONDS", 3.0)
    (evil,) = read(folder, "talks")
    assert evil.error is not None and evil.error.startswith("reading it was stopped after 3 s")


def test_an_answer_that_is_too_long_is_not_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LARGEST_ANSWER", 1_000_000)
    evil, after = read(folder, "floods", "后")
    assert evil.error is not None and evil.found == []
    assert texts([after]) == ["读到了：后"]


def test_what_a_reader_prints_is_no_answer(folder: Path) -> None:
    assert texts(read(folder, "prints", "后")) == ["读到了：prints", "读到了：后"]


def test_pages_are_told_while_a_file_is_read(folder: Path) -> None:
    (folder / "a.evil").write_text("pages")
    seen = set()
    with Parsers(1) as parsers:
        for outcome in parsers.read([Job("a.evil", folder / "a.evil")]):
            seen.add(parsers.pages("a.evil"))
            if outcome is not None:
                assert texts([outcome]) == ["读到了：pages"]
    assert {(1, 3), (2, 3)} & seen
    assert seen <= {None, (1, 3), (2, 3), (3, 3)}


def test_files_are_read_ahead_while_nobody_asks(folder: Path) -> None:
    words = ["一", "二", "三", "四"]
    for word in words:
        (folder / f"{word}.evil").write_text(word)
    asked: list[str] = []

    def jobs() -> Iterator[Job]:
        for word in words:
            asked.append(word)
            yield Job(f"{word}.evil", folder / f"{word}.evil")

    with Parsers(1) as parsers:
        outcomes = parsers.read(jobs())
        first = next(outcome for outcome in outcomes if outcome is not None)
        # No further than is of use: whole archives would be in memory.
        assert asked == words[: parsing.AHEAD]
        assert texts([first, *(one for one in outcomes if one is not None)]) == [f"读到了：{word}" for word in words]


def test_leaving_ends_the_processes_whatever_they_do(folder: Path) -> None:
    (folder / "a.evil").write_text("loops")
    with Parsers(2) as parsers:
        outcomes = parsers.read([Job("a.evil", folder / "a.evil")] * 2)
        assert next(outcomes) is None
        deadline = time.monotonic() + 60
        while len([one for one in parsers._all if one._process is not None]) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        processes = [one._process for one in parsers._all]
    assert all(process is not None and process.poll() is not None for process in processes)


def test_a_file_that_is_gone_is_told(folder: Path) -> None:
    with Parsers(1) as parsers:
        (outcome,) = (one for one in parsers.read([Job("没有.evil", folder / "没有.evil")]) if one is not None)
    assert outcome.error == "cannot be read (No such file or directory). Check that it is there and readable"


def test_small_plain_texts_start_no_process(tmp_path: Path) -> None:
    with Parsers(1) as parsers:
        (outcome,) = (one for one in parsers.read([Job("a.txt", tmp_path / "none", TEXT.encode())]) if one is not None)
        assert parsers._all == []
    assert texts([outcome]) == ["休假规定\n员工每年享有十天带薪年假。"]
    assert not outcome.is_of_disk


def test_a_large_plain_text_is_read_by_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "LARGEST_PLAIN", 10)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with Parsers(1) as parsers:
        (outcome,) = (one for one in parsers.read([Job("a.txt", tmp_path / "a.txt", TEXT.encode())]) if one is not None)
        assert len(parsers._all) == 1
    assert texts([outcome]) == ["休假规定\n员工每年享有十天带薪年假。"]
    assert outcome.is_of_disk


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_a_signal_for_the_terminal_is_none_for_the_workers(folder: Path) -> None:
    (folder / "a.evil").write_text("pages")
    with Parsers(1) as parsers:
        outcomes = parsers.read([Job("a.evil", folder / "a.evil")])
        assert next(outcomes) is None
        process = parsers._all[0]._process
        assert process is not None and os.getpgid(process.pid) != os.getpgid(0)


def extract_of(monkeypatch: pytest.MonkeyPatch, extracts: dict[bytes, Extract]) -> None:
    """Have files with the suffix .x hold what stands under their bytes."""

    class Module:
        @staticmethod
        def read(source: Source) -> Extract:
            return extracts[source.data]

    monkeypatch.setitem(loaders.LOADERS, ".x", ("x", "read"))
    monkeypatch.setattr(loaders, "import_module", lambda name: Module)


def test_a_document_comes_through_the_process_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(0, 4, 2, (0.125, 0.25, 0.5, 0.75), 0.8)
    blocks = [Block("标题", 1, 1), Block("姓名：张三", None, 1, row=3), Block("后文如此", lines=(line,))]
    extract_of(monkeypatch, {b"1": Extract("标题", blocks, "sheet", {1: "人员"}, ("第三页没有文字",))})
    (parsed,) = parse_file(Source("a.x", b"1"))
    assert isinstance(parsed, Parsed)
    assert parsed.document.pages[-1].unsure
    assert parsed.lines and parsed.document.pages[0].rows and parsed.document.notes
    assert from_record(json.loads(json.dumps(as_record(parsed)))) == parsed


def test_parts_are_documents_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Extract("附件", [Block("附件的内容。")])
    parts = (Part("附件.x", b"2"), Part("附件.x", b"2"), Part("图.bin", b"3"), Part("坏.x", b""))
    extract_of(monkeypatch, {b"1": Extract("信", [Block("正文。")], parts=parts), b"2": inner})
    mail, first, second, broken = parse_file(Source("往来/信.x", b"1"))
    assert isinstance(mail, Parsed) and isinstance(first, Parsed) and isinstance(second, Parsed)
    assert [one.document.path for one in (mail, first, second)] == [
        *("往来/信.x", "往来/信.x/附件.x", "往来/信.x/附件 (2).x"),
    ]
    assert [one.document.owner for one in (mail, first, second)] == ["往来/信.x"] * 3
    assert broken == Failure("往来/信.x/坏.x", "the file is empty. Put text into it, or remove it from the folder")


def test_parts_of_parts_are_opened_to_a_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    extract_of(monkeypatch, {b"1": Extract(None, [Block("一层。")], parts=(Part("a.x", b"1"),))})
    *documents, failure = parse_file(Source("a.x", b"1"))
    assert len(documents) == loaders.DEEPEST_PART + 1
    assert isinstance(failure, Failure) and "it lies 4 files deep; at most 3 are opened" in failure.error


def test_so_many_parts_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaders, "MOST_PARTS", 3)
    parts = tuple(Part(f"{number}.x", b"2") for number in range(5))
    extract_of(monkeypatch, {b"1": Extract(None, [], parts=parts), b"2": Extract(None, [Block("内容。")])})
    found = list(parse_file(Source("a.x", b"1")))
    assert [type(one) for one in found] == [Parsed] * 3 + [Failure]
    assert found[-1].document == "a.x/3.x" and "this one and what follows is left out" in found[-1].error


def test_a_file_of_which_no_part_can_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    extract_of(monkeypatch, {b"1": Extract(None, [], parts=(Part("坏.x", b""), Part("图.bin", b"3")))})
    with pytest.raises(DocumentError, match=r"^a\.x/坏\.x: the file is empty"):
        list(parse_file(Source("a.x", b"1")))
    extract_of(monkeypatch, {b"1": Extract(None, [], parts=(Part("图.bin", b"3"),))})
    with pytest.raises(DocumentError, match="^no document in it that could be read"):
        list(parse_file(Source("a.x", b"1")))
