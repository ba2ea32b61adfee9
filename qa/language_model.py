"""A language model behind an endpoint that speaks OpenAI's chat API: what it writes, as it writes it, within limits."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.errors import LanguageModelError

_log = logging.getLogger(__name__)
CONNECT_SECONDS = 10.0
RETRIES = 2  # of a request that has not begun to be answered: after 429, 5xx and broken connections
MOST_CHARACTERS = 20_000  # of one answer; what writes on has lost itself
MOST_BYTES = 4 * 1024 * 1024  # of one reply as it comes over the line, which holds some 200 bytes a token
LOOK_EVERY = 0.1  # seconds between looks at the clock and at whether it was stopped
THOUGHT_START, THOUGHT_END = "<think>", "</think>"  # what reasoning models put around what is not yet the answer


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a language model is and how long it may take.

    `first_word` seconds may pass until something comes, `total` until the answer is whole. `context` is how many
    tokens the model reads and writes at most, `most_tokens` how many of them may be the answer.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    first_word: float = 30.0
    total: float = 180.0
    context: int = 8_192
    most_tokens: int = 1_024


class LanguageModel:
    """A model that answers messages; safe to use from several threads at once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client: Any = None
        self._lock = threading.Lock()

    def stream(self, messages: Sequence[Mapping[str, str]], most_tokens: int | None = None) -> Generator[str]:
        """Yield an answer piece by piece, without what a model thinks aloud before it.

        Closing the iterator ends the request. Raises `LanguageModelError` where the endpoint cannot be reached,
        refuses, is too slow, breaks off or says nothing.
        """
        # A thread reads, so that one who waits can stop, and so that a server which only keeps the line open ends too.
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        request = _Request(self, messages, most_tokens or self.endpoint.most_tokens, pieces)
        threading.Thread(target=request.run, name="language-model", daemon=True).start()
        began, said = time.monotonic(), 0
        try:
            for piece in _spoken(self._received(pieces, began)):
                said += len(piece)
                if said > MOST_CHARACTERS:
                    raise LanguageModelError(f"the model wrote over {MOST_CHARACTERS:,} characters and was stopped")
                yield piece
        finally:
            request.stop()
        if not said:
            raise LanguageModelError("the model answered nothing. Try again, or choose another WENDANG_LLM_MODEL")

    def complete(self, messages: Sequence[Mapping[str, str]], most_tokens: int) -> str:
        """Return a whole answer; see `stream`."""
        return "".join(self.stream(messages, most_tokens))

    def close(self) -> None:
        """Close the connections; the next request opens others."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _received(self, pieces: queue.SimpleQueue[str | BaseException | None], began: float) -> Iterator[str]:
        limits, heard = self.endpoint, False
        while True:
            spent = time.monotonic() - began
            if spent > limits.total:
                raise LanguageModelError(f"the model was not done after {limits.total:g} seconds")
            if not heard and spent > limits.first_word:
                raise LanguageModelError(f"the model said nothing for {limits.first_word:g} seconds")
            try:
                piece = pieces.get(timeout=LOOK_EVERY)
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise self._explained(piece) from None  # the cause may hold the key
            heard = True
            yield piece

    def client(self) -> Any:
        """Return the client, made when it is first needed: importing it takes a second."""
        with self._lock:
            if self._client is None:
                import openai

                limits = self.endpoint
                timeout = openai.Timeout(limits.total, connect=CONNECT_SECONDS, read=limits.first_word)
                self._client = openai.OpenAI(
                    base_url=limits.base_url,
                    api_key=limits.api_key or "none",
                    timeout=timeout,
                    max_retries=RETRIES,
                    http_client=openai.DefaultHttpxClient(event_hooks={"response": [_limit]}),
                )
            return self._client

    def _explained(self, error: BaseException) -> LanguageModelError:
        """Return what went wrong in words that say what to do, without the key."""
        if isinstance(error, LanguageModelError):
            return error
        import openai

        endpoint = self.endpoint
        if isinstance(error, openai.APITimeoutError):
            told = f"the model's endpoint {endpoint.base_url} did not answer in time"
        elif isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            told = f"the endpoint {endpoint.base_url} refused the key. Check WENDANG_LLM_API_KEY"
        elif isinstance(error, openai.NotFoundError):
            named = f"{endpoint.base_url} knows no model {endpoint.model}"
            told = f"{named}. Check WENDANG_LLM_BASE_URL and WENDANG_LLM_MODEL"
        elif isinstance(error, openai.RateLimitError):
            told = f"the endpoint {endpoint.base_url} is over its limit (429). Try again later"
        elif isinstance(error, openai.APIStatusError):
            told = f"the endpoint {endpoint.base_url} answered {error.status_code}"
        elif isinstance(error, openai.APIConnectionError):
            told = f"the endpoint {endpoint.base_url} cannot be reached. Check WENDANG_LLM_BASE_URL, and that it runs"
        else:
            told = f"the model's answer broke off ({type(error).__name__})"
        _log.warning("%s", told)
        return LanguageModelError(told)


class _Request:
    """One request under way in a thread of its own."""

    def __init__(
        self,
        model: LanguageModel,
        messages: Sequence[Mapping[str, str]],
        most_tokens: int,
        pieces: queue.SimpleQueue[str | BaseException | None],
    ) -> None:
        self._model, self._messages, self._most_tokens, self._pieces = model, messages, most_tokens, pieces
        self._stopped = threading.Event()
        self._stream: Any = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Put what comes into the queue, and at the end None or what went wrong."""
        try:
            stream = self._model.client().chat.completions.create(
                model=self._model.endpoint.model,
                messages=list(self._messages),
                max_tokens=self._most_tokens,
                temperature=0.0,
                stream=True,
            )
            with self._lock:
                self._stream = stream
            if self._stopped.is_set():
                stream.close()
                return
            for chunk in stream:
                if self._stopped.is_set():
                    return
                text = chunk.choices[0].delta.content if chunk.choices and chunk.choices[0].delta else None
                if text:
                    self._pieces.put(text)
            self._pieces.put(None)
        except Exception as error:
            self._pieces.put(error)
        finally:
            self.stop()

    def stop(self) -> None:
        """End the request at its source; whoever is at it gets no more."""
        self._stopped.set()
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except Exception:  # the line may be closed while it is read
                _log.debug("closing a stream", exc_info=True)


def _limit(response: Any) -> None:
    """Have a reply end with an error once it is longer than any answer."""
    import httpx2  # what openai speaks through

    class Limited(httpx2.SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            read = 0
            for part in self._stream:
                read += len(part)
                if read > MOST_BYTES:
                    raise LanguageModelError(f"the endpoint sent over {MOST_BYTES // 1024**2} MiB and was cut off")
                yield part

        def close(self) -> None:
            self._stream.close()

    response.stream = Limited(response.stream)


def _spoken(pieces: Iterator[str]) -> Iterator[str]:
    """Leave out what stands between the marks of thinking aloud at the start of an answer, and white space there."""
    held, is_answer = "", False
    for piece in pieces:
        if is_answer:
            yield piece
            continue
        held = (held + piece).lstrip()
        if held.startswith(THOUGHT_START):
            if THOUGHT_END not in held:
                continue
            held = held.partition(THOUGHT_END)[2].lstrip()
        if held and not THOUGHT_START.startswith(held):
            is_answer = True
            yield held
    if not is_answer and held and not held.startswith(THOUGHT_START):
        yield held
