from __future__ import annotations

import re

import numpy as np
import pytest

from index.chunking import split_passages
from index.datatypes import Passage
from index.lexical_index import LexicalIndex
from index.loaders import parse_document
from index.search import SearchIndex, sentence_starts
from index.vectors import VectorIndex
from qa.lists import LONGEST_LIST, items_of, whole_list, with_list
from qa.surroundings import Surroundings, surroundings_of

NOTICE = """# 采暖季工作通知

## 工作要求

采暖季临近，各单位要做好三项工作：一是检修管道，排查隐患；二是储备煤炭，保证供应；三是公布电话，随时受理。各单位每周报告一次。

## 其他事项

联系人见附件。
"""
NUMBERED = """# 宿舍管理规定

## 入住要求

入住宿舍的人员须符合以下要求：

1. 已签订劳动合同。合同期限不少于一年。

2. 本市没有自有住房。

3. 服从宿舍管理。违者搬离。

宿舍每年检查两次。
"""
TABLE = """# 岗位表

## 招聘岗位

| 岗位 | 人数 |
|---|---|
| 电工 | 3 |
| 焊工 | 2 |
| 司机 | 1 |
"""


def passages_of(text: str) -> list[Passage]:
    return split_passages(parse_document("通知.md", text.encode()))


def index_of(text: str) -> SearchIndex:
    """An index that knows a document's passages and text; nothing is searched in it."""
    document = parse_document("通知.md", text.encode())
    passages = split_passages(document)
    none = VectorIndex.build(np.zeros((0, 4), dtype=np.float32))
    texts = {document.path: document.text}
    return SearchIndex(tuple(passages), none, none, sentence_starts(passages), LexicalIndex.build([]), texts)


def whole(text: str, quoted: str, question: str) -> str | None:
    """The list that is quoted in the place of some words of a text."""
    document = parse_document("通知.md", text.encode())
    start = document.text.index(quoted)
    span = (start, start + len(quoted))
    (passage,) = (one for one in split_passages(document) if one.start <= start < one.end)
    found = whole_list(span, surroundings_of(passage), question, passage.headings)
    return document.text[slice(*found)] if found else None


# The list that a question asks for


@pytest.mark.parametrize(
    "quoted",
    ["采暖季临近，各单位要做好三项工作：", "一是检修管道，排查隐患；", "三是公布电话，随时受理。"],
)
def test_items_in_one_sentence_are_quoted_from_what_announces_them(quoted: str) -> None:
    assert whole(NOTICE, quoted, "采暖季要做好哪些工作？") == (
        "采暖季临近，各单位要做好三项工作：一是检修管道，排查隐患；二是储备煤炭，保证供应；三是公布电话，随时受理。"
    )


@pytest.mark.parametrize("quoted", ["入住宿舍的人员须符合以下要求：", "2. 本市没有自有住房。", "合同期限不少于一年。"])
def test_items_in_lines_go_to_the_end_of_the_last_line(quoted: str) -> None:
    assert whole(NUMBERED, quoted, "入住宿舍要符合哪些要求？") == (
        "入住宿舍的人员须符合以下要求：\n1. 已签订劳动合同。合同期限不少于一年。\n"
        "2. 本市没有自有住房。\n3. 服从宿舍管理。违者搬离。"
    )


def test_the_rows_of_a_table_are_a_list_under_their_heading() -> None:
    assert whole(TABLE, "岗位：焊工；人数：2", "招聘哪些岗位？") == (
        "岗位：电工；人数：3\n岗位：焊工；人数：2\n岗位：司机；人数：1"
    )


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("（一） （二） （三）", True),
        ("(1) (2) (3)", True),
        ("① ② ③", True),
        ("一、 二、 三、", True),
        ("第一， 第二， 第三，", True),
        ("其一， 其二， 其三，", True),
        ("1、 2、 3、", True),
        ("2. 3. 4.", False),
        ("1. 3. 5.", False),
    ],
)
def test_items_are_numbered_one_after_the_other_from_one(numbers: str, expected: bool) -> None:
    items = ("提前申请。", "经理批准。", "按时返回。")
    text = "外出的要求如下。\n\n" + "\n\n".join(
        f"{number}{item}" for number, item in zip(numbers.split(), items, strict=True)
    )
    found = whole(text, "经理批准。", "外出有哪些要求？")
    assert (found == text.replace("\n\n", "\n")) is expected
    assert (found is None) is not expected


def test_an_item_that_answers_by_itself_is_not_quoted_with_its_list() -> None:
    text = "本册分为三章：\n\n1. 员工请假、加班和值班的办法。\n\n2. 食堂早餐供应包子、豆浆和粥。\n\n3. 宿舍用水的规定。"
    assert whole(text, "2. 食堂早餐供应包子、豆浆和粥。", "食堂早餐供应哪些食物？") is None
    assert whole(text, "2. 食堂早餐供应包子、豆浆和粥。", "本册有哪几章？") == text.replace("\n\n", "\n")


def test_what_is_beside_a_list_is_not_quoted_with_it() -> None:
    assert whole(NUMBERED, "宿舍每年检查两次。", "入住宿舍要符合哪些要求？") is None
    assert whole(NOTICE, "各单位每周报告一次。", "采暖季要做好哪些工作？") is None


def long_list(items: int, length: int) -> str:
    return "要求如下：\n\n" + "\n\n".join(f"{number}. {'字' * length}。" for number in range(1, items + 1))


def test_a_list_that_is_too_long_ends_with_an_item() -> None:
    text = long_list(9, 90)
    index = index_of(text)
    first = index.passages[0]
    around = surroundings_of(first, index)
    found = whole_list((0, 5), around, "有哪些要求？", ())
    assert found is not None
    quoted = index.texts["通知.md"][slice(*found)]
    assert quoted.startswith("要求如下：\n1. 字")
    assert quoted.endswith("字。")
    assert LONGEST_LIST - 95 < len(quoted) <= LONGEST_LIST


def test_an_item_that_would_be_left_out_stays_as_it_is() -> None:
    text = long_list(9, 90).replace("\n\n", "\n")
    around = Surroundings(text, 0, tuple(found.span() for found in re.finditer(r"[^\n]+", text)))
    assert whole_list(around.sentences[2], around, "有哪些要求？", ()) == (0, around.sentences[6][1])
    assert whole_list(around.sentences[8], around, "有哪些要求？", ()) is None


def test_a_list_goes_on_in_the_next_passage() -> None:
    text = "说明。" * 40 + "\n\n" + long_list(5, 70)
    index = index_of(text)
    assert len(index.passages) > 1
    document = index.texts["通知.md"]
    start = document.index("要求如下：")
    passage = next(one for one in index.passages if one.start <= start < one.end)
    assert passage.end < len(document)
    found = whole_list((start, start + 5), surroundings_of(passage, index), "有哪些要求？", ())
    assert found == (start, len(document))
    assert with_list((start, start + 5), surroundings_of(passage, index), LONGEST_LIST) == found
    assert with_list((start, start + 5), surroundings_of(passage), LONGEST_LIST)[1] <= passage.end


def test_surroundings_stay_under_their_headings() -> None:
    index = index_of(NOTICE)
    around = surroundings_of(index.passages[0], index)
    assert around.words((around.start, around.sentences[-1][1])).endswith("各单位每周报告一次。")
    assert surroundings_of(index.passages[1], index).text == "联系人见附件。"


# The list that a quoted sentence announces


def test_lines_without_numbers_end_before_a_sentence_of_another_kind() -> None:
    text = "包括三类：\n\n- 化工\n- 材料\n- 其他\n\n以上各类企业每年都要按照规定的时间报送能耗和排放数据。"
    around = surroundings_of(passages_of(text)[0])
    assert around.words(with_list((0, 5), around, 240)) == "包括三类：\n• 化工\n• 材料\n• 其他"


def test_a_list_that_would_be_too_long_is_cut_behind_an_item() -> None:
    around = surroundings_of(passages_of(long_list(3, 60))[0])
    assert around.words(with_list((0, 5), around, 140)) == f"要求如下：\n1. {'字' * 60}。\n2. {'字' * 60}。"
    assert around.words(with_list((0, 5), around, 20)) == "要求如下："


def test_a_sentence_that_announces_nothing_stays_as_it_is() -> None:
    around = surroundings_of(passages_of(NUMBERED)[0])
    assert with_list(around.sentences[1], around, 240) == around.sentences[1]


# Items


@pytest.mark.parametrize(
    ("quote", "items"),
    [
        ("三项工作：一是检修管道；二是储备煤炭；三是公布电话。", ["检修管道", "储备煤炭", "公布电话"]),
        ("要求如下：\n1. 提前申请；\n2. 经理批准。", ["提前申请", "经理批准"]),
        ("包括三类：\n化工；\n材料；\n其他。", ["化工", "材料", "其他"]),
        ("每年检查两次。", []),
        ("时间：\n周一", []),
    ],
)
def test_items_of_a_quote_stand_without_numbers_and_marks(quote: str, items: list[str]) -> None:
    assert [quote[slice(*span)] for span in items_of(quote)] == items


def test_the_rows_of_an_announced_table_end_where_the_columns_do() -> None:
    text = "招聘的岗位分三种：\n\n| 岗位 | 人数 |\n|---|---|\n| 电工 | 3 |\n| 焊工 | 2 |\n\n以上岗位都要体检。"
    around = surroundings_of(passages_of(text)[0])
    assert around.words(with_list(around.sentences[0], around, 240)).endswith("岗位：焊工；人数：2")
