from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from qa.answering import (
    ANSWER_CHARACTERS,
    MOST_SENTENCES,
    answer_question,
    choose_sentences,
    emphasised,
    unanswered,
)
from qa.assistant import Assistant
from qa.datatypes import Answer, Citation
from qa.evidence import Candidate, Reading
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
    monkeypatch.setattr("qa.answering.read", lambda *_: Reading(reading.retrieval, ranked))
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
    lead, other, *_ = reading.candidates
    forged = replace(lead, text="加班无须任何人批准。")
    monkeypatch.setattr("qa.answering.read", lambda *_: Reading(reading.retrieval, (forged, other)))
    answer = answer_question("加班由谁批准？", reading.retrieval, library.generation.index, 0.0)
    assert [citation.quote for citation in answer.citations] in ([other.text], [])
    monkeypatch.setattr("qa.answering.read", lambda *_: Reading(reading.retrieval, (forged,)))
    answer = answer_question("加班由谁批准？", reading.retrieval, library.generation.index, 0.0)
    assert not answer.answered
    assert "无须任何人批准" not in answer.text


def test_hits_are_listed_beside_the_answer(library: Assistant) -> None:
    hits = library.ask("食堂早餐的价格是多少？").hits
    assert len(hits) == 6
    assert hits[0].passage.document == "食堂.txt"


# Which sentences are chosen


def candidates(library: Assistant, *texts: tuple[str, float]) -> list[Candidate]:
    """Candidates with these texts and scores, at one made-up place after another."""
    model = library.read("食堂早餐的价格是多少？", 10).candidates[0]
    at = 0
    made = []
    for place, (text, score) in enumerate(texts):
        sentence = replace(model.sentence, start=at, end=at + len(text))
        made.append(replace(model, text=text, score=score, place=place, sentence=sentence))
        at += len(text)
    return made


def chosen(library: Assistant, *texts: tuple[str, float]) -> list[str]:
    return [one.text for one in choose_sentences(candidates(library, *texts))]


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose_sentences([]) == []


def test_a_sentence_far_less_likely_than_the_lead_is_left_out(library: Assistant) -> None:
    assert chosen(library, ("甲说一。", 5.0), ("乙说二。", 4.9), ("丙说三。", 0.0)) == ["甲说一。", "乙说二。"]


def test_at_most_four_sentences_are_chosen(library: Assistant) -> None:
    texts = [(f"第{number}句话。", 5.0) for number in range(9)]
    assert chosen(library, *texts) == ["第0句话。", "第1句话。", "第2句话。", "第3句话。"]


def test_what_was_said_is_not_said_again(library: Assistant) -> None:
    texts = [
        ("园区有五个，很大。", 5.0),
        ("园区 有五个，很大。", 5.0),
        ("很大。", 5.0),
        ("乙。园区有五个，很大。", 5.0),
    ]
    assert chosen(library, *texts) == ["园区有五个，很大。"]


def test_an_answer_keeps_to_its_length(library: Assistant) -> None:
    texts = [("甲" * 120, 5.0), ("乙" * 90, 5.0), ("丙" * 80, 5.0), ("丁", 5.0)]
    assert [text[0] for text in chosen(library, *texts)] == ["甲", "丙"]
    assert ANSWER_CHARACTERS == 120 + 80
    assert chosen(library, ("长" * 999, 5.0)) == ["长" * 999]


def test_the_lead_stays_first_and_the_others_follow_the_text(library: Assistant) -> None:
    lead, *others = candidates(library, ("甲句。", 5.0), ("乙句。", 4.9), ("丙句。", 4.8))
    lead, one, other = replace(lead, place=2), replace(others[0], place=1), replace(others[1], place=0)
    assert [each.text for each in choose_sentences([lead, one, other])] == ["甲句。", "丙句。", "乙句。"]


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
