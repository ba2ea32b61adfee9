"""Document → passages → sentences, split where Chinese text ends a sentence, with exact offsets."""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from index.datatypes import Document, Passage, Section, Sentence

# Passages have at least `PASSAGE_REACH` characters, where a section has, and about 250 on average.
PASSAGE_REACH, LONGEST_PASSAGE = 150, 400
LONGEST_SENTENCE = 160
Span = tuple[int, int]
# An article of a law or of rules, which is cited as a whole.
ARTICLE = re.compile(r"第\s*[一二三四五六七八九十百千零〇两0-9０-９]{1,8}\s*条")

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
    """Give a span without a letter or digit (a lone closing mark, a row of dashes) to the sentence before it.

    A page of dashes stays by itself: sentences must fit into a passage.
    """
    joined: list[Span] = []
    for start, end in spans:
        fits = joined and end - joined[-1][0] <= LONGEST_PASSAGE
        if fits and not any(character.isalnum() for character in text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def split_passages(document: Document, first_id: int = 0) -> list[Passage]:
    """Cut a document into runs of whole sentences, of about 250 characters, none across a heading, slide or sheet."""
    passages: list[Passage] = []
    for section in _sections(document):
        for sentences in _passages_of(document, section):
            start, end = sentences[0][0], sentences[-1][1]
            number = first_id + len(passages)
            page = document.page_at(start)
            passages.append(
                Passage(
                    id=number,
                    document=document.path,
                    title=document.title,
                    start=start,
                    end=end,
                    text=document.text[start:end],
                    headings=section.headings,
                    page=page.number if page is not None else None,
                    sentences=tuple(Sentence(number, *span) for span in sentences),
                )
            )
    return passages


def _sections(document: Document) -> Iterator[Section]:
    """Yield the sections, cut where a slide or sheet begins: sentences run from page to page, but not over those."""
    starts = [page.start for page in document.pages] if document.unit in ("slide", "sheet") else []
    for section in document.sections:
        inside = starts[bisect_right(starts, section.start) : bisect_left(starts, section.end)]
        for start, end in pairwise([section.start, *inside, section.end]):
            yield Section(start, end, section.headings)


def _passages_of(document: Document, section: Section) -> list[list[Span]]:
    """Cut a section where its text says so, and evenly where what lies between two cuts is too long.

    Where to cut depends on the sentences nearby alone ("local maximum chunking", Bjørner et al. 2010), so that an
    edit moves no cut farther on: a sentence added to a long document changes the passages around it and no other.
    """
    spans = split_sentences(document.text, section.start, section.end)
    if not spans:
        return []
    inside = _inside_articles(document.text, spans)
    cuts = [0, *_cuts(document.text, spans, inside), len(spans)]
    return [
        group
        for start, end in pairwise(cuts)
        for group in _split_evenly(document.text, spans[start:end], {at - start for at in inside if start < at < end})
    ]


def _inside_articles(text: str, spans: list[Span]) -> set[int]:
    """Return the numbers of the sentences that go on with an article (第三条) which fits into one passage."""
    starts = [
        at
        for at, (start, end) in enumerate(spans)
        if (at == 0 or "\n" in text[spans[at - 1][1] : start]) and ARTICLE.match(text, start, end)
    ]
    inside: set[int] = set()
    for at, after in pairwise([*starts, len(spans)]):
        if spans[after - 1][1] - spans[at][0] <= LONGEST_PASSAGE:
            inside.update(range(at + 1, after))
    return inside


def _cuts(text: str, spans: list[Span], inside: AbstractSet[int]) -> list[int]:
    """Return the numbers of the sentences before which a section is cut, ascending.

    That is wherever no better place lies within `PASSAGE_REACH` characters; the best of all are the section's ends.
    """
    first, last = spans[0][0] + PASSAGE_REACH, spans[-1][1] - PASSAGE_REACH
    places = [
        (spans[number][0], _rank(text, before, spans[number]), number)
        for number, before in enumerate(spans[:-1], start=1)
        if first <= spans[number][0] <= last and number not in inside and not _announces(text, before, spans[number])
    ]
    return [number for at, (_, _, number) in enumerate(places) if _is_best(places, at)]


def _rank(text: str, before: Span, after: Span) -> tuple[int, int]:
    """Return how good the place between two sentences is to cut, lower is better: between paragraphs rather than not.

    Among equals a checksum of both sentences decides, which is as good as chance and the same every time.
    """
    is_paragraph = "\n" in text[before[1] : after[0]]
    both = text[before[0] : before[1]] + text[after[0] : after[1]]
    return 0 if is_paragraph else 1, zlib.crc32(both.encode("utf-8", "surrogatepass"))


def _is_best(places: list[tuple[int, tuple[int, int], int]], at: int) -> bool:
    """Whether no other place within reach is better; of two equals the first is."""
    position, rank, _ = places[at]
    for other in range(at - 1, -1, -1):
        if position - places[other][0] >= PASSAGE_REACH:
            break
        if places[other][1] <= rank:
            return False
    for other in range(at + 1, len(places)):
        if places[other][0] - position >= PASSAGE_REACH:
            break
        if places[other][1] < rank:
            return False
    return True


def _split_evenly(text: str, spans: list[Span], inside: AbstractSet[int]) -> list[list[Span]]:
    """Cut sentences into as few runs of about the same length as keep to `LONGEST_PASSAGE`, where that can be done.

    None is cut before a sentence `inside` of an article, unless some run would be too long otherwise.
    """
    start, length = spans[0][0], spans[-1][1] - spans[0][0]
    runs = -(-length // LONGEST_PASSAGE)
    cuts = [0]
    if runs > 1:
        every = range(1, len(spans))
        good = [at for at in every if at not in inside and not _announces(text, spans[at - 1], spans[at])]
        if inside and (whole := _cut_between(spans, good)):
            return [spans[low:high] for low, high in pairwise([0, *whole, len(spans)])]
        for number in range(1, runs):
            goal = start + length * number / runs
            cut = _nearest(spans, good, goal)
            if abs(spans[cut][0] - goal) > LONGEST_SENTENCE:
                # Where each sentence announces the next, some announcement has to stand alone.
                cut = _nearest(spans, every, goal)
            cuts.extend([cut] if cut > cuts[-1] else [])
    return [spans[low:high] for low, high in pairwise([*cuts, len(spans)])]


def _cut_between(spans: list[Span], places: Sequence[int]) -> list[int]:
    """Return as few places to cut as keep to `LONGEST_PASSAGE`, each as late as can be; none where that cannot be."""
    cuts: list[int] = []
    start = 0
    while spans[-1][1] - spans[start][0] > LONGEST_PASSAGE:
        fitting = [at for at in places if at > start and spans[at - 1][1] - spans[start][0] <= LONGEST_PASSAGE]
        if not fitting:
            return []
        start = fitting[-1]
        cuts.append(start)
    return cuts


def _nearest(spans: list[Span], places: Sequence[int], goal: float) -> int:
    """Return the one of some sentences, given in order by their numbers, that begins nearest to `goal`; 0 if none."""
    behind = bisect_left(places, goal, key=lambda at: spans[at][0])
    return min(places[max(0, behind - 1) : behind + 1], key=lambda at: abs(spans[at][0] - goal), default=0)


def _announces(text: str, sentence: Span, following: Span) -> bool:
    """Whether a sentence belongs to what follows it and both fit into one passage."""
    return announces_more(text[slice(*sentence)]) and following[1] - sentence[0] <= LONGEST_PASSAGE


def announces_more(sentence: str) -> bool:
    """Whether a sentence ends in a colon, so that it is nothing without what follows."""
    return sentence.rstrip("*_ ").endswith(("：", ":"))


def context_of(document: Document, passage: Passage) -> str:
    """Return what stands in front of a passage or sentence before it is embedded: title and heading path.

    A title that is only the file's name is left out, so that renaming a file embeds nothing.
    """
    title = (document.title,) if document.has_own_title else ()
    return " > ".join((*title, *passage.headings))
