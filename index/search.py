"""The fused ranking: dense, sentence and lexical scores of one question over one generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Hit, Passage, Ranks
from index.lexical import LexicalIndex, fold_in_place
from index.vectors import VectorIndex, Vectors

CANDIDATES = 100
SENTENCE_CANDIDATES = 200
# Weights of the z-scores, chosen among eight mixtures on four sets at once; see docs/architecture.md.
DENSE_WEIGHT, SENTENCE_WEIGHT, LEXICAL_WEIGHT = 0.35, 0.35, 0.3


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Everything that one generation is searched by. Row i of every leg belongs to `passages[i]`.

    Rows `sentence_starts[i]` to `sentence_starts[i + 1]` of `sentence_vectors` are the sentences of passage i, in
    order; `sentence_starts` has shape (passages + 1,).
    """

    passages: tuple[Passage, ...]
    passage_vectors: VectorIndex
    sentence_vectors: VectorIndex
    sentence_starts: NDArray[np.int64]
    lexical: LexicalIndex

    def sentence_rows(self, passage: Passage) -> NDArray[np.int64]:
        """Return the rows of a passage's sentences in `sentence_vectors`."""
        return np.arange(self.sentence_starts[passage.id], self.sentence_starts[passage.id + 1], dtype=np.int64)


def sentence_starts(passages: Sequence[Passage]) -> NDArray[np.int64]:
    """Return the first sentence row of each passage and the total behind them, shape (passages + 1,)."""
    counts = [len(passage.sentences) for passage in passages]
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def search(index: SearchIndex, question: str, query: Vectors, limit: int, terms: Sequence[str] = ()) -> list[Hit]:
    """Rank passages for a question whose vector is `query`, shape (dimension,), best first.

    Candidates are the nearest passages, the passages of the nearest sentences and the best by BM25; each gets its
    exact score in every leg, and the weighted sum of the legs' z-scores ranks them. `terms` are looked for in the hits.
    """
    if not index.passages:
        return []
    lexical = index.lexical.scores(question)
    rows = _candidates(index, query, lexical)
    legs = [
        index.passage_vectors.cosines(query, rows),
        _best_sentences(index, query, rows),
        lexical[rows],
    ]
    weights = (DENSE_WEIGHT, SENTENCE_WEIGHT, LEXICAL_WEIGHT)
    fused = sum(weight * standardise(leg) for weight, leg in zip(weights, legs, strict=True))
    ranks = [_ranks(leg) for leg in legs]
    order = np.lexsort((rows, -np.asarray(fused)))[:limit]
    return [
        Hit(
            passage=index.passages[rows[at]],
            score=float(np.asarray(fused)[at]),
            ranks=Ranks(int(ranks[0][at]), int(ranks[1][at]), int(ranks[2][at]) if legs[2][at] > 0 else None),
            dense=float(legs[0][at]),
            sentence=float(legs[1][at]),
            lexical=float(legs[2][at]),
            terms=matched_terms(index.passages[rows[at]], terms),
        )
        for at in order
    ]


def _candidates(index: SearchIndex, query: Vectors, lexical: Vectors) -> NDArray[np.int64]:
    nearest, _ = index.passage_vectors.search(query, CANDIDATES)
    nearest_sentences, _ = index.sentence_vectors.search(query, SENTENCE_CANDIDATES)
    owners = np.searchsorted(index.sentence_starts, nearest_sentences, side="right") - 1
    count = min(CANDIDATES, len(lexical))
    best = np.argpartition(-lexical, count - 1)[:count]
    return np.unique(np.concatenate([nearest, owners, best[lexical[best] > 0]])).astype(np.int64)


def _best_sentences(index: SearchIndex, query: Vectors, rows: NDArray[np.int64]) -> Vectors:
    """Return the cosine of each passage's best sentence, shape (len(rows),)."""
    starts, ends = index.sentence_starts[rows], index.sentence_starts[rows + 1]
    sentence_rows = np.concatenate([np.arange(start, end) for start, end in zip(starts, ends, strict=True)])
    cosines = index.sentence_vectors.cosines(query, sentence_rows.astype(np.int64))
    offsets = np.concatenate([[0], np.cumsum(ends - starts)[:-1]]).astype(np.int64)
    return np.asarray(np.maximum.reduceat(cosines, offsets), dtype=np.float32)


def standardise(scores: Vectors) -> Vectors:
    """Return z-scores; scores that are all alike, but for the rounding of 32 bits, tell nothing and become 0."""
    spread = float(scores.std())
    return np.zeros_like(scores) if spread < 1e-6 else np.asarray((scores - scores.mean()) / spread, dtype=np.float32)


def _ranks(scores: Vectors) -> NDArray[np.int64]:
    """Return each candidate's place in one leg, counted from 1."""
    places = np.empty(len(scores), dtype=np.int64)
    places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return places


def matched_terms(passage: Passage, terms: Sequence[str]) -> tuple[str, ...]:
    """Return those of the folded terms that the passage, its title or its headings hold."""
    texts = [fold_in_place(text) for text in (passage.title, *passage.headings, passage.text)]
    return tuple(term for term in terms if any(term in text for text in texts))
