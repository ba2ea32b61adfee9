"""Questions that the documents do not answer, made from those that they do; and questions for a summary.

withheld document    the same question, as if the document that answers were not there
withheld passage     as if only the passages with the answer were not there
cut sentence         as if the answer were cut out of the right passage, all else staying
other title          the same asked of another document: 甲城的人口 → 乙城的人口
summary              a document asked to be summed up on two of its terms, the same with the document withheld, and
                     with two terms of another document
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from index.datatypes import Passage
from index.generations import Generation
from index.lexical import fold_in_place
from qa.conversation import standalone_question
from qa.evidence import Candidate, Reading
from qa.measures import Question, normalise
from qa.terms import question_terms, term_weight

Variant = Literal["plain", "withheld document", "withheld passage", "cut sentence", "other title", "summary"]
SUMMARIES = (
    "总结{title}在{one}和{other}方面的情况。",
    "结合{title}的资料，概述其{one}与{other}。",
    "简要介绍{title}的{one}和{other}，并说明两者的关系。",
    "{title}是如何通过{one}来影响{other}的？",
    "结合{title}的内容，总结其{one}。",
    "{title}在{one}方面采取了哪些做法，对{other}有什么影响？",
    "根据{title}，{one}和{other}的情况如何？",
    "分析{title}的{one}及其对{other}的作用。",
)
TITLE_CHARACTERS = range(2, 16)
RAREST_TERMS = 12


@dataclass(frozen=True, slots=True)
class Posed:
    """A question to be asked of an index from which the passages `withheld` are missing.

    `cuts_answer` says that the sentences with the answer are to be taken out of what was read.
    """

    question: Question
    text: str
    variant: Variant
    answerable: bool
    withheld: frozenset[int] = field(default_factory=frozenset)
    cuts_answer: bool = False


def variants(question: Question, generation: Generation, random: np.random.Generator) -> Iterator[Posed]:
    """Yield a question as it is and, where it is answerable with evidence, its unanswerable variants."""
    text = standalone_question(question.text, question.history)
    yield Posed(question, text, "plain", question.answerable)
    if not (question.answerable and question.evidence):
        return
    of_document, holding = _holders(question, generation)
    yield Posed(question, text, "withheld document", False, of_document)
    if holding and holding != of_document:
        yield Posed(question, text, "withheld passage", False, holding)
    yield Posed(question, text, "cut sentence", False, cuts_answer=True)
    folded, titles = fold_in_place(text), _titles(generation)
    named = max((title for title in titles if title in folded), key=len, default=None)
    other = titles[int(random.integers(len(titles)))] if titles else None
    if named and other and other not in folded:
        yield Posed(question, folded.replace(named, other), "other title", False)


def summaries(generation: Generation, count: int, random: np.random.Generator) -> Iterator[Posed]:
    """Yield `count` questions for a summary, each answerable once and unanswerable up to twice."""
    passages: dict[str, list[Passage]] = {}
    for passage in generation.index.passages:
        if len(passage.title) in TITLE_CHARACTERS:
            passages.setdefault(passage.document, []).append(passage)
    documents = sorted(passages)
    for _ in range(count if documents else 0):
        document, stranger = (documents[int(random.integers(len(documents)))] for _ in range(2))
        form = SUMMARIES[int(random.integers(len(SUMMARIES)))]
        title = passages[document][0].title
        own, foreign = (_two_terms(passages[one], random) for one in (document, stranger))
        if own is None:
            continue
        text = form.format(title=title, one=own[0], other=own[1])
        rows = frozenset(passage.id for passage in passages[document])
        yield Posed(_asked(text, True), text, "summary", True)
        yield Posed(_asked(text, False), text, "summary", False, rows)
        if foreign and not any(generation.index.lexical.holders(term, _range(rows)) for term in foreign):
            text = form.format(title=title, one=foreign[0], other=foreign[1])
            yield Posed(_asked(text, False), text, "summary", False)


def cut_answer(reading: Reading, question: Question) -> Reading:
    """Return a reading as if the sentences with the answer were not in their passages."""
    kept = [one for one in reading.candidates if not _holds(one, question)]
    gone = [one for one in reading.candidates if _holds(one, question)]
    blanked: dict[int, Passage] = {}
    for one in gone:
        passage = blanked.get(one.hit.passage.id, one.hit.passage)
        start, end = one.sentence.start - passage.start, one.sentence.end - passage.start
        text = passage.text[:start] + " " * (end - start) + passage.text[end:]
        blanked[passage.id] = replace(passage, text=text)
    candidates = tuple(
        replace(one, hit=replace(one.hit, passage=blanked.get(one.hit.passage.id, one.hit.passage))) for one in kept
    )
    parts = tuple(cut_answer(part, question) for part in reading.parts)
    return replace(reading, candidates=candidates, parts=parts)


def _holds(candidate: Candidate, question: Question) -> bool:
    words = normalise(candidate.text)
    quotes = [normalise(one.quote) for one in question.evidence]
    return any(words in quote or quote in words for quote in quotes) or any(
        normalise(answer) in words for answer in question.answers
    )


def _holders(question: Question, generation: Generation) -> tuple[frozenset[int], frozenset[int]]:
    """Return the passages of the documents with the evidence, and those that hold evidence or answer."""
    documents = {one.document for one in question.evidence}
    passages = [passage for passage in generation.index.passages if passage.document in documents]
    sought = [normalise(one.quote)[:20] for one in question.evidence]
    sought += [normalise(answer) for answer in question.answers if len(answer) > 1]
    holding = {passage.id for passage in passages if any(text in normalise(passage.text) for text in sought)}
    return frozenset(passage.id for passage in passages), frozenset(holding)


def _titles(generation: Generation) -> list[str]:
    return [title for title in generation.index.titles if len(title) in TITLE_CHARACTERS]


def _two_terms(passages: list[Passage], random: np.random.Generator) -> tuple[str, str] | None:
    """Return two of the rarest terms of one passage, beside those of its title."""
    passage = passages[int(random.integers(len(passages)))]
    title = fold_in_place(passage.title)
    terms = [term for term in question_terms(passage.text) if term.isalpha() and 2 <= len(term) <= 5]
    rarest = sorted((term for term in terms if term not in title), key=lambda term: -term_weight(term))[:RAREST_TERMS]
    if len(rarest) < 2:
        return None
    one, other = random.choice(len(rarest), 2, replace=False)
    return rarest[int(one)], rarest[int(other)]


def _asked(text: str, answerable: bool) -> Question:
    return Question("", text, answerable, (), (), (), "summary")


def _range(rows: frozenset[int]) -> range:
    return range(min(rows), max(rows) + 1)
