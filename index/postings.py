"""Which tokens a run of texts holds, and how often: the words of one segment, written once and never changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreError
from index.lexical import FORM, search_tokens

Rows = NDArray[np.int32]
Counts = NDArray[np.uint16]
Floats = NDArray[np.float32]
ABOUT_FILE, VOCABULARY_FILE = "about.json", "vocabulary.json"
ARRAYS = ("starts", "rows", "counts", "lengths")
SATURATION, LENGTH_NORMALISATION = 1.5, 0.75
MOST_COUNTED = np.iinfo(np.uint16).max


class Postings:
    """The texts of each token. Nothing in it depends on other texts, so segments can be put together in any way.

    Token t of `vocabulary` stands in the texts `rows[starts[t] : starts[t + 1]]`, ascending, as often as `counts` says
    beside it. `lengths` are the texts' numbers of tokens, shape (size,).
    """

    def __init__(
        self,
        vocabulary: dict[str, int],
        starts: NDArray[np.int64],
        rows: Rows,
        counts: Counts,
        lengths: NDArray[np.int32],
    ) -> None:
        self.vocabulary, self.starts, self.rows, self.counts, self.lengths = vocabulary, starts, rows, counts, lengths
        self._weighed: dict[float, tuple[Floats, Floats]] = {}

    @property
    def size(self) -> int:
        return len(self.lengths)

    @classmethod
    def build(cls, texts: Sequence[str]) -> Postings:
        """Cut texts into tokens; row i is the i-th text."""
        vocabulary: dict[str, int] = {}
        tokens: list[NDArray[np.int32]] = []
        counts: list[Counts] = []
        lengths = np.zeros(len(texts), dtype=np.int32)
        for row, text in enumerate(texts):
            held = Counter(search_tokens(text))
            lengths[row] = held.total()
            ids = (vocabulary.setdefault(token, len(vocabulary)) for token in held)
            tokens.append(np.fromiter(ids, np.int32, len(held)))
            counts.append(np.fromiter((min(count, MOST_COUNTED) for count in held.values()), np.uint16, len(held)))
        owners = np.repeat(np.arange(len(texts), dtype=np.int32), [len(those) for those in tokens])
        return cls._arrange(vocabulary, _joined(tokens, np.int32), owners, _joined(counts, np.uint16), lengths)

    @classmethod
    def _arrange(
        cls, vocabulary: dict[str, int], tokens: Rows, rows: Rows, counts: Counts, lengths: NDArray[np.int32]
    ) -> Postings:
        """Put postings in the order of their tokens; within a token they keep theirs."""
        order = np.argsort(tokens, kind="stable")
        starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        np.cumsum(np.bincount(tokens, minlength=len(vocabulary)), out=starts[1:])
        return cls(vocabulary, starts, rows[order], counts[order], lengths)

    @classmethod
    def merge(cls, parts: Iterable[tuple[Postings, NDArray[np.bool_]]]) -> Postings:
        """Return the postings of several in one, with those of their texts that are marked, in the same order."""
        vocabulary: dict[str, int] = {}
        tokens: list[Rows] = []
        rows: list[Rows] = []
        counts: list[Counts] = []
        lengths: list[NDArray[np.int32]] = []
        size = 0
        for part, kept in parts:
            held = kept[part.rows]
            known = np.repeat(np.arange(len(part.vocabulary), dtype=np.int32), np.diff(part.starts))[held]
            names = list(part.vocabulary)
            # A token that only texts left out had is no longer known.
            new_ids = np.zeros(len(names), dtype=np.int32)
            for token in np.unique(known).tolist():
                new_ids[token] = vocabulary.setdefault(names[token], len(vocabulary))
            tokens.append(new_ids[known])
            rows.append((np.cumsum(kept, dtype=np.int32) - 1 + np.int32(size))[part.rows[held]])
            counts.append(part.counts[held])
            lengths.append(part.lengths[kept])
            size += int(kept.sum())
        return cls._arrange(
            vocabulary,
            _joined(tokens, np.int32),
            _joined(rows, np.int32),
            _joined(counts, np.uint16),
            _joined(lengths, np.int32),
        )

    def reorder(self, rows: NDArray[np.int64]) -> Postings:
        """Return the same postings with text i as text `rows[i]`."""
        if len(rows) == 0 or bool((np.diff(rows) == 1).all()):
            return self
        places = rows.astype(np.int32)[self.rows]
        tokens = np.repeat(np.arange(len(self.vocabulary), dtype=np.int64), np.diff(self.starts))
        order = np.lexsort((places, tokens))
        lengths = np.empty_like(self.lengths)
        lengths[rows] = self.lengths
        return Postings(self.vocabulary, self.starts, places[order], self.counts[order], lengths)

    def span(self, token: str) -> slice:
        """Return where a token's postings stand, an empty slice for one that no text holds."""
        row = self.vocabulary.get(token)
        return slice(0, 0) if row is None else slice(int(self.starts[row]), int(self.starts[row + 1]))

    def weigh(self, average: float) -> tuple[Floats, Floats]:
        """Return how much each text's length tells against it, shape (size,), and the impact of every posting.

        The impact is what BM25 multiplies the inverse document frequency by, given the average length of all texts.
        """
        known = self._weighed.get(average)
        if known is None:
            share = self.lengths.astype(np.float32) / np.float32(average)
            norms = (
                np.float32(SATURATION * (1 - LENGTH_NORMALISATION))
                + np.float32(SATURATION * LENGTH_NORMALISATION) * share
            )
            counts = self.counts.astype(np.float32)
            known = norms, np.asarray(counts / (counts + norms[self.rows]), dtype=np.float32)
            # The generation before this one may still be asked; those before it are not.
            self._weighed = {**dict(list(self._weighed.items())[-1:]), average: known}
        return known

    def save(self, folder: Path) -> None:
        """Write the postings as numpy arrays and JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ABOUT_FILE).write_text(json.dumps({"form": FORM, "size": self.size}), "utf-8")
        (folder / VOCABULARY_FILE).write_text(json.dumps(list(self.vocabulary), ensure_ascii=False), "utf-8")
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> Postings:
        """Read what `save` wrote; nothing is ever unpickled. Raises `StoreError` where it has not that many texts."""
        names = json.loads((folder / VOCABULARY_FILE).read_text("utf-8"))
        vocabulary = {name: row for row, name in enumerate(names)}
        arrays = [np.load(folder / f"{name}.npy", allow_pickle=False) for name in ARRAYS]
        postings = cls(vocabulary, *arrays)
        if postings.size != size:
            raise StoreError(f"{folder} holds the words of {postings.size} texts, expected {size}")
        if len(postings.starts) != len(vocabulary) + 1:
            raise StoreError(f"{folder} holds {len(postings.starts) - 1} lists for {len(vocabulary)} words")
        return postings

    @staticmethod
    def is_current(folder: Path) -> bool:
        """Whether saved postings have the tokens that this program makes; another's have to be built anew."""
        try:
            about = json.loads((folder / ABOUT_FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(about, dict) and about.get("form") == FORM


def _joined(arrays: Sequence[NDArray[np.generic]], kind: type[np.generic]):  # type: ignore[no-untyped-def]
    """Return arrays as one; none at all are an empty one."""
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.zeros(0, dtype=kind)
