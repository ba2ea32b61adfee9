"""The one place that writes tags: whatever text goes in, no syntax comes out."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa.ui.links import DocumentLink
from qa.ui.markup import element, escape, excerpt, join, on_one_line

PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "![图](http://127.0.0.1:9/a.png)",
    "[点我](javascript:alert(1))",
    "$$x^2$$ `code` {{7*7}} ${7*7} **粗** _斜_ ~~删~~",
    "# 标题\n\n- 一\n- 二\n\n```mermaid\ngraph\n```\n\n    缩进\n\n| a |\n|---|\n| b |",
    "</div></p><script>alert(1)</script>",
    "https://example.com www.example.com a@example.com",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaped_text_has_no_sign_left(payload: str) -> None:
    without_references = re.sub(r"&#[0-9]+;", "", escape(payload))
    assert re.search(r"[!-/:-@\[-`{-~]", without_references) is None
    assert html.unescape(escape(payload)) == payload


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs"])))
def test_escaping_loses_nothing(text: str) -> None:
    assert html.unescape(escape(text)) == text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_passes_a_message_through_as_it_is(payload: str) -> None:
    message = on_one_line(element("div", element("p", payload), class_="message"))
    assert MarkdownIt("commonmark").enable("table").render(message) == message


def test_controls_and_direction_marks_are_shown_as_replaced() -> None:
    assert escape("年报\u202etxt.exe\x00") == "年报\ufffdtxt&#46;exe\ufffd"


def test_text_children_are_escaped_and_markup_children_are_not() -> None:
    assert element("p", "1<2", element("strong", "二")) == "<p>1&#60;2<strong>二</strong></p>"
    assert join("<", element("p", "好")) == "&#60;<p>好</p>"


def test_attributes_are_escaped() -> None:
    assert element("p", title='"><script>') == '<p title="&#34;&#62;&#60;script&#62;"></p>'
    assert element("a", "看", href=str(DocumentLink('"年报".md'))).startswith('<a href="&#35;wendang&#47;document')
    assert element("p", aria_current=None, tabindex=0) == '<p tabindex="0"></p>'


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "http://example.com", "//example.com", "/wendang/x", "#other", ""]
)
def test_links_lead_inside_the_page_only(address: str) -> None:
    with pytest.raises(ValueError, match="inside the page, or to a download"):
        element("a", "x", href=address)


def test_unknown_tags_and_attributes_are_refused() -> None:
    with pytest.raises(ValueError, match="<script>"):
        element("script", "alert(1)")
    with pytest.raises(ValueError, match="onclick"):
        element("p", onclick="alert(1)")


def test_excerpt_ends_in_an_ellipsis_only_where_it_was_cut() -> None:
    assert excerpt("金山区\n有耕地", 20) == "金山区 有耕地"
    assert excerpt("金山区，有耕地三万亩", 9) == "金山区…"
    assert excerpt("金山区有耕地", 12) == "金山区有耕地"
    assert excerpt("Jinshan has a long coastline", 16) == "Jinshan has a…"
    assert excerpt("x" * 20, 5) == "xxxxx…"
