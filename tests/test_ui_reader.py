"""A document open at a sentence: paragraphs kept, the sentence marked, long ones in a window."""

from __future__ import annotations

from dataclasses import replace

from index.datatypes import Document, Page, Section
from qa.ui.highlights import NOTHING_MARKED, Highlights, Span
from qa.ui.reader import WINDOW, find_again, show_text, window_around

TEXT = "耕地\n全区有耕地三万亩。\n林地更多。\n产业\n化工为主。"
DOCUMENT = Document("a.md", "农业", TEXT, (Section(3, 18, ("耕地",)), Section(22, 27, ("产业",))), (), "0")


def test_sections_of_the_example_are_right() -> None:
    assert [TEXT[section.start : section.end] for section in DOCUMENT.sections] == [
        "全区有耕地三万亩。\n林地更多。",
        "化工为主。",
    ]


def test_lines_are_paragraphs_and_headings() -> None:
    shown = show_text(DOCUMENT, 0, NOTHING_MARKED, "zh")
    assert "<h4>耕地</h4><p>全区有耕地三万亩。</p><p>林地更多。</p><h4>产业</h4><p>化工为主。</p>" in shown


def test_a_sentence_over_two_lines_is_marked_in_both() -> None:
    shown = show_text(DOCUMENT, 6, Highlights(Span(6, 15)), "zh")
    mark = '<mark class="cited" tabindex="&#45;1">'
    assert f"<p>全区有{mark}耕地三万亩。</mark></p><p>{mark}林地</mark>更多。</p>" in shown


def test_a_long_text_is_shown_in_a_window_of_whole_lines() -> None:
    text = "一行字。\n" * 100_000
    window = window_around(text, 250_000)
    assert window.start <= 250_000 < window.end
    assert window.end - window.start <= WINDOW + 10
    assert text[window.start - 1] == "\n"
    assert text[window.end] == "\n"
    shown = show_text(Document("a.txt", "长", text, (), (), "0"), 250_000, Highlights(Span(250_000, 250_004)), "zh")
    assert "前面还有" in shown
    assert "后面还有" in shown
    assert shown.count("<mark") == 1


def test_a_long_text_without_line_ends_is_cut_all_the_same() -> None:
    window = window_around("字" * 1_000_000, 500_000)
    assert window == Span(400_000, 600_000)
    assert window_around("字" * 1_000_000, 999_999) == Span(899_999, 1_000_000)


def test_a_short_text_is_shown_whole() -> None:
    assert window_around(TEXT, 5) == Span(0, len(TEXT))


def test_a_quote_is_found_where_it_was_or_nearest_to_it() -> None:
    assert find_again("甲乙甲乙甲", "甲乙", 2) == Span(2, 4)
    assert find_again("甲乙，，甲乙", "甲乙", 3) == Span(4, 6)
    assert find_again("甲乙，，，，，甲乙", "甲乙", 1) == Span(0, 2)
    assert find_again("甲乙", "丙", 0) is None
    assert find_again("甲乙", "", 0) is None


def sheet(text: str, rows: tuple[tuple[int, int], ...]) -> Document:
    return Document("人员.xlsx", "人员", text, (), (Page(1, 0, len(text), "在职", rows),), "0", unit="sheet")


def test_a_sheet_is_a_table_again_with_the_cited_row_marked() -> None:
    text = "姓名：张三；部门：人事\n姓名：李四；年龄：30；部门：财务\n姓名：王五"
    shown = show_text(sheet(text, ((0, 2),)), 0, Highlights(Span(15, 20)), "zh")
    head = "<tr>" + "".join(f'<th scope="col">{name}</th>' for name in ("&#35;", "姓名", "年龄", "部门")) + "</tr>"
    assert f"<table><thead>{head}</thead><tbody>" in shown
    assert "<tr><td>2</td><td>张三</td><td></td><td>人事</td></tr>" in shown
    mark = '<mark class="cited" tabindex="&#45;1">3</mark>'
    assert f'<tr class="cited"><td>{mark}</td><td>李四</td><td>30</td><td>财务</td></tr>' in shown
    assert "<tr><td>4</td><td>王五</td><td></td><td></td></tr>" in shown
    assert shown.count("<table>") == 1


def test_tables_with_other_columns_and_lines_between_stand_apart() -> None:
    text = "在职\n姓名：张三\n合计三人\n车牌：沪A1\n姓名：王五；姓名：赵六"
    shown = show_text(sheet(text, ((3, 2),)), 0, NOTHING_MARKED, "zh")
    assert shown.count("<table>") == 2
    assert "<h4>在职</h4><table>" in shown
    assert "</table><p>合计三人</p><table>" in shown
    # What cannot be told apart again stays as it is read.
    assert "<p>姓名：王五；姓名：赵六</p>" in shown


def test_hostile_cells_are_text() -> None:
    shown = show_text(sheet("<img src=x>：<script>1</script>", ((0, 2),)), 0, NOTHING_MARKED, "zh")
    assert "<img" not in shown and "<script" not in shown


def test_the_number_of_a_page_stands_over_its_first_line() -> None:
    pages = (Page(1, 0, 13), Page(2, 13, len(TEXT)))
    shown = show_text(replace(DOCUMENT, pages=pages, unit="page"), 0, NOTHING_MARKED, "zh")
    assert '<p class="page&#45;label" data-at="0">第 1 页</p><h4>耕地</h4>' in shown
    assert '<p class="page&#45;label" data-at="13">第 2 页</p><p>林地更多。</p>' in shown
    assert shown.count("page&#45;label") == 2
    slides = show_text(replace(DOCUMENT, pages=pages, unit="slide"), 0, NOTHING_MARKED, "en")
    assert "Slide 1" in slides and "Slide 2" in slides
