"""A conversation as a file to take along: its kinds, its name, its content."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, get_args

from qa.history.datatypes import Conversation
from qa.history.markdown import to_markdown
from qa.history.report import compile_report
from qa.history.web_page import to_html
from qa.history.words import Language

Kind = Literal["md", "docx", "html"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MEDIA_TYPES: dict[Kind, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
}
# What no system allows in names, and what turns the reading direction or cannot be seen.
NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
LONGEST_NAME = 60


def export(conversation: Conversation, kind: Kind, language: Language) -> bytes:
    """Return the content of a file with a conversation's questions, answers and numbered references."""
    report = compile_report(conversation, language)
    if kind == "docx":
        from qa.history.word_file import to_docx  # takes a quarter of a second to import, and is rarely wanted

        return to_docx(report)
    text = to_markdown(report) if kind == "md" else to_html(report)
    return text.encode("utf-8", "replace")


def file_name(conversation: Conversation, kind: Kind, language: Language) -> str:
    """Return a name that every system allows, after the conversation's title."""
    title = compile_report(conversation, language).title
    visible = "".join(sign for sign in title if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    name = " ".join(NOT_IN_NAMES.sub(" ", visible).split())[:LONGEST_NAME].strip(". ")
    return f"{name or 'wendang'}.{kind}"
