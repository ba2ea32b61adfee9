"""What keeping an index up to date costs: a build, a look at nothing new, one edit, rename, addition and removal.

Run `python -m benchmarks.living` (`--documents 100 1000 10000`; `--model` embeds with the default model instead of
vectors drawn at random, which takes about an hour for 10,000 documents). The texts are the news of
`../shared/eval/news-scale`, a file each. A change is measured from the call of `sync` to the moment that questions are
answered from the new generation, in one process, as the chat does it, and for comparison a rebuild of the same folder
from nothing in the same run. The result is printed and written to benchmarks/results/living.json.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import platform
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.library import NEWS, PROJECT, say
from index.datatypes import Report, ignore_progress
from index.embedding import Encoder, load_encoder
from index.generations import Generation, load_generation
from index.store import Store
from index.sync import SyncReport, sync
from index.vectors import Vectors
from qa.settings import Settings

RESULT = PROJECT / "benchmarks" / "results" / "living.json"
SIZES = (100, 1_000, 10_000)
ROUNDS = 5
DIMENSION = 384
SENTENCE = "补充说明：本条新闻于次日由编辑部更正第{}处。"


class DrawnEncoder:
    """Unit vectors drawn at random by the hash of the text, so that what is measured is the index and not the model."""

    name, dimension, backend = "drawn", DIMENSION, "drawn"

    def __init__(self) -> None:
        self.embedded = 0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        seeds = (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") for text in texts)
        rows = [np.random.default_rng(seed).standard_normal(DIMENSION, dtype=np.float32) for seed in seeds]
        vectors = np.stack(rows) if rows else np.zeros((0, DIMENSION), np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def encode_passages(self, texts: Sequence[str], report: Report = ignore_progress) -> Vectors:
        self.embedded += len(texts)
        return self.encode_queries(texts)

    def release(self) -> None:
        """Nothing is held for later."""


class Place:
    """A folder of documents with its index, and the generation that is in memory."""

    def __init__(self, root: Path, encoder: Encoder) -> None:
        self.documents, self.data, self.encoder = root / "documents", root / "data", encoder
        self.generation: Generation | None = None

    def follow(self) -> tuple[float, SyncReport]:
        """Sync and take over the new generation; return the seconds that took."""
        began = time.perf_counter()
        report = sync(self.documents, self.data, self.encoder, before=self.generation)
        if self.generation is None or self.generation.number != report.generation:
            self.generation = self.load(self.generation)
        return time.perf_counter() - began, report

    def load(self, before: Generation | None = None) -> Generation:
        store = Store.open(self.data)
        try:
            return load_generation(store, before)
        finally:
            store.close()


def write_news(folder: Path, count: int) -> list[Path]:
    """Write so many news texts, a file each, a thousand to a folder."""
    paths: list[Path] = []
    with gzip.open(NEWS, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number == count:
                break
            path = folder / f"{number // 1000:02d}" / f"{number:06d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.loads(line)["text"], encoding="utf-8")
            paths.append(path)
    return paths


def changes(paths: Sequence[Path]) -> dict[str, Callable[[int], None]]:
    """Return what is done to the folder, by name; each is done several times, each time to another document."""

    def edit(number: int) -> None:
        path = paths[7 * number + 1]
        path.write_text(path.read_text("utf-8") + "\n" + SENTENCE.format(number), encoding="utf-8")

    def rename(number: int) -> None:
        path = paths[7 * number + 2]
        path.rename(path.with_name(f"改名-{path.name}"))

    def add(number: int) -> None:
        (paths[0].parent / f"新增-{number}.txt").write_text(
            f"第{number}号通知\n" + SENTENCE.format(number) * 5, "utf-8"
        )

    def remove(number: int) -> None:
        paths[7 * number + 3].unlink()

    return {"nothing new": lambda _: None, "one edit": edit, "one rename": rename, "one more": add, "one less": remove}


def measure(size: int, encoder: Encoder) -> Iterator[tuple[str, float]]:
    """Yield the names and values of what is measured on so many documents."""
    with tempfile.TemporaryDirectory(prefix="wendang-living-") as root:
        place = Place(Path(root), encoder)
        paths = write_news(place.documents, size)
        say(f"{len(paths):,} documents")
        seconds, report = place.follow()
        yield "build, s", seconds
        yield "passages", report.passages
        yield "sentences", report.sentences
        for name, change in changes(paths).items():
            taken, embedded = [], 0
            for number in range(ROUNDS):
                change(number)
                seconds, report = place.follow()
                taken.append(seconds)
                embedded += report.embedded_texts
            yield f"{name}, s (median of {ROUNDS})", median(taken)
            yield f"{name}, s (slowest)", max(taken)
            yield f"{name}, texts embedded in {ROUNDS}", embedded
        began = time.perf_counter()
        place.load()
        yield "opening in a new process, s", time.perf_counter() - began
        bytes_used = sum(path.stat().st_size for path in place.data.rglob("*") if path.is_file())
        yield "disk a passage, KB", bytes_used / 1024 / max(1, report.passages)
        began = time.perf_counter()
        shutil.rmtree(place.data)
        place.generation = None
        place.follow()
        yield "rebuild from nothing, s", time.perf_counter() - began
        yield "peak memory so far, GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, nargs="+", default=list(SIZES), metavar="N")
    parser.add_argument("--model", action="store_true", help="embed with the default model")
    options = parser.parse_args()
    if not NEWS.is_file():
        say(f"skipped: the texts are not at {NEWS}")
        return
    encoder: Encoder = load_encoder(None, Settings().models) if options.model else DrawnEncoder()
    runs = {size: dict(measure(size, encoder)) for size in options.documents}
    result = {
        "encoder": encoder.name,
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "runs": {str(size): run for size, run in runs.items()},
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    table = Table(title="Keeping an index up to date")
    table.add_column("")
    for size in runs:
        table.add_column(f"{size:,} documents", justify="right")
    for name in next(iter(runs.values())):
        table.add_row(name, *(f"{run[name]:,.3g}" for run in runs.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
