"""A statement of a model's answer, with the numbers of the passages that it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.gate.marks import read_numbers

EMPHASIS = re.compile(r"\*\*|__|`|~~")
_PASSAGES = r"(?:来源|资料|文档|文件|段落|片段|文献|材料|passages?|documents?|sources?)"
_DIGITS = r"[0-9０-９]{1,3}"
# 根据[1]，… without its mark says nothing; 根据资料2，… is one.
ACCORDING = re.compile(
    rf"(?:根据|依据|按照|据|如|according\s+to|based\s+on|as)\s*"
    rf"(?:{_PASSAGES}\s*(?P<numbers>{_DIGITS}(?:\s*(?:[、,，和及]|and)\s*{_DIGITS})*))?"
    r"\s*(?:中?的?(?:内容|记载|描述|信息|规定)|中?所[述示说]|中?(?:显示|可知|提到|指出|记载)|states?|shows?)?"
    r"\s*[，,：:]\s*",
    re.IGNORECASE,
)
# [1]指出… without its mark, and 资料2指出….
SAYS = re.compile(
    rf"(?:{_PASSAGES}\s*(?P<numbers>{_DIGITS}))?\s*中?(?:还|也|明确)*(?:指出|提到|提及|显示|表明|说明|写道|记载|介绍|says?|states?|shows?)"
    r"(?:that)?[，,：:]?\s*",
    re.IGNORECASE,
)
# 来源：[1] without its mark; it cites for the sentence before it.
LABEL = re.compile(
    r"[\s(（*]*(?:(?:数据|资料|信息|内容)?来源|参考(?:资料|文献)?|出处|引用|引自|出自|(?:可|请)?(?:详见|参见|参阅|见)"
    r"|sources?|references?|see)[\s*:：)）。.]*",
    re.IGNORECASE,
)
# 见来源1 and 参见资料2和3, without brackets: a sentence of its own, or the end of one.
POINTING = re.compile(
    rf"(?:^|(?<=\w)\s?[，,；;])\s?(?:可|请)?(?:(?:详见|参见|参阅|参考|见|引自|出自|源自|来自|see)\s?|(?:来源|出处|sources?)\s?[:：]\s?)"
    rf"{_PASSAGES}\s?(?P<numbers>{_DIGITS}(?:\s?(?:[、,，和及]|and)\s?(?:{_PASSAGES}\s?)?{_DIGITS}){{0,10}})"
    r"\s?(?P<end>[。.！!]?)\s*$",
    re.IGNORECASE,
)
LONGEST_LABEL, LABEL_STARTS = 16, "数资信内来参出引详见请可sr"  # letters of one


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer: what stands before it, itself without marks, and the passages cited, from 1.

    `lead` is layout (line ends, bullets, spaces), `behind` what stands behind the statement's marks: the end of a row
    of a table. `said` is what a row says with its columns' names. `stray` tells that it cited a passage that there
    is not, `announces` that it is the head of a table.
    """

    lead: str
    text: str
    cited: tuple[int, ...]
    stray: bool = False
    behind: str = ""
    said: str = ""
    announces: bool = False

    @property
    def plain(self) -> str:
        """The words without marks of emphasis."""
        return EMPHASIS.sub("", self.said or self.text)


def citing(statement: Statement, numbers: Sequence[int], passages: int, stray: bool = False) -> Statement:
    """Return a statement that also cites the passages of some numbers, as far as there are so many."""
    there = [number for number in numbers if 1 <= number <= passages]
    cited = tuple(dict.fromkeys((*statement.cited, *there)))
    return replace(statement, cited=cited, stray=statement.stray or stray or len(there) < len(numbers))


def is_label(statement: Statement) -> bool:
    """Whether only 来源： is left of 来源：[1]."""
    return bool((statement.cited or statement.stray) and LABEL.fullmatch(statement.text))


def pointed_at(statement: Statement) -> list[int]:
    """Return the numbers of a statement that is nothing but 见来源1."""
    found = POINTING.match(statement.text.strip())
    return read_numbers(found["numbers"]) if found else []


def may_be_label(text: str) -> bool:
    """Whether a statement that is being written may turn out to be one of those."""
    letters = "".join(filter(str.isalnum, text))
    return not letters or (len(letters) <= LONGEST_LABEL and letters[0].lower() in LABEL_STARTS)


def tidied(statement: Statement, passages: int) -> Statement:
    """Take away 根据[1]，, of which only 根据， is left, and ，见来源1 at the end."""
    if not statement.said and (pointing := POINTING.search(statement.text)) and pointing.start():
        text = statement.text[: pointing.start()] + pointing["end"]
        statement = citing(replace(statement, text=text), read_numbers(pointing["numbers"]), passages)
    found = ACCORDING.match(statement.text) or SAYS.match(statement.text)
    if found and (found["numbers"] or statement.cited or statement.stray):
        rest = statement.text[found.end() :]
        if any(map(str.isalnum, rest)):
            statement = citing(replace(statement, text=rest), read_numbers(found["numbers"] or ""), passages)
    return statement
