"""ZIP archives: what is in them, under names that are safe. Archives in archives are opened by the caller."""

from __future__ import annotations

import re
import struct
import zipfile

from index.errors import DocumentError
from index.loaders.extract import Extract, Part, Source
from index.loaders.packages import BROKEN, open_package, unpack

LARGEST_ARCHIVE = 1024 * 1024 * 1024
UTF8_FLAG, LOCKED_FLAG = 0x800, 1
UNICODE_PATH = 0x7075
MOST_NOTES, LONGEST_NAME = 20, 200
DRIVE = re.compile(r"^[A-Za-z]:")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# What operating systems put beside the files.
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini", "$RECYCLE.BIN")


def read_zip(source: Source) -> Extract:
    """Return the documents in an archive, in order of name; what cannot be taken out is in the notes.

    Raises `DocumentError` where the archive is broken or too large, and where all of it is locked.
    """
    package = open_package(source.data, LARGEST_ARCHIVE)
    members = [member for member in package.infolist() if not member.filename.endswith("/")]
    if members and all(member.flag_bits & LOCKED_FLAG for member in members):
        raise DocumentError("it is locked with a password. Save a copy without one")
    parts: list[Part] = []
    notes: list[str] = []
    encoding = _encoding_of_names(members)
    for number, member in enumerate(members):
        source.report(number, len(members))
        found = _take(package, member, _name_of(member, encoding))
        if isinstance(found, Part):
            parts.append(found)
        elif found:
            notes.append(found)
    source.report(len(members), len(members))
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"and {len(notes) - MOST_NOTES:,} more that could not be read"]
    return Extract(None, [], notes=tuple(notes), parts=tuple(sorted(parts, key=lambda part: part.name)))


def _take(package: zipfile.ZipFile, member: zipfile.ZipInfo, told: str) -> Part | str:
    """Return a member as a part, a note where it cannot be one, "" where nobody misses it."""
    shown = UNSEEN.sub("", told)[:LONGEST_NAME]
    name = safe_name(told)
    if name is None:
        return f"{shown} is left out: its name points out of the archive. Give it a plain name"
    if any(step in LITTER or step.startswith(".") for step in name.split("/")):
        return ""
    if member.flag_bits & LOCKED_FLAG:
        return f"{shown} is left out: it is locked with a password. Save a copy without one"
    from index.loaders import is_supported

    if not is_supported(name):
        return f"{shown} is left out: files of this kind are not read"
    try:
        return Part(name, unpack(package, member))
    except BROKEN as error:
        return f"{shown} is left out: it is broken ({error}). Pack it again"


def safe_name(told: str) -> str | None:
    """Return a member's name with forward slashes, `None` where it is absolute or leads out of the archive."""
    name = told.replace("\\", "/")
    if "\x00" in name or name.startswith("/") or DRIVE.match(name):
        return None
    steps = [UNSEEN.sub("", step).strip() for step in name.split("/")]
    # Full-width stops and slashes become plain ones in some file systems.
    if any(step.replace("．", ".") == ".." or "／" in step or "＼" in step for step in steps):
        return None
    kept = [step[-LONGEST_NAME:] for step in steps if step not in ("", ".")]
    return "/".join(kept) or None


def _raw_name(member: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a name whose encoding is not said; `zipfile` takes them for code page 437."""
    if member.flag_bits & UTF8_FLAG:
        return None
    try:
        return member.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return None


def _encoding_of_names(members: list[zipfile.ZipInfo]) -> str:
    """Find the encoding of the names that do not say theirs: one archive is packed on one computer."""
    raw = [name for member in members if (name := _raw_name(member)) is not None and not name.isascii()]
    readable = [
        encoding for encoding in ("utf-8", "gb18030", "big5hkscs") if _share_of_common(raw, encoding) is not None
    ]
    if "utf-8" in readable or not readable:
        return readable[0] if readable else "cp437"
    return max(readable, key=lambda encoding: _share_of_common(raw, encoding) or 0.0)


def _share_of_common(names: list[bytes], encoding: str) -> float | None:
    """Return the share of everyday characters in names, None where they cannot be in this encoding.

    The first levels of GB 2312 and of Big5 hold the hanzi of everyday use.
    """
    try:
        text = "".join(name.decode(encoding) for name in names)
    except UnicodeDecodeError:
        return None
    beyond = [character for character in text if character > "\x7f"]
    first, last = (b"\xb0", b"\xd8") if encoding == "gb18030" else (b"\xa4", b"\xc7")
    common = sum(first <= character.encode(encoding, "replace")[:1] < last for character in beyond)
    return common / max(1, len(beyond))


def _name_of(member: zipfile.ZipInfo, encoding: str) -> str:
    """Return a member's name, NUL and all."""
    said = _unicode_path(member.extra)
    raw = _raw_name(member)
    if said is not None or raw is None:
        return said if said is not None else member.orig_filename
    return raw.decode(encoding, errors="replace")


def _unicode_path(extra: bytes) -> str | None:
    """Return the name in UTF-8 that Info-ZIP and others put beside the one in the system's encoding."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == UNICODE_PATH and length > 5:
            try:
                return extra[position + 9 : position + 4 + length].decode()
            except UnicodeDecodeError:
                return None
        position += 4 + length
    return None
