"""How dates, figures, names and enumerations are written in Chinese and in English, as patterns over folded texts."""

from __future__ import annotations

import re

from qa.expectation import MEASURE, NUMERAL, UNIT

MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
ERA = (
    r"(?:洪武|永乐|嘉靖|万历|崇祯|顺治|康熙|雍正|乾隆|嘉庆|道光|咸丰|同治|光绪|宣统|贞观|开元|民国|"
    r"明治|大正|昭和|平成|令和)"
)
SMALL = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
# 15年 may be a year or a time of fifteen; 3年 is hardly ever a year without its era.
YEAR = (
    rf"(?:公元前?\s*[0-9]{{1,4}}\s*年|{ERA}(?:元|{SMALL})年|(?<![0-9.])[0-9]{{2,4}}\s*年|"
    r"[〇零○一二三四五六七八九]{4}年)"
)
# Bare figures are a year only where English says so: in 2012, the 2012 games. Of 1520 metres they are none.
BEFORE_YEAR = "|".join(
    rf"(?<=\b{word} )"
    for word in ("in", "by", "of", "to", "and", "since", "from", "until", "after", "before", "between", "the", "year")
)
BARE_YEAR = (
    rf"(?:{BEFORE_YEAR})(?:1[0-9]|20)[0-9]{{2}}\b(?!\s*[年0-9%]|[.,][0-9])|(?<=[(（])(?:1[0-9]|20)[0-9]{{2}}(?=[)）])"
)
MONTH, DAY = rf"{SMALL}\s*月", rf"{SMALL}\s*[日号]"
PART_OF_YEAR = r"(?:第?[一二三四1-4]季度|[上下]半年|[初中底末]|代(?:初|中期|末|后期)?|[春夏秋冬]季?)"
DATE = re.compile(
    r"(?<![0-9])[0-9]{4}(?P<sign>[-/.])[0-9]{1,2}(?P=sign)[0-9]{1,2}(?![0-9])"
    r"|(?<![0-9.])[0-9]{4}\s*[-–—~～至到]+\s*[0-9]{4}\s*年"
    rf"|{YEAR}度?(?:\s*{MONTH}(?:\s*{DAY}|份|底|初|中旬|上旬|下旬)?|{PART_OF_YEAR})?"
    rf"|(?<![0-9一二三四五六七八九十]){MONTH}(?:份|底|初|中旬|上旬|下旬|\s*{DAY})?"
    rf"|{SMALL}世纪(?:(?:[0-9]{{2}}|[一二三四五六七八九十]{{1,2}})年代)?(?:初|末|中叶)?"
    rf"|\b(?:[0-9]{{1,2}} )?{MONTH_NAME} (?:[0-9]{{1,2}}, ?)?[0-9]{{4}}\b|\b[0-9]{{1,2}} {MONTH_NAME}(?![a-z])"
    rf"|\b{MONTH_NAME} [0-9]{{1,2}}\b|{BARE_YEAR}"
)
TIME = re.compile(
    rf"(?:(?:凌晨|早上|上午|中午|下午|晚上)\s*)?(?:[0-9]{{1,2}}[:：][0-9]{{2}}|(?:{SMALL}|两)[点时](?!间|[〇零一二三四五六七八九0-9]*[亿万个])"
    rf"(?:半|{SMALL}分)?)|(?:星期|周)[一二三四五六日天]"
)
CLOCK = re.compile("(?<![0-9])[0-9]{1,2}[:：][0-9]{2}(?![0-9])")
WEEKDAY = re.compile("(?:星期|周)[一二三四五六日天]")
RANGE_SIGN = re.compile(r"\s*[-–—~～至到]+\s*")
# 个 alone is not what is counted: 18个月, 三个工作日.
COUNTED = (
    r"(?:(?<=个)(?:月(?![台饼季])|人(?![民员类口力才])|星期|小时|钟头|季度|世纪|学[期年时分]|"
    r"(?:工作|自然|交易|学习)日))?"
)
AMOUNT = rf"[￥¥$€£]?[0-9]+(?:[.,/][0-9]+)*(?:\s?{MEASURE}{COUNTED})?"
FIGURE = re.compile(
    rf"(?<![a-z0-9.\[第])(?:约|近|超过|超|逾)?{AMOUNT}(?:\s?[-–—~～至到]+\s?{AMOUNT})?(?![0-9])"
    rf"|{NUMERAL}分之{NUMERAL}(?:点{NUMERAL})?"
)
# 第二条 is a name, not two of something. A lone 一 is hardly ever a figure: 同一时期, 一批, 一方面.
DIGIT = "[〇零一二两三四五六七八九十百千万亿]"
CHINESE_FIGURE = re.compile(
    rf"(?<![第〇零一二两三四五六七八九十百千万亿])"
    rf"(?:{DIGIT}{{1,4}}点{DIGIT}{{1,4}}|[二两三四五六七八九十百千万亿]|{DIGIT}{{2,14}})(?:{UNIT}){COUNTED}"
)
ITEM_NUMBER = re.compile(r"(?:(?<=\n)|^)[（(]?[0-9]{1,2}[）).．、]")
NAMED = re.compile(r"[“《「『](?P<name>[^”》」』]{2,30})[”》」』]")
# Of the text as it is, not folded.
LATIN = "A-Za-zÀ-ɏḀ-ỿ"  # \w and \b know no border between 理 and P
LATIN_NAME = re.compile(
    rf"(?<![{LATIN}0-9])[A-Z][{LATIN}’'-]+(?: (?:de|van|of|the|von|al|bin) (?=[A-Z])| [A-Z](?:\.|[{LATIN}’'-]*))+"
)
ENUMERATION = re.compile(r"[^，,。；;：:、\n（）()]{1,40}(?:、[^，,。；;：:、\n（）()]{1,40})+")
# What stands before the first thing that is enumerated; the latter only where it is longer than the others.
LEADS_IN = re.compile(
    r".*(?:包括了?|包含|涵盖|囊括|分别[为是]|分[为成]|依次[为是]|例如|设[有在]|分布[在于]|位于|提供|供应|形成了?|打造了?|建成了?|涉及|来自|覆盖)"
    r"|.{2,}[如即有是为以]"
)
LAST_AND = re.compile(r"以及|[和与及]")
WORDS_BEFORE = re.compile(r".*[的于由在是如对为与](?=.{2})")
PREPOSITIONS = frozenset(["由", "以", "从", "向", "在", "对", "把", "将", "与", "和", "及", "以及"])
