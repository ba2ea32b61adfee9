"""What has become of the place that an old answer quotes: there, in a renamed file, reworded, or gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from index.datatypes import Document, Spot
from index.generations import Generation
from qa.assistant import Assistant
from qa.library import failures_of
from qa.ui.highlights import Span
from qa.ui.reader import find_again

Kind = Literal["there", "renamed", "changed", "deleted", "unreadable"]


@dataclass(frozen=True, slots=True)
class Quoted:
    """The words that an answer quotes, and where they stood. `title` is the document's.

    `certainty` is that of character recognition where it is low.
    """

    document: str
    title: str
    start: int
    quote: str
    headings: tuple[str, ...] = ()
    spot: Spot = field(default_factory=Spot)
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a quote: `span` is where its words stand now in `document`, as far as there are both."""

    kind: Kind
    document: Document | None = None
    span: Span | None = None


def find_standing(assistant: Assistant, quoted: Quoted, versions: Mapping[str, str]) -> Standing:
    """Return where a quote stands by now; `versions` are the documents' content hashes when it was quoted."""
    generation = assistant.generation
    document = generation.documents.get(quoted.document)
    if document is not None and (span := find_again(document.text, quoted.quote, quoted.start)) is not None:
        return Standing("there", document, span)
    renamed = _find_renamed(generation, quoted, versions.get(quoted.document))
    if renamed is not None:
        return Standing("renamed", renamed, find_again(renamed.text, quoted.quote, quoted.start))
    if document is not None:
        return Standing("changed", document)
    is_failed = any(failure.document == quoted.document for failure in failures_of(assistant))
    return Standing("unreadable" if is_failed else "deleted")


def _find_renamed(generation: Generation, quoted: Quoted, content_hash: str | None) -> Document | None:
    """Return the document of the same content or, where it was edited besides, of the same title with the quote."""
    others = [document for path, document in generation.documents.items() if path != quoted.document]
    same = (document for document in others if document.content_hash == content_hash)
    alike = (
        document
        for document in others
        if document.has_own_title and document.title == quoted.title and quoted.quote in document.text
    )
    return next(same, None) or next(alike, None)
