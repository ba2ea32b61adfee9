"""Damaged files by the thousand, in every format: none may end in an error that is not ours, or kill its process.

Run `python -m benchmarks.mutations` (`--count 10000`, `--formats .pdf .docx`). The seeds are made by this project; the
mutations follow from the format and a number, so that one that went wrong can be made again. The result is printed and
written to benchmarks/results/mutations.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.library import PROJECT, say
from tests.mutations import SEEDS, summary, try_mutations

RESULT = PROJECT / "benchmarks" / "results" / "mutations.json"


def main() -> None:
    """Try, print and write; exit with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--formats", nargs="+", default=list(SEEDS), choices=list(SEEDS))
    options = parser.parse_args()
    result: dict[str, dict[str, object]] = {}
    table = Table("format", "read", "refused", "wrong", "seconds")
    for suffix in options.formats:
        say(f"{options.count:,} damaged {suffix} files")
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            counts, wrong = summary(try_mutations(suffix, range(options.count), Path(folder)))
        seconds = round(time.monotonic() - began, 1)
        named = [f"{one.number}: {one.wrong}" for one in wrong]
        result[suffix] = {"read": counts["read"], "refused": counts["refused"], "wrong": named, "seconds": seconds}
        table.add_row(suffix, str(counts["read"]), str(counts["refused"]), str(len(named)), str(seconds))
    RESULT.write_text(json.dumps({"count": options.count, **result}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    Console().print(table)
    sys.exit(1 if any(one["wrong"] for one in result.values()) else 0)


if __name__ == "__main__":
    main()
