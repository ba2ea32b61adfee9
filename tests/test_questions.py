from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.errors import QuestionError
from qa.datatypes import Turn
from qa.measures import Evidence, Question
from qa.questions import read_questions, simplified

SAMPLE = Path(__file__).parent / "data" / "sample_questions.jsonl"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "问题.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_line_with_everything(tmp_path: Path) -> None:
    record = {
        "id": "q1",
        "question": "那病假呢？",
        "answerable": False,
        "answers": ["十天", "10天"],
        "evidence": [{"document": "制度.md", "quote": "病假十天"}],
        "history": [{"role": "user", "content": "年假几天？"}, {"role": "assistant", "content": "五天。"}],
        "kind": "follow-up",
        "in": ["制度/"],
        "rejected": [{"document": "制度.md", "quote": "病假五天"}],
        "rejected_answers": ["五天"],
    }
    assert read_questions(write(tmp_path, json.dumps(record, ensure_ascii=False))) == [
        Question(
            id="q1",
            text="那病假呢？",
            answerable=False,
            answers=("十天", "10天"),
            evidence=(Evidence("制度.md", "病假十天"),),
            history=(Turn("user", "年假几天？"), Turn("assistant", "五天。")),
            kind="follow-up",
            scope=("制度/",),
            rejected=(Evidence("制度.md", "病假五天"),),
            rejected_answers=("五天",),
        )
    ]


def test_a_question_alone_is_enough(tmp_path: Path) -> None:
    path = write(tmp_path, '{"question": "年假几天？"}', "", '  {"id": 7, "question": "", "history": null}  ')
    assert read_questions(path) == [Question(id="", text="年假几天？"), Question(id="7", text="")]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "问题.jsonl"
    path.write_bytes('\ufeff{"question": "甲"}\r\n{"question": "乙"}\r\n'.encode())
    assert [question.text for question in read_questions(path)] == ["甲", "乙"]


def test_odd_line_separators_inside_a_question_do_not_break_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, '{"question": "甲\u2028乙\x85丙"}', '{"question": "丁"}')
    assert [question.text for question in read_questions(path)] == ["甲\u2028乙\x85丙", "丁"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "JSONDecodeError: Expecting property name enclosed in double quotes"),
        ("年假几天？", "JSONDecodeError: Expecting value"),
        ('{"id": "1"}', "KeyError: 'question'"),
        ('["年假几天？"]', "AttributeError: 'list' object has no attribute 'get'"),
        ('"年假几天？"', "AttributeError: 'str' object has no attribute 'get'"),
        ('{"question": 7}', "TypeError: 7 is no text"),
        ('{"question": null}', "TypeError: None is no text"),
        ('{"question": "甲", "answers": [1]}', "TypeError: 1 is no text"),
        ('{"question": "甲", "answers": 1}', "TypeError: answers is no list"),
        ('{"question": "甲", "answers": "十天"}', "TypeError: answers is no list"),
        ('{"question": "甲", "evidence": [{"quote": "乙"}]}', "KeyError: 'document'"),
        ('{"question": "甲", "history": ["乙"]}', "TypeError: string indices must be integers"),
        ('{"question": "甲", "history": [{"role": "user"}]}', "KeyError: 'content'"),
        ("[" * 100_000, "RecursionError: "),
    ],
)
def test_a_broken_line_is_named_with_its_number_and_the_reason(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path, '{"question": "甲"}', "", line)
    with pytest.raises(QuestionError) as refusal:
        read_questions(path)
    assert str(refusal.value).startswith(f"{path}, line 3: not a question ({reason}")
    assert str(refusal.value).endswith('"history": [{"role": "user", "content": "…"}]}')
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match=r"没有\.jsonl cannot be read .*No such file"):
        read_questions(tmp_path / "没有.jsonl")


def test_a_folder_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="cannot be read .*Is a directory"):
        read_questions(tmp_path)
    (tmp_path / "gbk.jsonl").write_bytes('{"question": "年假几天？"}'.encode("gbk"))
    with pytest.raises(QuestionError, match="cannot be read .*Give a UTF-8 file with one JSON object a line"):
        read_questions(tmp_path / "gbk.jsonl")


def test_the_sample_questions_are_well_formed() -> None:
    questions = read_questions(SAMPLE)
    assert len(questions) == len({question.id for question in questions}) == 80
    documents = Path(__file__).parent.parent / "documents"
    for question in questions:
        assert bool(question.answers) == bool(question.evidence) == question.answerable
        for evidence in question.evidence:
            assert (documents / evidence.document).is_file()


def test_a_question_in_simplified_characters() -> None:
    asked = Question(
        "q",
        "乾隆年間，「ＡＢＣ」大學的後面有幾間臺灣麵店？",
        answers=("三間",),
        evidence=(Evidence("臺灣.md", "後面有三間"),),
        history=(Turn("user", "臺灣在哪裡？"),),
    )
    turned = simplified(asked)
    assert turned.text == "乾隆年间，「ＡＢＣ」大学的后面有几间台湾面店？"
    assert turned.history == (Turn("user", "台湾在哪里？"),)
    # What is right stays as the documents have it.
    assert (turned.answers, turned.evidence) == (asked.answers, asked.evidence)
    assert simplified(turned) == turned


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    turns = '[{"role": "system", "content": "乙"}, {"role": "user", "content": "丙"}]'
    path = write(tmp_path, f'{{"question": "甲", "history": {turns}, "in": "规章/"}}')
    (question,) = read_questions(path)
    assert [turn.content for turn in question.history] == ["丙"]
    assert question.scope == ("规章/",)
