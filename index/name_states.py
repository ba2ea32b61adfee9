"""The likeliest hidden states behind a run of characters: jieba's tagging model, in matrices instead of loops."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

State = tuple[str, str]  # B, M, E or S of a word, and its part of speech
UNSEEN = -3.14e100
_CHARACTERS = 65_536
Rows = NDArray[np.intp]
Floats = NDArray[np.float64]


class HiddenStates:
    """Viterbi over a hidden Markov model given as jieba gives its own: logarithms of probabilities by state.

    `allowed` are the states that a character can have; one that it lacks can have all. Returns exactly what
    `jieba.posseg.viterbi` does, ties included, some 20 times faster.
    """

    def __init__(
        self,
        allowed: Mapping[str, Collection[State]],
        starts: Mapping[State, float],
        transitions: Mapping[State, Mapping[State, float]],
        emissions: Mapping[State, Mapping[str, float]],
    ) -> None:
        # The largest first, so that the first of equals is the one that comparing (probability, state) would choose.
        self._states = sorted(transitions, reverse=True)
        self._row = {state: row for row, state in enumerate(self._states)}
        self._allowed, self._emissions = allowed, emissions
        self._starts: Floats = np.array([starts[state] for state in self._states])
        size = len(self._states)
        self._transitions: Floats = np.full((size, size), -inf)
        self._follows: NDArray[np.bool_] = np.zeros((size, size), dtype=bool)
        for state, following in transitions.items():
            for other, probability in following.items():
                self._transitions[self._row[state], self._row[other]] = probability
                self._follows[self._row[state], self._row[other]] = True
        self._goes_on: NDArray[np.bool_] = np.any(self._follows, axis=1)
        self._of = lru_cache(maxsize=_CHARACTERS)(self._states_of)

    def _states_of(self, character: str) -> tuple[Rows, Floats]:
        """Return the rows of a character's states, and the probability of the character in each state there is."""
        some = sorted(self._row[state] for state in self._allowed.get(character, self._states))
        emitted = [self._emissions[state].get(character, UNSEEN) for state in self._states]
        return np.array(some, dtype=np.intp), np.array(emitted)

    def likeliest(self, text: str) -> list[State]:
        """Return one state for each character of a text that is not empty."""
        rows, emitted = self._of(text[0])
        scores = self._starts[rows] + emitted[rows]
        seen, origins = [rows], []
        for character in text[1:]:
            before = np.flatnonzero(self._goes_on[rows])
            candidates, emitted = self._of(character)
            following: NDArray[np.bool_] = np.any(self._follows[rows[before]], axis=0)
            now = candidates[following[candidates]]
            if not len(now):
                now = np.flatnonzero(following) if following.any() else np.arange(len(self._states))
            ways = scores[before, None] + self._transitions[rows[before, None], now] + emitted[now]
            best = ways.argmax(axis=0)
            scores = ways[best, np.arange(len(now))]
            origins.append(before[best])
            seen.append(now)
            rows = now
        at = int(scores.argmax())
        path = [self._states[seen[-1][at]]]
        for rows, origin in zip(seen[-2::-1], reversed(origins), strict=True):
            at = int(origin[at])
            path.append(self._states[rows[at]])
        return path[::-1]
