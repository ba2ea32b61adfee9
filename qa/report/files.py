"""A report's folder: looked at before the long work, written whole after it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from index.errors import ReportError
from qa.report.header import Header
from qa.report.last import JSON_FILE, LastReport
from qa.report.page import report_page
from qa.report.record import report_record
from qa.report.results import Results

PAGE_FILE = "index.html"


def prepare_folder(folder: Path) -> None:
    """Make a report's folder. Raises `ReportError` where no report can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except (FileExistsError, NotADirectoryError):
        raise ReportError(f"{folder} is a file, or lies in one. Give --report a folder") from None
    except OSError as error:
        raise ReportError(
            f"no report can be written to {folder} ({error.strerror}). Give --report a folder that can be written"
        ) from None
    for name in (JSON_FILE, PAGE_FILE):
        if (folder / name).is_dir():
            raise ReportError(f"{folder / name} is a folder, where the report needs a file. Remove it or give another")


def write_report(
    folder: Path, results: Results, header: Header, last: LastReport | None = None, note: str | None = None
) -> Path:
    """Write index.html and report.json, each whole or not at all, and return the page's path."""
    record = json.dumps(report_record(results, header, last, note), ensure_ascii=False, allow_nan=False, indent=1)
    try:
        _write(folder / JSON_FILE, record + "\n")
        _write(folder / PAGE_FILE, report_page(results, header, last, note))
    except OSError as error:
        raise ReportError(
            f"the report cannot be written to {folder} ({error.strerror}). Free some disk space"
        ) from None
    return folder / PAGE_FILE


def _write(path: Path, text: str) -> None:
    """Write beside the place and move there in one step. Half characters, which no file can hold, become `?`."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        scratch.write_bytes(text.encode("utf-8", "replace"))
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
