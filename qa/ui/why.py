"""Why a passage was found, in words."""

from __future__ import annotations

from index.datatypes import Hit
from qa.ui.markup import Html, element
from qa.ui.texts import Language, say


def explain_hit(hit: Hit, language: Language) -> Html:
    """Return it in words: in what the passage comes nearest, or how near, and the question's terms that it holds."""
    label = element("span", say(language, "why_found"), class_="label")
    return element("p", label, " · ".join(_nearness(hit, language)), *_terms(hit, language), class_="why")


def outline_hit(hit: Hit, language: Language) -> Html:
    """Return the same in one line, shorter: for a card."""
    ranks = element("span", " · ".join(_ranks(hit, language)), class_="ranks")
    return element("span", *_terms(hit, language), ranks, class_="why")


def _nearness(hit: Hit, language: Language) -> list[str]:
    return [
        say(language, f"nearest_{leg}") if rank == 1 else say(language, f"near_{leg}", rank=rank)
        for leg, rank in _legs(hit)
    ]


def _ranks(hit: Hit, language: Language) -> list[str]:
    return [say(language, f"rank_{leg}", rank=rank) for leg, rank in _legs(hit)]


def _legs(hit: Hit) -> list[tuple[str, int]]:
    """Return the rank of a hit in each leg that found it."""
    ranks = (("dense", hit.ranks.dense), ("sentence", hit.ranks.sentence), ("lexical", hit.ranks.lexical))
    return [(leg, rank) for leg, rank in ranks if rank is not None]


def _terms(hit: Hit, language: Language) -> list[Html]:
    terms = [element("span", term, class_="term") for term in hit.terms]
    return [element("span", say(language, "terms"), class_="label"), *terms] if terms else []
