"""What whoever asks wishes of an answer, where the library's settings leave it open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qa.datatypes import Answer


@dataclass(frozen=True, slots=True)
class Wishes:
    """`least_confidence` is from where on there is an answer, 0 to 1, None for the library's own.

    `passages` is how many are read beside those that are cited, None for all that were found. `with_model` has a
    language model write the answer, if there is one.
    """

    least_confidence: float | None = None
    passages: int | None = None
    with_model: bool = True


AS_EVER = Wishes()


def leave_out(answer: Answer, passages: int | None) -> Answer:
    """Return an answer with so many of its passages, the best ones, and those that are cited."""
    if passages is None or len(answer.hits) <= passages:
        return answer
    cited = {(one.document, one.start) for one in answer.citations}
    kept = tuple(
        hit
        for rank, hit in enumerate(answer.hits)
        if rank < passages
        or any(name == hit.passage.document and hit.passage.start <= at < hit.passage.end for name, at in cited)
    )
    return replace(answer, hits=kept)
