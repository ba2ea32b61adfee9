"""DOCX: what a reader of the document sees, in order, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from index.errors import DocumentError
from index.loaders.docx import read_docx
from index.loaders.docx_tables import Cell, read_rows
from index.loaders.extract import Extract, Source
from tests.office_files import OLE_START, SPACES, docx_of, mutations, paragraph, relations, table, zipped

BODY = "员工每年享有十天带薪年假，未休完的可以结转到次年三月底。"


def read(data: bytes) -> Extract:
    return read_docx(Source("规定.docx", data))


def texts(body: str, **parts: str) -> list[str]:
    return [block.text for block in read(docx_of(body, **parts)).blocks]


def levels(body: str, **parts: str) -> list[tuple[str, int | None]]:
    return [(block.text, block.level) for block in read(docx_of(body, **parts)).blocks]


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


# Headings and titles


def test_styled_headings_lie_below_the_title() -> None:
    document = docx.Document()
    document.add_heading("员工手册", 0)
    document.add_heading("总则", 1)
    document.add_heading("休假", 2)
    document.add_paragraph(BODY)
    extract = read(saved(document))
    assert extract.title == "员工手册"
    assert [(block.text, block.level) for block in extract.blocks] == [
        *(("员工手册", 1), ("总则", 2), ("休假", 3), (BODY, None)),
    ]
    assert extract.unit is None and all(block.page is None for block in extract.blocks)


STYLES = """
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="标题 1"/></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="公司章标题"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="lvl"><w:name w:val="三级"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="圈"/><w:basedOn w:val="loop"/></w:style>
<w:style w:type="paragraph" w:styleId="toc"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="hid"><w:name w:val="暗"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


def test_headings_are_known_by_chinese_names_by_inheritance_and_by_outline_level() -> None:
    body = paragraph("甲", style="1") + paragraph(BODY) + paragraph("乙", style="own") + paragraph(BODY)
    body += paragraph("丙", style="lvl") + paragraph(BODY, style="loop")
    body += paragraph("丁", properties='<w:outlineLvl w:val="1"/>') + paragraph(BODY)
    body += paragraph("戊", style="1", properties='<w:outlineLvl w:val="9"/>') + paragraph(BODY)
    found = [one for one in levels(paragraph(BODY) + body, styles=STYLES) if one[0] != BODY]
    assert found == [("甲", 2), ("乙", 2), ("丙", 4), ("丁", 3), ("戊", None)]


def test_a_lone_first_heading_is_the_title_and_a_numbered_one_is_not() -> None:
    rest = paragraph("休假", properties='<w:outlineLvl w:val="1"/>') + paragraph(BODY)
    assert read(docx_of(paragraph("员工手册", style="1") + rest, styles=STYLES)).title == "员工手册"
    several = paragraph("员工手册", style="1") + paragraph("总则", style="1") + paragraph(BODY)
    assert levels(several, styles=STYLES)[:2] == [("员工手册", 1), ("总则", 2)]
    first = paragraph("第一章 总则", style="1") + paragraph(BODY) + paragraph("第二章 附则", style="1")
    assert read(docx_of(first + rest, styles=STYLES)).title is None


def test_the_big_centred_line_is_the_title_also_over_two_lines() -> None:
    document = docx.Document()
    document.add_paragraph("金府办〔2024〕3号").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in ("金山区人民政府关于", "印发年假办法的通知"):
        one = document.add_paragraph()
        one.alignment = WD_ALIGN_PARAGRAPH.CENTER
        one.add_run(line).font.size = Pt(22)
    document.add_paragraph(BODY)
    extract = read(saved(document))
    assert extract.title == "金山区人民政府关于印发年假办法的通知"
    assert [block.level for block in extract.blocks] == [None, 1, None]


def test_without_any_looks_the_first_short_line_is_the_title() -> None:
    assert read(docx_of(paragraph("年假办法") + paragraph(BODY))).title == "年假办法"
    assert read(docx_of(paragraph("年假办法如下：") + paragraph(BODY))).title is None


def test_unstyled_headings_are_known_by_number_and_by_bold_type() -> None:
    bold = "<w:b/>"
    body = paragraph("年假办法") + paragraph(BODY) + paragraph("一、总则") + paragraph(BODY)
    body += paragraph("申请与审批", run=bold) + paragraph(BODY) + paragraph("注意", run=bold) + paragraph(BODY)
    body += paragraph("附则", run=bold, properties='<w:jc w:val="center"/>') + paragraph(BODY)
    body += paragraph("<w:r><w:rPr><w:b/></w:rPr><w:t>请假流程</w:t></w:r>", "如下所示") + paragraph(BODY)
    found = [text for text, level in levels(body) if level is not None]
    assert found == ["年假办法", "一、总则", "申请与审批", "附则"]


def test_a_heading_over_two_lines_is_one_and_lines_of_a_paragraph_are_several() -> None:
    broken = "<w:r><w:t>关于年假的</w:t><w:br/><w:t>若干规定</w:t></w:r>"
    body = paragraph(BODY) + paragraph(broken, style="1") + paragraph(broken)
    assert texts(body, styles=STYLES) == [BODY, "关于年假的若干规定", "关于年假的", "若干规定"]


def test_lines_that_were_pasted_as_paragraphs_are_joined() -> None:
    line = "员工每年享有十天带薪年假，未休完的年假可以结转到次年三月底之前继续使用并应提前申请，"
    end = "逾期作废，不予补偿。"
    body = "".join(map(paragraph, [line, line, end, "", line, line, line, end]))
    assert texts(body) == [line * 2 + end, line * 3 + end]


def test_a_table_of_contents_is_left_out() -> None:
    body = paragraph(BODY) + paragraph("第一章\t1", style="toc")
    body += (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph('目录')}</w:sdtContent></w:sdt>"
    )
    assert texts(body + paragraph("完"), styles=STYLES) == [BODY, "完"]


# Lists


def level(place: int, form: str, pattern: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbering(*definition: str, lists: str = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>') -> str:
    return f'<w:abstractNum w:abstractNumId="0">{"".join(definition)}</w:abstractNum>{lists}'


def item(text: str, place: int = 0, list_id: int = 1) -> str:
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{list_id}"/></w:numPr>')


@pytest.mark.parametrize(
    ("form", "pattern", "labels"),
    [
        ("decimal", "%1.", ["1. ", "2. ", "3. "]),
        ("chineseCounting", "%1、", ["一、", "二、", "三、"]),
        ("chineseCountingThousand", "（%1）", ["（一）", "（二）", "（三）"]),
        ("chineseCountingThousand", "第%1条", ["第一条 ", "第二条 ", "第三条 "]),
        ("decimal", "第%1章", ["第1章 ", "第2章 ", "第3章 "]),
        ("chineseLegalSimplified", "%1、", ["壹、", "贰、", "叁、"]),
        ("ideographTraditional", "%1、", ["甲、", "乙、", "丙、"]),
        ("decimalEnclosedCircleChinese", "%1", ["① ", "② ", "③ "]),
        ("lowerLetter", "%1)", ["a) ", "b) ", "c) "]),
        ("upperRoman", "%1.", ["I. ", "II. ", "III. "]),
        ("decimalZero", "%1", ["01 ", "02 ", "03 "]),
        ("bullet", "\uf06c", ["• ", "• ", "• "]),
        ("none", "", ["", "", ""]),
    ],
)
def test_automatic_numbers_are_text(form: str, pattern: str, labels: list[str]) -> None:
    body = "".join(item(f"内容{n}，见下。") for n in range(3))
    found = texts(paragraph(BODY) + body, numbering=numbering(level(0, form, pattern)))
    assert found[1:] == [f"{label}内容{n}，见下。" for n, label in enumerate(labels)]


def test_the_tenth_article_bears_its_number() -> None:
    body = "".join(item(f"内容{n}。") for n in range(21))
    found = texts(paragraph(BODY) + body, numbering=numbering(level(0, "chineseCounting", "第%1条")))
    assert found[10] == "第十条 内容9。" and found[12] == "第十二条 内容11。" and found[21] == "第二十一条 内容20。"


def test_lower_levels_start_again_and_show_the_numbers_above() -> None:
    levels_ = (level(0, "chineseCounting", "第%1章"), level(1, "decimal", "%1.%2", "<w:isLgl/>"))
    body = item("甲。") + item("子。", 1) + item("丑。", 1) + item("") + item("乙。") + item("寅。", 1)
    assert texts(paragraph(BODY) + body, numbering=numbering(*levels_))[1:] == [
        *("第一章 甲。", "1.1 子。", "1.2 丑。", "第三章 乙。", "3.1 寅。"),
    ]


def test_a_list_may_start_elsewhere_or_again() -> None:
    lists = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    body = item("甲。") + item("乙。") + item("丙。", list_id=2) + item("丁。", list_id=2) + item("戊。", list_id=0)
    found = texts(paragraph(BODY) + body, numbering=numbering(level(0, "decimal", "%1."), lists=lists))
    assert found[1:] == ["1. 甲。", "2. 乙。", "5. 丙。", "6. 丁。", "戊。"]


def test_headings_are_numbered_through_their_style() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="h2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    definition = numbering(level(0, "decimal", "%1"), level(1, "chineseCounting", "第%2节", '<w:pStyle w:val="h2"/>'))
    body = paragraph(BODY) + paragraph("休假", style="h2") + paragraph(BODY)
    assert levels(body, styles=styles, numbering=definition)[1] == ("第一节 休假", 3)


# Tables


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{text if text.startswith('<') else paragraph(text)}</w:tc>"


def test_rows_carry_their_column_names() -> None:
    body = paragraph(BODY) + table(["姓名", "部门", "电话"], ["张三", "人事", "8001"]) + paragraph("完")
    assert texts(body) == [BODY, "姓名：张三；部门：人事；电话：8001", "完"]


def test_merged_cells_stand_in_each_of_their_rows_and_over_each_of_their_columns() -> None:
    wide, down, on = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        [cell("部门", down), cell("2023年", wide)],
        [cell("", on), cell("营收"), cell("利润")],
        [cell("华东", down), cell("10"), cell("2")],
        [cell("", on), cell("12"), cell("3")],
    )
    assert texts(paragraph(BODY) + body)[1:] == [
        *("部门：华东；2023年 营收：10；2023年 利润：2", "部门：华东；2023年 营收：12；2023年 利润：3"),
    ]


def test_the_file_says_which_rows_are_names_by_mark_or_by_bold_type() -> None:
    marked = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('甲')}{cell('乙')}</w:tr>"
    body = f"<w:tbl>{marked}<w:tr>{cell('丙')}{cell('丁')}</w:tr></w:tbl>"
    assert texts(paragraph(BODY) + body)[1:] == ["甲：丙；乙：丁"]
    bold = [cell(paragraph(text, run="<w:b/>")) for text in ("甲", "乙")]
    assert texts(paragraph(BODY) + table(bold, ["丙", "丁"]))[1:] == ["甲：丙；乙：丁"]


def test_forms_pair_labels_with_values() -> None:
    body = table(["姓名", "张三", "性别", "男"], ["部门", "人事", "职务", "主任"])
    assert texts(paragraph(BODY) + body)[1:] == ["姓名：张三；性别：男", "部门：人事；职务：主任"]


def test_tables_within_cells_follow_their_row() -> None:
    inner = cell(paragraph("见内表") + table(["姓名", "部门", "职务"], ["张三", "人事", "主任"]))
    body = table(["序号", "内容", "备注"], ["1", inner, "无"], ["2", "其他", "无"])
    assert texts(paragraph(BODY) + body)[1:] == [
        *("序号：1；内容：见内表；备注：无", "姓名：张三；部门：人事；职务：主任", "序号：2；内容：其他；备注：无"),
    ]


def test_a_frame_of_one_column_is_read_as_text_and_deleted_rows_are_not() -> None:
    assert levels(paragraph("年假办法") + table([cell(paragraph("一、总则") + paragraph(BODY))]))[1:] == [
        ("一、总则", 15),
        (BODY, None),
    ]
    gone = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('李四')}{cell('财务')}{cell('会计')}</w:tr>"
    body = table(["姓名", "部门", "职务"], ["张三", "人事", "主任"]).replace("</w:tbl>", f"{gone}</w:tbl>")
    assert texts(paragraph(BODY) + body)[1:] == ["姓名：张三；部门：人事；职务：主任"]


def test_numbers_that_a_table_counts_itself_stand_in_its_cells() -> None:
    body = table(["序号", "姓名", "部门"], [cell(item("")), "张三", "人事"], [cell(item("")), "李四", "财务"])
    found = texts(paragraph(BODY) + body, numbering=numbering(level(0, "decimal", "%1")))
    assert found[1:] == ["序号：1；姓名：张三；部门：人事", "序号：2；姓名：李四；部门：财务"]


# Within paragraphs


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def field(code: str, result: str, begin: str = "") -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}">' for kind in ("begin", "separate", "end")]
    end = "</w:fldChar></w:r>"
    middle = f"{marks[1]}{end}{result}" if result else ""
    return f"{marks[0]}{begin}{end}<w:r><w:instrText>{code}</w:instrText></w:r>{middle}{marks[2]}{end}"


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        (f"<w:ins>{run('留')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r>{run('删')}</w:del>", "前留后"),
        (f"<w:moveFrom>{run('移')}</w:moveFrom><w:moveTo>{run('移')}</w:moveTo>", "前移后"),
        (run("暗", "<w:vanish/>") + run("明", '<w:vanish w:val="0"/>'), "前明后"),
        (run("暗", '<w:rStyle w:val="hid"/>'), "前后"),
        (f"<w:hyperlink r:id='x'>{run('链接')}</w:hyperlink>", "前链接后"),
        (f"<w:smartTag><w:sdt><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt></w:smartTag>", "前控件后"),
        (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击')}</w:sdtContent></w:sdt>", "前后"),
        (field("PAGEREF x", run("12")), "前12后"),
        (field("IF " , run("果")), "前果后"),
        (field("IF </w:instrText></w:r>" + field("REF", run("比")) + "<w:r><w:instrText>", run("果")), "前果后"),
        (f"<w:fldSimple w:instr='DATE'>{run('三月')}</w:fldSimple>", "前三月后"),
        (field("FORMCHECKBOX", "", "<w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>"), "前☑后"),
        (field(r"EQ \o\ac(○,1)", ""), "前1后"),
        (field(r"EQ \* jc2 \o\ad(\s\up 9(zhōng),中)", ""), "前中后"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "前后"),
        ("<w:r><w:t>软</w:t><w:softHyphen/><w:t>连\u00ad字</w:t></w:r>", "前软连字后"),
        ("<w:r><w:tab/><w:tab/></w:r>", "前 后"),
        ("<w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t></w:r>", "前A-B后"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Symbol" w:char="F061"/></w:r>', "前☑α后"),
        (f"<w:r><w:ruby><w:rt>{run('zhōng')}</w:rt><w:rubyBase>{run('中')}</w:rubyBase></w:ruby></w:r>", "前中后"),
        ("<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
         "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f></m:oMath>",
         "前x^2(a+b)/c后"),
        ("<w:commentRangeStart w:id='1'/><w:r><w:commentReference w:id='1'/></w:r><!-- 注释 -->", "前后"),
        ("<w:r><w:lastRenderedPageBreak/></w:r><w:bookmarkStart w:id='1'/><w:proofErr/>", "前后"),
    ],
)  # fmt: skip
def test_a_paragraph_says_what_its_reader_sees(inner: str, shown: str) -> None:
    assert texts(paragraph(BODY) + paragraph("前", inner, "后"), styles=STYLES)[1:] == [shown]


def test_a_deleted_paragraph_end_joins_two_paragraphs() -> None:
    body = paragraph("前半", properties="<w:rPr><w:del/></w:rPr>") + paragraph("后半。")
    assert texts(paragraph(BODY) + body)[1:] == ["前半后半。"]


def test_notes_follow_the_paragraph_that_cites_them() -> None:
    notes = "".join(
        f'<w:footnote w:id="{n}">{paragraph("<w:r><w:footnoteRef/></w:r>", f"来源{n}。")}</w:footnote>' for n in (1, 2)
    )
    mark = '<w:r><w:footnoteReference w:id="{}"/></w:r>'
    body = paragraph("营收", mark.format(2), "增长。") + table(
        ["甲", cell(paragraph("乙", mark.format(1)))], ["丙", "丁"]
    )
    body += paragraph("尾", '<w:r><w:endnoteReference w:id="1"/></w:r>', mark.format(2), "。")
    ends = f'<w:endnote w:id="1">{paragraph("尾注。")}</w:endnote>'
    found = texts(body, footnotes=notes, endnotes=ends)
    assert found == ["营收增长。", "注：来源2。", "甲：乙", "注：来源1。", "丙：丁", "尾。", "注：尾注。"]


def test_a_text_box_is_said_once_though_the_file_holds_it_twice() -> None:
    inner = paragraph("框内文字。") + table(["姓名", "部门", "电话"], ["张三", "人事", "1"])
    box = f"<w:txbxContent>{inner}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    old = f"<w:r><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    inside = ["框内文字。", "姓名：张三；部门：人事；电话：1"]
    assert texts(paragraph(BODY, both) + paragraph("后。", old)) == [BODY, *inside, "后。", *inside]


def test_charts_say_their_values() -> None:
    series = (
        "<c:ser><c:tx><c:v>营收</c:v></c:tx><c:cat><c:pt idx='0'><c:v>一季度</c:v></c:pt></c:cat>"
        "<c:val><c:pt idx='0'><c:v>8.1999999999999993</c:v></c:pt></c:val></c:ser>"
    )
    title = "<c:title><a:p><a:r><a:t>季度营收</a:t></a:r></a:p></c:title>"
    chart = f"<c:chartSpace {SPACES}><c:chart>{title}{series}</c:chart></c:chartSpace>"
    drawn = "<w:r><w:drawing><c:chart r:id='chart1.xml'/></w:drawing></w:r>"
    data = docx_of(paragraph(BODY, drawn), {"word/charts/chart1.xml": chart})
    assert [block.text for block in read(data).blocks] == [BODY, "季度营收", "一季度；营收：8.2"]


def test_headers_footers_and_comments_are_left_out() -> None:
    document = docx.Document()
    document.add_paragraph(BODY)
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    document.add_comment(document.paragraphs[0].runs[0], "批注")
    assert [block.text for block in read(saved(document)).blocks] == [BODY]


def test_the_strict_form_and_odd_names_are_read() -> None:
    strict = f"<w:document {SPACES}><w:body>{paragraph(BODY)}</w:body></w:document>".replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert read(zipped({"word\\Document.xml": strict})).blocks[0].text == BODY


def test_progress_is_told() -> None:
    told: list[int] = []
    read_docx(Source("长.docx", docx_of(paragraph("一。") * 1200), lambda done, _total: told.append(done)))
    assert told == [500, 1000]


# What cannot be read


def deep(tag: str, times: int) -> str:
    return f"<{tag}>" * times + f"</{tag}>" * times


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (OLE_START + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (b"PK\x03\x04" + bytes(50), "archive is broken"),
        (docx_of(paragraph(BODY))[:-40], "archive is broken"),
        (zipped({"a.txt": "x"}), "word/document.xml"),
        (zipped({"word/document.xml": "<w:document"}), "no readable XML"),
        (zipped({"word/document.xml": f"<p:presentation {SPACES}/>"}), "no text document"),
        (zipped({"_rels/.rels": relations(("a", "officeDocument", "../../etc/passwd"))}), "word/document.xml"),
        (zipped({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "xx">]><a>' + "&b;" * 99 + "</a>"}), "no text"),
        (docx_of(deep("w:ins", 400)), "no readable XML"),
        (zipped({"word/document.xml": b"\0" * 30_000_000}), "times its size"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(data: bytes, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        read(data)


def test_nesting_as_deep_as_the_parser_allows_ends_well() -> None:
    for tag in ("w:ins", "w:sdtContent", "m:e", "w:drawing"):
        read(docx_of(paragraph(f"<m:oMath>{deep(tag, 230)}</m:oMath><w:r>{deep(tag, 230)}</w:r>{deep(tag, 240)}")))
    inner = paragraph("底")
    for _ in range(75):
        inner = table([cell(inner), "右"])
    assert read(docx_of(inner)).blocks


def test_what_would_be_said_over_and_over_is_not() -> None:
    wide = cell("x", '<w:gridSpan w:val="999999999"/>') * 50
    long = [cell("长" * 5000, '<w:vMerge w:val="restart"/>'), "乙"]
    body = f"<w:tbl><w:tr>{wide}</w:tr></w:tbl>" + table(long, *([cell("", "<w:vMerge/>"), "丙"] for _ in range(500)))
    note = f'<w:footnote w:id="1">{paragraph("注" * 5000)}</w:footnote>'
    body += paragraph(*['<w:r><w:footnoteReference w:id="1"/></w:r>'] * 500)
    assert sum(map(len, texts(body, footnotes=note))) < 20_000


def test_no_table_has_more_columns_than_it_can_show() -> None:
    wide = cell("x", '<w:gridSpan w:val="999999999"/>') * 50
    element = etree.fromstring(f"<w:tbl {SPACES}><w:tr>{wide}</w:tr></w:tbl>")
    assert read_rows(element, lambda _cell: Cell("x", ())).columns == 500


def test_members_that_point_outside_write_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = docx_of(paragraph(BODY), {"../../outside.xml": "<a/>"})
    assert read(data).blocks[0].text == BODY
    assert list(tmp_path.iterdir()) == []


RICH = docx_of(
    paragraph("年假办法", style="1", run="<w:b/><w:sz w:val='44'/>", properties='<w:jc w:val="center"/>')
    + item("总则")
    + paragraph("前", field("PAGE", run("1")), '<w:r><w:footnoteReference w:id="1"/></w:r>', "后。")
    + table([cell("甲", '<w:gridSpan w:val="2"/>')], ["乙", cell("丙", '<w:vMerge w:val="restart"/>')]),
    styles=STYLES,
    numbering=numbering(level(0, "chineseCounting", "第%1条")),
    footnotes=f'<w:footnote w:id="1">{paragraph("来源。")}</w:footnote>',
)


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    broken = data.draw(mutations(RICH))
    try:
        assert isinstance(read(broken), Extract)
    except DocumentError as error:
        assert str(error)


@pytest.mark.parametrize("name", ["mineru_docx_01.docx", "markitdown_test.docx"])
def test_real_documents_lose_no_word(name: str) -> None:
    path = (Path(__file__).resolve().parents[2] / "shared/formats") / name
    if not path.is_file():
        pytest.skip("the shared files are not on this machine")
    found = "".join("".join(block.text.split()) for block in read(path.read_bytes()).blocks)
    for one in docx.Document(str(path)).paragraphs:
        if one.style is None or not (one.style.name or "").lower().startswith("toc"):
            assert "".join(one.text.split()) in found or "<m:" in one._p.xml or "<w:fldSimple" in one._p.xml
