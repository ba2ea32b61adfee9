"""The lines of all pages of a PDF → paragraphs: what a line's end, indent and gap tell of the sentence's going on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.loaders.lines import (
    CLOSERS,
    ENDS_PARAGRAPH,
    STARTS_PARAGRAPH,
    display_width,
    join_all,
    join_wrapped_lines,
    joint,
)
from index.loaders.pdf_layout import PageItem, PageLine
from index.loaders.pdf_tables import PageTable
from index.loaders.structure import LONGEST_HEADING

FOOTNOTE_START = re.compile(r"(?:[0-9]{1,3}\s*[^\s0-9.．、,，%％年月日元]|[①-⑳]|[\[［〔][0-9]{1,3}[\]］〕]|[*＊†‡注])")
CLAUSE = re.compile(r"第[一二三四五六七八九十百千零〇两0-9]{1,7}[章节条编款]")
BULLET = re.compile(r"[-–•·●■◆○□▪➢√*]\s*\S")
LEADERS = re.compile(r"(?:[.．·…‥_]\s?){4,}\s*[0-9ivxlIVXL]*$")
OPENERS = "“‘「『（(《【〈["
NO_LINE_START = CLOSERS + "，。、；：！？,.;:!?…—％%〉]"
WORD = re.compile(r"[!-~À-ɏ]+")
SAME_SIZE, BIG = 0.08, 1.12
WIDEST_LINE = 200  # characters; a text with longer paragraphs has not been wrapped


@dataclass(slots=True)
class Paragraph:
    """Lines that make one paragraph, heading, list item or row of cells."""

    lines: list[PageLine]
    size: float = 0.0
    is_bold: bool = False
    _text: tuple[int, str] = field(default=(0, ""), init=False)  # of how many lines, and their text

    def __post_init__(self) -> None:
        first, self.lines = self.lines, []
        self.size, self.is_bold = first[0].size, first[0].is_bold
        for line in first:
            self.add(line)

    def add(self, line: PageLine) -> None:
        self.lines.append(line)

    @property
    def text(self) -> str:
        if self._text[0] != len(self.lines):
            self._text = len(self.lines), join_all(line.text for line in self.lines)
        return self._text[1]


@dataclass(frozen=True, slots=True)
class Measures:
    """What a document's lines are like: the body's size, weight and distance of lines, and how wide its columns are."""

    size: float
    is_bold: bool
    pitch: float  # from line to line, in ems
    indents: bool  # whether paragraphs begin with an indent of about two ems
    rights: dict[tuple[int, int], float]  # the column's right side by its depth and left side in units of six points

    flush: frozenset[tuple[int, float, float]]  # pages and columns in which several lines end at the same right side

    def right_of(self, line: PageLine) -> float:
        """Return the right side of a line's column, taken from other pages where this one has only short lines."""
        if (line.page, *line.column) in self.flush:
            return line.column[1]
        left = round(line.column[0] / 6)
        found = (self.rights.get((line.depth, near), 0.0) for near in (left - 1, left, left + 1))
        return max(line.column[1], *found)


def gather(pages: Sequence[Sequence[PageItem]], measures: Measures) -> list[Paragraph | PageTable]:
    """Return the paragraphs and tables of a document. A sentence goes on over a page's end and past its footnotes."""
    gathered: list[Paragraph | PageTable] = []
    held: list[Paragraph | PageTable] = []  # notes that the open paragraph runs past
    open_paragraph: Paragraph | None = None
    items = [item for page in pages for item in page]
    for item, following in zip(items, [*items[1:], None], strict=False):  # no items, no pairs
        if isinstance(item, PageLine) and item.is_aside:
            last = held[-1] if held else None
            if isinstance(last, Paragraph) and _note_goes_on(last, item):
                last.add(item)
            else:
                held.append(Paragraph([item]))
        elif (
            isinstance(item, PageLine)
            and open_paragraph is not None
            and _goes_on(open_paragraph, item, following, measures)
        ):
            open_paragraph.add(item)
        else:
            gathered += held
            held = []
            open_paragraph = Paragraph([item]) if isinstance(item, PageLine) else None
            gathered.append(open_paragraph or item)  # type: ignore[arg-type]
    return gathered + held


def join_hard_wrapped(items: Sequence[Paragraph | PageTable]) -> list[Paragraph | PageTable]:
    """Join paragraphs that were wrapped lines already in the text that the PDF was printed from."""
    joined: list[Paragraph | PageTable] = []
    stretch: list[Paragraph] = []
    for item in items:
        if isinstance(item, Paragraph) and not item.lines[0].is_aside:
            stretch.append(item)
        else:
            joined += [*_rewrap(stretch), item]
            stretch = []
    return [*joined, *_rewrap(stretch)]


def _rewrap(stretch: Sequence[Paragraph]) -> Iterator[Paragraph]:
    if any(len(paragraph.text) > WIDEST_LINE for paragraph in stretch):
        yield from stretch
        return
    wanted = join_wrapped_lines("\n".join(paragraph.text for paragraph in stretch))
    if len(wanted) == len(stretch):
        yield from stretch
        return
    left = iter(stretch)
    for text in wanted:
        paragraph = next(left)
        length = len(paragraph.text)
        while length < len(text):
            for line in next(left).lines:
                hyphen, between = joint(paragraph.lines[-1].text, line.text)
                length += len(between) - hyphen + len(line.text)
                paragraph.add(line)
        yield paragraph


def measure(pages: Sequence[Sequence[PageItem]]) -> Measures:
    """Return what the lines of a document are like."""
    lines = [item for page in pages for item in page if isinstance(item, PageLine) and not item.is_aside]
    sizes: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
        weights[line.is_bold] += len(line.text)
    body = max(sizes, key=lambda size: sizes[size], default=10.0)
    pitches = [
        (after.box[3] - before.box[3]) / body
        for before, after in pairwise(lines)
        if (before.page, before.column) == (after.page, after.column)
        and abs(before.size - body) < 0.5
        and abs(after.size - body) < 0.5
    ]
    rights: dict[tuple[int, int], float] = {}
    for (depth, left, right), count in Counter((line.depth, *line.column) for line in lines).items():
        key = depth, round(left / 6)
        if count >= 5:
            rights[key] = max(right, rights.get(key, 0.0))
    ends = Counter(
        (line.page, *line.column) for line in lines if 0 <= line.box[2] - line.column[1] + 1 <= line.size + 2
    )
    flush = frozenset(column for column, count in ends.items() if count >= 3)
    close = [pitch for pitch in pitches if 0.8 < pitch < 3.5]
    # The lower quartile: in a list of short paragraphs most distances are those between paragraphs.
    pitch = sorted(close)[len(close) // 4] if close else 1.5
    return Measures(body, weights[True] > weights[False], pitch, _has_indents(lines), rights, flush)


def _has_indents(lines: Sequence[PageLine]) -> bool:
    """Whether indented lines come before lines that are not."""
    indents = [(line.box[0] - line.column[0]) / max(1.0, line.size) for line in lines]
    firsts = sum(1.4 < before < 2.8 and abs(after) < 0.4 for before, after in pairwise(indents))
    return firsts >= max(1, 0.05 * len(lines))


def _goes_on(paragraph: Paragraph, line: PageLine, following: PageItem | None, measures: Measures) -> bool:
    """Whether a line goes on with the sentence or the title of the lines before it."""
    last = paragraph.lines[-1]
    if len(line.pieces) > 1 or len(last.pieces) > 1 or _is_entry(last.text) or _is_entry(line.text):
        return False
    size = max(1.0, min(line.size, last.size))
    if abs(line.size - last.size) > SAME_SIZE * size:
        return False
    is_below = line.page == last.page and line.box[1] > last.box[1]
    if is_below and _is_far(last, line, measures.pitch) and not _is_wide_set(paragraph, line, following):
        return False
    if line.size > BIG * measures.size and is_below and _title_goes_on(paragraph, line):
        return True
    if line.is_bold != last.is_bold and (len(paragraph.lines) == 1 or line.is_bold):
        return False
    if _has_room(last, line, measures) or not _has_same_indent(paragraph, line, measures):
        return False
    return not (_starts(line.text) and (_is_finished(last.text) or bool(BULLET.match(line.text))))


def _is_far(last: PageLine, line: PageLine, pitch: float) -> bool:
    """Whether a gap is wider than that between lines of the body."""
    size = max(line.size, last.size)
    return line.box[3] - last.box[3] > 1.3 * pitch * size and line.box[1] - last.box[3] > (1.3 * pitch - 1) * size


def _is_wide_set(paragraph: Paragraph, line: PageLine, following: PageItem | None) -> bool:
    """Whether all lines around are as far from one another, so that the gap tells nothing."""
    last = paragraph.lines[-1]
    if len(paragraph.lines) > 1:
        one, other = paragraph.lines[-2], last
    elif isinstance(following, PageLine) and following.page == line.page:
        one, other = line, following
    else:
        return False
    gap = line.box[3] - last.box[3]
    return not _is_finished(last.text) and abs(other.box[3] - one.box[3] - gap) < 0.1 * gap < 0.4 * line.size


def _title_goes_on(paragraph: Paragraph, line: PageLine) -> bool:
    last = paragraph.lines[-1]
    gap = line.box[1] - last.box[3]
    width = max(last.box[2] - last.box[0], 1.0)
    return (
        gap < 0.9 * line.size
        and last.is_bold == line.is_bold
        and len(paragraph.text) + len(line.text) <= LONGEST_HEADING
        and width > 0.5 * (last.column[1] - last.column[0])
        and not _starts(line.text)
        and not _is_finished(last.text)
    )


def _has_room(last: PageLine, line: PageLine, measures: Measures) -> bool:
    """Whether the last line had room for what the next one begins with: then its paragraph was at its end."""
    room = measures.right_of(last) - last.box[2]
    # A line that ends within a sentence may be short for other reasons, one that ends a sentence hardly.
    doubt = 0.0 if _is_finished(last.text) else 0.6
    return room > (_first_unit(line.text) + doubt) * line.size - 0.5


def _first_unit(text: str) -> float:
    """Return the width in ems of what no line end may part at the beginning of a line."""
    at = 0
    while at < len(text) - 1 and text[at] in OPENERS:
        at += 1
    word = WORD.match(text, at)
    end = word.end() if word else at + 1
    while end < len(text) and text[end] in NO_LINE_START and end < at + 40:
        end += 1
    return display_width(text[:end]) / 2


def _has_same_indent(paragraph: Paragraph, line: PageLine, measures: Measures) -> bool:
    """Whether a line begins where lines of the paragraph do, and not where a new one would."""
    indent, first = _indent(line), _indent(paragraph.lines[0])
    if len(paragraph.lines) > 1:
        return abs(indent - _indent(paragraph.lines[1])) < 0.7
    if _starts(paragraph.text) and first - 0.5 < indent < first + 5:
        return True  # a list's items often hang
    if indent > first + 0.7:
        return False
    return not (measures.indents and 1.4 < indent < 2.8 and abs(indent - first) < 0.5)


def _indent(line: PageLine) -> float:
    return (line.box[0] - line.column[0]) / max(1.0, line.size)


def _starts(text: str) -> bool:
    return bool(STARTS_PARAGRAPH.match(text) or CLAUSE.match(text) or BULLET.match(text))


def _is_finished(text: str) -> bool:
    return text.rstrip(CLOSERS)[-1:] in ENDS_PARAGRAPH


def _is_entry(text: str) -> bool:
    """Whether a line is one of a table of contents, with dots before the page's number."""
    return LEADERS.search(text) is not None


def _note_goes_on(note: Paragraph, line: PageLine) -> bool:
    last = note.lines[-1]
    is_new = FOOTNOTE_START.match(line.text)
    is_prose = len(last.pieces) == len(line.pieces) == 1
    return is_prose and last.page == line.page and last.column == line.column and not is_new
