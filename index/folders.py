"""Folders that are built once: whole or not at all, whoever is killed and however many build at the same time."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_MARKER = "wendang.json"
_ABANDONED_AFTER = 3600  # seconds; what is built here takes about a minute at most


def is_complete(folder: Path, version: int) -> bool:
    """Tell whether `build_folder` built this folder to its end, at this version; only file sizes are looked at."""
    try:
        marker = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
        same = marker["version"] == version
        return bool(same and all((folder / name).stat().st_size == size for name, size in marker["files"].items()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def build_folder(target: Path, version: int, write: Callable[[Path], None]) -> None:
    """Let `write` fill an empty folder and make that `target` in one step.

    Each process works in a folder of its own beside the target, and the first one done wins. A marker that lists all
    files is written last, so nothing half built is ever taken for complete. Raises OSError where the disk does, and
    lets the errors of `write` through.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.building-"
    _remove_abandoned(target.parent, prefix)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as scratch:
        # One level down, because the temporary folder itself is closed to other users.
        folder = Path(scratch) / "new"
        folder.mkdir()
        write(folder)
        _write_marker(folder, version)
        _put_in_place(folder, target, version)


def _remove_abandoned(parent: Path, prefix: str) -> None:
    """Remove what killed builds have left behind, up to half a gigabyte each."""
    for folder in parent.glob(prefix + "*"):
        try:
            if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            continue  # its own process has just removed it


def _write_marker(folder: Path, version: int) -> None:
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    content = json.dumps({"version": version, "files": dict(sorted(files.items()))}, indent=2)
    (folder / _MARKER).write_text(content + "\n", encoding="utf-8")


def _put_in_place(folder: Path, target: Path, version: int) -> None:
    """Rename the built `folder` to `target`; what stands there incomplete moves into the scratch folder and goes."""
    for attempt in range(5):
        try:
            os.replace(folder, target)
            return
        except OSError:
            if is_complete(target, version):
                return  # another process was quicker
            if not target.exists() and attempt > 0:
                raise
        try:
            os.replace(target, folder.with_name(f"replaced-{attempt}"))
        except FileNotFoundError:
            continue  # another process has moved it away already
    raise OSError(f"{target} is being replaced by other processes again and again")
