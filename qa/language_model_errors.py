"""What went wrong with a language model, in words that say what to do and never hold the key."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from index.errors import LanguageModelError, ModelFailure

_log = logging.getLogger(__name__)
# What endpoints say of a prompt that the model cannot hold: OpenAI, vLLM, llama.cpp, DeepSeek, Qwen.
CONTEXT = r"context[ _-]?(?:length|size|window)|maximum context"
TOO_LONG = re.compile(
    rf"{CONTEXT}|too (?:long|many tokens)|exceed\w* .{{0,40}}(?:context|tokens)|range of input length", re.IGNORECASE
)
# What endpoints say whose model knows users and itself alone: templates of Gemma and Mistral (llama.cpp, vLLM, TGI),
# OpenAI's o1-mini, Google, and checks of the request's form, which name the place (messages.0.role).
_SYSTEM = r"\b(?:system|developer)\b"
_REFUSED = r"\b(?:not|n't|un|only|in)[ -]?(?:be )?(?:support|allow|enabl|permit|accept|recogni[sz]|valid)\w*"
SYSTEM_REFUSED = re.compile(
    rf"{_SYSTEM}\W{{0,3}}(?:role|message|prompt|instruction)s?\b.{{0,40}}{_REFUSED}"
    rf"|\broles?\b.{{0,40}}{_SYSTEM}.{{0,40}}{_REFUSED}"
    rf"|{_REFUSED}.{{0,40}}(?:\broles?\b.{{0,20}}{_SYSTEM}|{_SYSTEM}.{{0,20}}\b(?:role|message|prompt|instruction)s?\b)"
    rf"|\brole\b.{{0,20}}{_REFUSED}.{{0,20}}{_SYSTEM}"
    r"|roles must alternate|\bonly\W+user\W.{0,20}\bassistant\b"
    r"|messages\W{1,6}0\W{1,6}role",
    re.IGNORECASE | re.DOTALL,
)
LONGEST_BODY = 4_000  # characters of an error's text that are looked at


def place_of(base_url: str) -> str:
    """Return an endpoint's address as it may be shown: without a name, password or query in it."""
    parts = urlsplit(base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def refuses_parameter(error: BaseException, names: tuple[str, ...]) -> str | None:
    """Return which of some parameters an endpoint says that it does not take, None where it says no such thing."""
    import openai

    if not isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
        return None
    said = f"{error.param or ''} {_said(error)}"
    if re.search(CONTEXT, said, re.IGNORECASE):
        return None  # vLLM says which max_tokens would fit; without a limit the prompt is as long as before
    return next((name for name in names if re.search(rf"(?<![a-z_]){name}(?![a-z_])", said)), None)


def refuses_system(error: BaseException) -> bool:
    """Whether an endpoint says that its model takes no message of the system."""
    import openai

    if not isinstance(error, openai.APIStatusError) or error.status_code not in (400, 422, 500, 501):
        return False  # llama.cpp answers 500 where a template raises an error
    return SYSTEM_REFUSED.search(f"{_said(error)} {error.param or ''}") is not None


def is_timeout(error: BaseException) -> bool:
    """Whether a line was silent for too long."""
    import openai

    return isinstance(error, openai.APITimeoutError)


def wait_before_again(error: BaseException, longest: float) -> float | None:
    """Return after how many seconds a request may be sent again; None where that is of no use, or too long to wait."""
    import openai

    if isinstance(error, openai.APIStatusError):
        if error.status_code not in (408, 429) and error.status_code < 500:
            return None
        asked = error.response.headers.get("retry-after", "0")
        try:
            wait = float(asked)
        except ValueError:
            return None
        return wait if wait <= longest else None
    if isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError):
        return 0.0 if not isinstance(error.__cause__, LanguageModelError) else None
    return None


def _said(error: Any) -> str:
    """Return what an endpoint wrote with an error; for looking at, not for showing."""
    try:
        return f"{error} {error.response.text}"[:LONGEST_BODY]
    except Exception:  # its body may be anything
        return str(error)[:LONGEST_BODY]


def explained(error: BaseException, base_url: str, model: str) -> LanguageModelError:
    """Return what went wrong as an error of ours. What the endpoint wrote is not repeated: it may hold anything."""
    cause = error.__cause__
    if isinstance(error, LanguageModelError) or isinstance(cause, LanguageModelError):
        return error if isinstance(error, LanguageModelError) else cause  # type: ignore[return-value]
    place = place_of(base_url)
    told, kind = _told(error, place, model)
    _log.warning("%s", told)
    return LanguageModelError(told, kind)


def _told(error: BaseException, place: str, model: str) -> tuple[str, ModelFailure]:
    import openai

    match error:
        case openai.APITimeoutError():
            return f"the model's endpoint {place} did not answer in time", "slow"
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return f"the endpoint {place} refused the key. Check WENDANG_LLM_API_KEY", "key"
        case openai.NotFoundError():
            return f"{place} knows no model {model}. Check WENDANG_LLM_BASE_URL and WENDANG_LLM_MODEL", "unknown"
        case openai.RateLimitError():
            return f"the endpoint {place} is over its limit (429). Try again later", "busy"
        case openai.BadRequestError() if TOO_LONG.search(_said(error)):
            return f"the question and its passages are too long for {model}. Lower WENDANG_LLM_CONTEXT", "too_long"
        case openai.APIStatusError() if 300 <= error.status_code < 400:
            return (
                f"the endpoint {place} redirects elsewhere, where nothing is sent. Check WENDANG_LLM_BASE_URL",
                "status",
            )
        case openai.APIStatusError():
            return f"the endpoint {place} answered {error.status_code}", "status"
        case openai.APIConnectionError():
            return (
                f"the endpoint {place} cannot be reached. Check WENDANG_LLM_BASE_URL, and that it runs",
                "unreachable",
            )
    return f"the model's answer broke off ({type(error).__name__})", "broken"
