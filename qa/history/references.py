"""One answer to take along: its text, then what its marks stand for, in the form of the exports."""

from __future__ import annotations

from qa.history.datatypes import Conversation, Exchange
from qa.history.markdown import line_text, references_text
from qa.history.report import compile_report
from qa.history.words import Language, word


def with_references(exchange: Exchange, language: Language) -> str:
    """Return an exchange's answer as Markdown, below it what is said of it, and its references, numbered.

    Of an exchange without an answer, return its note.
    """
    report = compile_report(Conversation((exchange,)), language)
    blocks = [line_text(line, language) for part in report.parts for line in part.lines]
    blocks += [f"> {line_text(line, language)}" for part in report.parts for line in part.asides]
    if report.references:
        blocks += [f"**{word(language, 'references')}**", references_text(report.references)]
    return "\n\n".join(blocks)
