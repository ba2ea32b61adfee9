"""Whether confidences tell answerable from unanswerable questions apart, and whether they mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean

import numpy as np

SHARE_ANSWERED = 0.95
BINS = 10
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold does: the share of answerable questions answered, and of unanswerable ones refused."""

    threshold: float
    answered: float
    refused: float


@dataclass(frozen=True, slots=True)
class Separation:
    """How well confidence separates `answerable` from `unanswerable` questions (counts of both).

    `auroc` is the chance that an answerable question's confidence is above an unanswerable one's. `at_share` is the
    highest threshold that still answers 95 % of the answerable questions; `curve` has a point for every threshold that
    makes a difference, from answering everything to refusing everything.
    """

    answerable: int
    unanswerable: int
    auroc: float
    at_share: Point
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions with a confidence from `low` to below `high`: how many, their mean confidence, the share right."""

    low: float
    high: float
    count: int
    confidence: float | None
    right: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """Confidence against being right, over `count` judged replies.

    `brier` is the mean squared difference of the two (Brier 1950). `calibration_error` is the expected calibration
    error (Naeini et al. 2015): the difference of mean confidence and share right, averaged over ten bins by count.
    """

    count: int
    brier: float
    calibration_error: float
    bins: tuple[Bin, ...]


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Return the chance that a positive's value is above a negative's, ties counting half; None without both."""
    if not positives or not negatives:
        return None
    below = np.sort(np.asarray(negatives))
    wins = np.searchsorted(below, positives, "left") + np.searchsorted(below, positives, "right")
    return round(float(wins.sum()) / (2 * len(positives) * len(negatives)), DIGITS)


def separation(answerable: Sequence[float], unanswerable: Sequence[float]) -> Separation | None:
    """Return how well confidences separate the two kinds of questions; None where one of them is not there."""
    area = auroc(answerable, unanswerable)
    if area is None:
        return None
    thresholds = sorted({0.0, *answerable, *unanswerable})
    # Above the highest confidence everything is refused.
    curve = [_point(threshold, answerable, unanswerable) for threshold in thresholds]
    curve.append(Point(float(np.nextafter(thresholds[-1], np.inf)), 0.0, 1.0))
    enough = sorted(answerable, reverse=True)[ceil(SHARE_ANSWERED * len(answerable)) - 1]
    at_share = _point(enough, answerable, unanswerable)
    return Separation(len(answerable), len(unanswerable), area, at_share, tuple(curve))


def _point(threshold: float, answerable: Sequence[float], unanswerable: Sequence[float]) -> Point:
    answered = np.count_nonzero(np.asarray(answerable) >= threshold) / len(answerable)
    refused = np.count_nonzero(np.asarray(unanswerable) < threshold) / len(unanswerable)
    return Point(threshold, round(answered, DIGITS), round(refused, DIGITS))


def reliability(judged: Sequence[tuple[float, bool]]) -> Reliability | None:
    """Return how confidences (0 to 1) compare with being right; None where nothing was judged."""
    if not judged:
        return None
    bins: list[Bin] = []
    error = 0.0
    for number in range(BINS):
        inside = [(sure, right) for sure, right in judged if min(int(sure * BINS), BINS - 1) == number]
        low, high = number / BINS, (number + 1) / BINS
        if not inside:
            bins.append(Bin(low, high, 0, None, None))
            continue
        confidence, share = fmean(sure for sure, _ in inside), fmean(right for _, right in inside)
        error += abs(confidence - share) * len(inside) / len(judged)
        bins.append(Bin(low, high, len(inside), round(confidence, DIGITS), round(share, DIGITS)))
    brier = fmean((sure - right) ** 2 for sure, right in judged)
    return Reliability(len(judged), round(brier, DIGITS), round(error, DIGITS), tuple(bins))
