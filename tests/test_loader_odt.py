"""ODT: the same blocks as the same document in DOCX gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.odt import read_odt
from index.loaders.odt_tables import read_rows
from tests.office_files import OPEN_SPACES, mutations, odt_of, zipped

BODY = "员工每年享有十天带薪年假，未休完的可以结转到次年三月底。"
STYLES = """
<style:style style:name="Title" style:family="paragraph"/>
<style:style style:name="Contents_20_1" style:display-name="Contents 1" style:family="paragraph"/>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="P2" style:family="paragraph">
<style:text-properties style:font-weight-asian="bold"/></style:style>
<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Loop" style:family="paragraph" style:parent-style-name="Loop"/>
"""  # fmt: skip


def read(data: bytes) -> Extract:
    return read_odt(Source("规定.odt", data))


def texts(body: str, automatic: str = STYLES) -> list[str]:
    return [block.text for block in read(odt_of(body, automatic)).blocks]


def p(inner: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def test_title_headings_and_bold_lines_are_sections() -> None:
    body = p("年假办法", "P1") + '<text:h text:outline-level="1">总则</text:h>' + p(BODY)
    body += '<text:h text:outline-level="2">休假</text:h>' + p(BODY, "Loop") + p("申请与审批", "P2") + p(BODY)
    extract = read(odt_of(body + p("目录一", "Contents_20_1"), "", STYLES))
    assert extract.title == "年假办法"
    assert [(block.text, block.level) for block in extract.blocks] == [
        *(("年假办法", 1), ("总则", 2), (BODY, None), ("休假", 3), (BODY, None), ("申请与审批", 11), (BODY, None)),
    ]


@pytest.mark.parametrize(
    ("inner", "shown"),
    [
        ('<text:span>甲<text:a>链</text:a></text:span><text:s text:c="2"/>乙<text:tab/>丙', "前甲链  乙 丙后"),
        ('<text:span text:style-name="T1">暗</text:span><text:hidden-text>暗</text:hidden-text>', "前后"),
        ("<office:annotation><text:p>批注</text:p></office:annotation><text:change text:change-id='c'/>", "前后"),
        ("<text:ruby><text:ruby-base>中</text:ruby-base><text:ruby-text>zhōng</text:ruby-text></text:ruby>", "前中后"),
        ("<text:bookmark-ref>见第一条</text:bookmark-ref><text:soft-page-break/>\n   ", "前见第一条 后"),
        ('<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>', "前x+1后"),
    ],
)
def test_a_paragraph_says_what_its_reader_sees(inner: str, shown: str) -> None:
    leaves = "<math:mi>x</math:mi><math:mo>+</math:mo><math:mn>1</math:mn><math:annotation>x + 1</math:annotation>"
    formula = f"<math:math {OPEN_SPACES}>{leaves}</math:math>"
    data = odt_of(p(BODY) + p(f"前{inner}后"), STYLES, **{"Object 1/content.xml": formula})
    assert [block.text for block in read(data).blocks] == [BODY, shown]


def test_deleted_text_contents_and_empty_paragraphs_are_left_out() -> None:
    body = f"<text:tracked-changes><text:changed-region><text:deletion>{p('删')}</text:deletion></text:changed-region>"
    body += f"</text:tracked-changes><text:table-of-content><text:index-body>{p('目录')}</text:index-body>"
    assert texts(f"{body}</text:table-of-content>{p('')}<text:section>{p(BODY)}</text:section>") == [BODY]


def test_lines_notes_and_boxes() -> None:
    note = f"<text:note-citation>1</text:note-citation><text:note-body>{p('来源。')}</text:note-body>"
    note = f"<text:note>{note}</text:note>"
    box = f"<draw:frame><draw:text-box>{p('框内。')}</draw:text-box></draw:frame>"
    body = p(f"上{note}文。<text:line-break/>下文。{box}") + f"<draw:custom-shape>{p('图形。')}</draw:custom-shape>"
    assert texts(body) == ["上文。", "下文。", "注：来源。", "框内。", "图形。"]


def item(*inner: str) -> str:
    return f"<text:list-item>{''.join(inner)}</text:list-item>"


def listed(*items: str, more: str = "") -> str:
    return f'<text:list text:style-name="L" {more}>{"".join(items)}</text:list>'


@pytest.mark.parametrize(
    ("attributes", "labels"),
    [
        ('style:num-format="1" style:num-suffix="."', ["1. ", "2. "]),
        ('style:num-format="一, 二, 三, ..." style:num-suffix="、"', ["一、", "二、"]),
        ('style:num-format="一, 二, 三, ..." style:num-prefix="第" style:num-suffix="条"', ["第一条 ", "第二条 "]),
        ('style:num-format="1" style:num-list-format="（%1%）"', ["（1）", "（2）"]),
        ('style:num-format="a" text:start-value="3"', ["c ", "d "]),
        ('style:num-format=""', ["", ""]),
    ],
)
def test_automatic_numbers_are_text(attributes: str, labels: list[str]) -> None:
    level = f'<text:list-level-style-number text:level="1" {attributes}/>'
    style = f'<text:list-style style:name="L">{level}</text:list-style>'
    assert texts(p(BODY) + listed(item(p("甲。"), p("续。")), item(p("乙。"))), style)[1:] == [
        *(f"{labels[0]}甲。", "续。", f"{labels[1]}乙。"),
    ]


def test_lists_go_on_begin_anew_and_nest() -> None:
    style = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"/>'
        '<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>'
        '<text:list-level-style-bullet text:level="3"/></text:list-style>'
    )
    inner = (
        f"<text:list>{item(p('子。'))}{item(p('丑。'), '<text:list>' + item(p('点。')) + '</text:list>')}</text:list>"
    )
    body = listed(item(p("甲。"), inner)) + listed(item(p("乙。")), more='text:continue-numbering="true"')
    body += listed(f"<text:list-header>{p('无号。')}</text:list-header>", item(p("丙。")))
    assert texts(p(BODY) + body, style)[1:] == [
        *("1 甲。", "1.1 子。", "1.2 丑。", "▪ 点。", "2 乙。", "无号。", "1 丙。"),
    ]


def test_headings_are_numbered_by_the_outline() -> None:
    outline = '<text:outline-style style:name="Outline"><text:outline-level-style text:level="1" style:num-format="1"'
    outline += ' style:num-prefix="第" style:num-suffix="章"/></text:outline-style>'
    body = p(BODY) + "".join(f'<text:h text:outline-level="1">{text}</text:h>{p(BODY)}' for text in ("总则", "休假"))
    found = [block.text for block in read(odt_of(body, "", outline)).blocks]
    assert [text for text in found if text != BODY] == ["第1章 总则", "第2章 休假"]


def test_tables_are_rows_with_merged_cells_and_their_names() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}>{p(text)}</table:table-cell>"

    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    covered = "<table:covered-table-cell/>"
    down, wide = 'table:number-rows-spanned="2"', 'table:number-columns-spanned="2"'
    rows = row(cell("部门", down), cell("2023年", wide), covered) + row(covered, cell("营收"), cell("利润"))
    body = row(cell("华东", down), cell("10"), cell("2")) + row(covered, cell("12"), cell("3"))
    body += row(cell("合计见附表。", 'table:number-columns-spanned="3"'), covered, covered)
    whole = f"<table:table><table:table-header-rows>{rows}</table:table-header-rows>{body}</table:table>"
    assert texts(p(BODY) + whole)[1:] == [
        *("部门：华东；2023年 营收：10；2023年 利润：2", "部门：华东；2023年 营收：12；2023年 利润：3", "合计见附表。"),
    ]
    told = f"<table:table-header-rows>{row(cell('1'), cell('2'), cell('3'))}</table:table-header-rows>"
    whole = f"<table:table>{told}{row(cell('甲'), cell('乙'), cell('丙'))}</table:table>"
    assert texts(p(BODY) + whole)[1:] == ["1：甲；2：乙；3：丙"]
    huge = '<table:covered-table-cell table:number-columns-repeated="999999999"/>'
    many = f"<table:table {OPEN_SPACES}>{row(cell('甲'), cell('乙'), huge)}</table:table>"
    assert texts(p(BODY) + many)[1:] == ["甲；乙"]
    assert read_rows(etree.fromstring(many), lambda _cell: ()).columns == 500


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (odt_of("", **{"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "locked with a password"),
        (zipped({"a.txt": "x"}), "no text document"),
        (zipped({"content.xml": f"<office:document-content {OPEN_SPACES}/>"}), "no text document"),
        (zipped({"content.xml": "<a"}), "no readable XML"),
        (odt_of("<text:section>" * 300 + "</text:section>" * 300), "no readable XML"),
        (b"PK\x03\x04", "archive is broken"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        read(data)


def test_nesting_as_deep_as_the_parser_allows_ends_well() -> None:
    for tag in ("text:section", "text:span", "draw:g"):
        read(odt_of(p(f"<{tag}>" * 240 + f"</{tag}>" * 240)))
    lists = "<text:list><text:list-item>" * 115
    assert texts(lists + p("底。") + "</text:list-item></text:list>" * 115)


RICH = odt_of(
    p("年假办法", "P1") + listed(item(p("甲。"))) + p('上<text:s text:c="3"/><text:note><text:note-body>'
    f"{p('来源。')}</text:note-body></text:note>文。") + "<table:table><table:table-row><table:table-cell "
    f'table:number-rows-spanned="2">{p("甲")}</table:table-cell><table:table-cell/></table:table-row></table:table>',
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-list-format="第%1%条"/></text:list-style>',
    STYLES,
)  # fmt: skip


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    broken = data.draw(mutations(RICH))
    try:
        assert isinstance(read(broken), Extract)
    except DocumentError as error:
        assert str(error)
