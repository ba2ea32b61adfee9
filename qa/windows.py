"""The passages as they are shown: windows of whole sentences around what was found, the most useful first.

A passage of the index is cut by length alone. What a question needs is often one sentence of it, sometimes more than it
holds. So the sentences that were read compete, each lending part of its utility to its neighbours in the text: where
one place answers, its surroundings fill the reader's screen; where many places do, each comes short and none is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.datatypes import Hit, Passage, Sentence
from index.search import SearchIndex, matched_terms

# What is read at a glance, and what fits a screen or a small model's prompt: windows are filled up to one, then the
# other, so that a longer look never moves what a short one shows.
GLANCE_CHARACTERS, SCREEN_CHARACTERS = 600, 1500
# The utility (log-odds) that a sentence's neighbour, and each further one, has less than the sentence itself.
NEIGHBOUR_COSTS = (3.0, 2.0)
REACH = 6
# So many of the best passages lend to the ones beside them; more would never fill the screen.
LENDING_PASSAGES = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Useful:
    """A sentence that was read: its hit, its place in the hit's passage, and how useful it is."""

    hit: Hit
    number: int
    utility: float


class _Place(NamedTuple):
    """A sentence and its passage. A tuple, because hundreds are made for every question."""

    passage: Passage
    sentence: Sentence


def cut_windows(useful: Sequence[Useful], hits: Sequence[Hit], index: SearchIndex) -> tuple[Hit, ...]:
    """Return the windows of the sentences read, the most useful first, then the hits that no window touches.

    Each window is a hit whose passage is narrowed or widened to the window; `text` stays the document's own words from
    `start` to `end`. `score` is the utility of its best sentence.
    """
    if not useful:
        return tuple(hits)
    places, utility, owners, joined = _lay_out(useful, index)
    lengths = np.array([sentence.end - sentence.start for _, sentence in places])
    chosen = np.zeros(len(places), dtype=bool)
    windows: list[list[int]] = []
    for budget, cost in zip((GLANCE_CHARACTERS, SCREEN_CHARACTERS), NEIGHBOUR_COSTS, strict=True):
        lent = _lend(utility, joined, cost)
        added = _fill(lent, lengths, chosen, budget)
        runs = sorted(_runs(added, joined), key=lambda run: -float(lent[run].max()))
        windows += _continued_first(runs, windows, joined)
        chosen |= added
    shown = [_window(run, places, utility, owners, index) for run in windows]
    touched = {places[at].passage.id for at in np.flatnonzero(chosen)}
    return (*shown, *(hit for hit in hits if hit.passage.id not in touched))


def _lay_out(
    useful: Sequence[Useful], index: SearchIndex
) -> tuple[list[_Place], Floats, list[Hit | None], NDArray[np.bool_]]:
    """Put the sentences read, and those of the passages beside the best ones, in the order of the text.

    Returns the sentences, the utility and hit of each, and whether each is followed by the next in one piece of text,
    shape (sentences - 1,).
    """
    # A sentence that several parts of a question found counts as what it is to the one that needs it most.
    ranked = sorted(useful, key=lambda one: one.utility)
    read = {(one.hit.passage.id, one.number): one for one in ranked}
    rows = dict.fromkeys(one.hit.passage.id for one in reversed(ranked))
    beside = {row + step for row in list(rows)[:LENDING_PASSAGES] for step in (-1, 1)} - set(rows)
    places: list[_Place] = []
    utility: list[float] = []
    owners: list[Hit | None] = []
    joined: list[bool] = []
    for row in sorted(set(rows) | {row for row in beside if 0 <= row < len(index.passages)}):
        passage = index.passages[row]
        for number, sentence in enumerate(passage.sentences):
            if places:
                joined.append(number > 0 or _follows(places[-1].passage, passage, index))
            found = read.get((row, number))
            places.append(_Place(passage, sentence))
            utility.append(found.utility if found else -np.inf)
            owners.append(found.hit if found else None)
    return places, np.array(utility), owners, np.array(joined, dtype=bool)


def _follows(near: Passage, far: Passage, index: SearchIndex) -> bool:
    """Whether a passage stands behind another under the same heading; sentences run from page to page."""
    return far.id - near.id == 1 and _section(near) == _section(far) and near.document in index.texts


def _section(passage: Passage) -> tuple[str, tuple[str, ...]]:
    return passage.document, passage.headings


def _lend(utility: Floats, joined: NDArray[np.bool_], cost: float) -> Floats:
    """Return each sentence's utility or what a neighbour lends it, whichever is more."""
    lent = utility.copy()
    unbroken = np.ones(len(utility), dtype=bool)
    for distance in range(1, min(REACH, len(utility) - 1) + 1):
        # Whether the sentences from here to `distance` further on stand in one run.
        unbroken = unbroken[:-1] & joined[distance - 1 :]
        price = cost * distance
        lent[distance:] = np.where(unbroken, np.maximum(lent[distance:], utility[:-distance] - price), lent[distance:])
        lent[:-distance] = np.where(
            unbroken, np.maximum(lent[:-distance], utility[distance:] - price), lent[:-distance]
        )
    return lent


def _fill(utility: Floats, lengths: NDArray[np.int_], chosen: NDArray[np.bool_], budget: int) -> NDArray[np.bool_]:
    """Mark the most useful sentences not chosen yet until one does not fit into the budget; the first always does."""
    added = np.zeros(len(utility), dtype=bool)
    spent = int(lengths[chosen].sum())
    for at in np.argsort(-utility, kind="stable"):
        if chosen[at]:
            continue
        if not np.isfinite(utility[at]) or (spent and spent + lengths[at] > budget):
            break
        added[at] = True
        spent += int(lengths[at])
    return added


def _runs(marked: NDArray[np.bool_], joined: NDArray[np.bool_]) -> list[list[int]]:
    """Return the marked positions, those in one piece of text together."""
    runs: list[list[int]] = []
    for at in np.flatnonzero(marked):
        if runs and runs[-1][-1] == at - 1 and joined[at - 1]:
            runs[-1].append(int(at))
        else:
            runs.append([int(at)])
    return runs


def _continued_first(runs: list[list[int]], windows: list[list[int]], joined: NDArray[np.bool_]) -> list[list[int]]:
    """Put first what goes on where the last window so far ends, so that the two read as one."""
    if not windows:
        return runs
    end = windows[-1][-1]
    return sorted(runs, key=lambda run: not (run[0] == end + 1 and joined[end]))


def _window(
    run: Sequence[int], places: Sequence[_Place], utility: Floats, owners: Sequence[Hit | None], index: SearchIndex
) -> Hit:
    """Return the hit of a run of sentences, with the scores of the passage that its best sentence is from."""
    best = max(run, key=lambda at: utility[at])
    passage, start, end = places[best].passage, places[run[0]].sentence.start, places[run[-1]].sentence.end
    # A run that was only lent its utility has the scores of the nearest passage of its section that was read.
    nearest = best
    if owners[best] is None:
        section = _section(passage)
        own = (at for at, one in enumerate(owners) if one and _section(places[at].passage) == section)
        nearest = min((abs(at - best), at) for at in own)[1]
    owner = owners[nearest]
    assert owner is not None
    inside = passage.start <= start and end <= passage.end
    text, origin = (passage.text, passage.start) if inside else (index.texts[passage.document], 0)
    text = text[start - origin : end - origin]
    sentences = tuple(places[at].sentence for at in run)
    page = places[run[0]].passage.page
    window = replace(passage, start=start, end=end, text=text, page=page, sentences=sentences)
    # What the document's other passages were found by may stand in this one's part of the window as well.
    looked_for = {
        term: None for one in owners if one and one.passage.document == passage.document for term in one.terms
    }
    return replace(owner, passage=window, score=float(utility[nearest]), terms=matched_terms(window, tuple(looked_for)))
