from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from openpyxl.comments import Comment  # type: ignore[import-untyped]

from index.loaders.extract import Extract, Source
from index.loaders.sheet_formats import NumberFormat, parse_format, show_value
from index.loaders.sheets import read_sheets
from index.loaders.tables import row_sentence

FORMATS = Path(__file__).resolve().parents[2] / "shared/formats"
PEOPLE: list[list[Any]] = [["姓名", "部门", "年龄"], ["张三", "人事", 30], ["李四", "财务", 41]]


def xlsx(*sheets: list[list[Any]], change: Callable[[Any], None] | None = None, names: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names.split()[number] if names else f"表{number + 1}")
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(data: bytes, name: str = "名单.xlsx") -> Extract:
    return read_sheets(Source(name, data))


def lines(extract: Extract) -> list[str]:
    return [block.text for block in extract.blocks]


def rows(*cells: list[Any], change: Callable[[Any], None] | None = None) -> list[str]:
    return lines(read(xlsx([*cells], change=change)))


def replaced(data: bytes, parts: dict[str, bytes]) -> bytes:
    old, file = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return file.getvalue()


# Rows, names and sheets


def test_rows_have_column_names_and_the_numbers_that_the_program_shows() -> None:
    extract = read(xlsx([[], [], *PEOPLE]))
    assert [(block.text, block.page, block.row, block.level) for block in extract.blocks] == [
        ("姓名：张三；部门：人事；年龄：30", 1, 4, None),
        ("姓名：李四；部门：财务；年龄：41", 1, 5, None),
    ]
    assert (extract.unit, extract.names, extract.title, extract.notes) == ("sheet", {1: "表1"}, None, ())


def test_a_row_reads_as_that_of_any_other_table() -> None:
    assert rows(*PEOPLE)[0] == row_sentence(["姓名", "部门", "年龄"], ["张三", "人事", "30"])


def test_empty_cells_are_left_out() -> None:
    assert rows(PEOPLE[0], ["张三", None, 30], ["李四", "财务", None]) == [
        "姓名：张三；年龄：30",
        "姓名：李四；部门：财务",
    ]


def test_several_sheets_have_their_names_as_headings_and_empty_ones_are_skipped() -> None:
    extract = read(xlsx(PEOPLE, [], PEOPLE, names="在职 空 离职"))
    assert [(block.text, block.page) for block in extract.blocks if block.level == 2] == [("在职", 1), ("离职", 3)]
    assert extract.names == {1: "在职", 3: "离职"}


def test_hidden_sheets_rows_and_columns_are_read() -> None:
    def hide(book: Any) -> None:
        book["表2"].sheet_state = "veryHidden"
        book["表1"].row_dimensions[2].hidden = True
        book["表1"].column_dimensions["C"].hidden = True

    assert lines(read(xlsx(PEOPLE, PEOPLE, change=hide))).count("姓名：张三；部门：人事；年龄：30") == 2


def test_charts_are_passed_over() -> None:
    assert lines(read(xlsx(PEOPLE, change=lambda book: book.create_chartsheet("图"))))[0] == "表1"


# Titles and names


def test_a_title_above_the_table_is_its_heading_and_the_only_one_is_that_of_the_file() -> None:
    def merge(book: Any) -> None:
        book.active.merge_cells("A1:C1")

    extract = read(xlsx([["2023年度人员名单"], ["单位：万元"], *PEOPLE], change=merge))
    assert [(block.text, block.level, block.row) for block in extract.blocks[:3]] == [
        ("2023年度人员名单", 1, 1),
        ("单位：万元", None, 2),
        ("姓名：张三；部门：人事；年龄：30", None, 4),
    ]
    assert extract.title == "2023年度人员名单"


def test_a_title_merged_over_two_rows_is_said_once() -> None:
    extract = read(xlsx([["人员名单"], [], *PEOPLE], change=lambda book: book.active.merge_cells("A1:C2")))
    assert [(block.text, block.level) for block in extract.blocks[:2]] == [
        ("人员名单", 1),
        ("姓名：张三；部门：人事；年龄：30", None),
    ]


def test_names_in_two_rows_are_joined() -> None:
    def merge(book: Any) -> None:
        for area in ("A1:A2", "B1:C1", "D1:E1"):
            book.active.merge_cells(area)

    table: list[list[Any]] = [
        ["部门", "2023年", None, "2024年", None],
        [None, "收入", "支出", "收入", "支出"],
        ["人事", 1, 2, 3, 4],
    ]
    wanted = ["部门：人事；2023年/收入：1；2023年/支出：2；2024年/收入：3；2024年/支出：4"]
    assert rows(*table, change=merge) == wanted
    assert rows(*table) == wanted  # without a merged cell the gaps tell


def test_a_table_without_names_is_read_as_it_is() -> None:
    assert rows(["张三", 30, 1.5], ["李四", 41, 2.5]) == ["张三；30；1.5", "李四；41；2.5"]


def test_years_are_names_above_numbers() -> None:
    assert rows(["指标", 2022, 2023], ["收入", 1000, 1250]) == ["指标：收入；2022：1000；2023：1250"]


def test_values_that_come_again_are_no_names() -> None:
    assert rows(["张三", "上海"], ["李四", "上海"], ["王五", "北京"])[0] == "张三；上海"


def test_tables_below_each_other_have_their_own_names() -> None:
    products: list[list[Any]] = [["产品", "单价"], ["打印机", 1200], ["墨盒", 99]]
    assert rows(*PEOPLE, [], *products)[2:] == ["产品：打印机；单价：1200", "产品：墨盒；单价：99"]


def test_a_table_goes_on_beyond_an_empty_row() -> None:
    assert rows(*PEOPLE, [], ["王五", "法务", 28], ["赵六", "行政", 33])[2:] == [
        "姓名：王五；部门：法务；年龄：28",
        "姓名：赵六；部门：行政；年龄：33",
    ]


def test_names_repeated_on_each_page_are_said_no_more() -> None:
    assert rows(*PEOPLE, PEOPLE[0], ["王五", "法务", 28])[2:] == ["姓名：王五；部门：法务；年龄：28"]


def test_forms_pair_labels_with_values() -> None:
    assert rows(["姓名", "张三", "性别", "男"], ["部门", "人事", "职务", None]) == [
        "姓名：张三；性别：男",
        "部门：人事；职务",
    ]


def test_a_single_column_is_text() -> None:
    assert rows(["会议纪要"], ["一、出席人员"], ["张三、李四"]) == ["会议纪要", "一、出席人员", "张三、李四"]


def test_a_cell_merged_over_rows_counts_for_each_of_them() -> None:
    table: list[list[Any]] = [
        ["部门", "姓名", "年龄"],
        ["人事", "张三", 30],
        [None, "李四", 41],
        [None, "王五", 28],
        ["财务", "赵六", 33],
    ]
    assert rows(*table, change=lambda book: book.active.merge_cells("A2:A4")) == [
        "部门：人事；姓名：张三；年龄：30",
        "部门：人事；姓名：李四；年龄：41",
        "部门：人事；姓名：王五；年龄：28",
        "部门：财务；姓名：赵六；年龄：33",
    ]


def test_a_note_over_the_whole_width_has_no_column_name() -> None:
    table = [*PEOPLE, ["注：数据截至年末"]]
    assert rows(*table, change=lambda book: book.active.merge_cells("A4:C4"))[-1] == "注：数据截至年末"


# Values


def test_values_are_written_as_they_are_shown() -> None:
    values: list[tuple[Any, str, str]] = [
        (datetime.date(2023, 10, 17), "yyyy-mm-dd", "2023年10月17日"),
        (datetime.datetime(2023, 10, 17, 14, 30), "yyyy-mm-dd hh:mm", "2023年10月17日 14:30"),
        (datetime.time(14, 30), "h:mm", "14:30"),
        (datetime.timedelta(hours=30), "[h]:mm", "30:00"),
        (datetime.date(2023, 10, 1), 'yyyy"年"m"月"', "2023年10月"),
        (0.125, "0.0%", "12.5%"),
        (1234567.5, "#,##0.00", "1,234,567.50"),
        (-1234.5, '"¥"#,##0.00', "-¥1,234.50"),
        (1.005, "0.00", "1.01"),
        (123, "000000", "000123"),
        (12345678, '0.0,,"百万"', "12.3百万"),
        (5.0, "General", "5"),
        (0.1 + 0.2, "General", "0.3"),
        (True, "General", "TRUE"),
        ("第一行\n第二行", "@", "第一行 第二行"),
        ("#DIV/0!", "General", "#DIV/0!"),
    ]

    def form(book: Any) -> None:
        for number, (_, code, _) in enumerate(values, 2):
            book.active.cell(number, 2).number_format = code

    found = rows(["项目", "值"], *([f"第{n}项", value] for n, (value, _, _) in enumerate(values)), change=form)
    assert found == [f"项目：第{n}项；值：{shown}" for n, (_, _, shown) in enumerate(values)]


def test_dates_in_the_formats_that_chinese_programs_number_are_dates() -> None:
    data = xlsx([["姓名", "入职日期"], ["张三", 45216], ["李四", 45217]])
    styles = zipfile.ZipFile(io.BytesIO(data)).read("xl/styles.xml").decode()
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    styles = styles.replace("</cellXfs>", '<xf numFmtId="31"/><xf numFmtId="57"/></cellXfs>')
    place = styles.split("<cellXfs")[1].split("</cellXfs>")[0].count("<xf ") - 2
    sheet = sheet.replace('r="B2"', f'r="B2" s="{place}"').replace('r="B3"', f'r="B3" s="{place + 1}"')
    data = replaced(data, {"xl/styles.xml": styles.encode(), "xl/worksheets/sheet1.xml": sheet.encode()})
    assert lines(read(data)) == ["姓名：张三；入职日期：2023年10月17日", "姓名：李四；入职日期：2023年10月"]


def test_dates_count_from_1904_where_the_file_says_so() -> None:
    assert show_value(1.0, parse_format("m月d日"), datetime.datetime(1904, 1, 1)) == "1月2日"


def test_formulas_give_the_values_that_were_kept() -> None:
    data = xlsx([["项目", "金额"], ["甲", 1], ["合计", "=SUM(B2:B2)"]])
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    data = replaced(
        data, {"xl/worksheets/sheet1.xml": sheet.replace(b"<v></v>", b"<v>42</v>").replace(b"<v/>", b"<v>42</v>")}
    )
    assert lines(read(data))[-1] == "项目：合计；金额：42"


def test_formulas_without_values_are_noted() -> None:
    extract = read(xlsx([["项目", "金额"], ["甲", 1], ["合计", "=SUM(B2:B2)"]]))
    assert extract.notes == ("1 formulas have no value. Open the file in a spreadsheet program and save it",)


def test_comments_are_appended_to_their_cells() -> None:
    def comment(book: Any) -> None:
        book.active["B2"].comment = Comment("试用期\n至三月", "人事")

    assert rows(*PEOPLE, change=comment)[0] == "姓名：张三；部门：人事（批注：试用期 至三月）；年龄：30"


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [("0%", 0.5, "50%"), ("0.##", 1.5, "1.5"), ("0.##", 2.0, "2"), ("#,##0", -0.4, "0"), ("0", 2.5, "3"),
     ('[$¥-804]#,##0.0_);[Red]("¥"#,##0.0)', 1234.56, "¥1,234.6"), ('0"元"', 12.0, "12元")],
)  # fmt: skip
def test_number_formats(code: str, number: float, shown: str) -> None:
    wanted = parse_format(code)
    assert isinstance(wanted, NumberFormat)
    assert wanted.show(number) == shown


@pytest.mark.parametrize("code", ["General", "@", "# ?/?", "0.00E+00", "", '"只有字"'])
def test_formats_that_ask_for_nothing(code: str) -> None:
    assert parse_format(code) is None
