"""How an extractive answer is laid out: its quotes in order, and what we put beside them, told apart from them.

Every place that shows an answer (text, terminal, page) goes through here, so that none of them can mistake our words
for the document's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.datatypes import Citation
from qa.terms import is_written_in_hanzi


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of one kind in an answer's text; `number` is the citation's where `kind` is `mark`.

    `strong` is what answers the question. `label` and `about` are ours, and so are `plain` pieces of white space
    between two quotes; all else is the document's, word for word.
    """

    kind: Literal["plain", "strong", "mark", "unfounded", "label", "about"]
    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One quote with what stands beside it.

    `label` names its side of a comparison, `about` says what its first words point back to; both empty where there is
    nothing to say. `before` is the white space between it and the block before.
    """

    label: str
    about: str
    quote: tuple[Piece, ...]
    number: int
    before: str = ""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return its pieces in order, the mark last."""
        ours = (Piece("plain", self.before), Piece("label", self.label), Piece("about", self.about))
        return tuple(
            piece for piece in (*ours, *self.quote, Piece("mark", f"[{self.number}]", self.number)) if piece.text
        )


def lay_out(citations: Sequence[Citation]) -> tuple[Block, ...]:
    """Return the blocks of an answer.

    Quotes follow one another as sentences do; a side of a comparison, a list of several lines and what comes after
    either begin a line.
    """
    gap = "" if all(is_written_in_hanzi(citation.quote) for citation in citations) else " "
    blocks: list[Block] = []
    stands_alone = False
    for citation in citations:
        is_apart = bool(citation.label) or "\n" in citation.quote
        before = "" if not blocks else "\n" if is_apart or stands_alone else gap
        blocks.append(
            Block(_as_label(citation.label), _as_about(citation.about), _quoted(citation), citation.number, before)
        )
        stands_alone = is_apart
    return tuple(blocks)


def pieces_of(citations: Sequence[Citation]) -> tuple[Piece, ...]:
    """Return all pieces of an answer in order."""
    return tuple(piece for block in lay_out(citations) for piece in block.pieces)


def answer_text(citations: Sequence[Citation]) -> str:
    """Return an answer as text: each quote with its mark, and `**` around what answers the question."""
    return "".join(block.before + marked(block) for block in lay_out(citations))


def marked(block: Block) -> str:
    """Return one block as text, without the white space before it."""
    # Marks of the text's own would pair with ours and turn everything round.
    has_own = any("**" in piece.text for piece in block.quote)
    quote = "".join(f"**{one.text}**" if one.kind == "strong" and not has_own else one.text for one in block.quote)
    return f"{block.label}{block.about}{quote}[{block.number}]"


def _quoted(citation: Citation) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    position = 0
    for start, end in sorted(citation.emphasis):
        pieces += [Piece("plain", citation.quote[position:start]), Piece("strong", citation.quote[start:end])]
        position = end
    pieces.append(Piece("plain", citation.quote[position:]))
    return tuple(piece for piece in pieces if piece.text)


def _as_label(name: str) -> str:
    """Return what a side of a comparison begins with: 《金山概况》：, or Company Handbook: in Latin script."""
    if not name:
        return ""
    if not is_written_in_hanzi(name):
        return f"{name}: "
    # Chinese puts a title inside a title into single marks.
    return f"《{name.replace('《', '〈').replace('》', '〉')}》："


def _as_about(name: str) -> str:
    return f"〔{name}〕" if name else ""
