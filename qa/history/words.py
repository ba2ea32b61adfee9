"""What an export says in its own words, in Chinese and English."""

from __future__ import annotations

from typing import Literal

from index.datatypes import Spot

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "untitled": ("对话", "Conversation"),
    "made_by": (
        "由问档（WenDang）从文档中引用作答，{day} 导出。",
        "Answered by WenDang with quotes from documents; exported on {day}.",
    ),
    "asked": ("问", "Question"),
    "answered": ("答", "Answer"),
    "searched": ("实际检索：{text}", "Searched for: {text}"),
    "scope": ("范围：{names}", "Scope: {names}"),
    "no_source": ("（未找到依据）", " (no source found)"),
    "references": ("参考出处", "References"),
    "slide": ("第 {number} 张幻灯片", "Slide {number}"),
    "page": ("第 {number} 页", "Page {number}"),
    "sheet": ("工作表“{name}”", "Sheet “{name}”"),
    "row": ("第 {number} 行", "Row {number}"),
    "comma": ("、", ", "),
}


def word(language: Language, key: str, **values: object) -> str:
    """Return words of an export, with their `{names}` filled in."""
    return WORDS[key][0 if language == "zh" else 1].format(**values)


def place_words(spot: Spot, language: Language, headings: tuple[str, ...] = ()) -> list[str]:
    """Return the page, slide or sheet and row in words; a sheet that a heading names already is not named again."""
    words: list[str] = []
    if spot.slide is not None:
        words.append(word(language, "slide", number=spot.slide))
    elif spot.page is not None:
        words.append(word(language, "page", number=spot.page))
    if spot.sheet is not None and spot.sheet not in headings:
        words.append(word(language, "sheet", name=spot.sheet))
    if spot.row is not None:
        words.append(word(language, "row", number=spot.row))
    return words
