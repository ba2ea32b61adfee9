"""Lists in running text: from the sentence that announces one to its last item, also across the border of a passage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.chunking import announces_more
from index.lexical import fold_in_place
from qa.item_lines import leaves, lists_in_lines
from qa.list_questions import names_what_is_asked, says_more, terms_told
from qa.surroundings import Span, Surroundings

# What is still read in one piece; a list that was not asked for is quoted to the shorter one.
LONGEST_LIST, LONGEST_LIST_BESIDE = 600, 240
DIGITS = "一二三四五六七八九十"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
NUMERAL = rf"(?:[0-9]{{1,2}}|[{DIGITS}]{{1,3}})"
# Each way of numbering, with its number; a list keeps to one of them.
STYLES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<n>[{DIGITS}]{{1,3}})(?:是|要|则)",
        rf"其(?P<n>[{DIGITS}])(?:[，,、：:]|是)?",
        rf"第(?P<n>{NUMERAL})(?:[，,、：:]|(?:类|种|步|项|点|阶段)?是)",
        rf"(?P<n>[{DIGITS}]{{1,3}})、",
        rf"[（(](?P<n>[{DIGITS}]{{1,3}})[）)]",
        r"[（(](?P<n>[0-9]{1,2})[）)]",
        r"(?P<n>[0-9]{1,2})[）)]",
        r"(?P<n>[0-9]{1,2})[.．、](?![0-9])",
    )
)
# Folding makes ① a plain 1, so these are looked for in the text as it is.
IN_CIRCLES = re.compile(rf"(?P<n>[{CIRCLED}])")
# Where an item may begin: at the start, or behind what ends or announces one.
BEFORE_ITEM = re.compile(r"(?:\A|[。；;：:！!？?，,\n])[\s“‘「『\"']*")
# What announces a list without a colon.
ANNOUNCES = re.compile(
    rf"以下|如下|下列|下述|分为|包括|主要有|共有|(?:[{DIGITS}两几数0-9]+|多)(?:个|项|条|种|类|大|点|步|方面|阶段|部分)|"
    r"\b(?:following|as follows|these)\b"
)
FULL_STOPS = ("。", "！", "？", ".", "!", "?")
ROW = re.compile(r"(?P<column>[^：；。\n]{1,20})：(?P<value>[^；\n]*)(?:；|$)")
MUCH_LONGER = 3


def with_list(span: Span, around: Surroundings, longest: int) -> Span:
    """Return a quoted span that goes on to the end of the list that one of its sentences announces or begins."""
    start, end = span
    for at, sentence in enumerate(around.sentences):
        if start <= sentence[0] < end and announces_more(around.words(sentence)):
            end = max(end, _end_of_announced(at, around, sentence[0] + longest))
    return start, end


def whole_list(
    span: Span, around: Surroundings, question: str, headings: Sequence[str], by_name: bool = False
) -> Span | None:
    """Return the span of the list that a quoted span lies in or announces and that a question asks for, else None.

    From the sentence that announces it to its last item; of one that is too long, as many items as are read, if the
    quoted ones are among them. `by_name` is for a list that has to be announced as what is asked for.
    """
    lists = sorted(_lists(around), key=lambda one: one[-1][1] - one[0][0])
    for spans in lists:
        announcing = _announcement(spans[0], around)
        start, end = (announcing or spans[0])[0], spans[-1][1]
        if not start <= span[0] < span[1] <= end:
            continue
        told_by = around.words(announcing) if announcing else " ".join(headings)
        is_named = names_what_is_asked(question, " ".join([*headings[-1:], told_by]))
        if not is_named and (by_name or not says_more(question, told_by, headings, around.words(span))):
            continue
        ends = [end for _, end in spans if end - start <= LONGEST_LIST]
        if ends and ends[-1] >= span[1]:
            return start, ends[-1]
    return None


def told_of_list(quote: str, question: str) -> frozenset[str]:
    """Return the words of a question that a quoted list's announcement says."""
    return terms_told(question, quote.partition("\n")[0]) if is_list(quote) else frozenset()


def is_list(quote: str) -> bool:
    """Whether a quote is a list with what announces it."""
    return quote.count("\n") > 1 and bool(items_of(quote))


def _announcement(first: Span, around: Surroundings) -> Span | None:
    """Return what announces a list: the words before its first item in that sentence, or the sentence before.

    Before items in lines of their own, that is any sentence.
    """
    at = around.at(first[0])
    begun = around.sentences[at][0]
    if begun < first[0]:
        return begun, first[0]
    if at > 0 and (around.begins_line(at) or _announces(around.words(around.sentences[at - 1]))):
        return around.sentences[at - 1]
    return None


def items_of(quote: str) -> tuple[Span, ...]:
    """Return the spans of a quote's list items, without their numbers and marks; () where it holds no list."""
    lines = [(found.start(), found.end()) for found in re.finditer(r"[^\n]+", quote)]
    around = Surroundings(quote, 0, tuple(lines))
    bulleted = leaves(quote, lines)
    numbered = max(_numbered(around), key=len, default=[])
    if len(bulleted) > max(1, len(numbered)):
        return tuple(_bare(quote, span) for span in bulleted)
    if numbered:
        return tuple(_bare(quote, span) for span in numbered)
    if len(lines) > 2 and announces_more(quote[slice(*lines[0])]):
        return tuple(_bare(quote, span) for span in lines[1:])
    return ()


def _lists(around: Surroundings) -> Iterator[list[Span]]:
    """Yield the lists in a text, each as the spans of its items."""
    yield from _numbered(around)
    yield from _rows(around)
    yield from lists_in_lines(around)
    for at, sentence in enumerate(around.sentences):
        if announces_more(around.words(sentence)):
            items = _announced_items(at, around)
            if len(items) > 1:
                yield items


def _numbered(around: Surroundings) -> Iterator[list[Span]]:
    """Yield the lists whose items are numbered one after the other, from 1."""
    folded = fold_in_place(around.text)
    for style in (*STYLES, IN_CIRCLES):
        chain: list[re.Match[str]] = []
        for found in style.finditer(around.text if style is IN_CIRCLES else folded):
            before = folded[: found.start()].rstrip("“‘「『\"' \u3000\t")
            if before and BEFORE_ITEM.fullmatch(before[-1]) is None:
                continue
            number = _number(found["n"])
            if number == 1:
                if len(chain) > 1:
                    yield _items(chain, around)
                chain = [found]
            elif chain and number == len(chain) + 1:
                chain.append(found)
        if len(chain) > 1:
            yield _items(chain, around)


def _number(written: str) -> int:
    if written in CIRCLED:
        return CIRCLED.index(written) + 1
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (10 * (DIGITS.find(tens) + 1 or 1) if ten else 0) + (DIGITS.find(ones) + 1 if ones else 0)


def _items(chain: Sequence[re.Match[str]], around: Surroundings) -> list[Span]:
    """Return the spans of items that begin where their numbers stand; each ends before the next one."""
    starts = [around.start + found.start() for found in chain]
    last = around.at(starts[-1])
    # Items in lines of their own end with their line, others with their sentence.
    in_lines = all(
        around.sentences[around.at(start)][0] == start and around.begins_line(around.at(start)) for start in starts
    )
    end = around.line_end(last) if in_lines else around.sentences[last][1]
    spans = []
    for start, following in pairwise([*starts, end]):
        words = around.words((start, following)).rstrip()
        spans.append((start, start + len(words)))
    return spans


def _rows(around: Surroundings) -> Iterator[list[Span]]:
    """Yield the rows of tables: lines side by side that name the same columns."""
    run: list[Span] = []
    columns: tuple[str, ...] = ()
    for at, start in enumerate(around.sentences):
        if not around.begins_line(at):
            continue
        line = (start[0], around.line_end(at))
        named = tuple(found["column"] for found in ROW.finditer(around.words(line)))
        if named and named == columns:
            run.append(line)
            continue
        if len(run) > 1:
            yield run
        run, columns = [line] if named else [], named
    if len(run) > 1:
        yield run


def _end_of_announced(at: int, around: Surroundings, limit: int) -> int:
    """Return where the list ends that a sentence announces, at the end of an item; its own end without one."""
    items = [end for _, end in _announced_items(at, around) if end <= limit]
    return items[-1] if items else around.sentences[at][1]


def _announced_items(at: int, around: Surroundings) -> list[Span]:
    """Return the items behind a sentence that ends in a colon.

    Numbered ones as far as their numbers go, rows as far as they name the same columns; others as long as their lines
    end in a semicolon, comma or nothing.
    """
    following = around.sentences[at + 1 :]
    if not following:
        return []
    for spans in (*_numbered(around), *_rows(around), *lists_in_lines(around)):
        if spans[0][0] == following[0][0]:
            return spans
    items: list[Span] = []
    for number, sentence in enumerate(following, start=at + 1):
        words = around.words(sentence)
        is_over = items and not around.words(items[-1]).endswith(("；", ";", "，", ",", "、"))
        longest = max((end - start for start, end in items), default=0)
        if is_over and words.endswith(FULL_STOPS) and len(words) > MUCH_LONGER * longest and around.begins_line(number):
            # The items ended in nothing, and this is a sentence.
            break
        items.append(sentence)
        if words.endswith(FULL_STOPS):
            break
    return items


def _announces(sentence: str) -> bool:
    return announces_more(sentence) or ANNOUNCES.search(fold_in_place(sentence)) is not None


def _bare(quote: str, span: Span) -> Span:
    """Return an item's span without its number and without the mark behind it."""
    start, end = span
    folded = fold_in_place(quote)
    numbers = (IN_CIRCLES.match(quote, start, end), *(style.match(folded, start, end) for style in STYLES))
    start = next((found.end() for found in numbers if found), start)
    while start < end and quote[start] in " \u3000\t-–•◦▪·●○■□◆*+":
        start += 1
    while end > start and (quote[end - 1].isspace() or quote[end - 1] in "；;，,。.、"):
        end -= 1
    return start, end
