"""What is put beside a quote: its side of a comparison, and what its first words (该区, 其, 此外) point back to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.lexical import fold_in_place, words
from qa.datatypes import Citation

LONGEST_NAME = 30
LONGEST_NUMBERING = 8
OPENING_MARKS = "“”「」『』\"'‘’（(【[《 \u3000\n\t"
# What points back to the sentence before. 其他 and 其实 do not, nor do 这么 and 此致.
POINTS_BACK = re.compile(
    r"(?:而且|而|但是?|不过|然而|并且|因此|所以|随后|目前|为此|对此|由此)?[，,]?"
    r"(?:[它她他]们?(?!处|国|山|乡|人)|其(?!他|它|实|余|一[，,、是]|二[，,、是]|三[，,、是])|该(?!怎|如何|不该|死|当)"
    r"|此(?!致|起彼伏|路)|这(?!么|样?的话)|上述|前述|前者|后者|同时|另外|此外|除此之外|与此同时|再者)"
    r"|\b(?:it(?! (?:takes|took|is (?:necessary|important|possible|clear|not)))|its|he|his|she|her|hers|they|their|"
    r"theirs|this|these|those|such|moreover|furthermore|besides|meanwhile|in addition|at the same time|"
    r"the (?:former|latter|company|project|district|programme|program))\b"
)
# 该区, 该公司: what the pronoun stands for is named by a word that ends like this.
POINTED_AT = re.compile(r"(?:该|此|这一?[个家座项所条部种]?|上述)(?P<noun>[㐀-鿿]{1,3})")
NUMBERING = re.compile(
    r"^(?:第?[一二三四五六七八九十百0-9]+[章节条编部分篇]+|[（(]?[一二三四五六七八九十0-9]+[）)、.．]|[0-9]+(?:[.．][0-9]+)*)\s*"
)
# In a list of questions and answers, the question that an answer follows.
ANSWERED_QUESTION = re.compile(
    r"(?:^|\n)\s*(?:问\s*[：:]|q\s*[：:.]|[0-9]{1,3}[.．、])?\s*(?P<question>[^\n]{2,80}[？?])\s*\n\s*(?:(?:答复?|回答|a)\s*[：:]\s*)?\Z",
    re.IGNORECASE,
)
FILE_NUMBER = re.compile(r"^[0-9]+[\s_.\-]+(?=\S)")
# Headings that stand in many documents and name nothing.
SAYS_NOTHING = re.compile(
    r"(?:总体|基本|主要|其他|有关|相关)?(?:概[况述要]|简介|介绍|背景|正文|前言|引言|导语|导言|摘要|总则|附则|附[件录]|目录|结[语论]|总结|说明|备注|"
    r"情况|内容|要求|工作|措施|问题|建议|目标|任务|原则|意义|现状|进展|成效|历史|发展|特点|定义|范围|目的|依据|其他|摘录|全文)+"
    # 经营情况, 财务状况: of what, the title says.
    r"|[㐀-鿿]{2}(?:情况|状况|工作|要求|措施|问题|建议|目标|任务|进展|成效|特点|范围|说明|简介|概况)"
    r"|introduction|overview|background|summary|conclusion|contents|notes?|appendix|general|history|about|abstract"
)
# 其后, 此后: points back to a time, which no heading names.
POINTS_TO_A_TIME = re.compile(r"(?:其|此)[后前间]|这时")
# Goes on with what the whole text is about, whatever its section is called.
GOES_ON = re.compile(r"其|此外|另外|同时|除此之外|与此同时|再者|\b(?:moreover|furthermore|besides|in addition)\b")
# 社会责任, 风险因素: what is told of the title's subject, nothing that a pronoun could stand for.
THEME = re.compile(
    "(?:责任|风险|因素|管理|治理|保障|保护|安全|发展|创新|研发|投资|分配|分析|事项|荣誉|成果|业绩|文化|人才|环境|业务|合作|活动|签约)$"
)
SAYS_SOMETHING = re.compile(r"[㐀-鿿]|[a-z]{3,}")
IS_A_FILE_NAME = re.compile(
    r"[0-9a-f]{8,}|(?:img|dsc|scan|doc|file|page|untitled|document)[\s_.\-]*[0-9]*|[a-z]{1,3}[0-9]+"
)


def label_sides(citations: Sequence[Citation]) -> list[Citation]:
    """Return citations with the name of the document, or where that is one the heading, that each comes from.

    Without labels where there is one side only, or where titles and headings do not tell the sides apart.
    """
    if len({citation.document for citation in citations}) > 1:
        titles = {citation.document: citation.title for citation in citations}
        are_told_apart = len(set(titles.values())) == len(titles)
        return [
            replace(one, label=one.title if are_told_apart else f"{one.title} ({one.document})") for one in citations
        ]
    if len({citation.headings for citation in citations}) > 1:
        return [replace(one, label=" · ".join((one.title, *one.headings[-1:]))) for one in citations]
    return [replace(one, label="") for one in citations]


def clarified(citations: Sequence[Citation], texts: Mapping[str, str]) -> tuple[Citation, ...]:
    """Return citations with what their first words point back to, where neither label nor the quote before says it.

    `texts` are the documents' whole texts by path, as far as they are known.
    """
    clear: list[Citation] = []
    for citation in citations:
        before = clear[-1] if clear else None
        goes_on = before is not None and before.document == citation.document and 0 <= citation.start - before.end <= 1
        text = texts.get(citation.document, "")
        around = (text[: citation.start], text[citation.end :])
        about = "" if citation.label or goes_on else what_is_meant(citation, *around)
        clear.append(replace(citation, about=about))
    return tuple(clear)


def points_back(quote: str) -> bool:
    """Whether a quote begins with a pronoun or a word that goes on with what stood before it."""
    return POINTS_BACK.match(fold_in_place(quote.lstrip(OPENING_MARKS))) is not None


def what_is_meant(citation: Citation, before: str = "", behind: str = "") -> str:
    """Return what makes a citation's first words clear; empty where nothing has to be or says it.

    That is the question that it answers, where one ends the text `before`, else a heading or the title: the title where
    the heading names only a theme, or nothing that the text around speaks of.
    """
    folded = fold_in_place(citation.quote.lstrip(OPENING_MARKS))
    if not points_back(citation.quote) or POINTS_TO_A_TIME.match(folded):
        return ""
    if answered := ANSWERED_QUESTION.search(before):
        return _cut(answered["question"])
    headings = [name for name in map(_bare, reversed(citation.headings)) if _names_something(name)]
    text = fold_in_place(before + citation.quote + behind) if GOES_ON.match(folded) and (before or behind) else None
    themes = [name for name in headings if not _is_a_thing(name, text)]
    title = _bare(citation.title)
    names = [*(name for name in headings if name not in themes), *([title] if _names_something(title) else []), *themes]
    pointed = POINTED_AT.match(folded)
    if pointed:
        # 该公司 is the one of the names that ends in 公司 or holds it, wherever it stands.
        nouns = [pointed["noun"][:length] for length in (3, 2, 1)]
        fitting = [name for noun in nouns for name in names if fold_in_place(name).endswith(noun)]
        fitting += [name for noun in nouns[:-1] for name in names if noun in fold_in_place(name)]
        names = fitting + names
    name = next(iter(names), "")
    if not name or fold_in_place(name) in folded:
        return ""
    return _cut(name)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _bare(name: str) -> str:
    """Return a heading without its number and a file's name without the number in front."""
    stripped = " ".join(name.split())
    return NUMBERING.sub("", FILE_NUMBER.sub("", stripped)) or stripped


def _is_a_thing(heading: str, text: str | None) -> bool:
    """Whether a heading names what a folded text speaks of outside its headings; None where the text is unknown."""
    folded = fold_in_place(heading).strip()
    if THEME.search(folded):
        return False
    if text is None:
        return True
    noun = next((word for word in reversed(words(folded)) if len(word) > 1), folded)
    headings = LONGEST_NUMBERING + len(folded)
    return any(noun in line and (len(line) > headings or folded not in line) for line in text.split("\n"))


def _names_something(name: str) -> bool:
    folded = fold_in_place(name).strip()
    if SAYS_NOTHING.fullmatch(folded) or IS_A_FILE_NAME.fullmatch(folded):
        return False
    return SAYS_SOMETHING.search(folded) is not None
