"""Fit the weights of the second look, and write them as JSON; to be run after `scripts.train_weights`.

    python -m scripts.train_second_look SOURCE...

Sources and their unanswerable variants are those of `scripts.train_weights`. What the reader was trained on is left
out: it knows those texts better than it will know any other. Sentences: a listwise softmax regression. Confidence: a
logistic regression of whether the answer is right, on the questions that are in doubt after the first reading.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from safetensors import safe_open

from index.openvino_reader import Reader
from qa import confidence, evidence, second_look
from qa.assistant import READER_CHANGE, load_models
from qa.printing import note, progress
from qa.settings import read_settings
from scripts.train_weights import (
    IMPORTANCE,
    Asked,
    Rows,
    Signs,
    answers,
    ask,
    auroc,
    confidence_rows,
    fit_choice,
    fit_confidence,
    is_right,
    named,
    write,
)
from scripts.variants import cut_answer

MOST_LOOKS = 1500  # of a source
FIRST_ALONE = np.array([float(name == "first") for name in second_look.CONFIDENCE_SIGNS])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    known = read_by_reader()
    sources = [source for source in parser.parse_args(arguments).sources if source.stem not in known]
    settings = read_settings()
    with progress() as report:
        encoder, reader = load_models(settings, report)
        if reader is None or not sources:
            note("error: no reader, or no source that is new to it. See the log, and WENDANG_READER")
            return 1
        asked = {source.stem: list(ask(source, settings, encoder)) for source in sources}
    rows = {source: confidence_rows(those) for source, those in asked.items()}
    fit_second_look(asked, rows, reader, sources)
    return 0


def read_by_reader() -> frozenset[str]:
    """Return the sources that the reader was trained on, of which it knows more than it will of any other."""
    with safe_open(READER_CHANGE, "np") as file:
        return frozenset(file.metadata()["sources"].replace(",", " ").split())


def fit_second_look(
    asked: dict[str, list[Asked]], rows: dict[str, Rows], reader: Reader, sources: Sequence[Path]
) -> None:
    """Fit and write the weights of the second look, on questions that are in doubt after the first."""
    looks = {source: list(_looks(those, reader)) for source, those in asked.items()}
    choices = [
        (look.sentences, np.array([answers(look.asked.posed.question, one) for one in look.reading.candidates]))
        for those in looks.values()
        for look in those
        if look.asked.posed.variant == "plain" and look.asked.posed.answerable
        if not second_look.keeps_order(look.reading)
    ]
    weights = fit_choice(choices)
    signs = {source: _look_rows(those, weights, rows[source]) for source, those in looks.items()}
    regression, bias = fit_confidence(list(signs.values()), second_look.CONFIDENCE_SIGNS)
    record = {
        "sentence": named(second_look.SENTENCE_SIGNS, weights),
        "confidence": named(second_look.CONFIDENCE_SIGNS, regression),
        "bias": round(bias, 4),
        "questions": {source: len(those) for source, those in looks.items()},
        "auroc": {source: auroc(those, regression) for source, those in signs.items()},
        "auroc_of_first": {source: auroc(those, FIRST_ALONE) for source, those in signs.items()},
    }
    write("second_look_weights.json", record, sources, "train_second_look")


@dataclass(frozen=True, slots=True)
class Looked:
    """A question without parts that is in doubt: its first reading and the signs of its sentences."""

    asked: Asked
    reading: evidence.Reading
    sentences: Signs


def _looks(asked: Sequence[Asked], reader: Reader) -> Iterator[Looked]:
    """Yield the second looks at up to `MOST_LOOKS` of the doubtful questions."""
    taken = 0
    for number in np.random.default_rng(1).permutation(len(asked)):
        one = asked[int(number)]
        reading = evidence.read(one.retrieval, one.index)
        reading = cut_answer(reading, one.posed.question) if one.posed.cuts_answer else reading
        if not reading.parts and second_look.is_doubtful(reading, one.index):
            yield Looked(one, reading, second_look.sentence_signs(reading, reader))
            taken += 1
            if taken == MOST_LOOKS:
                return


def _look_rows(looks: Sequence[Looked], weights: Signs, first: Rows) -> Rows:
    """Return the signs of the confidence.

    Both looks speak of the same odds, so a question counts here as it did among all that were asked at `first`: those
    in doubt are mostly unanswerable, and making both sides weigh the same once more would forget that.
    """
    signs, right, names = [], [], []
    for look in looks:
        scores = second_look.sentence_scores(look.reading, look.sentences, weights)
        order = np.argsort(-scores, kind="stable")
        before = confidence.log_odds(look.reading, look.asked.index)
        signs.append(second_look.confidence_signs(look.reading, before, look.sentences, look.sentences[order[0]]))
        ranked = tuple(replace(look.reading.candidates[at], score=float(scores[at])) for at in order)
        question = look.asked.posed.question
        right.append(look.asked.posed.answerable and is_right(question, replace(look.reading, candidates=ranked)))
        names.append(look.asked.posed.variant)
    per_side = weight_per_side(first)
    weight = np.array([IMPORTANCE[name] * per_side[truth] for name, truth in zip(names, right, strict=True)])
    return Rows(np.stack(signs), np.array(right), weight, tuple(names))


def weight_per_side(rows: Rows) -> dict[bool, float]:
    """Return what right and wrong answers of a source weigh, before the importance of their variants."""
    weights = {True: 1.0, False: 1.0}
    for weight, name, truth in zip(rows.importance, rows.variants, rows.right, strict=True):
        weights[bool(truth)] = float(weight) / IMPORTANCE[name]
    return weights


if __name__ == "__main__":
    sys.exit(main())
