"""Invented documents that hold lists in many forms, as Markdown, text, DOCX and HTML, and what is asked of them.

A document is a title and a row of elements: `#` and a heading, a paragraph, bullets, numbers, or lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.office_files import docx_of, paragraph

BULLETS, NUMBERS = "1", "2"
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">'
    + "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, text in enumerate((first, second))
    )
    + f'</w:abstractNum><w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>'
    for number, form, first, second in ((BULLETS, "bullet", "\uf06c", "o"), (NUMBERS, "decimal", "%1.", "%2."))
)
HEADING_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{level}"><w:name w:val="heading {level}"/>'
    f'<w:pPr><w:outlineLvl w:val="{level - 1}"/></w:pPr></w:style>'
    for level in (1, 2)
)


@dataclass(frozen=True)
class Bullets:
    """Items without numbers; a tuple in the place of an item holds those below the item before."""

    items: tuple[str | tuple[str, ...], ...]


@dataclass(frozen=True)
class Numbers:
    """Items that are counted from 1."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Lines:
    """Lines under one another, with nothing between."""

    lines: tuple[str, ...]


Element = str | Bullets | Numbers | Lines


@dataclass(frozen=True)
class Listing:
    """A document with questions, each with the items that its answer has to hold."""

    title: str
    elements: tuple[Element, ...]
    asked: tuple[tuple[str, tuple[str, ...]], ...]

    def write(self, suffix: str) -> bytes:
        """Return the file in one of four formats."""
        if suffix == "docx":
            body = paragraph(self.title, style="1") + "".join(_in_word(one) for one in self.elements)
            return docx_of(body, numbering=NUMBERING, styles=HEADING_STYLES)
        writer = {"md": _in_markdown, "txt": _in_text, "html": _in_html}[suffix]
        begin, end = {
            "md": (f"# {self.title}\n\n", "\n"),
            "txt": (f"{self.title}\n\n", "\n"),
            "html": (f"<html><head><title>{self.title}</title></head><body><h1>{self.title}</h1>", "</body></html>"),
        }[suffix]
        between = "" if suffix == "html" else "\n\n"
        return (begin + between.join(writer(one) for one in self.elements) + end).encode()

    def not_asked(self, expected: Sequence[str]) -> set[str]:
        """Return the items of the document's other lists."""
        items = {
            item
            for one in self.elements
            if isinstance(one, (Bullets, Numbers))
            for entry in one.items
            for item in ([entry] if isinstance(entry, str) else entry)
        }
        return {item for item in items if not any(item in wanted or wanted in item for wanted in expected)}


def _in_markdown(element: Element) -> str:
    if isinstance(element, str):
        return f"## {element[1:]}" if element.startswith("#") else element
    if isinstance(element, Lines):
        return "\n".join(element.lines)
    if isinstance(element, Numbers):
        return "\n".join(f"{number}. {item}" for number, item in enumerate(element.items, 1))
    lines = []
    for item in element.items:
        lines += [f"- {item}"] if isinstance(item, str) else [f"  - {one}" for one in item]
    return "\n".join(lines)


def _in_text(element: Element) -> str:
    return element.removeprefix("#") if isinstance(element, str) else _in_markdown(element)


def _in_html(element: Element) -> str:
    if isinstance(element, str):
        return f"<h2>{element[1:]}</h2>" if element.startswith("#") else f"<p>{element}</p>"
    if isinstance(element, Lines):
        return f"<p>{'<br>'.join(element.lines)}</p>"
    if isinstance(element, Numbers):
        return f"<ol>{''.join(f'<li>{item}</li>' for item in element.items)}</ol>"
    inner = ""
    for item in element.items:
        if isinstance(item, str):
            inner += f"<li>{item}</li>"
        else:
            inner = inner.removesuffix("</li>") + f"<ul>{''.join(f'<li>{one}</li>' for one in item)}</ul></li>"
    return f"<ul>{inner}</ul>"


def _in_word(element: Element) -> str:
    if isinstance(element, str):
        return paragraph(element[1:], style="2") if element.startswith("#") else paragraph(element)
    if isinstance(element, Lines):
        return "".join(map(paragraph, element.lines))
    number = NUMBERS if isinstance(element, Numbers) else BULLETS
    entries = [(0, one) if isinstance(one, str) else (1, one) for one in element.items]
    return "".join(
        paragraph(
            text,
            properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>',
        )
        for depth, entry in entries
        for text in ([entry] if isinstance(entry, str) else entry)
    )


LISTINGS = (
    Listing(
        "云栖印刷厂入职指引",
        (
            "本指引适用于新到印刷厂报到的全部员工，由人事科负责解释。",
            "#入职须带的材料",
            Bullets(("身份证原件", "近期一寸照片四张", "原单位离职证明", "银行卡复印件", "三个月内的体检报告")),
            "材料不全的，应当在报到后五个工作日内补齐，逾期未补的顺延签订劳动合同。",
            "#第一周的安排",
            "新员工第一周要完成几件事。",
            Numbers(
                (
                    "到门卫室领取工牌和更衣柜钥匙",
                    "参加半天的消防和用电安全培训",
                    "跟随师傅熟悉胶印机和裁纸机",
                    "在周五下班前交回入职登记表",
                )
            ),
            "#班组通讯",
            Lines(
                (
                    "胶印组组长：骆明远",
                    "装订组组长：戚晓岚",
                    "仓储组组长：卓一鸣",
                    "夜间值班电话：0577-8866012",
                )
            ),
        ),
        (
            (
                "云栖印刷厂入职要带哪些材料？",
                ("身份证原件", "近期一寸照片四张", "原单位离职证明", "银行卡复印件", "三个月内的体检报告"),
            ),
            (
                "印刷厂新员工第一周要完成哪几件事？",
                (
                    "到门卫室领取工牌和更衣柜钥匙",
                    "参加半天的消防和用电安全培训",
                    "跟随师傅熟悉胶印机和裁纸机",
                    "在周五下班前交回入职登记表",
                ),
            ),
            ("印刷厂各班组的组长分别是谁？", ("骆明远", "戚晓岚", "卓一鸣")),
        ),
    ),
    Listing(
        "望潮海洋馆参观须知",
        (
            "望潮海洋馆位于滨海大道，全年开放，周一闭馆检修。",
            "#展区介绍",
            "馆内现有展区各有特色，按参观顺序排列。",
            Bullets(("珊瑚礁展区", "极地企鹅馆", "深海隧道", "水母长廊", "触摸池")),
            "触摸池每场限二十人，须由工作人员带领。",
            "#不得带入馆内的物品",
            "为保证动物和游客的安全，下列物品不得带入馆内。",
            Bullets(("宠物", "自拍杆和三脚架", "玻璃瓶装的饮料", "充气玩具")),
            "#票价优惠",
            "以下人员凭证件可以免票入馆。",
            Bullets(
                (
                    "身高一米二以下的儿童；",
                    "年满七十周岁的老人；",
                    "持有残疾证的人员；",
                    "现役军人。",
                )
            ),
        ),
        (
            ("望潮海洋馆有哪些展区？", ("珊瑚礁展区", "极地企鹅馆", "深海隧道", "水母长廊", "触摸池")),
            (
                "哪些物品不能带进望潮海洋馆？",
                ("宠物", "自拍杆和三脚架", "玻璃瓶装的饮料", "充气玩具"),
            ),
            (
                "海洋馆哪些人可以免票？",
                ("身高一米二以下的儿童", "年满七十周岁的老人", "持有残疾证的人员", "现役军人"),
            ),
        ),
    ),
    Listing(
        "青禾农机合作社2025年工作方案",
        (
            "合作社现有社员一百三十六户，机库两座，服务面积覆盖三个乡镇。",
            "#工作目标",
            "全年完成机耕面积四万二千亩，粮食烘干量达到九千吨，社员分红比上年增加一成。",
            "#重点任务",
            "今年要抓好六个方面的重点任务。",
            Numbers(
                (
                    "更新老旧机具。淘汰使用十二年以上的拖拉机九台，购置带北斗导航的拖拉机六台，六月底之前全部到位并投入夏种作业。",
                    "扩建烘干中心。在东岭机库旁新建日处理一百吨的烘干线一条，配套建设三百平方米的晾晒棚，九月秋收之前投入使用。",
                    "培训农机手。与县农业学校合办四期培训班，每期十五天，让每个作业队至少有两名持证的农机手。",
                    "推行订单作业。与种粮大户提前签订全年作业合同，明确作业时间、质量和价格，合同面积达到总面积的六成。",
                    "建立维修网点。在三个乡镇各设一处维修点，常备易损配件两百种，农忙季节二十四小时有人值守。",
                    "完善安全制度。每台机具建立安全档案，出库之前逐项检查，全年不发生责任事故。",
                )
            ),
            "#保障措施",
            "各作业队按月报送进度，理事会每季度检查一次，检查结果与年终奖励挂钩。",
        ),
        (
            (
                "青禾农机合作社今年的重点任务有哪些？",
                ("更新老旧机具", "扩建烘干中心", "培训农机手", "推行订单作业", "建立维修网点", "完善安全制度"),
            ),
            (
                "青禾合作社2025年要抓好哪六个方面的任务？",
                ("更新老旧机具", "扩建烘干中心", "培训农机手", "推行订单作业", "建立维修网点", "完善安全制度"),
            ),
        ),
    ),
    Listing(
        "柏原乐器有限公司简介",
        (
            "柏原乐器有限公司成立于1998年，总部设在临川市。",
            "#主要产品",
            "柏原乐器有限公司专做民族弹拨乐器。该公司生产的乐器分为四大类：",
            Bullets(("琵琶", "古筝", "扬琴", "三弦")),
            "产品销往二十多个国家和地区。",
            "#生产基地",
            "公司在省内设有生产基地。",
            Bullets(
                ("临川总厂，负责选材和成品装配", "白鹿木材厂，负责木料烘干和开板", "石塘琴弦车间，负责钢丝和尼龙弦")
            ),
            "#荣誉",
            "公司重视工艺传承。其近年获得的荣誉如下：",
            Bullets(("省级老字号", "民族乐器质量金奖", "绿色工厂")),
        ),
        (
            ("柏原乐器生产的乐器分为哪几类？", ("琵琶", "古筝", "扬琴", "三弦")),
            (
                "柏原乐器在省内有哪些生产基地？",
                ("临川总厂", "白鹿木材厂", "石塘琴弦车间"),
            ),
            ("柏原乐器获得过哪些荣誉？", ("省级老字号", "民族乐器质量金奖", "绿色工厂")),
        ),
    ),
    Listing(
        "松涧中学社团手册",
        (
            "社团活动每周三下午进行，学生每学期可以参加两个社团。",
            "#社团目录",
            "学校的社团按门类设置。",
            Bullets(
                (
                    "文艺类",
                    ("合唱团", "话剧社", "书法社"),
                    "体育类",
                    ("羽毛球队", "攀岩社"),
                    "科技类",
                    ("机器人社", "天文社", "航模队"),
                )
            ),
            "#申请新社团的条件",
            Bullets(("有十五名以上的学生报名", "有一名教师愿意指导", "有固定的活动场地", "提交一学期的活动计划")),
            "#社团评优",
            "学年末评出优秀社团。评优看三个方面：一是出勤情况，二是活动成果，三是学生评价。",
        ),
        (
            (
                "松涧中学有哪些社团？",
                ("合唱团", "话剧社", "书法社", "羽毛球队", "攀岩社", "机器人社", "天文社", "航模队"),
            ),
            ("松涧中学的社团分为哪几类？", ("文艺类", "体育类", "科技类")),
            (
                "申请成立新社团需要满足哪些条件？",
                ("有十五名以上的学生报名", "有一名教师愿意指导", "有固定的活动场地", "提交一学期的活动计划"),
            ),
            ("社团评优看哪几个方面？", ("出勤情况", "活动成果", "学生评价")),
        ),
    ),
    Listing(
        "Larkfield Library Guide",
        (
            "Larkfield Library is open from Tuesday to Sunday. A library card is free of charge.",
            "#Services",
            Bullets(("home delivery for readers over seventy", "study rooms by the hour", "scanning and printing")),
            "#Joining",
            "You need the following documents to join the library.",
            Bullets(("a photo card", "a letter with your address", "a filled form")),
            "#Branches",
            "The library has four branches in the county.",
            Numbers(("Mill Street", "Harbour Road", "Castle Hill", "Newbridge")),
        ),
        (
            (
                "What are the services of Larkfield Library?",
                ("home delivery for readers over seventy", "study rooms by the hour", "scanning and printing"),
            ),
            (
                "Which documents are needed to join Larkfield Library?",
                ("a photo card", "a letter with your address", "a filled form"),
            ),
            (
                "What are the branches of Larkfield Library?",
                ("Mill Street", "Harbour Road", "Castle Hill", "Newbridge"),
            ),
        ),
    ),
    Listing(
        "溪口水厂停水检修通知",
        (
            "因主管网改造，定于本月十八日零时起停水检修。",
            "#停水范围",
            "停水涉及下列小区",
            Bullets(("翠屏苑", "东门新村", "桃源里", "水岸花园")),
            "停水预计持续十六小时。",
            "#用户应当做的准备",
            "请用户提前做好准备",
            Numbers(("储存一天的生活用水", "关闭家中进水总阀", "停用热水器和净水机", "来水后先放水五分钟")),
            "#联系方式",
            Lines(("抢修电话：0796-3320115", "投诉电话：0796-3320220", "值班地点：水厂一号楼", "联系人：谷雨航")),
        ),
        (
            ("溪口水厂停水涉及哪些小区？", ("翠屏苑", "东门新村", "桃源里", "水岸花园")),
            (
                "停水前用户要做哪些准备？",
                ("储存一天的生活用水", "关闭家中进水总阀", "停用热水器和净水机", "来水后先放水五分钟"),
            ),
            ("溪口水厂的抢修电话和投诉电话分别是多少？", ("0796-3320115", "0796-3320220")),
        ),
    ),
    Listing(
        "岚山社区养老服务中心服务目录",
        (
            "中心为辖区内年满六十周岁的老人提供服务，服务时间为早八点到晚六点。",
            "#收费项目和免费项目",
            "中心的免费项目有：",
            Bullets(("量血压", "测血糖", "法律咨询", "阅览室")),
            "中心的收费项目有：",
            Bullets(("助浴，每次三十元", "理发，每次十元", "足部护理，每次四十元")),
            "#入托流程",
            "老人入托按照登记、评估、试住、签约的顺序办理。",
            "#评估内容",
            Bullets(("日常生活能力", "精神状态", "感知觉与沟通", "社会参与")),
        ),
        (
            ("岚山社区养老服务中心有哪些免费项目？", ("量血压", "测血糖", "法律咨询", "阅览室")),
            ("岚山社区养老服务中心有哪些收费项目？", ("助浴，每次三十元", "理发，每次十元", "足部护理，每次四十元")),
            ("老人入托要评估哪些内容？", ("日常生活能力", "精神状态", "感知觉与沟通", "社会参与")),
        ),
    ),
)
