from __future__ import annotations

import pytest

from qa.deciding import decides, deciding_words


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("年假可以结转吗？", "未休完的年假可以结转到次年三月底。", ["可以"]),
        ("年假能否结转？", "未休完的年假，经部门经理批准，可以结转到次年三月底。", ["可以"]),
        ("食堂周日开放吗？", "食堂周日不开放。", ["不开放"]),
        ("是否允许携带食物进入阅览室？", "阅览室内严禁携带食物、饮料。", ["严禁"]),
        ("铁路建成了吗？", "铁路已于2012年建成通车。", ["已"]),
        ("铁路开工了没有？", "铁路尚未开工。", ["尚未"]),
        ("加班是否需要审批？", "加班须由部门经理批准。", ["须"]),
        ("试用期员工能申请宿舍吗？", "试用期员工不得申请宿舍，正式员工可以申请。", ["不得"]),
        ("正式员工能申请宿舍吗？", "试用期员工不得申请宿舍，正式员工可以申请宿舍。", ["可以"]),
        ("园区有没有幼儿园？", "园区设有幼儿园两所。", ["设有"]),
        ("园区有没有幼儿园？", "园区没有幼儿园。", ["没有"]),
        ("員工可否帶寵物？", "員工不可攜帶寵物。", ["不可"]),
        ("Can unused leave be carried over?", "Unused leave cannot be carried over to the next year.", ["cannot"]),
        ("园区收不收停车费？", "园区停车不收取费用。", ["不收取"]),
        ("园区设不设食堂？", "园区设食堂两处。", ["设"]),
        ("学员要交餐费吗？", "学员餐费全部免收。", ["免收"]),
        ("阅览室周一开放吗？", "阅览室周一闭馆。", ["闭馆"]),
        ("老街周一开放吗？", "老街每周一休息。游客不得骑车进入老街。", ["休息"]),
        ("原办法还有效吗？", "原办法同时废止。", ["废止"]),
        ("周日上班吗？", "周日照常上班。", ["上班"]),
        ("学徒可以学三年吗？", "学徒期累计不得超过三年。", []),
        ("学徒期可以超过三年吗？", "学徒期不得超过三年。", ["不得"]),
        ("注册资本三百万可以参加吗？", "注册资本不低于五百万元。", []),
        ("外来人员能进食堂吗？", "不能。外来人员须登记后到接待室就餐。", ["不能"]),
        ("食堂周日开放吗？", "食堂周日由后勤负责。", []),
        ("食堂周日开放吗？", "食堂周日的开放时间由后勤决定。", []),
        ("食堂周日开放吗？", "宿舍不得吸烟。", []),
    ],
)
def test_the_deciding_words_stand_in_the_clause_that_is_asked_about(
    question: str, sentence: str, words: list[str]
) -> None:
    assert [sentence[slice(*span)] for span in deciding_words(sentence, question)] == words
    assert decides(sentence, question) is bool(words)


def test_a_clock_does_not_end_a_clause() -> None:
    sentence = "平日8:00开门，周末9:00开门。"
    assert deciding_words(sentence, "周末开不开门？") == ((sentence.rindex("开门"), sentence.rindex("开门") + 2),)
