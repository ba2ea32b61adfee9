"""A statement and the passages → whether they say it, and in which sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from index.lexical import fold_in_place
from index.vectors import Vectors
from qa.gate.across import agrees_across, find_contrary_across
from qa.gate.aspect import is_out_of_time
from qa.gate.clauses import find_invented, find_mixed, find_scattered, find_unsaid
from qa.gate.comparisons import find_wrong_comparison
from qa.gate.exclusive import find_excluded
from qa.gate.figures import find_wrong_figure
from qa.gate.polarity import contradicts
from qa.gate.replaced import find_replaced
from qa.gate.roles import find_other_role
from qa.gate.rows import find_of_another_row
from qa.gate.scope import claims_cause, claims_more, claims_superlative
from qa.gate.shelf import Shelf, Source
from qa.gate.traits import CLAUSE_END, QUOTED, Token, Traits, holds, traits_of
from qa.measures import normalise
from qa.terms import is_written_in_hanzi
from qa.translation import translate_terms

MOST_SENTENCES = 4  # that one statement may be put together from
LEAST_GAIN = 0.10  # of a statement's weight that a further sentence must add
LEAST_CLAUSE = 0.75  # of a clause that a sentence chosen for it alone must hold
# How much of a statement's words its sources must hold, or how much where the cosine is at least so high.
LEAST_COVERED, LEAST_COVERED_ALIKE, LEAST_ALIKE = 0.72, 0.45, 0.90
LEAST_COVERED_BESIDE_FIGURE = 0.6  # where a statement has figures, which were compared by themselves
# Cosine of a statement in another language than the passage, and of one that has figures, which were compared, or
# whose words the dictionary finds there.
LEAST_ALIKE_ACROSS, LEAST_ALIKE_TRANSLATED = 0.84, 0.78
LEAST_ALIKE_AGREEING = 0.74  # where a word that has a contrary is the same, and the figures of its clause
LEAST_TRANSLATED = 0.6  # of the words of an English statement
SHORTEST_VERBATIM = 6
LONGEST_ARTICLE = 12  # characters of 第一百二十三条
ARTICLE = re.compile(r"第[0-9一二三四五六七八九十百千零〇两]{1,7}[章节条]")
ARTICLE_BEGINS = re.compile(r"(?:^|(?<=[。；;\s]))第[0-9一二三四五六七八九十百千零〇两]{1,7}条(?=\s)")
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
        or (same_language and contradicts(traits, texts, texts[0]))
        or is_out_of_time(traits, texts, over)
        or find_excluded(traits, texts, over)
        or find_other_role(traits, texts)
        or claims_more(traits, texts)
        or claims_superlative(traits, [source.traits for source in sources])
        or claims_cause(traits, texts)
        or find_replaced(traits, texts, over)
        or _of_another_article(traits, chosen)
        or find_of_another_row(traits, [source.traits for source in sources])
        or find_wrong_comparison(traits, [source.traits for source in sources])
        or find_scattered(traits, [source.traits for source in sources], over)
        or (not same_language and find_contrary_across(text, traits, sources))
        or (
            same_language
            and (
                find_invented(traits, texts, [source.traits for source in sources], over)
                or find_unsaid(traits, [source.traits for source in sources], over)
                or find_mixed(traits, texts, over)
            )
        )
        or ""
    )
    if reason:
        return Verdict((), reason)
    covered = max(_covered(content, texts, over), _copied(traits.folded, texts))
    if same_language:
        least = LEAST_COVERED_BESIDE_FIGURE if traits.figures else LEAST_COVERED
        enough = covered >= least or (covered >= LEAST_COVERED_ALIKE and alike >= LEAST_ALIKE)
    else:
        translated = _translated(text, around)
        is_near = alike >= LEAST_ALIKE_TRANSLATED and (bool(traits.figures) or translated >= LEAST_TRANSLATED)
        is_near = is_near or (alike >= LEAST_ALIKE_AGREEING and agrees_across(traits, sources))
        enough = alike >= LEAST_ALIKE_ACROSS or is_near
    return Verdict(tuple(chosen)) if enough else Verdict((), f"too unlike ({covered:.2f}, {alike:.2f})")


def stands_word_for_word(text: str, shelf: Shelf, numbers: Sequence[int]) -> bool:
    """Whether one of the passages, those of some numbers or any, says a sentence word for word."""
    return bool(_verbatim(text, shelf.of(numbers or range(1, len(shelf.passages) + 1))))


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


def _choose(content: Sequence[Token], sources: Sequence[Source], own: Vectors) -> list[Source]:
    """Return the sentence that says most of a statement, then those that add to it."""
    total = sum(token.weight for token in content)
    held = np.array([[holds(token, source.traits) * token.weight for token in content] for source in sources]) / total
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
        else max(1.0 if token.key in over else 0.0, *(holds(token, text) for text in texts))
        for token in content
    )
    return sum(share * token.weight for share, token in zip(found, content, strict=True)) / total


def _translated(text: str, around: str) -> float:
    """Return the share of an English statement's words that stand in Chinese passages in some translation."""
    terms = translate_terms(text, lambda word: word in around)
    words = {term: found for term, found in terms.items() if not any(map(str.isdigit, term))}
    return sum(map(bool, words.values())) / len(words) if words else 0.0


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
        if not same_language and token.key.replace("'", "").isalpha():
            continue
        core = NAME_ENDS.sub("", token.key)
        if len(core) < 2 or core not in around:
            return token.key
    return None


def _of_another_article(statement: Traits, chosen: Sequence[Source]) -> str | None:
    """Return the number of an article (第十三条) that a statement names, where another one says what it says."""
    named = [token.key for token in statement.tokens if ARTICLE.fullmatch(token.key)]
    if len(named) != 1:
        return None
    words = [token for token in statement.tokens if token.kind != "negation" and token.key != named[0]]
    best = max(chosen, key=lambda source: sum(token.weight * holds(token, source.traits) for token in words))
    if named[0] in best.traits.folded:
        return None
    passage = best.passage
    before = fold_in_place(passage.text[: best.sentence.start - passage.start + LONGEST_ARTICLE])
    over = ARTICLE_BEGINS.findall(before) or ARTICLE_BEGINS.findall(best.heading)
    return named[0] if over and over[-1] != named[0] else None
