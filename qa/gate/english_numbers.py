"""Numbers that English spells out: six, twenty-five, eight hundred and four."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.numerals import Number

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = {word: number for number, word in enumerate(_ONES.split())}
TENS = {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
POWERS = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORD = rf"(?:{'|'.join((*ONES, *TENS, *POWERS))})\b"
SPELLED = re.compile(
    rf"(?<![a-z0-9.-])(?!{'|'.join(POWERS)}){_WORD}(?:(?:(?<=hundred) and |(?<=thousand) and |[ -]){_WORD})*(?![a-z-])"
)
ARTICLES = frozenset(("zero", "one"))  # one is seldom a figure by itself


def find_spelled_numbers(folded: str) -> Iterator[Number]:
    """Yield the numbers that a folded text spells out in English, those that are no mere article."""
    for found in SPELLED.finditer(folded):
        words = [word for word in re.findall(r"[a-z]+", found.group()) if word != "and"]
        if len(words) == 1 and words[0] in ARTICLES:
            continue
        key = str(_value(words))
        yield Number(*found.span(), key, "number", (key,))


def _value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word == "hundred":
            part = max(1, part) * 100
        elif word in POWERS:
            total, part = total + max(1, part) * POWERS[word], 0
        else:
            part += ONES.get(word, TENS.get(word, 0))
    return total + part
