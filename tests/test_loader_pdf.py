from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError, SyncStopped
from index.loaders import pdf
from index.loaders.extract import Extract, Source
from index.loaders.pdf import extract_pdf, read_pdf
from index.loaders.pdf_frame import Frame
from index.loaders.pdf_pages import Image, Recognised
from index.loaders.structure import lay_lines, lay_pages

FORMATS = Path(__file__).resolve().parent.parent.parent / "shared" / "formats"
WIDTH, HEIGHT, SIZE = 600, 800, 10
IDENTITY = "".join(
    f"{len(part)} beginbfrange\n"
    + "".join(f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>\n" for high in part)
    + "endbfrange\n"
    for part in (range(start, min(start + 100, 256)) for start in range(0, 256, 100))
)


# A small PDF writer: text in a font whose codes are those of Unicode and whose glyphs are boxes.


def write_font() -> bytes:
    """Return a TrueType font of three glyphs: none, a box as wide as the font is high, and a narrow one."""
    glyphs = [b""]
    for left, right in ((50, 950), (50, 450)):
        points = [(left, -100), (right, -100), (right, 800), (left, 800)]
        deltas = [tuple(np.subtract(one, before)) for before, one in pairwise([(0, 0), *points])]
        xs, ys = (struct.pack(">4h", *(delta[axis] for delta in deltas)) for axis in (0, 1))
        glyphs.append(struct.pack(">hhhhhHH", 1, left, -100, right, 800, 3, 0) + bytes([1] * 4) + xs + ys)
    places = np.cumsum([0, *map(len, glyphs)])
    tables = {
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 65536, 0, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, -120, 1000, 880, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 65536, 880, -120, 0, 1000, 0, 0, 1000, 1, *[0] * 7, 3),
        b"hmtx": struct.pack(">6H", 1000, 0, 1000, 0, 500, 0),
        b"loca": struct.pack(">4I", *map(int, places)),
        b"maxp": struct.pack(">IH13H", 65536, 3, 4, 1, *[0] * 11),
    }
    data = struct.pack(">IHHHH", 65536, len(tables), 64, 2, 32)
    at = len(data) + 16 * len(tables)
    for name, table in tables.items():
        data += struct.pack(">4sIII", name, 0, at, len(table))
        at += -(-len(table) // 4) * 4
    return data + b"".join(table.ljust(-(-len(table) // 4) * 4, b"\0") for table in tables.values())


FONT = write_font()


def stream(data: bytes, entries: str = "") -> bytes:
    packed = zlib.compress(data)
    return b"<< /Filter /FlateDecode %s /Length %d >>\nstream\n%s\nendstream" % (entries.encode(), len(packed), packed)


@dataclass(frozen=True)
class Text:
    """Characters written from a point, measured from the page's upper left corner; hanzi are as wide as `size`."""

    x: float
    y: float
    text: str
    size: float = SIZE
    font: str = "F1"
    matrix: tuple[float, float, float, float] = (1, 0, 0, 1)


@dataclass(frozen=True)
class Sheet:
    texts: Sequence[Text]
    drawn: str = ""
    extra: str = ""

    def content(self) -> bytes:
        lines = [
            f"BT /{one.font} {one.size} Tf {' '.join(map(str, one.matrix))} {one.x} {HEIGHT - one.y} Tm "
            f"<{one.text.encode('utf-16-be').hex()}> Tj ET"
            for one in self.texts
        ]
        return "\n".join([self.drawn, *lines]).encode()


def write_pdf(
    sheets: Sequence[Sheet], outline: Sequence[tuple[str, int, int]] = (), trailer: str = "", stated: str = ""
) -> bytes:
    """Return the bytes of a PDF; `outline` has titles, depths (0 or 1) and numbers of pages from 0."""
    objects: dict[int, bytes] = {}
    first = 30
    widths = "/W [32 [" + "500 " * 95 + "]] /CIDToGIDMap 21 0 R"
    for number, (name, writing) in enumerate((("Song", "H"), ("SimHei", "H"), ("Song", "V"), ("Tall", "H"))):
        base = 3 + 4 * number
        objects[base] = (
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-{writing} "
            f"/DescendantFonts [{base + 1} 0 R] /ToUnicode {base + 3} 0 R >>"
        ).encode()
        objects[base + 1] = (
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /DW 1000 {widths} /FontDescriptor {base + 2} 0 R "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
        ).encode()
        descent = {"Tall": -1000}.get(name, -120)
        objects[base + 2] = (
            f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [0 {descent} 1000 880] /ItalicAngle 0 "
            f"/Ascent 880 /Descent {descent} /CapHeight 700 /StemV 80 /FontFile2 20 0 R >>"
        ).encode()
        mapping = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
            f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{IDENTITY}endcmap end end"
        ).encode()
        objects[base + 3] = stream(mapping)
    objects[19] = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
        b"\nstream\n\x80\nendstream"
    )
    objects[20] = stream(FONT, f"/Length1 {len(FONT)}")
    objects[21] = stream(
        b"".join(struct.pack(">H", 2 if 32 < code < 127 else int(code > 127)) for code in range(65536))
    )
    objects[22] = f"<< /Title <feff{stated.encode('utf-16-be').hex()}> >>".encode()
    kids = []
    for at, sheet in enumerate(sheets):
        page, content = first + 2 * at, sheet.content()
        kids.append(f"{page} 0 R")
        objects[page] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] {sheet.extra} /Contents {page + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 7 0 R /F3 11 0 R /F4 15 0 R >> /XObject << /I 19 0 R >> >> >>"
        ).encode()
        objects[page + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    root = "/Type /Catalog /Pages 2 0 R"
    if outline:
        base = first + 2 * len(sheets)
        root += f" /Outlines {base} 0 R"
        objects.update(_outline(outline, base, first))
    objects[1] = f"<< {root} >>".encode()
    objects[2] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _file(objects, trailer)


def _outline(entries: Sequence[tuple[str, int, int]], base: int, first: int) -> dict[int, bytes]:
    parents = [base if depth == 0 else base + at for at, (_, depth, _) in enumerate(entries)]
    objects = {}
    for at, (title, _, page) in enumerate(entries, start=1):
        parent = parents[at - 1]
        siblings = [base + other + 1 for other, one in enumerate(parents) if one == parent]
        children = [base + other + 1 for other, one in enumerate(parents) if one == base + at]
        later = [one for one in siblings if one > base + at]
        links = f"/Parent {parent} 0 R" + (f" /Next {later[0]} 0 R" if later else "")
        links += f" /First {children[0]} 0 R /Last {children[-1]} 0 R /Count {len(children)}" if children else ""
        objects[base + at] = (
            f"<< /Title <feff{title.encode('utf-16-be').hex()}> {links} /Dest [{first + 2 * page} 0 R /Fit] >>".encode()
        )
    top = [base + other + 1 for other, one in enumerate(parents) if one == base]
    objects[base] = f"<< /Type /Outlines /First {top[0]} 0 R /Last {top[-1]} 0 R /Count {len(top)} >>".encode()
    return objects


def _file(objects: dict[int, bytes], trailer: str) -> bytes:
    data = b"%PDF-1.7\n"
    places = {}
    for number in sorted(objects):
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start, size = len(data), max(objects) + 1
    rows = "".join(f"{places[one]:010} 00000 n \n" if one in places else "0000000000 65535 f \n" for one in range(size))
    data += f"xref\n0 {size}\n{rows}".encode()
    return data + f"trailer << /Size {size} /Root 1 0 R /Info 22 0 R {trailer} >>\nstartxref\n{start}\n%%EOF".encode()


def lines(texts: Iterable[str], x: float = 60, y: float = 100, pitch: float = 15, size: float = SIZE) -> list[Text]:
    """Return lines one below the other; each full-width space in front indents by the size of a hanzi."""
    return [
        Text(x + size * (len(text) - len(text.lstrip("　"))), y + pitch * at, text.lstrip("　"), size)
        for at, text in enumerate(texts)
    ]


def read(*sheets: Sheet, outline: Sequence[tuple[str, int, int]] = (), trailer: str = "", stated: str = "") -> Extract:
    return read_pdf(Source("规定.pdf", write_pdf(sheets, outline, trailer, stated)))


def texts(extract: Extract) -> list[str]:
    return [block.text for block in extract.blocks]


def levels(extract: Extract) -> dict[str, int | None]:
    return {block.text: block.level for block in extract.blocks}


def wrap(text: str, width: int = 40, indent: int = 2) -> list[str]:
    """Return a paragraph in lines of so many hanzi, the first one indented."""
    full = "　" * indent + text
    return [full[at : at + width] for at in range(0, len(full), width)]


LEAVE = (
    "职工累计工作已满一年不满十年的，年休假五天；已满十年不满二十年的，年休假十天；已满二十年"
    "的，年休假十五天。国家法定休假日、休息日不计入年休假的假期，由单位统筹安排。"
)
PAY = (
    "加班工资按照下列标准支付：工作日延长工作时间的，支付不低于工资百分之一百五十的报酬；休息"
    "日安排工作又不能安排补休的，支付不低于工资百分之二百的报酬。"
)
TRIP = (
    "出差人员应当在返回后七个工作日内办理报销手续，逾期未办理的须由部门负责人说明理由；住宿费"
    "在限额内凭据报销，超出限额的部分由个人承担，不得用其他发票冲抵。"
)


# Paragraphs


def test_lines_of_a_paragraph_are_joined_and_an_indent_begins_the_next() -> None:
    extract = read(Sheet(lines([*wrap(LEAVE), *wrap(PAY)])))
    assert texts(extract) == [LEAVE, PAY]
    assert extract.unit == "page"
    assert [block.page for block in extract.blocks] == [1, 1]


def test_short_line_ends_a_paragraph_where_nothing_is_indented() -> None:
    assert texts(read(Sheet(lines([*wrap(LEAVE, indent=0), *wrap(PAY, indent=0)])))) == [LEAVE, PAY]


def test_sentence_goes_on_over_the_page_end() -> None:
    body = wrap(LEAVE + TRIP)
    extract = read(Sheet(lines(wrap(PAY) + body[:2])), Sheet(lines(body[2:])))
    assert texts(extract) == [PAY, LEAVE + TRIP]
    joined = extract.blocks[1]
    assert [line.page for line in joined.lines] == [1, 1, 2, 2]
    assert "".join(joined.text[line.start : line.end] for line in joined.lines) == joined.text
    assert [(page.number, page.end) for page in lay_pages(extract.blocks, {})] == [
        (1, len(PAY) + 1 + joined.lines[2].start),
        (2, len(PAY) + 1 + len(joined.text)),
    ]


def test_line_that_sticks_out_does_not_make_the_others_short() -> None:
    rows = lines([*wrap(LEAVE), *wrap(PAY), *wrap(TRIP)])
    wide = Text(60, 300, "计算公式：" + "甲" * 45)
    assert texts(read(Sheet([*rows, wide]))) == [LEAVE, PAY, TRIP, wide.text]


def test_mark_that_hangs_over_the_margin_does_not_make_the_others_short() -> None:
    text = (LEAVE + PAY + TRIP).replace("，", "一").replace("；", "二")
    # Lines of 39 hanzi, where the 40th may not begin a line, and of 40, with a mark behind the last.
    rows = [text[:39] + "一，", text[39:78], text[78:117], text[117:156] + "一，", text[156:]]
    assert texts(read(Sheet(lines(rows)))) == ["".join(rows)]


def test_number_with_a_tab_behind_it_begins_its_item() -> None:
    row = [Text(60, 100, "1."), *lines(["提交申请表和身份证复印件一份，由部门负责人签字后交人事部门备案，"], x=95)]
    row += lines(["保存三年。"], x=95, y=115)
    assert texts(read(Sheet(row))) == ["1. 提交申请表和身份证复印件一份，由部门负责人签字后交人事部门备案，保存三年。"]


def test_latin_words_are_parted_by_a_space_and_cut_words_mended() -> None:
    wide = ["The annual leave of an employee who has been working for more than ten years is deter-"]
    wide += ["mined by the length of his service in all and not by that in this company alone, which"]
    wide += ["is new."]
    assert texts(read(Sheet(lines(wide))))[0] == (
        "The annual leave of an employee who has been working for more than ten years is determined by the length of "
        "his service in all and not by that in this company alone, which is new."
    )


def test_figures_between_hanzi_gain_and_lose_no_space() -> None:
    line = [
        Text(60, 100, "共"),
        Text(72.5, 100, "36"),
        Text(85, 100, "份，面积"),
        Text(125, 100, "29.6"),
        Text(160, 100, "公里"),
    ]
    assert texts(read(Sheet(line))) == ["共36份，面积29.6 公里"]


def test_items_and_clauses_stay_on_their_own_lines() -> None:
    rows = [
        "第一条　为了规范管理，制定本规定。",
        "第二条　本规定适用于全体职工。",
        "（一）身份证；",
        "（二）户口本；",
        "1. 申请表；",
        "● 照片",
    ]
    assert texts(read(Sheet(lines(rows)))) == rows


def test_clause_that_is_only_cited_does_not_break_its_sentence() -> None:
    text = (
        "有下列情形之一的，单位可以解除劳动合同，但是应当提前三十日以书面形式通知本人，依据的是劳"
        "动合同法第三条和第五条的规定以及本单位的章程，并报工会备案，抄送人事部门存档备查。"
    )
    at = text.index("第三条")
    extract = read(Sheet(lines([text[:at], text[at : 2 * at], text[2 * at :]])))
    assert texts(extract) == [text]


def test_indent_begins_a_paragraph_behind_a_full_line() -> None:
    full = (LEAVE + TRIP)[:39] + "。"
    assert texts(read(Sheet(lines([full, *wrap(PAY)])))) == [full, PAY]


def test_text_that_was_wrapped_before_it_was_printed_is_joined() -> None:
    hard = "".join([LEAVE, PAY, TRIP, LEAVE, PAY])
    wrapped = [hard[at : at + 36] for at in range(0, len(hard), 36)]
    # Longer lines show that the others did not end where the page does.
    longer = [TRIP[:41] + "。", PAY[:41] + "。"]
    assert texts(read(Sheet([*lines(wrapped), *lines(longer, y=400, pitch=60)]))) == [hard, *longer]


def test_paragraph_whose_lines_are_far_apart_is_one() -> None:
    wide = lines(wrap(LEAVE + TRIP), y=300, pitch=30)
    assert texts(read(Sheet([*lines([*wrap(PAY), *wrap(LEAVE), *wrap(TRIP)]), *wide]))) == [
        PAY,
        LEAVE,
        TRIP,
        LEAVE + TRIP,
    ]


def test_entries_of_a_table_of_contents_stay_lines_and_are_no_headings() -> None:
    rows = [name.ljust(39, "…") + number for name, number in (("第一章　总则", "1"), ("第二章　休假", "3"))]
    extract = read(Sheet(lines([*rows, *wrap(LEAVE)])))
    assert texts(extract) == [*rows, LEAVE]
    assert set(levels(extract).values()) == {None}


# Reading order


def columns(left: list[str], right: list[str], y: float = 100) -> list[Text]:
    return [*lines(left, 60, y), *lines(right, 320, y + 4)]


def test_left_column_is_read_before_the_right_one() -> None:
    left, right = wrap(LEAVE + TRIP, 22), wrap(PAY, 22)
    # The file holds the lines from top to bottom, left and right in turn.
    mixed = sorted(columns(left, right), key=lambda one: one.y)
    assert texts(read(Sheet(mixed))) == [LEAVE + TRIP, PAY]


def test_line_over_both_columns_parts_them() -> None:
    bar = Text(60, 300, "图一　各部门职工带薪年休假天数一览，单位为天，按部门和工作年限分列如下所示")
    top = columns(wrap(LEAVE, 22), wrap(PAY, 22))
    bottom = columns(wrap(TRIP, 22), wrap(LEAVE, 22), y=340)
    assert texts(read(Sheet([*bottom, bar, *top]))) == [LEAVE, PAY, bar.text, TRIP, LEAVE]


def test_sentence_goes_on_in_the_next_column() -> None:
    body = wrap(LEAVE + TRIP, 22)
    assert texts(read(Sheet(columns(wrap(PAY, 22) + body[:3], body[3:])))) == [PAY, LEAVE + TRIP]


def test_rows_without_rules_stay_rows() -> None:
    rows = [("姓名", "部门", "天数"), ("张三", "人事部", "5"), ("李四", "财务部", "10"), ("王五", "研发部", "15")]
    sheet = Sheet(
        [Text(60 + 150 * at, 100 + 15 * row, cell) for row, cells in enumerate(rows) for at, cell in enumerate(cells)]
    )
    assert texts(read(sheet)) == ["姓名 部门 天数", "张三 人事部 5", "李四 财务部 10", "王五 研发部 15"]


def grid(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Return the rules of a table, drawn as lines."""
    across = [f"{xs[0]} {HEIGHT - y} m {xs[-1]} {HEIGHT - y} l S" for y in ys]
    down = [f"{x} {HEIGHT - ys[0]} m {x} {HEIGHT - ys[-1]} l S" for x in xs]
    return "\n".join([*across, *down])


def table(rows: Sequence[Sequence[str]], y: float = 100) -> list[Text]:
    """Return cells of 150 by 40 points; a line end in a cell begins its second line."""
    return [
        Text(65 + 150 * at, y + 15 + 40 * row + 14 * line, part)
        for row, cells in enumerate(rows)
        for at, cell in enumerate(cells)
        for line, part in enumerate(cell.split("\n"))
    ]


def test_rows_of_a_ruled_table_carry_the_names_of_their_columns() -> None:
    rows = [("姓名", "部门", "备注"), ("张三", "人事部", "合同期满后\n不再续签"), ("李四", "财务部", "试用")]
    sheet = Sheet(
        [*lines(wrap(LEAVE), y=40), *table(rows), *lines(wrap(PAY), y=260)],
        grid([60, 210, 360, 510], [100, 140, 180, 220]),
    )
    extract = read(sheet)
    assert texts(extract) == [
        LEAVE,
        "姓名：张三；部门：人事部；备注：合同期满后不再续签",
        "姓名：李四；部门：财务部；备注：试用",
        PAY,
    ]
    row = extract.blocks[1]
    assert [row.text[line.start : line.end] for line in row.lines] == ["张三", "人事部", "合同期满后不再续签"]
    left, top, right, bottom = row.lines[2].box
    assert (left, right) == (round(365 / WIDTH, 4), round(415 / WIDTH, 4))
    assert 140 / HEIGHT < top < 155 / HEIGHT and 169 / HEIGHT <= bottom < 180 / HEIGHT


def test_table_goes_on_over_the_page_under_the_same_names() -> None:
    rules = grid([60, 210, 360], [100, 140, 180])
    first = Sheet(table([("姓名", "部门"), ("张三", "人事部")]), rules)
    second = Sheet(table([("李四", "财务部"), ("王五", "研发部")]), rules)
    extract = read(first, second)
    assert texts(extract) == ["姓名：张三；部门：人事部", "姓名：李四；部门：财务部", "姓名：王五；部门：研发部"]
    assert [block.page for block in extract.blocks] == [1, 2, 2]


def test_table_over_both_columns_keeps_its_rows() -> None:
    rows = [("姓名", "部门", "年假", "病假"), ("张三", "人事部", "5", "3"), ("李四", "财务部", "10", "0")]
    cells = [Text(60 + 150 * at, 300 + 15 * row, cell) for row, line in enumerate(rows) for at, cell in enumerate(line)]
    bottom = columns(wrap(TRIP, 22), wrap(LEAVE, 22), y=370)
    assert texts(read(Sheet([*columns(wrap(LEAVE, 22), wrap(PAY, 22)), *cells, *bottom]))) == [
        *(LEAVE, PAY, "姓名 部门 年假 病假", "张三 人事部 5 3", "李四 财务部 10 0", TRIP, LEAVE),
    ]


def test_frames_around_lists_are_no_cells() -> None:
    names = [("姓名", "张三"), ("部门", "人事部"), ("职务", "科长"), ("工龄", "十二年"), ("年假", "十天")]
    heads = [Text(65, 115, "职工情况"), Text(305, 115, "审批情况")]
    lists = [
        Text(x + 100 * at, 155 + 15 * row, text)
        for x in (65, 305)
        for row, pair in enumerate(names)
        for at, text in enumerate(pair)
    ]
    extract = read(Sheet([*heads, *lists], grid([60, 300, 560], [100, 140, 260])))
    assert texts(extract) == ["职工情况 审批情况", *(f"{name} {value} {name} {value}" for name, value in names)]


def test_frame_around_a_page_is_no_table() -> None:
    sheet = Sheet(lines([*wrap(LEAVE), *wrap(PAY)]), grid([40, 560], [60, 90, 700]))
    assert texts(read(sheet)) == [LEAVE, PAY]


# Heads, feet and notes


def test_running_heads_and_page_numbers_are_no_part_of_the_text() -> None:
    bodies = [wrap(LEAVE + TRIP)[:2], wrap(LEAVE + TRIP)[2:], wrap(PAY), wrap(TRIP), wrap(LEAVE)]
    sheets = [
        Sheet(
            [
                Text(200, 40, "职工休假管理规定"),
                *lines(body),
                Text(280, 770, f"- {at} -"),
                Text(450, 770, f"第 {at} 页 共 5 页"),
            ]
        )
        for at, body in enumerate(bodies, start=1)
    ]
    assert texts(read(*sheets)) == [LEAVE + TRIP, PAY, TRIP, LEAVE]


def test_bare_page_numbers_go_and_other_figures_stay() -> None:
    sheets = [Sheet([*lines(wrap(LEAVE), y=150), Text(300, 770, str(12 + at))]) for at in range(3)]
    assert texts(read(*sheets)) == [LEAVE] * 3
    odd = [Sheet([*lines(wrap(LEAVE), y=150), Text(300, 770, figure)]) for figure in ("350", "12", "7")]
    assert texts(read(*odd)) == [LEAVE, "350", LEAVE, "12", LEAVE, "7"]


def test_lines_of_the_body_that_come_again_stay() -> None:
    sheets = [Sheet(lines([*wrap(text), "特此通知。"], y=200)) for text in (LEAVE, PAY, TRIP)]
    assert texts(read(*sheets)).count("特此通知。") == 3


def test_footnote_marks_leave_their_sentences_and_notes_follow_them() -> None:
    body = wrap(LEAVE + TRIP)
    first = lines([*wrap(PAY), *body[:2]])
    mark = Text(460, 141, "1", 6)
    note = Text(60, 740, "1 本条自二〇〇八年起施行。", 8)
    squares = lines(["房屋面积一百m"], y=400)
    power = Text(60 + 65, 396, "2", 6)
    level = [Text(60, 430, "总量"), Text(80, 430, "50", 6)]
    extract = read(Sheet([*first, mark, note]), Sheet([*lines(body[2:]), *squares, power, *level]))
    assert texts(extract) == [PAY, LEAVE + TRIP, "1 本条自二〇〇八年起施行。", "房屋面积一百m2", "总量50"]


# Headings


def test_larger_lines_are_headings_and_the_largest_the_title() -> None:
    rows = [Text(200, 60, "职工休假管理规定", 22), Text(60, 100, "适用范围", 14), *lines(wrap(LEAVE), y=130)]
    rows += [Text(60, 220, "加班工资", 14), *lines(wrap(PAY), y=250)]
    extract = read(Sheet(rows))
    assert extract.title == "职工休假管理规定"
    assert levels(extract) == {"职工休假管理规定": 1, "适用范围": 2, LEAVE: None, "加班工资": 2, PAY: None}


def test_title_of_two_lines_is_one() -> None:
    rows = [
        Text(120, 60, "金山区人民政府关于加强职工休假", 22),
        Text(180, 88, "管理工作的实施意见", 22),
        *lines(wrap(LEAVE), y=150),
    ]
    assert read(Sheet(rows)).title == "金山区人民政府关于加强职工休假管理工作的实施意见"


def test_bold_lines_are_headings_below_the_larger_ones() -> None:
    rows = [Text(60, 60, "适用范围", 14), Text(60, 90, "工龄的计算", font="F2"), *lines(wrap(LEAVE), y=110)]
    rows += [Text(60, 200, "工资的计算", font="F2"), *lines(wrap(PAY), y=220)]
    found = levels(read(Sheet([Text(200, 30, "规定", 22), *rows])))
    assert found["适用范围"] == 2
    assert found["工龄的计算"] == found["工资的计算"] == 9


def test_numbered_headings_have_the_levels_they_have_in_plain_text() -> None:
    rows = ["职工休假管理规定", "第一章　总则", *wrap(LEAVE), "一、加班工资", *wrap(PAY), "（一）差旅费", *wrap(TRIP)]
    extract = read(Sheet(lines(rows)))
    assert extract.title == "职工休假管理规定"
    headings = {text: level for text, level in levels(extract).items() if level is not None}
    assert headings == {"职工休假管理规定": 1, "第一章　总则": 3, "一、加班工资": 5, "（一）差旅费": 6}


def test_outline_names_headings_that_look_like_text() -> None:
    rows = ["休假", *wrap(LEAVE), "工资", *wrap(PAY), "差旅", *wrap(TRIP)]
    outline = [("休假", 0, 0), ("工资", 1, 0)]
    extract = read(Sheet([Text(200, 40, "规定", 22), *lines(rows)]), outline=outline)
    found = levels(extract)
    assert (found["休假"], found["工资"], found["差旅"]) == (2, 3, None)


def test_stated_title_counts_only_where_the_first_page_has_it() -> None:
    rows = ["金府发〔2020〕5号", "关于休假的规定", *wrap(LEAVE)]
    assert read(Sheet(lines(rows)), stated="关于休假的规定").title == "关于休假的规定"
    assert read(Sheet(lines(wrap(LEAVE))), stated="Microsoft Word - 1.doc").title is None


# Characters


def test_characters_of_fonts_become_ordinary_ones() -> None:
    sheet = Sheet(lines(["⽤⼾⻚⾯的oﬃce，ＡＢ（１），•\uf0b7\u200b\u0007"]))
    assert texts(read(sheet)) == ["用户页面的office，ＡＢ（１），••"]


def test_text_printed_twice_is_read_once() -> None:
    doubled = [Text(60, 100, "加班工资"), Text(60.6, 100.4, "加班工资"), *lines(wrap(LEAVE), y=130)]
    assert texts(read(Sheet(doubled))) == ["加班工资", LEAVE]
    late = [Text(60, 100, "加班工资"), *lines([*wrap(LEAVE), *wrap(PAY)], y=130), Text(62, 101, "加班工资")]
    assert texts(read(Sheet(late))) == ["加班工资", LEAVE, PAY]
    letters = [Text(60 + 10 * at + shift, 100, letter) for at, letter in enumerate("加班工资") for shift in (0, 0.4)]
    assert texts(read(Sheet([*letters, *lines(wrap(LEAVE), y=130)]))) == ["加班工资", LEAVE]


def test_slanted_watermark_is_left_out() -> None:
    slanted = Text(100, 600, "内部资料请勿外传", 60, matrix=(0.7, 0.7, -0.7, 0.7))
    assert texts(read(Sheet([*lines([*wrap(LEAVE), *wrap(PAY)]), slanted]))) == [LEAVE, PAY]


def test_slanted_page_is_read_line_by_line() -> None:
    turn = (0.87, 0.5, -0.5, 0.87)
    slanted = [Text(100, y, text, matrix=turn) for y, text in ((600, LEAVE), (640, "每年 5 月 1 日起"))]
    found = read(Sheet([*slanted, Text(50, 750, "第9页")]))
    assert {LEAVE, "每年 5 月 1 日起"} <= set(texts(found))
    (line,) = next(block for block in found.blocks if block.text == LEAVE).lines
    left, top, right, bottom = line.box
    assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    assert right - left > 0.3 and bottom - top > 0.15


def test_pages_that_all_say_the_same_are_text() -> None:
    page = Sheet([Text(50, 40, "内部资料，请勿外传")])
    assert "内部资料，请勿外传" in "".join(texts(read(page, page, page)))


def test_text_across_the_page_stands_behind_it() -> None:
    spine = Text(30, 600, "装订线内不要答题", matrix=(0, 1, -1, 0))
    body = wrap(LEAVE + TRIP)
    extract = read(Sheet([*lines([*wrap(PAY), *body[:2]]), spine]), Sheet(lines(body[2:])))
    assert texts(extract) == [PAY, LEAVE + TRIP, "装订线内不要答题"]


def test_lines_of_a_font_with_wrong_measures_stay_apart() -> None:
    rows = [Text(one.x, one.y, one.text, font="F4") for one in lines([*wrap(LEAVE), *wrap(PAY)], pitch=13)]
    extract = read(Sheet(rows))
    assert texts(extract) == [LEAVE, PAY]
    assert extract.blocks[0].lines[0].box[3] == round(101.2 / HEIGHT, 4)


def test_text_beside_the_page_is_left_out() -> None:
    assert texts(read(Sheet([*lines(wrap(LEAVE)), Text(900, 100, "看不见")]))) == [LEAVE]


def test_upright_columns_are_read_from_the_right() -> None:
    right = Text(500, 100, "职工累计工作已满一年不满十年的", font="F3")
    left = Text(480, 100, "年休假五天。", font="F3")
    assert "".join(texts(read(Sheet([right, left])))) == "职工累计工作已满一年不满十年的年休假五天。"


# Boxes


def box_of(extract: Extract, text: str) -> tuple[float, float, float, float]:
    (line,) = [line for block in extract.blocks if block.text == text for line in block.lines]
    left, top, right, bottom = line.box
    return round(left, 3), round(top, 3), round(right, 3), round(bottom, 3)


def test_box_is_where_the_line_stands() -> None:
    # The font reaches from 880 to -120 thousandths of its size, from the line at 100 points.
    assert box_of(read(Sheet([Text(60, 100, "加班工资")])), "加班工资") == (
        *(round(60 / WIDTH, 3), round(91.2 / HEIGHT, 3)),
        *(round(100 / WIDTH, 3), round(101.2 / HEIGHT, 3)),
    )


def test_box_is_that_of_the_cropped_page() -> None:
    # What is left of the page is 300 by 400 points, from 50 and 50 below its upper left corner.
    extract = read(Sheet([Text(80, 100, "加班工资")], extra=f"/CropBox [50 350 350 {HEIGHT - 50}]"))
    left, top, right, bottom = box_of(extract, "加班工资")
    assert (left, right) == (0.1, round(70 / 300, 3))
    assert top == pytest.approx((50 - 8.8) / 400, abs=0.003) and bottom == pytest.approx(51.2 / 400, abs=0.003)


@pytest.mark.parametrize(
    ("rotate", "matrix", "x", "y"),
    [
        (90, (0, 1, -1, 0), 100, HEIGHT - 60),
        (180, (-1, 0, 0, -1), WIDTH - 60, HEIGHT - 100),
        (270, (0, -1, 1, 0), WIDTH - 100, 60),
    ],
)
def test_box_is_that_of_the_page_as_it_is_shown(
    rotate: int, matrix: tuple[float, float, float, float], x: float, y: float
) -> None:
    shown = (HEIGHT, WIDTH) if rotate % 180 else (WIDTH, HEIGHT)
    extract = read(Sheet([Text(x, y, "加班工资", matrix=matrix)], extra=f"/Rotate {rotate}"))
    left, top, right, bottom = box_of(extract, "加班工资")
    assert (left, right) == pytest.approx((60 / shown[0], 100 / shown[0]), abs=0.004)
    assert (top, bottom) == pytest.approx((91.5 / shown[1], 101.2 / shown[1]), abs=0.004)


def test_page_that_lies_on_its_side_is_read_and_its_boxes_stand_where_it_is_shown() -> None:
    turned = [Text(one.y, HEIGHT - one.x, one.text, matrix=(0, 1, -1, 0)) for one in lines([*wrap(LEAVE), *wrap(PAY)])]
    extract = read(Sheet(turned))
    assert texts(extract) == [LEAVE, PAY]
    left, top, right, bottom = extract.blocks[0].lines[0].box
    assert (left, right) == pytest.approx((91.5 / WIDTH, 101.2 / WIDTH), abs=0.005)
    assert (top, bottom) == pytest.approx((1 - 460 / HEIGHT, 1 - 80 / HEIGHT), abs=0.005)


@given(st.integers(0, 3), st.integers(0, 3), st.tuples(*[st.floats(0, 1)] * 4))
@settings(max_examples=50)
def test_places_lead_back_to_the_page(shown: int, written: int, shares: tuple[float, float, float, float]) -> None:
    frame = Frame(10, 20, 310, 620, shown, written)
    left, right = sorted((10 + 300 * shares[0], 10 + 300 * shares[2]))
    bottom, top = sorted((20 + 600 * shares[1], 20 + 600 * shares[3]))
    placed = frame.place(left, bottom, right, top)
    assert frame.place_back(placed) == pytest.approx((left, bottom, right, top))
    upright = Frame(10, 20, 310, 620, shown, shown)
    assert frame.share(*placed) == pytest.approx(upright.share(*upright.place(left, bottom, right, top)), abs=2e-4)


def test_every_line_is_where_the_text_says() -> None:
    extract = read(Sheet(columns(wrap(LEAVE + TRIP, 22), wrap(PAY, 22))))
    whole = "\n".join(texts(extract))
    found = lay_lines(extract.blocks)
    assert "".join(whole[line.start : line.end] for line in found) == whole.replace("\n", "")
    assert all(0 <= side <= 1 for line in found for side in line.box)


# Pages without text


PICTURE = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /I Do Q"


def test_pages_that_are_pictures_are_counted() -> None:
    extract = read(Sheet(lines(wrap(LEAVE))), Sheet([], PICTURE), Sheet([]), Sheet([], PICTURE))
    assert texts(extract) == [LEAVE]
    (note,) = extract.notes
    assert note.startswith("2 of 4 pages are pictures without text (pages 2, 4). ")


def test_file_of_pictures_is_refused_with_what_to_do() -> None:
    with pytest.raises(DocumentError, match=r"2 of 2 pages are pictures without text \(pages 1, 2\)\. "):
        read(Sheet([], PICTURE), Sheet([], PICTURE))


def test_file_of_empty_pages_is_refused() -> None:
    with pytest.raises(DocumentError, match="no text on its 2 pages"):
        read(Sheet([]), Sheet([]))


def test_stamp_of_a_scanner_does_not_make_a_scan_a_text() -> None:
    extract = read(Sheet(lines(wrap(LEAVE))), Sheet([Text(60, 700, "扫描全能王")], PICTURE))
    assert extract.notes[0].startswith("1 of 2 pages")


def test_pictures_are_given_to_recognition() -> None:
    seen: list[tuple[int, ...]] = []

    def recognise(image: Image) -> list[Recognised]:
        seen.append(image.shape)
        assert image.dtype == np.uint8 and abs(int(image[500, 500, 0]) - 0x80) < 3
        found = [(at, 0.1 + 0.04 * at, text) for at, text in enumerate(wrap(LEAVE, indent=0))]
        return [
            Recognised(text, (0.1, top, 0.1 + 0.02 * len(text), top + 0.02), 0.9 - at / 10) for at, top, text in found
        ]

    data = write_pdf([Sheet([], PICTURE), Sheet(lines(wrap(PAY)))])
    extract = extract_pdf(Source("规定.pdf", data), recognise)
    assert texts(extract) == [LEAVE, PAY]
    assert extract.notes == ("2 of 3 recognised lines are uncertain (page 1). Compare them with the picture",)
    assert seen == [(2223, 1667, 3)]  # 200 dots an inch
    assert [line.confidence for line in extract.blocks[0].lines] == [0.9, 0.8, 0.7]
    assert extract.blocks[0].lines[0].box == (0.1, 0.1, 0.9, 0.12)
    assert {line.confidence for line in extract.blocks[1].lines} == {None}


# Files that cannot be read


def test_locked_file_is_refused_with_what_to_do() -> None:
    trailer = f"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"
    with pytest.raises(DocumentError, match="locked with a password. Save a copy without one"):
        read(Sheet(lines(wrap(LEAVE))), trailer=trailer)


def test_file_without_pages_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"without any page|no PDF that can be read"):
        read()


def is_read_or_refused(data: bytes) -> None:
    try:
        extract = read_pdf(Source("坏.pdf", data))
    except DocumentError as error:
        # What is broken is refused on purpose, and not because our own code stumbled over it.
        assert not re.search(r"damaged PDF \((?!PdfiumError)", str(error))
    else:
        assert texts(extract)


WHOLE = write_pdf(
    [
        Sheet(
            [Text(200, 60, "规定", 22), *lines(wrap(LEAVE)), *table([("姓名", "部门"), ("张三", "人事")], 300)],
            grid([60, 210, 360], [300, 340, 380]),
        ),
        Sheet(columns(wrap(PAY, 22), wrap(TRIP, 22))),
        Sheet([], PICTURE),
    ],
    [("规定", 0, 0), ("休假", 1, 1)],
)


@pytest.mark.parametrize("tenth", range(10))
def test_file_that_is_cut_off_is_read_or_refused(tenth: int) -> None:
    is_read_or_refused(WHOLE[: len(WHOLE) * tenth // 10])


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_file_with_wrong_bytes_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for at, byte in changes:
        data[at] = byte
    is_read_or_refused(bytes(data))


def test_pages_that_lead_in_a_circle_come_to_an_end() -> None:
    data = write_pdf([Sheet(lines(wrap(LEAVE)))]).replace(b"/Kids [30 0 R]", b"/Kids [2 0 R] ")
    is_read_or_refused(data)
    outlined = write_pdf([Sheet(lines(wrap(LEAVE)))], [("休假", 0, 0), ("工资", 0, 0)])
    is_read_or_refused(outlined.replace(b"/Next 34 0 R", b"/Next 33 0 R"))


def test_error_of_our_own_becomes_a_document_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(pdf, "gather", fail)
    with pytest.raises(DocumentError, match=r"damaged PDF \(RecursionError: too deep\)"):
        read(Sheet(lines(wrap(LEAVE))))


def test_pages_beyond_the_limit_are_not_read_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    extract = read(*[Sheet(lines(wrap(text))) for text in (LEAVE, PAY, TRIP)])
    assert texts(extract) == [LEAVE, PAY]
    assert extract.notes == ("3 pages, of which the first 2 were read. Split it into smaller files",)


def test_every_page_is_reported() -> None:
    told: list[tuple[int, int]] = []
    data = write_pdf([Sheet(lines(wrap(LEAVE)))] * 3)
    read_pdf(Source("规定.pdf", data, lambda done, total: told.append((done, total))))
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("error", [SyncStopped("stopped"), KeyError("stopped")])
def test_what_report_raises_stops_the_reading(error: Exception) -> None:
    def stop(_done: int, _total: int) -> None:
        raise error

    with pytest.raises(type(error)):
        read_pdf(Source("规定.pdf", write_pdf([Sheet(lines(wrap(LEAVE)))]), stop))


def test_files_are_read_in_several_threads_at_a_time() -> None:
    alone = read_pdf(Source("规定.pdf", WHOLE))
    with ThreadPoolExecutor(4) as pool:
        assert all(one == alone for one in pool.map(lambda _: read_pdf(Source("规定.pdf", WHOLE)), range(16)))


# Files of other programs


@pytest.mark.skipif(not FORMATS.is_dir(), reason="no files of other programs in ../shared/formats")
@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("mineru_demo1.pdf", lambda whole: re.search("establishment on non-forested land represents", whole)),
        (
            "mineru_demo3.pdf",
            lambda whole: "Our evaluations showed that TABLEFORMER outperforms strong baselines" in whole,
        ),
        ("markitdown_SPARSE-2024-INV-1234_borderless_table.pdf", lambda whole: "Last Audit：2024-10-22" in whole),
    ],
)
def test_files_of_other_programs_are_read_in_order(name: str, check: Callable[[str], bool]) -> None:
    extract = read_pdf(Source(name, (FORMATS / name).read_bytes()))
    assert check("\n".join(texts(extract)))
