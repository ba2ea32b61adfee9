"""Suggestions → a few of them, different in kind and from different documents."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence

from qa.suggesting.datatypes import Suggestion

# What a further question of a kind, or of a document, that is there already loses.
SAME_KIND, SAME_DOCUMENT, SAME_OPENING, SAME_ENDING = 0.25, 0.3, 0.3, 0.3
OPENING, ENDING = 4, 7
# The play of chance between visits.
PLAY = 0.4


def pick(found: Iterable[Suggestion], count: int, chance: random.Random | None = None) -> list[Suggestion]:
    """Return some of the suggestions, the best of each kind and document first; with `chance`, not always the same."""
    left = [(one.score + (chance.uniform(0, PLAY) if chance else 0.0), one) for one in found]
    kinds, documents, openings, endings = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    places: set[tuple[str, int]] = set()
    picked: list[Suggestion] = []
    while left and len(picked) < count:
        at = max(
            range(len(left)),
            key=lambda number: (
                left[number][0]
                - SAME_KIND * kinds[left[number][1].kind]
                - SAME_DOCUMENT * documents[left[number][1].document]
                - SAME_OPENING * openings[left[number][1].question[:OPENING]]
                - SAME_ENDING * endings[left[number][1].question[-ENDING:]]
            ),
        )
        _, best = left.pop(at)
        if (best.document, best.start) in places:
            continue
        places.add((best.document, best.start))
        kinds[best.kind] += 1
        documents[best.document] += 1
        openings[best.question[:OPENING]] += 1
        endings[best.question[-ENDING:]] += 1
        picked.append(best)
    return picked


def pick_in_language(
    found: Sequence[Suggestion], count: int, is_chinese: bool, chance: random.Random
) -> list[Suggestion]:
    """Return some of the suggestions as `pick` does, those in one language before the others."""
    wanted = [one for one in found if one.is_chinese == is_chinese]
    others = [one for one in found if one.is_chinese != is_chinese]
    picked = pick(wanted, count, chance)
    return picked + pick(others, count - len(picked), chance)
