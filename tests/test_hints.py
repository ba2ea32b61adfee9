"""What to try after a refusal: what is said follows from what is known about it."""

from __future__ import annotations

from dataclasses import replace

from index.datatypes import Hit, Passage, Ranks
from qa.datatypes import Answer
from qa.hints import Hint, hints_of


def hit(text: str, title: str = "年鉴") -> Hit:
    return Hit(Passage(0, "年鉴.md", title, 0, len(text), text, ()), 1.0, Ranks(1, 1, 1), 0.9, 0.9, 3.0, ())


QUESTION = "渡口每天有几班船？"
REFUSAL = Answer(QUESTION, "没有找到。", False, "extractive", (), (hit("渡口全年开放。"),), (), QUESTION, 0.1)


def test_a_question_of_known_words_is_to_be_put_otherwise() -> None:
    assert hints_of(REFUSAL) == (Hint("reword"), Hint("upload"))


def test_words_that_no_document_has_are_named() -> None:
    assert hints_of(replace(REFUSAL, missing_terms=("火星", "氧气"))) == (
        Hint("other_words", ("火星", "氧气")),
        Hint("upload"),
    )


def test_a_scope_is_to_be_widened_first() -> None:
    hints = hints_of(replace(REFUSAL, scope=("规章/",)))
    assert hints == (Hint("everywhere"), Hint("reword"), Hint("upload"))
    # Nothing near was found there, so nothing is known of other words.
    assert hints_of(replace(REFUSAL, scope=("规章/",), hits=())) == (Hint("everywhere"), Hint("upload"))


def test_a_follow_up_may_have_been_misunderstood() -> None:
    assert hints_of(replace(REFUSAL, question="几班？")) == (Hint("understood"), Hint("upload"))
    assert hints_of(replace(REFUSAL, question=f" {QUESTION}\n")) == (Hint("reword"), Hint("upload"))


def test_years_of_what_comes_nearest_are_told_where_another_one_was_asked_about() -> None:
    question = "2023年渡口每天有几班船？"
    near = (hit("2021年开行四十班。"), hit("前一年三十班。", "2020年年鉴"), hit("全年开放。"), hit("2019年停航。"))
    refusal = replace(REFUSAL, question=question, searched=question, hits=near)
    assert hints_of(refusal) == (Hint("other_year", ("2020", "2021")), Hint("upload"))
    same = replace(refusal, hits=(hit("2023年停航。"), *near))
    assert hints_of(same) == (Hint("reword"), Hint("upload"))
    # Who asks about no year learns nothing from years.
    assert hints_of(replace(REFUSAL, hits=near)) == (Hint("reword"), Hint("upload"))


def test_a_library_without_documents_needs_some() -> None:
    assert hints_of(replace(REFUSAL, hits=())) == (Hint("upload"),)


def test_answers_and_replies_about_the_program_need_no_hints() -> None:
    assert hints_of(replace(REFUSAL, answered=True)) == ()
    assert hints_of(replace(REFUSAL, mode="conversation")) == ()
