"""Documents that give another figure for the same thing, asked all the way, and many that only look so."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.datatypes import Answer
from qa.settings import Settings
from tests.fakes import FakeEncoder

LINES = (Path(__file__).parent / "data" / "disagreements.jsonl").read_text("utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]
# Those that are not found; they are here so that what is found and what is not are both known. In all 12 of 82.
MISSED = (
    "temperature",  # 4℃ is not in 度
    "weeks of training",  # 期三周 is read as a day of the week
    *(f"second set, {name}" for name in ("h1", "h2", "h9", "h15", "h16", "h18")),
    *(f"third set, {name}" for name in ("t1", "t3", "t7", "t14")),
)
OTHERS = {
    "食堂.txt": "食堂管理规定\n食堂早上七点开门，晚上八点关门。\n",
    "设备.txt": "设备管理规定\n设备由设备科负责检修。\n",
}
POPULATION = "金山区常住人口有多少？"
REPORT = "金山区2022年统计公报\n全区常住人口82.05万人。\n"
BRIEF = "金山区2023年简报\n2022年末，全区常住人口81.6万人。\n"
YEARBOOK = "金山区2022年年鉴\n金山区常住人口82.05万人，分布在十个镇。\n"


def ask(root: Path, question: str, **texts: str) -> Answer:
    return ask_of(root, question, texts, apart=60)


def ask_of(root: Path, question: str, texts: dict[str, str], apart: int) -> Answer:
    """Ask a library of some texts among others; each file is some seconds younger than the one before."""
    documents = root / "documents"
    documents.mkdir()
    for number, (name, text) in enumerate((OTHERS | {f"{name}.txt": text for name, text in texts.items()}).items()):
        (documents / name).write_text(text, "utf-8")
        os.utime(documents / name, (1_700_000_000 + apart * number, 1_700_000_000 + apart * number))
    assistant = Assistant(Settings(documents=documents, data=root / "data", min_confidence=0.0), FakeEncoder())
    assistant.sync()
    return assistant.ask(question)


def figures(answer: Answer) -> list[str]:
    return [side.figure for one in answer.disagreements for side in one.sides]


def test_there_are_many_of_both() -> None:
    true = [case["kind"] for case in CASES if case["disagree"]]
    assert (len(true), len(CASES) - len(true)) == (82, 154)
    assert set(MISSED) <= set(true)
    assert len({case["kind"] for case in CASES}) >= len(CASES) - 5


@pytest.mark.parametrize("case", CASES, ids=[case["kind"] for case in CASES])
def test_disagreements_are_told_and_what_only_looks_so_is_not(tmp_path: Path, case: dict[str, str]) -> None:
    answer = ask(tmp_path, case["question"], 甲=case["first"] + "\n", 乙=case["second"] + "\n")
    assert bool(answer.disagreements) is (bool(case["disagree"]) and case["kind"] not in MISSED)
    if answer.disagreements:
        assert {citation.document for citation in answer.citations[:2]} == {"甲.txt", "乙.txt"}


@pytest.mark.parametrize("order", [("公报", "简报"), ("简报", "公报")])
def test_both_are_quoted_the_newer_first_and_it_is_said(tmp_path: Path, order: tuple[str, str]) -> None:
    texts = {"公报": REPORT, "简报": BRIEF}
    answer = ask(tmp_path, POPULATION, **{name: texts[name] for name in order})
    assert [(one.number, one.document, one.quote) for one in answer.citations] == [
        (1, "简报.txt", "2022年末，全区常住人口81.6万人。"),
        (2, "公报.txt", "全区常住人口82.05万人。"),
    ]
    assert answer.text == (
        "2022年末，全区常住人口**81.6万人**。[1]全区常住人口**82.05万人**。[2]\n\n"
        "两份文档给出的数字不同：《金山区2023年简报》[1]（较新，按名称中的日期或版本）为 **81.6万人**，"
        "《金山区2022年统计公报》[2]为 **82.05万人**。"
    )
    (one,) = answer.disagreements
    assert (one.what, one.because) == ("number", "title")
    assert [(side.figure, side.citation, side.documents, side.titles) for side in one.sides] == [
        ("81.6万人", 1, ("简报.txt",), ("金山区2023年简报",)),
        ("82.05万人", 2, ("公报.txt",), ("金山区2022年统计公报",)),
    ]
    for citation, text in zip(answer.citations, (BRIEF, REPORT), strict=True):
        assert text.strip()[citation.start : citation.end] == citation.quote


def test_by_the_date_in_the_text_and_by_the_time_of_the_file(tmp_path: Path) -> None:
    early = "滨海图书馆简介\n滨海图书馆于2018年9月28日开馆。\n图书馆 2021年3月1日\n"
    late = "文化设施名录\n滨海图书馆2019年5月1日开馆。\n文化局 2023年4月2日\n"
    for number, (texts, because, first) in enumerate(
        (
            ({"早": early, "晚": late}, "text", "2019年5月1日"),
            ({"晚": late, "早": early}, "text", "2019年5月1日"),
            ({"早": early[:29], "晚": late[:25]}, "file", "2019年5月1日"),
            ({"晚": late[:25], "早": early[:29]}, "file", "2018年9月28日"),
        )
    ):
        (tmp_path / str(number)).mkdir()
        answer = ask(tmp_path / str(number), "滨海图书馆什么时候开馆？", **texts)
        (one,) = answer.disagreements
        assert (one.what, one.because, one.sides[0].figure) == ("date", because, first)
        assert "两份文档给出的日期不同" in answer.text


def test_two_against_one(tmp_path: Path) -> None:
    answer = ask(tmp_path, POPULATION, 公报=REPORT, 简报=BRIEF, 年鉴=YEARBOOK)
    (one,) = answer.disagreements
    assert [(side.figure, set(side.documents)) for side in one.sides] == [
        ("81.6万人", {"简报.txt"}),
        ("82.05万人", {"公报.txt", "年鉴.txt"}),
    ]
    assert answer.text.count("[2]") == 2 and "三份文档" in answer.text


def test_three_figures_newest_first_and_of_four_nothing_is_said(tmp_path: Path) -> None:
    texts = {
        "一": "桥梁指南2021\n沪浙大桥长3100米。\n",
        "二": "行车指南2023\n沪浙大桥全长3600米。\n",
        "三": "交通手册2022\n沪浙大桥总长4200米。\n",
    }
    question = "沪浙大桥有多长？"
    (tmp_path / "3").mkdir()
    (tmp_path / "4").mkdir()
    three = ask(tmp_path / "3", question, **texts)
    assert figures(three) == ["3600米", "4200米", "3100米"]
    assert "（最新，" in three.text
    four = ask(tmp_path / "4", question, **texts, 四="路桥手册2020\n沪浙大桥长5000米。\n")
    assert four.disagreements == ()


def test_versions_of_one_document_are_told_as_such_only(tmp_path: Path) -> None:
    rule = (
        "员工休假管理办法（{}年版）\n第一条 为规范公司员工休假管理，保障员工休息权利，制定本办法。\n"
        "第二条 员工每年享有{}天带薪年假，未休完的年假可以结转到次年三月底。\n"
        "第三条 员工因病需要休息的，凭医院证明可以请病假，病假期间按照基本工资的百分之八十发放工资。\n"
        "第四条 员工结婚的，享有十天婚假，婚假应当在领取结婚证后一年内使用。\n"
    )
    answer = ask(tmp_path, "员工每年享有几天带薪年假？", 旧=rule.format(2023, "十"), 新=rule.format(2024, "十五"))
    assert len(answer.deviations) == 1
    assert answer.disagreements == ()


def test_only_where_it_is_clear_which_figure_answers(tmp_path: Path) -> None:
    more = [text.replace("人。", "人，比上次普查多3万人。") for text in (REPORT, BRIEF)]
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    question = "金山区常住人口的情况怎么样？"
    assert figures(ask(tmp_path / "1", question, 公报=REPORT, 简报=BRIEF)) == ["81.6万人", "82.05万人"]
    unclear = ask(tmp_path / "2", question, 公报=more[0], 简报=more[1])
    assert len(unclear.citations[0].emphasis) > 1
    assert unclear.disagreements == ()


def test_a_document_that_has_it_both_ways_disagrees_with_none(tmp_path: Path) -> None:
    both = "金山区地理\n金山区海岸线长23.3公里。\n\n金山区海岸线长26公里。\n"
    answer = ask(tmp_path, "金山区海岸线有多长？", 地理=both, 指南="游客指南\n海滩很多。金山区海岸线长26公里。\n")
    assert answer.citations[0].quote.startswith("金山区海岸线长23.3公里。")
    assert answer.disagreements == ()


def test_a_question_for_another_year_is_no_ground(tmp_path: Path) -> None:
    for number, texts in enumerate(
        ((REPORT, BRIEF), ("沪浙大桥简介\n沪浙大桥长3100米。\n", "交通手册\n沪浙大桥长3600米。\n"))
    ):
        (tmp_path / str(number)).mkdir()
        question = ("2015年金山区常住人口有多少？", "2035年沪浙大桥有多长？")[number]
        answer = ask(tmp_path / str(number), question, 公报=texts[0], 简报=texts[1])
        assert answer.disagreements == ()


def test_what_reports_of_two_companies_say_stands_under_their_titles(tmp_path: Path) -> None:
    report = "{}股份有限公司2022年年度报告\n2022年，{}归属于上市公司股东的净利润为{}亿元，{}。\n"
    texts = {
        "甲": report.format("远山重工", "公司经营稳健，", "3.08", "为三年最高"),
        "乙": report.format("海石机械", "", "1.37", "公司未分红"),
    }
    answer = ask(tmp_path, "2022年归属于上市公司股东的净利润是多少？", **texts)
    assert answer.disagreements == ()
    assert [(one.label, "3.08亿元" in one.quote) for one in answer.citations] == [
        ("海石机械股份有限公司2022年年度报告", False),
        ("远山重工股份有限公司2022年年度报告", True),
    ]
    assert "《海石机械股份有限公司2022年年度报告》：2022年" in answer.text


def test_files_written_at_once_do_not_tell_which_is_newer(tmp_path: Path) -> None:
    texts = {"甲": "滨海图书馆简介\n滨海图书馆藏书12万册。\n", "乙": "设施名录\n滨海图书馆藏书15万册。\n"}
    answer = ask_of(tmp_path, "滨海图书馆有多少藏书？", texts, apart=1)
    (one,) = answer.disagreements
    assert one.because is None
    assert answer.text.endswith("看不出哪一份较新。")
