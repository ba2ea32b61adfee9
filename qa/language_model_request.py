"""One request to a language model, read by a thread of its own so that whoever waits can stop."""

from __future__ import annotations

import json
import queue
import re
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from index.errors import LanguageModelError
from qa.language_model_errors import is_timeout, refuses_parameter, refuses_system, wait_before_again

MOST_BYTES = 4 * 1024 * 1024  # of one reply as it comes over the line, which holds some 200 bytes a token
LAST_WORD, TAIL, WAS_ENDED = re.compile(rb"(?:^|\n)data: ?\[DONE\]"), 64, "wendang.was_ended"
# Seconds before a request is sent again that came to nothing before any answer began, and how long a wait an endpoint
# may ask for (Retry-After); who asks for longer is not waited for.
WAITS, LONGEST_WAIT = (0.5, 1.5), 3.0
# Parameters that some endpoints do not take, with what they take instead. Each is left out, or exchanged, once.
INSTEAD = {"max_tokens": "max_completion_tokens", "max_completion_tokens": None, "temperature": None}


@dataclass(frozen=True, slots=True)
class Spent:
    """The tokens of one request, as the endpoint counts them."""

    tokens: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of an answer, with the endpoint's reason (stop, length, content_filter), "" where it gives none."""

    reason: str


Piece = str | Spent | Ended | BaseException
"""What comes: text, what was spent, the end, or what went wrong. A text may be empty: a sign of life."""


class Request:
    """One request under way; `takes_system` is whether the model takes what the system says as a message of its own.

    What turns out about that and about the parameters stands in the attributes of these names.
    """

    def __init__(
        self,
        client: Any,
        parameters: Mapping[str, Any],
        messages: Sequence[Mapping[str, str]],
        takes_system: bool = True,
    ) -> None:
        self.pieces: queue.SimpleQueue[Piece] = queue.SimpleQueue()
        self.parameters, self.takes_system = dict(parameters), takes_system
        self._client, self._messages = client, list(messages)
        self._stopped = threading.Event()
        self._lines: list[Any] = []
        self._reason = ""
        self.has_begun = False  # to be answered, which is when it costs something
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._run, name="language-model", daemon=True).start()

    def _run(self) -> None:
        _under_way.request = self
        try:
            with self._open() as stream:
                self.has_begun = True
                self._read(stream)
        except Exception as error:
            self.pieces.put(error)

    def _read(self, stream: Any) -> None:
        try:
            for chunk in stream:
                self._take(chunk)
                if self._reason:
                    break  # what an endpoint does with the line after that is its own affair
        except LanguageModelError:
            raise
        except Exception as error:
            if is_timeout(error):
                raise
            raise LanguageModelError("the model's answer broke off before its end", "broken") from None
        if not self._reason and not is_whole(stream.response):
            raise LanguageModelError("the model's answer broke off before its end", "broken")
        self.pieces.put(Ended(self._reason))

    def _open(self) -> Any:
        """Send the request; again without what the endpoint does not take, and after a short failure."""
        waits = list(WAITS)
        while True:
            try:
                messages = self._messages if self.takes_system else without_system(self._messages)
                return self._client.chat.completions.create(messages=messages, stream=True, **self.parameters)
            except Exception as error:
                if self.takes_system and refuses_system(error):
                    self.takes_system = False
                    continue
                name = refuses_parameter(error, tuple(set(INSTEAD) & set(self.parameters)))
                if name is not None:
                    value, other = self.parameters.pop(name), INSTEAD[name]
                    if other is not None:
                        self.parameters[other] = value
                    continue
                wait = wait_before_again(error, LONGEST_WAIT)
                # Whoever stops meanwhile has it end at once.
                if wait is None or not waits or self._stopped.wait(max(wait, waits.pop(0))):
                    raise

    def _take(self, chunk: Any) -> None:
        usage = getattr(chunk, "usage", None)
        if usage is not None and isinstance(usage.total_tokens, int) and usage.total_tokens > 0:
            self.pieces.put(Spent(usage.total_tokens))
        if chunk.choices and chunk.choices[0].finish_reason:
            self._reason = str(chunk.choices[0].finish_reason)
        if chunk.choices and chunk.choices[0].delta:
            # What a model thinks aloud apart from its answer shows that it lives, and is no part of the answer.
            self.pieces.put(chunk.choices[0].delta.content or "")

    def connected(self, line: Any) -> None:
        """Note the line that the request goes over; one that is stopped already goes no further."""
        with self._lock:
            self._lines.append(line)
        if self._stopped.is_set():
            self.stop()

    def stop(self) -> None:
        """End the request at its source, at whatever point it is; the thread that reads it then closes it."""
        self._stopped.set()
        with self._lock:
            lines, self._lines = self._lines, []
        for line in lines:
            # Closing what another thread waits at neither wakes that thread nor tells the other side; this does both.
            with suppress(OSError):
                line.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()


def without_system(messages: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return messages with what the system says put before what the user says first."""
    said = [one["content"] for one in messages if one["role"] == "system"]
    first, *rest = [one for one in messages if one["role"] != "system"]
    return [{**first, "content": "\n\n".join((*said, first["content"]))}, *rest]


def is_whole(response: Any) -> bool:
    """Whether a reply that was read to its end, and gave no reason for it, was ended rather than cut off."""
    framed = "content-length" in response.headers or "chunked" in response.headers.get("transfer-encoding", "")
    return framed or bool(response.extensions.get(WAS_ENDED))


def as_events(body: bytes) -> bytes:
    """Return a reply that came in one piece, though a stream was asked for, as the events of a stream.

    What is no reply stays as it is, for whoever reads it to stumble over.
    """
    try:
        record = json.loads(body)
        choice = record["choices"][0]
        content = choice["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        return body
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content if isinstance(part, dict))
    reason = choice.get("finish_reason") or "stop"
    chunk = {"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": reason}]}
    return b"data: " + json.dumps(chunk | {"usage": record.get("usage")}).encode() + b"\n\ndata: [DONE]\n\n"


_under_way = threading.local()  # the request that a thread is reading


def watch(request: Any) -> None:
    """Have the lines of a thread's request noted, so that it can be stopped before anything has come over them."""
    own: Request | None = getattr(_under_way, "request", None)
    if own is None:
        return
    if own.is_stopped:
        raise ConnectionAbortedError("stopped")  # the client would try again

    def note(event: str, told: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            own.connected(told["return_value"])

    request.extensions["trace"] = note


def limit(response: Any) -> None:
    """Have a reply end with an error once it is longer than any answer, and note whether its last word was the end.

    A line that is cut reads like one that was closed; only what the protocol ends with tells them apart.
    """
    import httpx2  # what openai speaks through

    if response.headers.get("content-encoding", "identity") not in ("", "identity"):
        # It was not asked for, and what it unpacks to knows no bound.
        raise LanguageModelError("the endpoint sent packed data, which is not read", "status")
    if response.status_code == 200 and response.headers.get("content-type", "").startswith("text/html"):
        raise LanguageModelError("the endpoint sent a web page: WENDANG_LLM_BASE_URL mostly ends in /v1", "status")

    class Limited(httpx2.SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            read, tail = 0, b""
            for part in self._stream:
                read += len(part)
                tail = (tail + part)[-TAIL:]
                if LAST_WORD.search(tail):
                    response.extensions[WAS_ENDED] = True
                if read > MOST_BYTES:
                    megabytes = MOST_BYTES // 1024**2
                    raise LanguageModelError(f"the endpoint sent over {megabytes} MiB and was cut off", "too_much")
                yield part

        def close(self) -> None:
            self._stream.close()

    class Whole(httpx2.SyncByteStream):
        def __init__(self, events: bytes) -> None:
            self._events = events

        def __iter__(self) -> Iterator[bytes]:
            yield self._events

    response.stream = Limited(response.stream)
    if response.status_code == 200 and response.headers.get("content-type", "").startswith("application/json"):
        body = b"".join(response.stream)
        response.stream.close()
        response.stream = Whole(as_events(body))
