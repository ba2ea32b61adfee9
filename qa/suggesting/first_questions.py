"""Questions to begin with: made from a sample of the whole library, and checked."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from index.generations import Generation
from index.records import Record
from qa.suggesting.checking import Ask, keep_answered
from qa.suggesting.datatypes import Suggestion
from qa.suggesting.picking import pick
from qa.suggesting.writing import write_questions

# Of more documents, the newest are looked into and some of the others; of longer ones, some passages.
NEWEST, OTHERS, MOST_PASSAGES = 40, 40, 40
# So many questions are checked at most, and the check ends when so many have passed.
MOST_CHECKED, ENOUGH = 60, 24
OF_ONE_DOCUMENT = 12
# Of these so many at most are in other languages than Chinese, where there are some in both.
OTHER_LANGUAGES = 20


def first_questions(generation: Generation, ask: Ask, rest: Callable[[], None]) -> list[Suggestion]:
    """Return questions over the documents of a generation that are answered, of several kinds.

    `rest` is called between pieces of work, none of which takes long; it may wait, and raises what is to end the work.
    """
    written: list[Suggestion] = []
    for record in sample_documents(generation.records):
        rest()
        questions = write_questions(record, sample_passages(len(record.passages)))
        written += pick(questions, OF_ONE_DOCUMENT)
    chinese = [one for one in written if one.is_chinese]
    others = pick((one for one in written if not one.is_chinese), MOST_CHECKED if not chinese else OTHER_LANGUAGES)
    kept = keep_answered(others, ENOUGH if not chinese else ENOUGH // 3, ask, rest)
    return keep_answered(pick(chinese, MOST_CHECKED - len(others)), ENOUGH - len(kept), ask, rest) + kept


def sample_documents(records: Mapping[str, Record]) -> list[Record]:
    """Return the newest documents, and of the others some by chance, the same each time."""
    newest = sorted(records.values(), key=lambda record: (-record.file.modified_ns, record.file.path))
    others = newest[NEWEST:]
    return newest[:NEWEST] + random.Random(len(records)).sample(others, min(OTHERS, len(others)))


def sample_passages(count: int) -> Sequence[int]:
    """Return the numbers of passages to look into, from all over a document."""
    if count <= MOST_PASSAGES:
        return range(count)
    return [number * count // MOST_PASSAGES for number in range(MOST_PASSAGES)]
