"""The head of the page: its name, the switch between panels on a phone, and a bar for what everybody should know."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from qa.ui.links import VIEW_CHAT, VIEW_HISTORY, VIEW_SIDE
from qa.ui.markup import Html, element, join
from qa.ui.texts import Language, say


@dataclass(frozen=True, slots=True)
class Header:
    """The components of the head."""

    brand: gr.HTML
    bar: gr.HTML


def build_header() -> Header:
    """Lay the head out."""
    with gr.Row(elem_id="head"):
        brand = gr.HTML(elem_id="brand", js_on_load=None)
    # Empty, and then out of sight, most of the time.
    bar = gr.HTML(elem_id="bar", js_on_load=None)
    return Header(brand, bar)


def show_header(language: Language) -> Html:
    """Return the name, what it is for, and the links that a phone switches panels with."""
    name = element("strong", "问档", element("span", "WenDang"), class_="name")
    tagline = element("span", say(language, "tagline"), class_="tagline")
    views = element(
        "nav",
        element("a", say(language, "view_history"), href=VIEW_HISTORY),
        element("a", say(language, "view_chat"), href=VIEW_CHAT),
        element("a", say(language, "view_side"), href=VIEW_SIDE),
        class_="views",
    )
    label = say(language, "history_label")
    toggle = element("button", "☰", class_="toggle-history", title=label, aria_label=label)
    settings = say(language, "preferences")
    preferences = element(
        "button", "⚙", class_="open-preferences", title=settings, aria_label=settings, aria_expanded="false"
    )
    # script.js says it when the server is gone, which can say nothing any more.
    lost = element("data", value=say(language, "lost_text"), title=say(language, "lost"), class_="lost", hidden=True)
    return join(toggle, name, tagline, views, preferences, lost)
