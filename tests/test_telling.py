from __future__ import annotations

from qa.datatypes import Disagreement, Side
from qa.telling import describe_disagreement, phrases

NEW = Side("81.6万人", 1, ("简报.md",), ("2023年简报",))
OLD = Side("82.05万人", 2, ("公报.md", "年鉴.md"), ("统计公报", "年鉴"))
OTHER = Side("80万人", 3, ("旧.md",), ("旧简报",))


def test_two_documents() -> None:
    two = Disagreement((NEW, Side("82.05万人", 2, ("公报.md",), ("统计公报",))), "number", "text")
    assert describe_disagreement(two, "有多少人？") == (
        "两份文档给出的数字不同：《2023年简报》[1]（较新，按文中的日期）为 **81.6万人**，"
        "《统计公报》[2]为 **82.05万人**。"
    )
    assert describe_disagreement(two, "How many people?") == (
        "Two documents give different figures: “2023年简报” [1] (newer, by the date in its text) says **81.6万人**, "
        "“统计公报” [2] says **82.05万人**."
    )


def test_two_against_one() -> None:
    three = Disagreement((NEW, OLD), "number", "title")
    assert describe_disagreement(three, "有多少人？") == (
        "三份文档给出的数字不同：《2023年简报》[1]（较新，按名称中的日期或版本）为 **81.6万人**，"
        "《统计公报》[2]、《年鉴》为 **82.05万人**。"
    )
    assert "“统计公报” [2] and “年鉴” say **82.05万人**." in describe_disagreement(three, "How many?")


def test_three_figures() -> None:
    three = Disagreement((NEW, Side("82.05万人", 2, ("公报.md",), ("统计公报",)), OTHER), "number", "file")
    assert "《2023年简报》[1]（最新，按文件的修改时间）为 **81.6万人**" in describe_disagreement(three, "有多少人？")


def test_dates_of_documents_of_which_none_is_known_to_be_newer_and_that_have_one_title() -> None:
    sides = (Side("2009年", 1, ("甲.md",), ("简介",)), Side("2011年", 2, ("乙.md",), ("简介",)))
    assert describe_disagreement(Disagreement(sides, "date", None), "哪年成立？") == (
        "两份文档给出的日期不同：《甲.md》[1]为 **2009年**，《乙.md》[2]为 **2011年**。看不出哪一份较新。"
    )
    assert describe_disagreement(Disagreement(sides, "date", None), "When?").endswith(
        "says **2011年**. Nothing tells which is newer."
    )


def test_a_title_is_never_taken_for_a_mark() -> None:
    side = Side("2011年", 2, ("乙.md",), ("[1] **简介**",))
    pieces = list(phrases(Disagreement((NEW, side), "date", None), "哪年？"))
    assert [text for kind, text in pieces if kind == "mark"] == ["[1]", "[2]"]
    assert [text for kind, text in pieces if kind == "strong"] == ["81.6万人", "2011年"]
