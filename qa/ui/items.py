"""What the documents panel lists: what is indexed, what is on its way, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from index.datatypes import Failure
from index.loaders import is_supported
from qa.assistant import Assistant, DocumentEntry
from qa.library import failures_of
from qa.sync_state import SyncState
from qa.syncing import Syncing
from qa.ui.kinds import kind_of

State = Literal["indexed", "waiting", "failed"]


@dataclass(frozen=True, slots=True)
class Item:
    """One document of the list. `size` is None where it is not known, `date` is "" where nothing is indexed.

    `file` is the file that it came in, `error` why it could not be read; `notes` and `alike` are those of the entry.
    """

    path: str
    title: str
    kind: str
    state: State
    size: int | None = None
    passages: int = 0
    date: str = ""
    file: str = ""
    error: str = ""
    notes: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Return the path of the folder, mail or archive that it lies in; "" for the documents folder itself."""
        return self.path.rpartition("/")[0]

    @property
    def is_part(self) -> bool:
        """Whether it is inside of a mail or an archive."""
        return self.file != self.path


class ItemList:
    """The documents of a library; put together anew only where something has changed, since there may be thousands."""

    def __init__(self, syncing: Syncing) -> None:
        self.syncing = syncing
        self._kept: tuple[tuple[object, ...], tuple[Item, ...]] | None = None

    def items(self) -> tuple[Item, ...]:
        """List all documents in the order of their paths."""
        state, assistant = self.syncing.state, self.syncing.assistant
        failures = failures_of(assistant)
        # A generation never changes, so that it stands for all that is in it.
        seen = (assistant.generation, failures, state.awaited, state.coming)
        kept = self._kept
        if kept is None or kept[0][0] is not seen[0] or kept[0][1:] != seen[1:]:
            kept = self._kept = (seen, tuple(_put_together(assistant, failures, state)))
        return kept[1]


def _put_together(assistant: Assistant, failures: list[Failure], state: SyncState) -> Iterator[Item]:
    coming = {file.path: file.size for file in state.coming}
    awaited = state.awaited | coming.keys()
    items = {entry.path: _indexed(entry, awaited) for entry in assistant.documents()}
    for failure in failures:
        items.setdefault(failure.document, _failed(failure, assistant.settings.documents, awaited))
    files = {item.file for item in items.values()}
    for path, size in coming.items():
        if path not in files:
            items[path] = Item(path, PurePosixPath(path).name, kind_of(path), "waiting", size, file=path)
    return (items[path] for path in sorted(items))


def _indexed(entry: DocumentEntry, awaited: frozenset[str] | set[str]) -> Item:
    is_awaited = entry.path in awaited or entry.file in awaited
    return Item(
        path=entry.path,
        title=entry.title,
        kind=kind_of(entry.path),
        state="waiting" if is_awaited else "indexed",
        size=entry.size,
        passages=entry.passages,
        date=entry.indexed_at,
        file=entry.file,
        notes=entry.notes,
        alike=entry.alike,
    )


def _failed(failure: Failure, folder: Path, awaited: frozenset[str] | set[str]) -> Item:
    path = PurePosixPath(failure.document)
    around = [parent for parent in path.parents if is_supported(parent.name)]
    try:
        file = next((str(parent) for parent in around if (folder / parent).is_file()), str(path))
        size = (folder / path).stat().st_size if file == str(path) else None
    except (OSError, ValueError):
        file, size = str(path), None
    state: State = "waiting" if failure.document in awaited else "failed"
    return Item(failure.document, path.name, kind_of(path.name), state, size, file=file, error=failure.error)
