"""A question that names several things side by side → one question for each of them.

A ranking of the whole question fills up with whichever document answers in more words; asked for each alone, both sides
of a comparison are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.lexical import find_names, fold_in_place, is_dictionary_word, words
from qa.comparing import COMPARING, VERDICT, WHICH, split_years, without_each, without_verdict
from qa.short_names import ShortNames, short_names
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
BODY_NAME = re.compile(rf"(?:(?![哪几多什么谁]|分别|各自|如何)[㐀-鿿a-z（）()·\ue000]){{2,18}}?{BODY}")
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
COORDINATES = re.compile(COORDINATOR)
YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}年度?")
# What two do together is not asked of each.
TOGETHER = re.compile(r"合作|共同|联合|联手|一起|合资|相互|互相|合并|签[订署约]|之间的?(?:关系|交易|往来|距离)|关系")
# 甲的收入和乙的人数: a list of what is asked, with nothing behind it.
OF_ONE = re.compile(rf"(?P<asked>的(?:(?!{COORDINATOR})[^，,；;。？?]){{2,12}}){COORDINATOR}")
OF_THE_OTHER = re.compile(r"的(?![不异]同|[区差]别|差[异距]|关系|比)[^，,；;。？?哪几多谁什么别]{2,12}[？?。]?")
# Who is more is no question of who or which.
WHO_IS_MORE = re.compile(r"(?:哪一?[个家座所]|谁)(?=的|(?:公司|企业)?(?:的[^，。]{1,12})?[更最较][^，。]*$)")
# What does not change from year to year.
LASTING = re.compile(r"时间|日期|地[址点]|注册|成立|创[办立建]|代表人|位于|哪|谁|何时|何地")
# 三家公司的利润分别是多少？
ALL_OF_THEM = re.compile(r"(?:这|那|上述)?(?P<count>[两二三四234])家(?:上市)?(?:公司|企业)|各家?(?:公司|企业)")
# 甲、乙和丙三家公司的利润: only says how many they are.
HOW_MANY = re.compile(r"等?这?[两二三四234][家所个](?:上市)?(?:公司|企业|学校|单位)?")
MORE_THAN_A_NAME = re.compile(f"的|{HOW_MANY.pattern}")
COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4, "2": 2, "3": 3, "4": 4}
YEAR_OR_DAY = re.compile(rf"{TIME}|[0-9]{{4}}")
# A name lies between two of these.
BETWEEN_NAMES = re.compile(rf"{COORDINATOR}|[0-9,;:，；：。]|年|\s")
NAME_SO_FAR = re.compile(r".+", re.DOTALL)
LONGEST_CONTINUATION = 6
LONGEST_ALIKE = 8
HANZI = re.compile(r"[㐀-鿿a-z0-9]+")
NEXT_ALIKE = re.compile(rf"[㐀-鿿a-z0-9]{{3,8}}?(?=有|{ENDS_NAME.pattern})")
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
    if compared := split_years(question, folded):
        return compared
    return _split_by_names(question, folded, titles) or _each_company(question, folded, titles)


def _split_by_names(question: str, folded: str, titles: Sequence[str]) -> tuple[str, ...]:
    """Return a question for each of the names or years that stand side by side."""
    if not COORDINATES.search(folded):
        return ()
    named = [title for title in titles if len(title) >= SHORTEST_TITLE and title in folded]
    short = short_names(tuple(titles))
    called = [] if TOGETHER.search(folded) else list(short.find(folded))
    if len(named) < 2 and len(called) < 2 and not ASKS_OF_EACH.search(folded):
        return ()
    names = list(_names(folded, named, called))
    folded = _hide_inside_words(folded)
    chain = _longest_chain(folded, names)
    if len(chain) < 2:
        chain = _longest_chain(folded, [found.span() for found in YEAR.finditer(folded)])
    if len(chain) < 2 and ASKS_OF_EACH.search(folded):
        chain = _longest_chain(folded, _begin_alike(folded))
    if len(chain) < 2:
        return _each_its_own(question, folded, names)
    before, behind = _around(question, folded, chain[0][0], chain[-1][1])
    year = _common_year(folded, [folded[slice(*segment)] for segment in chain], short)
    parts = dict.fromkeys(before + question[slice(*segment)] + year + behind for segment in chain)
    return tuple(parts)[:MOST_PARTS] if len(parts) > 1 else ()


def _around(question: str, folded: str, start: int, end: int) -> tuple[str, str]:
    """Return what is said before and behind the names; what is asked of each alone is no comparison any more."""
    comparing, verdict = COMPARING.match(folded), VERDICT.search(folded, end)
    before = question[comparing.end() if comparing and comparing.end() <= start else 0 : start]
    end = many.end() if (many := HOW_MANY.match(folded, end)) else end
    return before, without_verdict(without_each(question[end : verdict.start() if verdict else None]))


def _each_its_own(question: str, folded: str, names: Sequence[Span]) -> tuple[str, ...]:
    """Return two requests where something else is asked of either of two names: 甲的收入和乙的人数."""
    if len(names) != 2 or names[0][0] > 0:
        return ()
    own = OF_ONE.fullmatch(folded, names[0][1], names[1][0])
    if own is None or not OF_THE_OTHER.fullmatch(fold_in_place(question), names[1][1]):
        return ()
    return question[: own.end("asked")], question[names[1][0] :]


def _each_company(question: str, folded: str, titles: Sequence[str]) -> tuple[str, ...]:
    """Return a question for each of the companies, () where the titles do not name as many as are asked about."""
    found = ALL_OF_THEM.search(folded)
    if found is None or not ASKS_OF_EACH.search(folded) or TOGETHER.search(folded):
        return ()
    short = short_names(tuple(titles))
    if not 2 <= len(short.companies) <= MOST_PARTS:
        return ()
    if found["count"] and COUNTS[found["count"]] != len(short.companies):
        return ()
    before, behind = _around(question, folded, *found.span())
    year = _common_year(folded, short.companies, short)
    return tuple(f"{before}{name}{year}{behind}" for name in short.companies)


def _common_year(folded: str, names: Sequence[str], short: ShortNames) -> str:
    """Return the latest year that documents of each of some names have, "" where a question needs or has none.

    Where one side has documents of several years, its figures would be set beside those of another year.
    """
    if YEAR_OR_DAY.search(folded) or LASTING.search(WHICH.sub("", WHO_IS_MORE.sub("", folded))):
        return ""
    years = [short.years_of(name) for name in names]
    common = frozenset.intersection(*years) if max(map(len, years)) > 1 else frozenset()
    return f"{max(common)}年" if common else ""


def _names(folded: str, titles: Sequence[str], called: Sequence[Span]) -> Iterator[Span]:
    """Yield the places where something is named, none overlapping, in order; `called` are those of short names."""
    taken: list[Span] = []
    for title in sorted(titles, key=len, reverse=True):
        for named in re.finditer(re.escape(title), folded):
            if not _overlaps(named.span(), taken):
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
        if found and not _is_within_what_is_said_of(found, called) and not _overlaps(found.span(), taken):
            taken.append(found.span())
    taken += [one for one in called if not _overlaps(one, taken)]
    taken += [one for one in known if not _overlaps(one, taken)]
    yield from sorted(taken)


def _overlaps(span: Span, taken: Sequence[Span]) -> bool:
    return any(span[0] < right and left < span[1] for left, right in taken)


def _is_within_what_is_said_of(found: re.Match[str], called: Sequence[Span]) -> bool:
    """Whether what ends like a body's name is part of a short name or of more: 甲江的注册地在市, not 甲江县教育局."""
    there = [span for span in called if found.start() < span[1] and span[0] < found.end()]
    return any(span[0] != found.start() or MORE_THAN_A_NAME.search(found.group(), span[1] - span[0]) for span in there)


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


def _begin_alike(folded: str) -> list[Span]:
    """Return names side by side that begin with the same unknown word: 青峰食品、青峰物流. Not 营业收入和营业成本."""
    found: list[Span] = []
    for mark in COORDINATES.finditer(folded):
        for start in range(max(0, mark.start() - LONGEST_ALIKE), mark.start() - SHORTEST_TITLE + 1):
            left = HANZI.fullmatch(folded, start, mark.start())
            shared = _shared_beginning(folded[start : mark.start()], folded[mark.end() :])
            if left is None or len(shared) < 2 or is_dictionary_word(shared):
                continue
            right = NEXT_ALIKE.match(folded, mark.end())
            if right:
                found += [left.span(), right.span()]
                break
    return sorted(set(found))


def _shared_beginning(one: str, other: str) -> str:
    differs = (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return one[: next(differs, min(len(one), len(other)))]


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
