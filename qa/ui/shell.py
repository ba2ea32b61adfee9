"""Around Gradio's page: the security headers, and our script before all others."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    """ASGI middleware: adds `HEADERS` to every response and `script.js` to the head of the page.

    Gradio's own `head=` adds scripts only after its page has chosen a language: too late to correct the choice.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
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
