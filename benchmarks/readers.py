"""Ten people ask while the index changes under them: errors, mixed answers, and how long they wait.

Run `python -m benchmarks.readers` (`--seconds 60`, `--documents 50`). First ten threads ask without a sync, then the
same ten ask while one document after the other is changed and synced in the background, as fast as that goes. Every
document carries the number of its edition in every sentence, all documents change together, and so an answer that
shows two editions has come from a mixture. The result is printed and written to benchmarks/results/readers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.library import PROJECT, say
from qa.assistant import Assistant
from qa.settings import Settings

RESULT = PROJECT / "benchmarks" / "results" / "readers.json"
READERS = 10
SUBJECTS = ("食堂", "宿舍", "图书馆", "体育馆", "停车场", "会议室", "实验室", "门诊部", "财务处", "档案馆")
MATTERS = ("开放时间", "收费标准", "预约办法", "负责人员", "维修安排", "使用规定", "联系电话", "安全要求")
EDITION = re.compile(r"第(\d+)版")


def write_edition(folder: Path, documents: int, edition: int) -> None:
    """Write all documents, each sentence with the number of the edition."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        subject = f"{SUBJECTS[number % len(SUBJECTS)]}{number // len(SUBJECTS) + 1}号"
        chance = random.Random(number)
        lines = [
            f"{subject}的{matter}按照第{edition}版第{number * 7 + at}条办理，{_clause(chance)}。"
            for at, matter in enumerate(MATTERS)
        ]
        (folder / f"{number:04d}.txt").write_text(f"{subject}管理规定\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _clause(chance: random.Random) -> str:
    """Return characters that tell one document from the next: forms filled in alike would count as its versions."""
    return "".join(chr(chance.randrange(0x4E00, 0x6E00)) for _ in range(24))


class Readers:
    """Ask until stopped; what each question took, and what was wrong."""

    def __init__(self, assistant: Assistant, documents: int) -> None:
        self.assistant, self.documents = assistant, documents
        self.seconds: list[float] = []
        self.wrong: list[str] = []
        self._stop = threading.Event()

    def run(self, seconds: float, meanwhile: Callable[[], None] | None = None) -> None:
        """Ask for so long; `meanwhile` is done over and over beside it."""
        threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(READERS)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            meanwhile() if meanwhile else time.sleep(0.1)
        self._stop.set()
        for thread in threads:
            thread.join()

    def _ask(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop.is_set():
            number = chance.randrange(self.documents)
            question = f"{SUBJECTS[number % 10]}{number // 10 + 1}号的{chance.choice(MATTERS)}是什么？"
            began = time.perf_counter()
            try:
                answer = self.assistant.ask(question)
            except Exception as error:
                self.wrong.append(f"{type(error).__name__}: {error}")
                continue
            self.seconds.append(time.perf_counter() - began)
            texts = [*(hit.passage.text for hit in answer.hits), *(one.quote for one in answer.citations)]
            editions = {edition for text in texts for edition in EDITION.findall(text)}
            if len(editions) != 1:
                self.wrong.append(f"editions {sorted(editions)} in one answer")


def measure(documents: int, seconds: float, settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of what is measured."""
    assistant = Assistant.open(settings, build=False)
    edition = 1
    write_edition(settings.documents, documents, edition)
    assistant.sync()
    quiet = Readers(assistant, documents)
    quiet.run(seconds)
    taken: list[float] = []

    def change() -> None:
        nonlocal edition
        edition += 1
        write_edition(settings.documents, documents, edition)
        began = time.perf_counter()
        assistant.sync()
        taken.append(time.perf_counter() - began)

    busy = Readers(assistant, documents)
    busy.run(seconds, change)
    for name, readers in (("without a sync", quiet), ("while syncs run", busy)):
        yield f"questions {name}", len(readers.seconds)
        yield f"median {name}, ms", round(1000 * median(readers.seconds), 1)
        yield f"95th percentile {name}, ms", round(1000 * quantiles(readers.seconds, n=20)[-1], 1)
        yield f"wrong {name}", readers.wrong[:10]
    ratio = quantiles(busy.seconds, n=20)[-1] / quantiles(quiet.seconds, n=20)[-1]
    yield "ratio of the 95th percentiles", round(ratio, 2)
    yield "syncs", len(taken)
    yield "median sync, s", round(median(taken), 2)


def main() -> None:
    """Measure, print and write; exit with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--documents", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        settings = replace(Settings(), documents=Path(root) / "documents", data=Path(root) / "data")
        say(f"{READERS} readers, {options.documents} documents, twice {options.seconds:g} s")
        result = dict(measure(options.documents, options.seconds, settings))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"cores": os.cpu_count(), **result}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(json.dumps(result, ensure_ascii=False, indent=2))
    sys.exit(1 if any(value for name, value in result.items() if name.startswith("wrong")) else 0)


if __name__ == "__main__":
    main()
