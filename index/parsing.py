"""Files → documents in processes of their own, several at a time: a file that is broken or hostile hurts no other."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self

from index.datatypes import Document, Failure, Page, Section
from index.errors import DocumentError
from index.loaders import Parsed, parse_file
from index.loaders.extract import Line, Source

logger = logging.getLogger(__name__)
# What one file may take. A reader tells of every page, so that one that is silent for so long is caught in a loop.
SILENT_SECONDS, LONGEST_SECONDS = 120.0, 3_600.0
MEMORY = 2 * 1024**3
LARGEST_ANSWER = 512 * 1024 * 1024  # characters of JSON
# Plain text of this size is read here: our own code, in time that grows with the text alone.
PLAIN, LARGEST_PLAIN = (".txt", ".md", ".markdown"), 1024 * 1024
MOST_WORKERS, AHEAD = 4, 2
PICTURES_KEPT = 24
BROKE_OFF = (
    "the program that reads such files broke off over it, or took more memory than one file may have. Save it again in "
    "the program it is from, or split it"
)


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be read: its path in the documents folder, where it lies, its bytes where they are at hand."""

    path: str
    file: Path
    data: bytes | None = None


@dataclass(slots=True)
class Outcome:
    """What became of a job: documents and parts that could not be read, or why the whole file could not.

    `is_of_disk` says that the file was opened anew, not the job's bytes read.
    """

    job: Job
    is_of_disk: bool = False
    found: list[Parsed | Failure] = field(default_factory=list)
    error: str | None = None


def worker_count() -> int:
    """Return how many files are read at a time: what processors and free memory allow."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(MOST_WORKERS, processors, _free_memory() // MEMORY))


def _free_memory() -> int:
    try:
        text = Path("/proc/meminfo").read_text("ascii")
        return int(text.split("MemAvailable:")[1].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        return MEMORY * MOST_WORKERS


class Parsers:
    """Reads files in worker processes. Use it as a context; the processes end with it."""

    def __init__(self, workers: int | None = None) -> None:
        self._count = workers or worker_count()
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: list[_Worker] = []
        self._pages: dict[str, tuple[int, int]] = {}
        self._closing = threading.Event()
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="parser")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._all:
            worker.stop()
        self._threads.shutdown()
        for worker in self._all:
            worker.kill()

    def read(self, jobs: Iterable[Job]) -> Iterator[Outcome | None]:
        """Yield what became of each job, in their order; None now and then while the next one is not done yet.

        A few files more are read ahead, so that whoever takes the outcomes need not wait.
        """
        waiting: deque[tuple[Job, Future[Outcome]]] = deque()
        todo = iter(jobs)
        while True:
            while len(waiting) < AHEAD * self._count and (job := next(todo, None)) is not None:
                waiting.append((job, self._threads.submit(self._read, job)))
            if not waiting:
                return
            _, first = waiting[0]
            with suppress(TimeoutError):
                outcome = first.result(timeout=0.2)
                waiting.popleft()
                yield outcome
                continue
            yield None

    def pages(self, path: str) -> tuple[int, int] | None:
        """Return how many pages of a file under way are read, and how many there are, where it has told."""
        return self._pages.get(path)

    def _read(self, job: Job) -> Outcome:
        if job.data is not None and len(job.data) <= LARGEST_PLAIN and job.path.lower().endswith(PLAIN):
            return read_here(job)
        worker = self._take()
        try:
            return worker.read(job, self._note)
        finally:
            self._pages.pop(job.path, None)
            self._idle.put(worker)

    def _note(self, path: str, done: int, total: int) -> None:
        self._pages[path] = (done, total)

    def _take(self) -> _Worker:
        with suppress(Empty):
            return self._idle.get_nowait()
        worker = _Worker(self._closing)
        self._all.append(worker)
        return worker


def read_here(job: Job) -> Outcome:
    """Read a file's bytes in this process."""
    try:
        assert job.data is not None
        return Outcome(job, found=list(parse_file(Source(job.path, job.data))))
    except DocumentError as error:
        return Outcome(job, error=str(error))


class _Worker:
    """One process at a time, started when it is first needed and again after it died."""

    def __init__(self, closing: threading.Event) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = closing
        self._heard = time.monotonic()

    def stop(self) -> None:
        """Have whoever listens to the process find that it has ended."""
        if self._process is not None:
            self._process.kill()

    def kill(self) -> None:
        """End the process, if there is one. Nobody may be listening to it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was not sent yet has nobody to go to
                        pipe.close()

    def read(self, job: Job, note: Callable[[str, int, int], None]) -> Outcome:
        outcome = Outcome(job, is_of_disk=True)

        def take(record: dict[str, Any]) -> None:
            if "done" in record:
                note(job.path, int(record["done"]), int(record["total"]))
            elif "document" in record:
                outcome.found.append(from_record(record))
            else:
                outcome.found.append(Failure(**record["failure"]))

        outcome.error = self.run({"path": job.path, "file": str(job.file.absolute())}, take)
        if outcome.error is not None:
            outcome.found.clear()
        return outcome

    def run(self, request: dict[str, Any], take: Callable[[dict[str, Any]], None]) -> str | None:
        """Have the process answer a request, each record of the answer being taken; return why it could not."""
        if self._closing.is_set():
            return "reading was stopped"
        process, done, stopped = self._started(), threading.Event(), list[str]()
        watch = threading.Thread(target=self._watch, args=(process, done, stopped), daemon=True)
        self._heard = time.monotonic()
        watch.start()
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            return self._listen(process, take)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            logger.info("the process that read %s ended: %s", request["path"], error)
            self.kill()
            return stopped[0] if stopped else BROKE_OFF
        finally:
            done.set()
            watch.join()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.kill()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "index.parse_worker", str(MEMORY)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).resolve().parent.parent,
                start_new_session=True,  # Ctrl+C is for the sync, which ends its workers
            )
        return self._process

    def _listen(self, process: subprocess.Popen[bytes], take: Callable[[dict[str, Any]], None]) -> str | None:
        assert process.stdout is not None
        left = LARGEST_ANSWER
        while True:
            line = process.stdout.readline(left + 1)
            left -= len(line)
            self._heard = time.monotonic()
            if not line.endswith(b"\n"):
                raise EOFError(f"no whole answer ({len(line)} bytes, {left} left)")
            record = json.loads(line)
            if "is_last" in record:
                self.kill()
            if "error" in record:
                return str(record["error"])
            if "end" in record:
                return None
            take(record)

    def _watch(self, process: subprocess.Popen[bytes], done: threading.Event, stopped: list[str]) -> None:
        """Kill the process where it is silent or at work for too long."""
        began = time.monotonic()
        while not done.wait(0.5):
            now = time.monotonic()
            if now - self._heard > SILENT_SECONDS or now - began > LONGEST_SECONDS:
                seconds = SILENT_SECONDS if now - self._heard > SILENT_SECONDS else LONGEST_SECONDS
                stopped.append(
                    f"reading it was stopped after {seconds:g} s without an end. Save it again in the program it is "
                    "from, or split it"
                )
                process.kill()
                return


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a JPEG, with its width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


class Renderer:
    """Draws pages of files in a process of its own, and keeps the last few. Safe to use from several threads."""

    def __init__(self) -> None:
        self._worker = _Worker(threading.Event())
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, int], Picture] = OrderedDict()

    def close(self) -> None:
        self._worker.stop()
        with self._lock:
            self._worker.kill()

    def draw(self, path: str, file: Path, digest: str, page: int, part: str | None = None) -> Picture:
        """Return a page of the file, or of a part of it, that has this SHA-256.

        Raises `DocumentError` where it cannot be drawn.
        """
        key = (part or path, digest, page)
        with self._lock:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
            drawn: list[Picture] = []

            def take(record: dict[str, Any]) -> None:
                if "picture" in record:  # and not how far the archive around it is read
                    drawn.append(Picture(b64decode(record["picture"]), int(record["width"]), int(record["height"])))

            request = {"path": path, "file": str(file.absolute()), "page": page, "sha256": digest}
            if part is not None:
                request["part"] = part
            error = self._worker.run(request, take)
            if error is not None or not drawn:
                raise DocumentError(error or BROKE_OFF)
            self._kept[key] = drawn[0]
            if len(self._kept) > PICTURES_KEPT:
                self._kept.popitem(last=False)
            return drawn[0]


def from_record(record: dict[str, Any]) -> Parsed:
    """Return what a worker has read."""
    fields = record["document"]
    document = Document(
        **{
            **fields,
            "sections": tuple(Section(one["start"], one["end"], tuple(one["headings"])) for one in fields["sections"]),
            "pages": tuple(
                Page(**{**one, **{name: tuple(map(tuple, one[name])) for name in ("rows", "unsure")}})
                for one in fields["pages"]
            ),
            "notes": tuple(fields["notes"]),
        }
    )
    return Parsed(document, tuple(Line(**{**line, "box": tuple(line["box"])}) for line in record["lines"]))
