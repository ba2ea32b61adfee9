"""Sets read together: one of answerable questions with its fellow of unanswerable ones, and all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.calibration import Reliability, Separation, auroc, reliability, separation
from qa.report.judging import Judged

ALL = "all sets"
Tops = Mapping[str, Mapping[str, Sequence[float]]]
"""The first passages' scores, by set and baseline, one for each question."""


@dataclass(frozen=True, slots=True)
class Group:
    """One set or several, read together.

    `answered` and `refused` are the shares at the shipped threshold, of answerable and of unanswerable questions.
    `baselines` has the AUROC of the first passage's score for each baseline.
    """

    name: str
    sets: tuple[str, ...]
    questions: int
    answered: float | None
    refused: float | None
    separation: Separation | None
    reliability: Reliability | None
    baselines: dict[str, float | None]


def group_sets(questions: Mapping[str, Sequence[Judged]], tops: Tops) -> tuple[Group, ...]:
    """Return all sets pooled, the pairs among them, and each set alone, in this order."""
    names = list(questions)
    pairs = list(_pairs(questions))
    members = [(name,) for name in names]
    together = [] if len(names) == 1 or tuple(names) in pairs else [tuple(names)]
    return tuple(
        _group(ALL if sets in together else " + ".join(sets), sets, questions, tops)
        for sets in (*together, *pairs, *members)
    )


def _pairs(questions: Mapping[str, Sequence[Judged]]) -> Iterator[tuple[str, ...]]:
    """Find sets of one kind of question each whose names begin alike, up to the first `-`."""
    pure: dict[str, list[str]] = {}
    for name, judged in questions.items():
        if len({one.question.answerable for one in judged}) == 1:
            pure.setdefault(name.partition("-")[0], []).append(name)
    for names in pure.values():
        if len({questions[name][0].question.answerable for name in names}) == 2:
            yield tuple(names)


def _group(name: str, sets: Sequence[str], questions: Mapping[str, Sequence[Judged]], tops: Tops) -> Group:
    judged = [one for each in sets for one in questions[each]]
    answerable = [one for one in judged if one.question.answerable]
    unanswerable = [one for one in judged if not one.question.answerable]
    return Group(
        name=name,
        sets=tuple(sets),
        questions=len(judged),
        answered=_share([one.answer.answered for one in answerable]),
        refused=_share([not one.answer.answered for one in unanswerable]),
        separation=separation(_confidences(answerable), _confidences(unanswerable)),
        reliability=reliability([(one.answer.confidence, one.right) for one in judged if one.right is not None]),
        baselines={baseline: _top_auroc(baseline, sets, questions, tops) for baseline in tops[sets[0]]},
    )


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _confidences(judged: Sequence[Judged]) -> list[float]:
    return [one.answer.confidence for one in judged]


def _top_auroc(
    baseline: str, sets: Sequence[str], questions: Mapping[str, Sequence[Judged]], tops: Tops
) -> float | None:
    scored = [
        (one.question.answerable, top)
        for each in sets
        for one, top in zip(questions[each], tops[each][baseline], strict=True)
    ]
    return auroc(
        [top for answerable, top in scored if answerable], [top for answerable, top in scored if not answerable]
    )
