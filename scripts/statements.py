"""Statements that are true of a text, and others of which one digit, date, name or polarity was changed.

The citation gate is measured on them (`python -m benchmarks.gate`). True ones are sentences as they stand, shortened,
put together, led in, with figures in another notation or with everyday words in place of others; false ones are such
statements with one change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from index.chunking import split_sentences
from index.datatypes import Document
from index.lexical import find_names, fold_in_place
from index.numerals import Number, canonical, find_numbers

Change = Literal["digit", "date", "name", "polarity"]
CHANGES: tuple[Change, ...] = ("digit", "date", "name", "polarity")
SHORTEST, LONGEST = 14, 120
LEAD_INS = (
    *("根据文档，", "资料显示，", "据文中介绍，", "此外，", "总的来说，", "文档提到，", "具体来说，", "需要指出的是，"),
)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, _, other in (pair.partition("=") for pair in text.split()))


# An everyday word and one that says the same in its place.
SYNONYMS = _pairs(
    "拥有=有 位于=坐落在 约=大约 超过=多于 达到=达 包括=包含 目前=现在 开展=进行 建设=建造 推动=推进 利用=运用 "
    "帮助=协助 重要=关键 成立=设立 同时=并且 以及=和 因此=所以 由于=因为 需要=须 每年=一年 主要=主体 增长=增加 "
    "提升=提高 下降=减少 全国=国内 共有=一共有 分别为=分别是"
)
OPPOSITES = _pairs(
    "增长=下降 增加=减少 提高=降低 提升=下降 上升=下降 扩大=缩小 高于=低于 超过=低于 以上=以下 允许=禁止 可以=不得 "
    "支持=反对 开放=关闭 最高=最低 最大=最小 最多=最少 加强=削弱 进口=出口 之前=之后 成功=失败 加快=放缓"
)
# A negation taken out, or put in: 不能 → 能, 是 → 不是. The first that stands in a statement is taken.
NEGATED = _pairs(
    "不能=能 没有=有 不是=是 不得=可以 不再=再 不= 未=已 无需=需要 拥有=没有 属于=不属于 包括=不包括 位于=不在 "
    "可以=不可以 需要=不需要 应当=不应当 能够=不能够 具有=不具有 已经=尚未 将=不会 已=尚未 是=不是 有=没有 为=不为"
)
INSIDE_WORDS = re.compile(
    "(?:但|还|只|就|都|若|凡|可|于|总|正|要)是|是否|[所只还独持享具含富]有|有[关效限机些序时利力]|[因作成认行以称]为|为[了何止期]|"
    "即将|将来|将近|不仅|不断|不同|不过|不少|不论|未来|再[次生]"
)
QUOTED = re.compile(r"[“「『《].*?[”」』》]")
HIDDEN = "\ue000"
HAN = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Made:
    """A statement with the document and the offsets of the text that it was made from. `change` is "" for true ones."""

    text: str
    document: str
    start: int
    end: int
    form: str
    change: Change | Literal[""] = ""


def make_statements(documents: Sequence[Document], count: int, seed: int = 0) -> tuple[list[Made], list[Made]]:
    """Return `count` true statements and as many false ones, fewer where the texts give no more.

    Of the false ones a quarter each has another digit, date, name or polarity, as far as the texts have such.
    """
    chance = random.Random(seed)
    pool = _names(documents)
    true = list(_true(documents, chance))
    chance.shuffle(true)
    by_change: dict[Change, list[Made]] = {change: [] for change in CHANGES}
    for made in true:
        for change in CHANGES:
            changed = _CHANGERS[change](made.text, chance, pool)
            if changed is not None and changed != made.text:
                by_change[change].append(Made(changed, made.document, made.start, made.end, made.form, change))
    false: list[Made] = []
    while len(false) < count and any(by_change.values()):
        for change in CHANGES:
            if by_change[change] and len(false) < count:
                false.append(by_change[change].pop())
    return true[:count], false


def _true(documents: Sequence[Document], chance: random.Random) -> Iterator[Made]:
    """Yield statements made from each sentence, each form that it takes, none twice."""
    seen: set[str] = set()
    for document in documents:
        spans = [
            span for section in document.sections for span in split_sentences(document.text, section.start, section.end)
        ]
        for at, (start, end) in enumerate(spans):
            text = document.text[start:end]
            if not SHORTEST <= len(text) <= LONGEST or "\n" in text or text[-1] not in "。；！.":
                continue
            forms = [("verbatim", text)]
            forms += [("notation", one) for one in [_other_notation(text, chance)] if one]
            forms += [("shortened", one) for one in [_shortened(text, chance)] if one]
            forms += [("led in", chance.choice(LEAD_INS) + text)]
            forms += [("synonym", one) for one in [_with_synonym(text, chance)] if one]
            for form, one in forms:
                if one not in seen:
                    seen.add(one)
                    yield Made(one, document.path, start, end, form)
            after = spans[at + 1] if at + 1 < len(spans) else None
            if (
                after
                and after[1] - after[0] >= SHORTEST
                and after[1] - start <= LONGEST
                and "\n" not in document.text[start : after[1]]
            ):
                joined = text[:-1] + "，" + document.text[after[0] : after[1]]
                yield Made(joined, document.path, start, after[1], "joined")


def _shortened(text: str, chance: random.Random) -> str | None:
    """Leave out the first or the last clause."""
    clauses = re.split(r"(?<=[，；])", text)
    if len(clauses) < 3:
        return None
    kept = clauses[1:] if chance.random() < 0.4 else clauses[:-1]
    short = "".join(kept).rstrip("，；。") + "。"
    return short if len(short) >= SHORTEST else None


def _with_synonym(text: str, chance: random.Random) -> str | None:
    # What is quoted is nobody's to reword.
    open_text = QUOTED.sub(lambda quote: HIDDEN * len(quote[0]), text)
    found = [(one, other) for one, other in SYNONYMS if one in open_text and other not in text]
    if not found:
        return None
    one, other = chance.choice(found)
    at = open_text.find(one)
    return text[:at] + other + text[at + len(one) :]


def _other_notation(text: str, chance: random.Random) -> str | None:
    """Write one figure in another way: 1200 as 1,200, 15% as 百分之十五, 2023年5月 as 二〇二三年五月."""
    numbers = find_numbers(fold_in_place(text))
    chance.shuffle(numbers)
    for number in numbers:
        written = text[number.start : number.end]
        if not re.fullmatch(r"[0-9,.]+%?|[0-9]{4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?", written):
            continue
        other = _rewritten(number, written)
        if other and other != written:
            return text[: number.start] + other + text[number.end :]
    return None


def _rewritten(number: Number, written: str) -> str | None:
    if number.kind == "date":
        parts = re.findall(r"[0-9]+", written)
        return "".join(
            text + mark
            for text, mark in zip(
                ["".join(HAN[int(digit)] for digit in parts[0]), *map(_small, parts[1:])], "年月日", strict=False
            )
        )
    if number.kind == "percent":
        value = Decimal(number.key[:-1])
        return f"百分之{_small(str(value))}" if value == int(value) and value < 100 else None
    value = Decimal(number.key)
    if value != int(value):
        return None
    if value >= 10_000 and value % 100 == 0:
        return canonical(value / 10_000) + "万"
    if value >= 1_000:
        return written.replace(",", "") if "," in written else f"{int(value):,}"
    return _small(number.key) if 10 < value < 100 else None


def _small(text: str) -> str:
    tens, ones = divmod(int(text), 10)
    return ("" if tens == 0 else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones or not tens else "")


def _names(documents: Sequence[Document]) -> dict[str, list[str]]:
    """Return the names in some texts by kind."""
    found: dict[str, dict[str, None]] = {}
    for document in documents:
        for start, end, kind in find_names(fold_in_place(document.text)):
            found.setdefault(kind, {})[document.text[start:end]] = None
    return {kind: list(names) for kind, names in found.items()}


def _other_digit(text: str, chance: random.Random, pool: dict[str, list[str]]) -> str | None:
    return _change_figure(text, chance, dates=False)


def _other_date(text: str, chance: random.Random, pool: dict[str, list[str]]) -> str | None:
    return _change_figure(text, chance, dates=True)


def _change_figure(text: str, chance: random.Random, dates: bool) -> str | None:
    """Change one digit of one figure so that it is another one of the same kind."""
    numbers = [one for one in find_numbers(fold_in_place(text)) if (one.kind == "date") == dates]
    chance.shuffle(numbers)
    for number in numbers:
        places = [at for at in range(number.start, number.end) if text[at] in "0123456789" or text[at] in HAN[1:]]
        chance.shuffle(places)
        for at in places:
            digits = "0123456789" if text[at].isascii() else HAN[1:]
            for digit in chance.sample(digits, len(digits)):
                changed = text[:at] + digit + text[at + 1 :]
                again = [one for one in find_numbers(fold_in_place(changed)) if one.start == number.start]
                # Another number of the same shape, and none with a nought in front.
                alike = bool(again) and (again[0].end, again[0].kind) == (number.end, number.kind)
                if alike and again[0].key != number.key and not (digit == "0" and at == number.start):
                    return changed
    return None


def _other_name(text: str, chance: random.Random, pool: dict[str, list[str]]) -> str | None:
    names = list(find_names(fold_in_place(text)))
    chance.shuffle(names)
    for start, end, kind in names:
        own = text[start:end]
        others = [
            one for one in pool.get(kind, ()) if own not in one and one not in own and len(one) > 1 and one not in text
        ]
        if others:
            return text[:start] + chance.choice(others) + text[end:]
    return None


def _other_polarity(text: str, chance: random.Random, pool: dict[str, list[str]]) -> str | None:
    """Put a word's opposite in its place, or a negation in or out."""
    found = [
        (one, other) for pair in OPPOSITES for one, other in (pair, pair[::-1]) if one in text and other not in text
    ]
    if found:
        one, other = chance.choice(found)
        return text.replace(one, other, 1)
    lead = next((len(one) for one in LEAD_INS if text.startswith(one)), 0)
    hidden = HIDDEN * lead + INSIDE_WORDS.sub(lambda inside: HIDDEN * len(inside[0]), fold_in_place(text[lead:]))
    for one, other in NEGATED:
        at = hidden.find(one)
        if at >= 0:
            return text[:at] + other + text[at + len(one) :]
    return None


_CHANGERS: dict[Change, Callable[[str, random.Random, dict[str, list[str]]], str | None]] = {
    "digit": _other_digit,
    "date": _other_date,
    "name": _other_name,
    "polarity": _other_polarity,
}
