"""Comparisons that no source makes, worked out from its figures: 车队的实际支出高于预算."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from qa.gate.quantities import in_smallest
from qa.gate.rows import read_row
from qa.gate.traits import Figure, Token, Traits, holds

PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MORE, _LESS = "高|多|大|长|贵|早|快|重", "低|少|小|短|便宜|晚|慢|轻"
COMPARED = re.compile(
    r"(?P<left>[^，,。；;]{2,30}?)(?P<turned>没有|没|未|不)?(?:(?P<more>高于|多于|大于|超过|超出|长于)|(?P<less>低于|少于|小于|不及|短于))"
    r"(?P<right>[^，,。；;0-9]{2,30})"
    rf"|(?P<first>[^，,。；;]{{2,30}}?)(?P<of>的[^，,。；;]{{1,8}}?)?比(?!例|重|较|率|赛|如|上年|去年)(?P<second>[^，,。；;]{{2,24}}?)(?:要|更|还)?"
    rf"(?:(?P<bigger>{_MORE})|(?P<smaller>{_LESS}))(?=[，,。；;]|$)"
)


def find_wrong_comparison(statement: Traits, texts: Sequence[Traits]) -> str | None:
    """Return a comparison that neither stands in the sources nor follows from their figures."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        found = COMPARED.search(statement.folded, start, end)
        if not found or any(figure.clause == clause for figure in statement.figures):
            continue
        word = found["more"] or found["less"] or found["bigger"] or found["smaller"]
        own = [
            token for token in statement.tokens if token.clause == clause and token.kind not in ("number", "negation")
        ]
        if any(_says(text, own, word if found["left"] else "比") for text in texts):
            continue
        left, right = ("left", "right") if found["left"] else ("first", "second")
        of = _tokens(statement, found.span("of")) if found["of"] else []
        sides = [[*_tokens(statement, found.span(side)), *of] for side in (left, right)]
        values = _values(sides, texts)
        if values is None:
            return found.group()
        is_more = values[0] > values[1]
        claims_more = bool(found["more"] or found["bigger"])
        if found["turned"]:
            right_way = not is_more if claims_more else values[0] >= values[1]
        else:
            right_way = is_more if claims_more else values[0] < values[1]
        if not right_way:
            return found.group()
    return None


def _says(text: Traits, own: Sequence[Token], word: str) -> bool:
    """Whether a source's clause compares in that word, and says most of the statement's clause."""
    for number in range(len(text.ends)):
        start, end = text.span(number, number)
        clause = text.folded[start:end]
        if word in clause and sum(token.key in clause for token in own) >= 0.6 * len(own):
            return True
    return False


def _tokens(statement: Traits, span: tuple[int, int]) -> list[Token]:
    return [one for one in statement.tokens if span[0] <= one.start and one.end <= span[1] and one.kind != "negation"]


def _values(sides: Sequence[Sequence[Token]], texts: Sequence[Traits]) -> tuple[Decimal, Decimal] | None:
    """Return the figures of both sides, None where one has none or they measure different things."""
    left, right = (_value(side, texts) for side in sides)
    if right is None or left is right:  # 食堂的实际支出低于预算: the right side is of what the left one names, too
        right = _value([*sides[0][:1], *sides[1]], texts)
    if left is None or right is None:
        return None
    measures = [in_smallest(one.number.key, one.unit) or (one.unit, Decimal(one.number.key)) for one in (left, right)]
    return (measures[0][1], measures[1][1]) if measures[0][0] == measures[1][0] else None


def _value(side: Sequence[Token], texts: Sequence[Traits]) -> Figure | None:
    """Return the figure that stands closest behind the words of one side."""
    best, most = None, 0.0
    for text in texts:
        is_row = read_row(text) is not None
        for figure in text.figures:
            if figure.number.kind != "number" or not PLAIN.fullmatch(figure.number.key):
                continue
            start, end = text.span(figure.clause, figure.clause)
            near = Traits(text.folded[start : figure.number.start + 4], (), (), (end - start,))
            wide = text if is_row else near
            score = sum(one.weight * (0.6 * holds(one, near) + 0.4 * holds(one, wide)) for one in side)
            if score > most:
                best, most = figure, score
    return best
