"""Items of a list that was just answered, which a follow-up names by their place: 第二个呢？ the last one?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.lexical import fold_in_place

LONGEST_ITEM, MOST_ITEMS = 40, 30
_DIGITS = "一二三四五六七八九十"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# 第二条 may be an article of a statute, so 条 counts nothing here.
PLACE = re.compile(
    rf"(?:(?P<last>最[后末]|倒数第一)[一1]?|(?P<back>倒数)?第(?P<place>[{_DIGITS}]|[0-9]{{1,2}}))(?:个|项|种|款|点|家|位|类|步|座|所)"
    rf"(?=$|[呢是的叫有在指做怎什多吗卖要能会几谁哪比占为用由,，?？。]|具体|包括)"
    rf"|\bthe (?:(?P<final>last)|(?P<ordinal>{'|'.join(_ORDINALS)}))(?: one| item| point)?"
    r"(?=$|[ ?.,])(?! (?!is|was|are|were|does|do|did|has|have|can)[a-z])"
)
MARKER = re.compile(
    rf"(?:^|(?<=[\n；;。:：，,、\s]))\s*(?:[0-9]{{1,2}}[.、)）](?![0-9])|[（(](?:[{_DIGITS}]+|[0-9]{{1,2}})[)）]|[{_DIGITS}][是、]|第[{_DIGITS}][,，]|[-•·]\s)\s*"
)
ENDS_ITEM = re.compile(r"[\n；;。]")
ROW = re.compile(r"[^。；;：:\n!?！？]+")
BETWEEN = re.compile(r"、|[，,]?以及|,?\s+and\s+|,\s+")
SERIES = re.compile(r",\s+(?:and\s+)?")  # of an English list with a comma before its and
# 定置网三种, 科普区三个部分, 九丰等
BEHIND = re.compile(
    r"(?:[两三四五六七八九十0-9]+[个個种種项項条條类類款家座所大].{0,4}|等.{0,6})$|\s+(?:are|were|is|was)\b.*$"
)
LAST_TWO = re.compile(r"[和与及]")
LONGEST_PAIR = 40  # characters; in a longer text 和 may join anything
# What leads up to a list is no part of its first item: 主要品种有三个：, 分为, 包括.
LEADS = re.compile(
    r"^.*(?:来自|分别[是为]|包括|分为|分成|有|是|为|如|include[sd]?|are|were|has|have)\s*(?:[两三四五六七八九十0-9]+[个种项款家类]部?分?)?"
)


def name_item(question: str, answers: Sequence[str]) -> str:
    """Return a question with the item that it names by its place put in: 第二个呢 → 雾顶红茶呢.

    `answers` are the answers before, the newest first; the newest that holds a list long enough is meant. A question
    that names no item, or one of no list, is returned as it is.
    """
    folded = fold_in_place(question)
    found = PLACE.search(folded)
    if found is None:
        return question
    place = _place(found)
    for answer in answers:
        items = items_of(answer)
        if len(items) > 1 and -len(items) <= place < len(items):
            return question[: found.start()] + items[place] + question[found.end() :]
    return question


def _place(found: re.Match[str]) -> int:
    if found["last"] or found["final"]:
        return -1
    if found["ordinal"]:
        return _ORDINALS.index(found["ordinal"])
    number = int(found["place"]) if found["place"].isdecimal() else 1 + _DIGITS.index(found["place"])
    return -number if found["back"] else number - 1


def items_of(answer: str) -> tuple[str, ...]:
    """Return the items of the longest list in an answer without citation marks and asterisks, () where it has none."""
    marked = _marked_items(answer)
    rows = [marked, *(_row_items(row.group()) for row in ROW.finditer(answer))]
    return tuple(max(rows, key=len)[:MOST_ITEMS])


def _marked_items(answer: str) -> list[str]:
    """Return what stands behind the marks of a list: 1. …；2. …"""
    marks = list(MARKER.finditer(answer))
    items = []
    for mark in marks:
        end = ENDS_ITEM.search(answer, mark.end())
        items.append(_cut(answer[mark.end() : end.start() if end else len(answer)]))
    return [item for item in items if item] if len(items) > 1 else []


def _row_items(row: str) -> list[str]:
    """Return the things that a sentence names in a row: 甲、乙和丙; () where it names none so."""
    between = SERIES if re.search(r",.*,\s+and\s", row) else BETWEEN
    *front, last = [piece for piece in between.split(row) if piece.strip()] or [""]
    ends = LAST_TWO.split(re.split("[，,]", last)[0])
    if len(ends) != 2 or not all(map(str.strip, ends)):
        ends = [last]
    first, *others = [*front, *ends]
    if not others or (not front and len(row) > LONGEST_PAIR):
        return []
    first = re.split("[，,]", first)[-1]
    led = LEADS.match(first)
    return [item for item in (_cut(first[led.end() :] if led else first), *map(_cut, others)) if item]


def _cut(item: str) -> str:
    """Return the name of an item: what stands before its explanation."""
    name = re.split(r"[：:，,（(]|——", item.strip(" 。.；;、"))[0].strip()
    return BEHIND.sub("", name)[:LONGEST_ITEM]
