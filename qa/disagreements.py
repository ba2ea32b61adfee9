"""Where another document gives another figure for the same thing: both are quoted, the newer first, and it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Literal

from index.datatypes import Passage
from index.generations import Generation
from index.lexical import fold_in_place
from index.numerals import find_numbers
from index.records import Record
from qa.citations import citation_of
from qa.claim_words import SAYS_NOTHING, bare_title, lacks, said_alike
from qa.claims import Claim, Scene, claims_of, scene_of
from qa.clarifying import label_sides
from qa.datatypes import Answer, Citation, Disagreement, Side
from qa.editions import describe
from qa.expectation import expected_kind, expected_measure
from qa.magnitudes import agree, is_unit, kind_of_unit
from qa.presentation import answer_text
from qa.retrieval import Wanted
from qa.same_thing import are_of_other_bodies, differs_in
from qa.telling import describe_disagreement
from qa.versions import Dated, Sign, newer_of

# Of a thing that so many documents give so many figures for, they hardly speak of one and the same.
MOST_SIDES = 3
HOW_MANY = re.compile("(?:多少|几)(?P<behind>.{1,6})")
# What stands before a measure and may be left out.
WHOLE_OF = re.compile("[年月日总全].{2}")
# What weighs less says little of what a question is about.
LEAST_WEIGHT = 1.0
# What weighs so much is what a question is about: an answer that does not hold it may be about something else.
MUCH_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class _Found:
    """A claim with the passage and the sentence, by its offsets in the document, that it was found in."""

    claim: Claim
    passage: Passage
    start: int
    end: int


def tell_disagreements(answer: Answer, wanted: Sequence[Wanted], generation: Generation) -> Answer:
    """Return an answer with what other documents say otherwise quoted beside its lead, newer first, and said.

    `wanted` is what the question asks about. Only where it asks for a figure or a date, and the other document gives
    one for the same thing at the same time; versions of one document are what `qa.editions` is for.
    """
    lead = _lead(answer, wanted, generation)
    if lead is None:
        return answer
    sides = _sides(lead, list(_others(lead, answer, wanted, generation)), generation)
    if not 1 < len(sides) <= MOST_SIDES:
        return answer if len(sides) > 1 else _with_bodies_named(answer, lead, generation)
    citations, disagreement = _laid_out(answer, sides, generation)
    text = _text(answer, citations, describe_disagreement(disagreement, answer.question))
    return replace(answer, text=text, citations=citations, disagreements=(disagreement,))


def _text(answer: Answer, citations: Sequence[Citation], *lines: str) -> str:
    deviations = [describe(one, answer.question) for one in answer.deviations]
    return "\n\n".join([answer_text(citations), *deviations, *lines])


def _with_bodies_named(answer: Answer, lead: _Found, generation: Generation) -> Answer:
    """Return an answer whose quotes stand under their titles, where one gives the lead's figure for another body."""
    if any(citation.label for citation in answer.citations):
        return answer
    others = (found for citation in answer.citations[1:] for found in _found_in(citation, generation))
    if not any(_is_of_another_body(lead.claim, found.claim) for found in others):
        return answer
    citations = tuple(replace(one, about="") if one.label else one for one in label_sides(answer.citations))
    return replace(answer, text=_text(answer, citations), citations=citations)


def _is_of_another_body(one: Claim, other: Claim) -> bool:
    if one.figure.kind != other.figure.kind or one.parts != other.parts:
        return False
    return (not lacks(one.of, other.of) or not lacks(other.of, one.of)) and are_of_other_bodies(one, other)


def _lead(answer: Answer, wanted: Sequence[Wanted], generation: Generation) -> _Found | None:
    """Return the figure that answers the question in what is quoted first, None where it is not clear which does."""
    kind = expected_kind(answer.searched)
    if not answer.answered or kind not in ("number", "date", None):
        return None
    citation = answer.citations[0]
    marked = [(citation.start + start, citation.start + end) for start, end in citation.emphasis]
    if kind is None and len(marked) != 1:
        return None
    best: list[tuple[float, int, _Found]] = []
    for found in _found_in(citation, generation):
        start, end = (found.start + at for at in (found.claim.figure.start, found.claim.figure.end))
        is_date = found.claim.figure.kind == "date"
        if not any(left < end and start < right for left, right in marked) or (kind == "date") != is_date:
            continue
        share = _asked_for(found.claim, answer.searched, wanted)
        if share > 0:
            best.append((share, -len(lacks(found.claim.of, said_alike(fold_in_place(answer.searched)))), found))
    lead = max(best, key=lambda one: one[:2])[2] if best else None
    return lead if lead and _is_about(lead.claim, wanted) else None


def _is_about(claim: Claim, wanted: Sequence[Wanted]) -> bool:
    """Whether a claim holds what says most of what a question is about, as far as any document does."""
    said = _whole(claim)
    much = [one for one in wanted if one.weight >= MUCH_WEIGHT and not one.is_missing and _tells_apart(one)]
    return all(_holds(one, said) or _holds_end(one, said) for one in much)


def _holds_end(wanted: Wanted, folded: str) -> bool:
    """Whether a text holds the end of a long word, which may do: 产值 for 年产值."""
    return any(WHOLE_OF.match(word) and word[-2:] in folded for word in wanted.alternatives)


def _asked_for(claim: Claim, question: str, wanted: Sequence[Wanted]) -> float:
    """Return how much of what a question asks about a figure is of, 0 where it is not what is asked for."""
    measured = _measured_as(claim, fold_in_place(question))
    if measured is False:
        return 0.0
    said = f"{claim.before} {claim.of} {claim.subject}"
    share = sum(one.weight for one in wanted if _holds(one, said))
    ends = sum(one.weight / 2 for one in wanted if _holds_end(one, said))
    return float(measured or False) + (share or ends)


def _measured_as(claim: Claim, question: str) -> bool | None:
    """Return whether a figure has the measure that a question names, None where it names none. 1年 is one in 月."""
    measure = expected_measure(question)
    if measure is None:
        return None
    if _asked_kind(question) == claim.figure.kind:
        return True
    start, end = claim.figure.start, claim.figure.end
    return any(found.start() < end and start < found.end() for found in measure.finditer(claim.sentence))


def _asked_kind(question: str) -> str:
    """Return what the unit behind 多少 or 几 measures, "" where there is none."""
    asked = HOW_MANY.search(question)
    behind = asked["behind"].lstrip("万亿千百") if asked else ""
    return next((kind for end in range(len(behind), 0, -1) if (kind := kind_of_unit(behind[:end]))), "")


def _holds(wanted: Wanted, folded: str) -> bool:
    text = said_alike(folded)
    return any(word in folded or said_alike(word) in text for word in wanted.alternatives)


def _tells_apart(wanted: Wanted) -> bool:
    """Whether what a question asks about tells one thing from another; a number may be when, and a unit is neither."""
    says_nothing = any(is_unit(word) or word in SAYS_NOTHING for word in wanted.alternatives)
    return wanted.weight >= LEAST_WEIGHT and not wanted.number and not says_nothing


def _found_in(citation: Citation, generation: Generation) -> Iterator[_Found]:
    """Yield the claims of the sentences that a citation quotes."""
    record = generation.records[citation.document]
    for number, span in enumerate(record.passages):
        if span.start < citation.end and citation.start < span.end:
            passage = record.passage(number, number)
            yield from _found_of(passage, record, citation.start, citation.end)


def _found_of(passage: Passage, record: Record, start: int, end: int, kind: str | None = None) -> Iterator[_Found]:
    """Yield the claims of a passage's sentences that touch a stretch of its document, of one kind if one is named."""
    scene = _scene(passage, record)
    for sentence in passage.sentences:
        if sentence.start < end and start < sentence.end:
            for claim in claims_of(fold_in_place(passage.sentence_text(sentence)), scene, kind):
                yield _Found(claim, passage, sentence.start, sentence.end)


def _scene(passage: Passage, record: Record) -> Scene:
    return scene_of(passage.title, passage.headings, passage.document, record.document.text)


def _others(lead: _Found, answer: Answer, wanted: Sequence[Wanted], generation: Generation) -> Iterator[_Found]:
    """Yield what other documents that were found for the question say of the same thing, each document once.

    That is what agrees with the lead, where there is such. Nothing is yielded where the lead's own document has it both
    ways.
    """
    own = lead.passage.document
    documents: dict[str, list[_Found]] = {}
    for row in dict.fromkeys(hit.passage.id for hit in answer.hits):
        passage = generation.index.passages[row]
        record = generation.records.get(passage.document)
        if record is None:
            continue
        found = _found_of(passage, record, passage.start, passage.end, lead.claim.figure.kind)
        documents.setdefault(passage.document, []).extend(one for one in found if _is_rival(lead, one, answer, wanted))
    beside = documents.pop(own, [])
    for found_there in documents.values():
        if found_there:
            chosen = next((one for one in found_there if _agree(one, lead)), found_there[0])
            if _agree(chosen, lead) or not any(_agree(chosen, one) for one in beside):
                yield chosen


def _is_rival(lead: _Found, other: _Found, answer: Answer, wanted: Sequence[Wanted]) -> bool:
    """Whether a claim is of the same thing as the lead, and says as much of what the question asks about."""
    if other.claim.figure.kind != lead.claim.figure.kind or differs_in(lead.claim, other.claim):
        return False
    one, two = _whole(lead.claim), _whole(other.claim)
    apart = [term for term in wanted if _tells_apart(term) and not (_holds_end(term, one) and _holds_end(term, two))]
    if any(_holds(term, one) != _holds(term, two) for term in apart):
        return False
    asked_for = fold_in_place(answer.searched)
    title = bare_title(lead.claim.scene.title)
    if len(title) > 1 and title in asked_for and title not in two:
        return False
    asked = {key for number in find_numbers(asked_for) for key in number.keys if len(key) == 4}
    years = {day[0] for day in lead.claim.days}
    if not asked or years:
        return not asked or bool(asked & years)
    return lead.claim.scene.dated in asked or any(year in one for year in asked)


def _whole(claim: Claim) -> str:
    """Return all that may say what a claim is about."""
    scene = claim.scene
    return " ".join((claim.sentence, scene.title, *scene.headings, scene.name, scene.head))


def _agree(one: _Found, other: _Found) -> bool:
    return agree(one.claim.figure, other.claim.figure)


def _sides(lead: _Found, others: Sequence[_Found], generation: Generation) -> list[list[_Found]]:
    """Return what is said, each figure with all that give it, newest first, the figures by the newest of those."""
    sides = [[lead]]
    for found in others:
        taken = [one.passage.document for side in sides for one in side]
        if any(found.passage.document in generation.alike.get(document, {}) for document in taken):
            continue
        side = next((side for side in sides if _agree(side[0], found)), None)
        if side is None:
            sides.append([found])
        else:
            side.append(found)

    def by_age(one: _Found, other: _Found) -> int:
        return _by_age(one, other, generation)

    age = cmp_to_key(by_age)
    return sorted((sorted(side, key=age) for side in sides), key=lambda side: age(side[0]))


def _by_age(one: _Found, other: _Found, generation: Generation) -> int:
    """Compare by age, as `cmp_to_key` wants it: the newer first."""
    order = newer_of(_dated(one, generation), _dated(other, generation), are_versions=False)
    if order is None:
        return 0
    return -1 if order.newer.document.path == one.passage.document else 1


def _dated(found: _Found, generation: Generation) -> Dated:
    record = generation.records[found.passage.document]
    return Dated(record.document, record.file.modified_ns)


def _laid_out(
    answer: Answer, sides: Sequence[Sequence[_Found]], generation: Generation
) -> tuple[tuple[Citation, ...], Disagreement]:
    """Return the citations, one of each side first, and the disagreement with their numbers."""
    firsts = [_cited(side[0], answer) for side in sides]
    rest = [one for one in answer.citations if not any(_encloses(first, one) for first in firsts)]
    citations = tuple(replace(one, number=number) for number, one in enumerate([*firsts, *rest], start=1))
    order = newer_of(_dated(sides[0][0], generation), _dated(sides[1][0], generation), are_versions=False)
    because: Sign | None = order.because if order else None
    told = tuple(_side(side, number, generation) for number, side in enumerate(sides, start=1))
    what: Literal["number", "date"] = "date" if sides[0][0].claim.figure.kind == "date" else "number"
    return citations, Disagreement(told, what, because)


def _cited(found: _Found, answer: Answer) -> Citation:
    """Return the citation that quotes a claim's sentence already, or else a new one."""
    for citation in answer.citations:
        if citation.document == found.passage.document and citation.start <= found.start < citation.end:
            return citation
    return citation_of(found.passage, found.start, found.end, 0, answer.searched)


def _encloses(outer: Citation, inner: Citation) -> bool:
    return outer.document == inner.document and outer.start <= inner.start and inner.end <= outer.end


def _side(side: Sequence[_Found], number: int, generation: Generation) -> Side:
    first = side[0]
    start, end = (first.start + at for at in (first.claim.figure.start, first.claim.figure.end))
    documents = tuple(one.passage.document for one in side)
    return Side(
        figure=generation.documents[first.passage.document].text[start:end].strip(),
        citation=number,
        documents=documents,
        titles=tuple(one.passage.title for one in side),
    )
