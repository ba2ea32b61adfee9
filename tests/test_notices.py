"""The line that says why an answer is quoted, for everything that can go wrong."""

from __future__ import annotations

from typing import get_args

from index.errors import ModelFailure
from qa.notices import REASONS, say_cut, say_stopped, say_why_quoted


def test_it_speaks_the_questions_language() -> None:
    assert say_why_quoted("silent", "年假几天？") == "语言模型迟迟没有开口。以下直接引用原文。"
    assert say_why_quoted("silent", "How long?") == (
        "The language model said nothing in time. Quoted from the documents instead."
    )
    assert "停止" in say_stopped("年假几天？") and "Stopped" in say_stopped("How long?")
    assert "上限" in say_cut("年假几天？") and "limit" in say_cut("How long?")


def test_every_kind_of_failure_has_its_line_in_both_languages() -> None:
    assert set(REASONS) == {*get_args(ModelFailure), "unsupported", "beside", "stopped", "unexpected"}
    lines = [line for pair in REASONS.values() for line in pair]
    assert len(set(lines)) == len(lines)
    assert all(zh != en and not en.endswith(".") and not zh.endswith("。") for zh, en in REASONS.values())
