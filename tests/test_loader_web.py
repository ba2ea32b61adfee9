from __future__ import annotations

import contextlib
import difflib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.text import read_text
from index.loaders.web import decode_page, read_html

FORMATS = Path(__file__).resolve().parents[2] / "shared/formats"
ARTICLE = "".join(f"<p>第{n}段：本办法自发布之日起施行，由人事部负责解释和修订。</p>" for n in range(8))


def read(html: str | bytes) -> Extract:
    return read_html(Source("页面.html", html.encode() if isinstance(html, str) else html))


def lines(html: str | bytes) -> list[str]:
    return [block.text for block in read(html).blocks]


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def test_headings_paragraphs_and_lists() -> None:
    extract = read(
        page(
            "<h1>休假办法</h1><p>总则。</p><h2>年假</h2>"
            "<ul><li>每年<b>十</b>天</li></ul><ol start=3><li>申请</li><li>批准</li></ol>"
        )
    )
    assert [(block.text, block.level) for block in extract.blocks] == [
        *(("休假办法", 1), ("总则。", None), ("年假", 2)),
        *(("• 每年十天", None), ("3. 申请", None), ("4. 批准", None)),
    ]
    assert extract.title == "休假办法"


def test_bullets_show_how_deep_they_lie() -> None:
    inner = "<ul><li>甲<ul><li><p>子</p><p>续</p></li></ul></li><li>乙</li></ul><dl><dt>丙<dd><ul><li>丑</ul></dl>"
    assert [block.text for block in read(page(f"<p>总则。</p>{inner}")).blocks] == [
        *("总则。", "• 甲", "◦ 子", "续", "• 乙", "丙：", "• 丑"),
    ]


def test_rows_of_tables_have_column_names() -> None:
    rows = "<tr><th>姓名<th>部门<th>年龄<tr><td rowspan=2>张三<td>人事<td>30<tr><td>财务<td>31"
    table = f"<table><caption>名单</caption>{rows}</table>"
    assert lines(page(table)) == ["名单", "姓名：张三；部门：人事；年龄：30", "姓名：张三；部门：财务；年龄：31"]


def test_names_over_several_columns() -> None:
    table = "<table><tr><th rowspan=2>部门<th colspan=2>2023年<tr><th>收入<th>支出<tr><td>人事<td>1<td>2</table>"
    assert lines(page(table)) == ["部门：人事；2023年/收入：1；2023年/支出：2"]


def test_names_beside_their_values() -> None:
    assert lines(page("<table><tr><th>姓名<td>张三<tr><th>简介<td>工程师</table>")) == ["姓名：张三", "简介：工程师"]


def test_tables_that_lay_out_a_page_are_text() -> None:
    cell = f"<table><tr><td><h2>标题</h2>{ARTICLE}</td><td>边栏</td></tr></table>"
    assert lines(page(cell))[:2] == ["标题", "第0段：本办法自发布之日起施行，由人事部负责解释和修订。"]


def test_definitions_breaks_preformatted_text_and_details() -> None:
    assert lines(page("<h2>一</h2><dl><dt>年假</dt><dd>每年十天</dd><dt>空</dt></dl>")) == [
        "一",
        "年假：每年十天",
        "空",
    ]
    assert lines(page("<h2>一</h2><p>甲<br>乙</p><pre>if x:\n    y</pre>")) == ["一", "甲", "乙", "if x:", "    y"]
    assert lines(page("<h2>一</h2><details><summary>问</summary>答</details>")) == ["一", "问", "答"]


def test_lines_of_the_source_that_part_hanzi_leave_no_space() -> None:
    assert lines(page("<h2>一</h2><p>每年\n  十天，annual\nleave</p>")) == ["一", "每年十天，annual leave"]


def test_entities_and_ruby() -> None:
    assert lines(
        page("<h2>一</h2><p>A&nbsp;&amp;&mdash;&#24180;<ruby>汉<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>字</p>")
    ) == ["一", "A &—年汉字"]


def test_what_no_reader_sees_is_left_out() -> None:
    hidden = (
        "<script>alert(1)</script><style>p{}</style><p style='color:red; display : none'>甲</p><p hidden>乙</p>"
        "<div aria-hidden=true><ul><li>丙</ul></div><template>丁</template><!-- 戊 --><select><option>己</select>"
    )
    assert lines(page(f"<h2>一</h2>{hidden}<p>看得见</p>尾")) == ["一", "看得见", "尾"]


def test_navigation_footers_and_cookie_notices_are_left_out() -> None:
    links = "".join(f'<li><a href="/{n}">栏目{n}</a></li>' for n in range(8))
    extract = read(
        page(
            f"<header><a href='/'>某某网</a></header><nav><ul>{links}</ul></nav>"
            f"<div class='cookie-consent'>本站使用Cookie</div><div id='content'><h1>办法</h1>{ARTICLE}</div>"
            f"<div><ul>{links}</ul></div><div class='related-posts'>相关阅读</div>"
            f"<footer>版权所有 某某网 沪ICP备1号</footer>",
            "<title>办法 - 某某网</title>",
        )
    )
    texts = [block.text for block in extract.blocks]
    assert texts[0] == "办法"
    assert len(texts) == 9
    assert texts[-1].startswith("第7段")


def test_a_page_that_is_all_navigation_comes_back_whole() -> None:
    assert lines(page("<nav><p>唯一的内容在这里，不能丢。</p></nav>")) == ["唯一的内容在这里，不能丢。"]


def test_text_called_like_an_aside_is_kept_where_it_is_most_of_the_page() -> None:
    assert len(lines(page(f"<div class='sidebar'><h1>办法</h1>{ARTICLE}</div>"))) == 9


@pytest.mark.parametrize(
    ("head", "title"),
    [("休假办法 - 某某网", "休假办法"), ("休假办法_新浪网", "休假办法"), ("休假办法-某市政府门户", "休假办法"),
     ("2023-2024年计划", "2023-2024年计划"), ("某某网 | 休假办法", "休假办法"), ("", None)],
)  # fmt: skip
def test_titles_lose_the_name_of_the_site(head: str, title: str | None) -> None:
    body = "<p>本办法自发布之日起施行，由人事部负责解释。</p><p>年假每年十天，逾期作废，不予补发。</p>"
    assert read(page(body, f"<title>{head}</title>")).title == title


def test_the_only_first_heading_is_the_title() -> None:
    assert read(page(f"<h1>休假办法</h1>{ARTICLE}", "<title>某某网</title>")).title == "休假办法"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("gbk", "gb2312"), ("gb18030", "gbk"), ("big5", "big5"), ("utf-8", "gb2312"), ("utf-8", ""), ("gbk", ""),
     ("utf-16", "utf-8")],
)  # fmt: skip
def test_encodings(encoding: str, declared: str) -> None:
    text = page(
        "<p>電話登記處的人員每年有十天假期，逾期不予受理。</p>", f"<meta charset={declared}>" if declared else ""
    )
    assert lines(text.encode(encoding)) == ["電話登記處的人員每年有十天假期，逾期不予受理。"]


def test_the_declaration_of_xml_counts_and_one_broken_byte_costs_only_itself() -> None:
    data = ('<?xml version="1.0" encoding="GBK"?>' + page("<p>年假每年十天，由人事部登记。</p>" * 20)).encode("gbk")
    assert lines(data)[0] == "年假每年十天，由人事部登记。"
    assert "年假每年十天" in decode_page(data + b"\xff")
    assert decode_page("年假每年十天，由人事部登记。".encode() * 20 + b"\xff").endswith("登记。")


def test_codecs_that_are_no_encodings_are_not_asked() -> None:
    assert lines(page("<p>内容在此处。</p>", "<meta charset=punycode>")) == ["内容在此处。"]


def test_plain_documents_read_as_the_same_text_without_tags() -> None:
    text = "休假办法\n第一章 总则\n本办法适用于全体员工，自发布之日起施行。\n第二章 年假\n员工每年享有十天带薪年假。"
    found = read(page("".join(f"<p>{line}</p>\n" for line in text.split("\n"))))
    assert found == read_text(Source("a.txt", text.encode()))


@pytest.mark.parametrize("count", [300, 5000])
def test_deep_nesting_loses_no_text(count: int) -> None:
    assert lines(page("<font>" * count + "<p>底</p>" + "</font>" * count + "<p>后面的内容。</p>"))[-1] == "后面的内容。"


def test_nesting_beyond_all_bounds_is_said() -> None:
    with pytest.raises(DocumentError, match="nested too deep"):
        read(page("<section>" * 5000 + "底"))


def test_pages_without_text() -> None:
    with pytest.raises(DocumentError, match="no text"):
        read(page("<script>load()</script>"))


def test_huge_spans_are_bounded() -> None:
    assert lines(page("<table><tr><td colspan=99999999>甲<td rowspan=99999999>乙<tr><td>丙<td>丁</table>"))


EXAMPLE = page(
    f"<nav><a href=1>一</a></nav><h1>办法</h1><table><tr><td colspan=2>甲<td>1<tr><td>乙<td>2</table>{ARTICLE}"
).encode()


@settings(max_examples=100, deadline=None)
@given(
    st.integers(0, len(EXAMPLE) - 1),
    st.binary(max_size=6) | st.sampled_from([b"<table>", b"</p>", b"<!--", b"<![CDATA[", b"<?"]),
    st.booleans(),
)
def test_mutated_pages_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read(EXAMPLE[:place] + change + (b"" if cut else EXAMPLE[place + len(change) :])), Extract)


@pytest.mark.skipif(not FORMATS.is_dir(), reason="files of other projects are not here")
def test_pages_of_other_projects() -> None:
    texts = "\n".join(lines((FORMATS / "markitdown_test_wikipedia.html").read_bytes()))
    assert "Microsoft was founded by Bill Gates and Paul Allen" in texts
    assert "Jump to content" not in texts
    assert "Key people：Satya Nadella" in texts


def test_what_libreoffice_writes_gives_the_paragraphs_of_the_text(tmp_path: Path) -> None:
    program = shutil.which("libreoffice") or shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    text = "".join(f"第{n}条　员工每年享有{n}天带薪年假，未休完的可以结转到次年三月底。\n" for n in range(1, 30))
    (tmp_path / "规定.txt").write_text(text, encoding="utf-8")
    command = [
        program,
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--infilter=Text (encoded):UTF8",
    ]
    subprocess.run(
        [*command, "--convert-to", "html", "--outdir", tmp_path, tmp_path / "规定.txt"], check=True, capture_output=True
    )
    wanted = [block.text for block in read_text(Source("规定.txt", text.encode())).blocks]
    assert difflib.SequenceMatcher(None, wanted, lines((tmp_path / "规定.html").read_bytes())).ratio() > 0.95


@pytest.mark.parametrize("place", [*range(60, 80), *range(0, len(EXAMPLE), 9)])
def test_a_control_character_anywhere_breaks_no_page(place: int) -> None:
    assert isinstance(read(EXAMPLE[:place] + b"\x01" + EXAMPLE[place + 1 :]), Extract)
    assert isinstance(read(EXAMPLE[:place] + b"\x01" + EXAMPLE[place:]), Extract)


def test_a_control_character_beside_what_is_dropped_is_left_out() -> None:
    body = "食堂每天供应早餐、午餐和晚餐，周日不开放。" * 12
    page = f"<html><body><p>{body}\x01<script>x</script>早餐五元。</p></body></html>"
    assert "早餐五元。" in "".join(block.text for block in read(page).blocks)
