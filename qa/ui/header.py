"""The head of the page: its name, the switch between panels on a phone, and the note that the folder has changed."""

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
    stale: gr.Row
    reindex: gr.Button


def build_header(i18n: gr.I18n) -> Header:
    """Lay the head out."""
    with gr.Row(elem_id="head"):
        brand = gr.HTML(elem_id="brand", js_on_load=None)
        new_chat = gr.Button(i18n("new_chat"), size="sm", elem_id="new-chat")
    with gr.Row(elem_id="stale", visible=False) as stale:
        gr.Markdown(i18n("stale"))
        reindex = gr.Button(i18n("reindex"), size="sm", elem_id="stale-reindex")
    return Header(brand, new_chat, stale, reindex)


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
