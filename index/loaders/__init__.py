"""File → Document: a table from suffix to loader. A file that cannot be read raises `DocumentError`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from index.datatypes import Document
from index.errors import DocumentError
from index.loaders.encoding import decode
from index.loaders.markdown import read_markdown
from index.loaders.structure import Block, assemble
from index.loaders.text import read_text

Loader = Callable[[str], tuple[str | None, list[Block]]]
LOADERS: dict[str, Loader] = {".txt": read_text, ".md": read_markdown, ".markdown": read_markdown}
LARGEST_FILE = 100 * 1024 * 1024


def is_supported(path: str) -> bool:
    """Whether a file's suffix has a loader."""
    return PurePosixPath(path).suffix.lower() in LOADERS


def load_document(folder: Path, path: str) -> Document:
    """Read `folder/path`. Raises `DocumentError` with the reason where that cannot be done."""
    return parse_document(path, read_bytes(folder, path))


def read_bytes(folder: Path, path: str) -> bytes:
    """Return a file's bytes, refusing those that are too large to be a document of text."""
    try:
        size = (folder / path).stat().st_size
        if size > LARGEST_FILE:
            raise DocumentError(f"{size:,} bytes; at most {LARGEST_FILE:,} are read. Split the file into smaller ones")
        return (folder / path).read_bytes()
    except OSError as error:
        raise DocumentError(
            f"cannot be read ({error.strerror or error}). Check that it is there and readable"
        ) from None


def parse_document(path: str, data: bytes) -> Document:
    """Turn a file's bytes into a document.

    The title is the one that the text gives itself, else the file's name without suffix.
    """
    loader = LOADERS.get(PurePosixPath(path).suffix.lower())
    if loader is None:
        raise DocumentError(f"no loader for {PurePosixPath(path).suffix or 'a file without suffix'}")
    if not data.strip(b"\x00 \t\r\n"):
        raise DocumentError("the file is empty. Put text into it, or remove it from the folder")
    title, blocks = loader(_clean(decode(data)))
    text, sections = assemble(blocks, title)
    if not any(character.isalnum() for character in text):
        raise DocumentError("no text in it. Put text into it, or remove it from the folder")
    return Document(
        path=path,
        title=title or PurePosixPath(path).stem,
        text=text,
        sections=sections,
        pages=(),
        content_hash=hashlib.sha256(data).hexdigest(),
        has_own_title=title is not None,
    )


def _clean(text: str) -> str:
    """Take out what no reader sees: controls, zero-width marks, bidirectional overrides; make odd spaces plain."""
    text = re.sub(
        r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufffd]",
        "",
        text,
    )
    return re.sub(r"[\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\u00a0", " ")
