"""A file that could not be read, opened all the same: why, what to do, and the file itself to look at."""

from __future__ import annotations

from index.datatypes import Failure
from qa.assistant import Assistant
from qa.library import failures_of
from qa.ui.markup import Html, element, join
from qa.ui.reader_head import show_unread_head
from qa.ui.reasons import explain
from qa.ui.texts import Language, say


def find_failure(assistant: Assistant, path: str) -> Failure | None:
    """Return why a file could not be read at the last sync, None where nothing is known of it."""
    return next((failure for failure in failures_of(assistant) if failure.document == path), None)


def show_unread(assistant: Assistant, failure: Failure, language: Language) -> Html:
    """Return what there is to be seen of such a file: its name, the way to keep it, what failed and what to do."""
    head = show_unread_head(assistant, failure.document, language)
    return join(head, element("div", *show_reason(failure, language), class_="lost"))


def show_reason(failure: Failure, language: Language) -> list[Html]:
    """Return what failed, in the reader's words, and how the file is read again."""
    return [
        element("strong", say(language, "unread"), class_="standing"),
        element("p", explain(failure.error, language), class_="reason"),
        element("p", say(language, "unread_next"), class_="aside"),
    ]
