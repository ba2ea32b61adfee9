"""What a report was made with: the date, the code, the model, the settings, the machine, the command."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from index.embedding import Encoder
from qa.settings import PROJECT, Settings

# Where things lie and how they are served says nothing about quality, and keys and tokens are nobody's business.
UNSAID = ("documents", "data", "models", "host", "port", "max_upload_mb")
SECRET = ("key", "token", "password", "secret")


@dataclass(frozen=True, slots=True)
class Header:
    """What a report was made with. `commit` is None where the code is no git checkout."""

    date: str
    commit: str | None
    encoder: str
    backend: str
    settings: dict[str, object]
    cores: int
    machine: str
    command: str


def make_header(settings: Settings, encoder: Encoder, command: str, with_model: bool = False) -> Header:
    said: dict[str, object] = {
        name: value if isinstance(value, int | float | None) else str(value)
        for name, value in asdict(settings).items()
        if name not in UNSAID
        and not any(word in name for word in SECRET)
        and (with_model or not name.startswith("llm_"))
    }
    return Header(
        date=datetime.now().astimezone().isoformat(sep=" ", timespec="seconds"),
        commit=read_commit(PROJECT),
        encoder=encoder.name,
        backend=encoder.backend,
        settings=said,
        cores=os.cpu_count() or 0,
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        command=command,
    )


def read_commit(folder: Path) -> str | None:
    """Return the short name of the checked-out commit, with a word where files differ from it."""
    if not (folder / ".git").exists():
        return None
    try:
        commit = _git(folder, "rev-parse", "--short", "HEAD")
        return f"{commit} with changes" if _git(folder, "status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def command_line(folders: Sequence[Path], report: Path, in_simplified: bool, with_model: bool = False) -> str:
    """Return the command that makes this report."""
    flags = [*(["--simplified"] if in_simplified else []), *(["--llm"] if with_model else [])]
    return shlex.join(["python", "-m", "qa", "evaluate", *map(str, folders), *flags, "--report", str(report)])
