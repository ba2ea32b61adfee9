from __future__ import annotations

import pytest

from qa.short_names import short_names

TITLES = (
    "青峰药业股份有限公司2021年年度报告",
    "青峰药业股份有限公司2022年年度报告",
    "白石重工集团有限公司2022年年度报告",
    "云岭县2020年国民经济和社会发展统计公报",
    "松湖大桥项目简介",
    "《桐溪水库管理办法》",
)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("青峰药业股份有限公司2021年年度报告", "青峰药业"),
        ("白石重工集团有限公司", "白石重工"),
        ("云岭县2020年统计公报", "云岭县"),
        ("松湖大桥项目简介", "松湖大桥"),
        ("《桐溪水库管理办法》", "桐溪水库"),
        ("桐溪水库调度运用暂行规定", "桐溪水库调度运用"),
        ("松湖机械(上海)有限公司", "松湖机械"),
    ],
)
def test_a_title_is_called_by_what_stands_before_form_year_and_kind(title: str, name: str) -> None:
    assert list(short_names((title,)).years) == [name]


@pytest.mark.parametrize(
    "title",
    [
        "",
        "员工手册",
        "关于放假的通知",
        "2022年年度报告",
        "年度报告",
        "管理办法",
        "松湖大桥建成通车",
        "项目简介",
        "自行车管理办法",
    ],
)
def test_everyday_words_and_whole_titles_are_no_short_names(title: str) -> None:
    assert not short_names((title,)).years


def test_a_company_may_be_called_by_an_everyday_word() -> None:
    assert short_names(("春风有限公司",)).companies == ("春风",)


def test_a_name_has_the_years_of_all_titles_that_begin_so() -> None:
    names = short_names(TITLES)
    assert names.years_of("青峰药业") == {"2021", "2022"}
    assert names.years_of("青峰药业股份有限公司") == {"2021", "2022"}
    assert names.years_of("松湖大桥") == names.years_of("无名") == names.years_of("的青峰药业") == frozenset()
    assert names.companies == ("青峰药业", "白石重工")


def test_names_are_found_with_their_legal_form_the_longest_first() -> None:
    names = short_names(("松湖有限公司", "松湖大桥项目简介"))
    text = "松湖大桥和松湖公司,松湖股份有限公司"
    assert [text[start:end] for start, end in names.find(text)] == ["松湖大桥", "松湖公司", "松湖股份有限公司"]


def test_the_names_of_a_generation_are_computed_once() -> None:
    assert short_names(TITLES) is short_names(tuple(list(TITLES)))
