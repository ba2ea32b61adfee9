"""Several evaluation sets run with their baselines: everything that a report shows, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

from index.datatypes import Hit, Report, ignore_progress
from index.embedding import Encoder
from index.errors import StoreError
from index.openvino_reader import Reader
from qa.baselines import Baseline, run_baselines
from qa.calibration import auroc
from qa.datatypes import Answer
from qa.evaluate import Evaluation, answer_all, data_folder, evaluation_of, open_set, read_set
from qa.language_model import LanguageModel
from qa.measures import Measures, Question, measure_retrieval, recall_curve
from qa.report.groups import Group, group_sets
from qa.report.judging import Judged, judge, worst
from qa.settings import Settings

BUDGETS = tuple(range(100, 3001, 100))


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """What a baseline reached on one set, in all and by kind.

    `recall` is the evidence recall at each of `BUDGETS`, None where the set has no evidence. `tops[i]` is the score of
    the first passage for the i-th question, 0 where none was found.
    """

    name: str
    measures: Measures
    kinds: dict[str, Measures]
    recall: tuple[float, ...] | None
    tops: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SetResult:
    """One set's measures, evidence recall at each of `BUDGETS`, baselines and every question."""

    name: str
    evaluation: Evaluation
    in_simplified: bool
    recall: tuple[float, ...] | None
    baselines: tuple[BaselineResult, ...]
    questions: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """All sets of a report, what is read from several of them together, and the worst questions of all."""

    sets: tuple[SetResult, ...]
    groups: tuple[Group, ...]
    worst: tuple[Judged, ...]


def evaluate_sets(
    folders: Sequence[Path],
    settings: Settings,
    encoder: Encoder,
    report: Report = ignore_progress,
    in_simplified: bool = False,
    reader: Reader | None = None,
    model: LanguageModel | None = None,
) -> Results:
    """Measure several sets and their baselines in one run.

    Raises `StoreError` or `QuestionError`, before anything is run, where a folder is no evaluation set.
    """
    names = name_sets(folders)
    asked = [read_set(folder, settings, in_simplified) for folder in folders]
    sets = tuple(
        _evaluate_set(name, folder, questions, settings, encoder, report, in_simplified, reader, model)
        for name, folder, questions in zip(names, folders, asked, strict=True)
    )
    tops = {one.name: {baseline.name: baseline.tops for baseline in one.baselines} for one in sets}
    groups = group_sets({one.name: one.questions for one in sets}, tops)
    return Results(sets, groups, tuple(worst(question for one in sets for question in one.questions)))


def name_sets(folders: Sequence[Path]) -> list[str]:
    """Return what the sets are called: their folders' names, or the folders as given where two names are alike."""
    places = [folder.resolve() for folder in folders]
    for place, folder in zip(places, folders, strict=True):
        if places.count(place) > 1:
            raise StoreError(f"{folder} is given twice. Name each evaluation set once")
    counts = Counter(place.name for place in places)
    return [
        place.name if counts[place.name] == 1 else str(folder) for place, folder in zip(places, folders, strict=True)
    ]


def _evaluate_set(
    name: str,
    folder: Path,
    questions: Sequence[Question],
    settings: Settings,
    encoder: Encoder,
    report: Report,
    in_simplified: bool,
    reader: Reader | None,
    model: LanguageModel | None,
) -> SetResult:
    assistant = open_set(folder, settings, encoder, report, reader, model)
    answers = list(answer_all(assistant, questions, report))
    # What was refused is asked once more without a threshold or model, for what the answer would have been.
    assistant.author = None
    refused = [at for at, answer in enumerate(answers) if not answer.answered]
    assistant.settings = replace(assistant.settings, min_confidence=0.0)
    again = answer_all(assistant, [questions[at] for at in refused], report, "asking refused again")
    unrefused = dict(zip(refused, again, strict=True))
    searched = [answer.searched or answer.question for answer in answers]
    windows = data_folder(folder, settings, encoder) / "windows"
    baselines = run_baselines(assistant.generation, searched, encoder, windows, report)
    return SetResult(
        name=name,
        evaluation=evaluation_of(folder, list(zip(questions, answers, strict=True))),
        in_simplified=in_simplified,
        recall=_mean_recall(questions, [answer.hits for answer in answers]),
        baselines=tuple(_baseline_result(baseline, questions) for baseline in baselines),
        questions=_judge_all(name, questions, answers, unrefused),
    )


def _judge_all(
    name: str, questions: Sequence[Question], answers: Sequence[Answer], unrefused: dict[int, Answer]
) -> tuple[Judged, ...]:
    pairs = zip(questions, answers, strict=True)
    return tuple(
        judge(name, question, answer, unrefused.get(at, answer)) for at, (question, answer) in enumerate(pairs)
    )


def _baseline_result(baseline: Baseline, questions: Sequence[Question]) -> BaselineResult:
    pairs = list(zip(questions, baseline.hits, strict=True))
    kinds = sorted({question.kind for question in questions if question.kind})
    return BaselineResult(
        name=baseline.name,
        measures=_measure_baseline(pairs),
        kinds={kind: _measure_baseline([pair for pair in pairs if pair[0].kind == kind]) for kind in kinds},
        recall=_mean_recall(questions, baseline.hits),
        tops=tuple(top_score(hits) for hits in baseline.hits),
    )


def _measure_baseline(pairs: Sequence[tuple[Question, Sequence[Hit]]]) -> Measures:
    answerable = [top_score(hits) for question, hits in pairs if question.answerable]
    unanswerable = [top_score(hits) for question, hits in pairs if not question.answerable]
    return {**measure_retrieval(pairs), "answerability_auroc": auroc(answerable, unanswerable)}


def top_score(hits: Sequence[Hit]) -> float:
    return hits[0].score if hits else 0.0


def _mean_recall(questions: Sequence[Question], hits: Sequence[Sequence[Hit]]) -> tuple[float, ...] | None:
    curves = [
        recall_curve(question, found, BUDGETS)
        for question, found in zip(questions, hits, strict=True)
        if question.answerable and question.evidence
    ]
    return tuple(round(fmean(at_budget), 4) for at_budget in zip(*curves, strict=True)) if curves else None
