from __future__ import annotations

from dataclasses import replace

import pytest

from qa.clarifying import clarified, label_sides, points_back, what_is_meant
from qa.datatypes import Citation


def citation(quote: str, title: str = "园区年报", *headings: str, document: str = "甲.md", start: int = 10) -> Citation:
    return Citation(1, document, title, headings, None, start, start + len(quote), quote, True)


# What points back


@pytest.mark.parametrize(
    "quote",
    [
        "它建于2012年。",
        "該區有企業79家。",
        "其面积为三亩。",
        "其中，科创城有三个项目。",
        "此外，园区收储土地1379亩。",
        "此举提高了效率。",
        "这一工程于2012年动工。",
        "上述措施自5月起施行。",
        "同时，园区新增企业79家。",
        "另外，园区有两座港口。",
        "他们每年检查两次。",
        "“该区”有79家企业。",
        "但它尚未动工。",
        "It opened in 2012.",
        "In addition, the park has two ports.",
    ],
)
def test_pronouns_and_words_that_go_on_point_back(quote: str) -> None:
    assert points_back(quote)


@pytest.mark.parametrize(
    "quote",
    [
        "园区有企业79家。",
        "其他事项另行通知。",
        "其实不难。",
        "其一，提前申请。",
        "该如何申请？",
        "这么做的人很多。",
        "Items are sold here.",
        "It takes three days to issue a permit.",
        "",
    ],
)
def test_other_words_do_not(quote: str) -> None:
    assert not points_back(quote)


# What they point back to


@pytest.mark.parametrize(
    ("quote", "title", "headings", "meant"),
    [
        ("该区有79家企业。", "园区年报", ("金山工业区",), "金山工业区"),
        ("它建于2012年。", "园区年报", ("二、金山铁路",), "金山铁路"),
        ("它建于2012年。", "金山铁路", ("第一章 概况",), "金山铁路"),
        ("它建于2012年。", "金山铁路", ("三、基本情况", "（一）主要工作"), "金山铁路"),
        # 该公司 is the name that ends in 公司, wherever it stands.
        ("该公司有79家门店。", "海滨百货公司", ("门店分布",), "海滨百货公司"),
        ("该公司收入5亿元。", "海滨百货公司2022年年报", ("经营情况",), "海滨百货公司2022年年报"),
        ("该公司收入5亿元。", "海滨百货公司2022年年报", ("门店分布",), "海滨百货公司2022年年报"),
        ("它建于2012年。", "金山铁路", ("财务状况",), "金山铁路"),
        ("此外，园区收储土地。", "003_园区年报", (), "园区年报"),
        ("此外，园区收储土地。", "a1b2c3d4e5", (), ""),
        ("此外，园区收储土地。", "IMG_0042", (), ""),
        ("此外，园区年报另行公布。", "园区年报", (), ""),
        ("园区有79家企业。", "园区年报", ("金山工业区",), ""),
        ("此外，公司捐款五万元。", "海滨百货公司年报", ("四、社会责任",), "海滨百货公司年报"),
        ("其客户集中在本地。", "海滨百货公司年报", ("四、社会责任",), "海滨百货公司年报"),
        ("其后，双方参观了铁路。", "金山日报", ("金山铁路开工",), ""),
        ("It opened in 2012.", "Jinshan Railway", ("Overview",), "Jinshan Railway"),
        ("它很长。", "很" * 40, (), "很" * 29 + "…"),
    ],
)
def test_the_nearest_name_is_put_beside_it(quote: str, title: str, headings: tuple[str, ...], meant: str) -> None:
    assert what_is_meant(citation(quote, title, *headings)) == meant


def test_an_answer_in_a_list_of_questions_points_back_to_its_question() -> None:
    given = citation("这是三家单位的合称。", "常见问答")
    assert what_is_meant(given, "问：联席办是什么？\n答：") == "联席办是什么？"
    assert what_is_meant(given, "联席办是什么？\n") == "联席办是什么？"
    assert what_is_meant(given, "联席办是什么？它很忙。\n") == "常见问答"


def test_what_goes_on_is_about_a_heading_only_where_the_text_speaks_of_it() -> None:
    given = citation("此外，厂区有三座车间。", "海滨机械厂年报", "三、绿色生产线")
    assert what_is_meant(given, "三、绿色生产线\n", "\n全年产值五亿元。") == "海滨机械厂年报"
    assert what_is_meant(given, "三、绿色生产线\n", "\n该生产线全年产值五亿元。") == "绿色生产线"
    pointing = citation("它有三座车间。", "海滨机械厂年报", "三、绿色生产线")
    assert what_is_meant(pointing, "三、绿色生产线\n", "\n全年产值五亿元。") == "绿色生产线"


def test_what_the_quote_before_makes_clear_is_not_said_again() -> None:
    first = citation("园区有79家企业。", start=0)
    second = citation("其中三家是新的。", start=first.end)
    assert [one.about for one in clarified([first, second], {})] == ["", ""]
    assert [one.about for one in clarified([first, replace(second, start=90, end=98)], {})] == ["", "园区年报"]
    assert [one.about for one in clarified([replace(second, label="园区年报")], {})] == [""]


def test_the_text_before_is_looked_into() -> None:
    text = "问：联席办是什么？\n答：这是三家单位的合称。"
    given = citation("这是三家单位的合称。", start=text.index("这"))
    assert clarified([given], {"甲.md": text})[0].about == "联席办是什么？"
    assert clarified([given], {"乙.md": text})[0].about == "园区年报"


# Sides


def test_sides_are_named_by_their_documents() -> None:
    one, other = citation("一。", "甲食堂"), citation("二。", "乙食堂", document="乙.md")
    assert [side.label for side in label_sides([one, other])] == ["甲食堂", "乙食堂"]


def test_documents_of_one_title_are_named_by_their_files_too() -> None:
    one, other = citation("一。"), citation("二。", document="乙.md")
    assert [side.label for side in label_sides([one, other])] == ["园区年报 (甲.md)", "园区年报 (乙.md)"]


def test_sides_in_one_document_are_named_by_their_headings() -> None:
    one, other = citation("一。", "园区年报", "东区"), citation("二。", "园区年报", "西区")
    assert [side.label for side in label_sides([one, other])] == ["园区年报 · 东区", "园区年报 · 西区"]


def test_where_nothing_tells_the_sides_apart_there_are_no_labels() -> None:
    assert [side.label for side in label_sides([replace(citation("一。"), label="旧"), citation("二。")])] == ["", ""]
    assert label_sides([]) == []
