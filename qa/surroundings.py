"""A passage with those beside it under the same headings: where a list or a sentence goes on."""

from __future__ import annotations

from dataclasses import dataclass

from index.datatypes import Passage
from index.search import SearchIndex

# How many passages before and behind one are looked into.
PASSAGES_BEFORE, PASSAGES_BEHIND = 3, 3
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A passage's sentences with those of the passages beside it under the same headings, in order.

    `sentences` are offsets into the document's text, and so is every span here. `text` is the document's from
    `start` on.
    """

    text: str
    start: int
    sentences: tuple[Span, ...]

    def words(self, span: Span) -> str:
        """Return the text of a span."""
        return self.text[span[0] - self.start : span[1] - self.start]

    def begins_line(self, at: int) -> bool:
        """Whether sentence `at` is the first of its line."""
        return at == 0 or "\n" in self.words((self.sentences[at - 1][1], self.sentences[at][0]))

    def line_end(self, at: int) -> int:
        """Return the end of the last sentence on the line of sentence `at`."""
        while at + 1 < len(self.sentences) and not self.begins_line(at + 1):
            at += 1
        return self.sentences[at][1]

    def at(self, position: int) -> int:
        """Return the number of the sentence that holds a position, or of the next one."""
        return next((n for n, (_, end) in enumerate(self.sentences) if position < end), len(self.sentences) - 1)


def surroundings_of(passage: Passage, index: SearchIndex | None = None) -> Surroundings:
    """Return a passage's surroundings; without the document's text, those are the passage alone."""
    beside = [passage]
    if index is not None and passage.document in index.texts:
        rows = index.document_rows(passage)
        near = range(max(rows.start, passage.id - PASSAGES_BEFORE), min(rows.stop, passage.id + PASSAGES_BEHIND + 1))
        beside = [index.passages[row] for row in near if index.passages[row].headings == passage.headings]
    spans = tuple((one.start, one.end) for other in beside for one in other.sentences)
    start, end = beside[0].start, beside[-1].end
    text = index.texts[passage.document][start:end] if index is not None and len(beside) > 1 else passage.text
    return Surroundings(text, start, spans)
