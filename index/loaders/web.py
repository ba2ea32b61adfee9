"""Web pages: the main text with its headings, lists and tables, in any encoding. Nothing is ever fetched."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import replace

import lxml.html
from lxml import etree

from index.errors import DocumentError
from index.loaders.encoding import BYTE_ORDER_MARKS, clean, decode
from index.loaders.extract import Block, Extract, Source
from index.loaders.structure import demote_empty_headings, numbered_heading_level
from index.loaders.text import extract_text
from index.loaders.web_blocks import HEADINGS, blocks_of_element, flow
from index.loaders.web_main import drop_asides

DEEPEST_HEADING = 6
# Where the encoding is declared, browsers look no further.
DECLARED_WITHIN = 4096
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
# As browsers do: files that say GB 2312 hold GBK, those that say Latin-1 hold Windows-1252.
WIDER = {
    **dict.fromkeys(("gb2312", "gb_2312-80", "gbk", "cp936", "x-gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
}
# Of Python's codecs some are no encodings of text, and some take quadratic time.
TEXT_CODEC = re.compile(
    r"(?:utf|gb|big5|hz|iso|windows|cp\d|koi|shift|sjis|euc|us-ascii|ascii|latin|ks_c|mac|x-)", re.I
)
XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
UNCLOSED = re.compile(r"</?(?:font|b|i|u|span|strong|em|center|div|a|small|big|blockquote)\b[^>]*>", re.IGNORECASE)
TOO_DEEP = "Excessive depth"
SITE = re.compile(r"(?:网|网站|官网|门户|政府|频道|中心|平台|论坛|博客|百科|新闻|首页|知乎|简书|CSDN)$")
LONGEST_TITLE = 120


def read_html(source: Source) -> Extract:
    """Read the main text of a web page. Raises `DocumentError` where it is none."""
    return extract_page(decode_page(source.data), main_only=True)


def read_whole_page(source: Source) -> Extract:
    """Read all of a web page, for what is no page of a site: an exported table, a mail."""
    return extract_page(decode_page(source.data), main_only=False)


def decode_page(data: bytes, declared: str | None = None) -> str:
    """Return the text of a page, in the encoding of its mark, then UTF-8, then what it or its envelope declares."""
    if any(data.startswith(mark) for mark, _ in BYTE_ORDER_MARKS):
        return decode(data)
    found = DECLARED.search(data[:DECLARED_WITHIN])
    names = [declared or "", found.group(1).decode() if found else ""]
    # Text in another encoding is next to never UTF-8 by chance, but pages often say they are in another one.
    order = [*names, "utf-8"] if data.isascii() else ["utf-8", *names]
    for name in order:
        text = decode_as(data, name)
        if text is not None:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return decode(data)
    except DocumentError:
        # One broken byte must not cost the page: what was declared holds, the byte is lost.
        for name in (*names, "utf-8"):
            text = decode_as(data, name, "replace")
            if text is not None and text.count("\ufffd") < 1 + len(text) // 100:
                return text.replace("\ufffd", "")
        raise


def decode_as(data: bytes, name: str, errors: str = "strict") -> str | None:
    """Return bytes decoded as they are said to be, None where they are not or where that is no encoding."""
    name = name.strip().lower()
    name = WIDER.get(name, name)
    if not TEXT_CODEC.match(name):
        return None
    try:
        return data.decode(codecs.lookup(name).name, errors)
    except (UnicodeError, LookupError, ValueError):
        return None


def extract_page(text: str, main_only: bool) -> Extract:
    """Return the title and the blocks of a page. Raises `DocumentError` where it is too broken to be read."""
    root = parse_page(text)
    head = find_title(root)
    body = root.find("body")
    body = root if body is None else body
    if main_only:
        drop_asides(body)
    blocks = blocks_of_element(body)
    if not blocks:
        raise DocumentError("no text in this page. Perhaps a program in it would load it: save it from the browser")
    has_structure = any(block.level for block in blocks) or any(
        body.find(f".//{tag}") is not None for tag in ("table", "li")
    )
    if not has_structure:
        # A plain document in paragraphs: it is read as the same text without tags would be.
        plain = extract_text("\n".join(block.text for block in blocks))
        return replace(plain, title=head or plain.title)
    title = _title(head, blocks, root)
    return Extract(title, finish_headings(blocks))


def finish_headings(blocks: Sequence[Block]) -> list[Block]:
    """Find the headings that only their numbers show, below those that are marked as such."""
    found = []
    for block in blocks:
        numbered = numbered_heading_level(block.text) if block.level is None else None
        found.append(Block(block.text, DEEPEST_HEADING + 1 + numbered) if numbered else block)
    return demote_empty_headings(found, surest_level=DEEPEST_HEADING)


def parse_page(text: str) -> etree._Element:
    """Parse HTML or XHTML, however broken. Entities are those of HTML; none is fetched or expanded."""
    text = XML_DECLARATION.sub("", text, count=1).replace("\x00", "")
    root = _parse(text)
    if root is None:
        # Unclosed marks nest without end, and what lies deeper than libxml2 goes is lost.
        root = _parse(UNCLOSED.sub(lambda found: "<br>" if found.group(0)[1:5] == "div " else " ", text))
    if root is None:
        raise DocumentError("its elements are nested too deep. Save the page again from the browser")
    return root


def _parse(text: str) -> etree._Element | None:
    """Return the root of a page, None where it lies deeper than the parser goes."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise DocumentError(f"no web page that can be read ({error}). Save it again from the browser") from None
    return None if any(TOO_DEEP in str(entry.message) for entry in parser.error_log) else root


def find_title(root: etree._Element) -> str | None:
    """Return the title in a page's head without the name of its site."""
    element = root.find(".//title")
    title = flow(element.text or "") if element is not None else ""
    site = next((one.get("content") for one in root.iter("meta") if one.get("property") == "og:site_name"), None)
    parts = [part.strip() for part in re.split(r"\s+[-|–—·_»/]\s+|\s*[|｜]\s*|_|——", title) if part.strip()]
    parts = [part for part in parts if part != (site or "").strip()] or parts
    if len(parts) > 1:
        title = next((part for part in parts if not SITE.search(part)), parts[0])
    dashed = re.match(r"(.{4,})-([^-]{2,20})$", title)
    if dashed and SITE.search(dashed.group(2)):
        title = dashed.group(1).rstrip("- ")
    return clean(title)[:LONGEST_TITLE] or None


def _title(head: str | None, blocks: Sequence[Block], root: etree._Element) -> str | None:
    """Choose between the first heading and the title in the head, which may be that of the whole site."""
    first = [block.text for block in blocks if block.level == 1]
    if len(first) == 1 or (first and head and any(one in head for one in first)):
        return next((one for one in first if head and one in head), first[0])
    headings = [block.text for block in blocks if block.level is not None and block.level <= len(HEADINGS)]
    return head or next(iter(first or headings), None)
