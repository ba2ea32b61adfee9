"""Words that ask, in the characters of the document; and whether what was put together can be asked."""

from __future__ import annotations

import re

from index.lexical import fold_in_place
from qa.suggesting.subjects import is_pointing

TRADITIONAL = str.maketrans(
    "么时谁里间现规条个从开关经营业务应办义点几为", "麼時誰裡間現規條個從開關經營業務應辦義點幾為"
)
SHORTEST, LONGEST = 6, 30
BROKEN = re.compile(
    r"[\[\]{}<>|=@#^~\\…；;!！]|https?:|www\.|\n|[，,。：:].*[，,。：:]|[-—]{2}|[，、：]？$|\(|\)|（|）"
)
PAIRS = (("“", "”"), ("《", "》"), ("「", "」"), ("『", "』"), ("‘", "’"))
HANZI = re.compile(r"[㐀-鿿豈-﫿]")


def is_traditional(text: str) -> bool:
    """Whether a text is written in traditional characters: simplifying changes more than one in a dozen."""
    folded = fold_in_place(text)
    hanzi = (
        [(one, other) for one, other in zip(text, folded, strict=True) if HANZI.match(one)]
        if len(folded) == len(text)
        else []
    )
    return sum(one != other for one, other in hanzi) * 12 > len(hanzi)


def in_characters_of(words: str, text: str) -> str:
    """Return words of ours in traditional characters where a text is written in these."""
    return words.translate(TRADITIONAL) if is_traditional(text) else words


def can_be_asked(question: str) -> bool:
    """Whether a Chinese question is short enough, whole, and points at nothing outside of itself."""
    hanzi = len(HANZI.findall(question))
    if not SHORTEST <= len(question) <= LONGEST + 8 or not 5 <= hanzi <= LONGEST:
        return False
    if BROKEN.search(question) or any(question.count(left) != question.count(right) for left, right in PAIRS):
        return False
    return not re.search("[的了在和与是为有、，“《]{1}的|的的|^[的了在和与及、，]", question)


def stands_alone(question: str, asking: str) -> bool:
    """Whether what a question says beside the words that ask points at nothing before it."""
    return not is_pointing(fold_in_place(question).replace(fold_in_place(asking), "，"))
