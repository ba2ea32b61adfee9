"""Bytes to text: byte-order mark, then UTF-8, then the likeliest of the encodings that Chinese files come in."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

import chardet

from index.errors import DocumentError

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
RIVALS = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
SAMPLE = 20_000
LEAST_COMMON_SHARE = 0.6
MOST_CONTROL_SHARE = 0.02
LINE_ENDS = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")
UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufffd]"
)
ODD = re.compile(rf"{LINE_ENDS.pattern}|{UNSEEN.pattern}|\u00a0")


def decode(data: bytes) -> str:
    """Return the text of a file, with line ends as `\\n`.

    Raises `DocumentError` where the bytes are no text in any encoding that is known here.
    """
    text = _decode_certain(data)
    if text is None:
        text = _decode_likeliest(data)
    if text is None or _share_of_controls(text) > MOST_CONTROL_SHARE or _is_broken(text):
        raise DocumentError(
            f"not a text file: its {len(data)} bytes make no readable text in UTF-8, UTF-16, GB18030 or Big5. "
            "Save it as UTF-8 text, or remove it from the folder"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _decode_certain(data: bytes) -> str | None:
    """Decode what carries a byte-order mark or is strict UTF-8."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            # A cut-off last character must not cost the whole file, so errors are replaced behind a mark.
            return data[len(mark) :].decode(encoding, errors="replace")
    if _looks_like_utf16(data):
        return None
    text = _decode_whole(data, "utf-8")
    # A few hanzi in UTF-16 can be bytes of ASCII: 由 is "1u". The controls beside them give it away.
    return text if text is not None and _share_of_controls(text) <= MOST_CONTROL_SHARE else None


def _looks_like_utf16(data: bytes) -> bool:
    """ASCII in UTF-16 without a mark is valid UTF-8 full of NULs; text in UTF-8 has none."""
    sample = data[:SAMPLE]
    return sample.count(0) > len(sample) // 10


def _decode_likeliest(data: bytes) -> str | None:
    """Let chardet guess, then compare its guess with the Chinese encodings by how common the characters are.

    chardet is right on nearly everything but takes some texts under 20 bytes for Japanese or Czech and does not look
    for UTF-16 without a mark.
    """
    guess = chardet.detect(data[:SAMPLE])["encoding"]
    best, best_share = None, LEAST_COMMON_SHARE
    for encoding in ((guess,) if guess else ()) + RIVALS:
        text = _decode_whole(data, encoding)
        if text is not None and (share := _share_of_common(text[:SAMPLE])) > best_share:
            best, best_share = text, share
    return best


def _decode_whole(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _share_of_common(text: str) -> float:
    return sum(map(_is_common, text)) / max(1, len(text))


@lru_cache(maxsize=65_536)
def _is_common(character: str) -> bool:
    """Whether a character is everyday text: ASCII, Latin-1 letters, punctuation, kana, or a hanzi of the first level.

    The first levels of GB 2312 and of Big5 are ordered by use and hold about 3,755 and 5,401 characters.
    """
    code = ord(character)
    if code < 0x80:
        return character.isprintable() or character in "\t\n\r\f"
    if 0xC0 <= code < 0x250 or 0x2010 <= code < 0x2027 or 0x3000 <= code < 0x3100 or 0xFF01 <= code < 0xFF5F:
        return True
    if not 0x4E00 <= code <= 0x9FFF:
        return False
    return _lead_byte(character, "gb2312") < 0xD8 or _lead_byte(character, "big5") < 0xC9


def _lead_byte(character: str, encoding: str) -> int:
    try:
        return character.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0xFF


def _share_of_controls(text: str) -> float:
    controls = sum(1 for c in text[:SAMPLE] if (ord(c) < 0x20 and c not in "\t\n\r\f\x0b") or ord(c) == 0x7F)
    return controls / max(1, len(text[:SAMPLE]))


def _is_broken(text: str) -> bool:
    """A few replacement characters come with texts from the web; many mean that the mark at the start lied."""
    return text.count("\ufffd") > 1 + len(text) // 10


def decode_clean(data: bytes) -> str:
    """Return the text of a file without what no reader sees; see `decode` and `clean`."""
    return clean(decode(data))


def clean(text: str) -> str:
    """Take out what no reader sees: controls, zero-width marks, bidirectional overrides; make odd spaces plain."""
    if ODD.search(text) is None:
        return text
    return LINE_ENDS.sub("\n", UNSEEN.sub("", text)).replace("\u00a0", " ")
