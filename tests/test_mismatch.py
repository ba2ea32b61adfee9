"""Answers of another year or model than the one asked about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.datatypes import Hit, Passage, Ranks, Sentence
from index.embedding import Encoder
from index.lexical import fold_in_place
from qa.assistant import Assistant
from qa.evidence import SIGNS, Candidate
from qa.grounds import grounds_of
from qa.mismatch import is_of_another, may_be_of_another, years_in
from qa.settings import Settings
from tests.test_assistant import write_documents


def candidate(text: str, title: str = "青岚公司报告", document: str = "报告.txt", rest: str = "") -> Candidate:
    whole = text + rest
    passage = Passage(0, document, title, 0, len(whole), whole, ())
    hit = Hit(passage, 1.0, Ranks(1, 1, 1), 0.9, 0.9, 3.0, ())
    return Candidate(hit, 0, 0, Sentence(0, 0, len(text)), text, fold_in_place(text), np.zeros(len(SIGNS)))


@pytest.mark.parametrize(
    ("question", "text", "title", "document"),
    [
        ("青岚公司2023年的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", "报告.txt"),
        ("青岚公司二〇二三年的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", "报告.txt"),
        ("青岚公司2023年的营收是多少？", "营收为88亿元。", "青岚公司2022年年度报告", "报告.txt"),
        ("青岚公司2023年的营收是多少？", "营收为88亿元。", "青岚公司报告", "2022年/报告.txt"),
        ("风扇S5的电池多大？", "风扇S3的电池为5200mAh。", "说明书", "说明书.txt"),
        ("风扇MX-200的电池多大？", "风扇MX-100的电池为5200mAh。", "说明书", "说明书.txt"),
    ],
)
def test_another_year_or_model(question: str, text: str, title: str, document: str) -> None:
    assert is_of_another(question, [candidate(text, title, document)])


@pytest.mark.parametrize(
    ("question", "text", "title", "rest"),
    [
        ("青岚公司2023年的营收是多少？", "2023年营收为99亿元。", "青岚公司报告", ""),
        ("青岚公司2023年的营收是多少？", "营收为99亿元。", "青岚公司2023年年度报告", ""),
        ("青岚公司2023年的营收是多少？", "营收为99亿元。", "青岚公司报告", ""),  # no year at all
        ("青岚公司2023年的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", "2023年为99亿元。"),
        ("青岚公司2023年的营收是多少？", "2019年、2020年、2021年连续获奖。", "青岚公司报告", ""),
        ("青岚公司2020年以来的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", ""),
        ("青岚公司2020年至2023年的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", ""),
        ("青岚公司的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", ""),
        ("风扇S5的电池多大？", "风扇的电池为5200mAh。", "说明书", ""),
        ("风扇S5的电池多大？", "风扇S5与S3的电池为5200mAh。", "说明书", ""),
        ("A4纸放在哪里？", "B5纸放在柜子里。", "说明书", ""),
    ],
)
def test_the_same_or_any(question: str, text: str, title: str, rest: str) -> None:
    assert not is_of_another(question, [candidate(text, title, rest=rest)])


def test_a_sentence_nearby_that_holds_it_is_enough() -> None:
    lead, other = candidate("2022年营收为88亿元。"), candidate("2023年营收为99亿元。")
    assert not is_of_another("2023年营收多少？", [lead, replace(other, place=1)])
    assert is_of_another("2023年营收多少？", [lead] * 6 + [other])


@pytest.mark.parametrize(
    ("question", "text", "title", "expected"),
    [
        ("青岚公司2023年的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", True),
        ("青岚公司2023年的营收是多少？", "营收为88亿元。", "青岚公司2022年年度报告", True),
        ("青岚公司2023年的营收是多少？", "2023年营收为99亿元。", "青岚公司2022年年度报告", False),
        ("青岚公司2023年的营收是多少？", "营收为88亿元。", "青岚公司报告", False),
        ("青岚公司2023年的营收是多少？", "营收从2022年的88亿元增加到2023年的99亿元。", "青岚公司报告", False),
        ("青岚公司2020年以来的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", False),
        ("青岚公司的营收是多少？", "2022年营收为88亿元。", "青岚公司报告", False),
    ],
)
def test_what_is_quoted_first_is_of_another_year(question: str, text: str, title: str, expected: bool) -> None:
    assert may_be_of_another(question, candidate(text, title)) is expected


def test_years_are_found_in_any_form() -> None:
    assert years_in("2022年和二〇二三年3月，共5000年前") == {"2022", "2023"}


def test_such_a_question_is_refused(tmp_path: Path, default_encoder: Encoder) -> None:
    text = "青岚公司经营情况\n\n2022年，青岚公司营业收入为88亿元，在职员工3,000人。\n"
    write_documents(tmp_path / "documents", {"报告.txt": text})
    library = Assistant(Settings(documents=tmp_path / "documents", data=tmp_path / "data"), default_encoder)
    library.sync()
    assert library.ask("青岚公司2022年营业收入是多少？").confidence > 0.5
    refused = library.ask("青岚公司2023年营业收入是多少？")
    assert refused.confidence <= 0.05 and not refused.answered


def test_where_the_right_year_stands_nearby_the_answer_is_weakly_founded(
    tmp_path: Path, default_encoder: Encoder
) -> None:
    text = (
        "青岚公司经营情况\n\n2022年，青岚公司营业收入为88亿元，在职员工3,000人。\n\n"
        "2023年，青岚公司在东港新开两家门店，门店全部临街。\n"
    )
    write_documents(tmp_path / "documents", {"报告.txt": text})
    library = Assistant(Settings(documents=tmp_path / "documents", data=tmp_path / "data"), default_encoder)
    library.sync()
    assert grounds_of(library.ask("青岚公司2022年营业收入是多少？")) == "founded"
    asked = library.ask("青岚公司2023年营业收入是多少？")
    assert "2022年" in asked.citations[0].quote and grounds_of(asked) == "weak"
