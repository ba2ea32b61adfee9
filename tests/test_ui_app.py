"""app.py ends with one clear line where it cannot start."""

from __future__ import annotations

import os
import socket
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


def test_a_port_that_is_taken_is_told_before_anything_is_loaded() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_app(WENDANG_PORT=str(port), WENDANG_DOCUMENTS="/none/such")
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith(f"wendang: 127.0.0.1:{port} is taken")
    assert line.endswith(f"WENDANG_PORT={port + 1} make run")


def test_an_address_of_another_machine_is_told_apart() -> None:
    done = run_app(WENDANG_HOST="192.0.2.1", WENDANG_DOCUMENTS="/none/such")
    assert done.returncode == 1
    assert "cannot listen on 192.0.2.1:7860" in done.stderr and "WENDANG_HOST" in done.stderr


def test_app_is_short() -> None:
    assert len((PROJECT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40
