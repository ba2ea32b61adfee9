"""Files that are made to hurt, through a sync of the folder that they lie in: one of them costs no other.

The numbers are those of the list of what must be survived; the tests of crashes fill the disk while a sync writes.
"""

from __future__ import annotations

import errno
import io
import lzma
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from index.errors import DocumentError
from index.parsing import BROKE_OFF
from qa.assistant import Assistant
from qa.settings import Settings
from qa.ui.uploads import store_upload
from tests.fakes import FakeEncoder
from tests.mutations import SEEDS, mutate
from tests.office_files import docx_of, odt_of, paragraph, pptx_of, shape, slide_of, unzipped, zipped
from tests.test_loader_epub import book, chapter
from tests.test_loader_pdf import Sheet, lines, wrap, write_pdf
from tests.test_loader_sheet_kinds import cell, ods, ods_row
from tests.test_loader_sheets import xlsx

PROJECT = Path(__file__).resolve().parent.parent
GOOD = "食堂规定\n\n食堂早上七点开门，周日不开放。"
TEXT = "员工每年享有十天带薪年假，未休完的可以结转。"
SECRET = "WENDANG_SECRET_TOKEN"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(documents=tmp_path / "文档", data=tmp_path / "数据", min_confidence=0.0)
    settings.documents.mkdir()
    (settings.documents / "食堂.txt").write_text(GOOD, encoding="utf-8")
    return Assistant(settings, FakeEncoder())


def put(library: Assistant, name: str, data: bytes) -> None:
    (library.settings.documents / name).write_bytes(data)


def failures(library: Assistant) -> dict[str, str]:
    """Sync, check that the good document is answered from, and return what could not be read."""
    report = library.sync()
    assert "七点" in library.ask("食堂几点开门？").text
    return {one.document: one.error for one in report.failed}


def texts(library: Assistant) -> dict[str, str]:
    return {path: document.text for path, document in library.generation.documents.items()}


NAMES = [
    *("../../x.txt", "..\\x.txt", "/etc/x.txt", "C:\\x.txt", "a\x00.txt", "名" * 100 + ".txt", "CON.txt"),
    *("gnp.\u202etxt.txt", "．．／x.txt", "ÄêÖÕ.txt", " .txt", "-rf.txt", "$(touch x).txt", "a\nb.txt"),
]


@pytest.mark.parametrize("name", NAMES)
def test_point_1_names_of_every_kind_stay_inside_of_the_folder(library: Assistant, tmp_path: Path, name: str) -> None:
    source = tmp_path / "上传"
    source.write_text(TEXT, encoding="utf-8")
    stored = store_upload(library.settings.documents, name, source)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, TEXT)
    put(library, "资料.zip", target.getvalue())
    mail = EmailMessage()
    mail["Subject"] = "附件"
    mail.set_content(GOOD)
    mail.add_attachment(TEXT.encode(), maintype="text", subtype="plain", filename=name.replace("\n", ""))
    put(library, "附件.eml", mail.as_bytes())
    before = {path for path in tmp_path.rglob("*") if "数据" not in path.parts}
    failures(library)
    assert {path for path in tmp_path.rglob("*") if "数据" not in path.parts} == before
    assert (library.settings.documents / stored.path).read_text("utf-8") == TEXT
    for path in texts(library):
        assert ".." not in path.split("/") and not path.startswith("/") and path.isprintable()
        assert not any(character in path for character in "\\\x00\u202e")


def test_point_2_links_that_lead_out_are_skipped_and_said_so(library: Assistant, tmp_path: Path) -> None:
    outside = tmp_path / "外面.txt"
    outside.write_text(SECRET, encoding="utf-8")
    (library.settings.documents / "软.txt").symlink_to(outside)
    os.link(outside, library.settings.documents / "硬.txt")
    os.mkfifo(library.settings.documents / "管道.txt")
    report = library.sync()
    assert {one.document: one.error.split(",")[0].split(" out")[0] for one in report.skipped} == {
        "软.txt": "a link that leads",
        "硬.txt": "a hard link",
        "管道.txt": "a pipe",
    }
    assert list(texts(library)) == ["食堂.txt"]


@pytest.mark.parametrize("data", [b"MZ\x90\x00" + bytes(400), b"\x7fELF" + bytes(400), b"<!doctype html><html>" * 9])
def test_point_3_a_pdf_that_is_none_is_refused_by_its_first_bytes(library: Assistant, data: bytes) -> None:
    put(library, "年报.pdf", data)
    assert "not a PDF file" in failures(library)["年报.pdf"] or "not a .pdf" in failures(library)["年报.pdf"]


def deflated(name: str, seed: bytes) -> bytes:
    """Return a package with a member of 300 MB of spaces."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for member, data in unzipped(seed).items():
            if member != name:
                package.writestr(member, data)
        with package.open(name, "w") as part:
            for _ in range(300):
                part.write(b" " * 1024 * 1024)
    return target.getvalue()


def lying(name: str, seed: bytes) -> bytes:
    """Return a package with a member that says it is small and unpacks to 300 MB, which `zipfile` sets no bound to."""
    packed = lzma.compress(bytes(300_000_000), lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "preset": 0}])
    head = struct.pack("<BBHBI", 9, 4, 5, 93, 1 << 18)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for member, data in unzipped(seed).items():
            if member != name:
                package.writestr(member, data)
        package.writestr(name, head + packed)
    whole = bytearray(target.getvalue())
    for mark, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        at = whole.rfind(mark, 0, whole.rfind(name.encode()) if method == 10 else whole.rfind(packed[:64]))
        struct.pack_into("<H", whole, at + method, zipfile.ZIP_LZMA)
        struct.pack_into("<I", whole, at + size, 1000)
    return bytes(whole)


def lying_in_bzip2(name: str, seed: bytes) -> bytes:
    """Return a package with a member of a few hundred bytes that says it is small and unpacks to 200 MB in one step."""
    target, size = io.BytesIO(), 200 * 1024 * 1024
    with zipfile.ZipFile(target, "w", zipfile.ZIP_BZIP2) as package:
        for member, data in unzipped(seed).items():
            if member != name:
                package.writestr(member, data, zipfile.ZIP_DEFLATED)
        package.writestr(name, bytes(size))
    return target.getvalue().replace(struct.pack("<I", size), struct.pack("<I", 1000))


@pytest.mark.parametrize("bomb", [deflated, lying, lying_in_bzip2])
def test_point_4_bombs_are_refused_without_being_unpacked(
    library: Assistant, bomb: Callable[[str, bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.parsing.MEMORY", 250 * 1024 * 1024)
    word, writer = docx_of(paragraph(TEXT)), odt_of(f"<text:p>{TEXT}</text:p>")
    put(library, "炸弹.docx", bomb("word/document.xml", word))
    put(library, "炸弹.odt", bomb("content.xml", writer))
    put(library, "炸弹.zip", bomb("炸弹.txt", zipped({"规定.txt": TEXT})))
    found = failures(library)
    assert {"炸弹.docx", "炸弹.odt"} <= set(found)
    assert not any("memory" in error for error in found.values()), found
    assert "炸弹.zip/炸弹.txt" not in texts(library)


def test_point_4_a_bomb_of_many_small_archives_is_opened_to_a_bound(library: Assistant) -> None:
    inner = zipped({"空.txt": " " * 3_000_000})  # less than a single archive is refused for
    put(library, "炸弹.zip", zipped({"00.txt": TEXT, **{f"{number:02}.zip": inner for number in range(1, 40)}}))
    *opened, last = failures(library).values()
    assert len(opened) == 3 and all("the file is empty" in error for error in opened)
    assert "times its size in one file; this one and what follows is left out" in last


def test_point_5_members_that_point_out_of_the_archive_are_written_nowhere(library: Assistant, tmp_path: Path) -> None:
    put(library, "资料.zip", zipped({"../../外面.txt": SECRET, "/tmp/外面.txt": SECRET, "规定.txt": TEXT}))
    failures(library)
    assert not [path for path in tmp_path.rglob("外面*")]
    assert sorted(texts(library)) == ["资料.zip/规定.txt", "食堂.txt"]


def test_point_6_entities_bring_in_nothing(library: Assistant, tmp_path: Path) -> None:
    secret = tmp_path / "秘密"
    secret.write_text(SECRET, encoding="utf-8")
    outer = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    laughs = "".join(f'<!ENTITY e{at} "{f"&e{at - 1};" * 10}">' for at in range(1, 12))
    inner = f'<!DOCTYPE x [<!ENTITY e0 "哈">{laughs}<!ENTITY e "&e11;">]>'
    marked = f"{TEXT}@@"  # where the entity goes
    packages = {
        "a.docx": docx_of(paragraph(marked)),
        "a.odt": odt_of(f"<text:p>{marked}</text:p>"),
        "a.pptx": pptx_of(slide_of(shape(marked))),
        "a.xlsx": xlsx([["规定"], [marked]]),
        "a.ods": ods(f"<table:table>{ods_row(cell('规定'))}{ods_row(cell(marked))}</table:table>"),
        "a.epub": book({"1.xhtml": chapter(f"<p>{marked}</p>")}),
    }
    for number, doctype in enumerate((outer, inner)):
        for name, seed in packages.items():
            members = unzipped(seed)
            (part,) = (part for part, data in members.items() if b"@@" in data)
            xml = re.sub(r"<!DOCTYPE[^>]*>", "", members[part].decode()).replace("@@", "&e;")
            root = re.search(r"<(?![?!])", xml)
            assert root
            xml = xml[: root.start()] + doctype + xml[root.start() :]
            assert doctype in xml and "&e;" in xml
            put(library, f"{number}{name}", zipped({**members, part: xml}))
        put(library, f"{number}.html", f"{doctype}<html><body><h1>休假</h1><p>{TEXT}&e;</p></body></html>".encode())
    failures(library)
    assert not any(SECRET in text or "哈哈" in text for text in texts(library).values())


def pages(count: int) -> bytes:
    """Return a PDF whose one page is all of its many pages."""
    data = write_pdf([Sheet(lines(wrap(TEXT)))])
    kids = b"[" + data.split(b"/Kids [", 1)[1].split(b"]", 1)[0] + b"]"
    one = kids.strip(b"[]").strip()
    return data.replace(b"/Kids " + kids, b"/Kids [" + (one + b" ") * count + b"]").replace(
        b"/Count 1", b"/Count %d" % count
    )


def test_point_7_pdfs_that_loop_or_never_end(library: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.parsing.SILENT_SECONDS", 20.0)
    plain = write_pdf([Sheet(lines(wrap(TEXT)))])
    put(library, "十万页.pdf", pages(100_000))
    put(library, "循环.pdf", plain.replace(b"/Parent", b"/Kids [1 0 R 2 0 R 3 0 R] /Parent"))
    put(library, "回环.pdf", plain[: plain.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF" % plain.rindex(b"xref"))
    locked = f"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"
    put(library, "加密.pdf", write_pdf([Sheet(lines(wrap(TEXT)))], trailer=locked))
    found = failures(library)
    assert "locked with a password" in found["加密.pdf"]
    for name in ("十万页.pdf", "循环.pdf", "回环.pdf"):
        assert name in found or TEXT[:10] in texts(library)[name]
    if "十万页.pdf" not in found:
        (note,) = library.generation.documents["十万页.pdf"].notes
        assert "of which the first" in note


def test_point_8_damaged_files_cost_no_other(library: Assistant) -> None:
    chance = random.Random(8)
    for suffix, seed in SEEDS.items():
        for number in range(3):
            put(library, f"坏{number}{suffix}", mutate(seed(), chance))
    report = library.sync()
    assert "七点" in library.ask("食堂几点开门？").text
    assert not any(one.error == BROKE_OFF for one in report.failed), report.failed


PAGE = """
import os, sys, urllib.error, urllib.request
from pathlib import Path
from qa.assistant import Assistant
from qa.settings import Settings
from qa.ui import layout
from tests.fakes import FakeEncoder
from tests.test_ui_documents import Still

def upload(address):
    for size in (1024 * 1024 + 1, 1024):
        body = b'--x\\r\\nContent-Disposition: form-data; name="files"; filename="a.txt"\\r\\n\\r\\n'
        body += b"a" * size + b"\\r\\n--x--\\r\\n"
        request = urllib.request.Request(address + "gradio_api/upload", body)
        request.add_header("Content-Type", "multipart/form-data; boundary=x")
        try:
            print(urllib.request.urlopen(request).status, flush=True)
        except urllib.error.HTTPError as error:
            print(error.code, error.read().decode(), flush=True)
    os._exit(0)

root = Path(sys.argv[1])
settings = Settings(documents=root, data=root / "data", max_upload_mb=1, port=int(sys.argv[2]))
with Still(Assistant(settings, FakeEncoder())) as syncing:
    layout.launch(syncing, lambda told: upload(told.split()[2]))
"""


def test_point_9_the_page_takes_no_upload_over_the_limit(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", PAGE, str(tmp_path), str(port)]
    kept = tmp_path / "gradio"
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(kept), "CI": "1"}
    told = subprocess.run(command, env=environment, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    large, small = told.splitlines()
    assert large.startswith("413") and "1048576" in large.replace(",", "")
    assert small == "200"
    assert [path.stat().st_size for path in kept.rglob("*.txt")] == [1024]  # nothing of the large one


def test_point_10_an_upload_to_a_full_disk_leaves_nothing(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfile", full)
    (tmp_path / "上传").write_text(TEXT, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"No space left on device\). Check space and rights"):
        store_upload(library.settings.documents, "规定.txt", tmp_path / "上传")
    assert [path.name for path in library.settings.documents.iterdir()] == ["食堂.txt"]
    assert failures(library) == {}


SHORT = [
    *("年假十天，病假五天，请提前三天申请。", "会议定于10月17日下午2:30在三楼召开。", "张伟、李娜负责验收，逾期不候。"),
    *(
        "联系电话：021-57921234，邮编200540。",
        "（一）申请人应当提交身份证复印件；",
        "合同编号：HT-2023-0456，甲方为某公司。",
    ),
]
TRADITIONAL = [
    "會議定於十月十七日下午在三樓召開。",
    "請假三天以上者，須經部門經理批准。",
    "聯絡電話：02-23456789，郵遞區號100。",
]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_point_11_short_files_of_every_encoding_give_the_exact_text(library: Assistant, encoding: str) -> None:
    wanted = TRADITIONAL if encoding == "big5" else [*SHORT, *(TRADITIONAL if encoding != "gbk" else ())]
    for number, text in enumerate(wanted):
        assert 20 <= len(text.encode(encoding)) <= 200
        put(library, f"{number}.txt", text.encode(encoding))
    assert failures(library) == {}
    assert [texts(library)[f"{number}.txt"] for number in range(len(wanted))] == wanted


def test_point_12_two_uploads_of_one_name_at_once_are_never_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def replace_late(source: Path, target: Path) -> None:
        time.sleep(0.01)  # for the others to find the same name free, if they may
        replace(source, target)

    monkeypatch.setattr("os.replace", replace_late)
    folder = tmp_path / "文档"
    folder.mkdir()
    contents = [chr(ord("甲") + number) * 20_000 for number in range(8)]
    for number, content in enumerate(contents):
        (tmp_path / str(number)).write_text(content, encoding="utf-8")
    start = threading.Barrier(len(contents))
    stored: dict[int, str] = {}

    def upload(number: int) -> None:
        start.wait()
        stored[number] = store_upload(folder, "年报.txt", tmp_path / str(number)).path

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(len(contents))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(stored.values())) == len(contents) == len(list(folder.iterdir()))
    assert all((folder / name).read_text("utf-8") == contents[number] for number, name in stored.items())


def test_marks_that_are_never_closed_take_no_time(library: Assistant) -> None:
    # Looked through from each to the end of the text, these took minutes.
    put(library, "标记.md", (f"{TEXT}\n\n" + "<!--" * 50_000).encode())
    put(library, "星号.md", ("[" * 20_000 + f"\n\n{TEXT}\n").encode())
    assert failures(library) == {}


def test_half_characters_are_replaced(library: Assistant) -> None:
    head = b"Subject: =?utf-8?B?5LyR5YGH?=\nFrom: a@example.org\nContent-Type: text/plain; charset=utf-7\n\n"
    put(library, "信.eml", head + b"+2AA- " + TEXT.encode("utf-7") + b"\n")
    assert failures(library) == {}
    assert TEXT in texts(library)["信.eml"]
