"""The cards of an answer's sources, in the order of citation: title, place, what is quoted, why it was found."""

from __future__ import annotations

from qa.ui.altered import show_label
from qa.ui.links import Link, SourcesLink
from qa.ui.markup import Html, element, excerpt, join
from qa.ui.places import show_path, show_uncertain
from qa.ui.shelf import Shelf, Source
from qa.ui.standing import find_standing
from qa.ui.texts import say
from qa.ui.why import outline_hit

QUOTE_WIDTH = 180
OTHERS_LISTED = 10


def show_cards(shelf: Shelf) -> Html:
    """Return the cards of an answer, and what else was found folded away."""
    return join(_title(shelf), _listed(shelf), _others(shelf))


def show_tray(shelf: Shelf, opened: Link) -> Html:
    """Return the same as a tray of small cards over the one that is open, with the way back to all of them."""
    label = say(shelf.language, "sources_all")
    everything = element("a", label, href=str(SourcesLink(shelf.index)), class_="card all")
    cards = (_small_card(shelf, source, source.link == opened) for source in shelf.sources())
    return element("nav", everything, *cards, class_="tray", aria_label=say(shelf.language, "tab_sources"))


def _title(shelf: Shelf) -> Html:
    answer, language = shelf.answer, shelf.language
    if answer.answered and answer.citations:
        words = say(language, "sources_cited", count=len(answer.citations))
    elif answer.hits:
        words = say(language, "sources_read" if answer.is_draft else "sources_near")
    else:
        return element("p", say(language, "sources_none"), class_="note")
    return element("h3", words, class_="cards-title")


def _listed(shelf: Shelf) -> Html:
    cards = [_card(shelf, source) for source in shelf.sources()]
    return element("ol", *cards, class_="cards") if cards else join()


def _others(shelf: Shelf) -> Html:
    cards = [_card(shelf, source) for source in shelf.others(OTHERS_LISTED)]
    if not cards:
        return join()
    summary = element("summary", say(shelf.language, "other_passages", count=len(cards)))
    return element("details", summary, element("ol", *cards, class_="cards"), class_="others")


def _card(shelf: Shelf, source: Source) -> Html:
    quoted, language = source.quoted, shelf.language
    where = show_path(quoted.headings, quoted.spot, language)
    if quoted.certainty is not None:
        where = join(where, show_uncertain(quoted.certainty, language))
    quote = element("span", excerpt(quoted.quote, QUOTE_WIDTH), class_="card-quote")
    why = outline_hit(source.hit, language) if source.hit is not None else join()
    return element("li", element("a", *_head(shelf, source), where, quote, why, href=str(source.link), class_="card"))


def _small_card(shelf: Shelf, source: Source, is_open: bool) -> Html:
    current = "true" if is_open else None
    return element("a", *_head(shelf, source), href=str(source.link), class_="card", aria_current=current)


def _head(shelf: Shelf, source: Source) -> list[Html]:
    number = [element("span", source.number, class_="card-number")] if source.number else []
    standing = find_standing(shelf.assistant, source.quoted, shelf.exchange.versions)
    title = element("strong", source.quoted.title, class_="card-title")
    return [*number, title, show_label(standing, shelf.language)]
