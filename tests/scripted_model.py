"""A server on loopback that speaks OpenAI's chat API as a script says: exact answers, and every way to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = tuple[str, Any]
"""("say", text), ("wait", seconds), ("status", code), ("raw", bytes), ("break", None): what the server does next."""


@dataclass
class Scripted:
    """The running server: where it is, what it was asked, and what it does next for each request in turn."""

    url: str
    scripts: list[Sequence[Step]]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)  # a client went away in the middle


@contextmanager
def scripted_model(*scripts: Sequence[Step]) -> Iterator[Scripted]:
    """Serve on a free port; the last script is used for all further requests."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            server.asked.append(json.loads(self.rfile.read(length)))
            server.keys.append(self.headers.get("Authorization", ""))
            script = server.scripts.pop(0) if len(server.scripts) > 1 else server.scripts[0]
            try:
                self._follow(list(script))
            except OSError:
                server.left.set()
            self.close_connection = True

        def _follow(self, script: list[Step]) -> None:
            if script and script[0][0] == "status":
                body = json.dumps({"error": {"message": f"said with {self.headers.get('Authorization')}"}}).encode()
                self.send_response(script[0][1])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for what, value in script:
                if what == "say":
                    chunk = {
                        "id": "1",
                        "object": "chat.completion.chunk",
                        "created": 1,
                        "model": "scripted",
                        "choices": [
                            {"index": 0, "delta": {"role": "assistant", "content": value}, "finish_reason": None}
                        ],
                    }
                    self._send(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                elif what == "raw":
                    self._send(value)
                elif what == "wait":
                    ended.wait(value)
                else:
                    return
            self._send(b"data: [DONE]\n\n")

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
