"""What the words beside a figure say: which of them say what it is of, which say the same, what is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from index.lexical import find_names, is_nominal, words
from qa.terms import is_function_word

SUBJECT = re.compile(
    r"[㐀-鿿]{1,6}(?:省|市|区|县|镇|乡|村|街道|公司|集团|银行|大学|学院|中学|小学|医院|馆|园|厂|桥|站|寺|店|社区|大厦|广场)"
)
NAME_END = re.compile(r"(?:股份|有限|责任)*(?:公司|集团|银行|大学|医院|中心|委员会)$|[省市县区镇乡村州]$")
NO_SUBJECT = re.compile(
    "^(?:全|本|我|该|各|小|此|两|辖|城|地|园|校|社|景|市|郊|景)?[省市区县镇乡村馆园厂桥站寺店]$|各|^(?:公司|集团|地区|社区|城市|农村|学校)$"
)
# What is said of bodies of a kind and names none of them: 归属于上市公司, 子公司.
BODY = re.compile("(?:公司|集团|企业|银行|单位|机构)$")
OF_BODIES = re.compile(
    "归属于?|上市|控股|参股|[联合]营|合资|关联|[下所]属|[母子孙分总]|全资|国有|民营|[私外]资|私营|高新技术|中小|[大中小微]型|规模|规上|其他|各类|"
    "同行业|一般|工业|商业|股份|有限|责任"
)
# Where a body does something, which is not the body: 在中国市场的销售额.
REGION = re.compile("中国|国内|我国|境内|境外|海外|国外|国际|全球|华[东南北中]|西[南北]|东北|[亚欧非美]洲|北美|东南亚")
# Words that stand for what the text is about where they begin a clause.
STANDS_FOR = re.compile(r"^(?:公司|学校|景区|集团|企业|单位|项目|工程|辖区|区域|中心)(?=.)")
# What leads to a figure and is cut wrongly behind a name: 会议室|最多, 朱泾镇|现|下辖.
LEADS_TO = re.compile("最多|至多|最少|至少|不超过|不少于|现下辖|下辖|现有|共有|共设|将于|定于|预计")
# What numbers one of several in a title: 一号大棚, 二期工程.
NUMBERED = re.compile("[0-9零一二三四五六七八九十]+(?=[号期届批楼栋座])|[a-z]+-?[0-9]+")
# What titles say of the kind of text, which is no name: of texts about one thing, and of those about a matter.
OF_ONE_THING = "manual|at a glance|简介|介绍|概况|概览|说明书|说明|参数|协议|合同|档案|资料"
OF_A_MATTER = (
    "须知|指南|手册|一览|名录|目录|办法|规定|制度|通知|通告|公告|公报|简报|报告|年报|月报|快报|摘要|数据|统计|问答|总结|守则|"
    "条例|细则|规则|标准|公示|收费|票价|安排|信息|情况|服务|承诺|追踪|通报|预告|计划|方案|rules|list|guide|handbook"
)
# What titles say has happened to, or is done for, the thing that they begin with: 大桥建成通车, 新馆即将开馆.
PREDICATE = re.compile(
    "(?<=..)(?: |即将|将于?|已|今日?|正式|顺利|全面|建成|通车|竣工|落成|完工|开工|动工|开建|奠基|开通|开馆|开园|开业|"
    "开放|启用|投用|投入使用|投入运营|试运营|揭牌|亮相|建设|项目|工程|了)+$"
)
# Reports of one body each, whose titles begin with it: 远山股份有限公司2022年年度报告.
REPORT = re.compile(
    "(?:报告|[年季中月]报|公报|快报|报表|简报|数据|总结|业绩|经营情况)(?:书|摘要|全文|正文|[^㐀-鿿]|[a-z0-9])*$"
)
# Those that every company makes, so that titles and figures look alike.
PERIODIC = re.compile("(?:半?年度|季度|月度)(?:财务|业绩|审计)*(?:报告|报表|快报)|[年季中]报")
REPORTED = re.compile(
    r"^(?:[0-9]{4}年?度?)?(?P<body>[㐀-鿿a-z·]{2,}?)(?=[^㐀-鿿a-z·]|[0-9]|半?年度|季度|[年季中月]报|快报|财务|审计|社会责任|可持续|环境|"
    "内部控制|国民经济|统计|工作报告)"
)
NO_BODY = re.compile(
    "(?:[本该]?(?:公司|集团|单位|学校)|半?年度?|[月季]度|[上下]半年|第[一二三四]季度?|全年|内部|合并)+"
)
LEGAL_FORM = re.compile("(?:股份|有限|责任|控股|集团)*(?:公司|集团)$")
DOCUMENT_KIND = re.compile(f"{OF_ONE_THING}|{OF_A_MATTER}")
MATTER = re.compile(f"(?:{OF_A_MATTER})[^㐀-鿿]*$")
HANZI = re.compile(r"[㐀-鿿]+")
LATIN = re.compile(r"[a-z][a-z0-9&'-]*|[0-9]+[a-z]+")
# What may stand behind what is measured: 交付量, 报名人数.
MEASURE_END = re.compile(r"(?<=..)(?:人数|次数|总[量额数]|[量额数率])$")
# A school's own name, and what the schools of a place are called.
SCHOOL, SCHOOLS = "..(?:小学|初中|中学|高中)$", "[省市区县镇乡村有共辖](?:小学|初中|中学|高中)$"
SCOPES = re.compile("全(?:球|世界|国|省|市|区|县|镇|乡|村|校|公司)")


def _read(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


SAYS_NOTHING = frozenset(word for line in _read("says_nothing.txt") for word in line)
ALIKE = {word: line[0] for line in _read("said_alike.txt") for word in line[1:]}
ALIKE_WORDS = re.compile("|".join(sorted(map(re.escape, ALIKE), key=len, reverse=True)))
PARTS = {word: line[0] for line in _read("parts_of_wholes.txt") for word in line}


def said_alike(folded: str) -> str:
    """Return a text with one word for all those that say the same."""
    return ALIKE_WORDS.sub(lambda found: ALIKE[found.group()], folded)


@lru_cache(maxsize=8_192)
def content_of(folded: str) -> tuple[str, ...]:
    """Return the runs of a text that say what a figure is of, without the words that only lead to it."""
    runs: list[str] = []
    is_open = False
    for clause in re.split("[,;、]", folded):
        is_open = False
        for word in words(STANDS_FOR.sub(" ", LEADS_TO.sub(" ", said_alike(clause.strip())))):
            if word in SAYS_NOTHING or not any(map(str.isalnum, word)) or word.isdecimal() or _leads(word):
                is_open = False
            elif is_open and HANZI.fullmatch(word):
                runs[-1] += word
            else:
                runs.append(word)
                is_open = bool(HANZI.fullmatch(word))
    return tuple(MEASURE_END.sub("", run) for run in runs)


def _leads(word: str) -> bool:
    return len(word) > 1 and is_function_word(word) and word not in PARTS


def lacks(text: str, context: str) -> str:
    """Return the first characters of what a text says that a context does not say, "" where it says all.

    Hanzi count as said where they stand there with the one beside them, so that it does not matter how words are cut.
    """
    for run in content_of(text):
        if not HANZI.fullmatch(run):
            behind = "[a-z]" if run.isalpha() else "[a-z0-9]"  # x3 is cut in two
            if not re.search(rf"(?<![a-z0-9]){re.escape(run.rstrip('s'))}s?(?!{behind})", context):
                return run
            continue
        covered = [len(run) == 1 and run in context] * len(run)
        for at in range(len(run) - 1):
            if run[at : at + 2] in context:
                covered[at] = covered[at + 1] = True
        if not all(covered):
            return run
    return ""


@lru_cache(maxsize=4_096)
def names_in(folded: str) -> tuple[str, ...]:
    """Return what a text names, in order."""
    named = {folded[start:end]: start for start, end, _ in find_names(folded)}
    named |= {found.group(): folded.find(found.group()) for found in SUBJECT.finditer(" ".join(content_of(folded)))}
    named = {name: at for name, at in named.items() if len(name) > 1 and not NO_SUBJECT.search(name)}
    return tuple(sorted(named, key=lambda name: named[name]))


def parts_in(text: str) -> Iterator[str]:
    """Yield the words, one for all that say the same, that make a figure one of another measure or of a part."""
    for name in names_in(text):
        if re.search(SCHOOL, name) and not re.search(SCHOOLS, name):
            text = text.replace(name, " ")
    cut = words(text)
    for word, group in PARTS.items():
        if word in cut or (len(word) > 1 and word in text):
            yield group


def is_named(name: str, context: str) -> bool:
    """Whether a context names something, if in short: 金山 for 金山区."""
    return name in context or (len(core := NAME_END.sub("", name)) > 1 and core in context)


def is_named_body(name: str) -> bool:
    """Whether a name is one body's own, not what bodies of a kind are called: 上市公司."""
    rest = BODY.sub("", name)
    return rest == name or not all(OF_BODIES.fullmatch(word) or not is_nominal(word) for word in words(rest))


def bare_title(folded: str) -> str:
    """Return a title without what it says of the kind of text, and of what became of the thing it is about."""
    return PREDICATE.sub("", DOCUMENT_KIND.sub(" ", folded).strip()).strip()


def body_in_title(folded: str) -> str:
    """Return whose report a text is by its title, "" where that is no report or names nobody."""
    found = REPORTED.match(folded.strip()) if REPORT.search(folded) else None
    body = LEGAL_FORM.sub("", found["body"]) if found else ""
    return "" if len(body) < 2 or NO_BODY.fullmatch(body) or DOCUMENT_KIND.search(body) else body


def thing_in_title(folded: str) -> str:
    """Return the one thing that a text is about by its title, "" where that names a matter: 水泵 of 水泵说明书."""
    return "" if MATTER.search(folded) else re.sub("[0-9]+年?", " ", bare_title(folded)).strip()


def named_in_title(folded: str) -> tuple[str, ...]:
    """Return what a title names; letters in it are part of a name where it is Chinese."""
    bare = bare_title(folded)
    return (*names_in(bare), *(LATIN.findall(bare) if HANZI.search(bare) else ()))
