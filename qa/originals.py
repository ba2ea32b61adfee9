"""The file that a document came in, to be handed out as it is: the index knows it, and it lies among the documents."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from index.errors import DocumentError
from index.loaders import is_supported
from index.scan import scan_folder
from qa.assistant import Assistant
from qa.library import failures_of


def find_original(assistant: Assistant, path: str) -> Path:
    """Return the real path of the file that a document came in; of a part, that of the mail or archive.

    The document is one of the index, or one that could not be read. Raises `DocumentError` for a path that the index
    does not know, and where no file is there to be handed out: it is gone, or a link has been put in its place that
    leads out of the documents folder.
    """
    record = assistant.generation.records.get(path)
    folder = assistant.settings.documents
    owner = record.document.owner if record is not None else _owner_of_failed(assistant, path)
    try:
        place = (folder / PurePosixPath(owner)).resolve(strict=True)
        state = place.stat()
    except (OSError, RuntimeError):
        raise DocumentError(f"the file of {owner} is not in the documents folder any more") from None
    if ".." in PurePosixPath(owner).parts or not place.is_relative_to(folder.resolve()) or not place.is_file():
        raise DocumentError(f"{owner} leads out of the documents folder. Put a copy of the file there")
    # A file with several names may have one outside; whether it has, only a look at all of the folder tells.
    if state.st_nlink > 1 and owner not in {seen.path for seen in scan_folder(folder).files}:
        raise DocumentError(f"{owner} has another name outside of the documents folder. Put a copy of the file there")
    return place


def _owner_of_failed(assistant: Assistant, path: str) -> str:
    """Return the file that a document came in which could not be read: its own, or the mail or archive around it."""
    if all(failure.document != path for failure in failures_of(assistant)):
        raise DocumentError(f"no document {path!r} in the index. It may have been removed or renamed")
    around = (str(parent) for parent in PurePosixPath(path).parents if is_supported(parent.name))
    return next((owner for owner in around if (assistant.settings.documents / owner).is_file()), path)


def has_changed(assistant: Assistant, path: str) -> bool:
    """Whether the file of an indexed document is another one than was indexed, or cannot be looked at."""
    record = assistant.generation.records.get(path)
    if record is None:
        return True
    try:
        place = find_original(assistant, path)
        state = place.stat()
        if state.st_size != record.file.size:
            return True
        if state.st_mtime_ns == record.file.modified_ns:
            return False
        # Touched, or put back: the content decides.
        with place.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() != record.file.content_hash
    except (DocumentError, OSError):
        return True
