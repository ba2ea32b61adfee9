"""What is asked for in the documents panel: uploads, deeds, another view of the list, ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from qa.syncing import Syncing
from qa.ui.actions import parse_action
from qa.ui.deeds import carry_out
from qa.ui.desk import Desk
from qa.ui.documents import list_documents
from qa.ui.handling import AT_ONCE, Updates
from qa.ui.items import ItemList
from qa.ui.live import look
from qa.ui.markup import Html, element, join
from qa.ui.scope import pick_scope
from qa.ui.service import Service
from qa.ui.texts import Language, language_of, say
from qa.ui.ticks import MOST_PICKED, parse_tick, picked_after, show_picked
from qa.ui.upload_route import MOST_FILES
from qa.ui.uploaded import parse_uploads, tell_uploads
from qa.ui.view import View, take_step


def wire_documents(desk: Desk, service: Service) -> None:
    """Ask for syncs: after uploads, and as buttons say. What comes of them shows by itself."""
    syncing = service.syncing

    def begin(request: gr.Request) -> Updates:
        syncing.request()
        return "", gr.Tabs(selected="documents"), *tell(syncing, language_of(request))

    def take_in(text: str, request: gr.Request) -> Updates:
        language = language_of(request)
        uploads = parse_uploads(text)
        if uploads.saved:
            syncing.request()
        said = tell_uploads(uploads, syncing.assistant.settings.max_upload_mb, MOST_FILES, language)
        return said, *tell(syncing, language)

    def act(text: str, token: str, picked: Sequence[str] | None, request: gr.Request) -> Updates:
        language = language_of(request)
        said = carry_out(syncing, parse_action(text, token), language, token, picked or ())
        return said, gr.Tabs(selected="documents"), *tell(syncing, language)

    panel, hidden = desk.documents, desk.hidden
    panel.follow.click(begin, None, [panel.said, desk.tabs, *hidden.marks], **AT_ONCE)
    hidden.uploaded.change(take_in, [hidden.uploaded], [panel.said, *hidden.marks], trigger_mode="multiple", **AT_ONCE)
    inputs, outputs = [hidden.action, hidden.token, desk.chat.scope.picked], [panel.said, desk.tabs, *hidden.marks]
    hidden.action.change(act, inputs, outputs, trigger_mode="multiple", **AT_ONCE)
    _wire_view(desk, syncing)
    _wire_ticks(desk, syncing)


def _wire_view(desk: Desk, syncing: Syncing) -> None:
    """Show the list anew when it is looked at in another way, or its mark is another one."""
    listed = ItemList(syncing)

    def change(text: str, view: View) -> Updates:
        return take_step(view, text), text

    def listing(view: View, find: str | None, token: str, request: gr.Request) -> Html:
        return list_documents(listed, view.finding(find or ""), language_of(request), token)

    panel, hidden = desk.documents, desk.hidden
    stepped = [panel.view, hidden.viewed]
    hidden.view.change(change, [hidden.view, panel.view], stepped, trigger_mode="multiple", **AT_ONCE)
    # One event for all, so that what is shown last is what was asked for last. Not `find.input`: Gradio takes that from
    # key presses, of which an input method makes none.
    asked = [hidden.listing.change, panel.find.change, hidden.viewed.change]
    inputs: list[Any] = [panel.view, panel.find, hidden.token]
    gr.on(asked, listing, inputs, [panel.listing], trigger_mode="always_last", **AT_ONCE)


def _wire_ticks(desk: Desk, syncing: Syncing) -> None:
    """Keep the ticks in the list and the control at the question box the same."""

    def tick(text: str, picked: Sequence[str] | None, token: str, request: gr.Request) -> Updates:
        language, before, generation = language_of(request), tuple(picked or ()), syncing.assistant.generation
        said, count = parse_tick(text)
        after = picked_after(before, said, generation.records) if said else before
        note = join()
        if len(after) > max(MOST_PICKED, len(before)):
            told = say(language, "picked_too_many", count=len(after), most=MOST_PICKED)
            note, after = element("p", told, class_="note", role="alert"), before
        bar = join(note, show_picked(syncing, after, count, language, token))
        if after == before:
            return gr.skip(), "", bar
        return pick_scope(generation, after, language), "", bar

    def show(text: str, picked: Sequence[str] | None, token: str, request: gr.Request) -> Html:
        return show_picked(syncing, picked or (), parse_tick(text)[1], language_of(request), token)

    panel, hidden, control = desk.documents, desk.hidden, desk.chat.scope
    inputs: list[Any] = [hidden.tick, control.picked, hidden.token]
    outputs = [control.picked, control.said, panel.picked]
    hidden.tick.change(tick, inputs, outputs, trigger_mode="multiple", **AT_ONCE)
    # Picked there, or taken out because it is gone.
    control.picked.change(show, inputs, [panel.picked], trigger_mode="always_last", **AT_ONCE)


def tell(syncing: Syncing, language: Language) -> Updates:
    """Return the marks of what a page should show now, so that it need not wait until it looks again."""
    marks = look(syncing, language)
    return marks.status, marks.listing, marks.library
