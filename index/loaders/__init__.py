"""File → Document: a table from suffix to loader. A file that cannot be read raises `DocumentError`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath

from index.datatypes import Document, Failure
from index.errors import DocumentError
from index.loaders.extract import Extract, Line, Part, Source
from index.loaders.signatures import check_content
from index.loaders.structure import assemble, lay_lines, lay_pages

Loader = Callable[[Source], Extract]
# Suffix → module and function. A loader is imported when its first file comes, since some take a second to do so.
LOADERS: dict[str, tuple[str, str]] = {
    ".txt": ("text", "read_text"),
    ".md": ("markdown", "read_markdown"),
    ".markdown": ("markdown", "read_markdown"),
    ".pdf": ("pdf", "read_pdf"),
    ".png": ("picture", "read_picture"),
    ".jpg": ("picture", "read_picture"),
    ".jpeg": ("picture", "read_picture"),
    ".tif": ("picture", "read_picture"),
    ".tiff": ("picture", "read_picture"),
    ".docx": ("docx", "read_docx"),
    ".docm": ("docx", "read_docx"),
    ".pptx": ("pptx", "read_pptx"),
    ".pptm": ("pptx", "read_pptx"),
    ".ppsx": ("pptx", "read_pptx"),
    ".xlsx": ("sheets", "read_sheets"),
    ".xlsm": ("sheets", "read_sheets"),
    ".xls": ("sheets", "read_sheets"),
    ".et": ("sheets", "read_sheets"),
    ".ods": ("sheets", "read_sheets"),
    ".csv": ("delimited", "read_delimited"),
    ".tsv": ("delimited", "read_delimited"),
    ".html": ("web", "read_html"),
    ".htm": ("web", "read_html"),
    ".xhtml": ("web", "read_html"),
    ".mhtml": ("mhtml", "read_mhtml"),
    ".mht": ("mhtml", "read_mhtml"),
    ".epub": ("epub", "read_epub"),
    ".eml": ("mail", "read_eml"),
    ".msg": ("mail", "read_msg"),
    ".zip": ("archive", "read_zip"),
    ".odt": ("odt", "read_odt"),
    ".odp": ("libreoffice", "read_with_libreoffice"),
    ".rtf": ("libreoffice", "read_with_libreoffice"),
    ".doc": ("libreoffice", "read_with_libreoffice"),
    ".ppt": ("libreoffice", "read_with_libreoffice"),
    ".wps": ("libreoffice", "read_with_libreoffice"),
    ".dps": ("libreoffice", "read_with_libreoffice"),
}
LARGEST_FILE = 500 * 1024 * 1024
# Of documents inside of documents: how deep they are looked for, how many, and of how many bytes altogether.
DEEPEST_PART, MOST_PARTS, LARGEST_PARTS = 3, 10_000, 1024 * 1024 * 1024
# Bombs lie in many small archives, of which none is suspect by itself: so many times the size of the file is opened.
MOST_TIMES, ALWAYS_OPENED = 100, 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document, and where its lines stand on its pages, where the format tells."""

    document: Document
    lines: tuple[Line, ...] = ()


def is_supported(path: str) -> bool:
    """Whether a file's suffix has a loader."""
    return PurePosixPath(path).suffix.lower() in LOADERS


def load_document(folder: Path, path: str) -> Document:
    """Read `folder/path`. Raises `DocumentError` with the reason where that cannot be done."""
    return parse_document(path, read_bytes(folder, path))


def read_bytes(folder: Path, path: str) -> bytes:
    """Return a file's bytes, refusing those that are too large to be a document."""
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
    """Turn a file's bytes into a document, leaving out what is inside of it.

    The title is the one that the text gives itself, else the file's name without suffix.
    """
    source = Source(path, data)
    return _document(source, _extract(source), "").document


def parse_file(source: Source) -> Iterator[Parsed | Failure]:
    """Yield the documents of a file: its own, if it has one, then those inside of it, with those that cannot be read.

    Those inside are named after the file, `往来/三月.eml/附件.docx`. Raises `DocumentError` where nothing can be read.
    """
    budget = _Budget(MOST_PARTS, min(LARGEST_PARTS, max(ALWAYS_OPENED, MOST_TIMES * len(source.data))))
    found = [*_parse(source, "", 0, budget)]
    if not any(isinstance(one, Parsed) for one in found):
        reasons = "; ".join(f"{one.document}: {one.error}" for one in found[:3] if isinstance(one, Failure))
        raise DocumentError(reasons or "no document in it that could be read. Put one into it, or remove it")
    yield from found


@dataclass(slots=True)
class _Budget:
    """How much is left of what may be inside of one file; `is_told` once more than that was met."""

    parts: int
    size: int
    is_told: bool = False

    def take(self, part: Part) -> bool:
        """Whether a part is still to be opened. Raises `DocumentError` at the first that is not."""
        self.parts, self.size = self.parts - 1, self.size - len(part.data)
        if self.parts >= 0 and self.size >= 0:
            return True
        if not self.is_told:
            self.is_told = True
            raise DocumentError(
                f"more than {MOST_PARTS:,} files, {LARGEST_PARTS:,} bytes or {MOST_TIMES} times its size in one file; "
                "this one and what follows is left out. Split it into smaller ones"
            )
        return False


def _parse(source: Source, file: str, depth: int, budget: _Budget) -> Iterator[Parsed | Failure]:
    extract = _extract(source)
    if extract.blocks or not extract.parts:
        yield _document(source, extract, file)
    taken: set[str] = set()
    for part in extract.parts:
        path = f"{source.path}/{_free_name(part, taken)}"
        try:
            if not budget.take(part):
                return
            if depth >= DEEPEST_PART:
                raise DocumentError(f"it lies {depth + 1} files deep; at most {DEEPEST_PART} are opened. Unpack it")
            if is_supported(path):
                yield from _parse(Source(path, part.data, source.report), file or source.path, depth + 1, budget)
        except DocumentError as error:
            yield Failure(path, str(error))


def find_part(source: Source, path: str) -> Source:
    """Return a document inside of a file, by the path that `parse_file` names it by. Raises `DocumentError`."""
    taken: set[str] = set()
    for part in _extract(source).parts:
        inner = Source(f"{source.path}/{_free_name(part, taken)}", part.data, source.report)
        if inner.path == path:
            return inner
        if path.startswith(f"{inner.path}/") and is_supported(inner.path):
            return find_part(inner, path)
    raise DocumentError(f"{path} is no longer in it. Look again after the next sync")


def _free_name(part: Part, taken: set[str]) -> str:
    """Return a part's name, with a number where another one bears it."""
    name = PurePosixPath(part.name)
    number, free = 1, part.name
    while free in taken:
        number += 1
        free = str(name.with_name(f"{name.stem} ({number}){name.suffix}"))
    taken.add(free)
    return free


def _extract(source: Source) -> Extract:
    found = LOADERS.get(source.suffix)
    if found is None:
        raise DocumentError(f"no loader for {source.suffix or 'a file without suffix'}")
    if not source.data.strip(b"\x00 \t\r\n"):
        raise DocumentError("the file is empty. Put text into it, or remove it from the folder")
    check_content(source)
    module, function = found
    loader: Loader = getattr(import_module(f"index.loaders.{module}"), function)
    return loader(source)


def _document(source: Source, extract: Extract, file: str) -> Parsed:
    text, sections = assemble(extract.blocks, extract.title)
    if not any(character.isalnum() for character in text):
        told = "; ".join(extract.notes)
        raise DocumentError(told or "no text in it. Put text into it, or remove it from the folder")
    document = Document(
        path=source.path,
        title=extract.title or PurePosixPath(source.path).stem,
        text=text,
        sections=sections,
        pages=lay_pages(extract.blocks, extract.names),
        content_hash=hashlib.sha256(source.data).hexdigest(),
        has_own_title=extract.title is not None,
        unit=extract.unit,
        file=file,
        notes=tuple(extract.notes),
    )
    return Parsed(document, lay_lines(extract.blocks))
