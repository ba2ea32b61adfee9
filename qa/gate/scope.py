"""Whether a statement claims more than its source: of everything, as the only one, on another level."""

from __future__ import annotations

from collections.abc import Sequence

from qa.gate.polarity import nearest_clauses
from qa.gate.traits import Traits
from qa.gate.word_lists import read_groups

SCOPES, CLAIMS = ([line.split() for line in read_groups(name)] for name in ("scopes.txt", "claims.txt"))


def claims_more(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return the word by which a statement claims more than the sentences that say the same, None where it does not."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        text = statement.folded[start:end]
        claims = [(word, line) for line in CLAIMS for word in line if word in text]
        scopes = [(word, line) for line in SCOPES for word in line if word in text]
        if not claims and not scopes:
            continue
        near = [
            source.folded for source, _ in nearest_clauses(statement, clause, sources, tuple(dict((*claims, *scopes))))
        ]
        if not near:
            continue
        for word, same in claims:
            if not any(one in said for said in near for one in same):
                return word
        for word, line in scopes:
            others = [other for other in line if other != word]
            if not any(word in said for said in near) and all(any(one in said for one in others) for said in near):
                return word
    return None
