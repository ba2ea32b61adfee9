"""A look at everything that the program needs, each finding with the command that mends it."""

from __future__ import annotations

import importlib
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from index.embedding import load_encoder
from index.errors import WenDangError
from index.generations import check_generation
from index.openvino_reader import load_reader
from index.plan import folder_differs
from index.scan import scan_folder
from index.store import Store
from qa.assistant import READER_CHANGE
from qa.reranking import load_reranker
from qa.settings import Settings

PACKAGES = ("sentence-transformers", "faiss-cpu", "gradio", "jieba", "bm25s", "openvino", "torch")
MEND_FILES = "python -m qa documents names them; mend or remove them, then python -m qa sync"
LEAST_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` is what to do where it is not `good`."""

    subject: str
    good: bool
    seen: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at packages, disk, documents, index and model, and return what was found."""
    checks = [_python, _packages, _disk, _documents, _index, _model]
    checks += [_reader] if settings.reader != "off" else []
    checks += [_reranker] if settings.reranker_model else []
    return [check(settings) for check in checks]


def _reader(settings: Settings) -> Finding:
    if load_reader(settings.models, READER_CHANGE) is None:
        return Finding("reader", False, "it cannot be loaded; the log says why", "set WENDANG_READER=off or mend that")
    return Finding("reader", True, "it looks at what is in doubt")


def _reranker(settings: Settings) -> Finding:
    try:
        load_reranker(settings.reranker_model)
    except WenDangError as error:
        return Finding("reranker", False, str(error), "correct WENDANG_RERANKER_MODEL or leave it unset")
    return Finding("reranker", True, str(settings.reranker_model))


def _python(_: Settings) -> Finding:
    good = sys.version_info >= (3, 11)
    return Finding("python", good, sys.version.split()[0], "install Python 3.11 or newer")


def _packages(_: Settings) -> Finding:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    for module in ("faiss", "jieba", "bm25s"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            missing.append(f"{module} ({error})")
    seen = ", ".join(found) if not missing else f"missing: {', '.join(missing)}"
    return Finding("packages", not missing, seen, "pip install -r requirements.txt")


def _disk(settings: Settings) -> Finding:
    place = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    free = shutil.disk_usage(place).free
    seen = f"{free / 1024**3:.1f} GiB free at {place}"
    return Finding("disk", free >= LEAST_FREE_BYTES, seen, "free some disk space")


def _documents(settings: Settings) -> Finding:
    try:
        scan = scan_folder(settings.documents)
    except WenDangError as error:
        return Finding("documents", False, str(error), f"mkdir -p {settings.documents}")
    seen = f"{len(scan.files)} files in {settings.documents}, {len(scan.skipped)} left alone"
    return Finding("documents", bool(scan.files), seen, f"put .txt or .md files into {settings.documents}")


def _index(settings: Settings) -> Finding:
    if not (settings.data / "wendang.sqlite").exists():
        return Finding("index", False, f"none in {settings.data} yet", "python -m qa sync")
    try:
        store = Store.open(settings.data)
    except WenDangError as error:
        mend = f"delete {settings.data / 'wendang.sqlite'}, then python -m qa sync"
        return Finding("index", False, str(error), mend)
    try:
        try:
            number, damaged = check_generation(store)
            failures = store.failures()
            stale = settings.documents.is_dir() and folder_differs(settings.documents, store)
        finally:
            store.close()
    except WenDangError as error:
        return Finding("index", False, str(error), "python -m qa sync --rebuild")
    if damaged:
        return Finding("index", False, f"generation {number}: {damaged} is damaged", "python -m qa sync")
    if failures:
        return Finding("index", False, f"{len(failures)} files could not be read", MEND_FILES)
    if stale:
        return Finding("index", False, "the documents folder has changed since the last sync", "python -m qa sync")
    return Finding("index", True, f"generation {number}, every file as it was written")


def _model(settings: Settings) -> Finding:
    try:
        encoder = load_encoder(settings.embedding_model, settings.models, settings.embedding_backend)
        encoder.encode_queries(["金山"])
        if (settings.data / "wendang.sqlite").exists():
            store = Store.open(settings.data)
            try:
                store.check_model(encoder.name)
            finally:
                store.close()
    except WenDangError as error:
        return Finding("model", False, str(error), "see WENDANG_EMBEDDING_MODEL in README.md")
    slow = encoder.backend != "openvino" and settings.embedding_backend == "auto"
    mend = "pip install openvino, which is several times faster"
    return Finding("model", not slow, f"{encoder.name} on {encoder.backend}", mend if slow else "")
