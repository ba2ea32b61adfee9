"""Questions that may go on with what was talked about, or have left it."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedding import Encoder
from index.lexical import words
from qa.assistant import Assistant
from qa.datatypes import Answer, Citation, Turn
from qa.settings import Settings
from qa.standing_alone import answers_better, may_have_changed
from tests.test_assistant import write_documents


def answer(quote: str, confidence: float = 0.9, title: str = "制度") -> Answer:
    cited = Citation(1, "制度.md", title, (), None, 0, len(quote), quote, True)
    return Answer("", "", True, "extractive", (cited,), (), (), "", confidence=confidence)


@pytest.mark.parametrize(
    ("question", "alone", "whole", "expected"),
    [
        # It says more of what is asked about.
        ("加班费怎么算？", answer("工作日加班费按1.5倍支付。"), answer("食堂七点供应早餐。"), True),
        ("加班费怎么算？", answer("按1.5倍支付。", title="加班费"), answer("食堂七点供应早餐。"), True),
        # As much: what was talked about before still is.
        ("人口有多少？", answer("奉贤区人口114万人。"), answer("金山区人口82万人。"), False),
        # As much, and the figure asked for.
        ("午餐多少钱？", answer("午餐每份15元。"), answer("午餐为11点半至13点。"), True),
        ("午餐几点开始？", answer("午餐每份15元。"), answer("午餐为11点半至13点。"), False),
        # It names nothing of its own.
        ("什么时候启用？", answer("大楼2027年启用。"), answer("校区2022年动工。"), False),
        # Sure beside doubtful, whatever is said; doubtful itself, never.
        ("加班费怎么算？", answer("按1.5倍支付。", 0.8), answer("食堂七点供应早餐。", 0.4), True),
        ("加班费怎么算？", answer("工作日加班费按1.5倍支付。", 0.4), answer("食堂七点供应早餐。"), False),
    ],
)
def test_the_better_answer(question: str, alone: Answer, whole: Answer, expected: bool) -> None:
    assert answers_better(question, alone, whole, words) is expected


@pytest.mark.parametrize("question", ["它怎么算？", "病假呢？", "我问的是病假"])
def test_what_points_back_or_corrects_has_left_nothing(question: str) -> None:
    assert not may_have_changed(question)
    assert may_have_changed("病假怎么算？")


def test_a_change_of_subject_leaves_what_was_talked_about(tmp_path: Path, default_encoder: Encoder) -> None:
    canteen = (
        "# 茶水间管理办法\n\n## 供应时间\n\n茶水间豆浆供应时间为7点至9点，绿豆汤为11点半至13点。\n\n"
        "## 价格\n\n豆浆每杯3元，绿豆汤每碗5元。\n"
    )
    overtime = "# 值班规定\n\n夜间值班按每小时40元支付值班补贴，节假日加倍。\n"
    write_documents(tmp_path / "documents", {"茶水间.md": canteen, "值班.md": overtime})
    library = Assistant(Settings(documents=tmp_path / "documents", data=tmp_path / "data"), default_encoder)
    library.sync()
    first = "茶水间豆浆供应时间是几点？"
    turns = [Turn("user", first), Turn("assistant", library.ask(first).text)]
    changed = library.ask("值班补贴怎么算？", turns)
    assert "每小时40元" in changed.citations[0].quote and changed.searched == "值班补贴怎么算？"
    assert "5元" in library.ask("绿豆汤多少钱？", turns).citations[0].quote
    assert library.ask("那绿豆汤呢？", turns).searched != "那绿豆汤呢？"
