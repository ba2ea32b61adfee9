"""What a question is about: its words, and which of them name something, tell a time or say what is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from index.lexical import fold, is_dictionary_word, is_name, is_nominal, is_place, words
from index.numerals import find_numbers
from qa.expectation import MEASURED
from qa.terms import ENDS_OF_NAMES, fold_question, is_function_word, question_terms, term_weight

Kind = Literal["name", "time", "measure", "word"]
Cut = Callable[[str], list[str]]

MOST_IN_BODY = 5  # words
NAMED = 5.0  # weight of a term that names something
YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}")
PERIOD = re.compile(r"(?:前三|第?[一二三四1-4])季度|[上下]半年|q[1-4]")
MEASURE = re.compile(
    rf"(?:{MEASURED}|(?<![免收付消缴浪])[费税]|[全总]长|海拔|补贴|津贴|补助|占比|比例|比重|速度|浓度|温度|时间|日期|地[点址]|位置|负责人|总部|定位|目标|增[长幅速])$"
)
QUOTED = re.compile(r"[“「《『]([^”」》』]{2,20})[”」》』]")
ENDS_BODY = re.compile(rf"..(?:{ENDS_OF_NAMES}|[省市县区镇乡州村馆院校厅局站])$")
# 根据, 结合 and the like come before a name without being part of it; 总结 and 计划 jieba takes for nouns.
LEADS = re.compile(
    "根据|结合|比较|对比|总结|概括|请问|关于|介绍|说明|计划|分析|截至|截止|简述|描述|列举|解释|按照|依据"
)
# A name behind one of these is not what the question is about: 在上海排第几, 占金山的几成.
BESIDE = re.compile(
    r"(?:在|占|跟|与|和|同|比|从|到|对|给|向|由|被|离|距|距离|往|以|于|为|是|去|来自|属于|位于)\s*$"
    r"|\b(?:in|of|to|than|from|with|at|by|for|on)\s+(?:the\s+)?$"
)
# What only a number tells apart: 3号线, 二号楼, 第二航厦 are names; 二期, 第42届, 三等 say which of several.
_NUMERAL = "(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3})"
NUMBERED_NAME = re.compile(
    rf"(?:{_NUMERAL}号(?:机组|[线楼机馆厅院门井炉桥塔厂仓库站口坝船街路])|(?<![a-z0-9])[a-z][栋座区馆厅楼](?![域长])|第{_NUMERAL}(?:航站楼|航[厦楼]|食堂|教学楼|车间|实验室|[中小]学|医院))"
)
NUMBERED = re.compile(
    rf"{NUMBERED_NAME.pattern}|第?{_NUMERAL}(?:年级|[期届轮])(?!间|待|货|权|流|胎)|{_NUMERAL}等(?=奖|[舱座]|的|$|[\s?？,，。])|第{_NUMERAL}(?:阶段|批)"
)
HANZI = re.compile("[㐀-鿿]")
LETTERS = re.compile("[A-Za-z]+")
CAPITALISED_RUN = re.compile(r"(?<=[a-z0-9,;:] )[A-Z][A-Za-z'’-]*(?: [A-Z][A-Za-z'’-]*)+")
CAPITALISED = re.compile(r"(?<=[a-z0-9,;:] )[A-Z][A-Za-z'’-]*|\b[A-Z]{2,}\b")
WORD = re.compile(r"[a-z0-9㐀-鿿豈-﫿\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a question, folded. `name` is the whole name that it is part of, "" where it is of none.

    `leads` says that its name is what the question is about, as far as the words before it tell; `joined`, that the
    word before it ends where it begins.
    """

    text: str
    kind: Kind
    name: str = ""
    leads: bool = False
    joined: bool = field(default=False, compare=False)

    @property
    def weight(self) -> float:
        return term_weight(self.text)


def topic_words(question: str, cut: Cut = words) -> tuple[Word, ...]:
    """Return the content words of a question in order, those of its names complete: 农业发展有限公司 → 农业, 发展, ….

    `cut` cuts a folded text into words.
    """
    folded = fold_question(question)
    rest = NUMBERED.sub(lambda numbered: "," * len(numbered.group()), folded)
    names = [
        *(one.span() for one in NUMBERED_NAME.finditer(folded)),
        *(one.span() for one in CAPITALISED_RUN.finditer(question) if folded.isascii()),
        *_names(rest, cut, _english_names(question)),
    ]
    found: list[Word] = []
    end = -1
    for at, term in _placed_terms(folded, rest, cut):
        name = next((folded[start:end] for start, end in names if start <= at < end), "")
        leads = bool(name) and not BESIDE.search(folded, 0, folded.find(name))
        found.append(Word(term, _kind(term, name), name, leads, joined=at == end))
        end = at + len(term)
    return tuple(found)


def _placed_terms(folded: str, rest: str, cut: Cut) -> list[tuple[int, str]]:
    """Return the content words of a folded question with their places: what is numbered, and those of the rest."""
    placed = [(numbered.start(), numbered.group()) for numbered in NUMBERED.finditer(folded)]
    position = 0
    for term in question_terms(rest, cut):
        at = rest.find(term, position)
        at = at if at >= 0 else rest.find(term)
        position = at + len(term) if at >= 0 else position
        placed.append((at, term))
    return sorted(placed, key=lambda one: one[0])


def _kind(term: str, name: str) -> Kind:
    if is_time(term):
        return "time"
    if name:
        return "name"
    return "measure" if MEASURE.search(term) else "word"


def is_time(term: str) -> bool:
    """Whether a term is a date, a year or a part of one."""
    if YEAR.fullmatch(term) or PERIOD.fullmatch(term):
        return True
    return any(number.kind == "date" for number in find_numbers(term))


def _english_names(question: str) -> frozenset[str]:
    """Return the words in letters that name something, folded: in English what is capitalised, else all."""
    if HANZI.search(question):
        return frozenset(fold(word) for word in LETTERS.findall(question))
    # The first word of a sentence is capitalised anyway.
    return frozenset(fold(word) for name in CAPITALISED.findall(question) for word in LETTERS.findall(name))


def _names(folded: str, cut: Cut, english: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where names stand in a folded text: in quotation marks, or nouns in a row, one of them a name."""
    quoted = [match.span(1) for match in QUOTED.finditer(folded)]
    yield from quoted
    placed = [*_placed_words(folded, cut), (len(folded), "")]
    first = 0
    for at, (_, word) in enumerate(placed):
        if _may_be_in_name(word):
            continue
        if at > first and (span := _name_of(placed, first, at, english)):
            yield span
        first = at + 1


def _placed_words(folded: str, cut: Cut) -> Iterator[tuple[int, str]]:
    """Yield the words of a folded text with their places; numbers are "", for no name goes on behind one."""
    position = 0
    for number in find_numbers(folded):
        yield from _placed(folded[position : number.start], position, cut)
        yield number.start, ""
        position = number.end
    yield from _placed(folded[position:], position, cut)


def _placed(text: str, at: int, cut: Cut) -> Iterator[tuple[int, str]]:
    for word in cut(text):
        yield at, word
        at += len(word)


def _may_stand_in_name(word: str) -> bool:
    leads_up = LEADS.fullmatch(word) or BESIDE.fullmatch(word)
    return bool(WORD.match(word)) and not leads_up and not is_function_word(word)


def _may_be_in_name(word: str) -> bool:
    return _may_stand_in_name(word) and is_nominal(word)


def _name_of(placed: list[tuple[int, str]], first: int, end: int, english: frozenset[str]) -> tuple[int, int] | None:
    """Return the name in the nouns `first` to `end`, without what it says is measured: 碳谷绿湾产值 → 碳谷绿湾.

    That of a body may begin with words of any kind: 创新制造有限公司. None where the nouns are no name.
    """
    while end - first > 1 and MEASURE.search(placed[end - 1][1]):
        end -= 1
    if ENDS_BODY.search("某某" + placed[end - 1][1]):
        earliest = max(0, end - MOST_IN_BODY)
        while first > earliest and _may_stand_in_name(placed[first - 1][1]):
            first -= 1
    run = [word for _, word in placed[first:end]]
    if len(run) == 1 and MEASURE.search(run[0]):
        return None
    if not any(_is_own_name(word, english) for word in run) and not (len(run) > 1 and ENDS_BODY.search("".join(run))):
        return None
    return placed[first][0], placed[end - 1][0] + len(placed[end - 1][1])


def _is_own_name(word: str, english: frozenset[str]) -> bool:
    if len(word) < 2:
        return False
    if word.isascii():
        return not english.isdisjoint(LETTERS.findall(word)) or any(map(str.isdecimal, word))
    # The dictionary has everyday words among persons' names.
    return (is_name(word) and (term_weight(word) >= NAMED or is_place(word))) or not is_dictionary_word(word)
