"""One answer with its sources: what is quoted, in which order, and from which passages."""

from __future__ import annotations

from dataclasses import dataclass

from index.datatypes import Hit, Passage, Spot
from qa.assistant import Assistant
from qa.datatypes import Answer, Citation
from qa.history.datatypes import Exchange
from qa.ui.links import CitationLink, Link, PassageLink
from qa.ui.standing import Quoted
from qa.ui.texts import Language

NEAREST_LISTED = 3


@dataclass(frozen=True, slots=True)
class Source:
    """One of an answer's sources: the link that opens it, its number as shown, what it quotes, the hit around that."""

    link: Link
    number: str
    quoted: Quoted
    hit: Hit | None


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

    def sources(self) -> list[Source]:
        """Return the sources in order: the citations or, of a refusal or a draft, the passages that came nearest."""
        if self.answer.answered and self.answer.citations:
            return [self._cited(citation) for citation in self.answer.citations]
        return [self.passage(rank) for rank in range(min(NEAREST_LISTED, len(self.answer.hits)))]

    def others(self, most: int) -> list[Source]:
        """Return the passages that were found and not cited."""
        answer = self.answer
        held = (hit_of(answer, citation) for citation in answer.citations)
        cited = {(hit.passage.document, hit.passage.start) for hit in held if hit is not None}
        ranks = [
            rank
            for rank, hit in enumerate(answer.hits)
            if (answer.answered or rank >= NEAREST_LISTED) and (hit.passage.document, hit.passage.start) not in cited
        ]
        return [self.passage(rank) for rank in ranks[:most]]

    def find(self, link: Link) -> Source | None:
        """Return the source that a link opens, None where the answer has none such."""
        if isinstance(link, CitationLink):
            numbered = (citation for citation in self.answer.citations if citation.number == link.number)
            return next((self._cited(citation) for citation in numbered), None)
        if isinstance(link, PassageLink) and link.rank < len(self.answer.hits):
            return self.passage(link.rank)
        return None

    def passage(self, rank: int) -> Source:
        """Return a passage that was found as a source."""
        hit = self.answer.hits[rank]
        return Source(PassageLink(self.index, rank), "", self._quoted_passage(hit.passage), hit)

    def _cited(self, citation: Citation) -> Source:
        spot = Spot(citation.page, citation.slide, citation.sheet, citation.row)
        quoted = Quoted(
            *(citation.document, citation.title, citation.start, citation.quote),
            headings=citation.headings,
            spot=spot,
            certainty=citation.certainty,
        )
        number = f"[{citation.number}]"
        return Source(CitationLink(self.index, citation.number), number, quoted, hit_of(self.answer, citation))

    def _quoted_passage(self, passage: Passage) -> Quoted:
        document = self.assistant.document(passage.document)
        spot = document.spot(passage.start) if document is not None else Spot(page=passage.page)
        return Quoted(
            passage.document, passage.title, passage.start, passage.text, headings=passage.headings, spot=spot
        )


def hit_of(answer: Answer, citation: Citation) -> Hit | None:
    """Return the hit whose passage holds a citation's quote."""
    return next((hit for hit in answer.hits if _holds(hit.passage, citation)), None)


def _holds(passage: Passage, citation: Citation) -> bool:
    return passage.document == citation.document and passage.start <= citation.start < passage.end
