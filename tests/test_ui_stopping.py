"""Stopping the answer of one page and of no other."""

from __future__ import annotations

import threading

from qa.ui.stopping import Stops


def test_only_the_page_that_stops_is_stopped() -> None:
    stops = Stops()
    with stops.answering("甲") as one, stops.answering("乙") as other:
        assert not one.is_stopped() and not other.is_stopped()
        stops.stop("甲")
        assert one.is_stopped() and not one.is_left() and not other.is_stopped()


def test_a_stop_is_no_longer_than_its_answer() -> None:
    stops = Stops()
    with stops.answering("甲"):
        stops.stop("甲")
    stops.stop("甲")
    with stops.answering("甲") as later:
        assert not later.is_stopped()


def test_a_second_answer_of_a_page_outlives_the_first() -> None:
    stops = Stops()
    first = stops.answering("甲")
    first.__enter__()
    with stops.answering("甲") as second:
        first.__exit__(None, None, None)
        stops.stop("甲")
        assert second.is_stopped()


def test_nobody_to_stop_is_no_error() -> None:
    Stops().stop("丙")


def test_what_is_left_behind_stops_as_well() -> None:
    stops = Stops()
    began, over = threading.Event(), threading.Event()

    def write() -> None:
        with stops.answering("甲") as one:
            began.set()
            while not one.is_left():
                assert not over.wait(0.01)
            assert one.is_stopped()

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(20)  # the limit only ends a test that would hang
    stops.stop("甲", leave=True)
    over.set()
    writer.join()


def test_who_leaves_an_answer_waits_until_nothing_more_comes_of_it() -> None:
    stops = Stops()
    began, order = threading.Event(), []

    def write() -> None:
        with stops.answering("甲") as one:
            began.set()
            while not one.is_left():
                threading.Event().wait(0.01)
            threading.Event().wait(0.1)  # a step that was on its way
            order.append("the last step")

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(20)
    stops.stop("甲", leave=True)
    order.append("the new conversation")
    writer.join()
    assert order == ["the last step", "the new conversation"]
