"""app.py ends with one clear line where it cannot start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def run_app(**settings: str) -> subprocess.CompletedProcess[str]:
    """Run app.py with some settings and none of those outside."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WENDANG_")}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=PROJECT,
        env={**environment, **settings, "CI": "1"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_wrong_setting_is_said_in_one_line() -> None:
    done = run_app(WENDANG_PROT="7860")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == ["wendang: unknown setting WENDANG_PROT; did you mean WENDANG_PORT?"]


def test_app_is_short() -> None:
    assert len((PROJECT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40
