"""Plain ways to find passages, to compare with: asked the same questions over the same documents in the same run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.datatypes import Document, Hit, Passage, Progress, Ranks, Report, ignore_progress
from index.embedding import Encoder
from index.generations import Generation
from index.search import SearchIndex
from index.store import Store, vector_key
from index.sync import embed_texts
from index.vector_parts import VectorSearch
from index.vectors import VectorIndex, Vectors
from qa.retrieval import LISTED_HITS

DENSE, BM25, WINDOWS = "dense only", "BM25 only", "plain 500-character windows"
WINDOW, OVERLAP = 500, 50
QUESTIONS_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Baseline:
    """A named way to rank and what it found: `hits[i]` are the passages for the i-th question, best first.

    As many passages as an answer lists. Only the score that ranks is set in the hits.
    """

    name: str
    hits: tuple[tuple[Hit, ...], ...]


def run_baselines(
    generation: Generation,
    questions: Sequence[str],
    encoder: Encoder,
    folder: Path,
    report: Report = ignore_progress,
) -> tuple[Baseline, ...]:
    """Rank passages for whole questions (follow-ups already made so) in three plain ways.

    The vectors of the windows are kept in `folder` under their texts, so that a second run embeds nothing.
    """
    windows = [window for document in generation.documents.values() for window in cut_windows(document)]
    by_window = VectorIndex.build(_window_vectors(windows, encoder, folder, report))
    vectors = _question_vectors(questions, encoder, report)
    index = generation.index
    return (
        Baseline(DENSE, tuple(_nearest(index.passages, index.passage_vectors, vector) for vector in vectors)),
        Baseline(BM25, tuple(_best_by_words(index, question) for question in questions)),
        Baseline(WINDOWS, tuple(_nearest(windows, by_window, vector) for vector in vectors)),
    )


def cut_windows(document: Document) -> list[Passage]:
    """Cut a document's text every 450 characters into windows of 500, the last one shorter; no title, no headings."""
    last = max(1, len(document.text) - OVERLAP)
    spans = ((start, min(start + WINDOW, len(document.text))) for start in range(0, last, WINDOW - OVERLAP))
    return [
        Passage(number, document.path, document.title, start, end, document.text[start:end])
        for number, (start, end) in enumerate(spans)
    ]


def _window_vectors(windows: Sequence[Passage], encoder: Encoder, folder: Path, report: Report) -> Vectors:
    """Return the windows' vectors, shape (len(windows), dimension), embedding those that are not kept yet."""
    keys = [vector_key(encoder.name, window.text) for window in windows]
    texts = {key: window.text for key, window in zip(keys, windows, strict=True)}
    store = Store.open(folder)
    try:
        missing = {key: texts[key] for key in store.missing_vectors(keys)}
        embed_texts(store, missing, encoder, report, "embedding windows")
        return store.vectors(keys, encoder.dimension)
    finally:
        store.close()


def _question_vectors(questions: Sequence[str], encoder: Encoder, report: Report) -> Vectors:
    blocks = [np.zeros((0, encoder.dimension), np.float32)]
    for at in range(0, len(questions), QUESTIONS_AT_ONCE):
        report(Progress("baselines", at, len(questions)))
        blocks.append(encoder.encode_queries(list(questions[at : at + QUESTIONS_AT_ONCE])))
    report(Progress("baselines", len(questions), len(questions)))
    return np.concatenate(blocks)


def _nearest(passages: Sequence[Passage], index: VectorSearch, vector: Vectors) -> tuple[Hit, ...]:
    rows, cosines = index.search(vector, LISTED_HITS)
    return _hits(passages, zip(rows.tolist(), cosines.tolist(), strict=True))


def _best_by_words(index: SearchIndex, question: str) -> tuple[Hit, ...]:
    """Rank by BM25; what shares no token with the question is not found."""
    scores = index.lexical.scores(question)
    order = np.argsort(-scores, kind="stable")[:LISTED_HITS]
    return _hits(index.passages, ((int(row), float(scores[row])) for row in order if scores[row] > 0))


def _hits(passages: Sequence[Passage], ranked: Iterable[tuple[int, float]]) -> tuple[Hit, ...]:
    return tuple(Hit(passages[row], score, Ranks(), 0.0, 0.0, 0.0) for row, score in ranked)
