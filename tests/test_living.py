"""However a folder came to be what it is, and whatever was killed on the way, its index is that of a fresh build."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SyncStopped
from index.generations import Generation, load_generation
from index.search import search
from index.segments import SMALLEST
from index.store import Store
from index.sync import sync
from tests.fakes import FakeEncoder

QUESTIONS = ("年假有几天", "绿源环保的功率", "PPR-9087", "1200元", "食堂早餐", "规定2023-10-17")
PHRASES = (
    *("员工年假十天。", "加班工资按照一点五倍发放。", "绿源环保的设备功率为1.5千瓦。", "PPR-9087型设备每年检修。"),
    *(
        "补贴一千二百元。",
        "规定自2023年10月17日起施行。",
        "食堂供应早餐。",
        "宿舍晚上十一点关门。",
        "澜赋手册已经印好。",
    ),
)
NAMES = ("甲.txt", "乙.txt", "丙/丁.txt", "丙/戊.md", "己.md", "庚.txt")

Texts = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=8).map("\n".join)
Names = st.sampled_from(NAMES)
Step = st.one_of(
    st.tuples(st.just("write"), Names, Texts),
    st.tuples(st.just("append"), Names, st.sampled_from(PHRASES)),
    st.tuples(st.just("move"), Names, Names),
    st.tuples(st.just("swap"), Names, Names),
    st.tuples(st.just("copy"), Names, Names),
    st.tuples(st.just("remove"), Names, st.just("")),
    st.tuples(st.just("touch"), Names, st.just("")),
    st.tuples(st.just("sync"), st.just(""), st.just("")),
    st.tuples(st.just("kill"), st.just(""), st.sampled_from(("embedding", "words", "writing"))),
    st.tuples(st.just("forget"), st.just(""), st.just("")),
)


class Living:
    """A folder that changes, and its index."""

    def __init__(self, root: Path) -> None:
        self.documents, self.data, self.fresh = root / "documents", root / "data", root / "fresh"
        self.documents.mkdir()
        self.encoder = FakeEncoder()
        self.generation: Generation | None = None
        self.clock = time.time_ns() - 10**15

    def carry_out(self, step: tuple[str, str, str]) -> None:
        kind, first, second = step
        path, other = self.documents / first, self.documents / second
        if kind == "write":
            self._write(path, second)
        elif kind == "append" and path.is_file():
            self._write(path, path.read_text("utf-8") + second)
        elif kind in ("move", "swap", "copy") and path.is_file() and first != second:
            getattr(self, f"_{kind}")(path, other)
        elif kind == "remove":
            path.unlink(missing_ok=True)
        elif kind == "touch" and path.is_file():
            self._date(path)
        elif kind == "sync":
            self.sync()
        elif kind == "kill":
            self._stop_at(second)
        elif kind == "forget":
            # As another process sees it, or this one after a restart.
            self.generation = None

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        self._date(path)

    def _date(self, path: Path) -> None:
        """Give a file a time that no file had before: a clock may stand still between two writes."""
        self.clock += 1_000_000
        os.utime(path, ns=(self.clock, self.clock))

    def _move(self, path: Path, other: Path) -> None:
        other.parent.mkdir(exist_ok=True)
        path.replace(other)

    def _swap(self, path: Path, other: Path) -> None:
        if other.is_file():
            path.rename(self.documents / "between")
            other.rename(path)
            (self.documents / "between").rename(other)

    def _copy(self, path: Path, other: Path) -> None:
        self._write(other, path.read_text("utf-8"))

    def _stop_at(self, stage: str) -> None:
        """Have a sync end at a stage, as if it was killed there: what it has not committed is lost."""
        seen: list[str] = []
        with suppress(SyncStopped):
            sync(
                self.documents,
                self.data,
                self.encoder,
                lambda progress: seen.append(progress.stage),
                before=self.generation,
                stopped=lambda: stage in seen,
            )

    def sync(self) -> None:
        sync(self.documents, self.data, self.encoder, before=self.generation)
        self.generation = load(self.data, self.generation)

    def build_anew(self) -> Generation:
        shutil.rmtree(self.fresh, ignore_errors=True)
        sync(self.documents, self.fresh, self.encoder)
        return load(self.fresh)


def load(data: Path, before: Generation | None = None) -> Generation:
    store = Store.open(data)
    try:
        return load_generation(store, before)
    finally:
        store.close()


def everything(generation: Generation) -> list[object]:
    """Return what an index holds and what it answers, to the last bit."""
    encoder = FakeEncoder()
    found = [
        (hit.passage, hit.score, hit.dense, hit.sentence, hit.lexical, hit.ranks)
        for question in QUESTIONS
        for hit in search(generation.index, question, encoder.encode_queries([question])[0], 50)
    ]
    index = generation.index
    words = [index.lexical.weights(question) for question in QUESTIONS]
    return [dict(generation.documents), list(index.passages), index.lexical.own_words, index.titles, words, found]


def check(living: Living, steps: list[tuple[str, str, str]]) -> None:
    for step in steps:
        living.carry_out(step)
    living.sync()
    expected = everything(living.build_anew())
    assert living.generation is not None
    assert everything(living.generation) == expected
    assert everything(load(living.data)) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(Step, min_size=1, max_size=25))
def test_any_history_gives_the_index_of_a_fresh_build(steps: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as root:
        check(Living(Path(root)), steps)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(Step, min_size=1, max_size=4), min_size=5, max_size=12))
def test_so_does_one_with_many_segments(rounds: list[list[tuple[str, str, str]]]) -> None:
    """A sync after every few steps makes a segment each, and their merging."""
    with tempfile.TemporaryDirectory() as root:
        check(Living(Path(root)), [step for some in rounds for step in (*some, ("sync", "", ""))])


def test_words_are_learned_by_buckets_the_same_way_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.lexicon.BUCKET_CHARACTERS", 60)
    living = Living(tmp_path)
    steps = [("write", name, "《霁澜药业》今年投产。" + name[0] + "镇的“霁澜药业”招工。" + name) for name in NAMES]
    check(living, [part for step in steps for part in (step, ("sync", "", ""))] + [("remove", NAMES[0], "")])
    assert living.generation is not None
    assert "霁澜药业" in living.generation.index.lexical.own_words


def test_segments_of_many_sizes_are_merged_and_answer_alike(tmp_path: Path) -> None:
    living = Living(tmp_path)
    for number in range(30):
        for name in range(SMALLEST // 16):
            living.carry_out(("write", f"{number:02d}-{name}.txt", f"第{number}份{name}号\n" + PHRASES[name % 9]))
        living.sync()
    assert living.generation is not None
    assert 1 < len(living.generation.segments) < 8
    check(living, [("remove", "03-1.txt", "")])


@pytest.mark.parametrize("sentence", ["新增的一句话说明了情况。"])
def test_a_sentence_in_a_long_document_embeds_little(tmp_path: Path, sentence: str) -> None:
    living = Living(tmp_path)
    lines = [
        f"第{number}条 "
        + "".join(f"第{number}条的第{part}款规定了第{number * 7 + part}项内容的办法。" for part in range(12))
        for number in range(500)
    ]
    living.carry_out(("write", "甲.txt", "\n\n".join(lines)))
    living.sync()
    assert living.generation is not None
    assert len(living.generation.index.passages) >= 500
    lines[250] = lines[250] + sentence
    living.carry_out(("write", "甲.txt", "\n\n".join(lines)))
    before = len(living.encoder.embedded)
    living.sync()
    embedded = living.encoder.embedded[before:]
    passages = [text for text in embedded if text.count("。") > 1]
    assert 1 <= len(passages) <= 4
    assert sum(sentence in text for text in embedded) >= 1
    assert len(embedded) <= 4 + 2 * 4
