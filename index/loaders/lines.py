"""Hard-wrapped lines → paragraphs.

Many Chinese text files are cut every 30 to 60 characters in mid-sentence, some with an empty line after every line.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Sequence

ENDS_PARAGRAPH = "。！？；：!?;:…"
CLOSERS = "”’」』）)》】\"'"
# 20 hanzi: shorter lines are lists and verse. 80 hanzi: longer lines are whole paragraphs.
NARROWEST_WRAP, WIDEST_WRAP = 40, 160
FULL_SHARE = 0.85
STARTS_PARAGRAPH = re.compile(
    r"\s*(?:[-*•·●■◆]\s|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十0-9]{1,3}[）)]"
    r"|第[一二三四五六七八九十百0-9]+[章节条编]|[0-9]{1,2}[、．]|[0-9]{1,2}\.\s|[一二三四五六七八九十]是)"
)


def join_wrapped_lines(text: str) -> list[str]:
    """Return the paragraphs of a text, stripped, without empty ones.

    Where the text is not hard-wrapped, every line is a paragraph.
    """
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    width = _wrap_width(filled)
    if width is None:
        return [line.strip() for line in filled]
    blank_lines_separate = not _is_double_spaced(lines)
    paragraphs: list[str] = []
    open_line, blank_before = False, False
    for line in lines:
        if not line.strip():
            blank_before = True
            continue
        if open_line and not (blank_before and blank_lines_separate) and not _starts_paragraph(line):
            paragraphs[-1] = join_lines(paragraphs[-1], line.strip())
        else:
            paragraphs.append(line.strip())
        open_line, blank_before = _is_open(line, width), False
    return paragraphs


def join_lines(left: str, right: str) -> str:
    """Join two lines of one paragraph: nothing between hanzi, a space between words, no hyphen of a cut word."""
    if not left or not right:
        return left + right
    if re.search(r"[a-z]-$", left) and right[0].islower():
        return left[:-1] + right
    if _is_wide(left[-1]) or _is_wide(right[0]):
        return left + right
    return f"{left} {right}"


def display_width(text: str) -> int:
    """Return the columns a text takes where hanzi take two."""
    return sum(2 if _is_wide(character) else 1 for character in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’…—·"


def _wrap_width(lines: Sequence[str]) -> int | None:
    """Return the columns at which the text was wrapped, or None where it was not.

    A wrapped text has no line beyond that width, and most of its unfinished lines reach it.
    """
    widths = sorted(display_width(line.strip()) for line in lines)
    if len(widths) < 3:
        return None
    width = widths[min(len(widths) - 1, int(0.9 * len(widths)))]
    if not NARROWEST_WRAP <= width <= WIDEST_WRAP or widths[-1] > 1.25 * width:
        return None
    unfinished = [display_width(line.strip()) for line in lines[:-1] if _is_unfinished(line)]
    full = [one for one in unfinished if one >= FULL_SHARE * width]
    prose = sum(1 for line in lines if any(mark in line.strip()[:-1] for mark in "，。、,."))
    if len(full) < 2 or len(full) < 0.3 * len(lines) or prose < 0.5 * len(full):
        return None
    return int(statistics.median(full))


def _is_double_spaced(lines: Sequence[str]) -> bool:
    filled = [number for number, line in enumerate(lines[:-1]) if line.strip()]
    return sum(1 for number in filled if not lines[number + 1].strip()) > 0.8 * len(filled)


def _is_unfinished(line: str) -> bool:
    return line.strip().rstrip(CLOSERS)[-1:] not in ENDS_PARAGRAPH


def _is_open(line: str, width: int) -> bool:
    """Whether the paragraph goes on in the next line."""
    return _is_unfinished(line) and display_width(line.strip()) >= FULL_SHARE * width


def _starts_paragraph(line: str) -> bool:
    return line.startswith("　　") or STARTS_PARAGRAPH.match(line) is not None
