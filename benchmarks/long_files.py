"""Long files in every format, made from the sample corpus."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]
import pptx

from benchmarks.library import PROJECT, say
from benchmarks.office import turn_into
from index.loaders import load_document
from index.loaders.libreoffice import find_libreoffice
from tests.test_loader_epub import book, chapter
from tests.test_loader_msg import OUTLOOK, compound_file

CORPUS = PROJECT / "documents"
PARAGRAPHS, ROWS, SLIDES = 1_500, 10_000, 150
COLUMNS = ("序号", "姓名", "部门", "职务", "电话", "入职日期", "金额", "备注")


def make_files() -> dict[str, bytes]:
    """Return a long file in each format."""
    texts, table = paragraphs(PARAGRAPHS), rows(ROWS)
    files = {
        ".txt": "\n".join(texts).encode(),
        ".md": as_markdown(texts),
        ".docx": as_docx(texts),
        ".pptx": as_pptx(texts),
        ".xlsx": as_xlsx(table),
        ".csv": as_csv(table),
        ".html": as_html(texts),
        ".epub": as_epub(texts),
        ".eml": as_mail(texts),
        ".msg": as_msg(texts),
        ".zip": as_zip(texts),
    }
    return (
        files | converted(files[".docx"], ".docx", ".pdf", ".odt") | converted(files[".xlsx"], ".xlsx", ".xls", ".ods")
    )


def paragraphs(count: int) -> list[str]:
    """Return so many paragraphs of the sample corpus, those after the first round numbered."""
    texts = [
        line.strip()
        for file in sorted(CORPUS.rglob("*.md")) + sorted(CORPUS.rglob("*.txt"))
        for line in load_document(CORPUS, file.relative_to(CORPUS).as_posix()).text.splitlines()
        if len(line) > 30
    ]
    return [f"{texts[at % len(texts)]}（{at // len(texts)}）" if at >= len(texts) else texts[at] for at in range(count)]


def rows(count: int) -> list[list[object]]:
    """Return a table of people, its names first."""
    made: list[list[object]] = [list(COLUMNS)]
    for at in range(count):
        made.append(
            [
                *(at + 1, f"张{at:04d}", f"{'人财办信'[at % 4]}处", "处长" if at % 9 else "主任"),
                *(f"021-{57_000_000 + 37 * at}", f"{2000 + at % 24}-{1 + at % 12:02d}-{1 + at % 28:02d}"),
                *(round(at * 7.31, 2), "合同制" if at % 3 else ""),
            ]
        )
    return made


def as_docx(texts: Sequence[str]) -> bytes:
    document = docx.Document()
    for at, text in enumerate(texts):
        if at % 20 == 0:
            document.add_heading(f"第{at // 20 + 1}章 概况", 1)
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def as_pptx(texts: Sequence[str]) -> bytes:
    deck = pptx.Presentation()
    for at in range(SLIDES):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        assert slide.shapes.title is not None
        slide.shapes.title.text = f"第{at + 1}页"
        slide.placeholders[1].text = "\n".join(texts[3 * at : 3 * at + 3])
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def as_xlsx(table: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    for row in table:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_csv(table: Sequence[Sequence[object]]) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(table)
    return target.getvalue().encode()


def as_markdown(texts: Sequence[str]) -> bytes:
    return "\n\n".join(
        f"## 第{at // 20 + 1}章\n\n{one}" if at % 20 == 0 else one for at, one in enumerate(texts)
    ).encode()


def as_html(texts: Sequence[str]) -> bytes:
    body = "".join(
        f"<h2>第{at // 20 + 1}章</h2><p>{one}</p>" if at % 20 == 0 else f"<p>{one}</p>" for at, one in enumerate(texts)
    )
    navigation = "".join(f"<li><a href='/{at}'>栏目{at}</a></li>" for at in range(12))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>概况</title></head><body>"
        f"<nav><ul>{navigation}</ul></nav><article><h1>概况</h1>{body}</article><footer>版权所有</footer></body></html>"
    ).encode()


def as_epub(texts: Sequence[str]) -> bytes:
    parts = [texts[at : at + 20] for at in range(0, len(texts), 20)]
    return book(
        {
            f"{at}.xhtml": chapter(f"<h1>第{at + 1}章</h1>" + "".join(f"<p>{one}</p>" for one in part))
            for at, part in enumerate(parts)
        }
    )


def as_mail(texts: Sequence[str]) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "概况", "甲 <a@example.org>", "乙 <b@example.org>"
    message.set_content("\n\n".join(texts))
    return message.as_bytes()


def as_zip(texts: Sequence[str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(0, len(texts), 50):
            archive.writestr(f"{at}.txt", "\n".join(texts[at : at + 50]))
    return target.getvalue()


def as_msg(texts: Sequence[str]) -> bytes:
    streams = {name: data for name, data in OUTLOOK.items() if not name.startswith("__attach")}
    return compound_file({**streams, "__substg1.0_1000001F": "\r\n".join(texts).encode("utf-16-le")})


def converted(data: bytes, source: str, *targets: str) -> dict[str, bytes]:
    """Return a file in other formats, made by LibreOffice; nothing where it is not installed."""
    if find_libreoffice() is None:
        say(f"without LibreOffice: no {', '.join(targets)}")
        return {}
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / f"file{source}"
        file.write_bytes(data)
        for target in targets:
            turn_into(target[1:], [file], Path(name))
            found[target] = file.with_suffix(target).read_bytes()
    return found
