from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.embedding import Encoder
from qa import assistant, commands, doctor
from qa.__main__ import main
from qa.checks import environment
from qa.history.store import ConversationStore
from qa.model_measures import MODEL_MEASURES
from tests.conftest import MODELS
from tests.fakes import FakeEncoder, FakeReader
from tests.scripted_model import Scripted, scripted_model
from tests.test_assistant import CANTEEN, HANDBOOK, write_documents
from tests.test_evaluate import LINES, write_set
from tests.test_history_store import talk

PROJECT = Path(__file__).resolve().parent.parent
COMMANDS = ("sync", "ask", "search", "documents", "evaluate", "doctor", "backup", "restore")
ANSWER_KEYS = [
    *(
        "id",
        "question",
        "answer",
        "answered",
        "mode",
        "citations",
        "passages",
        "deviations",
        "disagreements",
        "missing_terms",
        "timings_ms",
    ),
    *("confidence", "searched", "unsupported", "notice", "written", "scope"),
]
CITATION_KEYS = [
    *("number", "document", "title", "headings", "page", "start", "end", "quote", "verified", "emphasis"),
    *("slide", "sheet", "row", "certainty", "label", "about"),
]
PASSAGE_KEYS = [
    *("document", "title", "headings", "page", "start", "end", "text", "score", "dense_rank", "lexical_rank"),
    *("sentence_rank", "dense_score", "sentence_score", "lexical_score", "terms"),
]
SYNC_KEYS = [
    *("added", "changed", "renamed", "removed", "unchanged", "failed", "embedded_texts"),
    *("documents", "passages", "sentences", "generation", "seconds", "skipped"),
]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Outcome]


class OtherEncoder(FakeEncoder):
    name = "other"


def use_encoder(monkeypatch: pytest.MonkeyPatch, encoder: Encoder) -> None:
    for module in (assistant, commands, doctor):
        monkeypatch.setattr(module, "load_encoder", lambda *_: encoder)
    monkeypatch.setattr(assistant, "load_reader", lambda *_: None)
    monkeypatch.setattr(doctor, "load_reader", lambda *_: FakeReader(lambda _: 0.0))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with 文 档/ and data/, which the environment names."""
    use_encoder(monkeypatch, FakeEncoder())
    monkeypatch.setenv("WENDANG_DOCUMENTS", str(tmp_path / "文 档"))
    monkeypatch.setenv("WENDANG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENDANG_MIN_CONFIDENCE", "0")
    monkeypatch.setenv("COLUMNS", "200")
    write_documents(tmp_path / "文 档", {"人事/员工 手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_main(*arguments: str) -> Outcome:
        capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run_main


def error_line(outcome: Outcome) -> str:
    """The one line on stderr of a command that failed."""
    assert outcome.code == 1
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ")
    return line


# sync


def test_sync_prints_one_object(folder: Path, run: Run) -> None:
    write_documents(folder / "文 档", {"空.txt": "", "图.psd": "x"})
    outcome = run("sync", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    (record,) = outcome.records
    assert sorted(record) == sorted(SYNC_KEYS)
    assert record["seconds"] >= 0
    assert {key: record[key] for key in SYNC_KEYS if key != "seconds"} == {
        "added": 2,
        "changed": 0,
        "renamed": 0,
        "removed": 0,
        "unchanged": 0,
        "failed": [
            {"document": "空.txt", "error": "the file is empty. Put text into it, or remove it from the folder"}
        ],
        "skipped": [{"document": "图.psd", "error": "files of kind .psd are not read"}],
        "embedded_texts": 11,
        "documents": 2,
        "passages": 3,
        "sentences": 8,
        "generation": 1,
    }


def test_sync_counts_what_changed(folder: Path, run: Run) -> None:
    run("sync")
    documents = folder / "文 档"
    (documents / "食堂.txt").rename(documents / "食堂（新）.txt")
    write_documents(
        documents, {"人事/员工 手册.md": HANDBOOK + "\n宿舍每晚十一点关门。\n", "通知.txt": "明天放假一天。"}
    )
    (record,) = run("sync", "--json").records
    assert [record[key] for key in ("added", "changed", "renamed", "removed", "unchanged")] == [1, 1, 1, 0, 0]
    (documents / "通知.txt").unlink()
    (record,) = run("sync", "--json").records
    assert [record[key] for key in ("added", "changed", "renamed", "removed", "unchanged")] == [0, 0, 0, 1, 2]
    (record,) = run("sync", "--json").records
    assert (record["unchanged"], record["embedded_texts"], record["generation"]) == (2, 0, 3)
    (record,) = run("sync", "--rebuild", "--json").records
    assert (record["added"], record["generation"]) == (2, 4)


def test_sync_tells_people_what_it_did(folder: Path, run: Run) -> None:
    write_documents(folder / "文 档", {"空[1].txt": ""})
    outcome = run("sync")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[0] == "added 2, changed 0, renamed 0, removed 0, unchanged 0, failed 1"
    assert "documents 2, passages 3, sentences 8; texts embedded 11; generation 1" in outcome.out
    assert "not read 空[1].txt: the file is empty" in outcome.out


def test_folders_can_be_named_on_the_command_line(folder: Path, run: Run) -> None:
    write_documents(folder / "其他 文档", {"宿舍.txt": "宿舍管理规定\n\n宿舍每晚十一点关门。"})
    named = ("--documents", str(folder / "其他 文档"), "--data", str(folder / "新 数据"))
    assert run("sync", "--json", *named).records[0]["documents"] == 1
    assert run("ask", "宿舍几点关门？", "--json", *named).records[0]["citations"][0]["document"] == "宿舍.txt"
    assert [entry["document"] for entry in run("documents", *named, "--json").records[0]["documents"]] == ["宿舍.txt"]
    assert not (folder / "data").exists()


def test_an_empty_folder_is_synced_and_every_question_refused(folder: Path, run: Run) -> None:
    (folder / "空").mkdir()
    named = ("--documents", str(folder / "空"))
    assert run("sync", "--json", *named).records[0]["documents"] == 0
    (record,) = run("ask", "食堂何时开门？", "--json", *named).records
    assert (record["answered"], record["citations"], record["passages"]) == (False, [], [])
    assert record["answer"] == "还没有可以查的文档。请把文件放进文档文件夹，再重新索引。"
    assert run("search", "食堂何时开门？", "--json", *named).records[0]["passages"] == []
    assert run("search", "食堂何时开门？", *named).out == "nothing found\n"
    assert run("documents", "--json", *named).records == [{"documents": [], "failed": []}]
    assert run("documents", *named).code == 0


def test_files_that_cannot_be_read_are_named_and_the_others_answer(folder: Path, run: Run) -> None:
    documents = folder / "文 档"
    (documents / "零字节 文件.txt").write_bytes(b"")
    (documents / "乱码.txt").write_bytes(bytes(range(256)) * 40)
    (documents / "空白.md").write_bytes(b"\n \x00\n")
    (record,) = run("sync", "--json").records
    assert [failure["document"] for failure in record["failed"]] == ["乱码.txt", "空白.md", "零字节 文件.txt"]
    assert all(failure["error"] for failure in record["failed"])
    assert record["documents"] == 2
    answer = run("ask", "加班须由谁批准？", "--json").records[0]
    assert answer["citations"][0]["document"] == "人事/员工 手册.md"
    listed = run("documents", "--json").records[0]
    assert [failure["document"] for failure in listed["failed"]] == ["乱码.txt", "空白.md", "零字节 文件.txt"]


def test_a_folder_that_is_not_there_is_named(folder: Path, run: Run) -> None:
    outcome = run("sync", "--documents", str(folder / "没有"))
    assert error_line(outcome) == (
        f"error: no documents folder at {folder / '没有'}. Create it, or name another with --documents"
    )


# ask


def test_ask_prints_one_object_with_every_key(folder: Path, run: Run) -> None:
    run("sync")
    outcome = run("ask", "食堂早餐的价格是多少？", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    (record,) = outcome.records
    assert sorted(record) == sorted(ANSWER_KEYS)
    assert {key: record[key] for key in ("id", "question", "answered", "mode", "missing_terms")} == {
        "id": None,
        "question": "食堂早餐的价格是多少？",
        "answered": True,
        "mode": "extractive",
        "missing_terms": [],
    }
    assert record["answer"].startswith("早餐的价格是**五元**，午餐的价格是十二元。[1]")
    assert len(record["passages"]) == 3
    assert all(sorted(citation) == sorted(CITATION_KEYS) for citation in record["citations"])
    assert all(sorted(passage) == sorted(PASSAGE_KEYS) for passage in record["passages"])


def test_citations_point_into_the_text_that_show_gives(folder: Path, run: Run) -> None:
    for question in ("食堂早餐的价格是多少？", "加班须由谁批准？", "探亲假的路费由谁承担？"):
        (record,) = run("ask", question, "--json").records
        for place in (*record["citations"], *record["passages"]):
            (document,) = run("documents", "show", place["document"], "--json").records
            assert document["text"][place["start"] : place["end"]] == place.get("quote", place.get("text"))


def test_a_folder_without_index_is_synced_first(folder: Path, run: Run) -> None:
    outcome = run("ask", "加班须由谁批准？", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.records[0]["citations"][0]["quote"] == "加班须由部门经理批准。"


def test_ask_answers_from_the_index_as_it_stands_and_says_when_the_folder_changed(folder: Path, run: Run) -> None:
    run("sync")
    write_documents(folder / "文 档", {"宿舍.txt": "宿舍管理规定\n\n宿舍每晚十一点关门。"})
    documents, data = folder / "文 档", folder / "data"
    note = (
        f"note: {documents} has changed since the last sync; "
        f"run: python -m qa sync --documents '{documents}' --data {data}\n"
    )
    outcome = run("ask", "宿舍几点关门？", "--json")
    assert (outcome.code, outcome.err) == (0, note)
    assert {passage["document"] for passage in outcome.records[0]["passages"]} == {"人事/员工 手册.md", "食堂.txt"}
    assert run("search", "宿舍", "--json").err == note
    run("sync")
    outcome = run("ask", "宿舍几点关门？", "--json")
    assert (outcome.err, outcome.records[0]["passages"][0]["document"]) == ("", "宿舍.txt")


def test_a_folder_that_has_gone_is_noted_and_the_index_answers(folder: Path, run: Run) -> None:
    run("sync")
    (folder / "文 档").rename(folder / "搬走了")
    outcome = run("ask", "加班须由谁批准？", "--json")
    assert outcome.code == 0
    assert outcome.err.startswith(f"note: no documents folder at {folder / '文 档'}.")
    assert len(outcome.err.splitlines()) == 1
    assert outcome.records[0]["answered"]


def test_ask_shows_people_the_answer_and_its_places(folder: Path, run: Run) -> None:
    outcome = run("ask", "加班须由谁批准？")
    assert (outcome.code, outcome.err) == (0, "")
    assert "加班须由部门经理批准。 [1]" in outcome.out
    assert "[1] 员工手册 > 加班  人事/员工 手册.md, 72–83" in outcome.out


def test_ask_shows_people_a_refusal(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENDANG_MIN_CONFIDENCE", "1")
    outcome = run("ask", "红烧肉怎么烧？")
    assert outcome.code == 0
    assert "文档中没有找到这个问题的答案。" in outcome.out


def test_text_that_looks_like_markup_is_shown_as_it_is(folder: Path, run: Run) -> None:
    write_documents(folder / "文 档", {"[bold]奇怪[red].txt": "标记\n\n标记[/]写作[bold]粗体[/bold]。"})
    assert "标记[/]写作[bold]粗体[/bold]。" in run("ask", "标记写作什么？").out
    assert "[bold]奇怪[red].txt" in run("documents").out
    assert "标记[/]写作[bold]粗体[/bold]。" in run("search", "标记写作什么？").out


# ask --questions


def write_questions(folder: Path, *lines: object) -> str:
    path = folder / "问题 集.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), "utf-8")
    return str(path)


def test_a_file_of_questions_is_answered_in_order(folder: Path, run: Run) -> None:
    lines = [{"id": f"问{number}", "question": f"第{number}次：加班须由谁批准？"} for number in range(150)]
    outcome = run("ask", "--questions", write_questions(folder, *lines), "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert [record["id"] for record in outcome.records] == [line["id"] for line in lines]
    assert [record["question"] for record in outcome.records] == [line["question"] for line in lines]


def test_identifiers_and_history_come_from_the_file(folder: Path, run: Run) -> None:
    history = [{"role": "user", "content": "食堂早餐的价格是多少？"}, {"role": "assistant", "content": "五元。"}]
    path = write_questions(
        folder, {"question": "加班须由谁批准？"}, {"id": 7, "question": "那午餐呢？", "history": history}
    )
    first, second = run("ask", "--questions", path, "--json").records
    assert (first["id"], second["id"]) == (None, "7")
    assert second["question"] == "那午餐呢？"
    assert second["searched"] == "食堂午餐的价格是多少？"
    assert "十二元" in second["citations"][0]["quote"]


def test_a_question_that_cannot_be_asked_gets_the_reason_and_the_others_an_answer(folder: Path, run: Run) -> None:
    path = write_questions(
        folder,
        {"id": "甲", "question": "加班须由谁批准？"},
        {"id": "空", "question": ""},
        {"id": "长", "question": "问" * 100_000},
        {"id": "乙", "question": "食堂早餐的价格是多少？"},
    )
    outcome = run("ask", "--questions", path, "--json")
    assert outcome.code == 0
    assert [record["id"] for record in outcome.records] == ["甲", "空", "长", "乙"]
    assert [record["answered"] for record in outcome.records] == [True, False, False, True]
    assert outcome.records[1]["answer"].startswith("the question is empty.")
    assert outcome.records[2]["answer"].startswith("the question has 100,000 characters; at most 2,000 are read.")
    assert all(sorted(record) == sorted(ANSWER_KEYS) for record in outcome.records)


def test_a_broken_questions_file_names_the_line(folder: Path, run: Run) -> None:
    path = write_questions(folder, {"question": "加班须由谁批准？"}, '{"question": "没有写完')
    outcome = run("ask", "--questions", path, "--json")
    assert error_line(outcome).startswith(f"error: {path}, line 2: not a question (JSONDecodeError: Unterminated")
    assert outcome.out == ""


def test_a_questions_file_that_is_not_there_is_named(folder: Path, run: Run) -> None:
    assert "没有.jsonl cannot be read" in error_line(run("ask", "--questions", str(folder / "没有.jsonl")))


def test_an_empty_questions_file_asks_nothing(folder: Path, run: Run) -> None:
    outcome = run("ask", "--questions", write_questions(folder), "--json")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_people_can_read_the_answers_to_a_file_too(folder: Path, run: Run) -> None:
    path = write_questions(folder, {"id": "1", "question": "加班须由谁批准？"}, {"id": "2", "question": ""})
    outcome = run("ask", "--questions", path)
    assert outcome.code == 0
    assert "加班须由部门经理批准。 [1]" in outcome.out
    assert "the question is empty." in outcome.out


# Questions that cannot be asked


@pytest.mark.parametrize("question", ["", "   ", "？！"])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_question_fails_with_an_example(folder: Path, run: Run, command: str, question: str) -> None:
    assert error_line(run(command, question, "--json")) == (
        "error: the question is empty. Ask in a few words, for example: 金山区有多少耕地？"
    )


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_of_100_000_characters_fails_with_both_numbers(folder: Path, run: Run, command: str) -> None:
    outcome = run(command, "问" * 100_000)
    assert error_line(outcome).startswith("error: the question has 100,000 characters; at most 2,000 are read.")
    assert len(outcome.err) < 300


def test_a_question_in_broken_utf_8_is_answered(folder: Path, run: Run) -> None:
    outcome = run("ask", "加班须由谁批准\udcff？", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.records[0]["citations"][0]["quote"] == "加班须由部门经理批准。"
    assert run("ask", "加班须由谁批准\udcff？").code == 0
    assert run("search", "加班须由谁批准\udcff？").code == 0


def test_a_half_character_in_a_questions_file_is_answered(folder: Path, run: Run) -> None:
    path = write_questions(folder, '{"id": "\\ud800", "question": "加班须由谁批准\\ud800？"}')
    outcome = run("ask", "--questions", path, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.records[0]["answered"]


# search and documents


def test_search_shows_passages_and_why(folder: Path, run: Run) -> None:
    (record,) = run("search", "食堂的豆浆多少钱？", "--json").records
    assert sorted(record) == ["confidence", "missing_terms", "parts", "passages", "question", "scope"]
    assert record["scope"] == []
    assert (record["question"], record["missing_terms"], record["parts"]) == ("食堂的豆浆多少钱？", ["豆浆"], [])
    assert record["confidence"] == run("ask", "食堂的豆浆多少钱？", "--json").records[0]["confidence"]
    assert all(sorted(passage) == sorted(PASSAGE_KEYS) for passage in record["passages"])
    assert (record["passages"][0]["document"], record["passages"][0]["terms"]) == ("食堂.txt", ["食堂"])
    assert len(run("search", "食堂的豆浆多少钱？", "--limit", "2", "--json").records[0]["passages"]) == 2
    shown = run("search", "食堂的豆浆多少钱？", "--limit", "1").out
    assert "食堂管理规定" in shown
    assert "食堂每天供应早餐、午餐和晚餐。" in shown
    assert "员工手册" not in shown
    assert "in no document: 豆浆" in shown
    assert f"confidence {record['confidence']:.2f}" in shown


def test_search_says_what_a_question_was_split_into(folder: Path, run: Run) -> None:
    question = "员工手册和食堂管理规定分别说了什么？"
    parts = ["员工手册说了什么？", "食堂管理规定说了什么？"]
    assert run("search", question, "--json").records[0]["parts"] == parts
    assert f"searched for: {'; '.join(parts)}" in run("search", question).out


# --in


def test_a_question_is_asked_in_a_folder(folder: Path, run: Run) -> None:
    (record,) = run("ask", "加班须由谁批准？", "--in", "人事/", "--json").records
    assert (record["scope"], record["citations"][0]["document"]) == (["人事/"], "人事/员工 手册.md")
    (record,) = run("ask", "加班须由谁批准？", "--in", "食堂.txt", "--json").records
    assert {passage["document"] for passage in record["passages"]} == {"食堂.txt"}
    assert record["missing_terms"] == ["加班", "须由谁", "批准"]
    (record,) = run("ask", "--in", "*.md", "--in", "食*", "加班须由谁批准？", "--json").records
    assert record["scope"] == ["*.md", "食*"]
    assert {passage["document"] for passage in record["passages"]} == {"人事/员工 手册.md", "食堂.txt"}
    assert "asked in: 人事/, 食堂.txt" in run("ask", "加班须由谁批准？", "--in", "人事/", "--in", "食堂.txt").out
    assert "asked in" not in run("ask", "加班须由谁批准？").out


def test_passages_are_searched_in_a_folder(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (record,) = run("search", "食堂的豆浆多少钱？", "--in", "人事", "--json").records
    assert (record["scope"], record["missing_terms"]) == (["人事"], ["食堂", "豆浆"])
    assert {passage["document"] for passage in record["passages"]} == {"人事/员工 手册.md"}
    # The fake encoder's confidences are too small to tell one index from another.
    monkeypatch.setattr(commands, "confidence", lambda _, index: len(index.passages) / 10)
    (record,) = run("search", "食堂的豆浆多少钱？", "--in", "食堂.txt", "--json").records
    assert record["confidence"] == 0.1
    shown = run("search", "食堂的豆浆多少钱？", "--in", "人事").out
    assert "asked in: 人事\n" in shown
    assert "in no chosen document: 食堂, 豆浆" in shown


def test_a_line_of_a_file_may_have_its_own_scope(folder: Path, run: Run) -> None:
    question = "加班须由谁批准？"
    path = write_questions(
        folder,
        {"question": question},
        {"question": question, "in": ["食堂.txt"]},
        {"question": question, "in": ["没有"]},
        {"question": question, "in": []},
    )
    outcome = run("ask", "--questions", path, "--in", "人事", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert [record["scope"] for record in outcome.records] == [["人事"], ["食堂.txt"], ["没有"], ["人事"]]
    assert [record["answered"] for record in outcome.records] == [True, True, False, True]
    assert outcome.records[2]["answer"].startswith("no document matches '没有'.")
    assert {passage["document"] for passage in outcome.records[1]["passages"]} == {"食堂.txt"}
    assert [record["scope"] for record in run("ask", "--questions", path, "--json").records] == [
        [],
        ["食堂.txt"],
        ["没有"],
        [],
    ]


def test_a_scope_that_is_no_list_of_texts_names_the_line(folder: Path, run: Run) -> None:
    for wrong in ({"folder": "食堂.txt"}, [7]):
        path = write_questions(folder, {"question": "加班须由谁批准？", "in": wrong})
        assert "line 1: not a question" in error_line(run("ask", "--questions", path))


@pytest.mark.parametrize("command", [("ask",), ("search",)])
def test_a_pattern_that_names_nothing_is_an_error(folder: Path, run: Run, command: tuple[str, ...]) -> None:
    run("sync")
    line = error_line(run(*command, "加班须由谁批准？", "--in", "人事", "--in", "食糖.txt"))
    told = "no document matches '食糖.txt'. Near it: 食堂.txt. List what can be named: python -m qa documents"
    assert line == f"error: {told}"
    path = write_questions(folder, {"question": "加班须由谁批准？", "in": ["食堂.txt"]})
    assert error_line(run("ask", "--questions", path, "--in", "无")).startswith("error: no document matches '无'.")


def test_documents_are_listed(folder: Path, run: Run) -> None:
    (record,) = run("documents", "--json").records
    keys = ["alike", "characters", "document", "file", "indexed_at", "notes", "passages", "path", "size", "title"]
    assert [sorted(entry) for entry in record["documents"]] == [keys, keys]
    assert [(entry["document"], entry["title"]) for entry in record["documents"]] == [
        ("人事/员工 手册.md", "员工手册"),
        ("食堂.txt", "食堂管理规定"),
    ]
    shown = run("documents").out
    assert "人事/员工 手册.md" in shown
    assert "食堂管理规定" in shown


def test_a_document_is_shown(folder: Path, run: Run) -> None:
    (record,) = run("documents", "show", "食堂.txt", "--json").records
    keys = ["content_hash", "document", "file", "notes", "pages", "sections", "text", "title", "unit"]
    assert sorted(record) == keys
    assert record["text"] == CANTEEN.replace("\n\n", "\n").strip()
    assert run("documents", "--json", "show", "食堂.txt").records == [record]
    assert run("documents", "show", "食堂.txt").out == record["text"] + "\n"


def test_an_unknown_document_is_named(folder: Path, run: Run) -> None:
    outcome = run("documents", "show", "没有.txt", "--json")
    assert error_line(outcome) == "error: no document '没有.txt' in the index. List them: python -m qa documents"


# evaluate and doctor


def test_evaluate_prints_the_measures_in_all_and_by_kind(folder: Path, run: Run) -> None:
    place = str(write_set(folder / "测试 集", LINES))
    outcome = run("evaluate", place, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    (record,) = outcome.records
    assert sorted(record) == ["folder", "kinds", "measures", "questions_per_second"]
    assert sorted(record["measures"]) == sorted(
        [
            *("questions", "evidence_recall_1500", "evidence_recall_600", "document_at_1", "answer_hit", "lead_hit"),
            *("answer_length", "citation_precision", "citation_recall", "citations_per_answer", "answered", "refused"),
            *("answerability_auroc", "answer_in_5", "rejected_again"),
            *MODEL_MEASURES,
        ]
    )
    assert record["measures"]["evidence_recall_1500"] == 0.8333
    assert sorted(record["kinds"]) == ["fact", "follow-up", "unanswerable"]
    shown = run("evaluate", place).out
    assert "0.833" in shown
    assert "follow-up" in shown
    assert not (folder / "data" / "wendang.sqlite").exists()


def test_evaluate_feedback_runs_what_people_have_said(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert "holds no feedback yet. Say on the page" in error_line(run("evaluate", "feedback"))
    run("sync")
    line = {**LINES[0], "kind": "wrong_answer", "rejected_answers": ["五元"]}
    (folder / "data" / "feedback").mkdir()
    (folder / "data" / "feedback" / "questions.jsonl").write_text(json.dumps(line, ensure_ascii=False), "utf-8")
    (record,) = run("evaluate", "feedback", "--json").records
    assert record["folder"] == str(folder / "data" / "feedback")
    assert (record["measures"]["rejected_again"], record["measures"]["answer_hit"]) == (1.0, 1.0)
    assert "rejected again" in run("evaluate", "feedback").out
    outcome = run("evaluate", "feedback", "--report", str(folder / "报告"))
    assert outcome.code == 0
    page = (folder / "报告" / "index.html").read_text("utf-8")
    assert "rejected again" in page and "somebody rejected this quote" in page
    assert "python -m qa evaluate feedback --report" in page


def test_several_sets_make_a_list(folder: Path, run: Run) -> None:
    places = [str(write_set(folder / name, LINES)) for name in ("甲", "乙")]
    (record,) = run("evaluate", *places, "--json").records
    assert list(record) == ["sets"]
    assert [sorted(one) for one in record["sets"]] == [["folder", "kinds", "measures", "questions_per_second"]] * 2
    assert [one["folder"] for one in record["sets"]] == places
    assert error_line(run("evaluate", places[0], f"{places[0]}/../甲")).endswith("Name each evaluation set once")


def test_a_report_is_written_and_the_next_one_compared_with_it(folder: Path, run: Run) -> None:
    place, reports = str(write_set(folder / "测试 集", LINES)), folder / "报 告"
    outcome = run("evaluate", place, "--report", str(reports))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[-1] == f"report: {reports / 'index.html'}"
    assert sorted(path.name for path in reports.iterdir()) == ["index.html", "report.json"]
    assert "No earlier report stood in this folder" in (reports / "index.html").read_text("utf-8")
    (record,) = run("evaluate", place, "--report", str(reports), "--simplified", "--json").records
    assert sorted(record) == ["folder", "kinds", "measures", "questions_per_second", "report"]
    page = (reports / "index.html").read_text("utf-8")
    assert "Compared with the report of" in page
    assert "Its questions were asked as they stand, unlike these." in page
    assert "--simplified" in json.loads((reports / "report.json").read_text("utf-8"))["header"]["command"]


def test_a_report_measures_as_evaluate_does_at_a_threshold_that_refuses(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(write_set(folder / "集", LINES))
    run("evaluate", place, "--report", str(folder / "报告"))
    (first,) = json.loads((folder / "报告" / "report.json").read_text("utf-8"))["sets"]
    confidences = [one["confidence"] for one in first["questions"] if one["answerable"]]
    monkeypatch.setenv("WENDANG_MIN_CONFIDENCE", str(max(confidences) - 0.0001))
    (alone,) = run("evaluate", place, "--json").records
    (reported,) = run("evaluate", place, "--json", "--report", str(folder / "报告")).records
    assert 0 < alone["measures"]["answered"] < 1
    assert (reported["measures"], reported["kinds"]) == (alone["measures"], alone["kinds"])


def test_a_broken_last_report_is_said_and_nothing_is_compared(folder: Path, run: Run) -> None:
    place, reports = str(write_set(folder / "集", LINES)), folder / "报告"
    write_documents(reports, {"report.json": "{"})
    outcome = run("evaluate", place, "--report", str(reports))
    assert outcome.code == 0
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"note: the last report {reports / 'report.json'} cannot be read (JSONDecodeError: ")
    assert "nothing is compared with it" in (reports / "index.html").read_text("utf-8")
    assert json.loads((reports / "report.json").read_text("utf-8"))["note"] == line.removeprefix("note: ")


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_run(folder: Path, run: Run) -> None:
    place = str(write_set(folder / "集", LINES))
    write_documents(folder, {"文件": ""})
    for where in (folder / "文件", folder / "文件" / "里"):
        message = f"error: {where} is a file, or lies in one. Give --report a folder"
        assert error_line(run("evaluate", place, "--report", str(where))) == message
    assert not (folder / "data" / "evaluations").exists()
    assert "is no evaluation set" in error_line(run("evaluate", str(folder), "--report", str(folder / "报告")))
    assert not (folder / "报告").exists()


def test_a_folder_that_is_no_evaluation_set_is_named(folder: Path, run: Run) -> None:
    assert "is no evaluation set" in error_line(run("evaluate", str(folder / "没有")))


def test_doctor_fails_where_something_needs_mending(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "LEAST_FREE_BYTES", 0)
    monkeypatch.setenv("WENDANG_EMBEDDING_BACKEND", "torch")
    outcome = run("doctor")
    assert error_line(outcome) == "error: 1 of 12 findings need mending"
    assert f"✗ index: none in {folder / 'data'} yet" in outcome.out
    assert "→ python -m qa sync" in outcome.out
    run("sync")
    outcome = run("doctor")
    assert (outcome.code, outcome.err) == (0, "")
    assert [line[0] for line in outcome.out.splitlines()] == ["✓"] * 17
    (findings,) = run("doctor", "--json").records
    assert [sorted(finding) for finding in findings] == [["good", "mend", "seen", "subject"]] * 17


def test_doctor_mends_what_it_is_told_to_and_looks_afterwards(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "LEAST_FREE_BYTES", 0)
    monkeypatch.setenv("WENDANG_EMBEDDING_BACKEND", "torch")
    named = ("--documents", str(folder / "文 档"), "--data", str(folder / "其他 数据"))
    run("sync", *named)
    (damaged,) = (folder / "其他 数据" / "generations").glob("*/passages.faiss")
    damaged.write_bytes(b"rubbish")
    outcome = run("doctor", *named)
    command = f"python -m qa doctor --mend --documents '{folder / '文 档'}' --data '{folder / '其他 数据'}'"
    assert f"→ {command}" in outcome.out
    outcome = run("doctor", "--mend", *named)
    assert (outcome.code, [line[0] for line in outcome.out.splitlines()]) == (0, ["✓"] * 17)
    assert not (folder / "data").exists()


# backup and restore


def test_a_backup_is_made_and_restored(folder: Path, run: Run) -> None:
    run("sync")
    file = str(folder / "备 份.zip")
    write_documents(folder / "文 档", {"图.psd": "x"})
    (made,) = run("backup", file, "--json").records
    assert list(made) == [
        *("file", "size", "created", "generation", "indexed", "documents", "left_out", "seconds"),
        *("conversations", "feedback"),
    ]
    assert [made[key] for key in ("file", "generation", "indexed", "documents", "left_out")] == [
        *(file, 1, 2, 2),
        [{"document": "图.psd", "error": "files of kind .psd are not read"}],
    ]
    write_documents(folder / "文 档", {"食堂.txt": "食堂今日停业整修。"})
    (folder / "文 档" / "人事" / "员工 手册.md").unlink()
    run("sync")
    (restored,) = run("restore", file, "--json").records
    assert list(restored) == [
        *("file", "created", "generation", "indexed", "written", "unchanged", "left_alone", "kept", "seconds"),
        *("conversations", "feedback"),
    ]
    assert [restored[key] for key in ("file", "created", "generation", "indexed", "written", "unchanged")] == [
        *(file, made["created"], 3, 2, 1, 0),
    ]
    assert restored["left_alone"] == [{"document": "食堂.txt", "error": "something else stands there now, and stays"}]
    assert Path(restored["kept"]).parent == folder / "data"
    citation = run("ask", "加班须由谁批准？", "--json").records[0]["citations"][0]
    assert citation["quote"] == "加班须由部门经理批准。"
    (synced,) = run("sync", "--json").records
    assert [synced[key] for key in ("added", "changed", "unchanged", "embedded_texts")] == [0, 1, 1, 0]


def test_backup_and_restore_tell_people_what_they_did(folder: Path, run: Run) -> None:
    run("sync")
    write_documents(folder / "文 档", {"图[1].psd": "x"})
    outcome = run("backup", str(folder / "b.zip"))
    assert (outcome.code, outcome.err) == (0, "")
    first, second = outcome.out.splitlines()
    assert first.startswith(f"generation 1 with 2 documents, and 2 files of documents, are in {folder / 'b.zip'}: ")
    assert second == "not in it 图[1].psd: files of kind .psd are not read"
    write_documents(folder / "文 档", {"食堂.txt": "食堂今日停业整修。"})
    outcome = run("restore", str(folder / "b.zip"))
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert "2 documents are in service as generation 2; " in lines[0]
    assert lines[1] == "files of documents: 0 written back, 1 as they were, 1 left alone"
    assert lines[2] == "left alone 食堂.txt: something else stands there now, and stays"
    assert lines[3].startswith(
        f"the index as it was before is kept: {folder / 'data' / 'wendang.sqlite.before-restore-'}"
    )


def test_backup_and_restore_tell_what_became_of_conversations(folder: Path, run: Run) -> None:
    run("sync")
    store = ConversationStore(folder / "data")
    kept = store.save("甲", talk("一？"), 0)
    store.save("甲", talk("二？"), 0)
    (folder / "data" / "feedback").mkdir()
    (folder / "data" / "feedback" / "questions.jsonl").write_text('{"id": "一"}\n')
    file = str(folder / "b.zip")
    assert run("backup", file).out.splitlines()[1] == "with 2 conversations and 1 verdicts on answers"
    (made,) = run("backup", file, "--json").records
    assert (made["conversations"], made["feedback"]) == (2, 1)
    store.delete("甲", kept.id)
    lines = run("restore", file).out.splitlines()
    assert lines[2:4] == [
        "conversations: 1 brought back, 0 longer than here, 0 kept beside what they have become here, 1 as they were",
        "verdicts on answers: 0 brought back, 1 as they were",
    ]
    (restored,) = run("restore", file, "--json").records
    assert restored["conversations"] == {"added": 0, "extended": 0, "beside": 0, "unchanged": 2}
    assert restored["feedback"] == {"added": 0, "unchanged": 1}


def test_backup_and_restore_leave_the_documents_to_those_who_say_so(folder: Path, run: Run) -> None:
    run("sync")
    file = str(folder / "b.zip")
    assert run("backup", file, "--without-documents", "--json").records[0]["documents"] == 0
    run("backup", file)
    other = ("--documents", str(folder / "别处"), "--data", str(folder / "别处 数据"))
    assert run("restore", file, "--without-documents", *other, "--json").records[0]["written"] == 0
    assert not (folder / "别处").exists()
    assert run("restore", file, *other, "--json").records[0]["written"] == 2
    assert run("sync", *other, "--json").records[0]["embedded_texts"] == 0


def test_what_cannot_be_backed_up_or_restored_is_one_line(folder: Path, run: Run) -> None:
    assert "nothing to back up. Build it: python -m qa sync" in error_line(run("backup", str(folder / "b.zip")))
    (folder / "b.zip").write_text("论文")
    assert "b.zip is no backup of WenDang" in error_line(run("restore", str(folder / "b.zip")))
    run("sync")
    assert "and is no backup, so it stays" in error_line(run("backup", str(folder / "b.zip")))
    assert (folder / "b.zip").read_text() == "论文"


# Wrong use and failures


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["ask"],
        ["ask", "问", "--questions", "问题.jsonl"],
        ["ask", "问", "答"],
        ["ask", "问", "--limit", "3"],
        ["search"],
        ["search", "问", "--limit", "0"],
        ["search", "问", "--limit", "-1"],
        ["search", "问", "--limit", "十"],
        ["search", "问", "--limit", "1.5"],
        ["documents", "show"],
        ["documents", "remove", "食堂.txt"],
        ["sync", "--documents"],
        ["evaluate"],
        ["doctor", "--unknown"],
        ["backup"],
        ["backup", "a.zip", "b.zip"],
        ["restore"],
        ["restore", "--json"],
    ],
)
def test_wrong_use_exits_with_2_and_says_how(folder: Path, run: Run, arguments: Sequence[str]) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.startswith("usage: python -m qa")
    assert "error: " in outcome.err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_is_given(run: Run, arguments: Sequence[str]) -> None:
    outcome = run(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("usage: python -m qa")


def test_an_unknown_setting_is_refused(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENDANG_DOCUMENT", "文档")
    assert error_line(run("documents")) == "error: unknown setting WENDANG_DOCUMENT; did you mean WENDANG_DOCUMENTS?"


@pytest.mark.parametrize("arguments", [["sync"], ["ask", "加班？"], ["search", "加班"], ["ask", "加班？", "--json"]])
def test_an_index_of_another_model_is_refused_with_the_command_that_rebuilds_it(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]
) -> None:
    run("sync")
    use_encoder(monkeypatch, OtherEncoder())
    line = error_line(run(*arguments))
    assert "was built with the embedding model fake, now other is set" in line
    assert "build the index anew: python -m qa sync --rebuild" in line
    assert run("sync", "--rebuild").code == 0
    assert run(*arguments).code == 0


def test_a_file_that_is_no_database_is_named(folder: Path, run: Run) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "wendang.sqlite").write_bytes(b"rubbish" * 1000)
    for arguments in (["ask", "加班？"], ["documents"]):
        line = error_line(run(*arguments))
        assert f"the index in {folder / 'data'} is damaged" in line and "python -m qa sync" in line
    outcome = run("sync", "--json")
    assert (outcome.code, outcome.records[0]["added"]) == (0, 2)
    assert list((folder / "data").glob("wendang.sqlite.damaged-*"))
    assert len(run("documents", "--json").records[0]["documents"]) == 2


def test_a_data_folder_that_cannot_be_made_is_named(folder: Path, run: Run) -> None:
    (folder / "data").write_text("a file")
    assert f"the index in {folder / 'data'} cannot be opened" in error_line(run("sync"))


def test_damaged_index_files_are_built_anew_and_said_so(folder: Path, run: Run) -> None:
    run("sync")
    (damaged,) = (folder / "data" / "generations").glob("*/passages.faiss")
    damaged.write_bytes(b"rubbish")
    outcome = run("ask", "加班须由谁批准？", "--json")
    assert outcome.code == 0
    assert outcome.records[0]["citations"][0]["quote"] == "加班须由部门经理批准。"
    assert run("ask", "加班须由谁批准？", "--json").err == ""


def test_a_fault_of_the_program_is_one_line_too(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(commands, "sync", fail)
    assert error_line(run("sync")) == "error: unexpected ZeroDivisionError: division by zero. Please report it"


def test_a_file_name_in_broken_utf_8_stops_nothing(folder: Path, run: Run) -> None:
    (folder / "文 档" / os.fsdecode("宿舍".encode("gbk") + b".txt")).write_text("宿舍每晚十一点关门。", "utf-8")
    assert run("sync").code == 0
    record = run("sync", "--json").records[0]
    assert (record["documents"], record["unchanged"]) == (2, 2)
    assert [left["document"] for left in (*record["failed"], *record["skipped"])] == ["????.txt"]
    outcome = run("ask", "加班须由谁批准？", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.records[0]["citations"][0]["quote"] == "加班须由部门经理批准。"
    assert run("documents").code == 0


def test_an_interrupted_command_says_so(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "sync", interrupt)
    outcome = run("sync")
    assert (outcome.code, outcome.out, outcome.err) == (1, "", "stopped; what was done so far is kept\n")


def test_every_command_stands_in_both_readmes() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (PROJECT / name).read_text("utf-8")
        assert [command for command in COMMANDS if f"python -m qa {command}" not in text] == []


def test_a_package_that_is_missing_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "qa.commands")
    monkeypatch.delattr("qa.commands")
    monkeypatch.setitem(sys.modules, "index.generations", None)
    line = error_line(run("documents"))
    assert line.endswith("Install what is missing: pip install -r requirements.txt")


# As a process of its own


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WENDANG_")}
    named = {
        "WENDANG_DOCUMENTS": str(folder / "文 档"),
        "WENDANG_DATA": str(folder / "data"),
        "WENDANG_MODELS": str(MODELS),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "qa", *arguments],
        cwd=PROJECT,
        env={**inherited, **named, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> Outcome:
    out, err = process.communicate()
    return Outcome(process.returncode, out.decode(), err.decode())


def test_the_default_model_answers_in_processes_of_their_own(tmp_path: Path, default_encoder: Encoder) -> None:
    write_documents(tmp_path / "文 档", {"人事/员工 手册.md": HANDBOOK, "食堂.txt": CANTEEN})
    synced = finish(start(tmp_path, "sync", "--json"))
    assert (synced.code, synced.err) == (0, "")
    assert synced.records[0]["embedded_texts"] == 11
    asked = finish(start(tmp_path, "ask", "午餐多少钱？", "--json"))
    assert (asked.code, asked.err) == (0, "")
    assert asked.records[0]["citations"][0]["quote"] == "早餐的价格是五元，午餐的价格是十二元。"
    failed = finish(start(tmp_path, "documents", "show", "没有.txt"))
    assert error_line(failed).startswith("error: no document '没有.txt' in the index.")
    assert finish(start(tmp_path, "ask")).code == 2


@pytest.mark.parametrize("arguments", [["documents", "--json"], ["documents"], ["documents", "show", "食堂.txt"]])
def test_a_reader_that_goes_away_is_no_failure(folder: Path, run: Run, arguments: Sequence[str]) -> None:
    write_documents(folder / "文 档", {"食堂.txt": CANTEEN + "食堂每天供应早餐、午餐和晚餐。\n" * 20_000})
    assert run("sync").code == 0
    with start(folder, *arguments) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("arguments", [["documents"], ["documents", "--json"], ["documents", "show", "食堂.txt"]])
def test_a_terminal_that_knows_no_chinese_gets_output_all_the_same(
    folder: Path, run: Run, arguments: Sequence[str]
) -> None:
    assert run("sync").code == 0
    outcome = finish(start(folder, *arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0"))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out


# A language model


LUNCH = "食堂的午餐多少钱？"


def use_model(monkeypatch: pytest.MonkeyPatch, server: Scripted) -> None:
    monkeypatch.setenv("WENDANG_LLM_BASE_URL", server.url)
    monkeypatch.setenv("WENDANG_LLM_MODEL", "scripted")


def test_a_language_model_writes_the_answer(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_model([("say", "午餐的价格是十二元[1]。午餐免费[1]。")]) as server:
        use_model(monkeypatch, server)
        (record,) = run("ask", LUNCH, "--json").records
        shown = run("ask", LUNCH).out
        (plain,) = run("ask", LUNCH, "--no-llm", "--json").records
        assert len(server.asked) == 2
    assert (record["mode"], record["answer"]) == ("llm", "午餐的价格是十二元。[1]午餐免费。（未找到依据）")
    assert record["unsupported"] == ["午餐免费。"] and record["citations"][0]["verified"] is True
    assert record["written"]["supported"] == 1 and record["written"]["failure"] == ""
    assert "午餐的价格是十二元。[1]" in shown and "（未找到依据）" in shown and "食堂.txt" in shown
    assert (plain["mode"], plain["written"], plain["unsupported"]) == ("extractive", None, [])


def test_where_the_language_model_fails_the_terminal_says_why(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_model([("status", 401)]) as server:
        use_model(monkeypatch, server)
        outcome = run("ask", LUNCH)
    assert outcome.code == 0
    assert "语言模型不接受这个密钥，请检查 WENDANG_LLM_API_KEY。以下直接引用原文。" in outcome.out


def test_evaluate_measures_with_a_language_model(
    folder: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "set", LINES)
    said = [("say", "早餐的价格是五元[9]。加班须由部门经理批准[1]。门卫负责打扫[1]。")]
    with scripted_model(said) as server:
        use_model(monkeypatch, server)
        (plain,) = run("evaluate", str(tmp_path / "set"), "--json").records
        assert server.asked == []
        (record,) = run("evaluate", str(tmp_path / "set"), "--llm", "--json").records
        assert "supported sentences" in run("evaluate", str(tmp_path / "set"), "--llm").out
    assert [plain["measures"][key] for key in MODEL_MEASURES] == [None] * len(MODEL_MEASURES)
    measures = record["measures"]
    assert (measures["model_answers"], measures["model_failures"], measures["model_refusals"]) == (1.0, 0.0, 0.0)
    assert measures["supported_sentences"] == 0.6667
    assert measures["dropped_citations"] >= 1 and measures["seconds_to_first_word"] > 0
    assert measures["answer_hit"] == 0.6667  # 五元, 部门经理, and no 十二元


def test_measuring_a_language_model_needs_one(folder: Path, run: Run, tmp_path: Path) -> None:
    write_set(tmp_path / "set", LINES)
    assert "WENDANG_LLM_BASE_URL" in error_line(run("evaluate", str(tmp_path / "set"), "--llm"))


def test_half_of_a_language_model_is_an_error(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENDANG_LLM_MODEL", "qwen3")
    assert "WENDANG_LLM_BASE_URL is not set" in error_line(run("ask", LUNCH))


def test_a_question_about_the_program_is_answered_by_itself(folder: Path, run: Run) -> None:
    (record,) = run("ask", "你能做什么？", "--json").records
    assert (record["mode"], record["citations"], record["answered"]) == ("conversation", [], True)
    assert record["answer"] in run("ask", "你能做什么？").out.replace("\n", "") or "逐字" in record["answer"]
