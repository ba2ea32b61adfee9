"""Whether a statement tells as done what its source only plans, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.gate.polarity import nearest_clauses
from qa.gate.traits import Traits

DONE = re.compile(r"已(?!知)|业经|了(?=[，,；;。！!]|$)|\b(?:has|have) (?:been |already |now )*\w+|\balready\b")
PLANNED = re.compile(
    r"将(?!军|领|士|近|来|[^，。；]{0,12}(?:作为|纳入|视为))|即将|拟(?!人|音)|计划|规划|预计|预期|有望|力争|争取|打算|准备|希望|建议|设想|目标是|如果|倘若|"
    r"一旦|正在(?:推进|推动|筹备|有序)|\b(?:will|would|shall|plans?|planned|expected|proposed|intends?|if)\b"
)


def is_out_of_time(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return what a statement tells as done or as planned where the sentences that say the same tell the contrary."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        text = statement.folded[start:end]
        done, planned = DONE.search(text), PLANNED.search(text)
        if bool(done) == bool(planned):
            continue
        near = [source.folded for source, _ in nearest_clauses(statement, clause, sources, ())]
        if not near:
            continue
        are_done, are_planned = ([pattern.search(one) is not None for one in near] for pattern in (DONE, PLANNED))
        if done and all(are_planned) and not any(are_done):
            return done.group()
        if planned and all(are_done) and not any(are_planned):
            return planned.group()
    return None
