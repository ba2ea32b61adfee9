"""The passages that a model was given, made ready for comparing with what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.datatypes import Passage, Sentence
from index.lexical import fold_in_place
from index.vectors import Vectors
from qa.gate.traits import Traits, traits_of

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A sentence of a passage, `number` counted from 1, with its traits and its unit vector."""

    number: int
    passage: Passage
    sentence: Sentence
    traits: Traits
    vector: Vectors

    @property
    def heading(self) -> str:
        """Title and headings over it, folded."""
        return _over(self.passage)


class Shelf:
    """The passages that a model was given, made ready for comparing; numbers count from 1."""

    def __init__(self, passages: Sequence[Passage], encode: Encode) -> None:
        self.passages = tuple(passages)
        self.encode = encode
        rows = [
            (number, passage, sentence, passage.sentence_text(sentence))
            for number, passage in enumerate(self.passages, start=1)
            for sentence in passage.sentences
        ]
        vectors = encode([text for *_, text in rows]) if rows else np.zeros((0, 1), np.float32)
        self.sources = tuple(
            Source(number, passage, sentence, traits_of(text), vector)
            for (number, passage, sentence, text), vector in zip(rows, vectors, strict=True)
        )

    def of(self, numbers: Sequence[int]) -> list[Source]:
        """Return the sentences of some passages."""
        return [source for source in self.sources if source.number in numbers]

    def around(self, numbers: Sequence[int]) -> str:
        """Return, folded, what stands over and around the sentences of some passages: titles, headings, their texts."""
        return "\n".join(f"{_over(one)} {fold_in_place(one.text)}" for one in (self.passages[n - 1] for n in numbers))

    def of_documents(self, sources: Sequence[Source]) -> str:
        """Return what was given of the documents that some sentences are from: a year may stand in another passage."""
        paths = {source.passage.document for source in sources}
        return self.around([number for number, one in enumerate(self.passages, start=1) if one.document in paths])

    def over(self, numbers: Sequence[int]) -> str:
        """Return, folded, the titles and headings over some passages."""
        return "\n".join(_over(self.passages[number - 1]) for number in numbers)


def _over(passage: Passage) -> str:
    return fold_in_place(" ".join((passage.title, *passage.headings)))
