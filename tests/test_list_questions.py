from __future__ import annotations

import pytest

from qa.list_questions import asks_for_list, names_what_is_asked, says_more, terms_told


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("入职要带哪些材料？", True),
        ("不合格品有几种处理方式？", True),
        ("质检人员的职责是什么？", True),
        ("岛上有什么小吃？", True),
        ("What are the routes of the club?", True),
        ("Which documents are needed?", True),
        ("厂长是谁？", False),
        ("仓库的地址是什么？", False),
        ("When does the library open?", False),
    ],
)
def test_asks_for_list(question: str, expected: bool) -> None:
    assert asks_for_list(question) is expected


@pytest.mark.parametrize(
    ("question", "told_by", "expected"),
    [
        ("入职要带哪些材料？", "入职须带的材料", True),
        ("今年的重点任务有哪些？", "今年要抓好六个方面的重点任务。", True),
        ("社团分为哪几类？", "社团目录", True),
        ("公司投保了哪些商业保险？", "三种保险：", True),
        ("各组的组长分别是谁？", "组长名单", True),
        ("What are the branches of the library?", "The library has four branches.", True),
        ("产品销往哪些国家？", "主要产品", False),
        ("食堂早餐供应哪些食物？", "本册分为三章：", False),
    ],
)
def test_names_what_is_asked(question: str, told_by: str, expected: bool) -> None:
    assert names_what_is_asked(question, told_by) is expected


def test_what_announces_a_list_says_more_than_an_item_or_not() -> None:
    assert says_more("外出怎样申请？", "外出申请如下。", (), "提前三天。")
    assert not says_more("食堂早餐怎样供应？", "食堂规定如下：", (), "食堂早餐供应包子。")
    assert not says_more("外出怎样申请？", "外出申请如下。", ("外出申请",), "提前三天。")


def test_terms_told_are_the_questions_words() -> None:
    assert terms_told("中心有哪些免费项目？", "中心的免费项目有：") > terms_told(
        "中心有哪些免费项目？", "中心的收费项目有："
    )
