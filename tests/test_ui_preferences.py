"""What a reader has set: read from a cookie, of which nothing is believed that cannot be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from qa.ui.preferences import CHOICES, COOKIE, Preferences, preferences_of
from qa.ui.preferences_panel import show_preferences
from qa.ui.texts import TEXTS, language_of
from qa.wishes import Wishes


def request(cookie: str, accepted: str = "zh-CN") -> Any:
    return SimpleNamespace(cookies={COOKIE: cookie}, headers={"accept-language": accepted})


def test_a_cookie_says_what_was_set() -> None:
    cookie = "language=en&theme=dark&size=large&passages=5&confidence=high&model=off"
    assert preferences_of(request(cookie)) == Preferences("en", "dark", "large", "5", "high", "off")


@pytest.mark.parametrize(
    "cookie", ["", "language=fr", "theme", "x=y", "%zz&&==", "passages=999", "size=" + "9" * 9_999]
)
def test_what_cannot_be_counts_for_nothing(cookie: str) -> None:
    assert preferences_of(request(cookie)) == Preferences()


def test_without_a_request_nothing_is_set() -> None:
    assert preferences_of(None) == Preferences()
    assert preferences_of(SimpleNamespace(headers={})) == Preferences()  # type: ignore[arg-type]


def test_a_chosen_language_goes_before_the_browsers() -> None:
    assert language_of(request("language=en")) == "en"
    assert language_of(request("language=zh", "en-US")) == "zh"
    assert language_of(request("language=auto", "en-US")) == "en"


def test_wishes_follow_from_what_was_set() -> None:
    assert Preferences().wishes() == Wishes()
    strict = Preferences(passages="5", confidence="high", model="off").wishes()
    assert strict.passages == 5 and not strict.with_model
    lenient = Preferences(confidence="low").wishes().least_confidence
    assert strict.least_confidence is not None and lenient is not None and lenient < 0.15 < strict.least_confidence


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_choice_has_words(language: Any) -> None:
    shown = show_preferences(Preferences(theme="dark"), language)
    assert all(isinstance(one, gr.Radio) for one in shown)
    assert [one.value for one in shown] == ["auto", "dark", "normal", "20", "normal", "on"]
    side = 0 if language == "zh" else 1
    for control, (name, choices) in zip(shown, CHOICES.items(), strict=True):
        own = {"zh": "中文", "en": "English"}
        words = [own.get(one) or TEXTS[f"choice_{name}_{one}"][side] for one in choices]
        assert control.choices == list(zip(words, choices, strict=True))
