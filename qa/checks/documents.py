"""The documents folder: what is there, and what cannot be read."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from index.errors import WenDangError
from index.scan import scan_folder
from qa.checks.environment import may
from qa.checks.finding import Finding, named
from qa.settings import Settings


def look_at_documents(settings: Settings) -> list[Finding]:
    """Look at the folder, its sub-folders and whether each file may be read."""
    folder = settings.documents
    try:
        scan = scan_folder(folder)
    except WenDangError as error:
        return [Finding("documents", False, str(error), f"mkdir -p {shlex.quote(str(folder))}")]
    closed = [one.document for one in scan.closed]
    unreadable = [file.path for file in scan.files if not may(folder / file.path, os.R_OK)]
    findings = [
        Finding(
            "documents", False, f"{len(names)} {what} cannot be opened: {named(names)}", _chmod(mode, folder, names)
        )
        for names, what, mode in ((closed, "folders", "u+rX"), (unreadable, "files", "u+r"))
        if names
    ]
    seen = f"{len(scan.files)} files in {folder}, {len(scan.skipped)} left alone"
    mend = f"put documents into {folder}"
    return findings or [Finding("documents", bool(scan.files), seen, mend)]


def _chmod(mode: str, folder: Path, names: list[str]) -> str:
    return f"chmod {mode} {' '.join(shlex.quote(str(folder / name)) for name in names)}"
