"""Old office formats (DOC, RTF, PPT, WPS, DPS, ODP): LibreOffice turns them into DOCX or PPTX, which are read here."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.sax.saxutils import quoteattr

from index.errors import DocumentError
from index.loaders.docx import read_docx
from index.loaders.extract import Extract, Source
from index.loaders.odt import read_odt
from index.loaders.ooxml import ENCRYPTED
from index.loaders.packages import open_package
from index.loaders.pptx import read_pptx
from index.loaders.signatures import HTML, OLE, RTF, ZIP, kind_of

LONGEST_CONVERSION = 120.0  # seconds
REPORT_EVERY = 1.0
PROGRAMS = ("soffice", "libreoffice")
USUAL_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
)
SLIDES = frozenset((".ppt", ".odp", ".dps"))
# Of each file in the old container the one of these streams tells its program, whatever its name says.
STREAMS = {
    name.encode("utf-16-le"): suffix
    for name, suffix in (("WordDocument", ".doc"), ("PowerPoint Document", ".ppt"), ("MatOST", ".wps"))
}
# Wikis export pages as web archives (MHTML) that are named .doc.
MAIL_HEADER, WITHIN = re.compile(rb"(?im)^mime-version:"), 1024
# The start of a Word document, and where in it stands whether it is locked.
WORD_START, SECTOR, FLAGS, LOCKED = b"\xec\xa5", 512, 11, 0x01
# No macros, no links to other files or the web, nothing fetched: the file is read as it lies there.
SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableOLEAutomation", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "1"),
)
# Where a proxy is asked for, this is one that nobody answers at.
NOWHERE = "http://127.0.0.1:9"


def read_with_libreoffice(source: Source) -> Extract:
    """Read a document in one of the old formats, or under one of their names.

    A file that is in truth a DOCX, PPTX, ODT, web page or web archive goes straight to its own reader. Raises
    `DocumentError` where it is locked or broken, or LibreOffice is needed and not there.
    """
    kind = kind_of(source.data)
    if kind == ZIP:
        return _read_package(source)
    # Few files under these names are pages, and the readers of these take long to import.
    if kind in ("", HTML) and MAIL_HEADER.search(source.data[:WITHIN]):
        from index.loaders.mhtml import read_mhtml

        return read_mhtml(source)
    if kind == HTML:
        from index.loaders.web import read_whole_page

        return read_whole_page(source)
    if kind == RTF:
        return _convert(source, ".rtf")
    if kind != OLE:
        raise DocumentError(f"not a {source.suffix} file: its first bytes differ. Give it the right name, or remove it")
    if ENCRYPTED in source.data or _is_locked_word(source.data):
        raise DocumentError("it is locked with a password. Save a copy without one")
    usual = ".ppt" if source.suffix in SLIDES else ".doc"
    return _convert(source, next((suffix for name, suffix in STREAMS.items() if name in source.data), usual))


def _is_locked_word(data: bytes) -> bool:
    start = data[SECTOR : SECTOR + FLAGS + 1]
    return start.startswith(WORD_START) and len(start) > FLAGS and bool(start[FLAGS] & LOCKED)


def _read_package(source: Source) -> Extract:
    """Hand a zip file to the reader of what is inside of it."""
    package = open_package(source.data)
    names = [name.replace("\\", "/").lower() for name in package.namelist()]
    if any(name.startswith("word/") for name in names):
        return read_docx(source)
    if any(name.startswith("ppt/") for name in names):
        return read_pptx(source)
    if "content.xml" in names:
        return _convert(source, ".odp") if source.suffix in SLIDES else read_odt(source)
    raise DocumentError(f"not a {source.suffix} file: it is an archive. Give it the right name, or remove it")


def find_libreoffice() -> str | None:
    """Return the path of LibreOffice's program, None where it is not installed."""
    found = (shutil.which(name) for name in PROGRAMS)
    return next(filter(None, found), None) or next((place for place in USUAL_PLACES if Path(place).is_file()), None)


def _convert(source: Source, suffix: str) -> Extract:
    """Let LibreOffice write the document anew, in a folder and with settings that are gone afterwards."""
    program = find_libreoffice()
    if program is None:
        raise DocumentError(
            f"{suffix} files are read with LibreOffice, which is not installed: install LibreOffice (libreoffice.org), "
            f"or save it as {'.pptx' if suffix in SLIDES else '.docx'}"
        )
    wanted = "pptx" if suffix in SLIDES else "docx"
    with tempfile.TemporaryDirectory(prefix="wendang-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / f"document{suffix}").write_bytes(source.data)
        told = _run(program, folder, suffix, wanted, source)
        written = folder / "out" / f"document.{wanted}"
        if not written.is_file():
            reason = f" ({told})" if told else ""
            raise DocumentError(
                f"LibreOffice could not read it{reason}: it may be broken or locked. Open it and save it as .{wanted}"
            )
        converted = Source(source.path, written.read_bytes(), source.report)
    return read_pptx(converted) if wanted == "pptx" else read_docx(converted)


def _run(program: str, folder: Path, suffix: str, wanted: str, source: Source) -> str:
    """Run LibreOffice and return the last line that it wrote. Raises `DocumentError` where it takes too long."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_settings(), "utf-8")
    command = [
        *(program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck"),
        *("--nodefault", "--nologo", "--convert-to", wanted, "--outdir", str(folder / "out")),
        str(folder / f"document{suffix}"),
    ]
    environment = {**os.environ, "http_proxy": NOWHERE, "https_proxy": NOWHERE, "ftp_proxy": NOWHERE, "no_proxy": ""}
    log = folder / "log"
    with log.open("wb") as output:
        try:
            process = _start(command, environment, output.fileno())
        except OSError as error:
            raise DocumentError(f"LibreOffice cannot be started ({error.strerror}). Install it anew") from None
        try:
            _wait(process, source)
        finally:
            _end(process)
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1][:200].replace(str(folder), "") if lines else ""


def _start(command: list[str], environment: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, since LibreOffice starts another one that does the work."""
    if sys.platform == "win32":
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW,
        )
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
    )


def _wait(process: subprocess.Popen[bytes], source: Source) -> None:
    deadline = time.monotonic() + LONGEST_CONVERSION
    while time.monotonic() < deadline:
        try:
            process.wait(min(REPORT_EVERY, max(0.01, deadline - time.monotonic())))
            return
        except subprocess.TimeoutExpired:
            source.report(0, 1)
    raise DocumentError(
        f"LibreOffice did not finish it in {LONGEST_CONVERSION:.0f} seconds. Split it, or save it as .docx or .pptx"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice with everything that it started, also where it is done: nothing of it stays behind."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _settings() -> str:
    items = "".join(
        f'<item oor:path={quoteattr("/" + path)}><prop oor:name={quoteattr(name)} oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>\n"
    )
