"""What a question says only to compare, so that what is left asks the same of each: 的利润哪个更高？ → 的利润？"""

from __future__ import annotations

import re

from index.lexical import fold_in_place
from qa.terms import ENDS_OF_NAMES

COMPARING = re.compile(r"^(?:请|试)?(?:比较|对比)(?:一下)?")
EACH = re.compile(r"分别|各自的?|(?:之间|相比)")
# 哪家公司的利润更高？ behind the thing that is compared.
VERDICT = re.compile(r"(?<=[㐀-鿿0-9])[，,；;]\s*[^，,；;。]*(?:哪|谁)[^，,；;。]*[更最较][^，,；;。]*[？?。]?$")
HIGHER = r"(?:[更最]|比?较)?[早晚高低大小多少长短快慢好](?:一[些点])?"
# 研发投入哪个高？ 利润有什么不同？ behind what is asked.
WHICH = re.compile(
    rf"(?<=[㐀-鿿]{{2}})(?:是?(?:哪一?[个家座所者]|谁|哪边)的?{HIGHER}"
    r"|有(?:什么|何|哪些)(?:不同|不一样|区别|差[异别]))(?=[？?。]?$)"
)
# 谁的成立时间更早？ around it. 哪所大学更大 asks nothing else.
WHOSE = re.compile(
    r"^[，,]?(?:哪一?[个家座所者]|谁)"
    rf"(?![更最较比]|(?:{ENDS_OF_NAMES}|[省市县区镇乡村州]|学校|企业|城市|地区|国家|产品|型号)(?:的|{HIGHER}))"
    rf"(?P<asked>的?[^，,；;。]{{2,12}}?){HIGHER}(?P<end>[？?。]?)$"
)
A_YEAR = r"(?:19|20)[0-9]{2}年度?"
# 2022年的利润比2021年增加了多少？ 2022年的利润与2021年相比如何？
YEARS_COMPARED = re.compile(
    rf"(?P<first>{A_YEAR})(?P<asked>[^，,；;。0-9比]{{0,20}}?)[，,]?"
    rf"(?:相?比|[比相]?较|(?:[和与跟同]|相?比较?于)(?={A_YEAR}的?相?比))(?P<second>{A_YEAR})(?:的?相比|的?比较)?"
)


def without_each(text: str) -> str:
    """Leave out 分别, 各自 and the like, in simplified or traditional characters."""
    found = list(EACH.finditer(fold_in_place(text)))
    for each in reversed(found):
        text = text[: each.start()] + text[each.end() :]
    return text


def without_verdict(behind: str) -> str:
    """Leave out which of them is more, where what stands behind the names asks for something else as well."""
    folded = fold_in_place(behind)
    if whose := WHOSE.match(folded):
        return behind[slice(*whose.span("asked"))] + behind[slice(*whose.span("end"))]
    which = WHICH.search(folded)
    return behind[: which.start()] + behind[which.end() :] if which else behind


def split_years(question: str, folded: str) -> tuple[str, ...]:
    """Return what is asked of each of two years one of which is compared with the other, () where none is."""
    found = YEARS_COMPARED.search(folded)
    if found is None or found["first"] == found["second"]:
        return ()
    before, first, asked, second, behind = (
        question[slice(*span)]
        for span in (
            (0, found.start()),
            found.span("first"),
            found.span("asked"),
            found.span("second"),
            (found.end(), None),
        )
    )
    return f"{before}{first}{asked}{behind}", f"{before}{second}{asked}{'' if asked else behind}"
