"""What `evaluate --llm` measures beside the rest: what became of what the language model wrote."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

from qa.datatypes import Answer, Written

MODEL_MEASURES = (
    "model_answers",
    "model_refusals",
    "model_failures",
    "supported_sentences",
    "moved_citations",
    "dropped_citations",
    "seconds_to_first_word",
)


def measure_model(answers: Sequence[Answer]) -> dict[str, float | int | None]:
    """Return the measures of a language model over all answers; None of each where no model was asked.

    `model_answers`, `model_refusals` and `model_failures` are shares of the questions that it was asked: answered by
    it, refused by it, quoted from the documents instead. `supported_sentences` is the share of the sentences it wrote
    that a passage says, those of answers that were not used included; `moved_citations` and `dropped_citations` are
    means an answer; `seconds_to_first_word` is the median time from the end of the search.
    """
    asked = [(answer, answer.written) for answer in answers if answer.written is not None]
    if not asked:
        return dict.fromkeys(MODEL_MEASURES)
    wrote = [written for _, written in asked if written.statements]
    waited = [written.first_word_ms / 1000 for _, written in asked if written.first_word_ms is not None]
    return {
        "model_answers": _share([answer.mode == "llm" and answer.answered for answer, _ in asked]),
        "model_refusals": _share([answer.mode == "llm" and not answer.answered for answer, _ in asked]),
        "model_failures": _share([bool(written.failure) for _, written in asked]),
        "supported_sentences": _supported(wrote),
        "moved_citations": _mean([written.moved for written in wrote]),
        "dropped_citations": _mean([written.dropped for written in wrote]),
        "seconds_to_first_word": round(median(waited), 4) if waited else None,
    }


def _share(values: Sequence[bool]) -> float:
    return round(fmean(values), 4)


def _mean(values: Sequence[int]) -> float | None:
    return round(fmean(values), 4) if values else None


def _supported(wrote: Sequence[Written]) -> float | None:
    total = sum(written.statements for written in wrote)
    return round(sum(written.supported for written in wrote) / total, 4) if total else None
