"""Whether every clause of a statement stands in its sources: none is invented, none is put together of two."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.gate.lead_ins import leads_in
from qa.gate.polarity import mean_the_same
from qa.gate.traits import Token, Traits, holds

LEAST_WEIGHT = 3.0  # of a clause that says anything by itself
# How much of the words of a clause must be there, with a figure (which was compared by itself) and without.
LEAST_OF_CLAUSE, LEAST_BESIDE_FIGURE = 0.15, 0.1
LEAST_TELLING = 2.4  # weight of a word that tells things apart: 软件 and 硬件, not 发展 and 开展
LEAST_RARE = 4.0  # weight of a word that must stand with the others of its clause
SHORT = 9  # characters of a clause that says one thing of one other
LEAST_COLUMNS = 2
DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}|--[0-9-]+")
SHORT_CLAUSE, LEAST_TAIL = 14, 2.0  # characters of a clause that says one thing, weight of what it says
SIDE_BY_SIDE = re.compile("分别|均|都|各|合计|总共|共计|、|和|与|及|比|于|respectively|both")
NEARLY = 0.9  # of what the nearest clause holds
LEAST_NEAR = 0.5


def find_invented(statement: Traits, texts: Sequence[Traits], sources: Sequence[Traits], over: str) -> str | None:
    """Return a clause of which the sources hold next to nothing, however much they hold of the others.

    `texts` are the sentences that the statement is taken from, together; of `sources` each is looked at by itself.
    """
    for clause in range(len(statement.ends)):
        own = [token for token in statement.tokens if token.clause == clause and token.kind != "negation"]
        said = [token for token in own if token.kind != "number"]
        whole = sum(token.weight for token in said)
        start, end = statement.span(clause, clause)
        if whole < LEAST_WEIGHT or leads_in(statement.folded[start:end]):
            continue
        least = (LEAST_OF_CLAUSE if len(said) == len(own) else LEAST_BESIDE_FIGURE) * whole
        if _held(said, texts, over) < least and not any(_held(said, [one], over) >= least for one in sources):
            return statement.folded[start:end]
    return None


def find_unsaid(statement: Traits, sources: Sequence[Traits], over: str) -> str | None:
    """Return a short clause that says of a thing which the sources name what they say of nothing: 食堂已关闭."""
    everything = "\n".join((*(source.folded for source in sources), over))
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        own = [token for token in statement.tokens if token.clause == clause]
        if end - start > SHORT_CLAUSE or len(own) < 2 or any(one.kind in ("number", "negation") for one in own):
            continue
        known = [any(pair in everything for pair in _pairs(token.key)) for token in own]
        # Its subject is known; nothing behind that is.
        first = known.index(False) if False in known else len(own)
        tail = sum(token.weight for token in own[first:])
        is_unsaid = 0 < first < len(own) and not any(known[first:]) and tail >= LEAST_TAIL
        written = statement.folded[start:end].rstrip("，,。；;！!")
        if not is_unsaid or written[-1] in "、:" or written.startswith(f"{own[0].key}了"):
            continue  # 提升了公司的形象 is praise
        last, told = re.escape(own[first - 1].key), own[first].key[0]
        if re.search(rf"{last}(?:也|都|均|正)?(?:已|被|遭)|了\Z", written):
            return written
        tells_of = own[0].kind == "name" or (len(statement.ends) == 1 and len(written) <= SHORT)
        # 建造 for 建设 says the same in another word.
        if tells_of and not any(told in one.folded for one in sources if own[0].key in one.folded):
            return written
    return None


def _pairs(key: str) -> list[str]:
    """Return a word's pairs of hanzi; a word of English is one."""
    return [key] if key.isascii() or len(key) < 3 else [key[at : at + 2] for at in range(len(key) - 1)]


def _held(tokens: Sequence[Token], texts: Sequence[Traits], over: str) -> float:
    return sum(
        token.weight * max(1.0 if token.key in over else 0.0, *(holds(token, text) for text in texts))
        for token in tokens
    )


def find_mixed(statement: Traits, texts: Sequence[Traits], over: str) -> str | None:
    """Return a word that stands where the nearest clause has one like it: 软件业务 for 硬件业务, 晚餐 for 午餐.

    The sources have both, so that nothing is missing; but of that word they say something else.
    """
    everything = "\n".join(text.folded for text in texts)
    clauses = [_part(text, number) for text in texts for number in range(len(text.ends))]
    for clause in range(len(statement.ends)):
        own = [token for token in statement.tokens if token.clause == clause and token.kind != "negation"]
        total = sum(token.weight for token in own)
        if not total:
            continue
        denies = any(token.kind == "negation" and token.clause == clause for token in statement.tokens)
        found: list[tuple[float, bool, Traits]] = []
        for here in clauses:
            held = sum(token.weight * holds(token, here) for token in own) / total
            found.append((held, denies == any(token.kind == "negation" for token in here.tokens), here))
        # 西北部未发现 is not the clause that has 西北部 where another one has 未发现.
        found = [one for one in found if one[1] and one[0] >= LEAST_NEAR] or found
        most = max((held for held, *_ in found), default=0.0)
        near = [here for held, _, here in found if held >= max(LEAST_NEAR, NEARLY * most)]
        wrong = [_sibling(own, here, here.folded, everything, over) for here in near]
        if wrong and all(wrong):
            return wrong[0]
    return None


def find_scattered(statement: Traits, sources: Sequence[Traits], over: str) -> str | None:
    """Return a clause whose words the sources have, but nowhere together: what is said of one thing, of another.

    `sources` are in the order of their texts. The words that tell things apart and the figures must stand in one
    sentence; only a clause's first word, its subject, may stand in the one before.
    """
    for clause in range(len(statement.ends)):
        own = [
            token
            for token in statement.tokens
            if token.clause == clause
            and (_is_count(token) or (_tells(token, LEAST_RARE) and token.key not in over))
            and any(_has(source, token) for source in sources)
        ]
        start, end = statement.span(clause, clause)
        counts = [token for token in own if token.kind == "number"]
        own = own if len(counts) < 2 else [token for token in own if token.kind != "number"]
        says_one_thing = len(own) > 1 and any(token.kind != "number" for token in own)
        if not says_one_thing or SIDE_BY_SIDE.search(statement.folded, start, end):
            continue
        at = [
            number
            for number, source in enumerate(sources)
            if all(_has(source, token) for token in own[1:])
            and any(_has(one, own[0]) for one in sources[max(0, number - _reach(source)) : number + 1])
        ]
        short = end - start <= SHORT and all(token.kind != "number" for token in own)
        if not at or (short and not any(_in_order(own, sources[number]) for number in at)):
            return statement.folded[start:end]
        if all(_is_of_what_follows(own, sources[number]) for number in at):
            return own[0].key
    return None


def _has(source: Traits, token: Token) -> bool:
    """Whether a source has a whole token."""
    return holds(token, source) == 1 if token.kind == "number" else token.key in source.folded


def _is_of_what_follows(own: Sequence[Token], source: Traits) -> bool:
    """Whether a sentence names what a figure is said of only behind it, with a figure of its own."""
    figures = [token for token in own if token.kind == "number"]
    if len(figures) != 1 or own[0] in figures or not (at := source.folded.find(own[0].key)) + 1:
        return False
    clauses = [one.clause for one in source.figures if figures[0].key in one.number.keys]
    follows = bool(clauses) and max(clauses) < source.clause_at(at)
    return follows and any(one.number.start > at for one in source.figures)


def _reach(source: Traits) -> int:
    """Return how many sentences before a subject may stand: English ones are shorter and say it or they."""
    return 3 if source.folded.isascii() else 1


def _is_count(token: Token) -> bool:
    return token.kind == "number" and not token.key.startswith("-") and not DATE.fullmatch(token.key)


def _in_order(own: Sequence[Token], source: Traits) -> bool:
    """Whether one clause of a sentence has some words, the first at most before it; a row of a table is one clause."""
    if source.folded.count(":") >= LEAST_COLUMNS:
        return True
    for number in range(len(source.ends)):
        start, end = source.span(number, number)
        clause, before = source.folded[start:end], source.folded[:end]
        if all(token.key in clause for token in own[1:]) and own[0].key in before:
            return True
    return False


def _part(text: Traits, clause: int) -> Traits:
    """Return one clause of a text, its figures with it."""
    start, end = text.span(clause, clause)
    figures = tuple(figure for figure in text.figures if figure.clause == clause)
    tokens = tuple(token for token in text.tokens if token.clause == clause)
    return Traits(text.folded[start:end], tokens, figures, (end - start,))


def _sibling(own: Sequence[Token], here: Traits, written: str, everything: str, over: str) -> str | None:
    """Return a word of a statement's clause for which a source's clause has another of the same make."""
    said = {token.key for token in own}
    unsaid = [one for one in here.tokens if _tells(one) and one.key not in said]
    for token in own:
        if not _tells(token) or token.key in written or token.key in over or token.key not in everything:
            continue
        for other in unsaid:
            alike = len(other.key) == len(token.key) and other.key not in "".join(said)
            alike = alike and not mean_the_same(token.key, other.key)
            if alike and any(one == two for one, two in zip(token.key, other.key, strict=True)):
                return token.key
    return None


def _tells(token: Token, least: float = LEAST_TELLING) -> bool:
    """Whether a word is one that tells things apart, as the everyday ones of reports do not."""
    return token.kind == "name" or (token.kind == "word" and token.weight >= least)
