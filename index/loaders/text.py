"""Plain text: hard-wrapped lines joined, numbered headings recognised."""

from __future__ import annotations

from index.loaders.encoding import decode_clean
from index.loaders.extract import Block, Extract, Source
from index.loaders.lines import join_wrapped_lines, mark_nested
from index.loaders.structure import LONGEST_HEADING, TERMINATORS, demote_empty_headings, numbered_heading_level


def read_text(source: Source) -> Extract:
    """Read a plain text in any encoding that is known here."""
    return extract_text(decode_clean(source.data))


def extract_text(text: str) -> Extract:
    """Return the title, which a text may begin with, and the blocks of a plain text."""
    paragraphs = join_wrapped_lines("\n".join(mark_nested(text.split("\n"))))
    title = _title(paragraphs)
    blocks = [Block(paragraphs[0], 1)] if title else []
    for paragraph in paragraphs[len(blocks) :]:
        level = numbered_heading_level(paragraph)
        # One below the title, which is the only heading of level 1.
        blocks.append(Block(paragraph, level + 1 if level else None))
    return Extract(title, demote_empty_headings(blocks, surest_level=1))


def _title(paragraphs: list[str]) -> str | None:
    """The first line is the title where it is short, does not end like a sentence and something follows it."""
    if len(paragraphs) < 2:
        return None
    first = paragraphs[0]
    fits = len(first) <= LONGEST_HEADING and first[-1] not in TERMINATORS and any(c.isalpha() for c in first)
    return first if fits and numbered_heading_level(first) is None else None
