"""Web archives (MHTML, MHT): the page that was saved; its pictures and frames' styles are left out."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from index.errors import DocumentError
from index.loaders.extract import Extract, Source
from index.loaders.web import decode_page, extract_page

PAGES = ("text/html", "application/xhtml+xml")


def read_mhtml(source: Source) -> Extract:
    """Read the first page of a web archive, that of a browser or of Word. Raises `DocumentError` where it has none."""
    try:
        message = BytesParser(policy=compat32).parsebytes(source.data)
        pages = [part for part in message.walk() if part.get_content_type() in PAGES]
        page = next(iter(pages), None)
        body = _body(page) if page is not None else b""
        charset = page.get_content_charset() if page is not None else None
    except RecursionError:
        raise DocumentError("its parts are nested too deep. Save the page again from the browser") from None
    except Exception as error:  # of broken headers the parser of `email` raises whatever its lookups raise
        raise DocumentError(f"no web archive that can be read ({error}). Save the page again") from None
    if not body.strip():
        raise DocumentError("no page in this web archive. Save the page again from the browser")
    return extract_page(decode_page(body, charset), main_only=True)


def _body(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""
