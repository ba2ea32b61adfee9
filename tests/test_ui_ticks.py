"""Ticks are patterns of the scope: what is ticked names just the documents that are ticked, whatever is undone."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.scope import Scope
from qa.ui.rows import tick_value
from qa.ui.scope import scope_choices
from qa.ui.ticks import Tick, parse_tick, picked_after, show_picked
from tests.test_ui_documents import Still, open_library

PATHS = [
    "a/b/c.md",
    "a/b/d.md",
    "a/e.md",
    "通知.eml",
    "通知.eml/附件.docx",
    "资料.zip/表.xlsx",
    "资料.zip/文.txt",
    "f.md",
]
PLACES = ["a/", "a/b/", "通知.eml", "资料.zip/", *PATHS]


def test_a_folder_takes_the_place_of_what_is_in_it() -> None:
    picked = picked_after(["a/b/c.md", "f.md"], Tick("a/b/", True), PATHS)
    assert picked == ("f.md", "a/b/")
    assert picked_after(picked, Tick("a/b/d.md", True), PATHS) == picked
    assert picked_after(picked, Tick("a/b/", False), PATHS) == ("f.md",)


def test_to_untick_what_is_in_a_folder_leaves_the_rest_of_it() -> None:
    assert picked_after(["a/"], Tick("a/b/c.md", False), PATHS) == ("a/b/d.md", "a/e.md")
    assert picked_after(["a/"], Tick("a/b/", False), PATHS) == ("a/e.md",)
    assert picked_after(["资料.zip/", "f.md"], Tick("资料.zip/文.txt", False), PATHS) == ("f.md", "资料.zip/表.xlsx")
    assert picked_after(["a/b/c.md", "a/b/d.md"], Tick("a/", False), PATHS) == ()


def test_all_ticks_are_cleared_at_once() -> None:
    assert picked_after(["a/", "f.md"], Tick("", False), PATHS) == ()


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.booleans()), max_size=8))
def test_the_scope_is_what_is_ticked(ticks: list[tuple[str, bool]]) -> None:
    ticked: set[str] = set()
    picked: tuple[str, ...] = ()
    offered = {pattern for _, pattern in scope_choices(PATHS, "zh")}
    for place, is_on in ticks:
        below = {path for path in PATHS if f"{path}/".startswith(f"{place.strip('/')}/")}
        if not is_on and not below <= ticked:
            continue
        mail = {"通知.eml", "通知.eml/附件.docx"}
        if not is_on and below & mail:
            below |= mail & {"通知.eml"}  # without its attachment a mail cannot be asked
        ticked = ticked | below if is_on else ticked - below
        picked = picked_after(picked, Tick(place, is_on), PATHS)
        assert set(picked) <= offered
        assert (set(Scope(picked).select(PATHS)) if picked else set()) == ticked


@pytest.mark.parametrize("pattern", ["a/b/", 'a b?c#d%2F"<>.txt', "\udcff坏.txt", "年报（2023）.md"])
def test_a_tick_is_read_as_it_was_written(pattern: str) -> None:
    assert parse_tick(f"on/{tick_value(pattern)}?17") == (Tick(pattern, True), "17")
    assert parse_tick(f"off/{tick_value(pattern)}?18") == (Tick(pattern, False), "18")


def test_clearing_and_what_is_no_tick() -> None:
    assert parse_tick("clear/?3") == (Tick("", False), "3")
    assert parse_tick("clear/a?3") == parse_tick("on/?3") == parse_tick("x/a?3") == (None, "3")
    assert parse_tick("") == parse_tick("on/a") == parse_tick("on/a?x") == (None, "")
    assert parse_tick("on/" + "x" * 20_000 + "?1") == (None, "")


def test_the_bar_says_how_many_are_picked_and_what_can_be_done(tmp_path: Path) -> None:
    files = {"人事/休假.txt": "年假十天。", "人事/考勤.txt": "迟到扣钱。", "食堂.txt": "早餐五元。"}
    with Still(open_library(tmp_path, files)) as syncing:
        bar = show_picked(syncing, ["人事/"], "7", "zh", "token")
        assert "已选 2 篇，提问只查这些" in html.unescape(bar)
        assert 'value="7" class="count"' in bar
        assert f'value="{tick_value("人事/")}" class="pattern"' in html.unescape(bar)
        # Of several it is asked once more; one can be had back at once.
        assert "移除选中的 2 个文件" in html.unescape(bar)
        assert "移除选中的" not in show_picked(syncing, ["食堂.txt"], "8", "zh", "token")
        for picked in ([], ["没有/"]):
            none = show_picked(syncing, picked, "9", "zh", "token")
            assert "已选" not in none and 'value="9" class="count"' in none
        hostile = show_picked(syncing, ["<b>.txt"], "1", "zh", "token")
        assert "<b>" not in hostile
