from __future__ import annotations

from itertools import combinations

import pytest

from index.lexical import fold_in_place
from qa.claims import claims_of, scene_of
from qa.same_thing import differs_in
from tests.test_claims import read

COMPANIES = ("远山重工", "海石机械", "云帆科技")


def between(one: str, other: str, title: str = "简报", other_title: str = "摘要") -> str:
    return differs_in(read(one, title)[-1], read(other, other_title)[-1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("金山区有公园38个。", "金山区共有公园41座。"),
        ("金山区的海岸线长23.3公里。", "据统计，金山区海岸线全长26公里。"),
        ("2022年末，金山区常住人口82万人。", "2022年12月，金山区常住人口达到85万人。"),
        ("云帆科技有员工1250人。", "云帆科技现有职工980名。"),
        ("2021年，金山区产值比上年增长8%。", "2021年，金山区产值同比增长5%。"),
    ],
)
def test_the_same_thing_in_other_words(one: str, other: str) -> None:
    assert (between(one, other), between(other, one)) == ("", "")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("金山区有公园38个。", "金山区公园面积120亩。", "kind"),
        ("金山区有公园38个。", "金山区计划建公园41个。", "measure"),
        ("金山区人口82万人。", "金山区户籍人口53万人。", "measure"),
        ("金山区有5亩以上公园38个。", "金山区有公园52个。", "numbers"),
        ("全区有公园38个。", "全市有公园520个。", "scope"),
        ("2021年，金山区有公园38个。", "2022年，金山区有公园41个。", "time"),
        ("2022年，金山区产量38吨。", "2022年上半年，金山区产量21吨。", "time"),
        ("2022年，金山区产量38吨。", "金山区产量21吨。", "time"),
        ("金山区有公园38个。", "金山区有口袋公园21个。", "subject"),
        ("金山区有公园38个。", "嘉定区有公园41个。", "subject"),
        ("云帆科技利润3万元。", "云帆科技税前利润4万元。", "subject"),
    ],
)
def test_something_else(one: str, other: str, reason: str) -> None:
    assert (between(one, other), between(other, one)) == (reason, reason)


def test_titles_tell_of_whom_a_sentence_is_that_does_not() -> None:
    same = between("公司有员工50人。", "公司有员工60人。", "云帆科技有限公司", "云帆科技有限公司介绍")
    other = between("公司有员工50人。", "公司有员工60人。", "云帆科技有限公司", "海石机械有限公司")
    assert (same, other) == ("", "subject")


@pytest.mark.parametrize(
    "title",
    [
        "{}股份有限公司2022年年度报告",
        "{}2022年年度报告",
        "{}2022年年报摘要",
        "2022年{}年度业绩快报",
        "2022年年度报告",
        "{}公司简介",
        "企业简介",
    ],
)
@pytest.mark.parametrize(
    "head", ["证券代码：600001 证券简称：{}", "{}股份有限公司成立于1998年。", "本公司保证内容真实。"]
)
@pytest.mark.parametrize(
    "sentence",
    [
        "2022年，公司营业收入为{}亿元；归属于上市公司股东的净利润为{}.08亿元。",
        "截至2022年末，公司共有员工{}10人。",
        "公司在中国市场的销售额为{}亿元。",
    ],
)
def test_reports_that_look_alike_are_of_other_companies(title: str, head: str, sentence: str) -> None:
    claims = []
    for number, company in enumerate(COMPANIES, start=3):
        said = sentence.format(number, number)
        name = title.format(company)
        scene = scene_of(name, (), f"{number}.pdf", f"{name}\n{head.format(company)}\n{said}")
        claims.append([one for one in claims_of(fold_in_place(said), scene) if one.figure.kind != "date"])
    pairs = [pair for rows in combinations(claims, 2) for pair in zip(*rows, strict=True)]
    assert len(pairs) >= 3
    assert {differs_in(*pair) for pair in pairs} == {"subject"}


@pytest.mark.parametrize(
    ("title", "other_title"),
    [
        ("沪浙大桥建成通车", "沪浙大桥项目简介"),
        ("滨海图书馆新馆即将开馆", "滨海图书馆新馆公告"),
        ("云帆科技2022年年度报告", "云帆科技股份有限公司2022年度报告摘要"),
    ],
)
def test_titles_are_compared_by_what_they_begin_with(title: str, other_title: str) -> None:
    assert between("总投资3.2亿元。", "总投资4.5亿元。", title, other_title) == ""


def test_a_bridge_is_no_other_bridge() -> None:
    assert between("总投资3.2亿元。", "总投资4.5亿元。", "沪浙大桥建成通车", "东海大桥项目简介") == "subject"


def test_words_that_lead_to_a_figure_and_a_school_of_its_own_name() -> None:
    opened = between("滨海馆将于10月1日起正式开放。", "滨海馆将于10月8日正式开放。")
    teachers = between("城东中学创办于1958年，现有教师212人。", "现有教师235人。", "城东中学介绍", "城东中学简介")
    assert (opened, teachers) == ("", "")
    assert between("朱泾镇有中学12所。", "朱泾镇有小学18所。") == "measure"
