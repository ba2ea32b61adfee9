from __future__ import annotations

import pytest

from qa.correcting import read_correction


@pytest.mark.parametrize(
    ("question", "asked", "rejected"),
    [
        ("我问的是2020年", "2020年呢？", ""),
        ("我問的是三等的。", "三等呢？", ""),
        ("不是医生，是护士", "护士呢？", "医生"),
        ("我问的不是收入，而是利润", "利润呢？", "收入"),
        ("我说的是P50，不是P20", "P50呢？", "P20"),
        ("不对，是二等奖", "二等奖呢？", ""),
        ("说错了，是北校区", "北校区呢？", ""),
        ("我想知道的是员工有多少？", "员工有多少", ""),
        ("No, I meant the student ticket.", "what about the student ticket?", ""),
        ("Sorry, I was asking about 2020, not 2021", "what about 2020?", "2021"),
        ("Not the city bike, but the tandem.", "what about the tandem?", "the city bike"),
    ],
)
def test_what_a_correction_asks(question: str, asked: str, rejected: str) -> None:
    assert read_correction(question) == (asked, rejected)


@pytest.mark.parametrize(
    "question",
    [
        "这不是免费的吗？",
        "我不是会员，能借书吗？",
        "不是会员能进吗？",
        "它是不是免费？",
        "不是周末，平时几点开门？",
        "我想问一下押金是多少",
        "他不是院长，是谁？",
        "Is it not open on Mondays?",
    ],
)
def test_other_questions_stay_as_they_are(question: str) -> None:
    assert read_correction(question) == (question, "")


def test_a_long_question_is_read_at_once() -> None:
    question = "不对，" * 300 + "不是，" * 300
    assert read_correction(question) == (question, "")
    question = "我问的是" + "很长的话" * 20
    assert read_correction(question) == (question, "")
