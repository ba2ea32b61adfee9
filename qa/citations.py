"""Citations: the exact place of a sentence, checked, with what answers the question marked in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from index.chunking import announces_more
from index.datatypes import Document, Passage
from index.lexical import fold_in_place
from qa.datatypes import Answer, Citation
from qa.evidence import Candidate
from qa.expectation import MEASURE, NUMERAL, UNIT, Kind, expected_kind

MOST_EMPHASISED = 4
LONGEST_LIST = 240
FULL_STOPS = ("。", "！", "？", ".", "!", "?")
ANSWER_LABEL = re.compile(r"(?:答复?|回答|A)\s*[：:]\s*")
LIST_ITEM = re.compile(
    r"[0-9]{1,2}[.、]|[（(]?[一二三四五六七八九十0-9]{1,2}[）)]|[一二三四五六七八九十][是、]|其[一二三四五六七八九十]"
)
DATE = re.compile(
    r"(?<![0-9.])[0-9]{2,4}\s*年(?:\s*[0-9]{1,2}\s*月)?(?:\s*[0-9]{1,2}\s*[日号])?"
    r"|(?<![0-9])[0-9]{1,2}\s*月(?:\s*[0-9]{1,2}\s*[日号])?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"|[一二三四五六七八九十]+月(?:[一二三四五六七八九十]+日)?|\b(?:1[0-9]|20)[0-9]{2}\b(?!\s*[年0-9])"
)
FIGURE = re.compile(
    rf"(?<![a-z0-9.\[第])(?:约|近|超过|超|逾)?[0-9]+(?:[.,/][0-9]+)*(?:\s?{MEASURE})?(?![0-9])|{NUMERAL}分之{NUMERAL}"
)
# 第二条 is a name, not two of something. A lone 一 is hardly ever a figure: 同一时期, 一批, 一方面.
CHINESE_FIGURE = re.compile(
    rf"(?<![第〇零一二两三四五六七八九十百千万亿])(?:[二两三四五六七八九十百千万亿]|[〇零一二两三四五六七八九十百千万亿]{{2,14}})(?:{UNIT})"
)
NAMED = re.compile(r"[“《「『](?P<name>[^”》」』]{2,30})[”》」』]")
# Dates come first where a number is asked for, too, so that 2023年12月 is one thing and left alone.
MARKS: dict[Kind | None, tuple[re.Pattern[str], ...]] = {
    "number": (FIGURE, CHINESE_FIGURE),
    "date": (DATE,),
    "list": (NAMED,),
    "person": (NAMED,),
    "place": (NAMED,),
    None: (FIGURE, NAMED),
}


def is_verbatim(candidate: Candidate) -> bool:
    """Whether a sentence is, word for word, what its passage says at its offsets."""
    passage, sentence = candidate.hit.passage, candidate.sentence
    inside = passage.start <= sentence.start < sentence.end <= passage.end
    return inside and passage.text[sentence.start - passage.start : sentence.end - passage.start] == candidate.text


def cite(row: Sequence[Candidate], number: int, question: str) -> Citation:
    """Return the citation of sentences side by side, all `is_verbatim`; one that announces a list is cited with it."""
    passage = row[0].hit.passage
    start, end = row[0].sentence.start + _answer_label(row[0].text), max(map(_end_with_list, row))
    return citation_of(passage, start, end, number, question)


def citation_of(passage: Passage, start: int, end: int, number: int, question: str) -> Citation:
    """Return the citation of a stretch of a passage's text, by its offsets in the document."""
    quote = passage.text[start - passage.start : end - passage.start]
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
    return replace(answer, citations=tuple(_placed(one, documents[one.document]) for one in answer.citations))


def _placed(citation: Citation, document: Document) -> Citation:
    certainty = document.certainty(citation.start, citation.end)
    return replace(citation, **asdict(document.spot(citation.start)), certainty=certainty)


def _answer_label(sentence: str) -> int:
    """Return the length of the label (答：) that a list of questions and answers puts before an answer."""
    found = ANSWER_LABEL.match(sentence)
    return found.end() if found and found.end() < len(sentence) else 0


def _end_with_list(candidate: Candidate) -> int:
    """Return where the list ends that a sentence announces with its colon, or the sentence's own end.

    The list goes on as long as its lines end in a semicolon, comma or nothing, up to a length that is still read.
    """
    passage, end = candidate.hit.passage, candidate.sentence.end
    if not announces_more(candidate.text):
        return end
    following = [sentence for sentence in passage.sentences if sentence.start >= end]
    for number, sentence in enumerate(following):
        if sentence.end - candidate.sentence.start > LONGEST_LIST:
            break
        end = sentence.end
        ends_list = passage.sentence_text(sentence).endswith(FULL_STOPS)
        if ends_list and not any(
            LIST_ITEM.match(passage.sentence_text(other)) for other in following[number + 1 : number + 2]
        ):
            break
    return end


def emphasis(quote: str, question: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of a quote that hold the kind of thing asked for and that the question does not say itself."""
    folded, asked = fold_in_place(quote), fold_in_place(question)
    kind = expected_kind(question)
    taken = [found.span() for found in DATE.finditer(folded)] if kind != "date" else []
    spans: list[tuple[int, int]] = []
    for pattern in MARKS.get(kind, ()):
        for found in pattern.finditer(folded):
            start, end = found.span("name") if "name" in pattern.groupindex else found.span()
            if folded[start:end] not in asked and not _overlaps(start, end, [*taken, *spans]):
                spans.append((start, end))
    return _join_touching(sorted(spans))[:MOST_EMPHASISED]


def _join_touching(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Make one of spans without a character between them."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < right and left < end for left, right in spans)
