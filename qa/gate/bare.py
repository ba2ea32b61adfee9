"""A figure or a name as the whole answer: whether the passages say it of what was asked. 320公顷 to 松鹤公园多大？"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import fold_in_place
from qa.gate.clauses import find_scattered
from qa.gate.figures import are_same, find_wrong_figure
from qa.gate.polarity import contradicts
from qa.gate.roles import find_other_role
from qa.gate.rows import find_of_another_row
from qa.gate.shelf import Shelf, Source
from qa.gate.traits import CLAUSE_END, Token, Traits, holds, traits_of

LONGEST_BARE = 16  # characters of an answer that is no sentence
MOST_WORDS = 3
# Shares of a question's words: that the sentences around a bare answer lack, and that another sentence has.
FAR, TOGETHER = 0.34, 0.6
# What asks, with what of it stays in a sentence that tells: 多长 leaves 长.
ASKS = re.compile(
    r"(?:是|有|为)?(?:多少(?:钱|元)?|几(?=[个名位人条项次天年月日号点时级层元岁家种座所倍成])|"
    r"多(?P<kept>[长高宽深重大远厚])|多久|多快|什么时[候间]|何时|哪[一]?(?:天|年|月|日|个|位|家|里|些|种|所|座)?|"
    r"什么(?:人|地方|部门|单位|公司|名字)?|何[人地处]|谁|几)"
    r"|\b(?:how (?:much|many|long|old|far|high|big|large|often)|what|when|where|which|who|whom|whose)\b"
    r"(?:,? (?:is|are|was|were|do|does|did))?"
)
# What makes a sentence of it, unless it begins with that: 早餐是五元, but 是五元.
COPULA = re.compile(r"(?<=.)[是为]|(?<=.)\b(?:is|are|was|were|has|have)\b")
QUESTION_END = re.compile(r"[？?。.！!，,\s]+\Z")


def is_bare(text: str) -> bool:
    """Whether a text is a figure or a name and no sentence."""
    folded = fold_in_place(text).strip().rstrip("。.！!；;")
    if not folded or len(folded) > LONGEST_BARE or CLAUSE_END.search(folded) or COPULA.search(folded):
        return False
    words = [token for token in traits_of(folded).tokens if token.kind != "negation"]
    return 0 < len(words) <= MOST_WORDS


def answer_in_full(question: str, text: str) -> str | None:
    """Return what a question and a bare answer say together, None where the question asks for no such thing."""
    asked = QUESTION_END.sub("", fold_in_place(question))
    bare = QUESTION_END.sub("", fold_in_place(text))
    found = ASKS.search(asked)
    if found is None or re.search("[？?。]", asked):
        return None
    if asked.isascii():
        return f"{asked[: found.start()]}{asked[found.end() :]} {bare}".strip()
    return f"{asked[: found.start()]}{found['kept'] or ''}{bare}{asked[found.end() :]}"


def find_of_something_else(text: str, full: str, shelf: Shelf, holders: Sequence[Source]) -> str | None:
    """Return what of a bare answer the passages say of something else than was asked."""
    statement, folded = traits_of(full), fold_in_place(text)
    wrong, _ = find_wrong_figure(statement, shelf.sources, shelf.of_documents(holders), within=folded)
    texts = [source.traits for source in shelf.sources]
    for one in (wrong, find_other_role(statement, texts), find_of_another_row(statement, texts)):
        if one and one in folded:
            return one
    over = shelf.over(range(1, len(shelf.passages) + 1))
    scattered = find_scattered(statement, texts, over)
    if traits_of(text).figures and any(token.key == scattered for token in statement.tokens):
        return scattered  # what the figure is said of stands only behind it
    return _answers_something_else(text, full, shelf, holders)


def _answers_something_else(text: str, full: str, shelf: Shelf, holders: Sequence[Source]) -> str | None:
    """Return a bare answer that stands far from the question's words, which stand together elsewhere."""
    answer = {token.key for token in traits_of(text).tokens}
    asked = [token for token in traits_of(full).tokens if token.kind != "negation" and token.key not in answer]
    total = sum(token.weight for token in asked)
    if not total:
        return None
    shares = [sum(one.weight * _near(one, source) for one in asked) / total for source in shelf.sources]
    at = [number for number, source in enumerate(shelf.sources) if source in holders]
    around = [
        sum(
            one.weight * max(_near(one, source) for source in shelf.sources[max(0, number - 1) : number + 1])
            for one in asked
        )
        / total
        for number in at
    ]
    is_far = max(around) < FAR and max(shares) >= TOGETHER
    return text if is_far else None


def _near(token: Token, source: Source) -> float:
    return max(holds(token, source.traits), float(token.key in source.heading))


def holders_of(text: str, question: str, sources: Sequence[Source]) -> list[Source]:
    """Return the sentences that have all of a bare answer, those first that have most of the question."""
    answer, asked = traits_of(text), traits_of(question)
    found = [source for source in sources if _has_all(answer, source.traits)]
    # 周日开放 is more than a name, and 不开放 says the contrary of it.
    found = [one for one in found if contradicts(answer, [one.traits], one.traits) is None]
    if not answer.figures:
        written = QUESTION_END.sub("", answer.folded)
        found = [one for one in found if written in one.traits.folded]
    return sorted(found, key=lambda source: -sum(one.weight * holds(one, source.traits) for one in asked.tokens))


def _has_all(answer: Traits, source: Traits) -> bool:
    figures = all(any(are_same(own, other) for other in source.figures) for own in answer.figures)
    return figures and all(
        token.key in source.folded for token in answer.tokens if token.kind in ("word", "name", "code")
    )
