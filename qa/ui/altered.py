"""A source that is no longer as it was quoted: the passage as it was then, and what stands in its place now."""

from __future__ import annotations

from collections.abc import Sequence

from index.datatypes import Document, Passage
from qa.assistant import Assistant
from qa.ui.highlights import Span
from qa.ui.markup import Html, element, join
from qa.ui.standing import Quoted, Standing
from qa.ui.texts import Language, say
from qa.ui.wording import Piece, compare, most_similar


def show_label(standing: Standing, language: Language) -> Html:
    """Return the label of a quote that is no longer there, nothing for others."""
    if standing.kind not in ("changed", "deleted", "unreadable"):
        return join()
    return element("strong", say(language, f"source_{standing.kind}"), class_="standing")


def find_now(assistant: Assistant, document: Document, quoted: Quoted) -> Span | None:
    """Return the words of a document's present text that are most like a quote."""
    record = assistant.generation.records.get(document.path)
    # A sync may have replaced it between two looks.
    is_same = record is not None and record.document is document
    return most_similar(document.text, record.sentences, quoted.quote) if record is not None and is_same else None


def show_lost(standing: Standing, quoted: Quoted, passage: Passage | None, language: Language) -> Html:
    """Return what an answer quoted from a document that is gone."""
    then = _as_it_was(quoted, [Piece(quoted.quote, False)], passage, language)
    return element("div", show_label(standing, language), then, class_="lost")


def show_changed(
    standing: Standing, quoted: Quoted, passage: Passage | None, now: str | None, language: Language
) -> Html:
    """Return a quote in its passage and what stands in its place `now`, each with what differs marked."""
    label = show_label(standing, language)
    if now is None:
        then = _as_it_was(quoted, [Piece(quoted.quote, False)], passage, language)
        nothing = element("p", say(language, "reads_nothing"), class_="aside")
        return element("div", label, then, nothing, class_="changed")
    before, after = compare(quoted.quote, now)
    heading = element("span", say(language, "reads_now"), class_="label")
    present = element("div", heading, element("p", *_pieces(after, "ins")), class_="wording now")
    return element("div", label, _as_it_was(quoted, before, passage, language), present, class_="changed")


def _as_it_was(quoted: Quoted, pieces: Sequence[Piece], passage: Passage | None, language: Language) -> Html:
    """Return a quote, in pieces, where it stood in its passage; alone where that does not hold it or is no more."""
    quote = element("mark", *_pieces(pieces, "del"), class_="was", tabindex=-1)
    before, behind = _around(quoted, passage)
    label = element("span", say(language, "quoted"), class_="label")
    return element("div", label, element("p", before, quote, behind), class_="wording")


def _around(quoted: Quoted, passage: Passage | None) -> tuple[str, str]:
    if passage is None:
        return "", ""
    start = quoted.start - passage.start
    if start < 0 or not passage.text.startswith(quoted.quote, start):
        return "", ""
    return passage.text[:start], passage.text[start + len(quoted.quote) :]


def _pieces(pieces: Sequence[Piece], tag: str) -> list[str]:
    return [element(tag, piece.text) if piece.differs else piece.text for piece in pieces]
