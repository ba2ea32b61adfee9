"""Where a question is asked: in all documents, in a folder, in picked ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import translate

from index.errors import ScopeError
from index.generations import Generation, narrow

SUGGESTED = 3
NEAR = 0.5
# A conversation stays in its scope, and a page or two more may be open.
KEPT = 4
WILD = re.compile(r"[*?\[]")
ANY_DEPTH = "**"
Places = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Patterns that name documents; none at all is all documents.

    A pattern is a folder (`规章` or `规章/`), a document's path as it is listed, a mail or an archive with its parts,
    or a glob: `规章/*.md`, `**/*2023*`, and without a slash a name at any depth, `*.pdf`. What a glob names may be a
    folder as well. Case and width of letters do not count, unless there is a document that they tell apart.
    """

    patterns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def select(self, paths: Collection[str]) -> frozenset[str]:
        """Return those of some documents' paths that the patterns name.

        Raises `ScopeError` where one of the patterns names none.
        """
        if not self:
            return frozenset(paths)
        places = places_of(paths)
        folded: Places = {}
        for place, held in places.items():
            folded.setdefault(fold(place), []).extend(held)
        selected: set[str] = set()
        for pattern in self.patterns:
            found = _named(pattern, places, folded)
            if not found:
                raise ScopeError(_nothing(pattern, places))
            selected |= found
        return frozenset(selected)


EVERYWHERE = Scope()


class NarrowedGenerations:
    """The generations of the scopes that were asked last, so that a conversation in one scope narrows but once."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Let go of all of them, and of the generation that they are parts of."""
        self._kept: tuple[Generation | None, dict[Scope, Generation]] = (None, {})

    def narrow(self, generation: Generation, scope: Scope) -> Generation:
        """Return a generation with the documents of a scope alone. Raises `ScopeError` where it has none."""
        if not scope:
            return generation
        whole, kept = self._kept
        kept = kept if whole is generation else {}
        narrowed = kept.get(scope) or narrow(generation, scope.select(generation.records))
        # Swapped as one value: two threads may both narrow, which does no harm.
        others = [(one, its) for one, its in kept.items() if one != scope]
        self._kept = (generation, {**dict(others[1 - KEPT :]), scope: narrowed})
        return narrowed


def places_of(paths: Iterable[str]) -> Places:
    """Return for each document and each folder, archive or mail around one the documents at or below it."""
    places: Places = {}
    for path in paths:
        places.setdefault(path, []).append(path)
        end = path.rfind("/")
        while end > 0:
            places.setdefault(path[:end], []).append(path)
            end = path.rfind("/", 0, end)
    return places


def fold(text: str) -> str:
    """Return the form in which patterns and paths are compared."""
    return unicodedata.normalize("NFKC", text).casefold()


def _named(pattern: str, places: Places, folded: Places) -> set[str]:
    """Return the documents that a pattern names: as it is written, else without case, else as a glob."""
    bare = pattern.removeprefix("./").strip("/")
    # A name may hold signs of a glob (通知[2023].md), so what is there under that name goes first.
    found = places.get(bare) or folded.get(fold(bare))
    if found is None and WILD.search(fold(bare)):
        parts = fold(bare).split("/")
        parts = parts if len(parts) > 1 else [ANY_DEPTH, *parts]
        globs = [None if part == ANY_DEPTH else re.compile(translate(part)) for part in parts]
        found = [path for place, held in folded.items() if _fits(place.split("/"), globs) for path in held]
    return set(found or ())


def _fits(names: Sequence[str], globs: Sequence[re.Pattern[str] | None]) -> bool:
    """Whether the names of a path fit a glob, one for one; None stands for any number of them."""
    # All counts of names that the globs so far may have used up: many `**` in a row then cost no more than one.
    used = {0}
    for glob in globs:
        if glob is None:
            used = set(range(min(used), len(names) + 1))
        else:
            used = {count + 1 for count in used if count < len(names) and glob.match(names[count])}
        if not used:
            return False
    return len(names) in used


def _nothing(pattern: str, places: Places) -> str:
    """Say that a pattern names no document, and what is called something like it."""
    said = f"no document matches {pattern!r}"
    if not places:
        return f"{said}: none is indexed yet. Put files into the documents folder, then run: python -m qa sync"
    near = ", ".join(_near(pattern, places))
    return f"{said}. {f'Near it: {near}. ' if near else ''}List what can be named: python -m qa documents"


def _near(pattern: str, places: Places) -> Iterator[str]:
    """Yield the folders and documents whose path or name is most like a pattern, the likest first."""
    known: dict[str, str] = {}
    for place in places:
        shown = place if place in places[place] else f"{place}/"
        known.setdefault(fold(place), shown)
        known.setdefault(fold(place.rpartition("/")[2]), shown)
    words = WILD.sub("", fold(pattern)).strip("/")
    if not words:
        return
    # As a shell completes it, with the documents folder in front: documents/规章.
    parts = words.split("/")
    names = [name for at in range(1, len(parts)) if (name := "/".join(parts[at:])) in known]
    names += get_close_matches(words, known, SUGGESTED, NEAR)
    names += [name for name in known if words in name]
    yield from list(dict.fromkeys(known[name] for name in names))[:SUGGESTED]
