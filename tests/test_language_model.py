"""The client of language models against a server that does as it is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from index.errors import LanguageModelError
from qa import language_model
from qa.language_model import Endpoint, LanguageModel
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
    assert len(server.asked) == (1 + language_model.RETRIES if status in (429, 500, 503) else 1)


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
