"""Questions for what something is, where it is, by whom it is done, what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.lexical import find_names, fold_in_place, tagged_words
from index.numerals import find_numbers
from qa.claim_words import LEGAL_FORM
from qa.suggesting.clauses import Clause
from qa.suggesting.datatypes import Draft
from qa.suggesting.figures import at
from qa.suggesting.subjects import GENERAL, is_named, is_pointing, leading_noun
from qa.suggesting.topics import Topic
from qa.suggesting.wording import in_characters_of

PLACE = re.compile(
    r"^(?P<verb>(?:总部|校址|馆址|主要|正)?(?:坐落|座落|设|建|位|处|葬|出生)[于在]|地处)(?P<place>[^，]{2,18})$"
)
PLACES = re.compile("[省市区县镇乡村路街州国岛湾江河海山部端侧岸角洲谷原]")
NO_PLACE = re.compile("[则是为与]|阶段|状态|时期|水平|地位|位置|过程|优势|劣势|前列")
BY = re.compile(
    r"^(?P<lead>(?:主要|统一|一般|具体)?)由(?!于)(?P<who>[^，、]{2,20}?)(?P<does>(?:统一|共同|联合|直接|具体)?(?:负责(?!人)|承担|组织|主办|承办|协办|编制|编写|制定|主持|设计|创办|创立|建造|兴建|修建|执导|主演|担任|"
    r"撰写|编著|翻译|出版|发行|开发|运营|管理(?![局部处科所员人者委])|颁发|签发|审批|批准|解释|投资|出资|赞助|发起|发明|提出|组成|提供)(?![局部处科所室])[^，]{0,10})$"
)
ROLES = (
    "创始人|创办人|发明[人者]|发现[人者]|设计师|设计者|建筑师|导演|编剧|作者|主编|主演|校长|院长|馆长|董事长|总经理|总裁|首席执行官|法定代表人|负责人|"
    "联系人|主任|主席|总统|首相|总理|市长|区长|县长|镇长|书记|会长|秘书长|教练|队长|局长|部长|省长|行长|社长|台长"
)
# What everything has several of.
VAGUE = re.compile("目的|目标|任务|特点|优势|作用|原因|功能|特色")
# 一家主营轴承的公司
KIND_OF = re.compile(
    "^一[家所座部本款].*(?P<noun>公司|企业|集团|学校|大学|学院|医院|机构|博物馆|公园|小说|电影|设备|产品|软件|工厂)$"
)
FORMER = re.compile("时任|前|原|现任|历任|新任|首任|曾任|已故|候任|[一二两三四五六七八九十]")
ROLE_IS = re.compile(rf"(?P<role>{ROLES})(?P<link>是|为)(?P<who>[㐀-鿿·]{{2,12}})$")
ROLE_AND_NAME = re.compile(rf"^(?P<whose>[㐀-鿿]{{2,14}}?)(?P<role>(?:副|总)?(?:{ROLES}))(?P<who>[㐀-鿿·]{{2,10}})$")
CALLED = re.compile(
    r"^(?P<verb>(?:也|又|曾)?被[^，]{0,6}?(?:誉为|称为|称作|公认为|评为|列为|视为|认定为)|又称为?|又名|俗称|简称|别称|原名|旧称|古称|史称|素有)(?P<what>[^，]{2,24})$"
)
# So short a text before 是指 is a term, whatever jieba takes it for.
SHORT = 5
PLACE_NAME = re.compile("[省市区县镇乡村州岛国]$")
DEFINED = re.compile(
    r"^(?P<name>[“「][^”」]{2,12}[”」]|[㐀-鿿A-Za-z]{2,12}?)，?(?:一般|通常|主要)?(?:是指|指的是|的意思是)，?(?=.{4})"
)
IS_A = re.compile(r"^(?:又称[^，]*)?(?:是|乃|为)(?P<what>(?:一[种个项款座条家所类位名部]|[^，]{0,12}的)[^，]{2,})$")
FIRST_OF_ALL = re.compile(
    r"^(?:是|成为)(?P<what>(?!全[省市区县镇校])[㐀-鿿“”]{2,8}?(?:第一|首|唯一的?一?|(?:最[大早高长老深]的?一?))(?P<measure>[个座家条所部位只项款])[^，]{2,16})$"
)
ATTRIBUTE = re.compile(
    r"(?P<name>(?:目的|目标|宗旨|主题|口号|职责|任务|特点|优势|特色|功能|作用|用途|原因|别称|别名|简称|全称|总部|首都|首府|省会|官方语言|主要产品|核心技术|"
    r"品牌|主要成分|适用范围|有效成分|申请条件|计算公式|学名|英文名|原名|本名|主要原料|主要产业|支柱产业|主营业务))(?:就)?(?P<link>是|为|定为|叫做?|名为)(?P<what>[^，]{2,})$"
)


def ask_meaning(sentence: str) -> Iterator[Draft]:
    """Yield what a term is, where a sentence begins with its definition."""
    folded = fold_in_place(sentence)
    found = DEFINED.match(folded)
    if found is None or is_pointing(found["name"]) or GENERAL.search(found["name"]):
        return
    if (
        found["name"][0] not in "“「"
        and len(found["name"]) > SHORT
        and leading_noun(found["name"]) != len(found["name"])
    ):
        return
    name = sentence[found.start("name") : found.end("name")]
    what = sentence[found.end() :]
    if name[0] in "“「":
        yield Draft(f"{name}{in_characters_of('是什么意思', sentence)}？", "definition", what[:8])
    else:
        yield Draft(f"{in_characters_of('什么是', sentence)}{name}？", "definition", what[:8])


def ask_relations(clause: Clause, topic: Topic) -> Iterator[Draft]:
    """Yield questions for what a clause says of its subject."""
    yield from _attributes(clause)
    if not clause.subject:
        return
    yield from _places(clause)
    yield from _people(clause)
    yield from _names(clause)
    if clause.said:
        yield from _meanings(clause, topic)


def _say(clause: Clause, words: str) -> str:
    return in_characters_of(words, clause.text + clause.subject)


def _places(clause: Clause) -> Iterator[Draft]:
    found = PLACE.match(clause.folded_rest)
    if (
        found is None
        or find_numbers(clause.folded_rest)
        or is_pointing(found["place"])
        or NO_PLACE.search(found["place"])
    ):
        return
    place = clause.rest[found.start("place") : found.end("place")]
    is_known = any(kind in ("place", "body") for _, _, kind in find_names(found["place"]))
    if is_known or PLACES.search(found["place"]):
        yield Draft(f"{clause.subject}{clause.rest[: found.end('verb')]}{_say(clause, '哪里')}？", "place", place)


def _people(clause: Clause) -> Iterator[Draft]:
    if (found := BY.match(clause.folded_rest)) and not is_pointing(found["who"]) and not find_numbers(found["does"]):
        who = clause.rest[found.start("who") : found.end("who")]
        if re.search("后(?!勤)|并|经(?!理)|报(?![社告刊])", found["who"]):
            return
        if "组成" in found["does"] or not _is_cut_between_words(found["who"], found["does"]):
            return
        does = clause.rest[found.start("does") :].rstrip("的")
        yield Draft(f"{clause.subject}由{_say(clause, '谁')}{does}？", "person", who)
    elif found := ROLE_IS.search(clause.folded):
        who = clause.text[found.start("who") : found.end("who")]
        whole = clause.text[: found.start("link")]
        owned = clause.subject + whole[clause.said :] if clause.said else f"{clause.subject}的{whole}"
        if _is_person(found["who"]) and len(owned) > len(found["role"]) + 1:
            yield Draft(f"{owned}是{_say(clause, '谁')}？", "person", who)
    elif clause.said and (found := ROLE_AND_NAME.match(clause.folded[: clause.said])):
        whose = clause.text[: found.end("role")]
        if FORMER.match(found["whose"]):
            return
        if _is_person(found["who"]) and any(kind != "person" for _, _, kind in find_names(found["whose"])):
            who = clause.text[found.start("who") : found.end("who")]
            yield Draft(f"{at(clause)}{whose}是{_say(clause, '谁')}？", "person", who)


def _is_cut_between_words(before: str, behind: str) -> bool:
    """Whether a word ends where a text is cut: 由县城市|管理局 is cut within one."""
    length = 0
    for word, _ in tagged_words(before + behind):
        length += len(word)
        if length >= len(before):
            return length == len(before)
    return False


def _is_person(folded: str) -> bool:
    names = find_names(folded)
    return len(names) == 1 and names[0][2] == "person" and names[0][:2] == (0, len(folded))


def _names(clause: Clause) -> Iterator[Draft]:
    if (found := CALLED.match(clause.folded_rest)) and not is_pointing(found["what"]):
        what = clause.rest[found.start("what") : found.end("what")]
        if found["verb"] == "素有":
            return
        yield Draft(
            f"{clause.subject}{clause.rest[: found.end('verb')]}{_say(clause, '什么')}？",
            "matter",
            what.strip("“”「」《》")[:10],
        )
    elif (found := FIRST_OF_ALL.match(clause.folded_rest)) and is_named(found["what"]):
        what = clause.rest[found.start("what") : found.end("what")]
        yield Draft(
            f"{what}是哪{clause.rest[found.start('measure') : found.end('measure')]}？", "matter", clause.subject
        )


def _attributes(clause: Clause) -> Iterator[Draft]:
    found = ATTRIBUTE.search(clause.folded)
    if found is None or is_pointing(clause.folded[: found.start("link")]):
        return
    before = clause.folded[: found.end("name")]
    if leading_noun(before) != len(before) or is_pointing(found["what"][:4]):
        return
    written = clause.text[: found.end("name")]
    if clause.subject and clause.said <= len(written):
        whole = clause.subject + written[clause.said :]
    elif clause.owner:
        whole = f"{clause.owner}的{written}"
    else:
        return
    if len(whole) <= len(found["name"]) + 1 or (
        whole != written and len(written) == len(found["name"]) and VAGUE.search(written)
    ):
        return
    where = re.search("总部|首都|首府|省会", found["name"])
    answer = clause.text[found.start("what") : found.end("what")]
    yield Draft(f"{whole}是{_say(clause, '哪里' if where else '什么')}？", "matter", answer[:12])


def _meanings(clause: Clause, topic: Topic) -> Iterator[Draft]:
    name = clause.subject
    if (
        (found := IS_A.match(clause.folded_rest))
        and topic.name
        and fold_in_place(name) == topic.folded
        and not PLACE_NAME.search(topic.folded)
    ):
        what = clause.rest[found.start("what") :]
        if kind := KIND_OF.match(found["what"]):
            asks = f"{name}是一{what[1]}{_say(clause, '什么样的')}{what[kind.start('noun') : kind.end('noun')]}？"
        elif LEGAL_FORM.search(topic.folded):
            asks = f"{name}是一家{_say(clause, '什么样的')}公司？"
        else:
            asks = f"{_say(clause, '什么是')}{name}？"
        yield Draft(asks, "definition", what[:8])
