"""Evaluation sets: index the documents of a folder, answer its questions, measure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.datatypes import Progress, Report, ignore_progress
from index.embedding import Encoder
from index.errors import QuestionError, StoreError
from qa.assistant import BATCH, Assistant
from qa.datatypes import Answer
from qa.measures import Question, measure
from qa.questions import read_questions
from qa.settings import Settings

Measures = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of one set, in all and by kind of question, and how many questions a second were answered."""

    folder: str
    measures: Measures
    kinds: dict[str, Measures]
    questions_per_second: float


def evaluate(
    folder: Path, settings: Settings, encoder: Encoder, report: Report = ignore_progress
) -> tuple[Evaluation, list[tuple[Question, Answer]]]:
    """Measure one set and return the measures with every question and its answer.

    The set's index is kept under the data folder, so that a second run embeds nothing. Raises `StoreError` or
    `QuestionError` where the folder is no evaluation set.
    """
    if not (folder / "documents").is_dir() or not (folder / "questions.jsonl").is_file():
        raise StoreError(f"{folder} is no evaluation set: it needs a folder documents/ and a file questions.jsonl")
    questions = read_questions(folder / "questions.jsonl")
    if not questions:
        raise QuestionError(f"{folder / 'questions.jsonl'} holds no question")
    assistant = Assistant(
        replace(settings, documents=folder / "documents", data=_data_folder(folder, settings, encoder)), encoder
    )
    assistant.sync(report)
    pairs = list(_answer_all(assistant, questions, report))
    kinds = sorted({question.kind for question in questions if question.kind})
    spent = sum(sum(answer.timings_ms.values()) for _, answer in pairs) / 1000
    evaluation = Evaluation(
        folder=str(folder),
        measures=measure(pairs),
        kinds={kind: measure([pair for pair in pairs if pair[0].kind == kind]) for kind in kinds},
        questions_per_second=round(len(pairs) / spent, 1) if spent else 0.0,
    )
    return evaluation, pairs


def _data_folder(folder: Path, settings: Settings, encoder: Encoder) -> Path:
    """Return where a set's index is kept: one place for each folder and model."""
    digest = hashlib.sha256(f"{folder.resolve()}\0{encoder.name}".encode()).hexdigest()[:8]
    return settings.data / "evaluations" / f"{folder.resolve().name}-{digest}"


def _answer_all(
    assistant: Assistant, questions: Sequence[Question], report: Report
) -> Iterator[tuple[Question, Answer]]:
    for at in range(0, len(questions), BATCH):
        report(Progress("answering", at, len(questions)))
        batch = questions[at : at + BATCH]
        yield from zip(batch, assistant.ask_each([(one.text, one.history) for one in batch]), strict=True)
    report(Progress("answering", len(questions), len(questions)))
