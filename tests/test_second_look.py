from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from math import log
from pathlib import Path

import numpy as np
import pytest

from index.chunking import split_passages
from index.datatypes import Sentence
from index.loaders import parse_document
from index.openvino_reader import Excerpt, Verdict
from qa import second_look as module
from qa.assistant import Assistant
from qa.confidence import confidence
from qa.evidence import Look, Reading, read
from qa.retrieval import prepare_query, retrieve
from qa.second_look import (
    EXCERPT_CHARACTERS,
    EXCERPTS,
    LookWeights,
    SecondLook,
    is_doubtful,
    look_weights,
    running_text,
)
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


def reading_of(library: Assistant, lengths: Sequence[int], likeliest: Sequence[int]) -> Reading:
    """Return a reading of one passage whose sentences have these lengths, each of a character of its own."""
    first, _ = look(library, QUESTION, FakeReader(lambda _: 0.0), sure=0.0)
    lead = first.candidates[0]
    text = "".join(chr(ord("一") + number) * length for number, length in enumerate(lengths))
    starts = accumulate(lengths, initial=1000)
    sentences = tuple(Sentence(7, start, start + length) for start, length in zip(starts, lengths, strict=False))
    passage = replace(
        lead.hit.passage,
        title="卷",
        headings=("章", "节"),
        start=1000,
        end=1000 + len(text),
        text=text,
        sentences=sentences,
    )
    candidates = tuple(
        replace(lead, hit=replace(lead.hit, passage=passage), number=number, sentence=sentences[number])
        for number in likeliest
    )
    return replace(first, candidates=candidates)


def numbers_read(reader: FakeReader) -> list[list[int]]:
    """Return the numbers of the sentences of `reading_of` in each excerpt that was read."""
    ((_, excerpts),) = reader.asked
    return [[ord(one.text[start]) - ord("一") for start, _ in one.sentences] for one in excerpts]


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


@pytest.mark.parametrize(("likely", "doubtful"), [(0.89, True), (0.91, False)])
def test_nine_in_ten_is_sure(library: Assistant, likely: float, doubtful: bool) -> None:
    """The weights were fitted on what is in doubt at this limit."""
    index = library.generation.index
    first, _ = look(library, QUESTION, FakeReader(lambda _: 0.0), sure=0.0)
    reading = replace(first, look=Look(0.0, 0.0, 0.0, log(likely / (1 - likely))))
    assert is_doubtful(reading, index) is doubtful
    assert not is_doubtful(reading, index, confidence(reading, index))


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


@pytest.mark.parametrize(
    ("lengths", "lead", "numbers"),
    [
        ((40, 40, 40), 1, [0, 1, 2]),
        ((40, 40, 40, 40, 40), 1, [0, 1, 2, 3]),  # 160 characters, to the last one
        ((40, 40, 40, 40, 40), 4, [1, 2, 3, 4]),
        ((50, 50, 50, 50, 50), 2, [1, 2, 3]),  # one on each side
        ((70, 50, 70), 1, [1, 2]),  # what follows goes first
        ((40, 121, 40, 40, 40), 2, [2, 3, 4]),
        ((30, 100, 40, 10), 1, [1, 2, 3]),
        ((40, 130, 40), 1, [1]),
        ((10, 200, 10), 1, [1]),  # too long by itself, but it is what was found
    ],
)
def test_an_excerpt_grows_on_both_sides_while_there_is_room(
    library: Assistant, lengths: tuple[int, ...], lead: int, numbers: list[int]
) -> None:
    reader = FakeReader(lambda _: 0.0)
    reading = reading_of(library, lengths, [lead])
    module.sentence_signs(reading, reader)
    ((_, (excerpt,)),) = reader.asked
    assert numbers_read(reader) == [numbers]
    assert excerpt.text == "".join(chr(ord("一") + number) * lengths[number] for number in numbers)
    assert [end - start for start, end in excerpt.sentences] == [lengths[number] for number in numbers]
    assert excerpt.context == "卷 > 章 > 节"


def test_no_excerpt_is_read_for_what_another_holds(library: Assistant) -> None:
    reader = FakeReader(lambda _: 0.0)
    module.sentence_signs(reading_of(library, [40] * 12, [2, 3, 2, 8, 1]), reader)
    assert numbers_read(reader) == [[1, 2, 3, 4], [7, 8, 9, 10]]


def test_the_likeliest_sentences_are_read_and_no_more(library: Assistant) -> None:
    reader = FakeReader(lambda _: 0.0)
    module.sentence_signs(reading_of(library, [EXCERPT_CHARACTERS] * 9, [5, 1, 8, 3, 0, 2]), reader)
    assert numbers_read(reader) == [[number] for number in [5, 1, 8, 3, 0, 2][:EXCERPTS]]


@pytest.mark.parametrize("verdicts", [((5.0, 1.0), (3.0, 2.0)), ((3.0, 2.0), (5.0, 1.0))])
def test_of_a_sentence_in_two_excerpts_the_better_verdict_counts(
    library: Assistant, verdicts: tuple[tuple[float, float], ...]
) -> None:
    class Wavering(FakeReader):
        def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Verdict]:
            super().read(question, excerpts)
            return [
                Verdict(relevance, np.full(len(one.sentences), sentence, np.float32))
                for one, (sentence, relevance) in zip(excerpts, verdicts, strict=True)
            ]

    reader = Wavering(lambda _: 0.0)
    signs = module.sentence_signs(reading_of(library, [40] * 9, [2, 5, 4]), reader)
    assert numbers_read(reader) == [[1, 2, 3, 4], [4, 5, 6, 7]]
    assert signs[:, 1:].tolist() == [[*verdicts[0]], [*verdicts[1]], [5.0, 1.0]]


@pytest.mark.parametrize(
    ("question", "broad"), [("早餐的价格是多少？", 0), ("概括食堂的规定。", 1), ("說明食堂的規定。", 1)]
)
def test_the_confidence_goes_by_the_best_excerpt_and_the_lead_sentence(
    library: Assistant, question: str, broad: int
) -> None:
    reading, _ = look(library, question, FakeReader(lambda _: 0.0), sure=0.0)
    sentences = np.array([[9.0, 8.0, -3.0], [7.0, 2.0, 4.0], [0.0, 6.0, 1.0]])  # score, sentence, relevance
    signs = module.confidence_signs(reading, -0.5, sentences, sentences[1])
    assert signs.tolist() == [-0.5, 4.0, 2.0, broad, broad * 4.0]


def test_the_weights_make_one_score_and_one_confidence_of_the_signs(
    library: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = LookWeights(np.array([2.0, 10.0, 100.0]), np.array([1.0, 10.0, 100.0, 0.0, 0.0]), 0.25)
    monkeypatch.setattr(module, "look_weights", lambda: weights)
    first, second = look(library, QUESTION, FakeReader(lambda text: 3.0 if "周日不开放" in text else -3.0, 5.0))
    scores = {one.text: one.score for one in first.candidates}
    lead = second.candidates[0]
    assert "周日不开放" in lead.text
    assert lead.score == pytest.approx(2 * scores[lead.text] + 30 + 500)
    assert second.look
    assert second.look.log_odds == pytest.approx(second.look.first + 50 + 300 + 0.25)


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
    assert (module.sentence_signs(found, FakeReader(lambda _: -np.inf))[:, 1:] == 0).all()


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


def test_the_items_of_a_list_are_read_as_one_sentence_behind_what_announces_them() -> None:
    text = "# 社团手册\n\n## 申请条件\n\n- 有十五名学生报名；\n- 有固定场地\n\n申请每学期受理一次。\n"
    (passage,) = split_passages(parse_document("手册.md", text.encode()))
    excerpt, groups = running_text(passage, (0, 1, 2))
    assert excerpt.text == "申请条件：有十五名学生报名；有固定场地。申请每学期受理一次。"
    assert [excerpt.text[slice(*span)] for span in excerpt.sentences] == [
        "申请条件：有十五名学生报名；有固定场地。",
        "申请每学期受理一次。",
    ]
    assert groups == [(0, 1), (2,)]
    announced = text.replace("- 有十五", "提出申请要满足几点。\n\n- 有十五")
    (passage,) = split_passages(parse_document("手册.md", announced.encode()))
    excerpt, groups = running_text(passage, (0, 1, 2))
    assert excerpt.text == "提出申请要满足几点：有十五名学生报名；有固定场地。"
    assert (len(excerpt.sentences), groups) == (1, [(0, 1, 2)])
