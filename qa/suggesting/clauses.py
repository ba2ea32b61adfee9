"""A Chinese sentence → its clauses, each with the subject that it has or takes from the clause before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.lexical import fold_in_place, tagged_words
from index.numerals import find_numbers
from qa.suggesting.subjects import GENERAL, POINTING, is_named, is_pointing, leading_noun, says_enough
from qa.suggesting.topics import COUNTING, NO_THING, STANDS_IN, THING, Topic

MARKUP = re.compile(r"\*\*|__|`")
# Not inside of quotation marks and brackets.
BETWEEN = re.compile(r"[，；。！？：\n]|,(?![0-9])|;|(?<![0-9]):")
ASIDE = re.compile(r"[（(][^（()）]*[)）]")
TIME = re.compile(
    r"^(?:(?:截至|截止|截止到|自|从|到|至|在|早在|于)?(?P<date>(?:公元前?)?[0-9〇零一二三四五六七八九]{4}年(?:[0-9一二三四五六七八九十]{1,2}月)?"
    r"(?:[0-9一二三四五六七八九十]{1,3}[日号]|[上中下]旬)?(?:[上下]半年|第[一二三四1-4]季度|年?[初中末底]|[春夏秋冬](?:[季天]|(?=[，,]|$)))?)(?:度)?(?:以来|起|前|后|时|间|期间)?|“?(?:十[一二三四五六七八九]?)五”?(?:规划)?(?:期间|以来|末)?)"
)
PLACE_OR_TIME = re.compile(r"[0-9一二三四五六七八九十]年|年来|[中上下内外里前后时]$")
# Behind a noun: 书中, 会上, 战争期间 are no subjects.
LOCAL = re.compile("[中上里内间下后前时]|之[中前后间内上下一]|以[后前来内]|期间|时期|时候|之一")
AHEAD = 12  # characters that are enough to tell how a text begins
# In which case a rule holds: 工作满十年的.
CONDITION = re.compile("^[㐀-鿿][㐀-鿿0-9]{4,18}(?:的|后|时|以上|以内|期间)$")
ROLE = re.compile("^每?[㐀-鿿]{2,9}?(?=由|最多|最少|至少|可以?|应当?|须|需|必须|不得|实行|享有|按)")
MEASURED = re.compile("(?:[率额量数价费里比]|收入|利润|面积|人口|长度|高度|总额|资产|产值|票房)$")
LONGEST_SUBJECT, SHORT, LEAST_NAME = 18, 2, 5
# What jieba takes for the beginning of a noun: 新建农田.
VERBS = frozenset(
    word
    for line in (
        "实现 完成 新建 新增 建成 改造 发放 培育 打造 实施 建设 达到 减免 享受 提供 设置 配备 使用 办理 增加 减少 提高",
        "降低 超过 发布",
    )
    for word in line.split()
)
# Who has to do with a thing and is no part of it.
OTHERS = re.compile("[局署部委处厅]$|公司$|政府$|居民$|学会$|协会$|单位$|人员$")
# What places have, without its being said whose it is.
REGIONAL = re.compile("面积|人口|产[值量]|总值|收入|气温|降水|雨量|财政|海拔|比例|[率数]$")
# 奖学金|每人每年: what the figure behind is for, and not of.
EACH = re.compile("(?<=..)(?:每[㐀-鿿]{1,2}?)+$")
# Where a noun has its figure behind it, the noun is a measure, and what follows is not about it.
FIGURE_NEXT = re.compile(
    r"^(?:约?[为是]|[已也]?达到?|约|不[超小大少低高多][于过]|不得?超过|[最至][多少高低])*[0-9０-９≤≥]"
)
SAYS = re.compile("^(?:[^，]{0,8})(?:指出|表示|介绍|认为|宣布|强调|透露|解释|提醒|建议|呼吁|[^，]{0,4}说|称)$")
# What says something of the subject and leaves it the subject of what follows.
DESCRIBES = re.compile(
    r"^(?:是|为|位[于於]|地处|坐落|处[于於]|隶属|属[于於]|占地|总?面积|全长|总?长|高|建[于於]|始建|成立|创[办立建]|设[立有]|拥有|有|现有|共有|又[称名]|原名|简称|别[称名])"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as written and folded, both without time and asides.

    `time` is the point of time before it, as it is written. `subject` names what it is about and stands by itself;
    what the clause says of it begins at `said`. "" where it is not known. `owner` is whom an attribute that the
    clause begins with (面积…) is one of. `is_dated` tells that the time stands in the clause itself.
    """

    text: str
    folded: str
    time: str
    subject: str
    said: int
    owner: str = ""
    is_dated: bool = False

    @property
    def rest(self) -> str:
        """What is said of the subject."""
        return self.text[self.said :]

    @property
    def folded_rest(self) -> str:
        return self.folded[self.said :]


@dataclass(slots=True)
class _Course:
    """How far a sentence has been read: what it is about, and whether what follows may still be about that.

    `is_described` while all that was said of the subject leaves it the owner of attributes.
    """

    topic: Topic
    time: str = ""
    subject: str = ""
    is_open: bool = False
    is_first: bool = True
    is_described: bool = False
    # While nothing else has been named, what has no owner is the topic's.
    is_owners: bool = True
    # Behind 其中 all is a part of what stands before it.
    is_part: bool = False

    def close(self) -> None:
        self.is_open, self.is_first, self.is_owners, self.time = False, False, False, ""

    def read(self, piece: str) -> Iterator[Clause]:
        """Yield the clause that a piece of the sentence makes, if it can be understood alone."""
        folded = fold_in_place(piece)
        self.is_part = self.is_part or folded.startswith("其中")
        if self.is_part:
            return
        found = TIME.match(folded)
        if found and found.end() == len(folded):
            self.time = piece
            return
        own_time = piece[: found.end()] if found else ""
        self.time = own_time or self.time
        piece, folded = piece[len(own_time) :], folded[len(own_time) :]
        if self.topic.is_matter and self.is_first and CONDITION.match(folded) and not is_pointing(folded):
            owner = "" if self.topic.owner in piece else self.topic.owner
            self.subject, self.is_open, self.is_first = f"{owner}{piece}，", True, False
            return
        end = len(EACH.sub("", folded[: leading_noun(folded)])) or (
            _role(folded) if self.topic.is_matter and self.is_first else 0
        )
        if end == len(folded) and self.is_open and own_time:
            end = 0  # 2019年对外开放
        if end:
            yield self._with_noun(piece, folded, end, bool(own_time))
        elif self.subject and self.is_open and _begins_with_verb(folded):
            yield Clause(piece, folded, self.time, self.subject, 0, self.subject, bool(own_time))
            self.is_described = self.is_described and bool(DESCRIBES.match(folded))
        else:
            self.close()

    def _with_noun(self, piece: str, folded: str, end: int, is_dated: bool) -> Clause:
        named = _standing(piece[:end], folded[:end], folded, self.topic, self.is_owners)
        if behind := tagged_words(folded[end : end + AHEAD]):
            named = "" if LOCAL.fullmatch(behind[0][0]) else named
        owner = self.subject if self.is_open and self.is_described else self.topic.name if self.is_owners else ""
        clause = Clause(piece, folded, self.time, named, end, owner, is_dated)
        is_measure = bool(MEASURED.search(folded[:end]) or FIGURE_NEXT.match(folded[end:]))
        self.subject = "" if is_measure or SAYS.match(folded[end:]) or "、" in named else named
        self.is_owners = self.is_owners and (is_measure or (bool(named) and named == self.topic.owner))
        self.is_open = bool(self.subject) and end < len(folded)
        self.is_described = bool(DESCRIBES.match(folded[end:]))
        self.is_first, self.time = False, self.time if named else ""
        return clause


def clauses_of(sentence: str, topic: Topic) -> Iterator[Clause]:
    """Yield the clauses of a sentence that can be understood alone, with the subjects that they are about."""
    course = _Course(topic)
    for piece in _pieces(MARKUP.sub("", sentence).strip()):
        bare = ASIDE.sub("", piece).strip()
        if not bare or len(fold_in_place(bare)) != len(bare):
            course.close()
        else:
            yield from course.read(bare)


def _role(folded: str) -> int:
    """Return where what rules are about ends in a folded clause that begins with it: 每位读者|最多可借."""
    found = ROLE.match(folded)
    return found.end() if found and not is_pointing(found.group().lstrip("每")) else 0


def _begins_with_verb(folded: str) -> bool:
    """Whether a clause goes on about the subject of the one before it."""
    words = tagged_words(folded[:AHEAD])
    return (
        bool(words)
        and (words[0][0] not in POINTING)
        and not (words[0][1] == "a" and len(words) > 1 and words[1][1][0] in "nb")
        and (
            words[0][1] in ("v", "a", "d", "l", "ad")
            or words[0][0] in ("由", "被", "主要", "每年", "每月", "每天")
            or bool(DESCRIBES.match(folded))
        )
    )


def _standing(subject: str, folded: str, whole: str, topic: Topic, is_owners: bool) -> str:
    """Return a subject that stands by itself, "" where it does not.

    What is no name is one of what the text is about, as long as the sentence is about nothing else (`is_owners`); in
    rules, of whose rules they are. Where a text has no owner, a long noun says enough.
    """
    found = STANDS_IN.match(folded)
    if found is not None:
        owner, rest = topic.stands_in(found.group()), subject[found.end() :]
        if not owner or (rest and _is_verbal(folded[found.end() :])):
            return ""
        return owner + rest if not rest or rest[0] in "的" or len(rest) > 1 else owner
    if is_pointing(folded) or PLACE_OR_TIME.search(folded) or len(subject) > LONGEST_SUBJECT:
        return ""
    if topic.name and topic.folded.endswith(folded):
        return topic.name
    if _is_verbal(folded):
        return ""
    if (
        (topic.name and topic.folded in folded)
        or (topic.body and topic.body[:-1] in subject)
        or is_named(folded, bool(topic.owner))
    ):
        return subject
    if len(folded) >= LEAST_NAME and THING.search(folded) and not NO_THING.search(folded) and not topic.name:
        return subject
    if len(folded) < 2 or (folded[0] != "每" and (GENERAL.search(folded) or folded[0] in COUNTING)):
        return ""
    if topic.owner:
        if topic.name and not topic.body and OTHERS.search(folded):
            return ""
        if topic.owner in whole:
            return subject if says_enough(folded) else ""
        is_its = is_owners and (bool(topic.name) or REGIONAL.search(folded) is not None)
        is_its = is_its or (topic.is_matter and not topic.name and len(folded) > SHORT)
        return owned(topic.owner, subject) if is_its else ""
    return subject if says_enough(folded) or (topic.is_matter and is_owners) else ""


def _is_verbal(folded: str) -> bool:
    """Whether a noun begins with what is rather a verb: 实现生产总值, 新建农田."""
    word, _ = tagged_words(folded)[0]
    return len(word) < len(folded) and word in VERBS


def owned(owner: str, subject: str) -> str:
    """Return a subject with whose it is before it: 县图书馆的读者, 县图书馆每位读者."""
    return f"{owner}{'' if fold_in_place(subject)[0] in '每对' else '的'}{subject}"


def _pieces(text: str) -> Iterator[str]:
    """Cut at marks that stand outside of brackets and quotation marks."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        if sign in "（(“《「『【":
            depth += 1
        elif sign in "）)”》」』】":
            depth = max(0, depth - 1)
        elif not depth and BETWEEN.match(text, at):
            yield text[start:at]
            start = at + 1
    yield text[start:]


def has_date(folded: str) -> bool:
    """Whether a folded text holds a date."""
    return any(number.kind == "date" for number in find_numbers(folded))
