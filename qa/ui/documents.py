"""The documents panel: what is indexed, what could not be read, uploading and re-indexing with progress."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import cast

import gradio as gr

from index.datatypes import Failure, Progress
from index.errors import WenDangError
from index.loaders import LOADERS, is_supported
from index.sync import SyncReport
from qa.assistant import Assistant, DocumentEntry
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join
from qa.ui.texts import TEXTS, Language, say
from qa.ui.uploads import store_upload

logger = logging.getLogger(__name__)

CHANGES = ("added", "changed", "renamed", "removed")


@dataclass(frozen=True, slots=True)
class DocumentsPanel:
    """The components of the panel."""

    upload: gr.UploadButton
    reindex: gr.Button
    status: gr.HTML
    listing: gr.HTML


def build_documents(i18n: gr.I18n) -> DocumentsPanel:
    """Lay the panel out."""
    with gr.Row(elem_id="document-actions"):
        # Not gr.File: its progress display writes warnings into the browser's console. script.js adds dropping files.
        # Not file_types: one file of another kind would refuse them all. `store_files` refuses it alone, in words.
        upload = gr.UploadButton(
            # Gradio translates it like every label, only its annotation has not heard of that.
            cast(str, i18n("upload_label")),
            file_count="multiple",
            variant="primary",
            size="sm",
            elem_id="upload",
        )
        reindex = gr.Button(i18n("reindex"), size="sm", elem_id="reindex")
    gr.Markdown(i18n("upload_hint"), elem_id="upload-hint")
    status = gr.HTML(elem_id="sync-status", js_on_load=None)
    listing = gr.HTML(elem_id="document-list", js_on_load=None)
    return DocumentsPanel(upload, reindex, status, listing)


def is_stale(assistant: Assistant) -> bool:
    """Whether the folder has changed since it was indexed; an unreadable folder is for a sync to report."""
    try:
        return assistant.is_stale()
    except WenDangError:
        return True


def sync_steps(assistant: Assistant, language: Language, said: Html | None = None) -> Iterator[Html]:
    """Sync while yielding the status line: how far it is, then what was done. `said` stands in front throughout."""
    before = said if said is not None else join()
    reports: Queue[Progress | SyncReport | WenDangError | None] = Queue()
    Thread(target=_sync_into, args=(assistant, reports), name="sync", daemon=True).start()
    while isinstance(report := reports.get(), Progress):
        # Only the newest is worth a message to the browser.
        if reports.empty():
            yield join(before, show_progress(report, language))
    if isinstance(report, SyncReport):
        yield join(before, show_report(report, language))
    else:
        text = say(language, "unexpected") if report is None else str(report)
        yield join(before, element("p", text, class_="note error"))


def _sync_into(assistant: Assistant, reports: Queue[Progress | SyncReport | WenDangError | None]) -> None:
    """Run a sync in its own thread, since a status line can only be yielded from outside of it."""
    try:
        reports.put(assistant.sync(reports.put))
    except WenDangError as error:
        reports.put(error)
    except Exception:
        logger.exception("the folder could not be indexed")
        reports.put(None)


def store_files(folder: Path, paths: Sequence[str], language: Language) -> Html:
    """Store uploaded files in the documents folder and return what became of each, in words."""
    saved: list[str] = []
    known: list[str] = []
    failed: list[str] = []
    for path in map(Path, paths):
        try:
            if not is_supported(path.name):
                failed.append(say(language, "upload_refused", name=path.name, suffixes=" ".join(LOADERS)))
                continue
            stored = store_upload(folder, path.name, path)
        except WenDangError as error:
            failed.append(say(language, "upload_failed", name=path.name, error=error))
        else:
            (known if stored.was_there else saved).append(stored.name)
        finally:
            # Gradio's copy has done its service.
            path.unlink(missing_ok=True)
    comma = "、" if language == "zh" else ", "
    lines = [element("p", line, class_="note error") for line in failed]
    for key, names in (("upload_saved", saved), ("upload_known", known)):
        if names:
            lines.append(element("p", say(language, key, names=comma.join(names))))
    return join(*lines)


def show_progress(progress: Progress, language: Language) -> Html:
    """Return one line with the stage and how much of it is done."""
    key = f"stage_{progress.stage}" if f"stage_{progress.stage}" in TEXTS else "stage_other"
    label = f"{say(language, key)} {progress.done}/{progress.total}"
    bar = element("progress", value=progress.done, max=max(1, progress.total), aria_label=label)
    return element("p", label, bar, class_="progress")


def show_report(report: SyncReport, language: Language) -> Html:
    """Return what a sync did, in words, and the files that it left alone."""
    counts = [(change, getattr(report, change)) for change in CHANGES] + [("failed", len(report.failed))]
    changes = [say(language, f"sync_{change}", count=count) for change, count in counts if count]
    done = say(
        language,
        "sync_done",
        changes=say(language, "sync_joint").join(changes) or say(language, "sync_nothing"),
        documents=report.documents,
        passages=report.passages,
        seconds=f"{report.seconds:.1f}",
    )
    return join(element("p", done), _skipped(report.skipped, language))


def _skipped(skipped: Sequence[Failure], language: Language) -> Html:
    if not skipped:
        return join()
    summary = element("summary", say(language, "skipped", count=len(skipped)))
    items = (element("li", element("strong", one.document), element("span", one.error)) for one in skipped)
    return element("details", summary, element("ul", *items), class_="failures")


def list_documents(assistant: Assistant, language: Language) -> Html:
    """Return the list of what is indexed and of what could not be read."""
    entries = assistant.documents()
    known = _table(entries, language) if entries else element("p", say(language, "documents_none"), class_="note")
    return element("section", known, _failures(assistant.failures(), language), class_="documents")


def _table(entries: Sequence[DocumentEntry], language: Language) -> Html:
    passages = sum(entry.passages for entry in entries)
    summary = element("p", say(language, "documents_known", documents=len(entries), passages=passages), class_="aside")
    columns = ("column_document", "column_passages", "column_size", "column_date")
    head = element("tr", *(element("th", say(language, column), scope="col") for column in columns))
    rows = element("tbody", *(_row(entry) for entry in entries))
    return join(summary, element("table", element("thead", head), rows))


def _row(entry: DocumentEntry) -> Html:
    title = element("a", entry.title, href=str(DocumentLink(entry.path)))
    return element(
        "tr",
        element("td", title, element("span", entry.path, class_="file-name")),
        element("td", str(entry.passages), class_="figure"),
        element("td", show_size(entry.size), class_="figure"),
        element("td", _show_date(entry.indexed_at), class_="figure"),
    )


def show_size(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.1f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def _show_date(moment: str) -> Html:
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return join("")
    return element("time", f"{local:%m-%d %H:%M}", datetime=moment, title=f"{local:%Y-%m-%d %H:%M:%S}")


def _failures(failures: Sequence[Failure], language: Language) -> Html:
    if not failures:
        return join()
    items = (element("li", element("strong", failure.document), element("span", failure.error)) for failure in failures)
    title = element("h3", say(language, "failures", count=len(failures)))
    return element("section", title, element("ul", *items), class_="failures")
