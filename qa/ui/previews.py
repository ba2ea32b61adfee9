"""What a mark shows before it is clicked: its source in short, kept unseen in the message for script.js to lift."""

from __future__ import annotations

from qa.datatypes import Answer, Citation
from qa.history.report import reference_of
from qa.ui.markup import Html, element, excerpt, join
from qa.ui.texts import Language

QUOTE_WIDTH = 320


def show_previews(answer: Answer, language: Language) -> Html:
    """Return one preview a citation, under the citation's number."""
    if not answer.citations:
        return join()
    return element("ul", *(_preview(one, language) for one in answer.citations), class_="previews")


def _preview(citation: Citation, language: Language) -> Html:
    number = element("span", f"[{citation.number}]", class_="card-number")
    title = element("strong", citation.title or citation.document, class_="card-title")
    place = reference_of(citation, citation.number, language).place
    where = element("span", place, class_="headings") if place else join()
    quote = element("span", excerpt(citation.quote, QUOTE_WIDTH), class_="card-quote")
    return element("li", number, title, where, quote, value=citation.number)
