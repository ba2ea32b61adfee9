from __future__ import annotations

import contextlib
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.mhtml import read_mhtml

PAGE = (
    "<html><head><title>休假办法 - 某某网</title></head>"
    "<body><h1>休假办法</h1><p>员工每年享有十天带薪年假。</p></body></html>"
)


def archive(page: bytes, charset: str = "") -> bytes:
    said = f'; charset="{charset}"' if charset else ""
    return (
        b"From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\n"
        + b'Content-Type: multipart/related; type="text/html"; boundary="----B"\n\n'
        + b"------B\nContent-Type: text/css\n\np{}\n------B\nContent-Type: text/html"
        + said.encode()
        + b"\nContent-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(page)
        + b"\n------B\nContent-Type: text/html\n\n<p>frame</p>\n------B--\n"
    )


def read(data: bytes) -> Extract:
    return read_mhtml(Source("页面.mhtml", data))


@pytest.mark.parametrize(("encoding", "charset"), [("utf-8", "utf-8"), ("gbk", "gb2312"), ("utf-8", ""), ("gbk", "")])
def test_the_saved_page(encoding: str, charset: str) -> None:
    extract = read(archive(PAGE.encode(encoding), charset))
    assert [block.text for block in extract.blocks] == ["休假办法", "员工每年享有十天带薪年假。"]
    assert extract.title == "休假办法"


def test_archives_without_a_page() -> None:
    with pytest.raises(DocumentError, match="no page"):
        read(b"MIME-Version: 1.0\nContent-Type: image/png\n\nx")


EXAMPLE = archive(PAGE.encode(), "utf-8")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE) - 1), st.binary(max_size=6), st.booleans())
def test_mutated_archives_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read(EXAMPLE[:place] + change + (b"" if cut else EXAMPLE[place + len(change) :])), Extract)
