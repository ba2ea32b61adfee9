"""A line of a model's answer → its words without the marks of citations, and where each mark stood.

A line is taken up character by character, as it is written, so that it reads the same however it is cut into pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = (
    r"(?:(?:数据|资料|信息|内容|参考|引用)?来源|参考(?:资料|文献)|资料|文档|段落|片段|文献|文件|引用|参考|出处"
    r"|sources?|passages?|documents?|docs?|refs?\.?|references?|cit(?:e|ation)s?|snippets?|chunks?|contexts?)"
)
_NUMBER = r"[0-9０-９]{1,3}"
_S = r"\s{0,3}"
_LABEL = rf"{_WORD}{_S}(?:编号|no\.?)?{_S}[:：_#\-—]?{_S}"
_JOINT = rf"{_S}(?:[,，、;；/&]|and|和|及|至|到|[-–—~～]){_S}"
_PART = r"(?-i:[a-e](?![a-zA-Z]))?"  # [1a], [2b]
_LIST = rf"{_NUMBER}{_PART}(?:{_JOINT}(?:{_LABEL})?\^?{_NUMBER}{_PART}){{0,40}}"
_OPEN, _CLOSE = r"\\?[\[【［〔]", r"\\?[\]】］〕]"
_SEE = r"(?:详?见|参见|参考|引自|出自|源自|来自|根据|see\s|from\s)"
# [1], [1,2], [1-3], [^1], 【1】, ［来源1］, 〔1〕, 【1†L3-L5】, 【4:0†source】, [citation:1], [来源1：员工手册]
SQUARE = re.compile(
    rf"{_OPEN}{_S}(?P<label>(?:{_LABEL}){{0,2}})[#^]?(?P<numbers>{_LIST})\^?{_S}"
    rf"(?:[:：]{_NUMBER})?(?:†.{{0,40}})?(?P<named>[:：,，\s].{{1,80}})?{_CLOSE}",
    re.IGNORECASE,
)
# In round brackets behind a word: （来源：1、2）, (Source 2). (1) mostly counts items.
ROUND = re.compile(
    rf"[(（]{_S}{_SEE}?{_S}(?:{_LABEL}){{1,2}}[\[【［]?\^?(?P<numbers>{_LIST})[\]】］]?{_S}[)）]", re.IGNORECASE
)
# Without one only where a sentence ends with it, as no item's number does, and where no figure and no name of a part
# (表（1）, 为（3）, f(1)) is to be expected.
ALONE = re.compile(
    r"[(（]\s{0,2}(?P<numbers>(?:[1-9１-９]|1[0-2])(?:\s?[,，、]\s?(?:[1-9１-９]|1[0-2])){0,5})\s{0,2}[)）]"
)
BEFORE_ALONE = re.compile(
    r"(?:[^\W\d_a-zA-Z表图式件条款项号第节章类级组步题例注期选为是达至约共有：]|[。！？.!?]"
    r"|(?<!table)(?<!figure)(?<!fig)(?<!section)(?<!equation)(?<!item)(?<!step)(?<!article)(?<!part)(?<!is)(?<!of)"
    r"(?<=[a-z]{2})\s)\s?\Z",
    re.IGNORECASE,
)
BEHIND_ALONE = "。！？；.!?;\n"
# 参见 and the like, of which nothing is left to say without the mark: …，参见[1]。
SEE = re.compile(
    r"(?<=\w)\s?[，,；;]\s?(?:可|请)?(?:详见|参见|参阅|参考|见|引自|出自|源自|来自|(?:资料)?来源[:：]?|出处[:：]?|see|cf\.)\s?\Z",
    re.IGNORECASE,
)
LONGEST_SEE = 12
# What is left of brackets from which the marks were taken: （见）, （来源：）, [].
EMPTIED = re.compile(rf"(?:[(（]{_S}(?:{_SEE}|{_LABEL}){{0,2}}{_S}|{_OPEN}{_S}(?:{_LABEL})?)\Z", re.IGNORECASE)
RAISED = re.compile(rf"<(?P<tag>sup|ref|cite)>{_S}(?P<numbers>{_LIST})?{_S}</(?P=tag)>", re.IGNORECASE)
RAISED_DIGITS = {digit: str(value) for value, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
JOINER = re.compile(_JOINT, re.IGNORECASE)
JOINING = re.compile(rf"{_S}(?:[,，、;；/&]|a|an|and|和|及|至|到|[-–—~～])?{_S}", re.IGNORECASE)
RANGE = re.compile(rf"({_NUMBER})\s*[-–—~～至到]\s*({_NUMBER})")
LONGEST_RANGE = 20
# Tags that fetch or lead somewhere, and those that passages stand between in a prompt, which weak models say again.
LEADING_TAG = re.compile(
    r"</?(?:a|img|image|picture|source|audio|video|track|iframe|frame|object|embed|applet|script|style|link|meta|base"
    r"|form|input|button|svg|math|area|map|body|html|portal"
    r"|资料|passage)(?![a-z0-9])[^<>]*>?|<[a-z][a-z0-9+.-]{1,20}:[^<>\s]*>?",
    re.IGNORECASE,
)
TARGET = re.compile(r"\(\s*(?:<[^<>]*>|\S*[/\\#.:@]\S*|)(?:\s+[\"'(（].*)?\s*\)", re.DOTALL)
OPENERS, CLOSERS = "[【［〔(（<", "]】］〕)）>"
SQUARE_CLOSERS = "]】］〕"
REACH = dict.fromkeys("[【［〔", 120) | dict.fromkeys("(（<", 60)  # characters between the brackets of a mark
MOST_OPEN = 30
LETTER = re.compile(r"[0-9a-zA-Z]")


@dataclass(frozen=True, slots=True)
class Mark:
    """The numbers of one mark, and where it stood in the line that was left without it."""

    place: int
    numbers: tuple[int, ...]


@dataclass(slots=True)
class Line:
    """A line while it is written: `bare` is what is left without marks, link targets and tags that fetch something."""

    bare: str = ""
    marks: list[Mark] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)  # where brackets that are still open stand in `bare`
    targets: dict[int, int] = field(default_factory=dict)  # of brackets that may hold a link's target: its text's start
    behind: tuple[int, int] | None = None  # start of the [text] that ended just before, and where it ended
    raised: int = -1  # where the last <sup> stands that is still open
    shortened: int = -1  # up to where words were taken back with a mark, for whoever has read them already
    alone: tuple[int, tuple[int, ...]] | None = None  # where a (1) stands that is a mark if the sentence ends behind it

    def add(self, characters: str) -> None:
        """Take up what is written next; line ends are not part of it."""
        for one in characters:
            if self.alone and not one.isspace():
                self._settle_alone(one in BEHIND_ALONE or one in OPENERS)
            before, self.behind = self.behind, None
            if one in OPENERS:
                if one == "(" and before and before[1] == len(self.bare):
                    self.targets[len(self.bare)] = before[0]
                self._open()
                self.bare += one
            elif one in CLOSERS:
                self.bare += one
                self._close(one)
            elif one in RAISED_DIGITS and not LETTER.match(self.bare[-1:] or "a"):
                self._put_mark(len(self.bare), (int(RAISED_DIGITS[one]),))
            else:
                self.bare += one

    def _open(self) -> None:
        if len(self.opened) > MOST_OPEN:
            older = (at for at in self.opened[:-MOST_OPEN] if self._leads(at))
            self.opened = [*[at for at in [next(older, -1)] if at >= 0], *self.opened[-MOST_OPEN:]]
        self.opened.append(len(self.bare))

    def end(self) -> None:
        """Take away the beginning of a tag that the line's end cut off, and a (1) that stands there."""
        self._settle_alone(True)
        for at in self.opened:
            if at not in self.targets and self._leads(at):
                self._cut(at)
                break
        self.opened.clear()

    def settled(self) -> int:
        """Return up to where `bare` stays as it is, whatever follows: no mark can begin before."""
        held = [len(self.bare)]
        if self.behind:
            held.append(self.behind[0])  # a target may follow, of which the text is a part
        if self.alone:
            held.append(self.alone[0])
        if self.raised >= 0 and len(self.bare) - self.raised <= REACH["<"]:
            held.append(self.raised)
        if self.marks and JOINING.fullmatch(self.bare, self.marks[-1].place):
            held.append(self.marks[-1].place)  # 和 goes with the mark that may follow
        for at in self.opened:
            if self._leads(at) or len(self.bare) - at <= REACH[self.bare[at]]:
                return min(*held, self.targets.get(at, at))
        return min(held)

    def _leads(self, at: int) -> bool:
        """Whether a bracket may begin a link's target, or a tag that fetches something."""
        return at in self.targets or (self.bare[at] == "<" and LEADING_TAG.match(self.bare, at) is not None)

    def _close(self, closer: str) -> None:
        """Look back from a closing bracket whether a mark, a link's target or a tag ends with it."""
        kinds = "<" if closer == ">" else "(（" if closer in ")）" else "[【［〔"
        at = next((at for at in reversed(self.opened) if self.bare[at] in kinds), None)
        if at is None:
            return
        reach = len(self.bare) - at
        if at in self.targets:
            self._close_target(at)
        elif closer == ">":
            self._close_tag(at)
        elif reach <= REACH[self.bare[at]] + 1:
            self._close_mark(at, closer)
        elif closer in SQUARE_CLOSERS:
            self.behind = len(self.bare), len(self.bare)
        while self.opened and self.opened[-1] >= at:
            self.opened.pop()

    def _close_mark(self, at: int, closer: str) -> None:
        bracket = self.bare[at:]
        found = SQUARE.fullmatch(bracket) if closer in SQUARE_CLOSERS else ROUND.fullmatch(bracket)
        if found and (closer not in SQUARE_CLOSERS or found["label"] or not found["named"]):
            self._put_mark(at, tuple(read_numbers(found["numbers"])))
        elif self.marks and self.marks[-1].place == len(self.bare) - 1 and EMPTIED.fullmatch(bracket[:-1]):
            self._cut(at)
        elif (found := ALONE.fullmatch(bracket)) and BEFORE_ALONE.search(self.bare, 0, at):
            self.alone = at, tuple(read_numbers(found["numbers"]))
        if closer in SQUARE_CLOSERS:
            self.behind = min(at, len(self.bare)), len(self.bare)

    def _settle_alone(self, is_mark: bool) -> None:
        """Take a (1) out of the line, or leave it, now that it is known what stands behind it."""
        waiting, self.alone = self.alone, None
        if waiting and is_mark:
            at, numbers = waiting
            self._put_mark(at, numbers)

    def _close_target(self, at: int) -> None:
        """Leave of a link its text, and nothing of an image."""
        start = self.targets.pop(at)
        if not TARGET.fullmatch(self.bare, at):
            return
        text = self.bare[start:at]
        if self.bare[:start].endswith("!"):
            self._cut(start - 1)
        else:
            self._cut(start)
            self.bare += text[1:-1]

    def _close_tag(self, at: int) -> None:
        tag = self.bare[at:].lower()
        if LEADING_TAG.fullmatch(tag):
            self._cut(at)
        elif tag in ("<sup>", "<ref>", "<cite>"):
            self.raised = at
        elif tag in ("</sup>", "</ref>", "</cite>"):
            start, self.raised = self.raised, -1
            found = RAISED.fullmatch(self.bare, start) if start >= 0 and len(self.bare) - start <= REACH["<"] else None
            if found and not LETTER.match(self.bare[start - 1 : start]):
                numbers = tuple(read_numbers(found["numbers"] or ""))
                self._put_mark(start, numbers) if numbers else self._cut(start)

    def _put_mark(self, at: int, numbers: tuple[int, ...]) -> None:
        """Take a mark out of the line, with the space or the 、 between it and the mark before it."""
        self._cut(at - 1 if self.bare[at - 1 : at] in ("\\", "^") else at)  # \[1\], ^[1]
        if self.marks and JOINER.fullmatch(self.bare, self.marks[-1].place):
            self._cut(self.marks[-1].place)
        if found := SEE.search(self.bare, max(0, len(self.bare) - LONGEST_SEE)):
            self._cut(found.start())
            self.shortened = found.start()
        if self.bare[-1:].isspace() and self.bare.strip():
            self._cut(len(self.bare) - 1)
        self.marks.append(Mark(len(self.bare), numbers))

    def _cut(self, at: int) -> None:
        self.bare = self.bare[:at]
        moved = []
        while self.marks and self.marks[-1].place > at:
            moved.append(Mark(at, self.marks.pop().numbers))
        self.marks += reversed(moved)


def read_numbers(text: str) -> list[int]:
    """Read 1,2 and 1-3."""
    numbers: list[int] = []
    position = 0
    for found in RANGE.finditer(text):
        numbers += map(int, re.findall(_NUMBER, text[position : found.start()]))
        first, last = int(found[1]), int(found[2])
        numbers += range(first, min(last, first + LONGEST_RANGE) + 1) if first < last else (first, last)
        position = found.end()
    return [*numbers, *map(int, re.findall(_NUMBER, text[position:]))]
