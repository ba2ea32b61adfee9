"""Questions that a list answers, and whether what announces a list names what a question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.lexical import fold_in_place
from qa.expectation import expected_kind, listed_noun
from qa.terms import question_terms

# What mostly comes in lists, so that 是什么 asks for all of them.
PLURAL = "条件|要求|步骤|流程|程序|材料|手续|措施|任务|职[责能]|原则|内容|事项|项目|方[面式法]|种类|类型|情形|目标|成员"
ASKS = re.compile(
    rf"有什么|几(?:种|类|步|个(?:方面|部分|步骤|阶段|环节|条件))|(?:{PLURAL})(?:分别)?[是有为包括]+什么"
    r"|\bwhat (?:are|were)\b|\b(?:what|which) (?:[a-z-]+ )?[a-z-]+s\b"
)
ASKING = re.compile(
    r"哪[些几两二三四五六七八九]?|几|什么|谁|多少|\b(?:what|which)(?: (?:are|were))?(?: (?:the|its|their|all))*\b"
)
# 组长分别是谁, 任务有哪些: what is asked of stands before.
BEFORE_ASKING = re.compile(r"(?P<noun>[㐀-鿿]{2})(?:[都各]自?|主要|分别|具体)*(?:[分设共]?[有是为成]|包[括含])?$")
ENGLISH_PLURAL = re.compile(r"(?:ies|es|s)$")


def asks_for_list(question: str) -> bool:
    """Whether a question is answered by a list, also where it names another kind of thing: 有几种, 是什么."""
    return expected_kind(question) == "list" or ASKS.search(fold_in_place(question)) is not None


def names_what_is_asked(question: str, told_by: str) -> bool:
    """Whether what announces a list, with its heading, names the things that a question asks for."""
    told = fold_in_place(told_by)
    return any(noun in told for noun in _asked_nouns(fold_in_place(question)))


def says_more(question: str, told_by: str, headings: Sequence[str], quoted: str) -> bool:
    """Whether what announces a list says more of a question's words than the quoted item alone."""
    context, told = fold_in_place(" ".join(headings)), fold_in_place(told_by)
    terms = [term for term in question_terms(question) if term not in context]
    held = sum(term in told for term in terms)
    return held > 0 and held >= sum(term in fold_in_place(quoted) for term in terms)


def terms_told(question: str, announcing: str) -> frozenset[str]:
    """Return the words of a question that what announces a list says."""
    told = fold_in_place(announcing)
    return frozenset(term for term in question_terms(question) if term in told)


def _asked_nouns(asked: str) -> Iterator[str]:
    """Yield the words beside the asking one, as a text that announces the list would say them."""
    noun = listed_noun(asked)
    if noun is not None:
        yield noun[0]
    for asking in ASKING.finditer(asked):
        before = BEFORE_ASKING.search(asked, 0, asking.start())
        if before:
            yield before["noun"]
        behind = question_terms(asked[asking.end() :])[:1]
        yield from (ENGLISH_PLURAL.sub("", word) for word in behind)
