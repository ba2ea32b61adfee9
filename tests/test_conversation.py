from __future__ import annotations

import pytest

from index.lexical_index import LexicalIndex
from qa.conversation import standalone_question, whole_question
from qa.datatypes import Turn

ANNUAL = [Turn("user", "上海员工的探亲假有多少天？"), Turn("assistant", "每年二十天。")]


def test_a_first_question_stays_as_it_is() -> None:
    assert standalone_question("那病假呢？", []) == "那病假呢？"


def test_turns_of_the_assistant_alone_change_nothing() -> None:
    assert standalone_question("那病假呢？", [Turn("assistant", "您好，请提问。")]) == "那病假呢？"


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("那病假呢？", "上海员工的病假有多少天？"),
        ("病假呢", "上海员工的病假有多少天？"),
        ("它可以结转到明年吗？", "上海员工 探亲假 它可以结转到明年吗？"),
        ("其中路费由谁承担？", "上海员工 探亲假 其中路费由谁承担？"),
        ("上述规定从何时开始执行？", "上海员工 探亲假 上述规定从何时开始执行？"),
        ("What about it?", "上海员工 探亲假 What about it?"),
    ],
)
def test_a_question_that_points_back_gets_the_subject_in_front(question: str, whole: str) -> None:
    assert standalone_question(question, ANNUAL) == whole


def test_a_question_that_says_too_little_gets_the_subject_in_front() -> None:
    assert standalone_question("路费多少？", ANNUAL) == "上海员工 探亲假 路费多少？"


def test_a_whole_question_stays_as_it_is() -> None:
    assert standalone_question("加班工资怎么计算？", ANNUAL) == "加班工资怎么计算？"


def test_a_term_that_the_question_repeats_is_not_put_in_front_again() -> None:
    assert standalone_question("那员工的病假呢？", ANNUAL) == "上海 那员工的病假呢？"


def test_the_subject_is_looked_for_through_several_follow_ups() -> None:
    turns = [*ANNUAL, Turn("user", "那病假呢？"), Turn("assistant", "按病历。")]
    assert standalone_question("那婚假呢？", turns) == "上海员工的婚假有多少天？"


def test_the_last_whole_question_is_the_subject() -> None:
    turns = [*ANNUAL, Turn("user", "加班工资怎么计算？"), Turn("assistant", "一点五倍。")]
    assert standalone_question("那奖金呢？", turns) == "加班 工资 计算 那奖金呢？"


def test_an_english_follow_up_gets_the_english_subject() -> None:
    turns = [Turn("user", "How many villages does Jinshan have?"), Turn("assistant", "124.")]
    assert standalone_question("How large are they?", turns) == "villages jinshan How large are they?"


def test_a_conversation_of_thousands_of_follow_ups_is_bounded() -> None:
    turns = [*ANNUAL, *[Turn("user", f"那第{number}条规定呢？") for number in range(5_000)]]
    whole = standalone_question("那病假呢？", turns)
    assert whole.endswith("那病假呢？")
    assert len(whole) < 500


def test_a_turn_of_a_hundred_thousand_characters_is_bounded() -> None:
    terms = "".join(chr(0x4E00 + number) + chr(0x5E00 + number) + "公司，" for number in range(2_000)) * 10
    whole = standalone_question("那病假呢？", [Turn("user", terms)])
    assert whole.endswith("那病假呢？")
    assert len(whole) < 500


def test_half_a_character_in_a_turn_is_left_out() -> None:
    assert standalone_question("那病假呢？", [Turn("user", "员工的\ud800探亲假有多少天？")]) == "员工的?病假有多少天？"


TOWN = [Turn("user", "2015年张堰镇的PM2.5浓度是多少？"), Turn("assistant", "每立方米59微克。")]


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        # Another time takes the place of the one before, another place that of the place.
        (TOWN, "2022年的时候呢？", "2022年张堰镇的PM2.5浓度是多少？"),
        (TOWN, "那奉贤区呢？", "2015年奉贤区的PM2.5浓度是多少？"),
        # What is asked for by itself needs nothing, whatever it begins with.
        (TOWN, "那金山的旅游牌子叫什么呢？", "那金山的旅游牌子叫什么呢？"),
        (TOWN, "那“企业码”是跟哪里学的呢？", "那“企业码”是跟哪里学的呢？"),
        (TOWN, "换个话题，华东智能算力中心是谁家建的？", "华东智能算力中心是谁家建的？"),
        (TOWN, "By the way, how long is the coastline?", "how long is the coastline?"),
        (TOWN, "地下车库打不通手机信号，这种小事居委会管吗？", "地下车库打不通手机信号，这种小事居委会管吗？"),
        # Unless what follows stands for what was said before.
        (TOWN, "对了，它在哪个区？", "2015年 张堰镇 pm2.5 浓度 对了，它在哪个区？"),
        (TOWN, "那里有几所学校？", "2015年 张堰镇 pm2.5 浓度 那里有几所学校？"),
        # What a question that only asks says, and everyday words, are not carried.
        ([Turn("user", "张堰镇现在是个什么样的地方？")], "以后呢？", "张堰镇 以后呢？"),
    ],
)
def test_time_place_and_measure_are_carried_where_the_question_lacks_them(
    history: list[Turn], question: str, whole: str
) -> None:
    assert standalone_question(question, history) == whole


def test_what_a_pronoun_means_may_stand_in_the_answer() -> None:
    turns = [Turn("user", "无人机的那个基地叫什么？"), Turn("assistant", "**华东**无人机基地[1]。")]
    assert "华东" in standalone_question("以它为重点的是哪个产业园？", turns).split()
    # A figure is no answer that a pronoun means, and a long text names too much.
    counted = [Turn("user", "金山有多少耕地？"), Turn("assistant", "浙江的三倍。")]
    assert "浙江" not in standalone_question("它占全市多少？", counted).split()
    told = [Turn("user", "金山有哪些企业？"), Turn("assistant", "京东方、阿里云。" + "它们分布在各个镇上。" * 20)]
    assert "京东方" not in standalone_question("它占全市多少？", told).split()


def test_the_former_and_the_latter() -> None:
    turns = [Turn("user", "有哪些非遗美食？"), Turn("assistant", "枫泾丁蹄和亭林月饼。")]
    former, latter = (standalone_question(f"{which}是什么样的吃食？", turns).split() for which in ("前者", "后者"))
    assert ("丁蹄" in "".join(former[:-1]), "月饼" in "".join(former[:-1])) == (True, False)
    assert ("丁蹄" in "".join(latter[:-1]), "月饼" in "".join(latter[:-1])) == (False, True)


def test_words_that_no_document_holds_are_not_carried() -> None:
    turns = [Turn("user", "张堰镇哪一年起头搞整治？")]
    known = {"张堰镇", "整治"}
    assert standalone_question("花了多少钱？", turns, known.__contains__) == "张堰镇 整治 花了多少钱？"
    english = [Turn("user", "Has any famous school opened here?")]
    # English words are translated later; whether a document holds them tells nothing.
    assert "school" in standalone_question("What is it called?", english, known.__contains__).split()


REPORT = [Turn("user", "青峦机械2023年的营业收入是多少？"), Turn("assistant", "2023年为**18.6亿元**。[1]")]
TEAS = [Turn("user", "北岭县有哪些茶叶品种？"), Turn("assistant", "主要品种有三个：北岭毛尖、雾顶红茶和白芽。[1]")]


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        # A time relative to the one before is written out.
        (REPORT, "前一年呢？", "青峦机械2022年的营业收入是多少？"),
        (REPORT, "三年后呢？", "青峦机械2026年的营业收入是多少？"),
        (REPORT, "上半年的呢？", "青峦机械 2023年 营业 收入 上半年的呢？"),
        (REPORT, "跟前一年比呢？", "青峦机械 2023年 营业 收入 跟2022年比呢？"),
        # What else is measured takes the place of what was measured.
        (REPORT, "净利润呢？", "青峦机械 2023年 净利润呢？"),
        # So does a thing of the same kind.
        ([Turn("user", "S5能存多少枚指纹？")], "S7呢？", "S7能存多少枚指纹？"),
        ([Turn("user", "顶云公司有多少工人？")], "雾谷公司呢？", "工人 雾谷公司呢？"),
        # An item of the list, by its place.
        (TEAS, "第二个呢？", "北岭 茶叶 品种 雾顶红茶呢？"),
        # More of the same is searched for as the same.
        (TEAS, "还有吗？", "北岭县有哪些茶叶品种？"),
        (TEAS, "能说得详细一点吗？", "北岭县有哪些茶叶品种？"),
        ([*REPORT, Turn("user", "净利润呢？"), Turn("assistant", "1.52亿元。")], "继续", "青峦机械 2023年 净利润呢？"),
        # A bare question is about what was asked and answered.
        (
            [Turn("user", "西线进度怎么样？"), Turn("assistant", "西线进度较慢。")],
            "为什么？",
            "西线 进度 较慢 为什么？",
        ),
        # Both of what was talked about.
        (
            [Turn("user", "云溪基地占地多少？"), Turn("assistant", "320亩。"), Turn("user", "北岭基地呢？")],
            "两者相比哪个大？",
            "云溪基地 占地 北岭基地 两者相比哪个大？",
        ),
        # With what something is compared.
        (
            [Turn("user", "青峦机械的研发投入是多少？")],
            "跟星桥科技公司相比差多少？",
            "青峦机械 研发 投入 跟星桥科技公司相比差多少？",
        ),
        # A question that holds a pronoun, but names by itself what it stands for.
        (REPORT, "临江大学附属医院什么时候把它的门诊大楼迁走？", "临江大学附属医院什么时候把它的门诊大楼迁走？"),
        # Another name with what is asked of it.
        (REPORT, "柳知微是谁？", "柳知微是谁？"),
        (
            [Turn("user", "What was the output of Beiling in 2021?")],
            "And the year before?",
            "What was the output of Beiling in 2020?",
        ),
        ([Turn("user", "How many people live in Zhangyan?")], "what about its area?", "zhangyan what about its area?"),
    ],
)
def test_what_a_follow_up_takes_the_place_of(history: list[Turn], question: str, whole: str) -> None:
    assert standalone_question(question, history) == whole


def test_the_name_that_an_answer_emphasises_is_meant() -> None:
    turns = [
        Turn("user", "公园有什么馆？"),
        Turn(
            "assistant",
            "公园分为三个部分，各部分之间有步道相连，步道两边种了许多树。科普区设有**湿地博物馆**，可以免费参观，也可以预约讲解。[1]",
        ),
    ]
    assert standalone_question("它的馆长是谁？", turns) == "湿地博物馆 它的馆长是谁？"


def test_exchanges_about_the_conversation_carry_nothing() -> None:
    aside = [Turn("user", "你能做什么？"), Turn("assistant", "我回答文档里写着的事情。")]
    assert standalone_question("净利润呢？", [*REPORT, *aside]) == "青峦机械 2023年 净利润呢？"
    assert standalone_question("净利润呢？", aside) == "净利润呢？"


PASSAGES = (
    "绿源环保有限公司的营业收入为三亿元，净利润为两千万元。",
    "绿源环保有限公司在社区发展项目上的投资总额为四百万元。",
    "棱柱是一种多面体，它的上下底面平行。",
)


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        # A long question without a name gets the one that was talked about, where a passage holds both.
        ("社区发展项目上的投资总额是多少？", "绿源环保有限公司 社区发展项目上的投资总额是多少？"),
        ("什么是棱柱？", "什么是棱柱？"),
        ("多面体的上下底面有什么特点？", "多面体的上下底面有什么特点？"),
    ],
)
def test_what_the_documents_hold_together_decides(question: str, whole: str) -> None:
    index = LexicalIndex.build(PASSAGES, ["绿源环保有限公司"])
    turns = [Turn("user", "绿源环保有限公司的营业收入是多少？"), Turn("assistant", "三亿元。")]
    assert whole_question(question, turns, index) == whole


def test_a_long_row_of_words_that_ask_for_more_is_read_at_once() -> None:
    question = "更多更多的没有没有了" * 150 + "？x"
    assert standalone_question(question, TEAS).endswith(question)


MILLS = LexicalIndex.build(
    [
        "青屿纸业股份有限公司2022年营业收入为3.2亿元，员工812人，总经理是冯小满。",
        "云汀制药股份有限公司2022年营业收入为5.1亿元，员工640人。",
        "泽合电机股份有限公司2022年营业收入为7.7亿元，员工935人。",
        "松溪县2022年粮食产量为12万吨。全县有小学31所。",
        "白鹿湖大桥全长1,960米，总投资6.4亿元。",
        "出差的伙食补贴每天100元，住宿费每天350元。",
    ]
)
REVENUE = [Turn("user", "青屿纸业2022年营业收入是多少？"), Turn("assistant", "**3.2亿元**。[1]")]
GRAIN = [Turn("user", "松溪县2022年粮食产量是多少？"), Turn("assistant", "**12万吨**。[1]")]


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        # A name takes the place of the whole of another one.
        (REVENUE, "云汀制药呢？", "2022年 营业 收入 云汀制药呢？"),
        (REVENUE, "那泽合电机的员工呢？", "2022年 那泽合电机的员工呢？"),
        # But what is compared stays.
        (REVENUE, "和云汀制药相比呢？", "青屿纸业 2022年 营业 收入 和云汀制药相比呢？"),
        # Who asks of something else leaves the measure behind, and keeps it who asks more of the same.
        (REVENUE, "员工有多少人？", "青屿纸业 2022年 员工有多少人？"),
        (REVENUE, "它的总经理是谁？", "青屿纸业 2022年 它的总经理是谁？"),
        (GRAIN, "那小学有多少所？", "松溪县 2022年 那小学有多少所？"),
        (GRAIN, "增长了多少？", "松溪县 2022年 粮食产量 增长了多少？"),
        (GRAIN, "占全省多少？", "松溪县 2022年 粮食产量 占全省多少？"),
        ([Turn("user", "伙食补贴是多少元？")], "住宿费呢？", "住宿费呢？"),
        # A name is carried with its lone hanzi, and without what it says is measured.
        ([Turn("user", "白鹿湖大桥全长多少米？")], "谁承建的？", "白鹿湖大桥 全长 谁承建的？"),
        # A greeting is no word of a question.
        ([Turn("user", "你好，请问白鹿湖大桥全长多少米？")], "谁承建的？", "白鹿湖大桥 全长 谁承建的？"),
    ],
)
def test_what_a_follow_up_replaces_goes_and_the_rest_stays(history: list[Turn], question: str, whole: str) -> None:
    assert whole_question(question, history, MILLS) == whole


def test_the_former_of_two_that_were_asked_for_one_after_the_other() -> None:
    turns = [*REVENUE, Turn("user", "云汀制药呢？"), Turn("assistant", "**5.1亿元**。[1]")]
    assert whole_question("前者的总经理是谁？", turns, MILLS) == "青屿纸业 2022年 前者的总经理是谁？"


def test_it_is_no_item_of_a_list_and_no_person() -> None:
    snacks = [Turn("user", "青石老街有哪些小吃？"), Turn("assistant", "**米糕**、**蟹粥**和**豆花**。[1]")]
    assert standalone_question("它位于哪里？", snacks) == "青石 老街 小吃 它位于哪里？"
    assert "米糕" in standalone_question("这些在哪里卖？", snacks).split()
    head = [Turn("user", "Who is the head of the Ferry Museum?"), Turn("assistant", "**Eleanor Whitcombe**.[1]")]
    assert standalone_question("When did it open?", head) == "ferry museum When did it open?"
    assert "eleanor whitcombe" in standalone_question("When was she born?", head)


PURIFIER = [Turn("user", "P20的噪声有多大？"), Turn("assistant", "33分贝。")]
BUILDING = [Turn("user", "肿瘤大楼投资多少？"), Turn("assistant", "6.2亿元。")]


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        # The question before is asked of something else, or of another time, in its own words.
        (PURIFIER, "P50呢？", "P50的噪声有多大？"),
        (PURIFIER, "P50？", "P50的噪声有多大？"),
        ([Turn("user", "1号线有多少座车站？")], "那3号线呢？", "3号线有多少座车站？"),
        ([Turn("user", "一等奖学金多少钱？")], "三等的呢？", "三等奖学金多少钱？"),
        ([Turn("user", "2024年客运量多少？")], "它2022年的呢？", "2022年客运量多少？"),
        ([Turn("user", "How large is the Boat Hall?")], "And the Ice Gallery?", "How large is the Ice Gallery?"),
        # Not where it names what else is asked, or takes the place of nothing.
        (REPORT, "净利润呢？", "青峦机械 2023年 净利润呢？"),
        (PURIFIER, "滤芯呢？", "p20 噪声 滤芯呢？"),
        # Who mends a question asks it anew.
        (PURIFIER, "我问的是P50", "P50的噪声有多大？"),
        (PURIFIER, "我说的是P50，不是P20", "P50的噪声有多大？"),
        (REPORT, "不是2023年，是2021年", "青峦机械2021年的营业收入是多少？"),
        ([Turn("user", "康和医院有多少医生？")], "不是医生，是护士", "康和医院有多少护士？"),
        # What both of two are compared in.
        (
            [*PURIFIER, Turn("user", "P50呢？"), Turn("assistant", "41分贝。")],
            "哪个更安静？",
            "p20 p50 噪声 哪个更安静？",
        ),
        (
            [*PURIFIER, Turn("user", "P50呢？"), Turn("assistant", "41分贝。")],
            "各卖多少钱？",
            "p20 p50 噪声 各卖多少钱？",
        ),
        (
            [Turn("user", "1号线的车站有多少？"), Turn("user", "2号线呢？"), Turn("user", "3号线呢？")],
            "哪条最多？",
            "1号线 2号线 3号线 车站 哪条最多？",
        ),
        # What is measured goes with the words that it is written together with, and with no other.
        ([Turn("user", "深蓝计划的负责人是谁？")], "经费呢？", "深蓝 经费呢？"),
        # The years that were talked about are over.
        (TOWN, "往后呢？", "张堰镇 pm2.5 浓度 往后呢？"),
        # An English question that says what it asks needs the name alone.
        ([Turn("user", "When was the Marigold built?")], "Who raised it?", "marigold Who raised it?"),
        # What something named is like names nothing else.
        (
            [Turn("user", "张堰镇是个什么镇？"), Turn("assistant", "是**江南水乡**。")],
            "它有多少人口？",
            "张堰镇 它有多少人口？",
        ),
    ],
)
def test_the_question_before_is_asked_anew(history: list[Turn], question: str, whole: str) -> None:
    assert standalone_question(question, history) == whole


CLINIC = LexicalIndex.build(
    [
        "云坪医院的肿瘤大楼2024年8月动工，投资6.2亿元。",
        "云坪医院食堂每天供应午餐，逾期不候。",
        "临溪地铁2022年开工建设，总投资287亿元。",
        "云坪物流有员工640人，云坪食品有员工812人。",
    ]
)
DOCUMENTS = (range(0, 2), range(2, 3), range(3, 4))


def in_clinic(question: str, *turns: str) -> str:
    history = [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(turns)]
    return whole_question(question, history, CLINIC, lambda row: next(rows for rows in DOCUMENTS if row in rows))


def test_what_no_document_holds_beside_the_subject_may_be_the_subject_in_other_words() -> None:
    # 开工 is the other document's word; without 肿瘤大楼 that one would answer.
    assert in_clinic("哪年开工？", "肿瘤大楼投资多少？", "6.2亿元。") == "肿瘤 大楼 哪年开工？"
    # Where one document holds both apart from each other, the subject has changed within it.
    assert in_clinic("逾期怎么办？", "肿瘤大楼投资多少？", "6.2亿元。") == "逾期怎么办？"


def test_a_part_of_a_name_means_the_other_that_has_it() -> None:
    assert in_clinic("那食品呢？", "云坪物流有多少员工？", "640人。") == "云坪食品有多少员工？"
    assert in_clinic("那证券呢？", "云坪物流有多少员工？", "640人。") != "云坪证券有多少员工？"


def test_where_no_document_holds_what_was_asked_the_answer_names_it() -> None:
    assert in_clinic("不候怎么办？", "开饭准点吗？", "食堂供应午餐。") == "食堂 供应 午餐 不候怎么办？"
