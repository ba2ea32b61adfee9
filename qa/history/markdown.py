"""A report as Markdown: readable as it is, and rendered alike everywhere, whatever signs the documents' words hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from qa.history.report import Line, Reference, Report
from qa.history.words import Language, word
from qa.presentation import Piece

SIGN = re.compile(r"([\\`*_\[\]<>|~$&])")
# What begins a heading, an item, a quote or a rule at the start of a line.
START = re.compile(r"^(\s*[0-9]{0,9})([#+\-=.)])")
# Marks of emphasis that stand against a sign and a letter are none to Markdown, so signs stay outside.
CORE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


def to_markdown(report: Report, today: date | None = None) -> str:
    """Return a report as Markdown, ending in a line end."""
    made = word(report.language, "made_by", day=(today or date.today()).isoformat())
    blocks = [f"# {plain(report.title)}", plain(made)]
    for part in report.parts:
        blocks.append(f"## {plain(part.question)}")
        blocks += [line_text(line, report.language) for line in part.lines]
        blocks += [f"> {line_text(line, report.language)}" for line in part.asides]
    if report.references:
        blocks += [f"## {word(report.language, 'references')}", references_text(report.references)]
    return "\n\n".join(blocks) + "\n"


def references_text(references: Iterable[Reference]) -> str:
    """Return references as a numbered list, each with its document, its place, its words and its file."""
    return "\n".join(
        f"{one.number}. **{plain(one.title)}**{f' — {plain(one.place)}' if one.place else ''}\n"
        f"   “{plain(one.quote)}”（{plain(one.file)}）"
        for one in references
    )


def line_text(line: Line, language: Language) -> str:
    """Return one line of an answer; its marks are `[n]`."""
    return _at_start("".join(_piece_text(piece, language) for piece in line))


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _at_start(SIGN.sub(r"\\\1", " ".join(text.split())))


def _at_start(text: str) -> str:
    return START.sub(r"\1\\\2", text)


def _piece_text(piece: Piece, language: Language) -> str:
    if piece.kind == "mark":
        return f"[{piece.number}]"
    if piece.kind == "unfounded":
        return word(language, "no_source")
    if piece.kind not in ("strong", "label"):
        return SIGN.sub(r"\\\1", piece.text)
    found = CORE.match(piece.text)
    before, core, behind = (SIGN.sub(r"\\\1", part) for part in found.groups()) if found else ("", "", "")
    return f"{before}**{core}**{behind}" if core else before + behind
