"""A page of a document as a picture, with the cited place marked, and the way to the pages beside it."""

from __future__ import annotations

from index.datatypes import Document
from qa.pages import PageView
from qa.ui.links import DocumentLink
from qa.ui.markup import Html, element, join, picture
from qa.ui.texts import Language, say


def show_page(document: Document, view: PageView, language: Language) -> Html:
    """Return the picture of a page under its number, with links to the page before and after."""
    label = say(language, "page", page=view.number)
    bar = element(
        "nav",
        _turn(document, view.before, "page_before", language),
        element("span", label, class_="page-number"),
        _turn(document, view.after, "page_after", language),
        class_="pages",
        aria_label=label,
    )
    size = (view.picture.width, view.picture.height)
    drawn = picture(view.picture.jpeg, size, view.boxes, label, view.unsure)
    return element("figure", bar, element("div", drawn, class_="page-frame", tabindex=0), class_="page")


def _turn(document: Document, offset: int | None, key: str, language: Language) -> Html:
    if offset is None:
        return join()
    return element("a", say(language, key), href=str(DocumentLink(document.path, offset)))
