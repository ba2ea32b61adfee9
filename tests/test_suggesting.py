"""Sentences → questions, by rules: exact questions of invented sentences, and none where none can stand by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.records import Record
from qa.assistant import Assistant
from qa.settings import Settings
from qa.suggesting.datatypes import Suggestion
from qa.suggesting.topics import topic_of
from qa.suggesting.writing import write_questions
from tests.fakes import FakeEncoder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("suggesting")
    settings = Settings(documents=folder / "documents", data=folder / "data")
    settings.documents.mkdir()
    yield Assistant(settings, FakeEncoder())


def record_of(library: Assistant, title: str, text: str) -> Record:
    documents = library.settings.documents
    for path in documents.iterdir():
        path.unlink()
    Path(documents / "a.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    library.sync()
    return library.generation.records["a.md"]


def suggested(library: Assistant, title: str, text: str) -> list[Suggestion]:
    record = record_of(library, title, text)
    return write_questions(record, range(len(record.passages)))


def asked(library: Assistant, title: str, text: str) -> set[tuple[str, str]]:
    return {(one.question, one.answer) for one in suggested(library, title, text)}


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        (
            "霜桥镇概况",
            "霜桥镇位于栗山县东部，面积68.5平方公里。",
            {("霜桥镇位于哪里？", "栗山县东部"), ("霜桥镇的面积是多少？", "68.5")},
        ),
        ("霜桥镇概况", "全镇现有茶园1268亩，年产春茶三十吨。", {("霜桥镇现有茶园多少亩？", "1268")}),
        ("霜桥镇概况", "2023年，全镇常住人口为2.4万人。", {("2023年霜桥镇常住人口是多少？", "2.4万")}),
        ("霜桥镇概况", "优良天数比例达到92%。", {("霜桥镇的优良天数比例是多少？", "92%")}),
        (
            "霜桥镇概况",
            "2021年，霜桥镇建成了第一座污水处理厂。",
            {("霜桥镇是哪一年建成第一座污水处理厂的？", "2021年")},
        ),
        (
            "霜桥镇概况",
            "霜桥镇有三大茶场，分别是松岭茶场、白鹭茶场和云溪茶场。",
            {("霜桥镇有哪三大茶场？", "松岭茶场")},
        ),
        (
            "远杉重工股份有限公司简介",
            "公司成立于1998年5月，主要从事轴承、齿轮和减速机的研发。",
            {
                ("远杉重工股份有限公司成立于什么时候？", "1998年5月"),
                ("远杉重工股份有限公司主要从事什么？", "轴承"),
            },
        ),
        (
            "远杉重工股份有限公司简介",
            "为了降低成本，公司关闭了北岭铸造厂。",
            {("远杉重工股份有限公司为什么关闭北岭铸造厂？", "降低成本")},
        ),
        (
            "远杉重工股份有限公司简介",
            "公司是一家生产轴承的企业。",
            {("远杉重工股份有限公司是一家什么样的企业？", "一家生产轴承的企")},
        ),
        ("图书借阅办法", "每位读者最多可借图书12本。", {("每位读者最多可借多少本图书？", "12")}),
        ("图书借阅办法", "读者可以续借两次，每次14天。", {("读者可以续借几次？", "两")}),
        ("图书借阅办法", "逾期费是指超过期限归还图书时收取的费用。", {("什么是逾期费？", "超过期限归还图书")}),
        (
            "员工休假管理规定",
            "员工工作满十年的，每年享有15天年假。",
            {("员工工作满十年的，每年享有多少天年假？", "15")},
        ),
        ("员工休假管理规定", "年假申请由部门负责人审批。", {("年假申请由谁审批？", "部门负责人")}),
        (
            "松鹤公园",
            "松鹤公园占地320公顷，2019年对外开放。",
            {("松鹤公园占地多少公顷？", "320"), ("松鹤公园是哪一年对外开放的？", "2019年")},
        ),
        ("松鹤公园", "松鹤公园被誉为“城市之肺”。", {("松鹤公园被誉为什么？", "城市之肺")}),
        (
            "白鯨燈塔",
            "白鯨燈塔位於鹿耳島南端，高47公尺，1931年由林家出資興建。",
            {
                ("白鯨燈塔位於哪裡？", "鹿耳島南端"),
                ("白鯨燈塔高多少公尺？", "47"),
                ("白鯨燈塔由誰出資興建？", "林家"),
            },
        ),
        ("白鯨燈塔", "白鯨燈塔共有九層樓。", {("白鯨燈塔共有幾層樓？", "九")}),
        (
            "About Oak Hill Library",
            "Oak Hill Library opened on 3 May 2011. The library has 14 reading rooms. Readers can borrow 12 books.",
            {
                ("When did Oak Hill Library open?", "3 May 2011"),
                ("How many reading rooms does Oak Hill Library have?", "14"),
                ("How many books can readers borrow?", "12"),
            },
        ),
        (
            "Oak Hill",
            "The Hartwell Museum was founded in 1931. Since 2018 Oak Hill has won 28 science and arts awards.",
            {
                ("When was the Hartwell Museum founded?", "1931"),
                ("How many science and arts awards has Oak Hill won?", "28"),
            },
        ),
        (
            "Oak Hill",
            "Oak Hill is a town in the north of Merrydale. The deposit for a study room is 20 euros.",
            {
                ("Where is Oak Hill?", "in the north of Merrydale"),
                ("What is Oak Hill?", "a town in the north "),
                ("What is the deposit for a study room?", "20"),
            },
        ),
        (
            "云溪县公共停车收费管理规定",
            "停车场由县城市管理局管理。全县现有公共停车场58座。逾期未缴费的，累计不得超过三次。本规定自2024年3月1日起施行。",
            {
                ("云溪县的停车场由谁管理？", "县城市管理局"),
                ("云溪县现有多少座公共停车场？", "58"),
                ("云溪县逾期未缴费的，累计不得超过几次？", "三"),
                ("《云溪县公共停车收费管理规定》从什么时候起施行？", "2024年3月1日"),
            },
        ),
        (
            "松果K8电水壶使用说明书",
            "额定容量1800毫升，净重1.2千克。机身不支持5种电压。",
            {("松果K8电水壶的额定容量是多少？", "1800"), ("松果K8电水壶的净重是多少？", "1.2")},
        ),
        ("松果K8电水壶使用说明书", "经销商介绍，2023年共有3800人次报修。", set()),
        (
            "云溪县茶产业",
            "云溪茶叶博物馆占地2公顷。云溪江是县内最大的河流，全长86公里。茶园面积810公顷，其中镇集体承担300公顷。",
            {
                ("云溪茶叶博物馆占地多少公顷？", "2"),
                ("云溪江的全长是多少？", "86"),
                ("云溪县的茶园面积是多少？", "810"),
            },
        ),
        ("成绩管理办法", "课程成绩分为优秀和合格两种。", {("课程成绩分为哪两种？", "优秀")}),
        ("云溪县调查", "塑料瓶合计占体积的62%，玻璃瓶占14%。", set()),
        (
            "Oak Hill Water Authority Annual Report 2024",
            "The Authority employs 2,140 people. Expense claims must be submitted within 60 days. "
            "Adult tickets cost £14. The oldest tree in Calder is an oak. "
            "The Hartwell Museum was founded by Edward Larkin.",
            {
                ("How many people does Oak Hill Water Authority employ?", "2,140"),
                ("Within how many days must expense claims be submitted?", "60"),
                ("How much do adult tickets cost?", "£14"),
                ("What is the oldest tree in Calder?", "oak"),
                ("Who founded the Hartwell Museum?", "Larkin"),
            },
        ),
    ],
)
def test_a_sentence_is_asked_for_what_it_says(
    library: Assistant, title: str, text: str, expected: set[tuple[str, str]]
) -> None:
    assert asked(library, title, text) == expected


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("霜桥镇概况", "该公司去年营业收入为3亿元。"),
        ("霜桥镇概况", "其面积为68.5平方公里。"),
        ("会议记录", "会上，他表示要继续努力，争取更好的成绩。"),
        ("春天来了，霜桥镇的茶农们忙起来了", "面积68.5平方公里，人口2.4万人。"),
        ("霜桥镇概况", "松岭和白鹭两个茶场的面积分别为320亩和410亩。"),
        ("霜桥镇概况", "霜桥镇《后十条》中说明了情况。"),
        ("霜桥镇概况", "因此，两者的比例达到92%。"),
        ("霜桥镇概况", "近年来，霜桥镇取得了一系列重要进展。"),
        ("霜桥镇概况", "霜桥镇<b>共有茶园1268亩</b>{{7*7}}。"),
        ("Oak Hill", "It has 14 rooms. This was founded in 1931. They can borrow 12 books."),
    ],
)
def test_what_would_not_stand_by_itself_is_not_asked(library: Assistant, title: str, text: str) -> None:
    assert asked(library, title, text) == set()


def test_headings_announce_what_can_be_asked(library: Assistant) -> None:
    sections = (
        ("一、开放时间", "周二至周日，上午九点开门。"),
        ("二、办证流程", "先填表，再交照片。"),
        ("三、其他", "见公告。"),
    )
    text = "\n\n".join(f"## {heading}\n\n{body}" for heading, body in sections)
    questions = {question for question, _ in asked(library, "霜桥镇图书馆读者指南", text)}
    assert questions == {"霜桥镇图书馆的开放时间是什么时候？", "霜桥镇图书馆的办证流程是什么？"}


def test_a_heading_goes_on_with_what_its_text_is_about(library: Assistant) -> None:
    text = "## 第二章 补贴标准\n\n第三条 每人补贴十万元。\n\n## 第三章 公示时间\n\n不少于五天。"
    questions = {question for question, _ in asked(library, "云溪县人才购房补贴实施办法", text)}
    assert questions == {"云溪县人才购房补贴标准是什么？"}


def test_a_row_is_asked_for_what_its_columns_say(library: Assistant) -> None:
    text = "| 名称 | 单价（元） | 产地 | 电话 |\n|---|---|---|---|\n| 竹编果篮 | 35 | 松岭 | 5566 |"
    assert asked(library, "价格表", text) == {("竹编果篮的单价是多少元？", "35"), ("竹编果篮的产地是哪里？", "松岭")}


def test_a_table_of_measures_is_of_the_thing_in_the_title(library: Assistant) -> None:
    text = "| 项目 | 参数 |\n|---|---|\n| 重量 | 4.1 kg |\n| 颜色 | 白 |"
    assert asked(library, "松果K8电水壶说明书", text) == {("松果K8电水壶的重量是多少？", "4.1 kg")}
    assert asked(library, "说明书", text) == set()


def test_what_a_text_about_one_thing_asks_itself_gets_its_name(library: Assistant) -> None:
    text = "**问：电池能用多久？**\n\n答：约十二个月。\n\n**问：K8可以煮面吗？**\n\n答：不可以。"
    questions = {question for question, _ in asked(library, "松果K8电水壶常见问题", text)}
    assert questions == {"松果K8电水壶电池能用多久？", "K8可以煮面吗？"}


def test_questions_that_a_document_answers_itself_are_taken_as_they_are(library: Assistant) -> None:
    text = "**问：读者证丢了怎么办？**\n\n答：带身份证到总台补办。\n\n**问：那它要多少钱？**\n\n答：十元。"
    (one,) = suggested(library, "问答", text)
    assert one.question == "读者证丢了怎么办？"
    assert one.kind == "asked" and one.place.startswith("答：带身份证")


def test_marks_that_turn_the_reading_direction_are_in_no_question(library: Assistant) -> None:
    record = record_of(library, "霜桥镇概况", "霜桥镇共有绿色茶园1268亩。")
    assert write_questions(record, [0])
    document = replace(record.document, text=record.document.text.replace("绿色", "绿\u202e"))
    assert write_questions(replace(record, document=document), [0]) == []


def test_a_place_is_that_of_its_sentence(library: Assistant) -> None:
    record = record_of(library, "霜桥镇概况", "这里说说霜桥镇。霜桥镇共有茶园1268亩。")
    (one,) = write_questions(record, range(len(record.passages)))
    assert record.document.text[one.start : one.end] == one.place == "霜桥镇共有茶园1268亩。"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("霜桥镇概况", "霜桥镇"),
        ("2022年青岚区生态公报", ""),
        ("远杉重工股份有限公司2022年年度报告", "远杉重工股份有限公司"),
        ("白鯨燈塔", "白鯨燈塔"),
        ("霜桥镇图书馆读者指南（试行）", "霜桥镇图书馆"),
        ("云溪县公共停车收费管理规定", ""),
        ("霜桥大桥今日通车 市民免费体验", "霜桥大桥"),
        ("松果K8电水壶快速指南", "松果K8电水壶"),
        ("春天来了，茶农们忙起来了", ""),
        ("关于调整开放时间的通知", ""),
        ("新建文本文档 (2)", ""),
    ],
)
def test_a_title_names_what_its_text_is_about(title: str, name: str) -> None:
    assert topic_of(title).name == name


@pytest.mark.parametrize(
    ("title", "body", "matter"),
    [
        ("2024年云溪县小学招生入学公告", "云溪县", "2024年云溪县小学招生入学"),
        ("关于做好2025年城乡居民医疗保险缴费工作的通知", "", "2025年城乡居民医疗保险缴费"),
        ("老旧小区改造办法", "", "老旧小区改造"),
        ("城市管理办法", "", ""),
    ],
)
def test_a_title_tells_whose_rules_they_are_and_of_what(title: str, body: str, matter: str) -> None:
    topic = topic_of(title)
    assert (topic.body, topic.matter) == (body, matter)
