"""Whether a figure is the least, the most, or neither: 至少三人, 不超过三人, 三人以上."""

from __future__ import annotations

import re

from qa.gate.traits import Figure, Traits

_LEAST = (
    r"(?:不得?|没有|没|未)(?:低于|少于|小于|短于)|至少|最少|最低|起码|最短|高于|多于|大于|超过|超出|逾|突破|"
    r"at least|(?:no|not) (?:less|fewer) than|over|more than|above|exceed(?:s|ed|ing)?|a minimum of"
)
_MOST = (
    r"(?:不得?|没有|没|未|不能|不可)(?:超过|超出|高于|多于|大于|长于)|至多|最多|最高|最长|最大|上限|"
    r"低于|少于|小于|不足|不到|不满|未满|接近|将近|(?<![最附邻靠远])近|nearly|almost|close to|"
    r"at most|(?:no|not) more than|up to|under|below|less than|fewer than|a maximum of|not exceed(?:ing)?"
)
_BETWEEN = r"(?:可|能|只能|借|为|是|达到?|有|个|人民币|每\w{1,2}|安排|派|[约£$¥\s]){0,3}\Z"
MOST_BEFORE, LEAST_BEFORE = (re.compile(rf"(?:{one}){_BETWEEN}") for one in (_MOST, _LEAST))
BEHIND = re.compile(
    r"[^，,。；;、0-9]{0,4}?"
    r"(?:(?P<least>以上|及以上|起(?!草|来|初)|or more)|(?P<most>以下|以内|之内|为限|(?<=[天日月年周时钟])内|or less))"
)
REACH = 16
# A statement that gives a bound of its own must find one: 十本 is not 至少十本.
STATED = re.compile(
    r"至少|起码|至多|不低于|不少于|不超过|不得超过|不高于|最多|最少"
    r"|at least|at most|(?:no|not) (?:more|less|fewer) than"
)


def bound_of(text: Traits, figure: Figure) -> str:
    """Return "least", "most" or nothing."""
    folded, number = text.folded, figure.number
    before = folded[max(0, number.start - REACH) : number.start]
    most, least = MOST_BEFORE.search(before), LEAST_BEFORE.search(before)
    if most or least:  # 不少于 begins before 少于
        return "least" if least and (not most or least.start() < most.start()) else "most"
    found = BEHIND.match(folded, number.end)
    return "" if not found else "least" if found["least"] else "most"


def is_stated(text: Traits, figure: Figure) -> bool:
    """Whether a statement itself says that a figure is a bound, in words that say nothing else."""
    return STATED.search(text.folded[max(0, figure.number.start - REACH) : figure.number.start]) is not None


def bound_in(words: str) -> str:
    """Return what kind of bound some words name, if any."""
    most, least = re.match(_MOST, words), re.match(_LEAST, words)
    return "most" if most and not least else "least" if least else ""
