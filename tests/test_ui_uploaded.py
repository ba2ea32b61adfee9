"""What became of an upload in words; what the browser says of it is taken for nothing more."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loaders import LOADERS
from qa.ui.texts import Language
from qa.ui.uploaded import Uploads, parse_uploads, show_tools, tell_uploads


def lines(uploads: Uploads, language: Language = "zh") -> list[str]:
    told = tell_uploads(uploads, 50, 2_000, language)
    return [html.unescape(line) for line in re.findall(r"<p[^>]*>(.*?)</p>", told)]


def test_every_file_is_told_of() -> None:
    uploads = Uploads(
        saved=("年报/甲.md", "乙.md"),
        known=("丙.md",),
        failed=(("丁.md", "磁盘满了"), ("戊.md", "")),
        unsupported=("己.xyz",),
        large=("庚.pdf",),
        left=3,
        cancelled=2,
    )
    assert lines(uploads) == [
        "没能保存 丁.md：磁盘满了",
        "没能保存 戊.md：连接中断，请重试。",
        "没有保存 庚.pdf：超过 50 MB，这是单个文件的上限。请拆成几个文件。",
        "有 3 个文件没有上传：一次最多 2000 个。请分几次上传，或直接放进文档文件夹。",
        f"没有保存 己.xyz：这种文件还读不了，目前可读 {' '.join(LOADERS)}。",
        "已保存：年报/甲.md、乙.md。",
        "已经有了，内容相同：丙.md。",
        "已停止，2 个文件没有上传。",
    ]


def test_many_are_told_in_one_line_with_their_number() -> None:
    saved = tuple(f"{number}.md" for number in range(40))
    unsupported = ("a.mp4", "b.MP4", "c.exe", "没有后缀")
    failed = tuple((f"{number}.md", "坏了") for number in range(7))
    told = lines(Uploads(saved=saved, unsupported=unsupported, failed=failed))
    assert told[5:] == [
        "还有 2 个没有成功。",
        "跳过 4 个还读不了的文件：.mp4 2、.exe 1、无扩展名 1。",
        "已保存：0.md、1.md、2.md、3.md、4.md 等 40 个文件。",
    ]
    assert "Skipped 4 files of kinds that are not read: .mp4 2, .exe 1, no suffix 1." in lines(
        Uploads(unsupported=unsupported), "en"
    )


def test_where_there_was_nothing_that_is_said() -> None:
    assert lines(Uploads()) == ["没有可以上传的文件。"]


def test_names_are_text_only() -> None:
    name = "<img src=x onerror=alert(1)>.md"
    told = tell_uploads(Uploads((name,), (name,), ((name, name),), (name,), (name,)), 50, 10, "zh")
    assert "<img" not in told


def test_what_the_script_says_is_read() -> None:
    told = {"saved": ["甲?.md"], "failed": [["乙.md", "坏了"]], "unsupported": [], "left": 2, "cancelled": 0}
    assert parse_uploads(f"{json.dumps(told)}?12") == Uploads(saved=("甲?.md",), failed=(("乙.md", "坏了"),), left=2)


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "x?1", "[]?1", "null?1", "3?1", '{"saved": 3}?1', '{"saved": [3, null, {}]}?1'),
        *('{"failed": [["a"], "b", 3]}?1', '{"left": "many", "cancelled": -1}?1', "{}" * 600_000),
    ],
)
def test_what_is_none_of_it_is_nothing(text: str) -> None:
    assert parse_uploads(text) == Uploads()


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_uploads(text)


def test_the_dialog_has_a_name_and_a_clear_yes_and_no() -> None:
    shown = html.unescape(show_tools("zh"))
    assert 'aria-label="把粘贴的文字存为文档？"' in shown
    assert re.findall(r'<button class="(keep|leave)">(.*?)</button>', shown) == [
        ("keep", "存为文档"),
        ("leave", "不用"),
    ]
