"""How well questions are answered: every evaluation set, against baselines of the same run; and what each part adds.

    python -m benchmarks.quality [FOLDER...]              all measures → results/report.json and index.html
    python -m benchmarks.quality --ablation [FOLDER...]   without one part after the other → results/ablation.json

Without folders the sets in ../shared/eval are taken. The results hold figures only: texts of the sets may not be copied
into the project, so questions and answers stay out (`python -m qa evaluate … --report DIR` shows them).
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from index.datatypes import Hit, Report
from index.embedding import Encoder
from index.errors import WenDangError
from index.openvino_reader import Reader
from qa.assistant import load_models
from qa.evaluate import answer_all, evaluation_of, open_set, read_set
from qa.evidence import SIGNS, sentence_weights
from qa.measures import Measures
from qa.printing import note, progress
from qa.report.files import prepare_folder
from qa.report.header import make_header
from qa.report.page import report_page
from qa.report.record import report_record
from qa.report.results import evaluate_sets
from qa.settings import Settings, read_settings

PROJECT = Path(__file__).resolve().parent.parent.parent
SETS = PROJECT.parent / "shared" / "eval"
RESULTS = Path(__file__).resolve().parent / "results"
SHOWN = (
    "evidence_recall_1500",
    "evidence_recall_600",
    "document_at_1",
    "answer_hit",
    "lead_hit",
    "citation_precision",
    "citation_recall",
    "answerability_auroc",
)
Patch = Callable[[], Any]


def _only_cosine() -> object:
    weights = sentence_weights() * 0
    weights[SIGNS.index("cosine")] = sentence_weights()[SIGNS.index("cosine")]
    return weights


def _as_found(_: object, hits: Sequence[Hit], __: object) -> tuple[Hit, ...]:
    return tuple(hits)


def _weights(dense: float, sentence: float, lexical: float) -> list[Patch]:
    names = ("DENSE_WEIGHT", "SENTENCE_WEIGHT", "LEXICAL_WEIGHT")
    return [
        lambda name=name, value=value: patch(f"index.search.{name}", value)  # type: ignore[misc]
        for name, value in zip(names, (dense, sentence, lexical), strict=True)
    ]


# What is taken away, and how. Words are taken out of the questions only, since the indexes are built once.
ABLATIONS: dict[str, list[Patch]] = {
    "all parts": [],
    "without passage vectors": _weights(0.0, 0.5, 0.5),
    "without sentence vectors": _weights(0.5, 0.0, 0.5),
    "without words": _weights(0.5, 0.5, 0.0),
    "sentences by cosine alone": [lambda: patch("qa.evidence.sentence_weights", _only_cosine)],
    "without windows": [lambda: patch("qa.evidence.cut_windows", _as_found)],
    "without neighbouring passages": [lambda: patch("qa.evidence.SHARE_OF_NEIGHBOURS", 0.0)],
    "without second look": [lambda: patch("qa.second_look.is_doubtful", lambda *_: False)],
    "without splitting": [lambda: patch("qa.retrieval.split_question", lambda *_: ())],
    "without numbers in any form": [lambda: patch("qa.evidence.find_numbers", lambda _: [])],
    "one sentence in a row": [
        lambda: patch("qa.choosing.MOST_IN_A_ROW", 1),
        lambda: patch("qa.choosing.MOST_IN_A_BROAD_ROW", 1),
    ],
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--ablation", action="store_true", help="leave out one part after the other")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask every Nth question only (ablation)")
    options = parser.parse_args(arguments)
    folders = options.folders or sorted(path.parent for path in SETS.glob("*/questions.jsonl"))
    if not folders:
        note(f"error: no evaluation sets in {SETS}. Name their folders")
        return 1
    settings = read_settings()
    try:
        with progress() as report:
            encoder, reader = load_models(settings, report)
            if options.ablation:
                table = ablate(folders, settings, encoder, reader, options.every, report)
            else:
                write_figures(folders, settings, encoder, reader, report)
                return 0
    except WenDangError as error:
        note(f"error: {error}")
        return 1
    command = f"python -m benchmarks.quality --ablation --every {options.every}"
    record = {"command": command, "sets": table}
    (RESULTS / "ablation.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print_ablation(table)
    return 0


def write_figures(
    folders: Sequence[Path], settings: Settings, encoder: Encoder, reader: Reader | None, report: Report
) -> None:
    """Measure the sets and write the figures, without a word of the sets."""
    prepare_folder(RESULTS)
    results = replace(evaluate_sets(folders, settings, encoder, report, reader=reader), worst=())
    command = shlex.join(["python", "-m", "benchmarks.quality", *(folder.name for folder in folders)])
    header = make_header(settings, encoder, command)
    record = report_record(results, header)
    for one in record["sets"]:
        del one["questions"]
        one["folder"] = one["name"]
    # The page draws the curves; thousands of points in a file are for nobody.
    for group in record["groups"]:
        (group["separation"] or {}).pop("curve", None)
    (RESULTS / "report.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (RESULTS / "index.html").write_text(report_page(results, header), "utf-8")
    note(f"wrote {RESULTS / 'index.html'}")


def ablate(
    folders: Sequence[Path],
    settings: Settings,
    encoder: Encoder,
    reader: Reader | None,
    every: int,
    report: Report,
) -> dict[str, dict[str, Measures]]:
    """Return the measures of each set, by what was left out."""
    table: dict[str, dict[str, Measures]] = {}
    for folder in folders:
        questions = read_set(folder)[::every]
        assistant = open_set(folder, settings, encoder, report, reader)
        table[folder.name] = {}
        for name, patches in ABLATIONS.items():
            with ExitStack() as stack:
                for one in patches:
                    stack.enter_context(one())
                answers = list(answer_all(assistant, questions, report))
            measures = evaluation_of(folder, list(zip(questions, answers, strict=True))).measures
            table[folder.name][name] = {key: measures[key] for key in ("questions", *SHOWN)}
        note(f"{folder.name}: {len(ABLATIONS)} times {len(questions)} questions")
    return table


def print_ablation(table: dict[str, dict[str, Measures]]) -> None:
    """Print a table for each set: all parts, and the change without each."""
    for name, rows in table.items():
        shown = Table(title=name, title_justify="left")
        shown.add_column("")
        whole = rows["all parts"]
        keys = [key for key in SHOWN if whole[key] is not None]
        for key in keys:
            shown.add_column(key, justify="right")
        for part, measures in rows.items():
            changes = [(measures[key] or 0) - (whole[key] or 0) for key in keys]
            cells = [f"{whole[key]:.3f}" for key in keys] if part == "all parts" else [f"{one:+.3f}" for one in changes]
            shown.add_row(part, *cells)
        Console().print(shown)


if __name__ == "__main__":
    sys.exit(main())
