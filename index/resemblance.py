"""Documents that are nearly the same: keys that bring them together, and how much two of them share.

A text is compared as the set of its shingles, runs of four units each. A unit is a hanzi, a word in letters or a
number; punctuation, white space, width and the choice of traditional or simplified characters make none. Numbers that
stand among words are all one unit, since figures and dates are what versions of a notice differ in; numbers beside
numbers keep their values, since a table is told by them.

The keys are those of locality-sensitive hashing (Broder 1997; Indyk and Motwani 1998): a MinHash of the shingles, cut
into bands. They are kept in databases, so nothing here may change without building them anew: see `FORM`.
"""

from __future__ import annotations

import re
import sys

import numpy as np
from numpy.typing import NDArray

from index.lexical import fold

# Of the keys; raised whenever a text gets others than before.
FORM = 1
# From this resemblance on two documents are versions of one another.
ALIKE = 0.75
UNITS = 4
# A text with fewer different shingles is alike only to itself: 2021年3月5日 is no version of 2023年7月1日.
FEWEST_SHINGLES = 20
BANDS, ROWS = 20, 3
BLOCK = 4096
FACTOR = np.uint64(0xD1342543DE82EF95)

NO_WORD = re.compile(r"[\W_]+")
NUMERALS = "0123456789零〇一二两三四五六七八九十百千万亿"
# Below this are the scripts that write words apart.
FIRST_IDEOGRAPH = 0x2E80
# What a character is. Letters side by side are one unit, numerals as well, of the others each is one.
SPACE, LETTER, NUMERAL, OTHER = range(4)
KINDS = np.full(sys.maxunicode + 1, OTHER, dtype=np.uint8)
KINDS[:FIRST_IDEOGRAPH] = LETTER
KINDS[list(map(ord, NUMERALS))] = NUMERAL
KINDS[ord(" ")] = SPACE

Hashes = NDArray[np.uint64]


def resemblance_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of a text, `BANDS` of 8 bytes; none for a text without letters or digits.

    Two texts that share a key may be alike, and ought to be compared by `resemblance`. Of those that are, at least 98
    in 100 share one; the more keys they share, the likelier they are.
    """
    shingles = _shingles(text)
    if not shingles.size:
        return ()
    rows = _lowest(shingles).reshape(BANDS, ROWS)
    bands = _mix(np.arange(BANDS, dtype=np.uint64))
    for row in rows.T:
        bands = _mix(bands ^ row)
    return tuple(band.tobytes() for band in bands.astype(">u8"))


def resemblance(first: str, second: str) -> float:
    """Return how much two texts share, 0 to 1: the cosine of their sets of shingles, exactly.

    That is the geometric mean of the shares of each that stand in the other. For texts of one length it says what
    Jaccard similarity does (0.75 is a Jaccard similarity of 0.6), but it is kinder to an extended version: one that
    holds all of the other and is half as long again has 0.82.
    """
    left, right = _shingles(first), _shingles(second)
    if not left.size or not right.size:
        return 0.0
    shared = np.intersect1d(left, right, assume_unique=True).size
    return float(shared / np.sqrt(left.size * right.size))


def _shingles(text: str) -> Hashes:
    """Return the hashes of a text's different shingles in rising order; of the whole text where they are too few."""
    units, is_number = _units(text)
    if not units.size:
        return units
    follows_number = np.concatenate([[False], is_number[:-1]])
    worded = np.where(is_number & ~follows_number, np.uint64(NUMERAL), units)
    shingles = np.unique(_runs(worded, UNITS)) if units.size >= UNITS else units[:0]
    return shingles if shingles.size >= FEWEST_SHINGLES else _whole(units)


def _units(text: str) -> tuple[Hashes, NDArray[np.bool_]]:
    """Return the hash of every unit of a text in order, and whether it is a number."""
    # Half a character (a lone surrogate) has no other form that can be folded.
    folded = NO_WORD.sub(" ", fold(text.encode("utf-8", "replace").decode("utf-8")))
    codes = np.frombuffer(folded.encode("utf-32-le"), dtype="<u4")
    kinds = KINDS[codes]
    begins = kinds == OTHER
    begins[1:] |= kinds[1:] != kinds[:-1]
    begins[:1] = True
    inside = kinds != SPACE
    begins, codes, kinds = begins[inside], codes[inside], kinds[inside]
    starts = np.flatnonzero(begins)
    places = np.arange(codes.size) - np.repeat(starts, np.diff(starts, append=codes.size))
    hashes = _mix(codes | places.astype(np.uint64) << np.uint64(32))
    return np.add.reduceat(hashes, starts) if starts.size else hashes, kinds[starts] == NUMERAL


def _runs(units: Hashes, length: int) -> Hashes:
    """Return the hash of every run of so many units, in order."""
    count = units.size - length + 1
    runs = np.zeros(count, dtype=np.uint64)
    for start in range(length):
        runs *= FACTOR
        runs += units[start : start + count]
    return _mix(runs)


def _whole(units: Hashes) -> Hashes:
    """Return the hash of all units together, as the run of them all would have it, shape (1,)."""
    powers = np.full(units.size, FACTOR)
    powers[0] = 1
    return _mix(np.sum(units[::-1] * np.cumprod(powers), keepdims=True))


def _lowest(shingles: Hashes) -> Hashes:
    """Return the MinHash: the lowest value of all shingles under each of `BANDS * ROWS` hash functions."""
    factors = _mix(np.arange(BANDS * ROWS, dtype=np.uint64)) | np.uint64(1)
    lowest = np.full(factors.size, np.iinfo(np.uint64).max, dtype=np.uint64)
    # A block stays in the processor's cache.
    for start in range(0, shingles.size, BLOCK):
        block = shingles[start : start + BLOCK]
        np.minimum(lowest, [(block * factor).min() for factor in factors], out=lowest)
    return lowest


def _mix(values: Hashes) -> Hashes:
    """Scatter 64-bit values over all 64 bits, one to one (the finalizer of SplitMix64, Steele and others 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
