"""One frozen settings object; the environment is read here and nowhere else."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import urlsplit

from index.errors import SettingsError

PREFIX = "WENDANG_"
PROJECT = Path(__file__).resolve().parent.parent
Backend = Literal["auto", "openvino", "torch"]
ReaderUse = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how they behave. Each field's environment name is `WENDANG_` and the name in capitals."""

    documents: Path = PROJECT / "documents"
    data: Path = PROJECT / ".wendang"
    models: Path = PROJECT / ".wendang" / "models"
    embedding_model: str | None = None
    embedding_backend: Backend = "auto"
    reranker_model: str | None = None
    reader: ReaderUse = "auto"
    min_confidence: float = 0.15
    host: str = "127.0.0.1"
    port: int = 7860
    max_upload_mb: int = 50
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: str = field(default="", repr=False)
    llm_context: int = 8_192
    llm_max_tokens: int = 1_024
    llm_daily_tokens: int = 0
    llm_first_word_seconds: int = 30
    llm_seconds: int = 180


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; what is not set there keeps its default.

    Raises `SettingsError` for an unknown name or a value out of range.
    """
    environment = os.environ if environment is None else environment
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value.strip()}
    known = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    for name in sorted(set(given) - known):
        # Compared without the prefix, which would make any two names alike.
        near = difflib.get_close_matches(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], n=1)
        hint = f"; did you mean {PREFIX}{near[0]}?" if near else f". Known are {', '.join(sorted(known))}"
        raise SettingsError(f"unknown setting {name}{hint}")
    defaults = Settings()
    return Settings(
        documents=Path(given.get("WENDANG_DOCUMENTS", defaults.documents)).expanduser(),
        data=Path(given.get("WENDANG_DATA", defaults.data)).expanduser(),
        models=Path(given.get("WENDANG_MODELS", defaults.models)).expanduser(),
        embedding_model=given.get("WENDANG_EMBEDDING_MODEL"),
        embedding_backend=_backend(given.get("WENDANG_EMBEDDING_BACKEND", defaults.embedding_backend)),
        reranker_model=given.get("WENDANG_RERANKER_MODEL"),
        reader=_reader(given.get("WENDANG_READER", defaults.reader)),
        min_confidence=_number(given, "WENDANG_MIN_CONFIDENCE", defaults.min_confidence, 0, 1),
        host=given.get("WENDANG_HOST", defaults.host),
        port=_whole_number(given, "WENDANG_PORT", defaults.port, 1, 65_535),
        max_upload_mb=_whole_number(given, "WENDANG_MAX_UPLOAD_MB", defaults.max_upload_mb, 1, 10_000),
        **_language_model(given, defaults),
    )


def _language_model(given: Mapping[str, str], defaults: Settings) -> dict[str, Any]:
    """Return the settings of a language model. Raises `SettingsError` where only half of one is named."""
    base_url, model = given.get("WENDANG_LLM_BASE_URL"), given.get("WENDANG_LLM_MODEL")
    if (base_url is None) != (model is None):
        lacking = "WENDANG_LLM_MODEL" if model is None else "WENDANG_LLM_BASE_URL"
        raise SettingsError(
            f"{lacking} is not set. A language model needs both WENDANG_LLM_BASE_URL (http://127.0.0.1:11434/v1, say) "
            "and WENDANG_LLM_MODEL; without both, answers are quoted from the documents alone"
        )
    context = _whole_number(given, "WENDANG_LLM_CONTEXT", defaults.llm_context, 512, 10_000_000)
    most = _whole_number(given, "WENDANG_LLM_MAX_TOKENS", min(defaults.llm_max_tokens, context // 2), 16, 100_000)
    if most > context // 2:
        raise SettingsError(
            f"WENDANG_LLM_MAX_TOKENS is {most}; at most half of WENDANG_LLM_CONTEXT ({context}) may be the answer"
        )
    first = _whole_number(given, "WENDANG_LLM_FIRST_WORD_SECONDS", defaults.llm_first_word_seconds, 1, 3_600)
    return dict(
        llm_base_url=_base_url(base_url),
        llm_model=_printable("WENDANG_LLM_MODEL", model) if model else None,
        llm_api_key=_api_key(given.get("WENDANG_LLM_API_KEY", defaults.llm_api_key)),
        llm_context=context,
        llm_max_tokens=most,
        llm_daily_tokens=_whole_number(given, "WENDANG_LLM_DAILY_TOKENS", defaults.llm_daily_tokens, 0, 10**12),
        llm_first_word_seconds=first,
        llm_seconds=_whole_number(given, "WENDANG_LLM_SECONDS", max(defaults.llm_seconds, first), first, 86_400),
    )


def _printable(name: str, value: str) -> str:
    stripped = value.strip().strip("\"'")
    if not stripped.isprintable() or not stripped:
        raise SettingsError(f"{name} holds a line break or another control character; give it on one line")
    return stripped


def _api_key(value: str) -> str:
    """Return a key without what people copy along with it. The key is never repeated."""
    key = value.strip().strip("\"'").removeprefix("Bearer ").strip()
    if not key.isascii() or (key and (not key.isprintable() or " " in key)):
        raise SettingsError(
            "WENDANG_LLM_API_KEY holds signs that no key has (blanks, line breaks, hanzi). Copy it again"
        )
    return key


def _base_url(given: str | None) -> str | None:
    """Return an endpoint's address as the client wants it, without what people copy along with it."""
    if given is None:
        return None
    address = given.strip().rstrip("/").removesuffix("/completions").removesuffix("/chat")
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        # A name, password or key in an address would be in every log of it.
        bare = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    except ValueError:
        good = bare = False
    if good and not bare:
        raise SettingsError(
            "WENDANG_LLM_BASE_URL holds a name, a password or a query. Give the address alone, and the key in "
            "WENDANG_LLM_API_KEY"
        )
    if not good or not address.isprintable() or " " in address or ".." in (parts.hostname or ".."):
        # The address is not repeated: it may hold a password.
        raise SettingsError(
            "WENDANG_LLM_BASE_URL is no address of an endpoint; it looks like https://api.deepseek.com/v1 "
            "or http://127.0.0.1:11434/v1"
        )
    return address


def _backend(value: str) -> Backend:
    if value not in get_args(Backend):
        raise SettingsError(f"WENDANG_EMBEDDING_BACKEND is {value!r}; it can be {', '.join(get_args(Backend))}")
    return cast(Backend, value)


def _reader(value: str) -> ReaderUse:
    if value not in get_args(ReaderUse):
        raise SettingsError(f"WENDANG_READER is {value!r}; it can be {', '.join(get_args(ReaderUse))}")
    return cast(ReaderUse, value)


def _number(given: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    value = given.get(name)
    if value is None:
        return default
    try:
        number = float(value)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}, not a number between {least:g} and {most:g}") from None
    if not least <= number <= most:
        raise SettingsError(f"{name} is {value}; it must lie between {least:g} and {most:g}")
    return number


def _whole_number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    number = _number(given, name, default, least, most)
    if number != int(number):
        raise SettingsError(f"{name} is {given[name]}; it must be a whole number")
    return int(number)
