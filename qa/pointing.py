"""The words by which a question points back, asks for more, or leaves what was talked about."""

from __future__ import annotations

import re

from index.lexical import fold_in_place

# What only opens a question; behind it the question may be about anything.
OPENER = re.compile(
    r"^(?:好[的吧]?|嗯|明白了?|谢谢|那么?(?![个些里边儿时会一以之])|另外|"
    r"ok(?:ay)?\b|thanks?\b|thank you\b|and\b|so\b|then\b)[，,。.!！\s]*",
    re.IGNORECASE,
)
# What is said out of politeness before a question; nothing is looked for by it.
GREETING = re.compile(
    r"^(?:(?:[你您]们?好|大家好|嗨|早上好|上午好|下午好|晚上好|谢谢[你您]?|多谢|非常感谢|感谢|辛苦了|麻烦[你您]?)(?:了|啊|呀|啦)?"
    r"[，,。.!！~～\s]+)+(?:(?:我)?(?:想|想要)?(?:请问|问)(?:一?下)?[，,：:\s]*)?(?=.{4})"
)
# Whoever says so asks about something else.
LEAVES = re.compile(
    r"^(?:换个(?:话题|问题)|再问(?:你)?(?:一个|一下|个)?(?:别的|其他的)?(?:问题)?|顺便问(?:一下|一句)?|对了|说点别的|另一个问题|"
    r"(?:a )?different (?:topic|question|subject)|by the way|another (?:question|topic)|on another note)"
    r"[，。,.:：；\s]*",
    re.IGNORECASE,
)
# 它, 该园区, 前者, 那里: words that stand for what was named before.
PRONOUN = re.compile(
    r"它|其(?!他|它|实|余|次|一|二|三)|该(?!怎|如何|不该|死)|此(?!外|次)|他们?|她们?|上述|前者|后者|(?<![为至])这(?!么样?$)|"
    r"那(?:个|些|里|边|儿)|\b(?:it|its|they|their|them|that|those|these|this|there|he|she|his|her|former|latter)\b",
    re.IGNORECASE,
)
MEANS_ONE_THING = re.compile(r"它(?!们)|\bits?\b", re.IGNORECASE)
# 从那以后, 下一步, 还有: words that go on with what was asked before.
GOES_ON = re.compile(
    r"前面|刚才|那(?:会儿|时|以后|之后|一)|当时|往后|再往前|同样|下一(?:步|个?阶段|年|次)|接下来|还(?:有|要)(?!几)"
)
ELLIPTICAL = re.compile(r"呢\s*[？?]?\s*$|^(?:what|how) about\b", re.IGNORECASE)
# Only names something: 2022年？ And the Heron?
FRAGMENT = re.compile(
    r"^(?:[^，,。？?]{1,8}|(?!.*\b(?:wh\w+|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|tell|show)\b)"
    r"[^㐀-鿿，,。？?]{1,40})[？?]\s*$",
    re.IGNORECASE,
)
ASKS = re.compile(r"什么|哪|谁|几|多少|怎|如何|为何|何[时地处人]|吗|是否|多[大长高久远]|啥")
QUOTED = re.compile(r"[“「《『][^”」》』]{2,}[”」》』]")
CLAUSE_END = re.compile(r"[，,；;]")
# Asks for more of what was just answered, which the same question finds.
MORE = re.compile(
    r"(?:那么?|请|麻烦|能不能|能|可以|你?再|帮我|给我|说得?|讲得?|介绍|解释|展开|补充|"
    r"更|多|具体|详细|仔细|深入|继续|接着|往下|还有|没有?|有|别的|其他的?|下去|清楚|一?[点些下]儿?|说说|讲讲|谈谈|细说|几句|内容|信息|细节|呢|吗|吧|么|了|的|[，,。.！!？?\s])+"
    r"|(?:and |please |can you |could you )*(?:anything else|what else|tell me more|more(?: details?)?|go on|"
    r"continue|elaborate|explain further)"
    r"(?: about (?:it|that|this))?(?: please)?[\s.?!]*",
    re.IGNORECASE,
)
ASKS_MORE = re.compile(
    r"还有|别的|其他|更多|详细|具体|展开|仔细|细说|细节|继续|接着|补充|再[说讲]|多[说讲]|深入|[a-z]", re.IGNORECASE
)
_COUNTED = "个家款种类地边国项座所位条间台栋门层处支"
_DEGREE = "(?:[大小高低多少长短快慢好早晚贵远近新旧]|便宜|省)"
# Both of what was talked about: 两者相比, 这两款, 哪个更大.
BOTH = re.compile(
    rf"[两二][者{_COUNTED}人年]|它们|他们|她们|彼此|各(?:自|[有是占卖要用花需])|分别|相差|差多少|差几|"
    rf"(?:哪一?[{_COUNTED}]?|谁)(?:的[^，,。]{{1,6}}?)?(?:更|比较|最|{_DEGREE})|相比|更{_DEGREE}|"
    r"\b(?:both|of the two|these two|than|bigger|larger|longer|older|compared?)\b",
    re.IGNORECASE,
)
# With what something is compared that is not named here: 跟南屿比差多少？
COMPARES_WITH = re.compile("^(?:跟|与|和|同|比)[^，,]{1,12}(?:比(?!例|赛|重)|相差)")
COMPARES = re.compile(r"比|相差|差多少|一样|相同|不同|区别|差[别异距]|\b(?:than|compared?)\b", re.IGNORECASE)
# Asks what something is, where or when, so that a name and this are a whole question.
SAYS_WHAT = re.compile(
    r"什么是|(?<![这那])是(?:什么|谁|啥|哪)|在哪|位于|什么时候|何时|哪[年天日]|多少钱|为什么|为何|怎么|如何|有哪些|"
    r"\b(?:who|where|when|why)\b|\bwhat (?:is|are|was|were)\b",
    re.IGNORECASE,
)
DEFINES = re.compile("什么(?:是|叫|叫做)|何谓|何为")
WHY = re.compile(r"为什么|为何|为啥|原因|怎么会|怎么回事|凭什么|\bwhy\b", re.IGNORECASE)
FORMER, LATTER = re.compile(r"前者|\bformer\b", re.IGNORECASE), re.compile(r"后者|後者|\blatter\b", re.IGNORECASE)
HANZI = re.compile("[㐀-鿿]")
LONGEST_MORE = 24  # characters


def without_greeting(question: str) -> str:
    """Return a question without the polite words before it: 你好，请问在哪里报名？ → 在哪里报名？"""
    return GREETING.sub("", question)


def without_openers(question: str) -> str:
    while opener := OPENER.match(question):
        question = question[opener.end() :]
    return question


def is_bare(asked: str) -> bool:
    """Whether a question only says of what else the same is asked: 奉贤区呢？"""
    return bool(ELLIPTICAL.search(asked) or FRAGMENT.search(asked)) and not ASKS.search(asked)


def may_stand_alone(question: str) -> bool:
    """Whether a question has no word that needs one before; of English ones, which say little to a search, nobody
    knows."""
    asked = without_openers(fold_in_place(question))
    points = (
        LEAVES.match(asked)
        or PRONOUN.search(asked)
        or GOES_ON.search(asked)
        or ELLIPTICAL.search(asked)
        or COMPARES_WITH.search(asked)
    )
    return bool(HANZI.search(asked)) and not points and not asks_for_more(question)


def asks_for_more(question: str) -> bool:
    """Whether a question asks for more of what was just answered: 还有吗？ 详细一点."""
    return len(question) <= LONGEST_MORE and bool(MORE.fullmatch(question) and ASKS_MORE.search(question))
