"""MSG files of Outlook: read from the streams that python-oxmsg finds in them.

Its own accessors raise where a text is not in the encoding that the file names, as with many Chinese ones.
The names of the streams are those of [MS-OXMSG]: number of the property, then its type.
"""

from __future__ import annotations

import io
import struct
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import SMTP

import olefile  # type: ignore[import-untyped]
from oxmsg.storage import Storage

from index.errors import DocumentError
from index.loaders.extract import Part
from index.loaders.mail import decode_text, header_text, show_date
from index.loaders.mail_blocks import Mail, Text, attachment_name, choose_texts, mail_name
from index.loaders.sheet_formats import show_value
from index.loaders.web_blocks import flow

SUBJECT, BODY, HTML, RTF, HEADERS = 0x0037, 0x1000, 0x1013, 0x1009, 0x007D
SENDER_NAME, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
DISPLAY_NAME, ADDRESS, SMTP_ADDRESS, RECIPIENT_TYPE = 0x3001, 0x3003, 0x39FE, 0x0C15
SUBMITTED, DELIVERED = 0x0039, 0x0E06
LONG_NAME, SHORT_NAME, DATA, CONTENT_ID, HIDDEN = 0x3707, 0x3704, 0x3701, 0x3712, 0x7FFE
CODEPAGE, INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
TEXT_16, TEXT_8, BINARY, OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
TO, CC = 1, 2
CHINA = timedelta(hours=8)
DEEPEST = 10
FIRST_OF_ALL = datetime(1601, 1, 1)


def read_outlook(data: bytes) -> Mail:
    """Read an Outlook mail. Raises `DocumentError` where it is broken or something else."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            root = Storage.from_ole(file)
        if not any(stream.name.startswith("__substg1.0_") for stream in root.streams):
            raise DocumentError("no mail of Outlook. Give the file the suffix of the program that it is from")
        return _read(_Properties(root), 0)
    except DocumentError:
        raise
    except RecursionError:
        raise DocumentError("its parts are nested too deep. Forward the mail and save that") from None
    except Exception as error:  # of broken files olefile raises whatever its slices and lookups raise
        raise DocumentError(f"its records are broken ({error}). Save the mail again as .msg or .eml") from None


class _Properties:
    """The properties of a mail, of a recipient or of an attachment."""

    def __init__(self, storage: Storage, codepage: int = 0) -> None:
        self.storage = storage
        self._streams = {stream.name.upper(): stream.bytes_ for stream in storage.streams}
        self._fixed = self._read_fixed()
        self.codepage = self.number(INTERNET_CODEPAGE) or self.number(CODEPAGE) or codepage

    def _read_fixed(self) -> dict[int, bytes]:
        """Read the properties of fixed length, 16 bytes each behind a head of 8, 24 or 32 bytes of counters."""
        content = self._streams.get("__PROPERTIES_VERSION1.0", b"")
        records = range(len(content) % 16, len(content) - 15, 16)
        return {struct.unpack_from("<H", content, place + 2)[0]: content[place + 8 : place + 16] for place in records}

    def number(self, name: int) -> int:
        """Return an integer, 0 where it is not there."""
        return int.from_bytes(self._fixed.get(name, b"")[:4], "little")

    def moment(self, name: int) -> datetime | None:
        """Return a moment by the clock of China; the file counts from 1601 in Greenwich."""
        ticks = int.from_bytes(self._fixed.get(name, b""), "little")
        try:
            return FIRST_OF_ALL + timedelta(seconds=ticks // 10_000_000) + CHINA if ticks else None
        except OverflowError:
            return None

    def binary(self, name: int) -> bytes:
        """Return bytes, b"" where there are none."""
        return self._streams.get(f"__SUBSTG1.0_{name:04X}{BINARY:04X}", b"")

    def text(self, name: int) -> str:
        """Return a text, "" where there is none."""
        wide = self._streams.get(f"__SUBSTG1.0_{name:04X}{TEXT_16:04X}")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\x00")
        narrow = self._streams.get(f"__SUBSTG1.0_{name:04X}{TEXT_8:04X}", b"").rstrip(b"\x00")
        return decode_text(narrow, _encoding(self.codepage))

    def inner(self, start: str) -> list[_Properties]:
        """Return the properties of what is inside: recipients, attachments."""
        found = [one for one in self.storage.storages if one.name.lower().startswith(start)]
        return [_Properties(one, self.codepage) for one in sorted(found, key=lambda one: str(one.name))]


def _encoding(codepage: int) -> str:
    return {65001: "utf-8", 936: "gb18030", 54936: "gb18030", 950: "big5", 932: "cp932"}.get(codepage, f"cp{codepage}")


def _read(mail: _Properties, depth: int) -> Mail:
    found = Mail(flow(mail.text(SUBJECT)))
    headers = HeaderParser().parsestr(mail.text(HEADERS))
    sender = _named(mail.text(SENDER_NAME), mail.text(SENDER_SMTP) or mail.text(SENDER_ADDRESS))
    people = mail.inner("__recip_version1.0_")
    found.headers = [("发件人", sender or header_text(str(headers.get("from", ""))))]
    for label, kind in (("收件人", TO), ("抄送", CC)):
        named = (
            _named(one.text(DISPLAY_NAME), one.text(SMTP_ADDRESS) or one.text(ADDRESS))
            for one in people
            if (one.number(RECIPIENT_TYPE) & 0xF or TO) == kind
        )
        found.headers.append((label, "、".join(one for one in named if one)))
    sent = mail.moment(SUBMITTED) or mail.moment(DELIVERED)
    date = show_date(str(headers.get("date", "")))
    found.headers.append(("时间", date or (show_value(sent) if sent else "")))
    _add_texts(mail, found)
    for number, attachment in enumerate(mail.inner("__attach_version1.0_"), 1):
        _add_attachment(attachment, found, number, depth)
    return found


def _named(name: str, address: str) -> str:
    # Inside of a company an address is a path in its directory, which tells nobody anything.
    address = address if "@" in address else ""
    return f"{name} <{address}>" if name and address and name != address else name or address


def _add_texts(mail: _Properties, found: Mail) -> None:
    found.texts.append(Text(mail.text(BODY), False, 1))
    page = mail.binary(HTML)
    if page.strip():
        found.texts.append(Text(decode_text(page, _encoding(mail.codepage), is_page=True), True, 1))
    elif mail.text(HTML).strip():
        found.texts.append(Text(mail.text(HTML), True, 1))
    elif not found.texts[-1].text.strip() and (packed := mail.binary(RTF)):
        try:
            found.texts.append(Text(_rtf_text(packed), False, 1))
        except Exception:  # of a broken text the libraries raise whatever their slices and tables raise
            found.notes.append("its text, kept as RTF, is broken and was not read. Save the mail again as .eml")


def _rtf_text(packed: bytes) -> str:
    """Return the text of a mail that has it as compressed RTF only ([MS-OXRTFCP])."""
    from compressed_rtf import decompress  # type: ignore[import-untyped]
    from striprtf.striprtf import rtf_to_text

    # Few mails need them, so that they are imported here.
    return str(rtf_to_text(decompress(packed).decode("latin-1"), errors="replace")).strip()  # type: ignore[no-untyped-call]


def _add_attachment(attachment: _Properties, found: Mail, number: int, depth: int) -> None:
    name = attachment.text(LONG_NAME) or attachment.text(SHORT_NAME) or attachment.text(DISPLAY_NAME)
    is_picture = name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".bmp"))
    if is_picture and (attachment.text(CONTENT_ID) or attachment.number(HIDDEN)):
        return  # a logo in the text, not something that was sent
    if data := attachment.binary(DATA):
        found.parts.append(Part(attachment_name(name, f"附件{number}"), data))
        return
    inner = [one for one in attachment.storage.storages if one.name.upper().endswith(f"{DATA:04X}{OBJECT:04X}")]
    for one in inner:
        if depth >= DEEPEST:
            found.notes.append("forwarded mails that lie deeper in it are left out. Save them by themselves")
        elif any(stream.name.startswith("__substg1.0_") for stream in one.streams):
            mail = _read(_Properties(one, attachment.codepage), depth + 1)
            found.parts.append(Part(mail_name(mail.subject or name), _as_eml(mail)))


def _as_eml(mail: Mail) -> bytes:
    """Write a forwarded mail as EML: inside of the file it has no bytes of its own that could be read alone."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = flow(mail.subject)
    lines = [f"{label}：{flow(value)}" for label, value in mail.headers if flow(value)]
    chosen = [*choose_texts(mail.texts)]
    lines += [one.text for one in chosen if not one.is_page]
    message.set_content("\n".join(lines).encode("utf-8", "replace").decode())
    for page in (one for one in chosen if one.is_page):
        message.add_attachment(page.text.encode("utf-8", "replace"), "text", "html", filename="正文.html")
    for part in mail.parts:
        message.add_attachment(part.data, "application", "octet-stream", filename=part.name)
    return message.as_bytes()
