"""A page of a document as a picture, with the cited place marked, and the way to the pages beside it."""

from __future__ import annotations

from index.datatypes import Document
from qa.pages import PageView
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join, picture
from qa.ui.texts import Language, say


def show_page(document: Document, view: PageView, language: Language) -> Html:
    """Return the picture of a page, or that it has none, under its number with links to the pages beside it."""
    label = say(language, "page", page=view.number)
    bar = element(
        "nav",
        _turn(document, view.before, "page_before", language),
        element("span", label, class_="page-number"),
        _turn(document, view.after, "page_after", language),
        class_="pages",
        aria_label=label,
    )
    frame = element(
        "div", _draw(document, view, language), class_="page-frame", tabindex=0, role="region", aria_label=label
    )
    return element("figure", bar, frame, class_="page")


def _draw(document: Document, view: PageView, language: Language) -> Html:
    if view.picture is None:
        return element("p", say(language, "page_undrawn"), class_="undrawn")
    size = (view.picture.width, view.picture.height)
    return picture(view.picture.jpeg, size, view.boxes, _describe(document, view, language), view.unsure)


def _describe(document: Document, view: PageView, language: Language) -> str:
    """Return what a picture shows, for those who do not see it; its words stand in the text below it."""
    words = [say(language, "page_picture", title=document.title, page=view.number)]
    words += [say(language, "page_marked")] if view.boxes else []
    words += [say(language, "page_unsure")] if view.unsure else []
    return say(language, "sync_joint").join(words)


def _turn(document: Document, offset: int | None, key: str, language: Language) -> Html:
    if offset is None:
        return join()
    return element(
        "a", say(language, key), href=str(DocumentLink(document.path, offset)), class_=f"turn {key}", data_at=offset
    )
