"""An answer as the chat shows it: text with emphasis and clickable marks, cut anywhere while it streams."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from qa.datatypes import Answer, Citation
from qa.editions import describe
from qa.ui.links import CitationLink, DocumentLink, PassageLink
from qa.ui.markup import Html, element, excerpt, join, on_one_line
from qa.ui.texts import Language, say

EMPHASIS_OR_MARK = re.compile(r"\*\*(?P<strong>[^*\n]+)\*\*|\[(?P<number>[0-9]{1,3})\]")
NEAREST_SHOWN = 3
EXCERPT_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one kind in an answer's text; `number` is the citation's where `kind` is `mark`."""

    kind: Literal["plain", "strong", "mark"]
    text: str
    number: int = 0


def split_answer(text: str, numbers: Collection[int]) -> tuple[Piece, ...]:
    """Split an answer's text into pieces. Only `[n]` with n among `numbers` is a mark; everything else is plain."""
    pieces: list[Piece] = []
    position = 0
    for found in EMPHASIS_OR_MARK.finditer(text):
        if found["number"] is not None and int(found["number"]) not in numbers:
            continue
        pieces.append(Piece("plain", text[position : found.start()]))
        if found["strong"] is not None:
            pieces.append(Piece("strong", found["strong"]))
        else:
            pieces.append(Piece("mark", found.group(), int(found["number"])))
        position = found.end()
    pieces.append(Piece("plain", text[position:]))
    return tuple(piece for piece in pieces if piece.text)


def cut(pieces: Sequence[Piece], length: int) -> Iterator[Piece]:
    """Yield the first `length` characters of the pieces; a mark comes whole or not at all."""
    for piece in pieces:
        if length <= 0:
            return
        if piece.kind == "mark" or len(piece.text) <= length:
            yield piece
        else:
            yield Piece(piece.kind, piece.text[:length])
        length -= len(piece.text)


def answer_length(answer: Answer) -> int:
    """Return how many characters of an answer there are to stream."""
    return sum(len(piece.text) for piece in _pieces(answer))


def question_message(question: str) -> Html:
    """Return a question as a chat message."""
    return _message("question", _paragraphs([Piece("plain", question)], 0, "zh"))


def note_message(note: str) -> Html:
    """Return a hint or an error as a chat message."""
    return _message("note", _paragraphs([Piece("plain", note)], 0, "zh"))


def answer_message(answer: Answer, index: int, language: Language, shown: int | None = None) -> Html:
    """Return an answer as a chat message: its first `shown` characters, or all of it with what belongs below."""
    pieces = _pieces(answer)
    body = _paragraphs(tuple(cut(pieces, shown)) if shown is not None else pieces, index, language)
    if shown is not None:
        return _message("answer", body)
    return _message("answer", body, *_below(answer, index, language))


def _message(kind: str, *children: Html) -> Html:
    return on_one_line(element("div", *children, class_=f"message-text {kind}"))


def _pieces(answer: Answer) -> tuple[Piece, ...]:
    """Return an answer's pieces; quotes come from the citations, so that a [1] or ** inside a quote is text."""
    if not answer.answered:
        return (Piece("plain", answer.text),)
    if answer.mode == "extractive":
        return tuple(piece for citation in answer.citations for piece in _quoted(citation) if piece.text)
    return split_answer(answer.text, {citation.number for citation in answer.citations})


def _quoted(citation: Citation) -> Iterator[Piece]:
    position = 0
    for start, end in citation.emphasis:
        yield Piece("plain", citation.quote[position:start])
        yield Piece("strong", citation.quote[start:end])
        position = end
    yield Piece("plain", citation.quote[position:])
    yield Piece("mark", f"[{citation.number}]", citation.number)


def _paragraphs(pieces: Sequence[Piece], index: int, language: Language) -> Html:
    """Return paragraphs, one a line of the text."""
    lines: list[list[str]] = [[]]
    for piece in pieces:
        if piece.kind == "mark":
            lines[-1].append(_mark(piece, index, language))
        else:
            for number, part in enumerate(piece.text.split("\n")):
                if number:
                    lines.append([])
                lines[-1].append(element("strong", part) if piece.kind == "strong" else part)
    return join(*(element("p", *line) for line in lines if any(part.strip() for part in line)))


def _mark(piece: Piece, index: int, language: Language) -> Html:
    # The unseen word is for screen readers; style.css keeps it out of what is copied.
    unseen = element("span", say(language, "mark"), class_="unseen")
    return element("a", unseen, piece.text, href=str(CitationLink(index, piece.number)), class_="citation-mark")


def _below(answer: Answer, index: int, language: Language) -> Iterator[Html]:
    """Yield what stands under the text.

    That is: quotes that were hardly recognised, what older versions say, how a follow-up was understood, and what came
    nearest to a question without an answer.
    """
    for citation in answer.citations:
        if citation.certainty is not None:
            told = say(language, "uncertain", sure=f"{100 * citation.certainty:.0f}")
            link = element("a", f"[{citation.number}]", href=str(CitationLink(index, citation.number)))
            yield element("p", link, " ", told, class_="aside deviation")
    if answer.mode == "extractive":
        for deviation in answer.deviations:
            older = element("a", deviation.older, href=str(DocumentLink(deviation.older)))
            yield element("p", describe(deviation, answer.question), " ", older, class_="aside deviation")
    if " ".join(answer.question.split()) != answer.searched:
        yield element("p", say(language, "searched"), element("span", answer.searched), class_="aside")
    if answer.answered:
        return
    # Most refusals name them in their own words.
    unnamed = [term for term in answer.missing_terms if term not in answer.text]
    if unnamed:
        terms = (element("span", term, class_="term") for term in unnamed)
        yield element("p", say(language, "missing_terms"), *terms, class_="aside")
    if answer.hits:
        near = (_near(answer, index, rank) for rank in range(min(NEAREST_SHOWN, len(answer.hits))))
        yield element("p", say(language, "nearest"), class_="aside near-title")
        yield element("ul", *near, class_="near")


def _near(answer: Answer, index: int, rank: int) -> Html:
    passage = answer.hits[rank].passage
    title = element("strong", passage.title)
    text = element("span", excerpt(passage.text, EXCERPT_WIDTH))
    return element("li", element("a", title, text, href=str(PassageLink(index, rank))))
