from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import loaders
from index.datatypes import Document, Failure, Section
from index.errors import DocumentError
from index.loaders import Parsed, is_supported, load_document, parse_document, parse_file
from index.loaders.extract import Source
from index.loaders.lines import join_lines, join_wrapped_lines
from index.loaders.structure import numbered_heading_level
from tests.office_files import docx_of, paragraph, pptx_of, shape, slide_of
from tests.test_loader_sheets import PEOPLE, xlsx

LEAVE = "员工每年享有十天带薪年假，未休完的可以结转到次年三月底。"


def read(text: str, name: str = "规定.txt") -> Document:
    return parse_document(name, text.encode())


def markdown(text: str) -> Document:
    return read(text, "规定.md")


def bodies(document: Document) -> list[tuple[tuple[str, ...], str]]:
    return [(section.headings, document.text[section.start : section.end]) for section in document.sections]


# Encodings

SHORT_TEXTS = {
    "gbk": [
        "员工年假规定：每年十天。",
        "请于2024年3月1日前提交材料，逾期不予受理。",
        "PPR-9087型设备的额定功率为1.5千瓦。",
        "金山区位于上海市西南部，陆域面积586.05平方公里。",
        "联系人：张三\n电话：021-57921234\n地址：金山大道2000号",
    ],
    "gb18030": [
        "员工年假规定：每年十天。",
        "喆先生住在㙍村，身份证上的名字是𠮷田。",
        "第三条　加班工资按一点五倍发放。",
        "营业收入1,234.56万元，同比增长12.3%。",
    ],
    "big5": [
        "員工每年享有十天年假。",
        "請於三月一日前提交材料，逾期不予受理。",
        "金山區位於上海市西南部，面積586.05平方公里。",
        "聯絡人：張三\n電話：02-2345-6789",
        "本公司PPR-9087型設備之額定功率為1.5千瓦。",
    ],
    "utf-16-le": ["员工年假规定：每年十天。", "由申请人提交，共3份。由此办理。", "Annual leave: 10 days a year."],
    "utf-16-be": ["员工年假规定：每年十天。", "電話：02-2345-6789，請於三月前提交。", "Annual leave: 10 days a year."],
    "utf-16": ["员工年假规定：每年十天。", "員工每年享有十天年假。", "Annual leave: 10 days a year."],
    "utf-8": ["员工年假规定：每年十天。", "員工每年享有十天年假。", "Größe: café, naïve, 10 °C"],
    "utf-8-sig": ["员工年假规定：每年十天。", "Annual leave: 10 days a year."],
    "utf-32": ["员工年假规定：每年十天。"],
}


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in SHORT_TEXTS.items() for text in texts])
def test_short_files_give_the_exact_text(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    assert 20 <= len(data) <= 200
    assert parse_document("规定.txt", data).text == text


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16-le", "utf-16-be", "utf-16", "utf-8"])
def test_every_length_of_a_text_is_decoded_alike(encoding: str) -> None:
    text = "入职满一年的员工每年享有十天带薪年假，未休完的部分可以结转到次年三月底，过期作废；病假另算。"
    for length in range(10, len(text)):
        assert parse_document("规定.txt", text[:length].encode(encoding)).text == text[:length]


def test_line_ends_of_every_system_are_one() -> None:
    assert read("年假十天。\r\n病假五天。\r事假三天。\n").text == "年假十天。\n病假五天。\n事假三天。"


def test_what_no_reader_sees_is_taken_out() -> None:
    hidden = "年\u200b假\u202e十\ufeff天\u2066。\u00a0病假五天。\u2028事假三天。"
    assert read(hidden).text == "年假十天。 病假五天。\n事假三天。"
    assert read(f"年\x01假。{LEAVE * 3}").text == f"年假。{LEAVE * 3}"


def test_a_cut_last_character_behind_a_mark_costs_only_itself() -> None:
    assert parse_document("规定.txt", LEAVE.encode("utf-16")[:-1]).text == LEAVE[:-1]


# Hard-wrapped lines

WRAPPED = [
    "上海金山区位于上海市的西南部，南面濒临杭州湾，北面与松江区",
    "和青浦区相连，东面与奉贤区接壤，西面与浙江省的平湖市和嘉善",
    "县交界，是上海连接长江三角洲南翼的重要门户。",
    "全区陆域面积五百八十六平方公里，海岸线长二十三公里，下辖九",
    "个镇、一个街道和一个工业区，常住人口约八十二万人，另有三个",
    "岛屿。",
]
UNWRAPPED = ["".join(WRAPPED[:3]), "".join(WRAPPED[3:])]


def test_hard_wrapped_lines_become_paragraphs() -> None:
    assert join_wrapped_lines("\n".join(WRAPPED)) == UNWRAPPED


def test_double_spaced_hard_wrapped_lines_become_paragraphs() -> None:
    assert join_wrapped_lines("\n\n".join(WRAPPED)) == UNWRAPPED


def test_an_empty_line_ends_a_paragraph_of_a_wrapped_text() -> None:
    lines = [*WRAPPED[:2], "", *WRAPPED[3:]]
    assert join_wrapped_lines("\n".join(lines)) == ["".join(WRAPPED[:2]), UNWRAPPED[1]]


def test_an_indented_line_begins_a_paragraph() -> None:
    assert join_wrapped_lines("\n".join([WRAPPED[0], WRAPPED[1], "　　" + WRAPPED[3], *WRAPPED[4:]])) == [
        "".join(WRAPPED[:2]),
        UNWRAPPED[1],
    ]


def test_english_lines_are_joined_with_a_space_and_a_cut_word_without_its_hyphen() -> None:
    lines = [
        "Jinshan District lies in the south-west of Shanghai, and its coast on the Hang-",
        "zhou Bay is twenty-three kilometres long. The district has nine towns, one of",
        "them a water town that is known for its old stone bridges, and a well-known is-",
        "land off the coast.",
    ]
    assert join_wrapped_lines("\n".join(lines)) == [
        "Jinshan District lies in the south-west of Shanghai, and its coast on the Hangzhou Bay is twenty-three "
        "kilometres long. The district has nine towns, one of them a water town that is known for its old stone "
        "bridges, and a well-known island off the coast."
    ]


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ("年假", "规定", "年假规定"),
        ("annual", "leave", "annual leave"),
        ("年假", "leave", "年假leave"),
        ("leave", "年假", "leave年假"),
        ("manage-", "ment", "management"),
        ("PPR-", "9087", "PPR- 9087"),
        ("Anglo-", "American", "Anglo- American"),
        ("", "年假", "年假"),
        ("年假", "", "年假"),
    ],
)
def test_join_lines(left: str, right: str, joined: str) -> None:
    assert join_lines(left, right) == joined


def test_a_list_is_not_joined() -> None:
    lines = ["需要的材料", "身份证", "户口本", "结婚证", "近期照片两张"]
    assert join_wrapped_lines("\n".join(lines)) == lines


def test_lines_that_begin_alike_are_records() -> None:
    lines = [f"姓名：张{at:03d}，部门：人事处，职务：副主任科员，电话：5700{at:04d}" for at in range(9)]
    assert join_wrapped_lines("\n".join(lines)) == lines


def test_a_long_wrapped_paragraph_is_joined_in_time_that_grows_with_its_length() -> None:
    # Where each line was joined to all those before it, this took an hour.
    lines = [f"{at % 7}期，" + WRAPPED[0][:20] + "，其余各项由各镇、街道办事处另行研究" for at in range(60_000)]
    (joined,) = join_wrapped_lines("\n".join(lines))
    assert joined == "".join(lines)


def test_list_items_inside_a_wrapped_text_are_not_joined() -> None:
    items = ["（一）" + WRAPPED[0][:-3], "（二）" + WRAPPED[3][:-3], "1. " + WRAPPED[1][:-2], "- " + WRAPPED[4][:-1]]
    assert join_wrapped_lines("\n".join([*WRAPPED, *items])) == [*UNWRAPPED, *items]


def test_whole_paragraphs_on_a_line_stay_as_they_are() -> None:
    lines = [LEAVE * 4, "短行", LEAVE * 6]
    assert join_wrapped_lines("\n".join(lines)) == lines


# Plain text: title and numbered headings


def test_the_first_short_line_is_the_title() -> None:
    document = read(f"员工年假规定\n{LEAVE}")
    assert (document.title, document.has_own_title) == ("员工年假规定", True)
    assert document.text == f"员工年假规定\n{LEAVE}"
    assert bodies(document) == [((), LEAVE)]


@pytest.mark.parametrize(
    "text",
    [LEAVE, f"{LEAVE}\n{LEAVE}", f"一、总则\n{LEAVE}", f"2024\n{LEAVE}", f"{'长' * 61}\n{LEAVE}"],
    ids=["one line", "a sentence", "a numbered heading", "a number", "too long"],
)
def test_without_a_title_the_file_name_stands_in(text: str) -> None:
    document = parse_document("人事/员工 年假.v2.txt", text.encode())
    assert (document.path, document.title, document.has_own_title) == ("人事/员工 年假.v2.txt", "员工 年假.v2", False)


def test_numbered_headings_nest_in_their_customary_order() -> None:
    document = read(
        "员工手册\n本手册适用于全体员工。\n第一章 总则\n一、目的\n（一）适用范围\n1. 正式员工\n"
        f"{LEAVE}\n（二）例外情形\n本条不适用于实习人员。\n第二章 附则\n本手册自发布之日起施行。"
    )
    assert document.title == "员工手册"
    assert bodies(document) == [
        ((), "本手册适用于全体员工。"),
        (("第一章 总则", "一、目的", "（一）适用范围", "1. 正式员工"), LEAVE),
        (("第一章 总则", "一、目的", "（二）例外情形"), "本条不适用于实习人员。"),
        (("第二章 附则",), "本手册自发布之日起施行。"),
    ]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("第一编 总则", 1),
        ("第一章 总则", 2),
        ("第十二章", 2),
        ("第3章 附则", 2),
        ("第二节 年假", 3),
        ("一、目的", 4),
        ("十二、附则", 4),
        ("（一）适用范围", 5),
        ("(三) 例外", 5),
        ("1. 正式员工", 6),
        ("１．正式员工", 6),
        ("12、实习员工", 6),
        ("1.2 加班", 7),
        ("1.2.3 夜班", 8),
        ("（1）夜班", 9),
        ("1.5万元", None),
        ("12.5%", None),
        ("第一章规定了年假的天数。", None),
        ("2024年年假", None),
        ("一天", None),
        ("", None),
        ("一、" + "长" * 60, None),
    ],
)
def test_numbered_heading_level(line: str, level: int | None) -> None:
    assert numbered_heading_level(line) == level


def test_numbered_items_with_nothing_under_them_are_a_list() -> None:
    document = read("办理指南\n一、所需材料\n请携带下列材料到窗口。\n1. 身份证\n2. 户口本\n3. 照片")
    assert bodies(document) == [(("一、所需材料",), "请携带下列材料到窗口。\n1. 身份证\n2. 户口本\n3. 照片")]


def test_a_date_alone_does_not_make_a_heading_of_the_line_before() -> None:
    document = read(f"通知\n{LEAVE}\n（一）人事部\n2024年3月")
    assert bodies(document) == [((), f"{LEAVE}\n（一）人事部\n2024年3月")]


# Markdown


def test_markdown_headings_become_sections_without_the_title() -> None:
    document = markdown(
        f"# 员工手册\n\n前言如此。\n\n## 假期\n\n### 年假\n\n{LEAVE}\n\n附则\n----\n\n自发布之日起施行。\n"
    )
    assert document.title == "员工手册"
    assert document.text == f"员工手册\n前言如此。\n假期\n年假\n{LEAVE}\n附则\n自发布之日起施行。"
    assert bodies(document) == [
        ((), "前言如此。"),
        (("假期", "年假"), LEAVE),
        (("附则",), "自发布之日起施行。"),
    ]


def test_a_heading_with_nothing_under_it_is_its_own_body() -> None:
    document = markdown("# 手册\n\n## 年假十天\n\n## 病假五天\n\n另行规定。\n")
    assert bodies(document) == [((), "年假十天"), (("病假五天",), "另行规定。")]


def test_a_second_heading_of_the_first_level_is_no_part_of_the_first() -> None:
    document = markdown("# 年假\n\n年假十天。\n\n# 病假\n\n病假五天。\n")
    assert document.title == "年假"
    assert bodies(document) == [((), "年假十天。"), (("病假",), "病假五天。")]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("年假**十天**，*病假*五天，~~事假~~无。", "年假十天，病假五天，事假无。"),
        ("**年假为十天。**病假另算。", "年假为十天。病假另算。"),
        ("他说**“年假十天。”**然后走了。", "他说“年假十天。”然后走了。"),
        ("__注意：__年假十天。", "注意：年假十天。"),
        ("共2**3种，3 * 4 = 12。", "共2**3种，3 * 4 = 12。"),
        ("见[年假规定](https://example.com/年假)。", "见年假规定。"),
        ("见<https://example.com/a>。", "见https://example.com/a。"),
        ("![结构图](图.png)年假十天。", "年假十天。"),
        ("年假[![徽标](a.svg)](b)十天。", "年假十天。"),
        ("调用`__init__`与`**kwargs`。", "调用__init__与**kwargs。"),
        ("年假<b>十</b>天<br>病假五天", "年假十天\n病假五天"),
        ("年假十天&amp;病假五天&lt;b&gt;", "年假十天&病假五天<b>"),
        ("年假\n十天", "年假十天"),
        ("annual\nleave", "annual leave"),
        ("年假  \n十天", "年假\n十天"),
        ("{{7*7}} {chunk} ${x}", "{{7*7}} {chunk} ${x}"),
    ],
)
def test_markdown_marks_stay_out_of_the_text(source: str, text: str) -> None:
    assert markdown(source).text == text


def test_table_rows_carry_their_column_names() -> None:
    document = markdown("|姓名|部门|年假|\n|---|:--:|--:|\n|张三|**人事**|10|\n|李四||5|\n|王五|[财务](x)|\n")
    assert document.text == "姓名：张三；部门：人事；年假：10\n姓名：李四；年假：5\n姓名：王五；部门：财务"


def test_a_column_without_a_name_gives_the_cell_alone() -> None:
    assert markdown("||2023|2024|\n|---|---|---|\n|收入|10|12|\n").text == "收入；2023：10；2024：12"


def test_a_table_of_a_header_only_keeps_its_words() -> None:
    assert markdown("年假如下。\n\n|姓名|年假|\n|---|---|\n").text == "年假如下。\n姓名；年假"


def test_lists_keep_their_numbers_and_bullets_show_how_deep_they_lie() -> None:
    document = markdown("3. 身份证\n4. 户口本\n   - 首页\n   - 本人页\n5. 照片\n\n* 复印件\n")
    assert document.text == "3. 身份证\n4. 户口本\n◦ 首页\n◦ 本人页\n5. 照片\n• 复印件"


CONTACT = ["电话：0572-3318840", "地址：湖滨路八号", "联系人：岑晚舟"]
LONG_RECORDS = [
    "供货单位：上海市金山区亭林镇寺平北路三百零六号金帆纸业有限公司销售部",
    "收货单位：浙江省平湖市新埭镇创新路一百一十八号云栖印刷厂原料仓库收",
    "承运单位：上海市松江区叶榭镇叶兴路五百七十号顺捷物流有限公司调度室",
]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (CONTACT, CONTACT),
        (CONTACT[:2], CONTACT[:2]),
        (["联系方式", *CONTACT[:2], "欢迎来访"], ["联系方式", *CONTACT[:2], "欢迎来访"]),
        (LONG_RECORDS, LONG_RECORDS),
        (["地址：" + WRAPPED[0], "二号楼", CONTACT[0]], ["地址：" + WRAPPED[0] + "二号楼", CONTACT[0]]),
        (["Phone: 0572-3318840", "Address: 8 Lakeside Road"], ["Phone: 0572-3318840", "Address: 8 Lakeside Road"]),
        (["晨会 —— 每天八点开", "夕会 —— 每周五开"], ["晨会 —— 每天八点开", "夕会 —— 每周五开"]),
        (["要求如下：", "（一）提前申请", "（二）经理批准"], ["要求如下：", "（一）提前申请", "（二）经理批准"]),
        (["1、身份证", "2、户口本"], ["1、身份证", "2、户口本"]),
        (["身份证", "户口本", "照片"], ["身份证", "户口本", "照片"]),
        (WRAPPED, ["".join(WRAPPED)]),
        (["他走到门口，", "回头说：明天见。"], ["他走到门口，回头说：明天见。"]),
        ([*WRAPPED[:2], "注意：" + WRAPPED[2]], ["".join([*WRAPPED[:2], "注意：", WRAPPED[2]])]),
        (["会议从早上", "9:30开到中午", "地点另行通知。"], ["会议从早上9:30开到中午地点另行通知。"]),
        (["Bring a helmet and", "a rain jacket."], ["Bring a helmet and a rain jacket."]),
    ],
)
def test_lines_of_a_markdown_paragraph_are_joined_unless_each_says_its_own(
    lines: list[str], expected: list[str]
) -> None:
    assert markdown("\n".join(lines)).text == "\n".join(expected)
    assert markdown("- " + "\n  ".join(lines)).text == "• " + "\n".join(expected)


def test_what_a_term_means_stands_behind_it() -> None:
    assert markdown("晨会\n: 每天八点开。\n\n夕会\n: 每周五开。\n").text == "晨会：每天八点开。\n夕会：每周五开。"


def test_records_inside_a_hard_wrapped_text_are_not_joined() -> None:
    assert join_wrapped_lines("\n".join([*WRAPPED, *LONG_RECORDS])) == [*UNWRAPPED, *LONG_RECORDS]


def test_items_that_are_set_in_bear_another_mark_in_plain_text() -> None:
    document = read(
        f"社团目录\n{LEAVE}\n- 文艺类\n  - 合唱团\n    * 童声部\n- 体育类\n\n  - 足球队\n{LEAVE}\n  - 其他\n"
    )
    assert document.text.split("\n")[2:] == [
        *("- 文艺类", "◦ 合唱团", "▪ 童声部", "- 体育类", "◦ 足球队", LEAVE, "- 其他"),
    ]


def test_an_ordered_list_may_begin_at_zero() -> None:
    assert markdown("0. 准备\n1. 提交\n").text == "0. 准备\n1. 提交"


@pytest.mark.parametrize("item", ["1.", "1. ![图](a.png)", "1. ```\n   ```"])
def test_the_number_of_an_empty_item_is_not_given_to_what_follows(item: str) -> None:
    assert markdown(f"{item}\n\n后文如此。\n").text == "后文如此。"


def test_code_keeps_its_lines() -> None:
    assert markdown("命令：\n\n```sh\npip install x\n\n  __run__\n```\n").text == "命令：\npip install x\n  __run__"


def test_front_matter_gives_the_title_and_its_lines() -> None:
    document = markdown('---\ntitle: "年假规定"\nauthor: 人事部\ntags:\n  - 假期\n---\n\n# 第一部分\n\n年假十天。\n')
    assert document.title == "年假规定"
    assert document.text == 'title: "年假规定"\nauthor: 人事部\n第一部分\n年假十天。'
    assert bodies(document)[-1] == (("第一部分",), "年假十天。")


def test_html_blocks_show_what_a_reader_sees() -> None:
    document = markdown(
        "<div>年假<b>十</b>天<br>病假五天</div>\n<script>alert('x')</script>\n<style>p{color:red}</style>\n\n"
        "<!-- 备注 -->\n\n<p onclick=alert(1)>事假&nbsp;三天</p>\n"
    )
    assert document.text == "年假十天\n病假五天\n事假\u00a0三天"


@pytest.mark.parametrize("start", ["<![foo[年假]]>", "<![", "<!-- 未完", "<div <p", "</", "<!DOCTYPE [", "<?xml"])
def test_broken_html_costs_no_document(start: str) -> None:
    assert "年假十天。" in markdown(f"年假十天。\n\n<div>\n{start}\n</div>\n\n后文。\n").text


def test_a_wholly_bold_paragraph_is_a_heading() -> None:
    document = markdown(f"# 手册\n\n**年假的天数**\n\n{LEAVE}\n\n**注意。**\n\n**十天**\n\n{LEAVE}\n")
    assert bodies(document) == [(("年假的天数",), f"{LEAVE}\n注意。\n十天\n{LEAVE}")]


def test_numbered_paragraphs_of_markdown_are_headings_below_the_marked_ones() -> None:
    document = markdown(f"# 手册\n\n## 假期\n\n一、年假\n\n{LEAVE}\n\n二、病假\n\n病假按照医院证明核定。\n")
    assert bodies(document) == [(("假期", "一、年假"), LEAVE), (("假期", "二、病假"), "病假按照医院证明核定。")]


def test_a_document_without_a_top_heading_takes_its_first_line_if_that_is_a_heading() -> None:
    assert markdown("## 年假规定\n\n年假十天。\n").title == "年假规定"
    late = markdown("年假十天。\n\n## 病假\n\n病假五天。\n")
    assert (late.title, late.has_own_title) == ("规定", False)


# Every loader


@pytest.mark.parametrize("name", ["规定.txt", "规定.md", "规定.MARKDOWN", "目录/年假 2024.Txt"])
def test_supported_names(name: str) -> None:
    assert is_supported(name)


@pytest.mark.parametrize("name", ["规定.xyz", "规定", ".txt", "规定.txt.exe", ""])
def test_other_names_are_not_supported(name: str) -> None:
    assert not is_supported(name)


def test_a_document_knows_its_bytes() -> None:
    data = LEAVE.encode("gbk")
    document = parse_document("规定.txt", data)
    assert document == Document(
        path="规定.txt",
        title="规定",
        text=LEAVE,
        sections=(Section(0, len(LEAVE), ()),),
        pages=(),
        content_hash=hashlib.sha256(data).hexdigest(),
        has_own_title=False,
    )


def test_load_document_reads_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "人事 部").mkdir()
    (tmp_path / "人事 部" / "年假.txt").write_text(LEAVE, encoding="gbk")
    assert load_document(tmp_path, "人事 部/年假.txt").text == LEAVE


RUBBISH = bytes(range(256)) * 4
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x02\x00\x08\x06\x00\x00\x00\xf4x\xd4\xfa" * 9


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty. Put text into it, or remove it from the folder"),
        (b" \r\n\t", "the file is empty. Put text into it, or remove it from the folder"),
        (b"\x00" * 500, "the file is empty. Put text into it, or remove it from the folder"),
        (b"\xef\xbb\xbf", "no text in it. Put text into it, or remove it from the folder"),
        ("\u200b\u3000".encode(), "no text in it. Put text into it, or remove it from the folder"),
        ("。——！".encode(), "no text in it. Put text into it, or remove it from the folder"),
        (
            RUBBISH,
            "not a text file: its 1024 bytes make no readable text in UTF-8, UTF-16, GB18030 or Big5. "
            "Save it as UTF-8 text, or remove it from the folder",
        ),
        (
            PNG,
            "not a {suffix} file: it is a PNG file. Give it the right name, or remove it",
        ),
    ],
    ids=["empty", "blank", "NUL", "mark only", "invisible", "punctuation", "rubbish", "png"],
)
def test_bad_input_says_what_is_wrong(suffix: str, data: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document("规定" + suffix, data)
    assert str(caught.value) == message.replace("{suffix}", suffix)


def test_a_pdf_that_is_only_spoken_of_or_held_is_none() -> None:
    assert "文件头" in read("# PDF 的文件头\n\nPDF 文件以 %PDF-1.7 这几个字开头。\n" + LEAVE).text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        package.writestr("合同.pdf", b"%PDF-1.7 broken")
        package.writestr("手册.txt", LEAVE)
    found = [*parse_file(Source("资料.zip", packed.getvalue()))]
    assert [one.document.path for one in found if isinstance(one, Parsed)] == ["资料.zip/手册.txt"]
    assert [one.document for one in found if isinstance(one, Failure)] == ["资料.zip/合同.pdf"]


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"\xef\xbb\xbf \r\n%PDF-1.7\n"])
def test_a_pdf_under_another_name_is_told(data: bytes) -> None:
    with pytest.raises(DocumentError, match="it is a PDF file"):
        parse_document("规定.txt", data + LEAVE.encode())


@pytest.mark.parametrize("source", ["![图](a.png)\n", "<!-- 备注 -->\n", "- \n", "---\n---\n", "[年假]: https://a.b\n"])
def test_markdown_without_a_word_is_refused(source: str) -> None:
    with pytest.raises(DocumentError, match="no text in it"):
        markdown(source)


def test_nul_bytes_inside_a_text_are_refused_or_left_out() -> None:
    assert read("年\x00假" + LEAVE * 4).text == "年假" + LEAVE * 4
    with pytest.raises(DocumentError, match="not a text file"):
        read("年\x00假\x00\x01十\x02天\x00")


def test_a_name_without_a_loader_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"^no loader for \.xyz$"):
        parse_document("规定.xyz", LEAVE.encode())
    with pytest.raises(DocumentError, match="^no loader for a file without suffix$"):
        parse_document("规定", LEAVE.encode())


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read .No such file or directory.. Check that it is there"):
        load_document(tmp_path, "没有.txt")


def test_an_unreadable_file_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "年假.txt").write_text(LEAVE, encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DocumentError, match=r"^cannot be read \(Permission denied\)"):
        load_document(tmp_path, "年假.txt")


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaders, "LARGEST_FILE", 10)
    (tmp_path / "年假.txt").write_bytes(b"x" * 11)
    with pytest.raises(DocumentError, match="^11 bytes; at most 10 are read. Split the file into smaller ones$"):
        load_document(tmp_path, "年假.txt")
    (tmp_path / "年假.txt").write_bytes(b"x" * 10)
    assert load_document(tmp_path, "年假.txt").text == "x" * 10


MARKS = ["# ", "## ", "**", "- ", "1. ", "|", "|---|\n", "```\n", "> ", "---\n", "\\", "`", "![图](a)", "[文](b)"]
HTML = ["<div>", "<![", "<!--", "&#0;", "&#xD800;"]
WORDS = ["年假", "十天。", "一、", "（一）", "a", "\n", "\n\n", " ", "　　", "\x00", "\ufeff"]
PIECES = st.sampled_from([*MARKS, *HTML, *WORDS])


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["a.txt", "a.md"]))
def test_any_text_gives_a_document_or_a_document_error(text: str, name: str) -> None:
    try:
        document = parse_document(name, text.encode())
    except DocumentError:
        return
    assert document.text.encode() and document.title
    assert any(map(str.isalnum, document.text))
    ends = [0, *(section.end for section in document.sections)]
    assert all(0 <= end <= section.start < section.end for end, section in zip(ends, document.sections, strict=False))
    assert ends[-1] <= len(document.text)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.md"]))
def test_any_bytes_give_a_document_or_a_document_error(data: bytes, name: str) -> None:
    try:
        document = parse_document(name, data)
    except DocumentError:
        return
    assert document.text.encode()


# Other names of the same formats: with macros, as a show, of WPS


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("通知.docm", docx_of(paragraph("十月停水通知")), "十月停水通知"),
        ("汇报.pptm", pptx_of(slide_of(shape("十月停水通知"))), "十月停水通知"),
        ("汇报.ppsx", pptx_of(slide_of(shape("十月停水通知"))), "十月停水通知"),
        ("名册.et", xlsx(PEOPLE), "姓名：张三；部门：人事；年龄：30"),
        ("通知.xhtml", "<html><body><p>十月停水通知</p></body></html>".encode(), "十月停水通知"),
    ],
)
def test_other_suffixes_of_a_format(name: str, data: bytes, said: str) -> None:
    assert is_supported(name)
    assert said in parse_document(name, data).text
    with pytest.raises(DocumentError, match=r"not a \."):
        parse_document(name, b"MZ\x90\x00 a program")
