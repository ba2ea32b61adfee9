"""An answer as a language model writes it → its statements, each with the numbers of the passages that it cites."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from index.chunking import split_sentences

_WORD = r"(?:来源|资料|文档|段落|片段|文献|引用|参考|出处|sources?|passages?|documents?|docs?|refs?\.?|citations?)"
_NUMBER = r"[0-9０-９]{1,3}"
_S = r"\s{0,3}"  # bounded: what is hostile holds a hundred thousand of them
_JOINT = rf"{_S}(?:[,，、;；/&]|and|和|及|至|到|[-–—~～]){_S}"
_LIST = rf"{_NUMBER}(?:{_JOINT}(?:{_WORD}{_S})?\^?{_NUMBER}){{0,40}}"
# [1], [1,2], [1-3], [^1], 【1】, ［来源1］, 〔1〕; in round brackets behind a word: （来源：1、2）. (1) counts items.
MARK = re.compile(
    rf"\s?[\[【［〔]{_S}(?:{_WORD}{_S}[:：]?{_S})?\^?(?P<square>{_LIST}){_S}(?:†[^\]】］〕]{{0,40}})?[\]】］〕]"
    rf"|\s?[(（]{_S}(?:见|参见|see\s)?{_WORD}{_S}[:：]?{_S}[\[【［]?\^?(?P<round>{_LIST})[\]】］]?{_S}[)）]",
    re.IGNORECASE,
)
RANGE = re.compile(rf"({_NUMBER})\s*[-–—~～至到]\s*({_NUMBER})")
LONGEST_RANGE = 20
LONGEST_ANSWER = 20_000  # characters that are read
# What layout puts before a line; it is no part of the statement.
LAYOUT = re.compile(
    r"\s*(?:(?:#{1,6}|>|\*(?!\*)|[-+•·●○■□▪–—]|[0-9]{1,2}[.、)）](?![0-9])|[(（][0-9一二三四五六七八九十]{1,3}[)）])\s*)*"
)
# A list of sources at the end, as many models add one: the page shows its own.
SOURCES = re.compile(
    r"[#*>\s]*(?:参考(?:资料|文献|来源)?|资料来源|引用(?:来源)?|来源|出处|references?|sources?|citations?)[\s*:：]*",
    re.IGNORECASE,
)
FOOTNOTE = re.compile(rf"[-*]?\s?[\[【［]\^?{_NUMBER}[\]】］][\s:：]*\S.*")
EMPHASIS = re.compile(r"\*\*|__|`")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer: what stands before it, itself without marks, and the passages cited, from 1.

    `lead` is layout (line ends, bullets, spaces). `stray` tells that it cited a passage that there is not.
    """

    lead: str
    text: str
    cited: tuple[int, ...]
    stray: bool = False

    @property
    def plain(self) -> str:
        """The words without marks of emphasis."""
        return EMPHASIS.sub("", self.text)


def read_statements(answer: str, passages: int) -> list[Statement]:
    """Return the statements of an answer that was given `passages` passages, in order.

    Marks of every form are understood; those of passages that there are not are dropped.
    """
    statements: list[Statement] = []
    gap = ""
    # Half characters (lone surrogates), as replies may hold them, are more than the tokenizers can take.
    answer = answer[:LONGEST_ANSWER].encode("utf-8", "replace").decode()
    for line in _without_sources(answer.splitlines()):
        bare, marks = _take_out_marks(line)
        layout = LAYOUT.match(bare)
        start = layout.end() if layout else 0
        gap += bare[:start] if bare[start:].strip() else ""
        spans: list[tuple[int, int]] = []
        end = start
        for left, right in split_sentences(bare, start):
            gap += bare[end:left]
            end = right
            if any(map(str.isalnum, bare[left:right])):
                spans.append((left, right))
                statements.append(Statement(gap, bare[left:right], ()))
                gap = ""
            else:
                gap += bare[left:right]
        for place, numbers in marks:
            # A mark belongs to the sentence that it stands in or behind, one in front of all to the first; one on a
            # line of its own to the last before it.
            at = max(0, bisect_left(spans, (place,)) - 1) - len(spans) if spans else -1
            if statements:
                statements[at] = _citing(statements[at], numbers, passages)
        gap += "\n"
    return statements


def _take_out_marks(line: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """Return a line without its marks, and where each stood with its numbers."""
    bare, position = "", 0
    marks: list[tuple[int, list[int]]] = []
    for found in MARK.finditer(line):
        bare += line[position : found.start()]
        marks.append((len(bare), _numbers(found["square"] or found["round"])))
        position = found.end()
    return bare + line[position:], marks


def _without_sources(lines: Sequence[str]) -> list[str]:
    """Leave out the list of sources at the end of an answer."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or FOOTNOTE.fullmatch(lines[end - 1].strip())):
        end -= 1
    if end < len(lines) and end and SOURCES.fullmatch(lines[end - 1].strip()):
        return [*lines[: end - 1]]
    # Lines that begin with a mark are an answer of their own where there is nothing before them.
    return [*lines[:end]] if end else [*lines]


def _numbers(text: str) -> list[int]:
    """Read 1,2 and 1-3."""
    numbers: list[int] = []
    position = 0
    for found in RANGE.finditer(text):
        numbers += map(int, re.findall(_NUMBER, text[position : found.start()]))
        first, last = int(found[1]), int(found[2])
        numbers += range(first, min(last, first + LONGEST_RANGE) + 1) if first < last else (first, last)
        position = found.end()
    return [*numbers, *map(int, re.findall(_NUMBER, text[position:]))]


def _citing(statement: Statement, numbers: Sequence[int], passages: int) -> Statement:
    there = [number for number in numbers if 1 <= number <= passages]
    cited = tuple(dict.fromkeys((*statement.cited, *there)))
    return Statement(statement.lead, statement.text, cited, statement.stray or len(there) < len(numbers))
