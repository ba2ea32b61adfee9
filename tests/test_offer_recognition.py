"""`make run` offers character recognition to who can answer, once, and never waits for long."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import offer_recognition


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """Stand a terminal in for the one of the person; yield the end that is typed into."""
    typed, shown = pty.openpty()
    monkeypatch.setattr(offer_recognition, "DECLINED", tmp_path / "declined")
    monkeypatch.setattr(offer_recognition, "find_spec", lambda _: None)
    monkeypatch.setattr(offer_recognition, "PATIENCE", 0.2)
    with os.fdopen(shown) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield typed
    os.close(typed)


@pytest.mark.parametrize(("answer", "wanted"), [("y", True), ("YES", True), ("n", False), ("", False)])
def test_the_answer_decides(terminal: int, answer: str, wanted: bool) -> None:
    os.write(terminal, answer.encode() + b"\n")
    assert offer_recognition.main() == wanted
    assert offer_recognition.DECLINED.exists() != wanted


def test_who_declined_is_not_asked_again(terminal: int, capsys: pytest.CaptureFixture[str]) -> None:
    offer_recognition.DECLINED.touch()
    os.write(terminal, b"y\n")
    assert not offer_recognition.main()
    assert capsys.readouterr().out.strip() == offer_recognition.LATER


def test_without_an_answer_the_chat_opens_and_it_is_asked_again_next_time(
    terminal: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not offer_recognition.main()
    assert offer_recognition.OFFER.strip() in capsys.readouterr().out
    assert not offer_recognition.DECLINED.exists()


def test_where_nobody_can_answer_nothing_is_asked(
    terminal: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path(os.devnull).open() as nowhere:
        monkeypatch.setattr("sys.stdin", nowhere)
        assert not offer_recognition.main()
    assert capsys.readouterr().out.strip() == offer_recognition.LATER


def test_what_is_installed_is_not_offered(
    terminal: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(offer_recognition, "find_spec", lambda _: object())
    assert not offer_recognition.main()
    assert capsys.readouterr().out == ""
