"""The source panel: cards of what an answer rests on, and the document open at the cited sentence."""

from __future__ import annotations

import secrets

from index.datatypes import Document
from qa.assistant import Assistant
from qa.history.datatypes import Conversation, Exchange
from qa.ui.altered import find_now, show_changed, show_lost
from qa.ui.cards import show_cards, show_tray
from qa.ui.highlights import Highlights, Span
from qa.ui.links import DocumentLink, Link, SourcesLink
from qa.ui.markup import Html, element, join
from qa.ui.page import show_page
from qa.ui.places import show_uncertain
from qa.ui.reader import show_text
from qa.ui.reader_head import show_find, show_head, show_lost_head
from qa.ui.shelf import Shelf, Source
from qa.ui.standing import find_standing
from qa.ui.texts import Language, say
from qa.ui.unread import find_failure, show_reason, show_unread

NOTHING = join()


def no_sources(language: Language) -> Html:
    """Return the panel before anything was asked."""
    title = element("strong", say(language, "sources_empty"))
    return element("div", title, element("p", say(language, "sources_empty_text")), class_="sources-empty")


def list_sources(assistant: Assistant, exchange: Exchange, index: int, language: Language) -> Html:
    """Return the panel as it stands beside a new answer: its cards, and what else was found."""
    return element("section", show_cards(Shelf(assistant, exchange, index, language)), class_="sources")


def open_link(assistant: Assistant, conversation: Conversation, link: Link | None, language: Language) -> Html:
    """Return the panel with what a link asks for. What has changed or is gone is said in words."""
    if isinstance(link, DocumentLink):
        document = assistant.document(link.path)
        failure = find_failure(assistant, link.path) if document is None else None
        if failure is not None:
            unread = element(
                "article", show_unread(assistant, failure, language), class_="reader", data_opened=_opened()
            )
            return element("section", unread, class_="sources opened")
        if document is None:
            return element("section", _note(language, "gone"), class_="sources opened")
        shown = _read(assistant, document, link.offset, None, language)
        return element("section", shown, class_="sources opened")
    exchange = conversation.answered(link.answer) if link is not None else None
    if exchange is None or link is None:
        return _note(language, "forgotten")
    if isinstance(link, SourcesLink):
        return list_sources(assistant, exchange, link.answer, language)
    shelf = Shelf(assistant, exchange, link.answer, language)
    source = shelf.find(link)
    opened = _note(language, "forgotten") if source is None else _open(shelf, source)
    return element("section", show_tray(shelf, link), opened, class_="sources opened")


def _open(shelf: Shelf, source: Source) -> Html:
    """Return the document open at a quote, wherever it stands by now, or what has become of it."""
    assistant, language, quoted = shelf.assistant, shelf.language, source.quoted
    standing = find_standing(assistant, quoted, shelf.exchange.versions)
    passage = source.hit.passage if source.hit is not None else None
    if standing.document is None:
        lost = show_lost(standing, quoted, passage, language)
        if (failure := find_failure(assistant, quoted.document)) is not None:
            lost = join(lost, element("div", *show_reason(failure, language), class_="lost"))
        return element("article", show_lost_head(shelf, source), lost, class_="reader", data_opened=_opened())
    span, note = standing.span, NOTHING
    if standing.kind == "changed":
        span = find_now(assistant, standing.document, quoted)
        now = standing.document.text[span.start : span.end] if span is not None else None
        note = show_changed(standing, quoted, passage, now, language)
    if standing.kind == "renamed":
        note = element("p", say(language, "source_renamed", name=quoted.document), class_="renamed")
    return _read(assistant, standing.document, quoted.start, span, language, shelf, source, note)


def _read(
    assistant: Assistant,
    document: Document,
    at: int,
    cited: Span | None,
    language: Language,
    shelf: Shelf | None = None,
    source: Source | None = None,
    note: Html = NOTHING,
) -> Html:
    at = cited.start if cited else at
    sure = document.certainty(cited.start, cited.end) if cited else None
    note = join(note, show_uncertain(sure, language)) if sure is not None else note
    view = assistant.page_view(document, at, (cited.start, cited.end) if cited else None)
    return element(
        "article",
        show_head(assistant, document, at, language, shelf, source),
        note,
        show_find(language),
        show_page(document, view, language) if view is not None else NOTHING,
        show_text(document, at, Highlights(cited, here=at or None if source is None else None), language),
        class_="reader",
        data_document=document.path,
        data_version=version_of(document),
        data_cited=f"{cited.start}-{cited.end}" if cited else None,
        data_opened=_opened(),
    )


def version_of(document: Document) -> str:
    """Return what tells one state of a document from another."""
    return document.content_hash[:16]


def _opened() -> str:
    """Return a sign of its own for each opening, by which the script knows a new one from the same one again."""
    return secrets.token_hex(4)


def _note(language: Language, key: str) -> Html:
    return element("p", say(language, key), class_="note")
