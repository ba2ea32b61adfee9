"""Pages a second of each loader, beside the bare library that it is built on, and of a whole sync.

Run `python -m benchmarks.loaders` (`--formats .pdf .docx`, `--rounds 5`). The files are made from the sample corpus, a
long one a format. A loader and its library are timed in turns; medians count. The library is made to yield the text: of
web pages without what is around it (trafilatura), of spreadsheets row by row with the columns' names, of PDFs with the
place of each character, without which no line can be marked on its page. A program that stops there has the text only;
"+ text" is what it takes to find the sections of that text as well, by reading it as a .txt. A page is a page or a
slide, else 1,000 characters.

Then many PDFs are read and embedded at once, and each of both is done alone: with the default model, where embedding is
the slower one, and with drawn vectors, where parsing is. The result goes to benchmarks/results/loaders.json.
"""

from __future__ import annotations

import argparse
import csv
import email
import email.policy
import io
import json
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from statistics import median

import chardet
import docx
import docx.table
import lxml.etree
import lxml.html
import olefile  # type: ignore[import-untyped]
import openpyxl  # type: ignore[import-untyped]
import pptx
import pypdfium2
import trafilatura
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook
from rich.console import Console
from rich.table import Table

from benchmarks.library import PROJECT, say
from benchmarks.living import DrawnEncoder
from index.embedding import Encoder, load_encoder
from index.loaders import Parsed, load_document, parse_file
from index.loaders.extract import Source
from index.loaders.libreoffice import find_libreoffice
from index.parsing import Job, Parsers
from index.sync import sync
from qa.settings import Settings
from tests.test_loader_epub import book, chapter
from tests.test_loader_msg import OUTLOOK, compound_file

RESULT = PROJECT / "benchmarks" / "results" / "loaders.json"
CORPUS = PROJECT / "documents"
PARAGRAPHS, ROWS, SLIDES = 1_500, 10_000, 150
ROUNDS = 5
PAGE = 1_000  # characters
MANY, MANY_PARAGRAPHS = 24, 60  # documents of the sync, and their paragraphs
COLUMNS = ("序号", "姓名", "部门", "职务", "电话", "入职日期", "金额", "备注")
Bare = Callable[[bytes], list[str]]


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


# The files.


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


def converted(files: dict[str, bytes], source: str, *targets: str) -> dict[str, bytes]:
    """Return a file in other formats, made by LibreOffice; nothing where it is not installed."""
    program = find_libreoffice()
    if program is None:
        say(f"without LibreOffice: no {', '.join(targets)}")
        return {}
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"file{source}").write_bytes(files[source])
        for target in targets:
            command = [
                program,
                f"-env:UserInstallation=file://{name}/profile",
                "--headless",
                "--convert-to",
                target[1:],
            ]
            command += ["--outdir", name, str(folder / f"file{source}")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            found[target] = (folder / f"file{target}").read_bytes()
    return found


# The bare libraries. Each returns the paragraphs, rows or pages.


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
    return files | converted(files, ".docx", ".pdf", ".odt") | converted(files, ".xlsx", ".xls", ".ods")


def measure(suffix: str, data: bytes, rounds: int) -> dict[str, object]:
    """Return how long a loader takes over a file, and the bare library."""
    library, bare = LIBRARIES[suffix]

    def load() -> list[object]:
        return [*parse_file(Source(f"file{suffix}", data))]

    def load_text() -> None:
        text = "\n".join(bare(data)).encode()
        assert [*parse_file(Source("file.txt", text))]

    works: dict[str, Callable[[], object]] = {"loader": load, "bare": lambda: bare(data), "bare + text": load_text}
    if suffix == ".pdf":
        works["text without places"] = lambda: bare_pdf_text(data)
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    middle = {name: median(those) for name, those in taken.items()}
    found = [one.document for one in parse_file(Source(f"file{suffix}", data)) if isinstance(one, Parsed)]
    numbered = max((page.number for one in found for page in one.pages), default=0)
    pages = numbered if suffix in (".pdf", ".pptx") else sum(len(one.text) for one in found) / PAGE
    return {
        "library": library,
        "pages": round(pages),
        **{f"{name}, s": round(seconds, 4) for name, seconds in middle.items()},
        "pages a second": round(pages / middle["loader"]),
        "times the bare library": round(middle["loader"] / middle["bare"], 2),
        "times bare + text": round(middle["loader"] / middle["bare + text"], 2),
    }


def pace(encoder: Encoder, rounds: int) -> dict[str, object]:
    """Return how long many PDFs take to be read, to be embedded, and to be read and embedded by a sync."""
    texts = paragraphs(MANY * MANY_PARAGRAPHS)
    groups = [texts[at * MANY_PARAGRAPHS : (at + 1) * MANY_PARAGRAPHS] for at in range(MANY)]
    with tempfile.TemporaryDirectory() as name:
        pdfs, plain = Path(name) / "pdfs", Path(name) / "plain"
        pdfs.mkdir()
        plain.mkdir()
        for at, group in enumerate(groups):
            (pdfs / f"{at:03d}.pdf").write_bytes(converted({".docx": as_docx(group)}, ".docx", ".pdf")[".pdf"])
        jobs = [Job(path.name, path) for path in sorted(pdfs.iterdir())]
        with Parsers() as parsers:
            for outcome in parsers.read(jobs):
                if outcome is not None:
                    (document,) = (one.document for one in outcome.found if isinstance(one, Parsed))
                    (plain / f"{Path(document.path).stem}.txt").write_text(document.text, "utf-8")

        def parse() -> None:
            with Parsers() as parsers:
                assert sum(outcome is not None for outcome in parsers.read(jobs)) == MANY

        def index(documents: Path) -> None:
            data = Path(name) / "data"
            shutil.rmtree(data, ignore_errors=True)
            assert sync(documents, data, encoder).added == MANY

        works: dict[str, Callable[[], None]] = {
            "parsing": parse,
            "embedding": lambda: index(plain),
            "both": lambda: index(pdfs),
        }
        taken: dict[str, list[float]] = {work: [] for work in works}
        for _ in range(rounds):
            for work, do in works.items():
                began = time.perf_counter()
                do()
                taken[work].append(time.perf_counter() - began)
    middle = {work: median(those) for work, those in taken.items()}
    slower = max(middle["parsing"], middle["embedding"])
    found: dict[str, object] = {f"{work}, s": round(seconds, 2) for work, seconds in middle.items()}
    return {**found, "both / the slower one": round(middle["both"] / slower, 2)}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--formats", nargs="+", default=list(LIBRARIES), choices=list(LIBRARIES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    files = make_files()
    loaders: dict[str, dict[str, object]] = {}
    for suffix in options.formats:
        if suffix in files:
            say(f"{len(files[suffix]):,} bytes of {suffix}")
            loaders[suffix] = measure(suffix, files[suffix], options.rounds)
    paces: dict[str, dict[str, object]] = {}
    if find_libreoffice() is not None:
        for encoder in (load_encoder(None, Settings().models), DrawnEncoder()):
            say(f"{MANY} PDFs with {encoder.name}")
            paces[encoder.name] = pace(encoder, min(3, options.rounds))
    result = {"cores": os.cpu_count(), "rounds": options.rounds, "loaders": loaders, "pace": paces}
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    columns = ("library", "pages", "pages a second", "times the bare library", "times bare + text")
    table = Table("format", *columns, title="Loaders")
    for suffix, found in loaders.items():
        table.add_row(suffix, *(str(found[column]) for column in columns))
    Console().print(table)
    for name, found in paces.items():
        Console().print(name, found)


if __name__ == "__main__":
    main()
