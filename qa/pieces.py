"""An answer of either kind as pieces: text, what is emphasised, marks, and what no passage says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from qa.datatypes import Answer
from qa.editions import own_text
from qa.gate.check import UNSUPPORTED
from qa.presentation import Piece, pieces_of

EMPHASIS_OR_MARK = re.compile(
    r"\*\*(?P<strong>[^*\n]+)\*\*|\[(?P<number>[0-9]{1,3})\]"
    rf"|(?P<unfounded>{'|'.join(re.escape(mark) for mark in UNSUPPORTED.values())})"
)
# How a language model lays out: headings and items of lists.
HEADING, ITEM = re.compile(r"(?m)^#{1,6}\s+(.+?)\s*#*$"), re.compile(r"(?m)^(\s*)[-*+]\s+")


def answer_pieces(answer: Answer) -> tuple[Piece, ...]:
    """Return an answer's pieces; quotes come from the citations, so that a [1] or ** inside a quote is text."""
    if not answer.answered:
        return (Piece("plain", answer.text),)
    if answer.mode == "extractive":
        return pieces_of(answer.citations)
    laid_out = ITEM.sub(r"\1• ", HEADING.sub(r"**\1**", own_text(answer)))
    return split_answer(laid_out, {citation.number for citation in answer.citations})


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
        elif found["unfounded"] is not None:
            pieces.append(Piece("unfounded", found["unfounded"]))
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
        if piece.kind in ("mark", "unfounded") or len(piece.text) <= length:
            yield piece
        else:
            yield Piece(piece.kind, piece.text[:length])
        length -= len(piece.text)


def answer_length(answer: Answer) -> int:
    """Return how many characters of an answer there are to stream."""
    return sum(len(piece.text) for piece in answer_pieces(answer))


def plain_text(answer: Answer) -> str:
    """Return an answer as it reads on the page, with its `[n]` marks and without signs of emphasis."""
    return "".join(piece.text for piece in answer_pieces(answer))


def lines_of(pieces: Iterable[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """Return pieces by line; lines without any text are left out."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Piece(piece.kind, part, piece.number))
    return tuple(tuple(line) for line in lines if any(one.text.strip() for one in line))
