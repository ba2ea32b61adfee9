"""A model's answer, as it is written → its statements. However it is cut into pieces, it reads the same."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.chunking import SENTENCE_END, split_sentences
from qa.gate.blocks import RULE, Table, begins_table, columns_of, ends_code, fence_of, read_code, read_row
from qa.gate.marks import Line
from qa.gate.statements import Statement, citing, is_label, may_be_label, pointed_at, tidied

LONGEST_ANSWER = 20_000  # characters that are read
# What layout puts before a line; it is no part of the statement.
LAYOUT = re.compile(
    r"\s*(?:(?:#{1,6}|>|\*(?!\*)|[-+•·●○■□▪–—]|[0-9]{1,2}[.、)）](?![0-9])|[(（][0-9一二三四五六七八九十]{1,3}[)）])\s*)*"
)
_SOURCES = (
    r"参考(?:资料|文献|来源)|资料来源|引用(?:来源|文档|资料)|references?|sources?(?:\s+cited)?|citations?|bibliography"
)
# A list of sources at the end, as many models add one: the page shows its own.
SOURCES = re.compile(rf"[#*>\s]*(?:{_SOURCES}|参考|引用|来源|出处)(?:列表)?[\s*:：]*", re.IGNORECASE)
FOOTNOTE = re.compile(r"[-*]?\s?\\?[\[【［]\^?[0-9０-９]{1,3}\\?[\]】］][\s:：]*(?:\S.*)?|\s*")
LISTED = re.compile(r"\s*(?:[-*+•·]|[0-9]{1,2}[.、)）])\s*\S.*")  # under 参考资料, though not under 来源
# [1]: and [^1]: and [guide]: https:// define; they cite nothing.
DEFINED = re.compile(
    r"\s{0,3}(?:[-*]\s)?(?:[\[【［]\^?[0-9０-９]{1,3}[\]】］]\s{0,3}[:：]|\[\^[^\[\]]{1,30}\]:|\[[^\[\]]{1,60}\]:\s*<?[a-z])"
)
# [guide]: https://…, where a link of Markdown leads.
REFERENCE = re.compile(r"\s{0,3}\[[^\[\]]{1,60}\]:\s*<?[a-z][a-z+.-]{1,10}:\S*(?:\s+[\"'(].*)?\s*", re.IGNORECASE)
SOURCES_LISTED = re.compile(rf"[#*>\s]*(?:{_SOURCES})", re.IGNORECASE)
INVISIBLE = {
    code: None
    for low, high in ((0, 8), (0xE, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0x200B, 0x200F), (0x202A, 0x202E))
    for code in range(low, high + 1)
} | dict.fromkeys((0xAD, 0x61C, 0xFEFF, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069))
LINE_ENDS = str.maketrans(dict.fromkeys("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"))


@dataclass(slots=True)
class StatementReader:
    """Reads an answer that was given so many passages while it is written. However it is cut, it reads the same."""

    passages: int  # how many the model was given
    characters: int = 0
    carriage: bool = False  # whether the last character was half of a line end
    gap: str = ""  # layout since the last statement
    began: bool = False
    waiting: Statement | None = None  # the last statement, which may still get marks
    ready: list[Statement] = field(default_factory=list)  # those that nothing can change any more
    raw: str = ""  # the line that is being written
    taken: int = 0  # characters of it that went into `line`
    line: Line = field(default_factory=Line)
    done: int = 0  # up to where the line's words were handed out
    searched: int = 0  # up to where they were searched for a sentence's end
    settled: int = 0  # up to where nothing can change them
    last: int = -1  # where the last letter or digit of these stands
    given: int = 0  # marks of the line that were given to a statement
    held: list[str] = field(default_factory=list)  # lines of what may be a list of sources
    table: Table | None = None
    fenced: list[str] = field(default_factory=list)

    def feed(self, piece: str) -> list[Statement]:
        """Take up what was written next; return the statements that nothing can change any more."""
        *lines, rest = self._cleaned(piece).split("\n")
        for text in lines:
            self.raw += text
            self._end_line()
        self.raw += rest
        if rest and not (self.held or self.fenced or _begins_a_block(self.raw)):
            if self.table and self.raw.strip():
                self._end_table()
            if not self.table:
                self._read_on()
        return self._take_ready()

    def finish(self) -> list[Statement]:
        """Return the rest."""
        if self.raw:
            self._end_line()
        if self.fenced:
            self._end_code()
        self._end_table()
        if self.held and not self.began and not SOURCES.fullmatch(self.held[0]):
            self._release()  # an answer of its own, as there is nothing before it
        if self.waiting:
            self.ready.append(self.waiting)
        self.waiting = None
        return self._take_ready()

    def _take_ready(self) -> list[Statement]:
        ready, self.ready = self.ready, []
        return ready

    def _cleaned(self, piece: str) -> str:
        """Return a piece without what cannot be seen, as far as an answer is read, and with one kind of line end."""
        piece = piece[: max(0, LONGEST_ANSWER - self.characters)]
        self.characters += len(piece)
        # Half characters (lone surrogates), as replies may hold them, are more than the tokenizers can take.
        piece = piece.encode("utf-8", "replace").decode().translate(INVISIBLE).translate(LINE_ENDS)
        if piece and self.carriage:
            piece = "\r" + piece
        self.carriage = piece.endswith("\r") if piece else self.carriage
        return piece.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")

    def _end_line(self) -> None:
        """Read a whole line by what it is: of a list of sources, of code, of a table, or of text."""
        raw, self.raw = self.raw, ""
        if REFERENCE.fullmatch(raw) and not self.fenced:
            self._start_line()
            return
        if self.held:
            if FOOTNOTE.fullmatch(raw) or (LISTED.fullmatch(raw) and SOURCES_LISTED.match(self.held[0])):
                self.held.append(raw)
                return
            self._release()
        if self.fenced:
            self.fenced.append(raw)
            if ends_code(raw, fence_of(self.fenced[0])):
                self._end_code()
        elif begins_table(raw):
            self._add_row(raw)
        else:
            self._end_table()
            if fence_of(raw):
                self.fenced.append(raw)
                self._start_line()
            elif raw.strip() and (SOURCES.fullmatch(raw) or DEFINED.match(raw)):
                self.held.append(raw)
                self._start_line()
            else:
                self._end_text_line(raw)

    def _end_text_line(self, raw: str) -> None:
        self.raw = raw
        self._read_on()
        self.raw = ""
        self.line.end()
        self._hand_out(len(self.line.bare), len(self.line.bare))
        for mark in self.line.marks[self.given :]:  # a line of nothing but marks: they belong to the last statement
            self._cite_waiting(mark.numbers)
        self.gap += "\n"
        self._start_line()

    def _start_line(self) -> None:
        self.line, self.last = Line(), -1
        self.taken = self.done = self.settled = self.searched = self.given = 0

    def _release(self) -> None:
        """Read the lines that were held back after all."""
        held, self.held = self.held, []
        for raw in held:
            self._end_text_line(raw)

    def _read_on(self) -> None:
        """Hand out the sentences of a line that are complete: a word stands behind them."""
        self.line.add(self.raw[self.taken :])
        self.taken = len(self.raw)
        if (at := self.line.shortened) >= 0:
            self.searched, self.settled, self.last = (
                min(self.searched, at),
                min(self.settled, at),
                min(self.last, at - 1),
            )
            self.line.shortened = -1
        bare, last = self.line.bare, self.line.settled()
        settled = self.settled
        self.settled = max(last, settled)
        while last > settled and not bare[last - 1].isalnum():
            last -= 1
        # Where the last letter or digit stands that nothing can change.
        last = self.last = last - 1 if last > settled else self.last
        while last >= self.searched and (found := SENTENCE_END.search(bare, self.searched)) and found.end() <= last:
            end = found.end()
            if bare.startswith("**", end) and bare.count("**", self.done, end) % 2:
                end += 2
            following = end
            while bare[following].isspace():
                following += 1
            self.searched = end
            self._hand_out(end, following)
        if self.waiting and last >= self.searched and not may_be_label(bare[self.done : last + 1]):
            self.ready.append(self.waiting)
            self.waiting = None
        self.searched = max(self.searched, last + 1)

    def _hand_out(self, end: int, following: int) -> None:
        """Make statements of the line's words up to `end`, and give them the marks up to where the next begins."""
        bare, start = self.line.bare, self.done
        if not bare[start:end].strip():
            return
        if not start:
            layout = LAYOUT.match(bare, 0, end)
            start = layout.end() if layout else 0
            self.gap += bare[:start]
        lefts, made = list[int](), list[Statement]()
        for left, right in split_sentences(bare, start, end):
            self.gap += bare[start:left]
            start = right
            if any(map(str.isalnum, bare[left:right])):
                lefts.append(left)
                made.append(Statement(self.gap, bare[left:right], ()))
                self.gap = ""
            else:
                self.gap += bare[left:right]
        marks = self.line.marks
        while (made or self.done) and self.given < len(marks) and marks[self.given].place <= following:
            # A mark belongs to the sentence that it stands in or behind, one in front of all to the first.
            at, numbers = bisect_left(lefts, marks[self.given].place) - 1, marks[self.given].numbers
            if at < 0 and (self.done or not made):
                self._cite_waiting(numbers)
            else:
                made[max(0, at)] = citing(made[max(0, at)], numbers, self.passages)
            self.given += 1
        for statement in made:
            self._add(statement)
        self.done = end

    def _add(self, statement: Statement) -> None:
        """Take up a statement; the one before it can get no more marks."""
        if is_label(statement):
            self._cite_waiting(statement.cited, statement.stray)
            return
        if self.waiting and (numbers := pointed_at(statement)):
            self._cite_waiting((*statement.cited, *numbers), statement.stray)
            return
        statement = tidied(statement, self.passages)
        if not any(map(str.isalnum, statement.plain)):
            self.gap = statement.lead + statement.text + statement.behind + self.gap
            return
        if self.waiting:
            self.ready.append(self.waiting)
        self.waiting, self.began = statement, True

    def _cite_waiting(self, numbers: Sequence[int], stray: bool = False) -> None:
        if self.waiting:
            self.waiting = citing(self.waiting, numbers, self.passages, stray)

    def _add_row(self, raw: str) -> None:
        """Read a row of a table. Whether the first is its head, the second tells."""
        self._start_line()
        if self.table is None:
            self.table = Table(raw)
        elif self.table.first is None:
            self._add_cells(raw, self.table.columns)
        else:
            first, self.table.first = self.table.first, None
            is_head = bool(RULE.fullmatch(raw))
            self._add_cells(first, (), is_head)
            if is_head:
                self.table.columns = columns_of(first)
                self.gap += raw + "\n"
            else:
                self._add_cells(raw, ())

    def _end_table(self) -> None:
        if self.table and self.table.first is not None:
            self._add_cells(self.table.first, ())
        self.table = None

    def _add_cells(self, raw: str, columns: Sequence[str], announces: bool = False) -> None:
        gap, self.gap = self.gap, "\n"
        self._add(replace(read_row(raw, columns, gap, self.passages), announces=announces))

    def _end_code(self) -> None:
        """Make one statement of a block of code."""
        lines, gap = self.fenced, self.gap
        self.fenced, self.gap = [], ""
        self._add(read_code(lines, gap))


def read_statements(answer: str, passages: int) -> list[Statement]:
    """Return the statements of an answer that was given `passages` passages, in order.

    Marks of every form are understood; those of passages that there are not are dropped.
    """
    reader = StatementReader(passages)
    return [*reader.feed(answer), *reader.finish()]


def _begins_a_block(raw: str) -> bool:
    """Whether a line, as far as it is written, is one of a table, of code or of a list of sources."""
    return begins_table(raw) or bool(fence_of(raw)) or bool(DEFINED.match(raw))
