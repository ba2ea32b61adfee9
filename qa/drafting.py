"""One answer that a language model is writing: what of it is whole and checked, and what becomes of it in the end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

from index.datatypes import Passage
from qa.beside import is_beside
from qa.datatypes import Answer, Written
from qa.gate.check import Checked
from qa.gate.shelf import Encode
from qa.gate.stream import StreamedCheck
from qa.notices import Failure, say_cut, say_stopped, say_why_quoted
from qa.prompting import Prompt
from qa.withholding import Withheld

THOUGHT_ENDS = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)


class Draft:
    """An answer that is being written; `quoted` is the one without a model, `refusal` what a refusal says."""

    def __init__(
        self,
        quoted: Answer,
        refusal: str,
        prompt: Prompt,
        passages: Sequence[Passage],
        encode: Encode,
        began: float,
        look_for_key: Callable[[str], None],
    ) -> None:
        self.has_begun = False
        self._quoted, self._refusal, self._began = quoted, refusal, began
        self._look_for_key = look_for_key
        self._check = StreamedCheck(passages, encode, quoted.question, Withheld(prompt.ours, quoted.searched))
        self._first_word_ms: float | None = None

    def grow(self, pieces: Generator[str, None, bool], stopped: Callable[[], bool]) -> Iterator[Answer]:
        """Yield the answer whenever a sentence of it is whole and checked; at last all of it."""
        is_whole, raw = True, ""
        self._check.prepare_aside()
        try:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    is_whole = bool(end.value)
                    break
                self.has_begun = True
                if self._first_word_ms is None and piece.strip():
                    self._first_word_ms = _since(self._began)
                raw += piece
                if thought := THOUGHT_ENDS.search(raw):
                    # Some models' thoughts only end: all that was said up to there is no answer.
                    piece = raw = raw[thought.end() :]
                    self._check.begin_anew()
                if self._check.feed(piece):
                    yield self._answer(self._check.result(), is_draft=True)
        finally:
            pieces.close()
        if not is_whole and stopped():
            yield self._stopped()
        else:
            yield self._ended(is_whole)

    def _ended(self, is_whole: bool) -> Answer:
        # A sentence that was cut says something else than it would have said.
        checked = self._check.finish() if is_whole else self._check.result()
        kinds = {statement.kind for statement in checked.statements} - {"announces", "withheld", "repeated"}
        if kinds == {"refusal"}:
            return self._refused(checked)
        if not checked.supported:
            return self._instead("unsupported", checked)
        if self._is_beside(checked):
            return self._instead("beside", checked)
        return self._answer(checked, "" if is_whole else say_cut(self._quoted.question))

    def _is_beside(self, checked: Checked) -> bool:
        written = [one.text for one in checked.statements if one.kind in ("supported", "moved")]
        lead = self._quoted.citations[0].quote if self._quoted.citations else ""
        return is_beside(self._quoted.searched, written, self._check.passages, lead)

    def _refused(self, checked: Checked) -> Answer:
        """Return the refusal: the passages do not suffice, as the model sees it."""
        return replace(self._answer(checked), text=self._refusal, answered=False, citations=())

    def _stopped(self) -> Answer:
        checked = self._check.result()
        if not checked.supported:
            return self._instead("stopped", checked)
        return self._answer(checked, say_stopped(self._quoted.question))

    def _instead(self, kind: Failure, checked: Checked) -> Answer:
        return fall_back(self._quoted, kind, self._began, self._written(checked))

    def _answer(self, checked: Checked, notice: str = "", is_draft: bool = False) -> Answer:
        self._look_for_key("\n".join((checked.text, *checked.unsupported)))
        return replace(
            self._quoted,
            text=checked.text,
            mode="llm",
            citations=checked.citations,
            unsupported=checked.unsupported,
            deviations=(),
            disagreements=(),
            notice=notice,
            written=self._written(checked),
            is_draft=is_draft,
            timings_ms=_timed(self._quoted, self._began),
        )

    def _written(self, checked: Checked) -> Written:
        return Written(
            statements=checked.supported + len(checked.unsupported),
            supported=checked.supported,
            moved=checked.moved,
            dropped=checked.dropped,
            first_word_ms=self._first_word_ms,
        )


def fall_back(quoted: Answer, kind: Failure, began: float, written: Written | None = None) -> Answer:
    """Return the answer quoted from the documents, with a line that says why it is not the model's."""
    return replace(
        quoted,
        notice=say_why_quoted(kind, quoted.question),
        written=replace(written or Written(), failure=kind),
        timings_ms=_timed(quoted, began),
    )


def _timed(quoted: Answer, began: float) -> dict[str, float]:
    return {**quoted.timings_ms, "model": _since(began)}


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
