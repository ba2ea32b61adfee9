"""An optional cross-encoder, which reads question and passage together and ranks the found passages anew."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Hit
from index.errors import ModelError
from index.search import standardise

# A cross-encoder knows better than the fused scores, but not alone.
RERANKER_SHARE = 0.7


class Reranker(Protocol):
    """Scores passages for a question; safe to use from several threads at once."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return one score a passage, shape (n,), higher is better; comparable within one question only."""
        ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder."""

    def __init__(self, model: str) -> None:
        """Load a model by its folder or its name on the hub. Raises `ModelError` where it is none."""
        # Imported here because torch takes seconds, which those without such a model need not wait for.
        from sentence_transformers import CrossEncoder

        folder = Path(model).expanduser()
        try:
            self._model = CrossEncoder(str(folder) if folder.is_dir() else model)
        except Exception as error:  # whatever a foreign model may raise, its owner needs the same words
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            raise ModelError(
                f"The reranker {model} cannot be loaded: {reason}. Give WENDANG_RERANKER_MODEL the folder of a "
                "sentence-transformers CrossEncoder or a name that the model hub knows, or leave it unset."
            ) from error
        if self._model.num_labels != 1:
            raise ModelError(
                f"The reranker {model} gives {self._model.num_labels} scores a pair, not one: choose another one, or "
                "leave WENDANG_RERANKER_MODEL unset."
            )
        # A tokenizer of the tokenizers library fails when two threads set its padding at the same time.
        self._lock = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return one score a passage, shape (n,)."""
        pairs = [(question, passage) for passage in passages]
        with self._lock:
            return np.asarray(self._model.predict(pairs, show_progress_bar=False), dtype=np.float32).reshape(-1)


@lru_cache(maxsize=1)
def load_reranker(model: str | None) -> Reranker | None:
    """Load the cross-encoder of this folder or name, None for none. Raises `ModelError` where it cannot be loaded."""
    return CrossEncoderReranker(model) if model else None


def rerank(question: str, hits: Sequence[Hit], reranker: Reranker) -> tuple[Hit, ...]:
    """Return hits ranked by the standardised scores of the cross-encoder and of the search together."""
    if len(hits) < 2:
        return tuple(hits)
    texts = ["\n".join((" > ".join((hit.passage.title, *hit.passage.headings)), hit.passage.text)) for hit in hits]
    read = standardise(reranker.scores(question, texts))
    found = standardise(np.array([hit.score for hit in hits], dtype=np.float32))
    # Scaled like the fused scores, because what reads the hits has learned how much those differ.
    spread = float(np.std([hit.score for hit in hits]))
    mixed = (RERANKER_SHARE * read + (1 - RERANKER_SHARE) * found) * spread
    ranked = sorted(zip(hits, mixed, strict=True), key=lambda pair: -float(pair[1]))
    return tuple(replace(hit, score=float(score)) for hit, score in ranked)
