"""Tables become sentences with their column names."""

from __future__ import annotations

import pytest

from index.loaders.tables import Row, numbered_rows, row_sentence, rows_of_table


def test_a_row_carries_its_column_names_and_leaves_empty_cells_out() -> None:
    assert row_sentence(["姓名", "部门", ""], ["张三", "", "在职", "另注"]) == "姓名：张三；在职；另注"
    assert (
        row_sentence(["金额：", "备注\n说明"], [" 3 万元 ", "第一行\n第二行"])
        == "金额：3 万元；备注 说明：第一行 第二行"
    )


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([["姓名", "部门", "电话"], ["张三", "人事", "8001"]], ["姓名：张三；部门：人事；电话：8001"]),
        ([["", "2023年", "2024年"], ["营收", "10", "12"]], ["营收；2023年：10；2024年：12"]),
        ([["北京", "10", "12"], ["上海", "11", "13"]], ["北京；10；12", "上海；11；13"]),
        ([["姓名", "部门", "电话"]], ["姓名；部门；电话"]),
        ([["只有一格的框"], ["第二格"]], ["只有一格的框", "第二格"]),
        ([["", " "], ["", ""]], []),
        ([], []),
    ],
)
def test_the_first_row_names_the_columns_where_it_is_no_row_of_values(rows: list[Row], lines: list[str]) -> None:
    assert rows_of_table(rows) == lines


def test_a_row_that_is_one_cell_is_a_line_of_its_own() -> None:
    rows: list[Row] = [
        ["表一　人员", None, None],
        ["姓名", "部门", "电话"],
        ["总部", None, None],
        ["张三", "人事", "8001"],
    ]
    assert rows_of_table(rows) == ["表一 人员", "总部", "姓名：张三；部门：人事；电话：8001"]


def test_names_over_several_columns_stand_before_those_below() -> None:
    rows: list[Row] = [["地区", "2023年", None, "备注"], ["地区", "营收", "利润", "备注"], ["华东", "10", "2", "无"]]
    assert rows_of_table(rows) == ["地区：华东；2023年 营收：10；2023年 利润：2；备注：无"]


def test_names_that_come_again_on_the_next_page_are_left_out() -> None:
    rows: list[Row] = [
        ["姓名", "部门", "职务"],
        ["张三", "人事", "主任"],
        ["姓名", "部门", "职务"],
        ["李四", "财务", "会计"],
    ]
    assert rows_of_table(rows) == ["姓名：张三；部门：人事；职务：主任", "姓名：李四；部门：财务；职务：会计"]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            [["姓名", "张三", "性别", "男"], ["部门", "人事", "职务", "主任"], ["备注", "无", None, None]],
            ["姓名：张三；性别：男", "部门：人事；职务：主任", "备注：无"],
        ),
        ([["姓名", "张三"], ["部门", "人事"]], ["姓名：张三", "部门：人事"]),
        ([["品牌：", "华光"], ["颜色：", ""]], ["品牌：华光", "颜色"]),
        ([["甲方", "上海某公司"], ["乙方", "北京某厂"]], ["甲方：上海某公司", "乙方：北京某厂"]),
    ],
)
def test_labels_beside_their_values_make_pairs(rows: list[Row], lines: list[str]) -> None:
    assert rows_of_table(rows) == lines


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([["姓名", "部门"], ["张三", "人事"], ["李四", "财务"]], ["姓名：张三；部门：人事", "姓名：李四；部门：财务"]),
        ([["指标", "结果"], ["合格率", "98%"]], ["指标：合格率；结果：98%"]),
        (
            [["姓名", "部门", "职务", "电话"], ["张三", "人事", "主任", "8001"]],
            ["姓名：张三；部门：人事；职务：主任；电话：8001"],
        ),
    ],
)
def test_names_above_their_values_are_no_form(rows: list[Row], lines: list[str]) -> None:
    assert rows_of_table(rows) == lines


def test_the_file_may_say_how_many_rows_name_the_columns() -> None:
    rows: list[Row] = [["1", "2"], ["张三", "人事"]]
    assert rows_of_table(rows, header_rows=1) == ["1：张三；2：人事"]
    assert rows_of_table(rows, header_rows=0) == ["1；2", "张三；人事"]


def test_a_long_text_in_the_first_row_is_not_said_again_in_each_row() -> None:
    assert rows_of_table([["长" * 101, "乙"], ["丙", "丁"]], header_rows=1) == ["长" * 101 + "；乙", "丙；丁"]


def test_lines_know_their_rows() -> None:
    rows: list[Row] = [["表一", None], ["", ""], ["姓名", "部门"], ["张三", "人事"]]
    assert numbered_rows(rows) == [(0, "表一"), (3, "姓名：张三；部门：人事")]
