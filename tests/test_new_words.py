from __future__ import annotations

import math
import random
from collections import Counter

import pytest

import index.new_words as new_words
from index.lexical import is_new_word
from index.new_words import WordFinder, learn_words

# The same sentences around a name, and what stands beside it always another.
NEIGHBOURS = ["今天", "去年", "随后", "目前", "其中", "因此"]
# That a run is no chance shows in longer texts only.
FILLER = "，".join(chr(0x5000 + at) for at in range(600)) + "。"


def report(name: str) -> str:
    return FILLER + "".join(
        f"{before}{name}{after}。" for before, after in zip(NEIGHBOURS, "增升降跌涨停", strict=True)
    )


REPORT = report("绿源环保")


def learn(*texts: str, titles: tuple[str, ...] = ()) -> tuple[str, ...]:
    return learn_words(texts, titles, is_new_word)


def test_a_name_that_stands_between_many_neighbours_is_a_word() -> None:
    assert learn(REPORT) == ("绿源环保",)


def test_a_run_that_always_goes_on_the_same_way_is_none() -> None:
    assert "绿源" not in learn(REPORT)
    assert learn(FILLER + "今天绿源环保增" * 6) == ()


def test_words_of_the_dictionary_are_not_learned() -> None:
    assert learn(report("金山区")) == ()


def test_what_a_text_marks_as_one_thing_is_a_word_at_once() -> None:
    assert learn("见《澜赋手册》和“碳谷绿湾”，还有「沅珩」。") == ("沅珩", "澜赋手册", "碳谷绿湾")
    assert learn("他说：“我们明天会来的。”") == ()


def test_titles_teach_names() -> None:
    assert learn("", titles=("霁澜药业",)) == ("霁澜药业",)
    assert learn("", titles=("关于澜赋公司全年工作安排的通知",)) == ()


def test_words_with_latin_parts_are_learned() -> None:
    assert learn(report("matebook x")) == ("matebook x",)
    assert learn(report("5g基站")) == ("5g基站",)


def test_names_with_a_middle_dot_are_one_word() -> None:
    assert learn("“马库斯·温克”") == ("马库斯·温克",)


def test_learning_is_deterministic_and_limited() -> None:
    assert learn(REPORT, "《澜赋手册》") == learn(REPORT, "《澜赋手册》")
    assert learn_words([REPORT, "《澜赋手册》"], (), is_new_word, most=1) == ("澜赋手册",)


def test_slices_bound_what_is_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_words, "SLICE", len(REPORT))
    assert learn(REPORT, REPORT, "《澜赋手册》") == ("澜赋手册", "绿源环保")


def test_counts_cohesion_and_freedom_agree_with_brute_force() -> None:
    chooser = random.Random(3)
    text = "".join(chooser.choice("甲乙丙丁戊己，") for _ in range(400)) + "庚辛" * 3 + REPORT * 2
    assert "绿源环保" in new_words._cohesive_words(text)
    assert new_words._cohesive_words(text) == brute_force(text)


def brute_force(text: str) -> dict[str, int]:
    """The same measures, run by run."""
    runs = [text[at : at + n] for n in range(1, 9) for at in range(len(text) - n + 1)]
    counts = Counter(run for run in runs if run.isalpha())
    total = sum(character.isalpha() for character in text)
    found = {}
    for run, count in counts.items():
        cuts = [counts[run[:at]] * counts[run[at:]] for at in range(1, len(run))]
        if count < new_words.LEAST_COUNT or not cuts:
            continue
        needed = min(new_words.LEAST_FREEDOM, new_words.SHARE_OF_FREEDOM * math.log(count))
        places = [at for at in range(len(text)) if text.startswith(run, at)]
        before = [text[at - 1] if at else "，" for at in places]
        behind = [(text[at + len(run) :] or "，")[0] for at in places]
        if math.log(count * total / max(cuts)) < new_words.LEAST_COHESION:
            continue
        if all(entropy(those) >= needed for those in (before, behind)):
            found[run] = count
    return found


def entropy(neighbours: list[str]) -> float:
    """In nats; every break counts as a neighbour of its own."""
    own = [f"{one}{at}" if not one.isalpha() else one for at, one in enumerate(neighbours)]
    shares = [count / len(own) for count in Counter(own).values()]
    return -sum(share * math.log(share) for share in shares) + 1e-12


def test_a_million_characters_of_noise_teach_next_to_nothing() -> None:
    chooser = random.Random(5)
    hanzi = [chr(0x4E00 + at) for at in range(2_000)]
    text = "".join(chooser.choice(hanzi) if chooser.random() < 0.9 else "，" for _ in range(1_000_000))
    assert len(learn(text)) < 1_000


# Finding

FINDER = WordFinder(["绿源", "绿源环保", "绿源环保有限公司", "5g基站", "matebook x", "a股", "c++", "环保税"])


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in FINDER.spans(text)]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("绿源环保有限公司的收入", ["绿源环保有限公司"]),
        ("绿源环保有限", ["绿源环保"]),
        ("绿源环", ["绿源"]),
        ("绿源环保税", ["绿源环保"]),
        ("建了5g基站，买matebook x和a股", ["5g基站", "matebook x", "a股"]),
        ("a matebook x pro", ["matebook x"]),
        ("matebook  x", []),
        ("xa股和15g基站", []),
        ("用c++写", ["c++"]),
        ("", []),
        ("绿", []),
    ],
)
def test_the_longest_word_at_each_place(text: str, whole: list[str]) -> None:
    assert found(text) == whole


def test_occurrences_hold_words_inside_words() -> None:
    assert FINDER.occurrences("绿源环保有限公司和绿源") == ["绿源环保有限公司", "绿源环保", "绿源", "绿源"]
    assert FINDER.occurrences("绿源环保") == ["绿源环保", "绿源"]
    assert not WordFinder(()).occurrences("绿源") and not WordFinder(()).spans("绿源")
