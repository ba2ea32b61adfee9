"""Results for people: tables, quotes and progress on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from index.datatypes import Failure, Progress, Report
from index.sync import SyncReport
from qa.assistant import DocumentEntry
from qa.backup import BackupReport
from qa.datatypes import Answer
from qa.doctor import Finding
from qa.editions import describe, own_text
from qa.evaluate import Evaluation
from qa.presentation import Piece, lay_out
from qa.restore import RestoreReport
from qa.retrieval import Retrieval
from qa.telling import phrases

EXCERPT = 160
MEASURES = (
    ("evidence_recall_1500", "recall @1500"),
    ("evidence_recall_600", "recall @600"),
    ("document_at_1", "document @1"),
    ("answer_in_5", "answer in 5"),
    ("answer_hit", "answer hit"),
    ("lead_hit", "lead hit"),
    ("answer_length", "answer length"),
    ("citation_precision", "citation precision"),
    ("citation_recall", "citation recall"),
    ("answered", "answered"),
    ("refused", "refused"),
    ("answerability_auroc", "AUROC"),
    ("rejected_again", "rejected again"),
)
MODEL_MEASURES = (
    ("model_answers", "by the model"),
    ("model_refusals", "refused by it"),
    ("model_failures", "quoted instead"),
    ("supported_sentences", "supported sentences"),
    ("moved_citations", "moved citations"),
    ("dropped_citations", "dropped citations"),
    ("seconds_to_first_word", "seconds to first word"),
)
STYLES = {"strong": "bold", "mark": "cyan", "label": "bold", "about": "dim"}
WIDTH_ON_A_PIPE = 200


def _console() -> Console:
    """Return a console that breaks lines for a terminal only: a program that reads a pipe wants them whole."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_ON_A_PIPE, soft_wrap=True)


def note(text: str) -> None:
    """Say something beside the result, on stderr."""
    print(text, file=sys.stderr)


@contextmanager
def progress() -> Iterator[Report]:
    """Show long work as bars on stderr while it lasts; on a pipe nothing is drawn."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, object] = {}

        def report(state: Progress) -> None:
            if state.stage not in tasks:
                tasks[state.stage] = bars.add_task(state.stage, total=state.total)
            bars.update(tasks[state.stage], completed=state.done, total=state.total)  # type: ignore[arg-type]

        yield report


def print_sync(report: SyncReport) -> None:
    """Print what a sync did, and each file that it could not read."""
    console = _console()
    console.print(
        f"added {report.added}, changed {report.changed}, renamed {report.renamed}, removed {report.removed}, "
        f"unchanged {report.unchanged}, failed {len(report.failed)}"
    )
    console.print(
        f"documents {report.documents}, passages {report.passages}, sentences {report.sentences}; "
        f"texts embedded {report.embedded_texts}; generation {report.generation}; {report.seconds:.1f} s"
    )
    _print_failures(console, report.failed, "not read")
    _print_failures(console, report.skipped, "left alone")


def _print_failures(console: Console, failures: Sequence[Failure], heading: str) -> None:
    for failure in failures:
        console.print(f"[yellow]{heading}[/] {escape(failure.document)}: {escape(failure.error)}")


def print_answer(answer: Answer) -> None:
    """Print an answer, its citations and where it was found."""
    console = _console()
    console.print(Text(answer.question, style="bold"))
    _print_scope(console, answer.scope)
    if not answer.answered:
        console.print(Text(answer.text, style="yellow"))
        return
    if answer.notice:
        console.print(Text(answer.notice, style="yellow"))
    if answer.mode != "extractive":
        console.print(_with_bold(own_text(answer)))
    else:
        for block in lay_out(answer.citations):
            console.print(Text.assemble(*(_styled(piece) for piece in block.pieces[bool(block.before) :])))
    console.print()
    for citation in answer.citations:
        path = " > ".join((citation.title, *citation.headings))
        page = f", page {citation.page}" if citation.page else ""
        place = f"{citation.document}{page}, {citation.start}–{citation.end}"
        console.print(Text.assemble((f"[{citation.number}] ", "cyan"), path, (f"  {place}", "dim")))
        if citation.certainty is not None:
            told = f"recognised with {100 * citation.certainty:.0f}% confidence: compare the picture"
            console.print(Text(f"    {told}", style="yellow"))
    console.print()
    for deviation in answer.deviations:
        console.print(Text(describe(deviation, answer.question), style="yellow"))
    for disagreement in answer.disagreements:
        told = "".join(text for _, text in phrases(disagreement, answer.question))
        console.print(Text(told, style="yellow"))


def _print_scope(console: Console, scope: Sequence[str]) -> None:
    if scope:
        console.print(Text(f"asked in: {', '.join(scope)}", style="dim"))


def _with_bold(text: str) -> Text:
    """Turn `**` marks into bold type."""
    pieces = text.split("**")
    return Text.assemble(*((piece, "bold" if number % 2 else "") for number, piece in enumerate(pieces)))


def _styled(piece: Piece) -> tuple[str, str]:
    """Return a piece of an answer with its style; what is ours beside a quote is set apart from it."""
    text = f" {piece.text}" if piece.kind == "mark" else piece.text
    return text, STYLES.get(piece.kind, "")


def print_hits(question: str, retrieval: Retrieval, confidence: float, scope: Sequence[str] = ()) -> None:
    """Print ranked passages with place and score in each leg, the terms they hold, and how likely an answer is."""
    console = _console()
    if not retrieval.hits:
        console.print("nothing found")
        return
    table = Table(title=Text(question), show_lines=True, title_justify="left")
    for column in ("#", "score", "dense", "sentence", "words", "passage"):
        table.add_column(column, justify="right" if column != "passage" else "left")
    for number, hit in enumerate(retrieval.hits, start=1):
        passage, ranks = hit.passage, hit.ranks
        path = Text(" > ".join((passage.title, *passage.headings)), style="bold")
        excerpt = passage.text[:EXCERPT] + ("…" if len(passage.text) > EXCERPT else "")
        terms = Text(f"\n{passage.document}  {' '.join(hit.terms)}", style="dim")
        legs = [
            _leg(ranks.dense, f"{hit.dense:.3f}"),
            _leg(ranks.sentence, f"{hit.sentence:.3f}"),
            _leg(ranks.lexical, f"{hit.lexical:.1f}"),
        ]
        table.add_row(str(number), f"{hit.score:.2f}", *legs, Text.assemble(path, "\n", excerpt, terms))
    console.print(table)
    _print_scope(console, scope)
    if retrieval.query.parts:
        console.print(Text(f"searched for: {'; '.join(part.question for part in retrieval.query.parts)}"))
    if retrieval.query.missing_terms:
        where = "no chosen document" if scope else "no document"
        console.print(Text(f"in {where}: {', '.join(retrieval.query.missing_terms)}"))
    console.print(f"confidence {confidence:.2f}")


def _leg(rank: int | None, score: str) -> str:
    """Return a passage's place in one leg above its score there."""
    return f"{rank}\n{score}" if rank else "–"


def print_documents(entries: Sequence[DocumentEntry], failures: Sequence[Failure]) -> None:
    """Print the list of documents."""
    table = Table()
    for column in ("document", "title", "characters", "passages", "indexed"):
        table.add_column(column, justify="right" if column in ("characters", "passages") else "left")
    for entry in entries:
        table.add_row(
            Text(entry.path), Text(entry.title), f"{entry.characters:,}", str(entry.passages), entry.indexed_at[:10]
        )
    console = _console()
    console.print(table)
    for entry in entries:
        # Each pair once.
        others = [other for other in entry.alike if other > entry.path]
        if others:
            console.print(Text(f"nearly the same: {entry.path} and {', '.join(others)}", style="yellow"))
    _print_failures(console, failures, "not read")


def print_evaluation(evaluation: Evaluation) -> None:
    """Print the measures of a set, in all and by kind of question, and those of a language model, if it was asked."""
    title = f"{evaluation.folder}  ({evaluation.questions_per_second:g} questions/s)"
    _print_measures(title, evaluation, MEASURES)
    if evaluation.measures["model_answers"] is not None:
        _print_measures("the language model", evaluation, MODEL_MEASURES)


def _print_measures(title: str, evaluation: Evaluation, columns: Sequence[tuple[str, str]]) -> None:
    rows = {"all": evaluation.measures, **evaluation.kinds}
    measured = [(key, name) for key, name in columns if evaluation.measures[key] is not None]
    table = Table(title=title, title_justify="left")
    table.add_column("kind", no_wrap=True)
    table.add_column("questions", justify="right")
    for _, name in measured:
        table.add_column(name, justify="right")
    for kind, measures in rows.items():
        values = [_figure(measures[key]) for key, _ in measured]
        table.add_row(Text(kind), str(measures["questions"]), *values, style="bold" if kind == "all" else None)
    _console().print(table)


def _figure(value: float | int | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if value < 2 else f"{value:.0f}"


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor saw, with what mends it."""
    console = _console()
    for finding in findings:
        mark = "[green]✓[/]" if finding.good else "[red]✗[/]"
        console.print(f"{mark} {finding.subject}: {escape(finding.seen)}")
        if not finding.good and finding.mend:
            console.print(f"  → {escape(finding.mend)}")


def print_backup(report: BackupReport) -> None:
    """Print what a backup holds, and each file that it does not."""
    console = _console()
    console.print(
        f"generation {report.generation} with {report.indexed} documents, and {report.documents} files of documents, "
        f"are in {escape(str(report.file))}: {report.size:,} bytes; {report.seconds:.1f} s"
    )
    if report.conversations or report.feedback:
        console.print(f"with {report.conversations} conversations and {report.feedback} verdicts on answers")
    _print_failures(console, report.left_out, "not in it")


def print_restore(report: RestoreReport) -> None:
    """Print what a restore did, and each document whose file it left alone."""
    console = _console()
    console.print(
        f"restored the state of {report.created}: {report.indexed} documents are in service as generation "
        f"{report.generation}; {report.seconds:.1f} s"
    )
    console.print(
        f"files of documents: {report.written} written back, {report.unchanged} as they were, "
        f"{len(report.left_alone)} left alone"
    )
    _print_failures(console, report.left_alone, "left alone")
    if talks := report.conversations:
        console.print(
            f"conversations: {talks.added} brought back, {talks.extended} longer than here, {talks.beside} kept beside "
            f"what they have become here, {talks.unchanged} as they were"
        )
    if report.feedback:
        verdicts = report.feedback
        console.print(f"verdicts on answers: {verdicts.added} brought back, {verdicts.unchanged} as they were")
    if report.kept:
        console.print(f"the index as it was before is kept: {escape(str(report.kept))}")
