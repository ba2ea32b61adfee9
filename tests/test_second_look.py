from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa import second_look as module
from qa.assistant import Assistant
from qa.confidence import confidence
from qa.evidence import Reading, read
from qa.retrieval import prepare_query, retrieve
from qa.second_look import EXCERPT_CHARACTERS, EXCERPTS, SecondLook, look_weights
from tests.fakes import FakeReader
from tests.test_assistant import CANTEEN, HANDBOOK, open_library

QUESTION = "食堂早餐的价格是多少？"
LONG = "# 年报\n\n" + "".join(f"第{number}季度的销售额为{number}百万元，仓库的费用另计。" for number in range(1, 40))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("library")
    return open_library(folder, {"手册.md": HANDBOOK, "食堂.txt": CANTEEN, "年报.md": LONG})


def look(library: Assistant, question: str, reader: FakeReader, sure: float = 2.0) -> tuple[Reading, Reading]:
    """Return a reading without and with a second look."""
    index = library.generation.index
    query = prepare_query(question, index)
    found = retrieve(index, query, library.encoder.encode_queries(query.texts))
    return read(found, index), read(found, index, SecondLook(reader, sure))


def test_what_the_reader_likes_comes_first_and_raises_the_confidence(library: Assistant) -> None:
    index = library.generation.index
    first, second = look(library, QUESTION, FakeReader(lambda text: 30.0 if "周日不开放" in text else -30.0, 5.0))
    assert "周日不开放" not in first.candidates[0].text
    assert "周日不开放" in second.candidates[0].text
    assert {one.text for one in second.candidates} == {one.text for one in first.candidates}
    scores = [one.score for one in second.candidates]
    assert scores == sorted(scores, reverse=True)
    doubted = look(library, QUESTION, FakeReader(lambda _: -5.0, -5.0))[1]
    assert confidence(doubted, index) < confidence(second, index)
    assert doubted.look and second.look
    assert doubted.look.first == second.look.first
    assert (second.look.relevance, second.look.sentence) == (5.0, 30.0)


def test_the_windows_follow_the_second_look(library: Assistant) -> None:
    first, second = look(library, QUESTION, FakeReader(lambda text: 40.0 if "周日不开放" in text else -40.0))
    assert second.found == first.found
    assert second.retrieval.hits != first.retrieval.hits


def test_what_is_sure_already_is_not_read(library: Assistant) -> None:
    reader = FakeReader(lambda _: 0.0)
    first, second = look(library, QUESTION, reader, sure=0.0)
    assert reader.asked == []
    assert [one.text for one in second.candidates] == [one.text for one in first.candidates]
    assert second.retrieval.hits == first.retrieval.hits
    assert second.look is None


def test_excerpts_are_few_short_and_word_for_word(library: Assistant) -> None:
    reader = FakeReader(lambda _: 0.0)
    _, reading = look(library, "各季度的销售额是多少？", reader)
    ((question, excerpts),) = reader.asked
    assert question == "各季度的销售额是多少？"
    assert 1 <= len(excerpts) <= EXCERPTS
    texts = {library.generation.documents[one.hit.passage.document].text for one in reading.candidates}
    for one in excerpts:
        assert len(one.text) <= EXCERPT_CHARACTERS
        assert any(one.text in text for text in texts)
        assert "".join(one.text[start:end] for start, end in one.sentences).strip()
        assert one.sentences[0][0] == 0 and one.sentences[-1][1] == len(one.text)
    assert reading.candidates[0].hit.passage.title in excerpts[0].context


def test_what_no_excerpt_holds_counts_as_the_worst_of_what_was_read(library: Assistant) -> None:
    reader = FakeReader(lambda text: float(len(text)), 1.5)
    index = library.generation.index
    query = prepare_query("季度销售额", index)
    found = read(retrieve(index, query, library.encoder.encode_queries(query.texts)), index)
    signs = module.sentence_signs(found, reader)
    assert signs.shape == (len(found.candidates), len(module.SENTENCE_SIGNS))
    held = "".join(one.text for one in reader.asked[0][1])
    lowest = min(len(one.text[start:end]) for one in reader.asked[0][1] for start, end in one.sentences)
    for candidate, (score, sentence, relevance) in zip(found.candidates, signs, strict=True):
        assert score == candidate.score
        assert relevance == 1.5
        assert sentence == (len(candidate.text) if candidate.text in held else lowest)


def test_a_sentence_beyond_the_networks_length_counts_as_not_read(library: Assistant) -> None:
    index = library.generation.index
    query = prepare_query(QUESTION, index)
    found = read(retrieve(index, query, library.encoder.encode_queries(query.texts)), index)
    signs = module.sentence_signs(found, FakeReader(lambda text: -np.inf if "早餐" in text else 2.0))
    assert np.isfinite(signs).all()
    assert set(signs[:, 1]) == {2.0}
    assert np.isfinite(module.sentence_signs(found, FakeReader(lambda _: -np.inf))).all()


def test_each_part_of_a_question_is_looked_at(library: Assistant) -> None:
    reader = FakeReader(lambda _: 0.0, 3.0)
    _, second = look(library, "员工手册和食堂管理规定分别是什么时候发布的？", reader)
    assert [question for question, _ in reader.asked] == [
        "员工手册是什么时候发布的？",
        "食堂管理规定是什么时候发布的？",
    ]
    assert len(second.parts) == 2
    assert all(part.look is not None for part in second.parts)


def test_nothing_found_is_not_looked_at(library: Assistant) -> None:
    reader = FakeReader(lambda _: 0.0)
    index = library.generation.index
    query = prepare_query(QUESTION, index)
    found = retrieve(index, query, library.encoder.encode_queries(query.texts))
    empty = Reading(replace(found, hits=()), (), ())
    assert SecondLook(reader)(empty, index) is empty
    assert reader.asked == []


def test_weights_never_reward_what_the_reader_doubts() -> None:
    weights = look_weights()
    assert (weights.sentence >= 0).all()
    named = dict(zip(module.CONFIDENCE_SIGNS, weights.confidence, strict=True))
    assert named["first"] > 0 and named["relevance"] > 0 and named["sentence"] >= 0
    assert named["relevance"] + named["broad_relevance"] >= -0.05


def test_an_assistant_with_a_reader_takes_second_looks(tmp_path: Path) -> None:
    plain = open_library(tmp_path, {"食堂.txt": CANTEEN})
    reader = FakeReader(lambda _: -9.0, -9.0)
    looking = Assistant(plain.settings, plain.encoder, reader=reader)
    looking.sync()
    looking._second_look = SecondLook(reader, sure=2.0)
    assert looking.ask(QUESTION).confidence < plain.ask(QUESTION).confidence
    assert len(reader.asked) == 1
    looking.search(QUESTION, 5)
    assert len(reader.asked) == 2
    assert plain.second_look(plain.generation.index) is None


def test_the_order_for_a_list_stays_but_its_confidence_does_not(library: Assistant) -> None:
    index = library.generation.index
    question = "食堂供应哪些餐？"
    first, second = look(library, question, FakeReader(lambda text: float(len(text)), 9.0))
    assert [one.text for one in second.candidates] == [one.text for one in first.candidates]
    assert [one.score for one in second.candidates] == [one.score for one in first.candidates]
    assert confidence(second, index) > confidence(look(library, question, FakeReader(lambda _: -9.0, -9.0))[1], index)


def test_questions_in_english_keep_their_first_reading(library: Assistant) -> None:
    reader = FakeReader(lambda _: -9.0, -9.0)
    _, reading = look(library, "How much does breakfast cost in the canteen?", reader)
    assert reading.look is None
    assert reader.asked == []
