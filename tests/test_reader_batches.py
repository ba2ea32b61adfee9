"""Pairs as the input of a network: what stands where, what is cut, and where the answer is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from index.openvino_reader import Excerpt, OpenVinoReader
from scripts.reader_batches import NOWHERE, collate, encode, make_batches
from scripts.reader_examples import ANSWERS, UNKNOWN, WRONG, Lesson, Pair
from tests.test_reader_examples import TOWNS, excerpt


def character_tokenizer() -> Tokenizer:
    """One token a character, as the real one has them for rare words, and the same ends."""
    texts = (*TOWNS, *sum(TOWNS.values(), ()), "的人口是多少公路于在哪一年通车出产居民住河边老街上有走过")
    characters = sorted({*"".join(texts), *"query:pasg0123456789"})
    words = {word: number for number, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *characters])}
    made = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return made


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return character_tokenizer()


def test_the_input_is_question_context_and_text(tokenizer: Tokenizer) -> None:
    pair = Pair("人口", excerpt("三万。", "茶叶。", context="清水镇"))
    tokens = encode(pair, tokenizer)
    asked, read = (tokenizer.encode(text).ids for text in ("query: 人口", "passage: 清水镇\n三万。茶叶。"))
    assert tokens.ids.tolist() == asked + read[1:]
    text = [0, 0, 0, 1, 1, 1]
    assert tokens.sentences.tolist() == [-1] * (len(tokens.ids) - 7) + text + [-1]
    assert tokens.offsets[-7:-1].tolist() == [[place, place + 1] for place in range(6)]
    bare = encode(Pair("人口", excerpt("三万。")), tokenizer)
    assert bare.ids.tolist() == asked + tokenizer.encode("passage: 三万。").ids[1:]


def test_a_long_input_is_cut_but_keeps_its_end(tokenizer: Tokenizer) -> None:
    pair = Pair("人口", excerpt("三" * 400, "万。"))
    tokens = encode(pair, tokenizer)
    assert [len(row) for row in tokens] == [320, 320, 320]
    assert (tokens.ids[-1], tokens.sentences[-1]) == (2, -1)
    assert set(tokens.sentences.tolist()) == {-1, 0}
    batch = collate([[pair]], tokenizer)
    assert batch.labels.tolist() == [[WRONG, -1]]  # the second sentence was not read


def test_a_batch_says_where_the_answer_stands(tokenizer: Tokenizer) -> None:
    right = Pair("人口", excerpt("茶叶三万人。", "人口三万人。", labels=(UNKNOWN, ANSWERS)), ("三万人",))
    wrong = Pair("人口多少", excerpt("茶叶。"))
    lost = replace(right, answers=("五万人",))
    batch = collate([[right, wrong], [lost]], tokenizer)
    assert batch.lessons.tolist() == [0, 0, 1]
    assert batch.relevant.tolist() == [0, 1, 1]
    assert batch.labels.tolist() == [[WRONG, -1], [UNKNOWN, ANSWERS], [UNKNOWN, ANSWERS]]
    assert (batch.starts.tolist()[::2], batch.ends.tolist()[::2]) == ([0, NOWHERE], [0, NOWHERE])
    first, last = int(batch.starts[1]), int(batch.ends[1])
    assert batch.ids[1, first : last + 1].tolist() == tokenizer.encode("三万人").ids[1:-1]
    assert batch.sentences[1, first : last + 1].tolist() == [1, 1, 1]
    lengths = batch.mask.sum(1).tolist()
    assert lengths == sorted(lengths)
    assert batch.ids[0, lengths[0] :].tolist() == [1] * (lengths[-1] - lengths[0])
    assert batch.sentences[0, lengths[0] :].eq(-1).all()


def test_what_is_trained_on_is_what_will_be_read(tokenizer: Tokenizer) -> None:
    reader = OpenVinoReader.__new__(OpenVinoReader)  # what it tells of its input needs no network
    reader._tokenizer = tokenizer
    long = excerpt("三" * 200, "万。" * 100, context="清水镇 > 概况")
    for one in (long, excerpt("三万。", "茶叶。"), excerpt("茶叶。", context="清水镇")):
        tokens = encode(Pair("人口是多少", one), tokenizer)
        ids, owners = reader._tokenize("人口是多少", Excerpt(one.context, one.text, one.spans))
        assert (tokens.ids.tolist(), tokens.sentences.tolist()) == (ids.tolist(), owners.tolist())


def test_batches_never_end_however_few_the_lessons(tokenizer: Tokenizer) -> None:
    lesson = Lesson(
        "甲", "人口是多少？", ("三万人",), (excerpt("人口是三万人。", "出产茶叶。", labels=(ANSWERS, WRONG)),)
    )
    batches = make_batches([lesson] * 3, tokenizer, "cpu")
    for _ in range(3):
        batch = next(batches)
        assert (int(batch.lessons.max()), int(batch.relevant.sum())) == (2, 3)
