"""A look at the documents folder: what is there to be read, and what is left alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from index.datatypes import Failure
from index.errors import StoreError
from index.loaders import is_supported
from index.user_words import USER_WORDS_FILE


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as the folder shows it, before it is opened."""

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds: files with a loader, names left alone with the reason, sub-folders that cannot be opened.

    `user_words` is the file with the user's own words, which is no document.
    """

    files: tuple[SeenFile, ...]
    skipped: tuple[Failure, ...] = ()
    closed: tuple[Failure, ...] = ()
    user_words: SeenFile | None = None

    def hides(self, path: str) -> bool:
        """Whether a path lies where nobody could look."""
        return any(one.document == "." or path.startswith(one.document + "/") for one in self.closed)


def scan_folder(folder: Path) -> Scan:
    """List the files of a folder and its sub-folders. Raises `StoreError` where there is no such folder.

    Hidden files are left alone; those without a loader, links to folders and links that lead out of the folder are
    skipped and named.
    """
    check_folder(folder)
    root = folder.resolve()
    files: list[SeenFile] = []
    skipped: list[Failure] = []
    closed: list[Failure] = []

    def note_closed(error: OSError) -> None:
        reason = (
            f"a folder that cannot be opened ({error.strerror}). Check its permissions; what was indexed of it stays"
        )
        closed.append(Failure(_printable(Path(error.filename).relative_to(folder).as_posix()), reason))

    for place, folders, names in os.walk(folder, onerror=note_closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted(names) + links:
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            if name.startswith((".", "~$")):
                continue
            if reason := _reason_to_skip(path, relative, root):
                skipped.append(Failure(_printable(relative), reason))
            elif seen := _look_at(path, relative):
                files.append(seen)
    documents = tuple(file for file in files if file.path != USER_WORDS_FILE)
    user_words = next((file for file in files if file.path == USER_WORDS_FILE), None)
    return Scan(documents, tuple(skipped), tuple(closed), user_words)


def check_folder(folder: Path) -> None:
    """Raise `StoreError` where there is no such folder."""
    if not folder.is_dir():
        raise StoreError(f"no documents folder at {folder}. Create it, or name another with --documents")


def _reason_to_skip(path: Path, relative: str, root: Path) -> str | None:
    """Return why a file or a link to a folder is left alone, or None where it is to be read."""
    if _printable(relative) != relative:
        return "its name is not in UTF-8. Rename it"
    if path.is_dir() and path.is_symlink():
        return "a link to a folder is not followed"
    if not is_supported(path.name):
        return f"files of kind {path.suffix or 'without suffix'} are not read"
    try:
        leads_out = not path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    return "a link that leads out of the documents folder" if leads_out else None


def _printable(path: str) -> str:
    """Replace what stands for bytes of a name that are no UTF-8; neither SQLite nor a terminal takes it."""
    return path.encode("utf-8", "replace").decode("utf-8")


def _look_at(path: Path, relative: str) -> SeenFile | None:
    try:
        found = path.stat()
    except OSError:
        # It went away between the listing and the look; the next sync sees it as removed.
        return None
    return SeenFile(relative, found.st_size, found.st_mtime_ns) if path.is_file() else None
