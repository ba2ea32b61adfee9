"""What decides a yes-or-no question: the words that allow, forbid, affirm or deny what it asks about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import fold_in_place, pair_tokens, words

# Longer ones first, so that 不可以 is not taken for 可以, nor 尚未 for 未.
STRONG = (
    r"不(?:得|准|许|允许|可以|可|能够|能|应当|应该|应|予|必|需要|需|须|用|再|会|是|属于|包括|包含|含)"
    r"|严禁|禁止|谢绝|拒绝|(?:尚|并|从|仍|还)未|还没有?|从来没有|没有|无[需须]|(?:不是)?必须|可以|能够|允许|准许|有权|应当|应该|需要|均[可须应]|已经"
)
# By themselves these are parts of many words, so only where they are words.
WORDS = frozenset(["未", "无", "已", "须", "应", "可", "需", "不", "没", "均可", "凡", "免"])
# What affirms only where the question asks with it: 是不是, 有没有, 会不会.
ASKED_WITH = frozenset(["是", "有", "会", "能", "属于", "包括", "包含"])
# A verdict that is a sentence or clause of its own: 不能。 or 答：可以，……
BY_ITSELF = re.compile(
    r"(?:^|[。！？!?\n：:])\s*(?P<verdict>不?(?:能|可以|行|会|需要|用|要|允许|属于)|(?:没)?有|不?是的?|无需|不必)(?=[。，,；;！!])"
)
# 不得超过三年 sets a bound: whether something is allowed at all, it does not decide.
BOUND = re.compile("超过?|[低高少多大小早晚迟]于")
# 收不收, 适不适用: what begins with the same character says yes, with 不 before it no.
EITHER_WAY = re.compile(r"(?P<first>(?![时动])[㐀-鿿])不(?P=first)")
# What decides where the question asks for such a thing: 周一闭馆 answers 周一开放吗.
DECIDES_WHERE_ASKED = (
    (re.compile("[费收钱票款免]"), re.compile("免(?:[费收除交缴征]|于)|不收[取费]?|(?:需|应)(?:另行)?[交缴]")),
    (re.compile("开|营业|[上闭]"), re.compile("[闭休]馆|停业|歇业|公?休息|停课|(?:暂停|停止)(?:开放|营业|办公)")),
    (re.compile("有效|废止|失效|执行|适用"), re.compile("废止|失效|停止执行|继续有效")),
)
IN_ENGLISH = re.compile(
    r"\b(?:(?:can|may|must|shall|should|will|do|does|did|is|are|was|were|has|have)(?:\s+not\b|n[o']t\b|not\b)|can|may|must|shall|"
    r"should|never|already|not|no longer|allowed|permitted|prohibited|forbidden|required)\b"
)
PLAIN = re.compile(STRONG)
CLAUSE = re.compile(r"(?:[^，,；;。！？!?：:\n]|(?<=[0-9])[：:](?=[0-9]))+")
MOST_DECIDING = 2
Span = tuple[int, int]


def decides(sentence: str, question: str) -> bool:
    """Whether the clause of a sentence that speaks of what is asked holds a word that decides it."""
    return bool(deciding_words(sentence, question))


def deciding_words(sentence: str, question: str) -> tuple[Span, ...]:
    """Return the spans of the deciding words, at most two, in the clause that says most of the question's words."""
    folded, asked = fold_in_place(sentence), fold_in_place(question)
    pairs = set(pair_tokens(asked)) or set(re.findall(r"[a-z]{3,}", asked))
    clauses = [(found.start(), found.group()) for found in CLAUSE.finditer(folded)]
    shared = [len(pairs & (set(pair_tokens(clause)) or set(re.findall(r"[a-z]{3,}", clause)))) for _, clause in clauses]
    if not any(shared):
        return ()
    if alone := BY_ITSELF.search(folded):
        return (alone.span("verdict"),)
    # The verdict may stand in a clause of its own behind what it is about: 未休完的年假，可以结转。
    best = max(range(len(clauses)), key=lambda at: shared[at])
    order = sorted((at for at in range(len(clauses)) if shared[at]), key=lambda at: (-shared[at], at))
    for at in dict.fromkeys([*order, *(at for at in (best + 1,) if at < len(clauses))]):
        start, clause = clauses[at]
        found = _in_clause(clause, asked)
        if found:
            return tuple((start + left, start + right) for left, right in found[:MOST_DECIDING])
    return ()


def _in_clause(clause: str, asked: str) -> list[Span]:
    patterns = [PLAIN, IN_ENGLISH, *(said for asks, said in DECIDES_WHERE_ASKED if asks.search(asked))]
    found: list[Span] = []
    for pattern in reversed(patterns):
        found += [one.span() for one in pattern.finditer(clause) if not _overlaps(one.span(), found)]
    first = EITHER_WAY.search(asked)
    cut = words(clause)
    position = 0
    for number, word in enumerate(cut):
        start, position = position, position + len(word)
        end = position
        following = "".join(cut[number + 1 : number + 2])
        if word == "不" and following and (following in asked or (first and following.startswith(first["first"]))):
            # 不 alone is half a verdict: 不开放.
            end += len(following)
        elif word not in WORDS and not _affirms(word, asked) and not (first and word.startswith(first["first"])):
            continue
        if not _overlaps((start, end), found):
            found.append((start, end))
    kept = [span for span in found if not _is_bound(clause, span, asked)]
    return sorted(kept) if found else _predicate(clause, asked)


def _overlaps(span: Span, found: Sequence[Span]) -> bool:
    return any(span[0] < right and left < span[1] for left, right in found)


def _is_bound(clause: str, span: Span, asked: str) -> bool:
    """Whether 不 or 不得 only denies that a bound is passed, and the question does not ask whether it may be."""
    bound = BOUND.match(clause, span[1])
    return bound is not None and clause.startswith("不", span[0]) and bound.group() not in asked


def _predicate(clause: str, asked: str) -> list[Span]:
    """Return the word before the question's 吗 where the clause ends in it: 周日上班吗 → 周日照常上班."""
    asking = words(asked.rstrip("?？ "))
    predicate = asking[-2] if asking[-1:] == ["吗"] and len(asking) > 1 else ""
    if len(predicate) < 2 or not clause.endswith(predicate):
        return []
    return [(len(clause) - len(predicate), len(clause))]


def _affirms(word: str, asked: str) -> bool:
    """Whether a word affirms a question that asks with it; 设有 and 配有 do as 有 does."""
    return (word in ASKED_WITH and word in asked) or (len(word) == 2 and word.endswith("有") and "有" in asked)
