from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import fold_in_place
from qa.splitting import MOST_PARTS, split_question

TITLES = ["绿源环保", "华东机械", "三和药业", "和田玉器", "长江航道", "河口规划", "河口规划二期"]


# What is asked of each


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("绿源环保和华东机械的利润？", ("绿源环保的利润？", "华东机械的利润？")),
        ("绿源环保与华东机械", ("绿源环保", "华东机械")),
        ("绿源环保、华东机械以及长江航道的员工有多少？", ("绿源环保", "华东机械", "长江航道")),
        ("绿源环保或长江航道有谁？", ("绿源环保有谁？", "长江航道有谁？")),
        ("绿源环保/长江航道有谁？", ("绿源环保有谁？", "长江航道有谁？")),
        ("请问绿源环保跟长江航道有谁？", ("请问绿源环保有谁？", "请问长江航道有谁？")),
        ("绿源环保的和长江航道的利润", ("绿源环保的利润", "长江航道的利润")),
    ],
)
def test_titles_side_by_side_are_asked_about_one_by_one(question: str, parts: tuple[str, ...]) -> None:
    if len(parts) == 3:
        parts = tuple(f"{name}的员工有多少？" for name in parts)
    assert split_question(question, TITLES) == parts


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("甲江公司", "乙河公司"),
        ("东江大学", "西河学院"),
        ("云岭第一中学", "白石小学"),
        ("清水镇", "白石乡"),
        ("清水县", "白石区"),
        ("云岭市", "南江省"),
        ("清水街道", "白石新区"),
        ("云岭医院", "白石研究所"),
        ("云岭集团", "白石银行"),
        ("云岭市财政局", "云岭市水利局"),
        ("云岭市清水区", "白石市河口区"),
        ("云岭图书馆", "白石博物馆"),
    ],
)
def test_names_are_known_by_what_they_end_in(first: str, second: str) -> None:
    assert split_question(f"{first}和{second}分别在哪一年成立？", []) == (
        f"{first}在哪一年成立？",
        f"{second}在哪一年成立？",
    )


@pytest.mark.parametrize(("first", "second"), [("王建国", "李秀英"), ("上海", "杭州"), ("和平区", "南开区")])
def test_names_that_the_dictionary_knows_are_names(first: str, second: str) -> None:
    assert split_question(f"{first}和{second}的年龄分别是多少？", []) == (
        f"{first}的年龄是多少？",
        f"{second}的年龄是多少？",
    )


def test_a_name_with_its_own_coordinator_is_left_whole() -> None:
    assert split_question("三和药业和绿源环保的利润？", TITLES) == ("三和药业的利润？", "绿源环保的利润？")
    assert split_question("三和药业和和田玉器的利润？", TITLES) == ("三和药业的利润？", "和田玉器的利润？")


def test_a_coordinator_between_two_titles_is_one_whatever_word_jieba_makes_up_of_it() -> None:
    assert split_question("A股指南和绿源环保的区别", ["a股指南", "绿源环保"]) == ("A股指南的区别", "绿源环保的区别")


@pytest.mark.parametrize(("first", "second"), [("河口规划", "河口规划二期"), ("河口规划二期", "河口规划")])
def test_a_title_inside_another_is_found_beside_it(first: str, second: str) -> None:
    assert split_question(f"{first}和{second}有多少亩？", TITLES) == (f"{first}有多少亩？", f"{second}有多少亩？")


def test_what_is_said_before_the_names_is_said_of_each() -> None:
    assert split_question("根据年报，甲江公司和乙河公司的利润分别是多少？", []) == (
        "根据年报，甲江公司的利润是多少？",
        "根据年报，乙河公司的利润是多少？",
    )
    assert split_question("在上半年，绿源环保和华东机械的利润？", TITLES) == (
        "在上半年，绿源环保的利润？",
        "在上半年，华东机械的利润？",
    )


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7])
def test_at_most_four_are_asked_about(count: int) -> None:
    names = [f"{name}江公司" for name in "甲乙丙丁戊己庚"[:count]]
    parts = split_question("、".join(names[:-1]) + f"和{names[-1]}的人数分别是多少？", [])
    assert parts == tuple(f"{name}的人数是多少？" for name in names[:4])
    assert MOST_PARTS == 4


def test_the_longest_row_of_names_is_split() -> None:
    question = "在甲江公司和乙河公司的会上，丙湖集团、丁海集团和戊山集团分别有多少人？"
    assert split_question(question, []) == tuple(
        f"在甲江公司和乙河公司的会上，{name}集团有多少人？" for name in ("丙湖", "丁海", "戊山")
    )


# Years


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "甲江公司2020年和乙河公司2021年的利润分别是多少？",
            ("甲江公司2020年的利润是多少？", "乙河公司2021年的利润是多少？"),
        ),
        (
            "2020年甲江公司和2021年乙河公司的利润分别是多少？",
            ("2020年甲江公司的利润是多少？", "2021年乙河公司的利润是多少？"),
        ),
        (
            "甲江公司在2020年度与乙河公司在2021年度的利润分别是多少？",
            ("甲江公司在2020年度的利润是多少？", "乙河公司在2021年度的利润是多少？"),
        ),
        (
            "甲江公司2020年6月和乙河公司2020年7月的利润分别是多少？",
            ("甲江公司2020年6月的利润是多少？", "乙河公司2020年7月的利润是多少？"),
        ),
        (
            "甲江公司去年和乙河公司今年的利润分别是多少？",
            ("甲江公司去年的利润是多少？", "乙河公司今年的利润是多少？"),
        ),
        # One year for both.
        (
            "甲江公司和乙河公司2020年的利润分别是多少？",
            ("甲江公司2020年的利润是多少？", "乙河公司2020年的利润是多少？"),
        ),
        (
            "2020年甲江公司和乙河公司的利润分别是多少？",
            ("2020年甲江公司的利润是多少？", "2020年乙河公司的利润是多少？"),
        ),
        (
            "甲江公司和乙河公司2020年和2021年的利润分别是多少？",
            ("甲江公司2020年和2021年的利润是多少？", "乙河公司2020年和2021年的利润是多少？"),
        ),
        (
            "２０２０年甲江公司和２０２１年乙河公司的利润分别是多少？",
            ("２０２０年甲江公司的利润是多少？", "２０２１年乙河公司的利润是多少？"),
        ),
    ],
)
def test_a_year_stays_with_its_name(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question, []) == parts


def test_years_side_by_side_are_asked_about_one_by_one() -> None:
    assert split_question("甲江公司2020年和2021年的利润分别是多少？", []) == (
        "甲江公司2020年的利润是多少？",
        "甲江公司2021年的利润是多少？",
    )
    assert split_question("2020年度、2021年度和2022年度的利润分别是多少？", []) == (
        "2020年度的利润是多少？",
        "2021年度的利润是多少？",
        "2022年度的利润是多少？",
    )
    assert split_question("1200年和3400年的利润分别是多少？", []) == ()


# What only compares


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("比较甲江公司与乙河公司的利润", "{}的利润"),
        ("请比较一下甲江公司与乙河公司的利润。", "{}的利润。"),
        ("对比甲江公司和乙河公司的利润", "{}的利润"),
        ("甲江公司和乙河公司各自的利润是多少？", "{}利润是多少？"),
        ("甲江公司和乙河公司之间的利润差别", "{}的利润差别"),
        ("甲江公司和乙河公司的利润，哪家公司更高？", "{}的利润"),
        ("甲江公司和乙河公司的利润，谁最高", "{}的利润"),
        ("比较甲江公司和乙河公司2020年的利润；哪一家较高？", "{}2020年的利润"),
        # Without it nothing would be asked.
        ("甲江公司和乙河公司哪家更早成立？", "{}哪家更早成立？"),
        ("请分析甲江公司和乙河公司的不同", "请分析{}的不同"),
    ],
)
def test_what_is_asked_of_each_alone_is_no_comparison(question: str, asked: str) -> None:
    assert split_question(question, []) == (asked.format("甲江公司"), asked.format("乙河公司"))


# What is one question


@pytest.mark.parametrize(
    "question",
    [
        "",
        "和",
        "？",
        "和平区",
        # One name, or none.
        "三和药业的利润分别是多少？",
        "绿源环保的收入和利润分别是多少？",
        "天津和平区的面积是多少，哪个街道更大？",
        "利润和收入哪个更高？",
        "研发和销售的区别是什么？",
        "市区和郊区分别有多少人？",
        "小区和园区的区别是什么？",
        "省和市有什么不同？",
        "甲江公司和",
        "和甲江公司比较",
        # No coordinator between them.
        "绿源环保华东机械的利润分别是多少？",
        "绿源环保投资的华东机械有多少人，谁更大？",
        "绿源环保（华东机械）的利润分别是多少？",
        "绿源环保的利润比华东机械的更高吗？",
        # Something else between them.
        "绿源环保的项目与华东机械的区别",
        "绿源环保的利润和华东机械的人数分别是多少？",
        # A question word stands for a name.
        "清水镇和哪个镇相比人口更多？",
        "哪个镇和清水镇相邻，谁更大？",
        "什么公司和甲江公司合并，谁更大？",
        "谁和王建国一起创办了甲江公司？",
        "多少公司和甲江公司合作，各有多少人？",
        # Both together are asked about.
        "甲江公司和乙河公司在什么地方合作？",
        "清水镇与白石镇相邻吗？",
        "王建国和李秀英的孩子",
    ],
)
def test_a_question_about_one_thing_is_not_split(question: str) -> None:
    assert split_question(question, TITLES) == ()


@pytest.mark.parametrize("question", ["Compare Alpha and Beta.", "Which is larger, Alpha or Beta/Gamma?"])
def test_english_is_not_split(question: str) -> None:
    assert split_question(question, ["alpha report", "beta report"]) == ()


@pytest.mark.parametrize("titles", [[], [""], ["", "和"], ["甲", "乙方"], ["的利润"]])
def test_titles_that_are_too_short_or_none_name_nothing(titles: list[str]) -> None:
    assert split_question("甲和乙方的利润", titles) == ()
    assert split_question("", titles) == ()
    assert split_question("甲江公司和乙河公司的利润分别是多少？", titles) == (
        "甲江公司的利润是多少？",
        "乙河公司的利润是多少？",
    )


def test_a_place_whose_name_begins_like_a_coordinator_stays_in_its_city() -> None:
    assert split_question("天津市和平区和天津市南开区哪个更大？", []) in (
        (),
        ("天津市和平区哪个更大？", "天津市南开区哪个更大？"),
    )


def test_the_same_thing_twice_is_one_question() -> None:
    assert split_question("甲江公司和甲江公司的利润分别是多少？", []) == ()


def test_a_coordinator_of_two_characters_is_no_part_of_a_name() -> None:
    for coordinator in ("以及", "还是", "或者"):
        assert split_question(f"甲江公司{coordinator}乙河公司的利润更高？", []) in (
            (),
            ("甲江公司的利润更高？", "乙河公司的利润更高？"),
        )


# In the asker's own characters


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("東江大學與西河大學的學費分別是多少？", ("東江大學的學費是多少？", "西河大學的學費是多少？")),
        ("請比較東江大學與西河大學的學費", ("東江大學的學費", "西河大學的學費")),
        ("比較東江大學與西河大學的學費，哪所較高？", ("東江大學的學費", "西河大學的學費")),
        ("清水鎮、白石鎮以及黑水鎮各有多少人？", ("清水鎮各有多少人？", "白石鎮各有多少人？", "黑水鎮各有多少人？")),
        ("綠源環保和華東機械的利潤？", ("綠源環保的利潤？", "華東機械的利潤？")),
        ("ＡＢＣ公司和abc集团的利润分别是多少？", ("ＡＢＣ公司的利润是多少？", "abc集团的利润是多少？")),
    ],
)
def test_the_askers_own_characters_are_kept(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question, TITLES) == parts


NAMES = ["甲江公司", "綠源環保", "三和药业", "清水鎮", "王建国", "上海", "2020年", "甲江公司2020年", "它"]
COORDINATORS = ["和", "與", "、", "以及", "或者", "的和", " 和 ", "，", ""]
BEFORE, BEHIND = (
    ["", "比較", "请问", "在2019年", "和", "Ａ"],
    ["的利潤", "分別是多少？", "之间的区别", "，哪家更高？", "？"],
)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(BEFORE) | st.text(max_size=3),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(COORDINATORS)), max_size=6),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(BEHIND) | st.text(max_size=3), max_size=3),
)
def test_any_question_has_none_or_two_to_four_parts_of_its_own_characters(
    before: str, names: list[tuple[str, str]], last: str, behind: list[str]
) -> None:
    question = before + "".join(name + coordinator for name, coordinator in names) + last + "".join(behind)
    parts = split_question(question, [fold_in_place(title) for title in TITLES])
    assert len(parts) in (0, 2, 3, 4)
    assert len(set(parts)) == len(parts)
    for part in parts:
        remaining = iter(question)
        assert all(character in remaining for character in part), "not the question's own, in its order"


# Short names


REPORTS = [
    "青峰药业股份有限公司2021年年度报告",
    "青峰药业股份有限公司2022年年度报告",
    "白石重工股份有限公司2022年年度报告",
    "松湖电器有限公司2022年年度报告",
]
PAPER = "丙和纸业有限公司章程"


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("比较白石重工和松湖电器2022年的利润", ("白石重工2022年的利润", "松湖电器2022年的利润")),
        ("白石重工与松湖电器公司的利润哪个高？", ("白石重工的利润？", "松湖电器公司的利润？")),
        ("白石重工、松湖电器的注册地分别在哪里？", ("白石重工的注册地在哪里？", "松湖电器的注册地在哪里？")),
        ("白石重工和松湖电器的利润是多少？", ("白石重工的利润是多少？", "松湖电器的利润是多少？")),
        ("白石重工的利润和松湖电器的人数", ("白石重工的利润", "松湖电器的人数")),
        ("白石重工和松湖电器谁的成立时间更早？", ("白石重工的成立时间？", "松湖电器的成立时间？")),
        ("白石重工和松湖电器的省市分别是哪里？", ("白石重工的省市是哪里？", "松湖电器的省市是哪里？")),
        ("丙和纸业公司与松湖电器的利润", ("丙和纸业公司的利润", "松湖电器的利润")),
    ],
)
def test_companies_may_be_called_by_what_their_titles_begin_with(question: str, parts: tuple[str, ...]) -> None:
    assert split_question(question, [*REPORTS, PAPER]) == parts


@pytest.mark.parametrize(
    "question",
    [
        "白石重工和松湖电器在哪里合作？",
        "白石重工和松湖电器签订了什么合同，分别是多少？",
        "白石重工和松湖电器是什么关系？",
        "白石重工的利润和松湖电器的不同",
        "白石重工的利润和松湖电器的利润的区别",
        "白石重工和青岚电器的利润是多少？",
    ],
)
def test_what_companies_do_together_is_one_question(question: str) -> None:
    assert split_question(question, REPORTS) == ()


def test_sides_without_a_year_get_the_latest_that_all_have_where_one_has_several() -> None:
    assert split_question("比较青峰药业和白石重工股份有限公司的员工人数", REPORTS) == (
        "青峰药业2022年的员工人数",
        "白石重工股份有限公司2022年的员工人数",
    )
    assert split_question("青峰药业和白石重工2021年的员工人数", REPORTS)[1] == "白石重工2021年的员工人数"
    assert split_question("青峰药业和白石重工谁的员工更多？", REPORTS)[0] == "青峰药业2022年的员工？"
    older = ["白石重工股份有限公司2021年年度报告"]
    assert split_question("青峰药业和白石重工的员工人数", REPORTS + older)[0] == "青峰药业2022年的员工人数"
    # A founding has no year to be asked for, and what all have but one of needs none.
    assert split_question("青峰药业和白石重工分别是谁创立的？", REPORTS)[0] == "青峰药业是谁创立的？"
    assert split_question("白石重工和松湖电器的员工人数", REPORTS)[0] == "白石重工的员工人数"
    assert split_question("青峰药业和白石重工的员工人数", REPORTS[:1] + REPORTS[2:])[0] == "青峰药业的员工人数"


def test_as_many_companies_as_there_are_are_asked_about_one_by_one() -> None:
    parts = ("青峰药业{}", "白石重工{}", "松湖电器{}")
    for question, asked in [
        ("三家公司2022年的净利润分别是多少？", "2022年的净利润是多少？"),
        ("对比各家公司的员工人数", "2022年的员工人数"),
        ("3家企业谁的员工更多？", "2022年的员工？"),
    ]:
        assert split_question(question, REPORTS) == tuple(part.format(asked) for part in parts)
    named = "青峰药业、白石重工和松湖电器三家公司2022年的净利润分别是多少？"
    assert split_question(named, REPORTS) == tuple(part.format("2022年的净利润是多少？") for part in parts)
    assert split_question("两家公司的净利润分别是多少？", REPORTS) == ()
    assert split_question("三家公司共同设立了什么，分别出资多少？", REPORTS) == ()
    assert split_question("三家公司是什么时候来的？", REPORTS) == ()
    many = [f"{name}江机械有限公司" for name in "甲乙丙丁戊"]
    assert split_question("各公司的净利润分别是多少？", many) == split_question("各公司的净利润分别是多少？", []) == ()


def test_names_that_begin_with_the_same_unknown_word_are_names() -> None:
    assert split_question("青岚食品、青岚物流、青岚农业各有多少员工？", []) == (
        "青岚食品各有多少员工？",
        "青岚物流各有多少员工？",
        "青岚农业各有多少员工？",
    )
    assert split_question("营业收入和营业成本分别是多少？", []) == ()
    assert split_question("青岚食品和物流分别有多少员工？", []) == ()


def test_a_years_question_is_asked_of_each_year() -> None:
    assert split_question("白石重工2022年利润比2021年增加了多少？", REPORTS) == (
        "白石重工2022年利润增加了多少？",
        "白石重工2021年利润",
    )


def test_what_is_asked_is_no_part_of_a_name() -> None:
    assert split_question("甲江公司和乙河公司在2020年和2021年分别如何修订公司章程？", [])[0] == (
        "甲江公司在2020年和2021年如何修订公司章程？"
    )
