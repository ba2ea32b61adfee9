"""The machine: Python, packages, room on the disk, what may be read and written."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from qa.checks.finding import Finding
from qa.settings import PROJECT, Settings

REQUIREMENTS = PROJECT / "requirements.txt"
LEAST_FREE_BYTES = 2 * 1024**3


def look_at_python(_: Settings) -> list[Finding]:
    good = sys.version_info >= (3, 11)
    return [Finding("python", good, sys.version.split()[0], "install Python 3.11 or newer")]


def look_at_packages(_: Settings) -> list[Finding]:
    """Compare what is installed with the requirements, line by line."""
    mend = f"pip install -r {shlex.quote(REQUIREMENTS.name)}"
    found: list[str] = []
    wrong: list[str] = []
    for line in REQUIREMENTS.read_text("utf-8").splitlines():
        if wanted := line.partition("#")[0].strip():
            seen, good = _installed(wanted)
            (found if good else wrong).extend([seen] if seen else [])
    return [Finding("packages", not wrong, ", ".join(wrong or found), mend)]


def _installed(wanted: str) -> tuple[str, bool]:
    """Return what is installed of a requirement, nothing where it is not for this system, and whether it fits."""
    # Here, so that the doctor can say that it is missing.
    from packaging.requirements import Requirement

    requirement = Requirement(wanted)
    if requirement.marker is not None and not requirement.marker.evaluate():
        return "", True
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is missing", False
    if requirement.specifier.contains(installed, prereleases=True):
        return f"{requirement.name} {installed}", True
    return f"{requirement.name} is {installed}, wanted {requirement.specifier}", False


def look_at_disk(settings: Settings) -> list[Finding]:
    place = next(path for path in (settings.data, *settings.data.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    seen = f"{free / 1024**3:.1f} GiB free at {place}"
    return [Finding("disk", free >= LEAST_FREE_BYTES, seen, "free some disk space")]


def look_at_folders(settings: Settings) -> list[Finding]:
    """Look whether the data folder, and what lies in it, can be written and the documents folder read."""
    data, documents = settings.data, settings.documents
    if data.exists() and not data.is_dir():
        mend = f"move {_quoted(data)} away, or name another folder with --data"
        return [Finding("folders", False, f"{data} is a file", mend)]
    place = next(path for path in (data, *data.absolute().parents) if path.exists())
    paths = [place]
    if place == data and may(data, os.R_OK | os.X_OK):
        paths += sorted(data.iterdir())
    findings = [
        Finding("folders", False, f"no right to write {path}", f"chmod u+rwX {_quoted(path)}")
        for path in paths
        if not may(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0))
    ]
    if documents.is_dir() and not may(documents, os.R_OK | os.X_OK):
        findings.append(Finding("folders", False, f"no right to read {documents}", f"chmod u+rX {_quoted(documents)}"))
    return findings or [Finding("folders", True, f"{data} can be written")]


def may(path: Path, wanted: int) -> bool:
    """Whether this process may do something with a file."""
    return os.access(path, wanted, effective_ids=os.access in os.supports_effective_ids)


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
