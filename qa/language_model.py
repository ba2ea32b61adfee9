"""A language model behind an endpoint that speaks OpenAI's chat API: what it writes, as it writes it, within limits."""

from __future__ import annotations

import queue
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from index.errors import LanguageModelError
from qa.language_model_errors import explained
from qa.language_model_request import Ended, Request, Spent, limit, watch
from qa.settings import Settings
from qa.tokens import A_MESSAGE, Allowance, estimate_tokens

CONNECT_SECONDS = 10.0
SLACK = 5.0  # seconds by which the line may be silent for longer, so that it is our clock that ends a wait
MOST_CHARACTERS = 20_000  # of one answer; what writes on has lost itself
LOOK_EVERY = 0.1  # seconds between looks at the clock and at whether it was stopped
# What reasoning models put around what is not yet the answer; of some, the answer holds the end alone.
THOUGHTS = tuple((f"<{name}>", f"</{name}>") for name in ("think", "thinking", "thought", "reasoning"))
SHORTEST_KEY = 6  # characters; what is shorter may stand in an answer by chance
STOPPED = "stopped"  # why an answer ended that somebody did not want any more
MARKS = re.compile(r"\[[0-9]{1,3}\]|未找到依据|not found in the documents")
SPENDING = "llm-tokens.json"
Messages = Sequence[Mapping[str, str]]


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


@dataclass(slots=True)
class _Told:
    """What an endpoint tells beside the answer: the tokens, 0 where it does not count them, and why it ended."""

    tokens: int = 0
    reason: str = ""


class LanguageModel:
    """A model that answers messages; safe to use from several threads at once."""

    def __init__(self, endpoint: Endpoint, allowance: Allowance | None = None) -> None:
        self.endpoint = endpoint
        self._allowance = allowance
        self._client: Any = None
        self._lock = threading.Lock()
        self._parameters: dict[str, Any] = {
            "model": endpoint.model,
            "max_tokens": endpoint.most_tokens,
            "temperature": 0.0,
        }
        self._takes_system = True

    def stream(
        self, messages: Messages, most_tokens: int | None = None, stopped: Callable[[], bool] = lambda: False
    ) -> Generator[str, None, bool]:
        """Yield an answer piece by piece, without what a model thinks aloud before it; return whether it is whole.

        One that is not was cut at the limit of its tokens, or stopped: `stopped` is asked ten times a second, and
        closing the iterator ends the request, too. Raises `LanguageModelError` where the endpoint cannot be reached,
        refuses, is too slow, breaks off, says nothing or gives the key away.
        """
        most = min(most_tokens or self.endpoint.most_tokens, self.endpoint.most_tokens)
        prompt = sum(estimate_tokens(message["content"]) + A_MESSAGE for message in messages)
        try:
            client = self.client()
        except Exception as error:
            # Such as a proxy in the environment that needs a package which is not there.
            raise LanguageModelError(
                f"the language model cannot be asked ({type(error).__name__}). Check HTTPS_PROXY and ALL_PROXY",
                "unreachable",
            ) from None
        request = Request(client, _limited(self._parameters, most), messages, self._takes_system)
        said, told = "", _Told()
        reserved = self._allowance.reserve(prompt + most) if self._allowance else None
        request.start()
        try:
            for piece in _spoken(self._received(request, told, stopped)):
                said += piece
                self._look_at(said)
                yield piece
        finally:
            request.stop()
            self._remember(request)
            if self._allowance and reserved:
                # What an endpoint counts is believed within reason.
                used = min(told.tokens or prompt + estimate_tokens(said), 2 * (prompt + most))
                self._allowance.settle(reserved, used if request.has_begun else 0)
        if not said.strip() and told.reason == "length":
            raise LanguageModelError(
                "the model used up its tokens before it said anything. Raise WENDANG_LLM_MAX_TOKENS", "nothing"
            )
        if not said.strip() and told.reason != STOPPED:
            raise LanguageModelError(
                "the model answered nothing. Try again, or choose another WENDANG_LLM_MODEL", "nothing"
            )
        return told.reason not in ("length", STOPPED)

    def complete(self, messages: Messages, most_tokens: int, stopped: Callable[[], bool] = lambda: False) -> str:
        """Return an answer at once; see `stream`."""
        return "".join(self.stream(messages, most_tokens, stopped))

    def close(self) -> None:
        """Close the connections; the next request opens others."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _look_at(self, said: str) -> None:
        if len(said) > MOST_CHARACTERS:
            raise LanguageModelError(f"the model wrote over {MOST_CHARACTERS:,} characters and was stopped", "too_much")
        self.look_for_key(said)

    def look_for_key(self, text: str) -> None:
        """Raise `LanguageModelError` where a text holds the key, whatever stands between its letters and digits."""
        key = bare(self.endpoint.api_key)
        if len(key) >= SHORTEST_KEY and key in bare(MARKS.sub("", text)):
            raise LanguageModelError("the endpoint sent the key back and was cut off. Do not use it", "key_sent_back")

    def _received(self, request: Request, told: _Told, stopped: Callable[[], bool]) -> Iterator[str]:
        limits, began = self.endpoint, time.monotonic()
        heard = began
        told.reason = STOPPED
        while not stopped():
            spent = time.monotonic() - began
            if spent > limits.total:
                raise LanguageModelError(f"the model was not done after {limits.total:g} seconds", "slow")
            if time.monotonic() - heard > limits.first_word:
                raise LanguageModelError(f"the model said nothing for {limits.first_word:g} seconds", "silent")
            try:
                piece = request.pieces.get(timeout=LOOK_EVERY)
            except queue.Empty:
                continue
            match piece:
                case BaseException():
                    raise explained(piece, limits.base_url, limits.model) from None  # the cause may hold the key
                case Spent(tokens):
                    told.tokens = tokens
                case Ended("content_filter"):
                    raise LanguageModelError("the endpoint withheld the answer (content filter)", "filtered")
                case Ended(reason):
                    told.reason = reason
                    return
                case str():
                    heard = time.monotonic()
                    yield piece

    def _remember(self, request: Request) -> None:
        """Keep to what the endpoint takes, so that the next request need not be sent twice."""
        if set(request.parameters) != set(self._parameters):
            self._parameters = {**request.parameters}
        if request.has_begun:  # else it was something else that the endpoint did not take
            self._takes_system = request.takes_system

    def client(self) -> Any:
        """Return the client, made when it is first needed: importing it takes a second."""
        with self._lock:
            if self._client is None:
                import httpx2  # what openai speaks through
                import openai

                limits = self.endpoint
                self._client = openai.OpenAI(
                    base_url=limits.base_url,
                    api_key=limits.api_key or "none",
                    timeout=openai.Timeout(limits.total, connect=CONNECT_SECONDS, read=limits.first_word + SLACK),
                    max_retries=0,  # a request sees to that itself, so that it can be stopped meanwhile
                    default_headers={"Accept-Encoding": "identity"},
                    http_client=openai.DefaultHttpxClient(
                        # A line of its own for each request, which is closed where it is stopped.
                        limits=httpx2.Limits(max_keepalive_connections=0),
                        # What is sent holds the documents' texts: it goes where it was meant to go and nowhere else.
                        follow_redirects=False,
                        trust_env=not is_own_machine(limits.base_url),
                        event_hooks={"request": [watch], "response": [limit]},
                    ),
                )
                # These come from the environment of other programs.
                self._client.organization = self._client.project = None
            return self._client


def bare(text: str) -> str:
    """Return the letters and digits of a text alone, in one form."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def is_own_machine(base_url: str) -> bool:
    """Whether an address is of this machine, which no proxy leads to."""
    return urlsplit(base_url).hostname in ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def load_language_model(settings: Settings) -> LanguageModel | None:
    """Return the language model that the settings name, None where they name none. It is not asked anything yet."""
    if settings.llm_base_url is None or settings.llm_model is None:
        return None
    endpoint = Endpoint(
        base_url=settings.llm_base_url,
        model=settings.llm_model,
        api_key=settings.llm_api_key,
        first_word=settings.llm_first_word_seconds,
        total=settings.llm_seconds,
        context=settings.llm_context,
        most_tokens=settings.llm_max_tokens,
    )
    return LanguageModel(endpoint, Allowance(settings.data / SPENDING, settings.llm_daily_tokens))


def _limited(parameters: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return the parameters of a request that may be answered with `most` tokens."""
    return {
        name: most if name in ("max_tokens", "max_completion_tokens") else value for name, value in parameters.items()
    }


def _spoken(pieces: Iterator[str]) -> Iterator[str]:
    """Leave out what stands between the marks of thinking aloud at the start of an answer, and white space there."""
    held, is_answer = "", False
    for piece in pieces:
        if is_answer:
            if piece:
                yield piece
            continue
        held = (held + piece).lstrip()
        end = next((end for start, end in THOUGHTS if held.startswith(start)), None)
        if end is not None:
            if end not in held:
                continue
            held = held.partition(end)[2].lstrip()
        if held and not any(start.startswith(held) for start, _ in THOUGHTS):
            is_answer = True
            yield held
    if not is_answer and held and not any(held.startswith(start) for start, _ in THOUGHTS):
        yield held
