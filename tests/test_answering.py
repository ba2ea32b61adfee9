from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from qa.answering import answer_question, unanswered
from qa.assistant import Assistant
from qa.choosing import MOST_SENTENCES
from qa.datatypes import Answer
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
    assert answer.text.startswith("早餐的价格是**五元**，午餐的价格是十二元。[1]")
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


def test_a_row_is_cited_as_one_piece_of_the_text(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = "园区累计调整企业79家。", "园区收储土地1379亩。"
    answer = answer_from(library, monkeypatch, "园区累计调整企业多少家，收储土地多少亩？", *texts)
    assert answer.text == "园区累计调整企业**79家**。园区收储土地**1379亩**。[1]"
    assert [citation.quote for citation in answer.citations] == ["".join(texts)]


# What is put beside quotes

CANTEENS = {
    "东区.md": "# 东区食堂规定\n\n## 早餐\n\n东区食堂早餐的价格是五元。\n\n## 午餐\n\n东区食堂午餐的价格是十元。\n",
    "西区.md": "# 西区食堂规定\n\n西区食堂早餐的价格是六元。\n",
    "铁路.md": "# 金山铁路\n\n金山铁路由上海运营。\n\n它于2012年九月正式通车，全长五十六公里。\n",
}


@pytest.fixture(scope="module")
def canteens(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return open_library(tmp_path_factory.mktemp("canteens"), CANTEENS)


def test_a_comparison_has_a_sentence_of_each_side_under_its_name(canteens: Assistant) -> None:
    answer = canteens.ask("东区食堂规定和西区食堂规定的早餐价格分别是多少？")
    assert answer.text == (
        "《东区食堂规定》：东区食堂早餐的价格是**五元**。[1]\n《西区食堂规定》：西区食堂早餐的价格是**六元**。[2]"
    )
    assert [citation.label for citation in answer.citations] == ["东区食堂规定", "西区食堂规定"]
    assert [citation.quote for citation in answer.citations] == [
        "东区食堂早餐的价格是五元。",
        "西区食堂早餐的价格是六元。",
    ]


def test_what_is_asked_of_each_side_is_emphasised_there(canteens: Assistant) -> None:
    answer = canteens.ask("比较东区食堂规定和西区食堂规定的早餐价格，哪个更高？")
    assert answer.text == (
        "《东区食堂规定》：东区食堂早餐的价格是**五元**。[1]\n《西区食堂规定》：西区食堂早餐的价格是**六元**。[2]"
    )


def test_a_pronoun_is_made_clear_beside_the_quote(canteens: Assistant) -> None:
    answer = canteens.ask("全长五十六公里的是什么时候正式通车？")
    assert answer.text.startswith("〔金山铁路〕它于**2012年九月**正式通车，全长五十六公里。[1]")
    assert answer.citations[0].about == "金山铁路"
    assert answer.citations[0].quote == "它于2012年九月正式通车，全长五十六公里。"


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
