"""What a clause or a text is about: a question must name it, since nobody sees the sentence that it was made from."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from index.lexical import information, is_dictionary_word, is_verb, tagged_words

# Words that mean something only where they stand.
POINTING = frozenset(
    word
    for line in (Path(__file__).parent / "pointing_words.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
POINTING_FIRST = re.compile(r"^(?:本|该|此|这|那|其)(?=.)")
NOT_POINTING = frozenset(
    (
        "本科",
        "本科生",
        "本土",
        "本质",
        "本金",
        "本息",
        "本领",
        "本能",
        "本色",
        "本草纲目",
        "本田",
        "其他",
        "其它",
        "其余",
    )
)
# Tags of jieba that parts of a name or noun have.
NOMINAL = re.compile(r"^(?:n|vn|an|j|s|b|z$|eng|x|l|i|uj|f|a$|m|q|c|zg|g|k|h|ng)")
ENDS_SUBJECT = re.compile(r"^(?:v$|vd|vg|vi|d|p|r|t|u[lvzg]|y|o|e)")
PLACE_END = re.compile("[省市区县镇乡村州国岛山河湖江海路街桥港湾站洲谷原峰寺塔城园]$")
# 满意度, 城镇人口
NO_PLACE_END = re.compile("(?:人口|[度率量数费额业法者力])$")
NAMES = ("nr", "ns", "nt", "eng")
# jieba takes many a new noun for a person's name: 满电续航.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
# What jieba takes for nouns and leads to a verb.
ADVERBS = re.compile(
    "^(?:全力|大力|积极|正式|先后|累计|共同|最终|逐步|首次|再次|全面|深入|持续|不断|统一|合计|预计|整个|主动|亲自|单独|正在|因应|随着|关于|"
    "根据|按照|通过|经过|为了|由于|作为|对于|至于|除了|包括|以及|计划|决定|承诺|要求|规定|认为|表示|现有|现$|主要|共有?$|仅|均|总共|一般|通常|最[多少高低]|被|可以?$|应当?$|须|不得|必须)"
)
# Ends of names that jieba takes for words of their own.
CUT_OFF = frozenset("站局所部")
# Nouns that begin a sentence and name nothing in particular.
GENERAL = re.compile(
    r"^(?:其他|其它|另外|问题|原因|结果|时间|人们|大家|数据|专家|记者|报告|资料|研究|方面|情况|事实|内容|文章|作者|全书|图|表|附件|"
    r"网友|有人|部分|一些|许多|大多数|多数|少数|一般|通常|同|相关|有关|具体|主要|全文|编辑|责任编辑|来源|标签|点击|现场|会上|会议|活动|"
    r"整体|总体|总|全体|对方|双方|两者|二者|三者|所有|任何|每|各|一|第|最|以|之|后|前|上|下|左|右|计划|预计|据|编|现|任务|目标|原因|目的|意义|作用|关键|重点|核心|前提|基础)|[中上下内外里前后时]$|方面$|[的]$"
)
LEAST_NAMED, LEAST_INFORMATION = 6, 30.0
LOOKAHEAD = 6
QUOTED = re.compile(r"[“《「『][^”》」』]{1,20}[”》」』]")


def is_pointing(folded: str) -> bool:
    """Whether a folded text holds a word that means something only beside the text before it."""
    for word, tag in tagged_words(folded):
        if word in POINTING:
            return True
        if POINTING_FIRST.match(word) and word not in NOT_POINTING and (tag == "r" or not is_dictionary_word(word)):
            return True
    return False


def leading_noun(folded: str) -> int:
    """Return where the noun that a folded clause begins with ends, 0 where it begins with something else."""
    end, position, is_noun, before = 0, 0, False, ""
    for word, tag in tagged_words(folded):
        tag = "n" if word in CUT_OFF and is_noun else tag
        if ADVERBS.match(word):
            break
        if word in POINTING or ENDS_SUBJECT.match(tag) or not NOMINAL.match(tag) or word in "，。；：？！:;,!?":
            break
        if (not position and tag == "vn") or (tag == "m" and before in ("a", "v") and word[0].isdigit()):
            break
        before = tag
        position += len(word)
        if tag[0] in "njsl" or (tag in ("vn", "eng", "x", "i", "b", "an") and word not in "的、和与及"):
            end, is_noun = position, True
        if word in "”》」』）)" and is_noun:
            end = position
    words = tagged_words(folded[: end + LOOKAHEAD])
    kept = 0
    for (word, tag), (_, behind) in pairwise((*words, ("", ""))):
        # 公司|投资|兴建: a noun before a verb is one itself.
        if kept and kept + len(word) == end and behind == "v" and (tag == "vn" or is_verb(word)):
            return kept
        kept += len(word)
    return end if is_noun else 0


def is_named(folded: str, surely: bool = False) -> bool:
    """Whether a folded noun names one thing: a name, a term in quotation marks.

    `surely` leaves out what only jieba's dictionary takes for a place: 深度, 新建.
    """
    if QUOTED.search(folded):
        return True
    return any(
        tag.startswith(NAMES) and len(word) > 1 and _is_name(word, tag, surely) for word, tag in tagged_words(folded)
    )


def _is_name(word: str, tag: str, surely: bool) -> bool:
    """Whether a word is what jieba takes it for: of places that its dictionary lacks, those that end like one."""
    if tag.startswith("ns"):
        is_known = not surely and is_dictionary_word(word) and not (len(word) > 2 and NO_PLACE_END.search(word))
        return is_known or PLACE_END.search(word) is not None
    if tag.startswith("nr"):
        return word[0] in SURNAMES and not is_verb(word)
    return not is_verb(word)


def says_enough(folded: str) -> bool:
    """Whether a folded noun of several words says so much that it names one thing: 碳纤维复合材料产业园."""
    if len(folded) < LEAST_NAMED or GENERAL.search(folded):
        return False
    return sum(information(word) for word, _ in tagged_words(folded) if len(word) > 1) >= LEAST_INFORMATION
