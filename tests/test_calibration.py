from __future__ import annotations

import random

import pytest

from qa.calibration import Bin, Point, auroc, reliability, separation


def test_auroc_counts_ties_by_half() -> None:
    assert auroc([0.9, 0.6, 0.2, 0.6], [0.2, 0.6]) == 0.6875  # (2 + 1.5 + 0.5 + 1.5) of 8 pairs
    assert auroc([0.9], [0.1]) == 1.0
    assert auroc([0.1], [0.9]) == 0.0
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None


def test_auroc_agrees_with_every_pair_compared() -> None:
    chance = random.Random(3)
    for _ in range(30):
        right = [chance.randrange(6) / 5 for _ in range(chance.randrange(1, 20))]
        wrong = [chance.randrange(6) / 5 for _ in range(chance.randrange(1, 20))]
        wins = sum((one > other) + 0.5 * (one == other) for one in right for other in wrong)
        assert auroc(right, wrong) == round(wins / len(right) / len(wrong), 4)


def test_the_threshold_that_answers_95_of_100_refuses_what_lies_below_it() -> None:
    answerable = [number / 100 for number in range(1, 101)]
    found = separation(answerable, [0.01, 0.05, 0.0599, 0.06, 0.9])
    assert found is not None
    assert (found.answerable, found.unanswerable) == (100, 5)
    # 0.06 to 1.00 are 95 of 100; what is as high as the threshold is answered.
    assert found.at_share == Point(0.06, 0.95, 0.6)


def test_the_threshold_answers_at_least_95_of_100() -> None:
    found = separation([0.1, 0.5, 0.5, 0.9], [0.3])
    assert found is not None
    assert found.at_share == Point(0.1, 1.0, 0.0)  # without the lowest it would be 75 of 100
    tied = separation([0.2] * 10 + [0.9] * 90, [0.1, 0.2])
    assert tied is not None
    assert tied.at_share == Point(0.2, 1.0, 0.5)


def test_the_curve_goes_from_answering_everything_to_refusing_everything() -> None:
    found = separation([0.9, 0.4], [0.4, 0.1])
    assert found is not None
    assert [(point.answered, point.refused) for point in found.curve] == [
        (1.0, 0.0),  # 0
        (1.0, 0.0),  # 0.1
        (1.0, 0.5),  # 0.4
        (0.5, 1.0),  # 0.9
        (0.0, 1.0),  # above
    ]
    assert [point.threshold for point in found.curve[:4]] == [0.0, 0.1, 0.4, 0.9]
    assert found.curve[4].threshold > 0.9
    assert separation([0.5], []) is None


def test_reliability_by_hand() -> None:
    found = reliability([(0.95, True), (1.0, True), (0.9, False), (0.25, False), (0.2, True)])
    assert found is not None
    assert found.count == 5
    assert found.bins[9] == Bin(0.9, 1.0, 3, 0.95, 0.6667)
    assert found.bins[2] == Bin(0.2, 0.3, 2, 0.225, 0.5)
    assert [one.count for one in found.bins] == [0, 0, 2, 0, 0, 0, 0, 0, 0, 3]
    assert found.bins[0] == Bin(0.0, 0.1, 0, None, None)
    # (0.05² + 0² + 0.9² + 0.25² + 0.8²) / 5
    assert found.brier == 0.303
    # |0.95 - 2/3| · 3/5 + |0.225 - 1/2| · 2/5
    assert found.calibration_error == pytest.approx(0.28, abs=1e-4)
    assert reliability([]) is None


def test_every_tenth_falls_into_the_bin_that_begins_there() -> None:
    found = reliability([(number / 10, True) for number in range(11)])
    assert found is not None
    assert [one.count for one in found.bins] == [1] * 9 + [2]
