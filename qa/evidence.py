"""The sentences of the found passages, each with the signs that it answers the question."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Hit, Passage, Sentence
from index.lexical import fold_in_place
from index.search import SearchIndex
from qa.expectation import Kind, expected_kind, expected_measure, holds_kind, listed_noun
from qa.retrieval import Retrieval, Wanted
from qa.terms import NUMBER

READ_HITS = 20
SHORTEST_STATEMENT = 6
# Fused scores are sums of z-scores, sentence scores are log-odds: about four of these make one of those.
FUSED_SHARE, SENTENCE_SHARE = 0.4, 0.15
SIGNS = (
    "cosine",  # of the sentence with its title and headings
    "coverage",  # share of the question's token weight that the sentence holds
    "context_coverage",  # the same with title, headings and the sentence before
    "passage_coverage",  # the same for the whole passage
    "numbers_lacking",  # share of the question's numbers that the sentence does not hold
    "passage_numbers_lacking",
    "repeats_focus",  # a list names its kind again and again: 活力湾区、美丽湾区、幸福湾区
    "passage_below_best",  # fused score of its passage under the first one's
    "passage_place",  # 1 / rank of its passage
    "holds_expected",  # the kind of thing asked for
    "lacks_expected",
    "lacks_number",  # where a number is asked for
    "lacks_date",
    "holds_measure",  # a figure with the measure asked for: 多少亩, 多长
    "lacks_measure",
    "length",  # logarithm of its characters
    "is_stub",
    "is_question",
    "follows_question",  # how much of the question the question before it holds, as in a list of questions and answers
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence with its signs, in the order of `SIGNS`, and its score."""

    hit: Hit
    place: int
    sentence: Sentence
    text: str
    folded: str
    signs: NDArray[np.float64]
    score: float = 0.0

    def sign(self, name: str) -> float:
        return float(self.signs[SIGNS.index(name)])


@dataclass(frozen=True, slots=True)
class Reading:
    """A retrieval whose passages were read: its hits ranked anew, and the sentences, best first."""

    retrieval: Retrieval
    candidates: tuple[Candidate, ...]


@lru_cache(maxsize=1)
def sentence_weights() -> NDArray[np.float64]:
    """Return the learned weight of each sign, shape (signs,)."""
    stored = json.loads((Path(__file__).parent / "sentence_weights.json").read_text("utf-8"))
    return np.array([stored["weights"][name] for name in SIGNS])


@dataclass(slots=True)
class _Reader:
    """What reading one question's passages needs again and again."""

    question: str
    kind: Kind | None
    wanted: tuple[Wanted, ...]
    numbers: tuple[str, ...] = field(init=False)
    listed: tuple[str, int] | None = field(init=False)
    measure: re.Pattern[str] | None = field(init=False)
    total: float = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum(one.weight for one in self.wanted) or 1.0
        self.numbers = tuple(dict.fromkeys(NUMBER.findall(self.question)))
        self.measure = expected_measure(self.question)
        self.listed = listed_noun(self.question) if self.kind == "list" else None

    def coverage(self, text: str) -> float:
        """Return the share of what is wanted, by weight, that a folded text holds."""
        return sum(one.weight * one.share_held(text) for one in self.wanted) / self.total

    def repeats_focus(self, text: str) -> float:
        """Return 1 where a folded text names what is listed as often as was asked for, less where it does so twice."""
        if self.listed is None:
            return 0.0
        noun, wanted = self.listed
        count = text.count(noun)
        return 1.0 if count >= max(2, wanted) else 0.3 if count >= 2 else 0.0

    def numbers_lacking(self, text: str) -> float:
        """Return the share of the question's numbers that a folded text does not hold."""
        return sum(number not in text for number in self.numbers) / len(self.numbers) if self.numbers else 0.0


def read(retrieval: Retrieval, index: SearchIndex) -> Reading:
    """Read the sentences of the found passages and rank both anew: sentences by their signs, passages with their best.

    The sentences' weights are learned; see `scripts/train_weights.py`.
    """
    candidates = read_candidates(retrieval, index)
    if not candidates:
        return Reading(retrieval, ())
    scores = np.stack([candidate.signs for candidate in candidates]) @ sentence_weights()
    scored = [replace(candidate, score=float(score)) for candidate, score in zip(candidates, scores, strict=True)]
    hits = _rank_anew(retrieval.hits, scored)
    places = {hit.passage.id: place for place, hit in enumerate(hits)}
    placed = [replace(one, hit=hits[places[one.hit.passage.id]], place=places[one.hit.passage.id]) for one in scored]
    return Reading(replace(retrieval, hits=hits), tuple(sorted(placed, key=lambda candidate: -candidate.score)))


def _rank_anew(hits: Sequence[Hit], scored: Sequence[Candidate]) -> tuple[Hit, ...]:
    """Mix each passage's fused score with the score of its best sentence; passages that were not read come last."""
    best: dict[int, float] = {}
    for candidate in scored:
        best[candidate.hit.passage.id] = max(candidate.score, best.get(candidate.hit.passage.id, candidate.score))
    top = max(best.values())
    mixed = [
        replace(hit, score=FUSED_SHARE * hit.score + SENTENCE_SHARE * (best[hit.passage.id] - top))
        for hit in hits
        if hit.passage.id in best
    ]
    unread = [hit for hit in hits if hit.passage.id not in best]
    return (*sorted(mixed, key=lambda hit: -hit.score), *unread)


def read_candidates(retrieval: Retrieval, index: SearchIndex) -> list[Candidate]:
    """Return the sentences of the first passages with their signs, not yet scored."""
    hits = retrieval.hits[:READ_HITS]
    question = retrieval.query.text
    reader = _Reader(fold_in_place(question), expected_kind(question), retrieval.query.wanted)
    rows = [_sentences(hit, place, retrieval, index, reader, hits) for place, hit in enumerate(hits)]
    return [candidate for row in rows for candidate in row]


def folded_context(passage: Passage) -> str:
    """Return a passage's title and headings, folded."""
    return " ".join(fold_in_place(text) for text in (passage.title, *passage.headings))


def _sentences(
    hit: Hit, place: int, retrieval: Retrieval, index: SearchIndex, reader: _Reader, hits: Sequence[Hit]
) -> list[Candidate]:
    passage = hit.passage
    cosines = index.sentence_vectors.cosines(retrieval.vector, index.sentence_rows(passage))
    context = folded_context(passage)
    before = fold_in_place(passage.headings[-1]) if passage.headings else ""
    folded_text = fold_in_place(passage.text)
    whole = f"{context} {folded_text}"
    passage_coverage, passage_lacking = reader.coverage(whole), reader.numbers_lacking(whole)
    candidates: list[Candidate] = []
    for sentence, cosine in zip(passage.sentences, cosines, strict=True):
        text = passage.sentence_text(sentence)
        folded = folded_text[sentence.start - passage.start : sentence.end - passage.start]
        held = holds_kind(reader.kind, folded, reader.question)
        signs = {
            "cosine": float(cosine),
            "coverage": reader.coverage(folded),
            "context_coverage": reader.coverage(f"{context} {before} {folded}"),
            "passage_coverage": passage_coverage,
            "numbers_lacking": reader.numbers_lacking(folded),
            "passage_numbers_lacking": passage_lacking,
            "repeats_focus": reader.repeats_focus(folded),
            "passage_below_best": hit.score - hits[0].score,
            "passage_place": 1 / (1 + place),
            "holds_expected": float(held is True),
            "lacks_expected": float(held is False),
            "lacks_number": float(held is False and reader.kind == "number"),
            "lacks_date": float(held is False and reader.kind == "date"),
            "holds_measure": float(bool(reader.measure and reader.measure.search(folded))),
            "lacks_measure": float(bool(reader.measure and not reader.measure.search(folded))),
            "length": log(1 + len(text)),
            "is_stub": float(len(text) < SHORTEST_STATEMENT),
            "is_question": float(text.rstrip("”」』\"' ").endswith(("？", "?"))),
            "follows_question": reader.coverage(before) if before.endswith(("？", "?")) else 0.0,
        }
        values = np.array([signs[name] for name in SIGNS])
        candidates.append(Candidate(hit, place, sentence, text, folded, values))
        before = folded
    return candidates
