from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from index import search as search_module
from index.chunking import split_passages
from index.datatypes import Passage, Ranks
from index.lexical_index import LexicalIndex, LexicalPart
from index.loaders import parse_document
from index.postings import Postings
from index.records import PassageTable, Record
from index.search import SearchIndex, highest, matched_terms, search, sentence_starts, standardise, starts_of
from index.vector_parts import VectorPart, VectorParts
from index.vectors import VectorIndex
from tests.fakes import DIMENSION, FakeEncoder
from tests.test_index_records import EMPTY, record_of

FILES = {
    "假期.md": (
        "# 员工假期规定\n\n## 年假\n\n入职满一年的员工每年享有十天带薪年假。未休完的年假可以结转到次年三月底。\n\n"
        "## 病假\n\n员工每年享有五天病假。病假需要医院证明。\n\n## 事假\n\n事假没有工资。\n"
    ),
    "设备.txt": "设备说明\nPPR-9087型设备的额定功率为1.5千瓦。\n设备需要每年检修一次。\n检修由工程部负责。\n",
    "加班.txt": "加班工资规定\n加班工资按照一点五倍发放。\n节假日加班按照三倍发放。\n加班需要部门经理批准。\n",
    "Leave.md": "# Annual leave\n\nEmployees have ten days of annual leave a year.\n\nSick leave is five days.\n",
}
LARGE = {
    f"设备{number}.txt": f"第{number}号设备的额定功率为{number * 7 % 60}千瓦，由第{number % 9}车间负责检修。"
    for number in range(60)
}
QUESTIONS = ["年假有几天", "PPR-9087的功率是多少", "加班工资怎么算", "annual leave", "三体问题", "？", "病假 证明 医院"]


def build(files: dict[str, str]) -> SearchIndex:
    passages: list[Passage] = []
    for path, text in files.items():
        passages.extend(split_passages(parse_document(path, text.encode()), len(passages)))
    encoder = FakeEncoder()
    sentences = [passage.sentence_text(sentence) for passage in passages for sentence in passage.sentences]
    return SearchIndex(
        passages=tuple(passages),
        passage_vectors=VectorIndex.build(encoder.encode_passages([passage.text for passage in passages])),
        sentence_vectors=VectorIndex.build(encoder.encode_passages(sentences)),
        sentence_starts=sentence_starts(passages),
        lexical=LexicalIndex.build([passage.text for passage in passages]),
    )


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return build(FILES)


@pytest.fixture(scope="module")
def large_index() -> SearchIndex:
    """Sixty passages, so that few candidates leave most of them out."""
    return build(LARGE)


def query_of(question: str) -> NDArray[np.float32]:
    return np.asarray(FakeEncoder().encode_queries([question])[0], dtype=np.float32)


def legs_of(index: SearchIndex, question: str) -> list[list[float]]:
    """Every passage's cosine, best sentence's cosine and BM25 score, one by one from the texts."""
    query = query_of(question).astype(np.float64)

    def cosine(text: str) -> float:
        return float(query_of(text).astype(np.float64) @ query)

    dense = [cosine(passage.text) for passage in index.passages]
    best = [max(cosine(passage.sentence_text(one)) for one in passage.sentences) for passage in index.passages]
    return [dense, best, [float(score) for score in index.lexical.scores(question)]]


def z_scores(scores: list[float]) -> list[float]:
    mean = math.fsum(scores) / len(scores)
    spread = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / len(scores))
    return [(score - mean) / spread if spread > 1e-9 else 0.0 for score in scores]


def places(scores: list[float]) -> list[int]:
    order = sorted(range(len(scores)), key=lambda row: -scores[row])
    return [order.index(row) + 1 for row in range(len(scores))]


def fuse(legs: list[list[float]]) -> list[float]:
    weighted = zip((0.35, 0.35, 0.3), map(z_scores, legs), strict=True)
    return [sum(parts) for parts in zip(*([weight * z for z in leg] for weight, leg in weighted), strict=True)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_ranking_is_the_weighted_sum_of_the_legs_z_scores(index: SearchIndex, question: str) -> None:
    legs = legs_of(index, question)
    fused = fuse(legs)
    dense, sentence, lexical = map(places, legs)
    hits = search(index, question, query_of(question), limit=100)
    assert sorted(hit.passage.id for hit in hits) == list(range(len(index.passages)))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        row = hit.passage.id
        assert hit.passage == index.passages[row]
        assert hit.score == pytest.approx(fused[row], abs=1e-4)
        assert (hit.dense, hit.sentence, hit.lexical) == pytest.approx([leg[row] for leg in legs], abs=1e-5)
        assert hit.ranks.lexical == (lexical[row] if legs[2][row] > 0 else None)
        assert legs[0][row] == pytest.approx(sorted(legs[0], reverse=True)[(hit.ranks.dense or 0) - 1], abs=1e-5)
        assert legs[1][row] == pytest.approx(sorted(legs[1], reverse=True)[(hit.ranks.sentence or 0) - 1], abs=1e-5)
    for found, expected in (([h.ranks.dense for h in hits], dense), ([h.ranks.sentence for h in hits], sentence)):
        assert sorted(place for place in found if place) == sorted(expected)


@pytest.mark.parametrize(
    ("question", "document", "words"),
    [
        ("年假有几天", "假期.md", "十天带薪年假"),
        ("PPR-9087的功率是多少", "设备.txt", "1.5千瓦"),
        ("加班工资怎么算", "加班.txt", "一点五倍"),
        ("How many days of annual leave?", "Leave.md", "ten days"),
    ],
)
def test_the_best_hit_holds_the_answer(index: SearchIndex, question: str, document: str, words: str) -> None:
    best = search(index, question, query_of(question), limit=1)[0]
    assert best.passage.document == document
    assert words in best.passage.text
    assert best.ranks.lexical == 1


@pytest.mark.parametrize("question", ["第7号设备的功率", "第9车间", "三体问题"])
def test_candidates_are_the_best_of_each_leg(
    large_index: SearchIndex, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "CANDIDATES", 5)
    monkeypatch.setattr(search_module, "SENTENCE_CANDIDATES", 4)
    dense, sentence, lexical = legs_of(large_index, question)

    def best(leg: list[float], count: int) -> set[int]:
        edge = sorted(leg, reverse=True)[count - 1]
        return {row for row, score in enumerate(leg) if score >= edge - 1e-6}

    hits = search(large_index, question, query_of(question), limit=100)
    rows = [hit.passage.id for hit in hits]
    words = {row for row in best(lexical, 5) if lexical[row] > 0}
    # At the edge of a leg several may be equally good.
    assert set(rows) <= best(dense, 5) | best(sentence, 4) | words
    assert len(rows) == len(set(rows)) >= 5
    legs = [[leg[row] for row in rows] for leg in (dense, sentence, lexical)]
    assert [hit.score for hit in hits] == pytest.approx(fuse(legs), abs=1e-4)


@pytest.mark.parametrize("question", ["第7号设备的功率", "第9车间", "三体问题"])
def test_sentences_are_looked_for_in_the_pool(
    large_index: SearchIndex, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("CANDIDATES", 3), ("SENTENCE_CANDIDATES", 6), ("POOL", 12)):
        monkeypatch.setattr(search_module, name, value)
    dense, sentence, lexical = legs_of(large_index, question)

    def edge(scores: list[float], count: int) -> float:
        return sorted(scores, reverse=True)[:count][-1] - 1e-6

    words = [row for row in range(60) if lexical[row] > 0]
    least = edge([lexical[row] for row in words], 12) if words else 0
    pool = {row for row in range(60) if dense[row] >= edge(dense, 12)} | {row for row in words if lexical[row] >= least}
    found = {hit.passage.id for hit in search(large_index, question, query_of(question), limit=100)}
    # Each passage of this index is one sentence.
    assert found <= pool
    assert {row for row in pool if sentence[row] > edge([sentence[row] for row in pool], 6) + 2e-6} <= found
    assert {row for row in range(60) if dense[row] > edge(dense, 3) + 2e-6} <= found


@pytest.mark.parametrize("size", [0, 1, 63, 64, 100, 640, 1000, 5000])
@pytest.mark.parametrize("share", [0.0, 0.002, 0.1, 1.0])
def test_highest_agrees_with_sorting(size: int, share: float) -> None:
    chance = np.random.default_rng(size)
    # Rounded, so that many are equal.
    scores = np.where(chance.random(size) < share, chance.gamma(1, 2, size).round(1), 0).astype(np.float32)
    for count in (1, 9, 100):
        rows = highest(scores, count)
        expected = [score for score in sorted(scores.tolist(), reverse=True)[:count] if score > 0]
        assert scores[rows].tolist() == expected
        assert len(set(rows.tolist())) == len(rows)
        for earlier, later in pairwise(rows.tolist()):
            assert scores[earlier] > scores[later] or earlier < later


def test_no_more_hits_than_asked_for(index: SearchIndex) -> None:
    all_hits = search(index, "年假有几天", query_of("年假有几天"), limit=100)
    for limit in (0, 1, 3):
        assert search(index, "年假有几天", query_of("年假有几天"), limit=limit) == all_hits[:limit]


def test_ties_go_to_the_earlier_passage() -> None:
    built = build({f"{number}.txt": "员工每年享有十天年假。" for number in range(5)} | {"x.txt": "设备需要检修。"})
    # Ones and zeros, so that cosines are the same to the last bit on every machine.
    vectors = VectorIndex.build(np.eye(2, DIMENSION, dtype=np.float32)[[0, 0, 0, 0, 0, 1]])
    index = replace(built, passage_vectors=vectors, sentence_vectors=vectors)
    hits = search(index, "年假", np.eye(1, DIMENSION, dtype=np.float32)[0], limit=10)
    assert [hit.passage.document for hit in hits] == ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt", "x.txt"]
    assert len({hit.score for hit in hits[:5]}) == 1
    assert [hit.ranks.lexical for hit in hits] == [1, 2, 3, 4, 5, None]


def test_passages_that_are_all_alike_are_not_told_apart_by_rounding() -> None:
    index = build({f"{number:02}.txt": "员工每年享有十天年假。" for number in range(50)})
    hits = search(index, "年假规定", query_of("年假规定"), limit=100)
    assert [hit.score for hit in hits] == [0.0] * 50
    assert [hit.passage.id for hit in hits] == list(range(50))


def test_one_passage_alone_scores_nothing_and_is_found() -> None:
    hits = search(build({"a.txt": "员工每年享有十天年假。"}), "年假", query_of("年假"), limit=10)
    assert [(hit.score, hit.ranks) for hit in hits] == [(0.0, Ranks(dense=1, sentence=1, lexical=1))]


def test_an_empty_index_has_no_hits() -> None:
    none = np.zeros((0, DIMENSION), dtype=np.float32)
    empty = SearchIndex(
        (), VectorIndex.build(none), VectorIndex.build(none), sentence_starts([]), LexicalIndex.build([])
    )
    assert search(empty, "年假", query_of("年假"), limit=10) == []


def test_hits_name_the_terms_they_hold(index: SearchIndex) -> None:
    terms = ("年假", "病假", "规定", "ppr-9087", "三体")
    hits = {hit.passage.text: hit.terms for hit in search(index, "年假", query_of("年假"), 100, terms)}
    assert hits["员工每年享有五天病假。病假需要医院证明。"] == ("病假", "规定")
    assert next(found for text, found in hits.items() if "PPR" in text) == ("ppr-9087",)


def test_terms_are_looked_for_in_title_headings_and_text_alike() -> None:
    passage = Passage(0, "a.md", "員工手冊", 0, 5, "ＰＰＲ－９０８７", headings=("假期", "年假"))
    assert matched_terms(passage, ["员工手册", "年假", "ppr-9087", "手册假期", "a.md"]) == (
        "员工手册",
        "年假",
        "ppr-9087",
    )
    assert matched_terms(passage, []) == ()


def test_standardise() -> None:
    assert standardise(np.array([1, 2, 3], dtype=np.float32)).tolist() == pytest.approx(
        [-math.sqrt(1.5), 0, math.sqrt(1.5)]
    )
    for count in range(1, 50):
        assert standardise(np.full(count, 0.7, dtype=np.float32)).tolist() == [0.0] * count


def test_sentence_rows_follow_the_passages(index: SearchIndex) -> None:
    counts = [len(passage.sentences) for passage in index.passages]
    assert index.sentence_starts.tolist() == [sum(counts[:row]) for row in range(len(counts) + 1)]
    rows = [row for passage in index.passages for row in index.sentence_rows(passage).tolist()]
    assert rows == list(range(index.sentence_vectors.size))
    assert sentence_starts([]).tolist() == [0]


def test_document_rows_are_those_of_the_passages_of_one_document(index: SearchIndex) -> None:
    documents = [passage.document for passage in index.passages]
    assert documents == ["假期.md", "假期.md", "假期.md", "设备.txt", "加班.txt", "Leave.md"]
    rows = [range(0, 3), range(0, 3), range(0, 3), range(3, 4), range(4, 5), range(5, 6)]
    assert [index.document_rows(passage) for passage in index.passages] == rows
    table = PassageTable(records_of(index))
    assert [replace(index, passages=table).document_rows(passage) for passage in table] == rows


# Segments put together


def records_of(index: SearchIndex) -> list[Record]:
    """The records of an index's documents, in its order, and one in their midst that has no passages."""
    grouped: dict[str, list[Passage]] = {}
    for passage in index.passages:
        grouped.setdefault(passage.document, []).append(passage)
    records = []
    for path, passages in grouped.items():
        text = (FILES | LARGE)[path]
        records.append(record_of(parse_document(path, text.encode()), passages))
    return [records[0], EMPTY, *records[1:]]


def spread_over(index: SearchIndex, owners: NDArray[np.int64]) -> SearchIndex:
    """The same in segments, passage i in segment `owners[i]`; behind each of its texts stands one that is gone."""
    records = records_of(index)
    passages, sentences, words = [], [], []
    for owner in np.unique(owners):
        own = np.flatnonzero(owners == owner)
        rows = np.stack([own, np.full(len(own), -1)], axis=1).ravel()
        vectors = np.repeat(index.passage_vectors.take(own), 2, axis=0)
        passages.append(VectorPart(VectorIndex.build(vectors), rows))
        texts = [text for row in own.tolist() for text in (index.passages[row].text, "年假和病假的规定，第7号设备" * 9)]
        words.append(LexicalPart(Postings.build(texts), rows))
        sentence_rows = np.concatenate([index.sentence_rows(index.passages[row]) for row in own.tolist()])
        sentence_vectors = np.repeat(index.sentence_vectors.take(sentence_rows), 2, axis=0)
        beside = np.stack([np.full(len(sentence_rows), -1), sentence_rows], axis=1).ravel()
        sentences.append(VectorPart(VectorIndex.build(sentence_vectors), beside))
    return SearchIndex(
        passages=PassageTable(records),
        passage_vectors=VectorParts(passages, len(index.passages), DIMENSION),
        sentence_vectors=VectorParts(sentences, index.sentence_vectors.size, DIMENSION),
        sentence_starts=starts_of(records),
        lexical=LexicalIndex(words, len(index.passages)),
    )


@pytest.mark.parametrize("question", [*QUESTIONS, "第7号设备的功率", "第9车间"])
@pytest.mark.parametrize("segments", [1, 2, 5])
def test_segments_are_searched_as_if_they_were_one(
    index: SearchIndex, large_index: SearchIndex, question: str, segments: int
) -> None:
    for whole in (index, large_index):
        owners = np.random.default_rng(segments).integers(0, segments, len(whole.passages))
        hits = search(spread_over(whole, owners), question, query_of(question), 100, ("年假", "设备"))
        expected = search(whole, question, query_of(question), 100, ("年假", "设备"))
        assert [hit.passage for hit in hits] == [hit.passage for hit in expected]
        assert [hit.ranks for hit in hits] == [hit.ranks for hit in expected]
        assert [hit.lexical for hit in hits] == [hit.lexical for hit in expected]
        assert [hit.terms for hit in hits] == [hit.terms for hit in expected]
        for hit, one in zip(hits, expected, strict=True):
            assert (hit.score, hit.dense, hit.sentence) == pytest.approx((one.score, one.dense, one.sentence), abs=1e-5)


def test_a_hit_s_passage_is_the_table_s_own(index: SearchIndex) -> None:
    together = spread_over(index, np.array([0, 1, 0, 1, 0, 1]))
    hits = search(together, "年假有几天", query_of("年假有几天"), 10)
    assert all(hit.passage is together.passages[hit.passage.id] for hit in hits)
    assert hits[0].passage.text == "入职满一年的员工每年享有十天带薪年假。未休完的年假可以结转到次年三月底。"


def test_starts_of_records_are_those_of_their_passages(index: SearchIndex, large_index: SearchIndex) -> None:
    for one in (index, large_index):
        starts = starts_of(records_of(one))
        assert starts.tolist() == sentence_starts(one.passages).tolist()
        assert starts.dtype == np.int64
    assert starts_of(records_of(index)).tolist() == [0, 2, 4, 5, 8, 11, 13]
    for none in ([], [EMPTY], [EMPTY, EMPTY]):
        assert (starts_of(none).tolist(), starts_of(none).dtype.name) == ([0], "int64")
