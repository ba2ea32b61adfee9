from __future__ import annotations

import pytest

from qa.list_items import items_of, name_item

TEAS = "主要品种有三个：**北岭毛尖**、雾顶红茶和白芽。"


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("主要品种有三个：北岭毛尖、雾顶红茶和白芽。", ("北岭毛尖", "雾顶红茶", "白芽")),
        (
            "1. 从炼油走向化工； 2. 从化工走向材料； 3. 从材料走向高端；",
            ("从炼油走向化工", "从化工走向材料", "从材料走向高端"),
        ),
        ("一是美丽海湾建设，二是洁美乡村建设。", ("美丽海湾建设", "洁美乡村建设")),
        ("星桥系列有两款产品：S5和S7。", ("S5", "S7")),
        ("公园分为观鸟区、水生植物区和科普区三个部分。", ("观鸟区", "水生植物区", "科普区")),
        ("有流刺網、延繩釣和定置網三種，其中定置網對幼魚傷害最小。", ("流刺網", "延繩釣", "定置網")),
        ("主要来自越南、泰国以及哈萨克斯坦三个国家。", ("越南", "泰国", "哈萨克斯坦")),
        ("New materials, life and health, and equipment.", ("New materials", "life and health", "equipment")),
        ("225家。", ()),
        ("公司成立于2006年，生产农用收割机和果园采摘设备，并且在全国各地设有二十多个服务网点。", ()),
    ],
)
def test_the_items_of_a_list(answer: str, items: tuple[str, ...]) -> None:
    assert items_of(answer) == items


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("第二个呢？", "雾顶红茶呢？"),
        ("第1种是什么茶？", "北岭毛尖是什么茶？"),
        ("最后一个卖多少钱？", "白芽卖多少钱？"),
        ("倒数第三个呢？", "北岭毛尖呢？"),
        ("What about the last one?", "What about 白芽?"),
        ("and the second?", "and 雾顶红茶?"),
        # More than there are, an article of a statute, and what is no item.
        ("第五个呢？", "第五个呢？"),
        ("第二条是什么？", "第二条是什么？"),
        ("第二个百年目标是什么？", "第二个百年目标是什么？"),
        ("the first boat was built when?", "the first boat was built when?"),
    ],
)
def test_a_question_names_an_item_by_its_place(question: str, named: str) -> None:
    assert name_item(question, [TEAS.replace("**", "")]) == named


def test_the_newest_answer_with_a_list_is_meant() -> None:
    assert name_item("第二个呢？", ["每年40吨。", "越南、泰国。", "甲、乙。"]) == "泰国呢？"
    assert name_item("第二个呢？", ["每年40吨。"]) == "第二个呢？"
