"""Finished answers are made into markup once, and anew where anything of what they show is another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.datatypes import Answer, Citation
from qa.history.datatypes import Exchange
from qa.history.feedback import Given
from qa.ui import finished
from qa.ui.finished import MOST_KEPT, finished_message
from qa.ui.markup import Html
from qa.ui.replies import answer_message
from qa.ui.toolbar import Toolbox

QUOTE = "全区有耕地3.2万亩。"
CITATION = Citation(1, "农业.md", "农业", (), None, 0, len(QUOTE), QUOTE, True)
ANSWER = Answer("问", f"{QUOTE}[1]", True, "extractive", (CITATION,), (), (), "问", 0.9)
EXCHANGE = Exchange("问", ANSWER, asked_at="1")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Count the messages that are made."""
    made: list[object] = []

    def count(answer: Answer, *arguments: object) -> Html:
        made.append(answer)
        return answer_message(answer, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(finished, "answer_message", count)
    monkeypatch.setattr(finished, "_kept", {})
    return made


def box(given: Given | None = None, token: str = "t") -> Toolbox:
    return Toolbox(token, lambda _: given)


def test_a_message_is_made_once(made: list[object]) -> None:
    shown = [finished_message(EXCHANGE, ANSWER, 0, "zh", box()) for _ in range(3)]
    assert len(made) == 1 and len(set(shown)) == 1
    assert "tools" in shown[0]
    assert "tools" not in finished_message(EXCHANGE, ANSWER, 0, "zh", None)


def test_it_is_made_anew_where_it_shows_something_else(made: list[object]) -> None:
    first = finished_message(EXCHANGE, ANSWER, 0, "zh", box())
    other = replace(ANSWER)
    assert finished_message(replace(EXCHANGE, answer=other), other, 0, "zh", box()) == first
    for shown in (
        finished_message(EXCHANGE, ANSWER, 1, "zh", box()),
        finished_message(EXCHANGE, ANSWER, 0, "en", box()),
        finished_message(EXCHANGE, ANSWER, 0, "zh", box(Given("good"))),
        finished_message(EXCHANGE, ANSWER, 0, "zh", box(token="u")),
    ):
        assert shown != first
    assert len(made) == 6


def test_not_too_many_are_kept(made: list[object]) -> None:
    for number in range(MOST_KEPT + 2):
        finished_message(replace(EXCHANGE, asked_at=str(number)), ANSWER, 0, "zh", box())
    assert len(finished._kept) == 2
