"""Follow-up questions are made whole from the turns before: entity, time and measure, where a question lacks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.lexical import find_names, fold
from index.numerals import find_numbers
from qa.datatypes import Turn
from qa.expectation import expected_kind
from qa.terms import question_terms, term_weight

# What only opens a question; behind it the question may be about anything.
OPENER = re.compile(
    r"^(?:好[的吧]?|嗯|明白了?|谢谢|那么?(?![个些里边儿时会一以之])|另外|"
    r"ok(?:ay)?\b|thanks?\b|thank you\b|and\b|so\b|then\b)[，,。.!！\s]*",
    re.IGNORECASE,
)
# Whoever says so asks about something else.
LEAVES = re.compile(
    r"^(?:换个(?:话题|问题)|再问(?:你)?(?:一个|一下|个)?(?:别的|其他的)?(?:问题)?|顺便问(?:一下|一句)?|对了|说点别的|另一个问题|"
    r"(?:a )?different (?:topic|question|subject)|by the way|another (?:question|topic)|on another note)"
    r"[，。,.:：；\s]*",
    re.IGNORECASE,
)
# 它, 该园区, 前者, 那里: words that stand for what was named before.
PRONOUN = re.compile(
    r"它|其(?!他|它|实|余|次|一|二|三)|该(?!怎|如何|不该|死)|此(?!外|次)|他们?|她们?|上述|前者|后者|(?<![为至])这(?!么样?$)|"
    r"那(?:个|些|里|边|儿)|\b(?:it|its|they|their|them|that|those|these|this|there|he|she|his|her|former|latter)\b",
    re.IGNORECASE,
)
# 从那以后, 下一步, 还有: words that go on with what was asked before.
GOES_ON = re.compile(
    r"前面|刚才|那(?:会儿|时|以后|之后|一)|当时|往后|再往前|同样|下一(?:步|个?阶段|年|次)|接下来|还(?:有|要)(?!几)"
)
ELLIPTICAL = re.compile(r"呢\s*[？?]?\s*$|^(?:what|how) about\b", re.IGNORECASE)
ASKS = re.compile(r"什么|哪|谁|几|多少|怎|如何|为何|何[时地处人]|吗|是否|多[大长高久远]|啥")
PLACE = re.compile(r"..[省市县区镇乡村州]$")
REPLIES = frozenset(("yes", "no", "not", "ok"))
QUOTED = re.compile(r"[“「《『][^”」》』]{2,}[”」》』]")
CLAUSE_END = re.compile(r"[，,；;]")
YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}")
NAMED = 5.0  # weight of a term that names something
LEAST_WHOLE = 9.0  # weight of the terms of a question that needs nothing from before
LEAST_CARRIED = 1.5  # weight of a term that is carried; what says less only stands in the way
LEAST_TOLD = 4.0  # likewise, of a term that only the answer before holds
SHORT_ANSWER = 16  # characters; all that it says is what the question asked for
MOST_TOLD, LONGEST_TOLD = 4, 60  # terms that are taken from an answer, and the characters of one that is so used
# A subject is looked for so many questions back, in so many of their characters, and is so many terms long at most.
QUESTIONS_BACK, CHARACTERS_READ, MOST_CARRIED = 8, 500, 12
MARK = re.compile(r"\[[0-9]{1,3}\]|\*\*")
ITEMS = re.compile(r"[、，,；;]|以及|和|与|\band\b|\bor\b")


def standalone_question(
    question: str, history: Sequence[Turn], is_known: Callable[[str], bool] = lambda term: True
) -> str:
    """Return what to search for: the question itself, or with words of the turns before in front.

    They are added where the question points back (它…, …呢？) or says too little by itself; those that no document
    holds, by `is_known`, would only stand in the way.
    """
    turns = [Turn(turn.role, _readable(turn.content)) for turn in history][-2 * QUESTIONS_BACK :]
    if not any(turn.role == "user" for turn in turns):
        return question
    left = LEAVES.match(question)
    if left and not PRONOUN.search(question, left.end()) and question[left.end() :].strip():
        return question[left.end() :].strip()
    own = question_terms(question)
    if _is_whole(question, own):
        return question
    carried = [term for term in _subject(question, turns) if term not in own and (term.isascii() or is_known(term))]
    return " ".join([*carried[:MOST_CARRIED], question])


def _is_whole(question: str, terms: Sequence[str]) -> bool:
    """Whether a question can be searched for as it stands."""
    asked = question
    while opener := OPENER.match(asked):
        asked = asked[opener.end() :]
    if ELLIPTICAL.search(asked) and not ASKS.search(asked):
        return False
    if QUOTED.search(asked) and ASKS.search(asked) and not PRONOUN.search(asked):
        return True
    folded = fold(asked)
    names = bool(find_names(folded))
    dates = {folded[one.start : one.end] for one in find_numbers(folded)}
    said = [term for term in terms if term not in dates]
    weight = sum(map(term_weight, said))
    pointer = PRONOUN.search(asked) or GOES_ON.search(asked)
    if pointer and (not CLAUSE_END.search(asked[: pointer.start()]) or weight < 2 * LEAST_WHOLE):
        return False  # in a later clause of a long question it stands for what the first one says
    return len(said) >= 2 and (weight >= LEAST_WHOLE or (names and len(said) >= 3))


def _subject(question: str, turns: Sequence[Turn]) -> list[str]:
    """Return the terms that a follow-up takes from the turns before it, the older ones first."""
    users = [at for at, turn in enumerate(turns) if turn.role == "user"]
    terms: list[str] = []
    for at in reversed(users):
        content = turns[at].content
        own = question_terms(content)
        terms = [term for term in own if term not in terms and _says(term)] + terms
        if _is_whole(content, own) or LEAVES.match(content):
            break
    told = _told(question, turns[users[-1] :])
    own = question_terms(question)
    if any(map(_is_date, own)):
        terms = [term for term in terms if not _is_date(term)]
    if ELLIPTICAL.search(question) and not ASKS.search(question):
        # Of something else the same is asked: 奉贤区呢？ 亭林月饼呢？ What that takes the place of is left out.
        kinds = set().union(*map(_kinds, own))
        terms = [term for term in terms if not kinds & _kinds(term)]
        if any(term_weight(term) >= NAMED for term in own if not _is_date(term) and not _kinds(term)):
            terms = [term for term in terms if term_weight(term) < NAMED or _is_date(term)]
    return list(dict.fromkeys([*terms, *told]))


def _kinds(term: str) -> set[str]:
    """Return of what kind the names in a term are."""
    return {kind for _, _, kind in find_names(term)} | ({"place"} if PLACE.search(term) else set())


def _is_date(term: str) -> bool:
    return YEAR.fullmatch(term) is not None or any(number.kind == "date" for number in find_numbers(term))


def _told(question: str, last: Sequence[Turn]) -> list[str]:
    """Return the terms of the last answer that a question which points back may mean."""
    answers = [MARK.sub("", turn.content) for turn in last if turn.role == "assistant"]
    if not answers or not PRONOUN.search(question):
        return []
    answer = answers[-1]
    longest = 2 * LONGEST_TOLD if answer.isascii() else LONGEST_TOLD
    if len(answer) > longest or expected_kind(last[0].content) in ("number", "date"):
        return []
    items = [item.strip(" 。.") for item in ITEMS.split(answer)]
    if re.search(r"前者|\bformer\b", question):
        answer = items[0]
    elif re.search(r"后者|\blatter\b", question):
        answer = items[-1]
    least = LEAST_CARRIED if len(answer) <= SHORT_ANSWER else LEAST_TOLD
    return [term for term in question_terms(answer) if _says(term, least)][:MOST_TOLD]


def _says(term: str, least: float = LEAST_CARRIED) -> bool:
    """Whether a term of a turn before is worth carrying: no everyday word, and none that only asks or replies."""
    weighs = term_weight(term) >= least or (least == LEAST_CARRIED and bool(find_names(term)))
    return weighs and not ASKS.search(term) and term not in REPLIES


def _readable(content: str) -> str:
    """Return the beginning of a turn, without half characters (lone surrogates), which no tokenizer takes."""
    return content[:CHARACTERS_READ].encode("utf-8", "replace").decode()
