"""A server on loopback that speaks OpenAI's chat API as a script says: exact answers, and every way to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = tuple[str, Any]
"""What the server does next: ("say", text), ("wait", seconds), ("raw", bytes), ("finish", reason), ("break", None),
("status", code), ("refuse", (code, message)), ("echo", "key" or "prompt"), ("watch", None): say nothing until the
client is gone; as the first step, not even that it will answer; ("head", (code, headers, body)): a reply of its own."""


@dataclass
class Scripted:
    """The running server: where it is, what it was asked, and what it does next for each request in turn."""

    url: str
    scripts: list[Sequence[Step]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)  # a client went away in the middle


@contextmanager
def scripted_model(*scripts: Sequence[Step]) -> Iterator[Scripted]:
    """Serve on a free port; the last script is used for all further requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            server.asked.append(json.loads(self.rfile.read(length)))
            server.headers.append(dict(self.headers))
            server.keys.append(self.headers.get("Authorization", ""))
            script = server.scripts.pop(0) if len(server.scripts) > 1 else server.scripts[0]
            try:
                self._follow(list(script))
            except OSError:
                server.left.set()
            self.close_connection = True

        def _follow(self, script: list[Step]) -> None:
            if script and script[0][0] in ("status", "refuse"):
                what, value = script[0]
                code, said = (value, f"said with {self.headers.get('Authorization')}") if what == "status" else value
                body = json.dumps({"error": {"message": said}}).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(body)
                return
            if script and script[0][0] == "head":
                code, headers, body = script[0][1]
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            if script and script[0][0] == "watch":
                self._watch()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for what, value in script:
                if what == "say":
                    self._send_chunk({"role": "assistant", "content": value})
                elif what == "finish":
                    self._send_chunk({}, value)
                elif what == "echo":
                    prompt = "\n".join(message["content"] for message in server.asked[-1]["messages"])
                    key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    self._send_chunk({"content": {"key": key, "prompt": prompt}[value]})
                elif what == "raw":
                    self._send(value)
                elif what == "wait":
                    ended.wait(value)
                elif what == "watch":
                    self._watch()
                else:
                    return
            self._send(b"data: [DONE]\n\n")

        def _watch(self) -> None:
            self.connection.settimeout(0.05)
            while not ended.is_set():
                with suppress(TimeoutError):
                    if not self.connection.recv(1):
                        break
            server.left.set()

        def _send_chunk(self, delta: dict[str, Any], reason: str | None = None) -> None:
            chunk = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "scripted",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
            }
            self._send(b"data: " + json.dumps(chunk).encode() + b"\n\n")

        def _send(self, data: bytes) -> None:
            self.wfile.write(data)
            self.wfile.flush()

        def log_message(self, *_: Any) -> None:
            pass

    ended = threading.Event()
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Scripted(f"http://127.0.0.1:{http.server_address[1]}/v1", list(scripts) or [[]])
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        http.shutdown()
        http.server_close()
