"""Whether a sentence says the contrary of another: a negation more or less, or a word's opposite in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.gate.traits import Token, Traits
from qa.gate.word_lists import read_groups

OPPOSITES = tuple(tuple(tuple(side.split()) for side in line.split("|")) for line in read_groups("opposites.txt"))
LEAST_HELD = 0.4  # of a clause's words, by the clause that is compared with it
NEAR = 8  # characters between a negation and what it negates


def contradicts(statement: Traits, sources: Sequence[Traits], best: Traits) -> str | None:
    """Return what a statement says contrary to the sentences that it is taken from, None where there is nothing.

    `best` is the sentence that is nearest to it, one of `sources`.
    """
    return _negated(statement, sources, best) or _opposed(statement, sources, best)


def _negated(statement: Traits, sources: Sequence[Traits], best: Traits) -> str | None:
    for negation, word in _negations(statement):
        here = [source for source in sources if _mentions(source, word)]
        if not here:
            if not any(token.kind == "negation" for source in sources for token in source.tokens):
                return negation.key
        elif not any(_is_negated(source, word.key) for source in here) and not _stands(statement, negation, here):
            return negation.key
    for negation, word in _negations(best):
        said = word.key in statement.folded and not _is_negated(statement, word.key)
        # The same word may stand in the sentence twice, once without.
        if said and negation.key not in statement.folded and not _is_affirmed(best, word.key):
            return negation.key
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
    return any(word.key == key or key in word.key or word.key in key for _, word in _negations(traits))


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
                said = [word for word in own if word in text and not _inside_longer(word, own + contrary, text)]
                if not said or any(word in text for word in contrary if not _inside_longer(word, own + contrary, text)):
                    continue
                near = [text for _, text in nearest_clauses(statement, clause, sources, said)]
                if any(word in found for found in near for word in own):
                    continue
                if any(word in found for found in near for word in contrary):
                    return said[0]
    return None


def nearest_clauses(
    statement: Traits, clause: int, sources: Sequence[Traits], without: Sequence[str]
) -> list[tuple[Traits, str]]:
    """Return the clauses of the sources that hold most of the words of a statement's clause, [] where none does.

    Each comes with the sentence that it stands in.
    """
    own = [token for token in statement.tokens if token.clause == clause and token.kind != "negation"]
    words = [token for token in own if token.key not in without]
    total = sum(token.weight for token in words)
    if not total:
        return []
    found: list[tuple[float, Traits, str]] = []
    for source in sources:
        for number in range(len(source.ends)):
            start, end = source.span(number, number)
            text = source.folded[start:end]
            found.append((sum(token.weight for token in words if token.key in text) / total, source, text))
    most = max(share for share, *_ in found)
    return [(source, text) for share, source, text in found if share >= max(LEAST_HELD, 0.8 * most)]


def are_opposites(one: str, other: str) -> bool:
    """Whether two short stretches of text that stand in one place mean the contrary of one another."""
    return any(
        any(word in one and word not in other for word in own)
        and any(word in other and word not in one for word in contrary)
        for pair in OPPOSITES
        for own, contrary in (pair, pair[::-1])
    )


def _inside_longer(word: str, others: Sequence[str], folded: str) -> bool:
    """Whether a word stands only inside of a longer one of the list: 超过 in 不超过."""
    left = folded
    for other in others:
        if word != other and word in other:
            left = left.replace(other, " ")
    return word not in left
