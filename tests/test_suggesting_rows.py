"""Questions for the rows of tables: each rule asks what it should, and keeps silent where it should."""

from __future__ import annotations

import pytest

from qa.suggesting.table_rows import ask_rows, row_cells
from qa.suggesting.topics import topic_of

KETTLE = "松果K8电水壶说明书"


def asked(line: str, title: str = "") -> list[tuple[str, str, str]]:
    return [(draft.question, draft.kind, draft.answer) for draft in ask_rows(line, topic_of(title))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("名称：竹编果篮；产地：松岭", [("竹编果篮的产地是哪里？", "matter", "松岭")]),
        ("名称：竹编果篮；地址：松岭路12号", []),
        ("课程：木工入门；主讲人：韩松", [("木工入门的主讲人是谁？", "matter", "韩松")]),
        ("课程：木工入门；主讲人：韩松13800001111", []),
        ("名称：急停按钮；用途：断开电源", [("急停按钮的用途是什么？", "matter", "断开电源")]),
        ("名称：急停按钮；用途：断电", []),
        ("名称：急停按钮；保修期：24个月", [("急停按钮的保修期是多久？", "matter", "24个月")]),
        ("名称：急停按钮；保修期（月）：24", [("急停按钮的保修期是多少月？", "number", "24")]),
        ("名称：急停按钮；保修期：终身", []),
        ("名称：竹编果篮；库存（件）：35", [("竹编果篮的库存是多少件？", "number", "35")]),
        ("名称：竹编果篮；单价（元/件）：35", [("竹编果篮的单价是多少？", "number", "35")]),
        ("名称：竹编果篮；库存：35件", [("竹编果篮的库存是多少？", "number", "35件")]),
        ("名称：竹编果篮；数量：35", [("竹编果篮的数量是多少？", "number", "35")]),
        ("名称：竹编果篮；备注：35", []),
        ("名称：竹编果篮；楼层：3", []),
        ("名称：竹编果篮；应缴费：35", []),
        ("名称：竹编果篮；数量：很多", []),
        ("名称：竹编果篮；电话号码（部）：5566", []),
        ("名称：竹编果篮；数量A：35", []),
        ("名称：竹编果篮；各种数量很大的数量：35", []),
        # The row's key, which need not come first; a code with its column's name; else the first cell.
        ("产地：松岭；名称：竹编果篮", [("竹编果篮的产地是哪里？", "matter", "松岭")]),
        ("故障代码：E4；含义：水位过低", [("故障代码E4的含义是什么？", "matter", "水位过低")]),
        ("故障代码：404；含义：水位过低", [("故障代码404的含义是什么？", "matter", "水位过低")]),
        ("故障代码：四号！；含义：水位过低", []),
        ("茶场：白鹭茶场；面积（亩）：410", [("白鹭茶场的面积是多少亩？", "number", "410")]),
        ("名称：2024；面积（亩）：410", []),
        ("名称：篮；面积（亩）：410", []),
        ("名称：这一个篮子是村里的老人们编的呀；面积（亩）：410", []),
        ("名称：竹编，果篮；面积（亩）：410", []),
        ("名称：竹編果籃；產地：松嶺", [("竹編果籃的產地是哪裡？", "matter", "松嶺")]),
        ("名称：竹编果篮；数量：35；", [("竹编果篮的数量是多少？", "number", "35")]),
        ("名称：竹编果篮；说明：用松岭的毛竹编成", []),
    ],
)
def test_a_row_is_asked_for_its_cells(line: str, expected: list[tuple[str, str, str]]) -> None:
    assert asked(line) == expected


@pytest.mark.parametrize(
    ("line", "title", "expected"),
    [
        ("项目：重量；参数：4.1 kg", KETTLE, [("松果K8电水壶的重量是多少？", "number", "4.1 kg")]),
        ("项目：颜色；参数：白", KETTLE, []),
        ("项目：重量（净）；参数：4.1 kg", KETTLE, []),
        ("项目：重量；参数：4.1 kg", "说明书", []),
        ("品名：水壶盖；参数：4.1 kg", KETTLE, [("松果K8电水壶水壶盖的参数是多少？", "number", "4.1 kg")]),
        ("项目：滤网；数量：2", KETTLE, [("松果K8电水壶滤网的数量是多少？", "number", "2")]),
        ("项目：松果K8电水壶滤网；数量：2", KETTLE, [("松果K8电水壶滤网的数量是多少？", "number", "2")]),
        ("故障代码：E4；含义：水位过低", KETTLE, [("松果K8电水壶的故障代码E4的含义是什么？", "matter", "水位过低")]),
        ("指标：出生人口；数值：好；数量：3", KETTLE, [("松果K8电水壶出生人口的数量是多少？", "number", "3")]),
        ("指标：常住人口；数量：35", "2024年云溪县统计公报", [("2024年云溪县常住人口的数量是多少？", "number", "35")]),
        ("指标：常住人口；数量：35", "云溪县统计公报", [("云溪县常住人口的数量是多少？", "number", "35")]),
    ],
)
def test_a_row_is_of_what_its_title_names(line: str, title: str, expected: list[tuple[str, str, str]]) -> None:
    assert asked(line, title) == expected


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("甲：一；乙：二", 2),
        (" 甲 ：一；乙：二", 2),
        ("；".join(f"列{number}：一" for number in range(12)), 12),
        ("；".join(f"列{number}：一" for number in range(13)), 0),
        ("甲：一", 0),
        ("甲：一；乙", 0),
        ("甲：一；：二", 0),
        ("甲：一；乙：", 0),
        (f"甲：一；{'乙' * 20}：二", 2),
        (f"甲：一；{'乙' * 21}：二", 0),
        (f"甲：一；乙：{'二' * 60}", 2),
        (f"甲：一；乙：{'二' * 61}", 0),
        ("周二至周日上午九点开门。", 0),
    ],
)
def test_a_row_is_told_from_other_lines(line: str, count: int) -> None:
    assert len(row_cells(line)) == count
    assert all(cell.name == cell.name.strip() for cell in row_cells(line))
