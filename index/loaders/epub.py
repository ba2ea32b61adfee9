"""EPUB: the chapters in the order of reading, with their headings. The cover and the contents are left out."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote, urldefrag

from lxml import etree

from index.errors import DocumentError
from index.loaders.extract import Block, Extract, Source
from index.loaders.packages import open_package, parse_xml, read_member
from index.loaders.web import decode_page, finish_headings, parse_page
from index.loaders.web_blocks import blocks_of_element, flow

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
# Publishers scramble fonts under these names; the text is open all the same.
FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
COVER = re.compile(r"(?:^|[/_-])(?:cover|titlepage|toc|nav|contents?-page)\b[^/]*$", re.IGNORECASE)
# XHTML closes what HTML does not let it close so: <title/>, <script src="…"/>, <a id="…"/>.
SELF_CLOSED = re.compile(r"<(title|script|style|iframe|textarea|a|span|div|p|i|b|em|strong|td|th|li)(\s[^<>]*)?/>")
LONGEST_COVER = 80
DEEPEST_NAVIGATION = 6


@dataclass(frozen=True, slots=True)
class _Chapter:
    path: str
    linear: bool


def read_epub(source: Source) -> Extract:
    """Read an electronic book. Raises `DocumentError` where it is broken or its text is locked."""
    package = open_package(source.data)
    names = set(package.namelist())
    opf_path = _find_opf(package)
    opf = parse_xml(read_member(package, opf_path), opf_path)
    chapters = _chapters(opf, posixpath.dirname(opf_path))
    _check_open(package, names, {chapter.path for chapter in chapters})
    navigation = _Navigation.read(package, names, opf, opf_path)
    blocks: list[Block] = []
    notes: list[str] = []
    ordered = [chapter for chapter in chapters if chapter.linear] + [one for one in chapters if not one.linear]
    for number, chapter in enumerate(ordered):
        source.report(number, len(ordered))
        if chapter.path not in names:
            notes.append(f"its chapter {chapter.path} is missing")
        elif chapter.path != navigation.path:
            blocks += _read_chapter(package, chapter.path, navigation.headings.get(chapter.path))
    source.report(len(ordered), len(ordered))
    if not blocks:
        raise DocumentError("; ".join(notes[:3]) or "no text in this book; its pages may be pictures. Remove it")
    title = next((text for one in opf.iter("{*}title") if (text := flow(one.text or ""))), None)
    return Extract(title, finish_headings(blocks), notes=tuple(notes))


def _find_opf(package: zipfile.ZipFile) -> str:
    container = parse_xml(read_member(package, CONTAINER), CONTAINER)
    path = next((one.get("full-path", "") for one in container.iter("{*}rootfile")), "")
    if not path:
        raise DocumentError("it does not say where its chapters are. Save the book again")
    return unquote(path)


def _chapters(opf: etree._Element, folder: str) -> list[_Chapter]:
    """Return the chapters in the order of the spine."""
    items = {item.get("id", ""): item for item in opf.iterfind("{*}manifest/{*}item")}
    found: dict[str, _Chapter] = {}
    for reference in opf.iterfind("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or item.get("media-type", CHAPTERS[0]) not in CHAPTERS:
            continue
        path = _join(folder, item.get("href", ""))
        found.setdefault(path, _Chapter(path, reference.get("linear", "yes") != "no"))
    return list(found.values())


def _join(folder: str, reference: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(urldefrag(reference).url)))


def _check_open(package: zipfile.ZipFile, names: set[str], chapters: set[str]) -> None:
    """Raise `DocumentError` where chapters are encrypted, as bought books are."""
    if ENCRYPTION not in names:
        return
    for data in parse_xml(read_member(package, ENCRYPTION), ENCRYPTION).iter("{*}EncryptedData"):
        method = next((one.get("Algorithm", "") for one in data.iter("{*}EncryptionMethod")), "")
        targets = {unquote(one.get("URI", "")) for one in data.iter("{*}CipherReference")}
        if method not in FONT_SCRAMBLING and targets & chapters:
            raise DocumentError("its text is locked (DRM). Take a copy without a lock")


@dataclass(frozen=True, slots=True)
class _Navigation:
    """The book's table of contents: its own path, and of each chapter the heading and its depth from 1."""

    path: str
    headings: Mapping[str, tuple[str, int]]

    @classmethod
    def read(cls, package: zipfile.ZipFile, names: set[str], opf: etree._Element, opf_path: str) -> _Navigation:
        """Read the contents of EPUB 3, else those of EPUB 2; a book without any is readable too."""
        folder = posixpath.dirname(opf_path)
        items = [*opf.iterfind("{*}manifest/{*}item")]
        own = next((item for item in items if "nav" in item.get("properties", "").split()), None)
        ncx = next((item for item in items if item.get("media-type") == "application/x-dtbncx+xml"), None)
        path = _join(folder, own.get("href", "")) if own is not None else ""
        try:
            if path in names:
                return cls(path, _read_nav(package, path))
            if ncx is not None and (where := _join(folder, ncx.get("href", ""))) in names:
                return cls("", _read_ncx(package, where))
        except DocumentError:
            pass  # the chapters can be read without
        return cls(path, {})


def _read_nav(package: zipfile.ZipFile, path: str) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    root = parse_page(_open_tags(decode_page(read_member(package, path))))
    for link in root.iterfind(".//nav//a"):
        depth = sum(1 for one in link.iterancestors() if one.tag == "ol")
        found.setdefault(_join(posixpath.dirname(path), link.get("href", "")), (_words(link), max(1, depth)))
    return found


def _read_ncx(package: zipfile.ZipFile, path: str) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for point in parse_xml(read_member(package, path), path).iter("{*}navPoint"):
        depth = 1 + sum(1 for one in point.iterancestors() if str(one.tag).endswith("}navPoint"))
        label, content = point.find("{*}navLabel"), point.find("{*}content")
        if label is not None and content is not None:
            where = _join(posixpath.dirname(path), content.get("src", ""))
            found.setdefault(where, (_words(label), depth))
    return found


def _words(element: etree._Element) -> str:
    return flow("".join(map(str, element.itertext())))


def _read_chapter(package: zipfile.ZipFile, path: str, heading: tuple[str, int] | None) -> list[Block]:
    """Return a chapter's blocks, its first heading at the depth that the contents give it."""
    root = parse_page(_open_tags(decode_page(read_member(package, path))))
    body = root.find("body")
    blocks = blocks_of_element(root if body is None else body)
    length = sum(len(block.text) for block in blocks)
    if COVER.search(path) and length <= LONGEST_COVER:
        return []
    if heading is None or not heading[0] or not blocks:
        return blocks
    text, depth = heading[0], min(heading[1], DEEPEST_NAVIGATION)
    # The title of the book is above all of its chapters.
    return [*_place_headings(blocks, text, depth + 1)]


def _place_headings(blocks: list[Block], text: str, level: int) -> Iterator[Block]:
    first = next((place for place, block in enumerate(blocks[:5]) if _same(block.text, text)), None)
    marked = next((block.level for block in blocks if block.level is not None), None)
    if first is None and marked is None:
        yield Block(text, level)
    shift = level - marked if marked is not None else 0
    for place, block in enumerate(blocks):
        if place == first:
            yield replace(block, level=level)
        else:
            yield block if block.level is None else replace(block, level=max(1, block.level + shift))


def _same(left: str, right: str) -> bool:
    return "".join(left.split()) == "".join(right.split())


def _open_tags(text: str) -> str:
    return SELF_CLOSED.sub(lambda found: f"<{found.group(1)}{found.group(2) or ''}></{found.group(1)}>", text)
