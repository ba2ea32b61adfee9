"""A report as a Word file."""

from __future__ import annotations

import io
import re
from datetime import date

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from qa.history.report import Line, Reference, Report
from qa.history.words import Language, word

LATIN, CHINESE = "Calibri", "Microsoft YaHei"
# XML can hold no other controls.
FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ACCENT, SUBDUED = RGBColor(0x22, 0x66, 0x6D), RGBColor(0x5D, 0x64, 0x68)


def to_docx(report: Report, today: date | None = None) -> bytes:
    """Return a report as a Word file; each mark leads to its reference."""
    file = Document()
    _use_fonts(file)
    file.core_properties.title = _clean(report.title)[:255]
    file.core_properties.author = "WenDang"
    file.add_heading(_clean(report.title), 1)
    _note(file, word(report.language, "made_by", day=(today or date.today()).isoformat()))
    for part in report.parts:
        file.add_heading(_clean(part.question), 2)
        for line in part.lines:
            _line(file.add_paragraph(), line, report.language)
        for line in part.asides:
            paragraph = file.add_paragraph()
            _line(paragraph, line, report.language)
            for run in paragraph.runs:
                run.font.color.rgb, run.font.size = SUBDUED, Pt(9)
    if report.references:
        file.add_heading(word(report.language, "references"), 2)
        for reference in report.references:
            _reference(file, reference)
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()


def _use_fonts(file: WordDocument) -> None:
    """Name a Chinese font too; without one, Word takes what the Latin one lacks from anywhere."""
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = file.styles[name]
        style.font.name = LATIN
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)
        for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(attribute), None)


def _line(paragraph: Paragraph, line: Line, language: Language) -> None:
    for piece in line:
        if piece.kind == "mark":
            _mark(paragraph, piece.number)
        else:
            text = word(language, "no_source") if piece.kind == "unfounded" else piece.text
            paragraph.add_run(_clean(text)).bold = piece.kind in ("strong", "label") or None


def _mark(paragraph: Paragraph, number: int) -> None:
    """Add `[n]` that leads to the bookmark of its reference."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), _bookmark(number))
    run = paragraph.add_run(f"[{number}]")
    run.font.color.rgb = ACCENT
    run.font.superscript = True
    link.append(run._r)
    paragraph._p.append(link)


def _reference(file: WordDocument, reference: Reference) -> None:
    paragraph = file.add_paragraph()
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for one in (start, end):
        one.set(qn("w:id"), str(reference.number))
    start.set(qn("w:name"), _bookmark(reference.number))
    paragraph._p.append(start)
    paragraph.add_run(f"[{reference.number}] ")
    paragraph._p.append(end)
    paragraph.add_run(_clean(reference.title)).bold = True
    if reference.place:
        paragraph.add_run(f"　{_clean(reference.place)}").font.color.rgb = SUBDUED
    paragraph.add_run().add_break()
    paragraph.add_run(_clean(reference.quote))
    paragraph.add_run().add_break()
    file_name = paragraph.add_run(_clean(reference.file))
    file_name.font.color.rgb, file_name.font.size = SUBDUED, Pt(9)


def _note(file: WordDocument, text: str) -> None:
    run = file.add_paragraph().add_run(text)
    run.font.color.rgb, run.font.size = SUBDUED, Pt(9)


def _bookmark(number: int) -> str:
    return f"source_{number}"


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
