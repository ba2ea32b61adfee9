"""A report as a web page of one file: no script, no request to any host, everything from documents escaped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from qa.history.report import Line, Part, Reference, Report
from qa.history.words import Language, word
from qa.presentation import Piece
from qa.report.html import Markup, element, join, page

STYLE = Path(__file__).with_name("web_page.css")


def to_html(report: Report, today: date | None = None) -> str:
    """Return a report as a page; each mark leads to its reference."""
    made = word(report.language, "made_by", day=(today or date.today()).isoformat())
    parts = [_part(part, report.language) for part in report.parts]
    if report.references:
        heading = element("h2", word(report.language, "references"))
        parts.append(
            element("section", heading, element("ol", *map(_reference, report.references)), class_="references")
        )
    title = report.title
    main = element("main", element("h1", title), element("p", made, class_="made"), *parts)
    lang = "zh" if report.language == "zh" else "en"
    return page(title, STYLE.read_text("utf-8"), main, lang=lang)


def _part(part: Part, language: Language) -> Markup:
    lines = [element("p", *_pieces(line, language)) for line in part.lines]
    asides = [element("p", *_pieces(line, language), class_="aside") for line in part.asides]
    return element("section", element("h2", part.question), *lines, *asides)


def _pieces(line: Line, language: Language) -> list[Markup]:
    return [_piece(piece, language) for piece in line]


def _piece(piece: Piece, language: Language) -> Markup:
    if piece.kind == "mark":
        return element("a", f"[{piece.number}]", href=f"#source-{piece.number}", class_="mark")
    if piece.kind == "unfounded":
        return element("span", word(language, "no_source").strip(), class_="unfounded")
    if piece.kind in ("strong", "label"):
        return element("strong", piece.text)
    return join([piece.text])


def _reference(one: Reference) -> Markup:
    place = element("span", f" {one.place}", class_="place") if one.place else ""
    return element(
        "li",
        element("strong", one.title),
        place,
        element("blockquote", one.quote),
        element("span", one.file, class_="file"),
        id=f"source-{one.number}",
        value=one.number,
    )
