"""PPTX: slides in order, each under its title, its shapes as they are read."""

from __future__ import annotations

import io
from pathlib import Path

import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt

from index.errors import DocumentError
from index.loaders.extract import Block, Extract, Source
from index.loaders.pptx import read_pptx
from tests.office_files import OLE_START, SPACES, mutations, pptx_of, relations, shape, slide_of, zipped

TITLE = '<p:ph type="title"/>'


def read(data: bytes) -> Extract:
    return read_pptx(Source("汇报.pptx", data))


def texts(*slides: str) -> list[str]:
    return [block.text for block in read(pptx_of(*slides)).blocks]


def saved(presentation: object) -> bytes:
    buffer = io.BytesIO()
    presentation.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def lines(*inner: str) -> str:
    return "".join(f"<a:p><a:pPr{one}</a:p>" if one[:1] in " >" else f"<a:p>{one}</a:p>" for one in inner)


def run(text: str) -> str:
    return f"<a:r><a:t>{text}</a:t></a:r>"


def test_slides_have_pages_titles_and_names() -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = "年度汇报", "人事部\n二〇二四年"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text, second.placeholders[1].text = "休假\v情况", "全年休假三百天"
    second.notes_slide.notes_text_frame.text = "说明来源\n再说一句"
    told: list[tuple[int, int]] = []
    extract = read_pptx(Source("汇报.pptx", saved(deck), lambda done, total: told.append((done, total))))
    assert (extract.title, extract.unit, extract.notes) == ("年度汇报", "slide", ())
    assert dict(extract.names) == {1: "年度汇报", 2: "休假情况"}
    assert list(extract.blocks) == [
        *(Block("年度汇报", 1, 1), Block("人事部", None, 1), Block("二〇二四年", None, 1)),
        *(Block("休假情况", 2, 2), Block("全年休假三百天", None, 2)),
        *(Block("备注：说明来源", None, 2), Block("再说一句", None, 2)),
    ]
    assert told == [(1, 2), (2, 2)]


def test_shapes_are_read_from_the_top_down_and_rows_from_left_to_right() -> None:
    body = (
        shape("丁", 3_000_000) + shape("丙", 1_010_000, 900) + shape("乙", 1_050_000, 100) + shape("甲", 500, 0, TITLE)
    )
    assert texts(slide_of(body)) == ["甲", "乙", "丙", "丁"]


def test_a_group_is_read_as_one() -> None:
    place = '<p:grpSpPr><a:xfrm><a:off x="0" y="2000000"/></a:xfrm></p:grpSpPr>'
    group = f"<p:grpSp>{place}{shape('乙', 9)}{shape('甲', 1)}</p:grpSp>".replace("乙", "组二").replace("甲", "组一")
    assert texts(slide_of(group.replace('y="9"', 'y="5000000"') + shape("后", 4_000_000) + shape("先", 5))) == [
        *("先", "组一", "组二", "后"),
    ]


def test_placeholders_stand_where_their_layout_or_master_puts_them() -> None:
    def bare(text: str, index: int, kind: str = "") -> str:
        holder = f'<p:ph {kind} idx="{index}"/>'
        return shape(text, placeholder=holder).replace(
            '<a:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></a:xfrm>', ""
        )

    held, picture = shape("", 2_000_000, 0, '<p:ph idx="7"/>'), shape("", 4_000_000, 0, '<p:ph type="pic"/>')
    layout = f"<p:sldLayout {SPACES}><p:cSld>{held}</p:cSld></p:sldLayout>"
    master = f"<p:sldMaster {SPACES}><p:cSld>{picture}</p:cSld></p:sldMaster>"
    data = pptx_of(
        slide_of(bare("末", 9, 'type="pic"') + bare("中", 7) + shape("首", 100)),
        parts={
            "ppt/slideLayouts/l.xml": layout,
            "ppt/slideLayouts/_rels/l.xml.rels": relations(("m", "slideMaster", "../slideMasters/m.xml")),
            "ppt/slideMasters/m.xml": master,
        },
        links={1: relations(("l", "slideLayout", "../slideLayouts/l.xml"))},
    )
    assert [block.text for block in read(data).blocks] == ["首", "中", "末"]


def test_the_line_in_the_largest_letters_at_the_top_is_the_title_where_none_is_marked() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, top, size in (("公司简报", 0.2, 12), ("年度目标", 0.8, 36), ("全年休假三百天，同比增长一成。", 2, 18)):
        box = slide.shapes.add_textbox(Inches(1), Inches(top), Inches(5), Inches(1))
        box.text_frame.text = text
        box.text_frame.paragraphs[0].runs[0].font.size = Pt(size)
    extract = read(saved(deck))
    assert extract.title == "年度目标"
    assert [block.text for block in extract.blocks] == ["年度目标", "公司简报", "全年休假三百天，同比增长一成。"]


def test_numbers_dates_footers_and_hidden_shapes_are_left_out_and_hidden_slides_are_not() -> None:
    furniture = "".join(shape("页脚", 9, 0, f'<p:ph type="{kind}"/>') for kind in ("sldNum", "ftr", "dt"))
    moving = '<a:p><a:fld type="slidenum"><a:t>7</a:t></a:fld><a:fld type="datetime1"><a:t>今天</a:t></a:fld></a:p>'
    body = furniture + shape(moving) + shape("暗", hidden=True) + shape("明")
    assert texts(slide_of(body), slide_of(shape("隐藏页"), 'show="0"')) == ["明", "隐藏页"]


@pytest.mark.parametrize(
    ("form", "labels"),
    [
        ("arabicPeriod", ["1. ", "2. "]),
        ("arabicParenR", ["1) ", "2) "]),
        ("arabicParenBoth", ["(1) ", "(2) "]),
        ("ea1ChsPeriod", ["一、", "二、"]),
        ("ea1JpnChsDbPeriod", ["一、", "二、"]),
        ("circleNumDbPlain", ["① ", "② "]),
        ("alphaLcPeriod", ["a. ", "b. "]),
        ("romanUcPeriod", ["I. ", "II. "]),
    ],
)
def test_automatic_numbers_are_text(form: str, labels: list[str]) -> None:
    one = f'><a:buAutoNum type="{form}"/></a:pPr>{run("项")}'
    assert texts(slide_of(shape(lines(one, one)))) == [f"{label}项" for label in labels]


def test_lower_levels_count_for_themselves_and_text_ends_a_list() -> None:
    upper, lower = '><a:buAutoNum type="arabicPeriod"/></a:pPr>', ' lvl="1"><a:buAutoNum type="arabicPeriod"/></a:pPr>'
    third = '><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr>'
    body = lines(upper + run("甲"), lower + run("子"), lower + run("丑"), upper + run("乙"), lower + run("寅"))
    body += lines(run("文"), third + run("丙"), third + run("丁"))
    assert texts(slide_of(shape(body))) == ["1. 甲", "1. 子", "2. 丑", "2. 乙", "1. 寅", "文", "3. 丙", "4. 丁"]


def test_lines_equations_and_escapes() -> None:
    equation = (
        "<mc:AlternateContent><mc:Choice><a14:m><m:oMath><m:r><m:t>𝑥</m:t></m:r></m:oMath></a14:m></mc:Choice>"
        f"<mc:Fallback>{run('图')}</mc:Fallback></mc:AlternateContent>"
    )
    assert texts(slide_of(shape(lines(run("上") + "<a:br/>" + run("下_x000B_尾")) + lines(run("设") + equation)))) == [
        *("上", "下", "尾", "设x"),
    ]


def test_tables_are_rows_with_their_column_names() -> None:
    deck = pptx.Presentation()
    grid = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_table(4, 3, 0, 0, Inches(5), Inches(2)).table
    for row, cells in enumerate((("部门", "营收", ""), ("", "上年", "今年"), ("华东", "10", "12"), ("", "11", "13"))):
        for column, text in enumerate(cells):
            grid.cell(row, column).text = text
    grid.cell(0, 1).merge(grid.cell(0, 2))
    grid.cell(0, 0).merge(grid.cell(1, 0))
    grid.cell(2, 0).merge(grid.cell(3, 0))
    assert [block.text for block in read(saved(deck)).blocks] == [
        *("部门：华东；营收 上年：10；营收 今年：12", "部门：华东；营收 上年：11；营收 今年：13"),
    ]


def test_charts_say_their_title_and_values() -> None:
    deck = pptx.Presentation()
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["一季度", "二季度"]
    data.add_series("营收", (10, 12.5))  # type: ignore[no-untyped-call]
    data.add_series("利润", (2, 3))  # type: ignore[no-untyped-call]
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(5), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "季度经营"
    assert [block.text for block in read(saved(deck)).blocks] == [
        *("季度经营", "一季度；营收：10；利润：2", "二季度；营收：12.5；利润：3"),
    ]


def test_smart_art_is_read_from_the_top_of_its_tree() -> None:
    points = "".join(
        f'<dgm:pt modelId="{n}"><dgm:t><a:p>{run(text)}</a:p></dgm:t></dgm:pt>'
        for n, text in ((1, ""), (2, "乙"), (3, "甲"), (4, "甲一"))
    )
    links = "".join(
        f'<dgm:cxn srcId="{source}" destId="{target}" srcOrd="{place}"/>'
        for source, target, place in ((1, 3, 0), (1, 2, 1), (3, 4, 0), (4, 3, 0))
    )
    model = f"<dgm:dataModel {SPACES}><dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
    frame = (
        '<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="d"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    data = pptx_of(
        slide_of(frame * 2),
        parts={"ppt/diagrams/data1.xml": model},
        links={1: relations(("d", "diagramData", "../diagrams/data1.xml"))},
    )
    assert [block.text for block in read(data).blocks] == ["甲", "甲一", "乙"]


def test_slides_without_text_and_broken_slides_are_told_of() -> None:
    extract = read(pptx_of(slide_of(shape("第一页")), slide_of(""), "<p:sld", slide_of("")))
    assert [block.page for block in extract.blocks] == [1]
    assert extract.notes[0].startswith("slide 3: its part ppt/slides/slide3.xml is no readable XML")
    assert extract.notes[1] == "no text on slides 2, 4; pictures are not read"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (OLE_START + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (b"PK\x03\x04" + bytes(50), "archive is broken"),
        (zipped({"a.txt": "x"}), "ppt/presentation.xml"),
        (zipped({"ppt/presentation.xml": f"<w:document {SPACES}/>"}), "no presentation"),
        (pptx_of("<a"), "slide 1: its part"),
        (pptx_of(slide_of("<p:grpSp>" * 300 + "</p:grpSp>" * 300)), "no readable XML"),
        (zipped({"ppt/presentation.xml": b"\0" * 30_000_000}), "times its size"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        read(data)


def test_nesting_as_deep_as_the_parser_allows_ends_well() -> None:
    read(pptx_of(slide_of("<p:grpSp>" * 240 + "</p:grpSp>" * 240)))


def test_a_slide_that_is_listed_often_is_read_once() -> None:
    many = "".join('<p:sldId r:id="a"/>' for _ in range(2000))
    data = zipped(
        {
            "ppt/presentation.xml": f"<p:presentation {SPACES}><p:sldIdLst>{many}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(("a", "slide", "a.xml")),
            "ppt/a.xml": slide_of(shape("一页")),
        }
    )
    assert len(read(data).blocks) == 1


RICH = pptx_of(
    slide_of(shape("题", 5, 0, TITLE) + f"<p:grpSp>{shape('组')}</p:grpSp>"),
    slide_of(
        '<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc gridSpan="2"><a:txBody>'
        f'<a:p>{run("甲")}</a:p></a:txBody></a:tc><a:tc hMerge="1"/></a:tr></a:tbl></a:graphicData></a:graphic>'
        "</p:graphicFrame>" + shape(lines(' lvl="1"><a:buAutoNum type="ea1ChsPeriod"/></a:pPr>' + run("项")))
    ),
)


@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    broken = data.draw(mutations(RICH))
    try:
        assert isinstance(read(broken), Extract)
    except DocumentError as error:
        assert str(error)


@pytest.mark.parametrize(("name", "slides"), [("mineru_pptx_01.pptx", 6), ("markitdown_test.pptx", 6)])
def test_real_presentations_lose_no_word(name: str, slides: int) -> None:
    path = (Path(__file__).resolve().parents[2] / "shared/formats") / name
    if not path.is_file():
        pytest.skip("the shared files are not on this machine")
    extract = read(path.read_bytes())
    assert {block.page for block in extract.blocks} == set(range(1, slides + 1))
    found = "".join("".join(block.text.split()) for block in extract.blocks)
    for slide in pptx.Presentation(str(path)).slides:
        for one in slide.shapes:
            if one.has_text_frame:
                assert all("".join(line.text.split()) in found for line in one.text_frame.paragraphs)
