"""What each command does; how its result looks stands in `printing.py` and `records.py`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from index.embedding import load_encoder
from index.errors import DocumentError, ReportError, SettingsError, StoreError, WenDangError
from index.generations import load_generation
from index.store import Store
from index.sync import sync
from qa import printing, records
from qa.asking import check_question
from qa.assistant import BATCH, Assistant, list_documents, load_models
from qa.backup import back_up
from qa.checks.finding import command
from qa.confidence import confidence
from qa.doctor import delete_kept, examine, mend
from qa.evaluate import Evaluation, evaluate, find_set, read_set
from qa.language_model import LanguageModel, load_language_model
from qa.measures import Question
from qa.questions import read_questions
from qa.report.files import prepare_folder, write_report
from qa.report.header import command_line, make_header
from qa.report.last import read_last
from qa.report.results import evaluate_sets, name_sets
from qa.restore import restore
from qa.scope import Scope
from qa.settings import Settings
from qa.syncing import Syncing

NO_MODEL = (
    "--llm needs a language model, and none is set. Set WENDANG_LLM_BASE_URL, such as http://127.0.0.1:11434/v1, and "
    "WENDANG_LLM_MODEL"
)


def run(options: argparse.Namespace, settings: Settings) -> None:
    """Carry out the command that the options name."""
    commands = {
        "sync": run_sync,
        "watch": run_watch,
        "ask": run_ask,
        "search": run_search,
        "documents": run_documents,
        "evaluate": run_evaluate,
        "doctor": run_doctor,
        "backup": run_backup,
        "restore": run_restore,
    }
    commands[options.command](options, settings)


def _as_json(options: argparse.Namespace) -> bool:
    return bool(getattr(options, "json", False))


def _print_json(record: object) -> None:
    in_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(record, ensure_ascii=not in_unicode), flush=True)


def run_sync(options: argparse.Namespace, settings: Settings) -> None:
    with printing.progress() as report:
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend, report)
        done = sync(settings.documents, settings.data, encoder, report, options.rebuild)
    if _as_json(options):
        _print_json(records.sync_record(done))
    else:
        printing.print_sync(done)


def run_watch(options: argparse.Namespace, settings: Settings) -> None:
    """Sync, then follow the folder until interrupted, saying after each sync what it did."""
    with printing.progress() as report:
        assistant = Assistant.open(replace(settings, reader="off"), report, build=False)
    if not _as_json(options):
        printing.note(f"watching {settings.documents}; Ctrl+C stops it")
    seen = 0
    with Syncing(assistant) as syncing:
        syncing.follow()
        while True:
            state = syncing.wait(seen + 1, timeout=1.0)
            if state.runs == seen:
                continue
            seen = state.runs
            if _as_json(options):
                _print_json(records.sync_record(state.report) if state.report else {"error": state.error})
            elif state.report:
                printing.print_sync(state.report)
            else:
                printing.note(f"error: {state.error}")


def run_ask(options: argparse.Namespace, settings: Settings) -> None:
    if options.questions is None:
        check_question(options.question)
        questions = [Question(id="", text=options.question)]
    else:
        questions = read_questions(options.questions)
    assistant = _open(settings)
    assistant.author = None if options.no_llm else assistant.author
    # One that names no document is an error here, and a line's own only the answer to that line.
    assistant.within(Scope(tuple(options.patterns)))
    size = BATCH if assistant.author is None else 1
    for at in range(0, len(questions), size):
        batch = questions[at : at + size]
        scopes = [Scope(question.scope or tuple(options.patterns)) for question in batch]
        answers = assistant.ask_each([(question.text, question.history) for question in batch], scopes)
        for question, answer in zip(batch, answers, strict=True):
            if _as_json(options):
                _print_json(records.answer_record(question.id or None, answer))
            else:
                printing.print_answer(answer)


def _open(settings: Settings) -> Assistant:
    """Open the index as it stands, and say so where the folder has changed since."""
    with printing.progress() as report:
        assistant = Assistant.open(settings, report)
    try:
        stale = assistant.is_stale()
    except StoreError as error:
        printing.note(f"note: {error}; answering from the index as it stands")
        return assistant
    if stale:
        printing.note(f"note: {settings.documents} has changed since the last sync; run: {command(settings, 'sync')}")
    return assistant


def run_search(options: argparse.Namespace, settings: Settings) -> None:
    assistant = _open(settings)
    scope = Scope(tuple(options.patterns))
    reading = assistant.read(options.question, options.limit, scope)
    sure = confidence(reading, assistant.within(scope).index)
    if _as_json(options):
        _print_json(records.search_record(options.question, reading.retrieval, sure, scope.patterns))
    else:
        printing.print_hits(options.question, reading.retrieval, sure, scope.patterns)


def run_documents(options: argparse.Namespace, settings: Settings) -> None:
    if not (settings.data / "wendang.sqlite").exists():
        _open(settings)
    store = Store.open(settings.data)
    try:
        generation = load_generation(store)
        failures = store.failures()
    finally:
        store.close()
    if options.action == "show":
        document = generation.documents.get(options.name)
        if document is None:
            raise DocumentError(f"no document {options.name!r} in the index. List them: python -m qa documents")
        _print_json(records.document_record(document)) if _as_json(options) else print(document.text)
        return
    entries = list_documents(generation)
    if _as_json(options):
        failed = [asdict(failure) for failure in failures]
        _print_json({"documents": [records.entry_record(entry) for entry in entries], "failed": failed})
    else:
        printing.print_documents(entries, failures)


def run_evaluate(options: argparse.Namespace, settings: Settings) -> None:
    # Looked at before the model is loaded and the report's folder made.
    folders = [find_set(folder, settings) for folder in options.folders]
    for folder in folders:
        read_set(folder, settings)
    name_sets(folders)
    model_for(options, settings)
    page = None
    if options.report is None:
        evaluations = _evaluate(options, folders, settings)
    else:
        evaluations, page = _evaluate_with_report(options, folders, settings)
    if _as_json(options):
        sets = [asdict(one) for one in evaluations]
        record = sets[0] if len(sets) == 1 else {"sets": sets}
        _print_json({**record, "report": str(page)} if page else record)
        return
    for one in evaluations:
        printing.print_evaluation(one)
    if page:
        print(f"report: {page}")


def model_for(options: argparse.Namespace, settings: Settings) -> LanguageModel | None:
    """Return the language model that an evaluation is to use. Raises `SettingsError` where none is set."""
    if not options.llm:
        return None
    model = load_language_model(settings)
    if model is None:
        raise SettingsError(NO_MODEL)
    return model


def _evaluate(options: argparse.Namespace, folders: Sequence[Path], settings: Settings) -> list[Evaluation]:
    with printing.progress() as report:
        encoder, reader = load_models(settings, report)
        given = settings, encoder, report, options.simplified, reader, model_for(options, settings)
        return [evaluate(folder, *given)[0] for folder in folders]


def _evaluate_with_report(
    options: argparse.Namespace, folders: Sequence[Path], settings: Settings
) -> tuple[list[Evaluation], Path]:
    """Measure the sets with their baselines and write the report, compared with the last one in its folder."""
    prepare_folder(options.report)
    last, broken = None, None
    try:
        last = read_last(options.report)
    except ReportError as error:
        broken = str(error)
        printing.note(f"note: {broken}")
    with printing.progress() as report:
        encoder, reader = load_models(settings, report)
        model = model_for(options, settings)
        results = evaluate_sets(folders, settings, encoder, report, options.simplified, reader, model)
    line = command_line(options.folders, options.report, options.simplified, options.llm)
    header = make_header(settings, encoder, line, options.llm)
    page = write_report(options.report, results, header, last, broken)
    return [one.evaluation for one in results.sets], page


def run_doctor(options: argparse.Namespace, settings: Settings) -> None:
    if options.mend:
        with printing.progress() as report:
            mend(settings, report)
    if options.delete_kept:
        delete_kept(settings)
    findings = examine(settings)
    if _as_json(options):
        _print_json([asdict(finding) for finding in findings])
    else:
        printing.print_findings(findings)
    bad = sum(not finding.good for finding in findings)
    if bad:
        sys.stdout.flush()
        raise WenDangError(f"{bad} of {len(findings)} findings need mending")


def run_backup(options: argparse.Namespace, settings: Settings) -> None:
    documents = None if options.without_documents else settings.documents
    with printing.progress() as report:
        done = back_up(options.file, settings.data, documents, report, not options.without_conversations)
    _print_json(records.backup_record(done)) if _as_json(options) else printing.print_backup(done)


def run_restore(options: argparse.Namespace, settings: Settings) -> None:
    documents = None if options.without_documents else settings.documents
    with printing.progress() as report:
        done = restore(options.file, settings.data, documents, report)
    _print_json(records.restore_record(done)) if _as_json(options) else printing.print_restore(done)
