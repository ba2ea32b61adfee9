from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.datatypes import Document, Hit, Passage, Ranks, Sentence
from index.lexical_index import LexicalIndex
from index.records import PassageTable
from index.search import SearchIndex, sentence_starts
from index.vectors import VectorIndex
from qa import windows
from qa.windows import GLANCE_CHARACTERS, REACH, SCREEN_CHARACTERS, Useful, cut_windows
from tests.test_index_records import record_of

BETWEEN = "\n\n"


@dataclass(frozen=True)
class Cut:
    """The sentences of one passage, and where it stands."""

    sentences: tuple[str, ...]
    document: str = "甲.md"
    headings: tuple[str, ...] = ()
    page: int | None = None


def lay(*cuts: Cut) -> SearchIndex:
    """An index of these passages; those of one document stand in its text, blank lines between them."""
    texts: dict[str, str] = {}
    passages: list[Passage] = []
    for row, cut in enumerate(cuts):
        before = texts[cut.document] + BETWEEN if cut.document in texts else "题目\n"
        start, at = len(before), len(before)
        sentences = []
        for sentence in cut.sentences:
            sentences.append(Sentence(row, at, at + len(sentence)))
            at += len(sentence)
        text = "".join(cut.sentences)
        texts[cut.document] = before + text
        title = f"题{cut.document}"
        passages.append(Passage(row, cut.document, title, start, at, text, cut.headings, cut.page, tuple(sentences)))
    none = VectorIndex.build(np.eye(1, 4, dtype=np.float32))
    return SearchIndex(tuple(passages), none, none, sentence_starts(passages), LexicalIndex.build([]), texts)


def hit_of(index: SearchIndex, row: int, *terms: str) -> Hit:
    return Hit(index.passages[row], -float(row), Ranks(row + 1, row + 2, row + 3), 0.9, 0.8, 7.0 + row, terms)


def useful(index: SearchIndex, utilities: dict[tuple[int, int], float]) -> list[Useful]:
    """Sentences (passage, number) that were read, with their utilities."""
    hits = {row: hit_of(index, row) for row, _ in utilities}
    return [Useful(hits[row], number, utility) for (row, number), utility in utilities.items()]


def cut(index: SearchIndex, utilities: dict[tuple[int, int], float], *untouched: int) -> tuple[Hit, ...]:
    rows = dict.fromkeys([*(row for row, _ in utilities), *untouched])
    return cut_windows(useful(index, utilities), [hit_of(index, row) for row in rows], index)


def shown(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.text for hit in hits]


def check_places(hits: Sequence[Hit], index: SearchIndex) -> None:
    """Every text is the document's own from start to end, and so are its sentences."""
    for hit in hits:
        passage, text = hit.passage, index.texts[hit.passage.document]
        assert passage.text == text[passage.start : passage.end]
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        for sentence in passage.sentences:
            assert passage.sentence_text(sentence) == text[sentence.start : sentence.end]


def numbered(count: int, length: int, name: str = "句") -> tuple[str, ...]:
    """`count` sentences of `length` characters, no two alike."""
    return tuple(f"{name}{number:03}".ljust(length - 1, "长") + "。" for number in range(count))


# What is shown


def test_where_nothing_was_read_the_hits_stay_as_they_are() -> None:
    index = lay(Cut(("甲。",)), Cut(("乙。",)))
    hits = [hit_of(index, 1), hit_of(index, 0)]
    assert cut_windows([], hits, index) == tuple(hits)
    assert cut_windows([], [], index) == ()


def test_a_passage_of_one_sentence_is_its_own_window() -> None:
    index = lay(Cut(("食堂周日不开放。",)))
    (window,) = cut(index, {(0, 0): 0.0})
    assert window.passage == index.passages[0]
    assert window.score == 0.0


def test_where_one_place_answers_its_surroundings_are_shown_with_it() -> None:
    sentences = numbered(40, 20)
    index = lay(Cut(sentences))
    (window,) = cut(index, {(0, 20): 0.0})
    assert window.passage.text == "".join(sentences[20 - REACH : 20 + REACH + 1])
    check_places([window], index)


def test_neighbours_are_taken_from_both_sides_until_the_glance_is_full() -> None:
    sentences = numbered(20, 100)
    index = lay(Cut(sentences))
    # Six sentences: the lead, two on each side, and the earlier one of the two third ones.
    first, *others = cut(index, {(0, 10): 0.0})
    assert first.passage.text == "".join(sentences[7:13])
    assert len(first.passage.text) == GLANCE_CHARACTERS == 600
    # A longer look: what goes on where the first window ends, then what stands before it.
    assert shown(others) == ["".join(sentences[13:17]), "".join(sentences[4:7])]
    assert sum(len(text) for text in shown([first, *others])) == 1300 <= SCREEN_CHARACTERS


def test_where_many_places_answer_each_comes_short_and_none_is_lost() -> None:
    cuts = [Cut(numbered(9, 40, f"文{number}句"), f"{number}.md") for number in range(20)]
    index = lay(*cuts)
    windows = cut(index, {(row, 4): -0.01 * row for row in range(20)})
    glance = windows[:15]
    assert shown(glance) == [cuts[row].sentences[4] for row in range(15)]
    assert sum(len(text) for text in shown(glance)) == GLANCE_CHARACTERS
    whole = "".join(shown(windows))
    assert all(cut.sentences[4] in whole for cut in cuts)
    # What is left of the screen is filled with neighbours: 22 sentences of 40 characters, 5 of them found.
    assert sum(len(text) for text in shown(windows)) == 1480
    check_places(windows, index)


def test_a_longer_look_does_not_move_what_a_short_one_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    index = lay(*(Cut(numbered(6, 50, f"文{number}句"), f"{number}.md") for number in range(12)))
    utilities = {(row, number): -abs(row - 5) - 0.7 * number for row in range(12) for number in range(6)}
    whole = cut(index, utilities)
    monkeypatch.setattr(windows, "SCREEN_CHARACTERS", GLANCE_CHARACTERS)
    glance = [hit for hit in cut(index, utilities) if hit.passage not in index.passages]
    assert 1 < len(glance) < len(whole)
    assert whole[: len(glance)] == tuple(glance)
    assert sum(len(text) for text in shown(glance)) == GLANCE_CHARACTERS


def test_a_neighbour_costs_more_at_a_glance_than_on_a_screen() -> None:
    # 500 + 80 fill the glance; 2.5 behind is less than what a neighbour's place costs there.
    index = lay(Cut(("甲" * 499 + "。", *numbered(3, 80))), Cut(numbered(1, 80, "他"), "乙.md"))
    assert shown(cut(index, {(0, 0): 0.0, (1, 0): -2.9}))[:2] == ["甲" * 499 + "。", numbered(1, 80, "他")[0]]
    assert shown(cut(index, {(0, 0): 0.0, (1, 0): -3.1}))[0] == "甲" * 499 + "。" + numbered(1, 80)[0]


def test_a_sentence_that_is_useful_itself_needs_no_neighbour() -> None:
    sentences = numbered(40, 20)
    index = lay(Cut(sentences))
    windows = cut(index, {(0, 2): 0.0, (0, 30): -0.5})
    assert shown(windows) == ["".join(sentences[:9]), "".join(sentences[24:37])]
    assert [window.score for window in windows] == [0.0, -0.5]


# Length


def test_a_sentence_longer_than_the_glance_is_shown_whole_and_alone() -> None:
    long = "很" * 2000 + "。"
    index = lay(Cut(("甲。", long, "乙。")), Cut(("丙。",), "乙.md"))
    windows = cut(index, {(0, 1): 0.0, (1, 0): -1.0}, 1)
    assert shown(windows) == [long, "丙。"]
    # The other is the hit as it was found.
    assert windows[1] == hit_of(index, 1)


def test_what_does_not_fit_a_glance_has_its_place_on_the_screen() -> None:
    long = "很" * 700 + "。"
    index = lay(Cut(("甲。",)), Cut((long,), "乙.md"), Cut(("丙。",), "丙.md"))
    assert shown(cut(index, {(0, 0): 0.0, (1, 0): -1.0, (2, 0): -2.0})) == ["甲。", long, "丙。"]


def test_windows_hold_no_more_than_a_screen() -> None:
    index = lay(*(Cut(numbered(10, 50, f"文{number}句"), f"{number}.md") for number in range(10)))
    windows = cut(index, {(row, number): -0.1 * row for row in range(10) for number in range(10)})
    assert shown(windows[:3]) == [index.passages[0].text, "".join(index.passages[1].text[:100]), shown(windows)[2]]
    # Whole passages: one and a fifth at a glance, then up to three. The others stand behind as they were found.
    assert shown(windows[2:]) == [index.passages[1].text[100:], *(passage.text for passage in index.passages[2:])]
    assert windows[4:] == tuple(hit_of(index, row) for row in range(3, 10))


# Where a window may go on


SECTION = ("第一章",)


def test_a_window_goes_on_into_the_next_passage_of_its_section() -> None:
    index = lay(Cut(("甲一。", "甲二。"), headings=SECTION), Cut(("乙一。", "乙二。"), headings=SECTION))
    (window,) = cut(index, {(0, 1): 0.0})
    assert window.passage.text == f"甲一。甲二。{BETWEEN}乙一。乙二。"
    assert window.passage.headings == SECTION
    check_places([window], index)


def test_a_window_goes_back_into_the_passage_before() -> None:
    index = lay(Cut(("甲一。", "甲二。"), headings=SECTION), Cut(("乙一。", "乙二。"), headings=SECTION))
    (window,) = cut(index, {(1, 0): 0.0})
    assert window.passage.text == f"甲一。甲二。{BETWEEN}乙一。乙二。"
    assert window.passage.id == 1
    check_places([window], index)


def test_a_window_runs_from_page_to_page() -> None:
    index = lay(
        Cut(("甲一。", "甲二。"), headings=SECTION, page=1), Cut(("乙一。", "乙二。"), headings=SECTION, page=2)
    )
    (window,) = cut(index, {(1, 0): 0.0})
    assert window.passage.text == f"甲一。甲二。{BETWEEN}乙一。乙二。"


@pytest.mark.parametrize(
    "other",
    [
        Cut(("乙一。",), headings=("第二章",)),
        Cut(("乙一。",), headings=("第一章", "第一节")),
        Cut(("乙一。",), document="乙.md", headings=SECTION),
    ],
    ids=["heading", "subheading", "document"],
)
def test_no_window_crosses_a_heading_or_a_document(other: Cut) -> None:
    index = lay(Cut(("甲一。", "甲二。"), headings=SECTION, page=1), other)
    assert shown(cut(index, {(0, 1): 0.0})) == ["甲一。甲二。"]
    assert shown(cut(index, {(0, 1): 0.0}, 1)) == ["甲一。甲二。", "乙一。"]
    assert shown(cut(index, {(0, 1): 0.0, (1, 0): -0.5})) == ["甲一。甲二。", "乙一。"]


def test_a_document_whose_text_is_not_at_hand_is_not_crossed() -> None:
    index = replace(lay(Cut(("甲一。",)), Cut(("乙一。",))), texts={})
    assert shown(cut(index, {(0, 0): 0.0, (1, 0): -0.5})) == ["甲一。", "乙一。"]


def test_only_the_passages_beside_one_that_was_found_are_read_on_into() -> None:
    index = lay(Cut(("甲。",)), Cut(("乙。",)), Cut(("丙。",)), Cut(("丁。",)))
    assert shown(cut(index, {(1, 0): 0.0})) == [f"甲。{BETWEEN}乙。{BETWEEN}丙。"]


# Order


def test_the_most_useful_window_comes_first() -> None:
    index = lay(*(Cut((f"第{number}篇。",), f"{number}.md") for number in range(4)))
    windows = cut(index, {(0, 0): -2.0, (1, 0): 0.0, (2, 0): -3.0, (3, 0): -1.0})
    assert shown(windows) == ["第1篇。", "第3篇。", "第0篇。", "第2篇。"]
    assert [window.score for window in windows] == [0.0, -1.0, -2.0, -3.0]


def test_a_window_stands_where_its_best_sentence_does() -> None:
    sentences = ("一。", "二。", "三。")
    index = lay(Cut(sentences), Cut(("他。",), "乙.md"))
    windows = cut(index, {(0, 0): -6.0, (0, 1): -4.0, (0, 2): -1.0, (1, 0): -2.0})
    assert [(window.passage.text, window.score) for window in windows] == [("一。二。三。", -1.0), ("他。", -2.0)]


def test_what_goes_on_where_the_last_window_of_the_glance_ends_comes_before_what_is_better() -> None:
    cuts = Cut(numbered(6, 200)), Cut(("很" * 299 + "。",), "乙.md")
    index = lay(*cuts)
    windows = cut(index, {(0, 0): 0.0, (0, 1): -0.1, (0, 2): -0.2, (0, 3): -1.0, (1, 0): -0.5})
    assert shown(windows) == ["".join(cuts[0].sentences[:3]), "".join(cuts[0].sentences[3:6]), cuts[1].sentences[0]]


def test_hits_that_no_window_touches_follow_as_they_were_found() -> None:
    index = lay(*(Cut((f"第{number}篇。",), f"{number}.md") for number in range(5)))
    hits = [hit_of(index, row) for row in (3, 1, 4, 0, 2)]
    windows = cut_windows([Useful(hits[1], 0, 0.0), Useful(hits[4], 0, 1.0)], hits, index)
    assert [hit.passage.id for hit in windows] == [2, 1, 3, 4, 0]
    assert windows[2:] == (hits[0], hits[2], hits[3])


def test_a_hit_that_a_window_goes_on_into_is_not_shown_again() -> None:
    index = lay(Cut(("甲。",)), Cut(("乙。",)))
    assert shown(cut(index, {(0, 0): 0.0}, 1)) == [f"甲。{BETWEEN}乙。"]


def test_a_sentence_that_several_parts_found_counts_as_what_it_is_to_the_best() -> None:
    index = lay(Cut(("甲。",)), Cut(("乙。",), "乙.md"))
    low, high = replace(hit_of(index, 0), dense=0.1), replace(hit_of(index, 0), dense=0.2)
    other = Useful(hit_of(index, 1), 0, -1.0)
    for order in ([Useful(low, 0, -5.0), Useful(high, 0, 0.0)], [Useful(high, 0, 0.0), Useful(low, 0, -5.0)]):
        first, second = cut_windows([*order, other], [], index)
        assert (first.passage.text, first.score, first.dense) == ("甲。", 0.0, 0.2)
        assert (second.passage.text, second.score) == ("乙。", -1.0)


# Scores and terms


def test_a_window_has_the_scores_of_the_hit_that_its_best_sentence_is_from() -> None:
    index = lay(Cut(("甲一。", "甲二。")), Cut(("乙一。", "乙二。")))
    (window,) = cut(index, {(0, 1): -1.0, (1, 0): 0.0})
    hit = hit_of(index, 1)
    assert (window.ranks, window.dense, window.sentence, window.lexical) == (
        hit.ranks,
        hit.dense,
        hit.sentence,
        hit.lexical,
    )
    assert (window.score, window.passage.id) == (0.0, 1)


def test_a_window_names_the_terms_that_it_holds_itself() -> None:
    sentences = numbered(30, 20)
    index = lay(Cut(("早餐五元。", *sentences, "晚餐十元。"), headings=("价格",)))
    hit = hit_of(index, 0, "早餐", "晚餐", "价格", "题甲")
    (window,) = cut_windows([Useful(hit, 0, 0.0)], [hit], index)
    assert window.passage.text.startswith("早餐五元。") and "晚餐" not in window.passage.text
    assert window.terms == ("早餐", "价格", "题甲")


def test_a_window_names_the_terms_of_the_passage_that_it_goes_on_into() -> None:
    index = lay(Cut(("早餐五元。",)), Cut(("午餐十元。",)))
    hits = [hit_of(index, 0, "早餐"), hit_of(index, 1, "午餐")]
    (window,) = cut_windows([Useful(hits[0], 0, 0.0), Useful(hits[1], 0, -1.0)], hits, index)
    assert window.terms == ("早餐", "午餐")


@pytest.mark.parametrize(
    "other", [Cut(("他。",), "乙.md"), Cut(("他。",), headings=("第二章",))], ids=["document", "heading"]
)
def test_a_window_that_was_only_lent_its_use_has_the_scores_of_the_passage_that_lent_it(other: Cut) -> None:
    """The last sentence is lent its use by the first one, though another passage is nearer to it."""
    near, far = numbered(1, 10), numbered(6, 100, "远")
    index = lay(Cut(near), Cut(far), other)
    windows = cut(index, {(0, 0): 0.0, (2, 0): -0.5})
    assert shown(windows) == [near[0] + BETWEEN + "".join(far[:5]), "他。", far[5]]
    assert [window.ranks for window in windows] == [hit_of(index, row).ranks for row in (0, 2, 0)]


# Any texts at all


@st.composite
def libraries(draw: st.DrawFn) -> tuple[SearchIndex, dict[tuple[int, int], float]]:
    """Documents of several passages, and some of their sentences with utilities."""
    cuts: list[Cut] = []
    for document in range(draw(st.integers(1, 3))):
        for _ in range(draw(st.integers(1, 4))):
            lengths = draw(st.lists(st.sampled_from([2, 30, 90, 250, 700]), min_size=1, max_size=6))
            heading = draw(st.sampled_from(["一", "二"]))
            sentences = tuple(f"{number}".ljust(length, "字") for number, length in enumerate(lengths))
            cuts.append(Cut(sentences, f"{document}.md", (heading,), draw(st.sampled_from([None, 1]))))
    index = lay(*cuts)
    places = [(row, number) for row, cut in enumerate(cuts) for number in range(len(cut.sentences))]
    read = draw(st.lists(st.sampled_from(places), min_size=1, unique=True))
    utilities = {place: draw(st.floats(-12, 4)) for place in read}
    return index, utilities


@settings(max_examples=300, deadline=None)
@given(libraries(), st.data())
def test_windows_are_verbatim_and_hold_no_sentence_twice(
    library: tuple[SearchIndex, dict[tuple[int, int], float]], data: st.DataObject
) -> None:
    index, utilities = library
    further = data.draw(st.lists(st.sampled_from(range(len(index.passages))), unique=True))
    found = cut(index, utilities, *further)
    check_places(found, index)
    places = [(hit.passage.document, sentence.start) for hit in found for sentence in hit.passage.sentences]
    assert len(places) == len(set(places))
    owners = {(passage.document, one.start): passage for passage in index.passages for one in passage.sentences}
    for hit in found:
        passages = [owners[hit.passage.document, one.start] for one in hit.passage.sentences]
        assert {one.headings for one in passages} == {hit.passage.headings}
        assert passages[0].page == hit.passage.page
    # The most useful sentence is always shown, and first.
    most = max(utilities.values())
    best = {
        (index.passages[row].document, index.passages[row].sentences[number].start)
        for (row, number), utility in utilities.items()
        if utility == most
    }
    assert found[0].score == most
    assert best & {(found[0].passage.document, one.start) for one in found[0].passage.sentences}
    # What was found is shown, whole or in part.
    for row in {*further, *(row for row, _ in utilities)}:
        passage = index.passages[row]
        assert any((passage.document, one.start) in places for one in passage.sentences)


@settings(max_examples=200, deadline=None)
@given(libraries())
def test_windows_keep_to_a_glance_and_a_screen(library: tuple[SearchIndex, dict[tuple[int, int], float]]) -> None:
    index, utilities = library
    found = [hit for hit in cut(index, utilities) if hit.passage not in index.passages]
    lengths = [one.end - one.start for hit in found for one in hit.passage.sentences]
    assert sum(lengths) <= max(SCREEN_CHARACTERS, *lengths, 0)


@settings(max_examples=100, deadline=None)
@given(libraries())
def test_windows_of_passages_that_are_made_when_asked_for_are_the_same(
    library: tuple[SearchIndex, dict[tuple[int, int], float]],
) -> None:
    index, utilities = library
    records = [
        record_of(
            Document(path, f"题{path}", text, (), (), path), [one for one in index.passages if one.document == path]
        )
        for path, text in index.texts.items()
    ]
    assert cut(replace(index, passages=PassageTable(records)), utilities) == cut(index, utilities)
