"""Memory and progress while a PDF of 1,600 pages is read and embedded.

Run `python -m benchmarks.large_pdf` (`--pages 1600`) on Linux with LibreOffice. The PDF is made from the sample corpus,
and a program of its own syncs it with the default model. Meanwhile the memory in use by that program and all processes
that it starts is looked at twenty times a second. Written to benchmarks/results/large_pdf.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pypdfium2

from benchmarks.library import PROJECT, say
from benchmarks.long_files import as_docx, converted, paragraphs
from index.datatypes import Progress
from index.embedding import load_encoder
from index.sync import sync
from qa.settings import Settings

RESULT = PROJECT / "benchmarks" / "results" / "large_pdf.json"
PAGES = 1_600
PARAGRAPHS_A_PAGE = 14
LOOK_EVERY = 0.05  # seconds


def make_pdf(pages: int, target: Path) -> None:
    """Write a PDF of so many pages."""
    data = converted(as_docx(paragraphs(PARAGRAPHS_A_PAGE * pages * 5 // 4)), ".docx", ".pdf")[".pdf"]
    document = pypdfium2.PdfDocument(data)
    assert len(document) >= pages, f"{len(document)} pages"
    for number in reversed(range(pages, len(document))):
        del document[number]
    document.save(target)
    document.close()


def run_sync(folder: Path) -> None:
    """Sync a folder and print how long each part took and how often it told of its progress."""
    told: Counter[str] = Counter()
    last: dict[str, float] = {}
    began = time.monotonic()

    def report(progress: Progress) -> None:
        told[progress.stage] += 1
        last[progress.stage] = round(time.monotonic() - began, 1)

    encoder = load_encoder(None, Settings().models)
    began = time.monotonic()
    done = sync(folder / "documents", folder / "data", encoder, report)
    print(json.dumps({"told": told, "until": last, "passages": done.passages, "sentences": done.sentences}))


def resident(process: int) -> dict[int, int]:
    """Return the bytes that a process and all below it hold in memory, by process."""
    found: dict[int, int] = {}
    try:
        status = Path(f"/proc/{process}/statm").read_text()
        children = "".join(file.read_text() for file in Path(f"/proc/{process}/task").glob("*/children"))
    except OSError:  # it has ended
        return found
    found[process] = int(status.split()[1]) * 4096
    for child in children.split():
        found |= resident(int(child))
    return found


def main() -> None:
    """Make the file, sync it, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--sync", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sync:
        run_sync(options.sync)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "documents").mkdir()
        make_pdf(options.pages, folder / "documents" / "long.pdf")
        say(f"a PDF of {options.pages:,} pages, {(folder / 'documents' / 'long.pdf').stat().st_size:,} bytes")
        command = [sys.executable, "-m", "benchmarks.large_pdf", "--sync", name]
        program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        all_of_it = below = 0
        while program.poll() is None:
            held = resident(program.pid)
            all_of_it = max(all_of_it, sum(held.values()))
            below = max(below, sum(held.values()) - held.get(program.pid, 0))
            time.sleep(LOOK_EVERY)
        assert program.stdout is not None
        found = json.loads(program.stdout.read())
    result = {
        "pages": options.pages,
        **{"most memory, MB": all_of_it // 10**6, "of it in the readers, at most, MB": below // 10**6},
        **{"passages": found["passages"], "sentences": found["sentences"]},
        **{"progress told": found["told"], "seconds until the last of it": found["until"]},
    }
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
