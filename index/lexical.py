"""Words: folding, jieba and character-pair tokens, BM25. The only home of jieba."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from bm25s import BM25
from numpy.typing import NDArray

# bm25s sets its own logger to DEBUG, which would reach every terminal that logs at all.
logging.getLogger("bm25s").setLevel(logging.WARNING)

# An identifier such as PPR-9087, 2023-10-17 or G60 is one token, and so are its parts.
IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)*")
HANZI_RUN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
# Marks a token as a character pair, so that 年假 as a word and as a pair are weighed each on its own.
PAIR = "~"
SATURATION, LENGTH_NORMALISATION = 1.5, 0.75


def fold(text: str) -> str:
    """Make traditional and simplified, full and half width, upper and lower case one. The length may change."""
    return _simplify(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=16_384)
def fold_in_place(text: str) -> str:
    """Fold character by character, so that offsets into the result are offsets into `text`."""
    narrow = "".join(map(_fold_character, text))
    simplified = _simplify(narrow)
    return simplified if len(simplified) == len(text) else narrow


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def _simplify(text: str) -> str:
    return str(_converter().convert(text))


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]  # opencc carries no types
    import opencc

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1)
def _segmenter():  # type: ignore[no-untyped-def]  # jieba carries no types
    """Load jieba's dictionary, 0.6 s, on first use only.

    Its cache in the shared temporary folder saves nothing measurable and would be read back from where every user of
    the machine can write, so it is left out.
    """
    import jieba

    class Segmenter(jieba.Tokenizer):  # type: ignore[misc]
        def initialize(self, dictionary: str | None = None) -> None:
            with self.lock:
                if not self.initialized:  # type: ignore[has-type]
                    self.FREQ, self.total = self.gen_pfdict(self.get_dict_file())
                    self.initialized = True

    segmenter = Segmenter()
    segmenter.initialize()
    return segmenter


def words(text: str) -> list[str]:
    """Cut a folded text into words, each character in exactly one of them; identifiers stay whole."""
    cut: list[str] = []
    position = 0
    for found in IDENTIFIER.finditer(text):
        cut.extend(_segmenter().cut(text[position : found.start()]))
        cut.append(found.group())
        position = found.end()
    cut.extend(_segmenter().cut(text[position:]))
    return cut


def information(word: str) -> float:
    """Return how much a word says in Chinese at large, in nats by jieba's word counts; 18 for one it does not know."""
    segmenter = _segmenter()
    return float(np.log(segmenter.total / max(1, segmenter.FREQ.get(word) or 1)))


def is_dictionary_word(word: str) -> bool:
    """Whether jieba's dictionary has a word; others it made up from what stood side by side."""
    return bool(_segmenter().FREQ.get(word))


def word_parts(word: str) -> tuple[str, ...]:
    """Return the shorter words in a folded word: 产业基地 → 产业, 基地."""
    if not HANZI_RUN.fullmatch(word):
        return ()
    return tuple(part for part in _segmenter().cut_for_search(word) if 1 < len(part) < len(word))


def search_tokens(text: str) -> list[str]:
    """Return the tokens that a text is found by: jieba's search cut, character pairs, identifiers and their parts."""
    folded = fold(text)
    tokens: list[str] = []
    for found in IDENTIFIER.finditer(folded):
        tokens.append(found.group())
        parts = re.split(r"[-_./:]", found.group())
        tokens.extend(parts if len(parts) > 1 else ())
    for run in HANZI_RUN.findall(folded):
        tokens.extend(_segmenter().cut_for_search(run))
        tokens.extend(PAIR + run[at : at + 2] for at in range(len(run) - 1))
    return tokens


class LexicalIndex:
    """BM25 over search tokens. Row i of every score is the i-th text that the index was built from."""

    def __init__(self, bm25: BM25 | None, vocabulary: dict[str, int], size: int) -> None:
        self._bm25 = bm25
        self._vocabulary = vocabulary
        self.size = size
        self._frequencies = np.diff(bm25.scores["indptr"]) if bm25 is not None else np.zeros(0, dtype=np.int32)

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index texts; none at all is an index that finds nothing."""
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(t, len(vocabulary)) for t in search_tokens(text)] for text in texts]
        if not vocabulary:
            return cls(None, {}, len(rows))
        bm25 = BM25(k1=SATURATION, b=LENGTH_NORMALISATION, method="lucene")
        bm25.index((rows, vocabulary), create_empty_token=False, show_progress=False)
        return cls(bm25, vocabulary, len(rows))

    def save(self, folder: Path) -> None:
        """Write the index as numpy arrays and JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "size.json").write_text(json.dumps(self.size))
        if self._bm25 is not None:
            self._bm25.save(folder, show_progress=False)
            (folder / "vocabulary.json").write_text(json.dumps(self._vocabulary, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what `save` wrote; nothing is ever unpickled."""
        size = int(json.loads((folder / "size.json").read_text()))
        if not (folder / "vocabulary.json").exists():
            return cls(None, {}, size)
        bm25 = BM25.load(folder, load_vocab=False, allow_pickle=False, show_progress=False)
        return cls(bm25, json.loads((folder / "vocabulary.json").read_text("utf-8")), size)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the BM25 score of every text, shape (size,); 0 where nothing matches."""
        known = [self._vocabulary[token] for token in search_tokens(question) if token in self._vocabulary]
        if self._bm25 is None or not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(known), dtype=np.float32)

    def weights(self, question: str) -> dict[str, float]:
        """Return the question's tokens with their inverse document frequency times their count in the question.

        A token that no text holds weighs most.
        """
        counts = Counter(search_tokens(question))
        return {token: count * self._inverse_frequency(token) for token, count in counts.items()}

    def _inverse_frequency(self, token: str) -> float:
        row = self._vocabulary.get(token)
        frequency = int(self._frequencies[row]) if row is not None else 0
        return float(np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)))

    def rarity(self, term: str) -> float:
        """Return the largest inverse document frequency among a term's tokens."""
        return max((self._inverse_frequency(token) for token in search_tokens(term)), default=0.0)

    def contains(self, term: str) -> bool:
        """Whether some text holds every token of a term; for terms of one or two hanzi that is exact."""
        if len(term) == 2 and HANZI_RUN.fullmatch(term):
            # The short way to what `holders` would find, for names that are tried by the thousand.
            return PAIR + fold(term) in self._vocabulary
        held = self.holders(term)
        return held is None or bool(held)

    def holders(self, term: str) -> set[int] | None:
        """Return the rows of the texts that hold every token of a term, None for a term without tokens."""
        folded = fold(term)
        if len(folded) == 1 and HANZI_RUN.fullmatch(folded):
            # Alone it is a token only where jieba cut it off, so every token that has it counts.
            return {text for token in self._vocabulary if folded in token for text in self._texts_with(token)}
        rows: set[int] | None = None
        for token in search_tokens(folded):
            # jieba cuts a word alone and in a sentence differently; the character pairs are always there.
            if not token.startswith(PAIR) and HANZI_RUN.fullmatch(token):
                continue
            texts = self._texts_with(token)
            rows = texts if rows is None else rows & texts
        return rows

    def _texts_with(self, token: str) -> set[int]:
        """Return the rows of the texts that hold a token."""
        row = self._vocabulary.get(token)
        if row is None or self._bm25 is None:
            return set()
        start, end = self._bm25.scores["indptr"][row : row + 2]
        return set(self._bm25.scores["indices"][start:end].tolist())
