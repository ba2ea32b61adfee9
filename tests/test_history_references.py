"""An answer to take along: Markdown that shows it with its references, and nothing that a document smuggles in."""

from __future__ import annotations

from dataclasses import replace

from qa.datatypes import Answer, Citation
from qa.history.datatypes import Exchange
from qa.history.references import with_references

QUOTE = "全区有耕地3.2万亩。"
FIRST = Citation(1, "农业.md", "农业概况", ("耕地", "面积"), 3, 0, len(QUOTE), QUOTE, True, ((5, 9),))
SECOND = Citation(2, "产量/表.xlsx", "产量", ("早稻",), None, 0, 5, "亩产一吨。", True, sheet="早稻", row=7)
ANSWER = Answer("耕地有多少？", "", True, "extractive", (FIRST, SECOND), (), (), "耕地有多少？", 0.9)


def test_the_text_comes_first_and_numbered_references_below() -> None:
    assert (
        with_references(Exchange("耕地有多少？", ANSWER), "zh")
        == """全区有耕地**3.2万**亩。[1]亩产一吨。[2]

**参考出处**

1. **农业概况** — 耕地 › 面积 › 第 3 页
   “全区有耕地3.2万亩。”（农业.md）
2. **产量** — 早稻 › 第 7 行
   “亩产一吨。”（产量/表.xlsx）"""
    )
    english = with_references(Exchange("耕地有多少？", ANSWER), "en")
    assert "**References**\n\n1. **农业概况** — 耕地 › 面积 › Page 3\n" in english


def test_a_refusal_has_no_references_and_a_note_is_itself() -> None:
    refusal = replace(ANSWER, answered=False, citations=(), text="没有找到。\n- 见*别处*")
    assert with_references(Exchange("问", refusal), "zh").startswith("没有找到。\n\n\\- 见\\*别处\\*")
    assert with_references(Exchange("问", note="出了点意外"), "zh") == "出了点意外"


def test_what_is_said_below_an_answer_goes_along() -> None:
    followed = replace(ANSWER, searched="金山的耕地有多少？", scope=("农业.md",))
    text = with_references(Exchange("那里呢？", followed), "zh")
    assert "\n\n> 实际检索：金山的耕地有多少？\n\n> 范围：农业.md\n\n**参考出处**" in text


def test_titles_and_names_of_documents_are_text() -> None:
    named = replace(FIRST, title="<img src=x>\n# 甲", document="![a](b).md", headings=("[x](y)",))
    hostile = replace(named, quote="> 引 <script>")
    text = with_references(Exchange("问", replace(ANSWER, citations=(hostile,))), "zh")
    assert r"1. **\<img src=x\> # 甲** — \[x\](y) › 第 3 页" in text
    assert r"（!\[a\](b).md）" in text and "<script>" not in text.replace("\\<script", "")
