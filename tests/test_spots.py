"""Where a citation is found in its file: page, slide, sheet and row."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import pytest

from index.chunking import split_passages
from index.datatypes import Document, Page, Section, Spot
from qa.assistant import Assistant
from qa.citations import place_citations
from qa.history.datatypes import Conversation, Exchange
from qa.records import answer_record
from qa.settings import Settings
from qa.ui.sources import list_sources
from qa.ui.steps import converse
from tests.fakes import FakeEncoder
from tests.test_ui_documents import Still

TEXT = "第一页的话。\n还是第一页。\n第二页的话。"


def test_each_place_knows_its_page() -> None:
    one = Document("a.pdf", "甲", TEXT, (), (Page(1, 0, 9), Page(2, 9, len(TEXT))), "0", unit="page")
    assert [one.spot(at) for at in (0, 8, 9, 20)] == [Spot(page=1), Spot(page=1), Spot(page=2), Spot(page=2)]
    slides = Document("a.pptx", "甲", TEXT, (), one.pages, "0", unit="slide")
    assert slides.spot(10) == Spot(page=2, slide=2)
    assert Document("a.txt", "甲", TEXT, (), (), "0").spot(3) == Spot()


def test_each_line_of_a_sheet_knows_its_row() -> None:
    text = "在职\n甲\n乙\n丙\n丁"
    sheet = Page(1, 0, len(text), "在职", ((3, 2), (7, 9)))
    one = Document("a.xlsx", "甲", text, (), (sheet,), "0", unit="sheet")
    assert [one.spot(at).row for at in (0, 3, 5, 7, 9)] == [None, 2, 3, 9, 10]
    assert one.spot(3).sheet == "在职"
    unnamed = Document("a.csv", "甲", text, (), (Page(1, 0, len(text), "", ((0, 1),)),), "0", unit="sheet")
    assert unnamed.spot(3) == Spot(row=2)


@pytest.mark.parametrize(("unit", "passages"), [("page", 1), ("slide", 2), ("sheet", 2)])
def test_passages_run_from_page_to_page_but_not_from_slide_to_slide(unit: str, passages: int) -> None:
    pages = (Page(1, 0, 14), Page(2, 14, len(TEXT)))
    one = Document("a.pdf", "甲", TEXT, (Section(0, len(TEXT)),), pages, "0", unit=unit)  # type: ignore[arg-type]
    cut = split_passages(one)
    assert [passage.page for passage in cut] == [1, 2][:passages]
    assert len(cut) == passages


def test_a_quote_of_what_was_hardly_recognised_says_so() -> None:
    pages = (Page(1, 0, 9, unsure=((0, 4, 0.8), (4, 8, 0.6))), Page(2, 9, len(TEXT)))
    one = Document("a.png", "甲", TEXT, (), pages, "0", unit="page")
    assert [one.certainty(*span) for span in ((0, 3), (0, 5), (8, 9), (9, 12))] == [0.8, 0.6, None, None]


STAFF = "姓名,部门,电话\n张三,人事处,5551\n李四,财务处,5552\n\n王五,信息中心,5553\n"


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(documents=tmp_path / "文档", data=tmp_path / "数据", min_confidence=0.0)
    settings.documents.mkdir()
    (settings.documents / "通讯录.csv").write_text(STAFF, encoding="utf-8")
    assistant = Assistant(settings, FakeEncoder())
    assistant.sync()
    return assistant


@pytest.mark.parametrize(("name", "row"), [("张三", 2), ("李四", 3), ("王五", 5)])
def test_a_cell_is_answered_with_its_row(library: Assistant, name: str, row: int) -> None:
    answer = library.ask(f"{name}的电话是多少？")
    record = answer_record(None, answer)
    cited = record["citations"][0]
    assert name in cited["quote"]
    text = library.generation.documents["通讯录.csv"].text
    assert text[cited["start"] : cited["end"]] == cited["quote"]
    assert cited["quote"].startswith(f"姓名：{name}；部门：")
    assert (cited["row"], cited["sheet"], cited["page"], cited["slide"]) == (row, None, None, None)


def test_the_card_of_a_citation_tells_how_surely_it_was_recognised(library: Assistant) -> None:
    found = library.generation.documents["通讯录.csv"]
    (page,) = found.pages
    doubtful = replace(found, pages=(replace(page, unsure=((0, len(found.text), 0.625),)),))
    answer = place_citations(library.ask("李四的电话是多少？"), {found.path: doubtful})
    assert answer_record(None, answer)["citations"][0]["certainty"] == 0.625
    for language, told in (("zh", "识别把握 62%，请核对原图"), ("en", "recognised with 62% confidence")):
        shown = list_sources(library, Exchange(answer.question, answer), 0, language)  # type: ignore[arg-type]
        assert told in html.unescape(shown)
    assert answer_record(None, library.ask("李四的电话是多少？"))["citations"][0]["certainty"] is None


def test_the_card_of_a_citation_tells_sheet_and_row(library: Assistant) -> None:
    with Still(library) as syncing:
        conversation = [*converse(syncing, Conversation(), "李四的电话是多少？", "zh")][-1].conversation
        assert "第 3 行" in list_sources(library, conversation.exchanges[0], 0, "zh")
