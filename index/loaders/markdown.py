"""Markdown: headings become sections; emphasis marks, link targets, images and tags stay out of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from index.loaders.encoding import decode_clean
from index.loaders.extract import Block, Extract, Source
from index.loaders.lines import bullet, join_all, join_soft_lines
from index.loaders.structure import (
    LONGEST_HEADING,
    TERMINATORS,
    demote_empty_headings,
    numbered_heading_level,
)
from index.loaders.tables import row_sentence

DEEPEST_HEADING = 6
# CommonMark leaves **……。**后文 unparsed, since its closing mark stands between punctuation and a letter; Chinese
# authors write that all the time. Between two Latin letters or digits (2**3) the stars stay.
LEFT_OVER_EMPHASIS = re.compile(r"(?<![A-Za-z0-9])(?:\*{2,3}|__)|(?:\*{2,3}|__)(?![A-Za-z0-9])")
SOFT_BREAK = "\x1e"  # decoding takes such characters out
WEB_ADDRESS = re.compile(r"^\S+://\S+$")


def read_markdown(source: Source) -> Extract:
    """Read a Markdown text in any encoding that is known here."""
    text = decode_clean(source.data)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(front_matter_plugin)
    parser.use(deflist_plugin)
    tokens = parser.parse(text)
    front = next((token.content for token in tokens if token.type == "front_matter"), "")
    blocks = list(_blocks(tokens))
    title = _front_matter_value(front, "title") or next((block.text for block in blocks if block.level == 1), None)
    if title is None and blocks and blocks[0].level is not None:
        title = blocks[0].text
    return Extract(title, demote_empty_headings([*_front_matter_blocks(front), *blocks], surest_level=DEEPEST_HEADING))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """Walk the flat token list once; tables are gathered into rows, everything else is one block an inline token."""
    level: int | None = None
    marker = ""
    position = 0
    numbers: list[int | None] = []
    while position < len(tokens):
        token = tokens[position]
        if token.type == "table_open":
            end = next(n for n in range(position, len(tokens)) if tokens[n].type == "table_close")
            yield from _table_rows(tokens[position:end])
            position = end
        elif token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type in ("ordered_list_open", "bullet_list_open"):
            numbers.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            number = numbers[-1]
            marker = bullet(len(numbers)) if number is None else f"{number}. "
            numbers[-1] = None if number is None else number + 1
        elif token.type == "dt_open":
            position += 1
            marker = f"{_in_one_line(tokens[position]).rstrip('：:')}："
        elif token.type in ("list_item_close", "dd_close"):
            marker = ""
        elif token.type == "inline":
            for block in _inline_blocks(token, level):
                yield Block(marker + block.text, block.level)
                marker = ""
            level = None
        elif token.type in ("fence", "code_block"):
            yield from (Block(line.rstrip()) for line in token.content.split("\n") if line.strip())
        elif token.type == "html_block":
            yield from (Block(line) for line in _visible_lines(token.content))
        position += 1


def _inline_blocks(token: Token, level: int | None) -> Iterator[Block]:
    """Turn one paragraph or heading into blocks, split at hard line breaks and at soft ones that part lines."""
    if level is not None:
        if heading := _in_one_line(token):
            yield Block(heading, level)
        return
    lines = [line for soft in _inline_lines(token) for line in join_soft_lines(soft)]
    for line in lines:
        yield Block(line, _heading_level_of_paragraph(token, line) if len(lines) == 1 else None)


def _heading_level_of_paragraph(token: Token, line: str) -> int | None:
    """A paragraph that is wholly bold, or numbered like a heading, is one that the author did not mark with #."""
    numbered = numbered_heading_level(line)
    if numbered is not None:
        return DEEPEST_HEADING + 1 + numbered
    children = [child for child in token.children or [] if child.content or child.type.startswith("strong")]
    wholly_bold = len(children) >= 3 and children[0].type == "strong_open" and children[-1].type == "strong_close"
    if not wholly_bold or len(line) > LONGEST_HEADING or line[-1] in TERMINATORS or WEB_ADDRESS.match(line):
        return None
    words = sum(map(str.isalpha, line))
    return DEEPEST_HEADING + 1 if words >= 4 and sum(c.type == "strong_open" for c in children) == 1 else None


def _in_one_line(token: Token) -> str:
    return " ".join(map(join_all, _inline_lines(token)))


def _inline_lines(token: Token) -> list[list[str]]:
    """Return a paragraph's lines, each as those that only a line's end in the source parts."""
    text = ""
    for child in token.children or []:
        if child.type == "softbreak":
            text += SOFT_BREAK
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.lower().startswith("<br")):
            text += "\n"
        elif child.type == "code_inline":
            text += child.content
        elif child.type == "text":
            text += LEFT_OVER_EMPHASIS.sub("", child.content)
    lines = ([one for soft in line.split(SOFT_BREAK) if (one := soft.strip())] for line in text.split("\n"))
    return [line for line in lines if line]


def _table_rows(tokens: Sequence[Token]) -> Iterator[Block]:
    """Give each row its column names (姓名：张三；部门：人事), so that a cell is understood by itself.

    Without any row the names are all there is to say.
    """
    header: list[str] = []
    row: list[str] = []
    in_header = False
    for token in tokens:
        if token.type == "thead_open":
            in_header = True
        elif token.type == "thead_close":
            in_header = False
        elif token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(_in_one_line(token))
        elif token.type == "tr_close" and in_header:
            header = row
            if not any(later.type == "tbody_open" for later in tokens) and any(header):
                yield Block(row_sentence([], header))
        elif token.type == "tr_close" and any(row):
            yield Block(row_sentence(header, row))


def _front_matter_value(front: str, key: str) -> str | None:
    found = re.search(rf"^{key}\s*:\s*(.+)$", front, re.MULTILINE)
    return found.group(1).strip().strip("\"'") or None if found else None


def _front_matter_blocks(front: str) -> list[Block]:
    """Keep what the front matter says (date, author) as text; a YAML library would bring nothing to that."""
    lines = (line.strip() for line in front.split("\n"))
    return [Block(line) for line in lines if re.match(r"^\w[^:：]*[:：]\s*\S", line)]


class _VisibleText:
    """Collects what a reader of an HTML block would see, as lxml's parser tells of it."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._hidden = 0

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._hidden += tag in ("script", "style")
        self._texts.append("\n" if tag in ("br", "p", "div", "li", "tr", "h1", "h2", "h3") else "")

    def end(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style") and self._hidden > 0

    def data(self, text: str) -> None:
        self._texts.append("" if self._hidden else text)

    def comment(self, _text: str) -> None:
        pass

    def close(self) -> str:
        return "".join(self._texts)


def _visible_lines(html: str) -> list[str]:
    # Not `html.parser`: it looks through all of the rest at every <!-- that is never closed.
    from lxml import etree  # few texts have such blocks

    target: Any = _VisibleText()
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True, no_network=True)
    parser.feed(f"<html><body>{html}".encode("utf-8", "replace"))
    return [line.strip() for line in str(parser.close()).split("\n") if line.strip()]
