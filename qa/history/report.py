"""A conversation made ready to be read elsewhere: its answers, and one numbered list of all that they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from index.datatypes import Spot
from qa.datatypes import Answer, Citation
from qa.editions import describe
from qa.history.datatypes import Conversation, Exchange
from qa.history.words import Language, place_words, word
from qa.pieces import answer_pieces, lines_of
from qa.presentation import Piece
from qa.telling import phrases

Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands behind a number: the document, the place in it, and the words that are quoted."""

    number: int
    title: str
    file: str
    place: str
    quote: str


@dataclass(frozen=True, slots=True)
class Part:
    """One question with the lines of its answer, and what is said below it. Marks have the report's numbers."""

    question: str
    asked_at: str
    lines: tuple[Line, ...]
    asides: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole conversation."""

    title: str
    language: Language
    parts: tuple[Part, ...]
    references: tuple[Reference, ...]


def compile_report(conversation: Conversation, language: Language) -> Report:
    """Return a conversation with its citations numbered through; the same place has one number, wherever it is cited.

    What was not asked in earnest (an empty box), and what is not answered yet, is left out.
    """
    numbers: dict[tuple[str, int, int], int] = {}
    references: list[Reference] = []
    parts: list[Part] = []
    for exchange in conversation.exchanges:
        if not exchange.question or (exchange.answer is None and not exchange.note):
            continue
        renumbered: dict[int, int] = {}
        for citation in exchange.answer.citations if exchange.answer is not None else ():
            place = (citation.document, citation.start, citation.end)
            if place not in numbers:
                numbers[place] = len(numbers) + 1
                references.append(reference_of(citation, numbers[place], language))
            renumbered[citation.number] = numbers[place]
        parts.append(_part(exchange, renumbered, language))
    title = conversation.title or word(language, "untitled")
    return Report(title, language, tuple(parts), tuple(references))


def reference_of(citation: Citation, number: int, language: Language) -> Reference:
    """Return a citation as a reference of its own number."""
    spot = Spot(citation.page, citation.slide, citation.sheet, citation.row)
    place = " › ".join((*citation.headings, *place_words(spot, language, citation.headings)))
    return Reference(number, citation.title, citation.document, place, " ".join(citation.quote.split()))


def _part(exchange: Exchange, numbers: dict[int, int], language: Language) -> Part:
    answer = exchange.answer
    if answer is None:
        return Part(exchange.question, exchange.asked_at, ((Piece("plain", exchange.note),),))
    lines = tuple(tuple(_renumbered(line, numbers)) for line in lines_of(answer_pieces(answer)))
    asides = tuple(tuple(_renumbered(line, numbers)) for line in _asides(answer, language))
    return Part(exchange.question, exchange.asked_at, lines, asides)


def _renumbered(line: Iterable[Piece], numbers: dict[int, int]) -> Iterator[Piece]:
    for piece in line:
        number = numbers.get(piece.number, piece.number)
        yield replace(piece, text=f"[{number}]", number=number) if piece.kind == "mark" else piece


def _asides(answer: Answer, language: Language) -> Iterator[Line]:
    """Yield what is said below an answer: notices, older versions, other documents, what was searched, and where."""
    if answer.notice:
        yield (Piece("plain", answer.notice),)
    for deviation in answer.deviations:
        yield (Piece("plain", describe(deviation, answer.question)),)
    for disagreement in answer.disagreements:
        sides = iter(disagreement.sides)
        yield tuple(
            Piece(kind, text, next(sides).citation if kind == "mark" else 0)
            for kind, text in phrases(disagreement, answer.question)
        )
    if " ".join(answer.question.split()) != answer.searched:
        yield (Piece("plain", word(language, "searched", text=answer.searched)),)
    if answer.scope:
        names = word(language, "comma").join(answer.scope)
        yield (Piece("plain", word(language, "scope", names=names)),)
