"""The documents panel: uploading, and the list of what is indexed, on its way, or could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import gradio as gr

from qa.syncing import Syncing
from qa.ui.actions import Action, button
from qa.ui.items import Item, ItemList, State
from qa.ui.kinds import SUFFIXES, name_kind
from qa.ui.markup import Html, element, join
from qa.ui.rows import Manner, confirmed, show_row
from qa.ui.texts import Language, say
from qa.ui.tree import rows_of
from qa.ui.upload_choice import show_choices
from qa.ui.view import PAGE, Column, View, step

# A library of so many documents is seen at a glance: there is nothing to look for in it.
AT_A_GLANCE = 8
COLUMNS: tuple[Column, ...] = ("name", "kind", "passages", "size", "date")
LASTING: tuple[State, ...] = ("indexed", "failed")


@dataclass(frozen=True, slots=True)
class DocumentsPanel:
    """The components of the panel."""

    follow: gr.Button
    said: gr.HTML
    status: gr.HTML
    find: gr.Textbox
    picked: gr.HTML
    listing: gr.HTML
    view: gr.State = field(repr=False)


def build_documents(i18n: gr.I18n) -> DocumentsPanel:
    """Lay the panel out."""
    with gr.Row(elem_id="document-actions"):
        # Not gr.UploadButton: it keeps no folders, shows no progress, and takes what is dropped or pasted nowhere else.
        gr.Button(i18n("upload_label"), variant="primary", size="sm", elem_id="upload")
        gr.Button(i18n("upload_folder"), size="sm", elem_id="upload-folder")
        follow = gr.Button(i18n("reindex"), size="sm", elem_id="reindex")
    gr.Markdown(i18n("upload_hint"), elem_id="upload-hint")
    said = gr.HTML(elem_id="said", js_on_load=None)
    status = gr.HTML(elem_id="sync-status", js_on_load=None)
    find = gr.Textbox(
        label=i18n("find"), placeholder=i18n("find"), elem_id="find", show_label=False, container=False, lines=1
    )
    listing = gr.HTML(elem_id="document-list", js_on_load=None)
    picked = gr.HTML(elem_id="picked", js_on_load=None)
    return DocumentsPanel(follow, said, status, find, picked, listing, gr.State(View()))


def list_documents(listed: ItemList, view: View, language: Language, token: str) -> Html:
    """Return the list as a view looks at it, with what can be chosen to look at."""
    items = listed.items()
    manner = Manner(view, language, token)
    if not items:
        return element("section", _empty(listed.syncing, language), class_="documents empty")
    shown = [item for item in items if view.shows(item)]
    parts = [_summary(items, manner), _filters(items, manner), _table(items, shown, manner)]
    is_long = view.find or len(items) > AT_A_GLANCE
    return element("section", *parts, class_="documents long" if is_long else "documents")


def _empty(syncing: Syncing, language: Language) -> Html:
    """Return what to do first, where there is no document yet."""
    folder = element("span", str(syncing.assistant.settings.documents.resolve()), class_="file-name")
    return element(
        "div",
        element("h3", say(language, "documents_none")),
        element("p", say(language, "empty_text")),
        show_choices(language),
        element("p", say(language, "empty_folder"), " ", folder, class_="aside"),
        class_="first-document",
    )


def _summary(items: Sequence[Item], manner: Manner) -> Html:
    """Return how much is indexed, with the button that has it all done anew."""
    language = manner.language
    indexed = [item for item in items if item.passages]
    if not indexed:
        return join()
    passages = sum(item.passages for item in indexed)
    rebuild = confirmed(
        say(language, "rebuild"),
        say(language, "rebuild_question", count=len(indexed)),
        button(say(language, "rebuild_yes"), Action("rebuild"), manner.token, "yes"),
        say(language, "remove_no"),
    )
    known = say(language, "documents_known", documents=f"{len(indexed):,}", passages=f"{passages:,}")
    return element("div", element("span", known), rebuild, class_="known")


def _filters(items: Sequence[Item], manner: Manner) -> Html:
    """Return the buttons that choose a state or a kind, each with its number, where there is a choice."""
    view, language = manner.view, manner.language
    states = Counter(item.state for item in items)
    kinds = Counter(item.kind for item in items)
    chips: list[Html] = []
    if states["failed"] or view.state:
        chips += [_state_chip(state, states[state], manner) for state in LASTING]
    if len(kinds) > 1 or view.kind:
        chips += [
            _chip(name_kind(kind, language), kinds[kind], step("kind", kind), view.kind == kind)
            for kind in SUFFIXES
            if kinds[kind] or view.kind == kind
        ]
    # At the end, so that nothing moves under the pointer where it comes and goes.
    if states["waiting"] or view.state == "waiting":
        chips.append(_state_chip("waiting", states["waiting"], manner))
    folded = [_folders_or_not(view, language)] if any(item.folder for item in items) else []
    retry = []
    if view.state == "failed" and states["failed"] > 1:
        retry = [button(say(language, "retry_failed"), Action("retry_failed"), manner.token)]
    if not (chips or folded or retry):
        return join()
    return element("div", *chips, *retry, *folded, class_="filters", role="group", aria_label=say(language, "filters"))


def _state_chip(state: State, count: int, manner: Manner) -> Html:
    label = say(manner.language, f"state_{state}")
    return _chip(label, count, step("state", state), manner.view.state == state, state)


def _chip(label: str, count: int, value: str, is_on: bool, class_: str = "") -> Html:
    return element(
        "button",
        label,
        element("span", f"{count:,}", class_="figure"),
        value=value,
        class_=f"view chip {class_}".strip(),
        aria_pressed=str(is_on).lower(),
    )


def _folders_or_not(view: View, language: Language) -> Html:
    return element("button", say(language, "by_folder" if view.is_flat else "flat"), value=step("flat"), class_="view")


def _table(items: Sequence[Item], shown: Sequence[Item], manner: Manner) -> Html:
    view, language = manner.view, manner.language
    if not shown:
        key = "documents_unlike" if view.find else "documents_none_such"
        return element("p", say(language, key, words=view.find), class_="note")
    rows = rows_of(shown, view, len(items) > PAGE)
    head = element("tr", element("th", class_="tick"), *(_head(column, manner) for column in COLUMNS))
    body = [show_row(row, manner) for row in rows[: view.rows]]
    table = element("table", element("thead", head), element("tbody", *body))
    left = len(rows) - view.rows
    if left <= 0:
        return table
    told = element("span", say(language, "documents_more", count=f"{left:,}"), class_="aside")
    more = element("button", say(language, "show_more", count=min(left, PAGE)), value=step("more"), class_="view more")
    return join(table, element("p", more, told, class_="more-line"))


def _head(column: Column, manner: Manner) -> Html:
    view = manner.view
    is_sorted = column == view.sort
    order = ("descending" if view.is_descending else "ascending") if is_sorted else "none"
    label = say(manner.language, f"column_{column}")
    return element(
        "th",
        element("button", label, value=step("sort", column), class_="view sort"),
        scope="col",
        aria_sort=order,
        class_="name" if column == "name" else "",
    )
