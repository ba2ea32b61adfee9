from __future__ import annotations

import pytest

from index.lexical import fold_in_place
from qa.expectation import Kind, expected_kind, expected_measure, holds_kind, listed_noun, values_of_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("腾出土地多少亩？", "number"),
        ("园区有几家企业？", "number"),
        ("员工年假有几天？", "number"),
        ("工期要几小时？", "number"),
        ("企業數量？", "number"),
        ("增长率是多少？", "number"),
        ("绿化占比", "number"),
        ("堤坝有多高？", "number"),
        ("How many days of leave are there?", "number"),
        ("What percentage of the land is farmed?", "number"),
        ("合同什么时候到期？", "date"),
        ("哪年开工？", "date"),
        ("項目是哪一年開工的？", "date"),
        ("When does it end?", "date"),
        ("包括哪些部门？", "list"),
        ("哪三大板块在建？", "list"),
        ("Which towns are there?", "list"),
        ("谁批准请假？", "person"),
        ("Who signs the contract?", "person"),
        ("在哪里办理？", "place"),
        ("项目位于哪个镇？", "place"),
        ("Where is the office?", "place"),
        ("为什么聚不起人气？", "reason"),
        ("Why was it closed?", "reason"),
        ("年假能不能结转？", "decision"),
        ("已经开工了吗？", "decision"),
        ("Is it open?", "decision"),
        ("园区收不收停车费？", "decision"),
        ("新规适不适用于临时工？", "decision"),
        ("食堂的粥能不能外带", "decision"),
        ("时不时停电怎么办？", None),
        ("该企业全年营收", "number"),
        ("园区的人口是？", "number"),
        ("園區的面積為多少？", "number"),
        ("展会的举办地是？", "place"),
        ("公司注册地址", "place"),
        ("短片的导演", "person"),
        ("研究院的创始人是谁？", "person"),
        ("展会的开幕时间是？", "date"),
        ("晚会时间", "date"),
        ("晚会有多长时间？", "number"),
        ("营收为何下降？", "reason"),
        ("介绍一下营收的构成", None),
        ("导演讲了什么故事", None),
        ("介绍一下这个园区", None),
        ("", None),
    ],
)
def test_the_kind_of_thing_asked_for(question: str, kind: Kind | None) -> None:
    assert expected_kind(question) == kind


@pytest.mark.parametrize(
    ("question", "noun"),
    [
        ("打造哪三个湾区", ("湾区", 3)),
        ("哪两大板块", ("板块", 2)),
        ("哪几种新的产业方向", ("方向", 0)),
        ("有哪些园区", ("园区", 0)),
        ("哪个湾区", None),
        ("有多少园区", None),
        ("有哪些", None),
    ],
)
def test_the_noun_that_a_list_is_asked_of(question: str, noun: tuple[str, int] | None) -> None:
    assert listed_noun(question) == noun


@pytest.mark.parametrize(
    ("kind", "sentence", "question", "held"),
    [
        ("number", "每年享有十天年假", "年假有几天", True),
        ("number", "腾出3216亩", "腾出多少亩", True),
        ("number", "约占四分之一", "占几分之几", True),
        ("number", "按照规定执行", "有多少", False),
        ("number", "淘汰225家", "这225家在哪", False),
        ("date", "2023年12月开工", "什么时候开工", True),
        ("date", "已于上半年开工", "什么时候开工", True),
        ("date", "腾出3216亩", "什么时候开工", False),
        ("list", "人事部、财务部", "哪些部门", True),
        ("list", "人事部", "哪些部门", False),
        ("reason", "由于一业独大", "为什么聚不起人气", True),
        ("reason", "人气不旺", "为什么聚不起人气", False),
        ("number", "2021年7月开工", "有多少家企业", False),
        ("number", "2021年7月淘汰225家", "有多少家企业", True),
        ("person", "由王建国批准", "谁批准", True),
        ("person", "由王建國批準", "誰批準", True),
        ("person", "由中国科学院批准", "谁批准", True),
        ("person", "须提前三天提出申请", "谁批准", False),
        ("person", "王建国须提前三天提出申请", "王建国的申请由谁批准", False),
        ("place", "在上海办理", "在哪里办理", True),
        ("place", "须提前三天办理", "在哪里办理", False),
        ("place", "上海的申请须提前三天办理", "上海的申请在哪里办理", False),
        ("place", "", "在哪里办理", False),
        ("decision", "可以结转", "能不能结转", None),
        (None, "共225家", "介绍一下", None),
    ],
)
def test_whether_a_sentence_holds_it(kind: Kind | None, sentence: str, question: str, held: bool | None) -> None:
    assert holds_kind(kind, fold_in_place(sentence), fold_in_place(question)) is held


# Where it stands


@pytest.mark.parametrize(
    ("kind", "sentence", "question", "values"),
    [
        ("number", "2021年7月淘汰225家，腾出3216亩", "淘汰225家后腾出多少亩", ["3216"]),
        ("number", "共一千二百人，其中1200人在岗", "1,200人中多少人在岗", []),
        ("date", "2023年12月开工，2025年完工", "2023年开工的项目何时完工", ["12月", "2025年"]),
        ("person", "王建国和李秀英批准", "除了王建国还有谁批准", ["李秀英"]),
        ("place", "总部从上海迁往杭州", "总部从上海迁往哪里", ["杭州"]),
        # Every list is held together by the same signs, also where the question has them.
        ("list", "人事部、财务部", "人事部、财务部下有哪些处", ["、"]),
        ("reason", "由于一业独大", "由于什么", ["由于"]),
        ("decision", "可以结转", "能不能结转", []),
        (None, "共225家", "介绍一下", []),
    ],
)
def test_the_places_of_what_is_asked_for(kind: Kind | None, sentence: str, question: str, values: list[str]) -> None:
    assert [sentence[start:end] for start, end in values_of_kind(kind, sentence, question)] == values


# The measure asked for


@pytest.mark.parametrize(
    ("question", "held", "lacking"),
    [
        ("腾出多少亩土地", ["腾出3216亩", "腾出三千多亩", "约2万余亩"], ["腾出32公顷", "几亩"]),
        ("有几家企业", ["共225家", "二百多家"], ["225户"]),
        ("堤坝有多高", ["高12.5米", "约十余米"], ["高12.5亩"]),
        ("工期多久", ["工期3个月", "约两年"], ["工期很长"]),
        ("面积有多大", ["586.05平方公里", "1379亩"], ["12公里"]),
        ("花了多少钱", ["30亿元", "五元", "12万美元"], ["30家"]),
        ("占比是多少", ["占12.5%", "占三成"], ["占12家"]),
        ("送多少gb", ["送50gb空间", "送 50 gb"], ["送50元"]),
    ],
)
def test_a_figure_with_the_measure_asked_for(question: str, held: list[str], lacking: list[str]) -> None:
    measure = expected_measure(question)
    assert measure is not None
    assert [text for text in (*held, *lacking) if measure.search(text)] == held


@pytest.mark.parametrize("question", ["什么时候开工", "企业数量", "谁批准", ""])
def test_a_question_that_names_no_measure(question: str) -> None:
    assert expected_measure(question) is None
