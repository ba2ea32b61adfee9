"""One frozen settings object; the environment is read here and nowhere else."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

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
    )


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
