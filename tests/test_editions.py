from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.datatypes import Answer
from qa.editions import prefer_newer
from qa.settings import Settings
from tests.fakes import FakeEncoder

TEXT = (
    "{title}\n第一条 为规范公司员工休假管理，保障员工休息权利，制定本办法。\n"
    "第二条 员工入职满一年的，每年享有{days}带薪年假，未休完的年假可以结转到次年三月底。\n"
    "第三条 员工因病需要休息的，凭医院证明可以请病假，病假期间按照基本工资的百分之八十发放工资。\n"
    "第四条 员工结婚的，享有十天婚假，婚假应当在领取结婚证后一年内使用。\n"
    "第五条 本办法由人力资源部负责解释，自{year}年1月1日起施行。\n"
)
OTHERS = {
    "食堂.txt": "食堂管理规定\n食堂早上七点开门，晚上八点关门。\n",
    "宿舍.txt": "宿舍管理规定\n宿舍晚上十一点关门，访客须登记。\n",
    "设备.txt": "设备管理规定\n设备每年检修一次，由设备科负责。\n",
}
LEAVE = "员工每年享有几天带薪年假？"


def notice(year: int, days: str, title: str = "员工休假管理办法（{year}年版）") -> str:
    return TEXT.format(title=title.format(year=year), year=year, days=days)


def library(root: Path, **texts: str) -> Assistant:
    """A library of some notices among other documents."""
    documents = root / "documents"
    documents.mkdir(exist_ok=True)
    for number, (name, text) in enumerate((OTHERS | {f"{name}.txt": text for name, text in texts.items()}).items()):
        (documents / name).write_text(text, "utf-8")
        os.utime(documents / name, (1_700_000_000 + number, 1_700_000_000 + number))
    assistant = Assistant(Settings(documents=documents, data=root / "data", min_confidence=0.0), FakeEncoder())
    assistant.sync()
    return assistant


def ask(root: Path, question: str, **texts: str) -> Answer:
    return library(root, **texts).ask(question)


def cited(answer: Answer) -> set[str]:
    return {citation.document for citation in answer.citations}


@pytest.mark.parametrize("order", [("旧", "新"), ("新", "旧")])
def test_the_newer_version_is_quoted_and_the_difference_said(tmp_path: Path, order: tuple[str, str]) -> None:
    texts = {"旧": notice(2023, "十天"), "新": notice(2024, "十五天")}
    answer = ask(tmp_path, LEAVE, **{name: texts[name] for name in order})
    assert cited(answer) == {"新.txt"}
    assert "十五天" in answer.citations[0].quote
    (deviation,) = answer.deviations
    assert (deviation.older, deviation.newer, deviation.because) == ("旧.txt", "新.txt", "title")
    assert (deviation.older_title, deviation.newer_title) == (
        "员工休假管理办法（2023年版）",
        "员工休假管理办法（2024年版）",
    )
    assert "十天带薪年假" in deviation.older_quote and "十五天带薪年假" in deviation.newer_quote
    assert answer.text.endswith(
        "《员工休假管理办法（2024年版）》与《员工休假管理办法（2023年版）》内容相近，以上引自较新的前者（按名称中的日期或版本）。"
        f"后者此处为：“{deviation.older_quote}”"
    )
    for citation in answer.citations:
        assert citation.quote == notice(2024, "十五天").strip()[citation.start : citation.end]
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_what_both_say_alike_is_quoted_from_the_newer_and_nothing_is_said(tmp_path: Path) -> None:
    answer = ask(tmp_path, "婚假有几天？", 旧=notice(2023, "十天"), 新=notice(2024, "十五天"))
    assert cited(answer) == {"新.txt"}
    assert all("带薪" not in one.older_quote for one in answer.deviations if "婚假" in one.newer_quote)


def test_a_question_that_names_the_older_year_is_about_that_one(tmp_path: Path) -> None:
    answer = ask(tmp_path, "2023年版规定每年享有几天带薪年假？", 旧=notice(2023, "十天"), 新=notice(2024, "十五天"))
    assert "旧.txt" in cited(answer)
    assert "十天" in answer.citations[0].quote


def test_forms_filled_in_for_others_are_no_versions(tmp_path: Path) -> None:
    texts = {"张三": notice(2023, "十天", "张三的休假协议"), "李四": notice(2024, "十五天", "李四的休假协议")}
    answer = ask(tmp_path, "张三的休假协议中每年几天带薪年假？", **texts)
    assert answer.deviations == ()
    assert "张三.txt" in cited(answer)


def test_without_a_date_the_files_times_tell(tmp_path: Path) -> None:
    plain = "员工休假管理办法\n" + notice(2023, "{days}").split("\n", 1)[1].replace("，自2023年1月1日起施行", "")
    answer = ask(tmp_path, LEAVE, 甲=plain.format(days="十天"), 乙=plain.format(days="十五天"))
    assert cited(answer) == {"乙.txt"}
    (deviation,) = answer.deviations
    assert deviation.because == "file"
    # Two of one title are told apart by their files.
    assert "《乙.txt》与《甲.txt》内容相近" in answer.text


def test_of_three_versions_the_newest_is_quoted_and_compared_with_the_one_before(tmp_path: Path) -> None:
    texts = {"一": notice(2022, "五天"), "三": notice(2024, "十五天"), "二": notice(2023, "十天")}
    answer = ask(tmp_path, LEAVE, **texts)
    assert cited(answer) == {"三.txt"}
    assert [one.older for one in answer.deviations] == ["二.txt"]


def test_an_english_question_is_told_in_english(tmp_path: Path) -> None:
    old = (
        "Leave rules 2023\nEvery employee has ten days of annual leave in each calendar year. Unused annual leave days "
        "expire in March. Applications go to the personnel office three days before. Sick leave needs a certificate.\n"
    )
    answer = ask(
        tmp_path, "How many days of annual leave?", a=old, b=old.replace("2023", "2024").replace("ten", "twelve")
    )
    assert cited(answer) == {"b.txt"}
    assert "“Leave rules 2024” and “Leave rules 2023” are nearly the same; the newer is quoted" in answer.text


def test_a_side_of_a_comparison_is_named_by_the_version_that_is_quoted(tmp_path: Path) -> None:
    assistant = library(tmp_path, 旧=notice(2023, "十天"), 新=notice(2024, "十五天"))
    answer = assistant.ask("2023年版规定每年享有几天带薪年假？")
    leave = next(one for one in answer.citations if one.document == "旧.txt")
    canteen = assistant.ask("食堂早上几点开门？").citations[0]
    sides = (replace(leave, label=leave.title), replace(canteen, number=2, label=canteen.title))
    moved = prefer_newer(replace(answer, citations=sides, searched="年假和食堂"), assistant.generation)
    assert [one.label for one in moved.citations] == ["员工休假管理办法（2024年版）", "食堂管理规定"]
    assert moved.text.startswith("《员工休假管理办法（2024年版）》：")
    assert f"[1]\n《食堂管理规定》：{canteen.quote[:4]}" in moved.text.replace("**", "")


def test_what_a_quote_points_back_to_is_said_of_the_version_that_is_quoted(tmp_path: Path) -> None:
    text = (
        "{title}\n公司食堂早上七点开门，晚上八点关门，周日全天休息，员工凭工卡就餐。\n"
        "其早餐的价格是{price}，午餐的价格是十二元，晚餐不供应。\n"
    )
    older, newer = "食堂管理规定（2023年版）", "食堂管理规定（2024年版）"
    assistant = library(tmp_path, 甲=text.format(title=older, price="五元"), 乙=text.format(title=newer, price="六元"))
    answer = assistant.ask("早餐的价格是多少？")
    before = assistant.generation.documents["甲.txt"].text
    start = before.index("其早餐")
    cited = replace(answer.citations[0], document="甲.txt", title=older, start=start, end=len(before), about=older)
    moved = prefer_newer(
        replace(answer, citations=(replace(cited, quote=before[start:]),), searched="早餐的价格"), assistant.generation
    )
    assert (moved.citations[0].document, moved.citations[0].about) == ("乙.txt", newer)
    assert moved.text.replace("**", "").startswith(f"〔{newer}〕其早餐的价格是六元")
