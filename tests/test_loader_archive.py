from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DocumentError
from index.loaders.archive import read_zip, safe_name
from index.loaders.extract import Extract, Source


def pack(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members:
            package.writestr(name, data)
    return file.getvalue()


def named(name: bytes) -> bytes:
    """An archive of one file whose name has these bytes and does not say their encoding."""
    return pack(("x" * (len(name) - 4) + ".txt", b"1")).replace(b"x" * (len(name) - 4) + b".txt", name)


def read(data: bytes) -> Extract:
    return read_zip(Source("资料.zip", data))


def names(data: bytes) -> list[str]:
    return [part.name for part in read(data).parts]


def test_members_are_parts_in_order_of_name() -> None:
    extract = read(pack(("b.txt", b"2"), ("目录/", b""), ("目录/a.md", b"3"), ("a.txt", b"1")))
    assert [(part.name, part.data) for part in extract.parts] == [("a.txt", b"1"), ("b.txt", b"2"), ("目录/a.md", b"3")]
    assert not extract.blocks


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("gbk", "年度报告/员工手册.txt"), ("utf-8", "员工手册规定.txt"), ("big5", "員工手冊規定.txt")],
)
def test_names_whose_encoding_is_not_said(encoding: str, name: str) -> None:
    assert names(named(name.encode(encoding))) == [name]


def test_the_name_that_info_zip_puts_beside() -> None:
    member = zipfile.ZipInfo("x.txt")
    told = "手册.txt".encode()
    member.extra = b"\x75\x70" + (5 + len(told)).to_bytes(2, "little") + b"\x01" + bytes(4) + told
    assert names(pack((member, b"1"))) == ["手册.txt"]


def test_litter_of_operating_systems_is_left_out() -> None:
    assert names(pack(("__MACOSX/._a.txt", b"1"), (".hidden.txt", b"1"), ("a/.git/b.txt", b"1"), ("c.txt", b"1"))) == [
        "c.txt"
    ]


@pytest.mark.parametrize(
    "name", ["../a.txt", "a/../../b.txt", "/etc/a.txt", "C:\\a.txt", "a\\..\\b.txt", "．．/a.txt", "a／b.txt"]
)
def test_names_that_point_out_of_the_archive_are_left_out_with_a_note(name: str) -> None:
    extract = read(pack((name, b"1"), ("gut.txt", b"1")))
    assert [part.name for part in extract.parts] == ["gut.txt"]
    assert "is left out: its name points out of the archive" in extract.notes[0]


def test_backslashes_part_folders_and_marks_that_nobody_sees_go() -> None:
    assert names(pack(("目录\\a\u202e.txt", b"1"))) == ["目录/a.txt"]
    assert safe_name("a\x00.txt") is None


def test_a_member_without_a_name_is_left_out() -> None:
    data = pack(("x", b"1"), ("b.md", b"2"))
    place = data.index(b"PK\x01\x02")
    nameless = bytearray(data.replace(b"x", b"\x00"))
    assert nameless[place + 28] == 1
    assert names(bytes(nameless)) == ["b.md"]


def test_names_with_nul_are_left_out() -> None:
    assert names(named(b"aaaa\x00.txt")) == []


def test_kinds_that_are_not_read_are_named() -> None:
    extract = read(pack(("a.exe", b"MZ"), ("b.txt", b"1")))
    assert [part.name for part in extract.parts] == ["b.txt"]
    assert extract.notes == ("a.exe is left out: files of this kind are not read",)


def lock(data: bytes, *places: int) -> bytes:
    """Set the mark of a password in the entries of the directory at some places."""
    changed = bytearray(data)
    position = -1
    for place in range(max(places) + 1):
        position = data.index(b"PK\x01\x02", position + 1)
        if place in places:
            changed[position + 8] |= 1
    return bytes(changed)


def test_locked_members() -> None:
    data = pack(("a.txt", b"1"), ("b.txt", b"2"))
    extract = read(lock(data, 0))
    assert [part.name for part in extract.parts] == ["b.txt"]
    assert "password" in extract.notes[0]
    with pytest.raises(DocumentError, match="password"):
        read(lock(data, 0, 1))


def test_a_broken_member_costs_only_itself() -> None:
    data = bytearray(pack(("a.txt", b"1" * 100), ("b.txt", b"2")))
    data[36] ^= 0xFF
    extract = read(bytes(data))
    assert [part.name for part in extract.parts] == ["b.txt"]
    assert "it is broken" in extract.notes[0]


def test_bombs_are_refused() -> None:
    with pytest.raises(DocumentError, match="times its size"):
        read(pack(("a.txt", bytes(50_000_000))))


def test_archives_inside_are_parts() -> None:
    assert read(pack(("a.txt", pack(("b.txt", b"1"))))).parts[0].data[:2] == b"PK"


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read(pack(("../../x.txt", b"1"), ("a.txt", b"1")))
    assert not any(tmp_path.iterdir())


EXAMPLE = pack(("手册.txt", "年假十天。".encode()), ("目录/b.md", b"# b"))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE) - 1), st.binary(min_size=0, max_size=4), st.booleans())
def test_mutated_archives_end_in_an_extract_or_a_document_error(place: int, change: bytes, cut: bool) -> None:
    with contextlib.suppress(DocumentError):
        assert isinstance(read(EXAMPLE[:place] + change + (b"" if cut else EXAMPLE[place + len(change) :])), Extract)
