"""What people call a document or a company by: its title up to the legal form, the year or the kind of document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from index.lexical import is_dictionary_word, is_name

SHORTEST, SHORTEST_OF_COMPANY, LONGEST = 3, 2, 16
# Generations that are asked at the same time: the whole one and its scopes.
KEPT = 8
LEGAL_FORM = r"(?:(?:股份|控股|集团)*有限(?:责任)?公司|(?:股份|控股|集团)*公司|集团)"
KIND = (
    "年度报告|年报|季报|统计公报|公报|公告|通知|通告|规定|规章|办法|条例|制度|细则|章程|手册|说明书|简介|简章|介绍|指南|"
    "规划|纪要|报告|方案|意见|白皮书|常见问题|项目|国民经济"
)
NAME_PART = re.compile(rf"[《〈「『\"“]?(?P<name>.*?)(?:(?P<legal>{LEGAL_FORM})|(?:19|20)[0-9]{{2}}|{KIND}|[（(_]).*")
# What a kind of document is named after: 差旅费管理办法, 图书借阅暂行规定.
BEFORE_KIND = re.compile(r"(?:的|管理|实施|暂行|试行|半年|第?[一二三四]季度|[\W_])+$")
NOT_A_NAME = re.compile("^(?:关于|有关)|[的]")
YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
LEGAL_FORM_BEHIND = re.compile(LEGAL_FORM)
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShortNames:
    """The short names of some titles, with the years of the titles that begin so, and those that name companies."""

    years: Mapping[str, frozenset[str]]
    companies: tuple[str, ...]

    def find(self, folded: str) -> Iterator[Span]:
        """Yield where a folded text has short names, with the legal form behind them; the longest, none overlapping."""
        start = 0
        while start < len(folded):
            ends = range(min(start + LONGEST, len(folded)), start + SHORTEST_OF_COMPANY - 1, -1)
            end = next((end for end in ends if folded[start:end] in self.years), None)
            if end is None:
                start += 1
                continue
            legal = LEGAL_FORM_BEHIND.match(folded, end)
            yield start, legal.end() if legal else end
            start = legal.end() if legal else end

    def years_of(self, name: str) -> frozenset[str]:
        """Return the years of the titles that begin with what a folded name begins with."""
        span = next(self.find(name), None)
        if span is None or span[0]:
            return frozenset()
        return next((self.years[name[:end]] for end in range(span[1], 0, -1) if name[:end] in self.years), frozenset())


@lru_cache(maxsize=KEPT)
def short_names(titles: tuple[str, ...]) -> ShortNames:
    """Return the short names of folded titles. Of ten thousand titles this takes a while, so it is kept."""
    years: dict[str, set[str]] = {}
    companies: dict[str, None] = {}
    for title in titles:
        found = NAME_PART.fullmatch(title)
        if found is None:
            continue
        is_company = found["legal"] is not None
        name = found["name"] if is_company else BEFORE_KIND.sub("", found["name"])
        if _names_something(name, is_company):
            years.setdefault(name, set()).update(YEAR.findall(title))
            companies.update({name: None} if is_company else {})
    return ShortNames({name: frozenset(its) for name, its in years.items()}, tuple(companies))


def _names_something(name: str, is_company: bool) -> bool:
    """Whether what a title begins with is a name, and no everyday word: not 员工 of 员工手册."""
    shortest = SHORTEST_OF_COMPANY if is_company or is_name(name) else SHORTEST
    if not shortest <= len(name) <= LONGEST or NOT_A_NAME.search(name):
        return False
    return is_company or is_name(name) or not is_dictionary_word(name)
