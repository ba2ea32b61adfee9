"""The order of the list: folders sorted like what is in them; and the steps from one view to another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.ui.items import Item, State
from qa.ui.tree import FolderRow, Row, rows_of
from qa.ui.view import PAGE, View, step, take_step


def item(path: str, size: int, passages: int, date: str, state: State = "indexed") -> Item:
    return Item(path, path.rpartition("/")[2], path.rpartition(".")[2], state, size, passages, date, file=path)


ITEMS = [
    item("乙/深/丁.pdf", 5, 1, "2026-03"),
    item("乙/丙.md", 20, 9, "2026-01"),
    item("甲/戊.txt", 10, 4, "2026-04"),
    item("己.md", 30, 2, "2026-02"),
    item("庚.txt", 1, 0, "", "failed"),
]


def paths(rows: Sequence[Row]) -> list[str]:
    return [f"{row.path}/" if isinstance(row, FolderRow) else row.item.path for row in rows]


def order(view: View, is_large: bool = False) -> list[str]:
    return paths(rows_of(ITEMS, view, is_large))


def test_by_name_folders_come_first_and_what_failed_before_the_rest() -> None:
    assert order(View()) == [
        *("乙/", "乙/深/", "乙/深/丁.pdf", "乙/丙.md", "甲/", "甲/戊.txt"),
        *("庚.txt", "己.md"),
    ]
    assert order(View(is_descending=True))[:2] == ["甲/", "甲/戊.txt"]


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("size", "乙/", "庚.txt"),
        ("passages", "乙/", "庚.txt"),
        ("date", "甲/", "庚.txt"),
    ],
)
def test_folders_are_sorted_by_what_is_in_them(column: str, first: str, last: str) -> None:
    view = take_step(View(), step("sort", column))
    assert view.is_descending
    assert (order(view)[0], order(view)[-1]) == (first, last)
    again = take_step(view, step("sort", column))
    assert not again.is_descending
    assert order(again)[0] != first


def test_without_folders_all_are_compared() -> None:
    assert order(View(is_flat=True, sort="size")) == ["庚.txt", "乙/深/丁.pdf", "甲/戊.txt", "乙/丙.md", "己.md"]
    assert order(View(is_flat=True, sort="kind"))[:2] == ["乙/丙.md", "己.md"]


def test_folders_are_opened_and_closed() -> None:
    assert order(take_step(View(), step("close", "乙"))) == ["乙/", "甲/", "甲/戊.txt", "庚.txt", "己.md"]
    large = View()
    assert order(large, is_large=True) == ["乙/", "甲/", "庚.txt", "己.md"]
    large = take_step(large, step("open", "乙"))
    assert order(large, is_large=True) == ["乙/", "乙/深/", "乙/丙.md", "甲/", "庚.txt", "己.md"]
    assert order(take_step(large, step("close", "乙")), is_large=True) == ["乙/", "甲/", "庚.txt", "己.md"]


def test_a_folder_counts_what_is_below_it() -> None:
    outer = next(row for row in rows_of([*ITEMS, item("乙/坏.pdf", 7, 0, "", "failed")], View(), False))
    assert outer == FolderRow("乙", 0, True, documents=3, failed=1, passages=10, size=32, date="2026-03")


def test_what_an_archive_holds_adds_nothing_to_its_size() -> None:
    parts = [Item(f"包/资料.zip/{name}", name, "text", "indexed", 500, 1, file="包/资料.zip") for name in "甲乙"]
    broken = Item("包/资料.zip/丙", "丙", "text", "failed", None, file="包/资料.zip")
    outer, archive, *_ = rows_of([broken, *parts, item("包/丁.md", 20, 1, "2026-01")], View(), False)
    assert isinstance(outer, FolderRow) and isinstance(archive, FolderRow)
    assert (outer.size, outer.documents) == (520, 4)
    assert (archive.size, archive.documents, archive.is_file) == (500, 3, True)


def test_of_a_large_library_a_folder_that_holds_all_of_it_is_open() -> None:
    inside = [item(f"全部/{one.path}", 1, 1, "2026") for one in ITEMS]
    assert paths(rows_of(inside, View(), True)) == ["全部/", "全部/乙/", "全部/甲/", "全部/己.md", "全部/庚.txt"]
    closed = take_step(View(), step("close", "全部"))
    assert paths(rows_of(inside, closed, True)) == ["全部/"]


def test_a_filter_is_left_by_pressing_it_again_and_begins_at_the_first_page() -> None:
    view = take_step(take_step(View(), step("more")), step("more"))
    assert view.rows == 3 * PAGE
    view = take_step(view, step("kind", "pdf"))
    assert (view.kind, view.rows) == ("pdf", PAGE)
    assert take_step(view, step("kind", "pdf")).kind == ""
    assert take_step(view, step("state", "failed")).state == "failed"


@pytest.mark.parametrize(
    "text", ["", "sort/", "sort/owner", "kind/exe", "state/gone", "open/", "x", "sort/size/", "?1"]
)
def test_what_is_no_step_changes_nothing(text: str) -> None:
    assert take_step(View(), text) == View()


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    take_step(View(), text)
    assert take_step(View(), f"{step('close', text)}?3").closed == (frozenset({text}) if text else frozenset())
