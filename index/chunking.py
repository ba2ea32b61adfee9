"""Document → passages → sentences, split where Chinese text ends a sentence, with exact offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from index.datatypes import Document, Passage, Section, Sentence

PASSAGE_CHARACTERS = 300
LONGEST_SENTENCE = 160
SHORTEST_PASSAGE = 60
Span = tuple[int, int]

CLOSERS = "”’」』）)】》\"'"
# What a full stop may stand behind without ending a sentence: a list's number, initials, titles.
NOT_AN_END = (
    r"(?<!\n[0-9]\.)(?<!\n[0-9][0-9]\.)(?<!\A[0-9]\.)(?<!\A[0-9][0-9]\.)"
    r"(?<!\b[A-Z]\.)(?<!\bNo\.)(?<!\bMr\.)(?<!\bDr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bProf\.)(?<!\bFig\.)(?<!\bvs\.)(?<!\bSt\.)"
    r"(?<!\bJan\.)(?<!\bFeb\.)(?<!\bMar\.)(?<!\bApr\.)(?<!\bAug\.)(?<!\bSept\.)(?<!\bOct\.)(?<!\bNov\.)(?<!\bDec\.)"
)
# A sentence ends at 。！？ or …… with the closing quotes behind it, at an English full stop before a space and a
# capital, or at a line's end.
SENTENCE_END = re.compile(
    rf"[。！？!?]+[{CLOSERS}]*|…{{1,2}}[{CLOSERS}]+"
    rf"|(?<=[a-z0-9)\"”’])\.{NOT_AN_END}[\"”’)]*(?=\s+[\"“(]?[A-Z0-9一-鿿])|\n+"
)
# Where a sentence is too long for a reader, the strongest mark inside it splits it.
SOFTER_ENDS = (re.compile(r"[；;]"), re.compile(r"[，,：:]"), re.compile(r"[、\s]"))


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the sentences of `text[start:end]` as offsets into `text`, without white space at their ends.

    Every character that is not white space lies in exactly one sentence.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    for left, right in _pieces(text, start, end, SENTENCE_END):
        spans.extend(_shorten(text, left, right, 0))
    return _attach_stubs(text, spans)


def _pieces(text: str, start: int, end: int, mark: re.Pattern[str]) -> Iterator[Span]:
    """Cut behind every mark and yield what is left of white space."""
    left = start
    for found in mark.finditer(text, start, end):
        if trimmed := _trim(text, left, found.end()):
            yield trimmed
        left = found.end()
    if trimmed := _trim(text, left, end):
        yield trimmed


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def _shorten(text: str, start: int, end: int, softness: int) -> Iterator[Span]:
    """Split a sentence beyond `LONGEST_SENTENCE` at softer and softer marks, as evenly as they allow."""
    if end - start <= LONGEST_SENTENCE:
        yield start, end
        return
    if softness == len(SOFTER_ENDS):
        for left in range(start, end, LONGEST_SENTENCE):
            if trimmed := _trim(text, left, min(end, left + LONGEST_SENTENCE)):
                yield trimmed
        return
    for left, right in _gather(list(_pieces(text, start, end, SOFTER_ENDS[softness])), LONGEST_SENTENCE):
        yield from _shorten(text, left, right, softness + 1)


def _gather(spans: list[Span], limit: int) -> Iterator[Span]:
    """Join neighbours as long as they stay within the limit."""
    left, right = spans[0]
    for start, end in spans[1:]:
        if end - left > limit:
            yield left, right
            left = start
        right = end
    yield left, right


def _attach_stubs(text: str, spans: list[Span]) -> list[Span]:
    """Give a span without a letter or digit (a lone closing mark, a row of dashes) to the sentence before it."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and not any(character.isalnum() for character in text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def split_passages(document: Document, first_id: int = 0) -> list[Passage]:
    """Cut a document into runs of whole sentences of about `PASSAGE_CHARACTERS`, none across a heading or a page."""
    passages: list[Passage] = []
    page_starts = [page.start for page in document.pages]
    for section in document.sections:
        for sentences in _passages_of(document, section):
            start, end = sentences[0][0], sentences[-1][1]
            number = first_id + len(passages)
            page = document.pages[bisect_right(page_starts, start) - 1].number if page_starts else None
            passages.append(
                Passage(
                    id=number,
                    document=document.path,
                    title=document.title,
                    start=start,
                    end=end,
                    text=document.text[start:end],
                    headings=section.headings,
                    page=page,
                    sentences=tuple(Sentence(number, *span) for span in sentences),
                )
            )
    return passages


def _passages_of(document: Document, section: Section) -> list[list[Span]]:
    """Fill passages one after another; what announces a list (如下：) goes with it, and the last two are evened out."""
    groups: list[list[Span]] = []
    for span in split_sentences(document.text, section.start, section.end):
        if groups and span[1] - groups[-1][0][0] <= PASSAGE_CHARACTERS:
            groups[-1].append(span)
        elif groups and len(groups[-1]) > 1 and _announces(document.text, groups[-1][-1], span):
            groups.append([groups[-1].pop(), span])
        else:
            groups.append([span])
    if len(groups) > 1 and groups[-1][-1][1] - groups[-1][0][0] < SHORTEST_PASSAGE:
        _even_out(groups)
    return groups


def _announces(text: str, sentence: Span, following: Span) -> bool:
    """Whether a sentence belongs to what follows it and both fit into one passage."""
    return announces_more(text[slice(*sentence)]) and following[1] - sentence[0] <= PASSAGE_CHARACTERS


def announces_more(sentence: str) -> bool:
    """Whether a sentence ends in a colon, so that it is nothing without what follows."""
    return sentence.rstrip("*_ ").endswith(("：", ":"))


def _even_out(groups: list[list[Span]]) -> None:
    """Move sentences from the passage before to a last one that is a mere remainder."""
    before, last = groups[-2], groups[-1]
    while len(before) > 1 and last[-1][1] - last[0][0] < SHORTEST_PASSAGE:
        if last[-1][1] - before[-1][0] > PASSAGE_CHARACTERS:
            break
        last.insert(0, before.pop())


def context_of(document: Document, passage: Passage) -> str:
    """Return what stands in front of a passage or sentence before it is embedded: title and heading path.

    A title that is only the file's name is left out, so that renaming a file embeds nothing.
    """
    title = (document.title,) if document.has_own_title else ()
    return " > ".join((*title, *passage.headings))
