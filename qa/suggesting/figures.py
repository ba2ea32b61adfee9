"""Questions for figures: what stands in the place of the figure asks, or what it is the measure of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import is_verb, tagged_words
from index.numerals import Number, find_numbers
from qa.expectation import UNIT
from qa.suggesting.clauses import Clause, owned
from qa.suggesting.datatypes import Draft
from qa.suggesting.subjects import GENERAL, is_pointing, leading_noun
from qa.suggesting.wording import PAIRS, in_characters_of

ATTRIBUTE = re.compile(
    r"(?:面积|人口|户籍人口|常住人口|长度|高度|宽度|深度|海拔|距离|跨度|重量|体积|容量|速度|时速|温度|气温|浓度|产值|产量|总值|市值|票房|价格|单价|票价|"
    r"工资|收入|利润|营收|营业额|销售额|销量|支出|费用|成本|预算|投资|总投资|投资额|资产|负债|注册资本|资本|资金|贷款|补贴|补助|押金|定金|租金|"
    r"金额|总额|数额|余额|限额|额度|名额|人数|户数|次数|天数|时长|期限|有效期|保修期|保质期|工期|周期|学费|房价|[率费]|比例|占比|比重|数量|总数|"
    r"总量|岸线|里程|座位数|床位数?|藏书|年龄|岁数|分数|学分|电压|功率|电流|频率|转速|流量|压力|能耗|排放量|[㐀-鿿]量|GDP|gdp)$"
)
# What stands between an attribute and its figure.
LINKS = (
    r"(?:约?[为是]|[已也]?(?:达[到至]?|超过?|突破|近|约|有|共|共有|共计|合计|仅|只有|高达|多达|最[高大低多少长]?为?|不超过|不低于|不少于))*"
    r"[了:：\s]*"
)
EQUAL = re.compile("为|是|达")
CHANGES_BEFORE = re.compile("(?:增长|下降|上升|减少|提高|增加)$")
# What comes near to a figure goes with it; a bound stays: 不得超过几年.
LEADS = re.compile(r"(?<![不得可能应须])(?:大?约|将近|接近|近|超过|超|逾|突破|多达|高达|达|共计|合计|仅|只|总共|共)+$")
# What is not so is not asked for, beside bounds.
DENIES = re.compile(
    "不(?!超过|少于|多于|低于|高于|小于|大于|得超过|得少于|得低于|得小于|得高于|得大于|足)|无|未|没|禁止|严禁|非"
)
# Things of which there are so many: 研讨间16间 → 多少间研讨间.
CLASSIFIER = re.compile("^(?:[个家项类种条座所名位部间台本张辆艘架套份篇首户人株棵只册处栋支]|人次)$")
VAGUE = re.compile(r"^\s*(?:多|余|來|来)?")
BEHIND = re.compile(r"^(?:以上|以下|左右|上下|多|余|以内|之多)")
MEASURE = re.compile(rf"^(?:多|余)?(?:{UNIT}|公[尺分]|英[尺寸亩]|海里|毫?升|[本坪瓦伏安册颗粒片瓶箱袋盒桶遍回])")
MONEY = re.compile(r"^(?:多|余)?(?:元|美元|人民币|欧元|港元|日元)(?:人民币)?")
CHANGES = re.compile(r"(?:增长|下降|上升|减少|提高|降低|上涨|增加|增至|降至|达到?|至|为|到|减|增|降)了?$")
SHARE = re.compile(r"占[^，]{0,14}的?$")
LONGEST_BEHIND = 12
HAS = re.compile("[现共设建拥]?有")
PLAIN_YEAR = re.compile("[0-9]{4}年度?")
EXISTING = re.compile("^[现現]有")
EACH_BEFORE = re.compile("每[㐀-鿿]{1,3}$")
# 设有|研讨间, 最多可借|图书
COUNTED_NOUN = re.compile(
    "^(?P<verb>(?:[^，]{0,8}?(?:[设建共现拥配]有|新[增建设]|有|配[备置]|聘[用请]|招[收聘录]|建成|可[借办选修报住]))?)(?P<noun>[㐀-鿿]{2,10})$"
)
# 两者, 年产春茶
SHORT = 4
NO_NAME = "一二两三四五六七八九十几多各年月日"
COUNTS = re.compile("[个家项类种条座所轮次位名部大届期站级层点步天年岁张本月周台门款份]")
LASTS = re.compile("年|个月|月|天|日|小时|分钟|岁|周")
MOST_FEW = 10
DURATION = re.compile("[期龄]$|期限|周期|时[间长]|寿命|保修|质保|学制|年限|岁|年龄|天数|月数|小时数")


def ask_figures(clause: Clause) -> Iterator[Draft]:
    """Yield questions for the one figure that a clause gives, if there is one only."""
    if "分别" in clause.folded or "第" in clause.folded_rest[:1]:
        return
    numbers = [one for one in find_numbers(clause.folded) if one.start >= clause.said]
    figures = [one for one in numbers if not _is_part_of_word(one, clause.folded)]
    if len(figures) != 1 or len(numbers) != 1:
        return
    figure = figures[0]
    if figure.kind == "date":
        return
    answer = clause.text[figure.start : figure.end]
    attribute = _attribute(clause, figure)
    if attribute is not None:
        if attribute:
            yield Draft(attribute, "number", answer)
        return
    if clause.subject and figure.start >= clause.said and (question := _in_its_place(clause, figure)):
        yield Draft(question, "number", answer)


def _is_part_of_word(number: Number, folded: str) -> bool:
    before = folded[max(0, number.start - 1) : number.start]
    behind = folded[number.end : number.end + 1]
    if before in ("第", "-", "/", ".", "“") or (before.isascii() and before.isalnum()):
        return True
    if number.key in ("1", "0") and folded[number.start] in "一零":
        return True
    if len(folded[number.start : number.end]) == 1 and folded[number.start] not in "0123456789" and behind == "元":
        return True
    return number.kind == "number" and behind != "" and behind in "-/.:：号期届版时点、世纪"


def _attribute(clause: Clause, figure: Number) -> str | None:
    """Return a question for an attribute with its value (面积约320公顷), "" where its owner is not known.

    None where the clause gives no attribute.
    """
    before = clause.folded[: figure.start]
    link = re.search(LINKS + "$", before)
    if EACH_BEFORE.search(before):
        return None  # 重修费为每学分100元
    name_end = link.start() if link else len(before)
    name = before[:name_end]
    if not name or leading_noun(name) != len(name) or is_pointing(name):
        return None
    is_equal = link is not None and EQUAL.search(link.group()) is not None
    behind = clause.folded[figure.end :]
    if not ATTRIBUTE.search(name) and not (is_equal and clause.said == name_end and "的" in name):
        return _count_or_measure(clause, figure, name_end)
    rest = BEHIND.sub("", MONEY.sub("", behind, count=1) if MONEY.match(behind) else MEASURE.sub("", behind, count=1))
    if rest or CHANGES_BEFORE.search(name):
        return None
    written = clause.text[:name_end]
    if clause.subject and clause.said < name_end and clause.text[clause.said] != "的":
        return None  # 现有岸线23.3公里
    if LASTS.match(clause.folded, figure.end) and not DURATION.search(name):
        return None
    if clause.said < name_end and is_verb(tagged_words(name[clause.said :])[0][0]):
        return ""  # 全县|实现|生产总值
    if clause.subject:
        whole = clause.subject if clause.said >= name_end else clause.subject + written[clause.said :]
        return f"{at(clause)}{whole}是{_how_much(clause, figure)}？" if _has_owner(whole) else ""
    owner = clause.owner
    if not owner or "的" in owner or GENERAL.search(name) or name[0] in NO_NAME:
        return ""
    whole = written if owner in written else owned(owner, written)
    return f"{at(clause)}{whole}是{_how_much(clause, figure)}？"


def _count_or_measure(clause: Clause, figure: Number, name_end: int) -> str | None:
    """Return a question for a noun that has but a figure behind it: how many there are, or how much it is."""
    behind = clause.folded[figure.end :]
    measure = MEASURE.match(behind)
    if measure is None or BEHIND.sub("", behind[measure.end() :]) or clause.said < name_end:
        return None
    noun, unit = EXISTING.sub("", clause.text[:name_end]), clause.text[figure.end : figure.end + measure.end()].strip()
    if CLASSIFIER.match(unit):
        owner = clause.owner
        has = in_characters_of("有多少", clause.text)
        return f"{at(clause)}{owner}{has}{unit}{noun}？" if owner and owner not in noun and "每" not in noun else None
    if GENERAL.search(clause.folded[:name_end]) or noun[0] in NO_NAME or is_verb(tagged_words(noun)[0][0]):
        return None
    if LASTS.match(behind) and not DURATION.search(clause.folded[:name_end]):
        return None
    whole = clause.subject or (owned(clause.owner, noun) if clause.owner else "")
    return f"{at(clause)}{whole}是{_how_much(clause, figure)}？" if _has_owner(whole) else None


def _how_much(clause: Clause, figure: Number) -> str:
    """Return what asks for a value; one in years or days is asked for in these."""
    found = LASTS.match(clause.folded, figure.end)
    if found is None:
        return "多少"
    asks = "几" if _is_few(figure) else "多少"
    return in_characters_of(asks, clause.text) + clause.text[found.start() : found.end()]


def _has_owner(whole: str) -> bool:
    return len(whole) > 4


def at(clause: Clause) -> str:
    """Return the time of a clause as a question begins with it."""
    time = clause.time.lstrip("在於于")
    return f"{time}，" if time and not PLAIN_YEAR.fullmatch(time) else time


def _in_its_place(clause: Clause, figure: Number) -> str:
    """Return the clause with 多少 in the place of its figure, "" where that makes no good question."""
    before, behind = clause.folded[clause.said : figure.start], clause.folded[figure.end :]
    said = clause.text[clause.said : figure.start]
    if found := LEADS.search(before):
        said, before = said[: found.start()], before[: found.start()]
        if not before:
            said = before = "有"
    if not before or not (_has_verb(before) or ATTRIBUTE.search(before)) or "、" in before or _is_within_quotes(before):
        return ""
    if not clause.said and CHANGES.match(before) and not ATTRIBUTE.search(clause.subject):
        return ""  # what has grown stands in the clause before it
    if DENIES.search(before) or re.search(r"[前第]$", before) or before.endswith("占"):
        return ""  # of what it is the share is not said
    if SHARE.search(before) and not clause.said:
        return ""  # what the clause before gives is the share
    if SHARE.search(before) and ("/" in figure.key or figure.kind == "percent") and not BEHIND.sub("", behind):
        return f"{at(clause)}{clause.subject}{said.strip()}{'百分之多少' if figure.kind == 'percent' else '多少'}？"
    if figure.kind == "percent":
        return _share(clause, said, before, behind, figure)
    measure = MONEY.match(behind) or MEASURE.match(behind)
    if measure is None:
        return ""
    tail = behind[measure.end() :]
    tail_written = clause.text[figure.end + measure.end() :]
    if cut := BEHIND.match(tail):
        tail, tail_written = tail[cut.end() :], tail_written[cut.end() :]
    if (
        tail.startswith(("每", "/", "的"))
        or "使" in before
        or len(tail) > LONGEST_BEHIND
        or (tail and not _is_noun(tail))
    ):
        return ""
    if tail and not _may_stand_before_number(before):
        return ""
    if (
        (attribute := ATTRIBUTE.search(before))
        and not tail
        and before != attribute.group()
        and not before.startswith(("现有", "共有"))
        and not EACH_BEFORE.search(before)
        and leading_noun(before) == len(before)
    ):
        return f"{at(clause)}{clause.subject}{said.strip()}是多少？"
    unit = clause.text[figure.end : figure.end + measure.end()].lstrip("多余餘")
    if tail and (unit.isascii() or not unit):
        return ""
    if MONEY.match(behind) and tail:
        unit = ""
    few = _is_few(figure) and COUNTS.match(behind)
    asks = in_characters_of("几", clause.text + clause.subject) if few else "多少"
    if CLASSIFIER.match(unit.strip()):
        if re.search("和|与|及|每$", before):
            return ""
        if not tail and (found := COUNTED_NOUN.match(before)):
            verb = said[: found.start("noun")] or in_characters_of("有", clause.text)
            if (found["verb"] or not clause.said) and _is_counted(found["noun"], bool(found["verb"])):
                return f"{at(clause)}{clause.subject}{verb}{asks}{unit.strip()}{said[found.start('noun') :]}？"
    return f"{at(clause)}{clause.subject}{said.strip()}{asks}{unit.strip()}{tail_written.strip()}？"


def _is_counted(folded: str, is_had: bool) -> bool:
    """Whether what stands before a figure is what there are so many of; short words behind a verb are."""
    is_noun = tagged_words(folded)[-1][1][0] in "nb" or (is_had and len(folded) <= SHORT)
    return is_noun and "每" not in folded


def _is_noun(folded: str) -> bool:
    """Whether what stands behind a measure is what is counted; of short ones jieba often does not know the kind."""
    if leading_noun(folded) == len(folded):
        return True
    return re.fullmatch("[㐀-鿿]{2,4}", folded) is not None and not any(
        tag[0] in "vpdru" for _, tag in tagged_words(folded)
    )


def _may_stand_before_number(folded: str) -> bool:
    """Whether a number behind a text counts what stands behind it, and is no part of a name: 上海60分钟城市圈."""
    word, tag = tagged_words(folded)[-1]
    return tag in ("v", "vn", "ul", "ug", "uz", "d", "a", "p", "zg") or word in "了过有为"


def _is_few(figure: Number) -> bool:
    return figure.kind == "number" and figure.key.isdigit() and 1 < int(figure.key) <= MOST_FEW


def _is_within_quotes(before: str) -> bool:
    return any(before.count(left) > before.count(right) for left, right in PAIRS)


def _share(clause: Clause, said: str, before: str, behind: str, figure: Number) -> str:
    tail = BEHIND.sub("", behind)
    written = clause.text[len(clause.text) - len(tail) :] if tail else ""
    if tail and (not tail.startswith("的") or len(tail) > 8 or leading_noun(tail[1:]) != len(tail) - 1):
        return ""
    if written and not SHARE.search(before):
        return ""
    asks = "百分之多少" if SHARE.search(before) or written else "多少" if CHANGES.search(before) else ""
    return f"{at(clause)}{clause.subject}{said}{asks}{written}？" if asks else ""


def _has_verb(folded: str) -> bool:
    return bool(HAS.match(folded)) or any(tag.startswith("v") or tag == "a" for _, tag in tagged_words(folded))
