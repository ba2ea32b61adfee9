"""The report that stood in the folder before, as far as the new one is compared with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from index.errors import ReportError
from qa.measures import Measures

JSON_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class LastSet:
    """The figures of one set then."""

    measures: Measures
    kinds: dict[str, Measures]
    questions_per_second: float | None


@dataclass(frozen=True, slots=True)
class LastReport:
    """When and with what the last report was made, and its sets by name."""

    date: str
    commit: str | None
    in_simplified: bool
    sets: dict[str, LastSet]


def read_last(folder: Path) -> LastReport | None:
    """Return the report in a folder, None where there is none. Raises `ReportError` where it cannot be understood."""
    path = folder / JSON_FILE
    try:
        record = json.loads(path.read_text("utf-8"))
        return LastReport(
            date=_text(record["header"]["date"]),
            commit=None if record["header"]["commit"] is None else _text(record["header"]["commit"]),
            in_simplified=bool(record["simplified"]),
            sets={_text(one["name"]): _last_set(one) for one in record["sets"]},
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        seen = f"{type(error).__name__}: {error}"
        raise ReportError(f"the last report {path} cannot be read ({seen}); nothing is compared with it") from None


def _last_set(record: dict[str, Any]) -> LastSet:
    kinds = {kind: _measures(measures) for kind, measures in record["kinds"].items()}
    return LastSet(_measures(record["measures"]), kinds, _number(record["questions_per_second"]))


def _measures(record: dict[str, Any]) -> Measures:
    return {key: _number(value) for key, value in record.items()}


def _number(value: Any) -> float | int | None:
    if value is None or (isinstance(value, int | float) and isfinite(value)):
        return value
    raise TypeError(f"{value!r} is no number")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
