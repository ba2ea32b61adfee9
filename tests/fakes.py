"""Stand-ins for slow parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Report, ignore_progress
from index.lexical import fold
from index.openvino_reader import Excerpt, Verdict

DIMENSION = 64


class FakeEncoder:
    """Hashes character pairs into a vector: texts that share words are near, and nothing has to be loaded."""

    name = "fake"
    dimension = DIMENSION
    backend = "fake"

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.releases = 0

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([_vector(text) for text in texts]) if texts else np.zeros((0, DIMENSION), np.float32)

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> NDArray[np.float32]:
        self.embedded.extend(texts)
        return self.encode_queries(texts)

    def release(self) -> None:
        self.releases += 1


class FakeReader:
    """Says what it is told of every sentence, and keeps what it was given."""

    def __init__(self, likes: Callable[[str], float], relevance: float = 0.0) -> None:
        self.likes, self.relevance = likes, relevance
        self.asked: list[tuple[str, list[Excerpt]]] = []

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[Verdict]:
        self.asked.append((question, list(excerpts)))
        return [
            Verdict(
                self.relevance,
                np.array([self.likes(one.text[start:end]) for start, end in one.sentences], np.float32),
            )
            for one in excerpts
        ]


def _vector(text: str) -> NDArray[np.float32]:
    folded = fold(text)
    vector = np.full(DIMENSION, 1e-3, dtype=np.float32)
    for at in range(len(folded) - 1):
        digest = hashlib.sha256(folded[at : at + 2].encode()).digest()
        vector[digest[0] % DIMENSION] += 1.0 if digest[1] % 2 else -1.0
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
