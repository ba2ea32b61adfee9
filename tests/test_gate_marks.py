"""The marks of citations that language models write, and the statements that bear them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.gate.marks import Statement, read_statements

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
    ],
)
def test_marks_of_every_form_are_understood(mark: str, numbers: tuple[int, ...]) -> None:
    assert cited(f"{AREA}{mark}。") == [(f"{AREA}。", numbers)]
    assert cited(f"{AREA}。{mark}") == [(f"{AREA}。", numbers)]


@pytest.mark.parametrize("mark", ["[9]", "【6】", "(来源：7)", "[0]", "[^99]", "[5-9]"])
def test_passages_that_there_are_not_are_dropped(mark: str) -> None:
    (statement,) = read_statements(f"{AREA}{mark}。", 4)
    assert (statement.text, statement.cited, statement.stray) == (f"{AREA}。", (), True)


@pytest.mark.parametrize("text", ["（1）登记", "[2023]年", "2023年[注]", "数组[甲]", "(3)第三项"])
def test_what_is_no_mark_stays(text: str) -> None:
    (statement,) = read_statements(f"共有三项，{text}在内。", 5)
    assert (statement.text, statement.cited, statement.stray) == (f"共有三项，{text}在内。", (), False)


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
    "sources",
    [
        "参考资料：\n[1] 金山区概况\n[2] 农业报告",
        "**来源**\n\n[^1]: 金山区概况.md",
        "References:\n[1]: overview\n- [2] report",
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
