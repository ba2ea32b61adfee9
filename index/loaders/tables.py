"""Tables → sentences: each row carries its column names (姓名：张三；部门：人事): a cell is understood by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# A cell's text; None where the cell to its left runs over into it. A cell that runs over several rows stands in each.
Row = Sequence[str | None]

LONGEST_LABEL, LONGEST_FORM_LABEL = 30, 12
# What is longer is no name, whatever the file says, and would be said again in each row.
LONGEST_NAME = 100
MOST_HEADER_ROWS = 3
SENTENCE_END = re.compile(r"[。！？；!?;]")
QUANTITY = re.compile(
    r"[-+−¥￥$≈约]*[0-9０-９][0-9０-９,，.．/]*\s*(?:[%％]|[十百千万亿]*[元人个次天件台套份米吨年月日]*)"
)
YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:年.{0,4}|[-—–/]\w{1,4}|\s*[EAF])?|[0-9]{1,2}月|第?[0-9]{1,2}[季期周]度?")
DIGIT = re.compile(r"[0-9０-９]")
# What labels of Chinese forms and tables are or end in; a value (张三, 人事, 上海) rarely does.
LABEL = re.compile(
    r"^(?:公司|城市|省份|地区|版本|目标|任务|阶段|产品|项目|单位|品牌|颜色|甲方|乙方|丙方|年份|年度|月份|主题|标题|作者|学校|"
    r"区域|国家|行业|币种|功能|参数|条款|章节|课程|科目|科室|药品|症状|问题|答案|术语|释义|定义|含义|缩写|英文|中文)$"
    r"|(?:姓名|名称|部门|单位|日期|时间|期限|金额|数量|编号|序号|号码|类型|类别|种类|内容|说明|备注|职务|职位|职称|岗位|"
    r"电话|手机|邮箱|地址|地点|价格?|单价|标准|要求|条件|比例|占比|人数|次数|总数|指标|数值|性别|年龄|民族|学历|专业|籍贯|"
    r"负责人|联系人|法定代表人|经办人|申请人|审批人|签字|签名|意见|原因|理由|事由|方式|方法|状态|结果|等级|级别|用途|"
    r"来源|范围|依据|规格|型号|评分|得分|合计|小计|频率|周期|步骤|账号|开户行|证件号?|[率额])"
    r"(?:[（(][^（()）]{0,8}[)）])?$"
)


def row_sentence(header: Sequence[str], cells: Row) -> str:
    """Return a row as one line, `列名：值；列名：值`. Empty cells are left out, and so are names that are empty."""
    names = [*header, *[""] * len(cells)]
    named = ((_flat(name).rstrip("：:"), _flat(cell)) for name, cell in zip(names, cells, strict=False))
    return "；".join(f"{name}：{cell}" if name else cell for name, cell in named if cell)


def rows_of_table(rows: Sequence[Row], header_rows: int | None = None) -> list[str]:
    """Return a table as lines, one a row. Without `header_rows` the table itself tells whether its first rows name it.

    A row that is one cell is a line of its own; label and value side by side make `标签：值`, row by row. Where there
    are only names, they are all there is to say.
    """
    return [line for _, line in numbered_rows(rows, header_rows)]


def numbered_rows(rows: Sequence[Row], header_rows: int | None = None) -> list[tuple[int, str]]:
    """Return the lines of `rows_of_table`, each with the index of its row; rows that say nothing have none."""
    filled = [(number, row) for number, row in enumerate(rows) if any(_flat(cell) for cell in row)]
    lines: list[tuple[int, str]] = []
    while filled and _is_one_cell(filled[0][1]):
        number, row = filled.pop(0)
        lines.append((number, row_sentence([], row)))
        header_rows = max(0, header_rows - 1) if header_rows is not None else None
    bare = [row for _, row in filled]
    if header_rows is None and _is_form(bare):
        return lines + [(number, _form_sentence(row)) for number, row in filled]
    if header_rows is None:
        header_rows = _count_header_rows(bare)
        if not _fits_below(bare, header_rows):
            return lines + [(number, _loose_sentence(row)) for number, row in filled]
    names = bare[:header_rows]
    header = _join_names(names)
    if len(names) == len(filled) or any(len(name) > LONGEST_NAME for name in header):
        names, header = [], []
    for number, row in filled[len(names) :]:
        if row not in names:  # names come again on each page
            lines.append((number, row_sentence([] if _is_one_cell(row) else header, row)))
    return lines


def _flat(cell: str | None) -> str:
    return " ".join((cell or "").split())


def _is_one_cell(row: Row) -> bool:
    """Whether a row is a single cell over the whole width: the table's title, or that of the rows below."""
    return bool(row) and bool(row[0]) and all(cell is None for cell in row[1:])


def _count_header_rows(rows: Sequence[Row]) -> int:
    """How many rows name the columns. Names over several columns (2023年) have further ones (营收, 利润) below."""
    count = 0
    while count < min(len(rows) - 1, MOST_HEADER_ROWS) and _names_columns(rows[count]):
        spans = any(cell is None for cell in rows[count])
        count += 1
        if not spans:
            break
    return count


def _names_columns(row: Row) -> bool:
    cells = [text for text in map(_flat, row) if text]
    if len(cells) < 2 or len(set(cells)) < len(cells):
        return False
    return all(
        len(cell) <= LONGEST_LABEL
        and not SENTENCE_END.search(cell)
        and (not QUANTITY.fullmatch(cell) or YEAR.fullmatch(cell))
        for cell in cells
    )


def _fits_below(rows: Sequence[Row], header_rows: int) -> bool:
    """Whether most rows are divided as the names above them are; those of a form are divided each in its own way."""
    below = [row for row in rows[header_rows:] if not _is_one_cell(row)]
    if not 0 < header_rows < len(rows) or not below:
        return True
    starts = _starts(rows[header_rows - 1])
    return sum(_starts(row) >= starts for row in below) >= len(below) / 2


def _starts(row: Row) -> set[int]:
    return {column for column, cell in enumerate(row) if cell is not None}


def _join_names(names: Sequence[Row]) -> list[str]:
    """Return one name a column; a name that runs over several columns belongs to each of them."""
    header: list[list[str]] = [[] for _ in range(max(map(len, names), default=0))]
    for row in names:
        running = ""
        for column, cell in enumerate(row):
            running = _flat(cell) if cell is not None else running
            if running and running not in header[column]:
                header[column].append(running)
    return [" ".join(parts) for parts in header]


def _is_form(rows: Sequence[Row]) -> bool:
    """Whether labels stand to the left of their values (姓名 | 张三 | 部门 | 人事) and not above them."""
    pairs = [list(_pairs(row)) for row in rows]
    if not rows or not all(pairs) or any(len(row) < 2 for row in rows):
        return False
    labels = [label for row in pairs for label, _ in row]
    values = [value for row in pairs for _, value in row]
    if any(len(label) > LONGEST_FORM_LABEL or DIGIT.match(label) for label in labels):
        return False
    likely = _share_of_labels(labels)
    if len(rows[0]) == 2:
        return not _heads_two_columns(rows) and (likely >= 0.5 or len(labels) == len(set(labels)))
    return likely >= 0.5 and likely > 2 * _share_of_labels(values)


def _pairs(row: Row) -> Iterator[tuple[str, str]]:
    """Yield label and value of a row of a form, nothing where the cells do not pair off."""
    cells = [_flat(cell) for cell in row if cell is not None]
    if len(cells) % 2 == 0 and all(cells[::2][:1]):
        yield from ((label, value) for label, value in zip(cells[::2], cells[1::2], strict=True) if label or value)


def _heads_two_columns(rows: Sequence[Row]) -> bool:
    """Whether the first of a table's rows of two cells names the columns (指标 | 数值) and is no label and value."""
    if len(rows) < 2 or not _names_columns(rows[0]):
        return False
    below = [_flat(row[1]) for row in rows[1:]]
    if all(DIGIT.search(cell) for cell in below) and not DIGIT.search(_flat(rows[0][1])):
        return True
    return bool(LABEL.search(_flat(rows[0][1]))) and _share_of_labels([_flat(row[0]) for row in rows[1:]]) < 0.5


def _share_of_labels(cells: Sequence[str]) -> float:
    return sum(bool(LABEL.search(cell.rstrip("：:"))) or cell.endswith(("：", ":")) for cell in cells) / max(
        1, len(cells)
    )


def _loose_sentence(row: Row) -> str:
    pairs = list(_pairs(row))
    told = pairs and _share_of_labels([label for label, _ in pairs]) > _share_of_labels([value for _, value in pairs])
    return _form_sentence(row) if told else row_sentence([], row)


def _form_sentence(row: Row) -> str:
    return "；".join(row_sentence([label], [value]) if value else label.rstrip("：:") for label, value in _pairs(row))
