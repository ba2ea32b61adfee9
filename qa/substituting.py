"""The question before, asked of something else: S5卖多少钱？ S7呢？ → S7卖多少钱？"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.lexical import fold, fold_in_place
from qa.carrying import are_alike
from qa.pointing import PRONOUN
from qa.reach import Corpus, is_english
from qa.topic import PERIOD, Word


def asked_of_another(
    question: str, own: Sequence[Word], last: str, context: Sequence[Word], corpus: Corpus, rejected: str = ""
) -> str | None:
    """Return `last`, what was searched for before, with all that a question names in place of something of its kind.

    `own` are the question's words, `context` those of `last`; `rejected` is what the question says was not meant.
    None where something that it names takes the place of nothing in `last`, or of more than one thing.
    """
    if not own or (PRONOUN.search(question) and any(word.kind != "time" for word in own)):
        return None
    changes: dict[str, str] = {}
    for new in dict.fromkeys(word.name or word.text for word in own):
        of_new = [word for word in own if (word.name or word.text) == new]
        old, new = _what_it_replaces(of_new, context, fold(rejected)), _as_written(question, new)
        if old is None and (renamed := _other_name(of_new, context, corpus)):
            old, new = renamed
        if old is None or changes.get(old, new) != new:
            return None
        changes[old] = new
    return _replaced(last, changes.items())


def _as_written(question: str, folded: str) -> str:
    at = fold_in_place(question).find(folded)
    return question[at : at + len(folded)] if at >= 0 else folded


def _other_name(new: Sequence[Word], context: Sequence[Word], corpus: Corpus) -> tuple[str, str] | None:
    """Return a name of before with the name that it becomes by a new word, where documents have that one too.

    食品呢？ after 海岳物流 means 海岳食品.
    """
    names = {old.name for old in context if old.name}
    if len(new) != 1 or len(names) != 1 or corpus.together is None:
        return None
    name = names.pop()
    other = name[: -len(new[0].text)] + new[0].text
    return (name, other) if len(name) > len(new[0].text) + 1 and corpus.is_known(other) else None


def _what_it_replaces(new: Sequence[Word], context: Sequence[Word], rejected: str) -> str | None:
    """Return the one thing of before that is of a kind with something new, None where there is not exactly one."""
    if new[0].kind == "time":
        of_kind = {old.text for old in context if old.kind == "time"}
        return of_kind.pop() if len(of_kind) == 1 and not PERIOD.fullmatch(new[0].text) else None
    wrong = [old for old in context if old.text in rejected]
    if wrong and (wrong[0].kind == "measure") == (new[0].kind == "measure"):
        return rejected
    if any(word.kind == "measure" for word in new):
        return None
    if new[0].kind == "name" and is_english(new[0].text):
        of_kind = {old.name for old in context if old.kind == "name" and is_english(old.text)}
        return of_kind.pop() if len(of_kind) == 1 else None
    of_kind = {old.name or old.text for old in context if any(are_alike(old, word) for word in new)}
    return of_kind.pop() if len(of_kind) == 1 else None


def _replaced(last: str, changes: Iterable[tuple[str, str]]) -> str | None:
    folded = fold_in_place(last)
    spans = []
    for old, new in changes:
        found = list(re.finditer(re.escape(old), folded))
        if len(found) != 1:
            return None
        spans.append((*found[0].span(), new))
    spans.sort()
    written, position = "", 0
    for start, end, new in spans:
        if start < position:
            return None
        written += last[position:start] + new
        position = end
    return written + last[position:]
