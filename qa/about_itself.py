"""Questions about the conversation or the product told apart from those about documents: 你能做什么, 总结刚才的回答.

Only what consists of such words as a whole is taken. Whatever else a question says, documents may answer it:
怎么上传申请材料, 总结一下金山区的产业.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from index.lexical import fold_in_place
from qa.datatypes import Turn

About = Literal[
    "greeting",
    "thanks",
    "farewell",
    "identity",
    "abilities",
    "adding",
    "removing",
    "formats",
    "documents",
    "privacy",
    "model",
    "trust",
    "source",
    "maker",
    "summary",
    "repetition",
    "translation",
    "questions",
]
LONGEST = 60  # characters; who says more says something else as well


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question about the conversation or the product wants to know."""

    about: About


_POLITE = re.compile(
    r"^(?:(?:你好|您好|嗨|哈喽|请问一?下?|请|麻烦你?|劳驾|"
    r"那么|那|好的?|嗯|对了|顺便问一?下?|我想知道|想问一?下?|问一?下|"
    r"hi|hello|hey|please|and|so|ok(?:ay)?|well|by the way|"
    r"(?:can|could|would) you(?: please)?|i(?: would|'d) like to know)[，,。.!！:：\s]*)+"
)
_END = re.compile(r"(?:[呢啊呀吧哦呗嘛哈]|,? ?please|for me|一下)?[\s?？!！。.~～…]*$")
# Asked without 你 or 这里, these may be about a system that the documents describe: a document with the word decides.
_TOLD_BY: dict[About, str] = {
    "adding": "上传",
    "removing": "删除",
    "formats": "格式",
    "source": "出处",
    "privacy": "隐私",
}
NAMED_PART = re.compile(r"\{([a-z]+)\}")


@lru_cache(maxsize=1)
def _patterns() -> tuple[dict[str, str], tuple[tuple[About, re.Pattern[str]], ...]]:
    """Read the list of patterns: the names that stand for parts of them, and what each pattern wants to know."""
    parts: dict[str, str] = {}
    patterns: list[tuple[About, re.Pattern[str]]] = []
    for line in (Path(__file__).parent / "about_itself.txt").read_text("utf-8").splitlines():
        name, _, pattern = line.partition(" ")
        if not pattern or name == "#":
            continue
        whole = NAMED_PART.sub(lambda found: parts[found[1]], pattern.removeprefix("= "))
        if pattern.startswith("= "):
            parts[name] = whole
        else:
            patterns.append((_about(name), re.compile(whole)))
    return parts, tuple(patterns)


@lru_cache(maxsize=1)
def _addressed() -> re.Pattern[str]:
    parts, _ = _patterns()
    return re.compile(rf"{parts['you']}|{parts['here']}|\b(?:you|this|here)\b")


def _about(name: str) -> About:
    return next(about for about in get_args(About) if about == name)


def recognise(question: str, is_known: Callable[[str], bool] = lambda term: False) -> Intent | None:
    """Return what a question about the conversation or the product wants, None for one that documents may answer.

    `is_known` says whether a document holds a word: 怎么上传文件 is left to documents that speak of 上传.
    """
    if len(question) > LONGEST:
        return None
    # Half characters (lone surrogates) are more than the converter takes.
    folded = fold_in_place(question.encode("utf-8", "replace").decode()).strip()
    for asked in dict.fromkeys((_without_end(folded), _without_end(_POLITE.sub("", folded)))):
        for about, pattern in _patterns()[1]:
            if asked and pattern.fullmatch(asked):
                return None if _may_be_told(about, asked, is_known) else Intent(about)
    return None


def _without_end(asked: str) -> str:
    shortened = asked
    while (cut := _END.sub("", shortened).strip()) != shortened:
        shortened = cut
    return shortened


def _may_be_told(about: About, asked: str, is_known: Callable[[str], bool]) -> bool:
    """Whether documents may answer all the same."""
    word = _TOLD_BY.get(about)
    return word is not None and not _addressed().search(asked) and is_known(word)


def document_turns(turns: Sequence[Turn], is_known: Callable[[str], bool] = lambda term: False) -> list[Turn]:
    """Return the turns of a conversation without the exchanges about itself: what they say is no subject."""
    kept: list[Turn] = []
    is_aside = False
    for turn in turns:
        if turn.role == "user":
            is_aside = recognise(turn.content, is_known) is not None
        if not is_aside:
            kept.append(turn)
    return kept
