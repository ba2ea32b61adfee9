"""The statements written by hand: how many lies pass and how many truths are flagged must not grow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.gate import CASES, LIES, Remembering, measure_cases
from index.embedding import Encoder


@pytest.mark.parametrize("file", [CASES, LIES], ids=lambda file: file.stem)
def test_there_are_enough_of_either_kind(file: Path) -> None:
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    statements = [line for line in lines if "text" in line]
    assert len({(line.get("question"), line["text"]) for line in statements}) == len(statements)
    assert sum(not line["true"] for line in statements) >= 150
    assert sum(line["true"] for line in statements) >= 100
    assert sum(line["held_back"] for line in statements) >= 0.3 * len(statements)


@pytest.mark.parametrize(("file", "passed", "flagged"), [(CASES, 0.14, 0.11), (LIES, 0.12, 0.25)])
def test_lies_and_truths_written_by_hand(file: Path, passed: float, flagged: float, default_encoder: Encoder) -> None:
    found = measure_cases(Remembering(default_encoder), file=file)
    assert found["false, passed"] <= passed * found["false"]
    assert found["true, flagged"] <= flagged * found["true"]
