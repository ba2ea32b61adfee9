"""Questions in the characters of whoever reads them, simplified or traditional, where their document has the others."""

from __future__ import annotations

from dataclasses import replace

from index.lexical import in_simplified, in_traditional
from qa.suggesting.datatypes import Script, Suggestion


def in_other_script(question: str) -> str:
    """Return a question in the characters that it is not written in; "" where these are the same."""
    simplified = in_simplified(question)
    other = simplified if simplified != question else in_traditional(question)
    return other if other != question else ""


def in_script(suggestion: Suggestion, script: Script | None) -> Suggestion:
    """Return a suggestion in a reader's characters, if it was answered in them; as it was made for None."""
    written = "traditional" if in_simplified(suggestion.question) != suggestion.question else "simplified"
    if not suggestion.other or script in (None, written):
        return suggestion
    return replace(suggestion, question=suggestion.other, other=suggestion.question)


def script_of(text: str) -> Script | None:
    """Return the characters that a text is written in, None where all of them are the same in both."""
    if in_simplified(text) != text:
        return "traditional"
    return "simplified" if in_traditional(text) != text else None
