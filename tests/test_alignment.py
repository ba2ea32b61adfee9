from __future__ import annotations

import time
from difflib import SequenceMatcher
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.alignment import WINDOW, Stretch, cut_windows, find_stretches, pair_up, rising, trim_equal


@pytest.mark.parametrize(
    ("older", "newer", "stretches"),
    [
        ("", "", []),
        ("甲乙丙", "甲乙丙", []),
        ("甲乙丙", "甲丁丙", [(1, 2, 1, 2)]),
        ("甲乙丙", "甲丙", [(1, 2, 1, 1)]),
        ("甲丙", "甲乙丙", [(1, 1, 1, 2)]),
        ("", "甲乙", [(0, 0, 0, 2)]),
        ("甲乙", "丙丁戊", [(0, 2, 0, 3)]),
        # What stands twice is no anchor, but the same at both ends is trimmed off all the same.
        ("甲甲乙甲", "甲甲丙甲", [(2, 3, 2, 3)]),
        ("甲甲甲", "甲甲", [(2, 3, 2, 2)]),
        ("一甲二乙三", "四甲五乙六", [(0, 1, 0, 1), (2, 3, 2, 3), (4, 5, 4, 5)]),
        # Of what changed places the longest row stays.
        ("甲乙丙丁", "丁甲乙丙", [(0, 0, 0, 1), (3, 4, 4, 4)]),
    ],
)
def test_stretches_that_differ(older: str, newer: str, stretches: list[Stretch]) -> None:
    assert list(find_stretches(older, newer)) == stretches


def test_long_lists_take_little_time() -> None:
    older = [str(number) for number in range(100_000)]
    newer = [text + "改" if int(text) % 3 == 0 else text for text in reversed(older)]
    started = time.process_time()
    list(find_stretches(older, newer))
    list(find_stretches(["同"] * 100_000, ["同"] * 90_000 + ["异"]))
    assert time.process_time() - started < 5


@given(st.lists(st.integers(0, 30), unique=True, max_size=9))
def test_rising_is_a_longest_rising_row(numbers: list[int]) -> None:
    row = [numbers[place] for place in rising(numbers)]
    assert row == sorted(row)
    assert rising(numbers) == sorted(rising(numbers))
    longest = max(n for n in range(10) if n == 0 or any(list(c) == sorted(c) for c in combinations(numbers, n)))
    assert len(row) == longest


LISTS = st.lists(
    st.sampled_from(["年假十天", "年假十五天", "病假三天", "加班工资", "加班补休", "晨会", "A"]), max_size=8
)


@settings(max_examples=200, deadline=None)
@given(LISTS, LISTS)
def test_stretches_and_pairs_rejoin_to_both_lists(older: list[str], newer: list[str]) -> None:
    first = start = 0
    for stretch in find_stretches(older, newer):
        assert older[first : stretch[0]] == newer[start : stretch[2]]
        at, to = stretch[0], stretch[2]
        for pair in pair_up(older, newer, stretch):
            assert (pair[0], pair[2]) == (at, to)
            at, to = pair[1], pair[3]
        assert (at, to) == (stretch[1], stretch[3])
        first, start = stretch[1], stretch[3]
    assert older[first:] == newer[start:]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 100), unique=True, max_size=20), st.integers(0, 19), st.integers(0, 19))
def test_a_lone_change_is_found_as_by_difflib(numbers: list[int], first: int, last: int) -> None:
    older = list(map(str, numbers))
    newer = [*older[:first], "新", *older[last:]] if first <= last else older
    opcodes = SequenceMatcher(None, older, newer, autojunk=False).get_opcodes()
    assert list(find_stretches(older, newer)) == [tuple(code[1:]) for code in opcodes if code[0] != "equal"]


@pytest.mark.parametrize(
    ("older", "newer", "stretch", "trimmed"),
    [
        ("甲乙丙", "甲丁丙", (0, 3, 0, 3), (1, 2, 1, 2)),
        ("甲乙丙", "甲乙丙", (0, 3, 0, 3), (3, 3, 3, 3)),
        ("甲甲", "甲甲甲", (0, 2, 0, 3), (2, 2, 2, 3)),
        ("甲乙", "乙甲", (0, 2, 0, 2), (0, 2, 0, 2)),
        ("甲乙丙", "丁乙戊", (1, 2, 1, 2), (2, 2, 2, 2)),
    ],
)
def test_trim_equal(older: str, newer: str, stretch: Stretch, trimmed: Stretch) -> None:
    assert trim_equal(older, newer, stretch) == trimmed


def test_windows_are_even() -> None:
    assert WINDOW == 80
    assert list(cut_windows((3, 5, 4, 4))) == [(3, 5, 4, 4)]
    assert list(cut_windows((0, 80, 0, 1))) == [(0, 80, 0, 1)]
    assert list(cut_windows((0, 81, 0, 1))) == [(0, 40, 0, 0), (40, 81, 0, 1)]
    assert list(cut_windows((10, 250, 5, 95))) == [(10, 90, 5, 35), (90, 170, 35, 65), (170, 250, 65, 95)]
    assert list(cut_windows((7, 7, 0, 160))) == [(7, 7, 0, 80), (7, 7, 80, 160)]


@pytest.mark.parametrize(
    ("older", "newer", "pairs"),
    [
        (["每年享有十天年假"], ["每年享有十五天年假"], [(0, 1, 0, 1)]),
        # Not in the same place, but alike.
        (
            ["迟到每次扣款二十元", "每年享有十天年假"],
            ["每年享有十五天年假"],
            [(0, 1, 0, 0), (1, 2, 0, 1)],
        ),
        (["每年享有十天年假"], ["加班须经批准", "每年享有十五天年假"], [(0, 0, 0, 1), (0, 1, 1, 2)]),
        # Like nothing: side by side with what is in its place.
        (["迟到扣款", "早退扣款"], ["食堂开放"], [(0, 2, 0, 1)]),
        # Two sentences of one, and the other way round.
        (
            ["员工须提前三天申请并经部门经理批准"],
            ["员工须提前五天申请", "并经部门经理批准"],
            [(0, 1, 0, 2)],
        ),
        (["员工须提前三天申请", "并经部门经理批准"], ["员工须提前五天申请并经部门经理批准"], [(0, 2, 0, 1)]),
        # Short ones are alike by what is left without the figures, but those with the same figures are more so.
        (["共7天"], ["共8天"], [(0, 1, 0, 1)]),
        (["3月5日8时"], ["6月2日9时", "散会"], [(0, 1, 0, 1), (1, 1, 1, 2)]),
        (["甲组5人", "甲组7人"], ["甲组7人"], [(0, 1, 0, 0), (1, 2, 0, 1)]),
    ],
)
def test_pairs_are_the_likest(older: list[str], newer: list[str], pairs: list[Stretch]) -> None:
    assert list(pair_up(older, newer, (0, len(older), 0, len(newer)))) == pairs


def test_pairs_stay_within_their_stretch() -> None:
    older = ["晨会", "每年享有十天年假", "散会"]
    newer = ["开会", "散步", "每年享有十五天年假", "散会"]
    assert list(pair_up(older, newer, (1, 2, 2, 3))) == [(1, 2, 2, 3)]
    assert list(pair_up(older, newer, (1, 1, 2, 2))) == []
