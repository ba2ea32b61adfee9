"""The lists of words beside this file: parted by blanks, one group a line; lines that begin with # are comments."""

from __future__ import annotations

from pathlib import Path


def read_groups(name: str) -> list[str]:
    """Return the lines of a list."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
