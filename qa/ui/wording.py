"""How a quote that is no longer there reads now: the words of a text that are most like it, and what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from index.records import Offsets
from qa.ui.highlights import Span

# Words and numbers stay whole, every other sign stands for itself.
TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[A-Za-z]+|\s+|.", re.DOTALL)
LIKE = 0.4
COMPARED = 24
# So much of the quote's length must sentences have that may stand for it.
LEAST_LENGTH = 0.75
# Signs that two wordings share by chance between two changes are no common ground.
SHORTEST_COMMON = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a wording; `differs` where the other wording has something else, or nothing, in its place."""

    text: str
    differs: bool


def most_similar(text: str, sentences: Offsets, quote: str) -> Span | None:
    """Return the sentences of a text, side by side, that are most like a quote; None where none are.

    `sentences` are offsets into the text, shape (sentences, 2), in order.
    """
    if not len(sentences) or not quote.strip():
        return None
    starts, ends = sentences[:, 0].astype(np.int64), sentences[:, 1].astype(np.int64)
    # From every sentence on, as many as make up the quote's length.
    last = np.searchsorted(ends, starts + int(LEAST_LENGTH * len(quote)))
    last = np.minimum(last, len(ends) - 1)
    until = ends[last]
    shared = _shared_pairs(text, quote)
    share = (shared[np.maximum(until - 1, starts)] - shared[starts]) / (until - starts + len(quote))
    best: tuple[float, Span | None] = (LIKE, None)
    for place in np.argsort(-share, kind="stable")[:COMPARED].tolist():
        # The first alone, as many as are long enough, and one more, which may have grown together with the others.
        for end in sorted({place, int(last[place]), min(int(last[place]) + 1, len(ends) - 1)}):
            span = Span(int(starts[place]), int(ends[end]))
            ratio = SequenceMatcher(None, text[span.start : span.end], quote, autojunk=False).ratio()
            best = max(best, (ratio, span), key=lambda one: one[0])
    return best[1]


def _shared_pairs(text: str, quote: str) -> NDArray[np.int64]:
    """Return for each place of a text how many pairs of signs before it are in the quote, too."""
    places = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    wanted = np.frombuffer(quote.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    is_shared = np.isin(places[:-1] << 21 | places[1:], wanted[:-1] << 21 | wanted[1:])
    return np.concatenate(([0], np.cumsum(is_shared), [is_shared.sum()]))


def compare(before: str, now: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both wordings in pieces, with what differs told from what they have in common."""
    old, new = TOKEN.findall(before), TOKEN.findall(now)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    common = [block for block in matcher.get_matching_blocks() if _is_common(old, new, block.a, block.b, block.size)]
    return tuple(_pieces(old, [(one.a, one.size) for one in common])), tuple(
        _pieces(new, [(one.b, one.size) for one in common])
    )


def _is_common(old: Sequence[str], new: Sequence[str], first: int, second: int, size: int) -> bool:
    """Whether both wordings have tokens in common rather than by chance; at their ends any will do."""
    at_an_end = (first == second == 0) or (first + size == len(old) and second + size == len(new))
    return size > 0 and (at_an_end or len("".join(old[first : first + size])) >= SHORTEST_COMMON)


def _pieces(tokens: Sequence[str], common: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    position = 0
    for start, size in [*common, (len(tokens), 0)]:
        if start > position:
            yield Piece("".join(tokens[position:start]), True)
        if size:
            yield Piece("".join(tokens[start : start + size]), False)
        position = start + size
