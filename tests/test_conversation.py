from __future__ import annotations

import pytest

from qa.conversation import standalone_question
from qa.datatypes import Turn

ANNUAL = [Turn("user", "上海员工的探亲假有多少天？"), Turn("assistant", "每年二十天。")]


def test_a_first_question_stays_as_it_is() -> None:
    assert standalone_question("那病假呢？", []) == "那病假呢？"


def test_turns_of_the_assistant_alone_change_nothing() -> None:
    assert standalone_question("那病假呢？", [Turn("assistant", "您好，请提问。")]) == "那病假呢？"


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("那病假呢？", "上海 员工 探亲假 那病假呢？"),
        ("病假呢", "上海 员工 探亲假 病假呢"),
        ("它可以结转到明年吗？", "上海 员工 探亲假 它可以结转到明年吗？"),
        ("其中路费由谁承担？", "上海 员工 探亲假 其中路费由谁承担？"),
        ("上述规定从何时开始执行？", "上海 员工 探亲假 上述规定从何时开始执行？"),
        ("What about it?", "上海 员工 探亲假 What about it?"),
    ],
)
def test_a_question_that_points_back_gets_the_subject_in_front(question: str, whole: str) -> None:
    assert standalone_question(question, ANNUAL) == whole


def test_a_question_that_says_too_little_gets_the_subject_in_front() -> None:
    assert standalone_question("路费多少？", ANNUAL) == "上海 员工 探亲假 路费多少？"


def test_a_whole_question_stays_as_it_is() -> None:
    assert standalone_question("加班工资怎么计算？", ANNUAL) == "加班工资怎么计算？"


def test_a_term_that_the_question_repeats_is_not_put_in_front_again() -> None:
    assert standalone_question("那员工的病假呢？", ANNUAL) == "上海 探亲假 那员工的病假呢？"


def test_the_subject_is_looked_for_through_several_follow_ups() -> None:
    turns = [*ANNUAL, Turn("user", "那病假呢？"), Turn("assistant", "按病历。")]
    assert standalone_question("那婚假呢？", turns) == "上海 员工 探亲假 病假 那婚假呢？"


def test_the_last_whole_question_is_the_subject() -> None:
    turns = [*ANNUAL, Turn("user", "加班工资怎么计算？"), Turn("assistant", "一点五倍。")]
    assert standalone_question("那奖金呢？", turns) == "加班 工资 计算 那奖金呢？"


def test_an_english_follow_up_gets_the_english_subject() -> None:
    turns = [Turn("user", "How many villages does Jinshan have?"), Turn("assistant", "124.")]
    assert standalone_question("How large are they?", turns) == "villages jinshan How large are they?"


def test_a_conversation_of_thousands_of_follow_ups_is_bounded() -> None:
    turns = [*ANNUAL, *[Turn("user", f"那第{number}条规定呢？") for number in range(5_000)]]
    whole = standalone_question("那病假呢？", turns)
    assert whole.endswith(" 那病假呢？")
    assert len(whole) < 500


def test_a_turn_of_a_hundred_thousand_characters_is_bounded() -> None:
    terms = "".join(chr(0x4E00 + number) + chr(0x5E00 + number) + "公司，" for number in range(2_000)) * 10
    whole = standalone_question("那病假呢？", [Turn("user", terms)])
    assert whole.endswith(" 那病假呢？")
    assert len(whole) < 500


def test_half_a_character_in_a_turn_is_left_out() -> None:
    assert standalone_question("那病假呢？", [Turn("user", "员工的\ud800探亲假有多少天？")]) == "员工 探亲假 那病假呢？"
