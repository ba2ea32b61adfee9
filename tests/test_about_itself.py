from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from qa.about_itself import About, document_turns, recognise
from qa.datatypes import Turn

DATA = Path(__file__).parent / "data"
ABOUT_ITSELF: dict[About, tuple[str, ...]] = {
    "abilities": (
        "你能做什么",
        "你能做什么？",
        "what can you do",
        "What can you do for me?",
        "你會做什麼？",
        "你能回答哪些问题",
        "你怎么用",
        "好，那你能帮我做些什么呢？",
    ),
    "identity": (
        "你是谁",
        "Who are you?",
        "你叫什么名字",
        "介绍一下你自己",
        "请问你是做什么的",
        "你是机器人吗",
        "你是chatgpt吗",
    ),
    "adding": (
        "怎么上传文件",
        "如何添加文档？",
        "How do I upload files?",
        "怎么把文件放进来",
        "在哪里上传文档？",
    ),
    "removing": ("怎么删除文档？", "如何移除一个文件", "How do I delete a file?"),
    "privacy": ("我的数据会上传到网上吗？", "你能联网吗", "你安全吗？", "这个软件安全吗", "Do you need the internet?"),
    "model": ("你用的是什么模型？", "你背后是哪家的大模型", "What model do you use?"),
    "trust": ("你会不会编造答案？", "你的回答准确吗", "你确定吗？", "Are you sure?"),
    "source": ("出处在哪里？", "你刚才为什么这么回答？", "刚才的回答出处是什么", "Where did you get that?"),
    "maker": ("谁开发了你？", "你是谁做的", "Who made you?"),
    "formats": (
        "支持哪些格式",
        "你支持什么格式的文件？",
        "what formats do you support",
        "能上传PDF吗",
        "可以读word吗？",
    ),
    "summary": (
        "总结一下刚才的回答",
        "简单总结一下上面的内容",
        "summarise your last answer",
        "Summarize that.",
        "概括一下你刚才说的话",
        "把刚才的回答总结成一句话",
        "太长了，概括一下",
        "刚刚的回答能简短一点吗",
        "能总结一下你的回答吗",
        "讲得简单一点",
        "帮我总结一下上一条回答",
    ),
    "questions": (
        "我刚才问了什么",
        "我刚才问的是什么？",
        "我问过哪些问题？",
        "上一个问题是什么",
        "What did I just ask?",
    ),
    "translation": (
        "换成英文",
        "用英文再说一遍",
        "翻译成英文",
        "请用英语回答",
    ),
    "repetition": (
        "再说一遍",
        "你刚才说什么？",
        "重复一遍",
        "Say that again, please",
    ),
    "thanks": (
        "谢谢",
        "謝謝你",
        "thanks!",
        "好的，谢谢",
    ),
    "greeting": (
        "你好",
        "您好！",
        "hello",
        "在吗",
    ),
    "farewell": ("再见",),
    "documents": (
        "你有多少文档？",
        "这里有哪些文件",
        "how many documents do you have?",
    ),
}
ABOUT_DOCUMENTS = (
    "怎么上传申请材料",
    "你好周到是什么公司",
    "总结一下金山区的产业",
    "这个产品能做什么",
    "谢谢参与活动的有哪些单位",
    "它能做什么",
    "机器人能做什么",
    "系统支持哪些格式",
    "门锁支持哪些开锁方式",
    "你好，金山有多少耕地？",
    "怎么上传文件到学校系统",
    "总结一下这份报告",
    "翻译是谁",
    "英文名称是什么",
    "再见的作者是谁",
    "谁问了什么",
    "金山区政府能做什么",
    "你认为金山怎么样",
    "你知道张堰镇在哪吗",
    "你能告诉我营业收入吗",
    "介绍一下枫泾",
    "介绍一下自己的公司",
    "文件有哪些要求",
    "有多少份文件需要提交",
    "怎么添加好友",
    "如何导入数据",
    "支持什么样的企业",
    "再说一遍密码怎么办",
    "回答的依据是什么",
    "刚才那个公司在哪",
    "刚才说的园区多大",
    "你们公司地址在哪",
    "你们有多少员工",
    "what can the robot do",
    "who are the directors",
    "what formats does the camera record",
    "summarise the report",
    "how do I upload my application form",
    "thank you letter from whom",
    "hello kitty是谁设计的",
    "还有吗",
    "详细一点",
    "为什么",
    "第二个呢",
    "是谁",
    "有哪些格式",
    "能做什么",
    "你好的英文怎么说",
    "帮助",
    "在吗的规定",
    "您好酒店地址",
    "怎么删除好友",
    "删除文件要谁批准",
    "这个系统安全吗",
    "员工的数据会上传到网上吗",
    "资金来源是什么",
    "来源是什么",
    "内容来源是什么",
    "你们采用什么技术",
    "他确定吗",
    "谁开发了门锁",
    "结果准确吗",
    "用的是什么模型",
    "问档的作者",
    "文档的格式要求",
    "上传文件大小限制是多少",
    "最后一个问题是什么原因",
    "what is this",
    "结果",
    "内容",
    "刚才的会议内容",
)


@pytest.mark.parametrize(
    ("about", "question"), [(about, one) for about, those in ABOUT_ITSELF.items() for one in those]
)
def test_what_is_about_the_conversation_or_the_product(about: About, question: str) -> None:
    intent = recognise(question)
    assert intent is not None and intent.about == about


def test_every_kind_has_its_examples() -> None:
    assert set(ABOUT_ITSELF) == set(get_args(About))
    assert sum(map(len, ABOUT_ITSELF.values())) >= 40


@pytest.mark.parametrize("question", ABOUT_DOCUMENTS)
def test_what_documents_may_answer_is_left_to_them(question: str) -> None:
    assert recognise(question) is None


@pytest.mark.parametrize("name", ["follow_ups", "follow_ups_other", "follow_ups_guides", "sample_questions"])
def test_none_of_our_questions_is_taken(name: str) -> None:
    lines = (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    assert len(questions) >= 60
    assert [question for question in questions if recognise(question)] == []


def test_how_to_upload_is_left_to_documents_that_speak_of_it() -> None:
    known = {"上传", "格式", "删除", "出处", "隐私"}.__contains__
    assert recognise("怎么删除文档？", known) is None
    assert recognise("出处在哪里？", known) is None
    assert recognise("我的数据会上传到网上吗？", known) is None
    assert recognise("你刚才为什么这么回答？", known) is not None
    assert recognise("怎么上传文件？", known) is None
    assert recognise("支持哪些格式？", known) is None
    assert recognise("怎么给你上传文件？", known) is not None
    assert recognise("你支持哪些格式？", known) is not None


@pytest.mark.parametrize(
    "part", ["刚", "刚才", "嗯", "你", "的", "说的", "上一个", "谢", "再帮我给我", "我问了过的", "thanks "]
)
def test_what_repeats_itself_is_read_at_once(part: str) -> None:
    # Patterns that can be read in many ways took minutes for these.
    assert recognise((part * 60)[:59] + "x") is None


def test_long_texts_and_half_characters_are_no_such_questions() -> None:
    assert recognise("谢谢" + "！" * 100) is None
    assert recognise("\ud800") is None


def test_exchanges_about_the_conversation_are_left_out_of_it() -> None:
    asked = [Turn("user", "张堰镇有几所学校？"), Turn("assistant", "两所。")]
    aside = [
        Turn("user", "谢谢！"),
        Turn("assistant", "不客气。"),
        Turn("user", "你是谁？"),
        Turn("assistant", "我是问档。"),
    ]
    assert document_turns([*asked, *aside]) == asked
    assert document_turns([*aside, *asked, *aside]) == asked
