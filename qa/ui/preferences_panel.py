"""What a reader may set: how the page looks and speaks, and how it answers. Opens from the head of the page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import gradio as gr

from qa.ui.preferences import CHOICES, Preferences
from qa.ui.texts import Language, say

# Whoever looks for their own language must be able to read its name.
OWN_NAMES = {"zh": "中文", "en": "English"}
EXPLAINED = ("passages", "confidence", "model")


def build_preferences(i18n: gr.I18n, has_model: bool) -> list[gr.Radio]:
    """Lay the panel out, and return its controls in the order of `Preferences`. script.js listens to them."""
    with gr.Column(elem_id="preferences", min_width=0):
        return [
            gr.Radio(
                [],
                label=i18n(f"set_{name}"),
                # Gradio translates it like every label, only its annotation has not heard of that.
                info=cast(str, i18n(f"about_{name}")) if name in EXPLAINED else None,
                elem_id=f"set-{name}",
                visible=has_model or name != "model",
                interactive=True,
            )
            for name in CHOICES
        ]


def show_preferences(preferences: Preferences, language: Language) -> list[Any]:
    """Return the controls with their choices in words, and what is chosen; Gradio translates no choices by itself."""
    chosen = asdict(preferences)
    return [
        gr.Radio(
            choices=[(OWN_NAMES.get(one) or say(language, f"choice_{name}_{one}"), one) for one in choices],
            value=chosen[name],
        )
        for name, choices in CHOICES.items()
    ]
