from __future__ import annotations

import pytest

from qa.expectation import Kind, expected_kind, holds_kind, listed_noun


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
        ("person", "张三批准", "谁批准", None),
        ("place", "在大厅办理", "在哪里办理", None),
        ("decision", "可以结转", "能不能结转", None),
        (None, "共225家", "介绍一下", None),
    ],
)
def test_whether_a_sentence_holds_it(kind: Kind | None, sentence: str, question: str, held: bool | None) -> None:
    assert holds_kind(kind, sentence, question) is held
