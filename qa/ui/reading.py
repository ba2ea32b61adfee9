"""What the script asks for while somebody reads a document: more of its text, words in it, another page of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from index.datatypes import Document
from index.errors import DocumentError
from qa.assistant import Assistant
from qa.finding import find_in
from qa.originals import find_original
from qa.ui.highlights import Highlights, Span
from qa.ui.page import show_page
from qa.ui.reader import show_window, window_around, window_before, window_behind
from qa.ui.reasons import explain
from qa.ui.sources import version_of
from qa.ui.texts import language_of, say

SPAN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
Answer = Callable[[Request], Response]


def answer_original(assistant: Assistant) -> Answer:
    """Return what hands out the file of a document, to be kept, never to be shown by the browser."""

    def original(request: Request) -> Response:
        try:
            place = find_original(assistant, request.path_params["path"])
        except DocumentError as error:
            return PlainTextResponse(explain(str(error), language_of(request)), 404)
        # The name that it is known by here: the place may be that of a file that a link in the folder leads to.
        document = assistant.document(request.path_params["path"])
        name = (document.owner if document is not None else place.name).rpartition("/")[2]
        headers = {"Cache-Control": "private, no-cache"}
        return FileResponse(place, headers=headers, media_type="application/octet-stream", filename=name)

    return original


def answer_text(assistant: Assistant) -> Answer:
    """Return what gives a part of a document's text: around `at`, or from `behind` on, or what stands `before`."""

    def text(request: Request) -> Response:
        document = _document(assistant, request)
        if document is None:
            return _changed(request)
        found = find_in(document, request.query_params.get("words", "")).places
        highlights, language = Highlights(_span(request, "cited"), found), language_of(request)
        if (start := _number(request, "behind")) is not None:
            shown = show_window(document, window_behind(document.text, start), highlights, language, "before")
        elif (end := _number(request, "before")) is not None:
            shown = show_window(document, window_before(document.text, end), highlights, language, "behind")
        else:
            window = window_around(document.text, _number(request, "at") or 0)
            shown = show_window(document, window, highlights, language)
        return JSONResponse({"html": shown})

    return text


def answer_found(assistant: Assistant) -> Answer:
    """Return what tells where words stand in a document: their count, and the offset and end of each place."""

    def found(request: Request) -> Response:
        document = _document(assistant, request)
        if document is None:
            return _changed(request)
        words = find_in(document, request.query_params.get("words", ""))
        return JSONResponse({"count": words.count, "places": words.places})

    return found


def answer_page(assistant: Assistant) -> Answer:
    """Return what gives the picture of the page that holds the character `at`, with `marked` marked on it."""

    def page(request: Request) -> Response:
        document = _document(assistant, request)
        if document is None:
            return _changed(request)
        marked = _span(request, "marked")
        place = (marked.start, marked.end) if marked is not None else None
        view = assistant.page_view(document, _number(request, "at") or 0, place)
        html = show_page(document, view, language_of(request)) if view is not None else ""
        return JSONResponse({"html": html})

    return page


def _document(assistant: Assistant, request: Request) -> Document | None:
    """Return the document that is asked about, None where it is not the one any more that the page shows."""
    document = assistant.document(request.query_params.get("document", ""))
    is_same = document is not None and version_of(document) == request.query_params.get("version")
    return document if is_same else None


def _changed(request: Request) -> Response:
    return JSONResponse({"said": say(language_of(request), "reader_changed")}, 409)


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _span(request: Request, name: str) -> Span | None:
    found = SPAN.fullmatch(request.query_params.get(name, ""))
    return Span(int(found[1]), int(found[2])) if found else None
