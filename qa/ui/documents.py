"""The documents panel: uploading, and the list of what is indexed and what could not be read, with what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import cast

import gradio as gr

from index.datatypes import Failure
from index.errors import WenDangError
from index.loaders import LOADERS, is_supported
from qa.assistant import DocumentEntry
from qa.library import failures_of
from qa.syncing import Syncing
from qa.ui.actions import Action, button
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join
from qa.ui.reasons import explain
from qa.ui.texts import Language, say
from qa.ui.uploads import store_upload

# So many rows are sent to a browser; the others are found by name.
# Of a form letter there may be hundreds.
MOST_ALIKE = 3
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class DocumentsPanel:
    """The components of the panel."""

    upload: gr.UploadButton
    follow: gr.Button
    said: gr.HTML
    status: gr.HTML
    find: gr.Textbox
    listing: gr.HTML


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows of a list have in common."""

    awaited: frozenset[str]
    language: Language
    token: str


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
        follow = gr.Button(i18n("reindex"), size="sm", elem_id="reindex")
    gr.Markdown(i18n("upload_hint"), elem_id="upload-hint")
    said = gr.HTML(elem_id="said", js_on_load=None)
    status = gr.HTML(elem_id="sync-status", js_on_load=None)
    find = gr.Textbox(
        label=i18n("find"), placeholder=i18n("find"), elem_id="find", show_label=False, container=False, lines=1
    )
    listing = gr.HTML(elem_id="document-list", js_on_load=None)
    return DocumentsPanel(upload, follow, said, status, find, listing)


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
            failed.append(say(language, "upload_failed", name=path.name, error=explain(str(error), language)))
        else:
            (known if stored.was_there else saved).append(stored.name)
        finally:
            # Gradio's copy has done its service.
            path.unlink(missing_ok=True)
    lines = [element("p", line, class_="note error") for line in failed]
    for key, names in (("upload_saved", saved), ("upload_known", known)):
        if names:
            lines.append(element("p", say(language, key, names=say(language, "sync_comma").join(names))))
    return join(*lines)


def list_documents(syncing: Syncing, find: str, language: Language, token: str) -> Html:
    """Return the list of what is indexed and of what could not be read; with `find`, of what is called like that."""
    rows = Rows(syncing.state.awaited, language, token)
    entries, failures = syncing.assistant.documents(), failures_of(syncing.assistant)
    words = " ".join(find.split())[:100]
    found = [entry for entry in entries if _is_called(words, entry.path, entry.title)]
    failed = [failure for failure in failures if _is_called(words, failure.document)]
    parts = [_failures(failed, rows), _summary(entries, rows)]
    if found:
        parts.append(_table(found[:MOST_LISTED], rows))
    elif words:
        parts.append(element("p", say(language, "documents_unlike", words=words), class_="note"))
    elif not failures:
        parts.append(element("p", say(language, "documents_none"), class_="note"))
    if len(found) > MOST_LISTED:
        parts.append(element("p", say(language, "documents_more", count=len(found) - MOST_LISTED), class_="aside"))
    is_long = words or len(entries) + len(failures) > MOST_LISTED
    return element("section", *parts, class_="documents long" if is_long else "documents")


def _is_called(words: str, *names: str) -> bool:
    return any(words.casefold() in name.casefold() for name in names)


def _summary(entries: Sequence[DocumentEntry], rows: Rows) -> Html:
    """Return how much is indexed, with the button that has it all done anew."""
    if not entries:
        return join()
    passages = sum(entry.passages for entry in entries)
    known = say(rows.language, "documents_known", documents=len(entries), passages=passages)
    rebuild = _confirmed(
        say(rows.language, "rebuild"),
        say(rows.language, "rebuild_question", count=len(entries)),
        button(say(rows.language, "rebuild_yes"), Action("rebuild"), rows.token, "yes"),
        rows.language,
    )
    return element("div", element("span", known), rebuild, class_="known")


def _table(entries: Sequence[DocumentEntry], rows: Rows) -> Html:
    columns = ("column_document", "column_passages", "column_size", "column_date")
    head = element("tr", *(element("th", say(rows.language, column), scope="col") for column in columns))
    return element(
        "table", element("thead", head), element("tbody", *(_row(entry, rows) for entry in entries))
    )  # fmt: skip


def _row(entry: DocumentEntry, rows: Rows) -> Html:
    title = element("a", entry.title, href=str(DocumentLink(entry.path)))
    name = element("span", entry.path, class_="file-name")
    return element(
        "tr",
        element(
            "td",
            title,
            element("div", name, _can_be_done(entry.path, rows, part=entry.file != entry.path), class_="row-end"),
            *(element("div", explain(note, rows.language), class_="aside") for note in entry.notes),
            _alike(entry, rows),
        ),
        element("td", str(entry.passages), class_="figure"),
        element("td", show_size(entry.size), class_="figure"),
        element("td", _show_date(entry.indexed_at), class_="figure"),
    )


def _alike(entry: DocumentEntry, rows: Rows) -> Html:
    """Name the documents that are nearly the same, each a link to it."""
    if not entry.alike:
        return join()
    links = [element("a", path, href=str(DocumentLink(path))) for path in entry.alike[:MOST_ALIKE]]
    comma = "、" if rows.language == "zh" else ", "
    named = [part for link in links for part in (comma, link)][1:]
    more = len(entry.alike) - len(links)
    rest = [say(rows.language, "alike_more", count=more)] if more else []
    return element("div", say(rows.language, "alike"), *named, *rest, class_="alike")


def _can_be_done(path: str, rows: Rows, failed: bool = False, part: bool = False) -> Html:
    """Return the buttons of a row, or that the document is waited for; a part of a file is not removed by itself."""
    if path in rows.awaited:
        return element("span", say(rows.language, "awaited"), class_="awaited")
    remove = _confirmed(
        say(rows.language, "remove"),
        say(rows.language, "remove_question", name=path),
        button(say(rows.language, "remove_yes"), Action("remove", path), rows.token, "yes"),
        rows.language,
    )
    # A sub-folder that cannot be opened is told of like a file, but is none.
    is_file = is_supported(PurePosixPath(path).name) and not part
    label = say(rows.language, "again_failed") if failed else say(rows.language, "again")
    again = button(label, Action("reindex", path), rows.token)
    return element("div", again, remove if is_file else "", class_="below")


def _confirmed(label: str, question: str, yes: Html, language: Language) -> Html:
    """Return a button that opens a question first; script.js closes it again."""
    no = element("button", say(language, "remove_no"), class_="no")
    box = element("div", element("p", question), yes, no, class_="question", role="alertdialog", aria_label=question)
    return element("details", element("summary", label), box, class_="confirmed")


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


def _failures(failures: Sequence[Failure], rows: Rows) -> Html:
    if not failures:
        return join()
    title = element("h3", say(rows.language, "failures", count=len(failures)))
    items = (_failure(failure, rows) for failure in failures[:MOST_LISTED])
    return element("section", title, element("ul", *items), class_="failures")


def _failure(failure: Failure, rows: Rows) -> Html:
    reason = element("span", explain(failure.error, rows.language))
    return element("li", element("strong", failure.document), reason, _can_be_done(failure.document, rows, failed=True))
