"""Words that no dictionary has: learned from the documents' own texts, and found again in any text as whole words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

# An identifier such as PPR-9087, 2023-10-17 or G60 is one unit of a word, as a hanzi is.
IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)*")
LONGEST = 8  # units
LONGEST_NAME = 12  # units of what stands in 《》
LEAST_COUNT = 3
# In nats. Of the ways to cut a word in two, the likeliest must be so much rarer by chance than the word is.
LEAST_COHESION = 4.0
# Of what stands before and behind, in nats; a word seen three times has at most 1.1.
LEAST_FREEDOM, SHARE_OF_FREEDOM = 1.0, 0.6
MOST_WORDS = 50_000
SLICE = 4_000_000  # characters looked at together; about 400 MB at once
_BITS = 21  # of a code point
_PRIVATE, _MOST_IDENTIFIERS = 0xF0000, 131_000

_UNIT = r"㐀-鿿豈-﫿\U00020000-\U0003ffff\U000f0000-\U0010ffff"
_RUN = re.compile(rf"[{_UNIT}·]+")
_BETWEEN_IDENTIFIERS = re.compile(r"(?<=[\U000f0000-\U0010ffff]) (?=[\U000f0000-\U0010ffff])")
_WORK = re.compile("《([^《》\n]{2,40})》")
_QUOTED = re.compile('[“「『"]([^“”「」『』"\n]{2,20})[”」』"]')
# No name begins or ends with these, so what does is a word with its neighbour.
_NEVER_INSIDE = frozenset("的了着是吗呢吧啊么们这那哪")
_NEVER_FIRST = _NEVER_INSIDE | frozenset(
    "和与或及其而但则把被将对从向在由于以因所之该此各每某也都就还又很更最只没不未已等地得个位名"
)
_NEVER_LAST = _NEVER_INSIDE | frozenset(
    "和与或及其而但则把被将对从向在由于为以因所之该此各每某也都就还又很更最只没不未已等有无"
)


def learn_words(
    texts: Iterable[str], titles: Iterable[str], is_new: Callable[[str], bool], most: int = MOST_WORDS
) -> tuple[str, ...]:
    """Return the words of folded texts that `is_new` says no dictionary has, sorted.

    A word is a run of 2 to 8 hanzi and Latin identifiers that holds together (pointwise mutual information of its
    likeliest cut) and is free on both sides (entropy of its neighbours), after "Unsupervised word extraction" as it is
    commonly done for Chinese; or what stands in 《》, in quotation marks or by itself in a title. Takes about a second
    a million characters; longer collections are looked at in slices of `SLICE` characters.
    """
    named: set[str] = set()
    counts: Counter[str] = Counter()
    for part in _slices(texts):
        named.update(_named_words(part))
        counts.update(_cohesive_words(part))
    for title in titles:
        named.update(_runs(title, LONGEST))
    found = {word: count for word, count in counts.items() if _may_be_word(word) and is_new(word)}
    named = {word for word in named if _may_be_word(word) and is_new(word)}
    frequent = sorted(found, key=lambda word: (-found[word], word))
    ordered = dict.fromkeys([*sorted(named), *frequent])
    return tuple(sorted(list(ordered)[:most]))


def _slices(texts: Iterable[str]) -> Iterator[str]:
    part: list[str] = []
    size = 0
    for text in texts:
        part.append(text)
        size += len(text) + 1
        if size >= SLICE:
            yield "\n".join(part)
            part, size = [], 0
    if part:
        yield "\n".join(part)


def _may_be_word(word: str) -> bool:
    return (
        word[0] not in _NEVER_FIRST
        and word[-1] not in _NEVER_LAST
        and _NEVER_INSIDE.isdisjoint(word)
        and not (word[0] == "·" or word[-1] == "·")
    )


def _runs(text: str, longest: int) -> Iterator[str]:
    """Yield the runs of at least two units in a short text, where they have at most `longest`."""
    identifiers = _Identifiers()
    encoded = identifiers.encode(text)
    for run in _RUN.findall(encoded):
        if 2 <= len(run) <= longest:
            yield identifiers.decode(run)


def _named_words(text: str) -> Iterator[str]:
    """Yield what a text itself marks as one thing: works in 《》, short runs in quotation marks."""
    for work in _WORK.findall(text):
        runs = list(_runs(work, LONGEST_NAME))
        if len(runs) == 1 and len(runs[0]) == len(work):
            yield work
    for quoted in _QUOTED.findall(text):
        runs = list(_runs(quoted, LONGEST))
        if len(runs) == 1 and len(runs[0]) == len(quoted):
            yield quoted


class _Identifiers:
    """Latin identifiers as one private character each, so that a word of them is a string of units."""

    def __init__(self) -> None:
        self._characters: dict[str, str] = {}
        self._names: list[str] = []

    def encode(self, text: str) -> str:
        """Replace identifiers with letters; one space between two of them goes. Digits stay, and end a run."""
        return _BETWEEN_IDENTIFIERS.sub("", IDENTIFIER.sub(self._character, text))

    def _character(self, found: re.Match[str]) -> str:
        name = found.group()
        if not any("a" <= character <= "z" for character in name):
            return name
        known = self._characters.get(name)
        if known is None:
            if len(self._names) >= _MOST_IDENTIFIERS:
                return "\n"
            known = self._characters[name] = chr(_PRIVATE + len(self._names))
            self._names.append(name)
        return known

    def decode(self, run: str) -> str:
        decoded = ""
        before = False
        for character in run:
            private = ord(character) >= _PRIVATE
            decoded += (" " if before and private else "") + (
                self._names[ord(character) - _PRIVATE] if private else character
            )
            before = private
        return decoded


def _cohesive_words(text: str) -> dict[str, int]:
    """Return the runs of units that hold together and are free on both sides, with their counts."""
    identifiers = _Identifiers()
    encoded = identifiers.encode(text)
    # A margin of breaks on both sides spares every look at a neighbour a check of bounds.
    padded = "\n" * (LONGEST + 1) + encoded + "\n" * (LONGEST + 1)
    points = np.frombuffer(padded.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    is_unit = _is_unit(points)
    total = int(is_unit.sum())
    counts = [np.zeros(0, dtype=np.int32)]
    names = points
    held = is_unit
    found: dict[str, int] = {}
    for length in range(1, LONGEST + 1):
        places = np.flatnonzero(held[: len(points) - length])
        keys = (names[places] << _BITS) | points[places + length - 1] if length > 1 else points[places]
        groups = _Groups.of(keys, places)
        count = np.zeros(len(points), dtype=np.int32)
        count[groups.places] = np.repeat(groups.counts, groups.counts)
        counts.append(count)
        if length > 1:
            for at in _free_and_cohesive(groups, counts, points, is_unit, length, total):
                start = int(groups.places[groups.starts[at]])
                found[identifiers.decode(padded[start : start + length])] = int(groups.counts[at])
        names = np.full(len(points), -1, dtype=np.int64)
        names[groups.places] = np.repeat(np.arange(len(groups.counts)), groups.counts)
        # A longer run can only be frequent where both of its ends are.
        held = np.zeros(len(points), dtype=bool)
        held[:-1] = (names[:-1] >= 0) & (names[1:] >= 0)
        if not held.any():
            break
    return found


def _is_unit(points: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(
        ((points >= 0x3400) & (points <= 0x9FFF))
        | ((points >= 0xF900) & (points <= 0xFAFF))
        | ((points >= 0x20000) & (points <= 0x3FFFF))
        | (points >= _PRIVATE)
        | (points == ord("·")),
        dtype=bool,
    )


class _Groups:
    """Places of equal runs side by side: those of group g are `places[starts[g] : starts[g] + counts[g]]`, ascending.

    Only runs that are frequent are kept.
    """

    def __init__(self, places: NDArray[np.int64], starts: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self.places, self.starts, self.counts = places, starts, counts

    @classmethod
    def of(cls, keys: NDArray[np.int64], places: NDArray[np.int64]) -> _Groups:
        order = np.argsort(keys, kind="stable")
        in_order = keys[order]
        firsts = np.flatnonzero(np.concatenate([[True], in_order[1:] != in_order[:-1]])) if len(keys) else order
        counts = np.diff(np.concatenate([firsts, [len(keys)]]))
        kept = counts >= LEAST_COUNT
        places = places[order][np.repeat(kept, counts)]
        counts = counts[kept]
        return cls(places, np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)[: len(counts)], counts)


def _free_and_cohesive(
    groups: _Groups,
    counts: Sequence[NDArray[np.int32]],
    points: NDArray[np.int64],
    is_unit: NDArray[np.bool_],
    length: int,
    total: int,
) -> NDArray[np.int64]:
    """Return the numbers of those groups that are words by cohesion and by freedom on both sides."""
    first = groups.places[groups.starts]
    likeliest = np.zeros(len(first))
    for cut in range(1, length):
        parts = counts[cut][first].astype(np.float64) * counts[length - cut][first + cut]
        likeliest = np.maximum(likeliest, parts)
    cohesion = np.log(groups.counts * float(total) / np.maximum(likeliest, 1.0))
    chosen = np.flatnonzero(cohesion >= LEAST_COHESION)
    needed = np.minimum(LEAST_FREEDOM, SHARE_OF_FREEDOM * np.log(groups.counts[chosen]))
    for offset in (-1, length):
        free = _neighbour_entropy(groups, chosen, points, is_unit, offset) >= needed
        chosen, needed = chosen[free], needed[free]
    return chosen


def _neighbour_entropy(
    groups: _Groups,
    chosen: NDArray[np.int64],
    points: NDArray[np.int64],
    is_unit: NDArray[np.bool_],
    offset: int,
) -> NDArray[np.float64]:
    """Return the entropy of what stands beside each chosen group, in nats, shape (len(chosen),).

    Every break, such as a full stop, is a neighbour of its own: nothing binds a word to it.
    """
    sizes = groups.counts[chosen]
    owners = np.repeat(np.arange(len(chosen)), sizes)
    within = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    beside = groups.places[groups.starts[chosen][owners] + within] + offset
    inside = is_unit[beside]
    pairs, times = np.unique((owners[inside] << _BITS) | points[beside[inside]], return_counts=True)
    bound = np.bincount(pairs >> _BITS, weights=times * np.log(times), minlength=len(chosen))
    return np.asarray(np.log(sizes) - bound / sizes, dtype=np.float64)


class WordFinder:
    """Finds a set of folded words in folded texts. It holds no state but the words, so that indexes do not mix."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(sorted(set(words)))
        self._identifiers: dict[str, str] = {}
        for word in self.words:
            for name in IDENTIFIER.findall(word):
                self._identifiers.setdefault(name, chr(_PRIVATE + len(self._identifiers)))
        self._by_form = {self._encode(word)[0]: word for word in self.words}
        lengths: dict[str, set[int]] = {}
        for form in self._by_form:
            if len(form) > 1:
                lengths.setdefault(form[:2], set()).add(len(form))
        self._lengths = {head: tuple(sorted(those, reverse=True)) for head, those in lengths.items()}

    def occurrences(self, folded: str) -> list[str]:
        """Return every word at each place that it stands at, words inside longer ones as well."""
        if not self._lengths:
            return []
        encoded, _ = self._encode(folded)
        return [
            self._by_form[encoded[at : at + one]] for at in range(len(encoded) - 1) for one in self._at(encoded, at)
        ]

    def spans(self, folded: str) -> list[tuple[int, int]]:
        """Return where the words stand, as offsets into the text: the longest at each place, none overlapping."""
        if not self._lengths:
            return []
        encoded, starts = self._encode(folded)
        spans: list[tuple[int, int]] = []
        at = 0
        while at < len(encoded) - 1:
            length = next(self._at(encoded, at), 0)
            if length:
                spans.append((starts[at][0], starts[at + length - 1][1]))
            at += length or 1
        return spans

    def _at(self, encoded: str, at: int) -> Iterator[int]:
        """Yield the lengths of the words that begin at a place, the longest first."""
        for length in self._lengths.get(encoded[at : at + 2], ()):
            # Cut short by the end of the text, a long word may look like a shorter one.
            if at + length <= len(encoded) and encoded[at : at + length] in self._by_form:
                yield length

    def _encode(self, folded: str) -> tuple[str, Sequence[tuple[int, int]]]:
        """Return a text as units, one character each, and the offsets at which each begins and ends."""
        form: list[str] = []
        spans: list[tuple[int, int]] = []
        position = 0
        for found in IDENTIFIER.finditer(folded):
            start, end = found.span()
            # One space between two identifiers binds them: matebook x.
            if not (position and folded[position:start] == " "):
                form.append(folded[position:start])
                spans.extend((at, at + 1) for at in range(position, start))
            form.append(self._identifiers.get(found.group(), "\0"))
            spans.append((start, end))
            position = end
        form.append(folded[position:])
        spans.extend((at, at + 1) for at in range(position, len(folded)))
        return "".join(form), spans
