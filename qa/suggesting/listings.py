"""Questions for what is enumerated: which ones there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import fold_in_place, is_verb, tagged_words
from index.numerals import find_numbers
from qa.suggesting.clauses import Clause
from qa.suggesting.datatypes import Draft
from qa.suggesting.subjects import leading_noun
from qa.suggesting.wording import in_characters_of

MEASURE = "大|个|项|类|种|条|座|所|家|点|方面|部分|处|款|位|名|支|张|步|级|档|门"
PREPOSITIONS = frozenset("把将在从以由对向按通于为与和")
DIGITS = "零一二三四五六七八九十"
LISTED = re.compile(
    r"^(?P<noun>[^，]{0,16}?)(?P<verb>主要包括|主要有|主要为|包括|包含|涵盖|分别是|分别为|分为|主要是|有)(?P<list>[^，。]*、[^。，]*)$"
)
DOES = re.compile(
    r"^(?P<verb>主要(?:从事|经营|生产|负责|研究|种植|销售|提供|产)|专注于|盛产|主营|出产|经营)(?P<list>[^，。]*、[^，。]*?)$"
)
SHARED_NOUN = re.compile(
    r"(?:等(?P<sum>[㐀-鿿]{2,6})|(?P<same>业务|产品|服务|工作|作物|活动|行业|领域|商品|设备|项目))$"
)
COUNTED = re.compile(
    rf"^(?P<before>[^，]{{0,14}}?)(?P<count>[二两三四五六七八九十]|[2-9])(?P<measure>{MEASURE})(?P<noun>[㐀-鿿]{{0,10}})$"
)
LIST_FOLLOWS = re.compile(
    r"^(?:[,，:：—]|——)?(?:分别(?:是|为)|即|包括|依次(?:是|为)|具体(?:是|为|包括)|也就是|一是|:|：)"
)
SUMS_UP = re.compile(
    r"^(?P<list>[^，]*?[、和与][^，]*?)(?:这|等)?(?P<count>[二两三四五六七八九十]|[2-9])(?P<measure>大|个|项|类|种|条|座|所|家|部分)(?P<noun>[㐀-鿿]{0,8})$"
)


def ask_lists(clause: Clause, sentence: str) -> Iterator[Draft]:
    """Yield questions for what a clause enumerates, or announces."""
    if not clause.subject:
        return
    rest = clause.folded_rest
    if found := DOES.match(rest):
        yield from _done(clause, found)
    elif found := COUNTED.match(rest):
        yield from _announced(clause, found, sentence)
        yield from _summed_up(clause)
    elif (found := LISTED.match(rest)) and not find_numbers(found["list"]):
        yield from _listed(clause, found)


def _say(clause: Clause, words: str) -> str:
    return in_characters_of(words, clause.text + clause.subject)


def _done(clause: Clause, found: re.Match[str]) -> Iterator[Draft]:
    if find_numbers(found["list"]):
        return
    verb, start = clause.rest[: found.end("verb")], found.start("list")
    shared = SHARED_NOUN.search(found["list"])
    noun = ""
    if shared:
        span = shared.span("sum" if shared["sum"] else "same")
        noun = clause.rest[start + span[0] : start + span[1]]
    asks = _say(clause, "哪些") + noun if noun else _say(clause, "什么")
    yield Draft(f"{clause.subject}{verb}{asks}？", "list", first_item(clause.rest[start:]))


def _announced(clause: Clause, found: re.Match[str], sentence: str) -> Iterator[Draft]:
    """Yield a question for N things that are listed behind the clause: 有四座公园，分别是…."""
    folded = fold_in_place(sentence)
    at = folded.find(clause.folded)
    after = folded[at + len(clause.folded) :] if at >= 0 else ""
    follows = LIST_FOLLOWS.match(after)
    if not follows or not _ends_in_verb(found["before"]) or "、" in found["before"]:
        return
    said, behind = clause.rest[: found.start("count")], clause.rest[found.end("count") :]
    count = clause.rest[found.start("count") : found.end("count")]
    item = re.sub(r"^[\s\d.（()）、，一是]+", "", sentence[at + len(clause.folded) + follows.end() :])
    if first := first_item(item)[:8]:
        yield Draft(f"{clause.subject}{said}哪{count}{behind}？", "list", first)


def _ends_in_verb(folded: str) -> bool:
    words = [one for one in tagged_words(folded) if one[0] not in "了过着为成出到共"]
    return bool(words) and (words[-1][1] in ("v", "vn") or words[-1][0] == "有")


def _summed_up(clause: Clause) -> Iterator[Draft]:
    """Yield a question for an enumeration that ends with how many it is: 建设甲、乙、丙三大板块."""
    rest = clause.folded_rest
    verb = _leading_verb(rest)
    found = SUMS_UP.match(rest[verb:]) if verb else None
    if found is None:
        return
    items = re.split("、|和|与|及|以及", found["list"])
    value = DIGITS.find(found["count"].replace("两", "二")) if not found["count"].isdigit() else int(found["count"])
    noun = found["noun"]
    if (
        len(items) != value
        or found["list"][-1] in "、和与及"
        or find_numbers(found["list"])
        or items[0][0] in PREPOSITIONS
        or leading_noun(noun) != len(noun)
        or not (noun or found["measure"] in ("种", "类", "部分"))
    ):
        return
    start = verb + found.start("count")
    said, tail = clause.rest[:verb], clause.rest[start:]
    yield Draft(f"{clause.subject}{said}哪{tail}？", "list", first_item(clause.rest[verb:]))


def _leading_verb(folded: str) -> int:
    """Return where the verb that a predicate begins with ends, 0 where it begins with none."""
    position = end = 0
    for word, tag in tagged_words(folded):
        if tag in ("v", "d", "ad", "vd") or word in ("了", "重点"):
            position += len(word)
            end = position if tag == "v" or word == "了" else end
        else:
            break
    return end


def _listed(clause: Clause, found: re.Match[str]) -> Iterator[Draft]:
    noun, start = clause.rest[: found.end("noun")], found.start("list")
    whole = f"{clause.subject}{noun}"
    item = first_item(clause.rest[start:])
    if not item or item[0] in "了着过" or len(item) > 20:
        return
    if found["verb"] == "分为":
        measure = re.search("[类種种部級级層层档期]$", clause.rest)
        if measure:
            yield Draft(f"{whole}{_say(clause, '分为')}哪{_say(clause, '几')}{measure.group()}？", "list", item)
        return
    bare = fold_in_place(noun).lstrip("的")
    if (
        bare
        and leading_noun(bare) == len(bare)
        and not is_verb(bare[-2:])
        and (found["verb"] != "有" or PLURAL.search(bare))
    ):
        asks = "包括哪些" if found["verb"] in ("主要包括", "包括", "包含", "涵盖") else "有哪些"
        yield Draft(f"{whole}{_say(clause, asks)}？", "list", item)


# Nouns of what there are several of.
PLURAL = re.compile(
    r"(?:业务|产品|作品|景点|措施|项目|材料|条件|原料|特产|产业|内容|方式|途径|原因|因素|症状|功能|成员|部门|机构|品牌|领域|类型|种类|"
    r"形式|方法|渠道|职责|任务|工作|活动|设施|资源|作物|技术|设备|课程|专业|学科|学院|语言|城市|国家|公司|企业|范围|服务|对象|成分|"
    r"民族|宗教|路线|线路|景区|公园|河流|山脉|节日|小吃|菜系|名菜|食材|著作|代表作|奖项|荣誉|成果|优势|特点|特征|问题|风险|环节|步骤|要素|指标)$"
)


def first_item(listed: str) -> str:
    """Return the first thing of an enumeration."""
    return re.split("[、和與与及，。；;,]", listed)[0].strip("“”《》「」*：: ")
