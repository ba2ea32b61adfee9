"""Documents in their folders → the rows of the list, in the order that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.ui.items import Item
from qa.ui.view import View


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A folder, or a mail or archive with documents inside (`is_file`): how much is in it and below it."""

    path: str
    depth: int
    is_open: bool
    documents: int
    failed: int
    passages: int
    size: int
    date: str
    is_file: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A document, so many folders deep."""

    item: Item
    depth: int


Row = FolderRow | ItemRow
Key = tuple[int | str, ...]


@dataclass(slots=True)
class _Folder:
    path: str
    items: list[Item] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)
    documents: int = 0
    failed: int = 0
    passages: int = 0
    # Of files: a mail or an archive is of the same size for all that is inside of it.
    sizes: dict[str, int] = field(default_factory=dict)
    date: str = ""
    is_file: bool = False

    @property
    def size(self) -> int:
        return sum(self.sizes.values())

    def count(self, item: Item) -> None:
        self.documents += 1
        self.failed += item.state == "failed"
        self.passages += item.passages
        self.sizes[item.file] = max(self.sizes.get(item.file, 0), item.size or 0)
        self.date = max(self.date, item.date)
        self.is_file = self.is_file or item.file == self.path

    def row(self, depth: int, is_open: bool) -> FolderRow:
        return FolderRow(
            path=self.path,
            depth=depth,
            is_open=is_open,
            documents=self.documents,
            failed=self.failed,
            passages=self.passages,
            size=self.size,
            date=self.date,
            is_file=self.is_file,
        )


def rows_of(items: Sequence[Item], view: View, is_large: bool) -> list[Row]:
    """Return the rows for the documents that a view looks at; a large library's folders are closed at first."""
    if view.is_flat:
        return [ItemRow(item, 0) for item in _in_order(items, view)]
    top = _Folder("")
    known = {"": top}
    for item in items:
        folder = _folder_at(item.folder, known)
        folder.items.append(item)
        for path in _up(item.folder):
            known[path].count(item)
    return [*_below(top, 0, view, is_large)]


def _folder_at(path: str, known: dict[str, _Folder]) -> _Folder:
    folder = known.get(path)
    if folder is None:
        folder = known[path] = _Folder(path)
        _folder_at(path.rpartition("/")[0], known).folders[path] = folder
    return folder


def _up(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _below(folder: _Folder, depth: int, view: View, is_large: bool) -> Iterator[Row]:
    # A folder that holds all there is says nothing while it is closed.
    is_alone = len(folder.folders) == 1 and not folder.items
    for inner in sorted(folder.folders.values(), key=lambda one: _folder_key(one, view), reverse=view.is_descending):
        is_open = _is_open(inner.path, view, is_large and not is_alone)
        yield inner.row(depth, is_open)
        if is_open:
            yield from _below(inner, depth + 1, view, is_large)
    yield from (ItemRow(item, depth) for item in _in_order(folder.items, view))


def _is_open(path: str, view: View, is_large: bool) -> bool:
    # What was looked for must not stay hidden in a folder.
    return view.is_chosen or path in view.opened or (path not in view.closed and not is_large)


def _in_order(items: Sequence[Item], view: View) -> list[Item]:
    ordered = sorted(items, key=lambda item: _key(item, view), reverse=view.is_descending)
    # What could not be read comes first, unless something else is asked for.
    return sorted(ordered, key=lambda item: item.state != "failed") if view.sort == "name" else ordered


def _key(item: Item, view: View) -> Key:
    name = item.title.casefold()
    match view.sort:
        case "kind":
            return (item.kind, name, item.path)
        case "passages":
            return (item.passages, name, item.path)
        case "size":
            return (item.size or 0, name, item.path)
        case "date":
            return (item.date, name, item.path)
    return (name, item.path)


def _folder_key(folder: _Folder, view: View) -> Key:
    path = folder.path.casefold()
    match view.sort:
        case "passages":
            return (folder.passages, path)
        case "size":
            return (folder.size, path)
        case "date":
            return (folder.date, path)
    return (path,)
