"""What a question asks about: its content words, without the words that only ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from index.lexical import fold, information, is_dictionary_word, words
from index.numerals import find_numbers

STOP_WORDS = frozenset(
    word
    for line in (Path(__file__).parent / "stop_words.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
CONTENT = re.compile(r"[0-9a-z㐀-鿿豈-﫿\U00020000-\U0003ffff]")
# Words that jieba makes up around these are no terms: 哪三大, 占全, 那片.
FUNCTION_CHARACTERS = frozenset(
    "哪几多少什么是的有才全那这都也就还又很更最被把将对从到在和与或及其之所以为于个些好能会要了着过不没呢吗啊呀嘛啦它她他您咱"
)
# What only sets things side by side: that no document says it is no reason to refuse.
COMPARING_WORDS = frozenset(("对比", "比较", "相比", "相较", "比起", "区别", "不同", "不一样", "差异", "差别", "异同"))
# What ends the names of places and bodies, as a pattern; of single characters only those that end places.
ENDS_OF_NAMES = (
    "公司|集团|银行|大学|学院|中学|小学|医院|协会|学会|委员会|研究院|研究所|中心|基金会|新区|开发区|自治区|自治州|街道"
)
LEAST_INFORMATION, MOST_INFORMATION = 7.0, 15.0
NUMBER = "\0"
LONE_HANZI = re.compile(r"[㐀-鿿]")
LONGEST_JOINED = LONGEST_MADE_UP = 4
# Words of two characters that begin with these are made up as well: 比差, 跟踪 is in the dictionary.
FIRST_CHARACTERS = frozenset("比跟给让叫各")
# Behind what asks or counts stands a measure, or the kind of thing that is asked for. jieba glues it to the next word:
# 哪个省学的 → 省学, 多少项非遗 → 项非, 两款比 → 款比. \0 stands for a number here.
COUNTED = re.compile(
    rf"(?:多少|[哪几][一两二三四五六七八九十]?[个家位种项条]?|{NUMBER})"
    "(?P<measure>[省市县区镇乡村国州个家户人名位项条种类款届座处间栋台辆套张份部篇首层级次批轮场门路块校院系班组队]"
    "|(?<=[哪几少])[年月天日周期])"
)
# At the end of a question or a clause; 毛呢 and 花呢 are cloths.
PARTICLE = re.compile(r"(?<=[0-9a-z㐀-鿿])(?<![毛花])[呢吗](?=\s*(?:[?？。!！,，;；…~]|$))")
# 几 and 哪 with a measure ask; 几何 and 哪吒 do not.
ASKING = re.compile(
    "[几哪][个家户人名位项条件种类届座处间栋台辆所套张份部篇首层级倍成元块角岁周天日月年时分秒次批轮场对只头里儿边些样款]"
)


def fold_question(question: str) -> str:
    """Return a folded question, spaces for the particles that make it one: jieba makes 线呢 of 3号线呢？"""
    return PARTICLE.sub(" ", fold(question))


def question_terms(question: str, cut: Callable[[str], list[str]] = words) -> tuple[str, ...]:
    """Return the folded content words of a question, in order, each once; numbers and dates are whole.

    `cut` cuts a folded text into words: that of an index (`LexicalIndex.cut`) keeps its documents' own words whole.
    """
    folded = fold_question(question)
    terms: dict[str, None] = {}
    position, before = 0, ""
    for number in find_numbers(folded):
        between = before + folded[position : number.start]
        terms.update(dict.fromkeys(_content_words(_cut_at_measures(between, cut))))
        # A lone digit, like a lone letter, says little.
        terms.update({folded[number.start : number.end]: None} if number.end - number.start > 1 else {})
        position, before = number.end, NUMBER if number.kind == "number" else ""
    terms.update(dict.fromkeys(_content_words(_cut_at_measures(before + folded[position:], cut))))
    return tuple(terms)


def _cut_at_measures(folded: str, cut: Callable[[str], list[str]]) -> Iterator[str]:
    """Cut a text into words, none of which begins with a measure behind what asks or counts; "" stands for that.

    Where a word of the dictionary begins with it (多少家庭, 几项目标 → 项目), it is left to that word.
    """
    position = 0
    for found in COUNTED.finditer(folded):
        start, end = found.span("measure")
        if any(is_dictionary_word(folded[start : end + more]) for more in (1, 2, 3) if folded[end : end + more]):
            continue
        yield from cut(folded[position:start].lstrip(NUMBER))
        yield ""
        position = end
    yield from cut(folded[position:].lstrip(NUMBER))


def _content_words(cut: Iterable[str]) -> Iterator[str]:
    for word in _join_lone_hanzi(cut):
        # A lone hanzi is nearly always part of a phrase that jieba cut; a lone letter or digit says little.
        if len(word) > 1 and CONTENT.search(word) and not is_function_word(word):
            yield word


def _join_lone_hanzi(cut: Iterable[str]) -> Iterator[str]:
    """Put together what jieba cut into single hanzi: 年 and 假 are 年假, a word that its dictionary lacks."""
    run = ""
    for word in (*cut, ""):
        if LONE_HANZI.fullmatch(word) and word not in FUNCTION_CHARACTERS and len(run) < LONGEST_JOINED:
            run += word
            continue
        if run:
            yield run
        run = ""
        if word:
            yield word


def is_function_word(word: str) -> bool:
    """Whether a word or character pair only asks or connects (多少, 指的, 是哪), so that finding it means nothing."""
    return word in STOP_WORDS or ASKING.fullmatch(word) is not None or _is_made_up(word)


def _is_made_up(word: str) -> bool:
    """Whether jieba put a word together from what only connects; inside of longer words these are names: 有限公司."""
    looked_at = word if len(word) <= LONGEST_MADE_UP else word[0] + word[-1]
    connects = not FUNCTION_CHARACTERS.isdisjoint(looked_at) or (len(word) == 2 and word[0] in FIRST_CHARACTERS)
    return connects and not is_dictionary_word(word)


def term_weight(term: str) -> float:
    """Return how much it matters that a term is found: little for everyday words, much for names. 0.2 to 8."""
    return max(0.2, min(information(term), MOST_INFORMATION) - LEAST_INFORMATION)


def is_written_in_hanzi(text: str) -> bool:
    """Whether a text is mostly Chinese, by its letters."""
    hanzi = len(re.findall(r"[㐀-鿿]", text))
    return hanzi * 2 >= len(re.findall(r"[A-Za-z]+", text))
