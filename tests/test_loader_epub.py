from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.epub import read_epub
from index.loaders.extract import Extract, Source

EXAMPLE_BOOK = Path(__file__).resolve().parents[2] / "shared/formats/markitdown_test.epub"
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/书.opf"/></rootfiles></container>'
)
DOCTYPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
)
NAVIGATION, ASIDE = {"nav.xhtml": 'properties="nav"'}, {"附.xhtml": 'linear="no"'}
NAV = (
    '<nav><ol><li><a href="1.xhtml">第一章 总则</a>'
    '<ol><li><a href="2.xhtml#x">第一节 适用</a></li></ol></li></ol></nav>'
)


def chapter(body: str) -> str:
    return f'{DOCTYPE}<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


def book(files: dict[str, str] | None = None, spine: str = "", extra: dict[str, str] | None = None) -> bytes:
    chapters = files or {
        "cover.xhtml": chapter("<p>封面</p>"),
        "nav.xhtml": chapter(NAV),
        "附.xhtml": chapter("<h1>附录</h1><p>表格样式见附录所列内容。</p>"),
        "1.xhtml": chapter('<h2><a id="x"/>第一章 总则</h2><p>本办法适用于全体员工&nbsp;&mdash;无一例外。</p>'),
        "2.xhtml": chapter("<p>适用范围包括试用期的员工。</p><h3>例外</h3><p>外包人员另行规定，不适用本办法。</p>"),
    }
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml" {NAVIGATION.get(name, "")}/>'
        for n, name in enumerate(chapters)
    )
    order = spine or "".join(f'<itemref idref="i{n}" {ASIDE.get(name, "")}/>' for n, name in enumerate(chapters))
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>休假办法汇编</dc:title></metadata><manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in {"META-INF/container.xml": CONTAINER, "OEBPS/书.opf": opf, **(extra or {})}.items():
            package.writestr(name, text)
        for name, text in chapters.items():
            package.writestr(f"OEBPS/{name}", text)
    return file.getvalue()


def read(data: bytes) -> Extract:
    return read_epub(Source("书.epub", data))


def test_chapters_in_order_with_the_headings_of_the_contents() -> None:
    extract = read(book())
    assert extract.title == "休假办法汇编"
    assert [(block.text, block.level) for block in extract.blocks] == [
        ("第一章 总则", 2),
        ("本办法适用于全体员工 —无一例外。", None),
        ("适用范围包括试用期的员工。", None),
        ("例外", 3),
        ("外包人员另行规定，不适用本办法。", None),
        ("附录", 1),
        ("表格样式见附录所列内容。", None),
    ]


def test_a_chapter_without_a_heading_has_that_of_the_contents() -> None:
    extract = read(
        book(
            {
                "nav.xhtml": chapter(NAV),
                "1.xhtml": chapter("<p>本办法适用于全体员工。</p>"),
                "2.xhtml": chapter("<p>适用范围包括试用期。</p>"),
            }
        )
    )
    assert [(block.text, block.level) for block in extract.blocks if block.level] == [
        ("第一章 总则", 2),
        ("第一节 适用", 3),
    ]


def test_locked_books_say_so_and_scrambled_fonts_do_not_matter() -> None:
    locked = (
        '<encryption><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{}"/>'
        '<CipherData><CipherReference URI="OEBPS/1.xhtml"/></CipherData></EncryptedData></encryption>'
    )
    with pytest.raises(DocumentError, match="DRM"):
        read(book(extra={"META-INF/encryption.xml": locked.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc")}))
    assert read(book(extra={"META-INF/encryption.xml": locked.format("http://www.idpf.org/2008/embedding")})).blocks


def test_entities_of_the_document_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "爆炸"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    extract = read(book({"1.xhtml": bomb + "<html><body><p>正文内容。&a;&b;</p></body></html>"}))
    assert "爆炸" not in extract.blocks[-1].text
    assert "root:" not in "".join(block.text for block in extract.blocks)


def test_a_missing_chapter_is_noted() -> None:
    data = book()
    old, file = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if name != "OEBPS/2.xhtml":
                new.writestr(name, old.read(name))
    assert read(file.getvalue()).notes == ("its chapter OEBPS/2.xhtml is missing",)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"", book({"1.xhtml": chapter("<img src='1.png'/>")})])
def test_broken_and_empty_books(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read(data)


EXAMPLE = book()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE) - 1), st.binary(max_size=6), st.booleans())
def test_mutated_books_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read(EXAMPLE[:place] + change + (b"" if cut else EXAMPLE[place + len(change) :])), Extract)


@pytest.mark.skipif(not EXAMPLE_BOOK.exists(), reason="files of other projects are not here")
def test_a_book_of_another_project() -> None:
    extract = read(EXAMPLE_BOOK.read_bytes())
    assert extract.title == "Test EPUB Document"
    assert extract.blocks[0].text == "Chapter 1: Test Content"
