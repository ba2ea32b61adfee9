"""A look at the documents folder: what is there to be read, and what is left alone."""

from __future__ import annotations

import os
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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

    Hidden files are left alone; those without a loader, pipes and devices, links to folders and links of either kind
    that lead out of the folder are skipped and named.
    """
    check_folder(folder)
    look = _Look(folder)
    look.into(folder, "")
    skipped = look.skipped + look.leave_outer_links()
    skipped.sort(key=lambda failure: failure.document)
    files = sorted((file for file, _ in look.files), key=lambda file: file.path)
    documents = tuple(file for file in files if file.path != USER_WORDS_FILE)
    user_words = next((file for file in files if file.path == USER_WORDS_FILE), None)
    return Scan(documents, tuple(skipped), tuple(look.closed), user_words)


class _Look:
    """What is found on the way through a folder: files with what the system says of them, and what is left alone."""

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve()
        self.files: list[tuple[SeenFile, os.stat_result]] = []
        self.skipped: list[Failure] = []
        self.closed: list[Failure] = []

    def into(self, folder: str | Path, before: str) -> None:
        """Look at everything in a folder whose name within the documents is `before`, and in those below it."""
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            reason = (
                f"a folder that cannot be opened ({error.strerror}). Check its permissions; "
                "what was indexed of it stays"
            )
            self.closed.append(Failure(_printable(before.rstrip("/")) or ".", reason))
            return
        for entry in found:
            if not entry.name.startswith((".", "~$")):
                self._at(entry, before + entry.name)

    def _at(self, entry: os.DirEntry[str], path: str) -> None:
        try:
            if entry.is_dir(follow_symlinks=False):
                self.into(entry.path, path + "/")
                return
            reason = self._reason_to_skip(entry, path)
            if reason is not None:
                self.skipped.append(Failure(_printable(path), reason))
                return
            state = entry.stat()
        except OSError:
            # It went away between the listing and the look; the next sync sees it as removed.
            return
        if stat.S_ISREG(state.st_mode):
            self.files.append((SeenFile(path, state.st_size, state.st_mtime_ns), state))
        else:
            self.skipped.append(Failure(path, "a pipe, a socket or a device, which is never read. Remove it"))

    def _reason_to_skip(self, entry: os.DirEntry[str], path: str) -> str | None:
        """Return why a file or a link is left alone, or None where it is to be read."""
        if _printable(path) != path:
            return "its name is not in UTF-8. Rename it"
        is_link = entry.is_symlink()
        if is_link and entry.is_dir():
            return "a link to a folder is not followed"
        if not is_supported(entry.name):
            return f"files of kind {PurePosixPath(path).suffix or 'without suffix'} are not read"
        return self._reason_of_link(Path(entry.path)) if is_link else None

    def _reason_of_link(self, path: Path) -> str | None:
        try:
            leads_out = not path.resolve(strict=True).is_relative_to(self.root)
        except (OSError, RuntimeError):
            return "a link that leads nowhere"
        return "a link that leads out of the documents folder" if leads_out else None

    def leave_outer_links(self) -> list[Failure]:
        """Take out the files that have another name outside of the folder, and return them with the reason."""
        names = Counter((state.st_dev, state.st_ino) for _, state in self.files if state.st_nlink > 1)
        outer = {
            file.path
            for file, state in self.files
            if state.st_nlink > 1 and names[state.st_dev, state.st_ino] < state.st_nlink
        }
        self.files = [(file, state) for file, state in self.files if file.path not in outer]
        reason = "a hard link, the file has another name outside of the documents folder. Put a copy here instead"
        return [Failure(path, reason) for path in sorted(outer)]


def check_folder(folder: Path) -> None:
    """Raise `StoreError` where there is no such folder."""
    if not folder.is_dir():
        raise StoreError(f"no documents folder at {folder}. Create it, or name another with --documents")


def _printable(path: str) -> str:
    """Replace what stands for bytes of a name that are no UTF-8; neither SQLite nor a terminal takes it."""
    return path.encode("utf-8", "replace").decode("utf-8")


def look_again(folder: Path, path: str) -> SeenFile | None:
    """Return what a file that was seen looks like now, None where it is gone."""
    return _look_at(folder / path, path)


def _look_at(path: Path, relative: str) -> SeenFile | None:
    try:
        found = path.stat()
    except OSError:
        # It went away between the listing and the look; the next sync sees it as removed.
        return None
    return SeenFile(relative, found.st_size, found.st_mtime_ns) if path.is_file() else None
