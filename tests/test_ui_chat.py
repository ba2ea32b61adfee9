"""What the chat shows while an answer is on its way, and what of a conversation that was kept."""

from __future__ import annotations

import pytest

from qa.history.datatypes import Conversation
from qa.ui.chat import show_messages
from qa.ui.steps import Step
from qa.ui.texts import Language

ASKED = Conversation().with_question("食堂几点开门？")


@pytest.mark.parametrize(("language", "words"), [("zh", "正在文档里查找…"), ("en", "Looking through the documents…")])
def test_what_is_done_is_said_until_the_first_words(language: Language, words: str) -> None:
    question, looking = show_messages(Step(ASKED, 0), language)
    assert "食堂几点开门" in question["content"]
    assert words in looking["content"]


def test_a_hint_takes_its_place_and_a_kept_question_without_an_answer_has_none() -> None:
    _, note = show_messages(Step(ASKED.with_note(0, "请先写下问题"), 0), "zh")
    assert "请先写下问题" in note["content"]
    assert len(show_messages(Step(ASKED, -1), "zh")) == 1
