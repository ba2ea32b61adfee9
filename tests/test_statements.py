from __future__ import annotations

import pytest

from index.datatypes import Document
from index.lexical import fold_in_place
from index.loaders import parse_document
from index.numerals import number_keys
from scripts.statements import CHANGES, make_statements

TEXT = """# 清水镇概况

清水镇位于上海市西南部，面积38平方公里，人口3.2万人。2023年5月，清水镇建成茶叶加工厂，投资1,200万元，年产茶叶八百吨。
茶叶产量比上年增长12%，农民收入没有减少。镇长李建国表示，加工厂不得排放污水，目前已有15家企业入驻。
北京市的客商和苏州市的客商每年都来，双方计划在2025年共建茶叶市场；市场可以容纳200个摊位，由张伟负责管理。
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return parse_document("清水镇.md", TEXT.encode())


def test_true_statements_say_no_figure_that_the_text_does_not(document: Document) -> None:
    true, _ = make_statements([document], 100)
    assert {made.form for made in true} >= {"verbatim", "notation", "shortened", "led in", "joined"}
    known = number_keys(fold_in_place(document.text))
    for made in true:
        assert made.change == ""
        assert number_keys(fold_in_place(made.text)) <= known, made
        if made.form == "verbatim":
            assert document.text[made.start : made.end] == made.text


def test_false_statements_have_one_change_of_the_kind_that_they_name(document: Document) -> None:
    true, false = make_statements([document], 60)
    assert {made.change for made in false} == set(CHANGES)
    known, texts = number_keys(fold_in_place(document.text)), {made.text for made in true}
    for made in false:
        assert made.text not in texts and made.text not in document.text
        if made.change in ("digit", "date"):
            assert any(len(made.text) == len(text) and _differ(made.text, text) == 1 for text in texts), made
        if made.change == "name":
            assert number_keys(fold_in_place(made.text)) <= known


def _differ(one: str, other: str) -> int:
    return sum(left != right for left, right in zip(one, other, strict=True))


def test_the_same_seed_makes_the_same_statements(document: Document) -> None:
    assert make_statements([document], 20, 5) == make_statements([document], 20, 5)
    assert make_statements([document], 20, 5) != make_statements([document], 20, 6)


def test_texts_without_figures_and_names_give_what_they_can() -> None:
    document = parse_document("短.txt", "短文。\n\n树叶在秋天慢慢变黄又落下来了。".encode())
    true, false = make_statements([document], 10)
    assert true and not [made for made in false if made.change in ("digit", "date")]
    assert make_statements([], 10) == ([], [])
