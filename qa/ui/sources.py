"""The source panel: cards of what an answer rests on, and the document open at the cited sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.datatypes import Document, Hit, Passage, Spot
from qa.assistant import Assistant
from qa.datatypes import Answer, Citation
from qa.ui.conversations import Conversation, Exchange
from qa.ui.links import CitationLink, DocumentLink, Link, PassageLink
from qa.ui.markup import Html, element, excerpt, join
from qa.ui.page import show_page
from qa.ui.reader import Span, show_text
from qa.ui.standing import Quoted, Standing, find_standing
from qa.ui.texts import Language, say
from qa.ui.wording import Piece, compare, most_similar

QUOTE_WIDTH = 180
OTHERS_LISTED = 10
NOTHING = join()


@dataclass(frozen=True, slots=True)
class Shelf:
    """One answer with all that its sources need to be shown: its exchange, and its number in the conversation."""

    assistant: Assistant
    exchange: Exchange
    index: int
    language: Language

    @property
    def answer(self) -> Answer:
        if self.exchange.answer is None:
            raise ValueError("an exchange without an answer has no sources")
        return self.exchange.answer


def no_sources(language: Language) -> Html:
    """Return the panel before anything was asked."""
    title = element("strong", say(language, "sources_empty"))
    return element("div", title, element("p", say(language, "sources_empty_text")), class_="sources-empty")


def list_sources(assistant: Assistant, exchange: Exchange, index: int, language: Language) -> Html:
    """Return the panel as it stands beside a new answer: its cards, and what else was found."""
    shelf = Shelf(assistant, exchange, index, language)
    return element("section", _cards(shelf), _others(shelf), class_="sources")


def open_link(assistant: Assistant, conversation: Conversation, link: Link | None, language: Language) -> Html:
    """Return the panel with what a link asks for. What has changed or is gone is said in words."""
    if isinstance(link, DocumentLink):
        document = assistant.document(link.path)
        gone = _note(language, "gone")
        reader = gone if document is None else _read(assistant, document, link.offset, None, None, language)
        return element("section", reader, class_="sources opened")
    exchange = conversation.answered(link.answer) if link is not None else None
    if exchange is None or link is None:
        return _note(language, "forgotten")
    shelf = Shelf(assistant, exchange, link.answer, language)
    opened = _open_citation(shelf, link) if isinstance(link, CitationLink) else _open_passage(shelf, link)
    return element("section", _cards(shelf, link), opened, class_="sources opened")


def _open_citation(shelf: Shelf, link: CitationLink) -> Html:
    citation = next((citation for citation in shelf.answer.citations if citation.number == link.number), None)
    if citation is None:
        return _note(shelf.language, "forgotten")
    return _open_quote(shelf, _quoted(citation), _hit_of(shelf.answer, citation))


def _open_passage(shelf: Shelf, link: PassageLink) -> Html:
    if link.rank >= len(shelf.answer.hits):
        return _note(shelf.language, "forgotten")
    hit = shelf.answer.hits[link.rank]
    return _open_quote(shelf, _quoted_passage(hit.passage), hit)


def _quoted(citation: Citation) -> Quoted:
    return Quoted(citation.document, citation.title, citation.start, citation.quote)


def _quoted_passage(passage: Passage) -> Quoted:
    return Quoted(passage.document, passage.title, passage.start, passage.text)


def _open_quote(shelf: Shelf, quoted: Quoted, hit: Hit | None) -> Html:
    """Return the document open at a quote, wherever it stands by now, or what has become of it."""
    standing = find_standing(shelf.assistant, quoted, shelf.exchange.versions)
    language = shelf.language
    label = _label(standing, language)
    if standing.document is None:
        header = element("header", element("h2", quoted.title), element("p", quoted.document, class_="file-name"))
        lost = element("div", label, _as_quoted(element("p", quoted.quote), language), class_="lost")
        return element("article", header, lost, class_="reader")
    if standing.kind == "changed":
        now = _now(shelf.assistant, standing.document, quoted)
        differences = _differences(quoted, standing.document, now, language)
        changed = element("div", label, *differences, class_="changed")
        return _read(shelf.assistant, standing.document, quoted.start, now, hit, language, changed)
    note = join()
    if standing.kind == "renamed":
        note = element("p", say(language, "source_renamed", name=quoted.document), class_="renamed")
    return _read(shelf.assistant, standing.document, quoted.start, standing.span, hit, language, note)


def _now(assistant: Assistant, document: Document, quoted: Quoted) -> Span | None:
    """Return the words of a document's present text that are most like a quote."""
    record = assistant.generation.records.get(document.path)
    # A sync may have replaced it between two looks.
    is_same = record is not None and record.document is document
    return most_similar(document.text, record.sentences, quoted.quote) if record is not None and is_same else None


def _differences(quoted: Quoted, document: Document, now: Span | None, language: Language) -> Iterator[Html]:
    """Yield a quote and what stands in its place, each with what differs marked."""
    if now is None:
        yield _as_quoted(element("p", quoted.quote), language)
        yield element("p", say(language, "reads_nothing"), class_="aside")
        return
    before, after = compare(quoted.quote, document.text[now.start : now.end])
    yield _as_quoted(_marked(before, "del"), language)
    label = element("span", say(language, "reads_now"), class_="label")
    yield element("div", label, _marked(after, "ins"), class_="wording now")


def _as_quoted(quote: Html, language: Language) -> Html:
    return element("div", element("span", say(language, "quoted"), class_="label"), quote, class_="wording")


def _marked(pieces: Sequence[Piece], tag: str) -> Html:
    return element("p", *(element(tag, piece.text) if piece.differs else piece.text for piece in pieces))


def _label(standing: Standing, language: Language) -> Html:
    """Return the label of a quote that is no longer there, nothing for others."""
    if standing.kind not in ("changed", "deleted", "unreadable"):
        return join()
    return element("strong", say(language, f"source_{standing.kind}"), class_="standing")


def _read(
    assistant: Assistant,
    document: Document,
    at: int,
    cited: Span | None,
    hit: Hit | None,
    language: Language,
    note: Html = NOTHING,
) -> Html:
    at = cited.start if cited else at
    header = _reader_header(document, at, language, hit)
    sure = document.certainty(cited.start, cited.end) if cited else None
    note = join(note, _uncertain(sure, language)) if sure is not None else note
    view = assistant.page_view(document, at, (cited.start, cited.end) if cited else None)
    page = show_page(document, view, language) if view is not None else NOTHING
    return element("article", header, note, page, show_text(document, at, cited, language), class_="reader")


def _reader_header(document: Document, at: int, language: Language, hit: Hit | None) -> Html:
    """Return what stands over a document: its title, where in it the place `at` is, why it was found, its file."""
    lines = [element("h2", document.title)]
    if hit is not None:
        lines.append(_path(hit.passage.headings, document.spot(at), language))
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


def _cards(shelf: Shelf, opened: Link | None = None) -> Html:
    """Return the cards of an answer: its citations or, for a refusal, the passages that came nearest."""
    answer, language = shelf.answer, shelf.language
    if answer.answered and answer.citations:
        heading = say(language, "sources_cited", count=len(answer.citations))
        cards = [_citation_card(shelf, citation, opened) for citation in answer.citations]
    elif answer.hits:
        heading = say(language, "sources_near")
        cards = [_passage_card(shelf, rank, opened) for rank in range(min(3, len(answer.hits)))]
    else:
        return _note(language, "sources_none")
    return join(element("h3", heading, class_="cards-title"), element("ol", *cards, class_="cards"))


def _citation_card(shelf: Shelf, citation: Citation, opened: Link | None) -> Html:
    link = CitationLink(shelf.index, citation.number)
    spot = Spot(citation.page, citation.slide, citation.sheet, citation.row)
    where = _path(citation.headings, spot, shelf.language)
    if citation.certainty is not None:
        where = join(where, _uncertain(citation.certainty, shelf.language))
    return _card(shelf, link, f"[{citation.number}]", _quoted(citation), where, link == opened)


def _uncertain(certainty: float, language: Language) -> Html:
    return element("span", say(language, "uncertain", sure=f"{100 * certainty:.0f}"), class_="uncertain")


def _passage_card(shelf: Shelf, rank: int, opened: Link | None) -> Html:
    link, passage = PassageLink(shelf.index, rank), shelf.answer.hits[rank].passage
    document = shelf.assistant.document(passage.document)
    spot = document.spot(passage.start) if document is not None else Spot()
    where = _path(passage.headings, spot, shelf.language)
    return _card(shelf, link, "", _quoted_passage(passage), where, link == opened)


def _card(shelf: Shelf, link: Link, number: str, quoted: Quoted, where: Html, is_open: bool) -> Html:
    head = [element("span", number, class_="card-number")] if number else []
    head.append(element("strong", quoted.title, class_="card-title"))
    label = _label(find_standing(shelf.assistant, quoted, shelf.exchange.versions), shelf.language)
    quote = element("span", excerpt(quoted.quote, QUOTE_WIDTH), class_="card-quote")
    current = "true" if is_open else None
    return element("li", element("a", *head, label, where, quote, href=str(link), class_="card", aria_current=current))


def _path(headings: tuple[str, ...], spot: Spot, language: Language) -> Html:
    """Return where in its document a place stands: headings, then the page, slide or sheet and row."""
    parts = [*headings, *describe_spot(spot, language, headings)]
    return element("span", " › ".join(parts), class_="headings") if parts else join()


def _others(shelf: Shelf) -> Html:
    """Return the passages that were found and not cited, folded away."""
    answer = shelf.answer
    cited = {(citation.document, _passage_start(answer, citation)) for citation in answer.citations}
    first = 0 if answer.answered else 3
    others = [
        rank
        for rank, hit in enumerate(answer.hits)
        if rank >= first and (hit.passage.document, hit.passage.start) not in cited
    ][:OTHERS_LISTED]
    if not others:
        return join()
    cards = (_passage_card(shelf, rank, None) for rank in others)
    summary = element("summary", say(shelf.language, "other_passages", count=len(others)))
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


def describe_spot(spot: Spot, language: Language, headings: tuple[str, ...] = ()) -> list[str]:
    """Return the page, slide or sheet and row in words; a sheet that a heading names already is not named again."""
    words: list[str] = []
    if spot.slide is not None:
        words.append(say(language, "slide", slide=spot.slide))
    elif spot.page is not None:
        words.append(say(language, "page", page=spot.page))
    if spot.sheet is not None and spot.sheet not in headings:
        words.append(say(language, "sheet", sheet=spot.sheet))
    if spot.row is not None:
        words.append(say(language, "row", row=spot.row))
    return words
