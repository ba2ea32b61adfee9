from __future__ import annotations

import pytest

from index.user_words import parse_user_words


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("碳谷绿湾", "碳谷绿湾"),
        ("碳谷绿湾 100", "碳谷绿湾"),
        ("碳谷绿湾 100 ns", "碳谷绿湾"),
        ("碳谷绿湾 nz", "碳谷绿湾"),
        ("\ufeff碳谷绿湾", "碳谷绿湾"),
        ("  碳谷绿湾\t5  ", "碳谷绿湾"),
        ("MateBook X 100 nz", "MateBook X"),
        ("MateBook Pro", "MateBook Pro"),
        ("matebook pro", "matebook pro"),
        ("C++", "C++"),
    ],
)
def test_the_word_of_a_line(line: str, word: str) -> None:
    assert parse_user_words(line.encode()).words == (word,)


def test_comments_empty_lines_and_repetitions_are_left_out() -> None:
    words = parse_user_words("# 园区\r\n\r\n碳谷绿湾\r\n绿核\n碳谷绿湾 3\n".encode())
    assert (words.words, words.broken) == (("碳谷绿湾", "绿核"), ())
    assert parse_user_words(b"").words == ()


def test_a_broken_line_is_named_and_the_others_count() -> None:
    data = "绿核\n".encode() + "碳谷".encode("gbk") + "\n——\n1200\n谷\n".encode() + ("长" * 65).encode() + b"\n"
    words = parse_user_words(data + "碳谷绿湾".encode())
    assert words.words == ("绿核", "碳谷绿湾")
    assert [failure.document for failure in words.broken] == ["userdict.txt"] * 5
    assert [failure.error.split("(")[0].split(" is")[0].strip() for failure in words.broken] == [
        f"line {number}" for number in range(2, 7)
    ]
    assert words.broken[0].error == "line 2 is not in UTF-8. Save the file as UTF-8"


def test_many_broken_lines_are_counted() -> None:
    words = parse_user_words("——\n".encode() * 1_000 + "绿核".encode())
    assert words.words == ("绿核",)
    assert len(words.broken) == 21
    assert words.broken[-1].error == "and 980 more lines like these are left alone"


def test_a_hundred_thousand_lines_are_read() -> None:
    data = "".join(f"词{chr(0x4E00 + at % 20_000)}{chr(0x4E00 + at // 20_000)} {at}\n" for at in range(100_000))
    assert len(parse_user_words(data.encode()).words) == 100_000
