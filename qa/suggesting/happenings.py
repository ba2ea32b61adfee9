"""Questions for what happened: when, why, and who did it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.lexical import find_names, tagged_words
from index.numerals import find_numbers
from qa.suggesting.clauses import Clause
from qa.suggesting.datatypes import Draft
from qa.suggesting.subjects import QUOTED, is_pointing
from qa.suggesting.topics import Topic
from qa.suggesting.wording import in_characters_of

LONGEST_EVENT, SHORTEST_EVENT = 18, 2
# What lasts, or is not so yet, did not happen on a day.
STATES = re.compile(
    r"^(?:是|有|为|起|将|会|可|能|需|应|要|须|想|位|达|占|属|拥有|具有|存在|处|约|仍|已经?是|曾是|主要|共|没|不|无|未|使|令|让|导致|造成|意味|表示|称|说|认为|"
    r"指出|介绍|显示|增|减|上升|下降|提高|降|超|同比|比|作为|包括|以|如|即|与|对(?!外)|把|由|从|因|在|当|距|继续|开始|进一步|不断|持续|积极|努力|"
    r"随|于是|进行$|呈|面临|保持|受|影响|成$|经过|通过|更|才|再|又|也|曾|跟随|应邀|响应|根据|按照|参照|旨在|致力|力求|适应|回报|使得|位居|看|听|觉得)"
)
# What stands for the one that the text is about: nobody knows which, outside of it.
STAND_INS = frozenset(
    ("公司", "学校", "医院", "集团", "校方", "院方", "全区", "全市", "全县", "全镇", "全省", "景区", "园区")
)
ORDINAL = re.compile("第[一二三四五六七八九十0-9]+")
# What says too little to be asked for.
VAGUE = re.compile(
    "一系列|一些|相关|有关|一定|(?:措施|行动|进展|变化|调整|工作|努力|成绩|成效|成果|业绩|决策|稳健|重大投资|机会|挑战|影响|作用)$"
)
# What may be a noun with what it is of, rather than an event: 占领两地的行动.
OF_NOUN, LONGEST_OF_NOUN = re.compile("的([^的]+)$"), 10
ENDS_BADLY = re.compile(
    r"(?:后|前|时|时候|之际|之时|中|上|下|以来|之间|期间|的|和|与|及|是|为|在|于|了|着|过|等|到|并|而)$"
)
BEFORE_EVENT = re.compile(r"^(?P<lead>(?:[于在自从]|最早于?|正式于?)*)DATE(?P<link>[,]?)(?P<event>[^，]+)$")
DATE_BEHIND = re.compile(
    r"^(?P<said>(?!是)[^，]{0,10}?(?:成立|建成|建|创办|创立|创建|设立|竣工|开业|出生|诞生|逝世|去世|上市|发布|施行|实施|始建|动工|通车|完工|落成|出版|上映|首播|颁布|通过|毕业)[^，]{0,3}?)[于在]DATE(?:[,]?[^，]{0,0})$"
)
REASON = re.compile(r"^(?:为了?|由于|因为|因)(?P<why>[^，]{4,30})$")
PERFECT = re.compile(r"^(?P<verb>[㐀-鿿]{1,4}?)了(?=[㐀-鿿“《「])")


def ask_dates(clause: Clause) -> Iterator[Draft]:
    """Yield questions for when something happened, on the one date that a clause or the time before it tells."""
    rest, written = clause.folded_rest, clause.rest
    numbers = [one for one in find_numbers(rest) if rest[one.start - 1 : one.start] != "第"]
    dates = [one for one in numbers if one.kind == "date"]
    if not numbers and (clause.said or clause.is_dated) and clause.time and is_point(clause.time):
        yield from _asked_when(clause, written, rest, clause.time.strip(" ，自从在於于早"), is_year(clause.time))
        return
    if len(dates) != 1 or len(numbers) != 1 or clause.time:
        return
    date = dates[0]
    answer, year_only = written[date.start : date.end], len(date.key) == 4
    if not date.key[0].isdigit():
        return  # without a year
    masked = rest[: date.start] + "DATE" + rest[date.end :]
    if found := BEFORE_EVENT.match(masked):
        event = len(rest) - len(found["event"])
        if clause.said == 0:
            return
        yield from _asked_when(clause, written[event:], rest[event:], answer, year_only)
    elif DATE_BEHIND.match(masked):
        yield Draft(f"{clause.subject}{written[: date.start]}{_when(clause, year_only)}？", "date", answer)


def is_point(time: str) -> bool:
    """Whether a time is one, and no stretch: 2015年以来."""
    return not re.search("[起来來后後前间間五末底初]|截|至|到|半年|季", time) and bool(re.search(r"\d{4}", time))


def is_year(time: str) -> bool:
    return "月" not in time


def _when(clause: Clause, year_only: bool) -> str:
    return in_characters_of("哪一年" if year_only else "什么时候", clause.text + clause.subject)


def _asked_when(clause: Clause, written: str, folded: str, answer: str, year_only: bool) -> Iterator[Draft]:
    event = event_in(written, folded)
    if event:
        yield Draft(f"{clause.subject}是{_when(clause, year_only)}{event}的？", "date", answer)


def event_in(written: str, folded: str) -> str:
    """Return what happened as it stands between 是…的: without 了; "" where it is none, or too long."""
    cut = re.split("[、]", folded)
    if (
        len(cut) > 2
        or not SHORTEST_EVENT <= len(folded) <= LONGEST_EVENT
        or STATES.match(folded)
        or ENDS_BADLY.search(folded)
    ):
        return ""
    words = tagged_words(folded)
    if VAGUE.search(folded) or any(word in STAND_INS for word, _ in words):
        return ""
    if (found := OF_NOUN.search(folded)) and len(folded) > LONGEST_OF_NOUN and len(found[1]) <= 2:
        return ""
    if words[0][1] not in ("v", "vn", "d", "l") or is_pointing(folded) or find_numbers(ORDINAL.sub("", folded)):
        return ""
    if words[0][1] == "d" and not any(tag == "v" for _, tag in words[1:3]):
        return ""
    if found := PERFECT.match(folded):
        written = written[: found.end("verb")] + written[found.end() :]
        folded = folded[: found.end("verb")] + folded[found.end() :]
    return "" if "了" in folded or folded[-1] == "的" or not _is_whole(words) else written


def _is_whole(words: Sequence[tuple[str, str]]) -> bool:
    """Whether a predicate has a verb that means something by itself, or an object."""
    return any(tag in ("v", "l") and len(word) > 1 for word, tag in words) or len(words) > 1


def ask_reasons(clauses: list[Clause], before: str) -> Iterator[Draft]:
    """Yield why something was done, where a sentence begins with the reason; `before` is its first piece."""
    found = REASON.match(before)
    if found is None or not clauses or is_pointing(found["why"]):
        return
    clause = clauses[0]
    event = event_in(clause.rest, clause.folded_rest) if clause.subject else ""
    if event and len(event) > 3:
        asks = in_characters_of("为什么", clause.text + clause.subject)
        yield Draft(f"{clause.subject}{asks}{event}？", "reason", found["why"][-6:])


def ask_who(clause: Clause, topic: Topic) -> Iterator[Draft]:
    """Yield who did something, where a person's name is the subject and what was done names something itself."""
    subject, rest = clause.folded[: clause.said], clause.folded_rest
    people = [(start, end) for start, end, kind in find_names(subject) if kind == "person"]
    if (
        not subject
        or (topic.name and subject in topic.folded)
        or len(people) != 1
        or people[0] != (0, len(subject))
        or not 2 <= len(subject) <= 8
    ):
        return
    if not QUOTED.search(rest) or not 6 <= len(rest) <= LONGEST_EVENT or STATES.match(rest) or "、" in rest:
        return
    if ENDS_BADLY.search(rest) or is_pointing(rest) or tagged_words(rest)[0][1] != "v":
        return
    yield Draft(f"{in_characters_of('谁', clause.text)}{clause.rest}？", "person", clause.text[: clause.said])
