"""Whether a statement claims more than its source: of everything, as the only one, on another level."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.gate.polarity import nearest_clauses
from qa.gate.traits import Traits, holds
from qa.gate.word_lists import read_groups

SCOPES, CLAIMS = ([line.split() for line in read_groups(name)] for name in ("scopes.txt", "claims.txt"))


# 最快 claims more than 快 does; 最高28分贝 is a bound, 最后 and 最近 are of time.
SUPERLATIVE = re.compile(
    r"最(?![后近终初新]|[高低多少长短大小早晚迟][^，,。；;]{0,6}?[0-9一二两三四五六七八九十])\w"
    r"|\bmost \w+"
)
CAUSE = re.compile(
    r"由于|因为|因此|所以|故而|导致|促使|归因于|得益于|受益于|受.{1,16}影响|为[了避赶]"
    r"|\b(?:because|due to|owing to|thanks to|therefore|as a result)\b"
)
ANY_CAUSE = re.compile(
    r"因|由于|致|使|影响|所以|故|为|令|让|得益|受益|以便|从而|有助|通过|促|带动|拉动|推动"
    r"|\b(?:because|due|owing|thanks|therefore|result\w*|cause\w*|since|so|led|leads?|to)\b"
)


BECAUSE_OF = re.compile(
    r"(?:由于|因为|归因于|得益于|受益于|because of|because|due to|owing to|thanks to)([^，,。；;]+)"
)
ANNOUNCES = re.compile("主要[^，。]{0,12}如下")  # 主要指标如下: claims nothing
LEAST_OF_CAUSE = 0.4  # of the words of a cause that the sources must have


def claims_superlative(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return a superlative that no source has: 最快, most famous."""
    for found in SUPERLATIVE.finditer(statement.folded):
        if not any(found.group() in source.folded for source in sources):
            return found.group()
    return None


def claims_cause(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return a word by which a statement makes a cause of something, where no source names any."""
    found = CAUSE.search(statement.folded)
    if found is None:
        return None
    if not any(ANY_CAUSE.search(source.folded) for source in sources):
        return found.group()
    named = BECAUSE_OF.search(statement.folded)
    said = (
        []
        if named is None
        else [one for one in statement.tokens if named.start(1) <= one.start and one.end <= named.end(1)]
    )
    said = [one for one in said if one.kind in ("word", "name", "code")]
    held = sum(one.weight * max(holds(one, source) for source in sources) for one in said)
    return found.group() if held < LEAST_OF_CAUSE * sum(one.weight for one in said) else None


def claims_more(statement: Traits, sources: Sequence[Traits]) -> str | None:
    """Return the word by which a statement claims more than the sentences that say the same, None where it does not."""
    for clause in range(len(statement.ends)):
        start, end = statement.span(clause, clause)
        text = statement.folded[start:end]
        claims = [(word, line) for line in CLAIMS for word in line if word in text and not ANNOUNCES.search(text)]
        scopes = [(word, line) for line in SCOPES for word in line if word in text]
        if not claims and not scopes:
            continue
        near = [
            source.folded for source, _ in nearest_clauses(statement, clause, sources, tuple(dict((*claims, *scopes))))
        ]
        for word, same in claims:
            near = near or [source.folded for source in sources]
            if not any(one in said for said in near for one in same):
                return word
        if not near:
            continue
        for word, line in scopes:
            others = [other for other in line if other != word]
            if not any(word in said for said in near) and all(any(one in said for one in others) for said in near):
                return word
    return None
