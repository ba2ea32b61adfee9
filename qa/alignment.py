"""Two lists of texts side by side: the stretches in which they differ, and what belongs together in those."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise, product

Stretch = tuple[int, int, int, int]
"""Places in the older list, from and to, and those in the newer list that stand for them."""
Step = tuple[int, int]
"""How many places further in the older and the newer list."""

FIGURE = re.compile(r"[0-9零〇一二两三四五六七八九十百千万亿]+(?:\.[0-9]+)?")
# So many texts of each list are looked through at once for those that belong together.
WINDOW = 80
# From this likeness on a text may be another version of another one.
LIKE = 0.4
UNLIKE = -1.0
# One in the place of one, two in the place of one, one in the place of two, and what stands in no one's place.
STEPS = ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1))


def find_stretches(older: Sequence[str], newer: Sequence[str]) -> Iterator[Stretch]:
    """Yield, in order, where two lists differ: between the texts that both hold once (Cohen's patience diff).

    That takes no longer than sorting the lists would, however they differ.
    """
    held, counts = Counter(older), Counter(newer)
    places = {text: place for place, text in enumerate(newer) if held[text] == counts[text] == 1}
    common = [(place, places[text]) for place, text in enumerate(older) if text in places]
    anchors = [common[at] for at in rising([place for _, place in common])]
    first, start = 0, 0
    for last, end in [*anchors, (len(older), len(newer))]:
        stretch = trim_equal(older, newer, (first, last, start, end))
        if stretch[0] < stretch[1] or stretch[2] < stretch[3]:
            yield stretch
        first, start = last + 1, end + 1


def rising(numbers: Sequence[int]) -> list[int]:
    """Return the places of a longest rising row of different numbers."""
    lowest: list[int] = []  # the lowest last number of the rows of each length, and its place
    ends: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(lowest, number)
        lowest[length : length + 1], ends[length : length + 1] = [number], [place]
        before.append(ends[length - 1] if length else -1)
    row = ends[-1:]
    while row and before[row[-1]] >= 0:
        row.append(before[row[-1]])
    return row[::-1]


def trim_equal(older: Sequence[str], newer: Sequence[str], stretch: Stretch) -> Stretch:
    """Take off both ends of a stretch what is the same in both lists."""
    first, last, start, end = stretch
    while first < last and start < end and older[first] == newer[start]:
        first, start = first + 1, start + 1
    while first < last and start < end and older[last - 1] == newer[end - 1]:
        last, end = last - 1, end - 1
    return first, last, start, end


def cut_windows(stretch: Stretch) -> Iterator[Stretch]:
    """Cut a stretch that is too long to be looked through at once into even parts."""
    first, last, start, end = stretch
    parts = -(-max(last - first, end - start) // WINDOW)
    older = [first + (last - first) * part // parts for part in range(parts + 1)]
    newer = [start + (end - start) * part // parts for part in range(parts + 1)]
    for from_to, for_these in zip(pairwise(older), pairwise(newer), strict=True):
        yield (*from_to, *for_these)


def pair_up(older: Sequence[str], newer: Sequence[str], stretch: Stretch) -> Iterator[Stretch]:
    """Cut a stretch into those that belong together: the likest pairs in order (after Gale and Church, 1993).

    What is like nothing on the other side is left between them, side by side with what is there in its place.
    """
    first, last, start, end = stretch
    left, right = list(map(_grams, older[first:last])), list(map(_grams, newer[start:end]))
    steps = _best_steps(left, right)
    pairs: list[Stretch] = []
    i, j = len(left), len(right)
    while i or j:
        back, up = steps[i, j]
        pairs.append((first + i - back, first + i, start + j - up, start + j))
        i, j = i - back, j - up
    return _join_unpaired(reversed(pairs))


def _best_steps(left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> dict[Step, Step]:
    """Return, for each place in both lists, the last step of the way there on which the pairs are likest, in sum."""
    steps: dict[Step, Step] = {}
    scores = {(0, 0): 0.0}
    for i, j in product(range(len(left) + 1), range(len(right) + 1)):
        ways = [
            (scores[i - back, j - up] + _likeness(left[i - back : i], right[j - up : j]), -back - up, (back, up))
            for back, up in STEPS
            if back <= i and up <= j
        ]
        if ways:
            scores[i, j], _, steps[i, j] = max(ways)
    return steps


def _grams(text: str) -> frozenset[str]:
    """Return the character pairs of a text, with its figures and with a 0 in place of each."""
    return frozenset(one + other for form in (text, FIGURE.sub("0", text)) for one, other in pairwise(f"\n{form}\n"))


def _likeness(left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> float:
    """Return how much texts share (the Dice coefficient), 0 for those beside none, below 0 for those not alike."""
    if not left or not right:
        return 0.0
    one, other = frozenset().union(*left), frozenset().union(*right)
    likeness = 2 * len(one & other) / (len(one) + len(other))
    return likeness if likeness >= LIKE else UNLIKE


def _join_unpaired(pairs: Iterable[Stretch]) -> Iterator[Stretch]:
    """Make one of what stands side by side and is paired with nothing."""
    for is_paired, group in groupby(pairs, lambda pair: pair[0] < pair[1] and pair[2] < pair[3]):
        row = list(group)
        yield from row if is_paired else [(row[0][0], row[-1][1], row[0][2], row[-1][3])]
