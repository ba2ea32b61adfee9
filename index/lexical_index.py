"""BM25 over the postings of any number of segments, scored as if they were one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.lexical import HANZI_RUN, PAIR, evidence_of, fold, joint_tokens, pair_tokens, search_tokens, words
from index.new_words import IDENTIFIER, WordFinder
from index.numerals import find_numbers
from index.postings import Postings, Rows

# Texts' lengths are taken relative to their average, which is rounded to a step of 2 %: then one more document leaves
# nearly always all impacts of the other segments as they are.
AVERAGE_STEP = 1.02
# Among some texts of a whole, so many more are reckoned with that hold a token as often as those of the whole do.
TYPICAL_TEXTS = 10

Floats = NDArray[np.float32]


@lru_cache(maxsize=64)
def _question_tokens(text: str, own_words: WordFinder) -> tuple[str, ...]:
    """Return a question's tokens, which are asked for when it is prepared and again when it is searched for."""
    return tuple(search_tokens(text, own_words, is_question=True))


class LexicalPart(NamedTuple):
    """One segment's postings, and for each of its texts the row in the whole index, -1 where it is no longer there.

    The rows of the others ascend.
    """

    postings: Postings
    rows: NDArray[np.int64]


class _Found(NamedTuple):
    """The texts of one part that hold a token: their rows in the part, ascending, and the token's impact on each."""

    rows: Rows
    impacts: Floats


class LexicalIndex:
    """BM25 over search tokens (Lucene's form). Row i of every score is the i-th text of the whole index.

    A word of the documents' own counts wherever all its character pairs stand, as often as the rarest of them. So
    nothing in a segment depends on which words are known, and learning one rebuilds nothing.
    """

    def __init__(
        self,
        parts: Sequence[LexicalPart],
        size: int,
        own_words: WordFinder | None = None,
        whole: LexicalIndex | None = None,
    ) -> None:
        """Put parts together; where they are some texts of a `whole`, that tells how rare tokens are besides them."""
        self._parts = tuple(_Part(part) for part in parts)
        self._finder = own_words or WordFinder(())
        self._own_words = frozenset(self._finder.words)
        self.size = size
        total = sum(part.total_length for part in self._parts)
        self._whole = whole
        # The whole's average, so that the impacts of its postings are not reckoned anew for every few of its texts.
        self._average: float = whole._average if whole else _rounded(total / size) if size and total else 1.0
        for part in self._parts:
            part.weigh(self._average)
        self._frequencies: dict[str, int] = {}

    @classmethod
    def build(cls, texts: Sequence[str], own_words: Iterable[str] = ()) -> LexicalIndex:
        """Index texts in one part; none at all is an index that finds nothing."""
        part = LexicalPart(Postings.build(texts), np.arange(len(texts), dtype=np.int64))
        return cls([part], len(texts), find_own_words(own_words))

    @property
    def own_words(self) -> tuple[str, ...]:
        """The documents' and the user's own words, folded and sorted."""
        return self._finder.words

    @property
    def finder(self) -> WordFinder:
        """What finds the own words in a text."""
        return self._finder

    @property
    def parts(self) -> tuple[LexicalPart, ...]:
        """The postings that this index is made of."""
        return tuple(part.given for part in self._parts)

    def cut(self, folded: str) -> list[str]:
        """Cut a folded text into words like `words`, but with the documents' own words whole."""
        cut: list[str] = []
        position = 0
        for start, end in self._finder.spans(folded):
            cut.extend(words(folded[position:start]))
            cut.append(folded[start:end])
            position = end
        cut.extend(words(folded[position:]))
        return cut

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of a question to this index."""
        return list(_question_tokens(text, self._finder))

    def scores(self, question: str) -> Floats:
        """Return the BM25 score of every text, shape (size,); 0 where nothing matches."""
        scores = np.zeros(self.size, dtype=np.float32)
        weights = self.weights(question)
        for part in self._parts:
            within = np.zeros(part.size, dtype=np.float32)
            for token, weight in weights.items():
                found = self._find(part, token)
                within[found.rows] += np.float32(weight) * found.impacts
            part.spread(within, scores)
        return scores

    def weights(self, question: str) -> dict[str, float]:
        """Return the question's tokens with their inverse document frequency times their count in the question.

        A token that no text holds weighs most.
        """
        counts = Counter(self.tokens(question))
        return {token: count * self._inverse_frequency(token) for token, count in counts.items()}

    def _inverse_frequency(self, token: str) -> float:
        frequency: float = self._frequency(token)
        size = self.size
        if self._whole is not None:
            # What is in every passage of a firm's report, such as its name, tells none of them apart, however rare it
            # is elsewhere. But a few texts are no measure of a word, so some that are like the whole count with them.
            size += TYPICAL_TEXTS
            frequency += TYPICAL_TEXTS * self._whole._frequency(token) / max(1, self._whole.size)
        return float(np.log1p((size - frequency + 0.5) / (frequency + 0.5)))

    def _frequency(self, token: str) -> int:
        """Return how many texts hold a token."""
        known = self._frequencies.get(token)
        if known is None:
            known = sum(part.count_present(self._find(part, token).rows) for part in self._parts)
            # Two threads may both find it out, which does no harm.
            self._frequencies[token] = known
        return known

    def _find(self, part: _Part, token: str) -> _Found:
        if token not in self._own_words:
            return part.find(token)
        # Where its pairs stand the word does; a numeral among them is no number. A name in letters is a token anyway.
        pairs = (*pair_tokens(token), *joint_tokens(token))
        if not pairs and (IDENTIFIER.fullmatch(token) or len(token) == 1):
            return part.find(token)
        return part.find_together(pairs or evidence_of(token).tokens)

    def rarity(self, term: str) -> float:
        """Return the largest inverse document frequency among a term's tokens."""
        return max((self._inverse_frequency(token) for token in self.tokens(term)), default=0.0)

    def contains(self, term: str) -> bool:
        """Whether some text holds every token of a term; for terms of one or two hanzi that is exact."""
        if len(term) == 2 and HANZI_RUN.fullmatch(term):
            # The short way to what `holders` would find, for names that are tried by the thousand.
            if (folded := fold(term)) and self._frequency(PAIR + folded):
                return True
            if not find_numbers(folded):
                return False
        held = self.holders(term)
        return held is None or bool(held)

    def holders(self, term: str, within: range | None = None) -> set[int] | None:
        """Return the rows of the texts that hold every token of a term, None for a term without tokens;
        of the rows `within` only, where that is given.

        Its words in hanzi are held as character pairs: jieba cuts a word alone and in a sentence differently.
        """
        folded = fold(term)
        if len(folded) == 1 and HANZI_RUN.fullmatch(folded):
            # Alone it is a token only where jieba cut it off, so every token that has it counts.
            return {row for part in self._parts for row in part.holding(folded, within)}
        evidence = evidence_of(folded)
        if not evidence.tokens:
            return None
        held = {row for part in self._parts for row in part.holding_all(evidence.tokens, within)}
        if evidence.has_numbers and HANZI_RUN.fullmatch(folded):
            # 十七日 stands in 十月十七日 as well, where it is no number by itself.
            held |= {row for part in self._parts for row in part.holding_all(pair_tokens(folded), within)}
        return held


def find_own_words(words_: Iterable[str]) -> WordFinder:
    """Return what finds words in folded texts; they may be given as they are written."""
    return WordFinder(word for word in map(fold, words_) if word)


def _rounded(average: float) -> float:
    return float(AVERAGE_STEP ** round(np.log(average) / np.log(AVERAGE_STEP)))


class _Part:
    """One segment within a whole index."""

    def __init__(self, given: LexicalPart) -> None:
        self.given = given
        self._postings, self._rows = given
        self.size = self._postings.size
        present = self._rows >= 0
        self._present = None if bool(present.all()) else present
        # Where a text is gone its neighbour's row stands in, so that rows ascend and can be searched.
        self._ascending = np.maximum.accumulate(self._rows) if self.size else self._rows
        lengths = self._postings.lengths
        self.total_length = int((lengths if self._present is None else lengths[present]).sum(dtype=np.int64))
        self._norms = np.zeros(0, dtype=np.float32)
        self._impacts = np.zeros(0, dtype=np.float32)
        self._together: dict[tuple[str, ...], _Found] = {}

    def weigh(self, average: float) -> None:
        """Reckon the impact of every posting, given the average length of all texts of the index."""
        self._norms, self._impacts = self._postings.weigh(average)

    def find(self, token: str) -> _Found:
        span = self._postings.span(token)
        return _Found(self._postings.rows[span], self._impacts[span])

    def find_together(self, tokens: tuple[str, ...]) -> _Found:
        """Return the texts that hold all of some tokens, as if these were one that is as frequent as their rarest."""
        known = self._together.get(tokens)
        if known is None:
            rows = self._all_of(tokens, slice(0, self.size))
            counts = np.full(len(rows), np.inf, dtype=np.float32)
            for token in tokens:
                span = self._postings.span(token)
                places = np.searchsorted(self._postings.rows[span], rows)
                counts = np.minimum(counts, self._postings.counts[span][places])
            known = self._together[tokens] = _Found(rows, counts / (counts + self._norms[rows]))
        return known

    def count_present(self, rows: Rows) -> int:
        return len(rows) if self._present is None else int(self._present[rows].sum())

    def spread(self, scores: Floats, whole: Floats) -> None:
        """Write the scores of this part's texts to their rows in the whole index."""
        if self._present is None:
            whole[self._rows] = scores
        else:
            whole[self._rows[self._present]] = scores[self._present]

    def holding(self, character: str, within: range | None) -> Iterator[int]:
        """Yield the whole index's rows of the texts with a token that has a character in it."""
        limits = self._limits(within)
        for token in self._postings.vocabulary:
            if character in token:
                yield from self._named(self._held(token, limits))

    def holding_all(self, tokens: Sequence[str], within: range | None) -> Iterator[int]:
        """Yield the whole index's rows of the texts that hold every token; none where there are no tokens."""
        return self._named(self._all_of(tokens, self._limits(within)))

    def _limits(self, within: range | None) -> slice:
        """Return this part's own rows, some of them gone, that lie within rows of the whole index."""
        if within is None:
            return slice(0, self.size)
        low, high = np.searchsorted(self._ascending, (within.start, within.stop))
        return slice(int(low), int(high))

    def _named(self, rows: Rows) -> Iterator[int]:
        named = self._rows[rows]
        return iter((named if self._present is None else named[named >= 0]).tolist())

    def _held(self, token: str, limits: slice) -> Rows:
        rows = self._postings.rows[self._postings.span(token)]
        if limits.start == 0 and limits.stop == self.size:
            return rows
        low, high = np.searchsorted(rows, (limits.start, limits.stop))
        return rows[low:high]

    def _all_of(self, tokens: Sequence[str], limits: slice) -> Rows:
        # The rarest first: what is left to look through is then short from the start.
        found = sorted((self._held(token, limits) for token in dict.fromkeys(tokens)), key=len)
        if not found:
            return np.zeros(0, dtype=np.int32)
        rows = found[0]
        for others in found[1:]:
            rows = rows[np.isin(rows, others, kind="table")] if len(rows) else rows
        return rows
