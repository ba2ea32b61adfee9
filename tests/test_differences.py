from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa import alignment
from qa.alignment import Stretch
from qa.differences import Difference, differing, differing_at, word_difference

OLDER = """员工假期规定

一、年假
入职满一年的员工每年享有十天带薪年假。年假须提前三个工作日申请。
二、病假
病假须提交医院证明。病假期间按基本工资的80%发放工资。
三、附则
本规定由人力资源部解释。
人力资源部
2023年3月1日"""
NEWER = """员工假期规定（修订）

一、年假
入职满一年的员工每年享有十五天带薪年假。年假须提前三个工作日申请，经部门经理批准。
二、事假
事假每年不超过五天。
三、病假
病假须提交医院证明。病假期间按基本工资的80%发放工资。
四、附则
本规定由人力资源部解释。
人力资源部
2024年3月1日"""


def sides(older: str, newer: str, most: int = 99) -> list[tuple[str, str]]:
    found = differing(older, newer, most)
    for one in found:
        assert older[slice(*one.older_span)] == one.older
        assert newer[slice(*one.newer_span)] == one.newer
    return [(one.older, one.newer) for one in found]


def test_the_sentences_that_differ_in_order() -> None:
    assert sides(OLDER, NEWER) == [
        ("员工假期规定", "员工假期规定（修订）"),
        ("入职满一年的员工每年享有十天带薪年假。", "入职满一年的员工每年享有十五天带薪年假。"),
        ("年假须提前三个工作日申请。", "年假须提前三个工作日申请，经部门经理批准。"),
        ("", "二、事假\n事假每年不超过五天。"),
        ("2023年3月1日", "2024年3月1日"),
    ]


def test_the_other_way_round_sides_change() -> None:
    assert sides(NEWER, OLDER) == [(newer, older) for older, newer in sides(OLDER, NEWER)]


def test_no_more_than_asked_for() -> None:
    assert sides(OLDER, NEWER, 2) == sides(OLDER, NEWER)[:2]
    assert differing(OLDER, NEWER, 0) == ()
    text = "".join(f"第{number}天休息。" for number in range(9))
    assert len(differing(text, text.replace("休息", "加班"))) == 5


def test_where_one_side_lacks_a_sentence() -> None:
    (added,) = differing("年假十天。病假三天。", "年假十天。事假五天，须经批准。病假三天。")
    assert added == Difference("", "事假五天，须经批准。", (5, 5), (5, 15))
    (removed,) = differing("年假十天。事假五天，须经批准。病假三天。", "年假十天。病假三天。")
    assert removed == Difference("事假五天，须经批准。", "", (5, 15), (5, 5))
    (first,) = differing("病假三天。", "年假十天。\n病假三天。")
    assert first == Difference("", "年假十天。", (0, 0), (0, 5))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("", ""),
        ("年假十天。", "年假十天。"),
        ("年假十天。", " 年假 十天 。\n"),
        ("员工每年享有十天年假，须提前申请。", "员工每年享有\n十天年假，须提\n前申请。"),
        ("PPR-9087，ABC。", "ＰＰＲ－９０８７，ａｂｃ。"),
        ("员工年假规定。", "員工年假規定。"),
        ("年假十天；病假三天。", "年假十天，病假三天。"),
        ("共1,200元，自2023年10月17日起。", "共1200元，自二〇二三年十月十七日起。"),
        ("发放一千二百元。", "发放1200元。"),
        # The numbers of items change where one is put in between, and paragraphs change places.
        ("一、年假十天。", "二、年假十天。"),
        ("（1）年假十天。\n（2）病假三天。", "1. 年假十天。\n2. 病假三天。"),
        ("第三条 迟到扣款二十元。", "第四条　迟到扣款二十元。"),
        ("本规定由人力资源部解释。年假每年十天。", "年假每年十天。本规定由人力资源部解释。"),
        ("年假\ud800十天。", "年假\udfff十天。"),
        ("。", "！"),
        ("", "——"),
    ],
)
def test_what_is_no_difference(older: str, newer: str) -> None:
    assert sides(older, newer) == []
    assert sides(newer, older) == []


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("气温为-5℃。", "气温为5℃。"),
        ("发放1.5倍工资。", "发放15倍工资。"),
        ("第3-5天休息。", "第35天休息。"),
        ("涨幅为10%。", "涨幅为10。"),
        ("见v1.2版。", "见v12版。"),
        ("评分>3的通过。", "评分<3的通过。"),
        ("会议十点开始。", "会议九点开始。"),
        ("由张伟负责。", "由李娜负责。"),
        ("共7天。", "共8天。"),
        ("年假\ud800十天。", "年假\ud800九天。"),
    ],
)
def test_small_differences_count(older: str, newer: str) -> None:
    assert sides(older, newer) == [(older, newer)]
    assert sides(f"本规定如下。{older}\n附则。", f"本规定如下。\n{newer}附则。") == [(older, newer)]


def test_nothing_in_common_and_nothing_at_all() -> None:
    assert sides("年假十天。\n病假三天。", "Closed on Monday.") == [("年假十天。\n病假三天。", "Closed on Monday.")]
    assert sides("", "年假十天。") == [("", "年假十天。")]
    assert sides("年假十天。", "") == [("年假十天。", "")]


def test_one_inside_the_other() -> None:
    _, end = place(OLDER, "病假须提交医院证明。")
    before = OLDER[: OLDER.index("二、病假")].strip()
    assert sides("病假须提交医院证明。", OLDER) == [("", before), ("", "二、病假"), ("", OLDER[end:])]


def test_lists_without_full_stops_differ_line_by_line() -> None:
    older = "值班电话\n门卫 5793-0001\n保安 5793-0002\n食堂 5793-0003\n车队 5793-0004"
    newer = older.replace("0001", "0011").replace("0003", "0033")
    assert sides(older, newer) == [
        ("门卫 5793-0001", "门卫 5793-0011"),
        ("食堂 5793-0003", "食堂 5793-0033"),
    ]
    assert sides(older, older.replace("保安 5793-0002\n", "")) == [("保安 5793-0002", "")]


def test_a_sentence_wrapped_in_another_way_is_one() -> None:
    older = "请假规定\n员工请假须提前三个工\n作日向部门经理提出申请。"
    newer = "请假规定\n员工请假须提前五个工作\n日向部门经理提\n出申请。"
    assert sides(older, newer) == [(older[5:], newer[5:])]
    # Lines that end alike are lines.
    assert sides("张伟 5天\n李娜 6天", "张伟 7天\n李娜 8天") == [("张伟 5天", "张伟 7天"), ("李娜 6天", "李娜 8天")]


def test_many_lines_are_no_wrapped_sentence() -> None:
    older = [f"{name}工程队负责第{number}标段的施工与验收工作" for number, name in enumerate("甲乙丙丁戊己庚辛", 11)]
    newer = [line.replace("施工", f"设计施工{number}次") for number, line in enumerate(older)]
    newer.insert(4, "监理单位由建设单位另行确定")
    assert sides("\n".join(older), "\n".join(newer)) == [
        *zip(older[:4], newer[:4], strict=True),
        ("", "监理单位由建设单位另行确定"),
        *zip(older[4:], newer[5:], strict=True),
    ]


def test_a_semicolon_ends_a_sentence() -> None:
    assert sides("年假十天；病假三天。", "年假十五天；病假三天。") == [("年假十天；", "年假十五天；")]


def test_a_sentence_that_was_split_stays_together() -> None:
    older = "员工请假须提前三天提出申请，并经部门经理批准。"
    newer = "员工请假须提前五天提出申请。并经部门经理批准。"
    assert sides(older, newer) == [(older, newer)]
    assert sides(newer, older) == [(newer, older)]


def test_english() -> None:
    older = "Annual leave is ten days a year. Ask No. 5 first.\nSick leave needs a note."
    newer = "Annual leave is fifteen days a year. Ask No. 5 first. Sick leave needs a note."
    assert sides(older, newer) == [("Annual leave is ten days a year.", "Annual leave is fifteen days a year.")]


# In the place of a quotation


def place(text: str, quote: str) -> tuple[int, int]:
    return text.index(quote), text.index(quote) + len(quote)


@pytest.mark.parametrize(
    ("quote", "older", "newer"),
    [
        ("十五天", "入职满一年的员工每年享有十天带薪年假。", "入职满一年的员工每年享有十五天带薪年假。"),
        (
            "每年享有十五天带薪年假。年假须提前",
            "入职满一年的员工每年享有十天带薪年假。年假须提前三个工作日申请。",
            "入职满一年的员工每年享有十五天带薪年假。年假须提前三个工作日申请，经部门经理批准。",
        ),
        ("事假每年不超过五天。", "", "二、事假\n事假每年不超过五天。"),
        ("人力资源部\n2024年3月1日", "2023年3月1日", "2024年3月1日"),
        (NEWER[2:], OLDER, NEWER),
    ],
)
def test_what_the_older_says_in_its_place(quote: str, older: str, newer: str) -> None:
    found = differing_at(OLDER, NEWER, *place(NEWER, quote))
    assert found is not None
    assert (found.older, found.newer) == (older, newer)
    assert (OLDER[slice(*found.older_span)], NEWER[slice(*found.newer_span)]) == (older, newer)


@pytest.mark.parametrize(
    "quote", ["一、年假\n", "病假须提交医院证明。", "本规定由人力资源部解释。\n人力资源部\n", "病假"]
)
def test_none_where_it_says_the_same(quote: str) -> None:
    start, end = place(NEWER, quote)
    start += NEWER[start:end].index(quote)
    assert differing_at(OLDER, NEWER, start, end) is None
    assert differing_at(NEWER, NEWER, start, end) is None


def test_what_the_newer_left_out_counts_between_quoted_sentences_only() -> None:
    older, newer = "年假十天。事假五天，须经批准。病假三天。", "年假十天。病假三天。"
    assert differing_at(older, newer, 0, 5) is None
    assert differing_at(older, newer, 5, 10) is None
    assert differing_at(older, newer, 0, 10) == Difference("事假五天，须经批准。", "", (5, 15), (5, 5))
    assert differing_at(older, newer, 3, 3) is None


# Long texts


def long_text(change: str = "") -> str:
    return "\n".join(
        f"编号{number}的设备由{number % 89}号仓库保管{change}，每年检查{number % 7 + 1}次。" for number in range(30_000)
    )


def test_long_texts_take_few_seconds() -> None:
    text = long_text()
    assert len(text) > 700_000
    started = time.process_time()
    one = text.replace("编号20000的设备由64号", "编号20000的设备由65号")
    assert [(d.older, d.newer) for d in differing(text, one)] == [
        ("编号20000的设备由64号仓库保管，每年检查2次。", "编号20000的设备由65号仓库保管，每年检查2次。")
    ]
    assert len(differing(text, long_text("和维修"))) == 5
    found = differing_at(text, long_text("和维修"), *place(long_text("和维修"), "编号25000的设备"))
    assert found is not None
    assert found.older == "编号25000的设备由80号仓库保管，每年检查4次。"
    assert len(differing("同样的一行\n" * 50_000, "同样的一行\n" * 40_000)) <= 1
    assert len(differing("甲乙丙丁" * 100_000, "甲乙丙戊" * 100_000)) == 1
    assert time.process_time() - started < 40


def test_only_what_touches_the_quotation_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = long_text()[:100_000], long_text("和维修")[:110_000]
    looked: list[Stretch] = []

    def pair_up(one: Sequence[str], other: Sequence[str], stretch: Stretch) -> Iterator[Stretch]:
        looked.append(stretch)
        return alignment.pair_up(one, other, stretch)

    monkeypatch.setattr("qa.differences.pair_up", pair_up)
    assert differing_at(older, newer, *place(newer, "编号1000的设备")) is not None
    assert 1 <= len(looked) <= 4


# Words


def changes(older: str, newer: str) -> list[tuple[str, str]]:
    return [(older[slice(*one)], newer[slice(*other)]) for one, other in word_difference(older, newer)]


@pytest.mark.parametrize(
    ("older", "newer", "changed"),
    [
        ("员工每年享有十天带薪年假。", "员工每年享有十五天带薪年假。", [("十天", "十五天")]),
        ("共15天，每天80元。", "共18天，每天100元。", [("15", "18"), ("80", "100")]),
        ("于2023年10月17日9:30召开。", "于2024年9月3日9:30召开。", [("2023年10月17日", "2024年9月3日")]),
        ("由张伟负责考勤。", "由李娜负责考勤。", [("张伟", "李娜")]),
        ("迟到须说明。", "迟到须书面说明。", [("", "书面")]),
        ("迟到须书面说明。", "迟到须说明。", [("书面", "")]),
        ("見PPR-9087。", "见ＰＰＲ－９０８８。", [("PPR-9087", "ＰＰＲ－９０８８")]),
        ("Leave is ten days.", "Leave is twelve days.", [("ten", "twelve")]),
        # What is written differently only.
        ("共1,200元。", "共 1200 元！", []),
        ("員工，年假。", "员工年假", []),
        ("", "年假", [("", "年假")]),
        ("", "", []),
        ("病假\ud800三天", "病假\ud800五天", [("三天", "五天")]),
    ],
)
def test_words_that_changed(older: str, newer: str, changed: list[tuple[str, str]]) -> None:
    assert changes(older, newer) == changed


def test_too_long_to_be_compared_word_by_word() -> None:
    one, other = "年假。" + "十天休息，" * 600 + "病假。", "年假。" + "九天休息，" * 600 + "病假。"
    assert word_difference(one, other) == (((3, 3000), (3, 3000)),)
    assert len(word_difference(one[:1003], other[:1003])) == 200


# Of any texts

SENTENCES = st.lists(
    st.sampled_from(
        [
            "年假十天。",
            "年假十五天。",
            "病假三天；",
            "加班须批准\n",
            "第一条 迟到扣款。",
            "2023年\n",
            "A b. ",
            "\ud800",
            "，",
        ]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(SENTENCES | st.text(max_size=30))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert differing(text, text) == ()
    assert differing_at(text, text, 0, len(text)) is None
    assert word_difference(text, text) == ()


@settings(max_examples=200, deadline=None)
@given(SENTENCES | st.text(max_size=30), SENTENCES | st.text(max_size=30))
def test_differences_are_quoted_in_order_and_none_overlap(older: str, newer: str) -> None:
    found = differing(older, newer, 99)
    for first, second in pairwise(found):
        assert first.older_span[1] <= second.older_span[0]
        assert first.newer_span[1] <= second.newer_span[0]
    for one in found:
        assert one.older != one.newer
        assert (older[slice(*one.older_span)], newer[slice(*one.newer_span)]) == (one.older, one.newer)
    if found:
        assert differing_at(older, newer, -1, len(newer) + 1) is not None


@settings(max_examples=200, deadline=None)
@given(SENTENCES | st.text(max_size=30), SENTENCES | st.text(max_size=30))
def test_changed_words_are_in_order(older: str, newer: str) -> None:
    at = to = 0
    for one, other in word_difference(older, newer):
        assert at <= one[0] <= one[1] <= len(older)
        assert to <= other[0] <= other[1] <= len(newer)
        at, to = one[1], other[1]
