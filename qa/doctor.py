"""A look at everything that the program needs, each finding with the command that mends it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial

from index.database import DATABASE
from index.datatypes import Report, ignore_progress
from index.embedding import load_encoder
from index.errors import DamagedStore, StoreError, WenDangError
from index.openvino_reader import load_reader
from index.plan import folder_differs
from index.scan import check_folder
from index.store import Store
from index.sync import sync
from qa.assistant import READER_CHANGE
from qa.checks.conversations import look_at_conversations
from qa.checks.database import look_at_database, look_at_failures, look_at_texts, look_at_vectors
from qa.checks.documents import look_at_documents
from qa.checks.environment import look_at_disk, look_at_folders, look_at_packages, look_at_python
from qa.checks.finding import Finding, command
from qa.checks.language_model import SUBJECT, look_at_language_model
from qa.checks.mending import mend_index
from qa.checks.opening import OtherForm, opened
from qa.checks.segments import look_at_segments
from qa.checks.writers import delete_kept, look_at_leftovers, look_at_writer
from qa.history import salvaging
from qa.history.opening import FILE
from qa.placing import clear_away
from qa.reranking import load_reranker
from qa.settings import Settings

__all__ = ["Finding", "delete_kept", "examine", "mend"]
ATTEMPTS = 3


def examine(settings: Settings) -> list[Finding]:
    """Look at the machine, the folders, the index and the models, and return what was found.

    A look changes nothing, and whatever cannot be looked at is a finding.
    """
    looks: list[tuple[str, Callable[[Settings], list[Finding]]]] = [
        ("python", look_at_python),
        ("packages", look_at_packages),
        ("disk", look_at_disk),
        ("folders", look_at_folders),
        ("documents", look_at_documents),
        ("writer", look_at_writer),
        ("leftovers", look_at_leftovers),
        ("conversations", look_at_conversations),
        ("database", _look_at_index),
        ("model", _look_at_model),
    ]
    looks += [("reader", _look_at_reader)] if settings.reader != "off" else []
    looks += [("reranker", _look_at_reranker)] if settings.reranker_model else []
    looks += [(SUBJECT, look_at_language_model)]
    return [finding for subject, look in looks for finding in _careful(subject, partial(look, settings), settings)]


def _careful(subject: str, look: Callable[[], list[Finding]], settings: Settings) -> list[Finding]:
    try:
        return look()
    except OtherForm as error:
        older = command(settings, "sync")
        newer = f"use the newer version, or move {shlex.quote(str(settings.data / DATABASE))} away and sync"
        return [Finding(subject, False, str(error), older if error.is_older else newer)]
    except DamagedStore as error:
        return [Finding(subject, False, str(error), command(settings, "doctor --mend"))]
    except StoreError as error:
        return [Finding(subject, False, str(error), f"chmod -R u+rwX {shlex.quote(str(settings.data))}")]
    except Exception as error:
        # The doctor is called where something is broken, and what that is cannot be known beforehand.
        seen = f"it cannot be looked at ({type(error).__name__}: {error})"
        return [Finding(subject, False, seen, "see to the other findings first; if none is left, please report it")]


def mend(settings: Settings, report: Report = ignore_progress) -> None:
    """Mend what can be mended, then sync. Raises what a sync raises."""
    salvaging.mend(settings.data / FILE)
    # A damaged index is better than none, as long as there is nothing to build another one from.
    check_folder(settings.documents)
    clear_away(settings.documents)
    mend_index(settings)
    encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend, report)
    sync(settings.documents, settings.data, encoder, report)


def _look_at_index(settings: Settings) -> list[Finding]:
    """Look at the index in one state of it; where a sync has made another meanwhile, look again."""
    if not (settings.data / DATABASE).exists():
        return [Finding("index", False, f"none in {settings.data} yet", command(settings, "sync"))]
    findings: list[Finding] = []
    with opened(settings.data) as store:
        for _ in range(ATTEMPTS):
            with store.snapshot():
                number, findings = store.current_generation(), _look_at_store(store, settings)
            if number == store.current_generation():
                break
    return findings


def _look_at_store(store: Store, settings: Settings) -> list[Finding]:
    looks: list[tuple[str, Callable[[Store, Settings], list[Finding]]]] = [
        ("database", look_at_database),
        ("texts", look_at_texts),
        ("vectors", look_at_vectors),
        ("segments", look_at_segments),
        ("failures", look_at_failures),
        ("index", _look_at_generation),
    ]
    return [
        finding for subject, look in looks for finding in _careful(subject, partial(look, store, settings), settings)
    ]


def _look_at_generation(store: Store, settings: Settings) -> list[Finding]:
    number, mend = store.current_generation(), command(settings, "sync")
    if number == 0:
        return [Finding("index", False, f"none in {settings.data} yet", mend)]
    if settings.documents.is_dir() and folder_differs(settings.documents, store):
        return [Finding("index", False, "the documents folder has changed since the last sync", mend)]
    return [Finding("index", True, f"generation {number}, up to date with the documents folder")]


def _look_at_model(settings: Settings) -> list[Finding]:
    try:
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend)
        vectors = encoder.encode_queries(["金山"])
        if vectors.shape != (1, encoder.dimension):
            raise StoreError(f"it makes vectors of shape {vectors.shape}, expected (1, {encoder.dimension})")
    except WenDangError as error:
        return [Finding("model", False, str(error), "see WENDANG_EMBEDDING_MODEL in README.md")]
    if unfit := _unfit(settings, encoder.name, encoder.dimension):
        return [unfit]
    slow = encoder.backend != "openvino" and settings.embedding_backend == "auto"
    advice = "pip install openvino, which is several times faster"
    return [Finding("model", not slow, f"{encoder.name} on {encoder.backend}", advice if slow else "")]


def _unfit(settings: Settings, model: str, dimension: int) -> Finding | None:
    """Return that the index was built with another model, if it was; what cannot be read is told elsewhere."""
    try:
        with opened(settings.data) as store:
            store.check_model(model)
            if (built := store.dimension()) not in (0, dimension):
                raise StoreError(f"the index has vectors of {built} numbers, {model} makes {dimension}")
    except (DamagedStore, OtherForm, OSError):
        return None
    except StoreError as error:
        return Finding("model", False, str(error), command(settings, "sync --rebuild"))
    return None


def _look_at_reader(settings: Settings) -> list[Finding]:
    if load_reader(settings.models, READER_CHANGE) is None:
        return [
            Finding("reader", False, "it cannot be loaded; the log says why", "set WENDANG_READER=off or mend that")
        ]
    return [Finding("reader", True, "it looks at what is in doubt")]


def _look_at_reranker(settings: Settings) -> list[Finding]:
    try:
        load_reranker(settings.reranker_model)
    except WenDangError as error:
        return [Finding("reranker", False, str(error), "correct WENDANG_RERANKER_MODEL or leave it unset")]
    return [Finding("reranker", True, str(settings.reranker_model))]
