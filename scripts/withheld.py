"""An index as if some passages were not there, for questions whose answer is withheld."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from index.lexical_index import LexicalIndex
from index.search import SearchIndex


class WithheldLexicalIndex(LexicalIndex):
    """The same words and scores, but a term that only withheld passages hold counts as missing."""

    def __init__(self, whole: LexicalIndex, withheld: Set[int]) -> None:
        super().__init__(whole.parts, whole.size, whole.finder)
        self._withheld = withheld

    def contains(self, term: str) -> bool:
        held = self.holders(term)
        return held is None or bool(held)

    def holders(self, term: str, within: range | None = None) -> set[int] | None:
        held = super().holders(term, within)
        return None if held is None else held - self._withheld


def without_passages(index: SearchIndex, withheld: Set[int]) -> SearchIndex:
    """Return an index whose words leave out some passages; hits among them are for the caller to drop."""
    return replace(index, lexical=WithheldLexicalIndex(index.lexical, withheld)) if withheld else index
