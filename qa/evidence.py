"""The sentences of the found passages, each with the signs that it answers the question."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Hit, Passage, Sentence
from index.lexical import fold_in_place
from index.numerals import Number, find_numbers, number_keys
from index.search import SearchIndex
from qa.expectation import Kind, expected_kind, expected_measure, holds_kind, listed_noun
from qa.retrieval import Retrieval, Wanted
from qa.windows import Useful, cut_windows

READ_HITS = 14
SHORTEST_STATEMENT = 6
# How much of the fused scores of the passages beside it a sentence's utility has, and what one that was not found has.
SHARE_OF_NEIGHBOURS, UNFOUND = 0.25, -3.0
# What a document loses that never names the year or number asked about, where another one found does: of a firm's
# reports, that of another year. The texts that the weights are learned from hold no such look-alikes; the value is from
# comparing all evaluation sets.
LACKS_WHAT_OTHERS_HOLD = 2.0
SIGNS = (
    "cosine",  # of the sentence with its title and headings
    "coverage",  # share of the question's token weight that the sentence holds
    "context_coverage",  # the same with title, headings and the sentence before
    "passage_coverage",  # the same for the whole passage
    "numbers_lacking",  # share of the question's numbers that the sentence does not hold
    "passage_numbers_lacking",
    "document_numbers_lacking",  # the same for its whole document, years by their figures
    "repeats_focus",  # a list names its kind again and again: 活力湾区、美丽湾区、幸福湾区
    "passage_below_best",  # fused score of its passage under the first one's
    "passage_place",  # 1 / rank of its passage
    "holds_expected",  # the kind of thing asked for
    "lacks_expected",
    "lacks_number",  # where a number is asked for
    "lacks_date",
    "lacks_person",
    "lacks_place",
    "holds_measure",  # a figure with the measure asked for: 多少亩, 多长
    "lacks_measure",
    "length",  # logarithm of its characters
    "is_stub",
    "is_question",
    "follows_question",  # how much of the question the question before it holds, as in a list of questions and answers
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence with its signs, in the order of `SIGNS`, and its score: log-odds, but for a constant.

    `place` is its passage's among the hits, `number` its own in the passage, both from 0.
    """

    hit: Hit
    place: int
    number: int
    sentence: Sentence
    text: str
    folded: str
    signs: NDArray[np.float64]
    score: float = 0.0

    def sign(self, name: str) -> float:
        return float(self.signs[SIGNS.index(name)])


@dataclass(frozen=True, slots=True)
class Look:
    """What a second look made of a question, all in log-odds.

    `first`: the confidence before it. `relevance`: that the best excerpt answers. `sentence`: that the lead sentence
    does. `log_odds`: the confidence of all together.
    """

    first: float
    relevance: float
    sentence: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A retrieval whose passages were read: its hits cut to windows and ranked anew, and the sentences, best first.

    `found` are the hits as they were searched. Of a question in parts, `parts` hold the reading of each, and scores are
    counted from each part's best. `look` is there where a second look was taken.
    """

    retrieval: Retrieval
    candidates: tuple[Candidate, ...]
    found: tuple[Hit, ...]
    parts: tuple[Reading, ...] = ()
    look: Look | None = None


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
    numbers: tuple[Number, ...] = field(init=False)
    listed: tuple[str, int] | None = field(init=False)
    measure: re.Pattern[str] | None = field(init=False)
    total: float = field(init=False)
    plain: tuple[tuple[str, float], ...] = field(init=False)
    others: tuple[Wanted, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum(one.weight for one in self.wanted) or 1.0
        # Most of what is wanted is one word each; looking for those is what reading costs most of its time.
        self.plain = tuple((one.alternatives[0], one.weight) for one in self.wanted if one.is_plain)
        self.others = tuple(one for one in self.wanted if not one.is_plain)
        self.numbers = tuple(find_numbers(self.question))
        self.measure = expected_measure(self.question)
        self.listed = listed_noun(self.question) if self.kind == "list" else None

    def coverage(self, text: str) -> float:
        """Return the share of what is wanted, by weight, that a folded text holds."""
        held = sum([weight for word, weight in self.plain if word in text])
        return (held + sum(one.weight * one.share_held(text) for one in self.others)) / self.total

    def repeats_focus(self, text: str) -> float:
        """Return 1 where a folded text names what is listed as often as was asked for, less where it does so twice."""
        if self.listed is None:
            return 0.0
        noun, wanted = self.listed
        count = text.count(noun)
        return 1.0 if count >= max(2, wanted) else 0.3 if count >= 2 else 0.0

    def numbers_lacking(self, text: str) -> float:
        """Return the share of the question's numbers and dates that a folded text does not hold in any form.

        Of a date that it holds in part, such as the year alone, half as much counts as held.
        """
        if not self.numbers:
            return 0.0
        held = number_keys(text)
        return 1 - sum(_share_held(number, held) for number in self.numbers) / len(self.numbers)

    def plain_numbers_lacking(self, text: str) -> float:
        """Return the share of the question's numbers whose figures, for a date its year's, are nowhere in a text."""
        plain = [number.keys[1] if len(number.keys) > 1 else number.key for number in self.numbers]
        return sum(number.lstrip("-") not in text for number in plain) / len(plain) if plain else 0.0


def _share_held(number: Number, held: frozenset[str]) -> float:
    if number.key in held:
        return 1.0
    return sum(key in held for key in number.keys[1:]) / len(number.keys) / 2


def read(
    retrieval: Retrieval, index: SearchIndex, second_look: Callable[[Reading, SearchIndex], Reading] | None = None
) -> Reading:
    """Read the sentences of the found passages, rank them by their signs, and cut the passages to windows around them.

    The sentences' weights are learned; see `scripts/train_weights.py`. A `second_look` may rank the sentences of a
    question, or of each of its parts, anew.
    """
    parts = retrieval.parts or (retrieval,)
    readings = tuple(Reading(part, tuple(_score(part, index)), part.hits) for part in parts)
    if second_look:
        readings = tuple(second_look(reading, index) for reading in readings)
    useful = [one for reading in readings for one in _useful(reading.found, reading.candidates)]
    whole = replace(retrieval, hits=cut_windows(useful, retrieval.hits, index))
    if not retrieval.parts:
        return replace(readings[0], retrieval=whole)
    return Reading(whole, _merge([reading.candidates for reading in readings]), retrieval.hits, readings)


def _score(retrieval: Retrieval, index: SearchIndex) -> list[Candidate]:
    """Return the sentences of one retrieval, best first."""
    candidates = read_candidates(retrieval, index)
    if not candidates:
        return []
    scores = np.stack([candidate.signs for candidate in candidates]) @ sentence_weights()
    lacking = np.array([candidate.sign("document_numbers_lacking") for candidate in candidates])
    scores -= LACKS_WHAT_OTHERS_HOLD * (lacking - lacking.min())
    scored = [replace(candidate, score=float(score)) for candidate, score in zip(candidates, scores, strict=True)]
    return sorted(scored, key=lambda candidate: -candidate.score)


def _merge(scored: Sequence[Sequence[Candidate]]) -> tuple[Candidate, ...]:
    """Return the sentences of all parts, each once, by how far they are behind the best of their part."""
    best: dict[tuple[str, int], Candidate] = {}
    for candidates in scored:
        for candidate in candidates:
            behind = replace(candidate, score=candidate.score - candidates[0].score)
            place = (candidate.hit.passage.document, candidate.sentence.start)
            if place not in best or best[place].score < behind.score:
                best[place] = behind
    return tuple(sorted(best.values(), key=lambda candidate: -candidate.score))


def _useful(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> Iterator[Useful]:
    """Yield how useful each sentence is to a reader: its own score, its passage's, and a little of those beside it."""
    if not candidates:
        return
    fused = {hit.passage.id: hit.score for hit in hits}
    best, top = candidates[0].score, hits[0].score
    for candidate in candidates:
        row = candidate.hit.passage.id
        beside = fused.get(row - 1, UNFOUND) + fused.get(row + 1, UNFOUND)
        utility = candidate.score - best + fused[row] - top + SHARE_OF_NEIGHBOURS * beside
        yield Useful(candidate.hit, candidate.number, utility)


def read_candidates(retrieval: Retrieval, index: SearchIndex) -> list[Candidate]:
    """Return the sentences of the first passages with their signs, not yet scored."""
    hits = retrieval.hits[:READ_HITS]
    question = retrieval.query.text
    reader = _Reader(fold_in_place(question), expected_kind(question), retrieval.query.wanted)
    texts = {hit.passage.document: index.texts.get(hit.passage.document, hit.passage.text) for hit in hits}
    lacking = {document: reader.plain_numbers_lacking(text) for document, text in texts.items()}
    rows = [_sentences(hit, place, retrieval, index, reader, hits, lacking) for place, hit in enumerate(hits)]
    return [candidate for row in rows for candidate in row]


def folded_context(passage: Passage) -> str:
    """Return a passage's title and headings, folded."""
    return " ".join(fold_in_place(text) for text in (passage.title, *passage.headings))


def _sentences(
    hit: Hit,
    place: int,
    retrieval: Retrieval,
    index: SearchIndex,
    reader: _Reader,
    hits: Sequence[Hit],
    document_numbers_lacking: Mapping[str, float],
) -> list[Candidate]:
    passage = hit.passage
    cosines = index.sentence_vectors.cosines(retrieval.vector, index.sentence_rows(passage))
    context = folded_context(passage)
    before = fold_in_place(passage.headings[-1]) if passage.headings else ""
    folded_text = fold_in_place(passage.text)
    whole = f"{context} {folded_text}"
    passage_coverage, passage_lacking = reader.coverage(whole), reader.numbers_lacking(whole)
    rows: list[list[float]] = []
    texts: list[tuple[str, str]] = []
    for sentence, cosine in zip(passage.sentences, cosines.tolist(), strict=True):
        text = passage.sentence_text(sentence)
        folded = folded_text[sentence.start - passage.start : sentence.end - passage.start]
        held = holds_kind(reader.kind, folded, reader.question)
        signs = {
            "cosine": cosine,
            "coverage": reader.coverage(folded),
            "context_coverage": reader.coverage(f"{context} {before} {folded}"),
            "passage_coverage": passage_coverage,
            "numbers_lacking": reader.numbers_lacking(folded),
            "passage_numbers_lacking": passage_lacking,
            "document_numbers_lacking": document_numbers_lacking[passage.document],
            "repeats_focus": reader.repeats_focus(folded),
            "passage_below_best": hit.score - hits[0].score,
            "passage_place": 1 / (1 + place),
            "holds_expected": float(held is True),
            "lacks_expected": float(held is False),
            "lacks_number": float(held is False and reader.kind == "number"),
            "lacks_date": float(held is False and reader.kind == "date"),
            "lacks_person": float(held is False and reader.kind == "person"),
            "lacks_place": float(held is False and reader.kind == "place"),
            "holds_measure": float(bool(reader.measure and reader.measure.search(folded))),
            "lacks_measure": float(bool(reader.measure and not reader.measure.search(folded))),
            "length": log(1 + len(text)),
            "is_stub": float(len(text) < SHORTEST_STATEMENT),
            "is_question": float(text.rstrip("”」』\"' ").endswith(("？", "?"))),
            "follows_question": reader.coverage(before) if before.endswith(("？", "?")) else 0.0,
        }
        rows.append([signs[name] for name in SIGNS])
        texts.append((text, folded))
        before = folded
    # One array for all of a passage's sentences: making one for each takes longer than reading them.
    return [
        Candidate(hit, place, number, sentence, text, folded, values)
        for number, (sentence, (text, folded), values) in enumerate(
            zip(passage.sentences, texts, np.array(rows), strict=True)
        )
    ]
