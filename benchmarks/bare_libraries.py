"""The libraries that read each format, without our loaders; each function returns paragraphs, rows or pages."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import chardet
import docx
import docx.table
import lxml.etree
import lxml.html
import olefile  # type: ignore[import-untyped]
import pptx
import pypdfium2
import trafilatura
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook

Bare = Callable[[bytes], list[str]]


def bare_pdf(data: bytes) -> list[str]:
    return [page for page, _ in _pdf(data, with_places=True)]


def bare_pdf_text(data: bytes) -> list[str]:
    return [page for page, _ in _pdf(data, with_places=False)]


def _pdf(data: bytes, with_places: bool) -> list[tuple[str, object]]:
    document = pypdfium2.PdfDocument(data)
    found: list[tuple[str, object]] = []
    for page in document:
        text = page.get_textpage()
        places = [text.get_charbox(at) for at in range(text.count_chars())] if with_places else None
        found.append((text.get_text_range(), places))
        text.close()
        page.close()
    document.close()
    return found


def bare_docx(data: bytes) -> list[str]:
    found: list[str] = []
    for item in docx.Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(item, docx.table.Table):
            found += ["\t".join(cell.text for cell in row.cells) for row in item.rows]
        else:
            found.append(item.text)
    return found


def bare_pptx(data: bytes) -> list[str]:
    slides = pptx.Presentation(io.BytesIO(data)).slides
    return [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]


def said(table: Sequence[Sequence[object]]) -> list[str]:
    names = [str(name) for name in table[0]]
    return [
        "；".join(f"{name}：{cell}" for name, cell in zip(names, row, strict=False) if cell not in ("", None))
        for row in table[1:]
    ]


def bare_calamine(data: bytes) -> list[str]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [row for name in book.sheet_names for row in said(book.get_sheet_by_name(name).to_python())]


def bare_ods(data: bytes) -> list[str]:
    rows = _office_xml(data).iter("{*}table-row")
    return said([["".join(map(str, cell.itertext())) for cell in row.iterchildren("{*}table-cell")] for row in rows])


def bare_csv(data: bytes) -> list[str]:
    return said([*csv.reader(io.StringIO(data.decode()))])


def bare_markdown(data: bytes) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(data.decode())
    return [token.content for token in tokens if token.content]


def bare_html(data: bytes) -> list[str]:
    return (trafilatura.extract(data, include_tables=True) or "").splitlines()


def bare_epub(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        pages = [package.read(name) for name in package.namelist() if name.endswith(".xhtml")]
    return [
        "".join(map(str, one.itertext()))
        for page in pages
        for one in lxml.html.document_fromstring(page).iter("p", "h1", "h2", "h3")
    ]


def bare_eml(data: bytes) -> list[str]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    assert body is not None
    return [message["subject"], message["from"], *body.get_content().splitlines()]


def bare_msg(data: bytes) -> list[str]:
    with olefile.OleFileIO(io.BytesIO(data)) as streams:
        subject, body = (
            streams.openstream(f"__substg1.0_{name}001F").read().decode("utf-16-le").rstrip("\0")
            for name in ("0037", "1000")
        )
    return [subject, *body.splitlines()]


def bare_odt(data: bytes) -> list[str]:
    return ["".join(map(str, one.itertext())) for one in _office_xml(data).iter("{*}p", "{*}h")]


def _office_xml(data: bytes) -> lxml.etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return lxml.etree.fromstring(package.read("content.xml"))


def bare_zip(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [line for name in archive.namelist() for line in bare_text(archive.read(name))]


def bare_text(data: bytes) -> list[str]:
    return data.decode(chardet.detect(data)["encoding"] or "utf-8").splitlines()


LIBRARIES: Mapping[str, tuple[str, Bare]] = {
    ".txt": ("chardet", bare_text),
    ".md": ("markdown-it-py", bare_markdown),
    ".pdf": ("pypdfium2", bare_pdf),
    ".docx": ("python-docx", bare_docx),
    ".pptx": ("python-pptx", bare_pptx),
    ".odt": ("lxml", bare_odt),
    ".xlsx": ("calamine", bare_calamine),
    ".xls": ("calamine", bare_calamine),
    ".ods": ("lxml", bare_ods),
    ".csv": ("csv", bare_csv),
    ".html": ("trafilatura", bare_html),
    ".epub": ("lxml", bare_epub),
    ".eml": ("email", bare_eml),
    ".msg": ("olefile", bare_msg),
    ".zip": ("zipfile, chardet", bare_zip),
}
