"""What a question takes from the turns before: words of what was asked, without what it replaces, and of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.lexical import find_names, fold, is_nominal
from qa.datatypes import Turn
from qa.expectation import expected_kind
from qa.pointing import ASKS, COMPARES, FORMER, LATTER, MEANS_ONE_THING, PRONOUN, WHY
from qa.reach import LEAST_CARRIED, Corpus, Reach, asks_of_its_own, is_english, strongest_words
from qa.terms import ENDS_OF_NAMES
from qa.topic import NAMED, PERIOD, Word, topic_words

PLACE = re.compile(r"..[省市县区镇乡村州]$")
# Asks what something named is like: the answer names nothing else that 它 may mean.
DESCRIBES = re.compile(r"是(?:一?[个家种座所])?(?:什么(?!时)|怎样|怎么)|(?<![做由归])怎么样?[^办]|如何|怎样|什么样")
# A year that was talked about is over then.
NOW_OR_LATER = re.compile(
    r"往后|以后(?!的?[吗是])|将来|今后|未来|现在|目前|如今|眼下|\b(?:now(?:adays)?|today|in future)\b"
)
REPLIES = frozenset(("yes", "no", "not", "ok"))
# What every English question may say; jieba's dictionary tells nothing about how common an English word is.
EVERYDAY = frozenset(
    word
    for line in (Path(__file__).parent / "everyday_english.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
LEAST_TOLD = 4.0  # likewise, of a term that only the answer before holds
SHORT_ANSWER = 16  # characters; all that it says is what the question asked for
MOST_TOLD, LONGEST_TOLD = 4, 60  # terms that are taken from an answer, and the characters of one that is so used
MARK = re.compile(r"\[[0-9]{1,3}\]|\*\*")
EMPHASISED = re.compile(r"\*\*(.+?)\*\*")
ITEMS = re.compile(r"[、，,；;]|以及|和|与|\band\b|\bor\b")
FIGURE = re.compile(r"[0-9〇零一二两三四五六七八九十百千万亿.,%％\s]+[^0-9]{0,3}$")
LONGEST_NAME = 12
CODE = re.compile(r"[0-9]")
NUMERAL = re.compile(r"^第?[0-9一二三四五六七八九十]+(?=.)")
ENDS_NAME = re.compile(rf"({ENDS_OF_NAMES}|[省市区县镇乡村馆院校])$")


def carried_words(
    question: str, own: Sequence[Word], context: Sequence[Word], reach: Reach, replaces: bool, corpus: Corpus
) -> Iterator[Word]:
    """Yield the words that a question takes from those before it."""
    if reach == "nothing":
        return
    said = {word.text for word in own}
    kept = [word for word in context if word.text not in said and (word.text.isascii() or corpus.is_known(word.text))]
    kept = _without_other_times(question, own, kept)
    if replaces:
        gone = _names_replaced(own, context, corpus)
        kept = _not_replaced(question, own, [word for word in kept if word.name not in gone])
    elif reach == "subject" and any(word.kind == "name" for word in kept):
        kept = [word for word in kept if word.kind == "name" or (word.kind == "time" and _is_span(word.text))]
    elif asks_of_its_own(question, own, corpus):
        kept = _without_measures(kept)
    kept = [word for word in kept if _says(word)]
    beside = [word for word in kept if _stands_beside(word, own, corpus)]
    yield from beside if any(word.kind != "time" for word in beside) else _least(kept, own, corpus)


def _least(kept: Sequence[Word], own: Sequence[Word], corpus: Corpus) -> list[Word]:
    """Return what is carried of words none of which stands beside a question's own: the times, where one document has
    both, and all where none has: it says in other words what is asked.
    """
    asked = strongest_words(own, corpus)[:1]
    strongest = max((word for word in kept if word.kind != "time"), key=lambda word: word.weight, default=None)
    is_named = any(word.kind == "name" for word in own)
    if strongest is None or is_named or (asked and corpus.in_one_document(strongest.text, asked[0].text)):
        return [word for word in kept if word.kind == "time"]
    return list(kept)


def _without_other_times(question: str, own: Sequence[Word], kept: list[Word]) -> list[Word]:
    """Return words without the times that a question's own take the place of; 上半年 leaves the year as it is."""
    times = [word.text for word in own if word.kind == "time"]
    if not times and NOW_OR_LATER.search(question):
        return [word for word in kept if word.kind != "time"]
    if not times or (len(times) == 1 and COMPARES.search(question)):
        return kept
    only_part = all(PERIOD.fullmatch(time) for time in times)
    return [word for word in kept if word.kind != "time" or (only_part and not PERIOD.fullmatch(word.text))]


def _stands_beside(word: Word, own: Sequence[Word], corpus: Corpus) -> bool:
    """Whether a word of before is a name or time, or stands in some passage beside the strongest word of a question."""
    strongest = strongest_words(own, corpus)[:1]
    if word.kind in ("name", "time") or is_english(word.text) or not strongest or strongest[0].weight < LEAST_TOLD:
        return True
    return corpus.stand_together(word.text, strongest[0].text, True)


def _is_span(time: str) -> bool:
    """Whether a time is a whole year or a part of it that figures are told for, and no day or month."""
    return re.search(r"月|日|-", time) is None


def _names_replaced(own: Sequence[Word], context: Sequence[Word], corpus: Corpus) -> set[str]:
    """Return the names of before the whole of which a name of the question takes the place of: 澜沧精工 → 云岭智造呢？

    Places, names that share a word, or names that no passage holds together, and the new one has as many words: what
    is left of 金山区农业 after 奉贤区呢？ is still asked for.
    """
    gone: set[str] = set()
    for old in context:
        for new in own:
            if not old.name or not new.name or old.name == new.name or new.name in old.name:
                continue
            is_of_kind = old.text == new.text or bool(_kinds(old.text) & _kinds(new.text))
            is_apart = corpus.is_known(new.text) and not corpus.stand_together(old.text, new.text, True)
            if (is_of_kind or is_apart) and _count_words(own, new.name) >= _count_words(context, old.name) > 1:
                gone.add(old.name)
    return gone


def _count_words(of: Sequence[Word], name: str) -> int:
    return len({word.text for word in of if word.name == name})


def _not_replaced(question: str, own: Sequence[Word], kept: Sequence[Word]) -> list[Word]:
    """Return what stays where of something else the same is asked: 奉贤区呢？ 亭林月饼呢？ S7呢？"""
    said = [word for word in own if word.kind != "time"]
    alike = {old.text for old in kept for new in said if _is_alike(old.text, new.text)}
    kinds = set().union(*(_kinds(word.text) for word in said))
    alike |= {old.text for old in kept if old.kind != "time" and kinds & _kinds(old.text)}
    if said and not alike and (PRONOUN.search(question) or _says_of_what(said)):
        return _without_measures(kept)
    ends = {match.group(1) for word in said if (match := ENDS_NAME.search(word.name))}
    bodies = {old.name for old in kept if (match := ENDS_NAME.search(old.name)) and match.group(1) in ends}
    if alike or bodies:
        return [old for old in kept if old.text not in alike and old.name not in bodies]
    if any(is_english(word.text) for word in said):
        named = any(word.kind == "name" for word in said)
        return [old for old in kept if not (named and old.kind == "name")]
    if any(word.weight >= NAMED and not _kinds(word.text) and not NUMERAL.match(word.text) for word in said):
        # A thing without a name of its own may be one of something named: P20, and its 滤芯.
        stays = ("time",) if any(word.kind == "name" for word in said) else ("time", "name")
        return [old for old in kept if old.weight < NAMED or old.kind in stays]
    return list(kept)


def _says_of_what(said: Sequence[Word]) -> bool:
    """Whether words say themselves what is asked: a measure, or a thing of something named."""
    if any(word.kind == "measure" for word in said):
        return True
    things = [word for word in said if word.kind == "word" and is_nominal(word.text) and not is_english(word.text)]
    return bool(things) and any(word.leads for word in said)


def _without_measures(kept: Sequence[Word]) -> list[Word]:
    """Return words without what was measured: 青峦机械 营业 收入 → 青峦机械."""
    stays: list[Word] = []
    for word in kept:
        if word.kind == "measure":
            first = word
            while first.joined and stays and stays[-1].kind == "word":
                first = stays.pop()
            continue
        stays.append(word)
    return stays


def are_alike(old: Word, new: Word) -> bool:
    """Whether two words name things of a kind, by how they are written or what is known of them: 金山区, 奉贤区."""
    if old.kind == "time" or new.kind == "time" or old.text == new.text:
        return False
    return _is_alike(old.text, new.text) or bool(_kinds(old.text) & _kinds(new.text))


def _is_alike(old: str, new: str) -> bool:
    """Whether two words name things of a kind, by how they are written: 探亲假 and 病假, s5 and s7."""
    if old == new:
        return False
    if old.isascii() or new.isascii():
        return CODE.sub("", old) == CODE.sub("", new) and old != CODE.sub("", old)
    if NUMERAL.match(old) and NUMERAL.match(new):
        return NUMERAL.sub("", old) == NUMERAL.sub("", new)
    return min(len(old), len(new)) > 1 and old[-1] == new[-1]


def _kinds(term: str) -> set[str]:
    """Return of what kind the names in a term are."""
    return {kind for _, _, kind in find_names(term)} | ({"place"} if PLACE.search(term) else set())


def are_lost(context: Sequence[Word], corpus: Corpus) -> bool:
    """Whether no document holds a word of what was asked: only the answer says what it is called there."""
    return not any(_says(word) and (word.text.isascii() or corpus.is_known(word.text)) for word in context)


def told_words(
    question: str,
    turns: Sequence[Turn],
    own: Sequence[Word],
    carried: Sequence[Word],
    is_lost: bool,
    corpus: Corpus,
) -> list[Word]:
    """Return the words of the last answer that a question which points back may mean, or one that `is_lost` has."""
    users = [at for at, turn in enumerate(turns) if turn.role == "user"]
    answers = [turn.content for turn in turns[users[-1] :] if turn.role == "assistant"] if users else []
    if not answers or not (PRONOUN.search(question) or WHY.search(question) or is_lost):
        return []
    before = turns[users[-1]].content
    kind = expected_kind(before)
    if DESCRIBES.search(fold(before)) and any(word.leads for word in carried) and not WHY.search(question):
        return []
    if kind in ("number", "date") and not WHY.search(question):
        return []
    # 它 is none of several things in a list, and no person.
    if kind in ("list", "person") and MEANS_ONE_THING.search(question):
        return []
    there = {word.text for word in (*own, *carried)}
    told = [word for word in _telling(answers[-1], question, corpus) if word.text not in there]
    return [
        word
        for word in told
        if word.text.isascii() or (corpus.is_known(word.text) and _stands_beside(word, own, corpus))
    ][:MOST_TOLD]


def beside_told(carried: Sequence[Word], told: Sequence[Word]) -> list[Word]:
    """Return what is carried beside the one thing that an answer named: what it was asked for by is not needed."""
    names = {word.name for word in told}
    if len(names) != 1 or "" in names:
        return list(carried)
    return [word for word in carried if word.kind in ("name", "time") or any(word.text in name for name in names)]


def _telling(answer: str, question: str, corpus: Corpus) -> list[Word]:
    """Return the words of an answer that a pronoun may mean: what it emphasises, or what a short one says."""
    former, latter = FORMER.search(question), LATTER.search(question)
    emphasised = [part for part in EMPHASISED.findall(answer) if _may_name(part)]
    if emphasised and not former and not latter:
        return [Word(name, "name", name, True) for name in map(fold, emphasised)]
    told = MARK.sub("", answer)
    if len(told) > (2 * LONGEST_TOLD if told.isascii() else LONGEST_TOLD):
        return []
    items = [item.strip(" 。.") for item in ITEMS.split(told)]
    told = items[0] if former else items[-1] if latter else told
    least = LEAST_CARRIED if len(told) <= SHORT_ANSWER else LEAST_TOLD
    words_told = topic_words(told, corpus.cut)
    return [word for word in words_told if word.kind != "time" and not FIGURE.match(word.text) and _says(word, least)]


def _may_name(part: str) -> bool:
    return len(part) <= LONGEST_NAME * (3 if part.isascii() else 1) and not FIGURE.match(part)


def _says(word: Word, least: float = LEAST_CARRIED) -> bool:
    """Whether a word of a turn before is worth carrying: no everyday word, and none that only asks or replies."""
    weighs = word.weight >= least or (least == LEAST_CARRIED and (word.kind == "name" or bool(find_names(word.text))))
    return weighs and not ASKS.search(word.text) and word.text not in REPLIES | EVERYDAY
