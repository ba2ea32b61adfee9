"""What people think of answers, kept as an evaluation set: a complaint becomes a question with what is right or wrong.

`questions.jsonl` has the form that `python -m qa evaluate` reads (docs/architecture.md), one line a verdict, and may be
edited by hand: lines that are not about the same answer stay as they are, whatever stands in them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from filelock import FileLock, Timeout

from index.errors import StoreError
from qa.datatypes import Answer, Turn
from qa.history.datatypes import Exchange, now

FOLDER, FILE, LOCK = "feedback", "questions.jsonl", "questions.lock"
WAIT = 10.0  # seconds that one writer waits for another
LONGEST_ANSWER = 500
Verdict = Literal["good", "wrong_passage", "wrong_answer", "should_refuse", "should_answer"]
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict on an answer, and the right answer where one was given."""

    verdict: Verdict
    answer: str = ""


def feedback_folder(data: Path) -> Path:
    """Return the folder of the set in a data folder."""
    return data / FOLDER


class FeedbackStore:
    """The verdicts in a data folder; safe for threads and for several programs.

    Every method raises `StoreError` where the file cannot be read or written.
    """

    def __init__(self, data: Path) -> None:
        self.file = feedback_folder(data) / FILE
        self._known: tuple[object, dict[str, Given]] = (None, {})

    def give(self, owner: str, exchange: Exchange, turns: Sequence[Turn], given: Given) -> None:
        """Keep a verdict, in the place of any that the owner gave on the same answer before.

        `turns` are those before the question.
        """
        line = json.dumps(row_of(owner, exchange, turns, given), ensure_ascii=False)
        # Half a character, as a broken client may send, must not make the whole file unreadable.
        self._replace(identify(owner, exchange), line.encode("utf-8", "replace").decode("utf-8"))

    def withdraw(self, owner: str, exchange: Exchange) -> None:
        """Forget the verdict on an answer."""
        self._replace(identify(owner, exchange), None)

    def given(self, owner: str, exchange: Exchange) -> Given | None:
        """Return an owner's verdict on an answer, None where there is none."""
        if exchange.answer is None:
            return None
        try:
            status = self.file.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.file, error) from error
        mark, known = self._known
        if mark != (new := (status.st_mtime_ns, status.st_size, status.st_ino)):
            known = dict(_verdicts(self._lines()))
            # Swapped as one value: two threads may both read, which does no harm.
            self._known = (new, known)
        return known.get(identify(owner, exchange))

    def _lines(self) -> list[str]:
        try:
            return [line for line in self.file.read_text("utf-8-sig").split("\n") if line.strip()]
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(self.file, error) from error

    def _replace(self, id: str, line: str | None) -> None:
        with self._writing():
            before = self._lines()
            lines = [one for one in before if _id_of(one) != id]
            if line is not None:
                lines.append(line)
            elif len(lines) == len(before):
                return
            written = self.file.with_suffix(".new")
            with written.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{one}\n" for one in lines)
                file.flush()
                os.fsync(file.fileno())
            written.replace(self.file)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.file.with_name(LOCK), timeout=WAIT):
                yield
        except Timeout:
            raise StoreError(f"{self.file} is being written by another program. Try again in a moment") from None
        except OSError as error:
            with suppress(OSError):
                self.file.with_suffix(".new").unlink()
            raise _unusable(self.file, error) from error


def identify(owner: str, exchange: Exchange) -> str:
    """Return the id of an owner's verdict on an answer; another answer to the same question has another one."""
    text = exchange.answer.text if exchange.answer is not None else ""
    known = "\0".join((owner, exchange.asked_at, exchange.question, text))
    return hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:20]


def row_of(owner: str, exchange: Exchange, turns: Sequence[Turn], given: Given) -> Record:
    """Return the line of an evaluation set that a verdict stands for.

    `good` holds an answer to what it cites, and a refusal to being one. `should_refuse` says that there is no answer,
    all others say that there is. `wrong_passage` rejects what was cited, `wrong_answer` what was said. The right
    answer, where one was given, is what the reply then has to hold.
    """
    answer = exchange.answer
    if answer is None:
        raise ValueError("an exchange without an answer cannot be judged")
    verdict, right = given.verdict, " ".join(given.answer.split())[:LONGEST_ANSWER]
    answerable = answer.answered if verdict == "good" else verdict != "should_refuse"
    quotes = [{"document": one.document, "quote": one.quote} for one in answer.citations]
    row: Record = {
        "id": identify(owner, exchange),
        "question": exchange.question,
        "answerable": answerable,
        "answers": [right] if right and answerable else [],
        "evidence": quotes if verdict == "good" else [],
        "history": [] if exchange.as_it_stands else [{"role": one.role, "content": one.content} for one in turns],
        "kind": verdict,
        "given": now(),
    }
    if answer.scope:
        row["in"] = list(answer.scope)
    if verdict == "wrong_passage":
        row["rejected"] = quotes
    if verdict == "wrong_answer":
        row["rejected_answers"] = [answer.text]
    return row


def verdicts_on(answer: Answer) -> tuple[Verdict, ...]:
    """Return the complaints that an answer or a refusal can give reason to."""
    return ("wrong_passage", "wrong_answer", "should_refuse") if answer.answered else ("should_answer",)


def _verdicts(lines: Sequence[str]) -> Iterator[tuple[str, Given]]:
    for line in lines:
        try:
            row = json.loads(line)
            id, verdict, answers = str(row["id"]), row["kind"], row.get("answers") or [""]
            if verdict in get_args(Verdict):
                yield id, Given(cast(Verdict, verdict), str(answers[0]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # Edited by hand: `python -m qa evaluate feedback` says what is wrong with it.
            continue


def _id_of(line: str) -> str | None:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _unusable(file: Path, error: Exception) -> StoreError:
    reason = getattr(error, "strerror", None) or error
    return StoreError(f"{file} cannot be read or written ({reason}). Check the folder's rights and the disk")
