"""Evaluation sets: index the documents of a folder, answer its questions, measure.

One set needs no documents of its own: what people have said of answers is asked of the library that they asked.
"""

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
from qa.history.feedback import FOLDER, feedback_folder
from qa.language_model import LanguageModel
from qa.measures import Measures, Question, measure
from qa.questions import read_questions, simplified
from qa.reranking import load_reranker
from qa.scope import Scope
from qa.settings import Settings

GIVE_FEEDBACK = "Say on the page of some answers whether they are good or bad, then run this again"
SYNC = "Put files into the documents folder, then run: python -m qa sync"


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
    model: LanguageModel | None = None,
) -> tuple[Evaluation, list[tuple[Question, Answer]]]:
    """Measure one set and return the measures with every question and its answer.

    The set's index is kept under the data folder, so that a second run embeds nothing. `in_simplified` asks the
    questions in simplified characters. A `model` writes the answers. Raises `StoreError` or `QuestionError` where the
    folder is no evaluation set.
    """
    questions = read_set(folder, settings, in_simplified)
    assistant = open_set(folder, settings, encoder, report, reader, model)
    pairs = list(zip(questions, answer_all(assistant, questions, report), strict=True))
    return evaluation_of(folder, pairs), pairs


def find_set(folder: Path, settings: Settings) -> Path:
    """Return the folder that is meant: `feedback`, where there is none of that name, is what people have said."""
    return feedback_folder(settings.data) if str(folder) == FOLDER and not folder.is_dir() else folder


def is_of_library(folder: Path, settings: Settings) -> bool:
    """Whether a set is asked of the library in service, as it has no documents of its own."""
    return folder.resolve() == feedback_folder(settings.data).resolve()


def read_set(folder: Path, settings: Settings | None = None, in_simplified: bool = False) -> list[Question]:
    """Return a set's questions. Raises `StoreError` or `QuestionError` where the folder is no evaluation set."""
    is_feedback = settings is not None and is_of_library(folder, settings)
    if is_feedback:
        if not (folder / "questions.jsonl").is_file():
            raise QuestionError(f"{folder} holds no feedback yet. {GIVE_FEEDBACK}")
    elif not (folder / "documents").is_dir() or not (folder / "questions.jsonl").is_file():
        raise StoreError(f"{folder} is no evaluation set: it needs a folder documents/ and a file questions.jsonl")
    questions = read_questions(folder / "questions.jsonl")
    if not questions:
        told = f". {GIVE_FEEDBACK}" if is_feedback else ""
        raise QuestionError(f"{folder / 'questions.jsonl'} holds no question{told}")
    return [simplified(question) for question in questions] if in_simplified else questions


def open_set(
    folder: Path,
    settings: Settings,
    encoder: Encoder,
    report: Report = ignore_progress,
    reader: Reader | None = None,
    model: LanguageModel | None = None,
) -> Assistant:
    """Return an assistant for a set's documents, with the index up to date.

    Feedback is asked of the index in service as it stands; raises `StoreError` where there is none.
    """
    if is_of_library(folder, settings):
        assistant = Assistant(settings, encoder, load_reranker(settings.reranker_model), reader, model)
        assistant.refresh()
        if not assistant.generation.documents:
            raise StoreError(
                f"no document is indexed in {settings.data}, so feedback has nothing to be asked of. {SYNC}"
            )
        return assistant
    data = data_folder(folder, settings, encoder)
    own = replace(settings, documents=folder / "documents", data=data)
    assistant = Assistant(own, encoder, load_reranker(settings.reranker_model), reader, model)
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
    batch = BATCH if assistant.author is None else 1
    for at in range(0, len(questions), batch):
        report(Progress(stage, at, len(questions)))
        those = questions[at : at + batch]
        yield from assistant.ask_each([(one.text, one.history) for one in those], [Scope(one.scope) for one in those])
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
