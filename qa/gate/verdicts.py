"""A statement and the passages → whether they say it, and in which sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from index.lexical import fold_in_place
from index.vectors import Vectors
from qa.gate.aspect import is_out_of_time
from qa.gate.figures import find_wrong_figure
from qa.gate.polarity import contradicts
from qa.gate.replaced import find_replaced
from qa.gate.scope import claims_more
from qa.gate.shelf import Shelf, Source
from qa.gate.traits import CLAUSE_END, QUOTED, Token, Traits, traits_of
from qa.measures import normalise
from qa.terms import is_written_in_hanzi

MOST_SENTENCES = 4  # that one statement may be put together from
LEAST_GAIN = 0.10  # of a statement's weight that a further sentence must add
LEAST_CLAUSE = 0.75  # of a clause that a sentence chosen for it alone must hold
# How much of a statement's words its sources must hold, or how much where the cosine is at least so high.
LEAST_COVERED, LEAST_COVERED_ALIKE, LEAST_ALIKE = 0.72, 0.45, 0.90
LEAST_ALIKE_ACROSS = 0.86  # cosine of a statement in another language than the passage
SHORTEST_VERBATIM = 6
NAME_ENDS = re.compile(r"(?:股份|有限|责任)*(?:公司|集团|银行|大学|医院|中心|委员会)$|[省市县区镇乡村州]$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a statement: the sentences that say it, best first, or why there are none."""

    sources: tuple[Source, ...]
    reason: str = ""

    @property
    def supported(self) -> bool:
        return bool(self.sources)


def judge(text: str, shelf: Shelf, numbers: Sequence[int], vector: Vectors | None = None) -> Verdict:
    """Return whether the passages of some numbers, taken together, say what a sentence says."""
    sources = shelf.of(numbers)
    if not sources:
        return Verdict((), "nothing cited")
    verbatim = _verbatim(text, sources)
    if verbatim:
        return Verdict(tuple(verbatim))
    traits = traits_of(text)
    content = [token for token in traits.tokens if token.kind != "negation"]
    if not content:
        return Verdict((), "says nothing")
    own = shelf.encode([text])[0] if vector is None else vector
    chosen = _choose(content, sources, own)
    alike = max(float(own @ source.vector) for source in chosen)
    used = sorted({source.number for source in chosen})
    around, over = shelf.around(used), shelf.over(used)
    wrong, others = find_wrong_figure(traits, sources, shelf.of_documents(chosen))
    chosen += [source for source in dict.fromkeys(others) if source not in chosen]
    texts = [source.traits for source in chosen]
    same_language = is_written_in_hanzi(text) == is_written_in_hanzi(chosen[0].traits.folded)
    reason = (
        _unquoted(text, around)
        or wrong
        or _unnamed(traits, around, same_language)
        or contradicts(traits, texts, texts[0])
        or is_out_of_time(traits, texts)
        or claims_more(traits, texts)
        or find_replaced(traits, texts, over)
    )
    if reason:
        return Verdict((), reason)
    covered = max(_covered(content, texts, over), _copied(traits.folded, texts))
    if same_language:
        enough = covered >= LEAST_COVERED or (covered >= LEAST_COVERED_ALIKE and alike >= LEAST_ALIKE)
    else:
        enough = alike >= LEAST_ALIKE_ACROSS
    return Verdict(tuple(chosen)) if enough else Verdict((), f"too unlike ({covered:.2f}, {alike:.2f})")


def _verbatim(text: str, sources: Sequence[Source]) -> list[Source]:
    """Return the sentences of the passage that holds a text word for word, from clause to clause."""
    wanted = normalise(fold_in_place(text)).rstrip("。.！!？?；;，,")
    if len(wanted) < SHORTEST_VERBATIM:
        return []
    for number in dict.fromkeys(source.number for source in sources):
        own = [source for source in sources if source.number == number]
        whole, ends = "", []
        for source in own:
            whole += normalise(source.traits.folded)
            ends.append(len(whole))
        at = whole.find(wanted)
        while at >= 0:
            before, after = whole[:at][-1:], whole[at + len(wanted) :][:1]
            starts = not before or at in ends or CLAUSE_END.match(before)
            if starts and (not after or at + len(wanted) in ends or CLAUSE_END.match(after)):
                return [
                    source
                    for source, start, end in zip(own, [0, *ends], ends, strict=False)
                    if start < at + len(wanted) and at < end
                ]
            at = whole.find(wanted, at + 1)
    return []


def _holds(token: Token, source: Traits) -> float:
    """Return how much of a token a source holds, 0 to 1."""
    if token.kind == "number":
        return float(any(token.key in figure.number.keys for figure in source.figures))
    if token.key in source.folded:
        return 1.0
    pairs = [token.key[at : at + 2] for at in range(len(token.key) - 1)]
    if token.key.isascii() or not pairs:
        return 0.0
    return 0.8 * sum(pair in source.folded for pair in pairs) / len(pairs)


def _choose(content: Sequence[Token], sources: Sequence[Source], own: Vectors) -> list[Source]:
    """Return the sentence that says most of a statement, then those that add to it."""
    total = sum(token.weight for token in content)
    held = np.array([[_holds(token, source.traits) * token.weight for token in content] for source in sources]) / total
    alike = np.array([float(own @ source.vector) for source in sources])
    first = int(np.argmax(held.sum(axis=1) + alike))
    chosen, best = [first], held[first]
    while len(chosen) < MOST_SENTENCES:
        gains = np.maximum(held, best).sum(axis=1) - best.sum()
        gains[chosen] = 0
        further = int(np.argmax(gains))
        if gains[further] < LEAST_GAIN:
            break
        chosen.append(further)
        best = np.maximum(best, held[further])
    weights = np.array([token.weight for token in content]) / total
    for clause in sorted({token.clause for token in content}):
        own_part = np.array([token.clause == clause for token in content])
        whole = float(weights[own_part].sum())
        shares = held[:, own_part].sum(axis=1) / whole
        if best[own_part].sum() < LEAST_CLAUSE * whole and shares.max() >= LEAST_CLAUSE:
            chosen.append(int(np.argmax(shares)))
            best = np.maximum(best, held[chosen[-1]])
    return [sources[at] for at in dict.fromkeys(chosen)]


def _covered(content: Sequence[Token], texts: Sequence[Traits], over: str) -> float:
    total = sum(token.weight for token in content)
    # Figures have been compared already, where they may be put together of several places.
    found = (
        1.0
        if token.kind == "number"
        else max(1.0 if token.key in over else 0.0, *(_holds(token, text) for text in texts))
        for token in content
    )
    return sum(share * token.weight for share, token in zip(found, content, strict=True)) / total


def _copied(folded: str, texts: Sequence[Traits]) -> float:
    """Return the share of a statement's characters that stand in runs of three and more in one of the sources."""
    letters = sum(map(str.isalnum, folded))
    best = 0
    for text in texts:
        blocks = SequenceMatcher(None, folded, text.folded, autojunk=False).get_matching_blocks()
        run = sum(sum(map(str.isalnum, folded[one.a : one.a + one.size])) for one in blocks if one.size >= 3)
        best = max(best, run)
    return best / letters if letters else 0.0


def _unquoted(text: str, around: str) -> str | None:
    """Return a quotation that the passages do not hold word for word."""
    said = normalise(around)
    for found in QUOTED.finditer(fold_in_place(text)):
        if normalise(found["name"]) not in said:
            return found["name"]
    return None


def _unnamed(statement: Traits, around: str, same_language: bool) -> str | None:
    """Return a name or code that the passages do not hold."""
    for token in statement.tokens:
        if token.kind not in ("name", "code") or token.key in around:
            continue
        if not same_language and token.kind == "name":
            continue
        core = NAME_ENDS.sub("", token.key)
        if len(core) < 2 or core not in around:
            return token.key
    return None
