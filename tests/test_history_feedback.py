"""What people think of answers, as an evaluation set."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import StoreError
from qa.datatypes import Answer, Citation, Turn
from qa.history.datatypes import Exchange
from qa.history.feedback import FeedbackStore, Given, Verdict, feedback_folder, verdicts_on
from qa.measures import Evidence
from qa.questions import read_questions

QUOTE = "全区有耕地3.2万亩。"
CITATION = Citation(1, "农业.md", "农业", (), None, 0, len(QUOTE), QUOTE, True)
ANSWER = Answer("那里有多少耕地？", f"{QUOTE}[1]", True, "extractive", (CITATION,), (), (), "金山有多少耕地？", 0.9)
REFUSAL = replace(ANSWER, text="没有找到。", answered=False, citations=())
TURNS = [Turn("user", "金山在哪里？"), Turn("assistant", "在上海。[1]")]
ME = "local"


def exchange(answer: Answer = ANSWER, moment: str = "2026-01-02T03:04:05.678+00:00", **more: Any) -> Exchange:
    return Exchange(answer.question, answer, asked_at=moment, **more)


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "数据")


def rows(store: FeedbackStore) -> list[dict[str, Any]]:
    return [json.loads(line) for line in store.file.read_text("utf-8").splitlines()]


def give(store: FeedbackStore, verdict: Verdict, answer: str = "", on: Exchange | None = None, owner: str = ME) -> None:
    store.give(owner, on or exchange(), TURNS, Given(verdict, answer))


def test_a_good_answer_is_held_to_what_it_cites(store: FeedbackStore) -> None:
    give(store, "good", on=exchange(replace(ANSWER, scope=("规章/",))))
    (question,) = read_questions(store.file)
    assert question.answerable and question.text == "那里有多少耕地？"
    assert question.evidence == (Evidence("农业.md", QUOTE),)
    assert (question.answers, question.rejected, question.kind) == ((), (), "good")
    assert (question.history, question.scope) == (tuple(TURNS), ("规章/",))


def test_a_good_refusal_is_held_to_being_one(store: FeedbackStore) -> None:
    give(store, "good", on=exchange(REFUSAL))
    (question,) = read_questions(store.file)
    assert (question.answerable, question.evidence) == (False, ())


def test_a_wrong_passage_is_rejected(store: FeedbackStore) -> None:
    give(store, "wrong_passage", " 3.5 \n 万亩 ")
    (question,) = read_questions(store.file)
    assert (question.answerable, question.answers, question.evidence) == (True, ("3.5 万亩",), ())
    assert (question.rejected, question.rejected_answers) == ((Evidence("农业.md", QUOTE),), ())


def test_a_wrong_answer_is_rejected(store: FeedbackStore) -> None:
    give(store, "wrong_answer")
    (question,) = read_questions(store.file)
    assert (question.answerable, question.answers, question.evidence, question.rejected) == (True, (), (), ())
    assert question.rejected_answers == (ANSWER.text,)


def test_what_should_be_refused_has_no_answer_even_where_one_was_typed(store: FeedbackStore) -> None:
    give(store, "should_refuse", "三亩")
    (question,) = read_questions(store.file)
    assert (question.answerable, question.answers, question.kind) == (False, (), "should_refuse")


def test_what_should_be_answered_has_one(store: FeedbackStore) -> None:
    give(store, "should_answer", "3.2万亩", exchange(REFUSAL))
    (question,) = read_questions(store.file)
    assert (question.answerable, question.answers, question.kind) == (True, ("3.2万亩",), "should_answer")


def test_a_question_asked_as_it_stands_has_no_turns_before_it(store: FeedbackStore) -> None:
    give(store, "good", on=exchange(as_it_stands=True))
    assert read_questions(store.file)[0].history == ()


def test_reasons_fit_what_they_are_about() -> None:
    assert verdicts_on(ANSWER) == ("wrong_passage", "wrong_answer", "should_refuse")
    assert verdicts_on(REFUSAL) == ("should_answer",)


def test_changing_ones_mind_replaces_the_row_and_taking_it_back_removes_it(store: FeedbackStore) -> None:
    other = exchange(moment="2026-01-02T03:04:06.000+00:00")
    give(store, "good")
    give(store, "good", on=other)
    give(store, "wrong_answer", "3.5万亩")
    assert [row["kind"] for row in rows(store)] == ["good", "wrong_answer"]
    assert store.given(ME, exchange()) == Given("wrong_answer", "3.5万亩")
    assert store.given(ME, other) == Given("good")
    store.withdraw(ME, exchange())
    store.withdraw(ME, exchange())
    assert [row["kind"] for row in rows(store)] == ["good"]
    assert store.given(ME, exchange()) is None


def test_an_owners_verdict_is_nobody_elses(store: FeedbackStore) -> None:
    give(store, "good")
    assert store.given("another", exchange()) is None
    give(store, "wrong_answer", owner="another")
    assert store.given(ME, exchange()) == Given("good")
    assert "another" not in store.file.read_text("utf-8")


def test_another_answer_to_the_same_question_is_judged_anew(store: FeedbackStore) -> None:
    give(store, "wrong_answer")
    assert store.given(ME, exchange(replace(ANSWER, text="别的[1]"))) is None


def test_nothing_given_yet_is_no_error(store: FeedbackStore) -> None:
    assert store.given(ME, exchange()) is None
    assert store.given(ME, Exchange("问", note="没有答案")) is None
    store.withdraw(ME, exchange())
    with pytest.raises(ValueError, match="cannot be judged"):
        store.give(ME, Exchange("问"), [], Given("good"))


def test_what_was_written_by_hand_stays(store: FeedbackStore) -> None:
    give(store, "good")
    mine = '{"id": "mine", "question": "手写的？", "answers": ["对"]}'
    broken = '{"id": 坏'
    with store.file.open("a", encoding="utf-8") as file:
        file.write(f"{mine}\n\n{broken}\n[1]\n")
    give(store, "wrong_answer")
    lines = store.file.read_text("utf-8").split("\n")
    assert lines[:3] == [mine, broken, "[1]"]
    assert json.loads(lines[3])["kind"] == "wrong_answer"
    assert store.given(ME, exchange()) == Given("wrong_answer")


def test_half_a_character_does_not_spoil_the_file(store: FeedbackStore) -> None:
    give(store, "wrong_answer", "三\ud83d亩")
    assert read_questions(store.file)[0].answers == ("三?亩",)


def test_many_writers_lose_nothing(store: FeedbackStore) -> None:
    def write(number: int) -> None:
        own = FeedbackStore(store.file.parents[1])
        for turn in range(5):
            own.give(ME, exchange(moment=f"{number}.{turn}"), [], Given("good"))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(read_questions(store.file)) == 30
    assert not list(store.file.parent.glob("*.new"))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    feedback_folder(tmp_path).write_text("im Weg", "utf-8")
    with pytest.raises(StoreError, match="cannot be read or written"):
        give(FeedbackStore(tmp_path), "good")


def test_a_file_that_is_no_text_is_told_and_not_overwritten(store: FeedbackStore) -> None:
    store.file.parent.mkdir(parents=True)
    store.file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StoreError, match="cannot be read or written"):
        give(store, "good")
    with pytest.raises(StoreError, match="cannot be read or written"):
        store.given(ME, exchange())
    assert store.file.read_bytes() == b"\xff\xfe\x00"
