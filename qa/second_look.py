"""A second look at what the first reading leaves in doubt: a network reads the question with the likeliest excerpts.

The first reading compares words and vectors, which is quick and mostly enough. The reader (`index.openvino_reader`)
tells better whether a sentence answers, but takes tens of milliseconds, so it is asked only where the first confidence
is below `SURE`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Passage
from index.lexical import fold_in_place
from index.openvino_reader import Excerpt, Reader
from index.search import SearchIndex
from qa.confidence import BROAD, confidence, log_odds
from qa.evidence import Candidate, Look, Reading
from qa.expectation import expected_kind
from qa.item_lines import is_bulleted, without_bullet
from qa.list_questions import asks_for_list
from qa.terms import is_written_in_hanzi

SURE = 0.9
EXCERPTS = 3
# A longer excerpt holds more answers but takes longer to read.
EXCERPT_CHARACTERS = 160
SENTENCE_SIGNS = (
    "score",  # of the first reading
    "sentence",  # the reader's log-odds that the sentence answers
    "relevance",  # that its excerpt does
)
CONFIDENCE_SIGNS = (
    "first",  # log-odds of the first confidence
    "relevance",  # of the best excerpt
    "sentence",  # of the lead
    "broad",  # whether the question asks for a summary or an explanation, which no single sentence gives
    "broad_relevance",
)
Signs = NDArray[np.float64]
Numbers = tuple[int, ...]  # of sentences in their passage


@dataclass(frozen=True, slots=True)
class LookWeights:
    """The learned weights of `SENTENCE_SIGNS` and of `CONFIDENCE_SIGNS`, and the bias of the latter."""

    sentence: Signs
    confidence: Signs
    bias: float


@lru_cache(maxsize=1)
def look_weights() -> LookWeights:
    """Return the weights that `scripts/train_weights.py` found."""
    stored = json.loads((Path(__file__).parent / "second_look_weights.json").read_text("utf-8"))
    return LookWeights(
        np.array([stored["sentence"][name] for name in SENTENCE_SIGNS]),
        np.array([stored["confidence"][name] for name in CONFIDENCE_SIGNS]),
        float(stored["bias"]),
    )


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks at a reading once more, where it is in doubt."""

    reader: Reader
    sure: float = SURE

    def __call__(self, reading: Reading, index: SearchIndex) -> Reading:
        """Return a reading of one question or part with its sentences ranked anew, or as it was."""
        if not is_doubtful(reading, index, self.sure):
            return reading
        first = log_odds(reading, index)
        weights = look_weights()
        signs = sentence_signs(reading, self.reader)
        scores = sentence_scores(reading, signs, weights.sentence)
        ranked = sorted(zip(reading.candidates, signs, scores.tolist(), strict=True), key=lambda row: -row[2])
        candidates = tuple(replace(candidate, score=score) for candidate, _, score in ranked)
        values = confidence_signs(reading, first, signs, ranked[0][1])
        look = Look(first, values[1], values[2], float(values @ weights.confidence + weights.bias))
        return replace(reading, candidates=candidates, look=look)


def is_doubtful(reading: Reading, index: SearchIndex, sure: float = SURE) -> bool:
    """Whether a second look may help. The reader has learned Chinese questions alone."""
    if not reading.candidates or not is_written_in_hanzi(reading.retrieval.query.question):
        return False
    return confidence(reading, index) < sure


def sentence_signs(reading: Reading, reader: Reader) -> Signs:
    """Return the signs of each sentence read, shape (candidates, signs); what no excerpt holds has the lowest found."""
    excerpts = _excerpts(reading.candidates)
    question = reading.retrieval.query.question
    is_list = asks_for_list(question)
    shown = [_excerpt(passage, numbers, is_list) for passage, numbers in excerpts]
    verdicts = reader.read(question, [excerpt for excerpt, _ in shown])
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for (passage, _), (_, groups), verdict in zip(excerpts, shown, verdicts, strict=True):
        for numbers, sentence in zip(groups, verdict.sentences.tolist(), strict=True):
            for place in ((passage.id, number) for number in numbers):
                if np.isfinite(sentence) and found.get(place, (-np.inf,))[0] < sentence:
                    found[place] = (sentence, verdict.relevance)
    lowest = tuple(min(values) for values in zip(*found.values(), strict=True)) if found else (0.0, 0.0)
    return np.array([(one.score, *found.get((one.hit.passage.id, one.number), lowest)) for one in reading.candidates])


def keeps_order(reading: Reading) -> bool:
    """Whether the first reading's order stays: the reader has learned to find one thing, not the sentence that lists
    all of them.
    """
    return expected_kind(reading.retrieval.query.question) == "list"


def sentence_scores(reading: Reading, sentences: Signs, weights: Signs) -> Signs:
    """Return the scores of a reading's sentences, shape (candidates,), given their signs."""
    return sentences[:, SENTENCE_SIGNS.index("score")] if keeps_order(reading) else sentences @ weights


def confidence_signs(reading: Reading, first: float, sentences: Signs, lead: Signs) -> Signs:
    """Return the signs of the confidence, in the order of `CONFIDENCE_SIGNS`, for the lead with these signs."""
    broad = float(BROAD.search(fold_in_place(reading.retrieval.query.question)) is not None)
    relevance = float(sentences[:, SENTENCE_SIGNS.index("relevance")].max())
    sentence = float(lead[SENTENCE_SIGNS.index("sentence")])
    return np.array([first, relevance, sentence, broad, broad * relevance])


def _excerpts(candidates: Sequence[Candidate]) -> list[tuple[Passage, tuple[int, ...]]]:
    """Return the surroundings of the likeliest sentences: their passages and the numbers of their sentences."""
    excerpts: list[tuple[Passage, tuple[int, ...]]] = []
    seen: set[tuple[int, int]] = set()
    for candidate in candidates:
        passage = candidate.hit.passage
        if (passage.id, candidate.number) in seen:
            continue
        numbers = _surroundings(passage, candidate.number)
        seen.update((passage.id, number) for number in numbers)
        excerpts.append((passage, numbers))
        if len(excerpts) == EXCERPTS:
            break
    return excerpts


def _surroundings(passage: Passage, number: int) -> tuple[int, ...]:
    """Return the numbers of a sentence and of those around it, as many as an excerpt has room for."""
    lengths = [sentence.end - sentence.start for sentence in passage.sentences]
    first = last = number
    room = EXCERPT_CHARACTERS - lengths[number]
    grown = True
    while grown:
        grown = False
        for beside in (last + 1, first - 1):
            if 0 <= beside < len(lengths) and lengths[beside] <= room:
                room -= lengths[beside]
                first, last = min(first, beside), max(last, beside)
                grown = True
    return tuple(range(first, last + 1))


def running_text(passage: Passage, numbers: Sequence[int]) -> tuple[Excerpt, list[Numbers]]:
    """Return an excerpt in which the items of a list stand as in a sentence, behind what announces them.

    Beside it stand the numbers of the sentences that each of its spans holds. The reader has learned from running text,
    where 材料：身份证；照片。 answers what is to be brought; so a list is one span.
    """
    words = [passage.sentence_text(passage.sentences[number]) for number in numbers]
    are_items = [*map(is_bulleted, words), False]
    heading = f"{passage.headings[-1]}：" if are_items[0] and passage.headings else ""
    ends = [*accumulate(map(len, [heading, *map(_in_a_row, words, are_items, are_items[1:])]))]
    text = heading + "".join(map(_in_a_row, words, are_items, are_items[1:]))
    belongs = [are_items[at] or are_items[at + 1] for at in range(len(words))]
    groups: list[list[int]] = []
    for at in range(len(words)):
        goes_on = at > 0 and are_items[at] and belongs[at - 1]
        groups = [*groups[:-1], [*groups[-1], at]] if goes_on else [*groups, [at]]
    spans = tuple((ends[those[0]] if those[0] else 0, ends[those[-1] + 1]) for those in groups)
    excerpt = Excerpt(" > ".join((passage.title, *passage.headings)), text, spans)
    return excerpt, [tuple(numbers[at] for at in those) for those in groups]


def _in_a_row(words: str, is_item: bool, is_item_next: bool) -> str:
    """Return a line with the mark that it would end in, were it and the next one parts of a sentence."""
    if not is_item and not is_item_next:
        return words
    return without_bullet(words).rstrip("；;，,。.：: ") + ("：" if not is_item else "；" if is_item_next else "。")


def _excerpt(passage: Passage, numbers: Numbers, is_list: bool) -> tuple[Excerpt, list[Numbers]]:
    """Return some sentences of a passage as an excerpt, with the numbers of the sentences that each span holds."""
    chosen = [passage.sentences[number] for number in numbers]
    if is_list and any(is_bulleted(passage.sentence_text(one)) for one in chosen):
        return running_text(passage, numbers)
    start = chosen[0].start
    text = passage.text[start - passage.start : chosen[-1].end - passage.start]
    spans = tuple((sentence.start - start, sentence.end - start) for sentence in chosen)
    excerpt = Excerpt(" > ".join((passage.title, *passage.headings)), text, spans)
    return excerpt, [(number,) for number in numbers]
