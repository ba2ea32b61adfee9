from __future__ import annotations

import contextlib
import datetime
import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.extract import Extract
from index.loaders.sheet_xlsx import column_number
from tests.test_loader_sheets import FORMATS, PEOPLE, lines, read, xlsx

# ODS, and what is named .xls


def ods(body: str, manifest: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text")
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        inner = f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        package.writestr("content.xml", f"<office:document-content {names}>{inner}</office:document-content>")
        if manifest:
            package.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


EMPTY_CELLS = '<table:table-cell table:number-columns-repeated="16381"/>'


def test_ods_is_read_as_it_is_shown() -> None:
    body = (
        '<table:table table:name="名单">'
        + ods_row(*map(cell, ("部门", "姓名", "比例", "日期")))
        + ods_row(
            cell("人事", 'office:value-type="string" table:number-rows-spanned="2"'),
            cell("张三<text:s/>丰"),
            cell("12.5%", 'office:value-type="percentage" office:value="0.125"'),
            cell("17.10.23", 'office:value-type="date" office:date-value="2023-10-17"'),
        )
        + ods_row("<table:covered-table-cell/>", cell("李四"), cell("3%"), EMPTY_CELLS)
        + ods_row(EMPTY_CELLS, attributes='table:number-rows-repeated="1000000"')
        + "</table:table>"
    )  # fmt: skip
    extract = read(ods(body), "名单.ods")
    assert [(block.text, block.row) for block in extract.blocks] == [
        ("部门：人事；姓名：张三 丰；比例：12.5%；日期：2023年10月17日", 2),
        ("部门：人事；姓名：李四；比例：3%", 3),
    ]
    assert extract.names == {1: "名单"}


def test_ods_repeats_are_bounded() -> None:
    many = cell("值", 'office:value-type="string" table:number-columns-repeated="16384"')
    row = ods_row(many, attributes='table:number-rows-repeated="1000000"')
    with pytest.raises(DocumentError, match="cells"):
        read(ods(f"<table:table>{row}</table:table>"), "a.ods")


def test_locked_ods_says_so() -> None:
    with pytest.raises(DocumentError, match="password"):
        read(ods("<table:table/>", "<manifest><encryption-data/></manifest>"), "a.ods")


ODS_ROWS = ods_row(cell("姓名"), cell("年龄")) + ods_row(cell("张三"), cell("30"))
ODS = ods(f'<table:table table:name="表">{ODS_ROWS}</table:table>')


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, len(ODS) - 1), st.binary(min_size=0, max_size=4))
def test_mutated_ods_ends_in_an_extract_or_a_document_error(place: int, change: bytes) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read(ODS[:place] + change + ODS[place + len(change) :], "a.ods"), Extract)


def test_xls_that_is_a_web_page_text_or_a_newer_workbook() -> None:
    table = "<table><tr><td>姓名</td><td>年龄</td></tr><tr><td>张三</td><td>30</td></tr></table>"
    assert lines(read(f"<html><body>{table}</body></html>".encode("gbk"), "a.xls")) == ["姓名：张三；年龄：30"]
    assert lines(read(table.encode(), "a.xls")) == ["姓名：张三；年龄：30"]
    assert lines(read("姓名\t年龄\n张三\t30\n".encode("gbk"), "a.xls")) == ["姓名：张三；年龄：30"]
    assert lines(read(xlsx(PEOPLE), "a.xls"))[0] == "姓名：张三；部门：人事；年龄：30"


def test_xls_that_is_the_xml_of_excel_2003() -> None:
    row = (
        '<ss:Row><ss:Cell><ss:Data ss:Type="String">{}</ss:Data></ss:Cell>'
        '<ss:Cell ss:Index="3"><ss:Data ss:Type="{}">{}</ss:Data></ss:Cell></ss:Row>'
    )
    rows = row.format("姓名", "String", "年龄") + row.format("张三", "Number", "30.0")
    data = (
        '<?xml version="1.0" encoding="GB2312"?><ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<ss:Worksheet ss:Name="名单"><ss:Table>{rows}'
        "</ss:Table></ss:Worksheet></ss:Workbook>"
    )
    assert lines(read(data.encode("gb2312"), "a.xls")) == ["姓名：张三；年龄：30"]


def test_xls_and_ods_read_as_the_workbook_that_libreoffice_makes_them_of(tmp_path: Path) -> None:
    program = shutil.which("libreoffice") or shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")

    def form(book: Any) -> None:
        for row in (3, 4):
            for column, code in enumerate(("@", "yyyy-mm-dd", "#,##0.00", "0.0%", 'yyyy"年"m"月"', "0000"), 1):
                book.active.cell(row, column).number_format = code
        book.active.merge_cells("A3:A4")

    names = ["部门", "日期", "金额", "占比", "月份", "工号", "状态"]
    values = [datetime.date(2023, 10, 17), 1234.5, 0.125, datetime.date(2023, 2, 1), 7]
    data = xlsx([["费用明细"], names, ["行政", *values, "=1/0"], [None, *values, "正常"]], PEOPLE, change=form)
    (tmp_path / "表.xlsx").write_bytes(data)
    shown = "部门：行政；日期：2023年10月17日；金额：1,234.50；占比：12.5%；月份：2023年2月；工号：0007；状态："
    for suffix in ("xls", "ods"):
        command = [program, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", suffix]
        subprocess.run([*command, "--outdir", tmp_path, tmp_path / "表.xlsx"], check=True, capture_output=True)
        found = lines(read((tmp_path / f"表.{suffix}").read_bytes(), f"表.{suffix}"))
        assert found[:4] == ["表1", "费用明细", f"{shown}#DIV/0!", f"{shown}正常"]


def test_columns_are_counted_from_nought() -> None:
    assert [column_number(letters) for letters in (b"A", b"Z", b"AA", b"xfd")] == [0, 25, 26, 16383]


@pytest.mark.skipif(not FORMATS.is_dir(), reason="files of other projects are not here")
def test_files_of_other_projects() -> None:
    for name in ("markitdown_test.xls", "markitdown_test.xlsx"):
        extract = read((FORMATS / name).read_bytes(), name)
        assert len(extract.blocks) == 29
        assert lines(extract)[1] == "Alpha：89；Beta：82；Gamma：100；Delta：12"


@pytest.mark.skipif(not FORMATS.is_dir(), reason="files of other projects are not here")
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 20_000), st.binary(min_size=1, max_size=4))
def test_mutated_xls_ends_in_an_extract_or_a_document_error(place: int, change: bytes) -> None:
    data = (FORMATS / "markitdown_test.xls").read_bytes()
    place %= len(data)
    with contextlib.suppress(DocumentError):
        assert isinstance(read(data[:place] + change + data[place + len(change) :], "a.xls"), Extract)
