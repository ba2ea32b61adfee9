"""Where two versions of a text differ: sentence against sentence, and word against word within them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, islice, pairwise

from index.lexical import fold, fold_in_place, words
from index.numerals import find_numbers
from qa.alignment import Stretch, cut_windows, find_stretches, pair_up, trim_equal

Span = tuple[int, int]

SENTENCE_END = re.compile(r"[。！？；!?;]+[”’」』）)】》\"']*|…+[”’」』]*|(?<=[A-Za-z0-9)])\.(?=\s)")
LINE_END = re.compile(r"\n")
# The number of a sentence or an item is no part of what it says.
ENUMERATION = re.compile(
    r"\s*(?:(?:第[一二三四五六七八九十百零0-9]{1,5}[条章节款项编]|[(]?[一二三四五六七八九十]{1,3}[)、]|[(]?[0-9]{1,3}[)、]"
    r"|[0-9]{1,3}\.(?![0-9])|[-*•·●#]+(?=\s))\s*)+"
)
# Of punctuation only signs count, and what stands inside of numbers and codes: 1.5, 3-5, -5, v1.2.
MATERIAL = re.compile(r"[^\W_]+|[%‰°±<>≤≥=+×÷$€£¥]|(?<=[a-z0-9])[^\w\s](?=[a-z0-9])|(?<![a-z0-9])[-−](?=[0-9])")
FULL_STOPS = frozenset("。！？；!?;….”’」』）)】》\"'")
LONGEST_WRAPPED = 160
# What is shorter stands in another sentence by chance.
SHORTEST_MOVED = 8
MOST_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """What an older and a newer text say in the same place; "" where one says nothing there.

    The spans are offsets into the two texts: `older_text[slice(*older_span)] == older`.
    """

    older: str
    newer: str
    older_span: Span
    newer_span: Span


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A text, or the part from `start` on, in pieces.

    `keys` are what the pieces say: folded, without white space and punctuation; `said` is all of them. What says
    nothing is no piece.
    """

    text: str
    start: int
    spans: tuple[Span, ...]
    keys: tuple[str, ...]
    said: str

    @classmethod
    def of(cls, text: str, mark: re.Pattern[str], start: int, end: int) -> _Pieces:
        """Cut a part of a text behind every mark."""
        return cls.cut(text, [start, *(found.end() for found in mark.finditer(text, start, end)), end])

    @classmethod
    def cut(cls, text: str, cuts: Sequence[int]) -> _Pieces:
        """Cut a text at these offsets."""
        spans = [_trim(text, *cut) for cut in pairwise(cuts)]
        # Folded all at once: each call has its price.
        lines = "\n".join(text[slice(*span)].replace("\n", " ") for span in spans)
        keyed = [(span, key) for span, line in zip(spans, _fold(lines).split("\n"), strict=True) if (key := _key(line))]
        keys = tuple(key for _, key in keyed)
        return cls(text, cuts[0], tuple(span for span, _ in keyed), keys, "".join(keys))

    def span(self, first: int, last: int) -> Span:
        """Return where the pieces from one to another lie; where there are none, an empty span in their place."""
        if first < last:
            return self.spans[first][0], self.spans[last - 1][1]
        at = self.spans[first - 1][1] if first else self.start
        return at, at


def differing(older_text: str, newer_text: str, most: int = 5) -> tuple[Difference, ...]:
    """Return the first differences of two versions of a text, in order, sentence against sentence.

    White space, line ends, width, punctuation, traditional characters, another way to write the same number, and the
    numbers of items do not count; nor does what only stands elsewhere. All that one text lacks in one place is one
    difference. Two texts of a million characters take about a second.
    """
    return tuple(islice(_differences(older_text, newer_text, (0, len(newer_text))), most))


def differing_at(older_text: str, newer_text: str, start: int, end: int) -> Difference | None:
    """Return what the older text says in the place of the sentences that `newer_text[start:end]` quotes.

    None where it says the same. The difference is that of whole sentences, from the first that differs to the last.
    """
    found = [
        one for one in _differences(older_text, newer_text, (start, end)) if _touches(one.newer_span, (start, end))
    ]
    if not found:
        return None
    older_span = min(one.older_span[0] for one in found), max(one.older_span[1] for one in found)
    newer_span = found[0].newer_span[0], found[-1].newer_span[1]
    return Difference(older_text[slice(*older_span)], newer_text[slice(*newer_span)], older_span, newer_span)


def _touches(span: Span, other: Span) -> bool:
    """Whether two spans overlap, or one that is empty lies within the other."""
    return max(span[0], other[0]) < min(span[1], other[1]) or other[0] < span[0] == span[1] < other[1]


def _differences(older_text: str, newer_text: str, within: Span) -> Iterator[Difference]:
    """Yield the differences in order; those that do not touch a span of the newer text may be left out."""
    older, newer = (_Pieces.of(text, SENTENCE_END, 0, len(text)) for text in (older_text, newer_text))
    around = within[0] - 1, within[1] + 1
    for pair in _pairs(older, newer, around):
        one = _Pieces.of(older_text, LINE_END, *older.span(*pair[:2]))
        other = _Pieces.of(newer_text, LINE_END, *newer.span(*pair[2:]))
        for first, last, start, end in _pairs(one, other, around):
            spans = one.span(first, last), other.span(start, end)
            difference = Difference(older_text[slice(*spans[0])], newer_text[slice(*spans[1])], *spans)
            if _is_real(difference, older, newer):
                yield difference


def _pairs(older: _Pieces, newer: _Pieces, around: Span) -> Iterator[Stretch]:
    """Yield what stands in one place and is not the same, as far as it touches a span of the newer text."""
    for stretch in find_stretches(older.keys, newer.keys):
        if _is_wrapped(older, newer, stretch):
            yield stretch
            continue
        for window in cut_windows(stretch):
            if _touches(newer.span(*window[2:]), around):
                yield from pair_up(older.keys, newer.keys, window)


def _is_wrapped(older: _Pieces, newer: _Pieces, stretch: Stretch) -> bool:
    """Whether pieces may be the lines of one sentence, wrapped in two ways: few, and their ends fall differently."""
    sides = (older, stretch[:2]), (newer, stretch[2:])
    if any(first == last for _, (first, last) in sides):
        return False
    for side, (first, last) in sides:
        start, end = side.span(first, last)
        if end - start > LONGEST_WRAPPED or any(
            side.text[stop - 1] in FULL_STOPS for _, stop in side.spans[first : last - 1]
        ):
            return False
    lines, others = (side.keys[first : last - 1] for side, (first, last) in sides)
    return len(lines) != len(others) or any(one[-1] != other[-1] for one, other in zip(lines, others, strict=True))


def _is_real(difference: Difference, older: _Pieces, newer: _Pieces) -> bool:
    """Whether two stretches say different things, and neither merely stands elsewhere in the other text."""
    one, other = _sense(difference.older), _sense(difference.newer)
    if one == other:
        return False
    if one and other:
        return True
    key, other_side = (_key(_fold(difference.older)), newer) if one else (_key(_fold(difference.newer)), older)
    return key not in (other_side.keys if len(key) < SHORTEST_MOVED else other_side.said)


def _trim(text: str, start: int, end: int) -> Span:
    """Return a span without the white space at its ends."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return left, max(left, start + len(piece.rstrip()))


def _fold(text: str) -> str:
    """Fold a text; half characters (lone surrogates), which have no folded form, become question marks."""
    return fold(text.encode("utf-8", "replace").decode("utf-8"))


def _key(folded: str) -> str:
    """Return the letters, digits and signs of a folded piece, without its number in a list."""
    number = ENUMERATION.match(folded)
    return "".join(MATERIAL.findall(folded, number.end() if number else 0))


def _sense(text: str) -> str:
    """Return what a text says with its numbers and dates in their canonical form: 一千二百 and 1,200 are one."""
    folded, said, position = _fold(text), "", 0
    for number in find_numbers(folded):
        said += folded[position : number.start] + number.key
        position = number.end
    return _key(said + folded[position:])


def word_difference(older: str, newer: str) -> tuple[tuple[Span, Span], ...]:
    """Return what changed from one sentence to the other, whole words and numbers: 十天 → 十五天.

    Each change is a span of the older with one of the newer; one of the two may be empty. Where the sentences are too
    long to be compared, all between what they begin and end with is one change.
    """
    one, other = _words(older), _words(newer)
    whole = trim_equal(one.keys, other.keys, (0, len(one.keys), 0, len(other.keys)))
    if max(whole[1] - whole[0], whole[3] - whole[2]) > MOST_WORDS:
        return ((one.span(*whole[:2]), other.span(*whole[2:])),)
    changes = SequenceMatcher(None, one.keys, other.keys, autojunk=False).get_opcodes()
    spans = ((one.span(*change[:2]), other.span(*change[2:])) for tag, *change in changes if tag != "equal")
    return tuple(pair for pair in spans if _sense(older[slice(*pair[0])]) != _sense(newer[slice(*pair[1])]))


def _words(text: str) -> _Pieces:
    """Cut a sentence into words, none of which ends within a number."""
    folded = fold_in_place(text.encode("utf-8", "replace").decode("utf-8"))
    ends = set(accumulate(map(len, words(folded))))
    for number in find_numbers(folded):
        ends.difference_update(range(number.start + 1, number.end))
    return _Pieces.cut(text, [0, *sorted(ends | {len(text)})])
