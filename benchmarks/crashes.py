"""Syncs that are killed or whose writes fail, by the thousand, and what they leave behind.

Run `python -m benchmarks.crashes` (`--kills 1000`). A small folder with an old index changes, its sync is killed, and
it is looked at whether the index opens in the old or the new state within 5 s, answers, and whether the next sync ends
with every document. The kills come at random moments and at every write point (`tests/faults.py` says what these are);
every write fails once as on a full disk and once as on a broken one. Where strace is there and may trace, the system
calls themselves fail as well, one at a time: no part of the program knows of that. The result is printed and written
to benchmarks/results/crashes.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.library import PROJECT, say
from tests.faults import Fault, Laboratory, Trial, random_kills

RESULT = PROJECT / "benchmarks" / "results" / "crashes.json"
FAULTS: tuple[Fault, ...] = ("kill", "torn", "full", "broken")
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "mkdir", "openat")
ERRORS = ("ENOSPC", "EIO")
SYNC = "import sys; from tests.faults import sync_once; sync_once(sys.argv[1])"


def carry_out(folder: Path, trials: Iterable[Trial]) -> Iterator[dict[str, Any]]:
    """Yield what became of trials, run in a process that may fork."""
    command = [sys.executable, "-m", "tests.faults", str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        for trial in trials:
            process.stdin.write(json.dumps(asdict(trial)) + "\n")
            process.stdin.flush()
            yield json.loads(process.stdout.readline())
        process.stdin.close()


def summary(outcomes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Count how trials ended, what was found afterwards, and how long that took at most."""
    seen = list(outcomes)
    return {
        "trials": len(seen),
        "ended": dict(Counter(one["ended"] for one in seen)),
        "state": dict(Counter(one["state"] for one in seen)),
        "slowest opening, s": round(max((one["seconds"] for one in seen), default=0.0), 3),
        "wrong": [one["wrong"] for one in seen if one["wrong"]],
    }


def failing_calls(folder: Path) -> Iterator[dict[str, Any]]:
    """Let one system call after the other fail, and yield what became of each sync."""
    laboratory = Laboratory(folder)
    for call in CALLS:
        for error in ERRORS:
            number = 1
            while True:
                laboratory.begin()
                code, is_reached = _sync_under_strace(laboratory, call, error, number)
                if not is_reached:
                    break
                yield {**asdict(laboratory.judge(f"code {code}", ())), "call": f"{call} {error} {number}"}
                number += 1


def _sync_under_strace(laboratory: Laboratory, call: str, error: str, number: int) -> tuple[int, bool]:
    """Sync with the n-th of such calls failing; return the exit code and whether there were so many."""
    trace = laboratory.place.root / "trace"
    command = ["strace", "-f", "-qq", "-o", str(trace)]
    if call == "openat":
        # Python opens a thousand files of its own.
        ours = (laboratory.place.data, *sorted(laboratory.place.data.rglob("*")))
        command += [part for path in ours for part in ("-P", str(path))]
    command += ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}"]
    done = subprocess.run(
        [*command, sys.executable, "-c", SYNC, str(laboratory.place.root)], cwd=PROJECT, capture_output=True, text=True
    )
    return done.returncode, "INJECTED" in trace.read_text("utf-8", "replace")


def can_trace() -> bool:
    """Whether strace is there and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True).returncode == 0


def main() -> None:
    """Run all trials, print and write what became of them; exit with 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=1000, metavar="N")
    parser.add_argument("--no-trace", action="store_true", help="leave out the failing system calls")
    options = parser.parse_args()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as root:
        say(f"{options.kills} kills at random moments")
        results["killed at random moments"] = summary(
            carry_out(Path(root) / "kills", random_kills(options.kills, 0.25))
        )
        points = next(carry_out(Path(root) / "points", [Trial()]))["points"]
        for fault in FAULTS:
            say(f"{fault} at each of {points} write points")
            trials = (Trial(fault, point) for point in range(points))
            results[f"{fault} at each write point"] = summary(carry_out(Path(root) / fault, trials))
        if can_trace() and not options.no_trace:
            say("every system call that writes fails once")
            results["failing system calls"] = summary(failing_calls(Path(root) / "calls"))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"cores": os.cpu_count(), **results}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(json.dumps(results, ensure_ascii=False, indent=2))
    sys.exit(1 if any(result["wrong"] for result in results.values()) else 0)


if __name__ == "__main__":
    main()
