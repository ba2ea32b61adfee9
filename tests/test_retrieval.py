from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.search import SearchIndex
from qa.retrieval import Retrieval, Wanted, prepare_query, retrieve, shorten
from tests.fakes import FakeEncoder
from tests.test_assistant import CANTEEN, HANDBOOK, open_library


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, {"人事/手册.md": HANDBOOK, "食堂.txt": CANTEEN}).generation.index


def look_up(index: SearchIndex, question: str, limit: int = 20) -> Retrieval:
    query = prepare_query(question, index)
    return retrieve(index, query, FakeEncoder().encode_queries([query.text])[0], limit)


# What is searched for


def test_a_chinese_question_is_searched_for_as_it_is(index: SearchIndex) -> None:
    query = prepare_query("食堂早餐的价格是多少？", index)
    assert query.question == query.text == "食堂早餐的价格是多少？"
    assert [term.alternatives for term in query.wanted_terms] == [("食堂",), ("早餐",), ("价格",)]
    assert query.missing_terms == ()


def test_terms_that_no_document_holds_are_missing(index: SearchIndex) -> None:
    assert prepare_query("食堂的早餐有豆浆和油条吗？", index).missing_terms == ("豆浆", "油条")


def test_terms_of_titles_headings_and_file_names_are_not_missing(index: SearchIndex) -> None:
    assert prepare_query("员工手册的休假规定", index).missing_terms == ()


def test_traditional_and_full_width_questions_have_the_same_terms(index: SearchIndex) -> None:
    simplified = prepare_query("加班工资按ABC标准发放", index).wanted_terms
    assert prepare_query("加班工資按ＡＢＣ標準發放", index).wanted_terms == simplified


def test_a_word_and_a_pair_of_the_same_characters_are_looked_for_once(index: SearchIndex) -> None:
    wanted = [one.alternatives for one in prepare_query("食堂早餐", index).wanted]
    assert sorted(wanted) == [("堂早",), ("早餐",), ("食堂",)]


def test_an_english_question_is_searched_for_with_the_documents_words(index: SearchIndex) -> None:
    query = prepare_query("How much is the breakfast for Xyzzy?", index)
    assert query.question == "How much is the breakfast for Xyzzy?"
    assert query.text == "How much is the breakfast for Xyzzy? 早餐"
    assert [term.alternatives for term in query.wanted_terms] == [("breakfast", "早餐"), ("xyzzy",)]
    assert query.missing_terms == ("xyzzy",)
    assert query.wanted == query.wanted_terms


def test_chinese_words_in_an_english_question_are_terms_too(index: SearchIndex) -> None:
    query = prepare_query("How much does the company pay each year to an employee who takes 探亲假 or 产假?", index)
    assert ("探亲假",) in [term.alternatives for term in query.wanted_terms if not term.is_missing]
    assert "产假" in query.missing_terms


def test_a_question_without_content_words_has_no_terms(index: SearchIndex) -> None:
    query = prepare_query("是什么？", index)
    assert (query.wanted_terms, query.missing_terms) == ((), ())


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("新建产业基地一处", 1.0),
        ("落户园区", 1.0),
        ("产业和无人机基地", 0.5),
        ("无人机基地", 0.25),
        ("食堂", 0.0),
    ],
)
def test_how_much_of_a_term_a_text_holds(text: str, share: float) -> None:
    assert Wanted(("产业基地", "园区"), 8.0, parts=("产业", "基地")).share_held(text) == share


def test_a_term_without_parts_is_held_or_not() -> None:
    assert Wanted(("早餐",), 1.0).share_held("早餐五元") == 1.0
    assert Wanted(("早餐",), 1.0).share_held("午餐") == 0.0


# What is found


def test_the_best_passage_comes_first_with_the_terms_it_holds(index: SearchIndex) -> None:
    retrieval = look_up(index, "食堂早餐的价格是多少？")
    assert [hit.passage.document for hit in retrieval.hits] == ["食堂.txt", "人事/手册.md", "人事/手册.md"]
    assert [hit.terms for hit in retrieval.hits] == [("食堂", "早餐", "价格"), (), ()]
    assert [hit.score for hit in retrieval.hits] == sorted((hit.score for hit in retrieval.hits), reverse=True)
    assert retrieval.hits[0].ranks.dense == retrieval.hits[0].ranks.lexical == 1
    assert retrieval.milliseconds > 0


def test_the_terms_of_a_hit_are_in_the_documents_words(index: SearchIndex) -> None:
    assert look_up(index, "How much is the breakfast?").hits[0].terms == ("早餐",)


def test_cosines_of_hits_are_exact(index: SearchIndex) -> None:
    encoder = FakeEncoder()
    question = encoder.encode_queries(["加班须由谁批准？"])[0]
    for hit in look_up(index, "加班须由谁批准？").hits:
        start = f"{hit.passage.title} > {hit.passage.headings[0]}" if hit.passage.headings else hit.passage.title
        texts = [hit.passage.text, *(hit.passage.sentence_text(sentence) for sentence in hit.passage.sentences)]
        passage, *sentences = encoder.encode_queries([f"{start}\n{text}" for text in texts])
        assert hit.dense == pytest.approx(float(np.dot(passage, question)), abs=1e-5)
        assert hit.sentence == pytest.approx(max(float(np.dot(one, question)) for one in sentences), abs=1e-5)


def test_no_more_hits_than_asked_for(index: SearchIndex) -> None:
    whole = look_up(index, "食堂早餐的价格是多少？")
    assert look_up(index, "食堂早餐的价格是多少？", 1).hits == whole.hits[:1]
    assert shorten(whole, 2).hits == whole.hits[:2]
    assert shorten(whole, 2).query == whole.query
