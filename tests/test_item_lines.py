from __future__ import annotations

import re

import pytest

from qa.item_lines import leaves, lists_in_lines, without_bullet
from qa.surroundings import Surroundings

CLUBS = "学校的社团如下。\n• 文艺类\n◦ 合唱团\n◦ 话剧社\n• 体育类\n◦ 攀岩社\n每周三活动。"


def around(text: str) -> Surroundings:
    return Surroundings(text, 0, tuple(found.span() for found in re.finditer(r"[^\n]+", text)))


def found(text: str) -> list[list[str]]:
    return [[text[slice(*span)] for span in spans] for spans in lists_in_lines(around(text))]


def test_an_item_holds_what_lies_below_it_and_that_is_a_list_too() -> None:
    assert found(CLUBS) == [
        ["• 文艺类\n◦ 合唱团\n◦ 话剧社", "• 体育类\n◦ 攀岩社"],
        ["◦ 合唱团", "◦ 话剧社"],
    ]


@pytest.mark.parametrize("mark", "-–•·●■*")
def test_bullets_of_all_kinds_begin_items(mark: str) -> None:
    assert found(f"材料。\n{mark} 身份证\n{mark} 照片\n以上齐全。") == [[f"{mark} 身份证", f"{mark} 照片"]]


def test_lines_with_a_name_and_what_it_is_are_a_list_from_three_on() -> None:
    lines = ["餐费补贴：每天二十元", "交通补贴：每月三百元", "通讯补贴：每月一百元"]
    assert found("\n".join(lines)) == [lines]
    assert found("\n".join(lines[:2])) == []
    assert found("\n".join(f"他说：天气很好。我们走吧{at}。" for at in range(3))) == []


def test_leaves_are_items_with_nothing_below_them() -> None:
    lines = [one.span() for one in re.finditer(r"[^\n]+", CLUBS)]
    assert [CLUBS[slice(*line)] for line in leaves(CLUBS, lines)] == ["◦ 合唱团", "◦ 话剧社", "◦ 攀岩社"]


def test_a_bullet_is_taken_off_once() -> None:
    assert [without_bullet(one) for one in ("• 身份证", "-5度", "- - 两次")] == ["身份证", "-5度", "- 两次"]
