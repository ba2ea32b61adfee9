"""A title → what its text is about, and whose it is: a question must name one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.lexical import fold_in_place, is_dictionary_word, is_place, tagged_words
from qa.claim_words import DOCUMENT_KIND, LEGAL_FORM, MATTER, PREDICATE
from qa.suggesting.subjects import POINTING

HANZI = re.compile(r"[㐀-鿿豈-﫿]")
BRACKETED = re.compile(r"[（(\[【][^（()）\]】]*[)）\]】]")
KIND_BEHIND = re.compile(
    rf"(?:[的及与和年]|半?年度|季度|(?:19|20)\d\d年?|管理|实施|暂行|试行|常见问题|常见|有关|相关|政策|惠民|读者|用户|游客|学生|使用|操作|安装|快速|"
    rf"办事|办理|参观|入园|{DOCUMENT_KIND.pattern})+$"
)
HEADLINE = re.compile("(?<=[㐀-鿿]{4})[\u3000 ，！!？?|｜—](?=[㐀-鿿]{2})")
YEAR_BEFORE = re.compile(r"^(?:19|20)\d\d年?度?")
# 关于做好…工作的通知
ABOUT = re.compile(
    "^(?:[㐀-鿿]{2,12}(?=关于))?关于(?:进一步|切实|全面)*(?:做好|加强|开展|调整|规范|推进|落实|实施|印发|公布|举办|组织)?(?P<matter>.+?)(?:有关|相关)?(?:工作|事项|事宜)?的$"
)
NO_TITLE = re.compile("新建|未命名|无标题|副本|扫描")
DOCUMENT_KIND_BEHIND = re.compile("(?:通知|通告|公告|意见|决定|公示|函|批复|报告|方案)$")
LONGEST_SUBJECT, SHORTEST_SUBJECT, LONGEST_MATTER = 14, 2, 20
# What is one thing that has a place, parts and measures.
THING = re.compile(
    r"[省市区县镇乡村州岛国山河湖江海路街桥港湾洲谷峰寺庙塔城园馆院校社站店厂局厅所线段]$|隧道$|铁路$|高速$|展$|展会$|博览会$|节$|(?:公司|集团|银行|大学|学院|医院|中心)$|委员会$|协会$|基金会$|公寓$|宿舍$|大厦$|广场$|水库$|机场$|体育场$|"
    r"[机器仪车灯锁泵柜箱炉壶]$|平台$|系统$|软件$|装置$|空调$|电脑$"
)
MODEL = re.compile("[a-z]+-?[0-9]")
# What ends like a thing and is none: 国内市场, 常见问题解答机.
NO_THING = re.compile("(?:地区|城区|社区|农村|城市|城镇|国家|市场|时机|危机|生机|机器|武器|表|清单|名单|目录)$")
BODY = re.compile(
    "^(?P<own>[㐀-鿿]{2,6}?)(?P<kind>省|市|区|县|镇|乡|村|街道|大学|学院|中学|小学|医院|银行|(?:股份|有限|责任)*公司|集团)"
)
# What a text calls the one that it is about.
STANDS_IN = re.compile(
    r"^(?:(?:全|本|我|该|此)(?:省|市|区|县|镇|乡|村|校|院|馆|园|厂|站|店|行|公司|集团|岛|国|书|剧|片|车|机)|公司|集团|学校|学院|医院|"
    r"景区|园区|辖区|企业|本项目|该项目)"
)
STANDS_FOR: tuple[tuple[str, str], ...] = (
    ("公司|集团|企业", "公司|集团|企业|厂"),
    ("校", "大学|学院|学校|中学|小学|校"),
    ("学院|院", "院"),
    ("景区|园区", "[区园山湖寺岛]"),
    ("辖区", "[区县市镇乡街道]"),
    ("项目", "项目|工程"),
    ("[车机]", "[a-z0-9车机器]"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a text is about by its title: `name` as written, "" where the title names no one thing.

    `is_matter` tells that it sets rules or tells of a matter, where roles (员工, 读者) say enough. `body` is whose
    rules or figures these are (霜桥镇 of 霜桥镇停车收费规定), and `matter` is what they are of, to ask for parts of it
    (霜桥镇停车收费). `year` is the one that the title tells. All are "" where the title does not tell.
    """

    name: str
    folded: str
    is_matter: bool
    body: str = ""
    matter: str = ""
    year: str = ""

    @property
    def owner(self) -> str:
        """Whose that is what the text tells of without saying so."""
        return self.name or self.body

    def stands_in(self, words: str) -> str:
        """Return what folded words such as 全县 or 公司 stand for, "" where that is not known."""
        wanted = next((wanted for kind, wanted in STANDS_FOR if re.search(f"(?:{kind})$", words)), words[-1])
        return next(
            (name for name in (self.name, self.body) if name and re.search(f"(?:{wanted})$", fold_in_place(name))), ""
        )

    def of_section(self, heading: str) -> Topic:
        """Return what a section is about: the thing that its heading names, if it names one."""
        folded = fold_in_place(heading)
        is_one = len(folded) == len(heading) >= LEAST_SECTION and folded[0] not in COUNTING
        if not is_one or not names_something(folded) or not THING.search(folded) or folded in self.folded:
            return self
        return replace(self, name=heading, folded=folded)


LEAST_SECTION, COUNTING = 4, "一二两三四五六七八九十几多各"
NO_TOPIC = Topic("", "", False)


def topic_of(title: str) -> Topic:
    """Return what a text of such a title is about."""
    folded = fold_in_place(title)
    name = BRACKETED.sub("", title).strip(" 《》“”\"'")
    # What is told of it goes: 大桥今日通车 市民免费体验.
    name = HEADLINE.split(name)[0]
    name = name[: found.start()] if (found := PREDICATE.search(fold_in_place(name))) else name
    if len(fold_in_place(name)) != len(name):
        return NO_TOPIC
    at = fold_in_place(name)
    # 通知 goes, and what it is about stays: 关于…的.
    about = ABOUT.match(DOCUMENT_KIND_BEHIND.sub("", at))
    start, end = about.span("matter") if about else (0, found.start() if (found := KIND_BEHIND.search(at)) else len(at))
    body = body_of(name[start:], at[start:])
    if found := YEAR_BEFORE.match(at[start:end]):
        body = body_of(name[start + found.end() :], at[start + found.end() :])
    matter = name[start:end].strip() if says_of_what(at[start:end].strip()) else ""
    start += found.end() if found else 0
    name, at = name[start:end].strip(), at[start:end].strip()
    is_matter = bool(MATTER.search(folded))
    is_name = not about and names_something(at) and is_thing(at)
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?=年)", folded)
    return Topic(name if is_name else "", at if is_name else "", is_matter, body, matter, year[0] if year else "")


def as_written(topic: Topic, text: str) -> Topic:
    """Return a topic in the characters of a text, traditional or simplified, where that names it."""
    # The text begins with the title, which may have been written by others.
    at = fold_in_place(text).rfind(topic.folded) if topic.name else -1
    return replace(topic, name=text[at : at + len(topic.folded)]) if at >= 0 else topic


def body_of(title: str, folded: str) -> str:
    """Return the place, school or firm whose name a title begins with: no part of it is a common word."""
    found = BODY.match(folded)
    if found is None:
        return ""
    own, whole, kind = found["own"], found.group(), found["kind"]
    if is_place(own) or is_place(whole):
        return title[: found.end()]
    inside = [word for word, _ in (*tagged_words(own), *tagged_words(whole))]
    common = any(len(word) > 1 and word != kind and is_dictionary_word(word) for word in inside)
    return "" if common or any(word in POINTING for word in inside) else title[: found.end()]


def is_thing(folded: str) -> bool:
    """Whether a folded name is that of one thing, which has a place, parts and measures, and of no matter."""
    if NO_THING.search(folded):
        return False
    if THING.search(folded) or MODEL.search(folded):
        return True
    words = tagged_words(folded)
    last, tag = words[-1]
    return (tag in ("ns", "nt") and is_dictionary_word(last)) or (
        len(words) == 1 and is_dictionary_word(last) and tag.startswith("n")
    )


def says_of_what(folded: str) -> bool:
    """Whether a folded title, without what it says of the kind of text, can stand before a part of its matter."""
    if not SHORTEST_SUBJECT * 2 <= len(folded) <= LONGEST_MATTER or not re.fullmatch(r"[㐀-鿿a-z0-9·-]+", folded):
        return False
    words = tagged_words(folded)
    known = not any(word in POINTING for word, _ in words) and not NO_TITLE.match(folded)
    return known and words[-1][1][0] in "nvjl" and folded[0] not in "关在对从"


def names_something(folded: str) -> bool:
    """Whether a folded title, without what it says of the kind of text, is a name or noun and no sentence."""
    longest = LONGEST_MATTER if MODEL.search(folded) else LONGEST_SUBJECT
    if not SHORTEST_SUBJECT <= len(folded) <= longest or not HANZI.search(folded):
        return False
    if LEGAL_FORM.search(folded) and re.fullmatch(r"[㐀-鿿a-z0-9·]+", folded):
        return True
    if re.search(r"[\s，。、：:；;！？!?,…|—_/\\]|^关于|^新建|未命名|无标题|文[档件]|副本|扫描|[的与和及]", folded):
        return False
    words = tagged_words(folded)
    if any(word in POINTING for word, _ in words):
        return False
    if MODEL.search(folded):
        return True
    verbs = [word for word, tag in words if tag in ("v", "d", "p", "ul") and len(word) > 1]
    return not verbs and any(tag[0] in "nj" or tag in ("eng", "x", "l", "vn") for _, tag in words)
