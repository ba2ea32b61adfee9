"""Ask whether to add character recognition; exit with 0 for yes. `make run` asks so once, before the chat opens.

Where nobody can answer, or nobody does within `PATIENCE` seconds, the chat opens without it and a line says how to add
it later.
"""

from __future__ import annotations

import select
import sys
from importlib.util import find_spec
from pathlib import Path

PATIENCE = 30.0
DECLINED = Path(sys.prefix) / ".recognition-declined"
OFFER = "Read scanned pages and pictures as well? Installs character recognition, about 150 MB. [y/N] "
LATER = "Scanned pages and pictures can be read as well: make ocr (about 150 MB)"


def main() -> bool:
    """Return whether to install it."""
    if find_spec("rapidocr") is not None:
        return False
    if DECLINED.exists() or not sys.stdin.isatty():
        print(LATER)
        return False
    print(OFFER, end="", flush=True)
    answered, _, _ = select.select([sys.stdin], [], [], PATIENCE)
    if answered and sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    if answered:
        DECLINED.touch()
    else:
        print()
    print(LATER)
    return False


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
