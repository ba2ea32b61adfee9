"""A question that names several things side by side → one question for each of them.

A ranking of the whole question fills up with whichever document answers in more words; asked for each alone, both sides
of a comparison are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.lexical import find_names, fold_in_place, is_dictionary_word, words
from qa.terms import ENDS_OF_NAMES

MOST_PARTS = 4
SHORTEST_TITLE = 3
COORDINATOR = r"(?:以及|还是|或者|[和与及跟同或、/])"
TIME = r"(?:[在于]?(?:[0-9]{4}年(?:度|[0-9]{1,2}月(?:份)?)?|[上下去今本明]年度?))"
# What ends the names of places and bodies.
BODY = (
    rf"(?:{ENDS_OF_NAMES}|"
    r"[省市县镇乡区州局厅院馆](?![别域间内外里面长民值场]|分(?!别)))"
)
BODY_NAME = re.compile(rf"(?:(?![哪几多什么谁])[㐀-鿿a-z（）()·\ue000]){{2,18}}?{BODY}")
# What a question says that asks of each thing for itself.
ASKS_OF_EACH = re.compile(
    r"分别|各自|各[有是为]|比较|对比|相比|更[早晚高低大小多少长短快慢好]|哪[个家座所]|谁|不同|异同|区别|差[别异多]|"
    r"\b(?:respectively|compare|each|both|which)\b"
)
# Verbs and the like before the first name, which are no part of it.
LEAD_IN = re.compile(r"(?:请问|请|试|比较|对比|相比|相较|根据|结合|分析|关于|一下)+")
GAP = re.compile(rf"(?P<after>{TIME})?的?\s*{COORDINATOR}\s*(?P<before>{TIME})?")
TIME_THERE, TIME_BEFORE = re.compile(TIME), re.compile(f"{TIME}$")
PLAINLY_ASKS_OF_EACH = re.compile(r"(?<!的)分别|各自|比较|对比|相比|更[早晚高低大小多少长短快慢好]")
ENDS_NAME = re.compile(rf"{COORDINATOR}|{TIME}|[的在各谁哪]|分别|相比|之间|$")
COMPARING = re.compile(r"^(?:请|试)?(?:比较|对比)(?:一下)?")
EACH = re.compile(r"分别|各自的?|(?:之间|相比)")
# 哪家公司的利润更高？ behind the thing that is compared.
VERDICT = re.compile(r"(?<=[㐀-鿿0-9])[，,；;]\s*[^，,；;。]*(?:哪|谁)[^，,；;。]*[更最较][^，,；;。]*[？?。]?$")
COORDINATES = re.compile(COORDINATOR)
YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}年度?")
# A name lies between two of these.
BETWEEN_NAMES = re.compile(rf"{COORDINATOR}|[0-9,;:，；：。]|年|\s")
NAME_SO_FAR = re.compile(r".+", re.DOTALL)
LONGEST_CONTINUATION = 6
# Stands for a 和 inside a word: 和平区, 参与, 共同.
INSIDE_A_WORD = "\ue000"
Span = tuple[int, int]


def split_question(question: str, titles: Sequence[str]) -> tuple[str, ...]:
    """Return one question for each of the things named side by side, () where there are fewer than two.

    Names are the documents' `titles` (folded), what ends as places and bodies do, and the names that jieba knows. A
    year beside a name stays with it: 甲公司2020年和乙公司2021年的利润 → 甲公司2020年的利润, 乙公司2021年的利润.
    Where no names stand side by side, years may: 2020年和2021年的利润.
    """
    folded = fold_in_place(question)
    if not COORDINATES.search(folded):
        return ()
    named = [title for title in titles if len(title) >= SHORTEST_TITLE and title in folded]
    if len(named) < 2 and not ASKS_OF_EACH.search(folded):
        return ()
    names = list(_names(folded, named))
    folded = _hide_inside_words(folded)
    chain = _longest_chain(folded, names)
    if len(chain) < 2:
        chain = _longest_chain(folded, [found.span() for found in YEAR.finditer(folded)])
    if len(chain) < 2:
        return ()
    # What is asked of each alone is no comparison any more.
    comparing, end = COMPARING.match(folded), chain[-1][1]
    verdict = VERDICT.search(folded, end)
    before = question[comparing.end() if comparing and comparing.end() <= chain[0][0] else 0 : chain[0][0]]
    after = _without_each(question[end : verdict.start() if verdict else None])
    parts = dict.fromkeys(before + question[slice(*segment)] + after for segment in chain)
    return tuple(parts)[:MOST_PARTS] if len(parts) > 1 else ()


def _without_each(text: str) -> str:
    """Leave out 分别, 各自 and the like, in simplified or traditional characters."""
    found = list(EACH.finditer(fold_in_place(text)))
    for each in reversed(found):
        text = text[: each.start()] + text[each.end() :]
    return text


def _names(folded: str, titles: Sequence[str]) -> Iterator[Span]:
    """Yield the places where something is named, none overlapping, in order."""
    taken: list[Span] = []
    for title in sorted(titles, key=len, reverse=True):
        for named in re.finditer(re.escape(title), folded):
            if not any(named.start() < right and left < named.end() for left, right in taken):
                taken.append(named.span())
    known = _known_names(folded) if PLAINLY_ASKS_OF_EACH.search(folded) else []
    folded = _hide_inside_words(folded)
    marks = list(BETWEEN_NAMES.finditer(folded))
    starts, ends = [0, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), len(folded)]
    for start, end in zip(starts, ends, strict=True):
        lead = LEAD_IN.match(folded, start, end)
        found = BODY_NAME.match(folded, lead.end() if lead else start, end)
        # 北京市海淀区 is one place: what a name goes on with belongs to it.
        while found and (longer := BODY_NAME.match(folded, found.end(), end)):
            if longer.end() - found.end() > LONGEST_CONTINUATION:
                break
            found = NAME_SO_FAR.match(folded, found.start(), longer.end())
        if found and not any(found.start() < right and left < found.end() for left, right in taken):
            taken.append(found.span())
    taken += [one for one in known if not any(one[0] < right and left < one[1] for left, right in taken)]
    yield from sorted(taken)


def _hide_inside_words(folded: str) -> str:
    """Return a text of the same length in which only a 和 that is a word by itself is one."""
    hidden = ""
    for word in words(folded):
        # Words that jieba makes up of what stands side by side hide nothing: 南和绿源.
        whole = COORDINATES.fullmatch(word) is not None or not is_dictionary_word(word)
        hidden += word if whole else COORDINATES.sub(lambda found: INSIDE_A_WORD * len(found.group()), word)
    return hidden


def _known_names(folded: str) -> list[Span]:
    """Return the names that jieba knows, those side by side as one (上海金山), where no noun goes on behind them."""
    joined: list[Span] = []
    for start, end, _ in find_names(folded):
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return [name for name in joined if ENDS_NAME.match(folded, name[1])]


def _longest_chain(folded: str, names: Sequence[Span]) -> list[Span]:
    """Return the segments (each name with its year) of the longest row of names with nothing but a 和 between them."""
    rows: list[list[Span]] = []
    gaps: list[list[re.Match[str]]] = []
    for name in names:
        gap = GAP.fullmatch(folded, rows[-1][-1][1], name[0]) if rows else None
        if gap is None:
            rows.append([])
            gaps.append([])
        else:
            gaps[-1].append(gap)
        rows[-1].append(name)
    longest = max(range(len(rows)), key=lambda row: len(rows[row]), default=None)
    return [] if longest is None else _segments(folded, rows[longest], gaps[longest])


def _segments(folded: str, row: Sequence[Span], gaps: Sequence[re.Match[str]]) -> list[Span]:
    """Widen each name by the year that stands before or behind it."""
    # 2020年 before the first of two names is said of both, unless the other has a year of its own.
    starts = [_start_with_year(folded, row[0][0]) if any(gap["before"] for gap in gaps) else row[0][0]]
    starts += [gap.start("before") if gap["before"] else name[0] for gap, name in zip(gaps, row[1:], strict=True)]
    ends = [gap.end("after") if gap["after"] else name[1] for gap, name in zip(gaps, row, strict=False)]
    year = TIME_THERE.match(folded, row[-1][1]) if any(gap["after"] for gap in gaps) else None
    ends.append(year.end() if year else row[-1][1])
    return list(zip(starts, ends, strict=True))


def _start_with_year(folded: str, start: int) -> int:
    year = TIME_BEFORE.search(folded[:start])
    return year.start() if year else start
