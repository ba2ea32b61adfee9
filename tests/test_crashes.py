"""Whatever happens to a sync, the index opens in the old or the new state, and the next one ends with all documents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults import Outcome, Trial, random_kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
PROJECT = Path(__file__).resolve().parent.parent


def carry_out(folder: Path, trials: Iterable[Trial]) -> list[Outcome]:
    """Run trials in a process of their own, which has no threads and so may fork."""
    lines = "".join(json.dumps(asdict(trial)) + "\n" for trial in trials)
    command = [sys.executable, "-m", "tests.faults", str(folder)]
    done = subprocess.run(command, cwd=PROJECT, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [Outcome(**json.loads(line)) for line in done.stdout.splitlines()]
    return [Outcome(one.ended, one.points, one.state, one.seconds, one.wrong, tuple(one.names)) for one in found]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A sync to which nothing happens."""
    return carry_out(tmp_path_factory.mktemp("whole"), [Trial()])[0]


def test_a_sync_to_which_nothing_happens_ends_in_the_new_state(whole: Outcome) -> None:
    assert (whole.ended, whole.state, whole.wrong) == ("code 0", "new", "")
    for part in ("BEGIN IMMEDIATE", "INSERT INTO documents", "INSERT INTO segments", "COMMIT", "mkdir", "flush"):
        assert any(part in name for name in whole.names), part
    for part in ("passages.faiss", "sentences.faiss", "rows.npy", "vocabulary.json"):
        assert f"write {part}" in whole.names


@pytest.mark.parametrize("fault", ["kill", "torn"])
def test_killed_at_every_write_point(tmp_path: Path, whole: Outcome, fault: str) -> None:
    trials = [Trial(fault, point) for point in range(whole.points)]  # type: ignore[arg-type]
    outcomes = carry_out(tmp_path, trials)
    assert [
        (trial.point, whole.names[trial.point], one.wrong)
        for trial, one in zip(trials, outcomes, strict=True)
        if one.wrong
    ] == []
    assert {one.ended for one in outcomes} == {"killed"}
    assert {one.state for one in outcomes} == {"old", "new"}


@pytest.mark.parametrize("fault", ["full", "broken"])
def test_every_write_fails_once(tmp_path: Path, whole: Outcome, fault: str) -> None:
    trials = [Trial(fault, point) for point in range(whole.points)]  # type: ignore[arg-type]
    outcomes = carry_out(tmp_path, trials)
    assert [
        (trial.point, whole.names[trial.point], one.wrong)
        for trial, one in zip(trials, outcomes, strict=True)
        if one.wrong
    ] == []
    # A clear error, or a write that can be done without; never anything else.
    assert {one.ended for one in outcomes} <= {"code 0", "code 1"}
    assert sum(one.ended == "code 1" for one in outcomes) > len(outcomes) / 2


def test_killed_at_two_hundred_moments(tmp_path: Path) -> None:
    outcomes = carry_out(tmp_path, random_kills(200, 0.25))
    assert [one.wrong for one in outcomes if one.wrong] == []
    assert {one.state for one in outcomes} <= {"old", "new"}
    assert sum(one.ended == "killed" for one in outcomes) > 20
    assert max(one.seconds for one in outcomes) < 5
