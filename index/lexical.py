"""Words: folding, jieba, character-pair and number tokens, the documents' own words. The only home of jieba."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from index.name_states import HiddenStates
from index.new_words import IDENTIFIER, WordFinder
from index.new_words import learn_words as learn_folded_words
from index.numerals import Number, find_numbers

IDENTIFIER_PARTS = re.compile(r"[-_./:]")
SPACED_CODE = re.compile(r"(?<![a-z0-9])([a-z]{1,6}) ([0-9]{2,}[a-z]?)(?![a-z0-9.,年月])")
LETTERS, NUMBERED, VERSION = (
    re.compile("[a-z]{1,6}"),
    re.compile("[0-9]{2,}[a-z]?"),
    re.compile(r"v([0-9]+(?:\.[0-9]+)+)"),
)
# Words that stand before a number without being part of its name.
NO_CODES = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "over", "page", "than", "to")
)
HANZI_RUN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")
# Where letters touch a hanzi (A股, 5G网络), or a dot joins the parts of a name (李·白).
_HANZI = "[㐀-鿿豈-﫿\U00020000-\U0003ffff]"
JOINT = re.compile(
    rf"(?=({_HANZI}·{_HANZI}))|(?=({_HANZI}·?(?=[a-z0-9_./:-]*[a-z]){IDENTIFIER.pattern}))"
    rf"|(?<![a-z0-9])(?=((?=[a-z0-9_./:-]*[a-z]){IDENTIFIER.pattern}·?{_HANZI}))"
)
# Marks a token as a character pair, so that 年假 as a word and as a pair are weighed each on its own.
PAIR = "~"
# Lone hanzi that jieba leaves over beside a word say nothing about a new one.
GRAMMATICAL = frozenset(
    "的了着过是在和与或及其而但则把被将对从到向由于为以因所之这那此该每某也都就还又很更最不没未已等并且可能会要做出多有"
)
LONGEST_BESIDE_LETTERS = 3
# Of saved postings; raised whenever other tokens are made.
FORM = 6


def fold(text: str) -> str:
    """Make traditional and simplified, full and half width, upper and lower case one. The length may change."""
    return _simplify(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=16_384)
def fold_in_place(text: str) -> str:
    """Fold character by character, so that offsets into the result are offsets into `text`."""
    narrow = text.translate(_FOLDED)
    simplified = _simplify(narrow)
    return simplified if len(simplified) == len(text) else narrow


class _Folded(dict[int, str]):
    """What each character is folded to where that is one character again; filled as characters come."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = folded if len(folded) == 1 else chr(code)
        return self[code]


_FOLDED = _Folded()


def _simplify(text: str) -> str:
    return str(_converter().convert(text))


def in_simplified(text: str) -> str:
    """Return a text in simplified characters; one that is in these already stays as it is."""
    return _simplify(text)


def in_traditional(text: str) -> str:
    """Return a text in simplified characters in traditional ones, as they are written in Taiwan."""
    return str(_converter("s2tw").convert(text))


@lru_cache(maxsize=2)
def _converter(way: str = "t2s"):  # type: ignore[no-untyped-def]  # opencc carries no types
    import opencc

    return opencc.OpenCC(way)


@lru_cache(maxsize=1)
def _segmenter():  # type: ignore[no-untyped-def]  # jieba carries no types
    """Load jieba's dictionary, 0.6 s, on first use only.

    Its cache in the shared temporary folder saves nothing measurable and would be read back from where every user of
    the machine can write, so it is left out.
    """
    import jieba

    class Segmenter(jieba.Tokenizer):  # type: ignore[misc]
        def initialize(self, dictionary: str | None = None) -> None:
            with self.lock:
                if not self.initialized:  # type: ignore[has-type]
                    self.FREQ, self.total = self.gen_pfdict(self.get_dict_file())
                    self.initialized = True

    segmenter = Segmenter()
    segmenter.initialize()
    return segmenter


@lru_cache(maxsize=1)
def _tagger():  # type: ignore[no-untyped-def]  # jieba carries no types
    """Load the tags of jieba's dictionary, 0.5 s, on first use only.

    Tagging what the dictionary lacks takes jieba 1.5 ms a run of lone hanzi, a quarter of a second for a question that
    asks who; `HiddenStates` finds the same tags.
    """
    import jieba.posseg as posseg

    hidden = HiddenStates(posseg.char_state_tab_P, posseg.start_P, posseg.trans_P, posseg.emit_P)

    class Tagger(posseg.POSTokenizer):  # type: ignore[misc]
        def _POSTokenizer__cut(self, sentence: str):  # type: ignore[no-untyped-def]
            begin = end = 0
            states = hidden.likeliest(sentence)
            for at, (place, tag) in enumerate(states):
                if place == "B":
                    begin = at
                elif place in "ES":
                    yield posseg.pair(sentence[begin if place == "E" else at : at + 1], tag)
                    end = at + 1
            if end < len(sentence):
                yield posseg.pair(sentence[end:], states[end][1])

    return Tagger(_segmenter())


Name = Literal["person", "place", "body"]
_NAME_TAGS: dict[str, Name] = {"nr": "person", "ns": "place", "nt": "body"}


@lru_cache(maxsize=16_384)
def find_names(folded: str) -> tuple[tuple[int, int, Name], ...]:
    """Return the names in a folded text as start, end and kind: those jieba knows and those it takes for a person's."""
    found: list[tuple[int, int, Name]] = []
    position = 0
    for pair in _tagger().lcut(folded):
        name = _NAME_TAGS.get(pair.flag[:2])
        if name and len(pair.word) > 1:
            found.append((position, position + len(pair.word), name))
        position += len(pair.word)
    return tuple(found)


def words(text: str) -> list[str]:
    """Cut a folded text into words, each character in exactly one of them; identifiers stay whole."""
    cut: list[str] = []
    position = 0
    for found in IDENTIFIER.finditer(text):
        cut.extend(_segmenter().cut(text[position : found.start()]))
        cut.append(found.group())
        position = found.end()
    cut.extend(_segmenter().cut(text[position:]))
    return cut


def information(word: str) -> float:
    """Return how much a word says in Chinese at large, in nats by jieba's word counts; 18 for one it does not know."""
    segmenter = _segmenter()
    return float(np.log(segmenter.total / max(1, segmenter.FREQ.get(word) or 1)))


def is_dictionary_word(word: str) -> bool:
    """Whether jieba's dictionary has a word; others it made up from what stood side by side."""
    return bool(_segmenter().FREQ.get(word))


@lru_cache(maxsize=4_096)
def tagged_words(folded: str) -> tuple[tuple[str, str], ...]:
    """Cut a folded text into words, each character in exactly one of them, with jieba's tags of their kinds."""
    return tuple((pair.word, pair.flag) for pair in _tagger().lcut(folded))


def is_nominal(word: str) -> bool:
    """Whether a folded word can be part of a name, by jieba's dictionary; what it lacks can."""
    tag = _tagger().word_tag_tab.get(word)
    return tag is None or tag[0] in "nbjsx" or tag in ("vn", "an", "eng", "l", "i")


def is_verb(word: str) -> bool:
    """Whether jieba's dictionary has a folded word as a verb."""
    return bool(_tagger().word_tag_tab.get(word) == "v")


def is_name(word: str) -> bool:
    """Whether a folded word is a person's, place's or body's own name, by jieba's dictionary."""
    return _tagger().word_tag_tab.get(word, "")[:2] in _NAME_TAGS


def is_place(word: str) -> bool:
    """Whether a folded word is the name of a place, by jieba's dictionary."""
    return bool(_tagger().word_tag_tab.get(word, "")[:2] == "ns")


def word_parts(word: str) -> tuple[str, ...]:
    """Return the shorter words in a folded word: 产业基地 → 产业, 基地."""
    if not HANZI_RUN.fullmatch(word):
        return ()
    return tuple(part for part in _segmenter().cut_for_search(word) if 1 < len(part) < len(word))


def search_tokens(text: str, own_words: WordFinder | None = None, is_question: bool = False) -> list[str]:
    """Return the tokens that a text is found by.

    They are jieba's search cut, character pairs, the documents' own words, identifiers with their parts, and in place
    of digits the canonical keys of numbers and dates. A key or an own word is the same token as the plain form, so that
    what is written alike is not counted twice. Numerals in hanzi are words and pairs as well, but not in a question:
    there they would prefer the texts that write them in the same way.
    """
    folded = fold(text)
    numbers = find_numbers(folded)
    tokens = [key for number in numbers for key in number.keys] + _identifier_tokens(folded, numbers)
    own = own_words.occurrences(folded) if own_words is not None else []
    if is_question:
        folded = _without_numbers(folded, numbers)
    cut = [word for run in HANZI_RUN.findall(folded) for word in _segmenter().cut_for_search(run)]
    tokens += cut + pair_tokens(folded) + ([] if is_question else joint_tokens(folded))
    if own:
        # jieba makes up some of these words itself, at some places.
        tokens.extend((Counter(own) - Counter(cut)).elements())
    return tokens


def _without_numbers(folded: str, numbers: Sequence[Number]) -> str:
    """Return a text with blanks in place of its numbers; lone digits stay, they are part of words."""
    for number in numbers:
        if number.end - number.start > 1:
            folded = folded[: number.start] + " " * (number.end - number.start) + folded[number.end :]
    return folded


def pair_tokens(folded: str) -> list[str]:
    """Return the pairs of neighbouring hanzi in a folded text."""
    return [PAIR + run[at : at + 2] for run in HANZI_RUN.findall(folded) for at in range(len(run) - 1)]


def joint_tokens(folded: str) -> list[str]:
    """Return the places where letters touch a hanzi or a dot joins the parts of a name, as tokens: A股, 李·白.

    Only texts have them, and only words of the documents' own are found by them.
    """
    return [PAIR + joint for found in JOINT.finditer(folded) for joint in found.groups() if joint]


def _identifier_tokens(folded: str, numbers: Sequence[Number]) -> list[str]:
    """Return identifiers, their parts and other spellings, without those that are numbers by themselves."""
    read = bytearray(len(folded))
    for number in numbers:
        read[number.start : number.end] = b"\1" * (number.end - number.start)
    tokens: list[str] = []
    before, before_end = "", -1
    for found in IDENTIFIER.finditer(folded):
        whole, (start, end) = found.group(), found.span()
        parts = IDENTIFIER_PARTS.split(whole)
        if not any(read[start:end]):
            tokens.append(whole)
            tokens.extend(parts if len(parts) > 1 else ())
        elif any("a" <= character <= "z" for character in whole):
            tokens.append(whole)
        tokens.extend(_other_spellings(before if before_end == start - 1 else "", whole, parts))
        before, before_end = whole, end
    return tokens


def _code_tokens(folded: str) -> list[str]:
    """Return the fewest tokens that tell that a text holds the identifiers of another: ppr9087 stands for PPR-9087."""
    tokens: list[str] = []
    for whole in IDENTIFIER.findall(folded):
        tokens.extend(_other_spellings("", whole, IDENTIFIER_PARTS.split(whole)) or [whole])
    return tokens


def _join_code(found: re.Match[str]) -> str:
    return found.group() if found[1] in NO_CODES else found[1] + found[2]


def _other_spellings(before: str, whole: str, parts: Sequence[str]) -> list[str]:
    """Return a code without its signs (PPR-9087 and PPR 9087 → ppr9087) and a version's number (v2.3.1 → 2.3.1)."""
    if len(parts) > 1 and LETTERS.fullmatch(parts[0]) and all(map(str.isalnum, parts)):
        return ["".join(parts)]
    if version := VERSION.fullmatch(whole):
        return [version[1]]
    if NUMBERED.fullmatch(whole) and LETTERS.fullmatch(before) and before not in NO_CODES:
        return [before + whole]
    return []


def learn_words(texts: Iterable[str], titles: Iterable[str]) -> tuple[str, ...]:
    """Return the folded words of texts and titles that jieba's dictionary lacks: names, products, codes, terms."""
    return learn_folded_words(map(fold, texts), map(fold, titles), is_new_word)


def is_new_word(word: str) -> bool:
    """Whether jieba, by its dictionary alone, would cut a folded word to pieces that are none: 绿源 → 绿, 源."""
    if is_dictionary_word(word):
        return False
    hanzi = HANZI_RUN.findall(word)
    if "".join(hanzi) != word.replace("·", "") and sum(map(len, hanzi)) <= LONGEST_BESIDE_LETTERS:
        return True
    pieces = [piece for run in hanzi for piece in (*_segmenter().cut(run, HMM=False), "")]
    alone = [len(piece) == 1 and piece not in GRAMMATICAL for piece in pieces]
    return any(first and second for first, second in pairwise(alone))


class Evidence(NamedTuple):
    """What tells that a text holds a term: all of these tokens. Numbers count in any form."""

    tokens: tuple[str, ...]
    has_numbers: bool


def _is_within_code(folded: str, number: Number) -> bool:
    """Whether a number is part of a name in letters and digits that is a token of its own, as in 16gb."""
    return any(
        any("a" <= character <= "z" for character in found.group())
        for found in IDENTIFIER.finditer(folded)
        if found.start() < number.end
        and number.start < found.end()
        and not (number.start <= found.start() and found.end() <= number.end)
    )


@lru_cache(maxsize=16_384)
def evidence_of(folded: str) -> Evidence:
    """Return the tokens that the texts have which hold a folded term: character pairs, identifiers, numbers."""
    folded = SPACED_CODE.sub(_join_code, folded)
    numbers = find_numbers(folded)
    # What is no number has to be there as it is, every number in some form.
    rest, position = "", 0
    for number in numbers:
        if not _is_within_code(folded, number):
            rest += folded[position : number.start] + " "
            position = number.end
    rest += folded[position:]
    keys = [number.key for number in numbers]
    return Evidence(tuple(dict.fromkeys([*keys, *pair_tokens(rest), *_code_tokens(rest)])), bool(numbers))
