"""A mail, whatever file it came in → its subject as title, who wrote to whom and when, and its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.errors import DocumentError
from index.loaders.encoding import clean
from index.loaders.extract import Block, Extract, Part
from index.loaders.lines import join_wrapped_lines
from index.loaders.structure import demote_empty_headings, numbered_heading_level
from index.loaders.web import parse_page
from index.loaders.web_blocks import blocks_of_element, flow

# What mail programs put above the mail that is answered: its headings are not those of the answer.
QUOTE = re.compile(
    r"-{2,}\s*(?:原始邮件|回复的原邮件|转发的?邮件|Original Message|Forwarded message)|在.{4,80}写道\s*[：:]"
    r"|On .{6,120} wrote:|(?:发件人|寄件者|From)\s*[：:].*@",
    re.IGNORECASE,
)
QUOTED_LINE = re.compile(r"^(?:[ \t]?>)+ ?", re.MULTILINE)
# A plain text this much shorter than the page beside it only says that there is a page.
LEAST_SHARE, LEAST_PAGE = 0.1, 200
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LONGEST_NAME = 200


@dataclass(slots=True)
class Mail:
    """What a mail says. Texts are plain or pages of HTML, in order; `parts` are what is attached."""

    subject: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def extract(self) -> Extract:
        """Return the mail as a document."""
        subject = flow(self.subject)
        blocks = [Block(subject, 1)] if subject else []
        blocks += [Block(f"{name}：{flow(value)}") for name, value in self.headers if flow(value)]
        for text in choose_texts(self.texts):
            blocks += _page_blocks(text.text) if text.is_page else _plain_blocks(text.text)
        if not blocks and not self.parts:
            raise DocumentError("; ".join(self.notes) or "nothing in this mail. Remove it")
        found = demote_empty_headings(blocks, surest_level=1)
        return Extract(subject or None, found, notes=tuple(self.notes), parts=tuple(self.parts))


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a mail; those with the same `group` say the same in another form, group 0 is none."""

    text: str
    is_page: bool
    group: int = 0


def choose_texts(texts: Sequence[Text]) -> Iterator[Text]:
    """Yield of each group the plain texts, or the pages where the plain ones say nothing."""
    done: set[int] = set()
    for text in texts:
        if not text.group:
            yield text
        elif text.group not in done:
            done.add(text.group)
            group = [one for one in texts if one.group == text.group]
            plain, pages = [one for one in group if not one.is_page], [one for one in group if one.is_page]
            yield from plain if not pages or _says_enough(plain, pages) else pages


def _says_enough(plain: Sequence[Text], pages: Sequence[Text]) -> bool:
    letters = sum(map(str.isalnum, "".join(one.text for one in plain)))
    on_pages = sum(map(str.isalnum, re.sub(r"(?s)<(style|script).*?</\1>|<[^>]*>", "", "".join(p.text for p in pages))))
    return letters > 0 and (on_pages < LEAST_PAGE or letters >= LEAST_SHARE * on_pages)


def _plain_blocks(text: str) -> list[Block]:
    paragraphs = join_wrapped_lines(QUOTED_LINE.sub("", clean(text.replace("\r\n", "\n").replace("\r", "\n"))))
    return [*_with_levels(paragraphs)]


def _page_blocks(page: str) -> list[Block]:
    try:
        root = parse_page(page)
    except DocumentError:
        return _plain_blocks(re.sub(r"<[^>]*>", " ", page))
    body = root.find("body")
    return [*_with_levels([block.text for block in blocks_of_element(root if body is None else body)])]


def _with_levels(paragraphs: Sequence[str]) -> Iterator[Block]:
    """Find the numbered headings of a mail's own text; what it quotes is text."""
    is_quoted = False
    for paragraph in paragraphs:
        is_quoted = is_quoted or QUOTE.match(paragraph) is not None
        level = numbered_heading_level(paragraph) if not is_quoted else None
        yield Block(paragraph, level + 1 if level else None)


def attachment_name(name: str, default: str) -> str:
    """Return the name of an attachment without folders and without what no reader sees."""
    plain = UNSAFE.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    stem, point, suffix = plain.rpartition(".")
    if len(plain) > LONGEST_NAME:
        plain = f"{stem[:LONGEST_NAME]}{point}{suffix[:20]}"
    return plain or default


def mail_name(subject: str) -> str:
    """Return the name of a mail inside of a mail, after its subject; slashes are none of folders."""
    return attachment_name(flow(subject).replace("/", "／").replace("\\", "＼")[:100], "转发邮件") + ".eml"
