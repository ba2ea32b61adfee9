from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pytest

from index.chunking import split_passages
from index.datatypes import Hit, Ranks
from index.lexical import fold_in_place
from index.loaders import parse_document
from qa.choosing import (
    ACROSS,
    ACROSS_FOR_FACT,
    ACROSS_FOR_LIST,
    ANSWER_CHARACTERS,
    BEFORE_FACT,
    BEHIND_LEAD,
    BEHIND_UNDECIDED,
    FURTHER_BEHIND,
    FURTHER_BEHIND_BROAD,
    MOST_IN_A_BROAD_ROW,
    MOST_IN_A_ROW,
    MOST_SENTENCES,
    choose_sentences,
)
from qa.evidence import SIGNS, Candidate, Reading
from qa.retrieval import Query, Retrieval

HOW_MANY, EXPLAIN, WHAT = "食堂早餐的价格是多少？", "介绍一下食堂", "食堂的主食？"


@lru_cache
def retrieval_of(question: str) -> Retrieval:
    return Retrieval(Query(question, question, (), ()), np.zeros(1, dtype=np.float32), (), 0.0)


def reading_of(ranked: Sequence[Candidate], question: str, *parts: Reading) -> Reading:
    return Reading(retrieval_of(question), tuple(ranked), (), parts)


def chosen(ranked: Sequence[Candidate], question: str = HOW_MANY, *parts: Reading) -> list[list[str]]:
    return [[one.text for one in row] for row in choose_sentences(reading_of(ranked, question, *parts))]


def read(text: str, *scores: float, place: int = 0) -> list[Candidate]:
    """The sentences of a text, which is one passage, with these scores, best first."""
    document = parse_document(f"文{place}.md", text.encode())
    (passage,) = split_passages(document, first_id=10 * place)
    assert len(passage.sentences) == len(scores)
    hit = Hit(passage, 1.0, Ranks(), 0.9, 0.9, 1.0)
    made = []
    for number, (sentence, score) in enumerate(zip(passage.sentences, scores, strict=True)):
        words = passage.sentence_text(sentence)
        signs = np.zeros(len(SIGNS))
        signs[SIGNS.index("is_question")] = words.endswith("？")
        signs[SIGNS.index("is_stub")] = len(words) < 6
        made.append(Candidate(hit, place, number, sentence, words, fold_in_place(words), signs, score))
    return sorted(made, key=lambda one: -one.score)


def apart(*texts: tuple[str, float]) -> list[Candidate]:
    """Sentences each in a document of its own."""
    made = [read(text, score, place=place)[0] for place, (text, score) in enumerate(texts)]
    return sorted(made, key=lambda one: -one.score)


def sentences(count: int) -> str:
    return "".join(f"这里说的是第{number}句话。" for number in range(count))


def said(*numbers: int) -> list[str]:
    return [f"这里说的是第{number}句话。" for number in numbers]


def test_nothing_is_chosen_from_nothing() -> None:
    assert chosen([]) == chosen([], EXPLAIN) == chosen([], HOW_MANY, reading_of([], HOW_MANY)) == []


# What is quoted from elsewhere


@pytest.mark.parametrize(
    ("question", "behind"), [(HOW_MANY, FURTHER_BEHIND), (WHAT, FURTHER_BEHIND), (EXPLAIN, FURTHER_BEHIND_BROAD)]
)
def test_a_sentence_less_likely_than_the_lead_is_left_out(question: str, behind: float) -> None:
    ranked = apart(("甲处的价格说一。", 5.0), ("乙处的价格说二。", 5.0 - behind), ("丙处的价格说三。", 4.9 - behind))
    assert chosen(ranked, question) == [["甲处的价格说一。"], ["乙处的价格说二。"]]


def test_three_further_sentences_are_chosen_at_most() -> None:
    ranked = apart(*((f"这里说的是第{number}句话。", 5.0 - number / 100) for number in range(9)))
    assert chosen(ranked) == [said(0), said(1), said(2), said(3)]
    assert MOST_SENTENCES == 4


def test_what_was_said_is_not_said_again() -> None:
    texts = ("园区有五个，很大。", "园区 有五个，很大。", "有五个，很大。", "乙。园区有五个，很大。")
    assert chosen(apart(*((text, 5.0 - number / 100) for number, text in enumerate(texts[:3])))) == [[texts[0]]]


def test_an_answer_keeps_to_its_length() -> None:
    texts = [("甲" * 120, 5.0), ("乙" * 101, 4.9), ("丙" * 100, 4.8), ("丁", 4.7)]
    assert [row[0][0] for row in chosen(apart(*texts))] == ["甲", "丙"]
    assert ANSWER_CHARACTERS == 120 + 100
    assert chosen(apart(("长" * 150, 5.0))) == [["长" * 150]]


def test_the_lead_stays_first_and_the_others_follow_the_text() -> None:
    ranked = apart(("甲处说的话。", 4.8), ("乙处说的话。", 5.0), ("丙处说的话。", 4.9))
    assert chosen(ranked) == [["乙处说的话。"], ["甲处说的话。"], ["丙处说的话。"]]


# Neighbours


def test_sentences_side_by_side_are_one_row_in_the_order_of_the_text() -> None:
    near, far = 5.0 - BEHIND_LEAD, 4.9 - BEHIND_LEAD
    assert chosen(read(sentences(3), near, 5.0, 4.0)) == [said(0, 1, 2)]
    assert chosen(read(sentences(3), far, 5.0, 4.0)) == [said(1, 2)]


@pytest.mark.parametrize("question", [EXPLAIN, "食堂供应哪些早餐？", "食堂为什么周日不开放？", WHAT])
def test_what_is_answered_at_length_is_quoted_with_the_sentences_beside_it(question: str) -> None:
    ranked = read(sentences(5), -5.0, -3.5, 5.0, -4.5, -5.0)
    assert chosen(ranked, question) == [said(1, 2)]
    assert chosen(ranked) == [said(2)]


def test_the_more_likely_neighbour_comes_first_and_a_row_has_an_end() -> None:
    assert chosen(read(sentences(6), 2.0, 1.0, 5.0, 0.5, 2.0, 2.0), WHAT) == [said(0, 1, 2)]
    assert chosen(read(sentences(6), 2.0, 1.0, 5.0, 0.5, 2.0, 2.0), EXPLAIN) == [said(0, 1, 2, 3, 4)]
    assert (MOST_IN_A_ROW, MOST_IN_A_BROAD_ROW) == (3, 5)


def test_what_the_first_words_point_back_to_is_quoted_before_anything_else() -> None:
    before, lead, behind = f"食堂在三月换了{'新' * 100}炉灶。", "这一举措让早餐便宜了一元。", f"价格{'又' * 100}降了。"
    assert chosen(read(before + lead + behind, 1.0, 5.0, 4.0)) == [[before, lead]]
    assert chosen(read(before + lead.replace("这一", "有些") + behind, 1.0, 5.0, 4.0)) == [
        [lead.replace("这一", "有些"), behind]
    ]


def test_what_stands_before_a_fact_has_to_be_likelier_than_what_stands_behind() -> None:
    lead_up, lead, behind = "食堂在三月换了炉灶。", "早餐的价格是五元。", "午餐的价格是十元。"
    far = 4.9 - BEFORE_FACT
    assert chosen(read(lead_up + lead + behind, far, 5.0, far)) == [[lead, behind]]
    assert chosen(read(lead_up + lead + behind, 5.0 - BEFORE_FACT, 5.0, far)) == [[lead_up, lead, behind]]
    assert chosen(read(lead_up + lead, far, 5.0), WHAT) == [[lead_up, lead]]


def test_what_decides_leads_its_piece_of_text() -> None:
    lead_up, deciding = "食堂在三月换了炉灶。", "食堂周日不开放。"
    assert chosen(read(lead_up + deciding, 3.0, 5.0), "食堂周日开放吗？") == [[deciding]]
    assert chosen(read(lead_up + "该" + deciding, 3.0, 5.0), "食堂周日开放吗？") == [[lead_up, "该" + deciding]]


def test_a_neighbour_for_which_there_is_no_room_is_left_out() -> None:
    assert chosen(read(f"{'甲' * 119}。{'乙' * 100}。", 5.0, 3.0)) == [[f"{'甲' * 119}。"]]
    assert chosen(read(f"{'甲' * 119}。{'乙' * 99}。", 5.0, 3.0)) == [[f"{'甲' * 119}。", f"{'乙' * 99}。"]]


def test_the_next_paragraph_has_to_be_nearly_as_likely() -> None:
    text = "早餐的价格是五元。\n\n午餐的价格是十元。"
    assert chosen(read(text, 5.0, 3.7)) == [["早餐的价格是五元。"]]
    assert chosen(read(text, 5.0, 5.0 - ACROSS_FOR_FACT)) == [["早餐的价格是五元。", "午餐的价格是十元。"]]
    assert chosen(read(text, 5.0, 5.0 - ACROSS), WHAT) == [["早餐的价格是五元。", "午餐的价格是十元。"]]
    assert chosen(read(text, 5.0, 4.9 - ACROSS), WHAT) == [["早餐的价格是五元。"]]
    assert chosen(read(text, 5.0, 5.0 - ACROSS_FOR_LIST), EXPLAIN) == [["早餐的价格是五元。", "午餐的价格是十元。"]]


def test_a_question_and_a_heading_belong_to_what_they_begin() -> None:
    text = "早餐的价格是五元。午餐的价格是多少？再说晚餐。"
    assert chosen(read(text, 5.0, 4.8, 0.0)) == [["早餐的价格是五元。"]]
    assert chosen(read("早餐的价格是五元。再说晚餐。", 5.0, 4.8)) == [["早餐的价格是五元。"]]


def test_a_short_answer_is_quoted_with_what_explains_it() -> None:
    text = "答：能。早餐也对访客供应。"
    assert chosen(read(text, 4.5, 5.0), "早餐对访客供应吗？") == [["答：能。", "早餐也对访客供应。"]]


def test_a_list_that_begins_behind_the_lead_is_another_matter() -> None:
    text = "早餐的价格是五元。菜单有三样，分别是："
    assert chosen(read(text, 5.0, 3.7)) == [["早餐的价格是五元。"]]
    assert chosen(read(text, 5.0, 4.0)) == [["早餐的价格是五元。", "菜单有三样，分别是："]]
    assert chosen(read(text, 5.0, 1.0), "早餐有哪些？") == [["早餐的价格是五元。", "菜单有三样，分别是："]]


@pytest.mark.parametrize(
    ("elsewhere", "question", "leads"),
    [
        ("学生可以参加两个社团。", "有哪些社团？", "• 合唱团"),
        ("学生可以参加两个社团。", "有哪些教室？", "学生可以参加两个社团。"),
        ("社团有合唱团、话剧社。", "有哪些社团？", "社团有合唱团、话剧社。"),
        ("学生可以参加两个社团。", "社团有多大？", "学生可以参加两个社团。"),
    ],
)
def test_a_list_that_is_asked_for_leads_where_the_likeliest_sentence_lists_nothing(
    elsewhere: str, question: str, leads: str
) -> None:
    listed = read("## 社团目录\n\n- 合唱团\n- 话剧社\n- 攀岩社", 2.0, 1.9, 1.8)
    (other,) = read(elsewhere, 5.0, place=1)
    assert chosen([other, *listed], question)[0][0] == leads
    (far,) = read(elsewhere, 7.0, place=1)
    assert chosen([far, *listed], question)[0][0] == elsewhere


# Summaries, parts, yes or no


def test_what_a_summary_is_asked_of_makes_a_sentence_likelier() -> None:
    question = "结合食堂的报告，总结其未来展望。"
    assert chosen(apart(("食堂的报告写于三月。", 5.0), ("未来展望很好。", 3.5)), question)[0] == ["未来展望很好。"]
    assert chosen(apart(("食堂的报告写于三月。", 5.0), ("未来展望很好。", 2.5)), question)[0] == [
        "食堂的报告写于三月。"
    ]
    assert chosen(apart(("食堂的报告写于三月。", 5.0), ("未来展望很好。", 3.5)), "总结。")[0] == [
        "食堂的报告写于三月。"
    ]


def test_the_neighbours_of_a_broad_answer_leave_room_for_what_is_nearly_as_likely_elsewhere() -> None:
    here = read("".join(f"{sign * 49}。" for sign in "甲乙丙丁"), 5.0, 1.0, 1.0, 1.0)
    (elsewhere,) = read("戊" * 49 + "。", 4.8, place=1)
    assert [row[0][0] for row in chosen([here[0], elsewhere, *here[1:]], EXPLAIN)] == ["甲", "戊"]
    assert len(chosen([here[0], elsewhere, *here[1:]], EXPLAIN)[0]) == 3
    assert len(chosen(here, EXPLAIN)[0]) == 4


def test_what_sums_up_comes_behind_what_is_said_in_particular() -> None:
    text = "食堂在三月换了炉灶。\n\n综上所述，食堂采取了许多措施。食堂还会继续努力。\n\n六月添了两个窗口。"
    ranked = read(text, 2.0, 5.0, 4.0, 1.8)
    assert chosen(ranked, "总结所采取的措施") == [["食堂在三月换了炉灶。"], ["六月添了两个窗口。"]]
    assert chosen(ranked, "食堂采取了多少措施？")[0][0] == "综上所述，食堂采取了许多措施。"


def test_where_all_sums_up_the_best_leads() -> None:
    ranked = read("总之，食堂很好。综上，食堂很大。", 4.0, 5.0)
    assert chosen(ranked, "总结食堂的情况") == [["总之，食堂很好。", "综上，食堂很大。"]]


def test_of_a_question_in_parts_each_has_one_sentence_in_the_order_of_the_parts() -> None:
    first = read("甲食堂早餐五元，很便宜。这里的汤面也好吃。", 0.0, -3.0, place=1)
    second = read("乙食堂早餐六元，很便宜。", 0.0, place=2)
    parts = [reading_of(second, "乙食堂早餐多少钱？"), reading_of(first, "甲食堂早餐多少钱？")]
    assert chosen([*first, *second], "乙食堂和甲食堂早餐分别多少钱？", *parts) == [
        ["乙食堂早餐六元，很便宜。"],
        ["甲食堂早餐五元，很便宜。"],
    ]


def test_a_sentence_that_answers_two_parts_is_quoted_once() -> None:
    both = read("甲食堂早餐五元，乙食堂早餐六元。", 0.0)
    parts = [reading_of(both, "甲食堂早餐多少钱？"), reading_of(both, "乙食堂早餐多少钱？")]
    assert chosen(both, "甲食堂和乙食堂早餐分别多少钱？", *parts) == [["甲食堂早餐五元，乙食堂早餐六元。"]]
    assert chosen(both, "甲食堂和乙食堂早餐分别多少钱？", parts[0], reading_of([], "乙食堂？")) == [
        ["甲食堂早餐五元，乙食堂早餐六元。"]
    ]


def test_what_stands_beside_a_sentence_quoted_before_is_not_quoted_for_it() -> None:
    both = read("甲食堂早餐五元，乙食堂早餐六元。汤面另加一元。", 0.0, -0.5)
    parts = [reading_of(both[:1], "甲食堂早餐多少钱？"), reading_of(both, "乙食堂早餐多少钱？")]
    assert chosen(both, "甲食堂和乙食堂早餐分别多少钱？", *parts) == [["甲食堂早餐五元，乙食堂早餐六元。"]]


def test_a_side_has_its_likeliest_neighbour_where_both_are_short() -> None:
    short = read("甲食堂早餐五元。汤面另加一元。粥不要钱，随便喝。", 0.0, -0.5, -0.6)
    long = read(f"乙食堂早餐六元。{'汤' * 110}。", 0.0, -0.5, place=1)
    parts = [reading_of(short, "甲食堂早餐多少钱？"), reading_of(long, "乙食堂早餐多少钱？")]
    assert chosen([], "甲食堂和乙食堂早餐分别多少钱？", *parts) == [
        ["甲食堂早餐五元。", "汤面另加一元。"],
        ["乙食堂早餐六元。"],
    ]


def test_the_sentence_that_decides_leads() -> None:
    deciding, telling = "周日食堂不开放，请自带午餐。", "食堂周日的卫生由后勤负责。"
    near, far = 5.0 - BEHIND_UNDECIDED, 4.9 - BEHIND_UNDECIDED
    assert chosen(apart((telling, 5.0), (deciding, near)), "食堂周日开放吗？")[0] == [deciding]
    assert chosen(apart((telling, 5.0), (deciding, far)), "食堂周日开放吗？")[0] == [telling]
    assert chosen(apart((telling, 5.0), (deciding, near)), "食堂周日几点开放？")[0] == [telling]
