"""What a statement has in the place of something else, where it is otherwise the same as its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from index.numerals import DIGITS
from qa.gate.bounds import bound_in
from qa.gate.figures import are_same
from qa.gate.polarity import IMPLIED, are_opposites
from qa.gate.traits import CLAUSE_END, Token, Traits, is_negation
from qa.terms import is_function_word

EDGE = 4  # what the beginning or the end of a source counts as that is the same
LONGEST_CHANGE, LEAST_ANCHORED = 12, 6  # characters: of what differs, and of what is the same on both sides of it
BESIDE = 3  # characters around a change that tell whether it stands in another source
NEARLY = 1  # characters by which clauses may differ that are as near as one another
LEAST_BESIDE = 2  # characters that are the same beside a change inside of one clause
LEAST_SAME = 0.75  # of the clauses around a change, without it
LONGEST_WORD = 6
COLUMNS = 2  # of a row of a table, which is one clause
MOST_MOVED = 8
LEVELS = frozenset("国省市区县镇乡村")  # 市政府 is not 省政府
RARE = 6.0  # weight of a word that is no everyday one
# What only refers to something that is named elsewhere.
REFERS = re.compile(
    "[全本该此这其当各]|^(?:公司|企业|单位|机构|地区|园区|城市|区域|国家|政府|学校|医院|部门|双方|后者|前者|作者)$"
)
HANZI_ONLY = re.compile("[\u3400-\u9fff·]+")


def find_replaced(statement: Traits, texts: Sequence[Traits], over: str) -> str | None:
    """Return what stands where a source, which is the same before and behind it, has something else."""
    for text in texts:
        for difference in _differences(statement, text.folded):
            wrong = _compare(statement, text, difference, over)
            if wrong and not _stands_elsewhere(statement, difference, texts):
                return wrong
    for clause in range(len(statement.ends)):
        found = [
            [_compare(statement, text, one, over, with_figures=False) for one in differences]
            for text, differences in _nearest_clauses(statement, clause, texts)
        ]
        # Of several clauses that are as near, one that says the same is enough.
        if found and all(map(any, found)):
            return next(wrong for wrong in found[0] if wrong)
    return None


Difference = tuple[int, int, int, int]  # where it starts and ends in the statement, and in the source


def _stands_elsewhere(statement: Traits, difference: Difference, texts: Sequence[Traits]) -> bool:
    """Whether a source has what differs from another one, with what stands beside it."""
    beside = statement.folded[max(0, difference[0] - BESIDE) : difference[1] + BESIDE]
    return any(beside in text.folded for text in texts)


def _compare(
    statement: Traits, text: Traits, difference: Difference, over: str, with_figures: bool = True
) -> str | None:
    """Return what a statement says in a place where its source says something that is not the same."""
    start, end, other_start, other_end = difference
    while start < end and other_start < other_end and statement.folded[start] == text.folded[other_start]:
        start, other_start = start + 1, other_start + 1
    while start < end and other_start < other_end and statement.folded[end - 1] == text.folded[other_end - 1]:
        end, other_end = end - 1, other_end - 1
    said, source = statement.folded[start:end], text.folded[other_start:other_end]
    own, other = _tokens_at(statement, start, end), _tokens_at(text, other_start, other_end)
    if _are_same_figures(statement, start, end, text, other_start, other_end) or _is_denied_otherwise(
        own, text, other_start
    ):
        return None
    if _is_moved(statement.folded, start, end, text.folded) or _cuts_a_word(statement.folded, start, end):
        return None
    if CLAUSE_END.search(said):
        return None
    if said in LEVELS and source in LEVELS and said != source:
        return said
    # 尚未 for 还没有 is the same; what is only put in or taken out may be inside of a word: 并不等于.
    put_in = (not said or not source) and is_negation(said) != is_negation(source)
    if put_in or _negations_at(own) != _negations_at(other):
        return said or source
    if not said or not source or bound_in(said) == bound_in(source) != "":
        return None
    if (
        (with_figures and _is_another_figure(own, other, text))
        or _is_another_digit(said, source)
        or are_opposites(said, source)
    ):
        return said
    here = _clause_of(text, other_start, other_end)
    if CLAUSE_END.search(source) or _stands_beside(own, other, here, statement):
        return None
    is_other = _is_another_name(own, other, said, source, over) or (
        _is_unknown_name(own, other, said, source) and not _is_known(said, here + over)
    )
    return said if is_other else None


def _is_moved(folded: str, start: int, end: int, source: str) -> bool:
    """Whether a stretch only changed places with what stands beside it: 连接线二期工程 for 二期工程连接线."""
    said = folded[start:end]
    if len(said) < 2:
        return False
    behind = (folded[end : end + length] + said for length in range(2, MOST_MOVED + 1))
    before = (said + folded[max(0, start - length) : start] for length in range(2, MOST_MOVED + 1))
    return any(len(one) > len(said) + 1 and one in source for one in (*behind, *before))


def _cuts_a_word(folded: str, start: int, end: int) -> bool:
    """Whether a stretch begins or ends inside of an English word, so that comparing it says nothing."""
    return any(
        folded[max(0, at - 1) : at + 1].isascii() and folded[max(0, at - 1) : at + 1].isalpha()
        for at in (start, end)
        if 0 < at < len(folded)
    )


def _clause_of(text: Traits, start: int, end: int) -> str:
    """Return the clause of a source that a stretch of it stands in; a row of a table is one clause."""
    if text.folded.count(":") >= COLUMNS:
        return text.folded
    ends_clause = end > start and CLAUSE_END.match(text.folded, end - 1)
    left, right = text.span(text.clause_at(max(0, start - 1)), text.clause_at(max(start, end - (not ends_clause))))
    return text.folded[left:right]


def _stands_beside(own: Sequence[Token], other: Sequence[Token], here: str, statement: Traits) -> bool:
    """Whether a name is only told in another order: the source's clause has it, too, and nothing changed places.

    In 乙向甲出售 for 甲向乙出售 each stands where the other one should.
    """
    names = [token for token in own if token.kind in ("word", "name", "code")]
    is_there = bool(names) and all(token.key in here for token in names)
    return is_there and not any(token.key in statement.folded for token in other)


def _is_known(said: str, source: str) -> bool:
    """Whether a stretch is put together of two that the source has: a name that only stands elsewhere in it, and 是."""
    return any(
        said[:at] in source and (said[at:] in source or is_function_word(said[at:])) for at in range(2, len(said) + 1)
    )


def _differences(own: Traits, other: str) -> Iterator[Difference]:
    """Yield short stretches that differ inside of clauses that are mostly the same, as offsets into both texts.

    Where the source begins or ends, so may a clause of the statement.
    """
    matcher = SequenceMatcher(None, own.folded, other, autojunk=False)
    blocks = [(block.a, block.b, block.size) for block in matcher.get_matching_blocks() if block.size >= 2]
    if not blocks:
        return
    same = bytearray(len(own.folded))
    for a, _, size in blocks:
        same[a : a + size] = b"\1" * size
    before = own.span(own.clause_at(blocks[0][0]), 0)[0]
    behind = own.span(0, own.clause_at(blocks[-1][0] + blocks[-1][2] - 1))[1]
    edges = [(before, 0, 0), *blocks, (behind, len(other), 0)]
    for at, ((a, b, size), (next_a, next_b, next_size)) in enumerate(pairwise(edges)):
        start, other_start = a + size, b + size
        within = next_a - start <= LONGEST_CHANGE and next_b - other_start <= LONGEST_CHANGE
        anchored = size + next_size + (EDGE if at in (0, len(edges) - 2) else 0) >= LEAST_ANCHORED
        if not within or not anchored or (next_a == start and next_b == other_start):
            continue
        left, right = own.span(own.clause_at(start), own.clause_at(max(start, next_a - 1)))
        rest = right - left - (next_a - start)
        if sum(same[left:start]) + sum(same[next_a:right]) >= LEAST_SAME * rest:
            yield start, next_a, other_start, next_b


def _nearest_clauses(own: Traits, clause: int, texts: Sequence[Traits]) -> list[tuple[Traits, list[Difference]]]:
    """Return the differences between a clause and each of the sources' clauses that are most like it."""
    start, end = own.span(clause, clause)
    near: list[tuple[int, Traits, tuple[int, int], list[tuple[int, int, int]]]] = []
    for text in texts:
        for number in range(len(text.ends)):
            left, right = text.span(number, number)
            matcher = SequenceMatcher(None, own.folded[start:end], text.folded[left:right], autojunk=False)
            blocks = [(one.a + start, one.b + left, one.size) for one in matcher.get_matching_blocks() if one.size > 1]
            near.append((sum(size for *_, size in blocks), text, (left, right), blocks))
    most = max((same for same, *_ in near), default=0)
    found = []
    for same, text, (left, right), blocks in near:
        if same < max(LEAST_ANCHORED, most - NEARLY):
            continue
        edges = [(start, left, 0), *blocks, (end, right, 0)]
        differences = [
            (a + size, next_a, b + size, next_b)
            for (a, b, size), (next_a, next_b, next_size) in pairwise(edges)
            if (next_a > a + size or next_b > b + size)
            and max(next_a - a, next_b - b) - size <= LONGEST_CHANGE
            and size + next_size >= LEAST_BESIDE
        ]
        changed = sum(after - before for before, after, *_ in differences)
        # Of a clause that is mostly something else nothing can be said.
        found.append((text, differences if same >= LEAST_SAME * (end - start - changed) else []))
    return found


def _tokens_at(traits: Traits, start: int, end: int) -> list[Token]:
    """Return the tokens that a stretch touches."""
    return [token for token in traits.tokens if token.start < end and start < token.end]


def _negations_at(tokens: Sequence[Token]) -> int:
    return sum(token.kind == "negation" for token in tokens) % 2


def _is_another_figure(own: Sequence[Token], other: Sequence[Token], text: Traits) -> bool:
    """Whether a stretch has another figure; what the same sentence has elsewhere, `find_wrong_figure` compares."""
    said, source = ({token.key for token in tokens if token.kind == "number"} for tokens in (own, other))
    elsewhere = {key for figure in text.figures for key in figure.number.keys}
    return bool(said) and bool(source) and said.isdisjoint(source) and not said <= elsewhere


def _are_same_figures(statement: Traits, start: int, end: int, text: Traits, other_start: int, other_end: int) -> bool:
    """Whether both stretches cut into the same figures, in another notation: 13:30 and 下午1:30, 半年 and 六个月."""
    said = [one for one in statement.figures if one.number.start < end and start < one.number.end]
    source = [one for one in text.figures if one.number.start < other_end and other_start < one.number.end]
    return bool(said) and len(said) == len(source) and all(map(are_same, said, source))


def _is_denied_otherwise(own: Sequence[Token], text: Traits, at: int) -> bool:
    """Whether a source denies without a negation what a statement denies with one: 免去 for 不再担任."""
    start, end = text.span(text.clause_at(at), text.clause_at(at))
    return any(token.kind == "negation" for token in own) and IMPLIED.search(text.folded, start, end) is not None


def _is_another_digit(said: str, source: str) -> bool:
    """Whether one digit stands for another, of those in hanzi that are read as part of a word: 七点."""
    digits = [DIGITS.get(text, int(text) if text.isdecimal() and text.isascii() else None) for text in (said, source)]
    return None not in digits and digits[0] != digits[1]


def _is_another_name(own: Sequence[Token], other: Sequence[Token], said: str, source: str, over: str) -> bool:
    """Whether a stretch names something else than the source's does in its place.

    What only refers to it (全市 for 上海市, 该公司) names the same; so does a title's name for that (金山区 for 全区).
    """
    new = [token for token in own if token.kind in ("word", "name", "code") and token.key not in source]
    old = [token for token in other if token.kind in ("word", "name", "code") and token.key not in said]
    if not new or not old or any(one.key in two.key or two.key in one.key for one in new for two in old):
        return False
    were_named = any(token.kind in ("name", "code") for token in old)
    are_named = any(token.kind in ("name", "code") or token.weight >= RARE for token in new)
    if were_named:
        return are_named or not any(REFERS.search(token.key) for token in new)
    if not are_named or all(token.key in over for token in new) or REFERS.search(source):
        return False
    if any(token.kind in ("name", "code") for token in new):
        return True
    is_word = min(len(said), len(source)) >= 2 and max(len(said), len(source)) <= LONGEST_WORD
    return is_word and set(said).isdisjoint(source)


def _is_unknown_name(own: Sequence[Token], other: Sequence[Token], said: str, source: str) -> bool:
    """Whether hanzi that make no words, as those of names do, stand for others, or for a name."""
    if not set(said).isdisjoint(source) or REFERS.search(said) or len(said) < 2 or len(source) < 2:
        return False
    if not HANZI_ONLY.fullmatch(said) or not HANZI_ONLY.fullmatch(source):
        return False
    if is_function_word(said) or is_function_word(source):
        return False
    named = [any(token.kind == "name" for token in tokens) for tokens in (own, other)]
    return (not own and (not other or named[1])) or (not other and named[0])
