"""Evaluation sets: index the documents of a folder, answer its questions, measure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.datatypes import Progress, Report, ignore_progress
from index.embedding import Encoder
from index.errors import QuestionError, StoreError
from index.openvino_reader import Reader
from qa.assistant import BATCH, Assistant
from qa.datatypes import Answer
from qa.measures import Measures, Question, measure
from qa.questions import read_questions, simplified
from qa.reranking import load_reranker
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of one set, in all and by kind of question, and how many questions a second were answered."""

    folder: str
    measures: Measures
    kinds: dict[str, Measures]
    questions_per_second: float


def evaluate(
    folder: Path,
    settings: Settings,
    encoder: Encoder,
    report: Report = ignore_progress,
    in_simplified: bool = False,
    reader: Reader | None = None,
) -> tuple[Evaluation, list[tuple[Question, Answer]]]:
    """Measure one set and return the measures with every question and its answer.

    The set's index is kept under the data folder, so that a second run embeds nothing. `in_simplified` asks the
    questions in simplified characters. Raises `StoreError` or `QuestionError` where the folder is no evaluation set.
    """
    questions = read_set(folder, in_simplified)
    assistant = open_set(folder, settings, encoder, report, reader)
    pairs = list(zip(questions, answer_all(assistant, questions, report), strict=True))
    return evaluation_of(folder, pairs), pairs


def read_set(folder: Path, in_simplified: bool = False) -> list[Question]:
    """Return a set's questions. Raises `StoreError` or `QuestionError` where the folder is no evaluation set."""
    if not (folder / "documents").is_dir() or not (folder / "questions.jsonl").is_file():
        raise StoreError(f"{folder} is no evaluation set: it needs a folder documents/ and a file questions.jsonl")
    questions = read_questions(folder / "questions.jsonl")
    if not questions:
        raise QuestionError(f"{folder / 'questions.jsonl'} holds no question")
    return [simplified(question) for question in questions] if in_simplified else questions


def open_set(
    folder: Path,
    settings: Settings,
    encoder: Encoder,
    report: Report = ignore_progress,
    reader: Reader | None = None,
) -> Assistant:
    """Return an assistant for a set's documents, with the index up to date."""
    data = data_folder(folder, settings, encoder)
    own = replace(settings, documents=folder / "documents", data=data)
    assistant = Assistant(own, encoder, load_reranker(settings.reranker_model), reader)
    assistant.sync(report)
    return assistant


def data_folder(folder: Path, settings: Settings, encoder: Encoder) -> Path:
    """Return where a set's index is kept: one place for each folder and model."""
    digest = hashlib.sha256(f"{folder.resolve()}\0{encoder.name}".encode()).hexdigest()[:8]
    return settings.data / "evaluations" / f"{folder.resolve().name}-{digest}"


def answer_all(
    assistant: Assistant, questions: Sequence[Question], report: Report = ignore_progress, stage: str = "answering"
) -> Iterator[Answer]:
    """Yield the answer to each question, in order."""
    for at in range(0, len(questions), BATCH):
        report(Progress(stage, at, len(questions)))
        yield from assistant.ask_each([(one.text, one.history) for one in questions[at : at + BATCH]])
    report(Progress(stage, len(questions), len(questions)))


def evaluation_of(folder: Path, pairs: Sequence[tuple[Question, Answer]]) -> Evaluation:
    """Measure questions and their answers, in all and by kind."""
    kinds = sorted({question.kind for question, _ in pairs if question.kind})
    spent = sum(sum(answer.timings_ms.values()) for _, answer in pairs) / 1000
    return Evaluation(
        folder=str(folder),
        measures=measure(pairs),
        kinds={kind: measure([pair for pair in pairs if pair[0].kind == kind]) for kind in kinds},
        questions_per_second=round(len(pairs) / spent, 1) if spent else 0.0,
    )
