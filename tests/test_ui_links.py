"""Links survive the way through the browser, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from qa.ui.links import VIEW_CHAT, CitationLink, DocumentLink, Link, OriginalLink, PassageLink, SourcesLink, parse_link


@pytest.mark.parametrize(
    "link",
    [
        CitationLink(0, 1),
        PassageLink(12, 0),
        SourcesLink(3),
        DocumentLink("产业/报告（2023）.md", 99_000),
        DocumentLink('a/b?c#d%2F"<>& .txt'),
        DocumentLink("\udcff坏名.txt"),
    ],
)
def test_a_link_is_read_as_it_was_written(link: Link) -> None:
    assert parse_link(str(link)) == link
    assert parse_link(f"{link}?17") == link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#wendang/",
        "#wendang/citation/1",
        "#wendang/citation/-1/2",
        "#wendang/citation/1/²",
        "#wendang/citation/1/9999999999",
        "#wendang/passage/a/b",
        "#wendang/sources/",
        "#wendang/sources/x",
        "#wendang/document/x",
        "#other/citation/1/2",
        "citation/1/2",
        VIEW_CHAT,
        "#wendang/document/" + "x" * 5_000 + "/0",
    ],
)
def test_what_is_no_link_is_none(text: str) -> None:
    assert parse_link(text) is None


def test_the_address_of_a_file_keeps_its_folders_and_nothing_else() -> None:
    assert str(OriginalLink("产业/报告 1.md")) == "wendang/original/%E4%BA%A7%E4%B8%9A/%E6%8A%A5%E5%91%8A%201.md"
    assert str(OriginalLink("a?b#c%2F\"'.txt")) == "wendang/original/a%3Fb%23c%252F%22%27.txt"
