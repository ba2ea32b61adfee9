"""Where in its document a place stands, in words."""

from __future__ import annotations

from index.datatypes import Spot
from qa.history.words import place_words
from qa.ui.markup import Html, element, join
from qa.ui.texts import Language, say


def show_path(headings: tuple[str, ...], spot: Spot, language: Language) -> Html:
    """Return the way to a place: headings, then the page, slide or sheet and row."""
    parts = [*headings, *place_words(spot, language, headings)]
    return element("span", " › ".join(parts), class_="headings") if parts else join()


def show_uncertain(certainty: float, language: Language) -> Html:
    """Return how sure character recognition is of a place."""
    return element("span", say(language, "uncertain", sure=f"{100 * certainty:.0f}"), class_="uncertain")
