"""Citations: the exact place of a sentence, checked, with what answers the question marked in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from index.datatypes import Document, Passage
from qa.datatypes import Answer, Citation
from qa.emphasis import emphasis
from qa.evidence import Candidate
from qa.item_lines import without_bullet
from qa.list_questions import asks_for_list
from qa.lists import LONGEST_LIST, LONGEST_LIST_BESIDE, whole_list, with_list
from qa.surroundings import Span, Surroundings, surroundings_of

ANSWER_LABEL = re.compile(r"(?:答复?|回答|A)\s*[：:]\s*")


def is_verbatim(candidate: Candidate) -> bool:
    """Whether a sentence is, word for word, what its passage says at its offsets."""
    passage, sentence = candidate.hit.passage, candidate.sentence
    inside = passage.start <= sentence.start < sentence.end <= passage.end
    return inside and passage.text[sentence.start - passage.start : sentence.end - passage.start] == candidate.text


def cite(row: Sequence[Candidate], number: int, question: str, around: Surroundings | None = None) -> Citation:
    """Return the citation of sentences side by side, all `is_verbatim`.

    One that announces a list is cited with it; where the question asks for a list, an item is cited with the whole
    list. `around` is where that is looked for, the sentences' passage unless given.
    """
    passage = row[0].hit.passage
    around = around or surroundings_of(passage)
    is_list = asks_for_list(question)
    span = row[0].sentence.start, row[-1].sentence.end
    whole = _list_of(row, span, question, around) if is_list else None
    start, end = whole or with_list(span, around, LONGEST_LIST if is_list else LONGEST_LIST_BESIDE)
    start += _answer_label(around.words((start, end)))
    quote = around.words((start, end))
    # An item by itself needs no bullet.
    start += len(quote) - len(without_bullet(quote)) if "\n" not in quote else 0
    return _citation(passage, start, end, around.words((start, end)), number, question)


def _list_of(row: Sequence[Candidate], span: Span, question: str, around: Surroundings) -> Span | None:
    """Return the list that a question asks for and that sentences side by side are of, else None.

    Where the likeliest sentence is of it, what stands beside it is left out; else the list is put beside them.
    """
    headings = row[0].hit.passage.headings
    likeliest, *others = sorted(row, key=lambda one: -one.score)
    whole = whole_list(_span(likeliest), around, question, headings) or whole_list(span, around, question, headings)
    for one in () if whole else others:
        if found := whole_list(_span(one), around, question, headings, by_name=True):
            both = min(found[0], span[0]), max(found[1], span[1])
            return both if both[1] - both[0] <= LONGEST_LIST else None
    return whole


def _span(candidate: Candidate) -> Span:
    return candidate.sentence.start, candidate.sentence.end


def citation_of(passage: Passage, start: int, end: int, number: int, question: str) -> Citation:
    """Return the citation of a stretch of a passage's text, by its offsets in the document."""
    return _citation(passage, start, end, passage.text[start - passage.start : end - passage.start], number, question)


def _citation(passage: Passage, start: int, end: int, quote: str, number: int, question: str) -> Citation:
    return Citation(
        number=number,
        document=passage.document,
        title=passage.title,
        headings=passage.headings,
        page=passage.page,
        start=start,
        end=end,
        quote=quote,
        verified=True,
        emphasis=emphasis(quote, question),
    )


def place_citations(answer: Answer, documents: Mapping[str, Document]) -> Answer:
    """Return an answer whose citations say where in its file each quote begins, and how surely it was recognised."""
    placed = (_placed(one, documents[one.document]) if one.document in documents else one for one in answer.citations)
    return replace(answer, citations=tuple(placed))


def _placed(citation: Citation, document: Document) -> Citation:
    certainty = document.certainty(citation.start, citation.end)
    return replace(citation, **asdict(document.spot(citation.start)), certainty=certainty)


def _answer_label(sentence: str) -> int:
    """Return the length of the label (答：) that a list of questions and answers puts before an answer."""
    found = ANSWER_LABEL.match(sentence)
    return found.end() if found and found.end() < len(sentence) else 0
