"""A model's answer and the passages that it was given → the answer with citations that were earned, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.datatypes import Passage
from qa.citations import citation_of
from qa.datatypes import Citation
from qa.gate.marks import Statement, read_statements
from qa.gate.shelf import Encode, Shelf, Source
from qa.gate.traits import QUOTED, traits_of
from qa.gate.verdicts import Verdict, judge
from qa.terms import is_written_in_hanzi

UNSUPPORTED = {True: "（未找到依据）", False: " (not found in the documents)"}  # by whether the sentence is Chinese
MOST_ANNOUNCED = 40  # characters of a line that only announces what follows


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer after the check.

    `text` has `[n]` behind each sentence that a passage says and `UNSUPPORTED` behind each that none says; `citations`
    are numbered as they stand. `unsupported` are the sentences of the latter kind; `moved` and `dropped` count the
    citations that pointed at another passage than the one that says it, and those that nothing stands for.
    """

    text: str
    citations: tuple[Citation, ...]
    unsupported: tuple[str, ...]
    supported: int
    moved: int = 0
    dropped: int = 0


@dataclass(slots=True)
class _Numbers:
    """Gives citations their numbers: one for each sentence of a document, in the order of the answer."""

    question: str
    citations: list[Citation] = field(default_factory=list)
    known: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def of(self, source: Source) -> int:
        passage, sentence = source.passage, source.sentence
        place = passage.document, sentence.start, sentence.end
        if place not in self.known:
            self.known[place] = len(self.citations) + 1
            number = self.known[place]
            self.citations.append(citation_of(passage, sentence.start, sentence.end, number, self.question))
        return self.known[place]


def check_answer(answer: str, passages: Sequence[Passage], encode: Encode, question: str) -> Checked:
    """Check every sentence of an answer against the passages that it cites, then against the others.

    `passages` are numbered from 1 in the answer's marks; `encode` turns texts into unit vectors, shape (n, dimension).
    """
    statements = read_statements(answer, len(passages))
    if not statements:
        return Checked("", (), (), 0)
    shelf, numbers = Shelf(passages, encode), _Numbers(question)
    vectors = encode([statement.plain for statement in statements])
    everything = range(1, len(passages) + 1)
    text, unsupported, supported, moved, dropped = "", list[str](), 0, 0, 0
    for statement, vector in zip(statements, vectors, strict=True):
        if _only_announces(statement):
            text += statement.lead + statement.text
            continue
        verdict = judge(statement.plain, shelf, statement.cited, vector) if statement.cited else Verdict(())
        if not verdict.supported:
            verdict = judge(statement.plain, shelf, everything, vector)
            moved += bool(verdict.supported and statement.cited)
        text += statement.lead + statement.text
        if verdict.supported:
            supported += 1
            text += "".join(f"[{numbers.of(source)}]" for source in one_a_passage(verdict))
        else:
            unsupported.append(statement.plain)
            text += UNSUPPORTED[is_written_in_hanzi(statement.plain)]
        dropped += len(statement.cited) if not verdict.supported else 0
        dropped += statement.stray
    return Checked(text.strip(), tuple(numbers.citations), tuple(unsupported), supported, moved, dropped)


def one_a_passage(verdict: Verdict) -> list[Source]:
    """Return the best sentence of each passage that a verdict rests on."""
    best: dict[int, Source] = {}
    for source in verdict.sources:
        best.setdefault(source.number, source)
    return list(best.values())


def _only_announces(statement: Statement) -> bool:
    """Whether a statement is a heading or a line such as 主要有以下几点：, which claims nothing by itself."""
    text = statement.plain.strip()
    if statement.cited or len(text) > MOST_ANNOUNCED or QUOTED.search(text):
        return False
    if "#" not in statement.lead and not text.endswith(("：", ":")):
        return False
    return not any(token.kind in ("number", "name", "code", "negation") for token in traits_of(text).tokens)
