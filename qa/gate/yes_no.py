"""是的, 不可以, yes before a sentence: judged with the question and with what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import fold_in_place
from qa.gate.aspect import DONE, PLANNED
from qa.gate.figures import are_same
from qa.gate.polarity import IMPLIED, are_opposites
from qa.gate.traits import Traits, traits_of

_YES = r"是的?|对的?|可以的?|能够?|会的?|有的?|需要|要的?|必须|应当|允许|正确|没错|有效|yes"
_NO = (
    r"不是的?|不|否|还没有?|没有?|尚未|未|不可以|不可|不能|不行|不会|不用|不要|不需要|无需|无须|不必|不应当?|不允许|"
    r"不得|不对|并非|并不是|并没有|no|not yet|never"
)
LEAD = re.compile(
    rf"(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?P<more>[\u4e00-\u9fff]{{0,5}}?)(?:[。！!.，,：:；;]\s*|\Z)", re.IGNORECASE
)
ECHO = re.compile(r"(?P<denied>(?:还|并|尚)?(?:没有?|不|未))?(?P<said>[\u4e00-\u9fff]{1,6})(?:[。！!，,：:；;]\s*|\Z)")
ASKS = re.compile(
    r"(?:吗|么|没有|没|不)[？?。]*\Z|是否|是不是|能不能|可不可以|有没有|会不会|要不要|需不需要|能否|可否|"
    r"(?P<one>[\u4e00-\u9fff])不(?P=one)|\A(?:is|are|was|were|do|does|did|may|can|could|will|would|has|have|must|should)\b"
)
FOLDED = re.compile(
    r"吗|么(?=[？?]|\Z)|是否|请问|[？?。]|了?没有?(?=[？?]*\Z)|"
    r"\A(?:is|are|was|were|do|does|did|may|can|could|will|would|has|have|must|should)\b"
)
TURNED = re.compile(r"(?P<one>[\u4e00-\u9fff])[不没](?P=one)")
ASKS_DONE = re.compile(r"了(?:吗|没有?|么)|已经?|\b(?:has|have|already|yet)\b")
DENIES = re.compile(r"免费|免票|免收|免交|免|慎用|禁用|忌|只(?!要)|仅")
LEAST_AFFIRMED = 0.8  # of a question's words, by a sentence that says yes to it


def asks_yes_or_no(question: str) -> bool:
    """Whether a question asks for yes or no."""
    return ASKS.search(fold_in_place(question).strip()) is not None


def read_lead(text: str, question: str) -> tuple[bool, str] | None:
    """Return whether an answer begins with yes, and what stands behind that; None where it begins with neither."""
    folded = fold_in_place(text)
    if not asks_yes_or_no(question):
        return None
    start = len(folded) - len(folded.lstrip())
    found = LEAD.match(folded, start)
    if found and (not found["more"] or set(found["more"]) <= set(fold_in_place(question) + "的放心以了")):
        return found["no"] is None, text[found.end() :]
    echo = ECHO.match(folded, start)
    if echo and echo["said"] in fold_in_place(question):
        return echo["denied"] is None, text[echo.end() :]
    return None


def affirmed(question: str) -> str:
    """Return what a question that asks for yes or no would be answered with yes to."""
    return FOLDED.sub("", TURNED.sub(r"\g<one>", fold_in_place(question).strip())).strip()


def denied(question: str, says_yes: bool) -> str:
    """Return what a lone yes or no to a question says in full."""
    told = affirmed(question)
    return told if says_yes else f"并非{told}"


def agrees(says_yes: bool, question: str, statement: str, sources: Sequence[Traits]) -> bool:
    """Whether yes or no goes with the sentence that follows it, which `sources` say."""
    asked, told = traits_of(affirmed(question)), traits_of(statement)
    if any(token.kind == "negation" for token in asked.tokens):
        return True  # 不用吗？ 是的 and 不 may say the same
    denies = _denies(asked, told) or (ASKS_DONE.search(fold_in_place(question)) is not None and _is_planned(told))
    if says_yes:
        return not denies and _has_figures_and_names(asked, [told, *sources])
    return denies or not _says_all(asked, told)


def _denies(asked: Traits, told: Traits) -> bool:
    spans = [(told.span(clause, clause), clause) for clause in range(len(told.ends))]
    shares = [sum(one.weight for one in asked.tokens if one.key in told.folded[start:end]) for (start, end), _ in spans]
    for ((start, end), clause), share in zip(spans, shares, strict=True):
        if share < max(shares):
            continue
        written = told.folded[start:end]
        implied = [found.group() for pattern in (IMPLIED, DENIES) for found in pattern.finditer(written)]
        if any(word not in asked.folded for word in implied) or are_opposites(asked.folded, written):
            return True
        if any(token.kind == "negation" and token.clause == clause for token in told.tokens):
            return True
    return False


def _is_planned(told: Traits) -> bool:
    return PLANNED.search(told.folded) is not None and DONE.search(told.folded) is None


def _has_figures_and_names(asked: Traits, texts: Sequence[Traits]) -> bool:
    """Whether all figures and names of a question stand in the sentence or in those that it rests on."""
    figures = all(any(are_same(own, other) for text in texts for other in text.figures) for own in asked.figures)
    names = [token.key for token in asked.tokens if token.kind in ("name", "code") and not token.key.isascii()]
    return figures and all(any(name in text.folded for text in texts) for name in names)


def _says_all(asked: Traits, told: Traits) -> bool:
    words = [token for token in asked.tokens if token.kind != "number"]
    total = sum(token.weight for token in words)
    figures = all(any(are_same(own, other) for other in told.figures) for own in asked.figures)
    return figures and sum(one.weight for one in words if one.key in told.folded) >= LEAST_AFFIRMED * total
