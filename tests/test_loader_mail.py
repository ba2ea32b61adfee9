from __future__ import annotations

import base64
import contextlib
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.mail import header_text, read_eml

BODY = "请各部门于三月一日前提交预算。\n逾期不予受理。\n"


def read(data: bytes | str) -> Extract:
    return read_eml(Source("通知.eml", data.encode() if isinstance(data, str) else data))


def lines(extract: Extract) -> list[str]:
    return [block.text for block in extract.blocks]


def mail(body: str = BODY) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "张三 <zhang@example.com>"
    message["To"] = "李四 <li@example.com>, wang@example.com"
    message["Cc"] = "财务部 <cw@example.com>"
    message["Subject"] = "关于提交2024年度预算的通知"
    message["Date"] = "Tue, 17 Oct 2023 14:30:00 +0800"
    message.set_content(body)
    return message


def test_subject_people_date_and_text() -> None:
    extract = read(mail().as_bytes())
    assert extract.title == "关于提交2024年度预算的通知"
    assert (extract.blocks[0].text, extract.blocks[0].level) == (extract.title, 1)
    assert lines(extract)[1:] == [
        "发件人：张三 <zhang@example.com>",
        "收件人：李四 <li@example.com>、wang@example.com",
        "抄送：财务部 <cw@example.com>",
        "时间：2023年10月17日 14:30",
        "请各部门于三月一日前提交预算。",
        "逾期不予受理。",
    ]


def test_plain_text_is_preferred_to_the_page() -> None:
    message = mail()
    message.add_alternative("<p>网页版</p>", subtype="html")
    assert "网页版" not in lines(read(message.as_bytes()))
    assert "逾期不予受理。" in lines(read(message.as_bytes()))


def test_a_page_is_read_where_it_is_all_there_is() -> None:
    table = "<table><tr><td>姓名</td><td>年龄</td></tr><tr><td>张三</td><td>30</td></tr></table>"
    page = f"<style>p{{}}</style><p>第一段。</p>{table}"
    message = mail()
    message.set_content(page, subtype="html")
    assert lines(read(message.as_bytes()))[5:] == ["第一段。", "姓名：张三；年龄：30"]


def test_a_plain_text_that_only_points_to_the_page_is_passed_over() -> None:
    message = mail("请用浏览器查看")
    message.add_alternative(f"<p>{'正文内容很长。' * 60}</p>", subtype="html")
    assert lines(read(message.as_bytes()))[5].startswith("正文内容很长。")


def test_attachments_are_parts_and_pictures_in_the_text_are_not() -> None:
    message = mail()
    message.add_alternative('<p>见图</p><img src="cid:logo">', subtype="html")
    *_, page = message.iter_parts()
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG", "image", "png", cid="<logo>", filename="logo.png")
    message.add_attachment(b"%PDF", "application", "pdf", filename="预算表.pdf")
    message.add_attachment("内容", filename="../说明.txt")
    extract = read(message.as_bytes())
    assert [(part.name, part.data.strip()) for part in extract.parts] == [
        ("预算表.pdf", b"%PDF"),
        ("说明.txt", "内容".encode()),
    ]


def test_a_forwarded_mail_is_a_part_under_its_subject() -> None:
    inner, outer = mail("原文"), mail()
    inner.replace_header("Subject", "会议/纪要")
    outer.add_attachment(inner)
    (part,) = read(outer.as_bytes()).parts
    assert part.name == "会议／纪要.eml"
    assert "原文" in lines(read(part.data))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?gb2312?B?" + base64.b64encode("关于㙍村".encode("gb18030")).decode() + "?=", "关于㙍村"),
        ("=?utf-8?Q?=E9=80=9A_=E7=9F=A5?=", "通 知"),
        ("Re: =?UTF-8?B?6YCa?= =?UTF-8?B?55+l?=", "Re: 通知"),
        # A character cut in two by the mail program.
        ("=?utf-8?B?" + base64.b64encode("通知".encode()[:4]).decode() + "?=\r\n =?utf-8?B?"
         + base64.b64encode("通知".encode()[4:]).decode() + "?=", "通知"),
        ("=?utf-8?B?6YCa55+l?", "=?utf-8?B?6YCa55+l?"),
    ],
)  # fmt: skip
def test_headers(raw: str, text: str) -> None:
    assert header_text(raw) == text


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_headers_that_are_bytes_against_the_standard(encoding: str) -> None:
    extract = read(b"Subject: " + "关于年假的通知".encode(encoding) + b"\nFrom: a@b.cn\n\n" + BODY.encode(encoding))
    assert extract.title == "关于年假的通知"
    assert "逾期不予受理。" in lines(extract)


@pytest.mark.parametrize("said", ["gb2312", "us-ascii", "iso-8859-1", "", "unsinn"])
def test_bodies_in_gbk_whatever_they_are_said_to_be(said: str) -> None:
    charset = f"; charset={said}" if said else ""
    head = f"Subject: a\nContent-Type: text/plain{charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert (
        lines(read(head.encode() + "喆先生住在金山区，电话已登记。".encode("gbk")))[1]
        == "喆先生住在金山区，电话已登记。"
    )


def test_what_is_quoted_is_text() -> None:
    own = "一、会议安排\n会议定于周五下午三点在大会议室召开。\n"
    extract = read(
        mail(own + "\n-----原始邮件-----\n> 一、原来的安排\n> 原定于周四下午三点在小会议室召开。\n").as_bytes()
    )
    levels = {block.text: block.level for block in extract.blocks}
    assert levels["一、会议安排"] is not None
    assert levels["一、原来的安排"] is None


def test_encrypted_mails_say_so() -> None:
    extract = read("Subject: a\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIIB")
    assert "encrypted" in extract.notes[0]


@pytest.mark.parametrize("data", [b"\x00\x01\x02", "只是文字。".encode(), b""])
def test_what_is_no_mail(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read(data)


def test_parts_nested_without_end() -> None:
    data = b"Subject: a\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
    )
    try:
        assert isinstance(read(data), Extract)
    except DocumentError as error:
        assert "nested too deep" in str(error)


def whole_mail() -> bytes:
    message = mail()
    message.add_alternative("<p>网页版</p>", subtype="html")
    message.add_attachment(b"%PDF", "application", "pdf", filename="预算表.pdf")
    message.add_attachment(mail("原文"))
    return message.as_bytes()


EXAMPLE = whole_mail()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE) - 1), st.binary(min_size=0, max_size=6), st.booleans())
def test_mutated_mails_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read(EXAMPLE[:place] + change + (b"" if cut else EXAMPLE[place + len(change) :])), Extract)
