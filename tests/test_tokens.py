"""Tokens estimated, and counted by the day."""

from __future__ import annotations

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from index.errors import LanguageModelError
from qa.tokens import Allowance, estimate_tokens

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 1), ("员工每年有十天年假", 10), ("abcdefghij", 4), ("2023年", 4), ("a" * 100, 31), ("😀", 2)],
)
def test_a_hanzi_is_about_a_token_and_a_letter_less(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def spend(allowance: Allowance, tokens: int) -> None:
    allowance.settle(allowance.reserve(tokens), tokens)


def test_what_is_over_the_days_number_is_refused_with_what_to_do(tmp_path: Path) -> None:
    allowance = Allowance(tmp_path / "llm-tokens.json", 100, lambda: MONDAY)
    allowance.settle(allowance.reserve(100), 60)
    with pytest.raises(LanguageModelError, match="60 spent, 41 wanted.*WENDANG_LLM_DAILY_TOKENS") as raised:
        allowance.reserve(41)
    assert raised.value.kind == "allowance"
    allowance.reserve(40)


def test_what_may_be_spent_counts_until_it_is_known_what_was(tmp_path: Path) -> None:
    allowance = Allowance(tmp_path / "llm-tokens.json", 100, lambda: MONDAY)
    first = allowance.reserve(70)
    assert allowance.spent() == 70
    with pytest.raises(LanguageModelError, match="70 spent, 40 wanted"):
        allowance.reserve(40)
    allowance.settle(first, 10)
    assert allowance.spent() == 10
    second = allowance.reserve(40)
    allowance.settle(second, 55)  # an endpoint that counts more than was reckoned with
    assert allowance.spent() == 65


def test_threads_at_once_do_not_pass_the_limit_together(tmp_path: Path) -> None:
    allowance = Allowance(tmp_path / "llm-tokens.json", 1000, lambda: MONDAY)
    ready = Barrier(8)

    def reserve(_: int) -> int:
        ready.wait()
        return sum(is_reserved(allowance, 5) for _ in range(40))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(reserve, range(8))) == 200
    assert allowance.spent() == 1000


def is_reserved(allowance: Allowance, tokens: int) -> bool:
    try:
        allowance.reserve(tokens)
    except LanguageModelError:
        return False
    return True


def test_programs_at_once_do_not_pass_the_limit_together(tmp_path: Path) -> None:
    file = tmp_path / "llm-tokens.json"
    program = (
        "import sys; from pathlib import Path; from qa.tokens import Allowance\n"
        "from index.errors import LanguageModelError\n"
        "allowance, taken = Allowance(Path(sys.argv[1]), 1000), 0\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for _ in range(300):\n"
        "    try: allowance.reserve(3); taken += 1\n"
        "    except LanguageModelError: pass\n"
        "print(taken)"
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for one in programs:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in programs:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    assert sum(int(one.communicate(timeout=60)[0]) for one in programs) == 333
    assert Allowance(file, 1000).spent() == 999


def test_the_count_outlives_the_program_and_begins_anew_each_day(tmp_path: Path) -> None:
    file = tmp_path / "数据" / "llm-tokens.json"
    spend(Allowance(file, 100, lambda: MONDAY), 60)
    assert Allowance(file, 100, lambda: MONDAY).spent() == 60
    later = Allowance(file, 100, lambda: TUESDAY)
    assert later.spent() == 0
    spend(later, 7)
    assert later.spent() == 7


def test_what_was_reserved_yesterday_is_not_taken_from_today(tmp_path: Path) -> None:
    days = [MONDAY]
    allowance = Allowance(tmp_path / "llm-tokens.json", 100, lambda: days[-1])
    late = allowance.reserve(50)
    days.append(TUESDAY)
    allowance.reserve(20)
    allowance.settle(late, 10)
    assert allowance.spent() == 20


def test_programs_with_one_folder_count_together(tmp_path: Path) -> None:
    file = tmp_path / "llm-tokens.json"
    one, other = Allowance(file, 100, lambda: MONDAY), Allowance(file, 100, lambda: MONDAY)
    for _ in range(5):
        spend(one, 3)
        spend(other, 4)
    assert one.spent() == other.spent() == 35


def test_without_a_limit_nothing_is_written(tmp_path: Path) -> None:
    allowance = Allowance(tmp_path / "llm-tokens.json", 0)
    spend(allowance, 10**9)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"day": 3}', '{"day": "2026-03-02", "tokens": "many"}'])
def test_a_count_that_cannot_be_read_is_begun_anew(tmp_path: Path, content: str) -> None:
    file = tmp_path / "llm-tokens.json"
    file.write_text(content, "utf-8")
    allowance = Allowance(file, 100, lambda: MONDAY)
    assert allowance.spent() == 0
    spend(allowance, 5)
    assert allowance.spent() == 5


def test_a_count_that_cannot_be_written_is_told_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file where a folder should be", "utf-8")
    with caplog.at_level(logging.WARNING):
        spend(Allowance(tmp_path / "data" / "llm-tokens.json", 100), 5)
    assert "cannot be counted" in caplog.text
