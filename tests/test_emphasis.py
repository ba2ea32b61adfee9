from __future__ import annotations

from itertools import pairwise

import pytest

from qa.emphasis import emphasis


def emphasised(quote: str, question: str) -> list[str]:
    return [quote[start:end] for start, end in emphasis(quote, question)]


@pytest.mark.parametrize(
    ("question", "quote", "marked"),
    [
        ("腾出多少土地？", "先后淘汰企业225家，腾出土地3216亩。", ["3216亩"]),
        ("225家企业腾出多少土地？", "先后淘汰企业225家，腾出土地3216亩。", ["3216亩"]),
        ("产值是多少？", "2023年产值123.4亿元，占１／３，增长１２．５％。", ["123.4亿元"]),
        ("面积是多少？", "面積約586.05平方公里，佔四分之一。", ["約586.05平方公里"]),
        ("有多少户？", "共2,078户。", ["2,078户"]),
        ("早餐多少钱？", "早餐五元，午餐十二元。", ["五元"]),
        ("早餐和午餐多少钱？", "早餐五元，午餐十二元。", ["五元", "十二元"]),
        ("什么时候开工？", "计划2023年12月开工，投资30亿元。", ["2023年12月"]),
        ("什么时候开工？", "计划二〇二三年开工，10月17日公布。", ["二〇二三年"]),
        ("有哪些板块？", "包括“上海湾区科创城”、《滨海》和「卫城」。", ["上海湾区科创城", "滨海", "卫城"]),
        ("“卫城”有哪些板块？", "“卫城”包括“滨水社区”。", ["滨水社区"]),
        ("谁提的？", "由「张三」提出10条。", ["张三"]),
        ("介绍一下", "共有10个“原因”。", ["10个", "原因"]),
        ("为什么？", "由于10个“原因”。", []),
        ("能不能结转？", "可以结转5天。", ["可以"]),
        ("停车要收费吗？", "可以免费停车。", ["可以免费"]),
        ("How many days?", "Employees have 15 days of leave in section A1.", ["15"]),
        ("有多少？", "没有规定。", []),
        ("有多少？", "", []),
    ],
)
def test_what_answers_is_marked_and_what_the_question_says_is_not(question: str, quote: str, marked: list[str]) -> None:
    assert emphasised(quote, question) == marked


def test_emphasis_counts_in_characters_of_the_quote() -> None:
    assert emphasis("产值增长１２．５％，約３家。", "多少？") == ((4, 9), (10, 13))
    assert emphasis("𠮷田村有10家。", "有多少家？") == ((4, 7),)


def test_at_most_four_marks_in_order_and_apart() -> None:
    quote = "一区10家，二区20家，三区30家，四区40家，五区50家。"
    spans = emphasis(quote, "各有多少？")
    assert [quote[start:end] for start, end in spans] == ["10家", "20家", "30家", "40家"]
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("第二条 住宿费为每天四百元。", ["四百元"]),
        ("第3条 补助每天100元。", ["100元"]),
        ("共一千二百三十四万五千元。", ["一千二百三十四万五千元"]),
    ],
)
def test_the_number_of_an_article_is_no_figure(quote: str, expected: list[str]) -> None:
    assert [quote[start:end] for start, end in emphasis(quote, "标准是多少元？")] == expected


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("补贴3-5万元。", ["3-5万元"]),
        ("补贴3万元至5万元。", ["3万元至5万元"]),
        ("投资1.2亿元。", ["1.2亿元"]),
        ("票房约$10.2亿。", ["约$10.2亿"]),
        ("增长8.5%～10%。", ["8.5%～10%"]),
        ("发放百分之八十。", ["百分之八十"]),
        ("占三分之一。", ["三分之一"]),
        ("增长一点五倍。", ["一点五倍"]),
        ("共2023年12月的3家。", ["3家"]),
        ("要求：\n1. 每人5份。\n2. 每人6份。", ["5份", "6份"]),
    ],
)
def test_figures_are_marked_whole(quote: str, marked: list[str]) -> None:
    assert emphasised(quote, "是多少？") == marked


@pytest.mark.parametrize(
    "date",
    [
        "2023年12月5日",
        "2023年",
        "12月5日",
        "二〇二三年十二月五日",
        "2023-12-05",
        "2023/12/5",
        "2023.12.05",
        "2023年第一季度",
        "2023年上半年",
        "2023年底",
        "2023年3月至2024年5月",
        "2016—2020年",
        "20世纪90年代",
        "1990年代",
        "公元前221年",
        "同治十二年",
        "民国三十八年",
        "March 5, 2021",
        "5 March 2021",
    ],
)
def test_dates_of_every_form_are_marked_whole(date: str) -> None:
    assert emphasised(f"工程于{date}动工。" if "M" not in date else f"Work began on {date}.", "什么时候动工？") == [
        date
    ]


def test_a_time_of_day_is_marked_where_it_is_asked_for() -> None:
    quote = "2024年5月1日起，食堂早上七点开门，晚上8:30关门。"
    assert emphasised(quote, "食堂几点开门？") == ["早上七点"]
    assert emphasised(quote, "食堂从哪一天起开门？") == ["2024年5月1日"]
    assert emphasised("食堂周日开门。", "食堂什么时候开门？") == ["周日"]


def test_of_several_figures_that_of_the_measure_asked_for_is_marked() -> None:
    assert emphasised("园区占地1379亩，有企业79家，建成五年。", "园区有多少家企业？") == ["79家"]
    assert emphasised("园区建成五年，产值211亿元。", "园区有几个？") == ["211亿元"]


def test_a_time_in_another_measure_than_that_asked_for_is_marked() -> None:
    assert emphasised("水泵保修1年。", "水泵保修多少个月？") == ["1年"]


def test_of_things_side_by_side_each_has_its_figure() -> None:
    quote = "早餐五元，午餐十二元，晚餐十元。"
    assert emphasised(quote, "早餐、午餐和晚餐多少钱？") == ["五元", "十二元", "十元"]
    assert emphasised(quote, "晚餐多少钱？") == ["十元"]


def test_a_question_that_asks_twice_is_answered_twice() -> None:
    quote = "园区累计调整企业79家。园区收储土地1379亩。"
    assert emphasised(quote, "园区调整企业多少家，收储土地多少亩？") == ["79家", "1379亩"]


@pytest.mark.parametrize(
    ("question", "quote", "marked"),
    [
        ("谁介绍了情况？", "区委书记刘健介绍了情况。", ["刘健"]),
        ("谁获得金牌？", "金牌由凯尔·内斯获得。", ["凯尔·内斯"]),
        ("金牌由谁获得？", "The gold medal went to Kjeld Nuis.", ["Kjeld Nuis"]),
        ("总部在哪里？", "总部设在上海，工厂有10家。", ["上海"]),
        ("年会在哪里举办？", "年会在会议中心举办。", []),
    ],
)
def test_persons_and_places_are_marked_where_they_are_asked_for(question: str, quote: str, marked: list[str]) -> None:
    assert emphasised(quote, question) == marked


@pytest.mark.parametrize(
    ("quote", "items"),
    [
        ("包括包子、豆浆和粥等三样。", ["包子", "豆浆", "粥"]),
        ("食堂供应包子、豆浆、油条和白粥。", ["包子", "豆浆", "油条", "白粥"]),
        ("由后勤处、财务处、人事处、保卫处四家管理。", ["后勤处", "财务处", "人事处", "保卫处"]),
        ("早餐有“三鲜包”、“甜豆浆”。", ["三鲜包", "甜豆浆"]),
        ("要求如下：\n1. 提前申请：填写表格；\n2. 经理批准。", ["提前申请", "经理批准"]),
        ("服务分三级：\n级别：基本服务；要求：快\n级别：战略服务；要求：准", ["基本服务", "战略服务"]),
        ("园区以一号楼、二号楼、三号楼为代表。", ["一号楼", "二号楼", "三号楼"]),
        ("食堂曾供应于东区、西区、北区。", ["东区", "西区", "北区"]),
        ("由《甲报》两版、《乙报》三版登载。", ["甲报", "乙报"]),
        ("包括“一号楼”、二号楼、三号楼。", ["一号楼", "二号楼", "三号楼"]),
        ("由食堂、后勤管理处、人事管理处负责。", ["食堂", "后勤管理处", "人事管理处"]),
        ("供应早餐。", []),
    ],
)
def test_the_items_of_a_list_are_marked(quote: str, items: list[str]) -> None:
    assert emphasised(quote, "有哪些？") == items


def test_at_most_thirty_items_are_marked() -> None:
    assert len(emphasised("包括" + "、".join(f"第{number}号楼" for number in range(40)) + "。", "有哪些？")) == 30


def test_what_is_asked_of_each_is_marked_and_no_list() -> None:
    quote = "园区有企业79家，分布在东区、西区、南区。"
    assert emphasised(quote, "园区和港区分别有多少家企业？") == ["79家"]
    assert emphasised(quote, "企业分布在哪几个区？") == ["东区", "西区", "南区"]


def test_whether_a_thing_is_done_yet_is_a_question_for_yes_or_no() -> None:
    assert emphasised("二号楼已经动工。", "二号楼动工了没有？") == ["已经"]
    assert emphasised("二号樓已經動工。", "二號樓動工了沒？") == ["已經"]


def test_what_is_enumerated_in_another_sentence_is_not_marked() -> None:
    quote = "园区由东区、西区、南区组成。园区的出口有两个，是一号门和二号门。"
    assert emphasised(quote, "园区的出口有哪些？") == []
    assert emphasised(quote, "园区由哪几个区组成？") == ["东区", "西区", "南区"]


def test_the_sentence_that_says_what_is_listed_counts_more_than_that_which_names_the_subject() -> None:
    quote = "白鹭又叫小鹭、雪客、白鸟。这种鸟分布于江南、华南、海南。"
    assert emphasised(quote, "白鹭分布在哪些地区？") == ["江南", "华南", "海南"]


@pytest.mark.parametrize(
    ("question", "quote", "marked"),
    [
        # The day or weekday asked about
        ("食堂周五几点关门？", "食堂每日20:00关门，周五、周六延长至21:30。", ["21:30"]),
        ("5月2日谁值班？", "值班人员：5月1日王建军，5月2日李文博，5月3日陈浩。", ["李文博"]),
        ("2022年净利润是多少？", "2022年收入9亿元，净利润2亿元；2021年收入8亿元，净利润1亿元。", ["2亿元"]),
        ("2022年收入增长多少？", "2022年收入9亿元，比2021年增长12%。", ["9亿元", "12%"]),
        # Names side by side in one clause
        ("乙厂厂长是谁？", "甲厂厂长王建军、乙厂厂长李文博出席。", ["李文博"]),
        ("谁出席了会议？", "王建军、李文博出席会议。", ["王建军", "李文博"]),
        # Names whole
        ("厂长是谁？", "厂长Anna Müller出席。", ["Anna Müller"]),
        ("厂长是谁？", "厂长为何卫东。", ["何卫东"]),
        ("厂长是谁？", "厂长为赵国栋。", ["赵国栋"]),
        ("厂房由谁承建？", "厂房由中交路桥建设有限公司承建。", ["中交路桥建设有限公司"]),
        ("值班人员分别是谁？", "国务院办公厅要求：安排值班。甲日王建军，乙日李文博。", ["王建军", "李文博"]),
        # Figures with their measure, clocks and years
        ("电池容量是多少？", "电池容量4800mAh，噪音60dB。", ["4800mAh"]),
        ("空间有多大？", "每人有20GB免费空间。", ["20GB"]),
        ("面积是多少？", "馆舍9:00开放，面积1200平方米。", ["1200平方米"]),
        ("How many visitors came?", "In 2012 it had 1200 visitors.", ["1200"]),
    ],
)
def test_of_several_the_one_asked_for_is_marked_whole(question: str, quote: str, marked: list[str]) -> None:
    assert emphasised(quote, question) == marked


def test_in_the_rows_of_a_table_the_column_asked_for_is_marked() -> None:
    rows = "站点：甲站；海拔（米）：1520；人均收入（万元）：9.8\n站点：乙站；海拔（米）：76；人均收入（万元）：2.5"
    assert emphasised(rows, "各站海拔分别是多少？") == ["1520", "76"]
    assert emphasised(rows, "各站的人均收入是多少？") == ["9.8", "2.5"]
    assert emphasised(rows.splitlines()[0], "有多少？") == ["1520", "9.8"]


ROW = "零件编号：C-0123；供应商：远山五金；单价(元)：4.66；交货周期：37天；保修期(月)：12；功率(W)：969；负责人：林晓"


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("C-0123的供应商是谁？", ["远山五金"]),
        ("C-0123的负责人是谁？", ["林晓"]),
        ("C-0123的保修期是多久？", ["12"]),
        ("c-0123保修多久？", ["12"]),
        ("C-0123多少钱？", ["4.66"]),
        ("远山五金供应的零件编号是什么？", ["C-0123"]),
        ("介绍一下C-0123的交货周期和供应商", ["远山五金", "37天"]),
        ("为什么选C-0123的供应商？", []),
    ],
)
def test_in_a_row_the_cell_asked_for_is_marked_and_no_figure_beside_it(question: str, marked: list[str]) -> None:
    assert emphasised(ROW, question) == marked


def test_of_several_rows_the_one_asked_about_is_marked() -> None:
    rows = "型号：KT-1；保修期(月)：24；颜色：白\n型号：KT-2；保修期(月)：12；颜色：黑"
    assert emphasised(rows, "KT-2的保修期是多久？") == ["12"]
    assert emphasised(rows, "KT-2的颜色是什么？") == ["黑"]
    assert emphasised(rows, "各型号的颜色分别是什么？") == ["KT-1", "白", "KT-2", "黑"]


def test_of_each_is_marked_what_several_clauses_say() -> None:
    quote = "生产总值301.8亿元，增长4.2%。第一产业增加值43.5亿元，增长4.4%；第二产业增加值124.1亿元，增长4.7%。"
    assert emphasised(quote, "各产业增加值分别是多少？") == ["43.5亿元", "124.1亿元"]


@pytest.mark.parametrize(
    ("question", "quote", "items"),
    [
        ("哪些小学试点？", "同意在南塔小学、北塔小学和白塔小学开展课后试点。", ["南塔小学", "北塔小学", "白塔小学"]),
        (
            "哪些部门协助？",
            "第二条 县公安局、县民政局、县市场监督管理局按照各自职责，协助做好工作。",
            ["县公安局", "县民政局", "县市场监督管理局"],
        ),
        ("哪些电器不能使用？", "严禁在宿舍内使用电热毯、电饭锅、热得快等电器。", ["电热毯", "电饭锅", "热得快"]),
        (
            "从事哪些产品的研发？",
            "公司主要从事了精密轴承、减速器和伺服电机的研发。",
            ["精密轴承", "减速器", "伺服电机"],
        ),
        ("支持哪些平台？", "支持Windows、macOS和Linux。", ["Windows", "macOS", "Linux"]),
        ("有哪些措施？", "采取制定计划、组织实施和检查落实情况等措施。", ["采取制定计划", "组织实施", "检查落实情况"]),
        ("种哪些作物？", "当地种水稻、小麦和成熟的玉米。", ["当地种水稻", "小麦", "成熟的玉米"]),
    ],
)
def test_what_leads_to_the_first_item_and_what_is_said_of_all_is_not_marked(
    question: str, quote: str, items: list[str]
) -> None:
    assert emphasised(quote, question) == items


@pytest.mark.parametrize(
    ("quote", "question", "expected"),
    [
        ("检修周期是十八个月，由南坡机电站负责。", "检修周期是多久？", "十八个月"),
        ("检修周期是18个月。", "检修周期是多久？", "18个月"),
        ("审批要15个工作日。", "审批要多少个工作日？", "15个工作日"),
        ("课程为三个学期。", "课程多长？", "三个学期"),
        ("巡查组有十八个人。", "巡查组有多少人？", "十八个人"),
        ("巡查组有十八个人民监督员。", "巡查组有多少监督员？", "十八个"),
        ("站里有12个月台。", "站里有多少月台？", "12个"),
    ],
)
def test_what_is_counted_by_the_piece_is_marked_with_it(quote: str, question: str, expected: str) -> None:
    assert emphasised(quote, question) == [expected]
