"""Every text of the interface exists in both languages, with the same names to fill in."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest

from qa.ui.texts import TEXTS, language_of, say, translations

HERE = Path(__file__).resolve().parents[1] / "qa" / "ui"


def names(text: str) -> set[str]:
    """Return the names that a text wants to have filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_fill_in_the_same(key: str) -> None:
    chinese, english = TEXTS[key]
    assert names(chinese) == names(english)
    assert re.search(r"[\u4e00-\u9fff]", chinese) or not re.search(r"[a-z]", english)
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_every_text_is_used_and_every_used_one_is_there() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.py") if path.name != "texts.py")
    said = set(re.findall(r'(?:say\(\s*[a-z.]*language,|i18n\(|_note\([a-z.]*language,)\s*"([a-z_]+)"', code))
    assert len(said) > 50
    assert said <= set(TEXTS)
    # Some are put together: f"stage_{stage}".
    made = tuple(re.findall(r'f"([a-z]+_)\{', code))
    assert [key for key in TEXTS if f'"{key}"' not in code and not key.startswith(made)] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh"),
        ("zh", "zh"),
        ("ZH-hk", "zh"),
        ("en-US,zh;q=0.9", "en"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_language_is_the_first_that_the_browser_asks_for(header: str, language: str) -> None:
    request: Any = SimpleNamespace(headers={"accept-language": header})
    assert language_of(request) == language


def test_say_fills_in_names() -> None:
    assert say("zh", "page", page=3) == "第 3 页"
    assert say("en", "page", page=3) == "Page 3"


def test_all_chinese_names_share_one_dictionary() -> None:
    dictionaries = translations(suffixes=".txt").translations
    assert set(dictionaries) == {"en", "zh", "zh-CN", "zh-TW"}
    assert dictionaries["zh"] == dictionaries["zh-CN"] == dictionaries["zh-TW"]
    assert "PDF" in dictionaries["zh"]["upload_hint"]


def test_one_of_a_thing_is_told_in_the_singular() -> None:
    assert say("en", "sources_cited", count=1) == "1 citation"
    assert say("en", "sources_cited", count=11) == "11 citations"
    assert say("en", "documents_known", documents=1, passages=2) == "1 document · 2 passages"
    assert say("en", "welcome_count", documents="1", passages="1,001").startswith("It knows 1 document, 1,001 passages")
    assert say("en", "documents_known", documents=2, passages=1) == "2 documents · 1 passage"
    assert say("zh", "sources_cited", count=1) == "引用 1 处"
