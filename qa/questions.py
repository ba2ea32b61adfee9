"""Question files: one JSON object a line, as people and the evaluation sets write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.errors import QuestionError
from index.lexical import HANZI_RUN, fold_in_place
from qa.datatypes import Turn
from qa.measures import Evidence, Question


def read_questions(path: Path) -> list[Question]:
    """Read a questions file. Raises `QuestionError` that names the line where one cannot be understood."""
    try:
        # Only a line feed ends a line: JSON allows U+2028 and the like inside a text.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"{path} cannot be read ({error}). Give a UTF-8 file with one JSON object a line") from None
    return [_question(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def simplified(question: Question) -> Question:
    """Return a question as a writer of simplified characters would ask it; what is right stays as it is."""
    history = tuple(replace(turn, content=_simplify(turn.content)) for turn in question.history)
    return replace(question, text=_simplify(question.text), history=history)


def _simplify(text: str) -> str:
    # Folding also changes width and case, which are not the question here, so only hanzi are taken over.
    pairs = zip(text, fold_in_place(text), strict=True)
    return "".join(folded if HANZI_RUN.fullmatch(character) else character for character, folded in pairs)


def _question(path: Path, number: int, line: str) -> Question:
    try:
        record = json.loads(line)
        return Question(
            id=str(record["id"]) if record.get("id") is not None else "",
            text=_text(record["question"]),
            answerable=bool(record.get("answerable", True)),
            answers=tuple(_text(answer) for answer in _list(record, "answers")),
            evidence=_quotes(record, "evidence"),
            history=tuple(_turns(_list(record, "history"))),
            kind=str(record.get("kind", "")),
            scope=_scope(record),
            rejected=_quotes(record, "rejected"),
            rejected_answers=tuple(_text(answer) for answer in _list(record, "rejected_answers")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise QuestionError(
            f"{path}, line {number}: not a question ({type(error).__name__}: {error}). "
            'A line looks like {"id": "1", "question": "…", "history": [{"role": "user", "content": "…"}]}'
        ) from None


def _quotes(record: dict[str, Any], key: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(_text(one["document"]), _text(one["quote"])) for one in _list(record, key))


def _list(record: dict[str, Any], key: str) -> list[Any]:
    value = record.get(key) or []
    if not isinstance(value, list):
        raise TypeError(f"{key} is no list")
    return value


def _scope(record: dict[str, Any]) -> tuple[str, ...]:
    """Return the patterns of a line; one may stand there without a list around it."""
    given = record.get("in")
    return (given,) if isinstance(given, str) and given else tuple(_text(pattern) for pattern in _list(record, "in"))


def _turns(history: list[Any]) -> Iterator[Turn]:
    for turn in history:
        # What a program told a model (system, developer, tool) is no turn of the conversation.
        if _text(turn["role"]) in ("user", "assistant"):
            yield Turn(turn["role"], _text(turn["content"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
