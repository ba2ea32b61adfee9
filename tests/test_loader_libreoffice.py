"""Old office formats: what goes to LibreOffice, what it is called with, and what is left of it afterwards."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH

from index.errors import DocumentError
from index.loaders import libreoffice
from index.loaders.docx import read_docx
from index.loaders.extract import Extract, Source
from index.loaders.libreoffice import find_libreoffice, read_with_libreoffice
from index.loaders.odt import read_odt
from index.loaders.text import extract_text, read_text
from tests.office_files import OLE_START, docx_of, odt_of, paragraph, pptx_of, shape, slide_of, zipped

BODY = "员工每年享有十天带薪年假，未休完的可以结转到次年三月底。"
WORD = OLE_START + b"\xec\xa5\xc1\x00" + bytes(200) + "WordDocument".encode("utf-16-le")
posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for LibreOffice is a shell script")
installed = pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed")


def read(data: bytes, name: str = "规定.doc") -> Extract:
    return read_with_libreoffice(Source(name, data))


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a script in LibreOffice's place; what it is called with lands in `arguments`."""
    program = folder / "soffice"
    program.write_text(f'#!/bin/sh\necho "$@" > {folder}/arguments\nfor last; do :; done\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setattr(libreoffice, "find_libreoffice", lambda: str(program))
    kept = folder / "temporary"
    kept.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(kept))
    return folder / "arguments"


# Files that are something else than their name says


@pytest.fixture
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libreoffice, "find_libreoffice", lambda: None)


@pytest.mark.usefixtures("without_libreoffice")
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (docx_of(paragraph(BODY)), "规定.doc"),
        (docx_of(paragraph(BODY)), "规定.wps"),
        (pptx_of(slide_of(shape(BODY))), "汇报.ppt"),
        (pptx_of(slide_of(shape(BODY))), "汇报.dps"),
        (odt_of(f"<text:p>{BODY}</text:p>"), "规定.odt"),
        (odt_of(f"<text:p>{BODY}</text:p>"), "规定.doc"),
    ],
)
def test_newer_formats_under_old_names_need_no_libreoffice(data: bytes, name: str) -> None:
    assert [block.text for block in read(data, name).blocks] == [BODY]


@pytest.mark.usefixtures("without_libreoffice")
@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (WORD, "规定.doc", r"LibreOffice, which is not installed: install LibreOffice \(libreoffice.org\), .*\.docx$"),
        (OLE_START, "汇报.ppt", r"not installed: .*\.pptx$"),
        (OLE_START, "汇报.dps", r"not installed: .*\.pptx$"),
        (OLE_START, "规定.wps", r"not installed: .*\.docx$"),
        (odt_of(""), "汇报.odp", r"not installed: .*\.pptx$"),
        (rb"{\rtf1 x}", "规定.rtf", "not installed"),
        (OLE_START + "EncryptedPackage".encode("utf-16-le"), "规定.doc", "locked with a password"),
        (OLE_START + b"\xec\xa5" + bytes(9) + b"\x01", "规定.doc", "locked with a password"),
        (zipped({"a.txt": "x"}), "规定.doc", "it is an archive"),
        (b"PK\x03\x04", "规定.doc", "archive is broken"),
        (b"plain", "规定.doc", "its first bytes differ"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, name: str, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        read(data, name)


@pytest.mark.usefixtures("without_libreoffice")
def test_web_pages_under_old_names_go_to_their_own_reader() -> None:
    page = f"<html><body><p>{BODY}</p></body></html>"
    assert [block.text for block in read(page.encode()).blocks] == [BODY]
    archive = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{page}"
    assert BODY in [block.text for block in read(archive.encode()).blocks]


# How it is called


@posix
def test_it_is_called_with_a_profile_of_its_own_that_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ready.docx").write_bytes(docx_of(paragraph(BODY)))
    script = f'd=$(dirname "$last"); mkdir "$d/out"; cp {tmp_path}/ready.docx "$d/out/document.docx"\n'
    script += f'cp "$d/profile/user/registrymodifications.xcu" {tmp_path}; env > {tmp_path}/environment'
    arguments = stand_in(tmp_path, monkeypatch, script)
    assert [block.text for block in read(WORD).blocks] == [BODY]
    called = arguments.read_text()
    assert "-env:UserInstallation=file:///" in called and "--headless --norestore" in called
    assert "--convert-to docx" in called and called.strip().endswith("document.doc")
    settings = (tmp_path / "registrymodifications.xcu").read_text()
    for name, value in (("DisableMacrosExecution", "true"), ("BlockUntrustedRefererLinks", "true"), ("Link", "0")):
        assert f'oor:name="{name}" oor:op="fuse"><value>{value}</value>' in settings
    assert "https_proxy=http://127.0.0.1:9" in (tmp_path / "environment").read_text()
    assert list((tmp_path / "temporary").iterdir()) == []


@posix
@pytest.mark.parametrize(
    ("data", "name", "written", "wanted"),
    [
        (OLE_START + "PowerPoint Document".encode("utf-16-le"), "规定.doc", "document.ppt", "docx"),
        (OLE_START, "规定.wps", "document.doc", "docx"),
        (OLE_START, "汇报.dps", "document.ppt", "pptx"),
        (rb"{\rtf1 x}", "规定.doc", "document.rtf", "docx"),
        (odt_of(""), "汇报.odp", "document.odp", "pptx"),
    ],
)
def test_the_contents_tell_the_format(
    data: bytes, name: str, written: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = stand_in(tmp_path, monkeypatch, "echo 坏了 >&2")
    with pytest.raises(DocumentError, match=r"could not read it \(坏了\)"):
        read(data, name)
    kind = "pptx" if written.endswith(".ppt") else wanted
    assert arguments.read_text().strip().endswith(written) and f"--convert-to {kind}" in arguments.read_text()


@posix
def test_it_is_ended_with_all_that_it_started_where_it_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, f"sleep 77 & echo $! > {tmp_path}/child\nsleep 77")
    monkeypatch.setattr(libreoffice, "LONGEST_CONVERSION", 1.5)
    told: list[int] = []
    with pytest.raises(DocumentError, match="did not finish"):
        read_with_libreoffice(Source("规定.doc", WORD, lambda done, _total: told.append(done)))
    assert told and list((tmp_path / "temporary").iterdir()) == []
    assert not _lives(int((tmp_path / "child").read_text()))


@posix
def test_what_it_leaves_running_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, f"sleep 77 & echo $! > {tmp_path}/child")
    with pytest.raises(DocumentError, match="could not read it"):
        read(WORD)
    assert not _lives(int((tmp_path / "child").read_text()))


def _lives(process: int) -> bool:
    """Whether a process runs; one that is dead but not yet collected does not."""
    for _ in range(50):
        state = Path(f"/proc/{process}/stat")
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.02)
    return True


@posix
def test_a_program_that_cannot_be_started_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "")
    (tmp_path / "soffice").chmod(0o644)
    with pytest.raises(DocumentError, match="cannot be started"):
        read(WORD)


# With LibreOffice itself


def converted(folder: Path, path: Path, wanted: str, *options: str) -> bytes:
    profile = (folder / "profile").as_uri()
    command = [find_libreoffice() or "", f"-env:UserInstallation={profile}", "--headless", *options]
    subprocess.run(
        [*command, "--convert-to", wanted, "--outdir", str(folder / "out"), str(path)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / "out" / f"{path.stem}.{wanted}").read_bytes()


def letters(extract: Extract) -> list[str]:
    return ["".join(block.text.split()) for block in extract.blocks]


@installed
@pytest.mark.parametrize("wanted", ["docx", "odt", "doc", "rtf"])
def test_a_plain_text_gives_the_same_paragraphs_in_every_format(tmp_path: Path, wanted: str) -> None:
    lines = ["年假办法", "一、总则", BODY, "（一）休假", BODY * 4, "1. 申请", BODY, "二、附则", "由人事部负责解释。"]
    text = "\n".join(lines)
    path = tmp_path / "plain.txt"
    path.write_text(text, "utf-8")
    source = Source(f"plain.{wanted}", converted(tmp_path, path, wanted, "--infilter=Text (encoded):UTF8"))
    reader = {"docx": read_docx, "odt": read_odt}.get(wanted, read_with_libreoffice)
    extract, plain = reader(source), extract_text(text)
    assert extract.title == plain.title
    assert [(b.text, b.level is None) for b in extract.blocks] == [(b.text, b.level is None) for b in plain.blocks]


@installed
@pytest.mark.parametrize("wanted", ["docx", "odt"])
def test_real_texts_give_nearly_the_same_paragraphs(tmp_path: Path, wanted: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "shared/eval/jinshan/documents"
    found = sorted(folder.glob("*.txt"))
    if not found:
        pytest.skip("the shared texts are not on this machine")
    path = tmp_path / "plain.txt"
    path.write_bytes(found[0].read_bytes())
    data = converted(tmp_path, path, wanted, "--infilter=Text (encoded):UTF8")
    extract = (read_docx if wanted == "docx" else read_odt)(Source(f"plain.{wanted}", data))
    plain = read_text(Source("plain.txt", path.read_bytes()))
    matcher = difflib.SequenceMatcher(None, letters(plain), letters(extract), autojunk=False)
    assert matcher.ratio() > 0.98


@installed
@pytest.mark.parametrize("wanted", ["doc", "rtf", "odt"])
def test_headings_lists_tables_and_notes_survive_the_way_through(tmp_path: Path, wanted: str) -> None:
    document = docx.Document()
    document.add_heading("员工手册", 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_heading("休假", 1)
    document.add_paragraph(BODY)
    for text in ("提前三天申请。", "由主管批准。"):
        document.add_paragraph(text, style="List Number")
    grid = document.add_table(2, 3)
    for cell, text in zip(grid._cells, ("姓名", "部门", "职务", "张三", "人事", "主任"), strict=True):
        cell.text = text
    document.add_paragraph("完。")  # LibreOffice writes no table into a DOC that ends with one
    path = tmp_path / "rich.docx"
    document.save(str(path))
    source = Source(f"rich.{wanted}", converted(tmp_path, path, wanted))
    extract = (read_odt if wanted == "odt" else read_with_libreoffice)(source)
    assert extract.title == "员工手册"
    assert [(block.text, block.level) for block in extract.blocks] == [
        *(("员工手册", 1), ("休假", 2), (BODY, None), ("1. 提前三天申请。", None), ("2. 由主管批准。", None)),
        *(("姓名：张三；部门：人事；职务：主任", None), ("完。", None)),
    ]


@installed
@pytest.mark.parametrize("wanted", ["ppt", "odp"])
def test_slides_survive_the_way_through(tmp_path: Path, wanted: str) -> None:
    path = tmp_path / "deck.pptx"
    presentation = pytest.importorskip("pptx").Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "年度汇报", BODY
    slide.notes_slide.notes_text_frame.text = "说明来源"
    presentation.save(str(path))
    extract = read(converted(tmp_path, path, wanted), f"deck.{wanted}")
    assert (extract.title, extract.unit) == ("年度汇报", "slide")
    assert [(block.text, block.page) for block in extract.blocks] == [
        *(("年度汇报", 1), (BODY, 1), ("备注：说明来源", 1)),
    ]


@installed
def test_nothing_that_a_document_links_to_is_fetched() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/x.png"
        field = rf'{{\field{{\*\fldinst INCLUDEPICTURE "{address}" \\d}}{{\fldrslt }}}}'
        extract = read(rf"{{\rtf1\ansi before {field} {{\*\template {address}}}after}}".encode(), "a.rtf")
        server.shutdown()
    assert "".join(letters(extract)) == "beforeafter"
    assert asked == []


@installed
def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        read(WORD + os.urandom(2000))
