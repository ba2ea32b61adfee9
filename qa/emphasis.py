"""What in a quote answers the question: figures, dates, names, items of a list, the word that decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from index.lexical import find_names, fold_in_place, words
from qa.asked_columns import in_rows
from qa.deciding import deciding_words
from qa.enumerations import listed
from qa.expectation import ASKED_UNIT, Kind, expected_kind, expected_measure, values_of_kind
from qa.list_questions import asks_for_list
from qa.lists import is_list
from qa.terms import ENDS_OF_NAMES, question_terms
from qa.written_forms import (
    CHINESE_FIGURE,
    CLOCK,
    DATE,
    FIGURE,
    ITEM_NUMBER,
    LATIN_NAME,
    NAMED,
    RANGE_SIGN,
    TIME,
    WEEKDAY,
)

MOST_EMPHASISED = 4
Span = tuple[int, int]
CLAUSE_END = re.compile(r"[，,；;。！？!?\n]")
ASKING = re.compile(r"多少|几|什么时[候间]|何[时年月地处人]|哪|谁|多[大长高久远重宽深快]|什么")
ASKS_FOR_TIME = re.compile(r"(?:多少|几)个?(?:年|月|天|日|周|星期|小时|钟头|分钟|秒)|多久|多长|how long")
TIME_SPAN = re.compile(r"(?:年|月|天|日|周|小时|分钟?|秒|years?|months?|days?|hours?)$")
EACH = re.compile("分别|各")
LISTS = re.compile(r"哪些|哪几|哪[两二三四五六七八九]|有何|包括什么|列举|\bwhich\b|\blist\b")
COORDINATES = re.compile("[和与及跟、]")
IN_ONE_CLAUSE = re.compile(r"[、和与及]|\band\b")
# 比2021年增长: what is compared with is not what is spoken of.
COMPARED_WITH = re.compile("[比较与和跟]上?$")
RATIO = re.compile("比[例率值]?|scale|ratio")
# Persons, not bodies: 值班人员是谁, 校长是谁.
ASKS_FOR_PERSONS = re.compile(
    r"(?:人员?|[长师员手]|经理|书记|主任|总裁|主席)(?:分别|各自)?[是为由叫]?谁|哪一?位|什么人"
)
SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗凤方俞任袁柳史唐费"
    "薛雷贺倪汤滕殷罗毕郝邬安常于傅卞齐康伍余元顾孟黄穆萧尹姚邵汪祁毛臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季强贾路娄危江童颜郭"
    "梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫丁邓洪包左石崔吉龚程邢裴陆荣翁荀甄封储靳段焦谷车侯全仰宫宁仇栾甘厉祖武符刘景"
    "詹龙叶黎白蒲赖卓蔺屠乔闻党翟谭姬申冉宰雍桑桂牛尚农温庄晏柴瞿阎连习艾向古易廖耿欧匡聂敖冷关岳肖严佟涂代"
)
BEFORE_SURNAME = re.compile(r"(?:^|[为是由叫、，,：:；;和与及长任师员]|经理|书记|主席|先生|女士)$")
GIVEN_NAME = re.compile(r"(?![的了说任等是为在和与及也都曾已于出获率称])[㐀-鿿](?=[，,。；;、！？!?）)\s]|$)")
BODY = re.compile(rf"[^的和与及在是由于对了个座家\W]{{0,12}}?(?:有限|责任|股份)*(?:{ENDS_OF_NAMES})")


def emphasis(quote: str, question: str) -> tuple[Span, ...]:
    """Return the spans of a quote that hold the kind of thing asked for and that the question does not say itself."""
    folded, asked = fold_in_place(quote), fold_in_place(question)
    kind = _kind(asked)
    if kind == "decision":
        return _join_touching(sorted(deciding_words(quote, question)))
    if kind == "list" or (kind is None and asks_for_list(asked) and is_list(quote)):
        return listed(quote, question)
    spans = [span for span in _FINDERS.get(kind, _nothing)(quote, folded, asked) if folded[slice(*span)] not in asked]
    if kind in _FINDERS and (cells := in_rows(spans, folded, asked, expected_measure(asked))) is not None:
        return _join_touching(sorted(cells))[:MOST_EMPHASISED]
    if kind is not None and len(ASKING.findall(asked)) < 2:
        spans = _about_what_is_asked(_of_measure(spans, folded, asked), folded, asked)
    return _join_touching(sorted(spans))[:MOST_EMPHASISED]


def _kind(asked: str) -> Kind | None:
    """Return the kind of thing to mark; 分别 asks for several of what the rest of the question asks for."""
    kind = expected_kind(asked)
    if kind == "list" and not LISTS.search(asked):
        kind = expected_kind(re.sub("分别|各自", "", asked))
    return kind or ("number" if ASKED_UNIT.search(asked) else None)


def _nothing(_quote: str, _folded: str, _asked: str) -> list[Span]:
    return []


def _dates(_quote: str, folded: str, asked: str) -> list[Span]:
    """Return dates, those from … to … as one; times of day where there is no date or the question asks for them."""
    found = [one.span() for one in DATE.finditer(folded)]
    joined: list[Span] = []
    for start, end in found:
        if joined and RANGE_SIGN.fullmatch(folded, joined[-1][1], start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    clocks = re.search("几点|几时", asked)
    times = [one.span() for one in TIME.finditer(folded) if not (clocks and WEEKDAY.fullmatch(one.group()))]
    if times and (not joined or clocks or re.search("星期几|周几", asked)):
        return times
    return joined


def _figures(_quote: str, folded: str, asked: str) -> list[Span]:
    # Dates come first, so that 2023年12月 is one thing and left alone; so is the number of an item.
    return _apart(
        _no_figures(folded, asked),
        [found.span() for pattern in (FIGURE, CHINESE_FIGURE) for found in pattern.finditer(folded)],
    )


def _no_figures(folded: str, asked: str) -> list[Span]:
    patterns = (DATE, ITEM_NUMBER) if RATIO.search(asked) else (DATE, ITEM_NUMBER, CLOCK)
    return [found.span() for pattern in patterns for found in pattern.finditer(folded)]


def _figures_and_titles(quote: str, folded: str, asked: str) -> list[Span]:
    taken = _no_figures(folded, asked)
    figures = [found.span() for found in FIGURE.finditer(folded)]
    return _apart(taken, [*figures, *_named(quote, folded, asked)])


def _named(_quote: str, folded: str, _asked: str) -> list[Span]:
    return [found.span("name") for found in NAMED.finditer(folded)]


def _names(kind: Kind) -> Callable[[str, str, str], list[Span]]:
    """Return what finds names of persons or places; where there are none, what stands in quotation marks."""

    def find(quote: str, folded: str, asked: str) -> list[Span]:
        latin = [found.span() for found in LATIN_NAME.finditer(quote)]
        known = values_of_kind(kind, folded, asked)
        if kind == "person":
            persons = {(start, end) for start, end, name in find_names(folded) if name == "person"}
            if ASKS_FOR_PERSONS.search(asked) and (latin or persons & set(known)):
                known = [span for span in known if span in persons]
            known = [_whole_name(span, folded, span in persons) for span in known]
        latin = latin if kind == "person" or not known else []
        return _join_dotted([*known, *latin], folded) or _named(quote, folded, asked)

    return find


def _whole_name(span: Span, folded: str, is_person: bool) -> Span:
    """Return a name with what jieba cut from it: 何 of 何卫东 behind 为, 栋 of 赵国栋, the rest of a company's name."""
    start, end = span
    if not is_person:
        body = BODY.match(folded, end)
        return (start, body.end()) if body else span
    if end - start == 2:
        before = folded[start - 1 : start]
        if before in SURNAMES and BEFORE_SURNAME.search(folded[: start - 1]):
            return start - 1, end
        if folded[start] in SURNAMES and GIVEN_NAME.match(folded, end):
            return start, end + 1
    return span


_FINDERS: dict[Kind | None, Callable[[str, str, str], list[Span]]] = {
    "number": _figures,
    "date": _dates,
    "person": _names("person"),
    "place": _names("place"),
    None: _figures_and_titles,
}


def _of_measure(spans: list[Span], folded: str, asked: str) -> list[Span]:
    """Return the figures that have the measure asked for; where none has, all but times (五年间)."""
    measure = expected_measure(asked)
    if measure is None:
        return spans
    fitting = [span for span in spans if measure.search(folded[slice(*span)])]
    asks_for_time = ASKS_FOR_TIME.search(asked) is not None
    return fitting or [span for span in spans if asks_for_time or not TIME_SPAN.search(folded[slice(*span)])]


def _about_what_is_asked(spans: list[Span], folded: str, asked: str) -> list[Span]:
    """Return those of several spans that stand with the day asked about and most of the words beside the asking one.

    All where none does. With a span stands what is said since the clause of the span before; where one clause holds
    them all, what is said since the span before. A question that names two things side by side asks for a span of
    each, so then all stay; one that only says 分别 asks for those of several clauses that say the same.
    """
    spans = _of_asked_day(spans, folded, asked)
    near = _beside_asking(asked)
    if len(spans) < 2 or not near:
        return spans
    groups = _by_clause(spans, folded)
    if len(groups) == 1 and not (COORDINATES.search(asked) or EACH.search(asked)):
        ends = sorted(span[1] for span in spans)
        if all(IN_ONE_CLAUSE.search(folded, left, right) for left, right in pairwise(ends)):
            groups = {span[1]: [span] for span in sorted(spans)}
    shared = [sum(term in folded[begin:end] for term in near) for begin, end in pairwise([0, *groups])]
    if COORDINATES.search(asked) or (EACH.search(asked) and shared.count(max(shared)) < 2):
        return spans
    return [
        span for those, count in zip(groups.values(), shared, strict=True) if count == max(shared) for span in those
    ]


def _by_clause(spans: Sequence[Span], folded: str) -> dict[int, list[Span]]:
    """Return the spans by the end of the clause that they stand in, in order."""
    clauses: dict[int, list[Span]] = {}
    for span in sorted(spans):
        mark = CLAUSE_END.search(folded, span[1])
        clauses.setdefault(mark.start() if mark else len(folded), []).append(span)
    return clauses


def _of_asked_day(spans: list[Span], folded: str, asked: str) -> list[Span]:
    """Return the spans of the clauses that are about a day or weekday which the question names; all where none is.

    A clause without a day is about that of the clause before: 6月22日，甲值班，乙备勤。
    """
    days = [one.group() for pattern in (DATE, WEEKDAY) for one in pattern.finditer(asked)]
    if not days or len(spans) < 2:
        return spans
    kept: list[Span] = []
    in_force: list[str] = []
    clauses = _by_clause(spans, folded)
    for (begin, end), those in zip(pairwise([0, *clauses]), clauses.values(), strict=True):
        said = [one for pattern in (DATE, WEEKDAY) for one in pattern.finditer(folded, begin, end)]
        in_force = [one.group() for one in said if not COMPARED_WITH.search(folded[: one.start()])] or in_force
        kept += those if any(day in in_force for day in days) else []
    return kept or spans


def _beside_asking(asked: str) -> tuple[str, ...]:
    """Return the two words before the one that asks and the one behind it: 食堂早餐的价格是多少 → 早餐, 价格."""
    asked = DATE.sub(" ", asked)
    asking = ASKING.search(asked)
    if asking is None:
        return ()
    return question_terms(asked[: asking.start()])[-2:] + question_terms(asked[asking.end() :])[:1]


def _apart(taken: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Return the spans that overlap neither what is taken nor one another."""
    kept: list[Span] = []
    for start, end in spans:
        if not any(start < right and left < end for left, right in (*taken, *kept)):
            kept.append((start, end))
    return kept


def _join_dotted(spans: Sequence[Span], folded: str) -> list[Span]:
    """Return names with what a dot joins to them (凯尔·内斯), each once."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start < whole[-1][1]:
            continue
        while folded[end : end + 1] == "·" and (following := words(folded[end + 1 :])[:1]):
            end += 1 + len(following[0])
        whole.append((start, end))
    return whole


def _join_touching(spans: list[Span]) -> tuple[Span, ...]:
    """Make one of spans without a character between them."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
