from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.delimited import read_delimited
from index.loaders.extract import Extract, Source

MSKANJI = Path(__file__).resolve().parents[2] / "shared/formats/markitdown_test_mskanji.csv"
TABLE = "姓名,部门,年龄\n张三,人事,30\n李四,财务,41\n"
WANTED = ["姓名：张三；部门：人事；年龄：30", "姓名：李四；部门：财务；年龄：41"]


def read(text: str | bytes, name: str = "名单.csv") -> Extract:
    return read_delimited(Source(name, text.encode() if isinstance(text, str) else text))


def lines(text: str | bytes, name: str = "名单.csv") -> list[str]:
    return [block.text for block in read(text, name).blocks]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
def test_every_encoding_gives_the_same_rows(encoding: str) -> None:
    assert lines(TABLE.encode(encoding)) == WANTED


def test_big5() -> None:
    assert lines("姓名,部門,電話\n張三,人事,02-2345-6789\n".encode("big5")) == [
        "姓名：張三；部門：人事；電話：02-2345-6789"
    ]


def test_shift_jis() -> None:
    assert (
        lines("名前,年齢,住所\n佐藤太郎,30,東京\n髙橋淳,35,名古屋\n".encode("cp932"))[1]
        == "名前：髙橋淳；年齢：35；住所：名古屋"
    )


@pytest.mark.skipif(not MSKANJI.exists(), reason="files of other projects are not here")
def test_shift_jis_of_another_project() -> None:
    assert lines(MSKANJI.read_bytes())[0] == "名前：佐藤太郎；年齢：30；住所：東京"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_delimiter_is_found(delimiter: str) -> None:
    assert lines(TABLE.replace(",", delimiter)) == WANTED


def test_excel_says_which_delimiter_it_wants() -> None:
    assert lines("sep=;\n姓名;说明\n张三;甲,乙,丙\n李四;丁\n") == ["姓名：张三；说明：甲,乙,丙", "姓名：李四；说明：丁"]


def test_commas_inside_of_tab_separated_fields_are_text() -> None:
    assert lines("姓名\t说明\n张三\t甲,乙\n李四\t丙,丁\n", "a.tsv")[0] == "姓名：张三；说明：甲,乙"


def test_quoted_line_breaks_delimiters_and_quotes() -> None:
    extract = read('姓名,说明\n张三,"第一行\n第二行,还有""引号"""\n李四,无\n')
    assert [(block.text, block.row) for block in extract.blocks] == [
        ('姓名：张三；说明：第一行 第二行,还有"引号"', 2),
        ("姓名：李四；说明：无", 3),
    ]
    assert extract.unit == "sheet"


def test_ragged_rows() -> None:
    assert lines("姓名,部门,年龄\n张三\n李四,财务,41,多余\n") == ["张三", "姓名：李四；部门：财务；年龄：41；多余"]


def test_without_names() -> None:
    assert lines("张三,30\n李四,41\n") == ["张三；30", "李四；41"]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest() -> None:
    assert len(lines('姓名,说明\n张三,"未闭合\n李四,无\n王五,无\n')) == 3


def test_names_in_rows_of_different_length() -> None:
    assert lines("姓名,成绩,\n,语文,数学,体育\n张三,90,95,80\n")[-1].startswith("姓名：张三；")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(DocumentError):
        read(bytes(range(256)) * 8)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.integers(0, 60))
def test_mutated_files_end_in_an_extract_or_a_document_error(change: bytes, place: int) -> None:
    data = TABLE.encode("gbk")
    with contextlib.suppress(DocumentError):
        assert isinstance(read(data[:place] + change + data[place:]), Extract)
