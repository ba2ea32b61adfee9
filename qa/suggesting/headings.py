"""Questions that documents ask themselves, and questions for what a heading announces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import fold_in_place, tagged_words
from qa.suggesting.datatypes import Draft
from qa.suggesting.subjects import is_pointing
from qa.suggesting.topics import Topic
from qa.suggesting.wording import in_characters_of

NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十百零\d]+[章节条部分篇]+|[（(]?[一二三四五六七八九十]+[）)、.．]|[（(]?\d{1,3}(?:\.\d{1,3})*[）)、.．](?!\d)|[IVX]+[.、]|[a-zA-Z][.)、]|[①-⑳]|[Q问][：:.])\s*"
)
# Of a heading, not of a sentence: 1.2 亿元. And no count: 3 项原则.
NUMBERED_HEADING = re.compile(
    r"^\d{1,2}(?:(?:\.\d{1,3})+[\s\u3000]*|[\s\u3000]+)(?=[㐀-鿿])(?![个大项种条名类点步年月日])"
)
ASKED = re.compile(
    r"^(?:[*_]*(?:问|Q|q|Question|[一二三四五六七八九十\d]+)[*_]*\s*[：:.、]\s*)?"
    r"(?P<question>[^？?：:]{4,60}[？?])[*_ ]*$"
)
ASKS = re.compile(
    "什么|多少|几[个天年种项次人]|如何|怎么|怎样|哪|谁|是否|能否|可否|为何|为什么|吗|何时|多久|多长|多大|能不能|有没有|可不可以|要不要"
)
ASKS_IN_ENGLISH = re.compile(r"^(?:what|when|where|who|which|why|how|can|do|does|is|are|should|will)\b", re.IGNORECASE)
MATTERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"(?:流程|步骤|程序|标准|条件|范围|方式|方法|途径|渠道|职责|目的|宗旨|原则|依据|定义|要求|规则|特点|特征|优势|功能|用途|作用|影响|原因|意义|背景|由来|起源|成因)$"
        ),
        "是什么",
    ),
    (
        re.compile(
            r"(?:开放|营业|办公|办理|服务|开馆|受理|上课|作息|报名|申请|截止|考试|施工|发车|供餐|缴费|收费|招生|举办|活动|评选|录取|注册|参观|借阅|用餐|门诊|探视)时间$"
        ),
        "是什么时候",
    ),
    (re.compile(r"(?:地点|地址|位置)$"), "在哪里"),
    (
        re.compile(
            r"(?:材料|事项|项目|症状|种类|类型|分类|措施|待遇|成果|产品|业务|景点|设施|内容|权利|义务|活动|线路|路线)$"
        ),
        "有哪些",
    ),
)
HAS_PLACE = re.compile("地点|地址|位置")
LONGEST_PART = 26
# What a question may hold though a statement that holds it points back.
ASKING_WORDS = frozenset(
    (
        "什么",
        "怎么",
        "怎样",
        "如何",
        "哪",
        "谁",
        "几",
        "多少",
        "为什么",
        "吗",
        "呢",
        "都",
        "还",
        "也",
        "才",
        "就",
        "再",
        "并",
    )
) | {"或", "或者", "如果", "由于", "你", "您", "我", "自己"}
NOTHING_BEFORE = re.compile("^(?:其他|其它|另外|还有|那|那么|然后)")
PLAIN = re.compile("^(?:其他|其它|总|附|主要内容|基本|相关|有关|以上|一般|具体|工作|活动内容|服务内容)")


def ask_headings(headings: tuple[str, ...], topic: Topic) -> Iterator[Draft]:
    """Yield questions for the section under headings: the heading's own, or for what it announces."""
    if not headings:
        return
    heading = without_number(headings[-1])
    yield from ask_as_written(headings[-1])
    folded = fold_in_place(heading)
    if len(folded) != len(heading) or not 2 <= len(folded) <= 12 or PLAIN.match(folded) or is_pointing(folded):
        return
    if not re.fullmatch(r"[㐀-鿿]+", folded):
        return
    asks = next((asks for pattern, asks in MATTERS if pattern.search(folded)), "")
    if folded == "位置":
        if topic.owner:
            yield Draft(f"{topic.owner}位{in_characters_of('于哪里', topic.owner)}？", "place", "")
        return
    whole = part_of(topic, heading, folded) if asks else ""
    if whole and len(whole) <= LONGEST_PART:
        yield Draft(f"{whole}{in_characters_of(asks, whole)}？", "matter", "")


def without_number(heading: str) -> str:
    """Return a heading without its number and marks."""
    return NUMBERED_HEADING.sub("", NUMBERED.sub("", heading.strip())).strip(" *#：:")


def part_of(topic: Topic, heading: str, folded: str) -> str:
    """Return a heading with what it is a part of before it, "" where that is not known.

    Words that both have stand once: 停车收费|收费标准 → 停车收费标准.
    """
    matter = topic.owner if HAS_PLACE.search(folded) else topic.name or topic.matter
    if not matter:
        return ""
    at = fold_in_place(matter)
    if at in folded:
        return heading
    if same := next((size for size in (4, 3, 2) if at[-size:] == folded[:size]), 0):
        return matter + heading[same:]
    return f"{matter}的{heading}"


def ask_as_written(text: str) -> Iterator[Draft]:
    """Yield the question that a line or heading of a document asks itself, if it is one that stands by itself."""
    found = ASKED.match(NUMBERED.sub("", text.strip()).strip(" *#"))
    if found is None:
        return
    question = found["question"].strip().strip("*")
    folded = fold_in_place(question)
    if re.search("[㐀-鿿]", question):
        if ASKS.search(folded) and not is_self_pointing(folded):
            yield Draft(question.replace("?", "？"), "asked", "")
    elif ASKS_IN_ENGLISH.match(question) and not re.search(
        r"\b(?:it|this|that|they|he|she|these|those|we|us|our)\b", question
    ):
        yield Draft(question, "asked", "")


def is_self_pointing(folded: str) -> bool:
    """Whether a question that a document asks points at what stands before it."""
    tagged = tagged_words(folded)
    words = [word for word, _ in tagged]
    if (tagged[0][1] in ("v", "vn", "p", "d") and tagged[0][0] not in ASKING_WORDS) or NOTHING_BEFORE.match(folded):
        return True
    return (
        is_pointing("，".join(word for word in words if word not in ASKING_WORDS)) or "我们" in folded or len(words) < 4
    )
