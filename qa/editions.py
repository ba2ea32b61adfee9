"""Answers that rest on an older version of a document: the newer one is quoted, and where they differ is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cmp_to_key
from pathlib import PurePosixPath

from index.datatypes import Hit
from index.generations import Generation
from index.lexical import fold
from index.numerals import find_numbers
from index.records import Record
from qa.clarifying import clarified, label_sides
from qa.datatypes import Answer, Citation, Deviation
from qa.differences import differing_at
from qa.emphasis import emphasis
from qa.presentation import answer_text
from qa.terms import is_written_in_hanzi
from qa.versions import Dated, Sign, bare_name, newer_of, text_date

LONGEST_QUOTE = 120
BECAUSE_ZH: dict[Sign, str] = {"title": "按名称中的日期或版本", "text": "按文中的日期", "file": "按文件的修改时间"}
BECAUSE_EN: dict[Sign, str] = {
    "title": "by the date or version in its name",
    "text": "by the date in its text",
    "file": "by the time of its file",
}


def prefer_newer(answer: Answer, generation: Generation) -> Answer:
    """Return an answer with what it quotes of older versions quoted from the newest one instead.

    Where the version before that says something else, the answer says so. A question that names what only the older
    one bears (its year, its number) is about that one, and left alone.
    """
    if not answer.answered or not any(citation.document in generation.alike for citation in answer.citations):
        return answer
    citations: list[Citation] = []
    for citation in answer.citations:
        moved = _moved(citation, answer.searched, generation)
        if not any(_holds(earlier, moved) for earlier in citations):
            citations = [earlier for earlier in citations if not _holds(moved, earlier)] + [moved]
    if any(citation.label for citation in citations):
        citations = label_sides(citations)
    texts = {path: generation.records[path].document.text for path in {one.document for one in citations}}
    numbered = tuple(replace(one, number=number) for number, one in enumerate(clarified(citations, texts), start=1))
    found = (_deviation(citation, generation) for citation in numbered)
    deviations = tuple(dict.fromkeys(one for one in found if one is not None))
    if numbered == answer.citations and not deviations:
        return answer
    text = "\n\n".join([answer_text(numbered), *(describe(one, answer.question) for one in deviations)])
    return replace(answer, text=text, citations=numbered, deviations=deviations)


def without_older(hits: Sequence[Hit], question: str, generation: Generation) -> list[Hit]:
    """Leave out the hits of older versions of documents whose newer version was found as well.

    A question that names what only the older one bears is about that one, and keeps it.
    """
    found = {hit.passage.document for hit in hits} & set(generation.records)
    older = {
        path
        for path in found & set(generation.alike)
        for other, is_newer, _ in _versions(generation.records[path], generation)
        if is_newer and other.document.path in found and not _is_about(question, generation.records[path], other)
    }
    return [hit for hit in hits if hit.passage.document not in older]


def with_deviations(answer: Answer, generation: Generation) -> Answer:
    """Return an answer that a language model wrote with what older versions of what it cites say in the same place."""
    if answer.mode != "llm" or not any(citation.document in generation.alike for citation in answer.citations):
        return answer
    known = [citation for citation in answer.citations if citation.document in generation.records]
    found = (_deviation(citation, generation) for citation in known)
    deviations = tuple(dict.fromkeys(one for one in found if one is not None))
    text = "\n\n".join([answer.text, *(describe(one, answer.question) for one in deviations)])
    return replace(answer, text=text, deviations=deviations) if deviations else answer


def own_text(answer: Answer) -> str:
    """Return an answer's text without what is said in it of older versions."""
    text = answer.text
    for deviation in reversed(answer.deviations):
        text = text.removesuffix(describe(deviation, answer.question)).removesuffix("\n\n")
    return text


def _moved(citation: Citation, question: str, generation: Generation) -> Citation:
    """Return a citation of the newest version that says something in the same place."""
    older = generation.records[citation.document]
    newer_ones = [other for other, is_newer, _ in _versions(older, generation) if is_newer]
    for newer in sorted(newer_ones, key=cmp_to_key(_by_age), reverse=True):
        if _is_about(question, older, newer):
            continue
        text = newer.document.text
        start = text.find(citation.quote)
        if start >= 0:
            return _cite(citation, newer, start, start + len(citation.quote), question)
        difference = differing_at(text, older.document.text, citation.start, citation.end)
        if difference is not None and difference.older:
            return _cite(citation, newer, *difference.older_span, question)
    return citation


def _deviation(citation: Citation, generation: Generation) -> Deviation | None:
    """Return what the version before the one that is quoted says in the same place, None where it says the same."""
    newer = generation.records[citation.document]
    older_ones = [(other, because) for other, is_newer, because in _versions(newer, generation) if not is_newer]
    if not older_ones:
        return None
    age = cmp_to_key(_by_age)
    older, because = max(older_ones, key=lambda one: age(one[0]))
    difference = differing_at(older.document.text, newer.document.text, citation.start, citation.end)
    if difference is None or not difference.older or not difference.newer:
        return None
    return Deviation(
        older=older.document.path,
        newer=newer.document.path,
        older_title=older.document.title,
        newer_title=newer.document.title,
        older_quote=difference.older,
        newer_quote=difference.newer,
        because=because,
    )


def _versions(record: Record, generation: Generation) -> Iterator[tuple[Record, bool, Sign]]:
    """Yield the other versions of a document, whether each is newer than it, and what shows that."""
    for path in generation.alike.get(record.document.path, ()):
        other = generation.records.get(path)
        if other is None or not _is_same_matter(record, other):
            continue
        order = newer_of(_dated(record), _dated(other))
        if order is not None:
            yield other, order.newer.document.path == path, order.because


def _by_age(first: Record, second: Record) -> int:
    """Compare by age, as `cmp_to_key` wants it: the older first."""
    order = newer_of(_dated(first), _dated(second))
    if order is None:
        return 0
    return 1 if order.newer.document.path == first.document.path else -1


def _dated(record: Record) -> Dated:
    return Dated(record.document, record.file.modified_ns)


def _is_same_matter(first: Record, second: Record) -> bool:
    """Whether two documents that are alike have one name, but for dates, numbers and the like.

    Forms that were filled in for two people are alike as well; these are no versions of one another.
    """
    titles = {bare_name(one.document.title) for one in (first, second)}
    stems = {bare_name(PurePosixPath(one.document.path).stem) for one in (first, second)}
    return len(titles) == 1 or len(stems) == 1


def _is_about(question: str, older: Record, newer: Record) -> bool:
    """Whether a question names a number or date that the older version bears and the newer one does not."""
    return bool(_numbers(question) & (_borne(older) - _borne(newer)))


def _borne(record: Record) -> set[str]:
    """Return the numbers and dates in a document's title and file name, and of the date that it gives itself."""
    day = text_date(record.document.text)
    date = {"-".join(f"{part:02}" for part in day[:length]) for length in range(1, len(day) + 1)}
    return _numbers(f"{record.document.title} {record.document.path}") | date


def _numbers(text: str) -> set[str]:
    return {key for number in find_numbers(fold(text)) for key in number.keys}


def _cite(citation: Citation, record: Record, start: int, end: int, question: str) -> Citation:
    """Return a citation of another document, at offsets into its text."""
    quote = record.document.text[start:end]
    span = next((one for one in reversed(record.passages) if one.start <= start), None)
    return replace(
        citation,
        document=record.document.path,
        title=record.document.title,
        headings=span.headings if span else (),
        page=span.page if span else None,
        start=start,
        end=end,
        quote=quote,
        emphasis=emphasis(quote, question),
    )


def _holds(outer: Citation, inner: Citation) -> bool:
    return outer.document == inner.document and outer.start <= inner.start and inner.end <= outer.end


def describe(deviation: Deviation, question: str) -> str:
    """Say in the question's language what the older version says in the same place."""
    older, newer = deviation.older_title, deviation.newer_title
    if older == newer:
        older, newer = deviation.older, deviation.newer
    quote = excerpt(deviation.older_quote)
    if is_written_in_hanzi(question):
        reason = BECAUSE_ZH[deviation.because]
        return f"《{newer}》与《{older}》内容相近，以上引自较新的前者（{reason}）。后者此处为：“{quote}”"
    reason = BECAUSE_EN[deviation.because]
    return (
        f"“{newer}” and “{older}” are nearly the same; the newer is quoted ({reason}). The other says here: “{quote}”"
    )


def excerpt(text: str) -> str:
    """Return a text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
