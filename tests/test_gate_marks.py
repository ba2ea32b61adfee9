"""The marks of citations that language models write, and the statements that bear them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.gate.reading import read_statements
from qa.gate.statements import Statement

AREA = "金山区有耕地39.85万亩"


def cited(answer: str, passages: int = 5) -> list[tuple[str, tuple[int, ...]]]:
    return [(statement.text, statement.cited) for statement in read_statements(answer, passages)]


@pytest.mark.parametrize(
    ("mark", "numbers"),
    [
        ("[1]", (1,)),
        ("[1][3]", (1, 3)),
        ("[1,2]", (1, 2)),
        ("[1、2，3]", (1, 2, 3)),
        ("[1 and 2]", (1, 2)),
        ("[1-3]", (1, 2, 3)),
        ("[2–4]", (2, 3, 4)),
        ("[^2]", (2,)),
        ("【1】", (1,)),
        ("【1†来源】", (1,)),
        ("［２］", (2,)),
        ("〔3〕", (3,)),
        ("[来源1]", (1,)),
        ("【资料 2】", (2,)),
        ("(来源1)", (1,)),
        ("（来源：1、2）", (1, 2)),
        ("（见资料3）", (3,)),
        ("(Source 2)", (2,)),
        ("[Passage 4]", (4,)),
        ("（参考：[2]）", (2,)),
        (" [1]", (1,)),
        ("[1][1]", (1,)),
        ("[1]、[2]", (1, 2)),
        ("[[1]]", (1,)),
        ("[[1], [2]]", (1, 2)),
        ("([1])", (1,)),
        ("（见[2]）", (2,)),
        ("（来源：[1]、[2]）", (1, 2)),
        ("（来源：文档1）", (1,)),
        ("[来源1：员工手册]", (1,)),
        ("[1†source]", (1,)),
        ("【1†L3-L5】", (1,)),
        ("【4:0†source】", (4,)),
        ("[citation:1]", (1,)),
        ("[[citation:1]][[citation:3]]", (1, 3)),
        ("[cite: 1, 2]", (1, 2)),
        ("[Doc 1]", (1,)),
        ("[source_1]", (1,)),
        ("[#1]", (1,)),
        ("[1](http://a.b/c_(d))", (1,)),
        ("[[1]](#fn1)", (1,)),
        ("<sup>1</sup>", (1,)),
        ("<sup>[1]</sup>", (1,)),
        ("<ref>2</ref>", (2,)),
        ("\\[1\\]", (1,)),
        ("^[1]", (1,)),
        ("[^1^]", (1,)),
        ("¹", (1,)),
        ("[\u200b1\u200b]", (1,)),
        ("(1)", (1,)),
        ("（１）", (1,)),
        (" (1)", (1,)),
        ("(1)(3)", (1, 3)),
        ("（1、3）", (1, 3)),
        ("[1a]", (1,)),
        ("[1a, 2b]", (1, 2)),
        ("[来源：1]", (1,)),
        ("［来源：１］", (1,)),
        ("（参见[1]）", (1,)),
        ("（见来源1）", (1,)),
    ],
)
def test_marks_of_every_form_are_understood(mark: str, numbers: tuple[int, ...]) -> None:
    assert cited(f"{AREA}{mark}。") == [(f"{AREA}。", numbers)]
    assert cited(f"{AREA}。{mark}") == [(f"{AREA}。", numbers)]


@pytest.mark.parametrize("mark", ["[9]", "【6】", "(来源：7)", "[0]", "[^99]", "[5-9]"])
def test_passages_that_there_are_not_are_dropped(mark: str) -> None:
    (statement,) = read_statements(f"{AREA}{mark}。", 4)
    assert (statement.text, statement.cited, statement.stray) == (f"{AREA}。", (), True)


@pytest.mark.parametrize(
    "text",
    [
        "（1）登记",
        "[2023]年",
        "2023年[注]",
        "数组[甲]",
        "(3)第三项",
        "①登记",
        "50m²",
        "a<b",
        "2<sup>3</sup>",
        "（见附件1）",
        "(1)登记",
        "登记(1)和注销(2)",
        "[3D]",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    (statement,) = read_statements(f"共有三项，{text}在内。", 5)
    assert (statement.text, statement.cited, statement.stray) == (f"共有三项，{text}在内。", (), False)


@pytest.mark.parametrize(
    ("pointing", "numbers"),
    [
        ("参见[1]", (1,)),
        ("详见【2】", (2,)),
        ("可参见[1]、[2]", (1, 2)),
        ("来源：[1]", (1,)),
        ("见来源1", (1,)),
        ("详见资料2", (2,)),
        ("参见来源1和2", (1, 2)),
        ("来源：资料3", (3,)),
        ("见来源１", (1,)),
    ],
)
def test_pointing_at_a_passage_in_words_is_a_mark_too(pointing: str, numbers: tuple[int, ...]) -> None:
    assert cited(f"{AREA}，{pointing}。") == [(f"{AREA}。", numbers)]
    assert cited(f"{AREA}。{pointing}。") == [(f"{AREA}。", numbers)]
    assert cited(f"{AREA}，{pointing}。另有林地。") == [(f"{AREA}。", numbers), ("另有林地。", ())]


@pytest.mark.parametrize(
    "text",
    [
        "计算方法见公式(1)。",
        "各区数据见表（2）。",
        "依据本办法第（3）项。",
        "函数为f(1)。",
        "净利润为（3）。",
        "See table (2).",
        "三等奖共（13）。",
        "他提出了意见。",
        "流程详见附件1。",
        "这里来自各地的游客很多。",
    ],
)
def test_numbers_in_brackets_that_a_sentence_needs_stay(text: str) -> None:
    assert cited(text) == [(text, ())]


def test_opinions_keep_their_last_character() -> None:
    assert cited("委员会提出了意见[1]。") == [("委员会提出了意见。", (1,))]


def test_a_mark_behind_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    assert cited("耕地39.85万亩。[2]占全市的13.77%【3】。另有林地。") == [
        ("耕地39.85万亩。", (2,)),
        ("占全市的13.77%。", (3,)),
        ("另有林地。", ()),
    ]


def test_a_mark_at_the_start_of_a_line_belongs_to_what_follows() -> None:
    assert cited("[1] 耕地39.85万亩。\n[2] 占全市的13.77%。") == [("耕地39.85万亩。", (1,)), ("占全市的13.77%。", (2,))]


def test_layout_is_kept_apart_from_the_statements() -> None:
    answer = "## 概况\n\n- **耕地**：39.85万亩[1]\n- 占全市的13.77%[2]\n\n1. 第一，保护耕地。[3]"
    statements = read_statements(answer, 5)
    assert [(one.lead, one.text, one.plain, one.cited) for one in statements] == [
        ("## ", "概况", "概况", ()),
        ("\n\n- ", "**耕地**：39.85万亩", "耕地：39.85万亩", (1,)),
        ("\n- ", "占全市的13.77%", "占全市的13.77%", (2,)),
        ("\n\n1. ", "第一，保护耕地。", "第一，保护耕地。", (3,)),
    ]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("![图](http://a.b/c.png)耕地39.85万亩。", "耕地39.85万亩。"),
        ("[耕地](javascript:alert(1))39.85万亩。", "耕地39.85万亩。"),
        ("[![图](http://a.b)](http://c.d)耕地39.85万亩。", "耕地39.85万亩。"),
        ("耕地<img src=x onerror=alert(1)>39.85万亩。", "耕地39.85万亩。"),
        ("耕地<a href='http://a.b'>39.85万亩</a>。", "耕地39.85万亩。"),
        ("耕地39.85万亩<https://a.b/?q=1>。", "耕地39.85万亩。"),
        ("耕地39.85万亩。<img src=", "耕地39.85万亩。"),
        ("[耕地]: http://a.b\n耕地39.85万亩。", "耕地39.85万亩。"),
        ("根据[1]，耕地39.85万亩。", "耕地39.85万亩。"),
        ("根据资料1和2，耕地39.85万亩。", "耕地39.85万亩。"),
        ("[1]指出，耕地39.85万亩。", "耕地39.85万亩。"),
        ("耕地39.85万亩。来源：[1]", "耕地39.85万亩。"),
        ("前人研究[7]说耕地39.85万亩。", "前人研究说耕地39.85万亩。"),
    ],
)
def test_nothing_that_leads_elsewhere_or_was_a_mark_is_left(answer: str, text: str) -> None:
    assert [one.text for one in read_statements(answer, 5)] == [text]


def test_bold_ends_with_its_sentence() -> None:
    assert cited("**耕地39.85万亩。**[1]林地较少[2]。") == [("**耕地39.85万亩。**", (1,)), ("林地较少。", (2,))]


def test_a_mark_on_a_line_of_its_own_belongs_to_the_sentence_before() -> None:
    assert cited("耕地39.85万亩。\n[2]\n林地较少。") == [("耕地39.85万亩。", (2,)), ("林地较少。", ())]


def test_a_table_keeps_its_layout_and_each_row_says_its_columns() -> None:
    answer = "| 名称 | 面积 |\n|---|---|\n| 耕地 | 39.85万亩[1] |\n| 林地 | 较少 | [2]\n说完。"
    statements = read_statements(answer, 5)
    assert [(one.lead, one.text, one.behind, one.plain, one.cited, one.announces) for one in statements] == [
        ("", "| 名称 | 面积", " |", "名称；面积", (), True),
        ("\n|---|---|\n", "| 耕地 | 39.85万亩", " |", "耕地；面积：39.85万亩", (1,), False),
        ("\n", "| 林地 | 较少", " |", "林地；面积：较少", (2,), False),
        ("\n", "说完。", "", "说完。", (), False),
    ]


def test_a_block_of_code_is_one_statement_and_its_index_no_mark() -> None:
    code, after = read_statements("```sh\nrun a[1]\nstop\n```\n[2]\n说完。", 5)
    assert (code.text, code.plain, code.cited) == ("```sh\nrun a[ 1 ]\nstop\n```\n", "run a[1]\nstop", (2,))
    assert after.text == "说完。"


@pytest.mark.parametrize("joined", ["[[1]1]", "[1(来源2)]", "[(来源1)1]", "[[[1]1]1]", "[1<sup>2</sup>]"])
def test_no_mark_is_put_together_of_what_is_left(joined: str) -> None:
    (statement,) = read_statements(f"{AREA}{joined}。", 5)
    assert not re.search(r"\[[0-9]+\]", statement.text)


@pytest.mark.parametrize(
    "sources",
    [
        "参考资料：\n[1] 金山区概况\n[2] 农业报告",
        "**来源**\n\n[^1]: 金山区概况.md",
        "References:\n[1]: overview\n- [2] report",
        "参考文献\n1. 金山区概况\n2. 农业报告",
        "[^1]: 金山区概况.md\n[^2]: 农业报告.md",
    ],
)
def test_a_list_of_sources_at_the_end_is_left_out(sources: str) -> None:
    assert cited(f"{AREA}[1]。\n\n{sources}") == [(f"{AREA}。", (1,))]


def test_english_sentences_keep_the_space_between_them() -> None:
    first, second = read_statements("The district has farmland [1]. It lies in the south of the city [2].", 3)
    assert (first.text, first.cited) == ("The district has farmland.", (1,))
    assert (second.lead, second.text, second.cited) == (" ", "It lies in the south of the city.", (2,))


@pytest.mark.parametrize("answer", ["", " \n\n", "[1]", "。。。", "**", "[1][2]\n[3]"])
def test_an_answer_without_words_has_no_statements(answer: str) -> None:
    assert read_statements(answer, 5) == []


@given(st.text(alphabet="金山区3[]1,2-【】^ \n。.#*()（）来源:：\ue000a", max_size=60), st.integers(0, 6))
def test_whatever_is_written_the_marks_are_those_of_passages(answer: str, passages: int) -> None:
    for statement in read_statements(answer, passages):
        assert isinstance(statement, Statement)
        assert all(1 <= number <= passages for number in statement.cited)
        assert any(map(str.isalnum, statement.text))


def test_an_answer_of_very_many_marks_is_read() -> None:
    statements = read_statements(AREA + "[1-99999999]" * 2_000 + "[1,2" * 5_000 + "【" * 20_000, 5)
    assert {number for statement in statements for number in statement.cited} <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    "said",
    [
        '<资料 编号="13" 标题="常见问答 / 四、关于“第一”">\n早餐五元。\n</资料>',
        '<passage number="1" title="x">早餐五元。</passage>',
        "早餐五元。[1]</资料>",
        '早餐五元。\n<资料 编号="2" 标题="没有写完',
    ],
)
def test_the_marks_between_which_passages_stand_in_a_prompt_are_no_words(said: str) -> None:
    assert [statement.plain for statement in read_statements(said, 3)] == ["早餐五元。"]
