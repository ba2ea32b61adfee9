"""A model's answer and the passages that it was given → the answer with citations that were earned, and no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from index.datatypes import Passage
from index.vectors import Vectors
from qa.citations import citation_of
from qa.datatypes import Citation
from qa.gate.announcing import only_announces
from qa.gate.bare import answer_in_full, find_of_something_else, holders_of, is_bare
from qa.gate.reading import read_statements
from qa.gate.refusals import claimed_beside, refuses
from qa.gate.shelf import Encode, Shelf, Source
from qa.gate.statements import Statement
from qa.gate.traits import traits_of
from qa.gate.verdicts import Verdict, judge, stands_word_for_word
from qa.gate.yes_no import agrees, denied, read_lead
from qa.measures import normalise
from qa.terms import is_written_in_hanzi

Kind = Literal["supported", "moved", "unsupported", "announces", "refusal", "withheld", "repeated"]
UNSUPPORTED = {
    True: "（未找到依据）",
    False: " (not found in the documents)",
}  # by whether question or sentence is Chinese
LONGEST_STATEMENT = 800  # characters: of a row of a table or a block of code; sentences are shorter
SHORT = 24  # characters of a statement that is looked at together with what stands before it
SAID_BEFORE = 200  # characters of what stands before a statement, for instructions that are said in pieces


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A sentence of an answer after the check.

    `shown` is what the reader sees of it: what stands before it (line ends, bullets), itself, and its marks; `text` the
    words alone. `kind` is "supported", "moved" (another passage says it than the one that it cited), "unsupported",
    "announces" (a heading, a line that leads to a list: it claims nothing) or "refusal" (it tells that the passages
    hold no answer). `numbers` are those of its citations, `reason` tells why it is unsupported.
    """

    shown: str
    text: str
    kind: Kind
    numbers: tuple[int, ...] = ()
    reason: str = ""
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer after the check.

    `text` has `[n]` behind each sentence that a passage says and `UNSUPPORTED` behind each that none says; `citations`
    are numbered as they stand. `unsupported` are the sentences of the latter kind; `moved` and `dropped` count the
    citations that pointed at another passage than the one that says it, and those that nothing stands for. `statements`
    are all its sentences in order.
    """

    text: str
    citations: tuple[Citation, ...]
    unsupported: tuple[str, ...]
    supported: int
    moved: int = 0
    dropped: int = 0
    statements: tuple[CheckedStatement, ...] = ()


class Checker:
    """Checks statements one after the other, and numbers the sentences that they rest on."""

    def __init__(
        self, shelf: Shelf, question: str, is_withheld: Callable[[str], bool] = lambda sentence: False
    ) -> None:
        self.shelf, self.question = shelf, question
        self._is_withheld = is_withheld
        self.citations: list[Citation] = []
        self.known: dict[tuple[str, int, int], int] = {}
        self.checked: list[CheckedStatement] = []
        self._said = ""
        self._open: tuple[Statement, bool] | None = None
        self._known_words: set[str] = set()

    def check(self, statements: Sequence[Statement]) -> list[CheckedStatement]:
        """Check the next statements of the answer, and return them as they are shown."""
        vectors = self.shelf.encode([statement.plain for statement in statements]) if statements else ()
        checked = [one for pair in zip(statements, vectors, strict=True) for one in self._take(*pair)]
        self.checked += checked
        return checked

    def finish(self) -> list[CheckedStatement]:
        """Check what waited for another statement."""
        if self._open is None:
            return []
        (statement, says_yes), self._open = self._open, None
        checked = self._alone(statement, says_yes)
        self.checked.append(checked)
        return [checked]

    def _take(self, statement: Statement, vector: Vectors) -> list[CheckedStatement]:
        """Check a statement; 是的 waits for the one behind it, and is told together with that."""
        before = self._open
        lead = read_lead(statement.plain, self.question)
        if lead and not any(map(str.isalnum, lead[1])) and before is None:
            self._open = statement, lead[0]
            return []
        self._open = None
        checked = self._check(statement, vector)
        return [checked] if before is None else [self._settled(*before, checked), checked]

    def _settled(self, statement: Statement, says_yes: bool, following: CheckedStatement) -> CheckedStatement:
        """Return a yes or no as what stands behind it supports it, or the contrary."""
        if following.kind not in ("supported", "moved"):
            return self._alone(statement, says_yes)
        quoted = [traits_of(self.citations[number - 1].quote) for number in following.numbers]
        if agrees(says_yes, self.question, following.text, quoted):
            return _shown(statement, "supported", following.numbers)
        return _shown(statement, "unsupported", reason="contrary to what follows")

    def _alone(self, statement: Statement, says_yes: bool) -> CheckedStatement:
        """Return a yes or no that nothing supported follows."""
        verdict = judge(denied(self.question, says_yes), self.shelf, range(1, len(self.shelf.passages) + 1))
        if not verdict.supported:
            return _shown(statement, "unsupported", reason=verdict.reason)
        return _shown(statement, "supported", [self._number(source) for source in one_a_passage(verdict)])

    def _judge(self, text: str, numbers: Sequence[int], vector: Vectors | None) -> Verdict:
        """Judge a statement by itself, what leads it with yes or no and what is no sentence with the question."""
        lead = read_lead(text, self.question)
        if lead and any(map(str.isalnum, lead[1])):
            verdict = judge(lead[1], self.shelf, numbers)
            quoted = [source.traits for source in verdict.sources]
            if verdict.supported and not agrees(lead[0], self.question, lead[1], quoted):
                return Verdict((), "contrary to what follows")
            return verdict
        full = answer_in_full(self.question, text) if is_bare(text) else None
        holders = holders_of(text, self.question, self.shelf.of(numbers)) if full else []
        if full and holders:
            wrong = find_of_something_else(text, full, self.shelf, holders)
            return Verdict((), wrong) if wrong else Verdict((holders[0],))
        return judge(text, self.shelf, numbers, vector)

    def result(self) -> Checked:
        """Return what became of the answer up to here."""
        kinds = [one.kind for one in self.checked]
        return Checked(
            text="".join(one.shown for one in self.checked).strip(),
            citations=tuple(self.citations),
            unsupported=tuple(one.text for one in self.checked if one.kind == "unsupported"),
            supported=kinds.count("supported") + kinds.count("moved"),
            moved=kinds.count("moved"),
            dropped=sum(one.dropped for one in self.checked),
            statements=tuple(self.checked),
        )

    def _check(self, statement: Statement, vector: Vectors) -> CheckedStatement:
        plain = statement.plain
        said = normalise(plain)
        before, self._said = self._said, (self._said + said)[-SAID_BEFORE:]
        if self._is_withheld(plain) or (len(said) < SHORT and self._is_withheld(before + said)):
            return CheckedStatement("", plain, "withheld")
        if said in self._known_words:
            # A model that has lost itself says one thing again and again.
            return CheckedStatement("", plain, "repeated", dropped=len(statement.cited))
        self._known_words.add(said)
        if len(plain) > LONGEST_STATEMENT:
            return self._unsupported(statement, "too long to be one statement")
        if only_announces(statement, self.shelf, self.question):
            return _shown(statement, "announces")
        # A document may say itself that it does not say something.
        if refuses(plain) and not stands_word_for_word(plain, self.shelf, statement.cited):
            return self._refusal(statement)
        everything = range(1, len(self.shelf.passages) + 1)
        kind: Kind = "supported"
        cited = statement.cited
        verdict = self._judge(statement.plain, cited, vector) if cited else Verdict(())
        if not verdict.supported:
            kind = "moved" if cited else "supported"
            verdict = self._judge(statement.plain, everything, vector)
        if not verdict.supported:
            return self._unsupported(statement, verdict.reason)
        return _shown(statement, kind, [self._number(source) for source in one_a_passage(verdict)])

    def _refusal(self, statement: Statement) -> CheckedStatement:
        """Return a sentence that says that the passages do not tell, unless it claims something beside that."""
        beside = claimed_beside(statement.plain)
        if beside and not judge(beside, self.shelf, range(1, len(self.shelf.passages) + 1)).supported:
            return self._unsupported(statement, beside)
        return _shown(statement, "refusal")

    def _unsupported(self, statement: Statement, reason: str) -> CheckedStatement:
        # 26 μg/m³. and ISO 9001. are sentences of a Chinese answer, too.
        is_chinese = is_written_in_hanzi(self.question) or is_written_in_hanzi(statement.plain)
        return _shown(statement, "unsupported", reason=reason, mark=UNSUPPORTED[is_chinese])

    def _number(self, source: Source) -> int:
        """Return the number of a sentence's citation: one for each, in the order of the answer."""
        passage, sentence = source.passage, source.sentence
        place = passage.document, sentence.start, sentence.end
        if place not in self.known:
            number = self.known[place] = len(self.citations) + 1
            self.citations.append(citation_of(passage, sentence.start, sentence.end, number, self.question))
        return self.known[place]


def check_answer(answer: str, passages: Sequence[Passage], encode: Encode, question: str) -> Checked:
    """Check every sentence of an answer against the passages that it cites, then against the others.

    `passages` are numbered from 1 in the answer's marks; `encode` turns texts into unit vectors, shape (n, dimension).
    """
    statements = read_statements(answer, len(passages))
    if not statements:
        return Checked("", (), (), 0)
    checker = Checker(Shelf(passages, encode), question)
    checker.check(statements)
    checker.finish()
    return checker.result()


def _shown(
    statement: Statement, kind: Kind, numbers: Sequence[int] = (), reason: str = "", mark: str = ""
) -> CheckedStatement:
    marks = "".join(f"[{number}]" for number in numbers) or mark
    earned = kind in ("supported", "moved")
    return CheckedStatement(
        shown=statement.lead + statement.text + marks + statement.behind,
        text=statement.plain,
        kind=kind,
        numbers=tuple(numbers),
        reason=reason,
        dropped=statement.stray + (0 if earned else len(statement.cited)),
    )


def one_a_passage(verdict: Verdict) -> list[Source]:
    """Return the best sentence of each passage that a verdict rests on."""
    best: dict[int, Source] = {}
    for source in verdict.sources:
        best.setdefault(source.number, source)
    return list(best.values())
