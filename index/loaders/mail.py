"""Mail: EML files through the standard library, MSG files of Outlook through `mail_msg`.

Headers are decoded here and not by `email.policy.default`, which raises on some that are broken and decodes each
encoded word by itself: Chinese mail programs cut subjects in the middle of a character.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from datetime import datetime
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

from index.errors import DocumentError
from index.loaders.encoding import decode
from index.loaders.extract import Extract, Part, Source
from index.loaders.mail_blocks import Mail, Text, attachment_name, mail_name
from index.loaders.sheet_formats import show_value
from index.loaders.web import decode_as, decode_page

ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=")
SAID_OF_MAIL = ("from", "to", "subject", "date", "received", "content-type", "message-id", "mime-version")
ADDRESSES = (("发件人", "from"), ("收件人", "to"), ("抄送", "cc"))
LONGEST_HEADER = 100_000
LOCKED = "its text is encrypted. Save a copy of the mail that is not"


def read_eml(source: Source) -> Extract:
    """Read a mail with its attachments. Raises `DocumentError` where it is none."""
    try:
        message = BytesParser(policy=compat32).parsebytes(source.data)
        return read_message(message).extract()
    except DocumentError:
        raise
    except RecursionError:
        raise DocumentError("its parts are nested too deep. Forward the mail and save that") from None
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # What the parser of `email` meets in broken parts it does not say otherwise.
        raise DocumentError(f"its parts are broken ({error}). Save the mail again") from None


def read_msg(source: Source) -> Extract:
    """Read a mail that Outlook saved. Raises `DocumentError` where it is none."""
    from index.loaders.mail_msg import read_outlook

    return read_outlook(source.data).extract()


def read_message(message: Message) -> Mail:
    """Return what a parsed mail says."""
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), _decode_bytes(str(value)[:LONGEST_HEADER]))
    if not any(name in headers for name in SAID_OF_MAIL):
        raise DocumentError("no mail: it has no headers. Save it again as .eml")
    mail = Mail(header_text(headers.get("subject", "")))
    mail.headers = [(label, _addresses(headers.get(name, ""))) for label, name in ADDRESSES]
    mail.headers.append(("时间", show_date(headers.get("date", ""))))
    _read_part(message, mail, 0)
    return mail


def _read_part(part: Message, mail: Mail, group: int) -> None:
    """Add a part of a mail and those inside of it; `group` is that of the alternatives that it is one of."""
    kind = part.get_content_type()
    payload = part.get_payload()
    if kind == "message/rfc822":
        _add_mail(part, payload, mail)
    elif isinstance(payload, list):
        if kind == "multipart/encrypted":
            mail.notes.append(LOCKED)
        inner = len(mail.texts) + 1 if kind == "multipart/alternative" and not group else group
        for child in payload:
            if isinstance(child, Message):
                _read_part(child, mail, inner)
    elif kind == "application/pkcs7-mime" and "signed" not in str(part.get_param("smime-type")):
        mail.notes.append(LOCKED)
    else:
        _add_leaf(part, kind, mail, group)


def _add_leaf(part: Message, kind: str, mail: Mail, group: int) -> None:
    for name, value in part.raw_items():
        if name.lower() in ("content-disposition", "content-type") and not str(value).isascii():
            part.replace_header(name, _decode_bytes(str(value)))
    body = part.get_payload(decode=True)
    data = body if isinstance(body, bytes) else b""
    name = header_text(part.get_filename() or "")
    disposition = part.get_content_disposition()
    if kind in ("text/plain", "text/html") and disposition != "attachment" and not name:
        charset = str(part.get_content_charset() or "")
        is_page = kind == "text/html"
        mail.texts.append(Text(decode_text(data, charset, is_page), is_page, group))
    elif kind.startswith("image/") and (part.get("content-id") or disposition == "inline"):
        return  # a logo in the text, not something that was sent
    elif data and (name or disposition == "attachment" or not kind.startswith(("text/", "multipart/"))):
        default = f"附件{len(mail.parts) + 1}{mimetypes.guess_extension(kind) or ''}"
        mail.parts.append(Part(attachment_name(name, default), data))


def _add_mail(part: Message, payload: object, mail: Mail) -> None:
    """Add a forwarded mail as a document of its own, under its subject."""
    inner = next((one for one in payload if isinstance(one, Message)), None) if isinstance(payload, list) else None
    data = b""
    if inner is not None and len(inner.keys()):
        try:
            data = inner.as_bytes()
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            mail.notes.append("a forwarded mail in it is broken and left out. Save it by itself")
            return
    if inner is None or part.get("content-transfer-encoding", "").strip().lower() == "base64":
        # Against the standard, and done by some servers all the same.
        data = _unpack(payload if isinstance(payload, str) else str(inner.get_payload()) if inner else "") or data
        inner = BytesParser(policy=compat32).parsebytes(data) if data else None
    if inner is not None and data:
        subject = next((str(value) for name, value in inner.raw_items() if name.lower() == "subject"), "")
        mail.parts.append(Part(mail_name(header_text(_decode_bytes(subject))), data))


def _unpack(text: str) -> bytes:
    try:
        return base64.b64decode(text + "===")
    except (binascii.Error, ValueError):
        return b""


def decode_text(data: bytes, charset: str, is_page: bool = False) -> str:
    """Decode a body. What it is said to be is often wrong: GBK named US-ASCII, UTF-8 named GB 2312."""
    if not data.strip():
        return ""
    for name in ("utf-8", charset) if not data.isascii() else (charset, "utf-8"):
        # Every byte is some character of Latin-1, which says nothing about what it is.
        text = decode_as(data, name) if name.lower() not in ("us-ascii", "iso-8859-1", "latin1") else None
        if text is not None:
            return text
    try:
        return decode_page(data, charset) if is_page else decode(data)
    except DocumentError:
        return (decode_as(data, charset, "replace") or data.decode("utf-8", "replace")).replace("\ufffd", "")


def _decode_bytes(value: str) -> str:
    """Return a header whose bytes are no ASCII, against the standard, as text."""
    try:
        data = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value
    if data.isascii():
        return value
    for name in ("utf-8", "gb18030", "big5"):
        text = decode_as(data, name)
        if text is not None:
            return text
    return data.decode("utf-8", "replace").replace("\ufffd", "")


def header_text(value: str) -> str:
    """Return a header with its encoded words decoded; words of one encoding are joined before."""
    parts: list[str | tuple[str, bytes]] = []
    position = 0
    for found in ENCODED_WORD.finditer(value):
        between = value[position : found.start()]
        charset = found.group(1).split("*")[0].lower()
        data = _word_bytes(found.group(2), found.group(3))
        last = parts[-1] if parts else ""
        if isinstance(last, tuple) and not between.strip():
            if last[0] == charset:
                parts[-1] = (charset, last[1] + data)
                position = found.end()
                continue
        elif between:
            parts.append(between)
        parts.append((charset, data))
        position = found.end()
    parts.append(value[position:])
    text = "".join(part if isinstance(part, str) else decode_text(part[1], part[0]) for part in parts)
    return re.sub(r"\s*[\r\n]\s*", " ", text).strip()


def _word_bytes(way: str, text: str) -> bytes:
    if way in "Bb":
        return _unpack(text)
    return binascii.a2b_qp(text.encode("utf-8", "replace"), header=True)


def _addresses(value: str) -> str:
    """Return addresses as 张三 <zhang@example.com>、李四 <li@example.com>."""
    try:
        found = [(header_text(name), address) for name, address in getaddresses([value])]
    except (ValueError, IndexError, TypeError):
        found = []
    shown = [f"{name} <{address}>" if name and address else name or address for name, address in found]
    return "、".join(one for one in shown if one) or header_text(value)


def show_date(value: str) -> str:
    """Return a date as the sender's clock showed it."""
    try:
        moment: datetime = parsedate_to_datetime(value.strip())
        return show_value(moment.replace(tzinfo=None))
    except (ValueError, TypeError, IndexError, OverflowError):
        return header_text(value)
