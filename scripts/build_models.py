"""Build the models that tests share, before several want them at once: `python -m scripts.build_models`."""

from __future__ import annotations

import sys

from index.datatypes import Progress
from qa.assistant import load_models
from qa.settings import Settings


def main() -> int:
    """Build what is not there yet, saying so. Returns the exit code."""
    told = ""

    def report(progress: Progress) -> None:
        nonlocal told
        if progress.stage != told:
            told = progress.stage
            print(told, file=sys.stderr, flush=True)

    load_models(Settings(), report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
