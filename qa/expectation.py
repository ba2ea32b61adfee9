"""What kind of thing a question asks for, and whether a sentence holds one."""

from __future__ import annotations

import re
from typing import Literal

from index.lexical import fold_in_place

Kind = Literal["number", "date", "person", "place", "list", "reason", "decision"]

NUMERAL = r"(?:[0-9０-９][0-9０-９,.，/]*|[〇零一二两三四五六七八九十百千万亿半]+)"
UNIT = (
    r"(?:[%％‰℃]|个?百分点|平方[公千]?米|立方[厘]?米|[公千厘毫微]米|[公千毫微]克|公[里顷斤吨]|千瓦时?|兆瓦|美元|人民币|欧元|港元|日元|英里|人次|小时|分钟|"
    r"[个家人名位项条件种类届座处间栋台辆艘架套张份部篇首层级倍成元块角岁周天日月年时分秒代群批轮场对只头匹棵株亩顷吨克斤两米里升度次]|"
    r"(?:km|cm|mm|kg|mw|kw|gb|tb)\b)"
)
MEASURE = rf"(?:[十百千万亿兆]+{UNIT}?|{UNIT})(?:/{UNIT})?"
HOLDS: dict[Kind, re.Pattern[str]] = {
    "number": re.compile(rf"[0-9０-９]|{NUMERAL}{MEASURE}|[〇零一二两三四五六七八九十]+分之"),
    "date": re.compile(
        r"[0-9]{1,4}\s*年|[0-9]{1,2}\s*[月日号]|[0-9]{4}[-/.][0-9]{1,2}|[〇零一二三四五六七八九十]{2,4}年|[一二三四五六七八九十]+月"
        r"|(?:去|今|明|前|当)年|世纪|年代|星期|周[一二三四五六日]|[上下]半年|[0-9]{1,2}[:时点]|时期|\b(?:1[0-9]|20)[0-9]{2}\b"
        r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    ),
    "list": re.compile(r"、|；|以及|和|，.*，|,.*,| and "),
    "reason": re.compile(r"因为|由于|因此|所以|从而|导致|原因|为了|使得|以便|基于|有助|because|since|due to|in order"),
}
ASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"什么时[候间]|何[时年月]|哪一?[年天月]|哪个?月|几年(?!来)|几[月号日点]|年份|日期|哪个?(?:年代|时期|朝代|世纪)"
            r"|\bwhen\b|\bwhat (?:year|date|day|time)\b|\bwhich year\b"
        ),
    ),
    (
        "list",
        re.compile(r"哪些|哪几|哪[两二三四五六七八九]|分别|有何|包括什么|列举|\bwhich\b.*\b(?:are|were)\b|\blist\b"),
    ),
    (
        "number",
        re.compile(
            r"多少|几[个家人名位项条件种类次座处倍成分岁层]|几$|多[大长高久远重宽深快]|几分之|比例|占比|百分之"
            r"|[率额量数价]是?(?:为|多少|$|[？?])"
            r"|\bhow (?:many|much|long|large|big|high|far|old|tall)\b|\bwhat (?:percentage|share|number|amount|rate)\b"
        ),
    ),
    ("person", re.compile(r"谁|哪一?位|何人|什么人|\bwhom?\b|\bwhose\b")),
    (
        "place",
        re.compile(
            r"哪里|哪儿|何[处地]|在哪|什么地方|位于|地点"
            r"|哪一?[个座处]?(?:省|市|区|县|镇|村|国|国家|地方|城市|地区|位置|洲|岛)"
            r"|\bwhere\b|\bwhich (?:city|country|place|town|district|province)\b"
        ),
    ),
    ("reason", re.compile(r"为什么|为何|为啥|原因|缘故|怎么会|\bwhy\b")),
    (
        "decision",
        re.compile(
            r"是否|是不是|有没有|能不能|可不可以|能否|可否|会不会|吗\s*[？?]?\s*$"
            r"|^(?:is|are|was|were|does|do|did|has|have|can)\b"
        ),
    ),
)


def expected_kind(question: str) -> Kind | None:
    """Return the kind of thing a question asks for, or None where its words do not tell."""
    folded = fold_in_place(question)
    return next((kind for kind, pattern in ASKS if pattern.search(folded)), None)


def listed_noun(folded: str) -> tuple[str, int] | None:
    """Return the noun that a folded question asks a list of, at most its last two characters, and how many of it.

    哪三个湾区 → 湾区, 3; 0 where the question does not say how many; None where there is no noun.
    """
    found = re.search(
        r"哪(?P<count>[一二两三四五六七八九十几些]+)[个家种类项条位座所大处]?(?P<noun>[㐀-鿿]{2,8})", folded
    )
    if found is None:
        return None
    return found.group("noun")[-2:], max(0, "零一二三四五六七八九十".find(found.group("count").replace("两", "二")))


def holds_kind(kind: Kind | None, folded: str, question: str) -> bool | None:
    """Whether a folded sentence holds what is asked for and the folded question does not say itself.

    None where that kind leaves no mark in the text (a person, a place) or nothing is expected.
    """
    pattern = HOLDS.get(kind) if kind else None
    if pattern is None:
        return None
    return any(found.group() not in question or kind in ("list", "reason") for found in pattern.finditer(folded))
