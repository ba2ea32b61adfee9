"""The replies to questions about the conversation or the product: what WenDang is, what was asked and answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from index.loaders import LOADERS
from qa.about_itself import About, Intent
from qa.datatypes import Answer, Turn
from qa.terms import is_written_in_hanzi

MOST_POINTS, LONGEST_POINT = 3, 80  # of a summary; characters of a point
MOST_QUESTIONS, LONGEST_QUOTED = 20, 100
MOST_KINDS, MOST_TITLES = 8, 20
MARK = re.compile(r"\s*\[[0-9]{1,3}\]")
SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?(?:\s*\[[0-9]{1,3}\])*")
IN_CHINESE: dict[About, str] = {
    "greeting": "你好。我是问档，从您的文档里找答案。请直接提问，例如：某某项目什么时候开工？",
    "thanks": "不客气。还可以接着问。",
    "farewell": "再见。",
    "identity": (
        "我是问档（WenDang），一个在本机运行的文档问答程序：从您文件夹里的文档中找出回答问题的句子，逐字引用，每"
        "句都注明出处。{documents}"
    ),
    "abilities": (
        "我回答文档里写着的事情：问数字、日期、人名、名单、原因、是非，或者要求比较、总结；每句话逐字引自文档，点"
        "编号就能看到原文。可以接着追问（那2022年呢？它在哪里？第二个呢？）；文档里没有的，我会直说没有。{documen"
        "ts}"
    ),
    "adding": (
        "在页面的“文档”栏上传或把文件拖进去，也可以直接放进文档文件夹，子文件夹也行；新的、改过的文件会自动收录，"
        "命令行用 python -m qa sync。同名而内容不同的文件会另加编号，不会覆盖。{documents}"
    ),
    "formats": (
        "可以读这些文件：{formats}。图片和扫描件需要另装文字识别（make ocr），doc、ppt、wps 等旧格式需要 LibreOffice。"
    ),
    "removing": (
        "在页面的“文档”栏里找到它，按“移除”，文件会移到数据文件夹的 removed 里；"
        "也可以直接从文档文件夹里拿走文件，索引会自动跟上。{documents}"
    ),
    "documents": "{documents}{titles}",
    "privacy": (
        "文档、索引和问题都留在这台电脑上，找答案不用联网。只有设置里接了别处的语言模型时，问题和找到的段落才会发"
        "给它。没有登录功能：页面默认只有本机能打开。"
    ),
    "model": (
        "找句子用的是在本机运行的小模型；没有接语言模型时，答案里没有一句是模型写的，都逐字引自文档。可以在设置里"
        "另接语言模型，它写的答案会标明。"
    ),
    "trust": (
        "引用的句子都逐字出自文档，并注明出处。但找到的不一定正是您要的，文档本身也可能有错或过时：请点编号核对原文。"
    ),
    "source": "每句话后面的编号就是出处：点一下，文档就打开在那一句。我挑的是文档里与问题最相符的句子。",
    "maker": "问档（WenDang）由 WenDang 的作者们开发，以 Apache 2.0 许可证发布。",
    "translation": "我只逐字引用文档，不翻译：引文保持原文的语言。您可以用中文（简体、繁体）或英文提问。",
}
IN_ENGLISH: dict[About, str] = {
    "greeting": (
        "Hello. I am WenDang and look for answers in your documents. Just ask, for example: when does the "
        "project begin?"
    ),
    "thanks": "You are welcome. Feel free to ask on.",
    "farewell": "Goodbye.",
    "identity": (
        "I am WenDang, a program on this computer that answers from the documents of your folder: it quotes, "
        "word for word, the sentences that answer, and says where each one stands. {documents}"
    ),
    "abilities": (
        "I answer what the documents say: figures, dates, names, lists, reasons, yes or no, comparisons and "
        "summaries. Every sentence is quoted word for word, and its number opens the document there. You can ask "
        "on (and in 2022? where is it? the second one?). What the documents do not say, I say so. {documents}"
    ),
    "adding": (
        "Upload files in the page's Documents panel or drop them there, or put them into the documents folder, "
        "in sub-folders if you like; new and changed files are taken in by themselves, on the command line with "
        "python -m qa sync. A file of the same name with another content gets a number; nothing is overwritten. {"
        "documents}"
    ),
    "formats": (
        "These files are read: {formats}. Pictures and scanned pages need character recognition (make ocr), old "
        "formats such as doc, ppt and wps need LibreOffice."
    ),
    "removing": (
        "Find it in the page's Documents panel and press Remove: the file is kept, under removed in the data folder. "
        "Or take it out of the documents folder yourself; the index follows. {documents}"
    ),
    "documents": "{documents}{titles}",
    "privacy": (
        "Documents, index and questions stay on this computer, and answers are found without the internet. Only "
        "where a language model elsewhere is set up, the question and the passages found are sent to it. There is no "
        "login: by default the page opens on this computer alone."
    ),
    "model": (
        "Sentences are found by small models that run on this computer; without a language model no sentence of an "
        "answer is written by one, each is quoted from a document. A language model can be set up; its answers "
        "are marked."
    ),
    "trust": (
        "What is quoted stands word for word in a document, which is named. But it need not be what you were looking "
        "for, and a document may be wrong or out of date: press a number and read it there."
    ),
    "source": (
        "The number behind a sentence is its source: press it, and the document opens there. I choose the sentences of "
        "the documents that fit the question best."
    ),
    "maker": "WenDang is made by the WenDang authors and published under the Apache License 2.0.",
    "translation": (
        "I quote documents word for word and do not translate: quotes stay in the language of the document. You "
        "may ask in Chinese or in English."
    ),
}


def reply_about_itself(intent: Intent, question: str, history: Sequence[Turn], titles: Mapping[str, str]) -> Answer:
    """Return the reply to a question about the conversation or the product, in the question's language.

    `history` are the turns before about documents, `titles` those of the documents asked, by path. The reply
    cites nothing: what it repeats of an answer stands in the history.
    """
    is_chinese = is_written_in_hanzi(question)
    if intent.about == "summary":
        text = _summary(history, is_chinese)
    elif intent.about == "repetition":
        text = _last_answer(history) or _nothing_yet(is_chinese)
    elif intent.about == "questions":
        text = _questions(history, is_chinese)
    else:
        text = (IN_CHINESE if is_chinese else IN_ENGLISH)[intent.about].format(
            documents=_documents(tuple(titles), is_chinese),
            formats=_formats(is_chinese),
            titles=_titles(titles, is_chinese),
        )
    return Answer(
        question=question,
        text=text.strip(),
        answered=True,
        mode="conversation",
        citations=(),
        hits=(),
        missing_terms=(),
        searched=question,
        confidence=1.0,
    )


def _documents(paths: Sequence[str], is_chinese: bool) -> str:
    """Say how many documents there are, and of what kinds."""
    kinds = Counter(PurePosixPath(path).suffix.lstrip(".").lower() for path in paths).most_common()
    if not kinds:
        if is_chinese:
            return "现在还没有文档，请把文件放进文档文件夹。"
        return "There are no documents yet. Put files into the documents folder."
    told = [f"{kind} {count}" for kind, count in kinds[:MOST_KINDS]]
    more = len(kinds) > MOST_KINDS
    if is_chinese:
        return f"现在收录了 {len(paths)} 份文档（{'、'.join(told)}{'等' if more else ''}）。"
    noun = "document is" if len(paths) == 1 else "documents are"
    return f"{len(paths)} {noun} indexed ({', '.join(told)}{', and others' if more else ''})."


def _titles(titles: Mapping[str, str], is_chinese: bool) -> str:
    """List the titles of documents, each on a line of its own, as many as can be read at a glance."""
    told = [f"\n- {title}" for title in list(titles.values())[:MOST_TITLES]]
    if (more := len(titles) - len(told)) > 0:
        told.append(f"\n还有 {more} 份，见“文档”栏。" if is_chinese else f"\nand {more} more, in the Documents panel.")
    return "".join(told)


def _formats(is_chinese: bool) -> str:
    return ("、" if is_chinese else ", ").join(suffix.lstrip(".") for suffix in LOADERS)


def _summary(history: Sequence[Turn], is_chinese: bool) -> str:
    """Return the sentences of the last answer, short: those with what it emphasises first, in the order of the text."""
    answer = _last_answer(history, keeping_emphasis=True)
    if not answer:
        return _nothing_yet(is_chinese)
    sentences = [one.strip() for one in SENTENCE.findall(answer) if any(map(str.isalnum, one))]
    ranked = sorted(range(len(sentences)), key=lambda at: ("**" not in sentences[at], at))[:MOST_POINTS]
    points = [_shortened(sentences[at]) for at in sorted(ranked)]
    asked = _asked(history)[-1:]
    if is_chinese:
        head = f"刚才问的是“{asked[0]}”，回答的要点：" if asked else "回答的要点："
    else:
        head = f"You asked “{asked[0]}”. The answer, in short:" if asked else "The answer, in short:"
    return "\n".join([head, *points])


def _shortened(sentence: str) -> str:
    plain = MARK.sub("", sentence).replace("**", "").strip()
    return plain if len(plain) <= LONGEST_POINT else plain[:LONGEST_POINT].rstrip() + "…"


def _questions(history: Sequence[Turn], is_chinese: bool) -> str:
    """List what was asked, in order."""
    asked = _asked(history)[-MOST_QUESTIONS:]
    if not asked:
        return "您还没有提过问题。" if is_chinese else "You have not asked anything yet."
    head = "您问过：" if is_chinese else "You asked:"
    return "\n".join([head, *(f"{number}. {question}" for number, question in enumerate(asked, 1))])


def _asked(history: Sequence[Turn]) -> list[str]:
    questions = (" ".join(turn.content.split()) for turn in history if turn.role == "user")
    return [one if len(one) <= LONGEST_QUOTED else one[:LONGEST_QUOTED] + "…" for one in questions]


def _last_answer(history: Sequence[Turn], keeping_emphasis: bool = False) -> str:
    """Return the text of the last answer without citation marks, whose numbers would open nothing here."""
    answers = [turn.content for turn in history if turn.role == "assistant" and turn.content.strip()]
    text = MARK.sub("", answers[-1]) if answers else ""
    return text if keeping_emphasis else text.replace("**", "")


def _nothing_yet(is_chinese: bool) -> str:
    return "还没有回答过问题。请先提问。" if is_chinese else "There is no answer yet. Ask something first."
