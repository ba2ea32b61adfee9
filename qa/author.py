"""Answers that a language model writes from the passages found, each sentence checked before anybody sees it.

Whatever goes wrong, at whatever point, the answer quoted from the documents is there, with a line that says why.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.datatypes import Hit, Passage
from index.errors import LanguageModelError
from index.generations import Generation
from qa.about_itself import document_turns
from qa.answering import refusal_text
from qa.asking import Asked, answer_aside, check_question, make_whole
from qa.citations import place_citations
from qa.datatypes import Answer
from qa.drafting import Draft, fall_back
from qa.editions import with_deviations, without_older
from qa.gate.shelf import Encode
from qa.language_model import LanguageModel
from qa.notices import Failure
from qa.prompting import Prompt, answer_prompt
from qa.rewriting import rewrite

_log = logging.getLogger(__name__)
MOST_PASSAGES = 12
# Of one document, as long as there are others: a single one, however it was filled for the purpose, must not have the
# whole of the prompt.
MOST_OF_ONE_DOCUMENT = 4


@dataclass(frozen=True, slots=True)
class Author:
    """A language model with what its words are checked by; `encode` gives unit vectors, shape (n, dimension)."""

    model: LanguageModel
    encode: Encode

    def answer(
        self,
        asked: Asked,
        generation: Generation,
        place: Generation,
        quote: Callable[[Asked], Answer],
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Answer]:
        """Yield the answer to a question while it grows, as drafts, and at last the whole of it.

        `place` is what of the generation the question is asked of, `quote` answers without a model. `stopped` is asked
        again and again while the model writes. Raises what `quote` does.
        """
        began = time.perf_counter()
        if aside := answer_aside(asked, generation):
            yield aside
            return
        whole, failure = self._whole_question(asked, generation, stopped)
        quoted = quote(replace(asked, whole=whole))
        if not quoted.answered:
            yield quoted
        elif failure:
            yield fall_back(quoted, failure, began)
        else:
            chosen = len(place.documents) if asked.scope else None
            refusal = refusal_text(asked.question, quoted.hits, quoted.missing_terms, chosen)
            passages = choose_passages(without_older(quoted.hits, quoted.searched, place))
            for answer in self.write(quoted, passages, refusal, stopped):
                placed = place_citations(answer, place.documents) if answer.mode == "llm" else answer
                yield placed if placed.is_draft else with_deviations(placed, place)

    def _whole_question(
        self, asked: Asked, generation: Generation, stopped: Callable[[], bool]
    ) -> tuple[str, Failure | None]:
        """Return a question made whole, by the model where the rules add something; and why that failed."""
        by_rule = make_whole(asked, generation)
        if by_rule == check_question(asked.question):
            return by_rule, None
        try:
            turns = document_turns(asked.history, generation.index.lexical.contains)
            whole = check_question(rewrite(self.model, asked.question, turns, stopped) or by_rule)
            self.model.look_for_key(whole)
        except LanguageModelError as error:
            return by_rule, error.kind
        except Exception:
            _log.exception("a follow-up could not be made whole by the language model")
            return by_rule, "unexpected"
        return (by_rule, "stopped") if stopped() else (whole, None)

    def write(
        self, quoted: Answer, passages: Sequence[Passage], refusal: str, stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[Answer]:
        """Yield what the model writes, as drafts, and at last the whole of it or the quoted answer.

        `quoted` is the answer without a model, `passages` are what the model reads, `refusal` is what is said where it
        finds that they do not suffice.
        """
        yield replace(quoted, text="", citations=(), deviations=(), disagreements=(), mode="llm", is_draft=True)
        began = time.perf_counter()
        try:
            yield from self._write(quoted, passages, refusal, stopped, began)
        except LanguageModelError as error:
            yield fall_back(quoted, error.kind, began)
        except Exception:
            # A fault of ours is no reason to leave somebody without an answer.
            _log.exception("the answer of a language model could not be handled")
            yield fall_back(quoted, "unexpected", began)

    def _write(
        self, quoted: Answer, passages: Sequence[Passage], refusal: str, stopped: Callable[[], bool], began: float
    ) -> Iterator[Answer]:
        for prompt in self._prompts(quoted.searched, passages):
            read = passages[: prompt.passages]
            draft = Draft(quoted, refusal, prompt, read, self.encode, began, self.model.look_for_key)
            try:
                yield from draft.grow(self.model.stream(prompt.messages, stopped=stopped), stopped)
            except LanguageModelError as error:
                # How many tokens a text is, the model alone knows.
                if error.kind != "too_long" or draft.has_begun or prompt.passages < 2:
                    raise
            else:
                return

    def _prompts(self, question: str, passages: Sequence[Passage]) -> Iterator[Prompt]:
        """Yield the prompt with as many passages as should fit, then with half as many, and so on."""
        endpoint = self.model.endpoint
        count = len(passages)
        while count:
            prompt = answer_prompt(question, passages[:count], endpoint.context, endpoint.most_tokens)
            if prompt is None:
                raise LanguageModelError(
                    f"not one passage fits into {endpoint.context:,} tokens. Raise WENDANG_LLM_CONTEXT", "too_long"
                )
            yield prompt
            count = prompt.passages // 2


def choose_passages(hits: Sequence[Hit]) -> list[Passage]:
    """Return what a model is given of the passages found, the best first, and not all of one document."""
    taken: Counter[str] = Counter()
    first: list[Passage] = []
    rest: list[Passage] = []
    for hit in hits:
        document = hit.passage.document
        taken[document] += 1
        (first if taken[document] <= MOST_OF_ONE_DOCUMENT else rest).append(hit.passage)
    return [*first, *rest][:MOST_PASSAGES] if len(taken) == 1 else first[:MOST_PASSAGES]
