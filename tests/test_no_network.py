"""Nothing leaves the machine: a run of the program in a process that notes every look-up and connection."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from index.embedding import Encoder

PROJECT = Path(__file__).resolve().parent.parent
WATCHED = """
import sys
def note(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.gethostbyname"):
        print("NETWORK", event, arguments[-1] if event == "socket.connect" else arguments[0], file=sys.stderr)
sys.addaudithook(note)
from qa.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_question_is_answered_without_a_look_at_the_network(tmp_path: Path, default_encoder: Encoder) -> None:
    # The fixture has built the model; only the run from what was built is watched here.
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "手册.txt").write_text("员工手册\n\n工作满一年的员工每年享有五天年假。", "utf-8")
    # CI switches some telemetry off by itself, so it must not be told that this is CI.
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"HOME": str(tmp_path)}
    folders = ["--documents", str(tmp_path / "documents"), "--data", str(tmp_path / "data")]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "ask", "年假有几天？", *folders],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "五天年假" in done.stdout.replace("**", "")
    assert "NETWORK" not in done.stderr
