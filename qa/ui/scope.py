"""Where to ask, on the page: the control at the box for the question, and what an answer says of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from index.generations import Generation
from qa.datatypes import Answer
from qa.scope import Places, places_of
from qa.ui.markup import INVISIBLE, Html, element
from qa.ui.texts import Language, say

NAMED = 5
# Gradio goes through all that is offered at every change: with 10,000 documents the page stood still for seconds.
MOST_OFFERED = 300


@dataclass(frozen=True, slots=True)
class ScopeControl:
    """The components: what is picked, and what is said about it."""

    picked: gr.Dropdown
    said: gr.HTML


def build_scope(i18n: gr.I18n) -> ScopeControl:
    """Lay the control out. The choices come with the library's mark."""
    picked = gr.Dropdown(
        choices=[],
        value=[],
        multiselect=True,
        filterable=True,
        label=i18n("scope_label"),
        container=False,
        elem_id="scope",
        interactive=True,
    )
    return ScopeControl(picked, gr.HTML(elem_id="scope-said", js_on_load=None))


def offer_scopes(generation: Generation, picked: Sequence[str], language: Language) -> tuple[Any, Any]:
    """Return the control with the choices of a generation, and what is to be said of what was picked and is gone."""
    known = {*_patterns(places_of(generation.records), generation.records)}
    kept = [value for value in picked if value in known]
    # Of a large library it says also where to find what is not offered.
    label = say(language, "scope_label_large" if len(known) > MOST_OFFERED else "scope_label")
    choices = scope_choices(generation.records, language, kept)
    if len(kept) == len(picked):
        # Without a value, so that what is being picked just now stays picked. What was said before stays, too: for one
        # change Gradio may call more than once, and then nothing is left to be gone.
        return gr.Dropdown(choices=choices, label=label), gr.skip()
    gone = [value for value in picked if value not in known]
    told = say(language, "scope_gone", names=say(language, "sync_comma").join(gone))
    return gr.Dropdown(choices=choices, label=label, value=kept, multiselect=True), element("p", told, role="status")


def pick_scope(generation: Generation, picked: Sequence[str], language: Language) -> Any:
    """Return the control with what is picked elsewhere on the page.

    Gradio takes no value that is not among the choices, so that they come along: of a newer generation, and those that
    are not offered by themselves.
    """
    choices = scope_choices(generation.records, language, picked)
    return gr.Dropdown(choices=choices, value=list(picked), multiselect=True)


def scope_choices(paths: Collection[str], language: Language, picked: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return what can be picked, each as it is shown and as a pattern: folders, then documents.

    Where they are more than `MOST_OFFERED`, these are the first ones, and what is picked already.
    """
    places = places_of(paths)
    patterns = _patterns(places, paths)
    offered = dict.fromkeys(patterns[:MOST_OFFERED])
    offered |= dict.fromkeys(pattern for pattern in picked if pattern.rstrip("/") in places)
    return [(_shown(pattern, places, language), pattern) for pattern in offered]


def _patterns(places: Places, paths: Collection[str]) -> list[str]:
    return [*(f"{place}/" for place in sorted(places) if place not in paths), *sorted(paths)]


def _shown(pattern: str, places: Places, language: Language) -> str:
    if not pattern.endswith("/"):
        return _visible(pattern)
    return say(language, "scope_folder", path=_visible(pattern), count=len(places[pattern[:-1]]))


def told_scope(answer: Answer, language: Language) -> Html:
    """Return the line under an answer that says where it was asked."""
    names = say(language, "sync_comma").join(answer.scope[:NAMED])
    if len(answer.scope) > NAMED:
        names = say(language, "scope_more", names=names, count=len(answer.scope))
    return element("p", say(language, "scope_told", names=names), class_="aside scope")


def _visible(path: str) -> str:
    return INVISIBLE.sub("\ufffd", path)
