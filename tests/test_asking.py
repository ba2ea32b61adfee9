from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.generations import Generation, assemble
from index.new_words import WordFinder
from qa import asking
from qa.asking import Asked, Means, answer_questions, check_question, make_whole
from qa.datatypes import Answer, Turn
from qa.scope import NarrowedGenerations
from tests.fakes import FakeEncoder

HISTORY = (Turn("user", "松溪县2022年粮食产量是多少？"), Turn("assistant", "**12万吨**。[1]"))
EMPTY = assemble(0, (), {}, WordFinder(()), 8)
MEANS = Means(FakeEncoder(), None, lambda _: None, 0.3, NarrowedGenerations())


def asked_with(monkeypatch: pytest.MonkeyPatch, confidences: dict[str, float], question: str) -> tuple[str, list[str]]:
    """Return what the answer to a follow-up was searched by, and all that was searched; each is as sure as given."""
    searched: list[str] = []

    def answer(questions: Sequence[Asked], generation: Generation, means: Means) -> list[Answer]:
        answers = []
        for one in questions:
            whole = make_whole(one, generation)
            searched.append(whole)
            sure = next(confidence for begins, confidence in confidences.items() if whole.startswith(begins))
            answers.append(Answer(one.question, "", True, "extractive", (), (), (), whole, confidence=sure))
        return answers

    monkeypatch.setattr(asking, "_answer_from_documents", answer)
    (found,) = answer_questions([Asked(question, HISTORY)], EMPTY, MEANS)
    return found.searched, searched


@pytest.mark.parametrize(("whole", "alone", "kept"), [(0.1, 0.9, "重阳"), (0.1, 0.7, "松溪"), (0.6, 0.99, "松溪")])
def test_a_doubtful_follow_up_is_answered_alone_where_that_is_sure(
    monkeypatch: pytest.MonkeyPatch, whole: float, alone: float, kept: str
) -> None:
    monkeypatch.setattr(asking, "whole_question", lambda question, *_: f"松溪 {question}")
    found, searched = asked_with(monkeypatch, {"松溪": whole, "重阳": alone}, "重阳节放几天假？")
    assert found.startswith(kept)
    assert len(searched) == 2


@pytest.mark.parametrize(
    "question",
    [
        "重阳糕呢？",
        "它放几天假？",
        "When is the festival?",
        "和玉米比多多少？",
        "這天放假嗎？",
        "换个话题，放假吗？",
        "我问的是元宵节",
    ],
)
def test_what_points_back_is_never_asked_alone(monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    monkeypatch.setattr(asking, "whole_question", lambda question, *_: f"松溪 {question}")
    whole = f"松溪 {question}"
    assert asked_with(monkeypatch, {"松溪": 0.1, question: 0.99}, question) == (whole, [whole])


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("你好，请问图书馆在哪里？", "图书馆在哪里？"),
        ("谢谢，那路费由谁承担？", "那路费由谁承担？"),
        ("您好！ 图书馆 在哪里？", "图书馆 在哪里？"),
        ("你好", "你好"),
        ("谢谢，再见", "谢谢，再见"),
        ("你好周到是什么公司？", "你好周到是什么公司？"),
    ],
)
def test_a_greeting_before_a_question_is_not_looked_for(question: str, searched: str) -> None:
    assert check_question(question) == searched
