from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from qa.calibration import Point, reliability, separation
from qa.datatypes import Answer
from qa.report.cards import question_card
from qa.report.columns import COLUMNS, SPEED, difference, written
from qa.report.html import Markup, element, escape
from qa.report.judging import judge
from qa.report.last import LastReport, LastSet
from qa.report.page import report_page
from qa.report.plots import recall_plot, refusal_plot, reliability_plot
from qa.report.results import Results, evaluate_sets
from qa.settings import Settings
from tests.fakes import FakeEncoder
from tests.test_evaluate import LINES, write_set
from tests.test_measures import answer, hit, question
from tests.test_report import HEADER, write_sets

COLUMN = {column.key: column for column in COLUMNS}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e\x00"
EMPTY = {"meta", "link"}


class Reader(HTMLParser):
    """Notes every element with its attributes, the text, and whether all that is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.words)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return evaluate_sets(write_sets(tmp_path), Settings(data=tmp_path / "data", min_confidence=0.5), FakeEncoder())


# Markup


def test_text_is_escaped_and_markup_is_not() -> None:
    assert escape("<b>&\"'\u202e\ud800") == "&lt;b&gt;&amp;&quot;&#x27;��"
    assert element("p", "<i>", element("b", "&"), class_="x") == '<p class="x">&lt;i&gt;<b>&amp;</b></p>'
    assert element("p", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;"></p>'
    assert element("td", tabindex=None, x=1.5, text_anchor="end") == '<td x="1.5" text-anchor="end"></td>'
    assert isinstance(element("p"), Markup)


# Figures


def test_figures_and_differences_are_written_with_their_sign() -> None:
    hits, length, speed = COLUMN["answer_hit"], COLUMN["answer_length"], COLUMN[SPEED]
    assert [written(value, hits) for value in (0.96, 1, None)] == ["0.960", "1.000", "–"]
    assert (written(1234.5, length), written(61.04, speed)) == ("1,234", "61.0")
    assert difference(0.96, 0.948, hits) == ("+0.012", "better")
    assert difference(0.948, 0.96, hits) == ("−0.012", "worse")
    assert difference(0.96, 0.9603, hits) == ("±0", "same")
    assert difference(120, 100, length) == ("+20", "same")  # longer is neither better nor worse
    assert difference(None, 0.5, hits) == difference(0.5, None, hits) == ("", "same")


# The page


def test_the_page_is_whole_and_asks_no_host_for_anything(results: Results) -> None:
    page = report_page(results, HEADER)
    reader = Reader(page)
    assert reader.open == []
    assert {tag for tag, _ in reader.elements} & {"script", "img", "iframe", "object", "base", "form"} == set()
    named = [value for _, given in reader.elements for key, value in given.items() if key in ("href", "src")]
    assert named
    assert all(value is not None and (value.startswith("#") or value == "data:,") for value in named)
    assert [value for value in re.findall(r"url\(|@import|https?:", page)] == []
    assert "default-src 'none'" in str(reader.elements)
    assert "prefers-color-scheme: dark" in page
    places = {given["id"] for _, given in reader.elements if "id" in given}
    assert {value[1:] for value in named if value and value.startswith("#")} <= places


def test_the_page_shows_sets_groups_baselines_and_the_worst(results: Results) -> None:
    text = Reader(report_page(results, HEADER)).text
    for words in (
        *("both", "web-noise", "web-reject", "all sets", "web-noise + web-reject", "dense only", "BM25 only"),
        *("plain windows", "By kind of question", "follow-up", "Evidence found by character budget"),
        *("Refusals against answers", "Reliability of the confidence", "Worst questions", "abc1234", "2 cores"),
        *("min_confidence 0.2", "0.833", "No earlier report stood in this folder"),
    ):
        assert words in text, words


def test_the_page_shows_what_changed_by_sign_and_colour(results: Results) -> None:
    now = results.sets[0].evaluation
    then = LastSet({**now.measures, "evidence_recall_1500": 0.7, "answered": 1.0}, {}, None)
    assert now.measures["answered"] is not None
    assert now.measures["answered"] < 1
    page = report_page(results, HEADER, LastReport("2026-01-01", "def5678", False, {"both": then}))
    assert '<span class="change better">+0.133</span>' in page
    assert '<span class="change worse">−' in page
    assert "Compared with the report of 2026-01-01, commit def5678" in page
    assert "Not in it: web-noise, web-reject." in page
    assert "Compared with" not in report_page(results, HEADER, None, "the last report cannot be read")


def test_nothing_from_documents_or_questions_becomes_markup(tmp_path: Path) -> None:
    line: dict[str, object] = {
        "id": HOSTILE,
        "question": f"食堂早餐的价格是多少？{HOSTILE}",
        "answers": [HOSTILE],
        "evidence": [{"document": HOSTILE, "quote": HOSTILE}],
        "kind": HOSTILE,
    }
    folder = write_set(tmp_path / "a<b>&'", [*LINES, line])
    (folder / "documents" / "<b>坏.md").write_text(f"# {HOSTILE}\n\n食堂早餐的价格{HOSTILE}。\n", "utf-8")
    results = evaluate_sets([folder], Settings(data=tmp_path / "data", min_confidence=0.0), FakeEncoder())
    assert any(one.question.id == HOSTILE for one in results.worst)
    header = dataclasses.replace(HEADER, command=HOSTILE, encoder=HOSTILE, settings={HOSTILE: HOSTILE})
    last = LastReport(HOSTILE, HOSTILE, False, {})
    for page in (report_page(results, header, last), report_page(results, header, None, HOSTILE)):
        reader = Reader(page)
        assert reader.open == []
        assert {"script", "img"} & {tag for tag, _ in reader.elements} == set()
        assert [key for _, given in reader.elements for key in given if key.startswith("on")] == []
        assert "\u202e" not in page
        assert "\x00" not in page
        assert "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&��" in reader.text


def test_without_a_fault_there_is_no_worst_question(results: Results) -> None:
    page = report_page(dataclasses.replace(results, worst=()), HEADER)
    assert "No question has a fault." in page


# Cards


def card(asked_for: tuple[str, ...], quotes: tuple[str, ...], reply: Answer) -> str:
    asked = question(*quotes, answers=asked_for)
    return Reader(question_card(judge("集", asked, reply, reply))).text


def test_a_card_says_where_the_answer_and_the_quotes_stand() -> None:
    found = (hit("无关"), hit("有225家"), hit("一二三四"), hit("五六七八"), hit("字" * 1_500), hit("远处的话"))
    reply = answer("甲**乙**[1]", ("甲乙",), found, 0.9)
    text = card(("225家",), ("一二三四", "三四五六", "远处的话", "没有的话"), reply)
    assert "225家\n – in passage 2" in text
    assert "一二三四\n – in passage 3" in text
    assert "三四五六\n – across two passages" in text
    assert "远处的话\n – in passage 6" in text
    assert "没有的话\n – whole in none of the 6 passages" in text
    assert "confidence 0.900" in text
    assert "none of the right answers stands in the reply" in text
    assert "甲\n乙\n[1]" in text  # in bold
    assert "225家\n – whole in none of the 0 passages" in card(("225家",), (), answer("甲[1]", ("甲",)))


# Plots


def test_the_shipped_threshold_is_marked_where_it_stands() -> None:
    found = separation([0.9, 0.8], [0.1, 0.85])
    drawn = refusal_plot(found, Point(0.2, 1.0, 0.5))
    assert drawn is not None
    dots = [given for tag, given in Reader(drawn).elements if tag == "circle"]
    # The frame runs from 52 to 438 and, upwards, from 280 to 14.
    assert [(dot["cx"], dot["cy"]) for dot in dots] == [("438", "147"), ("438", "147")]
    assert "threshold as shipped, 0.2: 100.0% answered, 50.0% refused" in drawn
    assert refusal_plot(None, Point(0.2, 1.0, 0.5)) is None


def test_bins_have_their_height_and_their_count() -> None:
    drawn = reliability_plot(reliability([(0.55, True), (0.55, False), (0.95, True)]))
    assert drawn is not None
    reader = Reader(drawn)
    bars = [given for tag, given in reader.elements if tag == "rect"]
    assert [bar["height"] for bar in bars] == ["133", "266"]
    assert "0.5–0.6: 0.500 right of 2 questions" in reader.text
    assert reliability_plot(None) is None


def test_recall_is_drawn_for_ours_and_each_baseline(results: Results) -> None:
    both, noise, reject = results.sets
    drawn = recall_plot(both)
    assert drawn is not None
    lines = [given["class"] for tag, given in Reader(drawn).elements if tag == "polyline"]
    assert [one for one in lines if one and one.startswith("line")] == [f"line series-{at}" for at in (3, 2, 1, 0)]
    assert "0.833 at 1,500 characters" in drawn
    assert recall_plot(noise) is not None
    assert recall_plot(reject) is None
