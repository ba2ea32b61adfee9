"""Around Gradio's page: the security headers, our script before all others, and the marks that it looks at.

The looks do not go through Gradio's own clock (`gr.Timer`): to Gradio a call that fails is a lost connection, and it
loads the page anew, so that a network that was away for a second would cost the conversation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.ui.live import Marks
from qa.ui.texts import Language, language_of

# Gradio's page carries inline scripts and styles and compiles the templates of its components, which is what
# 'unsafe-inline' and 'unsafe-eval' are for. Nothing can be loaded from, or sent to, any other host.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-src 'none'",
        "frame-ancestors 'self'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
SCRIPT = Path(__file__).with_name("script.js")
MARKS = "/wendang/marks"


class PageShell:
    """ASGI middleware: adds `HEADERS` to every response, `script.js` to the head of the page, and answers at `MARKS`.

    Gradio's own `head=` adds scripts only after its page has chosen a language: too late to correct the choice.
    """

    def __init__(self, app: ASGIApp, look: Callable[[Language], Marks]) -> None:
        self.app = app
        self.look = look
        self.script = f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] == MARKS and scope["method"] == "GET":
            marks = await run_in_threadpool(self.look, language_of(Request(scope)))
            await JSONResponse(asdict(marks), headers=HEADERS)(scope, receive, send)
            return
        is_page = scope["path"] == "/" and scope["method"] == "GET"
        start: Message | None = None

        async def send_shelled(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
                # The length is known only with the body, so the page's start waits for it.
                start = message if is_page else None
                if start is None:
                    await send(message)
                return
            if start is not None:
                message = {**message, "body": self._with_script(message.get("body", b""))}
                if not message.get("more_body"):
                    MutableHeaders(scope=start)["Content-Length"] = str(len(message["body"]))
                await send(start)
                start = None
            await send(message)

        await self.app(scope, receive, send_shelled)

    def _with_script(self, body: bytes) -> bytes:
        return body.replace(b"<head>", b"<head>" + self.script, 1)
