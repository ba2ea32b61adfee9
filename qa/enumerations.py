"""The items of a list in a quote: numbered or in lines, enumerated in a sentence, or named in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median_low

from index.lexical import fold_in_place, is_verb, words
from qa.lists import DIGITS, ROW, items_of
from qa.terms import question_terms
from qa.written_forms import ENUMERATION, LAST_AND, LEADS_IN, NAMED, PREPOSITIONS, WORDS_BEFORE

MOST_ITEMS = 30
# Of an item that is longer, only what stands before its first mark is marked.
LONGEST_ITEM = 12
SENTENCE = re.compile(r"[^。！？!?\n]+")
ASKING = re.compile(r"哪[些几两二三四五六七八九]|几|什么|何")
ARTICLE = re.compile(rf"第(?:[{DIGITS}百零〇]+|[0-9]+)[条款项章节]\s*")
FOLLOWING_PREPOSITIONS = frozenset(["在", "按", "按照", "于", "为", "由", "向"])
QUOTES = "“”《》「」『』\"' "
Span = tuple[int, int]


def listed(quote: str, question: str) -> tuple[Span, ...]:
    """Return the spans of the items that a question for a list asks for and does not say itself."""
    folded, asked = fold_in_place(quote), fold_in_place(question)
    spans = _items(quote)
    for start, end in () if spans else _sentences_about(folded, asked):
        named = [found.span("name") for found in NAMED.finditer(folded, start, end)]
        found = max(
            (list(_enumerated(folded, *one.span(), asked)) for one in ENUMERATION.finditer(folded, start, end)),
            key=len,
            default=[],
        )
        spans += named if len(named) > 1 or not found else found
    kept = (span for span in sorted(spans) if span[0] < span[1] and folded[slice(*span)] not in asked)
    return tuple(kept)[:MOST_ITEMS]


def _items(quote: str) -> list[Span]:
    """Return the items of a list in a quote's structure; of a table's rows, the values of the first column."""
    items = items_of(quote)
    columns = [ROW.match(quote, *span) for span in items]
    if len({found["column"] if found else "" for found in columns}) == 1:
        items = tuple(found.span("value") for found in columns if found) or items
    return [_head(quote, span) for span in items]


def _head(quote: str, span: Span) -> Span:
    """Return an item; of one that explains itself or is long, what stands before its first mark."""
    start, end = span
    mark = re.compile(r"[：:]|[，,。；;（(\n]" if end - start > LONGEST_ITEM else r"[：:]").search(quote, start, end)
    return (start, mark.start()) if mark and mark.start() - start > 1 else span


def _sentences_about(folded: str, asked: str) -> list[Span]:
    """Return the sentences that say most of the question's words, all where none says any.

    The words beside the asking one say what is listed, and count twice; the others mostly say of whom.
    """
    terms = question_terms(asked)
    asking = ASKING.search(asked)
    beside = {term for term in terms if asking and (asked[: asking.start()].rstrip("有在是于的").endswith(term))}
    beside |= set(question_terms(asked[asking.end() :])[:1]) if asking else set()
    sentences = [found.span() for found in SENTENCE.finditer(folded)]
    counts = [sum(1 + (term in beside) for term in terms if term in folded[start:end]) for start, end in sentences]
    return [span for span, count in zip(sentences, counts, strict=True) if count == max(counts)]


def _enumerated(folded: str, start: int, end: int, asked: str) -> Iterator[Span]:
    """Yield the things that are enumerated in a stretch (包括甲、乙和丙等), without the words before and behind."""
    pieces: list[Span] = []
    position = start
    for piece in folded[start:end].split("、"):
        pieces.append((position, position + len(piece)))
        position += len(piece) + 1
    pieces[-1:] = _last(folded, pieces[-1], len(pieces))
    usual = median_low(stop - begin for begin, stop in pieces[1:])
    pieces[0] = _first(folded, pieces[0], usual)
    pieces[0] = _without_verb_before(folded, pieces[0], pieces[1], usual)
    pieces[-1] = _without_what_follows(folded, pieces[-1], pieces[:-1], usual, asked)
    # What is much longer than the others was not cut where it begins.
    fitting = (span for span in pieces if 0 < span[1] - span[0] <= max(3 * usual, 8))
    yield from (_without_quotes(folded, span) for span in fitting)


def _first(folded: str, span: Span, usual: float) -> Span:
    """Return the first thing of an enumeration without what leads to it."""
    start, end = span
    if found := ARTICLE.match(folded, start, end):
        start = found.end()
    if found := LEADS_IN.match(folded, start, end):
        start = found.end()
    if end - start > usual and (found := WORDS_BEFORE.match(folded, start, end)):
        start = found.end()
    begins = words(folded[start:end])[:1]
    if begins and begins[0] in PREPOSITIONS:
        start += len(begins[0])
    return start, end


def _last(folded: str, span: Span, count: int) -> list[Span]:
    """Return the last one or two things of an enumeration (丙和丁等四家) without what sums them up."""
    left, right = span
    both = LAST_AND.search(folded, left + 1, right - 1)
    total = count + (both is not None)
    counted = rf"[{DIGITS[total - 1 : total]}{total}][^、]{{1,12}}$"
    sums_up = rf"等|为(?:代表|主|核心|例|重点)|(?:组成|构成|负责|承办|主办|主演)$|{counted}"
    if found := re.compile(sums_up).search(folded, left + 1, right):
        right = found.start()
        both = LAST_AND.search(folded, left + 1, right - 1)
    return [(left, both.start()), (both.end(), right)] if both else [(left, right)]


def _without_verb_before(folded: str, first: Span, second: Span, usual: float) -> Span:
    """Return the first thing without the verb before it (公司主要从事轴承), where it is longer than the others.

    Where the next one begins with a verb too, things are done that are enumerated.
    """
    start, end = first
    cut = words(folded[start:end])
    if end - start <= usual or len(cut) < 2 or _is_verb(words(folded[slice(*second)])[0]):
        return first
    verbs = [number for number, word in enumerate(cut[:-1]) if _is_verb(word)]
    if not verbs:
        return first
    behind = start + sum(map(len, cut[: verbs[-1] + 1]))
    behind += folded[behind] in "了过着"
    # 企业注册登记: a verb inside a name leaves less than a name behind it.
    return (behind, end) if end - behind >= usual else first


def _without_what_follows(folded: str, last: Span, others: Sequence[Span], usual: float, asked: str) -> Span:
    """Return the last thing without what is said of all (白塔小学开展试点), where it is longer than the others.

    That begins behind the ending that the others share, else at the first verb or preposition behind a noun, else at a
    的 behind which stands what the question says itself.
    """
    start, end = last
    if end - start <= usual or len(others) < 2:
        return last
    ending = _shared_ending([folded[slice(*span)] for span in others])
    if ending and (at := folded.find(ending, start + 1, end)) >= 0:
        return start, at + len(ending)
    cut = words(folded[start:end])
    # Where things are done that are enumerated, verbs are parts of them.
    if any(map(_is_verb, [cut[0], *(word for span in others for word in words(folded[slice(*span)]))])):
        return last
    position = start
    for word in cut:
        is_border = _is_verb(word) or word in FOLLOWING_PREPOSITIONS
        is_asked = word == "的" and "".join(words(folded[position + 1 : end])[:1]) in asked
        if position - start > 1 and (is_border or is_asked):
            return start, position
        position += len(word)
    return last


def _shared_ending(texts: Sequence[str]) -> str:
    """Return the characters that all texts end in, fewer than any of them has."""
    shortest = min(map(len, texts))
    shared = next((n for n in range(shortest) if len({text[-n - 1 :] for text in texts}) > 1), shortest - 1)
    return texts[0][-shared:] if 0 < shared < shortest else ""


def _is_verb(word: str) -> bool:
    return len(word) > 1 and is_verb(word)


def _without_quotes(folded: str, span: Span) -> Span:
    start, end = span
    while start < end and folded[start] in QUOTES:
        start += 1
    while end > start and folded[end - 1] in QUOTES:
        end -= 1
    return start, end
