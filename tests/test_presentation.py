from __future__ import annotations

from dataclasses import replace

from qa.datatypes import Citation
from qa.presentation import Block, Piece, answer_text, lay_out, pieces_of


def citation(quote: str, number: int = 1, label: str = "", about: str = "") -> Citation:
    return Citation(number, "甲.md", "甲", (), None, 0, len(quote), quote, True, label=label, about=about)


def test_emphasis_is_put_around_its_spans() -> None:
    given = replace(citation("共225家，3216亩。"), emphasis=((6, 11), (1, 5)))
    assert answer_text([given]) == "共**225家**，**3216亩**。[1]"
    assert answer_text([replace(given, emphasis=())]) == "共225家，3216亩。[1]"
    assert [piece for piece in pieces_of([given]) if piece.kind == "strong"] == [
        Piece("strong", "225家"),
        Piece("strong", "3216亩"),
    ]


def test_stars_of_the_text_itself_are_not_paired_with_ours() -> None:
    given = replace(citation("**注**：共225家。"), emphasis=((7, 11),))
    assert answer_text([given]) == "**注**：共225家。[1]"
    assert Piece("strong", "225家") in pieces_of([given])


def test_quotes_follow_one_another_as_sentences_do() -> None:
    assert answer_text([citation("甲。"), citation("乙。", 2)]) == "甲。[1]乙。[2]"
    assert answer_text([citation("One."), citation("Two.", 2)]) == "One.[1] Two.[2]"
    assert answer_text([]) == ""


def test_a_list_of_several_lines_stands_apart() -> None:
    quotes = [citation("甲。"), citation("如下：\n一；\n二。", 2), citation("乙。", 3), citation("丙。", 4)]
    assert answer_text(quotes) == "甲。[1]\n如下：\n一；\n二。[2]\n乙。[3]丙。[4]"


def test_the_sides_of_a_comparison_stand_in_lines_under_their_names() -> None:
    sides = [citation("早餐五元。", 1, "甲食堂规定"), citation("早餐六元。", 2, "《乙食堂》说明")]
    assert answer_text(sides) == "《甲食堂规定》：早餐五元。[1]\n《〈乙食堂〉说明》：早餐六元。[2]"
    assert answer_text([citation("Breakfast is 5.", 1, "Canteen A")]) == "Canteen A: Breakfast is 5.[1]"
    assert lay_out(sides)[1] == Block("《〈乙食堂〉说明》：", "", (Piece("plain", "早餐六元。"),), 2, "\n")


def test_what_is_ours_is_told_apart_from_the_quote() -> None:
    given = citation("该区有79家。", 1, "", "金山工业区")
    assert answer_text([given]) == "〔金山工业区〕该区有79家。[1]"
    assert pieces_of([given]) == (
        Piece("about", "〔金山工业区〕"),
        Piece("plain", "该区有79家。"),
        Piece("mark", "[1]", 1),
    )
