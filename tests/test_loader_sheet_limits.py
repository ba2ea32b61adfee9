from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders import sheets as sheets_module
from index.loaders.extract import Extract
from tests.test_loader_sheets import PEOPLE, lines, read, replaced, xlsx

# Limits and broken files


def test_rows_beyond_the_limit_are_left_out_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets_module, "MOST_ROWS", 2)
    extract = read(xlsx([*PEOPLE, ["王五", "法务", 28]], PEOPLE))
    assert len([block for block in extract.blocks if block.row]) == 2
    assert "only the first 2 rows are read" in extract.notes[0]


def test_cells_in_opposite_corners_do_not_end_the_process() -> None:
    def corners(book: Any) -> None:
        book["表2"]["A1"], book["表2"]["XFD1048576"] = "左上", "右下"

    extract = read(xlsx(PEOPLE, [], change=corners))
    assert "姓名：张三；部门：人事；年龄：30" in lines(extract)
    assert extract.notes == ("sheet 表2 is not read: its cells lie too far apart. Move them together",)


@pytest.mark.parametrize("odd", [b"<c\nr='XFD1048576'", b'<c r = "xfd1048576"', b'<c\tr="XFD1048576"'])
def test_places_written_in_odd_ways_are_seen(odd: bytes) -> None:
    data = xlsx([["左上", 1], ["右下", 2]])
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    with pytest.raises(DocumentError, match="too far apart"):
        read(replaced(data, {"xl/worksheets/sheet1.xml": sheet.replace(b'<c r="B2"', odd)}))


def test_coloured_cells_to_the_last_row_cost_nothing() -> None:
    data = xlsx(PEOPLE)
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"/></row></sheetData>'
    assert len(read(replaced(data, {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", far)})).blocks) == 2


def test_a_long_text_in_many_cells_is_refused() -> None:
    strings = "<sst><si><t>" + "长" * 400_000 + "</t></si></sst>"
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    data = xlsx(PEOPLE)
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
    parts = {"xl/worksheets/sheet1.xml": sheet.encode(), "xl/sharedStrings.xml": strings.encode()}
    with pytest.raises(DocumentError, match="bytes of text"):
        read(replaced(data, parts))


def test_locked_workbooks_say_so() -> None:
    from tests.test_loader_msg import compound_file

    with pytest.raises(DocumentError, match="password"):
        read(compound_file({"EncryptedPackage": b"x" * 100}))


@pytest.mark.parametrize(
    "data", [b"PK\x05\x06" + bytes(18), b"PK\x03\x04kaputt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_broken_files_raise_a_document_error(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read(data)


def test_a_workbook_without_values_says_so() -> None:
    with pytest.raises(DocumentError, match="no cell has a value"):
        read(xlsx([[]]))


def test_entities_are_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook>&a;</workbook>'
    with pytest.raises(DocumentError):
        read(replaced(xlsx(PEOPLE), {"xl/workbook.xml": bomb}))


EXAMPLE = xlsx([["人员名单"], *PEOPLE], PEOPLE)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, len(EXAMPLE) - 1), st.binary(min_size=0, max_size=4), st.booleans())
def test_mutated_workbooks_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    data = EXAMPLE[:place] + change + (b"" if cut else EXAMPLE[place + len(change) :])
    with contextlib.suppress(DocumentError):
        assert isinstance(read(data), Extract)


SHEET = zipfile.ZipFile(io.BytesIO(EXAMPLE)).read("xl/worksheets/sheet1.xml")


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, len(SHEET) - 1), st.sampled_from([b"", b"9", b"<", b'"', b"\xff", b"-1", b"Z9999"]))
def test_mutated_sheets_end_in_an_extract_or_a_document_error(place: int, change: bytes) -> None:
    data = replaced(EXAMPLE, {"xl/worksheets/sheet1.xml": SHEET[:place] + change + SHEET[place + 1 :]})
    with contextlib.suppress(DocumentError):
        assert isinstance(read(data), Extract)
