"""Around Gradio's page: the security headers, the cookie that a browser is known by, our script before all others.

What the script looks at does not go through Gradio's own clock (`gr.Timer`): to Gradio a call that fails is a lost
connection, and it loads the page anew, so that a network that was away for a second would cost what is being typed.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.ui.routes import PLACE
from qa.ui.visitor import COOKIE, new_cookie

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


class PageShell:
    """ASGI middleware: adds `HEADERS` to every response, `script.js` to the head of the page, and has its own `routes`.

    A browser that has no cookie yet gets one with the page.

    Gradio's own `head=` adds scripts only after its page has chosen a language: too late to correct the choice.
    """

    def __init__(self, app: ASGIApp, routes: ASGIApp) -> None:
        self.app = app
        self.routes = routes
        self.script = f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_page = scope["path"] == "/" and scope["method"] == "GET"
        start: Message | None = None

        async def send_shelled(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if is_page and COOKIE not in Request(scope).cookies:
                    headers.append("Set-Cookie", new_cookie(scope.get("scheme") == "https"))
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

        app = self.routes if scope["path"].startswith(PLACE) else self.app
        await app(scope, receive, send_shelled)

    def _with_script(self, body: bytes) -> bytes:
        return body.replace(b"<head>", b"<head>" + self.script, 1)
