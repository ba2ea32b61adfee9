"""Generations: the FAISS and BM25 files derived from the store, written whole, checked, and loaded."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.datatypes import Document, Passage
from index.errors import StoreError
from index.lexical import LexicalIndex, fold_in_place, learn_words
from index.search import SearchIndex, sentence_starts
from index.store import Store
from index.vectors import VectorIndex

logger = logging.getLogger(__name__)
PASSAGE_FILE, SENTENCE_FILE, LEXICAL_FOLDER = "passages.faiss", "sentences.faiss", "bm25"


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of the whole index; it never changes, so questions under way finish on it."""

    number: int
    documents: dict[str, Document]
    index: SearchIndex


def generations_folder(data: Path) -> Path:
    return data / "generations"


def lexical_text(passage: Passage) -> str:
    """Return what a passage is found by in words: its file's name, title and headings stand in front of its text.

    The name is left to the words, so that renaming a file embeds nothing.
    """
    stem = PurePosixPath(passage.document).stem
    context = (passage.title, *passage.headings) if stem == passage.title else (stem, passage.title, *passage.headings)
    return "\n".join((*context, passage.text))


def write_generation(store: Store, number: int, dimension: int) -> tuple[str, dict[str, str], Generation]:
    """Derive a generation from the store's present rows and write its files; the caller makes it the current one.

    Returns the folder's name, the SHA-256 of each file, and the generation ready for use. Its name is new each time:
    a write that was killed leaves a folder behind that nothing points to.
    """
    generation = _derive(store, number, dimension)
    name = f"{number:08d}-{uuid.uuid4().hex[:8]}"
    folder = generations_folder(store.folder) / name
    try:
        folder.mkdir(parents=True)
        generation.index.passage_vectors.save(folder / PASSAGE_FILE)
        generation.index.sentence_vectors.save(folder / SENTENCE_FILE)
        generation.index.lexical.save(folder / LEXICAL_FOLDER)
        for path in _files(folder):
            _flush(path)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            f"the index cannot be written to {folder} ({error}). Free some disk space or check the folder's "
            "permissions, then sync again; the index as it was is still in service"
        ) from error
    return name, _manifest(folder), generation


def _derive(store: Store, number: int, dimension: int) -> Generation:
    documents = store.documents()
    passages = store.passages(documents)
    return Generation(
        number=number,
        documents={document.path: document for document in documents},
        index=SearchIndex(
            passages=tuple(passages),
            passage_vectors=VectorIndex.build(store.passage_vectors(dimension)),
            sentence_vectors=VectorIndex.build(store.sentence_vectors(dimension)),
            sentence_starts=sentence_starts(passages),
            lexical=_derive_words(store, documents, passages),
            texts={document.path: document.text for document in documents},
            titles=_folded_titles(documents),
        ),
    )


def _folded_titles(documents: Sequence[Document]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold_in_place(document.title) for document in documents))


def _derive_words(store: Store, documents: Sequence[Document], passages: Sequence[Passage]) -> LexicalIndex:
    """Index the passages' words, with those that the documents teach and those that the user named kept whole."""
    titles = {document.title for document in documents}
    titles.update(heading for document in documents for section in document.sections for heading in section.headings)
    learned = learn_words((document.text for document in documents), sorted(titles))
    return LexicalIndex.build([lexical_text(passage) for passage in passages], (*learned, *store.user_words()))


def load_generation(store: Store) -> Generation:
    """Return the generation in service, its files checked by SHA-256; damaged ones are built anew from the store.

    Raises `StoreError` where nothing was indexed yet.
    """
    with store.snapshot():
        number = store.current_generation()
        if number == 0:
            raise StoreError(f"no index in {store.folder} yet. Build it: python -m qa sync")
        name, manifest = store.generation(number)
        dimension = store.dimension()
        folder = generations_folder(store.folder) / name
        documents = store.documents()
        passages = store.passages(documents)
    damaged = _damaged(folder, manifest)
    if damaged is None and not LexicalIndex.is_current(folder / LEXICAL_FOLDER):
        logger.info("the words in %s were indexed by another version; indexing them anew", folder)
        return _mend(store, dimension)
    if damaged is None:
        return _load(folder, number, dimension, documents, passages)
    logger.warning("index file %s in %s is damaged or gone; building it anew", damaged, folder)
    return _mend(store, dimension)


def check_generation(store: Store) -> tuple[int, str | None]:
    """Return the number of the generation in service and the name of a file of it that is damaged or gone, if any."""
    with store.snapshot():
        number = store.current_generation()
        name, manifest = store.generation(number)
    return number, _damaged(generations_folder(store.folder) / name, manifest)


def _mend(store: Store, dimension: int) -> Generation:
    with store.transaction():
        number = store.current_generation()
        name, manifest, generation = write_generation(store, number, dimension)
        store.replace_generation_files(number, name, manifest)
    return generation


def _load(
    folder: Path, number: int, dimension: int, documents: Sequence[Document], passages: Sequence[Passage]
) -> Generation:
    starts = sentence_starts(passages)
    index = SearchIndex(
        passages=tuple(passages),
        passage_vectors=VectorIndex.load(folder / PASSAGE_FILE, dimension, len(passages)),
        sentence_vectors=VectorIndex.load(folder / SENTENCE_FILE, dimension, int(starts[-1])),
        sentence_starts=starts,
        lexical=LexicalIndex.load(folder / LEXICAL_FOLDER),
        texts={document.path: document.text for document in documents},
        titles=_folded_titles(documents),
    )
    return Generation(number, {document.path: document for document in documents}, index)


def remove_other_folders(store: Store, keep: Sequence[str]) -> None:
    """Delete the folders of generations that nothing points to."""
    root = generations_folder(store.folder)
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


def _damaged(folder: Path, manifest: dict[str, str]) -> str | None:
    """Return the name of a file that is not as it was written, or None."""
    for name, digest in manifest.items():
        try:
            if _sha256(folder / name) != digest:
                return name
        except OSError:
            return name
    return None


def _manifest(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Have the disk hold a file before the database says that it is there."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
