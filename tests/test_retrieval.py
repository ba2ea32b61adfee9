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
    return retrieve(index, query, FakeEncoder().encode_queries(query.texts), limit)


# What is searched for


def test_a_chinese_question_is_searched_for_as_it_is(index: SearchIndex) -> None:
    query = prepare_query("食堂早餐的价格是多少？", index)
    assert query.question == query.text == "食堂早餐的价格是多少？"
    assert [term.alternatives for term in query.wanted_terms] == [("食堂",), ("早餐",), ("价格",)]
    assert query.missing_terms == ()


def test_terms_that_no_document_holds_are_missing(index: SearchIndex) -> None:
    assert prepare_query("食堂的早餐有豆浆和油条吗？", index).missing_terms == ("豆浆", "油条")


def test_what_only_compares_is_never_missing(index: SearchIndex) -> None:
    query = prepare_query("对比食堂的早餐和豆浆，区别和差异相比如何？", index)
    assert [term.alternatives for term in query.wanted_terms] == [("食堂",), ("早餐",), ("豆浆",)]
    assert query.missing_terms == ("豆浆",)


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


# The rows of a document


def test_the_rows_of_a_document_are_its_passages(tmp_path: Path) -> None:
    texts = {"甲.txt": "甲一。", "手册.md": HANDBOOK, "食堂.txt": CANTEEN, "空.md": "# 空\n\n没有。\n"}
    index = open_library(tmp_path, texts).generation.index
    assert len(index.passages) == 5
    for passage in index.passages:
        rows = [row for row, other in enumerate(index.passages) if other.document == passage.document]
        assert list(index.document_rows(passage)) == rows
    handbook = index.document_rows(next(one for one in index.passages if one.document == "手册.md"))
    assert isinstance(handbook, range) and len(handbook) == 2
    assert index.lexical.holders("探亲假", handbook) == {handbook.start}
    assert index.lexical.holders("早餐", handbook) == set()


# Questions in parts

BOTH = "食堂管理规定和员工手册各有哪些要求？"


def test_a_question_that_names_two_documents_has_two_parts(index: SearchIndex) -> None:
    query = prepare_query(BOTH, index)
    assert query.question == query.text == BOTH
    assert [part.question for part in query.parts] == ["食堂管理规定各有哪些要求？", "员工手册各有哪些要求？"]
    assert query.texts == tuple(part.text for part in query.parts)
    assert query.parts == tuple(prepare_query(part.question, index) for part in query.parts)
    # What is missing is asked of the whole question.
    assert query.missing_terms == ("要求",)


def test_a_question_about_one_thing_has_no_parts(index: SearchIndex) -> None:
    for question in ("食堂早餐和午餐的价格是多少？", "How much are breakfast and lunch?"):
        query = prepare_query(question, index)
        assert (query.parts, query.texts) == ((), (query.text,))


def test_each_part_is_searched_for_by_its_own_vector(index: SearchIndex) -> None:
    query = prepare_query(BOTH, index)
    vectors = FakeEncoder().encode_queries(query.texts)
    retrieval = retrieve(index, query, vectors)
    for part, found, vector in zip(query.parts, retrieval.parts, vectors, strict=True):
        alone = retrieve(index, part, vector[None])
        assert (found.query, found.hits, found.parts) == (part, alone.hits, ())
        assert found.vector.tolist() == vector.tolist()
    assert retrieval.vector.tolist() == vectors[0].tolist()
    assert retrieval.query == query
    assert retrieval.milliseconds == pytest.approx(sum(found.milliseconds for found in retrieval.parts))


def test_the_hits_of_parts_take_turns_each_passage_once(index: SearchIndex) -> None:
    retrieval = look_up(index, BOTH)
    first, second = (found.hits for found in retrieval.parts)
    assert [hits[0].passage.document for hits in (first, second)] == ["食堂.txt", "人事/手册.md"]
    assert retrieval.hits[:2] == (first[0], second[0])
    rows = [hit.passage.id for hit in retrieval.hits]
    assert len(rows) == len(set(rows)) == 3
    assert look_up(index, BOTH, 1).hits == first[:1]


@pytest.mark.parametrize("count", [1, 3])
def test_every_text_of_a_query_needs_its_vector(index: SearchIndex, count: int) -> None:
    vectors = FakeEncoder().encode_queries(["食堂"] * count)
    with pytest.raises(ValueError, match="zip"):
        retrieve(index, prepare_query(BOTH, index), vectors)


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
