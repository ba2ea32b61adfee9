"""What kind of thing a question asks for, and whether a sentence holds one."""

from __future__ import annotations

import re
from typing import Literal

from index.lexical import find_names, fold_in_place
from index.numerals import find_numbers, number_keys

Kind = Literal["number", "date", "person", "place", "list", "reason", "decision"]

NUMERAL = r"(?:[0-9０-９][0-9０-９,.，/]*|[〇零一二两三四五六七八九十百千万亿半]+)"
UNIT = (
    r"(?:[%％‰℃]|个?百分点|平方(?:公里|[公千]?米)|立方[厘]?米|[公千厘毫微]米|[公千毫微]克|公[里顷斤吨]|千瓦时?|兆瓦|美元|人民币|欧元|港元|日元|英里|人次|小时|分钟|"
    r"[个家户人名位项条件种类届座处间栋台辆艘架套张份部篇首层级倍成元块角岁周天日月年时分秒代群批轮场对只头匹棵株亩顷吨克斤两米里升度次]|"
    # No \b behind them: there is no border between GB and 免费.
    r"(?:km|cm|mm|kg|mg|ml|mw|kw|kwh|kv|gb|tb|mb|mah|db|hz|khz|mhz|ghz|rpm|kpa|mpa)(?![a-z]))"
)
MEASURE = rf"(?:[十百千万亿兆]+{UNIT}?|{UNIT})(?:/{UNIT})?"
HOLDS: dict[Kind, re.Pattern[str]] = {
    "date": re.compile(
        r"[0-9]{1,4}\s*年|[0-9]{1,2}\s*[月日号]|[0-9]{4}[-/.][0-9]{1,2}|[〇零一二三四五六七八九十]{2,4}年|[一二三四五六七八九十]+月"
        r"|(?:去|今|明|前|当)年|世纪|年代|星期|周[一二三四五六日]|[上下]半年|[0-9]{1,2}[:时点]|时期|\b(?:1[0-9]|20)[0-9]{2}\b"
        r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
    ),
    "list": re.compile(r"、|；|以及|和|，.*，|,.*,| and "),
    "reason": re.compile(r"因为|由于|因此|所以|从而|导致|原因|为了|使得|以便|基于|有助|because|since|due to|in order"),
}
# Questions put as in a search box end in what they ask for: 全年营收, 举办地是？
END = r"(?:是?(?:为|什么|多少|哪里|哪儿|哪个|谁)?(?:呢|啊)?\s*[？?。]?\s*$)"
# What is told in figures.
MEASURED = "[率额量数价]|利润|收入|营收|资产|负债|成本|费用|支出|产值|市值|票房|价格|预算|工资|人口|面积|高度|长度|gdp"
ASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"什么时[候间]|何[时年月]|哪一?[年天月]|哪个?月|几年(?!来)|几[月号日点]|年份|日期|哪个?(?:年代|时期|朝代|世纪)"
            rf"|(?<![长多])(?:时间|日子){END}"
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
            r"多少|几[个家人名位项条件种类次座处倍成分岁层天周元块米斤吨亩]|几(?:小时|公里)|几$|多[大长高久远重宽深快]|几分之|比例|占比|百分之"
            rf"|(?:{MEASURED}){END}"
            r"|\bhow (?:many|much|long|large|big|high|far|old|tall)\b|\bwhat (?:percentage|share|number|amount|rate)\b"
        ),
    ),
    (
        "person",
        re.compile(
            r"谁|哪一?位|何人|什么人|\bwhom?\b|\bwhose\b"
            rf"|(?:导演|主演|作者|编剧|主编|创始人|发起人|发明[人者]|发现[人者]|负责人|联系人|得主|获得者|主席|总统|校长|院长|市长|区长){END}"
        ),
    ),
    (
        "place",
        re.compile(
            rf"哪里|哪儿|何[处地]|在哪|什么地方|位于|(?:地点|地址|位置|所在地|举办地|注册地|出生地|产地){END}"
            r"|哪一?[个座处]?(?:省|市|区|县|镇|村|国|国家|地方|城市|地区|位置|洲|岛)"
            r"|\bwhere\b|\bwhich (?:city|country|place|town|district|province)\b"
        ),
    ),
    ("reason", re.compile(r"为什么|为何|为啥|原因|缘故|怎么会|\bwhy\b")),
    (
        "decision",
        re.compile(
            # 收不收, 适不适用; 时不时 and 动不动 ask nothing.
            r"是否|能否|可否|有没有|(?P<asked>(?![时动])[㐀-鿿])不(?P=asked)|(?:吗|了没有?|没有)\s*[？?]?\s*$"
            r"|^(?:is|are|was|were|does|do|did|has|have|can)\b"
        ),
    ),
)


def expected_kind(question: str) -> Kind | None:
    """Return the kind of thing a question asks for, or None where its words do not tell."""
    folded = fold_in_place(question)
    return next((kind for kind, pattern in ASKS if pattern.search(folded)), None)


LENGTH = r"(?:公里|千米|[分厘毫]?米|海里|英里|英尺|英寸|里|km|cm|mm|m\b|kilomet|mile|met(?:er|re)|f(?:oo|ee)t)"
DURATION = r"(?:年|个?月|周|星期|天|日|小时|分钟?|秒|世纪|year|month|week|day|hour|minute)"
AREA = r"(?:平方|公顷|英亩|亩|km²|㎡|hectare|acre|square)"
MONEY = r"(?:[亿万千百]*元|块|[美欧日港]元|rmb|usd|yuan|dollar)"
SHARE = r"(?:%|成|分之|百分|percent|per cent)"
QUANTITIES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"多[高宽深厚远]|\bhow (?:high|tall|far|wide|deep)\b"), LENGTH),
    (re.compile(r"多长时间|多久"), DURATION),
    (re.compile(r"多长|\bhow long\b"), rf"(?:{LENGTH}|{DURATION})"),
    (re.compile(r"面积[^，。]{0,6}多[大少]"), AREA),
    (re.compile(r"多少钱|多少资金|\bhow much (?:money|was (?:paid|invested))"), MONEY),
    (re.compile(r"比例|占比|百分之(?:多少|几)|几成|\bwhat (?:percentage|share|proportion)\b"), SHARE),
)
ASKED_UNIT = re.compile(rf"(?:多少|几)(?P<unit>[万亿千百]?{UNIT})")


def expected_measure(folded: str) -> re.Pattern[str] | None:
    """Return what a figure looks like that a folded question asks for, None where it names no measure.

    多少亩 → a figure before 亩; 多长 → a figure before a length or a duration.
    """
    unit = next((unit for asks, unit in QUANTITIES if asks.search(folded)), None)
    if unit is None:
        found = ASKED_UNIT.search(folded)
        if found is None:
            return None
        unit = re.escape(found.group("unit").lstrip("万亿千百"))
    return re.compile(rf"{NUMERAL}(?:多|余)?\s*[十百千万亿]*[多余]?\s*{unit}|{unit}{NUMERAL}")


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


def values_of_kind(kind: Kind | None, folded: str, question: str) -> list[tuple[int, int]]:
    """Return the places in a folded text of what is asked for and the folded question does not say itself.

    A date is no number: 2021年7月 does not answer how many.
    """
    if kind == "number":
        asked = number_keys(question)
        return [(one.start, one.end) for one in find_numbers(folded) if one.kind != "date" and one.key not in asked]
    if kind in ("person", "place"):
        wanted = (kind, "body")
        names = ((start, end) for start, end, name in find_names(folded) if name in wanted)
        return [(start, end) for start, end in names if folded[start:end] not in question]
    pattern = HOLDS.get(kind) if kind else None
    if pattern is None:
        return []
    same = kind in ("list", "reason")
    return [found.span() for found in pattern.finditer(folded) if same or found.group() not in question]


def holds_kind(kind: Kind | None, folded: str, question: str) -> bool | None:
    """Whether a folded sentence holds what is asked for and the folded question does not say itself.

    None where nothing is expected that can be seen.
    """
    if kind in (None, "decision"):
        return None
    return bool(values_of_kind(kind, folded, question))
