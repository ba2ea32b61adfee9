"""Questions for what headings announce, what documents ask themselves, and what rules say of themselves."""

from __future__ import annotations

import pytest

from qa.suggesting.headings import ask_as_written, ask_headings
from qa.suggesting.regulations import ask_regulations
from qa.suggesting.topics import topic_of

LIBRARY, RULES = "霜桥镇图书馆读者指南", "云溪县公共停车收费管理规定"


@pytest.mark.parametrize(
    ("heading", "title", "expected"),
    [
        ("办证流程", LIBRARY, ["霜桥镇图书馆的办证流程是什么？"]),
        ("1.2 办证流程：", LIBRARY, ["霜桥镇图书馆的办证流程是什么？"]),
        ("第三条 办证流程", LIBRARY, ["霜桥镇图书馆的办证流程是什么？"]),
        ("开放时间", LIBRARY, ["霜桥镇图书馆的开放时间是什么时候？"]),
        ("集合地点", LIBRARY, ["霜桥镇图书馆的集合地点在哪里？"]),
        ("所需材料", LIBRARY, ["霜桥镇图书馆的所需材料有哪些？"]),
        ("收费标准", RULES, ["云溪县公共停车的收费标准是什么？"]),
        ("停车条件", RULES, ["云溪县公共停车条件是什么？"]),
        ("2.1.3办证流程", LIBRARY, ["霜桥镇图书馆的办证流程是什么？"]),
        ("4　办证流程", LIBRARY, ["霜桥镇图书馆的办证流程是什么？"]),
        ("3 项原则", LIBRARY, []),
        ("位置", LIBRARY, ["霜桥镇图书馆位于哪里？"]),
        ("位置", "读者指南", []),
        ("办证流程", "读者指南", []),
        ("霜桥镇图书馆办证流程", LIBRARY, ["霜桥镇图书馆办证流程是什么？"]),
        ("新老读者证换领和补办的流程", LIBRARY, []),
        ("基本流程", LIBRARY, []),
        ("其流程", LIBRARY, []),
        ("VIP办证流程", LIBRARY, []),
        ("办证的大厅", LIBRARY, []),
        ("读者证丢了怎么办？", LIBRARY, ["读者证丢了怎么办？"]),
        ("少儿读者证办理方法和条件", "中国霜桥镇松岭南路少年儿童图书馆读者指南", []),
        ("辦證流程", "霜橋鎮圖書館", ["霜橋鎮圖書館的辦證流程是什麼？"]),
    ],
)
def test_a_heading_is_asked_for_what_it_announces(heading: str, title: str, expected: list[str]) -> None:
    assert [draft.question for draft in ask_headings(("总说", heading), topic_of(title))] == expected


def test_without_headings_nothing_is_announced() -> None:
    assert list(ask_headings((), topic_of(LIBRARY))) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("读者证丢了怎么办?", ["读者证丢了怎么办？"]),
        ("**问：读者证丢了怎么办？**", ["读者证丢了怎么办？"]),
        ("Q: How long can books be kept?", ["How long can books be kept?"]),
        ("3. Can guests borrow books?", ["Can guests borrow books?"]),
        ("How long can it be kept?", []),
        ("Books can be kept, right?", []),
        ("读者证丢了？", []),
        ("那读者证丢了怎么办？", []),
        ("补办读者证要多少钱？", []),
        ("我们的读者证丢了怎么办？", []),
        ("它丢了怎么办？", []),
        ("怎么办？", []),
        ("读者证丢了怎么办", []),
    ],
)
def test_a_question_of_a_document_is_taken_where_it_stands_by_itself(line: str, expected: list[str]) -> None:
    assert [draft.question for draft in ask_as_written(line)] == expected


@pytest.mark.parametrize(
    ("sentence", "title", "expected"),
    [
        (
            "本规定自2024年3月1日起施行。",
            RULES,
            ("《云溪县公共停车收费管理规定》从什么时候起施行？", "date", "2024年3月1日"),
        ),
        (
            "本办法自2024年3月1日起正式实施。",
            "读者证管理办法（试行）",
            ("《读者证管理办法》从什么时候起实施？", "date", "2024年3月1日"),
        ),
        ("本規定自2024年3月1日起執行。", "停車規定", ("《停車規定》從什麼時候起執行？", "date", "2024年3月1日")),
        (
            "本规定由云溪县城市管理局负责解释。",
            RULES,
            ("《云溪县公共停车收费管理规定》由谁负责解释？", "person", "云溪县城市管理局"),
        ),
        ("本规定自发布之日的次日起施行。", RULES, None),
        ("本规定自2024年3月1日起施行。", "云溪县公共停车", None),
        ("本规定自2024年3月1日起施行。", "云溪县城区道路两侧临时停车泊位使用和收费管理规定", None),
        ("该规定自2024年3月1日起施行。", RULES, None),
    ],
)
def test_rules_are_asked_for_what_they_say_of_themselves(
    sentence: str, title: str, expected: tuple[str, str, str] | None
) -> None:
    drafts = [(draft.question, draft.kind, draft.answer) for draft in ask_regulations(sentence, title)]
    assert drafts == ([expected] if expected else [])
