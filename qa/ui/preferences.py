"""What a reader has set on the page. It is in a cookie, so that the server knows it with every request.

script.js writes the cookie and sees to what concerns the looks alone; only this file reads it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl

import gradio as gr
from starlette.requests import Request

from qa.wishes import Wishes

COOKIE = "wendang_preferences"
LONGEST = 500
Language = Literal["auto", "zh", "en"]
Theme = Literal["auto", "light", "dark"]
Size = Literal["small", "normal", "large", "huge"]
Passages = Literal["5", "10", "20"]
Confidence = Literal["low", "normal", "high"]
Model = Literal["on", "off"]
# From what confidence on there is an answer; "normal" is the library's own setting.
LEAST: dict[str, float | None] = {"low": 0.02, "normal": None, "high": 0.5}


@dataclass(frozen=True, slots=True)
class Preferences:
    """One value a setting, each the first of what it can be where nothing else was chosen."""

    language: Language = "auto"
    theme: Theme = "auto"
    size: Size = "normal"
    passages: Passages = "20"
    confidence: Confidence = "normal"
    model: Model = "on"

    def wishes(self) -> Wishes:
        """Return what of it is wished of answers."""
        most = None if self.passages == "20" else int(self.passages)
        return Wishes(LEAST[self.confidence], most, self.model == "on")


CHOICES: dict[str, tuple[str, ...]] = {
    "language": get_args(Language),
    "theme": get_args(Theme),
    "size": get_args(Size),
    "passages": get_args(Passages),
    "confidence": get_args(Confidence),
    "model": get_args(Model),
}


def preferences_of(request: gr.Request | Request | None) -> Preferences:
    """Return what a request's cookie says; what is unknown or out of range there counts for nothing."""
    text = str((getattr(request, "cookies", None) or {}).get(COOKIE, ""))[:LONGEST]
    given = {name: value for name, value in parse_qsl(text) if value in CHOICES.get(name, ())}
    return Preferences(**given)  # type: ignore[arg-type]
