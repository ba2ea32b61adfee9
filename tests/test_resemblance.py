from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.resemblance import ALIKE, BANDS, resemblance, resemblance_keys

PROJECT = Path(__file__).resolve().parent.parent
LEAVE = (
    "员工年假规定：入职满一年的员工每年享有五天带薪年假；满十年的享有十天。"
    "年假须提前三个工作日申请，经部门经理批准后生效。"
)
HOLIDAY = (
    "关于2023年国庆节放假安排的通知\n各部门：根据国家规定，现将2023年国庆节放假安排通知如下：10月1日至7日放假调休，共7天。"
    "10月8日（星期日）上班。请各部门妥善安排好值班和安全保卫工作。\n办公室\n2023年9月20日"
)
WATER = (
    "停水通知\n因管道检修，本小区定于6月5日8:00至17:00停水，请各位业主提前储水，由此带来的不便敬请谅解。\n物业服务中心"
)
POWER = (
    "停电通知\n因线路改造，本小区定于7月8日7:00至19:00停电，请各位业主做好准备，由此带来的不便敬请谅解。\n物业服务中心"
)
KEYS = ["a3d8c2a7eb498c77", "4e1cd782970680d4", "bc54670891b364c0"]
SHORT_KEYS = ["a146c2f6ed3fd64d", "ffd7010b146ec4f0"]
HANZI = (
    "年假工资部门经理批准申请规定员工天数日期办公室通知安排放假值班安全保卫停水停电物业服务中心小区业主管道检修线路改造"
)


def prose(seed: int, length: int) -> str:
    """Hanzi in no order, the same for the same seed, so that two seeds share hardly a shingle."""
    return "".join(random.Random(seed).choices([chr(code) for code in range(0x4E00, 0x5E00)], k=length))


def shared_keys(first: str, second: str) -> int:
    return len({*resemblance_keys(first)} & {*resemblance_keys(second)})


# Keys


def test_keys_are_those_that_databases_hold() -> None:
    # Where these change, `FORM` has to be raised.
    keys = resemblance_keys(LEAVE)
    assert len(keys) == len(set(keys)) == BANDS == 20
    assert {len(key) for key in keys} == {8}
    assert [key.hex() for key in keys[:3]] == KEYS
    assert [key.hex() for key in resemblance_keys("开会")[:2]] == SHORT_KEYS
    assert resemblance_keys(prose(1, 20_000))[0].hex() == "f4239676680a7840"


def test_keys_are_the_same_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    program = f"from index.resemblance import resemblance_keys as keys; print(b''.join(keys({LEAVE!r})).hex())"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert printed.stdout.strip() == b"".join(resemblance_keys(LEAVE)).hex()


@pytest.mark.parametrize("empty", ["", " \n", "——。！", "\ud800", "\0"])
def test_what_says_nothing_has_no_keys_and_is_like_nothing(empty: str) -> None:
    assert resemblance_keys(empty) == ()
    assert resemblance(empty, empty) == 0.0
    assert resemblance(empty, LEAVE) == resemblance(LEAVE, empty) == 0.0


def test_texts_that_share_nothing_share_no_key() -> None:
    assert shared_keys(LEAVE, HOLIDAY) == 0
    assert resemblance(LEAVE, HOLIDAY) < 0.05
    assert shared_keys(prose(1, 500), prose(2, 500)) == 0


def test_alike_texts_share_a_key() -> None:
    """At the very limit, 98 in 100; what is that much alike shares three keys on average."""
    found = []
    for seed in range(200):
        text = prose(seed, 400)
        version = text[:300] + prose(1000 + seed, 100)
        assert resemblance(text, version) == pytest.approx(0.75, abs=0.01)
        found.append(shared_keys(text, version))
    assert sum(count > 0 for count in found) >= 194
    assert sum(found) / len(found) == pytest.approx(BANDS * 0.6**3, rel=0.15)


# What is alike


@pytest.mark.parametrize(
    "version",
    [
        HOLIDAY.replace("2023", "2024"),
        HOLIDAY.replace("2023年9月20日", "二〇二四年九月十八日"),
        HOLIDAY.replace("7天", "八天").replace("10月8日", "9月29日").replace("2023", "2024"),
        HOLIDAY.replace("\n", ""),
        "\n".join(HOLIDAY[at : at + 20] for at in range(0, len(HOLIDAY), 20)),
        HOLIDAY.replace("，", " ").replace("。", "；"),
        "關於2023年國慶節放假安排的通知\n各部門：根據國家規定，現將2023年國慶節放假安排通知如下：10月1日至7日放假調休，共7天。"
        "10月8日（星期日）上班。請各部門妥善安排好值班和安全保衛工作。\n辦公室\n2023年9月20日",
        "".join(chr(ord(sign) + 0xFEE0) if sign.isdecimal() else sign for sign in HOLIDAY),
        HOLIDAY + "放假前请关好门窗、切断电源，注意人身和财产安全。",
        HOLIDAY.replace("请各部门妥善安排好值班和安全保卫工作。", ""),
    ],
)
def test_versions_of_a_notice_are_alike(version: str) -> None:
    assert version != HOLIDAY
    assert resemblance(HOLIDAY, version) >= ALIKE
    assert shared_keys(HOLIDAY, version) > 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (WATER, POWER),
        (LEAVE, HOLIDAY),
        # A quotation is no version.
        (LEAVE, LEAVE + prose(1, 300)),
    ],
)
def test_what_only_looks_alike_is_not(first: str, second: str) -> None:
    assert resemblance(first, second) < ALIKE


def test_resemblance_is_the_cosine_of_the_sets_of_shingles() -> None:
    text = prose(1, 203)  # 200 shingles
    assert resemblance(text, text) == 1.0
    # 100 shingles of each, 97 of them the same.
    assert resemblance(text[:103], text[3:106]) == pytest.approx(0.97)
    # One that holds all of the other and is half as long again.
    assert resemblance(text[:103], text[:153]) == pytest.approx(math.sqrt(2 / 3))
    # A changed hanzi is in four shingles.
    assert resemblance(text[:103], text[:50] + "啊" + text[51:103]) == pytest.approx(0.96)
    # What stands there twice counts once.
    assert resemblance(text[:103], text[:103] + text[:103]) == pytest.approx(math.sqrt(100 / 103))


def test_numbers_among_words_are_all_one_and_beside_numbers_they_are_not() -> None:
    words = [prose(seed, 6) for seed in range(8)]
    table = "姓名\n" + "\n".join(f"{word}\t12.5\t31.7" for word in words)
    listed = "\n".join(f"{word} 12 人" for word in words)
    assert resemblance(listed, listed.replace("12", "三百五十")) == 1.0
    assert resemblance(table, table.replace("31.7", "40.2")) < ALIKE
    figures = ",".join(map(str, range(100, 200)))
    assert resemblance(figures, ",".join(map(str, range(300, 400)))) == 0.0


def test_a_word_in_letters_is_one_unit() -> None:
    text = " ".join(f"{chr(97 + at // 26)}{chr(97 + at % 26)}x" for at in range(43))  # 40 shingles
    assert resemblance(text, text.upper().replace(" ", ", ")) == 1.0
    assert resemblance(text, text.replace("bax", "entitlement")) == pytest.approx(0.9)
    # Words are told apart by the order of their letters, and do not run together.
    assert resemblance(text, text.replace("x", "").replace("bc", "cb")) < 0.1
    assert resemblance(text, text.replace(" ", "")) == 0.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2021年3月5日", "1944年2月25日"),
        ("会议室302", "会议室305"),
        ("停水通知：6月5日停水。", "停水通知：6月8日停水。"),
        (
            "5月1日、5月2日、5月3日、5月4日、5月5日、5月6日、5月7日",
            "6月1日、6月2日、6月3日、6月4日、6月5日、6月6日、6月8日",
        ),
    ],
)
def test_short_texts_are_alike_only_to_themselves(first: str, second: str) -> None:
    assert resemblance(first, second) == 0.0
    assert shared_keys(first, second) == 0
    for text in (first, second):
        assert resemblance(text, f"{text} 。") == 1.0
        assert resemblance_keys(text) == resemblance_keys(f"「{text}」\n")


def test_half_characters_are_no_harm() -> None:
    assert resemblance("\ud800".join(LEAVE), LEAVE) == 1.0
    assert resemblance(LEAVE + "😀𠮷", LEAVE) > 0.9


def test_a_long_text_takes_about_a_second() -> None:
    text = prose(1, 1_000_000)
    started = time.process_time()
    assert len(resemblance_keys(text)) == BANDS
    assert len(resemblance_keys("同样的一行\n" * 160_000)) == BANDS
    assert time.process_time() - started < 5


# Of any texts

TEXTS = st.text(st.sampled_from(HANZI + "0123 ，。\n"), max_size=120) | st.text(max_size=60)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_resemblance_is_symmetric_and_a_share(first: str, second: str) -> None:
    likeness = resemblance(first, second)
    assert likeness == resemblance(second, first)
    assert 0.0 <= likeness <= 1.0


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_every_text_that_says_something_is_wholly_like_itself(text: str) -> None:
    keys = resemblance_keys(text)
    assert resemblance(text, text) == (1.0 if keys else 0.0)
    assert len(keys) in (0, BANDS)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from(HANZI), max_size=120),
    st.lists(st.integers(0, 120), max_size=10),
    st.sampled_from("，。\n　—\ud800"),
)
def test_keys_of_texts_that_fold_to_the_same_are_the_same(text: str, places: list[int], mark: str) -> None:
    marked = text
    for place in places:
        marked = marked[:place] + mark + marked[place:]
    assert resemblance_keys(marked) == resemblance_keys(text)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_wholly_alike_texts_have_the_same_keys(first: str, second: str) -> None:
    if resemblance(first, second) == 1.0:
        assert resemblance_keys(first) == resemblance_keys(second)
