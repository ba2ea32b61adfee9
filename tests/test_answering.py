from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from qa.answering import (
    ANSWER_CHARACTERS,
    BEHIND_LEAD,
    MOST_IN_A_ROW,
    MOST_SENTENCES,
    answer_question,
    choose_sentences,
    emphasised,
    unanswered,
)
from qa.assistant import Assistant
from qa.datatypes import Answer, Citation
from qa.evidence import Candidate
from qa.measures import normalise
from tests.test_assistant import CANTEEN, HANDBOOK, open_library

PLAN = """# 园区规划

## 方向

园区沿四个方向调整结构，方向如下：

（1）从炼油走向化工；

（2）从化工走向材料；

（3）从材料走向高端；

（4）园区走向生态。

## 进展

园区的结构调整从2016年开始。园区累计调整企业79家。园区收储土地1379亩。
"""
LETTER = """# Company Handbook

Employees get 15 days of annual leave. Unused annual leave expires in March.
"""
DOCUMENTS = {"手册.md": HANDBOOK, "食堂.txt": CANTEEN, "规划.md": PLAN, "letter.md": LETTER}
QUESTIONS = [
    "食堂早餐的价格是多少？",
    "食堂早餐和午餐的價格是多少？",
    "加班由谁批准？",
    "探亲假的路费由谁承担？",
    "园区沿哪四个方向调整结构？",
    "园区从化工走向什么？",
    "园区累计调整企业多少家，收储土地多少亩？",
    "园区的结构调整从什么时候开始？",
    "How many days of annual leave do employees get?",
    "When does unused annual leave expire?",
    "How much is the breakfast?",
    "介绍一下园区",
    "员工",
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, DOCUMENTS)


@pytest.fixture(scope="module")
def strict_library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """One that refuses everything."""
    folder: Path = tmp_path_factory.mktemp("strict")
    return open_library(folder, DOCUMENTS, min_confidence=1.0)


# Answers


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_one_to_four_verbatim_quotes_numbered_in_order(library: Assistant, question: str) -> None:
    answer = library.ask(question)
    assert answer.answered
    assert answer.mode == "extractive"
    assert 1 <= len(answer.citations) <= MOST_SENTENCES
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        assert citation.verified
        text = library.generation.documents[citation.document].text
        assert text[citation.start : citation.end] == citation.quote
    joined = re.split(r"\[([0-9]+)\] ?", answer.text)
    assert [piece.replace("**", "") for piece in joined[::2]] == [*(one.quote for one in answer.citations), ""]
    assert [int(number) for number in joined[1::2]] == [citation.number for citation in answer.citations]


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_sentence_is_quoted_twice(library: Assistant, question: str) -> None:
    quotes = [normalise(citation.quote) for citation in library.ask(question).citations]
    for number, quote in enumerate(quotes):
        assert not any(quote in other for other in quotes[number + 1 :] + quotes[:number])


def test_the_answer_to_a_number_emphasises_it(library: Assistant) -> None:
    answer = library.ask("食堂早餐的价格是多少？")
    assert answer.text.startswith("早餐的价格是**五元**，午餐的价格是**十二元**。[1]")
    assert answer.citations[0].document == "食堂.txt"
    assert answer.citations[0].title == "食堂管理规定"


def test_a_traditional_question_is_answered_from_simplified_text(library: Assistant) -> None:
    assert library.ask("加班須由誰批准？").citations[0].quote == "加班须由部门经理批准。"


def test_english_quotes_stand_apart(library: Assistant) -> None:
    answer = library.ask("How many days of annual leave do employees get?")
    assert answer.text.startswith("Employees get **15** days of annual leave.[1]")
    assert "][" not in answer.text
    assert "].U" not in answer.text
    assert "[1]Unused" not in answer.text


def test_a_list_is_quoted_whole_and_its_items_not_again(library: Assistant) -> None:
    answer = library.ask("园区沿哪四个方向调整结构？")
    everything = "".join(citation.quote for citation in answer.citations)
    for item in ("从炼油走向化工", "从化工走向材料", "从材料走向高端", "园区走向生态"):
        assert everything.count(item) == 1


def answer_from(library: Assistant, monkeypatch: pytest.MonkeyPatch, question: str, *texts: str) -> Answer:
    """The answer where these sentences, best first, are as likely as each other and all others are not."""
    reading = library.read(question, 20)
    by_text = {one.text: one for one in reading.candidates}
    ranked = tuple(replace(by_text[text], score=5.0) for text in texts)
    monkeypatch.setattr("qa.answering.read", lambda *_: replace(reading, candidates=ranked))
    return answer_question(question, reading.retrieval, library.generation.index, 0.0)


@pytest.mark.parametrize(
    "texts",
    [
        ("园区沿四个方向调整结构，方向如下：", "（2）从化工走向材料；"),
        ("（2）从化工走向材料；", "园区沿四个方向调整结构，方向如下："),
        ("（1）从炼油走向化工；", "（4）园区走向生态。", "园区沿四个方向调整结构，方向如下："),
        ("园区累计调整企业79家。", "（2）从化工走向材料；", "园区沿四个方向调整结构，方向如下："),
    ],
)
def test_an_item_of_a_list_is_not_quoted_beside_its_list(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]
) -> None:
    answer = answer_from(library, monkeypatch, "园区沿哪四个方向调整结构？", *texts)
    everything = "".join(citation.quote for citation in answer.citations)
    for item in ("从炼油走向化工", "从化工走向材料", "从材料走向高端", "园区走向生态"):
        assert everything.count(item) == 1
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_what_is_not_word_for_word_in_the_passage_is_not_cited(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = library.read("加班由谁批准？", 20)
    texts = ("加班须由部门经理批准。", "加班工资按基本工资的一点五倍发放。", "食堂周日不开放。")
    lead, before, elsewhere = (
        replace(next(one for one in reading.candidates if one.text == text), score=5.0) for text in texts
    )
    forged, forged_before = (replace(one, text="加班无须任何人批准。") for one in (lead, before))
    for ranked, quotes in (
        ((forged, elsewhere), [elsewhere.text]),
        # A row holds together, so that what is left of it is not cited either.
        ((forged, before, elsewhere), [elsewhere.text]),
        ((lead, forged_before, elsewhere), [elsewhere.text]),
        ((lead, before), [before.text + lead.text]),
        ((forged,), []),
    ):
        monkeypatch.setattr("qa.answering.read", lambda *_, ranked=ranked: replace(reading, candidates=ranked))
        answer = answer_question("加班由谁批准？", reading.retrieval, library.generation.index, 0.0)
        assert [citation.quote for citation in answer.citations] == quotes
        assert answer.answered is bool(quotes)
        assert "无须任何人批准" not in answer.text


def test_hits_are_listed_beside_the_answer(library: Assistant) -> None:
    hits = library.ask("食堂早餐的价格是多少？").hits
    assert len(hits) == 6
    assert hits[0].passage.document == "食堂.txt"


# Which sentences are chosen

HOW_MANY, EXPLAIN = "食堂早餐的价格是多少？", "介绍一下食堂"


def candidates(library: Assistant, *texts: tuple[str, float], step: int = 2) -> list[Candidate]:
    """Candidates with these texts and scores, at one made-up place after another; with a step of 1 side by side."""
    model = library.read(HOW_MANY, 10).candidates[0]
    at = 0
    made = []
    for number, (text, score) in enumerate(texts):
        sentence = replace(model.sentence, start=at, end=at + len(text))
        made.append(replace(model, text=text, score=score, place=0, number=number * step, sentence=sentence))
        at += len(text)
    return made


def chosen(ranked: Sequence[Candidate], question: str = HOW_MANY) -> list[list[str]]:
    return [[one.text for one in row] for row in choose_sentences(ranked, question)]


def in_other_passages(ranked: Sequence[Candidate]) -> list[Candidate]:
    """The same sentences, all but the first each in a passage of its own."""
    return [
        replace(one, place=place, hit=replace(one.hit, passage=replace(one.hit.passage, id=one.hit.passage.id + place)))
        for place, one in enumerate(ranked)
    ]


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose_sentences([], HOW_MANY) == choose_sentences([], EXPLAIN) == []


def test_a_sentence_far_less_likely_than_the_lead_is_left_out(library: Assistant) -> None:
    ranked = candidates(library, ("甲说一。", 5.0), ("乙说二。", 5.0 - BEHIND_LEAD), ("丙说三。", 4.9 - BEHIND_LEAD))
    assert chosen(ranked) == chosen(ranked, EXPLAIN) == [["甲说一。"], ["乙说二。"]]


def test_three_further_sentences_are_chosen_at_most(library: Assistant) -> None:
    ranked = candidates(library, *((f"第{number}句话。", 5.0) for number in range(9)))
    assert chosen(ranked) == [["第0句话。"], ["第1句话。"], ["第2句话。"], ["第3句话。"]]
    assert MOST_SENTENCES == 4


def test_what_was_said_is_not_said_again(library: Assistant) -> None:
    texts = [
        ("园区有五个，很大。", 5.0),
        ("园区 有五个，很大。", 5.0),
        ("很大。", 5.0),
        ("乙。园区有五个，很大。", 5.0),
    ]
    assert chosen(candidates(library, *texts)) == [["园区有五个，很大。"]]


def test_an_answer_keeps_to_its_length(library: Assistant) -> None:
    texts = [("甲" * 120, 5.0), ("乙" * 101, 5.0), ("丙" * 100, 5.0), ("丁", 5.0)]
    assert [row[0][0] for row in chosen(candidates(library, *texts))] == ["甲", "丙"]
    assert ANSWER_CHARACTERS == 120 + 100
    assert chosen(candidates(library, ("长" * 999, 5.0))) == [["长" * 999]]


def test_the_lead_stays_first_and_the_others_follow_the_text(library: Assistant) -> None:
    lead, *others = candidates(library, ("甲句。", 5.0), ("乙句。", 4.9), ("丙句。", 4.8), ("丁句。", 4.7))
    ranked = [
        replace(lead, place=2),
        *(replace(one, place=place) for one, place in zip(others, (1, 0, 1), strict=True)),
    ]
    assert chosen(ranked) == [["甲句。"], ["丙句。"], ["乙句。"], ["丁句。"]]


def side_by_side(library: Assistant, lead: int, *behind: float) -> list[Candidate]:
    """Sentences 0, 1, 2 … of one passage, so far behind the lead, best first."""
    made = candidates(library, *((f"第{number}句话。", 5.0 - far) for number, far in enumerate(behind)), step=1)
    ranked = sorted(made, key=lambda one: -one.score)
    assert ranked[0].number == lead
    return ranked


def test_sentences_side_by_side_are_one_row_in_the_order_of_the_text(library: Assistant) -> None:
    assert chosen(side_by_side(library, 1, 1.5, 0.0, 1.0)) == [["第0句话。", "第1句话。", "第2句话。"]]
    assert chosen(side_by_side(library, 1, 2.1, 0.0, 1.0)) == [["第1句话。", "第2句话。"]]
    assert chosen(in_other_passages(side_by_side(library, 1, 1.5, 0.0, 1.0))) == [
        ["第1句话。"],
        ["第2句话。"],
        ["第0句话。"],
    ]


@pytest.mark.parametrize("question", [EXPLAIN, "食堂供应哪些早餐？", "食堂为什么周日不开放？"])
def test_what_is_answered_at_length_is_quoted_with_the_sentences_beside_it(library: Assistant, question: str) -> None:
    ranked = side_by_side(library, 2, 9.5, 8.5, 0.0, 9.5, 0.0)
    assert chosen(ranked, question)[0] == ["第1句话。", "第2句话。"]
    assert chosen(ranked)[0] == ["第2句话。"]


def test_of_a_question_in_parts_the_leads_come_before_their_neighbours(library: Assistant) -> None:
    """Their neighbours would take the room of the other parts' leads."""
    one, beside = candidates(library, ("甲" * 100, 0.0), ("邻" * 100, -3.0), step=1)
    (other,) = in_other_passages(candidates(library, ("乙" * 100, 0.0)))
    other = replace(other, hit=replace(other.hit, passage=replace(other.hit.passage, id=9)))
    ranked = [one, other, beside]
    assert [one.text for row in choose_sentences(ranked, EXPLAIN, in_parts=True) for one in row] == [
        "甲" * 100,
        "乙" * 100,
    ]
    assert chosen(ranked, EXPLAIN) == [["甲" * 100, "邻" * 100]]


def test_the_more_likely_neighbour_comes_first_and_three_stand_in_a_row(library: Assistant) -> None:
    ranked = side_by_side(library, 2, 3.0, 4.0, 0.0, 5.0, 3.0)
    assert chosen(ranked, EXPLAIN) == [["第0句话。", "第1句话。", "第2句话。"]]
    assert MOST_IN_A_ROW == 3


def test_a_neighbour_for_which_there_is_no_room_is_left_out(library: Assistant) -> None:
    texts = [("甲" * 120, 5.0), ("乙" * 101, 4.0)]
    assert chosen(candidates(library, *texts, step=1), EXPLAIN) == [["甲" * 120]]
    texts = [("甲" * 120, 5.0), ("乙" * 100, 4.0)]
    assert chosen(candidates(library, *texts, step=1), EXPLAIN) == [["甲" * 120, "乙" * 100]]


def test_a_row_is_cited_as_one_piece_of_the_text(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = "园区累计调整企业79家。", "园区收储土地1379亩。"
    answer = answer_from(library, monkeypatch, "园区累计调整企业多少家，收储土地多少亩？", *texts)
    assert answer.text == "园区累计调整企业**79家**。园区收储土地**1379亩**。[1]"
    assert [citation.quote for citation in answer.citations] == ["".join(texts)]


# Emphasis


def test_emphasis_is_put_around_its_spans() -> None:
    citation = Citation(1, "甲.md", "甲", (), None, 0, 11, "共225家，3216亩。", True, ((1, 5), (6, 11)))
    assert emphasised(citation) == "共**225家**，**3216亩**。"
    assert emphasised(replace(citation, emphasis=())) == "共225家，3216亩。"


# Refusals


def refusal(library: Assistant, question: str) -> Answer:
    answer = library.ask(question)
    assert not answer.answered
    assert answer.citations == ()
    assert "[1]" not in answer.text
    return answer


def test_a_refusal_names_missing_terms_and_the_nearest_passages(strict_library: Assistant) -> None:
    answer = refusal(strict_library, "食堂的豆浆和油条多少钱？")
    assert answer.missing_terms == ("豆浆", "油条")
    assert answer.text.startswith(
        "文档中没有找到这个问题的答案。所有文档都没有提到：豆浆、油条。最接近的内容在：《食堂管理规定》；《"
    )
    assert len(answer.hits) == 6


def test_a_refusal_names_no_terms_where_none_is_missing(strict_library: Assistant) -> None:
    answer = refusal(strict_library, "食堂早餐的价格是多少？")
    assert answer.missing_terms == ()
    assert answer.text.startswith("文档中没有找到这个问题的答案。最接近的内容在：《食堂管理规定》；《")


def test_each_document_is_named_once_and_three_at_most(strict_library: Assistant) -> None:
    titles = re.findall(r"《(.+?)》", refusal(strict_library, "加班由谁批准？").text)
    assert len(titles) == len(set(titles)) == 3
    assert titles[0] == "员工手册"


def test_an_english_question_is_refused_in_english(strict_library: Assistant) -> None:
    answer = refusal(strict_library, "How much is the xyzzy for employees?")
    assert answer.missing_terms == ("xyzzy",)
    assert re.fullmatch(
        r"The documents hold no answer to this question\. No document mentions: xyzzy\. Nearest: [^;]+; [^;]+; [^;]+\.",
        answer.text,
    )


def test_a_traditional_question_is_refused_in_chinese(strict_library: Assistant) -> None:
    assert refusal(strict_library, "食堂的豆漿多少錢？").text.startswith("文档中没有找到这个问题的答案。")


def test_without_documents_the_refusal_says_so_in_the_questions_language(tmp_path: Path) -> None:
    empty = open_library(tmp_path, {})
    assert refusal(empty, "食堂何时开门？").text.startswith("还没有可以查的文档。")
    assert refusal(empty, "When does the canteen open?").text.startswith("There are no documents to look into yet.")


def test_the_confidence_decides(library: Assistant) -> None:
    question = "食堂早餐的价格是多少？"
    sure = library.ask(question).confidence
    for threshold, answered in ((sure - 1e-3, True), (sure + 1e-3, False)):
        settings = replace(library.settings, min_confidence=threshold)
        other = Assistant(settings, library.encoder)
        other.sync()
        assert other.ask(question).answered is answered


def test_a_question_that_cannot_be_asked_gets_the_reason() -> None:
    answer = unanswered("", "the question is empty")
    assert (answer.question, answer.text, answer.answered) == ("", "the question is empty", False)
    assert (answer.citations, answer.hits, answer.missing_terms, answer.confidence) == ((), (), (), 0.0)
