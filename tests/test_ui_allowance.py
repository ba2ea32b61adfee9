"""What one upload may bring in, counted by its name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.ui import allowance
from qa.ui.allowance import Allowance, TooMuch


def test_files_and_bytes_are_counted_for_each_upload() -> None:
    counted = Allowance(2, 100)
    assert [counted.begin(upload) for upload in ("a", "a", "b")] == [True, False, True]
    with pytest.raises(TooMuch, match="more than 2 files in one upload"):
        counted.begin("a")
    counted.take("a", 60)
    counted.take("b", 100)
    with pytest.raises(TooMuch, match="more than 0 MB in one upload"):
        counted.take("a", 41)
    counted.take("a", 40)


def test_what_has_rested_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Allowance(1, 100)
    counted.begin("a")
    monkeypatch.setattr(allowance, "RESTS", -1.0)
    assert counted.begin("a") is True


def test_no_number_of_uploads_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_KNOWN", 3)
    counted = Allowance(1, 100)
    for upload in "abcd":
        counted.begin(upload)
    assert list(counted._taken) == ["b", "c", "d"]


def test_many_at_once_get_no_more_than_all_together() -> None:
    counted = Allowance(50, 1_000)

    def taken(_: int) -> bool:
        try:
            counted.begin("a")
        except TooMuch:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(taken, range(200))) == 50
