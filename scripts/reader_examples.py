"""What the reader is trained on: questions with right and wrong excerpts of passages, cut anew each time.

`read_lessons` looks up each question of a source and labels the sentences of what was found. `PairMaker` makes pairs of
one lesson: an excerpt that answers, excerpts that do not, and the right excerpt under a question that was changed, so
that another name or number is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from index.datatypes import Passage
from index.embedding import Encoder
from index.lexical import _tagger, fold_in_place
from index.openvino_reader import LONGEST_CONTEXT
from qa.conversation import standalone_question
from qa.evidence import read
from qa.measures import Question, holds_answer, normalise
from qa.retrieval import prepare_query, retrieve
from qa.settings import Settings
from scripts.train_weights import index_source

FOUND_PASSAGES = 12
EXCERPT_CHARACTERS = 40, 240
WRONG_EXCERPTS = 5
SHORTEST_WRONG, SHORTEST_QUESTION = 8, 6
# Labels of a sentence: it answers; it does not; it holds the words of an answer but is no evidence, so nobody knows.
ANSWERS, WRONG, UNKNOWN = 1, 0, -1
QUESTION_ENDING = re.compile(
    "(?:分别)?(?:是|为|为了|有|在|叫)?(?:什么|多少|谁|哪里|哪裡|哪儿|哪一年|哪年|何时|何時|何人|何地|何处|何處|什麼|"
    "什么时候|什麼時候|几年|几个|幾年|誰)(?:名字|地方|时候|時候|时间|時間|年)?[？?]?$"
)
ASKING_CHARACTERS = frozenset("何什谁哪几多")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LabelledExcerpt:
    """Sentences of a passage: `spans` are their character offsets into `text`, `labels` say whether each answers."""

    title: str
    context: str
    text: str
    spans: tuple[Span, ...]
    labels: tuple[int, ...]

    def numbers(self, label: int) -> list[int]:
        """Return the numbers of the sentences with a label."""
        return [number for number, one in enumerate(self.labels) if one == label]

    def part(self, numbers: Sequence[int]) -> LabelledExcerpt:
        """Return an excerpt of some sentences alone; what stands between two that are neighbours stays."""
        text, spans = "", []
        for before, number in zip((None, *numbers), numbers, strict=False):
            start, end = self.spans[number]
            if before == number - 1:
                text += self.text[self.spans[number - 1][1] : start]
            spans.append((len(text), len(text) + end - start))
            text += self.text[start:end]
        return replace(self, text=text, spans=tuple(spans), labels=tuple(self.labels[number] for number in numbers))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question with the passages found for it, those that answer first.

    `words` are the question's words that another may take the place of: start, end and jieba's tag.
    """

    source: str
    question: str
    answers: tuple[str, ...]
    passages: tuple[LabelledExcerpt, ...]
    words: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and an excerpt, which is relevant where one of its sentences answers."""

    question: str
    excerpt: LabelledExcerpt
    answers: tuple[str, ...] = ()

    @property
    def is_relevant(self) -> bool:
        return ANSWERS in self.excerpt.labels


def read_lessons(source: Path, settings: Settings, encoder: Encoder) -> Iterator[Lesson]:
    """Index a source and yield its questions of one part, as far as a sentence of the index is known to answer."""
    generation, questions = index_source(source, settings, encoder)
    index = generation.index
    of_document: dict[str, list[Passage]] = {}
    for passage in index.passages:
        of_document.setdefault(passage.document, []).append(passage)
    asked = []
    for question in questions:
        query = prepare_query(standalone_question(question.text, question.history), index)
        right = _right_sentences(question, of_document) if question.answerable and question.answers else {}
        if right and not query.parts:
            asked.append((question, query, right))
    vectors = encoder.encode_queries([query.text for _, query, _ in asked])
    for (question, query, right), vector in zip(asked, vectors, strict=True):
        candidates = read(retrieve(index, query, vector[None]), index).candidates
        found = list(dict.fromkeys(one.hit.passage.id for one in candidates))[:FOUND_PASSAGES]
        rows = dict.fromkeys([*right, *found])
        passages = tuple(_labelled(index.passages[row], question, right.get(row, frozenset())) for row in rows)
        yield Lesson(source.stem, query.question, question.answers, passages, _replaceable_words(query.question))


def _right_sentences(question: Question, of_document: dict[str, list[Passage]]) -> dict[int, set[int]]:
    """Return the numbers of the sentences that are evidence, or part of it, and hold an answer, by passage."""
    right: dict[int, set[int]] = {}
    for one in question.evidence:
        quote = normalise(one.quote)
        for passage in of_document.get(one.document, []):
            for number, sentence in enumerate(passage.sentences):
                text = passage.sentence_text(sentence)
                words = normalise(text)
                if len(words) > 3 and (words in quote or quote in words) and holds_answer(question, text):
                    right.setdefault(passage.id, set()).add(number)
    return right


def _labelled(passage: Passage, question: Question, right: AbstractSet[int]) -> LabelledExcerpt:
    def label(number: int, text: str) -> int:
        return ANSWERS if number in right else UNKNOWN if holds_answer(question, text) else WRONG

    context = " > ".join((passage.title, *passage.headings))[:LONGEST_CONTEXT]
    spans = tuple((one.start - passage.start, one.end - passage.start) for one in passage.sentences)
    labels = tuple(label(number, passage.sentence_text(one)) for number, one in enumerate(passage.sentences))
    return LabelledExcerpt(passage.title, context, passage.text, spans, labels)


def _replaceable_words(question: str) -> tuple[tuple[int, int, str], ...]:
    """Return the nouns, verbs, adjectives and times of a question that are no part of what it asks by."""
    found: list[tuple[int, int, str]] = []
    end = 0
    for pair in _tagger().lcut(fold_in_place(question)):
        start, end = end, end + len(pair.word)
        named = pair.flag[0] in "nvat" and len(pair.word) > 1 and not pair.word.isdigit()
        if named and ASKING_CHARACTERS.isdisjoint(pair.word):
            found.append((start, end, pair.flag[:2]))
    return tuple(found)


class PairMaker:
    """Makes pairs of lessons, other ones each time."""

    def __init__(self, lessons: Sequence[Lesson], seed: int) -> None:
        self._random = Random(seed)
        self._lessons = list(lessons)
        self._titles: dict[str, list[str]] = {}
        self._words: dict[tuple[str, str], list[str]] = {}
        for one in lessons:
            titles = (passage.title for passage in one.passages)
            self._titles[one.source] = list(dict.fromkeys([*self._titles.get(one.source, ()), *titles]))
            for start, end, tag in one.words:
                self._words.setdefault((one.source, tag), []).append(one.question[start:end])

    def rounds(self, size: int) -> Iterator[list[list[Pair]]]:
        """Yield the pairs of `size` lessons at a time, of fewer where there are fewer, without end."""
        while True:
            self._random.shuffle(self._lessons)
            for start in range(0, max(1, len(self._lessons) - size + 1), size):
                yield [self.pairs(lesson) for lesson in self._lessons[start : start + size]]

    def pairs(self, lesson: Lesson) -> list[Pair]:
        """Return a right pair and several wrong ones."""
        question = self._shortened(lesson.question)
        whole = self._random.choice([one for one in lesson.passages if one.numbers(ANSWERS)])
        shown = self._grow(whole, self._random.choice(whole.numbers(ANSWERS)), {ANSWERS, WRONG, UNKNOWN})
        right = self._as_snippet(whole.part(shown))
        wrong = [self._as_snippet(one) for one in self._wrong(lesson.passages)]
        wrong += [self._as_snippet(one) for one in self._without_answer(whole, shown, lesson.answers)]
        unanswered = replace(right, labels=tuple(WRONG if one == ANSWERS else UNKNOWN for one in right.labels))
        made = [Pair(question, right, lesson.answers), *(Pair(question, one) for one in wrong)]
        made += [Pair(other, unanswered) for other in self._swapped(question, lesson, whole.title, right.text)]
        return self._restyled(made)

    def _shortened(self, question: str) -> str:
        """Return a question, often as people type it: without its mark, or without what it asks by."""
        if self._random.random() < 0.3:
            question = question.rstrip("？?")
        bare = QUESTION_ENDING.sub("", question) if self._random.random() < 0.25 else ""
        return bare if len(bare) >= SHORTEST_QUESTION else question

    def _grow(self, passage: LabelledExcerpt, number: int, permitted: AbstractSet[int]) -> range:
        """Return the sentences around one, at random up to a length that is random too, as far as labels permit."""
        spans, first, last, longest = passage.spans, number, number, self._random.uniform(*EXCERPT_CHARACTERS)
        while True:
            wider = [(first - 1, last), (first, last + 1)]
            wider = [
                (start, end)
                for start, end in wider
                if start >= 0 and end < len(spans) and spans[end][1] - spans[start][0] <= longest
                if passage.labels[start] in permitted and passage.labels[end] in permitted
            ]
            if not wider:
                return range(first, last + 1)
            first, last = self._random.choice(wider)

    def _wrong(self, passages: Sequence[LabelledExcerpt]) -> list[LabelledExcerpt]:
        """Return excerpts without an answer, rather of passages found early than late."""
        drawn = []
        for place, passage in enumerate(passages):
            free = passage.numbers(WRONG)
            for _ in range((2 if passage.numbers(ANSWERS) else 1) if free else 0):
                luck = self._random.random() ** (1 / (1 + 3 / (1 + place)))
                drawn.append((luck, passage, self._random.choice(free)))
        drawn.sort(key=lambda one: -one[0])
        cut = (passage.part(self._grow(passage, number, {WRONG})) for _, passage, number in drawn)
        return [one for one in cut if len(one.text) >= SHORTEST_WRONG][:WRONG_EXCERPTS]

    def _without_answer(self, whole: LabelledExcerpt, shown: range, answers: Sequence[str]) -> list[LabelledExcerpt]:
        """Return, mostly, what stands around the right excerpt with the sentences that answer cut out."""
        if self._random.random() > 0.6:
            return []
        longest, length = self._random.uniform(*EXCERPT_CHARACTERS), 0
        kept: list[int] = []
        for number in sorted(whole.numbers(WRONG), key=lambda one: abs(one - (shown[0] + shown[-1]) / 2)):
            length += whole.spans[number][1] - whole.spans[number][0]
            if kept and length > longest:
                break
            kept.append(number)
        rest = whole.part(sorted(kept))
        return [rest] if len(rest.text) > SHORTEST_WRONG and not any(one in rest.text for one in answers) else []

    def _as_snippet(self, excerpt: LabelledExcerpt) -> LabelledExcerpt:
        """Return an excerpt, now and then with its beginning cut off, as the snippets of web searches are."""
        if self._random.random() > 0.12 or len(excerpt.spans) < 2 or excerpt.labels[0] == ANSWERS:
            return excerpt
        cut = self._random.randrange(excerpt.spans[0][1])
        spans = tuple((max(0, start - cut), end - cut) for start, end in excerpt.spans)
        return replace(excerpt, text=excerpt.text[cut:], spans=spans)

    def _swapped(self, question: str, lesson: Lesson, title: str, text: str) -> Iterator[str]:
        """Yield the question with another title, another word of the same kind, another digit."""
        draw, choose = self._random.random, self._random.choice
        others = [one for one in self._titles[lesson.source] if one != title]
        if len(title) > 1 and title in question and others and draw() < 0.4:
            yield question.replace(title, choose(others))
        words = [one for one in lesson.words if one[1] <= len(question)]
        if words and draw() < 0.6:
            start, end, tag = choose(words)
            alike = self._words[lesson.source, tag]
            # A word of the excerpt itself is the harder one.
            word = choose(([one for one in alike if one in text] if draw() < 0.5 else []) or alike)
            if word not in question:
                yield question[:start] + word + question[end:]
        digits = [place for place, character in enumerate(question) if character.isdigit()]
        if digits and draw() < 0.4:
            place = choose(digits)
            other = choose([one for one in "0123456789" if one != question[place]])
            yield question[:place] + other + question[place + 1 :]

    def _restyled(self, pairs: Sequence[Pair]) -> list[Pair]:
        """Return the pairs of a lesson, now and then in other characters on one side or both, or without context."""
        draw, choose = self._random.random(), self._random.choice
        asked = character_table(choose(("t2s", "s2t"))) if draw < 0.2 else {}
        shown = character_table(choose(("t2s", "s2t"))) if 0.1 < draw < 0.3 else {}
        has_context = self._random.random() >= 0.3

        def restyled(one: LabelledExcerpt) -> LabelledExcerpt:
            context = one.context.translate(shown) if has_context else ""
            return replace(one, context=context, text=one.text.translate(shown))

        return [
            Pair(one.question.translate(asked), restyled(one.excerpt), tuple(a.translate(shown) for a in one.answers))
            for one in pairs
        ]


class _CharacterTable(dict[int, str]):
    """What OpenCC makes of each character alone, where that is one character again; filled as characters come."""

    def __init__(self, direction: str) -> None:
        import opencc

        self._converter = opencc.OpenCC(direction)

    def __missing__(self, code: int) -> str:
        converted = str(self._converter.convert(chr(code)))
        self[code] = converted if len(converted) == 1 else chr(code)
        return self[code]


@lru_cache
def character_table(direction: str) -> dict[int, str]:
    """Return a table for `str.translate` between characters, traditional to simplified (t2s) or back (s2t)."""
    return _CharacterTable(direction)
