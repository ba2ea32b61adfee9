"""How soon a question's first passages are on the screen, and how the page serves many at once.

Run `python -m benchmarks.page` (needs `../shared` and Chromium; some ten minutes, most of them for embedding). News of
10,000 passages are served by `app.py` as ever. Fifty questions are asked in Chromium, one after the other, each timed
in the page from the Enter key to the frame after the first card of its sources; beside it stands the bare retrieval of
the same questions in this process, from the same index. Then twenty users at once ask ten questions each over the
protocol that the page speaks, and the time to the first passages of each is taken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.library import NEWS, documents, questions, say
from qa.assistant import Assistant
from qa.settings import Settings
from tests.browser.actions import wait_until_still
from tests.browser.conftest import ARGUMENTS, CHROMIUM, MODEL, serve

RESULT = Path(__file__).parent / "results" / "page.json"
PASSAGES, ASKED, USERS, EACH = 10_000, 50, 20, 10
# Notes when the Enter key goes down, and when the first card is another one than then; Gradio changes it in place.
WATCH = """() => {
    const card = () => document.querySelector("#sources .card")?.outerHTML;
    window.began = 0;
    window.taken = [];
    addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        window.before = card();
        window.began = performance.now();
    }, true);
    new MutationObserver(() => {
        if (!window.began || !card() || card() === window.before) return;
        const began = window.began;
        window.began = 0;
        requestAnimationFrame(() => window.taken.push(performance.now() - began));
    }).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });
}"""


def write_news(folder: Path, passages: int) -> list[str]:
    """Write news of so many passages, a file each; return questions about them."""
    news, found = documents(passages, random.Random(7))
    for document in news:
        place = folder / document.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{document.title}\n\n{document.text}", encoding="utf-8")
    return questions(found)


def ask_in_browser(page: Page, asked: Sequence[str]) -> list[float]:
    """Return for each question the milliseconds to its first passages on the screen."""
    page.evaluate(WATCH)
    for count, question in enumerate(asked, 1):
        page.fill("#question textarea", question)
        page.keyboard.press("Enter")
        page.wait_for_function(f"window.taken.length >= {count}", timeout=60_000)
        wait_until_still(page)
    return [float(taken) for taken in page.evaluate("window.taken")]


def retrieve_bare(assistant: Assistant, asked: Sequence[str]) -> list[float]:
    """Return for each question the milliseconds that retrieving its passages takes."""
    taken: list[float] = []
    for question in asked:
        began = time.perf_counter()
        assistant.search(question, 20)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


async def ask_as_many(address: str, asked: Sequence[str]) -> tuple[list[float], list[float], list[str]]:
    """Have many users ask at once.

    Returns for each question the milliseconds to its first passages and to the end of its answer, and what failed.
    """
    first: list[float] = []
    whole: list[float] = []
    failed: list[str] = []
    async with httpx.AsyncClient(timeout=300, limits=httpx.Limits(max_connections=200)) as client:
        config = (await client.get(f"{address}config")).json()
        box = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "question")
        event = next(one for one in config["dependencies"] if [box, "submit"] in one["targets"])

        async def user(number: int) -> None:
            session = uuid.uuid4().hex
            for question in random.Random(number).sample(list(asked), EACH):
                try:
                    to_first, to_end = await _ask(client, address, event["id"], session, question)
                    first.append(to_first)
                    whole.append(to_end)
                except (httpx.HTTPError, RuntimeError) as error:
                    failed.append(f"{type(error).__name__}: {error}")

        await asyncio.gather(*(user(number) for number in range(USERS)))
    return first, whole, failed


async def _ask(client: httpx.AsyncClient, address: str, event: int, session: str, question: str) -> tuple[float, float]:
    began = time.perf_counter()
    body = {"data": [question, None, [], ""], "fn_index": event, "session_hash": session, "event_data": None}
    joined = await client.post(f"{address}gradio_api/queue/join", json=body)
    joined.raise_for_status()
    first = 0.0
    async with client.stream("GET", f"{address}gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message.get("event_id") != joined.json()["event_id"]:
                continue
            taken = 1000 * (time.perf_counter() - began)
            first = first or (taken if 'class=\\"card\\"' in line else 0.0)
            if message["msg"] == "process_completed":
                if not message["success"] or not first:
                    raise RuntimeError(f"no passages: {line[:200]}")
                return first, taken
    raise RuntimeError("the stream ended before the answer did")


def percentiles(taken: Sequence[float]) -> dict[str, float]:
    """Return the median and the 95th percentile of times."""
    return {f"p{rank}, ms": round(float(np.percentile(taken, rank)), 1) for rank in (50, 95)}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, default=PASSAGES, metavar="N")
    parser.add_argument("--folder", type=Path, help="where documents and index are kept, for the next run")
    options = parser.parse_args()
    if not NEWS.is_file():
        say(f"skipped: the texts are not at {NEWS}")
        return
    with tempfile.TemporaryDirectory() as root:
        folder = options.folder or Path(root)
        asked = write_news(folder / "documents", options.passages)
        settings = Settings(documents=folder / "documents", data=folder / "data", models=MODEL)
        say(f"embedding {options.passages:,} passages")
        assistant = Assistant.open(settings)
        known = len(assistant.generation.index.passages)
        retrieve_bare(assistant, asked[-10:])
        runs = {"bare retrieval, one by one": percentiles(retrieve_bare(assistant, asked[:ASKED]))}
        del assistant
        for server in serve(folder / "documents", folder / "data"):
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
                page.goto(server.address)
                page.wait_for_selector(".welcome")
                say("asking in the browser")
                ask_in_browser(page, asked[-5:])
                page.reload()
                page.wait_for_selector(".welcome, .message-text")
                runs["first passages in the browser, one by one"] = percentiles(ask_in_browser(page, asked[:ASKED]))
                browser.close()
            say(f"{USERS} users at once")
            first, whole, failed = asyncio.run(ask_as_many(server.address, asked))
            runs[f"first passages, {USERS} users at once"] = percentiles(first)
            runs[f"whole answers, {USERS} users at once"] = percentiles(whole)
    result = {
        "passages": known,
        "questions": ASKED,
        "users": {"users": USERS, "questions": USERS * EACH, "failed": failed},
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "runs": runs,
    }
    RESULT.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    table = Table(title=f"The page over {known:,} passages; {len(failed)} of {USERS * EACH} questions at once failed")
    table.add_column("")
    for name in ("p50, ms", "p95, ms"):
        table.add_column(name, justify="right")
    for name, run in runs.items():
        table.add_row(name, *(f"{value:,.0f}" for value in run.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
