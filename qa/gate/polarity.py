"""Whether a sentence says the contrary of another: a negation more or less, or a word's opposite in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.gate.traits import Token, Traits
from qa.gate.word_lists import read_groups

OPPOSITES = tuple(tuple(tuple(side.split()) for side in line.split("|")) for line in read_groups("opposites.txt"))
IMPLIED = re.compile("|".join(word for line in read_groups("implied.txt") for word in line.split()))
# 免押金 and 暂停晚餐 against 交押金 and 供应晚餐.
WITHOUT_LEAVE = re.compile("擅自|私自|经.{1,16}(?:批准|同意|许可|审批)")
EXEMPT = re.compile(r"(?:免除|免收|免交|免|暂停|停止|取消|谢绝|严禁|禁止)(?!费)")
SUBJECT_BEFORE, THING_BEHIND = re.compile(r"[\u4e00-\u9fff]{2}\Z"), re.compile(r"[\u4e00-\u9fff]{2}")
# 转租是不允许的 denies what stands before it.
DENIED_BEHIND = re.compile(r"(?:不允许|不可以|不许|不准|不行|不被允许|被?禁止)的?[。.！!]?\Z")
LEAST_HELD = 0.4  # of a clause's words, by the clause that is compared with it
CLOSE = 3  # characters between a negation and the second word behind it
NEAR = 8  # characters between a negation and what it negates


def contradicts(statement: Traits, sources: Sequence[Traits], best: Traits) -> str | None:
    """Return what a statement says contrary to the sentences that it is taken from, None where there is nothing.

    `best` is the sentence that is nearest to it, one of `sources`.
    """
    return _negated(statement, sources, best) or _exempted(statement, sources) or _opposed(statement, sources, best)


def _negated(statement: Traits, sources: Sequence[Traits], best: Traits) -> str | None:
    for negation, word in _negations(statement):
        if _is_implied(statement, negation, word, sources):
            continue
        here = [source for source in sources if _mentions(source, word)]
        if not here:
            if not any(token.kind == "negation" for source in sources for token in source.tokens):
                return negation.key
        elif not any(_is_negated(one, word.key) or _is_behind_negation(one, word.key) for one in here) and not _stands(
            statement, negation, here
        ):
            return negation.key
    for negation, word in _negations(best):
        said = word.key in statement.folded and not _is_negated(statement, word.key)
        # The same word may stand in the sentence twice, once without.
        if said and negation.key not in statement.folded and not _is_affirmed(best, word.key):
            return negation.key
    return None


def _is_implied(statement: Traits, negation: Token, word: Token, sources: Sequence[Traits]) -> bool:
    """Whether a source's clause about the same says so without a negation: 晚餐暂停 for 不供应晚餐."""
    if negation.key == "未经" and any(WITHOUT_LEAVE.search(source.folded) for source in sources):
        return True
    near = [clause for _, clause in nearest_clauses(statement, negation.clause, sources, (negation.key, word.key))]
    return any(IMPLIED.search(clause) and negation.key not in clause for clause in near)


def _exempted(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return what a statement asks or offers where its sources exempt from it or suspend it."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        written = statement.folded[start:end]
        if IMPLIED.search(written) or any(one.kind == "negation" and one.clause == clause for one in statement.tokens):
            continue
        for source in sources:
            for found in EXEMPT.finditer(source.folded):
                subject = SUBJECT_BEFORE.search(source.folded, 0, found.start())
                thing = THING_BEHIND.match(source.folded, found.end())
                if subject and thing and subject.group() in written and thing.group() in written:
                    return thing.group()
    return None


def _mentions(source: Traits, word: Token) -> bool:
    return word.key in source.folded or any(word.key in figure.number.keys for figure in source.figures)


def _stands(statement: Traits, negation: Token, sources: Sequence[Traits]) -> bool:
    """Whether a source has a negation with what follows it word for word, whatever it is read to negate."""
    if len(negation.key) > 1 and any(negation.key in source.folded for source in sources):
        return True
    written = statement.folded[negation.start : negation.end + 2]
    return any(written in source.folded for source in sources)


def _negations(traits: Traits) -> Iterator[tuple[Token, Token]]:
    """Yield each negation with the word that it negates: the next content word of its clause."""
    tokens = traits.tokens
    for at, token in enumerate(tokens):
        if token.kind == "negation":
            for following in tokens[at + 1 :]:
                if following.clause != token.clause or following.start - token.end > NEAR:
                    break
                if following.kind in ("word", "name", "code", "number"):
                    yield token, following
                    break


def _is_negated(traits: Traits, key: str) -> bool:
    behind = DENIED_BEHIND.search(traits.folded)
    if behind and key in traits.folded[: behind.start()]:
        return True
    return any(word.key == key or key in word.key or word.key in key for _, word in _negations(traits))


def _is_behind_negation(traits: Traits, key: str) -> bool:
    """Whether a word stands closely behind a negation with another between: 不接受联合体投标."""
    return any(
        one.key == key and one.clause == other.clause and 0 <= one.start - other.end <= CLOSE
        for other in traits.tokens
        if other.kind == "negation"
        for one in traits.tokens
    )


def _is_affirmed(traits: Traits, key: str) -> bool:
    negated = {word.start for _, word in _negations(traits)}
    return any(token.key == key and token.start not in negated for token in traits.tokens)


def _opposed(statement: Traits, sources: Sequence[Traits], best: Traits) -> str | None:
    """Return a word whose opposite stands in the clauses that say most of what its clause says."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        text = statement.folded[start:end]
        for one, other in OPPOSITES:
            for own, contrary in ((one, other), (other, one)):
                said = [
                    word for word in own if _stands_in(word, text) and not _inside_longer(word, own + contrary, text)
                ]
                said = [word for word in said if not _is_denied(statement, clause, word)]
                if not said or any(
                    _stands_in(word, text) for word in contrary if not _inside_longer(word, own + contrary, text)
                ):
                    continue
                near = [text for _, text in nearest_clauses(statement, clause, sources, said)]
                if any(_stands_in(word, found) for found in near for word in own):
                    continue
                if any(_stands_in(word, found) for found in near for word in contrary):
                    return said[0]
    return None


def _is_denied(statement: Traits, clause: int, word: str) -> bool:
    """Whether a clause has a negation before a word, which then says the contrary of itself."""
    at = statement.folded.find(word, *statement.span(clause, clause))
    return any(one.kind == "negation" and one.clause == clause and one.end <= at for one in statement.tokens)


def nearest_clauses(
    statement: Traits, clause: int, sources: Sequence[Traits], without: Sequence[str]
) -> list[tuple[Traits, str]]:
    """Return the clauses of the sources that hold most of the words of a statement's clause, [] where none does.

    Each comes with the sentence that it stands in.
    """
    found = []
    for source, number in nearest_places(statement, clause, sources, without):
        start, end = source.span(number, number)
        found.append((source, source.folded[start:end]))
    return found


def nearest_places(
    statement: Traits, clause: int, sources: Sequence[Traits], without: Sequence[str], over: str = ""
) -> list[tuple[Traits, int]]:
    """Return the same as numbers of clauses, each with its sentence. What stands in `over` tells none of them apart."""
    own = [token for token in statement.tokens if token.clause == clause and token.kind != "negation"]
    words = [token for token in own if token.key not in without]
    words = [token for token in words if token.key not in over] or words
    total = sum(token.weight for token in words)
    if not total:
        return []
    found: list[tuple[float, Traits, int]] = []
    for source in sources:
        for number in range(len(source.ends)):
            start, end = source.span(number, number)
            text = source.folded[start:end]
            keys = {key for figure in source.figures if figure.clause == number for key in figure.number.keys}
            held = sum(token.weight for token in words if token.key in (keys if token.kind == "number" else text))
            found.append((held / total, source, number))
    most = max(share for share, *_ in found)
    return [(source, number) for share, source, number in found if share >= max(LEAST_HELD, 0.8 * most)]


def are_opposites(one: str, other: str) -> bool:
    """Whether two short stretches of text that stand in one place mean the contrary of one another."""
    return any(
        any(_stands_in(word, one) and not _stands_in(word, other) for word in own)
        and any(_stands_in(word, other) and not _stands_in(word, one) for word in contrary)
        for pair in OPPOSITES
        for own, contrary in (pair, pair[::-1])
    )


def mean_the_same(one: str, other: str) -> bool:
    """Whether two words stand on one side of a pair of opposites: 提升 and 提高."""
    return any(one in side and other in side for pair in OPPOSITES for side in pair)


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text; an English one as a whole."""
    return (re.search(rf"\b{word}\b", text) is not None) if word.isascii() else word in text


def _inside_longer(word: str, others: Sequence[str], folded: str) -> bool:
    """Whether a word stands only inside of a longer one of the list: 超过 in 不超过."""
    left = folded
    for other in others:
        if word != other and word in other:
            left = left.replace(other, " ")
    return word not in left
