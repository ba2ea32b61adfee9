"""What the page's script asks the server for by itself, beside Gradio's own addresses."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import cast
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, Router

from index.errors import StoreError
from qa.history.export import KINDS, MEDIA_TYPES, Kind, export, file_name
from qa.ui.live import history_mark, look, questions_mark
from qa.ui.reading import answer_found, answer_original, answer_page, answer_text
from qa.ui.reasons import explain
from qa.ui.service import Service
from qa.ui.texts import language_of, say
from qa.ui.upload_route import allow, limits, receive
from qa.ui.visitor import owner_of

PLACE = "/wendang/"


def build_routes(service: Service) -> Router:
    """Return what answers at addresses that begin with `PLACE`."""

    # Not async, so that Starlette runs it in a thread: it reads the disk.
    def marks(request: Request) -> JSONResponse:
        owner = owner_of(request, service.syncing.assistant.settings)
        seen = look(service.syncing, language_of(request))
        history, questions = history_mark(service.conversations, owner), questions_mark(service.suggester)
        return JSONResponse(asdict(replace(seen, history=history, questions=questions)))

    allowance = allow(service.syncing.assistant.settings)

    async def upload(request: Request) -> JSONResponse:
        settings = service.syncing.assistant.settings
        is_asked = request.method == "GET"
        return limits(settings, allowance) if is_asked else await receive(request, settings, allowance)

    def exported(request: Request) -> Response:
        language = language_of(request)
        kind, id = cast(Kind, request.path_params["kind"]), request.path_params["id"]
        try:
            owner = owner_of(request, service.syncing.assistant.settings)
            conversation = service.conversations.load(owner, id) if kind in KINDS and owner else None
        except StoreError as error:
            return PlainTextResponse(explain(str(error), language), 503)
        if conversation is None:
            return PlainTextResponse(say(language, "history_gone"), 404)
        name = quote(file_name(conversation, kind, language), safe="")
        return Response(
            export(conversation, kind, language),
            media_type=MEDIA_TYPES[kind],
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"},
        )

    assistant = service.syncing.assistant
    places = {
        "marks": marks,
        "conversations/{id}.{kind}": exported,
        "text": answer_text(assistant),
        "found": answer_found(assistant),
        "page": answer_page(assistant),
        "original/{path:path}": answer_original(assistant),
    }
    routes = [Route(f"{PLACE}{place}", answer, methods=["GET"]) for place, answer in places.items()]
    routes.append(Route(f"{PLACE}upload", upload, methods=["GET", "POST"]))
    # What is not there or not allowed is answered here: nobody around the router would.
    return Router(routes, middleware=[Middleware(ExceptionMiddleware)])
