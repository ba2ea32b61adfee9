"""Questions for the rows of tables, which are read as lines: 名称：甲；单价（元）：30；产地：苏州."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import fold_in_place
from qa.rows import BETWEEN, Cell, cells_of
from qa.suggesting.datatypes import Draft
from qa.suggesting.subjects import leading_noun
from qa.suggesting.topics import Topic
from qa.suggesting.wording import in_characters_of

# Columns that name what a row is of, and those that only number it.
NAMES = re.compile(
    "名称?$|^(?:品名|区域|类型|类别|学校|单位|部门|机构|地区|城市|农产品|商品|课程|站点|景点)$|(?:类型|产品|对象)$"
)
CODES = re.compile("代码$|编号$|型号$|代号$")
# Tables of two columns, what is measured and how much.
MEASURED = re.compile("^(?:项目|参数|参数名称|指标|名称|规格|内容|参数项|规格项目|性能)$")
VALUES = re.compile("^(?:参数|数值|参数值|规格|内容|值|数据|标准|说明|指标值)$")
FIGURE = re.compile(r"^[≤≥<>约]?[0-9][0-9,.]*(?P<behind>[^0-9]{0,12})$")
PLACE = re.compile("(?:产地|地点|地址|校区|位置|所在地|产区)$")
PERSON = re.compile("(?:负责人|联系人|作者|导师|教师|主讲人|责任人|经理|班主任)$")
MEANS = re.compile("(?:含义|意思|处理方法|解决方法|处理办法|原因|用途|功能|作用|适用机型|适用范围|要求|学区)$")
LASTS = re.compile("周期|期限|时长|有效期|保修期|质保期|工期")
# Measures, and the columns whose figures number things.
NUMBERS = re.compile("电话|编号|序号|代码|邮编|号码|年份|学号|工号|日期|时间")
COUNTED = re.compile(
    "(?:人数|次数|册数|数量|天数|班级数|户数|数|价|费|额|量|值|率|积|期|人口|高|长|宽|重量|功率|容量|成本|金额|工资|标准)$"
)
MOST_CELLS, LONGEST_COLUMN, LONGEST_VALUE, LONGEST_NAME = 12, 20, 60, 14


def row_cells(line: str) -> tuple[Cell, ...]:
    """Return the cells of a line that is a row of a table, without space around them; nothing of another line."""
    cells = tuple(
        Cell(cell.name.strip(), cell.at, cell.value.strip(), cell.value_at)
        for cell in cells_of(line.removesuffix(BETWEEN))
    )
    return cells if 2 <= len(cells) <= MOST_CELLS and all(_can_be_read(cell) for cell in cells) else ()


def _can_be_read(cell: Cell) -> bool:
    return 0 < len(cell.name) <= LONGEST_COLUMN and 0 < len(cell.value) <= LONGEST_VALUE


def ask_rows(line: str, topic: Topic) -> Iterator[Draft]:
    """Yield questions for what a row of a table says of the thing that it names."""
    cells = row_cells(line)
    if not cells:
        return
    if len(cells) == 2 and MEASURED.match(cells[0].name) and VALUES.match(cells[1].name):
        if topic.name and _is_plain(cells[0].value) and FIGURE.match(cells[1].value):
            asks = in_characters_of("是多少", line)
            yield Draft(f"{topic.name}的{cells[0].value}{asks}？", "number", cells[1].value)
        return
    key = next((cell for cell in cells if NAMES.search(cell.bare) and _names(cell.value)), None)
    key = key or (
        cells[0] if CODES.search(cells[0].bare) and re.fullmatch(r"[A-Za-z0-9-]{2,12}", cells[0].value) else None
    )
    key = key or (cells[0] if _names(cells[0].value) else None)
    if key is None:
        return
    name = f"{key.bare}{key.value}" if CODES.search(key.bare) else key.value
    owner = topic.owner if topic.owner and topic.owner not in name else ""
    for cell in cells:
        if cell is not key and (asks := _asks(cell)) and _is_plain(cell.bare):
            year = f"{topic.year}年" if topic.year and topic.body else ""
            whole = f"{year}{owner}{'的' if CODES.search(key.bare) and owner else ''}{name}的{cell.bare}"
            yield Draft(
                f"{whole}{in_characters_of(asks, line)}？", "number" if "多少" in asks else "matter", cell.value[:12]
            )


def _names(value: str) -> bool:
    return (
        2 <= len(value) <= LONGEST_NAME
        and re.fullmatch(r"[㐀-鿿A-Za-z0-9·-]+", value) is not None
        and not value.isdigit()
    )


def _is_plain(column: str) -> bool:
    """Whether a column's name can stand in a question."""
    return bool(re.fullmatch("[㐀-鿿]{2,8}", column)) and leading_noun(fold_in_place(column)) == len(column)


def _asks(cell: Cell) -> str:
    """Return the words that ask for a value, "" where it cannot be asked for."""
    column, value = fold_in_place(cell.bare), fold_in_place(cell.value)
    if PLACE.search(column):
        return "是哪里" if not any(one.isdigit() for one in value) else ""
    if PERSON.search(column):
        return "是谁" if re.fullmatch("[㐀-鿿·]{2,6}", value) else ""
    if MEANS.search(column):
        return "是什么" if len(value) > 2 else ""
    if LASTS.search(column):
        return (
            "是多久"
            if any(one.isdigit() for one in value) and not cell.unit
            else f"是多少{cell.unit}"
            if cell.unit
            else ""
        )
    figure = FIGURE.match(value)
    if figure is None or NUMBERS.search(column) or not (cell.unit or figure["behind"] or COUNTED.search(column)):
        return ""
    return "是多少" + (cell.unit if "/" not in cell.unit else "")
