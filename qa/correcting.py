"""Questions that mend the one before, said in full: 我问的是2020年, 不是A，是B, I meant B → 2020年呢？ B呢？"""

from __future__ import annotations

import re
from typing import NamedTuple

from index.lexical import fold_in_place
from qa.pointing import ASKS, HANZI

LONGEST = 60  # characters; who says more asks something else
_END = r"[\s。.！!？?]*"
_SORRY = (
    r"(?:(?:不对|不是的?|不|错了|你?[答说弄搞]错了|理解错了|我?[说问打写]错了|不好意思|抱歉|对不起|[哦噢啊嗯]|"
    r"no|nope|sorry|wait|actually|oops|well)[，,。.!！\s]+)"
)
_I_ASKED = (
    r"(?:我(?:其实|刚才|刚刚|本来)?[想要]?(?:[问说指要]|知道|了解|关心)的?(?:其实|应该)?是(?:[问说指要]的?)?"
    r"|我是[想要]?[问说指])"
)
_I_MEAN = r"i(?:'m| am| was)? ?(?:meant?|asked|asking|said)(?: (?:for|about|to ask about))? "
_REJECTED, _SHORT = "(?P<rejected>[^，,。]{1,20}?)", "(?P<meant>[^，,。]+?)"
_CORRECTING = tuple(
    re.compile(f"{_SORRY}{pattern}{_END}")
    for pattern in (
        # 不是A，是B; 我问的不是A，而是B; 不是问A，是问B
        rf"*(?:我?[问说指要]的?|我)?不是[问说指]?{_REJECTED}[，,。]\s*(?:而是|{_I_ASKED}|应该是|是[问说指]?)(?P<meant>[^谁什哪].*?)",
        # 我问的是B，不是A
        rf"*(?:{_I_ASKED}|是){_SHORT}[，,]?\s*(?:而?不是|并不是|不问|不要){_REJECTED}",
        rf"*{_I_ASKED}(?P<meant>.+?)",
        # 不对，是B
        "+(?:应该)?[是换改][问说指成]?(?P<meant>.+?)",
        "*(?:换|改)成(?P<meant>.+?)",
        rf"*{_I_MEAN}(?P<meant>.+?)(?:,? (?:and )?not (?P<rejected>.+?))?",
        "*not (?P<rejected>[^,]+?)(?:,| but)+ (?P<meant>.+?)",
    )
)


class Correction(NamedTuple):
    """What a question that mends the one before asks instead, and what it says was not meant, "" where it does not."""

    question: str
    rejected: str = ""


def read_correction(question: str) -> Correction:
    """Return what a question asks where it mends the one before; any other is returned as it is."""
    folded = fold_in_place(question)
    matches = (pattern.fullmatch(folded) for pattern in _CORRECTING if len(question) <= LONGEST)
    found = next((match for match in matches if match), None)
    meant = question[slice(*found.span("meant"))].strip(" ，,") if found else ""
    if found is None or not meant:
        return Correction(question)
    rejected = question[slice(*found.span("rejected"))] if found.groupdict().get("rejected") else ""
    return Correction(_as_question(meant, bool(HANZI.search(question))), rejected)


def _as_question(meant: str, is_chinese: bool) -> str:
    """Return what was meant as a question: one that asks by itself, or 2020年 → 2020年呢？"""
    if not is_chinese:
        return f"what about {meant}?"
    return meant if ASKS.search(meant) else f"{meant.removesuffix('呢').removesuffix('的')}呢？"
