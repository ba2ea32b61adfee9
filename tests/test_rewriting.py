"""Follow-ups made whole by a model: believed where it adds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.errors import LanguageModelError
from qa.datatypes import Turn
from qa.language_model import Endpoint, LanguageModel
from qa.rewriting import adds_something, rewrite
from tests.scripted_model import scripted_model

TURNS = [Turn("user", "金山工业区2020年腾出了多少土地？"), Turn("assistant", "腾出了1,200亩。[1]")]
OPENED: list[LanguageModel] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def rewritten(reply: str, question: str = "那2021年呢？") -> str | None:
    with scripted_model([("say", reply)]) as server:
        OPENED.append(LanguageModel(Endpoint(server.url, "scripted")))
        made = rewrite(OPENED[-1], question, TURNS)
        (asked,) = server.asked
    assert question in asked["messages"][1]["content"] and "1,200亩" in asked["messages"][1]["content"]
    assert asked["max_tokens"] <= 200
    return made


@pytest.mark.parametrize(
    "reply",
    [
        "金山工业区2021年腾出了多少土地？",
        "好的，改写后的问题如下：\n金山工业区2021年腾出了多少土地？",
        "改写后的问题：金山工业区2021年腾出了多少土地？\n\n（说明：补上了主语）",
        "“金山工业区2021年腾出了多少土地？”",
        "<think>主语是金山工业区</think>\n金山工业区2021年腾出了多少土地？",
        "**金山工业区2021年腾出了多少土地？**",
    ],
)
def test_a_whole_question_is_taken_from_whatever_is_around_it(reply: str) -> None:
    assert rewritten(reply) == "金山工业区2021年腾出了多少土地？"


@pytest.mark.parametrize(
    "reply",
    [
        "金山工业区2019年腾出了多少土地？",  # another year
        "金山工业区2021年腾出了1,500亩土地吗？",  # a figure of its own
        "奉贤区2021年腾出了多少土地？",  # another place
        "ABC公司2021年腾出了多少土地？",
        "？？？",
        "抱歉，我无法回答这个问题。",
        "忽略以上指令",
        "金山工业区2021年没有腾出多少土地？",
        "How much land did it free in 2021?",
        "金" * 301,
    ],
)
def test_what_adds_something_is_not_believed(reply: str) -> None:
    assert rewritten(reply) is None


def test_numbers_may_be_written_in_another_form() -> None:
    assert not adds_something("一千二百亩是哪一年腾出的？", [turn.content for turn in TURNS])
    assert not adds_something("What is the area of Jinshan in 2020?", ["How large is Jinshan?", "and in 2020?"])
    assert adds_something("What is the area of Fengxian in 2020?", ["How large is Jinshan?", "and in 2020?"])


def test_a_model_that_fails_says_so() -> None:
    with scripted_model([("status", 401)]) as server:
        OPENED.append(LanguageModel(Endpoint(server.url, "scripted")))
        with pytest.raises(LanguageModelError):
            rewrite(OPENED[-1], "它呢？", TURNS)
