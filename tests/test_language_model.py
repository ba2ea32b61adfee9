"""The client of language models against a server that does as it is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import LanguageModelError
from qa.language_model import Endpoint, LanguageModel
from qa.language_model_request import WAITS
from qa.tokens import Allowance
from tests.scripted_model import Scripted, Step, scripted_model

KEY = "sk-WENDANG-SECRET-KEY"
MESSAGES = [{"role": "system", "content": "只依据资料回答。"}, {"role": "user", "content": "年假几天？"}]


OPENED: list[LanguageModel] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close the connections of each test."""
    yield
    while OPENED:
        OPENED.pop().close()


def model_of(server: Scripted, first_word: float = 20.0, total: float = 60.0) -> LanguageModel:
    OPENED.append(LanguageModel(Endpoint(server.url, "scripted", KEY, first_word=first_word, total=total)))
    return OPENED[-1]


def test_pieces_come_as_they_are_written() -> None:
    with scripted_model([("say", "年假"), ("say", "十天"), ("say", "[1]。")]) as server:
        assert list(model_of(server).stream(MESSAGES)) == ["年假", "十天", "[1]。"]
        (asked,) = server.asked
    assert (asked["messages"], asked["model"], asked["stream"]) == (MESSAGES, "scripted", True)
    assert (asked["temperature"], asked["max_tokens"]) == (0.0, 1024)
    assert server.keys == [f"Bearer {KEY}"]


def test_the_first_piece_does_not_wait_for_the_last() -> None:
    with scripted_model([("say", "年假"), ("wait", 600.0), ("say", "十天")]) as server:
        answer = model_of(server).stream(MESSAGES)
        assert next(answer) == "年假"
        answer.close()


def test_stopping_ends_the_request_at_its_source() -> None:
    endless: list[Step] = [
        (what, value) for _ in range(20_000) for what, value in (("say", "字" * 500), ("wait", 0.05))
    ]
    with scripted_model(endless) as server:
        answer = model_of(server).stream(MESSAGES)
        next(answer)
        answer.close()
        assert server.left.wait(20)  # the limit only ends a test that would hang


@pytest.mark.parametrize("script", [[("watch", None)], [("say", "年假"), ("watch", None)]])
def test_a_silent_model_is_told_at_once_that_nobody_waits(script: list[Step]) -> None:
    with scripted_model(script) as server:
        answer = model_of(server).stream(MESSAGES, stopped=lambda: bool(server.asked))
        assert list(answer) in ([], ["年假"])
        assert server.left.wait(20)  # the limit only ends a test that would hang


def test_a_stopped_request_is_not_sent_again() -> None:
    with scripted_model([("watch", None)]) as server:
        with pytest.raises(LanguageModelError, match="nothing for 0.5 seconds"):
            list(model_of(server, first_word=0.5).stream(MESSAGES))
        assert server.left.wait(20)
        assert list(model_of(server).stream(MESSAGES, stopped=lambda: len(server.asked) > 1)) == []
        assert len(server.asked) == 2


def test_stopping_one_answer_leaves_another_alone() -> None:
    with scripted_model(
        [("say", "年假"), ("watch", None)], [("say", "年假"), ("wait", 1.0), ("say", "十天")]
    ) as server:
        model = model_of(server)
        one, other = model.stream(MESSAGES), model.stream(MESSAGES)
        assert next(one) == next(other) == "年假"
        one.close()
        assert list(other) == ["十天"]


@pytest.mark.parametrize(
    ("steps", "is_whole"),
    [
        ([("finish", "stop")], True),
        ([("finish", "length")], False),
        ([], True),  # [DONE] alone
        ([("finish", "stop"), ("break", None)], True),
    ],
)
def test_whether_an_answer_is_whole(steps: list[Step], is_whole: bool) -> None:
    with scripted_model([("say", "年假十天"), *steps]) as server:
        answer = model_of(server).stream(MESSAGES)
        pieces = []
        while True:
            try:
                pieces.append(next(answer))
            except StopIteration as end:
                assert end.value is is_whole
                break
    assert pieces == ["年假十天"]


@pytest.mark.parametrize("split", [1, 5, 12])
def test_a_key_that_is_sent_back_ends_the_answer(split: int) -> None:
    script: list[Step] = [("say", f"密钥是{KEY[:split]}"), ("say", KEY[split:]), ("say", "。")]
    told = pytest.raises(LanguageModelError, match="sent the key back")
    with scripted_model(script) as server, told as raised:
        list(model_of(server).stream(MESSAGES))
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "WENDANG_LLM_API_KEY"),
        (403, "WENDANG_LLM_API_KEY"),
        (404, "WENDANG_LLM_MODEL"),
        (429, "429"),
        (500, "answered 500"),
        (503, "answered 503"),
        (400, "answered 400"),
    ],
)
def test_a_refusal_says_what_to_do_and_not_the_key(status: int, told: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with scripted_model([("status", status)]) as server, pytest.raises(LanguageModelError, match=told) as raised:
        list(model_of(server).stream(MESSAGES))
    shown = f"{raised.value!r} {raised.value.__cause__!r} {caplog.text} {model_of(server).endpoint!r}"
    assert KEY not in shown
    # What passes is tried again, what does not is not.
    assert len(server.asked) == (1 + len(WAITS) if status in (429, 500, 503) else 1)


def test_after_a_short_failure_the_answer_comes() -> None:
    with scripted_model([("status", 503)], [("say", "十天")]) as server:
        assert model_of(server).complete(MESSAGES, 50) == "十天"
        assert len(server.asked) == 2


def test_where_nobody_listens_it_says_so() -> None:
    with scripted_model([]) as server:
        pass
    with pytest.raises(LanguageModelError, match="cannot be reached"):
        list(model_of(server).stream(MESSAGES))


def test_a_model_that_hangs_is_given_up() -> None:
    with (
        scripted_model([("wait", 600.0)]) as server,
        pytest.raises(LanguageModelError, match="nothing for 0.5 seconds"),
    ):
        list(model_of(server, first_word=0.5).stream(MESSAGES))


def test_a_line_that_is_only_kept_open_is_given_up() -> None:
    kept: list[Step] = [("say", "年假")] + [
        (what, value) for _ in range(6_000) for what, value in (("raw", b": ping\n\n"), ("wait", 0.1))
    ]
    with scripted_model(kept) as server, pytest.raises(LanguageModelError, match="not done after 1 seconds"):
        list(model_of(server, total=1.0).stream(MESSAGES))
    assert server.left.wait(20)  # the limit only ends a test that would hang


def test_a_stream_that_breaks_off_is_an_error_after_what_came() -> None:
    with scripted_model([("say", "年假"), ("raw", b'data: {"choices": [{"delta"\n\n')]) as server:
        answer = model_of(server).stream(MESSAGES)
        assert next(answer) == "年假"
        with pytest.raises(LanguageModelError, match="broke off"):
            list(answer)


@pytest.mark.parametrize(
    "flood",
    [
        [("say", "字" * 5_000)] * 40,
        [("say", "字" * 10_000_000)],
        [("raw", b"data: " + b"x" * 10_000_000 + b"\n\n")],
        [("raw", b": " + b"x" * 100_000 + b"\n\n")] * 100,
    ],
)
def test_a_flood_is_cut_off(flood: list[Step]) -> None:
    with scripted_model(flood) as server, pytest.raises(LanguageModelError, match="was stopped|was cut off|broke off"):
        list(model_of(server).stream(MESSAGES))


@pytest.mark.parametrize("script", [[], [("say", "")], [("say", "<think>想想</think>")], [("say", "<think>想个不停")]])
def test_an_answer_of_nothing_is_an_error(script: list[Step]) -> None:
    with scripted_model(script) as server, pytest.raises(LanguageModelError, match="answered nothing"):
        list(model_of(server).stream(MESSAGES))


@pytest.mark.parametrize(
    ("pieces", "answer"),
    [
        (["<think>先看资料", "，十天？</think>", "\n\n年假十天"], "年假十天"),
        (["<th", "ink>想</thi", "nk>年假", "十天"], "年假十天"),
        (["<b>年假</b>", "十天"], "<b>年假</b>十天"),
        (["<", "年假"], "<年假"),
        (["年假<think>十天</think>"], "年假<think>十天</think>"),
        (["<th"], "<th"),
    ],
)
def test_what_a_model_thinks_aloud_is_left_out(pieces: list[str], answer: str) -> None:
    with scripted_model([("say", piece) for piece in pieces]) as server:
        assert model_of(server).complete(MESSAGES, 50) == answer


def test_a_closed_model_answers_again() -> None:
    with scripted_model([("say", "十天")]) as server:
        model = model_of(server)
        assert model.complete(MESSAGES, 50) == "十天"
        model.close()
        model.close()
        assert model.complete(MESSAGES, 50) == "十天"


def test_the_key_is_not_shown() -> None:
    endpoint = Endpoint("http://127.0.0.1:1/v1", "m", KEY)
    assert KEY not in repr(endpoint) and KEY not in str(replace(endpoint, model="n"))


# What endpoints do beside what they should


def chunk(text: str, reason: str | None = None) -> bytes:
    delta = {"content": text} if text else {}
    return (
        b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}).encode() + b"\n\n"
    )


EVENTS = {"Content-Type": "text/event-stream"}


def test_after_the_end_the_line_is_not_waited_for() -> None:
    with scripted_model([("say", "年假十天"), ("finish", "stop"), ("watch", None)]) as server:
        assert model_of(server).complete(MESSAGES, 50) == "年假十天"
        assert server.left.wait(20)


def test_a_reply_that_is_whole_by_its_length_needs_no_last_word() -> None:
    with scripted_model([("head", (200, EVENTS, chunk("年假十天")))]) as server:
        assert model_of(server).complete(MESSAGES, 50) == "年假十天"


def test_a_last_word_inside_of_a_text_is_none() -> None:
    with (
        scripted_model([("say", "写着 data: [DONE] 的"), ("raw", b": [DONE]\n\n"), ("break", None)]) as server,
        pytest.raises(LanguageModelError, match="broke off"),
    ):
        list(model_of(server).stream(MESSAGES))


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ((302, {"Location": "http://127.0.0.1:9/v1/chat/completions"}, b""), "redirects elsewhere"),
        ((200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"), "a web page"),
        ((200, {**EVENTS, "Content-Encoding": "gzip"}, b"x"), "packed data"),
        ((422, {}, b'{"detail": [{"loc": ["body", "model"], "msg": "no"}]}'), "answered 422"),
        ((429, {"Retry-After": "60"}, b"{}"), "over its limit"),
    ],
)
def test_replies_that_are_no_answer(head: object, told: str) -> None:
    with scripted_model([("head", head)]) as server, pytest.raises(LanguageModelError, match=told):
        list(model_of(server).stream(MESSAGES))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "Unsupported value: temperature", "param": "temperature"}}',
        b'{"detail": [{"loc": ["body", "temperature"], "msg": "not permitted"}]}',
        b"temperature is not supported",
    ],
)
def test_a_parameter_that_is_refused_in_any_form_is_left_out(body: bytes) -> None:
    refusal: list[Step] = [("head", (400 if body.startswith(b'{"error') else 422, {}, body))]
    with scripted_model(refusal, [("say", "十天")]) as server:
        assert model_of(server).complete(MESSAGES, 50) == "十天"
        assert ["temperature" in asked for asked in server.asked] == [True, False]


GEMMA = "System role not supported"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (400, GEMMA),
        (500, f"Value is not callable: Jinja Exception: {GEMMA}"),
        (422, "Template error: unknown: System role not supported (in <string>:1)"),
        (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
        (400, "After the optional system message, conversation roles must alternate user/assistant"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        (400, "Developer instruction is not enabled for models/gemma-3-27b-it"),
        (400, "Only user and assistant roles are supported!"),
        (400, "unsupported role: system"),
        (400, "system messages are not allowed for this model"),
        (422, "[{'loc': ['body', 'messages', 0, 'role'], 'msg': 'unexpected value'}]"),
        (400, "role 'system' is not supported"),
        (400, "This model doesn't support system prompts. Unsupported system message."),
    ],
)
def test_a_model_without_a_system_hears_it_from_the_user(code: int, said: str) -> None:
    with scripted_model([("refuse", (code, said))], [("say", "十天")]) as server:
        model = model_of(server)
        assert model.complete(MESSAGES, 50) == "十天"
        merged = [{"role": "user", "content": "只依据资料回答。\n\n年假几天？"}]
        assert [asked["messages"] for asked in server.asked] == [MESSAGES, merged]
        assert model.complete(MESSAGES, 50) == "十天"  # and is not told in vain again
        assert [asked["messages"] for asked in server.asked[2:]] == [merged]


def test_a_model_that_refuses_that_too_is_tried_anew_the_next_time() -> None:
    with scripted_model([("refuse", (400, GEMMA))]) as server:
        model = model_of(server)
        for _ in range(2):
            with pytest.raises(LanguageModelError, match="answered 400"):
                model.complete(MESSAGES, 50)
        assert [len(asked["messages"]) for asked in server.asked] == [2, 1, 2, 1]


@pytest.mark.parametrize(
    "said",
    [
        "the file system is not supported",
        "model not supported",
        "invalid request",
        "The system is overloaded",
        "messages must not be empty",
    ],
)
def test_other_refusals_are_not_taken_for_that(said: str) -> None:
    with scripted_model([("refuse", (400, said))]) as server, pytest.raises(LanguageModelError, match="answered 400"):
        model_of(server).complete(MESSAGES, 50)
    assert len(server.asked) == 1


def test_a_limit_of_tokens_by_another_name_is_found_and_kept() -> None:
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    with scripted_model([("refuse", (400, said))], [("say", "十天")]) as server:
        model = model_of(server)
        assert [model.complete(MESSAGES, most) for most in (50, 60)] == ["十天", "十天"]
        limits = [(one.get("max_tokens"), one.get("max_completion_tokens")) for one in server.asked]
        assert limits == [(50, None), (None, 50), (None, 60)]


def test_a_prompt_that_is_too_long_does_not_cost_the_limit_of_tokens() -> None:
    said = (
        "'max_tokens' or 'max_completion_tokens' is too large: 50. This model's maximum context length is 4096 tokens "
        "and your request has 4090 input tokens (50 > 4096 - 4090). (parameter=max_tokens, value=50)"
    )
    with scripted_model([("refuse", (400, said))], [("say", "十天")]) as server:
        model = model_of(server)
        with pytest.raises(LanguageModelError, match="WENDANG_LLM_CONTEXT") as raised:
            model.complete(MESSAGES, 50)
        assert raised.value.kind == "too_long"
        assert model.complete(MESSAGES, 50) == "十天"
        assert [asked["max_tokens"] for asked in server.asked] == [50, 50]


def test_a_model_that_falls_silent_is_given_up() -> None:
    with (
        scripted_model([("say", "年假"), ("watch", None)]) as server,
        pytest.raises(LanguageModelError, match="nothing for 0.5 seconds"),
    ):
        list(model_of(server, first_word=0.5).stream(MESSAGES))


def test_tokens_are_counted_where_something_was_answered_and_within_reason(tmp_path: Path) -> None:
    usage = b'data: {"choices": [], "usage": {"total_tokens": 1000000000000}}\n\n'
    with scripted_model([("status", 401)], [("raw", usage), ("say", "十天")]) as server:
        allowance = Allowance(tmp_path / "tokens.json", 100_000)
        OPENED.append(LanguageModel(Endpoint(server.url, "scripted", KEY), allowance))
        with pytest.raises(LanguageModelError):
            OPENED[-1].complete(MESSAGES, 50)
        assert allowance.spent() == 0
        assert OPENED[-1].complete(MESSAGES, 50) == "十天"
        assert 50 < allowance.spent() < 1_000


def test_answers_at_once_do_not_pass_the_days_limit_together(tmp_path: Path) -> None:
    with scripted_model([("say", "年假"), ("watch", None)]) as server:
        allowance = Allowance(tmp_path / "tokens.json", 200)
        OPENED.append(LanguageModel(Endpoint(server.url, "scripted", KEY), allowance))
        first = OPENED[-1].stream(MESSAGES, 100)
        assert next(first) == "年假"
        with pytest.raises(LanguageModelError, match="WENDANG_LLM_DAILY_TOKENS") as raised:
            OPENED[-1].complete(MESSAGES, 100)
        assert raised.value.kind == "allowance"
        assert len(server.asked) == 1
        first.close()
        assert 0 < allowance.spent() < 100
        second = OPENED[-1].stream(MESSAGES, 100)
        assert next(second) == "年假"
        second.close()


def test_nothing_of_other_programs_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-other")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with scripted_model([("say", "十天")]) as server:
        assert model_of(server).complete(MESSAGES, 50) == "十天"
    assert "other" not in str(server.headers)


@pytest.mark.parametrize("content", ["年假十天", [{"type": "text", "text": "年假"}, {"type": "text", "text": "十天"}]])
def test_a_reply_in_one_piece_is_read_too(content: object) -> None:
    body = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]})
    with scripted_model([("head", (200, {"Content-Type": "application/json"}, body.encode()))]) as server:
        assert model_of(server).complete(MESSAGES, 50) == "年假十天"


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b'{"choices": []}', b"nonsense", b'{"choices": [{"message": 1}]}']
)
def test_json_that_is_no_reply_is_an_error(body: bytes) -> None:
    with (
        scripted_model([("head", (200, {"Content-Type": "application/json"}, body))]) as server,
        pytest.raises(LanguageModelError),
    ):
        list(model_of(server).stream(MESSAGES))
