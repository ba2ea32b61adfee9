"""What is taken along: every question and answer, references numbered through, and no sign of a text that acts."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from docx import Document
from markdown_it import MarkdownIt

from qa.datatypes import Answer, Citation
from qa.history.datatypes import Conversation
from qa.history.export import KINDS, export, file_name
from qa.history.markdown import plain, to_markdown
from qa.history.report import compile_report
from qa.history.web_page import to_html
from qa.history.word_file import to_docx

DAY = date(2026, 11, 28)
LAND, PARKS = "全区有耕地3.2万亩。", "公园有松鹤、白鹭两座。"
NASTY = "<script>alert(1)</script> *星* [1](http://x) `码` # 头\x0b\u202e ![图](http://y/z.png) **粗**"


def cite(number: int, quote: str, start: int, title: str = "年报", **more: Any) -> Citation:
    citation = Citation(number, f"{title}.md", title, ("概况",), 2, start, start + len(quote), quote, True)
    return replace(citation, **more)


def answered(question: str, *citations: Citation, mode: str = "extractive", text: str = "") -> Answer:
    return Answer(question, text, True, mode, citations, (), (), question, 0.8)  # type: ignore[arg-type]


def talk(*answers: Answer) -> Conversation:
    conversation = Conversation(title="对话一")
    for index, answer in enumerate(answers):
        conversation = conversation.with_question(answer.question).with_answer(index, answer, {})
    return conversation


TWO = talk(
    answered("耕地有多少？", cite(1, LAND, 10, emphasis=((5, 10),)), cite(2, PARKS, 40)),
    answered("公园呢？", cite(1, PARKS, 40), cite(2, "另一句。", 90, "公报", page=None, sheet="表一", row=7)),
)


def test_the_same_place_has_one_number_all_through() -> None:
    report = compile_report(TWO, "zh")
    marks = [[piece.number for line in part.lines for piece in line if piece.kind == "mark"] for part in report.parts]
    assert marks == [[1, 2], [2, 3]]
    assert [(one.number, one.title, one.quote) for one in report.references] == [
        (1, "年报", LAND),
        (2, "年报", PARKS),
        (3, "公报", "另一句。"),
    ]
    assert [one.place for one in report.references] == [
        "概况 › 第 2 页",
        "概况 › 第 2 页",
        "概况 › 工作表“表一” › 第 7 行",
    ]


def test_markdown_reads_as_it_is() -> None:
    assert to_markdown(compile_report(TWO, "zh"), DAY) == (
        "# 对话一\n\n由问档（WenDang）从文档中引用作答，2026-11-28 导出。\n\n"
        "## 耕地有多少？\n\n全区有耕地**3.2万亩**。[1]公园有松鹤、白鹭两座。[2]\n\n"
        "## 公园呢？\n\n公园有松鹤、白鹭两座。[2]另一句。[3]\n\n"
        "## 参考出处\n\n"
        "1. **年报** — 概况 › 第 2 页\n   “全区有耕地3.2万亩。”（年报.md）\n"
        "2. **年报** — 概况 › 第 2 页\n   “公园有松鹤、白鹭两座。”（年报.md）\n"
        "3. **公报** — 概况 › 工作表“表一” › 第 7 行\n   “另一句。”（公报.md）\n"
    )


def test_what_is_said_below_an_answer_is_taken_along() -> None:
    answer = replace(
        answered("那里呢？", cite(1, LAND, 10)), searched="金山那里呢？", scope=("农业/", "a.md"), notice="到此为止。"
    )
    shown = to_markdown(compile_report(talk(answer), "zh"), DAY)
    assert "> 到此为止。\n\n> 实际检索：金山那里呢？\n\n> 范围：农业/、a.md" in shown
    assert "> Scope: 农业/, a.md" in to_markdown(compile_report(talk(answer), "en"), DAY)


def test_refusals_and_notes_are_there_and_what_was_not_asked_is_not() -> None:
    refused = replace(answered("火星？"), answered=False, text="文档里没有提到火星。")
    conversation = (
        talk(refused).with_question("").with_note(1, "请先写下问题").with_question("出错？").with_note(2, "磁盘满了")
    )
    conversation = conversation.with_question("还在写？")
    shown = to_markdown(compile_report(conversation, "zh"), DAY)
    assert "## 火星？\n\n文档里没有提到火星。\n\n## 出错？\n\n磁盘满了\n" in shown
    assert "请先写下问题" not in shown and "还在写" not in shown and "参考出处" not in shown


def test_sentences_without_a_source_say_so() -> None:
    answer = answered("几亩？", cite(1, LAND, 10), mode="llm", text="耕地**3.2万亩**[1]。有牛（未找到依据）。见[7]。")
    report = compile_report(talk(answer), "zh")
    assert "耕地**3.2万亩**[1]。有牛（未找到依据）。见\\[7\\]。" in to_markdown(report, DAY)
    assert '<span class="unfounded">（未找到依据）</span>' in to_html(report, DAY)


def test_no_sign_of_a_text_acts_in_markdown() -> None:
    conversation = talk(answered(NASTY, cite(1, NASTY, 0, NASTY)))
    rendered = MarkdownIt("commonmark").render(to_markdown(compile_report(conversation, "zh"), DAY))
    assert "<script" not in rendered and "<img" not in rendered and "<a " not in rendered and "<code" not in rendered
    assert rendered.count("<h2>") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *星* [1](http://x) `码` # 头" in rendered


@pytest.mark.parametrize(
    "text", ["# 头", "- 项", "1. 项", "12) 项", "> 引", "=== ", "--- ", "***", "___", "~~~", "| 表 |", "&lt;", "\\*"]
)
def test_plain_text_stays_plain_in_markdown(text: str) -> None:
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(plain(text))
    assert re.fullmatch(r"<p>[^<]*</p>\n", shown) and html.unescape(shown[3:-5]) == text.strip()


def test_emphasis_holds_next_to_signs() -> None:
    quote = "利润（EBITDA）为5亿元，增长。"
    conversation = talk(answered("多少？", cite(1, quote, 0, emphasis=((2, 10), (11, 15)))))
    rendered = MarkdownIt("commonmark").render(to_markdown(compile_report(conversation, "zh"), DAY))
    assert "利润（<strong>EBITDA</strong>）为<strong>5亿元</strong>，增长。[1]" in rendered


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    shown = to_html(compile_report(talk(answered(NASTY, cite(1, NASTY, 0, NASTY))), "zh"), DAY)
    assert "<script" not in shown and "<img" not in shown
    assert re.findall(r'(?:src|href)="([^"]*)"', shown) == ["data:,", "#source-1"]
    assert "default-src 'none'" in re.sub("&#x27;", "'", shown)
    assert '<html lang="zh">' in shown


def test_marks_of_the_page_lead_to_their_references() -> None:
    shown = to_html(compile_report(TWO, "en"), DAY)
    assert (
        set(re.findall(r'href="#(source-\d)"', shown))
        == set(re.findall(r'id="(source-\d)"', shown))
        == {f"source-{number}" for number in (1, 2, 3)}
    )
    assert "References" in shown and "Page 2" in shown


def test_word_opens_what_was_written() -> None:
    file = Document(io.BytesIO(to_docx(compile_report(TWO, "zh"), DAY)))
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert texts[0] == "对话一" and "2026-11-28" in texts[1]
    style = file.paragraphs[2].style
    assert texts[2] == "耕地有多少？" and style is not None and style.name == "Heading 2"
    assert texts[3] == "全区有耕地3.2万亩。[1]公园有松鹤、白鹭两座。[2]"
    assert [run.text for run in file.paragraphs[3].runs if run.bold] == ["3.2万亩"]
    assert texts[-1] == "[3] 公报　概况 › 工作表“表一” › 第 7 行\n另一句。\n公报.md"
    body = file.element.xml
    assert set(re.findall(r'w:anchor="(\w+)"', body)) == set(re.findall(r'bookmarkStart[^>]*w:name="(\w+)"', body))


def test_word_takes_any_text() -> None:
    nasty = NASTY + "\x00\ud800\ufffe"
    file = Document(io.BytesIO(to_docx(compile_report(talk(answered(nasty, cite(1, nasty, 0, nasty))), "zh"), DAY)))
    assert "<script>alert(1)</script>" in file.paragraphs[2].text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_is_written_in_every_language(kind: str, language: str) -> None:
    assert len(export(TWO, kind, language)) > 300  # type: ignore[arg-type]
    assert export(Conversation(), kind, language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("耕地有多少？", "耕地有多少？.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j.md"),
        ("\u202egnp.exe\n", "gnp.exe.md"),
        ("...", "wendang.md"),
        ("", "对话.md"),
        ("长" * 100, "长" * 60 + ".md"),
    ],
)
def test_names_are_safe_everywhere(title: str, name: str) -> None:
    assert file_name(Conversation(title=title), "md", "zh") == name
