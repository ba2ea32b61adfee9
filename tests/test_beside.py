"""Copied sentences that hold no figure or date where one is asked for; everything else is left to the reader."""

from __future__ import annotations

import pytest

from index.chunking import split_sentences
from index.datatypes import Passage, Sentence
from qa.beside import is_beside

TEXT = "图书馆位于松江路。图书馆藏书80万册。图书馆于1998年5月开放，周一闭馆。读者凭证借书。"
LEAD = "图书馆藏书80万册。"
BOOKS, OPENED = "图书馆有多少册藏书？", "图书馆什么时候开放的？"


def passages() -> list[Passage]:
    sentences = tuple(Sentence(0, start, end) for start, end in split_sentences(TEXT))
    return [Passage(0, "图书馆.txt", "图书馆", 0, len(TEXT), TEXT, (), None, sentences)]


@pytest.mark.parametrize(
    ("question", "written", "lead"),
    [
        (BOOKS, ["图书馆位于松江路。"], LEAD),
        (BOOKS, ["图书馆位于松江路", "读者凭证借书。"], LEAD),
        (OPENED, ["读者凭证借书。"], "图书馆于1998年5月开放，周一闭馆。"),
    ],
)
def test_copies_without_the_figure_or_date_are_beside(question: str, written: list[str], lead: str) -> None:
    assert is_beside(question, written, passages(), lead)


@pytest.mark.parametrize(
    ("question", "written", "lead"),
    [
        (BOOKS, [LEAD], LEAD),
        (BOOKS, ["图书馆位于松江路。", LEAD], LEAD),
        (BOOKS, ["藏书八十万。"], LEAD),  # in words of its own
        (BOOKS, ["很多。"], LEAD),
        (BOOKS, ["图书馆位于松江路，凭证借书。"], LEAD),
        (BOOKS, ["图书馆位于松江路。"], "读者凭证借书。"),  # what would be quoted is no better
        ("图书馆在哪里？", ["读者凭证借书。"], "图书馆位于松江路。"),
        ("怎么借书？", ["图书馆位于松江路。"], "读者凭证借书。"),
        (BOOKS, [], LEAD),
    ],
)
def test_the_rest_is_not(question: str, written: list[str], lead: str) -> None:
    assert not is_beside(question, written, passages(), lead)
