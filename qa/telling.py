"""How it is said that documents disagree, as pieces that a page and a terminal show each in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from qa.datatypes import Disagreement, Side
from qa.editions import BECAUSE_EN, BECAUSE_ZH
from qa.terms import is_written_in_hanzi
from qa.versions import Sign

COUNTS_ZH = {2: "两", 3: "三", 4: "四", 5: "五"}
COUNTS_EN = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}
Phrase = tuple[Literal["plain", "strong", "mark"], str]


def phrases(disagreement: Disagreement, question: str) -> Iterator[Phrase]:
    """Yield what says in the question's language that documents disagree: words, figures, marks of citations."""
    in_hanzi = is_written_in_hanzi(question)
    sides = disagreement.sides
    count = sum(len(side.documents) for side in sides)
    titles = [title for side in sides for title in side.titles]
    has_twins = len(set(titles)) < len(titles)
    if in_hanzi:
        what = "日期" if disagreement.what == "date" else "数字"
        yield "plain", f"{COUNTS_ZH.get(count, str(count))}份文档给出的{what}不同："
    else:
        what = "dates" if disagreement.what == "date" else "figures"
        yield "plain", f"{COUNTS_EN.get(count, str(count))} documents give different {what}: "
    for at, side in enumerate(sides):
        yield from (("plain", "，" if in_hanzi else ", "),) if at else ()
        yield from _side_phrases(side, side.documents if has_twins else side.titles, in_hanzi)
        if at == 0 and disagreement.because:
            yield "plain", _newer(disagreement.because, len(sides), in_hanzi)
        yield "plain", "为 " if in_hanzi else " says " if len(side.documents) == 1 else " say "
        yield "strong", side.figure
    yield "plain", "。" if in_hanzi else "."
    if disagreement.because is None:
        yield "plain", "看不出哪一份较新。" if in_hanzi else " Nothing tells which is newer."


def _side_phrases(side: Side, names: Sequence[str], in_hanzi: bool) -> Iterator[Phrase]:
    for at, name in enumerate(names):
        between = "" if not at else "、" if in_hanzi else " and "
        behind = "" if at else " "
        yield "plain", f"{between}《{name}》" if in_hanzi else f"{between}“{name}”{behind}"
        if at == 0:
            yield "mark", f"[{side.citation}]"


def _newer(because: Sign, sides: int, in_hanzi: bool) -> str:
    if in_hanzi:
        return f"（{'较' if sides == 2 else '最'}新，{BECAUSE_ZH[because]}）"
    return f" ({'newer' if sides == 2 else 'newest'}, {BECAUSE_EN[because]})"


def describe_disagreement(disagreement: Disagreement, question: str) -> str:
    """Say in the question's language which documents give which figures, with `**` around these."""
    return "".join(f"**{text}**" if kind == "strong" else text for kind, text in phrases(disagreement, question))
