"""Pages a second of each loader, beside the bare library that it is built on, and of a whole sync.

Run `python -m benchmarks.loaders` (`--formats .pdf .docx`, `--rounds 5`). The files are made from the sample corpus, a
long one a format. A loader and its library are timed in turns; medians count. The library is made to yield the text: of
web pages without what is around it (trafilatura), of spreadsheets row by row with the columns' names, of PDFs with the
place of each character, without which no line can be marked on its page. A program that stops there has the text only;
"+ text" is what it takes to find the sections of that text as well, by reading it as a .txt. A page is a page or a
slide, else 1,000 characters.

Then many PDFs are read and embedded at once, and each of both is done alone: with the default model, where embedding is
the slower one, and with drawn vectors, where parsing is. The result goes to benchmarks/results/loaders.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.bare_libraries import LIBRARIES, bare_pdf_text
from benchmarks.library import PROJECT, say
from benchmarks.living import DrawnEncoder
from benchmarks.long_files import as_docx, converted, make_files, paragraphs
from index.embedding import Encoder, load_encoder
from index.loaders import Parsed, parse_file
from index.loaders.extract import Source
from index.loaders.libreoffice import find_libreoffice
from index.parsing import Job, Parsers
from index.sync import sync
from qa.settings import Settings

RESULT = PROJECT / "benchmarks" / "results" / "loaders.json"
ROUNDS = 5
PAGE = 1_000  # characters
MANY, MANY_PARAGRAPHS = 24, 60  # documents of the sync, and their paragraphs


def in_turns(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each of some works, which are done one after the other, several times."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    return {name: median(those) for name, those in taken.items()}


def measure(suffix: str, data: bytes, rounds: int) -> dict[str, object]:
    """Return how long a loader takes over a file, and the bare library."""
    library, bare = LIBRARIES[suffix]

    def load() -> list[object]:
        return [*parse_file(Source(f"file{suffix}", data))]

    def load_text() -> None:
        text = "\n".join(bare(data)).encode()
        assert [*parse_file(Source("file.txt", text))]

    works: dict[str, Callable[[], object]] = {"loader": load, "bare": lambda: bare(data), "bare + text": load_text}
    if suffix == ".pdf":
        works["text without places"] = lambda: bare_pdf_text(data)
    middle = in_turns(works, rounds)
    found = [one.document for one in parse_file(Source(f"file{suffix}", data)) if isinstance(one, Parsed)]
    numbered = max((page.number for one in found for page in one.pages), default=0)
    pages = numbered if suffix in (".pdf", ".pptx") else sum(len(one.text) for one in found) / PAGE
    return {
        "library": library,
        "pages": round(pages),
        **{f"{name}, s": round(seconds, 4) for name, seconds in middle.items()},
        "pages a second": round(pages / middle["loader"]),
        "times the bare library": round(middle["loader"] / middle["bare"], 2),
        "times bare + text": round(middle["loader"] / middle["bare + text"], 2),
    }


def pace(encoder: Encoder, rounds: int) -> dict[str, object]:
    """Return how long many PDFs take to be read, to be embedded, and to be read and embedded by a sync."""
    texts = paragraphs(MANY * MANY_PARAGRAPHS)
    groups = [texts[at * MANY_PARAGRAPHS : (at + 1) * MANY_PARAGRAPHS] for at in range(MANY)]
    with tempfile.TemporaryDirectory() as name:
        pdfs, plain = Path(name) / "pdfs", Path(name) / "plain"
        pdfs.mkdir()
        plain.mkdir()
        for at, group in enumerate(groups):
            (pdfs / f"{at:03d}.pdf").write_bytes(converted(as_docx(group), ".docx", ".pdf")[".pdf"])
        jobs = [Job(path.name, path) for path in sorted(pdfs.iterdir())]
        with Parsers() as parsers:
            for outcome in parsers.read(jobs):
                if outcome is not None:
                    (document,) = (one.document for one in outcome.found if isinstance(one, Parsed))
                    (plain / f"{Path(document.path).stem}.txt").write_text(document.text, "utf-8")

        def parse() -> None:
            with Parsers() as parsers:
                assert sum(outcome is not None for outcome in parsers.read(jobs)) == MANY

        def index(documents: Path) -> None:
            data = Path(name) / "data"
            shutil.rmtree(data, ignore_errors=True)
            assert sync(documents, data, encoder).added == MANY

        works: dict[str, Callable[[], object]] = {
            "parsing": parse,
            "embedding": lambda: index(plain),
            "both": lambda: index(pdfs),
        }
        middle = in_turns(works, rounds)
    slower = max(middle["parsing"], middle["embedding"])
    found: dict[str, object] = {f"{work}, s": round(seconds, 2) for work, seconds in middle.items()}
    return {**found, "both / the slower one": round(middle["both"] / slower, 2)}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--formats", nargs="+", default=list(LIBRARIES), choices=list(LIBRARIES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    files = make_files()
    loaders: dict[str, dict[str, object]] = {}
    for suffix in options.formats:
        if suffix in files:
            say(f"{len(files[suffix]):,} bytes of {suffix}")
            loaders[suffix] = measure(suffix, files[suffix], options.rounds)
    paces: dict[str, dict[str, object]] = {}
    if find_libreoffice() is not None:
        for encoder in (load_encoder(None, Settings().models), DrawnEncoder()):
            say(f"{MANY} PDFs with {encoder.name}")
            paces[encoder.name] = pace(encoder, min(3, options.rounds))
    result = {"cores": os.cpu_count(), "rounds": options.rounds, "loaders": loaders, "pace": paces}
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    columns = ("library", "pages", "pages a second", "times the bare library", "times bare + text")
    table = Table("format", *columns, title="Loaders")
    for suffix, found in loaders.items():
        table.add_row(suffix, *(str(found[column]) for column in columns))
    Console().print(table)
    for name, found in paces.items():
        Console().print(name, found)


if __name__ == "__main__":
    main()
