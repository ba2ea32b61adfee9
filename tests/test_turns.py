from __future__ import annotations

import threading
import time

import pytest

from index.turns import Turns

LONG = 60.0


def test_one_at_a_time() -> None:
    turns, inside, most = Turns(), 0, 0
    count = 0

    def work() -> None:
        nonlocal inside, most, count
        for _ in range(200):
            with turns:
                inside += 1
                most = max(most, inside)
                count += 1
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert (most, count) == (1, 1600)


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = Turns(), list[int]()

    def work(number: int) -> None:
        with turns:
            order.append(number)

    with turns:
        threads = []
        for number in range(10):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            deadline = time.monotonic() + LONG
            while len(turns._waiting) <= number:
                assert time.monotonic() < deadline
                time.sleep(0.001)
    for thread in threads:
        thread.join(LONG)
    assert order == list(range(10))


def test_an_error_inside_lets_the_next_in() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with turns:
        pass


def test_whoever_comes_anew_does_not_overtake() -> None:
    turns, order = Turns(), list[str]()

    def wait() -> None:
        with turns:
            order.append("waited")

    with turns:
        thread = threading.Thread(target=wait)
        thread.start()
        deadline = time.monotonic() + LONG
        while not turns._waiting:
            assert time.monotonic() < deadline
            time.sleep(0.001)
    with turns:
        order.append("came anew")
    thread.join(LONG)
    assert order == ["waited", "came anew"]
