"""The one line that says why an answer is quoted from the documents though a language model was asked."""

from __future__ import annotations

from typing import Literal

from index.errors import ModelFailure
from qa.terms import is_written_in_hanzi

Failure = ModelFailure | Literal["unsupported", "beside", "stopped", "unexpected"]
"""Why an answer is not the language model's: it failed, or what it wrote cannot be used."""
REASONS: dict[Failure, tuple[str, str]] = {
    "unreachable": (
        "连不上语言模型，请检查 WENDANG_LLM_BASE_URL，并确认它在运行",
        "The language model cannot be reached. Check WENDANG_LLM_BASE_URL, and that it runs",
    ),
    "key": (
        "语言模型不接受这个密钥，请检查 WENDANG_LLM_API_KEY",
        "The language model refused the key. Check WENDANG_LLM_API_KEY",
    ),
    "unknown": (
        "接口上没有这个模型，请检查 WENDANG_LLM_MODEL 和 WENDANG_LLM_BASE_URL",
        "The endpoint does not know this model. Check WENDANG_LLM_MODEL and WENDANG_LLM_BASE_URL",
    ),
    "busy": ("语言模型的请求太多（429），请稍后再试", "The language model is over its limit (429). Try again later"),
    "status": ("语言模型的接口报错", "The language model's endpoint reported an error"),
    "slow": ("语言模型没有按时答完", "The language model did not finish in time"),
    "silent": ("语言模型迟迟没有开口", "The language model said nothing in time"),
    "broken": ("语言模型的回答中途断了", "The language model's answer broke off"),
    "nothing": ("语言模型什么也没有回答", "The language model answered nothing"),
    "too_much": ("语言模型写个不停，已被叫停", "The language model wrote without end and was stopped"),
    "too_long": (
        "问题和原文超出了语言模型一次能读的长度，请调整 WENDANG_LLM_CONTEXT",
        "Question and passages are too long for the language model. See WENDANG_LLM_CONTEXT",
    ),
    "filtered": ("语言模型的服务方拦下了回答", "The language model's provider withheld the answer"),
    "allowance": (
        "今天给语言模型的词元用完了，见 WENDANG_LLM_DAILY_TOKENS",
        "Today's tokens for the language model are used up. See WENDANG_LLM_DAILY_TOKENS",
    ),
    "key_sent_back": (
        "语言模型的接口把密钥发了回来，不要再用它",
        "The language model's endpoint sent the key back. Do not use it",
    ),
    "unsupported": (
        "语言模型写的话在文档中都没有找到依据，没有采用",
        "Nothing that the language model wrote was found in the documents, so none of it is shown",
    ),
    "beside": (
        "语言模型只抄了原文，没有写出所问的数字或日期，没有采用",
        "The language model copied sentences without the figure or date that was asked for, so they are not shown",
    ),
    "stopped": ("已停止", "Stopped"),
    "unexpected": (
        "语言模型的回答没能处理，请查看终端里的日志",
        "The language model's answer could not be handled; see the log",
    ),
}
QUOTED = ("以下直接引用原文。", "Quoted from the documents instead.")
CUT = ("回答写到长度上限，后面没有写完。", "The answer reached its limit of length and is not whole.")
STOPPED = ("已停止，只写到这里。", "Stopped; this is what was written so far.")


def say_why_quoted(kind: Failure, question: str) -> str:
    """Return the line for a kind of failure, in the question's language."""
    side = 0 if is_written_in_hanzi(question) else 1
    reason = REASONS[kind][side]
    return f"{reason}。{QUOTED[0]}" if side == 0 else f"{reason}. {QUOTED[1]}"


def say_cut(question: str) -> str:
    """Say that an answer ends at its limit of length."""
    return CUT[0 if is_written_in_hanzi(question) else 1]


def say_stopped(question: str) -> str:
    """Say that an answer was stopped."""
    return STOPPED[0 if is_written_in_hanzi(question) else 1]
