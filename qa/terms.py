"""What a question asks about: its content words, without the words that only ask."""

from __future__ import annotations

import re

from index.lexical import fold, information, is_dictionary_word, words

# Words that ask, connect or are in every text. Folded: simplified, lower case.
STOP_WORDS = frozenset(
    """
    什么 甚么 哪 哪些 哪个 哪一个 哪种 哪两种 哪几 哪几个 哪里 哪儿 哪年 哪一年 哪天 哪一天 哪位 哪家 哪三个 哪两个 哪四个 谁 谁的 何 何时 何地 何处 何人
    何种 为何 如何 怎么 怎样 怎么样 怎么办 为什么 多少 多少个 多少钱 多大 多长 多高 多久 多远 几 几个 几家 几种 几年 几次 几名 几位 几月 几号 几分之几
    是否 是不是 有没有 能否 能不能 可否 可以 可不可以 吗 呢 吧 啊 呀 么 请问 请 告诉 介绍 一下 说说 想 知道 了解 我 我们 你 你们 您 他 她 它 他们 它们
    的 地 得 了 着 过 在 是 有 和 与 及 以及 或 或者 而 并 并且 但 但是 也 都 就 还 又 再 才 只 被 把 将 让 使 给 对 对于 关于 从 到 向 往 于 由 自 以 为
    为了 因 因为 由于 所以 因此 如果 那 那么 这 这个 那个 这些 那些 这里 那里 其 其中 该 此 之 所 者 等 等等 个 种 些 中 里 上 下 内 外 前 后 时 时候 时间
    当 当时 一个 一种 一些 一共 总共 共 共有 叫 叫做 叫作 称为 称作 名叫 属于 包括 包含 具体 分别 主要 大约 大概 左右 目前 现在 现 已 已经 曾 曾经 会 要 能 能够 可 应 应该
    需要 进行 作为 通过 根据 按照 不 没 没有 无 非 很 最 更 比较 来 去 做 用 使用 拥有 具有 具备 指 指的 指的是 意思 名字 名称 情况 方面 内容 问题 原因 多 年 月 日 家 名 位 项 条 次
    是什么 有什么 有哪些 是谁 是多少 有多少 是哪 是哪些 是哪里 在哪 在哪里 几时 啥 咋 干嘛 吗 哪项 哪项
    the a an of in on at to for from by with and or is are was were be been being do does did has have had how what which
    who whom whose when where why many much long far often large big it its this that these those there s as about into
    per than then can could will would should may might me my your you we our us they their them he she his her please
    tell give name any some all so since out up down near also only very more most other own same
    """.split()
)
CONTENT = re.compile(r"[0-9a-z㐀-鿿豈-﫿\U00020000-\U0003ffff]")
# Words that jieba makes up around these are no terms: 哪三大, 占全, 那片.
FUNCTION_CHARACTERS = frozenset("哪几多少什么是的有才全那这都也就还又很更最被把将对从到在和与或及其之所以为于个些好能会要了着过不没")
LEAST_INFORMATION, MOST_INFORMATION = 7.0, 15.0
NUMBER = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*%?")


def question_terms(question: str) -> tuple[str, ...]:
    """Return the folded content words of a question, in order, each once."""
    terms: dict[str, None] = {}
    for word in words(fold(question)):
        if is_function_word(word) or not CONTENT.search(word):
            continue
        # A lone hanzi is nearly always part of a phrase that jieba cut; a lone letter or digit says little.
        if len(word) > 1:
            terms[word] = None
    return tuple(terms)


def is_function_word(word: str) -> bool:
    """Whether a word or character pair only asks or connects (多少, 指的, 是哪), so that finding it means nothing."""
    return word in STOP_WORDS or _is_made_up(word)


def _is_made_up(word: str) -> bool:
    return not FUNCTION_CHARACTERS.isdisjoint(word) and not is_dictionary_word(word)


def term_weight(term: str) -> float:
    """Return how much it matters that a term is found: little for everyday words, much for names. 0.2 to 8."""
    return max(0.2, min(information(term), MOST_INFORMATION) - LEAST_INFORMATION)


def is_written_in_hanzi(text: str) -> bool:
    """Whether a text is mostly Chinese, by its letters."""
    hanzi = len(re.findall(r"[㐀-鿿]", text))
    return hanzi * 2 >= len(re.findall(r"[A-Za-z]+", text))
