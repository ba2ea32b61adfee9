"""Sentences that tell that the passages hold no answer: they are neither true of a passage nor false."""

from __future__ import annotations

import re

from index.lexical import fold_in_place

_THEM = (
    r"(?:文档|文件|资料|材料|段落|片段|来源|文本|原文|上下文|内容|信息|知识库|上文"
    r"|passages?|documents?|sources?|context|texts?|materials?|excerpts?|information)"
)
_TELL = (
    r"(?:提到|提及|提供|给出|说明|涉及|包含|包括|记载|找到|查到|发现|介绍|披露|列出|明确|指出"
    r"|写明|交代|回答|描述|显示|谈到|涵盖)"
)
LONGEST = 120
_NOT = r"(?:没有|没|未|并未|未能|无)"
_IN_ENGLISH = (
    r"(?:mention|stat|specifi|provid|giv|found|cover|address|describ|includ|contain|disclos|discuss|explain|report)"
)
REFUSALS = re.compile(
    # 文档中没有提到…, 所给资料未说明…
    rf"(?:{_THEM}|其)(?:里|中|内|之中|当中)?[，,]?(?:都|均|也|并)*{_NOT}(?:明确|具体|直接|详细|进一步|有)*地?{_TELL}"
    # 未找到相关信息, 没有关于…的信息
    r"|^(?:很?抱歉[，,。]?|对不起[，,。]?)?(?:我|目前|暂时|暂|在)*(?:没有|没|未|未能|无法|不能)"
    rf"(?:在.{{1,12}}(?:里|中|内))?(?:找到|查到|发现|检索到|得知|确定|从).{{0,40}}(?:答案|记载|说明|规定|数据|{_THEM})"
    rf"|{_THEM}(?:里|中|内)?(?:没有|无|并无|缺少|缺乏)[^，。；]{{0,30}}(?:信息|内容|资料|记载|说明|规定|数据|答案|描述)"
    r"|(?:无法|不能|难以|不足以|不足)(?:据此|由此|从.{1,14}|根据.{1,14}|准确|完整|直接)*"
    r"(?:回答|作答|得出答案|给出答案|确定答案|判断答案|答复)"
    # 我不知道, 未提及, 没有相关信息, 暂无答案, 晚餐价格不详, 资料里没说, 信息不足
    r"|^(?:很?抱歉|对不起|很遗憾)?[，,]?(?:我)?(?:也|并)?不(?:知道|清楚|了解|确定)[。.]?$"
    r"|^(?:其中|文中|里面)?(?:未|没有?)(?:提及|提到|说明|说)[。.]?$"
    rf"|^(?:暂|暂时)?(?:无|没有)(?:相关|有关|任何|足够|可用)*的?(?:答案|{_THEM})[。.]?$"
    rf"|不详[。.]?$|{_THEM}(?:里|中|内)?(?:也|都|并)?(?:没有?|未)(?:说|写|讲)|{_THEM}(?:不足|不够|有限)"
    r"|^(?:n/?a|none|i (?:do not|don['’]t) know|not (?:mentioned|specified|stated|provided|found))[.!]?$"
    rf"|\b(?:is|are)\s+not\s+in\s+(?:the\s+)?(?:\w+\s+)?{_THEM}|\bno\s+information\s+(?:about|on|regarding)\b"
    rf"|\b(?:can\s?not|can['’]t|could\s+not|unable\s+to)\s+find\b.{{0,60}}\b{_THEM}"
    # The passages do not say …
    rf"|\b{_THEM}(?:\s+(?:provided|given|above|available|themselves?))*\s+(?:do|does|did)(?:\s+not|n['’]t)\s+"
    rf"(?:\w+ly\s+)?(?:say|tell|answer|list|hold|show|offer|refer|indicate|{_IN_ENGLISH})"
    rf"|\b(?:is|are|was|were)\s+not\s+(?:\w+ly\s+)?{_IN_ENGLISH}\w*\s+(?:in|by)\s+(?:the\s+)?(?:\w+\s+)?{_THEM}"
    r"|\bno\s+(?:\w+\s+){0,2}(?:information|answer|mention|details?|evidence|data)\b.{0,60}"
    rf"\b(?:in|from|by)\s+(?:the\s+)?(?:\w+\s+)?{_THEM}"
    r"|\b(?:can\s?not|can['’]t|could\s+not|couldn['’]t|unable\s+to)\s+(?:\w+ly\s+)?(?:answer|be\s+answered)\b",
    re.IGNORECASE,
)
# 文档中没有提到食堂，但员工有十天年假 claims something, too.
CLAIMS_BESIDE = re.compile(
    r"[，,；;。.](?:但是?|不过|然而|只是|而|只|仅)|[,;.]\s*(?:but|however|although|though|only)\b", re.IGNORECASE
)


CLAUSES = re.compile(r"[，,；;。.：:]")
LEADS = re.compile(
    r"^(?:很?抱歉|对不起|不好意思|很遗憾|遗憾的是|因此|所以|目前|根据.{0,20}|从.{0,20}|就.{0,20}而言|关于.{0,30}|至于.{0,30}"
    r"|对于.{0,30}|请.{0,30}|sorry|i'?m sorry|unfortunately|therefore|so|according to .{0,40}|based on .{0,40}"
    r"|as for .{0,40}|regarding .{0,40})$",
    re.IGNORECASE,
)
LEAST_BESIDE = 3  # characters of a clause that may claim something


def claimed_beside(sentence: str) -> str:
    """Return what a sentence that refuses claims beside that: its other clauses; "" where there are none."""
    clauses = [clause.strip() for clause in CLAUSES.split(fold_in_place(sentence))]
    others = [
        clause
        for clause in clauses
        if len(clause) >= LEAST_BESIDE and not REFUSALS.search(clause) and not LEADS.match(clause)
    ]
    return "，".join(others)


def refuses(sentence: str) -> bool:
    """Whether a sentence tells that the passages hold no answer, and claims nothing else."""
    text = fold_in_place(sentence).strip()
    if len(text) > LONGEST:
        return False
    found = REFUSALS.search(text)
    return bool(found) and not CLAIMS_BESIDE.search(text)
