"""Exchanges as JSON and back, without loss: what is opened a year later is what was answered."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from index.errors import StoreError
from qa.history.datatypes import Exchange

LONGEST_TITLE = 60
MARKS = re.compile(r"\*\*|\[[0-9]{1,3}\]")
_ADAPTER: TypeAdapter[Exchange] = TypeAdapter(Exchange)


def to_json(exchange: Exchange) -> str:
    """Return an exchange as JSON; half a character, as a broken client may send, becomes a question mark."""
    return json.dumps(asdict(exchange), ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def from_json(text: str) -> Exchange:
    """Return the exchange that JSON stands for. What a later version adds has its default; what it drops is ignored.

    Raises `StoreError` where it stands for none.
    """
    try:
        parsed: Any = json.loads(text)
        return _ADAPTER.validate_python(parsed)
    except (ValueError, ValidationError) as error:
        raise StoreError(f"an answer that was kept cannot be read ({type(error).__name__}). Ask again") from error


def fold(text: str) -> str:
    """Return text in the form that is compared in a search: width, case and white space make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_of(exchange: Exchange) -> str:
    """Return what an exchange is found by."""
    answer = exchange.answer.text if exchange.answer is not None else exchange.note
    return fold(f"{exchange.question}\n{MARKS.sub('', answer)}").encode("utf-8", "replace").decode("utf-8")


def title_of(question: str) -> str:
    """Return the title of a conversation that begins with a question."""
    line = " ".join(question.split()).encode("utf-8", "replace").decode("utf-8")
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip("，、；：,;: ") + "…"
