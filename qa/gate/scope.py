"""Whether a statement claims more than its source: of everything, as the only one, on another level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qa.gate.polarity import nearest_clauses
from qa.gate.traits import Traits


def _lines(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


SCOPES = _lines("scopes.txt")
# Words that claim, each with those that say the same.
CLAIMS = [word for line in _lines("claims.txt") for word in line]
SAME_CLAIMS = (
    ("首个", "首家", "第一个", "第一家", "首次"),
    ("所有", "全部", "一律", "无一例外", "任何"),
    ("唯一", "仅有", "只有"),
)


def claims_more(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return the word by which a statement claims more than the sentences that say the same, None where it does not."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        text = statement.folded[start:end]
        claims = [word for word in CLAIMS if word in text]
        scopes = [(word, line) for line in SCOPES for word in line if word in text]
        if not claims and not scopes:
            continue
        near = [source.folded for source, _ in nearest_clauses(statement, clause, sources, (*claims, *dict(scopes)))]
        if not near:
            continue
        for word in claims:
            same = next((group for group in SAME_CLAIMS if word in group), (word,))
            if not any(one in said for said in near for one in same):
                return word
        for word, line in scopes:
            others = [other for other in line if other != word]
            if not any(word in said for said in near) and all(any(one in said for one in others) for said in near):
                return word
    return None
