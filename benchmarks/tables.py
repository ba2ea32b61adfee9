"""Whether a question about one cell of a table finds its row: 30 tables in every format, 100 questions.

Run `python -m benchmarks.tables`. The tables are made here, of invented people, goods and places, with the layouts that
offices use: titles above the table, merged cells, two lines of column names, several sheets, long tables, figures with
units. A question names the row and the column; it is right where the row is in the first three passages. The result is
printed and written to benchmarks/results/tables.json.
"""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]
from rich.console import Console

from benchmarks.library import PROJECT
from qa.assistant import Assistant, load_models
from qa.settings import read_settings

RESULT = PROJECT / "benchmarks" / "results" / "tables.json"
TABLES, QUESTIONS, FIRST = 30, 100, 3
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
PLACES = ("东港", "西塘", "南浦", "北渡", "青岚", "柳林", "石桥", "云溪", "松鹤", "白鹭", "望湖", "清泉")
GOODS = ("水泵", "阀门", "轴承", "电缆", "滤芯", "油漆", "钢管", "螺栓", "传感器", "变频器", "手套", "安全帽")


@dataclass(frozen=True, slots=True)
class Made:
    """A table: what it is called, its column names, its rows, what rows and columns are asked by."""

    name: str
    columns: list[str]
    rows: list[list[str]]
    asks: str


def people(chance: random.Random, number: int) -> Made:
    rows = []
    for _ in range(chance.choice([8, 25, 60])):
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))
        rows.append(
            [
                name,
                chance.choice(["人事处", "财务处", "信息中心", "后勤处"]),
                str(chance.randrange(2000, 9999)),
                f"{chance.randrange(1, 9)}0{chance.randrange(1, 9)}室",
            ]
        )
    unique = list({row[0]: row for row in rows}.values())
    return Made(
        f"{chance.choice(PLACES)}分公司通讯录{number}",
        ["姓名", "部门", "分机号", "办公室"],
        unique,
        "{place}分公司{row}的{column}是多少？",
    )


def stock(chance: random.Random, number: int) -> Made:
    names = chance.sample([f"{one}{model}型" for one in GOODS for model in "ABCD"], chance.choice([10, 24, 40]))
    rows = [
        [
            name,
            f"{chance.randrange(10, 900)}",
            f"{chance.randrange(3, 999)}.{chance.randrange(10)}元",
            f"{chance.choice('甲乙丙丁')}区{chance.randrange(1, 30)}号",
        ]
        for name in names
    ]
    return Made(
        f"{chance.choice(PLACES)}仓库库存表{number}",
        ["品名", "数量", "单价", "库位"],
        rows,
        "{place}仓库里{row}的{column}是多少？",
    )


def figures(chance: random.Random, number: int) -> Made:
    rows = [
        [
            f"{place}镇",
            f"{chance.randrange(10, 99)}.{chance.randrange(10)}平方公里",
            f"{chance.randrange(2, 12)}.{chance.randrange(10)}万人",
            f"{chance.randrange(20, 300)}亿元",
        ]
        for place in chance.sample(PLACES, 9)
    ]
    return Made(
        f"{2010 + number}年各镇概况",
        ["镇名", "面积", "常住人口", "生产总值"],
        rows,
        f"{2010 + number}年{{row}}的{{column}}是多少？",
    )


def as_xlsx(made: Made, chance: random.Random) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if chance.random() < 0.5:
        sheet.append([made.name])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(made.columns))
        sheet.append([])
    sheet.append(made.columns)
    for row in made.rows:
        sheet.append(row)
    if chance.random() < 0.5:
        other = book.create_sheet("说明")
        other.append(["本表由办公室编制，每季度更新一次。"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_csv(made: Made, chance: random.Random) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows([made.columns, *made.rows])
    return target.getvalue().encode(chance.choice(["utf-8-sig", "gb18030"]))


def as_docx(made: Made, _: random.Random) -> bytes:
    document = docx.Document()
    document.add_heading(made.name, 0)
    table = document.add_table(rows=0, cols=len(made.columns))
    for row in [made.columns, *made.rows]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def as_html(made: Made, _: random.Random) -> bytes:
    head = "".join(f"<th>{name}</th>" for name in made.columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in made.rows)
    return f"<meta charset=utf-8><h1>{made.name}</h1><table><tr>{head}</tr>{body}</table>".encode()


def as_markdown(made: Made, _: random.Random) -> bytes:
    lines = [f"# {made.name}", "", "|".join(made.columns), "|".join("---" for _ in made.columns)]
    return "\n".join([*lines, *("|".join(row) for row in made.rows)]).encode()


FORMS: tuple[tuple[str, Callable[[Made, random.Random], bytes]], ...] = (
    *((".xlsx", as_xlsx), (".csv", as_csv), (".docx", as_docx), (".html", as_html), (".md", as_markdown)),
)


def main() -> None:
    """Make the tables, ask, print and write."""
    chance = random.Random(20_261_123)
    tables = [(people, stock, figures)[number % 3](chance, number) for number in range(TABLES)]
    encoder, reader = load_models(read_settings())
    with tempfile.TemporaryDirectory() as root:
        settings = replace(read_settings(), documents=Path(root) / "documents", data=Path(root) / "data")
        settings.documents.mkdir()
        for number, made in enumerate(tables):
            suffix, write = FORMS[number % len(FORMS)]
            (settings.documents / f"{made.name}{suffix}").write_bytes(write(made, chance))
        assistant = Assistant(settings, encoder, reader=reader)
        report = assistant.sync()
        assert (report.added, report.failed) == (TABLES, ()), report
        missed: list[str] = []
        for number in range(QUESTIONS):
            made = tables[number % TABLES]
            row, column = chance.choice(made.rows), chance.randrange(1, len(made.columns))
            question = made.asks.format(place=made.name[:2], row=row[0], column=made.columns[column])
            wanted = f"{made.columns[0]}：{row[0]}；"
            hits = assistant.search(question, FIRST)
            if not any(made.name in Path(hit.passage.document).stem and wanted in hit.passage.text for hit in hits):
                missed.append(f"{made.name}: {question}")
    result = {
        "tables": TABLES,
        "questions": QUESTIONS,
        "right row in the first 3": QUESTIONS - len(missed),
        "missed": missed,
    }
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    Console().print_json(data=result)


if __name__ == "__main__":
    main()
