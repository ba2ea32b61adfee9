"""The fused ranking: dense, sentence and lexical scores of one question over one generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Hit, Passage, Ranks
from index.lexical import fold_in_place
from index.lexical_index import LexicalIndex
from index.records import PassageTable, Record
from index.vector_parts import VectorSearch
from index.vectors import Vectors

CANDIDATES = 100
SENTENCE_CANDIDATES = 200
# The nearest sentences are looked for in so many passages by either leg: in all of them, that alone would take several
# times as long as the passages do.
POOL = 500
BLOCK = 64
# Weights of the z-scores, chosen among eight mixtures on four sets at once; see docs/architecture.md.
DENSE_WEIGHT, SENTENCE_WEIGHT, LEXICAL_WEIGHT = 0.35, 0.35, 0.3


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Everything that one generation is searched by. Row i of every leg belongs to `passages[i]`.

    Rows `sentence_starts[i]` to `sentence_starts[i + 1]` of `sentence_vectors` are the sentences of passage i, in
    order; `sentence_starts` has shape (passages + 1,). `texts` are the documents' whole texts by path, `titles`
    their titles, folded.
    """

    passages: Sequence[Passage]
    passage_vectors: VectorSearch
    sentence_vectors: VectorSearch
    sentence_starts: NDArray[np.int64]
    lexical: LexicalIndex
    texts: Mapping[str, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()

    def sentence_rows(self, passage: Passage) -> NDArray[np.int64]:
        """Return the rows of a passage's sentences in `sentence_vectors`."""
        return np.arange(self.sentence_starts[passage.id], self.sentence_starts[passage.id + 1], dtype=np.int64)

    def document_rows(self, passage: Passage) -> range:
        """Return the rows of the passages of the same document, which stand side by side."""
        if isinstance(self.passages, PassageTable):
            return self.passages.rows_of(passage)
        start = end = passage.id
        while start > 0 and self.passages[start - 1].document == passage.document:
            start -= 1
        while end < len(self.passages) and self.passages[end].document == passage.document:
            end += 1
        return range(start, end)


def sentence_starts(passages: Sequence[Passage]) -> NDArray[np.int64]:
    """Return the first sentence row of each passage and the total behind them, shape (passages + 1,)."""
    counts = [len(passage.sentences) for passage in passages]
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)


def starts_of(records: Sequence[Record]) -> NDArray[np.int64]:
    """Return the same as `sentence_starts` for the passages of records that are in the order of their paths."""
    counts = [np.diff(record.sentence_starts) for record in records]
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate([np.zeros(0, np.int64), *counts]))])


def search(index: SearchIndex, question: str, query: Vectors, limit: int, terms: Sequence[str] = ()) -> list[Hit]:
    """Rank passages for a question whose vector is `query`, shape (dimension,), best first.

    Candidates are the nearest passages, the best by BM25, and the passages of the nearest sentences among `POOL` of
    each; each gets its exact score in every leg, and the weighted sum of the legs' z-scores ranks them. `terms` are
    looked for in the hits.
    """
    if not index.passages:
        return []
    lexical = index.lexical.scores(question)
    rows, best_sentences = _candidates(index, query, lexical)
    legs = [index.passage_vectors.cosines(query, rows), best_sentences, lexical[rows]]
    weights = (DENSE_WEIGHT, SENTENCE_WEIGHT, LEXICAL_WEIGHT)
    fused = np.asarray(sum(weight * standardise(leg) for weight, leg in zip(weights, legs, strict=True)))
    ranks = [_ranks(leg) for leg in legs]
    order = np.lexsort((rows, -fused))[:limit]
    return [
        Hit(
            passage=index.passages[rows[at]],
            score=float(fused[at]),
            ranks=Ranks(int(ranks[0][at]), int(ranks[1][at]), int(ranks[2][at]) if legs[2][at] > 0 else None),
            dense=float(legs[0][at]),
            sentence=float(legs[1][at]),
            lexical=float(legs[2][at]),
            terms=matched_terms(index.passages[rows[at]], terms),
        )
        for at in order
    ]


def _candidates(index: SearchIndex, query: Vectors, lexical: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Return the rows of the candidates in order, and the cosine of each one's best sentence."""
    nearest, _ = index.passage_vectors.search(query, POOL)
    worded = highest(lexical, POOL)
    pool = np.union1d(nearest, worded).astype(np.int64)
    starts, ends = index.sentence_starts[pool], index.sentence_starts[pool + 1]
    counts = ends - starts
    offsets = np.cumsum(counts) - counts
    sentence_rows = np.repeat(starts - offsets, counts) + np.arange(counts.sum())
    cosines = index.sentence_vectors.cosines(query, sentence_rows)
    best = np.maximum.reduceat(cosines, offsets)
    count = min(SENTENCE_CANDIDATES, len(cosines))
    owners = np.repeat(pool, counts)[np.argpartition(-cosines, count - 1)[:count]]
    rows = np.unique(np.concatenate([nearest[:CANDIDATES], worded[:CANDIDATES], owners]))
    return rows, np.asarray(best[np.searchsorted(pool, rows)], dtype=np.float32)


def highest(scores: Vectors, count: int) -> NDArray[np.int64]:
    """Return the rows of the `count` highest scores above 0, fewer where there are fewer, best first."""
    blocks = len(scores) // BLOCK
    least = 0.0
    if blocks > count:
        # As many blocks as scores are wanted have a best one that is no lower than this, so no score below it is among
        # the highest. One comparison leaves out nearly all, which is much faster than sorting them.
        maxima = scores[: blocks * BLOCK].reshape(blocks, BLOCK).max(axis=1)
        least = float(np.partition(maxima, blocks - count)[blocks - count])
    rows = np.flatnonzero(scores >= least if least > 0 else scores > 0)
    if len(rows) > count:
        rows = rows[np.argpartition(-scores[rows], count - 1)[:count]]
    return rows[np.lexsort((rows, -scores[rows]))]


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
