"""A page as a picture: its number, the way to the pages beside it, the cited place marked."""

from __future__ import annotations

import html
import re
from base64 import b64decode
from dataclasses import replace

import pytest

from index.datatypes import Document, Spot
from index.parsing import Picture
from qa.history.words import place_words
from qa.pages import PageView
from qa.ui.links import DocumentLink, parse_link
from qa.ui.markup import picture
from qa.ui.page import show_page

DOCUMENT = Document('a"><script>.pdf', "规定", "文字", (), (), "0", unit="page")
BOXES = ((0.1, 0.2, 0.5, 0.25), (0.1, 0.25, 0.3, 0.3))


def view(before: int | None = 0, after: int | None = 30) -> PageView:
    return PageView(2, Picture(b"\xff\xd8\xff jpeg", 1200, 1700), BOXES, before, after)


def test_a_page_has_its_number_and_links_to_the_others() -> None:
    shown = show_page(DOCUMENT, view(), "zh")
    assert "第 2 页" in shown
    links = [parse_link(html.unescape(found)) for found in re.findall(r'<a href="([^"]*)"', shown)]
    offsets = [link.offset for link in links if isinstance(link, DocumentLink)]
    assert offsets == [0, 30]
    assert "上一页" in shown and "下一页" in shown
    assert "<script>" not in shown


def test_the_first_and_the_last_page_have_one_neighbour() -> None:
    first, last = show_page(DOCUMENT, view(None, 30), "en"), show_page(DOCUMENT, view(0, None), "en")
    assert "Next page" in first and "Previous page" not in first
    assert "Previous page" in last and "Next page" not in last


def test_the_marks_lie_where_the_lines_are() -> None:
    shown = picture(b"jpeg", (1200, 1700), BOXES, "第 2 页")
    assert 'viewBox="0 0 1200 1700"' in shown
    assert '<rect class="marked" x="120.0" y="340.0" width="480.0" height="85.0"/>' in shown
    assert shown.count("<rect") == 2
    (data,) = re.findall(r"data:image/jpeg;base64,([^\"]*)", shown)
    assert b64decode(data) == b"jpeg"


def test_what_was_hardly_recognised_is_framed() -> None:
    shown = show_page(DOCUMENT, replace(view(), unsure=BOXES[:1]), "zh")
    assert shown.count('class="marked"') == 2
    assert '<rect class="unsure" x="120.0" y="340.0" width="480.0" height="85.0"/>' in shown


def test_a_page_without_a_picture_says_so_and_leads_on() -> None:
    shown = show_page(DOCUMENT, replace(view(), picture=None), "zh")
    assert "这一页显示不了图像" in shown and "<svg" not in shown
    assert "上一页" in shown and "下一页" in shown


def test_the_label_of_a_picture_is_text() -> None:
    assert "<b>" not in picture(b"", (1, 1), (), '"><b>')


@pytest.mark.parametrize(
    ("spot", "headings", "expected"),
    [
        (Spot(), (), []),
        (Spot(page=3), (), ["第 3 页"]),
        (Spot(page=3, slide=3), (), ["第 3 张幻灯片"]),
        (Spot(sheet="在职", row=7), (), ["工作表“在职”", "第 7 行"]),
        (Spot(sheet="在职", row=7), ("在职",), ["第 7 行"]),
    ],
)
def test_places_in_words(spot: Spot, headings: tuple[str, ...], expected: list[str]) -> None:
    assert place_words(spot, "zh", headings) == expected
