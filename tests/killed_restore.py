"""Restores of one backup in processes that are killed at one line of some modules after another.

python -m tests.killed_restore FILE PLACE EVERY MODULES DATA [DOCUMENTS]: each `EVERY` lines of the modules, named with
commas between them, copies of the folders are restored into below PLACE, by the number of lines; in `all` to the end.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from qa.restore import restore

KILLED = 9


def main() -> None:
    """Do as the arguments say, and end with an error where a process ended otherwise than killed."""
    file, place = Path(sys.argv[1]), Path(sys.argv[2])
    watched = {str(import_module(name).__file__) for name in sys.argv[4].split(",")}
    folders = [Path(argument) for argument in sys.argv[5:]]
    total = _restore(file, _copy(folders, place / "all"), watched)
    for stop in range(1, total, int(sys.argv[3])):
        copies = _copy(folders, place / str(stop))
        if (child := os.fork()) == 0:
            _restore(file, copies, watched, stop)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def _copy(folders: list[Path], place: Path) -> list[Path]:
    return [Path(shutil.copytree(folder, place / folder.name)) for folder in folders]


def _restore(file: Path, folders: list[Path], watched: set[str], stop: int = 0) -> int:
    """Restore and return how many lines were run, or be killed at one of them."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename not in watched:
            return None
        if event == "line":
            lines += 1
            if lines == stop:
                os._exit(KILLED)
        return trace

    sys.settrace(trace)
    restore(file, folders[0], folders[1] if len(folders) > 1 else None)
    sys.settrace(None)
    return lines


if __name__ == "__main__":
    main()
