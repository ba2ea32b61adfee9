"""The panel of conversations: those that were kept, by day, to be gone on with, renamed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import gradio as gr

from qa.history.datatypes import Summary
from qa.history.export import KINDS
from qa.ui.actions import Action, button
from qa.ui.links import ConversationLink, ExportLink
from qa.ui.markup import Html, element
from qa.ui.texts import Language, say

WEEK = 7


@dataclass(frozen=True, slots=True)
class HistoryPanel:
    """The components of the panel."""

    new_chat: gr.Button
    find: gr.Textbox
    said: gr.HTML
    listing: gr.HTML


def build_history(i18n: gr.I18n) -> HistoryPanel:
    """Lay the panel out."""
    new_chat = gr.Button(i18n("new_chat"), size="sm", elem_id="new-chat")
    find = gr.Textbox(
        placeholder=i18n("history_find"),
        label=i18n("history_find"),
        elem_id="find-conversation",
        show_label=False,
        container=False,
        lines=1,
    )
    said = gr.HTML(elem_id="history-said", js_on_load=None)
    return HistoryPanel(new_chat, find, said, gr.HTML(elem_id="history", js_on_load=None))


def list_conversations(
    found: Sequence[Summary], find: str, opened: str, language: Language, token: str, today: date | None = None
) -> Html:
    """Return the list, the latest first under their days; `opened` is the id of the one that is open."""
    if not found:
        key = "history_unlike" if find.strip() else "history_empty"
        return element("p", say(language, key, words=" ".join(find.split())[:100]), class_="note")
    today = today or date.today()
    groups: list[tuple[str, list[Html]]] = []
    for one in found:
        day = day_of(one.changed, today, language)
        if not groups or groups[-1][0] != day:
            groups.append((day, []))
        groups[-1][1].append(_row(one, opened, language, token))
    parts = [part for day, rows in groups for part in (element("h3", day), element("ul", *rows))]
    return element("nav", *parts, class_="conversations", aria_label=say(language, "history_label"))


def day_of(moment: str, today: date, language: Language) -> str:
    """Return under which heading a conversation stands: its day, this week, or its month."""
    day = datetime.fromisoformat(moment).astimezone().date()
    ago = (today - day).days
    if ago <= 0:
        return say(language, "today")
    if ago == 1:
        return say(language, "yesterday")
    if ago < WEEK:
        return say(language, "this_week")
    return say(language, "month", year=day.year, month=day.month if language == "zh" else f"{day:%m}")


def _row(one: Summary, opened: str, language: Language, token: str) -> Html:
    current = "page" if one.id == opened else None
    link = element("a", one.title, href=str(ConversationLink(one.id)), title=one.title, aria_current=current)
    rename = element(
        "button",
        say(language, "rename"),
        value=f"rename/{token}/{one.id}",
        class_="rename",
        title=say(language, "rename_hint"),
    )
    exports = (
        element("a", say(language, f"export_{kind}"), href=str(ExportLink(one.id, kind)), download=True)
        for kind in KINDS
    )
    delete = button(say(language, "delete"), Action("delete", one.id), token)
    menu = element(
        "details",
        element("summary", "⋯", aria_label=say(language, "more_about", title=one.title)),
        element("div", rename, *exports, delete, class_="menu"),
        class_="confirmed",
    )
    return element("li", link, menu)


def say_deleted(title: str, id: str, language: Language, token: str) -> Html:
    """Return what is said of a conversation that was deleted, with the way to take that back."""
    undo = button(say(language, "undo"), Action("restore", id), token)
    return element("p", say(language, "deleted", title=title), " ", undo, class_="note", role="status")
