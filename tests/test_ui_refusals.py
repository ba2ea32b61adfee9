"""Under a refusal: what is missing, what to try, what comes nearest."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from index.datatypes import Hit, Passage, Ranks
from qa.datatypes import Answer
from qa.ui.links import AgainLink, PassageLink
from qa.ui.refusals import below_refusal
from qa.ui.texts import Language

PASSAGE = Passage(0, "年鉴.md", "年鉴 <b>", 0, 12, "渡口全年开放。<i>", ())
HIT = Hit(PASSAGE, 1.0, Ranks(1, 1, 1), 0.9, 0.9, 3.0, ())
REFUSAL = Answer("渡口？", "没有找到。", False, "extractive", (), (HIT,) * 5, (), "渡口？", 0.1)


def below(answer: Answer, language: Language = "zh") -> str:
    return "".join(below_refusal(answer, 2, language))


def test_a_refusal_names_what_is_missing_what_to_try_and_what_is_nearest() -> None:
    shown = below(replace(REFUSAL, missing_terms=("火星",), scope=("规章/",)))
    assert '文档中没有出现<span class="term">火星</span>' in shown
    order = "文档中没有出现 可以试试 只查了选定的范围 换成文档可能用的说法 上传写有答案的文档 最接近的段落"
    places = [shown.index(words) for words in order.split()]
    assert places == sorted(places)
    assert shown.count("wendang&#47;passage") == 3 and str(PassageLink(2, 2)) in unescape(shown)
    assert "<b>" not in shown and "<i>" not in shown


def test_each_hint_comes_with_the_deed() -> None:
    shown = unescape(below(replace(REFUSAL, scope=("规章/",))))
    assert f'href="{AgainLink("everywhere", 2)}" class="everywhere">在全部文档中再问</a>' in shown
    assert '<button value="渡口？" class="edit">修改问题</button>' in shown
    assert '<button class="to-documents">去文档栏</button>' in shown


def test_hints_are_those_of_this_refusal() -> None:
    assert "范围" not in below(REFUSAL) and "没有出现" not in below(REFUSAL)
    assert "写明要问的人、事、时间或文档名" in below(REFUSAL)
    assert "这句追问" in below(replace(REFUSAL, searched="青岚渡口？"))
    year = replace(REFUSAL, searched="2023年渡口？", question="2023年渡口？")
    old = replace(HIT, passage=replace(PASSAGE, text="2021年开放。"))
    assert "最接近的段落说的是 2021 年" in below(replace(year, hits=(old,)))
    assert "没有出现" not in below(replace(REFUSAL, text="都没有提到：火星。", missing_terms=("火星",)))


@pytest.mark.parametrize("more", [{}, {"scope": ("规章/",)}, {"missing_terms": ("Mars",)}, {"searched": "别"}])
def test_everything_is_said_in_english_too(more: dict[str, object]) -> None:
    shown = below(replace(REFUSAL, question="Ferry?", **{"searched": "Ferry?", **more}), "en")  # type: ignore[arg-type]
    assert "What to try" in shown and "Upload a document" in unescape(shown)
    assert not any(word in shown for word in ("试试", "范围", "修改", "段落说"))


def test_a_library_without_documents_is_told_to_upload_some() -> None:
    shown = below(replace(REFUSAL, hits=()))
    assert shown.count("<li>") == 1 and "上传" in shown and "最接近" not in shown
