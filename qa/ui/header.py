"""The head of the page: its name, the switch between panels on a phone, and a bar for what everybody should know."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from qa.ui.links import VIEW_CHAT, VIEW_SIDE
from qa.ui.markup import Html, element, join
from qa.ui.texts import Language, say


@dataclass(frozen=True, slots=True)
class Header:
    """The components of the head."""

    brand: gr.HTML
    new_chat: gr.Button
    bar: gr.HTML


def build_header(i18n: gr.I18n) -> Header:
    """Lay the head out."""
    with gr.Row(elem_id="head"):
        brand = gr.HTML(elem_id="brand", js_on_load=None)
        new_chat = gr.Button(i18n("new_chat"), size="sm", elem_id="new-chat")
    # Empty, and then out of sight, most of the time.
    bar = gr.HTML(elem_id="bar", js_on_load=None)
    return Header(brand, new_chat, bar)


def show_header(language: Language) -> Html:
    """Return the name, what it is for, and the links that a phone switches panels with."""
    name = element("strong", "问档", element("span", "WenDang"), class_="name")
    tagline = element("span", say(language, "tagline"), class_="tagline")
    views = element(
        "nav",
        element("a", say(language, "view_chat"), href=VIEW_CHAT),
        element("a", say(language, "view_side"), href=VIEW_SIDE),
        class_="views",
    )
    return join(name, tagline, views)
