"""Clauses that only lead in or sum up: 根据文档，, 总的来说，. They claim nothing."""

from __future__ import annotations

import re

_THEM = (
    "文档|文件|资料|材料|原文|文中|文章|段落|片段|上文|报告|年报|通知|公告"
    "|信息|内容|规定|条例|办法|介绍|手册|说明书|报道|来源"
)
_ENGLISH = (
    r"according to [^,]{0,60}|in (?:summary|short|total|addition|particular|conclusion|fact)|overall|moreover"
    r"|furthermore|also|finally|for (?:example|instance)"
    r"|(?:the |this |that )?(?:passages?|documents?|sources?|text|report)s? (?:says?|states?|notes?|shows?)(?: that)?"
)
LEAD_IN = re.compile(
    rf"\s*(?:(?:根据|依据|按照|据|如|在|从)[^，,。；;]{{0,24}}(?:{_THEM})(?:中|里|内|上)?的?"
    rf"(?:{_THEM}|记载|提到|显示|指出|说明|可知|可见|所述|来看|看)?"
    rf"|[^，,。；;]{{0,12}}(?:{_THEM})(?:中|里|还|也|明确|均)*(?:提到|显示|指出|表明|说明|介绍|规定|写道|称|记载)"
    "|总的?来[说看讲]|总体[来而][看说言]|总而言之|总之|综上(?:所述)?|综合(?:来看|以上|上述)[^，,。；;]{0,6}|由此可见|可见"
    "|一般来[说讲]|通常来说|具体[来而][说言看讲]|简[单而][来言][说之]?|简言之|换[句言][话之]说?|也就是说"
    "|需要?(?:指出|说明|注意|强调)的是|值得(?:一提|注意|强调)的是|此外|另外|同时|首先|其次|再次|最后|其中|例如|比如|如下"
    rf"|因此|所以|然而|不过|综合而言|最终|随后|之后|{_ENGLISH})\s*[，,：:]?\s*",
    re.IGNORECASE,
)


def leads_in(clause: str) -> bool:
    """Whether a folded clause claims nothing by itself."""
    return LEAD_IN.fullmatch(clause) is not None
