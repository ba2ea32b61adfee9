"""An answer as the chat shows it: text with emphasis and clickable marks, cut anywhere while it streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.datatypes import Answer, Disagreement
from qa.editions import describe
from qa.grounds import grounds_of
from qa.pieces import answer_pieces, cut, lines_of
from qa.presentation import Piece
from qa.telling import phrases
from qa.ui.links import CitationLink, DocumentLink
from qa.ui.markup import Html, element, join, on_one_line
from qa.ui.previews import show_previews
from qa.ui.refusals import below_refusal
from qa.ui.scope import told_scope
from qa.ui.texts import Language, say

NOTHING = join()


def question_message(question: str) -> Html:
    """Return a question as a chat message."""
    return _message("question", _paragraphs([Piece("plain", question)], 0, "zh"))


def note_message(note: str) -> Html:
    """Return a hint or an error as a chat message."""
    return _message("note", _paragraphs([Piece("plain", note)], 0, "zh"))


def looking_message(language: Language) -> Html:
    """Return what stands in an answer's place until its first words; style.css shows it when that takes long."""
    return _message("looking", element("p", say(language, "looking"), class_="writing"))


def answer_message(
    answer: Answer, index: int, language: Language, shown: int | None = None, tools: Html = NOTHING
) -> Html:
    """Return an answer as a chat message: its first `shown` characters, or all of it with what belongs below.

    How well it is founded stands over it from the beginning, so that nothing moves once that is read.
    """
    pieces = answer_pieces(answer)
    if answer.is_draft:
        writing = element("p", say(language, "writing"), class_="writing")
        text = _paragraphs(pieces, index, language)
        return _message("answer draft", _grounds(answer, language), text, writing, show_previews(answer, language))
    grounds = _grounds(answer, language)
    body = _paragraphs(tuple(cut(pieces, shown)) if shown is not None else pieces, index, language)
    if shown is not None:
        return _message("answer", grounds, body)
    notice = [element("p", answer.notice, class_="aside notice")] if answer.notice else []
    # Why an answer is quoted stands over it, where it ends stands under it.
    before, behind = (notice, []) if answer.mode == "extractive" else ([], notice)
    below = (*behind, *_below(answer, index, language), tools, show_previews(answer, language))
    return _message("answer", grounds, *before, body, *below)


def _grounds(answer: Answer, language: Language) -> Html:
    """Return the label that says how well an answer is founded, or that this is being checked yet."""
    grounds = "checking" if answer.is_draft else grounds_of(answer)
    if grounds is None:
        return join()
    why = say(language, f"why_{grounds}")
    label = element("span", say(language, f"grounds_{grounds}"), class_=f"grounds {grounds}", title=why)
    return element("p", label, element("span", why, class_="unseen"), class_="grounds-line")


def _message(kind: str, *children: Html) -> Html:
    return on_one_line(element("div", *children, class_=f"message-text {kind}"))


def _paragraphs(pieces: Sequence[Piece], index: int, language: Language) -> Html:
    """Return paragraphs, one a line of the text."""
    return join(*(element("p", *_line(line, index, language)) for line in lines_of(pieces)))


def _line(pieces: Sequence[Piece], index: int, language: Language) -> list[str]:
    """Return a line; a mark stays with the last character before it, so that none stands at a line's beginning."""
    line: list[str] = []
    for piece in pieces:
        if piece.kind != "mark":
            line.append(_shown(piece))
            continue
        mark = _mark(piece, index, language)
        before = line[-1] if line and not isinstance(line[-1], Html) else ""
        if not before.strip():
            line.append(mark)
            continue
        end = len(before.rstrip()) - 1
        line[-1:] = [before[:end], element("span", before[end:], mark, class_="kept")]
    return line


def _shown(piece: Piece) -> str:
    """Return a run of text as its kind is shown; what is ours beside a quote has looks of its own."""
    if piece.kind == "unfounded":
        return element("span", piece.text.strip(" ()（）"), class_="unfounded")
    if piece.kind == "strong":
        return element("strong", piece.text)
    return element("span", piece.text, class_=piece.kind) if piece.kind in ("label", "about") else piece.text


def _mark(piece: Piece, index: int, language: Language) -> Html:
    # The unseen word is for screen readers; style.css keeps it out of what is copied.
    unseen = element("span", say(language, "mark"), class_="unseen")
    return element("a", unseen, piece.text, href=str(CitationLink(index, piece.number)), class_="citation-mark")


def _below(answer: Answer, index: int, language: Language) -> Iterator[Html]:
    """Yield what stands under the text.

    That is: quotes that were hardly recognised, what older versions and other documents say, how a follow-up was
    understood, and what came nearest to a question without an answer.
    """
    for citation in answer.citations:
        if citation.certainty is not None:
            told = say(language, "uncertain", sure=f"{100 * citation.certainty:.0f}")
            link = element("a", f"[{citation.number}]", href=str(CitationLink(index, citation.number)))
            yield element("p", link, " ", told, class_="aside deviation")
    for deviation in answer.deviations:
        older = element("a", deviation.older, href=str(DocumentLink(deviation.older)))
        yield element("p", describe(deviation, answer.question), " ", older, class_="aside deviation")
    for disagreement in answer.disagreements:
        yield element("p", *_told(disagreement, answer.question, index), class_="aside deviation")
    yield from _on_writing(answer, language)
    if " ".join(answer.question.split()) != answer.searched:
        edit = element(
            "button",
            say(language, "edit_search"),
            value=answer.searched,
            title=say(language, "edit_search_hint"),
            class_="edit",
        )
        yield element("p", say(language, "searched"), element("span", answer.searched), edit, class_="aside")
    if answer.scope:
        yield told_scope(answer, language)
    if not answer.answered:
        yield from below_refusal(answer, index, language)


def _on_writing(answer: Answer, language: Language) -> Iterator[Html]:
    """Yield what is to be said on how a language model's answer came to be."""
    if answer.mode == "llm" and answer.answered and answer.written:
        key = "written_unsupported" if answer.unsupported else "written_by_model"
        counts = {"supported": answer.written.supported, "unsupported": len(answer.unsupported)}
        yield element("p", say(language, key, **counts), class_="aside written")


def _told(disagreement: Disagreement, question: str, index: int) -> Iterator[Html | str]:
    """Yield what says that documents disagree, with links to the citations."""
    sides = iter(disagreement.sides)
    for kind, text in phrases(disagreement, question):
        if kind == "mark":
            yield element("a", text, href=str(CitationLink(index, next(sides).citation)))
        else:
            yield element("strong", text) if kind == "strong" else text
