"""The source panel: cards of what an answer rests on, and the document open at the cited sentence."""

from __future__ import annotations

from collections.abc import Iterator

from index.datatypes import Document, Hit
from qa.assistant import Assistant
from qa.datatypes import Answer, Citation
from qa.ui.conversations import Conversation
from qa.ui.links import CitationLink, DocumentLink, Link, PassageLink
from qa.ui.markup import Html, element, excerpt, join
from qa.ui.reader import find_again, show_text
from qa.ui.texts import Language, say

QUOTE_WIDTH = 180
OTHERS_LISTED = 10


def no_sources(language: Language) -> Html:
    """Return the panel before anything was asked."""
    title = element("strong", say(language, "sources_empty"))
    return element("div", title, element("p", say(language, "sources_empty_text")), class_="sources-empty")


def list_sources(answer: Answer, index: int, language: Language) -> Html:
    """Return the panel as it stands beside a new answer: its cards, and what else was found."""
    return element("section", _cards(answer, index, language), _others(answer, index, language), class_="sources")


def open_link(assistant: Assistant, conversation: Conversation, link: Link | None, language: Language) -> Html:
    """Return the panel with what a link asks for. What is gone is said in words."""
    if isinstance(link, DocumentLink):
        document = assistant.document(link.path)
        reader = _note(language, "gone") if document is None else _read(document, link.offset, language)
        return element("section", reader, class_="sources opened")
    answer = conversation.answer(link.answer) if link is not None else None
    if answer is None or link is None:
        return _note(language, "forgotten")
    opened = _open_citation if isinstance(link, CitationLink) else _open_passage
    place = link.number if isinstance(link, CitationLink) else link.rank
    reader = opened(assistant, answer, place, language)
    cards = _cards(answer, link.answer, language, link)
    return element("section", cards, reader, class_="sources opened")


def _open_citation(assistant: Assistant, answer: Answer, number: int, language: Language) -> Html:
    citation = next((citation for citation in answer.citations if citation.number == number), None)
    if citation is None:
        return _note(language, "forgotten")
    hit = _hit_of(answer, citation)
    return _open_quote(assistant, citation.document, citation.quote, citation.start, hit, language)


def _open_passage(assistant: Assistant, answer: Answer, rank: int, language: Language) -> Html:
    if rank >= len(answer.hits):
        return _note(language, "forgotten")
    hit = answer.hits[rank]
    return _open_quote(assistant, hit.passage.document, hit.passage.text, hit.passage.start, hit, language)


def _open_quote(assistant: Assistant, path: str, quote: str, start: int, hit: Hit | None, language: Language) -> Html:
    """Return the document open at a quote, wherever the quote stands by now."""
    document = assistant.document(path)
    if document is None:
        return join(_note(language, "gone"), element("p", quote, class_="lost-quote"))
    return _read(document, start, language, quote, hit)


def _read(document: Document, at: int, language: Language, quote: str = "", hit: Hit | None = None) -> Html:
    cited = find_again(document.text, quote, at)
    lost = quote and cited is None
    note = join(_note(language, "changed"), element("p", quote, class_="lost-quote")) if lost else join()
    header = _reader_header(document, language, hit)
    text = show_text(document, cited.start if cited else at, cited, language)
    return element("article", header, note, text, class_="reader")


def _reader_header(document: Document, language: Language, hit: Hit | None) -> Html:
    """Return what stands over a document: its title, where in it the passage is, why it was found, its file."""
    lines = [element("h2", document.title)]
    if hit is not None:
        lines.append(_path(hit.passage.headings, hit.passage.page, language))
    lines.append(element("p", document.path, class_="file-name"))
    if hit is not None:
        lines.append(_why(hit, language))
    return element("header", *lines)


def _why(hit: Hit, language: Language) -> Html:
    """Return why a passage was found: its score, its rank in each leg, the question's terms that it holds."""
    ranks = (("dense", hit.ranks.dense), ("sentence", hit.ranks.sentence), ("lexical", hit.ranks.lexical))
    parts = [say(language, "score", score=f"{hit.score:.2f}")]
    parts += [say(language, f"rank_{leg}", rank=rank) for leg, rank in ranks if rank is not None]
    terms = [element("span", term, class_="term") for term in hit.terms]
    matched = [element("span", say(language, "terms"), class_="label"), *terms] if terms else []
    label = element("span", say(language, "why_found"), class_="label")
    return element("p", label, " · ".join(parts), *matched, class_="why")


def _cards(answer: Answer, index: int, language: Language, opened: Link | None = None) -> Html:
    """Return the cards of an answer: its citations or, for a refusal, the passages that came nearest."""
    if answer.answered and answer.citations:
        heading = say(language, "sources_cited", count=len(answer.citations))
        cards = [_citation_card(citation, index, language, opened) for citation in answer.citations]
    elif answer.hits:
        heading = say(language, "sources_near")
        cards = [_passage_card(answer, index, rank, language, opened) for rank in range(min(3, len(answer.hits)))]
    else:
        return _note(language, "sources_none")
    return join(element("h3", heading, class_="cards-title"), element("ol", *cards, class_="cards"))


def _citation_card(citation: Citation, index: int, language: Language, opened: Link | None) -> Html:
    link = CitationLink(index, citation.number)
    where = _path(citation.headings, citation.page, language)
    return _card(link, f"[{citation.number}]", citation.title, where, citation.quote, link == opened)


def _passage_card(answer: Answer, index: int, rank: int, language: Language, opened: Link | None) -> Html:
    link, passage = PassageLink(index, rank), answer.hits[rank].passage
    where = _path(passage.headings, passage.page, language)
    return _card(link, "", passage.title, where, passage.text, link == opened)


def _card(link: Link, number: str, title: str, where: Html, text: str, is_open: bool) -> Html:
    head = [element("span", number, class_="card-number")] if number else []
    head.append(element("strong", title, class_="card-title"))
    quote = element("span", excerpt(text, QUOTE_WIDTH), class_="card-quote")
    current = "true" if is_open else None
    return element("li", element("a", *head, where, quote, href=str(link), class_="card", aria_current=current))


def _path(headings: tuple[str, ...], page: int | None, language: Language) -> Html:
    parts = [*headings, *([say(language, "page", page=page)] if page is not None else [])]
    return element("span", " › ".join(parts), class_="headings") if parts else join()


def _others(answer: Answer, index: int, language: Language) -> Html:
    """Return the passages that were found and not cited, folded away."""
    cited = {(citation.document, _passage_start(answer, citation)) for citation in answer.citations}
    first = 0 if answer.answered else 3
    others = [
        rank
        for rank, hit in enumerate(answer.hits)
        if rank >= first and (hit.passage.document, hit.passage.start) not in cited
    ][:OTHERS_LISTED]
    if not others:
        return join()
    cards = (_passage_card(answer, index, rank, language, None) for rank in others)
    summary = element("summary", say(language, "other_passages", count=len(others)))
    return element("details", summary, element("ol", *cards, class_="cards"), class_="others")


def _passage_start(answer: Answer, citation: Citation) -> int | None:
    hit = _hit_of(answer, citation)
    return hit.passage.start if hit is not None else None


def _hit_of(answer: Answer, citation: Citation) -> Hit | None:
    """Return the hit whose passage holds a citation's quote."""
    return next(_hits_around(answer, citation), None)


def _hits_around(answer: Answer, citation: Citation) -> Iterator[Hit]:
    for hit in answer.hits:
        passage = hit.passage
        if passage.document == citation.document and passage.start <= citation.start < passage.end:
            yield hit


def _note(language: Language, key: str) -> Html:
    return element("p", say(language, key), class_="note")
