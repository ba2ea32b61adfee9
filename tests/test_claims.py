from __future__ import annotations

import pytest

from index.lexical import fold_in_place
from qa.claims import Claim, claims_of, scene_of


def read(sentence: str, title: str = "简报", text: str = "", headings: tuple[str, ...] = ()) -> list[Claim]:
    scene = scene_of(title, headings, "甲.txt", text or f"{title}\n{sentence}")
    return list(claims_of(fold_in_place(sentence), scene))


def figures(claims: list[Claim]) -> list[str]:
    return [one.sentence[one.figure.start : one.figure.end] for one in claims]


def test_each_figure_of_a_list_is_of_what_stands_beside_it() -> None:
    claims = read("朱泾镇有小学28所、中学30所，另有公园12个。")
    assert figures(claims) == ["28所", "30所", "12个"]
    assert [one.of.strip() for one in claims] == ["朱泾镇有小学", "中学", "另有公园"]
    assert [one.names for one in claims] == [frozenset(), {"朱泾镇"}, {"朱泾镇"}]


def test_a_short_clause_or_a_condition_before_says_what_a_figure_is_of() -> None:
    (years, days) = read("工作满十年的员工，每年年假为15天。")
    assert figures([years, days]) == ["十年", "15天"]
    assert days.of.startswith("工作满")
    assert days.numbers == {"months 120"}


def test_who_says_so_and_where_a_place_lies_are_left_out() -> None:
    (one,) = read("镇农业中心介绍，金山区地处上海西南部，总面积613平方公里。")
    assert one.of == "总面积"
    assert one.before == "金山区地处上海西南部"


def test_a_date_alone_in_a_clause_is_of_the_next() -> None:
    (one,) = read("2009年，周明加入了云帆科技。")
    assert one.of.strip().endswith("周明加入了云帆科技")


def test_a_dateline_says_nothing() -> None:
    (one,) = read("新华社金山1月5日电（记者 周明）金山区有公园38个。")
    assert figures([one]) == ["38个"]
    assert one.days == ()


@pytest.mark.parametrize(
    ("sentence", "title", "days"),
    [
        ("2022年末，全区常住人口81.6万人。", "简报", (("2022", "", ""),)),
        ("全区常住人口82.05万人。", "金山区2022年统计公报", (("2022", "", ""),)),
        ("去年，全区常住人口82.05万人。", "金山区2022年统计公报", (("2021", "", ""),)),
        ("员工年假为5天。", "员工手册2022", ()),
        ("全区常住人口82.05万人。", "简报", ()),
    ],
)
def test_when_it_was_so(sentence: str, title: str, days: tuple[tuple[str, str, str], ...]) -> None:
    (one,) = [one for one in read(sentence, title) if one.figure.kind != "date"]
    assert one.days == days


def test_a_year_over_a_sentence_is_its_time() -> None:
    (one,) = read("全区常住人口82.05万人。", headings=("2021年", "人口"))
    assert one.days == (("2021", "", ""),)


def test_last_year_in_an_undated_text_is_a_time_of_its_own() -> None:
    (one,) = read("去年全区常住人口82.05万人。")
    assert one.days == ()
    assert one.phases == {"去年"}


def test_parts_and_plans() -> None:
    (one,) = read("其中，户籍人口53万人。")
    assert one.parts == {"其中", "户籍"}
    assert [one.planned for one in read("区里计划建公园12个。")] == [True]
    assert [one.planned for one in read("区里建有公园12个。")] == [False]
    assert [one.planned for one in read("蟠桃节将于7月8日开幕。")] == [False]


def test_what_is_not_clear_is_no_claim() -> None:
    assert read("朱泾、枫泾分别有公园12个和15个。") == []
    assert read("森林覆盖率由12%提高到18%。") == []
    # The rest of a number that a bad line break cut.
    assert read("5万人在金山居住。") == []


def test_of_one_kind_only() -> None:
    scene = scene_of("简报", (), "甲.txt", "简报")
    sentence = "金山区面积613平方公里，人口82万人。"
    assert figures(list(claims_of(sentence, scene, "people"))) == ["82万人"]


def test_when_a_body_came_to_be_dates_nothing_else() -> None:
    founded, teachers = read("城东中学创办于1958年，现有教师212人。")
    assert (founded.figure.kind, teachers.of.strip(), teachers.days) == ("date", "现有教师", ())
    assert read("自1958年成立以来，招收学生12万人。")[-1].days == (("1958", "", ""),)
