"""Answers of either kind as pieces."""

from __future__ import annotations

from index.datatypes import Hit, Passage, Ranks
from qa.datatypes import Answer, Citation
from qa.pieces import answer_length, answer_pieces, cut, plain_text, split_answer
from qa.presentation import Piece

QUOTE = "全区有耕地3.2万亩。"
CITATION = Citation(1, "农业.md", "农业", (), None, 0, len(QUOTE), QUOTE, True, ((5, 9),))
HIT = Hit(Passage(7, "农业.md", "农业", 0, len(QUOTE), QUOTE, ("耕地",)), 1.0, Ranks(1, 1, 1), 0.9, 0.9, 3.0, ())


def answer(text: str, mode: str = "llm", answered: bool = True) -> Answer:
    citations = (CITATION,) if answered else ()
    return Answer("问", text, answered, mode, citations, (HIT,), (), "问", 0.9)  # type: ignore[arg-type]


def test_only_known_numbers_are_marks() -> None:
    assert split_answer("耕地**3.2万亩**。 [1] 见[2]和[x](y)", {1}) == (
        Piece("plain", "耕地"),
        Piece("strong", "3.2万亩"),
        Piece("plain", "。 "),
        Piece("mark", "[1]", 1),
        Piece("plain", " 见[2]和[x](y)"),
    )


def test_cutting_never_splits_a_mark() -> None:
    pieces = split_answer("甲**乙丙**[1]丁", {1})
    assert ["".join(piece.text for piece in cut(pieces, length)) for length in range(6)] == [
        "",
        "甲",
        "甲乙",
        "甲乙丙",
        "甲乙丙[1]",
        "甲乙丙[1]",
    ]
    assert answer_length(answer("甲**乙丙**[1]丁")) == 7


def test_a_quoted_answer_comes_from_its_citations_and_a_refusal_is_plain() -> None:
    assert [piece.kind for piece in answer_pieces(answer("别的", "extractive"))] == ["plain", "strong", "plain", "mark"]
    assert answer_pieces(answer("没有**找到**[1]。", answered=False)) == (Piece("plain", "没有**找到**[1]。"),)


def test_plain_text_keeps_marks_and_what_no_passage_says_and_drops_emphasis() -> None:
    assert plain_text(answer("别的", "extractive")) == "全区有耕地3.2万亩。[1]"
    written = "## 耕地\n- 有**3.2万亩**。[1]\n- 明年翻番。（未找到依据）"
    assert plain_text(answer(written)) == "耕地\n• 有3.2万亩。[1]\n• 明年翻番。（未找到依据）"
