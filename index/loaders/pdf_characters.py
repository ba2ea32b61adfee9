"""The characters of a PDF page → runs: stretches of characters side by side, with their place, size and weight."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import addressof, byref, c_double, c_ulong, c_ushort, create_string_buffer
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

from index.loaders.encoding import clean
from index.loaders.extract import Box
from index.loaders.lines import display_width
from index.loaders.pdf_calls import unchecked
from index.loaders.pdf_frame import Frame, Piece

MOST_CHARACTERS = 100_000  # on one page; more of them are a picture made of letters, or an attack
# Gaps between characters of one line, in ems: what parts words of Latin and hanzi, and what parts cells.
WORD_GAP, CELL_GAP = 0.45, 1.0
BOLD_WEIGHT = 600
LENGTH_OF_NAME = c_ulong(128)
BOLD_NAME = re.compile(rb"bold|black|heavy|simhei|heiti|stxihei|fzhei|\xe9\xbb\x91", re.IGNORECASE)
CONTROLS = re.compile("[\x00-\x1f\uffff]")
GENERATED, NOWHERE = "\x00", (0.0, 0.0, 0.0, 0.0)
RAISED = frozenset("0123456789*†‡①②③④⑤⑥⑦⑧⑨⑩[［〔")  # what marks of footnotes begin with
MOST_EM = 400.0
ASCENT = 0.88  # of an em, above the line that letters stand on; what most fonts of hanzi have
UPRIGHT_PITCH = 1.25  # in ems; lines that are read across lie farther apart
MOST_COMPARED = 1_000  # of pieces with one text on a page
_box_of, _size_of = unchecked(pdfium.FPDFText_GetLooseCharBox), unchecked(pdfium.FPDFText_GetFontSize)
_angle_of, _weight_of = unchecked(pdfium.FPDFText_GetCharAngle), unchecked(pdfium.FPDFText_GetFontWeight)
_matrix_of, _origin_of = unchecked(pdfium.FPDFText_GetMatrix), unchecked(pdfium.FPDFText_GetCharOrigin)
_text_object_of, _mode_of = unchecked(pdfium.FPDFText_GetTextObject), unchecked(pdfium.FPDFTextObj_GetTextRenderMode)
_font_of = unchecked(pdfium.FPDFText_GetFontInfo)
HALVES = re.compile("[\ud800-\udfff]")
HYPHENS = re.compile("[\x02\ufffe\xad\u2010\u2011]")  # pdfium gives the first two for a hyphen at a line's end
# Radicals that fonts put in the place of characters and that Unicode maps to none, or to a traditional one.
RADICALS = str.maketrans(
    "⼾⺁⺅⺈⺋⺌⺎⺗⺠⺮⺼⻁⻄⻅⻆⻉⻋⻌⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰",
    "户厂亻刀㔾小兀心民竹肉虎西见角贝车辶长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙",
)
COMPATIBLE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\U0002f800-\U0002fa1f]")
SYMBOL_BULLETS = re.compile("[\uf06c\uf06e\uf075\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc]")  # of Symbol and Wingdings


def find_writing(text_page: Any, frame: Frame) -> Frame:
    """Return the frame turned so that most of the page's characters stand upright."""
    count = pdfium.FPDFText_CountChars(text_page)
    seen = Counter(_quarter(text_page, index) for index in range(0, max(0, count), max(1, count // 40)))
    best = max((quarter for quarter in seen if quarter is not None), key=lambda quarter: seen[quarter], default=0)
    return replace(frame, written=best)


SLANTED = -1  # among quarters


def read_runs(
    text_page: Any, frame: Frame, numbers: Sequence[int] | None = None
) -> tuple[list[Piece], dict[int, list[int]]]:
    """Return the runs of a page in the order of its file, and the numbers of characters turned by other quarters.

    Only the characters of some `numbers` are read where they are given. What is printed twice at one place is left out.
    Slanted text, most often a watermark, is counted under `SLANTED`.
    """
    runs: list[Piece] = []
    others: dict[int, list[int]] = {}
    seen: dict[str, list[Piece]] = {}
    for run, quarter, own in _group(text_page, frame, numbers):
        if quarter == frame.written:
            text = tidy(run.text)
            tidied = run if text == run.text else replace(run, text=text)
            if tidied.text and frame.shows(run) and not _is_doubled(tidied, seen):
                runs.append(tidied)
        else:
            others.setdefault(SLANTED if quarter is None else quarter, []).extend(own)
    return runs, others


def read_slanted(text_page: Any, frame: Frame, numbers: Sequence[int]) -> list[Piece]:
    """Return slanted text line by line, in the order of its file."""
    rectangle, lines, last, is_new = pdfium.FS_RECTF(), list[Piece](), -1, True
    for index in numbers:
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        is_new = is_new or code in (10, 13) or index > last + 1
        last = index
        character = " " if code == 32 else tidy(chr(min(code, 0x10FFFF)))
        pdfium.FPDFText_GetLooseCharBox(text_page, index, byref(rectangle))
        box = frame.place(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        if is_new and character.strip():
            lines.append(Piece(character, *box, round(_start(text_page, frame, index, character).em, 1)))
            is_new = False
        elif not is_new:
            line = lines[-1]
            left, top, right, bottom = line.left, line.top, line.right, line.bottom
            if character.strip():
                left, top, right, bottom = min(left, box[0]), min(top, box[1]), max(right, box[2]), max(bottom, box[3])
            lines[-1] = replace(line, text=line.text + character, left=left, top=top, right=right, bottom=bottom)
    return [replace(line, text=line.text.strip()) for line in lines if frame.shows(line)]


def tidy(text: str) -> str:
    """Take out what no reader sees and put ordinary characters for those that only fonts use."""
    if text.isascii() and text.isprintable():
        return text
    if HALVES.search(text):  # halves of a pair, as Windows gives them
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text.translate(RADICALS))
    return " ".join(clean(SYMBOL_BULLETS.sub("•", text)).replace("\t", " ").split("\n"))


def _page_text(text_page: Any) -> str:
    """Return the characters of a page, one for each that pdfium counts; a mark for what it adds itself.

    One call for all of them is ten times as fast as one each, but leaves out what has no meaning in Unicode.
    """
    count = min(pdfium.FPDFText_CountChars(text_page), MOST_CHARACTERS)
    if count <= 0:
        return ""
    buffer = (c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer) - 1
    text = bytes(buffer)[: 2 * count].decode("utf-16-le", "replace")
    if written != count or len(text) != count or "\ufffd" in text:
        codes = (pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count))
        text = "".join(chr(min(code, 0x10FFFF)) for code in codes)
    text = CONTROLS.sub(GENERATED, HYPHENS.sub("-", text))
    spaces = [found.start() for found in re.finditer(" ", text)]
    added = {at for at in spaces if pdfium.FPDFText_IsGenerated(text_page, at)}
    if not added:
        return text
    characters = list(text)
    for at in added:
        characters[at] = GENERATED
    return "".join(characters)


def _group(text_page: Any, frame: Frame, numbers: Sequence[int] | None) -> Iterator[tuple[Piece, int | None, range]]:
    """Yield stretches of characters of one line without a cell's gap, how they are turned, and their numbers."""
    rectangle = pdfium.FS_RECTF()
    by_reference, sides = byref(rectangle), memoryview(rectangle).cast("B").cast("f")
    paper_left, paper_top, is_turned = frame.left, frame.top, frame.written != 0
    run: _Run | None = None
    parted = False
    first = index = 0
    page_text = _page_text(text_page)
    for index in range(len(page_text)) if numbers is None else numbers:
        character = page_text[index]
        if character == GENERATED:
            parted = True
            continue
        _box_of(text_page, index, by_reference)
        left, top, right, bottom = sides
        if is_turned:
            west, north, east, south = frame.place(left, bottom, right, top)
        else:
            west, north, east, south = left - paper_left, paper_top - top, right - paper_left, paper_top - bottom
        if run is not None:
            # Most characters follow closely on the same line: what `takes` asks, without calling it for each of them.
            if (
                west > run.west
                and run.least < west - run.right < run.most
                and run.highest < south
                and north < run.lowest
                and not parted
                and (character not in RAISED or (north == run.north and south == run.south))
            ):
                run.text.append(character)
                run.west, run.north, run.east, run.south = west, north, east, south
                if east > run.right:
                    run.right = east
                if north < run.top or south > run.bottom:
                    run.widen(north, south)
                continue
            box = west, north, east, south
            if box == (run.west, run.north, run.east, run.south):
                # One glyph for several characters (ﬃ, ——), or a character that is printed twice.
                if _is_same_object(text_page, index):
                    run.text.append(character)
                continue
            if run.takes(text_page, index, character, box, parted):
                parted = False
                continue
            yield run.piece(), run.start.quarter, range(first, index)
        run, first = _Run(_start(text_page, frame, index, character), character, (west, north, east, south)), index
        parted = False
    if run is not None:
        yield run.piece(), run.start.quarter, range(first, index + 1)


@dataclass(frozen=True, slots=True)
class _Start:
    """What is looked up once a run, at its first character."""

    set_size: float
    em: float
    baseline: float
    is_bold: bool
    quarter: int | None
    is_mark: bool


class _Run:
    """A stretch of characters that grows. `west` to `south` are the last one's box, `left` to `bottom` that of all."""

    __slots__ = (
        *("bottom", "east", "highest", "is_upright", "least", "left", "lowest", "most", "north", "right", "south"),
        *("start", "text", "top", "west"),
    )

    def __init__(self, start: _Start, character: str, box: Box) -> None:
        self.start, self.text, self.is_upright = start, [character], False
        self.left, self.top, self.right, self.bottom = self.west, self.north, self.east, self.south = box
        # Gaps before the next character; those of marks are looked at by `takes` only.
        self.least, self.most = (0.0, 0.0) if start.is_mark else (-0.5 * start.em, CELL_GAP * start.em)
        self.widen(self.top, self.bottom)

    def widen(self, top: float, bottom: float) -> None:
        """Make room from `top` to `bottom`; the next character may stand a little higher or lower."""
        # Conditions are faster here than min and max.
        self.top, self.bottom = top if top < self.top else self.top, bottom if bottom > self.bottom else self.bottom
        room = 0.2 * self.start.em
        self.highest, self.lowest = self.top - room, self.bottom + room

    def takes(self, text_page: Any, index: int, character: str, box: Box, parted: bool) -> bool:
        """Add a character where it goes on with the run; tell whether it does."""
        west, north, east, south = box
        em, gap = self.start.em, west - self.right
        if (
            -0.5 * em <= gap <= CELL_GAP * em
            and west >= self.west
            and self.highest < south
            and north < self.lowest
            and not self.is_upright
            and not (character in RAISED and self.bottom - south > 0.25 * em)
        ):
            # Marks of footnotes are smaller; asking for each character would take long.
            if (self.start.is_mark or character in RAISED) and self.start.set_size != _size_of(text_page, index):
                return False
            if parted and _is_space(self.text[-1], character, gap, em):
                self.text.append(" ")
        elif _is_below(self.text[-1] + character, (self.west, self.north, self.east, self.south), box, em):
            self.is_upright, self.least, self.most = True, 0.0, 0.0
        else:
            return False
        self.text.append(character)
        self.west, self.north, self.east, self.south = box
        self.right = max(self.right, east)
        self.widen(north, south)
        return True

    def piece(self) -> Piece:
        start, top, bottom = self.start, self.top, self.bottom
        if not self.is_upright:
            # What fonts tell of their height is often wrong: some reach over three lines, of some 一 is but a stroke.
            top, bottom = start.baseline - ASCENT * start.em, start.baseline + (1 - ASCENT) * start.em
        return Piece("".join(self.text), self.left, top, self.right, bottom, round(start.em, 1), start.is_bold)


def _start(text_page: Any, frame: Frame, index: int, character: str) -> _Start:
    matrix, x, y = pdfium.FS_MATRIX(), c_double(), c_double()
    set_size = float(_size_of(text_page, index))
    em = abs(set_size)
    if _matrix_of(text_page, index, byref(matrix)):
        em *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    _origin_of(text_page, index, byref(x), byref(y))
    baseline = frame.place(x.value, y.value, x.value, y.value)[1]
    is_bold, quarter = _is_bold(text_page, index), _quarter(text_page, index)
    return _Start(set_size, min(max(em, 1.0), MOST_EM), baseline, is_bold, quarter, character in RAISED)


def _is_below(two: str, last: Box, box: Box, em: float) -> bool:
    """Whether a hanzi stands close under the last one, as in a column that is read downwards."""
    return (
        0.9 * em < box[1] - last[1] < UPRIGHT_PITCH * em
        and abs(box[0] - last[0]) < 0.3 * em
        and display_width(two) == 4
    )


def _is_same_object(text_page: Any, index: int) -> bool:
    """Whether a character was written together with the one before it."""
    own, before = (_text_object_of(text_page, number) for number in (index, index - 1))
    return bool(own and before) and addressof(own.contents) == addressof(before.contents)


def _is_space(before: str, after: str, gap: float, em: float) -> bool:
    """Whether a gap that pdfium takes for a space is one: beside hanzi, justified lines have gaps without any."""
    if before == " " or after == " ":
        return False
    return display_width(before + after) == 2 or gap > WORD_GAP * em


def _is_bold(text_page: Any, index: int) -> bool:
    """Whether a character is bold by its font's weight or name, or by an outline drawn around it."""
    if _weight_of(text_page, index) >= BOLD_WEIGHT:
        return True
    text_object = _text_object_of(text_page, index)
    if text_object and _mode_of(text_object) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE:
        return True
    name = create_string_buffer(128)
    _font_of(text_page, index, name, LENGTH_OF_NAME, None)
    return BOLD_NAME.search(name.value) is not None


def _quarter(text_page: Any, index: int) -> int | None:
    """Return by how many quarters a character is turned against the clock, None where it is slanted."""
    quarters = -float(_angle_of(text_page, index)) / (math.pi / 2)  # pdfium counts clockwise
    return round(quarters) % 4 if abs(quarters - round(quarters)) < 0.08 else None


def _is_doubled(run: Piece, seen: dict[str, list[Piece]]) -> bool:
    """Whether the same text was printed at the same place, as a shadow or for want of a bold font."""
    reach = min(0.3 * run.size, 0.5 * run.width)
    others = seen.setdefault(run.text.strip(), [])
    doubled = any(abs(run.left - one.left) < reach and abs(run.top - one.top) < 0.3 * run.size for one in others)
    if not doubled and len(others) < MOST_COMPARED:
        others.append(run)
    return doubled
