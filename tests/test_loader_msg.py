from __future__ import annotations

import contextlib
import itertools
import struct

import pytest
from compressed_rtf import compress  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.mail import read_msg
from tests.test_loader_mail import lines, read


def compound_file(streams: dict[str, bytes]) -> bytes:
    """Write a compound file ([MS-CFB]) of some streams, in folders parted by slashes."""
    entries: list[tuple[str, int, bytes, list[int]]] = [("Root Entry", 5, b"", [])]
    folders = {"": 0}
    for path, data in streams.items():
        folder = ""
        for step in path.split("/")[:-1]:
            inner = f"{folder}/{step}".strip("/")
            if inner not in folders:
                entries.append((step, 1, b"", []))
                folders[inner] = len(entries) - 1
                entries[folders[folder]][3].append(folders[inner])
            folder = inner
        entries.append((path.split("/")[-1], 2, data, []))
        entries[folders[folder]][3].append(len(entries) - 1)
    siblings = {one: after for _, _, _, inner in entries for one, after in itertools.pairwise(inner)}
    sectors, table, starts = b"", list[int](), list[int]()
    for _, kind, data, _ in entries:
        count = -(-max(len(data), 4096) // 512) if kind == 2 else 0
        starts.append(len(table) if count else 0xFFFFFFFE)
        table += [*range(len(table) + 1, len(table) + count), 0xFFFFFFFE] if count else []
        sectors += data.ljust(count * 512, b"\x00")
    directory = b""
    for number, ((name, kind, data, children), start) in enumerate(zip(entries, starts, strict=True)):
        wide = name.encode("utf-16-le")
        directory += wide.ljust(64, b"\x00") + struct.pack("<HBB", len(wide) + 2, kind, 1)
        directory += struct.pack(
            "<III", 0xFFFFFFFF, siblings.get(number, 0xFFFFFFFF), children[0] if children else 0xFFFFFFFF
        )
        # Streams of less than 4,096 bytes would have to lie in another one.
        directory += bytes(36) + struct.pack("<IQ", start, max(len(data), 4096) if kind == 2 else 0)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\x00")
    first = len(table)
    table += [*range(first + 1, first + len(directory) // 512), 0xFFFFFFFE]
    size = -(-(len(table) + 8) // 128)
    table_starts = [*range(len(table), len(table) + size)]
    table += [0xFFFFFFFD] * size
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, size, first, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *table_starts, *[0xFFFFFFFF] * (109 - size))
    packed = struct.pack(f"<{len(table)}I", *table).ljust(size * 512, b"\xff")
    return head + sectors + directory + packed


def wide(text: str) -> bytes:
    return text.encode("utf-16-le").ljust(4096, b"\x00")


def fixed(head: int, **numbers: int) -> bytes:
    """The properties of fixed length: numbers by their name in hexadecimal digits."""
    found = bytes(head)
    for name, value in numbers.items():
        found += struct.pack("<HHIQ", 3, int(name[1:], 16), 6, value)
    return found.ljust(4096 + head % 16, b"\x00")


OUTLOOK = {
    "__properties_version1.0": fixed(32, x0039=133419978000000000, x3FFD=936),
    "__substg1.0_0037001F": wide("关于年假的通知"),
    "__substg1.0_1000001F": wide("年假每年十天。\r\n未休完的可以结转。"),
    "__substg1.0_0C1A001F": wide("张三"),
    "__substg1.0_5D01001F": wide("zhang@example.com"),
    "__recip_version1.0_#00000000/__properties_version1.0": fixed(8, x0C15=1),
    "__recip_version1.0_#00000000/__substg1.0_3001001F": wide("李四"),
    "__recip_version1.0_#00000000/__substg1.0_39FE001F": wide("li@example.com"),
    "__recip_version1.0_#00000001/__properties_version1.0": fixed(8, x0C15=2),
    "__recip_version1.0_#00000001/__substg1.0_3001001F": wide("财务部"),
    "__attach_version1.0_#00000000/__properties_version1.0": fixed(8, x3705=1),
    "__attach_version1.0_#00000000/__substg1.0_3707001F": wide("规定.txt"),
    "__attach_version1.0_#00000000/__substg1.0_37010102": "规定全文".encode().ljust(4096, b" "),
    "__attach_version1.0_#00000001/__properties_version1.0": fixed(8, x3705=5),
    "__attach_version1.0_#00000001/__substg1.0_3701000D/__properties_version1.0": fixed(24),
    "__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_0037001F": wide("原邮件"),
    "__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_1000001F": wide("原来的正文。"),
}


def read_outlook(streams: dict[str, bytes]) -> Extract:
    return read_msg(Source("通知.msg", compound_file(streams)))


def test_outlook_mails() -> None:
    extract = read_outlook(OUTLOOK)
    assert extract.title == "关于年假的通知"
    assert lines(extract)[1:] == [
        "发件人：张三 <zhang@example.com>",
        "收件人：李四 <li@example.com>",
        "抄送：财务部",
        "时间：2023年10月17日 14:30",
        "年假每年十天。",
        "未休完的可以结转。",
    ]


def test_attachments_of_outlook_mails() -> None:
    text, forwarded = read_outlook(OUTLOOK).parts
    assert (text.name, text.data.strip()) == ("规定.txt", "规定全文".encode())
    assert forwarded.name == "原邮件.eml"
    assert read(forwarded.data).title == "原邮件"
    assert "原来的正文。" in lines(read(forwarded.data))


def test_outlook_texts_in_gbk_and_pages() -> None:
    streams = {name: data for name, data in OUTLOOK.items() if "1000001F" not in name and "0037001F" not in name}
    streams["__substg1.0_0037001E"] = "关于㙍村的通知".encode("gb18030").ljust(4096, b"\x00")
    streams["__substg1.0_10130102"] = "<html><body><p>正文在网页里。</p></body></html>".encode("gbk").ljust(4096)
    extract = read_outlook(streams)
    assert extract.title == "关于㙍村的通知"
    assert lines(extract)[-1] == "正文在网页里。"


def test_a_workbook_is_no_outlook_mail() -> None:
    with pytest.raises(DocumentError, match="no mail of Outlook"):
        read_outlook({"Workbook": b"1"})


COMPOUND = compound_file(OUTLOOK)
END = len(COMPOUND)


@settings(max_examples=100, deadline=None)
@given(
    # The head, all of it, and the directory, which stands at the end.
    st.one_of(*(st.integers(first, last - 1) for first, last in ((0, 512), (0, END), (END - 6000, END)))),
    st.binary(min_size=1, max_size=4),
    st.booleans(),
)
def test_mutated_outlook_mails_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    data = COMPOUND[:place] + change + (b"" if cut else COMPOUND[place + len(change) :])
    with contextlib.suppress(DocumentError):
        assert isinstance(read_msg(Source("a.msg", data)), Extract)


RTF = (
    rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0 SimSun;}}\f0 \'c4\'ea\'bc\'d9\'ca\'ae\'cc\'ec\'a1\'a3\par "
    rb"\u26410?\u20241?\u23436?\u30340?\u32467?\u36716?\u12290?\par}"
)


@pytest.mark.parametrize("compressed", [True, False])
def test_a_text_that_is_kept_as_rtf_only_is_read(compressed: bool) -> None:
    streams = {name: data for name, data in OUTLOOK.items() if "1000001F" not in name and "10130102" not in name}
    streams["__substg1.0_10090102"] = compress(RTF, compressed=compressed)
    said = lines(read_msg(Source("通知.msg", compound_file(streams))))
    assert "年假十天。" in said and "未休完的结转。" in said
    # Where there is a plain text, that is taken.
    streams["__substg1.0_1000001F"] = wide("年假每年十天。")
    assert "年假十天。" not in lines(read_msg(Source("通知.msg", compound_file(streams))))


def test_a_broken_rtf_text_costs_the_mail_nothing_else() -> None:
    streams = {name: data for name, data in OUTLOOK.items() if "1000001F" not in name and "10130102" not in name}
    packed = bytearray(compress(RTF))
    packed[20] ^= 0xFF
    streams["__substg1.0_10090102"] = bytes(packed)
    extract = read_msg(Source("通知.msg", compound_file(streams)))
    assert extract.title == "关于年假的通知"
    assert any("kept as RTF, is broken" in note for note in extract.notes)
